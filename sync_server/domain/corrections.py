"""Corrections of what was paid: refunds, a check taken up again, another tender, suspense.

Nothing is edited: each correction is an entry of its own in the shift in which it happens, with a
reason and a name. A refund is shared over the tax rates of its sale so that refunds in any pieces
add up to the sale at every rate.
"""

from . import commands as c, events as e
from .amending import replace
from .checks import Check, balance, totals_of
from .ids import NO_CHECK, PaymentId
from .limits import AMOUNT_MINOR, TEXT_LENGTH
from .money import allocate, divide_half_up, round_to_step
from .payments import sold_sums, tips_of
from .rejections import Refused, refuse
from .shifts import Shift
from .staff import Facts, needs

DAY_MS = 24 * 3_600_000
CORRECTABLE = ("cash", "card", "qr")
"""Tenders that can be mistaken for each other; the others left a trace elsewhere."""


# -- refunds -----------------------------------------------------------------------------------
def refund(check: Check, command: c.RefundPayment, facts: Facts) -> e.PaymentRefunded | Refused:
    """Give back a part of a payment, in its tender; never more than is left of it."""
    payment = next((p for p in check.payments if p.payment_id == command.payment_id), None)
    if payment is None:
        return refuse("no_payment")
    if payment.state != "done":
        return refuse("payment_pending")
    amounts = (command.amount_minor, command.tip_minor)
    if min(amounts) < 0 or max(amounts) > AMOUNT_MINOR or not any(amounts):
        return refuse("bad_amount", value=min(amounts))
    left = payment.amount_minor - payment.refunded_minor
    if command.amount_minor > left:
        return refuse("refund_over_paid", left_minor=left)
    left_tip = payment.tip_minor - payment.refunded_tip_minor
    if command.tip_minor > left_tip:
        return refuse("refund_over_paid", left_minor=left_tip)
    if not command.reason or len(command.reason) > TEXT_LENGTH:
        return refuse("no_reason")
    if payment.tender == "room":
        return refuse("charge_settled")
    limit = facts.refund_limit_minor
    if 0 <= limit < sum(amounts):
        return refuse("refund_limit", limit_minor=limit)
    back = sum(amounts)
    step = facts.catalogue.settings.cash_step_minor if payment.tender == "cash" else 1
    return e.PaymentRefunded(
        check_id=check.check_id,
        refund_id=command.refund_id,
        payment_id=command.payment_id,
        shift_id=command.shift_id,
        tender=payment.tender,
        amount_minor=command.amount_minor,
        rounding_minor=round_to_step(back, step) - back,
        reason=command.reason,
        by=facts.actor,
        at_ms=facts.now_ms,
        tip_minor=command.tip_minor,
        taxes=taxes_back(check, command.amount_minor) if check.state == "closed" else (),
        reference=payment.reference,
    )


def taxes_back(check: Check, amount_minor: int) -> tuple[e.TaxSum, ...]:
    """The share of a refund at each rate: what all refunds so far make with it, less what they
    made without it, so that the last piece leaves nothing over."""
    before = sum(payment.refunded_minor for payment in check.payments)
    after = before + amount_minor
    pairs = zip(_taxes_of(check, after), _taxes_of(check, before), strict=True)
    shares = (
        replace(
            now,
            base_minor=now.base_minor - then.base_minor,
            tax_minor=now.tax_minor - then.tax_minor,
        )
        for now, then in pairs
    )
    return tuple(share for share in shares if share.base_minor or share.tax_minor)


def _taxes_of(check: Check, part_minor: int) -> tuple[e.TaxSum, ...]:
    """The taxes in a part of the check's total, by rate; untaxed under rate 0. `base_minor` is
    without the tax. Where no tax is asked, the bases stand as priced and come to more than was
    paid: the part is shared among them all the same."""
    totals = totals_of(check)
    over = 0 if check.tax_inclusive else 1
    grosses = [tax.base_minor + over * tax.tax_minor for tax in totals.taxes]
    untaxed = max(0, totals.total_minor - sum(grosses))
    parts = allocate(part_minor, [*grosses, untaxed])
    made = []
    for tax, gross, part in zip(totals.taxes, grosses, parts, strict=False):
        tax_part = divide_half_up(tax.tax_minor * part, gross) if gross else 0
        made.append(replace(tax, base_minor=part - tax_part, tax_minor=tax_part))
    return (*made, e.TaxSum("", 0, parts[-1], 0))


