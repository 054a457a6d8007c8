"""What a reader sees and what it cannot do, on both systems."""

import threading

import pytest
from sqlalchemy import Connection, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from sync_server.store.append_only import append_only_tables
from sync_server.store.database import Database
from sync_server.store.errors import ReadOnlyStore, StoreClosed, StoreSettings
from sync_server.store.hot_query import HotQuery
from tests.store.places import HOT, TABLE, Place, add, numbers


def test_a_reader_cannot_write_and_the_store_lives_on(database: Database) -> None:
    with pytest.raises(ReadOnlyStore):
        database.read(add(1))
    with pytest.raises(ReadOnlyStore):
        database.read(lambda connection: HOT.rows(connection, [(1, b"")]))
    assert not database.dead
    database.writer.run(add(1)).result()
    assert database.read(numbers) == [1]


def test_a_reader_sees_one_moment_while_writes_go_on(database: Database) -> None:
    def twice(connection: Connection) -> tuple[list[int], list[int]]:
        first = numbers(connection)
        database.writer.run(add(2)).result()
        return first, numbers(connection)

    database.writer.run(add(1)).result()
    assert database.read(twice) == ([1], [1])
    assert database.read(numbers) == [1, 2]


def test_readers_work_from_many_threads(database: Database) -> None:
    database.writer.run(add(*range(50))).result()
    counts: list[int] = []
    threads = [
        threading.Thread(target=lambda: counts.append(len(database.read(numbers))))
        for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert counts == [50] * 12


def test_a_second_process_reads_beside_the_writer_and_has_no_writer(
    database: Database, place: Place
) -> None:
    database.writer.run(add(1)).result()
    with place.read_only() as beside:
        assert beside.read(numbers) == [1]
        database.writer.run(add(2)).result()
        assert beside.read(numbers) == [1, 2]
        assert beside.quick_check() == []
        with pytest.raises(ReadOnlyStore):
            beside.read(add(3))
        with pytest.raises(StoreSettings):
            beside.writer.run(add(3))
    with pytest.raises(StoreClosed):
        beside.read(numbers)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE test_entry SET body = body WHERE n = 1",
        "DELETE FROM test_entry",
        "INSERT INTO test_entry VALUES (1, 'new') ON CONFLICT (n) DO UPDATE SET body = 'new'",
        "INSERT OR REPLACE INTO test_entry VALUES (1, 'new')",
        "TRUNCATE test_entry",
    ],
)
def test_rows_of_an_append_only_table_stay_as_they_were_written(
    database: Database, change: str
) -> None:
    only_elsewhere = {"sqlite": "TRUNCATE", "postgresql": "INSERT OR"}[database.dialect]
    if change.startswith(only_elsewhere):
        return
    database.writer.run(add(1, 2)).result()

    def try_it(connection: Connection) -> None:
        connection.exec_driver_sql(change)

    with pytest.raises(IntegrityError, match="append-only"):
        database.writer.run(try_it).result()
    assert database.read(numbers) == [1, 2]
    assert database.read(append_only_tables) == {"test_entry"}


def test_an_unprotected_table_is_not_reported_as_append_only(database: Database) -> None:
    def unprotect(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER test_entry_no_delete")
        else:
            connection.exec_driver_sql("ALTER TABLE test_entry DISABLE TRIGGER ALL")

    database.writer.run(unprotect).result()
    assert database.read(append_only_tables) == set()


def test_a_hot_query_says_what_sqlalchemy_says(database: Database) -> None:
    """Named and fixed values, order, bound and nothing found; on both systems."""
    wanted = (
        select(TABLE.c.n, TABLE.c.body)
        .where(TABLE.c.n > bindparam("above"), TABLE.c.n != 3)
        .order_by(TABLE.c.n.desc())
        .limit(bindparam("most"))
    )
    hot = HotQuery(wanted)
    database.writer.run(add(1, 2, 3, 4, 5, size=3)).result()
    for _ in range(2):
        found = database.read(lambda connection: hot.all(connection, above=1, most=2))
        assert [(row.n, bytes(row.body)) for row in found] == [(5, b"xxx"), (4, b"xxx")]
    assert database.read(lambda connection: hot.first(connection, above=5, most=1)) is None


def test_a_hot_query_that_writes_is_refused_to_a_reader(database: Database) -> None:
    change = HotQuery(update(TABLE).values(body=bindparam("new")))
    with pytest.raises(ReadOnlyStore):
        database.read(lambda connection: change.run(connection, new=b""))
    assert not database.dead
