"""The desk's side of the embedded property system: who is here, the folio, money, the night.

Rule: the desk corrects nothing either; a payment is one more line, keyed by its own id so that a
repeated click pays once. Restaurant charges come only through the gateway.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import Connection
from sqlmodel import col, select

from sync_server.domain import limits
from sync_server.store.database import Database, session_on

from .property import add_entries, balance_of, house_of, stay_of
from .rules import ID_LENGTH, Stay, clean
from .tables import EntryRow, StayRow

PaymentKind = Literal["payment", "deposit"]
DeskRefusal = Literal[
    "stay_not_found",
    "not_in_house",
    "not_booked",
    "not_settled",
    "bad_amount",
    "id_reused",
    "audit_running",
    "audit_not_running",
    "day_not_later",
]


@dataclass(frozen=True, slots=True)
class NotDone:
    """Why the desk's request changed nothing."""

    code: DeskRefusal


@dataclass(frozen=True, slots=True)
class FolioLine:
    """One line as it stands; `amount_minor` is its effect on the balance."""

    line_no: int
    kind: str
    source: str
    part: str
    net_minor: int
    amount_minor: int
    hotel_day: str
    at_ms: int
    note: str


@dataclass(frozen=True, slots=True)
class FolioView:
    """A stay with all its lines in order."""

    stay: Stay
    lines: tuple[FolioLine, ...]
    balance_minor: int


class Reception:
    """Queries and commands of the front desk."""

    def __init__(self, database: Database, clock: Callable[[], int]) -> None:
        """`database` is the hotel context's; `clock` tells milliseconds."""
        self._database = database
        self._clock = clock

    async def in_house(self) -> tuple[Stay, ...]:
        """Everybody who has checked in, by room and name."""
        return await self._database.read_async(_in_house)

    async def folio(self, stay_id: str) -> FolioView | NotDone:
        """The folio of one stay."""
        return await self._database.read_async(lambda connection: _folio(connection, stay_id))

    async def pay(
        self, payment_id: str, stay_id: str, amount_minor: int, kind: PaymentKind, note: str = ""
    ) -> FolioView | NotDone:
        """Take money onto a folio; the same id again changes nothing and shows the folio."""
        entry = EntryRow(
            stay_id=stay_id,
            line_no=0,
            source=clean(payment_id, ID_LENGTH),
            kind=kind,
            part_kind="",
            part_group="",
            net_minor=-amount_minor,
            amount_minor=-amount_minor,
            hotel_day="",
            at_ms=self._clock(),
            note=clean(note),
        )
        return await self._database.write(lambda connection: _pay(connection, entry))

    async def check_in(self, stay_id: str) -> Stay | NotDone:
        """A booked guest has come."""
        return await self._database.write(
            lambda connection: _change_status(connection, stay_id, "booked", "in_house")
        )

    async def check_out(self, stay_id: str) -> Stay | NotDone:
        """A guest leaves; refused while the folio is not settled to zero."""
        return await self._database.write(
            lambda connection: _change_status(connection, stay_id, "in_house", "checked_out")
        )

    async def begin_night_audit(self) -> str | NotDone:
        """Put postings off from now on; gives the business day that is being closed."""
        return await self._database.write(_begin_audit)

    async def end_night_audit(self, next_day: str) -> str | NotDone:
        """Open the next business day, YYYY-MM-DD, and take postings again."""
        return await self._database.write(lambda connection: _end_audit(connection, next_day))


def _in_house(connection: Connection) -> tuple[Stay, ...]:
    rows = session_on(connection).exec(
        select(StayRow)
        .where(StayRow.status == "in_house")
        .order_by(col(StayRow.room_no), col(StayRow.guest))
    )
    return tuple(stay_of(row) for row in rows)


def _folio(connection: Connection, stay_id: str) -> FolioView | NotDone:
    session = session_on(connection)
    row = session.get(StayRow, stay_id)
    if row is None:
        return NotDone("stay_not_found")
    entries = session.exec(
        select(EntryRow).where(EntryRow.stay_id == stay_id).order_by(col(EntryRow.line_no))
    ).all()
    lines = tuple(
        FolioLine(
            line_no=entry.line_no,
            kind=entry.kind,
            source=entry.source,
            part=entry.part_group or entry.part_kind,
            net_minor=entry.net_minor,
            amount_minor=entry.amount_minor,
            hotel_day=entry.hotel_day,
            at_ms=entry.at_ms,
            note=entry.note,
        )
        for entry in entries
    )
    return FolioView(stay_of(row), lines, sum(line.amount_minor for line in lines))


def _pay(connection: Connection, entry: EntryRow) -> FolioView | NotDone:
    session = session_on(connection)
    if not 0 < -entry.amount_minor <= limits.AMOUNT_MINOR or not entry.source:
        return NotDone("bad_amount")
    row = session.get(StayRow, entry.stay_id, with_for_update=True)
    if row is None:
        return NotDone("stay_not_found")
    if row.status == "checked_out":
        return NotDone("not_in_house")
    before = session.exec(select(EntryRow).where(EntryRow.source == entry.source)).first()
    if before is None:
        entry.hotel_day = house_of(session).business_day
        add_entries(session, entry.stay_id, [entry])
    elif (before.stay_id, before.amount_minor) != (entry.stay_id, entry.amount_minor):
        return NotDone("id_reused")
    return _folio(connection, entry.stay_id)


def _change_status(
    connection: Connection,
    stay_id: str,
    before: Literal["booked", "in_house"],
    after: Literal["in_house", "checked_out"],
) -> Stay | NotDone:
    session = session_on(connection)
    row = session.get(StayRow, stay_id, with_for_update=True)
    if row is None:
        return NotDone("stay_not_found")
    if row.status != before:
        return NotDone("not_booked" if before == "booked" else "not_in_house")
    if after == "checked_out" and balance_of(session, stay_id) != 0:
        return NotDone("not_settled")
    row.status = after
    session.add(row)
    session.flush()
    return stay_of(row)


def _begin_audit(connection: Connection) -> str | NotDone:
    session = session_on(connection)
    house = house_of(session)
    if house.night_audit:
        return NotDone("audit_running")
    house.night_audit = True
    session.add(house)
    session.flush()
    return house.business_day


def _end_audit(connection: Connection, next_day: str) -> str | NotDone:
    session = session_on(connection)
    house = house_of(session)
    if not house.night_audit:
        return NotDone("audit_not_running")
    if clean(next_day, ID_LENGTH) <= house.business_day:
        return NotDone("day_not_later")
    house.business_day = clean(next_day, ID_LENGTH)
    house.night_audit = False
    session.add(house)
    session.flush()
    return house.business_day
