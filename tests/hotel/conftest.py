"""A small house on every kind of database, its desk and its gateways."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pytest

from sync_server.hotel.embedded import EmbeddedGateway
from sync_server.hotel.faulty import FaultyGateway
from sync_server.hotel.gateway import FolioGateway
from sync_server.hotel.loading import load_rooms
from sync_server.hotel.property import Property
from sync_server.hotel.reception import Reception
from sync_server.store.database import Database
from sync_server.store.migrations import upgrade
from tests.store.throwaway_postgres import postgres_url

__all__ = ["postgres_url"]

DAY = date(2026, 11, 21)


@dataclass(frozen=True)
class Room:
    """A room of the test house."""

    room_no: str
    kind: str = "double"
    floor: int = 1
    places: int = 2
    rate_minor: int = 320_000
    state: str = "occupied"


@dataclass(frozen=True)
class Plan:
    """A board of the test house."""

    plan_id: str
    allowance_minor: dict[str, int]


@dataclass(frozen=True)
class Guest:
    """A stay of the test house."""

    stay_id: str
    room_no: str
    surname: str
    name: str = ""
    arrival: int = -2
    departure: int = 2
    credit_limit_minor: int = 0
    charged_minor: int = 0
    no_post: bool = False
    plan_id: str = "none"
    level: str = ""
    language: str = "uk"
    country: str = "UA"
    key_card: str = ""


@dataclass(frozen=True)
class SmallHouse:
    """Rooms 1, 101, 0101, a12 and 304 with the guests whom the tests need."""

    rooms: tuple[Room, ...] = tuple(Room(no) for no in ("1", "101", "0101", "A12", "304", "305"))
    meal_plans: tuple[Plan, ...] = (
        Plan("none", {}),
        Plan("half", {"breakfast": 0, "dinner": 60_000}),
    )
    stays: tuple[Guest, ...] = field(
        default=(
            Guest("s-anna", "304", "Kowalski", "Anna", -2, 2, 500_000, 85_000, plan_id="half",
                  level="Gold", language="pl", key_card="04A2:77"),
            Guest("s-piotr", "304", "Kowalski", "Piotr", no_post=True),
            Guest("s-namesake", "305", "Kowalski", "Anna"),
            Guest("s-one", "1", "Шевченко", "Олена", credit_limit_minor=100_000),
            Guest("s-zaneta", "101", "Łódź", "Żaneta"),
            Guest("s-hostile", "0101", "O'Brien|GN\x02\x03;DROP TABLE stay;--", "<b>%_\\\"\x00"),
            Guest("s-later", "A12", "Later", "Guest", arrival=1),
        )
    )  # fmt: skip


def opened(url: str, schema: str = "main") -> Database:
    """The hotel context's database, migrated."""
    database = Database.open(url, schema, readers=2)
    upgrade(database, "sync_server.hotel.migrations")
    return database


@pytest.fixture(params=["sqlite", "postgresql"])
def reopen(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Opens the same database as often as asked, as a restarted server does."""
    url, schema = f"sqlite:///{tmp_path / 'hotel.db'}", "hotel"
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres_url")
        schema = f"hotel_{random.Random(str(tmp_path)).randrange(10**9)}"
    current: list[Database] = []

    def open_again() -> Database:
        for database in current:
            database.close()
        current[:] = [opened(url, schema)]
        return current[0]

    yield open_again
    for database in current:
        database.close()


@pytest.fixture
async def database(reopen: Callable[[], Database]) -> Database:
    """A loaded house."""
    made = reopen()
    assert await load_rooms(made, SmallHouse(), DAY, at_ms=0, currency="UAH")
    return made


@pytest.fixture
def desk(database: Database) -> Reception:
    """Reception."""
    return Reception(database, lambda: 1_000)


async def at_once(_ms: int) -> None:
    """Virtual time in which every wait is over."""


@pytest.fixture(params=["embedded", "faulty without faults"])
def gateway(request: pytest.FixtureRequest, database: Database) -> FolioGateway:
    """Every gateway there is, over the same house."""
    embedded = EmbeddedGateway(Property(database, lambda: 1_000))
    if request.param == "embedded":
        return embedded
    return FaultyGateway(embedded, random.Random(1), at_once)
