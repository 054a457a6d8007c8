"""What the till's checks mean for reports: opened, closed, reopened, voided, given away.

Signs (features-commercial C3): a sale counts on the day it closes; `CheckReopened` takes the same
figures back on its own day, and the next close counts again. A discount's sum is known when its
check closes. Neighbours: `till` (who asks), `till_money` (money), `till_told` (how a fact is
written).
"""

from collections.abc import Callable, Mapping
from typing import Any

from sync_server.domain import events as e
from sync_server.domain.pricing import given_apart

from .till_told import Told


def _opened(told: Told, event: e.CheckOpened) -> None:
    known = told.batch.check(event.check_id)
    known.number, known.kind = event.number, event.kind
    known.table_id, known.owner = event.table_id, event.owner


def _moved(told: Told, event: e.CheckMoved) -> None:
    told.batch.check(event.check_id).table_id = event.table_id


def _handed_over(told: Told, event: e.CheckTransferred) -> None:
    told.batch.check(event.check_id).owner = event.to_staff_id


def _bill(told: Told, event: e.PreBillPrinted) -> None:
    told.batch.check(event.check_id).bills = event.copy
    if event.copy > 1:
        told.fact(
            "control",
            event.check_id,
            key="reprint",
            qty_milli=1000,
            gross_minor=event.totals.total_minor,
        )


def _granted(told: Told, event: e.DiscountGiven) -> None:
    known, grant = told.batch.check(event.check_id), event.grant
    late = known.bills > 0
    known.grants.append(
        {
            "id": grant.grant_id,
            "name": grant.name,
            "by": grant.by,
            "reason": grant.reason,
            "kind": grant.kind,
            "rate": grant.rate_bp,
            "amount": grant.amount_minor,
            "lines": list(grant.line_ids),
        }
    )
    if late:
        told.fact(
            "control",
            event.check_id,
            key="late_discount",
            reason=grant.reason or grant.name,
            qty_milli=1000,
            gross_minor=grant.amount_minor,
        )


def _taken_back(told: Told, event: e.DiscountTakenBack) -> None:
    known = told.batch.check(event.check_id)
    known.grants = [grant for grant in known.grants if grant["id"] != event.grant_id]


def _closed(told: Told, event: e.CheckClosed) -> None:
    known = told.batch.check(event.check_id)
    known.number, known.owner = event.number, event.owner
    _sale(told, event, 1)


def _reopened(told: Told, event: e.CheckReopened) -> None:
    _sale(told, event, -1)
    told.fact(
        "control",
        event.check_id,
        key="reopened",
        reason=event.reason,
        qty_milli=1000,
        gross_minor=event.totals.total_minor,
    )


def _sale(told: Told, event: e.CheckClosed | e.CheckReopened, sign: int) -> None:
    """The figures of a close, counted or taken back."""
    totals = event.totals
    told.fact(
        "check",
        event.check_id,
        shift_id=event.shift_id,
        qty_milli=sign * 1000,
        gross_minor=sign * totals.total_minor,
        discount_minor=sign * totals.discount_minor,
        net_minor=sign * (totals.total_minor - sum(tax.tax_minor for tax in totals.taxes)),
        tax_minor=sign * sum(tax.tax_minor for tax in totals.taxes),
        tip_minor=sign * event.tips_minor,
        guests=sign * event.guests,
    )
    for line in event.sold:
        told.fact(
            "line",
            event.check_id,
            shift_id=event.shift_id,
            item_id=line.item_id,
            line_id=line.line_id,
            key=line.revenue_group,
            qty_milli=sign * line.qty_milli,
            gross_minor=sign * line.gross_minor,
            discount_minor=sign * line.discount_minor,
            net_minor=sign * line.net_minor,
        )
    told.taxes(event.check_id, totals.taxes, sign)
    _grants(told, event, sign)


def _grants(told: Told, event: e.CheckClosed | e.CheckReopened, sign: int) -> None:
    """Who gave away how much, by the rule that took it off."""
    grants = [_grant(kept) for kept in told.batch.check(event.check_id).grants]
    for grant, share in given_apart(event.sold, grants, event.totals.discount_minor):
        told.fact(
            "discount",
            event.check_id,
            by=grant.by,
            key=grant.kind,
            reason=grant.reason or grant.name,
            qty_milli=sign * 1000,
            gross_minor=sign * share,
        )


def _grant(kept: Mapping[str, Any]) -> e.Grant:
    """A grant as it was kept with its check."""
    return e.Grant(
        *(kept["id"], "", kept["name"], kept["by"], kept["rate"], kept["amount"]),
        line_ids=tuple(kept.get("lines", ())),
        reason=kept["reason"],
        kind=kept["kind"],
    )


def _voided(told: Told, event: e.LineVoided) -> None:
    if event.kind == "changed":
        return
    made = "made" if event.made else "unmade"
    told.fact(
        "void",
        event.check_id,
        item_id=event.item_id,
        line_id=event.line_id,
        key=event.kind if event.kind == "return" else f"void_{made}",
        reason=event.reason,
        qty_milli=event.qty_milli,
        gross_minor=event.gross_minor,
    )


CHECK_HANDLERS: Mapping[type, Callable[[Told, Any], None]] = {
    e.CheckOpened: _opened,
    e.CheckMoved: _moved,
    e.CheckTransferred: _handed_over,
    e.PreBillPrinted: _bill,
    e.DiscountGiven: _granted,
    e.DiscountTakenBack: _taken_back,
    e.CheckClosed: _closed,
    e.CheckReopened: _reopened,
    e.LineVoided: _voided,
}
