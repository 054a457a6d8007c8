"""What was sold, in sums, for the cash desk: one kind of report of the open day or of one shift.

Read from the journal of the days in question, page by page, never more than `EVENTS_READ`; `cut`
says that there was more. A sale counts when its check closes and is taken back when the check is
taken up again; a refund is negative when it happens: all on the business day of the event itself,
as in the back office. Voids of a shift are those of its span, since
whoever voids has no drawer. Asked by `asks`; the back office has the reports of the past.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select
from sqlmodel import col

from sync_server.domain import events as e
from sync_server.domain.checks import Check, terminal_of
from sync_server.domain.folio import Charge
from sync_server.domain.limits import FIGURE_ROWS
from sync_server.domain.menu import Catalogue
from sync_server.domain.pricing import given_apart
from sync_server.domain.records import REFUNDS
from sync_server.domain.shifts import Shift
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import read_event
from sync_server.protocol.replica import CODEC
from sync_server.store.database import Database

from .tables import JournalRow

REPORTS = (
    "hour",
    "category",
    "item",
    "waiter",
    "hall",
    "terminal",
    "tender",
    "tax",
    "void",
    "discount",
    "comp",
)
"""Kinds. `tender` and `tax` (by rate in basis points) are named by key, the others in words; what
was given back belongs to no dish and stands in a row of its own (`REFUNDS`)."""
EVENTS_READ = 60_000
_PAGE = 1_000


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A row: how many (thousandths for dishes, else a count) and how much."""

    name: str
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Report:
    """Rows, the largest first (hours and rates in their order); what did not fit is in one more row
    without a name. `cut`: the journal was longer than may be read for one question."""

    rows: tuple[ReportRow, ...]
    total_minor: int
    cut: bool = False


@dataclass(slots=True)
class _Known:
    """A check as far as reports care."""

    table_id: str = ""
    owner: str = ""
    number: str = ""
    grants: tuple[e.Grant, ...] = ()


