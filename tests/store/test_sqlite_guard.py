"""SQLite's settings are read back, and only the writing connection ever checkpoints."""

import os
import signal
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from sync_server.store.errors import StoreSettings
from sync_server.store.sqlite import (
    RESTORE_READY,
    WAL_LIMIT_BYTES,
    file_system_of,
    sqlite_report,
)
from tests.store.places import Place, add, in_child, make_table, numbers


def test_the_settings_that_keep_acknowledged_orders_are_on(file_place: Place) -> None:
    with file_place.open() as database:
        settings = database.settings()
    wanted = {
        "journal_mode": "wal",
        "synchronous": "2",
        "foreign_keys": "1",
        "trusted_schema": "0",
        "cell_size_check": "1",
        "mmap_size": "0",
        "busy_timeout": "5000",
        "recursive_triggers": "1",
    }
    assert {name: settings[name] for name in wanted} == wanted


class Deaf(sqlite3.Connection):
    """A connection on which one setting silently does not take."""

    deaf_to = ""

    def execute(self, sql: str, *parameters: Any) -> sqlite3.Cursor:
        """Drop the one setting, run everything else."""
        if sql.startswith(f"PRAGMA {Deaf.deaf_to}="):
            sql = f"PRAGMA {Deaf.deaf_to}"
        return super().execute(sql, *parameters)


@pytest.mark.parametrize(
    "name", ["journal_mode", "foreign_keys", "trusted_schema", "cell_size_check"]
)
def test_a_setting_that_did_not_take_refuses_the_start_by_its_name(
    file_place: Place, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Deaf, "deaf_to", name)
    with pytest.raises(StoreSettings, match=name):
        file_place.open(connection_class=Deaf)
    file_place.open().close()  # the lock was given back


@pytest.mark.parametrize(
    ("version", "affected"),
    [
        ("3.6.23", False),
        ("3.7.0", True),
        ("3.40.1", True),
        ("3.44.5", True),
        ("3.44.6", False),
        ("3.45.0", True),
        ("3.50.6", True),
        ("3.50.7", False),
        ("3.51.0", True),
        ("3.51.2", True),
        ("3.51.3", False),
    ],
)
def test_the_versions_that_need_the_guard_are_known(version: str, affected: bool) -> None:
    report = sqlite_report(version)
    assert report.affected is affected
    assert version in report.sentence()


def _die_with_a_log(place: Place) -> None:
    database = place.open()
    database.writer.run(make_table).result()
    database.writer.run(add(1, 2, 3)).result()
    os.kill(os.getpid(), signal.SIGKILL)


def test_a_reader_that_closes_last_leaves_the_log_as_it_was(file_place: Place) -> None:
    with pytest.raises(EOFError):
        in_child(_die_with_a_log, file_place)
    wal = Path(f"{file_place.file}-wal")
    before = file_place.file.read_bytes(), wal.read_bytes()
    assert before[1], "the writer left a log"
    with file_place.read_only() as reader:
        assert reader.read(numbers) == [1, 2, 3]
    assert (file_place.file.read_bytes(), wal.read_bytes()) == before
    file_place.open().close()
    assert not wal.exists(), "the writer checkpoints when it closes"


def test_the_log_stays_bounded_once_a_long_reader_is_gone(file_place: Place) -> None:
    wal = Path(f"{file_place.file}-wal")
    with file_place.open() as database:
        database.writer.run(make_table).result()

        def hold(_connection: Any) -> int:
            numbers(_connection)
            for number in range(1, 23):
                database.writer.run(add(number, size=1_000_000)).result()
            return wal.stat().st_size

        assert database.read(hold) > WAL_LIMIT_BYTES
        assert database.checkpoint() == 0
        assert database.settings()["busy_timeout"] == "5000"
        assert len(database.read(numbers)) == 22


def test_odd_places_are_refused_in_words(file_place: Place, tmp_path: Path) -> None:
    with pytest.raises(StoreSettings, match="no folder"):
        Place(f"sqlite:///{tmp_path}/missing/front.db", "front").open()
    with pytest.raises(StoreSettings, match="no such database"):
        file_place.read_only()
    for url in ("sqlite://", "mysql://root@localhost/x", "front.db"):
        with pytest.raises(StoreSettings):
            Place(url, "front").open()
    ready = Path(f"{file_place.file}{RESTORE_READY}")
    ready.touch()
    with pytest.raises(StoreSettings, match="restore"):
        file_place.open()


def test_a_network_disk_is_recognised(tmp_path: Path) -> None:
    mounts = tmp_path / "mounts"
    mounts.write_text(f"/dev/a / ext4 rw 0 0\nserver:/x {tmp_path} nfs4 rw 0 0\n")
    assert file_system_of(tmp_path / "front.db", mounts) == "nfs4"
    assert file_system_of(Path("/"), mounts) == "ext4"
