"""A small house on every kind of database, its desk and its gateways."""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sync_server.clocks import wall_ms
from sync_server.demo.venue_types import MealPlan
from sync_server.hotel.cloudbeds.gateway import CloudbedsGateway
from sync_server.hotel.cloudbeds.settings import CloudbedsSettings
from sync_server.hotel.fias.gateway import FiasGateway
from sync_server.hotel.fias.settings import FiasSettings
from sync_server.hotel.loading import load_rooms
from sync_server.hotel.property import Property
from sync_server.hotel.reception import Reception
from sync_server.hotel.simulated.cloudbeds_house import CloudbedsHouse
from sync_server.hotel.simulated.fias_house import FiasHouse
from sync_server.hotel.simulated.mishaps import NO_MISHAPS, Mishaps
from sync_server.store.database import Database, MemoryDisk
from sync_server.store.migrations import upgrade
from tests.guests import NO_BOARD, Rooms, a_guest, a_room
from tests.store.ready_made import HOTEL, Copies, image_of, lay
from tests.store.throwaway_postgres import copies, postgres_url

__all__ = ["copies", "postgres_url"]

DAY = date(2026, 11, 21)


SMALL_HOUSE = Rooms(
    tuple(map(a_room, ("1", "101", "0101", "A12", "304", "305"))),
    (
        a_guest(
            *("3041", "304", "Kowalski", "Anna"), credit_limit_minor=500_000, charged_minor=85_000,
            plan_id="half", level="Gold", language="pl", key_card="04A2:77",
        ),
        a_guest("3042", "304", "Kowalski", "Piotr", no_post=True),
        a_guest("3051", "305", "Kowalski", "Anna"),
        a_guest("11", "1", "Шевченко", "Олена", credit_limit_minor=100_000),
        a_guest("1011", "101", "Łódź", "Żaneta"),
        a_guest("9101", "0101", "O'Brien|GN\x02\x03;DROP TABLE stay;--", "<b>%_\\\"\x00"),
        a_guest("9201", "A12", "Later", "Guest", arrival=1),
    ),
    (NO_BOARD, MealPlan("half", {}, {"breakfast": 0, "dinner": 60_000})),
)  # fmt: skip
"""Rooms 1, 101, 0101, a12 and 304 with the guests whom the tests need."""


def opened(url: str, schema: str = "main") -> Database:
    """The hotel context's database, migrated."""
    database = Database.open(url, schema, readers=2)
    upgrade(database, HOTEL)
    return database


@pytest.fixture(params=["sqlite", "postgresql"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Opens the same database as often as asked, as a restarted server does."""
    if request.param == "sqlite":
        with reopening(f"sqlite:///{lay(HOTEL, tmp_path / 'hotel.db')}") as open_again:
            yield open_again
        return
    made: Copies = request.getfixturevalue("copies")
    with made.of(HOTEL, "hotel") as url, reopening(url) as open_again:
        yield open_again


@contextmanager
def reopening(url: str) -> Iterator[Callable[[], Database]]:
    """Opens a database again and again, the one before closed each time."""
    current: list[Database] = []

    def open_again() -> Database:
        for database in current:
            database.close()
        current[:] = [opened(url, "hotel")]
        return current[0]

    yield open_again
    for database in current:
        database.close()


@pytest.fixture
async def database(reopen: Callable[[], Database]) -> Database:
    """A loaded house."""
    made = reopen()
    assert await load_rooms(made, SMALL_HOUSE, DAY, at_ms=0, currency="UAH")
    return made


@pytest.fixture
def desk(database: Database) -> Reception:
    """Reception."""
    return Reception(database, lambda: 1_000)


@pytest.fixture
def house(database: Database) -> Property:
    """What stands there, whichever way it came."""
    return Property(database, lambda: 1_000)


async def at_once(_ms: int) -> None:
    """Virtual time in which every wait is over."""


FIAS_BOARDS = {
    "board_field": "A5",
    "boards": {"HB": "half"},
    "allowance_fields": {"dinner": "A6"},
}
PATIENT = {"listen_ms": 2_000, "reconnect_ms": 20, "close_ms": 100, "encoding": "utf-8"}


@asynccontextmanager
async def fias_link(
    house: Property, database: Database, mishaps: Mishaps = NO_MISHAPS, seed: int = 1, **site: Any
) -> AsyncIterator[tuple[FiasGateway, FiasHouse]]:
    """A FIAS link over a loopback socket, up, and the property system at its other end."""
    settings = FiasSettings.model_validate({"port": 1, **PATIENT, **FIAS_BOARDS, **site})
    server = FiasHouse(house, settings, wall_ms, random.Random(seed), mishaps=mishaps)
    port = await server.start()
    gateway = FiasGateway(
        settings.model_copy(update={"port": port}),
        database,
        wall_ms,
        zone="Europe/Kyiv",
        currency="UAH",
    )
    running = asyncio.ensure_future(gateway.run())
    try:
        await gateway.link.stands.wait()
        yield gateway, server
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await server.stop()


WEB_KEY = "a-key"


@asynccontextmanager
async def web_link(
    house: Property, database: Database, mishaps: Mishaps = NO_MISHAPS, seed: int = 1, **site: Any
) -> AsyncIterator[tuple[CloudbedsGateway, CloudbedsHouse]]:
    """A web API over a loopback socket and the property at its other end."""
    server = CloudbedsHouse(house, wall_ms, random.Random(seed), key=WEB_KEY, mishaps=mishaps)
    url = f"http://127.0.0.1:{await server.start()}"
    settings = CloudbedsSettings.model_validate({"property_id": "7", **site, "url": url})
    gateway = CloudbedsGateway(settings, WEB_KEY, database, wall_ms, currency="UAH")
    running = asyncio.ensure_future(gateway.run())
    try:
        yield gateway, server
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await server.stop()


@cache
def loaded_image() -> bytes:
    """A disk with the loaded house: a test takes a copy of it in no time."""
    disk = MemoryDisk(image_of(HOTEL))
    with Database.on_disk(disk) as database:
        asyncio.run(load_rooms(database, SMALL_HOUSE, DAY, at_ms=0, currency="UAH"))
    return disk.image()


@pytest.fixture(scope="session")
def image() -> bytes:
    """The same, for tests that are tasks themselves."""
    return loaded_image()


@pytest.fixture
def in_memory(image: bytes) -> Iterator[Database]:
    """The loaded house in memory."""
    with Database.on_disk(MemoryDisk(image)) as database:
        yield database
