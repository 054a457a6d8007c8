"""What a write promises, on both systems."""

import os
import threading
from functools import partial

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from sync_server.store.database import Database, session_on
from sync_server.store.errors import StoreBusy, StoreClosed, StoreLocked, TransactionBroken
from tests.store.places import HOT, TABLE, Entry, Place, add, numbers


async def test_a_write_that_raises_leaves_nothing_and_its_own_error_comes_out(
    database: Database,
) -> None:
    def half(connection: Connection) -> None:
        add(1)(connection)
        raise KeyError("mine")

    with pytest.raises(KeyError, match="mine"):
        await database.write(half)
    assert database.read(numbers) == []
    await database.write(add(2))
    assert await database.read_async(numbers) == [2]


async def test_one_bad_item_of_a_group_does_not_cost_the_others(database: Database) -> None:
    def group(connection: Connection) -> list[int]:
        refused = []
        for number in (1, 2, 2, 3):
            try:
                with connection.begin_nested():
                    HOT.rows(connection, [(number, b"item")])
            except IntegrityError:
                refused.append(number)
        return refused

    assert await database.write(group) == [2]
    assert database.read(numbers) == [1, 2, 3]


async def test_a_savepoint_undone_by_hand_takes_only_its_own_rows(database: Database) -> None:
    def group(connection: Connection) -> None:
        add(1)(connection)
        item = connection.begin_nested()
        add(2)(connection)
        item.rollback()
        add(3)(connection)

    await database.write(group)
    assert database.read(numbers) == [1, 3]


async def test_a_session_works_inside_the_stores_transaction(database: Database) -> None:
    def with_models(connection: Connection) -> bytes:
        with session_on(connection) as session:
            session.add(Entry(n=1, body=b"model"))
            session.commit()
            return session.exec(select(Entry)).one().body

    assert await database.write(with_models) == b"model"

    def regretted(connection: Connection) -> None:
        with session_on(connection) as session:
            session.add(Entry(n=2, body=b"model"))
            session.commit()
        raise KeyError("after the session's commit")

    with pytest.raises(KeyError):
        await database.write(regretted)
    assert database.read(numbers) == [1]


async def test_a_function_that_ends_the_transaction_itself_is_told_so(database: Database) -> None:
    with pytest.raises(TransactionBroken):
        await database.write(lambda connection: connection.rollback())
    await database.write(add(1))


def test_an_error_swallowed_without_a_savepoint_is_never_acknowledged_unstored(
    database: Database,
) -> None:
    """PostgreSQL answers the commit of a failed transaction with a silent rollback."""

    def swallow(connection: Connection) -> None:
        add(1)(connection)
        try:
            connection.execute(insert(TABLE), {"n": 1, "body": b"again"})
        except IntegrityError:
            return

    outcome = database.writer.run(swallow).exception()
    stored = database.read(numbers)
    assert (outcome is None and stored == [1]) or (
        isinstance(outcome, TransactionBroken) and stored == []
    )


def _note(seen: list[int], number: int, _connection: Connection) -> None:
    seen.append(number)


def test_writes_queue_in_order_up_to_the_bound(place: Place) -> None:
    started, go_on = threading.Event(), threading.Event()
    seen: list[int] = []

    def hold(_connection: Connection) -> None:
        started.set()
        go_on.wait()

    with place.open(queue_bound=3) as database:
        held = database.writer.run(hold)
        started.wait()
        waiting = [database.writer.run(partial(_note, seen, n)) for n in range(3)]
        waiting[1].cancel()
        with pytest.raises(StoreBusy):
            database.writer.run(hold)
        go_on.set()
        held.result()
        waiting[2].result()
        assert seen == [0, 2]


def test_closing_finishes_what_was_queued_and_takes_no_more(place: Place) -> None:
    database = place.open()
    made = database.writer.run(TABLE.create)
    last = [database.writer.run(add(number)) for number in range(1, 20)]
    writer = database.writer
    database.close()
    assert made.done()
    assert all(future.result() is None for future in last)
    with pytest.raises(StoreClosed):
        writer.run(add(99))
    with place.open() as again:
        assert again.read(numbers) == list(range(1, 20))


def test_only_one_server_writes_and_the_other_is_told_who(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync_server.store.postgresql.LOCK_WAIT_MS", 50)
    with place.open(), pytest.raises(StoreLocked, match=str(os.getpid())):
        place.open()
    place.open().close()