@dataclass(slots=True)
class Tally:
    """Adds events up. `shift` limits to one shift; without it everything counts."""

    kind: str
    catalogue: Catalogue
    language: str
    shift: Shift | None = None
    known: Mapping[str, Check] = field(default_factory=dict)
    charges: dict[str, Charge | e.RoomChargeAsked] = field(default_factory=dict)
    sums: dict[str, tuple[int, int]] = field(default_factory=dict)
    _checks: dict[str, _Known] = field(default_factory=dict)

    def take(self, event: object) -> None:
        """One event; those of no concern change nothing."""
        handler = _HANDLERS.get(type(event))
        if handler is not None:
            handler(self, event)

    def _add(self, name: str, count: int, amount_minor: int) -> None:
        before = self.sums.get(name, (0, 0))
        self.sums[name] = (before[0] + count, before[1] + amount_minor)

    def _check(self, check_id: str) -> _Known:
        if check_id not in self._checks:
            live = self.known.get(check_id)
            self._checks[check_id] = (
                _Known(live.table_id, live.owner, live.number, live.grants) if live else _Known()
            )
        return self._checks[check_id]

    def _of_shift(self, shift_id: str) -> bool:
        return self.shift is None or self.shift.shift_id == shift_id

    # -- names -------------------------------------------------------------------------------
    def _person(self, staff_id: str) -> str:
        person = self.catalogue.staff.get(staff_id)
        return person.name if person else staff_id

    def _hall(self, table_id: str) -> str:
        table = self.catalogue.tables.get(table_id)
        hall = self.catalogue.halls.get(table.hall_id) if table else None
        return self.catalogue.name(hall.names, self.language) if hall else "–"

    def _item(self, item_id: str) -> str:
        item = self.catalogue.items.get(item_id)
        return self.catalogue.name(item.names, self.language) if item else item_id

    def _category(self, item_id: str) -> str:
        item = self.catalogue.items.get(item_id)
        category = self.catalogue.categories.get(item.category_id) if item else None
        return self.catalogue.name(category.names, self.language) if category else "–"

    def _hour(self, at_ms: int) -> str:
        zone = ZoneInfo(self.catalogue.settings.zone)
        return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(zone).strftime("%H:00")

    # -- sales -------------------------------------------------------------------------------
    def opened(self, event: e.CheckOpened) -> None:
        """Where a check stands, and whose it is."""
        self._checks[event.check_id] = _Known(event.table_id, event.owner, event.number)

    def moved(self, event: e.CheckMoved) -> None:
        """It stands elsewhere now."""
        self._check(event.check_id).table_id = event.table_id

    def granted(self, event: e.DiscountGiven) -> None:
        """Somebody gave something away; how much is known at the close."""
        known = self._check(event.check_id)
        kept = tuple(x for x in known.grants if x.grant_id != event.grant.grant_id)
        known.grants = (*kept, event.grant)

    def taken_back(self, event: e.DiscountTakenBack) -> None:
        """It was not given after all."""
        known = self._check(event.check_id)
        known.grants = tuple(x for x in known.grants if x.grant_id != event.grant_id)

    def closed(self, event: e.CheckClosed) -> None:
        """A sale."""
        self._check(event.check_id).owner = event.owner
        self._sale(event, 1)

    def reopened(self, event: e.CheckReopened) -> None:
        """The sale is taken back."""
        self._sale(event, -1)

    def _sale(self, event: e.CheckClosed | e.CheckReopened, sign: int) -> None:
        if not self._of_shift(event.shift_id):
            return
        known, total = self._check(event.check_id), sign * event.totals.total_minor
        match self.kind:
            case "hour":
                self._add(self._hour(event.at_ms), sign, total)
            case "waiter":
                self._add(self._person(known.owner), sign, total)
            case "hall":
                self._add(self._hall(known.table_id), sign, total)
            case "terminal":
                self._add(terminal_of(known.number) or "–", sign, total)
            case "tax":
                self._taxes(event.totals.taxes, sign)
            case "item" | "category":
                name = self._item if self.kind == "item" else self._category
                for line in event.sold:
                    paid = line.gross_minor - line.discount_minor
                    self._add(name(line.item_id), sign * line.qty_milli, sign * paid)
            case "discount" | "comp":
                self._given(event, known.grants, sign)

    def _taxes(self, taxes: tuple[e.TaxSum, ...], sign: int) -> None:
        for tax in taxes:
            self._add(f"{tax.rate_bp:05}", sign, sign * tax.tax_minor)

    def _given(
        self, event: e.CheckClosed | e.CheckReopened, grants: tuple[e.Grant, ...], sign: int
    ) -> None:
        """The check's discount goes to those who gave it, by what each took off."""
        for grant, part in given_apart(event.sold, grants, event.totals.discount_minor):
            if (grant.kind == "comp") == (self.kind == "comp"):
                self._add(self._person(grant.by), sign, sign * part)

    def voided(self, event: e.LineVoided) -> None:
        """The kitchen had it, and it was taken off."""
        span = self.shift
        if event.kind == "changed":
            return
        if self.kind != "void" or (
            span is not None
            and not span.opened_ms <= event.at_ms <= (span.closed_ms or event.at_ms)
        ):
            return
        self._add(self._person(event.by), 1, event.gross_minor)

    # -- money -------------------------------------------------------------------------------
    def _paid(self, payment: e.Payment, sign: int = 1) -> None:
        if self.kind == "tender" and self._of_shift(payment.shift_id):
            full = payment.amount_minor + payment.tip_minor
            self._add(payment.tender, sign, sign * full)

    def took(
        self, event: e.PaymentTaken | e.PaymentUnallocated | e.VoucherSold | e.AccountPaid
    ) -> None:
        """Money came in."""
        self._paid(event.payment)

    def corrected(self, event: e.TenderCorrected) -> None:
        """It came in otherwise than was entered."""
        self._paid(event.was, -1)
        self._paid(event.payment)

    def settled(self, event: e.SuspenseSettled) -> None:
        """Money on suspense went back."""
        if event.outcome == "returned":
            self._paid(event.payment, -1)

    def voucher_back(self, event: e.VoucherReturned) -> None:
        """What was left of a voucher went back in cash."""
        if self.kind == "tender" and self._of_shift(event.shift_id):
            self._add("cash", -1, -event.amount_minor)

    def refunded(self, event: e.PaymentRefunded) -> None:
        """Money went back, with its taxes."""
        if not self._of_shift(event.shift_id):
            return
        known, back = self._check(event.check_id), -event.amount_minor
        match self.kind:
            case "tender":
                self._add(event.tender, -1, back - event.tip_minor)
            case "tax":
                self._taxes(event.taxes, -1)
            case _ if not event.taxes:
                return  # Money back on an open check is no sale taken back.
            case "hour":
                self._add(self._hour(event.at_ms), 0, back)
            case "waiter":
                self._add(self._person(known.owner), 0, back)
            case "hall":
                self._add(self._hall(known.table_id), 0, back)
            case "terminal":
                self._add(terminal_of(known.number) or "–", 0, back)
            case "item" | "category":
                self._add(REFUNDS, 0, back)

    def asked(self, event: e.RoomChargeAsked) -> None:
        """A room is to pay; it has when the hotel says so."""
        self.charges[event.charge_id] = event

    def posted(self, event: e.RoomChargePosted) -> None:
        """The room has paid."""
        charge = self.charges.get(event.charge_id)
        if self.kind == "tender" and charge is not None and self._of_shift(charge.shift_id):
            self._add("room", 1, charge.amount_minor + charge.tip_minor)

    def report(self, cut: bool) -> Report:
        """What was added up."""
        rows = [ReportRow(name, *both) for name, both in self.sums.items() if any(both)]
        if self.kind in ("hour", "tax"):
            rows.sort(key=lambda row: row.name)
        else:
            rows.sort(key=lambda row: (-row.amount_minor, row.name))
        total = sum(row.amount_minor for row in rows)
        if len(rows) > FIGURE_ROWS:
            kept, rest = rows[: FIGURE_ROWS - 1], rows[FIGURE_ROWS - 1 :]
            other = ReportRow("", sum(x.count for x in rest), sum(x.amount_minor for x in rest))
            rows = [*kept, other]
        return Report(tuple(rows), total, cut)


