"""Room charges by the business day that the hotel was told, for the tie-out with its folios.

It follows the journal with a cursor of its own (`following`), beside `till`. A charge belongs to
the day on which it was asked, a reversal to its own, whenever the hotel answered: so it was told,
and so its report has them. What a person read in the hotel's report stands beside, the last word
for a day. Of a guest it has the room, until that is erased. Asked by `reports.rooms`.
"""

import contextlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.domain import events as e
from sync_server.domain.ids import OF_CHECK
from sync_server.store.database import Database
from sync_server.store.hot_insert import HotInsert, Row

from .following import Follower, follow
from .intake import JournalEvent, JournalReader
from .tables import BackRow

CURSOR = "rooms"


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=key, nullable=False)


def _whole(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, nullable=False, autoincrement=False)


ROOM_CHARGE = sa.Table(
    "room_charge",
    BackRow.metadata,
    _text("charge_id", key=True),
    *(_text(name) for name in ("day", "check_id", "number", "room", "by", "state")),
    *(_whole(name) for name in ("amount_minor", "at_ms", "asked_n", "answered_n")),
    sa.Index("ix_room_charge_day", "day"),
    sa.Index("ix_room_charge_check", "check_id"),
)
"""A charge (a reversal below zero), tip and all. `state`: pending, posted, refused, deferred,
unknown; `asked_n` and `answered_n` are its events, 0 while nothing was answered."""

HOTEL_STATED = sa.Table(
    "hotel_stated",
    BackRow.metadata,
    _text("day", key=True),
    _whole("total_minor"),
    _text("by"),
    _whole("at_ms"),
    _whole("event_n"),
)
"""What somebody last read in the hotel's own report of a day."""

_COLUMNS = tuple(column.name for column in ROOM_CHARGE.c)
_CHARGES = HotInsert(ROOM_CHARGE, _COLUMNS, key=("charge_id",))
_STATED = HotInsert(HOTEL_STATED, [column.name for column in HOTEL_STATED.c], key=("day",))


class RoomDays(Follower):
    """Takes the journal into room charges, batch by batch."""

    def __init__(self, database: Database, reader: JournalReader) -> None:
        """`database` is the back office's own."""
        super().__init__(CURSOR, lambda connection, _: _Batch(connection), database, reader)


def fold(connection: Connection, events: Sequence[JournalEvent]) -> None:
    """Count events inside the caller's transaction."""
    follow(connection, CURSOR, _Batch(connection), events)


class _Batch:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._charges: dict[str, dict[str, Any]] = {}
        self._stated: dict[str, Row] = {}
        self._forgotten: list[str] = []

    def take(self, event: JournalEvent) -> None:
        """One event; the intake lists what does not read."""
        kind = e.EVENTS.get(event.type)
        handler = _HANDLERS.get(kind) if kind else None
        if handler is not None and kind is not None:
            with contextlib.suppress(msgspec.ValidationError):
                handler(self, event, msgspec.convert(event.body, kind))

    def write(self) -> None:
        """Everything of the batch."""
        rows = [tuple(row[name] for name in _COLUMNS) for row in self._charges.values()]
        _CHARGES.rows(self._connection, rows)
        _STATED.rows(self._connection, list(self._stated.values()))
        if self._forgotten:
            gone = ROOM_CHARGE.c.check_id.in_(self._forgotten)
            self._connection.execute(sa.update(ROOM_CHARGE).where(gone).values(room=""))

    def _charge(self, charge_id: str) -> dict[str, Any] | None:
        if charge_id not in self._charges:
            query = sa.select(ROOM_CHARGE).where(ROOM_CHARGE.c.charge_id == charge_id)
            found = self._connection.execute(query).mappings().one_or_none()
            if found is None:
                return None
            self._charges[charge_id] = dict(found)
        return self._charges[charge_id]

    def asked(self, told: JournalEvent, event: e.RoomChargeAsked) -> None:
        """The hotel is to be asked."""
        self._charges[event.charge_id] = {
            "charge_id": event.charge_id,
            "day": event.day,
            "check_id": event.check_id,
            "number": event.number,
            "room": event.room,
            "by": event.by,
            "state": "pending",
            "amount_minor": event.amount_minor + event.tip_minor,
            "at_ms": event.at_ms,
            "asked_n": told.n,
            "answered_n": 0,
        }

    def taken_back(self, told: JournalEvent, event: e.RoomReversalAsked) -> None:
        """A whole charge is to be taken back."""
        original = self._charge(event.reverses)
        if original is not None:
            self._charges[event.charge_id] = original | {
                "charge_id": event.charge_id,
                "day": event.day,
                "by": event.by,
                "state": "pending",
                "amount_minor": -original["amount_minor"],
                "at_ms": event.at_ms,
                "asked_n": told.n,
                "answered_n": 0,
            }

    def answered(self, told: JournalEvent, event: Any) -> None:
        """What became of it."""
        charge = self._charge(event.charge_id)
        if charge is not None:
            state = _STATES[type(event)]
            charge |= {"state": state, "answered_n": told.n if state != "pending" else 0}

    def erased(self, told: JournalEvent, event: e.GuestsErased) -> None:
        """The rooms of these guests are named no longer."""
        self._forgotten += [one.removeprefix(OF_CHECK) for one in event.subjects]

    def stated(self, told: JournalEvent, event: e.HotelTotalStated) -> None:
        """The last word of a person counts."""
        self._stated[event.day] = (event.day, event.total_minor, event.by, event.at_ms, told.n)


_STATES: Mapping[type, str] = {
    e.RoomChargePosted: "posted",
    e.RoomReversalPosted: "posted",
    e.RoomChargeRefused: "refused",
    e.RoomChargeUnknown: "unknown",
    e.RoomChargeDeferred: "deferred",
    e.RoomChargeRetried: "pending",
}
_HANDLERS: Mapping[type, Callable[[_Batch, JournalEvent, Any], None]] = {
    e.RoomChargeAsked: _Batch.asked,
    e.RoomReversalAsked: _Batch.taken_back,
    e.HotelTotalStated: _Batch.stated,
    e.GuestsErased: _Batch.erased,
    **dict.fromkeys(_STATES, _Batch.answered),
}
