"""The same contract on a simulated disk of SQLite and on a real PostgreSQL."""

from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from sync_server.store.database import Database, MemoryDisk
from sync_server.store.errors import DiskFull
from tests.front_office.house import House, Till
from tests.store.ready_made import FRONT, Copies, image_of
from tests.store.throwaway_postgres import copies, postgres_url

__all__ = ["copies", "postgres_url"]


@pytest.fixture(params=["sqlite", "postgresql"])
def open_database(request: pytest.FixtureRequest) -> Iterator[Callable[[], Database]]:
    """Opens the one database of a test, again and again."""
    if request.param == "sqlite":
        disk = MemoryDisk(image_of(FRONT))
        yield lambda: Database.on_disk(disk)
        return
    made: Copies = request.getfixturevalue("copies")
    with made.of(FRONT, "front") as url:
        yield lambda: Database.open(url, "front")


@pytest.fixture
async def house(open_database: Callable[[], Database]) -> AsyncIterator[House]:
    """A house with its day open."""
    made = House(open_database)
    await made.open()
    yield made
    await made.close()


@pytest.fixture
async def till(house: House) -> Till:
    """Its first terminal."""
    return await house.till()


class SmallDisk:
    """A disk in memory that says it is full while `full` is set."""

    def __init__(self) -> None:
        self.full = False
        self._disk = MemoryDisk()

    def open(self) -> Database:
        """The database on it."""
        return Database.on_disk(self._disk, before_commit=self._refuse)

    def _refuse(self) -> None:
        if self.full:
            raise DiskFull("no space left")
