"""The kitchen's pace out of the journal: how long tickets and dishes took, for the speed report.

It follows the journal with a cursor of its own (`following`), beside `till`, and folds tickets with
the kitchen's own rules, so the books and the displays count the same (`domain.speed`). A bump
counts, a recall takes the same times back with a minus, so any sum over any rows is right. Tickets
are kept until the day is closed.
"""

import logging
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

import msgspec
import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.domain import events as e, kitchen
from sync_server.domain.kitchen import Ticket
from sync_server.domain.speed import took
from sync_server.store.database import Database
from sync_server.store.hot_insert import HotInsert, Row

from .following import Follower
from .intake import JournalEvent, JournalReader
from .names import LANGUAGES
from .tables import BackRow

log = logging.getLogger(__name__)

CURSOR = "kitchen"


def _text(name: str, *, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.String, primary_key=key, nullable=False)


def _whole(name: str, *, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger, primary_key=key, nullable=False, autoincrement=False)


TIME_COLUMNS = (
    "event_n", "position", "at_ms", "day", "station_id", "item_id", "count", "took_ms", "late",
)  # fmt: skip
KITCHEN_TIME = sa.Table(
    "kitchen_time",
    BackRow.metadata,
    *(_whole(name, key=True) for name in TIME_COLUMNS[:2]),
    _whole("at_ms"),
    *(_text(name) for name in TIME_COLUMNS[3:6]),
    *(_whole(name) for name in TIME_COLUMNS[6:]),
    sa.Index("ix_kitchen_time_day", "day"),
)
"""One ticket (`item_id` empty) or dish that was done: `count` 1, or -1 when it was recalled."""

KITCHEN_TICKET = sa.Table(
    "kitchen_ticket",
    BackRow.metadata,
    _text("ticket_id", key=True),
    sa.Column("state", sa.Text, nullable=False),
)
"""A ticket of the running day, as JSON."""

KITCHEN_STATION = sa.Table(
    "kitchen_station",
    BackRow.metadata,
    _text("station_id", key=True),
    *(_text(f"name_{language}") for language in LANGUAGES),
)
_TIMES = HotInsert(KITCHEN_TIME, TIME_COLUMNS)


class NamedStation(Protocol):
    """A station with its names by language."""

    @property
    def station_id(self) -> str: ...
    @property
    def names(self) -> Any: ...


def learn_stations(connection: Connection, stations: Iterable[NamedStation]) -> None:
    """Take the stations' names in, in place of what these were called before."""
    of = KITCHEN_STATION.c.station_id
    for one in stations:
        connection.execute(sa.delete(KITCHEN_STATION).where(of == one.station_id))
        # A name that is missing is written as nothing in Polish only: English stands for it then.
        names = {f"name_{lang}": one.names.get(lang, one.station_id) for lang in ("en", "uk")}
        names["name_pl"] = one.names.get("pl", "")
        values = {"station_id": one.station_id, **names}
        connection.execute(sa.insert(KITCHEN_STATION).values(values))


class Pace(Follower):
    """Takes the journal into the times, batch by batch."""

    def __init__(self, database: Database, reader: JournalReader) -> None:
        """`database` is the back office's own."""
        super().__init__(CURSOR, lambda connection, _: _Batch(connection), database, reader)


class _Batch:
    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._tickets: dict[str, Ticket | None] = {}
        self._times: list[Row] = []

    def take(self, event: JournalEvent) -> None:
        """One event; those that concern no ticket, and those that do not read, change nothing."""
        try:
            self._take(event)
        except msgspec.ValidationError as fault:
            log.warning("event %d is not in the kitchen's times: %s", event.n, fault)

    def _take(self, event: JournalEvent) -> None:
        kind = e.EVENTS.get(event.type)
        if kind is e.DayClosed:
            self._day_closed()
        elif kind is e.TicketOpened:
            opened = msgspec.convert(event.body, e.TicketOpened)
            self._tickets[opened.ticket_id] = kitchen.opened(opened)
        elif kind is not None and kind in kitchen.TICKET_EVENTS:
            self._changed(event, msgspec.convert(event.body, kind))

    def _changed(self, event: JournalEvent, told: Any) -> None:
        before = self._ticket(told.ticket_id)
        if before is None:
            return
        after = kitchen.evolve(before, told)
        self._tickets[told.ticket_id] = after
        if isinstance(told, e.TicketBumped):
            self._count(event, after, 1)
        elif isinstance(told, e.TicketRecalled):
            self._count(event, before, -1)

    def _count(self, event: JournalEvent, ticket: Ticket, sign: int) -> None:
        for position, one in enumerate(took(ticket)):
            self._times.append(
                (
                    event.n, position, event.at_ms, event.day, ticket.station_id, one.item_id,
                    sign, sign * one.took_ms, sign * one.late,
                )
            )  # fmt: skip

    def _ticket(self, ticket_id: str) -> Ticket | None:
        if ticket_id not in self._tickets:
            query = sa.select(KITCHEN_TICKET.c.state).where(KITCHEN_TICKET.c.ticket_id == ticket_id)
            state = self._connection.execute(query).scalar()
            self._tickets[ticket_id] = (
                msgspec.json.decode(state, type=Ticket) if state is not None else None
            )
        return self._tickets[ticket_id]

    def _day_closed(self) -> None:
        """Nobody recalls a ticket of a closed day (features-commercial B9.65)."""
        self._connection.execute(sa.delete(KITCHEN_TICKET))
        self._tickets.clear()

    def write(self) -> None:
        """Everything of the batch."""
        _TIMES.rows(self._connection, self._times)
        for ticket_id, ticket in self._tickets.items():
            if ticket is not None:
                self._keep(ticket_id, {"state": msgspec.json.encode(ticket).decode()})

    def _keep(self, ticket_id: str, values: Mapping[str, str]) -> None:
        same = KITCHEN_TICKET.c.ticket_id == ticket_id
        if not self._connection.execute(
            sa.update(KITCHEN_TICKET).where(same).values(values)
        ).rowcount:
            self._connection.execute(
                sa.insert(KITCHEN_TICKET).values(ticket_id=ticket_id, **values)
            )
