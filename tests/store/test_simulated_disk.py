"""The inline writer keeps the same promises, with a place to crash before and after a commit."""

import gc
from collections.abc import Iterator

import pytest
from sqlalchemy import Connection

from sync_server.store.database import Database, MemoryDisk
from sync_server.store.errors import DiskFull, ReadOnlyStore, StoreDead
from tests.store.places import add, make_table, numbers


class PowerCut(BaseException):
    """The machine stops here."""


@pytest.fixture
def disk() -> Iterator[MemoryDisk]:
    """A simulated disk with the tests' journal."""
    made = MemoryDisk()
    with Database.on_disk(made) as database:
        database.writer.run(make_table).result()
        database.writer.run(add(1)).result()
    yield made
    made.close()


def _cut() -> None:
    raise PowerCut


async def test_a_write_is_done_when_the_call_returns(disk: MemoryDisk) -> None:
    with Database.on_disk(disk) as database:
        assert database.writer.run(add(2)).done()
        await database.write(add(3))
        assert await database.read_async(numbers) == [1, 2, 3]
        with pytest.raises(ReadOnlyStore):
            database.read(add(4))
        await database.write(add(5))


def test_a_crash_before_the_commit_loses_the_transaction_and_only_it(disk: MemoryDisk) -> None:
    database = Database.on_disk(disk, before_commit=_cut)
    with pytest.raises(PowerCut):
        database.writer.run(add(2))
    assert Database.on_disk(disk).read(numbers) == [1]


def test_a_crash_after_the_commit_keeps_it_though_nobody_was_told(disk: MemoryDisk) -> None:
    database = Database.on_disk(disk, after_commit=_cut)
    with pytest.raises(PowerCut):
        database.writer.run(add(2))
    with pytest.raises(StoreDead):
        database.writer.run(add(3)).result()
    assert Database.on_disk(disk).read(numbers) == [1, 2]


def test_a_crash_in_the_middle_of_a_function_leaves_nothing_of_it(disk: MemoryDisk) -> None:
    def half(connection: Connection) -> None:
        add(2)(connection)
        raise PowerCut

    database = Database.on_disk(disk)
    with pytest.raises(PowerCut):
        database.writer.run(half)
    assert Database.on_disk(disk).read(numbers) == [1]


def test_a_crashed_database_that_is_collected_takes_nothing_from_the_next(
    disk: MemoryDisk,
) -> None:
    gone = [Database.on_disk(disk, before_commit=_cut)]
    with pytest.raises(PowerCut):
        gone[0].writer.run(add(2))

    def write(connection: Connection) -> None:
        add(3)(connection)
        gone.clear()
        gc.collect()
        add(4)(connection)

    database = Database.on_disk(disk)
    database.writer.run(write).result()
    assert database.read(numbers) == [1, 3, 4]


async def test_a_hook_may_refuse_a_commit_and_accept_the_next(disk: MemoryDisk) -> None:
    full = True

    def before_commit() -> None:
        if full:
            raise DiskFull("simulated")

    database = Database.on_disk(disk, before_commit=before_commit)
    with pytest.raises(DiskFull):
        await database.write(add(2))
    full = False
    await database.write(add(3))
    assert database.read(numbers) == [1, 3]


def test_an_image_is_a_disk_of_its_own(disk: MemoryDisk) -> None:
    other = MemoryDisk(disk.image())
    Database.on_disk(other).writer.run(add(2)).result()
    assert Database.on_disk(disk).read(numbers) == [1]
    assert Database.on_disk(other).read(numbers) == [1, 2]
    other.close()
