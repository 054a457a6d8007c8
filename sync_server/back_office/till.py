"""The till's events as facts for reports: sales, money, discounts, voids, time clock, control.

It follows the journal with a cursor of its own (`following`) beside `intake`, which keeps stock and
cost. Nothing is refused here; an event that does not read is only indexed (the intake lists it for
a person).

Signs (features-commercial C3): a sale counts on the day it closes; `CheckReopened` takes the same
figures back on its own day, and the next close counts again. A refund is negative on the day it
happens. A corrected tender moves money between tenders and makes none. Vouchers sold and accounts
paid are money and no sale, points a tender and no money. A discount's sum is known when its check
closes.
"""

import contextlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.domain import events as e
from sync_server.domain.figures import cash_back, cash_of
from sync_server.domain.pricing import given_apart
from sync_server.store.database import Database
from sync_server.store.hot_insert import HotInsert, Row

from .following import Follower, follow
from .guest_offers import forget
from .intake import JournalEvent, JournalReader
from .till_tables import JOURNAL_INDEX, LENT_RIGHT, SUMS, TEXTS, TILL_CHECK, TILL_FACT

CURSOR = "till"
_COLUMNS = ("event_n", "position", "at_ms", *TEXTS, *SUMS)
_FACTS = HotInsert(TILL_FACT, _COLUMNS)
_INDEX_COLUMNS = ("n", "at_ms", "day", "type", "by", "device", "check_id", "number", "amount_minor")
_INDEX = HotInsert(JOURNAL_INDEX, _INDEX_COLUMNS)
_CHECKS = HotInsert(
    TILL_CHECK,
    ("check_id", "number", "kind", "table_id", "owner", "bills", "grants"),
    key=("check_id",),
)
NAMED_AT_ONCE = 500
_AMOUNTS = ("amount_minor", "gross_minor", "counted_minor", "float_minor")


class Till(Follower):
    """Takes the journal into the facts, batch by batch."""

    def __init__(self, database: Database, reader: JournalReader) -> None:
        """`database` is the back office's own."""
        super().__init__(CURSOR, _Batch, database, reader)


def fold(connection: Connection, events: Sequence[JournalEvent]) -> None:
    """Count events inside the caller's transaction."""
    follow(connection, CURSOR, _Batch(connection, events), events)


@dataclass(slots=True)
class _Open:
    """A check as far as reports care."""

    number: str = ""
    kind: str = ""
    table_id: str = ""
    owner: str = ""
    bills: int = 0
    grants: list[dict[str, Any]] = field(default_factory=list)


class _Batch:
    def __init__(self, connection: Connection, events: Sequence[JournalEvent]) -> None:
        """The checks that the events name are read in one question."""
        self.connection = connection
        self._facts: list[Row] = []
        self._first = 0
        self._index: list[Row] = []
        self.forgotten: list[str] = []
        named = {str(event.body.get("check_id", "")) for event in events} - {""}
        self._checks = {name: _Open() for name in sorted(named)} | _known(connection, named)

    def take(self, event: JournalEvent) -> None:
        """One event: its facts, then its line of the index."""
        self._first = len(self._facts)
        kind = e.EVENTS.get(event.type)
        handler = _HANDLERS.get(kind) if kind else None
        if handler is not None and kind is not None:
            with contextlib.suppress(msgspec.ValidationError):
                handler(_Told(self, event), msgspec.convert(event.body, kind))
        self._index.append(self._line(event))

    def _line(self, event: JournalEvent) -> Row:
        body = event.body
        payment = body.get("payment")
        sums = payment if isinstance(payment, Mapping) else body
        amount = next((sums[name] for name in _AMOUNTS if isinstance(sums.get(name), int)), 0)
        totals = body.get("totals")
        if isinstance(totals, Mapping):
            amount = totals.get("total_minor", 0)
        check_id = str(body.get("check_id", ""))
        own = body.get("number")
        known = self.check(check_id).number if check_id else ""
        number = own if isinstance(own, str) and own else known
        who, what = _who(event), event.type
        return (
            event.n, event.at_ms, _day(event), what, who, event.device, check_id, number,
            int(str(amount)),
        )  # fmt: skip

    def check(self, check_id: str) -> _Open:
        """An open check; an unknown one is empty."""
        if check_id not in self._checks:
            known = _known(self.connection, {check_id})
            self._checks[check_id] = known.get(check_id, _Open())
        return self._checks[check_id]

    def add(self, event: JournalEvent, values: Mapping[str, Any]) -> None:
        """A row of facts; what is not named is empty."""
        position = len(self._facts) - self._first
        texts = tuple(values.get(name, "") for name in TEXTS)
        sums = tuple(values.get(name, 0) for name in SUMS)
        self._facts.append((event.n, position, event.at_ms, *texts, *sums))

    def found(self, kind: str, line_id: str) -> Any:
        """The last fact of a kind about a line (or a charge), of this batch or an earlier one."""
        for row in reversed(self._facts):
            values = dict(zip(_COLUMNS, row, strict=True))
            if values["kind"] == kind and values["line_id"] == line_id:
                return values
        where = (TILL_FACT.c.line_id == line_id, TILL_FACT.c.kind == kind)
        query = sa.select(TILL_FACT).where(*where).order_by(TILL_FACT.c.event_n.desc()).limit(1)
        row_found = self.connection.execute(query).mappings().one_or_none()
        return dict(row_found) if row_found else None

    def write(self) -> None:
        """Everything of the batch."""
        _FACTS.rows(self.connection, self._facts)
        forget(self.connection, self.forgotten)
        _INDEX.rows(self.connection, self._index)
        _CHECKS.rows(self.connection, [_row(*check) for check in self._checks.items()])


