"""What moves money and people at the till means for reports: payments, rooms, points, drawers.

Signs: a refund is negative on the day it happens. A corrected tender moves money between tenders
and makes none. Vouchers sold and accounts paid are money and no sale, points a tender and no money.
Neighbours: `till` (who asks), `till_checks` (sales), `till_told` (how a fact is written).
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa

from sync_server.domain import events as e
from sync_server.domain.figures import cash_back

from .till_tables import LENT_RIGHT
from .till_told import Told


def _paid(told: Told, event: e.PaymentTaken) -> None:
    paid = event.payment
    told.payment(paid, "sale", check_id=event.check_id)
    if paid.tender == "points":
        told.points("spent", paid.reference, -paid.amount_minor, event.check_id)


def _settled(told: Told, event: e.SuspenseSettled) -> None:
    if event.outcome == "returned":
        told.payment(event.payment, "suspense", -1, event.check_id)
    elif event.outcome == "allocated":
        # It came in before: it only leaves suspense and pays the check; the drawer stays.
        payment = event.payment
        for why, sign in (("suspense", -1), ("sale", 1)):
            told.fact(
                "tender",
                event.check_id,
                key=payment.tender,
                reason=why,
                shift_id=event.shift_id,
                line_id=payment.payment_id,
                qty_milli=sign * 1000,
                gross_minor=sign * (payment.amount_minor + payment.tip_minor),
                tip_minor=sign * payment.tip_minor,
            )


def _refunded(told: Told, event: e.PaymentRefunded) -> None:
    full = event.amount_minor + event.tip_minor
    taxes = sum(tax.tax_minor for tax in event.taxes)
    told.fact(
        "tender",
        event.check_id,
        key=event.tender,
        reason="refund",
        shift_id=event.shift_id,
        line_id=event.refund_id,
        qty_milli=-1000,
        gross_minor=-full,
        tip_minor=-event.tip_minor,
        cash_minor=-cash_back(event),
    )
    if event.taxes:  # Money back on an open check is no sale taken back.
        told.fact(
            "refund",
            event.check_id,
            shift_id=event.shift_id,
            reason=event.reason,
            gross_minor=-event.amount_minor,
            tax_minor=-taxes,
            net_minor=taxes - event.amount_minor,
        )
    told.taxes(event.check_id, event.taxes, -1)
    told.fact(
        "control",
        event.check_id,
        key="refund",
        reason=event.reason,
        qty_milli=1000,
        gross_minor=full,
    )


def _corrected(told: Told, event: e.TenderCorrected) -> None:
    told.payment(event.was, "correction", -1, event.check_id)
    told.payment(event.payment, "correction", 1, event.check_id)


def _voucher_returned(told: Told, event: e.VoucherReturned) -> None:
    told.fact(
        "tender",
        key="cash",
        reason="voucher",
        shift_id=event.shift_id,
        qty_milli=-1000,
        gross_minor=-event.amount_minor,
        cash_minor=-event.amount_minor - event.rounding_minor,
    )


def _points(told: Told, event: Any) -> None:
    way, sign = _POINT_WAYS[type(event)]
    change = sign * (event.amount_minor - getattr(event, "withheld_minor", 0))
    told.points(way, event.card, change, getattr(event, "check_id", ""))


def _points_moved(told: Told, event: e.ClubPointsMoved) -> None:
    told.points("transferred", event.card, -event.amount_minor, "")
    told.points("transferred", event.to_card, event.amount_minor, "")
    told.fact("club_lost", key=event.to_card, line_id=event.card, reason=event.reason)


def _room_asked(told: Told, event: e.RoomChargeAsked) -> None:
    told.fact(
        "room_asked",
        event.check_id,
        shift_id=event.shift_id,
        line_id=event.charge_id,
        reason=event.room,
        gross_minor=event.amount_minor + event.tip_minor,
        tip_minor=event.tip_minor,
    )


def _room_posted(told: Told, event: e.RoomChargePosted) -> None:
    asked = told.batch.found("room_asked", event.charge_id)
    if asked is None:
        return
    told.fact(
        "tender",
        event.check_id,
        key="room",
        reason="sale",
        shift_id=asked["shift_id"],
        line_id=event.charge_id,
        qty_milli=1000,
        gross_minor=asked["gross_minor"],
        tip_minor=asked["tip_minor"],
    )


def _shift_opened(told: Told, event: e.ShiftOpened) -> None:
    told.fact("cash", shift_id=event.shift_id, key="float", cash_minor=event.float_minor)


def _float_adjusted(told: Told, event: e.FloatAdjusted) -> None:
    change = event.float_minor - event.was_minor
    told.fact("cash", shift_id=event.shift_id, key="float", reason=event.reason, cash_minor=change)


def _cash_moved(told: Told, event: e.CashMoved) -> None:
    told.fact(
        "cash",
        shift_id=event.shift_id,
        key=event.kind,
        reason=event.reason,
        cash_minor=event.amount_minor,
    )


def _shift_closed(told: Told, event: e.ShiftClosed) -> None:
    told.fact(
        "shift",
        shift_id=event.shift_id,
        key=str(event.z_no),
        reason=event.reason,
        gross_minor=event.sales_minor,
        net_minor=event.expected_minor,
        cash_minor=event.counted_minor,
        discount_minor=event.over_minor,
    )


def _lent(told: Told, event: e.RightsLent) -> None:
    row = asdict(event) | {"rights": " ".join(event.rights), "ended_ms": 0, "ended_by": ""}
    told.batch.connection.execute(sa.insert(LENT_RIGHT).values(row))


def _lent_back(told: Told, event: e.RightsTakenBack) -> None:
    told.batch.connection.execute(
        sa.update(LENT_RIGHT)
        .where(LENT_RIGHT.c.lent_id == event.lent_id)
        .values(ended_ms=event.at_ms, ended_by=event.by)
    )


_POINT_WAYS: Mapping[type, tuple[str, int]] = {
    e.PointsEarned: ("earned", 1),
    e.PointsTakenBack: ("taken_back", -1),
    e.PointsGivenBack: ("given_back", 1),
    e.PointsExpired: ("expired", -1),
}
MONEY_HANDLERS: Mapping[type, Callable[[Told, Any], None]] = {
    e.RightsLent: _lent,
    e.RightsTakenBack: _lent_back,
    e.PaymentTaken: _paid,
    e.PaymentUnallocated: lambda told, event: told.payment(
        event.payment, "suspense", check_id=event.check_id
    ),
    e.SuspenseSettled: _settled,
    e.PaymentRefunded: _refunded,
    e.TenderCorrected: _corrected,
    e.VoucherSold: lambda told, event: told.payment(event.payment, "voucher"),
    e.VoucherReturned: _voucher_returned,
    e.AccountPaid: lambda told, event: told.payment(event.payment, "account"),
    e.ClubCardIssued: lambda told, event: told.fact(
        "club", key="issued", line_id=event.card, reason=event.name
    ),
    **dict.fromkeys(_POINT_WAYS, _points),
    e.ClubPointsMoved: _points_moved,
    e.ClubCardBlocked: lambda told, event: told.fact(
        "club_block", key="on" if event.blocked else "off", line_id=event.card, reason=event.reason
    ),
    e.RoomChargeAsked: _room_asked,
    e.RoomChargePosted: _room_posted,
    e.ShiftOpened: _shift_opened,
    e.GuestsErased: lambda told, event: told.batch.forgotten.extend(event.subjects),
    e.FloatAdjusted: _float_adjusted,
    e.CashMoved: _cash_moved,
    e.ShiftClosed: _shift_closed,
    e.DrawerOpened: lambda told, event: told.fact(
        "control", shift_id=event.shift_id, key="no_sale", reason=event.reason, qty_milli=1000
    ),
    e.ClockPunched: lambda told, event: told.fact(
        "punch", by=event.staff_id, key=event.kind, reason=event.by
    ),
}
