"""The back office as a process of its own: its books, and the front's journal read by cursor.

Here, and nowhere in `back_office`, is it known what the front's journal looks like. The front's
database is opened for reading only, beside the server that writes it, and again after a fault;
as long as there is none yet, the intake waits and the pages go on.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, select

from sync_server.back_office.accounts import Passwords
from sync_server.back_office.books import CONTEXT, MIGRATIONS
from sync_server.back_office.intake import JournalEvent
from sync_server.back_office.office import Machine, Office, OfficeSettings
from sync_server.bootstrap import open_database, pepper
from sync_server.clocks import system_random, wall_ms
from sync_server.config import ServerSettings
from sync_server.demo.catalogue import catalogue_of
from sync_server.demo.furnish_books import furnish_books
from sync_server.demo.venue_types import Venue
from sync_server.domain.menu import Catalogue
from sync_server.front_office.access import pin_hash
from sync_server.front_office.tables import FrontRow
from sync_server.guest_book import FrontGuests
from sync_server.hotel.opening import EmbeddedSettings
from sync_server.hotel.outlet_days import Answers, Folios, OutletCharge
from sync_server.protocol.envelope import GENESIS, chain, read_event
from sync_server.protocol.erasable import erased_fields
from sync_server.protocol.replica import read_catalogue
from sync_server.server import tell
from sync_server.store.database import Database
from sync_server.store.errors import StoreError
from sync_server.store.visitor import Visitor
from sync_server.unsent_review import FrontDevices

FRONT, HOTEL = "front", "hotel"
TOKEN_BYTES = 32
T = TypeVar("T")


class FrontJournal:
    """The front's journal for the intake; opened when it is first asked."""

    def __init__(self, url: str) -> None:
        """`url` of the front's database."""
        self._visitor = Visitor(url, FRONT)

    def read_after(self, n: int, limit: int) -> Sequence[JournalEvent]:
        """Up to `limit` events after number `n`. Raises the store's errors."""
        return self._visitor.read(lambda connection: journal_after(connection, n, limit))

    def sound(self, n: int) -> bool:
        """Whether event `n` still has the hash that follows from the event before it."""
        return self._visitor.read(lambda connection: follows(connection, n))

    def close(self) -> None:
        """Let go of the front's database."""
        self._visitor.close()


class FrontMenu:
    """The front's newest catalogue for the pages of the menu; opened anew for each look, which is
    rare, so that a restart of the server is nobody's concern."""

    def __init__(self, url: str) -> None:
        """`url` of the front's database."""
        self._url = url

    def catalogue(self) -> Catalogue | None:
        """The newest version; None before the first. Raises the store's errors."""
        with Database.open_read_only(self._url, FRONT, readers=1) as database:
            data = database.read(_newest_catalogue)
        return read_catalogue(bytes(data)) if data is not None else None


class HotelFolios:
    """What the property system has of the restaurant's charges, read beside the server.

    Our own hotel is asked for its folios. The links to others tell no sums and belong to the
    server, which holds the one connection; but what they answered to each charge stands in the
    link's log.
    """

    def __init__(self, settings: ServerSettings) -> None:
        """Whose hotel, and as which outlet the restaurant posts."""
        self._url = settings.database_url(HOTEL)
        self._source: Folios | Answers = Folios(settings.outlet)
        if not isinstance(settings.hotel, EmbeddedSettings):
            self._source = Answers(settings.outlet, settings.hotel.link)

    @property
    def by_answers(self) -> bool:
        """Whether the property system is another's, which tells no sums."""
        return isinstance(self._source, Answers)

    def between(self, first: str, last: str) -> Mapping[str, int] | None:
        """By business day the sums of the restaurant's outlet; None when nobody tells."""
        return self._read(lambda connection: self._source.sums(connection, first, last))

    def listed(self, first: str, last: str, most: int) -> Sequence[OutletCharge]:
        """Each charge of the days in their order, at most `most`; none when nobody tells."""
        found = self._read(lambda connection: self._source.listed(connection, first, last, most))
        return found or ()

    def _read(self, query: Callable[[Connection], T]) -> T | None:
        try:
            with Database.open_read_only(self._url, HOTEL, readers=1) as database:
                return database.read(query)
        except StoreError:
            return None


def _newest_catalogue(connection: Connection) -> bytes | None:
    table = FrontRow.metadata.tables["catalogue"]
    query = select(table.c.data).order_by(table.c.number.desc()).limit(1)
    return connection.execute(query).scalar()


def journal_after(connection: Connection, n: int, limit: int) -> list[JournalEvent]:
    """Rows of the front's journal as the back office reads them."""
    table = FrontRow.metadata.tables["journal"]
    query = select(table.c.data).where(table.c.n > n).order_by(table.c.n).limit(limit)
    events = []
    for data in connection.execute(query).scalars():
        record = read_event(data)
        body = msgspec.json.decode(bytes(record.body))
        body |= dict.fromkeys(erased_fields(record.type, body), "")
        events.append(
            JournalEvent(
                record.n,
                record.at_ms,
                record.type,
                body,
                record.biz_day,
                record.actor,
                record.dev,
            )
        )
    return events


def follows(connection: Connection, n: int) -> bool:
    """Whether the chain of the journal holds at event `n` (`vitrylo verify` checks all of it)."""
    table = FrontRow.metadata.tables["journal"]
    query = select(table.c.n, table.c.data, table.c.hash).where(table.c.n.in_((n - 1, n)))
    rows = {row.n: row for row in connection.execute(query)}
    if n not in rows or (n > 1 and n - 1 not in rows):
        return False
    before: str = rows[n - 1].hash if n > 1 else GENESIS
    return chain(before, n, bytes(rows[n].data)) == str(rows[n].hash)


async def fill_books(settings: ServerSettings, venue: Venue, day: date, now_ms: int) -> None:
    """Give empty books the venue's goods, recipes, opening stock of `day`, and accounts."""
    catalogue = catalogue_of(venue, number=1, published_ms=now_ms)
    passwords = Passwords(pepper(settings.data))
    with open_database(settings, CONTEXT, MIGRATIONS) as books:
        await furnish_books(books, venue, catalogue, passwords, day, now_ms)


def run(settings: ServerSettings, zone: str) -> None:
    """Serve the pages until told to stop; says `READY {"url": ...}` once they may be opened."""
    asyncio.run(_serve(settings, zone))


async def _serve(settings: ServerSettings, zone: str) -> None:
    chance = system_random()
    journal = FrontJournal(settings.database_url(FRONT))
    host = settings.office_host
    secret = pepper(settings.data)
    with open_database(settings, CONTEXT, MIGRATIONS) as books:
        office = Office(
            OfficeSettings(
                url=settings.database_url(CONTEXT),
                pepper=secret,
                host=host,
                port=settings.office_port,
                time_zone=zone,
            ),
            books,
            journal,
            Machine(
                wall_ms,
                lambda: chance.randbytes(TOKEN_BYTES).hex(),
                partial(pin_hash, secret),
            ),
            FrontMenu(settings.database_url(FRONT)),
            HotelFolios(settings),
            FrontDevices(settings.database_url(FRONT)),
            FrontGuests(settings),
        )
        try:
            await office.serve(lambda port: tell("READY", url=f"http://{host}:{port}"))
        finally:
            journal.close()