_HANDLERS: dict[type, Callable[..., None]] = {
    e.CheckOpened: Tally.opened,
    e.CheckMoved: Tally.moved,
    e.DiscountGiven: Tally.granted,
    e.DiscountTakenBack: Tally.taken_back,
    e.CheckClosed: Tally.closed,
    e.CheckReopened: Tally.reopened,
    e.LineVoided: Tally.voided,
    e.PaymentTaken: Tally.took,
    e.PaymentUnallocated: Tally.took,
    e.VoucherSold: Tally.took,
    e.VoucherReturned: Tally.voucher_back,
    e.AccountPaid: Tally.took,
    e.TenderCorrected: Tally.corrected,
    e.SuspenseSettled: Tally.settled,
    e.PaymentRefunded: Tally.refunded,
    e.RoomChargeAsked: Tally.asked,
    e.RoomChargePosted: Tally.posted,
}
_TYPES = tuple(kind.__name__ for kind in _HANDLERS)


def _pages(connection: Connection, days: tuple[str, ...]) -> Iterator[bytes]:
    """The events of concern of some business days, in order."""
    after = 0
    while True:
        query = (
            select(col(JournalRow.n), col(JournalRow.data))
            .where(col(JournalRow.biz_day).in_(days))
            .where(col(JournalRow.type).in_(_TYPES))
            .where(col(JournalRow.n) > after)
            .order_by(col(JournalRow.n))
            .limit(_PAGE)
        )
        rows = connection.execute(query).all()
        for after, data in rows:  # noqa: B007 - the last one is where the next page begins
            yield bytes(data)
        if len(rows) < _PAGE:
            return


async def till_report(
    database: Database,
    venue: Venue,
    catalogue: Catalogue,
    kind: str,
    language: str,
    shift: Shift | None = None,
) -> Report:
    """One kind of report of the open day, or of one shift on the day it was opened and today."""
    today = venue.day.day if venue.day else ""
    days = (shift.day, today) if shift is not None else (today,)
    checks: dict[str, Check] = {
        check.check_id: check for check in (*venue.closed.values(), *venue.checks.values())
    }
    charges: dict[str, Charge | e.RoomChargeAsked] = {
        charge.charge_id: charge for charge in venue.charges.values()
    }
    tally = Tally(kind, catalogue, language, shift, checks, charges)

    def read(connection: Connection) -> bool:
        for count, data in enumerate(_pages(connection, days)):
            if count >= EVENTS_READ:
                return True
            record = read_event(data)
            tally.take(CODEC.decode_event(record.type, record.tv, record.body))
        return False

    return tally.report(await database.read_async(read))
