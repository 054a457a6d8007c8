"""Discounts, surcharges, comps, service and tax of one check: who may give what, and within what.

A percentage is bounded by the role's limit, a sum by the role's sum; beyond either somebody with a
wider limit approves. A comp is what was made and served and is not charged: it stays in the sales
at no price. What was not made is a void (`ordering`). Sums are made in `pricing`.
"""

from . import commands as c, events as e
from .checks import Check
from .events import Grant
from .ids import LineId
from .limits import PRICE_MINOR
from .making import text_fault
from .menu import Discount
from .money import allocate
from .ordering import pick, with_sets
from .rejections import Refused, refuse
from .staff import Facts

ALL_BP = 10_000
SERVICE_BP = 3_000
"""The most that a service charge may be."""


def give_discount(check: Check, command: c.GiveDiscount, facts: Facts) -> e.DiscountGiven | Refused:
    """A discount or surcharge from the list, within the limits of the actor or the approver."""
    discount = facts.catalogue.discounts.get(command.discount_id)
    if discount is None:
        return refuse("no_discount")
    kind = "surcharge" if discount.surcharge else "discount"
    for grant in check.grants:
        clash = not grant.line_ids or not command.line_ids
        if grant.kind == kind and clash:
            return refuse("discount_set", name=grant.name, by=grant.by)
    rate_bp, amount_minor = discount.rate_bp, discount.amount_minor
    if discount.is_open:
        rate_bp, amount_minor = command.rate_bp, command.amount_minor
    if fault := _amount_fault(rate_bp, amount_minor) or _over(
        discount, rate_bp, amount_minor, facts
    ):
        return fault
    if not check.live:
        return refuse("bill_empty")
    lines = pick(check, command.line_ids)
    if isinstance(lines, Refused):
        return lines
    if fault := text_fault(command.reason):
        return fault
    if discount.needs_reason and not _is_reason(facts, command.reason, "discount"):
        return refuse("no_reason")
    grant = Grant(
        grant_id=command.grant_id,
        discount_id=discount.discount_id,
        name=facts.catalogue.name(discount.names, facts.catalogue.settings.language),
        by=facts.actor,
        rate_bp=rate_bp,
        amount_minor=amount_minor,
        line_ids=with_sets(check, command.line_ids),
        reason=command.reason,
        approved_by=facts.approver,
        kind=kind,
    )
    return e.DiscountGiven(check.check_id, grant, facts.now_ms)


def _amount_fault(rate_bp: int, amount_minor: int) -> Refused | None:
    """Exactly one of the two is said, and is possible."""
    if min(rate_bp, amount_minor) < 0 or bool(rate_bp) == bool(amount_minor):
        return refuse("bad_amount", value=amount_minor or rate_bp)
    if rate_bp > ALL_BP or amount_minor > PRICE_MINOR:
        return refuse("bad_amount", value=amount_minor or rate_bp)
    return None


def _over(discount: Discount, rate_bp: int, amount_minor: int, facts: Facts) -> Refused | None:
    if discount.surcharge:
        return None
    if rate_bp > facts.discount_limit_bp:
        return refuse("over_limit", value=rate_bp, limit=facts.discount_limit_bp)
    if 0 <= facts.discount_limit_minor < amount_minor:
        return refuse("over_sum", value_minor=amount_minor, limit_minor=facts.discount_limit_minor)
    return None


def _is_reason(facts: Facts, reason: str, kind: str) -> bool:
    known = facts.catalogue.reasons.get(reason)
    return known is not None and known.kind == kind


def take_back(check: Check, command: c.TakeBackDiscount, facts: Facts) -> object:
    """The discount is not given after all."""
    if all(grant.grant_id != command.grant_id for grant in check.grants):
        return refuse("no_discount")
    return e.DiscountTakenBack(check.check_id, command.grant_id, facts.actor, facts.now_ms)


def comp_line(check: Check, command: c.CompLine, facts: Facts) -> e.DiscountGiven | Refused:
    """A quantity of a line on the house: it was made, it is not charged, stock keeps it."""
    line = check.line(command.line_id)
    if line is None:
        return refuse("no_line")
    if line.state == "void":
        return refuse("line_voided", by=line.void_by, at_ms=line.void_ms)
    if not 0 < command.qty_milli <= line.qty_milli:
        return refuse("bad_quantity", value=command.qty_milli)
    reason = facts.catalogue.reasons.get(command.reason)
    if reason is None or reason.kind != "comp":
        return refuse("no_reason")
    if any(g.grant_id == command.grant_id for g in check.grants):
        return refuse("duplicate_id", id=command.grant_id)
    whole = command.qty_milli == line.qty_milli
    rest = line.qty_milli - command.qty_milli
    part, _ = allocate(line.gross_minor, (command.qty_milli, rest))
    if not part:
        return refuse("nothing_to_do")
    grant = Grant(
        grant_id=command.grant_id,
        discount_id="",
        name=facts.catalogue.name(reason.names, facts.catalogue.settings.language),
        by=facts.actor,
        rate_bp=ALL_BP if whole else 0,
        amount_minor=0 if whole else part,
        line_ids=(LineId(line.line_id),),
        reason=command.reason,
        approved_by=facts.approver,
        kind="comp",
    )
    return e.DiscountGiven(check.check_id, grant, facts.now_ms)


def set_service(check: Check, command: c.SetService, facts: Facts) -> e.ServiceSet | Refused:
    """Another service charge, or none."""
    if not 0 <= command.rate_bp <= SERVICE_BP:
        return refuse("bad_amount", value=command.rate_bp)
    if command.rate_bp == check.service_bp:
        return refuse("nothing_to_do")
    return e.ServiceSet(check.check_id, command.rate_bp, facts.actor, facts.now_ms, facts.approver)


def exempt_tax(check: Check, command: c.ExemptTax, facts: Facts) -> e.TaxExempted | Refused:
    """No tax on this check, for a reason; or tax again."""
    if command.exempt == check.tax_exempt:
        return refuse("nothing_to_do")
    if command.exempt and not _is_reason(facts, command.reason, "exempt"):
        return refuse("no_reason")
    return e.TaxExempted(
        check.check_id,
        command.exempt,
        command.reason,
        facts.actor,
        facts.now_ms,
        facts.approver,
    )