def _known(connection: Connection, named: Collection[str]) -> dict[str, _Open]:
    """The checks of these names that were heard of before."""
    found: dict[str, _Open] = {}
    ordered = sorted(named)
    for start in range(0, len(ordered), NAMED_AT_ONCE):
        some = TILL_CHECK.c.check_id.in_(ordered[start : start + NAMED_AT_ONCE])
        for row in connection.execute(sa.select(TILL_CHECK).where(some)):
            found[row.check_id] = _Open(
                row.number, row.kind, row.table_id, row.owner, row.bills, json.loads(row.grants)
            )
    return found


def _row(check_id: str, known: _Open) -> Row:
    grants = json.dumps(known.grants, ensure_ascii=False)
    return (
        check_id, known.number, known.kind, known.table_id, known.owner, known.bills, grants,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Told:
    """One event being folded."""

    batch: _Batch
    event: JournalEvent

    def fact(self, kind: str, check_id: str = "", **values: Any) -> None:
        """A fact with who, when, where; the check's number, table and owner with it."""
        known = self.batch.check(check_id) if check_id else _Open()
        given = {
            "kind": kind,
            "day": _day(self.event),
            "device": self.event.device,
            "by": _who(self.event),
            "owner": known.owner,
            "check_id": check_id,
            "number": known.number,
            "table_id": known.table_id or known.kind,
        }
        self.batch.add(self.event, given | values)

    def payment(self, payment: e.Payment, why: str, sign: int = 1, check_id: str = "") -> None:
        """Money of a tender, with what it does to the drawer."""
        self.fact(
            "tender",
            check_id,
            key=payment.tender,
            reason=why,
            shift_id=payment.shift_id,
            line_id=payment.payment_id,
            qty_milli=sign * 1000,
            gross_minor=sign * (payment.amount_minor + payment.tip_minor),
            tip_minor=sign * payment.tip_minor,
            cash_minor=sign * cash_of(payment),
        )

    def points(self, way: str, card: str, change_minor: int, check_id: str) -> None:
        """Points that came onto a club card or went off it."""
        self.fact("points", check_id, key=way, line_id=card, gross_minor=change_minor)


def _day(event: JournalEvent) -> str:
    """The business day in which it happened, as the journal has it: the one rule for money, here
    and on the terminal. A check that was opened yesterday is sold on the day it closes."""
    return event.day or str(event.body.get("day", ""))


def _who(event: JournalEvent) -> str:
    body = event.body
    payment, grant = body.get("payment"), body.get("grant")
    within = (
        payment if isinstance(payment, Mapping) else grant if isinstance(grant, Mapping) else {}
    )
    return str(body.get("by") or within.get("by") or event.by or body.get("staff_id", ""))


# -- checks ------------------------------------------------------------------------------------
def _opened(told: _Told, event: e.CheckOpened) -> None:
    known = told.batch.check(event.check_id)
    known.number, known.kind = event.number, event.kind
    known.table_id, known.owner = event.table_id, event.owner


def _moved(told: _Told, event: e.CheckMoved) -> None:
    told.batch.check(event.check_id).table_id = event.table_id


def _handed_over(told: _Told, event: e.CheckTransferred) -> None:
    told.batch.check(event.check_id).owner = event.to_staff_id


def _bill(told: _Told, event: e.PreBillPrinted) -> None:
    told.batch.check(event.check_id).bills = event.copy
    if event.copy > 1:
        told.fact(
            "control",
            event.check_id,
            key="reprint",
            qty_milli=1000,
            gross_minor=event.totals.total_minor,
        )


def _granted(told: _Told, event: e.DiscountGiven) -> None:
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


def _taken_back(told: _Told, event: e.DiscountTakenBack) -> None:
    known = told.batch.check(event.check_id)
    known.grants = [grant for grant in known.grants if grant["id"] != event.grant_id]


def _closed(told: _Told, event: e.CheckClosed) -> None:
    known = told.batch.check(event.check_id)
    known.number, known.owner = event.number, event.owner
    _sale(told, event, 1)


def _reopened(told: _Told, event: e.CheckReopened) -> None:
    _sale(told, event, -1)
    told.fact(
        "control",
        event.check_id,
        key="reopened",
        reason=event.reason,
        qty_milli=1000,
        gross_minor=event.totals.total_minor,
    )


def _sale(told: _Told, event: e.CheckClosed | e.CheckReopened, sign: int) -> None:
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
    _taxes(told, event.check_id, totals.taxes, sign)
    _grants(told, event, sign)


def _taxes(told: _Told, check_id: str, taxes: Sequence[e.TaxSum], sign: int) -> None:
    for tax in taxes:
        told.fact(
            "tax",
            check_id,
            key=f"{tax.rate_bp:05}",
            reason=tax.tax_id,
            gross_minor=sign * tax.base_minor,
            tax_minor=sign * tax.tax_minor,
        )


def _grants(told: _Told, event: e.CheckClosed | e.CheckReopened, sign: int) -> None:
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


def _voided(told: _Told, event: e.LineVoided) -> None:
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


# -- money -------------------------------------------------------------------------------------
def _paid(told: _Told, event: e.PaymentTaken) -> None:
    paid = event.payment
    told.payment(paid, "sale", check_id=event.check_id)
    if paid.tender == "points":
        told.points("spent", paid.reference, -paid.amount_minor, event.check_id)


def _settled(told: _Told, event: e.SuspenseSettled) -> None:
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


def _refunded(told: _Told, event: e.PaymentRefunded) -> None:
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
    _taxes(told, event.check_id, event.taxes, -1)
    told.fact(
        "control",
        event.check_id,
        key="refund",
        reason=event.reason,
        qty_milli=1000,
        gross_minor=full,
    )


def _corrected(told: _Told, event: e.TenderCorrected) -> None:
    told.payment(event.was, "correction", -1, event.check_id)
    told.payment(event.payment, "correction", 1, event.check_id)


def _voucher_returned(told: _Told, event: e.VoucherReturned) -> None:
    told.fact(
        "tender",
        key="cash",
        reason="voucher",
        shift_id=event.shift_id,
        qty_milli=-1000,
        gross_minor=-event.amount_minor,
        cash_minor=-event.amount_minor - event.rounding_minor,
    )


def _points(told: _Told, event: Any) -> None:
    way, sign = _POINT_WAYS[type(event)]
    change = sign * (event.amount_minor - getattr(event, "withheld_minor", 0))
    told.points(way, event.card, change, getattr(event, "check_id", ""))


def _points_moved(told: _Told, event: e.ClubPointsMoved) -> None:
    told.points("transferred", event.card, -event.amount_minor, "")
    told.points("transferred", event.to_card, event.amount_minor, "")
    told.fact("club_lost", key=event.to_card, line_id=event.card, reason=event.reason)


def _room_asked(told: _Told, event: e.RoomChargeAsked) -> None:
    told.fact(
        "room_asked",
        event.check_id,
        shift_id=event.shift_id,
        line_id=event.charge_id,
        reason=event.room,
        gross_minor=event.amount_minor + event.tip_minor,
        tip_minor=event.tip_minor,
    )


def _room_posted(told: _Told, event: e.RoomChargePosted) -> None:
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


def _shift_opened(told: _Told, event: e.ShiftOpened) -> None:
    told.fact("cash", shift_id=event.shift_id, key="float", cash_minor=event.float_minor)


def _float_adjusted(told: _Told, event: e.FloatAdjusted) -> None:
    change = event.float_minor - event.was_minor
    told.fact("cash", shift_id=event.shift_id, key="float", reason=event.reason, cash_minor=change)


def _cash_moved(told: _Told, event: e.CashMoved) -> None:
    told.fact(
        "cash",
        shift_id=event.shift_id,
        key=event.kind,
        reason=event.reason,
        cash_minor=event.amount_minor,
    )


def _shift_closed(told: _Told, event: e.ShiftClosed) -> None:
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


def _lent(told: _Told, event: e.RightsLent) -> None:
    row = asdict(event) | {"rights": " ".join(event.rights), "ended_ms": 0, "ended_by": ""}
    told.batch.connection.execute(sa.insert(LENT_RIGHT).values(row))


def _lent_back(told: _Told, event: e.RightsTakenBack) -> None:
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
_HANDLERS: Mapping[type, Callable[[_Told, Any], None]] = {
    e.RightsLent: _lent,
    e.RightsTakenBack: _lent_back,
    e.CheckOpened: _opened,
    e.CheckMoved: _moved,
    e.CheckTransferred: _handed_over,
    e.PreBillPrinted: _bill,
    e.DiscountGiven: _granted,
    e.DiscountTakenBack: _taken_back,
    e.CheckClosed: _closed,
    e.CheckReopened: _reopened,
    e.LineVoided: _voided,
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
