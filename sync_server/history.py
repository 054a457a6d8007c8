"""The venue at any event, and what happened, in words: for whoever must find out what went on.

Read-only, beside a running server. The state at event `n` is made as a server makes it: the nearest
saved state before, and the journal's records from there. `picture` and `happened` are plain values;
the command line draws them. That the record is whole is for `recovery` and `vitrylo verify`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from babel.numbers import get_currency_precision
from sqlalchemy import Connection, func, select
from sqlmodel import col

from sync_server.domain.checks import Check, balance, totals_of
from sync_server.domain.kitchen import Ticket
from sync_server.domain.menu import Catalogue
from sync_server.domain.shifts import Shift
from sync_server.domain.venue import Venue
from sync_server.front_office.catalogues import NONE_YET
from sync_server.front_office.journal import PAGE, records
from sync_server.front_office.saved_states import unpack_state
from sync_server.front_office.tables import CatalogueRow, DeviceRow, JournalRow, StateRow
from sync_server.protocol.envelope import EventRecord, read_event
from sync_server.protocol.replica import CODEC, apply_record, read_catalogue
from sync_server.store.database import Database

LISTED_MAX = 5_000
WORDS_MAX = 160


class NoSuchEvent(Exception):
    """The journal does not reach that number; the text says how far it reaches."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """A line of a check: quantity, dish with its choices, state, sum."""

    quantity: str
    dish: str
    state: str
    amount: str


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """A check in words."""

    number: str
    place: str
    owner: str
    total: str
    due: str
    lines: tuple[CheckLine, ...]


@dataclass(frozen=True, slots=True)
class OpenTicket:
    """A ticket in words."""

    station: str
    check: str
    state: str
    seen: str
    dishes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class OpenShift:
    """A shift in words."""

    number: int
    drawer: str
    cashier: str
    state: str
    expected: str
    sales: str


@dataclass(frozen=True, slots=True)
class Picture:
    """The venue at event `n`, which happened at `at`."""

    n: int
    head_n: int
    at: str
    day: str
    checks: tuple[OpenCheck, ...]
    tickets: tuple[OpenTicket, ...]
    shifts: tuple[OpenShift, ...]
    charges: tuple[str, ...]
    stopped: tuple[str, ...]
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """One event: who, when, where, what."""

    n: int
    at: str
    who: str
    device: str
    what: str
    details: str


class Names:
    """Ids into words, by a catalogue."""

    def __init__(self, catalogue: Catalogue, devices: dict[str, str]) -> None:
        self._catalogue = catalogue
        self._devices = devices
        settings = catalogue.settings
        self._zone = ZoneInfo(settings.zone)
        self._places = get_currency_precision(settings.currency or "EUR")

    def at(self, ms: int) -> str:
        """A time in the venue's zone."""
        if not ms:
            return ""
        moment = datetime.fromtimestamp(ms / 1000, UTC).astimezone(self._zone)
        return moment.strftime("%Y-%m-%d %H:%M:%S")

    def money(self, minor: int) -> str:
        """An amount."""
        if not self._places:
            return str(minor)
        sign, whole = ("-" if minor < 0 else ""), abs(minor)
        unit = 10**self._places
        return f"{sign}{whole // unit}.{whole % unit:0{self._places}d}"

    def staff(self, staff_id: str) -> str:
        """A person."""
        known = self._catalogue.staff.get(staff_id)
        return known.name if known is not None else staff_id

    def device(self, dev: str) -> str:
        """A device's short code."""
        return self._devices.get(dev, dev[:8])

    def place(self, of: Check | Ticket) -> str:
        """The table, or the name of a check without one."""
        table = self._catalogue.tables.get(of.table_id)
        return f"table {table.label}" if table is not None else f"{of.kind} {of.name}".strip()

    def station(self, station_id: str) -> str:
        """A station."""
        known = self._catalogue.stations.get(station_id)
        language = self._catalogue.settings.language
        return self._catalogue.name(known.names, language) if known is not None else station_id


def picture(database: Database, n: int) -> Picture:
    """The venue just after event `n`. Raises NoSuchEvent."""
    return database.read(lambda connection: _picture(connection, n))


def happened(database: Database, first: int, last: int) -> list[Happening]:
    """Events `first` to `last` in order, at most `LISTED_MAX`. Raises NoSuchEvent."""
    return database.read(lambda connection: _happened(connection, first, last))


def head_of(database: Database) -> int:
    """The newest event."""
    return database.read(_head)


def _head(connection: Connection) -> int:
    return int(connection.execute(select(func.max(JournalRow.n))).scalar() or 0)


def _within(connection: Connection, *numbers: int) -> int:
    head = _head(connection)
    for n in numbers:
        if not 1 <= n <= head:
            raise NoSuchEvent(f"there is no event {n}: the journal holds 1 to {head}")
    return head


def _state_at(connection: Connection, n: int) -> tuple[Venue, int]:
    """The state, and the time of the last event."""
    saved = connection.execute(
        select(col(StateRow.n), col(StateRow.data))
        .where(col(StateRow.n) < n)
        .order_by(col(StateRow.n).desc())
        .limit(1)
    ).first()
    venue = unpack_state(bytes(saved[1])) if saved is not None else Venue()
    at, at_ms = (saved[0] if saved is not None else 0), 0
    while at < n:
        for number, data, _ in records(connection, at, min(PAGE, n - at)):
            record = read_event(data)
            apply_record(venue, record)
            at, at_ms = number, record.at_ms
    return venue, at_ms


