"""After an I/O error or damage nothing goes on; a full disk costs only its own transaction."""

import resource
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from sync_server.store.database import Database
from sync_server.store.errors import DiskFull, StoreDead
from tests.store.places import Place, add, in_child, make_table, numbers


class FailingCommit(sqlite3.Connection):
    """A connection whose commits fail with SQLite's code `fails_with`, when there is one."""

    fails_with: int | None = None

    def commit(self) -> None:
        """The commit, or its error; SQLite leaves the transaction open then."""
        if FailingCommit.fails_with is not None and self.in_transaction:
            error = sqlite3.OperationalError("disk I/O error")
            error.sqlite_errorcode = FailingCommit.fails_with
            raise error
        super().commit()


def test_after_a_failed_fsync_every_later_call_fails_and_the_server_is_told_once(
    file_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[StoreDead] = []
    database = file_place.open(connection_class=FailingCommit, on_fatal=told.append)
    database.writer.run(make_table).result()
    database.writer.run(add(1)).result()
    monkeypatch.setattr(FailingCommit, "fails_with", sqlite3.SQLITE_IOERR_FSYNC)
    waiting = [database.writer.run(add(number)) for number in range(2, 9)]
    assert isinstance(waiting[0].exception(), StoreDead)
    monkeypatch.setattr(FailingCommit, "fails_with", None)
    assert all(isinstance(future.exception(), StoreDead) for future in waiting)
    with pytest.raises(StoreDead):
        database.read(numbers)
    wal = Path(f"{file_place.file}-wal")
    before = file_place.file.read_bytes(), wal.read_bytes()
    database.close()
    assert (file_place.file.read_bytes(), wal.read_bytes()) == before, "no checkpoint after it"
    assert len(told) == 1
    assert "disk I/O error" in str(told[0])
    with file_place.open() as again:
        assert again.read(numbers) == [1]


def test_a_disk_that_is_full_at_the_commit_itself_costs_that_write_only(
    file_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    with file_place.open(connection_class=FailingCommit) as database:
        database.writer.run(make_table).result()
        monkeypatch.setattr(FailingCommit, "fails_with", sqlite3.SQLITE_FULL)
        assert isinstance(database.writer.run(add(1)).exception(), DiskFull)
        monkeypatch.setattr(FailingCommit, "fails_with", None)
        database.writer.run(add(2)).result()
        assert database.read(numbers) == [2]


class FullDisk(sqlite3.Connection):
    """A connection that finds no room to move the log into the file."""

    tried = 0

    def execute(self, sql: str, /, *given: Any) -> sqlite3.Cursor:
        """The statement, or SQLite's word for it."""
        if "wal_checkpoint" in sql:
            FullDisk.tried += 1
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise error
        return super().execute(sql, *given)


def test_a_log_for_which_the_disk_has_no_room_stays_and_the_house_goes_on(
    file_place: Place,
) -> None:
    """The server ended a moment after the disk was full, instead of refusing what it could not
    keep and going on when there was room."""
    told: list[StoreDead] = []
    with file_place.open(connection_class=FullDisk, on_fatal=told.append) as database:
        database.writer.run(make_table).result()
        database.writer.run(add(1)).result()
    assert FullDisk.tried > 0
    assert told == []
    with file_place.open() as again:
        assert again.read(numbers) == [1]


def _write_until_the_file_may_not_grow(place: Place) -> list[str]:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    seen: list[str] = []
    database = place.open(on_fatal=lambda dead: seen.append(f"told {type(dead).__name__}"))
    database.writer.run(make_table).result()
    resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
    for number in range(1, 200):
        error = database.writer.run(add(number, size=8_000)).exception()
        if error is not None:
            seen.append(f"{number} {type(error).__name__}")
            if len(seen) == 4:
                break
    database.close()
    return seen


def test_a_real_write_error_of_the_system_stops_the_store(file_place: Place) -> None:
    told, *errors = in_child(_write_until_the_file_may_not_grow, file_place)
    assert told == "told StoreDead"
    first = int(errors[0].split()[0])
    assert errors == [f"{first + step} StoreDead" for step in range(3)]
    with file_place.open() as again:
        assert again.read(numbers) == list(range(1, first)), "acknowledged means stored"


def test_a_damaged_file_refuses_to_open(file_place: Place) -> None:
    with file_place.open() as database:
        database.writer.run(make_table).result()
        database.writer.run(add(*range(1, 200), size=500)).result()
    content = bytearray(file_place.file.read_bytes())
    content[4096 * 3 : 4096 * 5] = b"\xff" * 8192
    file_place.file.write_bytes(content)
    told: list[StoreDead] = []
    with pytest.raises(StoreDead):
        file_place.open(on_fatal=told.append)
    assert len(told) == 1
    file_place.file.write_bytes(b"no database at all, but a long enough text" * 200)
    with pytest.raises(StoreDead):
        file_place.open()


def test_a_lost_session_of_postgresql_is_the_end_of_the_writer(postgres_url: str) -> None:
    told: list[StoreDead] = []
    with Database.open(postgres_url, "lost", on_fatal=told.append) as database:
        pid = database.writer.run(
            lambda connection: connection.scalar(text("SELECT pg_backend_pid()"))
        ).result()
        database.read(lambda c: c.execute(text("SELECT pg_terminate_backend(:p)"), {"p": pid}))
        error = database.writer.run(make_table).exception()
        assert isinstance(error, StoreDead)
        with pytest.raises(StoreDead):
            database.read(lambda connection: connection.scalar(text("SELECT 1")))
    assert len(told) == 1


class _SmallDisk:
    """A disk that can be full: a page limit on SQLite, PostgreSQL's own error on the other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def full(self, full: bool) -> None:
        self._database.writer.run_bare(lambda c: self._set(c, full)).result()

    def _set(self, connection: Connection, full: bool) -> None:
        if self._database.dialect == "sqlite":
            pages = connection.scalar(text("PRAGMA page_count"))
            limit = pages if full else 1_000_000
            connection.execute(text(f"PRAGMA max_page_count={limit}"))
            return
        for statement in (
            "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$"
            " BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = 'disk_full'; END $$",
            "DROP TRIGGER IF EXISTS full_disk ON test_entry",
        ):
            connection.execute(text(statement))
        if full:
            connection.execute(
                text(
                    "CREATE TRIGGER full_disk BEFORE INSERT ON test_entry FOR EACH ROW"
                    " EXECUTE FUNCTION full_disk()"
                )
            )
        connection.commit()


async def test_a_full_disk_refuses_the_write_and_a_later_one_succeeds(database: Database) -> None:
    disk = _SmallDisk(database)
    await database.write(add(1))
    disk.full(True)
    with pytest.raises(DiskFull):
        await database.write(add(*range(2, 40), size=4_000))
    assert database.read(numbers) == [1]
    disk.full(False)
    await database.write(add(*range(2, 40), size=4_000))
    assert database.read(numbers) == list(range(1, 40))
    assert not database.dead


async def test_a_full_disk_cannot_be_swallowed_by_the_guard_of_one_item(
    database: Database,
) -> None:
    def group(connection: Connection) -> str:
        for number in range(1, 40):
            try:
                with connection.begin_nested():
                    add(number, size=4_000)(connection)
            except DBAPIError:
                continue
        return "all well"

    disk = _SmallDisk(database)
    disk.full(True)
    with pytest.raises(DiskFull):
        await database.write(group)
    disk.full(False)
    assert database.read(numbers) == []
    assert await database.write(group) == "all well"


def test_an_io_error_cannot_be_swallowed_either(postgres_url: str) -> None:
    def swallow(connection: Connection) -> Any:
        try:
            with connection.begin_nested():
                connection.execute(
                    text(
                        "DO $$ BEGIN RAISE EXCEPTION 'bad block' USING ERRCODE = 'io_error'; END $$"
                    )
                )
        except DBAPIError:
            return "all well"

    with Database.open(postgres_url, "swallowed") as database:
        assert isinstance(database.writer.run(swallow).exception(), StoreDead)
        assert database.dead