# -- a closed check is taken up again ----------------------------------------------------------
def reopen(check: Check | None, command: c.ReopenCheck, facts: Facts) -> e.CheckReopened | Refused:
    """Reverse the sale of a closed check; it keeps its number, lines and payments."""
    if check is None:
        return refuse("no_check")
    if check.state != "closed":
        return refuse("check_open")
    if not command.reason.strip() or len(command.reason) > TEXT_LENGTH:
        return refuse("no_reason")
    if facts.now_ms - check.closed_ms > facts.catalogue.settings.reopen_days * DAY_MS:
        return refuse("reopen_late", at_ms=check.closed_ms)
    if any(paid.refunded_minor or paid.refunded_tip_minor for paid in check.payments):
        return refuse("tender_fixed")
    return e.CheckReopened(
        check_id=check.check_id,
        number=check.number,
        shift_id=command.shift_id,
        totals=totals_of(check),
        sold=sold_sums(check),
        tips_minor=tips_of(check),
        guests=check.guests,
        voids_count=check.voids_count,
        voids_minor=check.voids_minor,
        reason=command.reason,
        by=facts.actor,
        at_ms=facts.now_ms,
    )


def copy_receipt(check: Check | None, facts: Facts) -> e.ReceiptCopied | Refused:
    """The receipt once more, counted; an open check has a bill, not a receipt."""
    if check is None:
        return refuse("no_check")
    if check.state != "closed" or not check.payments:
        return refuse("check_open")
    return e.ReceiptCopied(check.check_id, check.receipt_copies + 2, facts.actor, facts.now_ms)


def must_owe_nothing(check: Check) -> Refused | None:
    """Why a check cannot be closed by hand, if it cannot."""
    if check.unsent:
        return refuse("check_not_empty")
    due = balance(check)
    return refuse("still_due", due_minor=due) if due else None


# -- another tender ----------------------------------------------------------------------------
def correct_tender(
    check: Check | None, shift: Shift | None, command: c.CorrectTender, facts: Facts
) -> e.TenderCorrected | Refused:
    """Cash that was card or a code, or another way round, while its drawer is not counted: no money
    moves. After that a difference has been counted and only a refund is true."""
    paid = check.payments if check else ()
    was = next((p for p in paid if p.payment_id == command.payment_id), None)
    if check is None or was is None:
        return refuse("no_payment")
    fixed = was.tender not in CORRECTABLE or was.refunded_minor or was.refunded_tip_minor
    if command.tender not in CORRECTABLE or fixed or was.currency or was.state != "done":
        return refuse("tender_fixed")
    if command.tender == was.tender:
        return refuse("nothing_to_do")
    if shift is None or shift.state != "open":
        return refuse("shift_closed", at_ms=shift.closed_ms if shift else 0)
    texts = (command.reason, command.reference)
    if not command.reason.strip() or max(map(len, texts)) > TEXT_LENGTH:
        return refuse("no_reason")
    full = was.amount_minor + was.tip_minor
    step = facts.catalogue.settings.cash_step_minor if command.tender == "cash" else 1
    taken = round_to_step(full, step)
    return e.TenderCorrected(
        check_id=check.check_id,
        shift_id=was.shift_id,
        was=was,
        payment=replace(
            was,
            payment_id=PaymentId(command.new_payment_id),
            tender=command.tender,
            tendered_minor=taken,
            change_minor=0,
            rounding_minor=taken - full,
            reference=command.reference,
            at_ms=facts.now_ms,
            by=facts.actor,
        ),
        reason=command.reason,
        by=facts.actor,
        at_ms=facts.now_ms,
    )


# -- suspense ----------------------------------------------------------------------------------
def settle_suspense(
    payment: e.Payment | None, check: Check | None, command: c.SettleSuspense, facts: Facts
) -> e.SuspenseSettled | Refused:
    """Say what became of money that fitted no balance: back to the guest, kept by the house, or
    put to a check that owes at least as much."""
    if payment is None:
        return refuse("no_suspense")
    if command.outcome not in ("returned", "kept", "allocated"):
        return refuse("bad_text", limit=TEXT_LENGTH)
    if not command.reason.strip() or len(command.reason) > TEXT_LENGTH:
        return refuse("no_reason")
    if command.outcome == "allocated":
        if check is None or check.state != "open":
            return refuse("no_check")
        if payment.amount_minor > balance(check):
            return refuse("nothing_due")
    if fault := needs(facts, "refund" if command.outcome == "returned" else "reopen"):
        return fault
    return e.SuspenseSettled(
        payment,
        command.shift_id,
        command.outcome,
        check.check_id if check and command.outcome == "allocated" else NO_CHECK,
        command.reason,
        facts.actor,
        facts.now_ms,
    )