def _names(connection: Connection, number: int) -> Names:
    row = connection.execute(
        select(col(CatalogueRow.data)).where(col(CatalogueRow.number) == number)
    ).first()
    catalogue = read_catalogue(bytes(row[0])) if row is not None else NONE_YET
    codes = connection.execute(select(col(DeviceRow.dev), col(DeviceRow.code)))
    return Names(catalogue, {dev: code for dev, code in codes})  # noqa: C416 - rows are no tuples


def _picture(connection: Connection, n: int) -> Picture:
    head = _within(connection, n)
    venue, at_ms = _state_at(connection, n)
    names = _names(connection, venue.catalogue_no)
    return Picture(
        n=n,
        head_n=head,
        at=names.at(at_ms),
        day=venue.day.day if venue.day else "",
        checks=tuple(_check(check, names) for check in venue.checks.values()),
        tickets=tuple(_ticket(t, names) for t in venue.tickets.values() if t.state == "open"),
        shifts=tuple(_shift(s, names) for s in venue.shifts.values() if s.state != "closed"),
        charges=tuple(
            f"room {charge.room} {names.money(charge.amount_minor)} {charge.state}"
            for charge in venue.charges.values()
        ),
        stopped=tuple(stop.item_id for stop in venue.stops.values()),
        notices=tuple(f"{names.staff(x.staff_id)}: {x.code}" for x in venue.notices.values()),
    )


def _quantity(milli: int) -> str:
    whole, part = divmod(milli, 1000)
    return f"{whole}.{part:03d}" if part else f"{whole}"


def _dish(name: str, chosen: Iterable[str]) -> str:
    return ", ".join([name, *chosen])


def _check(check: Check, names: Names) -> OpenCheck:
    return OpenCheck(
        check.number,
        names.place(check),
        names.staff(check.owner),
        names.money(totals_of(check).total_minor),
        names.money(balance(check)),
        tuple(
            CheckLine(
                _quantity(line.qty_milli),
                _dish(line.name, (f"{m.pre} {m.name}".strip() for m in line.chosen)),
                line.state,
                names.money(line.gross_minor),
            )
            for line in check.lines
        ),
    )


def _ticket(ticket: Ticket, names: Names) -> OpenTicket:
    return OpenTicket(
        names.station(ticket.station_id),
        ticket.check_number,
        "on hold" if ticket.upcoming else "to make",
        "drawn" if ticket.acked >= ticket.version else ticket.paper or "not seen",
        tuple(f"{_quantity(x.qty_milli)} {x.name} ({x.state})" for x in ticket.lines),
    )


def _shift(shift: Shift, names: Names) -> OpenShift:
    return OpenShift(
        shift.number,
        shift.drawer,
        names.staff(shift.cashier),
        shift.state,
        names.money(shift.drawer_minor),
        names.money(shift.figures.sales_minor),
    )


def _happened(connection: Connection, first: int, last: int) -> list[Happening]:
    _within(connection, first, last)
    venue, _ = _state_at(connection, last)
    names = _names(connection, venue.catalogue_no)
    checks = (*venue.closed.values(), *venue.checks.values())
    numbers: dict[str, str] = {check.check_id: check.number for check in checks}
    count = min(last - first + 1, LISTED_MAX)
    return [
        _happening(read_event(data), names, numbers)
        for _, data, _ in records(connection, first - 1, count)
    ]


def _happening(record: EventRecord, names: Names, numbers: Mapping[str, str]) -> Happening:
    event: object = CODEC.decode_event(record.type, record.tv, record.body)
    return Happening(
        record.n,
        names.at(record.at_ms),
        names.staff(record.actor),
        names.device(record.dev),
        _spaced(record.type),
        _details(event, names, numbers),
    )


def _spaced(name: str) -> str:
    """`LinesFired` as `lines fired`."""
    return "".join(f" {c.lower()}" if c.isupper() else c for c in name).strip()


_PLAIN = frozenset(
    {
        *("at_ms", "by", "day", "check_id", "check_number", "owner", "waiter", "dev"),
        *("kind", "route", "service_bp", "service_tax_bp", "tax_inclusive", "perpetual_minor"),
    }
)
"""Told elsewhere in the row or by the check's number, or of use to the machine only."""


def _details(event: object, names: Names, numbers: Mapping[str, str]) -> str:
    """What the event says besides who and when, short."""
    parts = []
    check = numbers.get(getattr(event, "check_id", ""))
    if check:
        parts.append(f"check {check}")
    for one in fields(event):  # type: ignore[arg-type]
        if one.name in _PLAIN or (one.name == "number" and check):
            continue
        said = _said(one.name, getattr(event, one.name), names)
        if said:
            parts.append(said)
    text = " · ".join(parts)
    return text if len(text) <= WORDS_MAX else f"{text[: WORDS_MAX - 1]}…"


def _said(name: str, value: object, names: Names) -> str:
    if not value or (name.endswith("_id") and name not in ("table_id", "item_id", "staff_id")):
        return ""
    label = name.removesuffix("_minor").removesuffix("_id").replace("_", " ")
    if name.endswith("_minor") and isinstance(value, int):
        return f"{label} {names.money(value)}"
    if isinstance(value, tuple):
        called = [_called(one) for one in value]
        return ", ".join(word for word in called if word)
    if value is True:
        return label
    if isinstance(value, str | int):
        return f"{label} {value}"
    return _payment(value, names) if name == "payment" else _called(value)


def _called(value: object) -> str:
    """What a part of an event is about: a dish by name and quantity."""
    name = getattr(value, "name", "") or getattr(value, "item_id", "")
    milli = getattr(value, "qty_milli", 0)
    return f"{_quantity(milli)} {name}" if name and milli else str(name)


def _payment(value: object, names: Names) -> str:
    amount = names.money(getattr(value, "amount_minor", 0))
    return f"{getattr(value, 'tender', '')} {amount}"
