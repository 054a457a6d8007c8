"""A backup is taken while the server works, counts once restored, and replaces in one step."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from sync_server.store import backup as backup_module
from sync_server.store.append_only import append_only_tables
from sync_server.store.backup import backup, restore, verify_backup
from sync_server.store.database import Database, MemoryDisk
from sync_server.store.errors import BackupRefused, StoreLocked, StoreSettings
from tests.store.places import Place, add, highest, make_table, numbers, refuse_holes


def _server(place: Place) -> str | None:
    return None if place.sqlite else place.url


def test_a_backup_under_load_holds_one_moment_and_verifies(
    database: Database, place: Place, tmp_path: Path
) -> None:
    writes = [database.writer.run(add(number, size=5_000)) for number in range(1, 400)]
    writes[20].result()
    report = backup(database, tmp_path / "night.backup")
    seen: list[int] = []
    verified = verify_backup(
        report.path,
        [refuse_holes, lambda connection: seen.append(highest(connection))],
        postgresql_url=_server(place),
    )
    assert verified == report
    assert seen[0] >= 21
    for write in writes:
        write.result()
    assert database.read(highest) == 399


def test_a_restore_brings_back_the_backup_and_keeps_what_it_replaced(
    place: Place, tmp_path: Path
) -> None:
    file = tmp_path / "night.backup"
    with place.open() as database:
        database.writer.run(make_table).result()
        database.writer.run(add(1, 2)).result()
        backup(database, file)
        database.writer.run(add(3)).result()
        with pytest.raises(StoreLocked):
            _restore_without_waiting(file, place)
    restore(file, place.url, place.schema)
    with place.open() as database:
        assert database.read(numbers) == [1, 2]
        assert database.read(append_only_tables) == {"test_entry"}
        database.writer.run(add(4)).result()
    replaced = (
        Place(f"{place.url}.replaced", place.schema)
        if place.sqlite
        else Place(place.url, f"{place.schema}_replaced")
    )
    with replaced.read_only() as old:
        assert old.read(numbers) == [1, 2, 3]


def _restore_without_waiting(file: Path, place: Place) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sync_server.store.postgresql.LOCK_WAIT_MS", 50)
        restore(file, place.url, place.schema)


def test_what_a_verifier_finds_wrong_comes_out(
    database: Database, place: Place, tmp_path: Path
) -> None:
    database.writer.run(add(1, 3)).result()
    report = backup(database, tmp_path / "holes.backup")
    with pytest.raises(AssertionError):
        verify_backup(report.path, [refuse_holes], postgresql_url=_server(place))


def test_a_damaged_backup_is_refused_and_replaces_nothing(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "night.backup"
    with place.open() as database:
        database.writer.run(make_table).result()
        database.writer.run(add(*range(1, 300), size=400)).result()
        backup(database, file)
    content = file.read_bytes()
    half = len(content) // 2
    file.write_bytes(content[:half] + b"\xff" * (len(content) - half))
    with pytest.raises(BackupRefused):
        verify_backup(file, [refuse_holes], postgresql_url=_server(place))
    with pytest.raises(BackupRefused):
        restore(file, place.url, place.schema)
    with place.open() as database:
        assert len(database.read(numbers)) == 299


def test_a_file_of_another_kind_is_refused(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir or Madam")
    with pytest.raises(BackupRefused, match="no backup"):
        restore(file, place.url, place.schema)
    file.write_bytes(b"PGDMP" if place.sqlite else b"SQLite format 3\x00")
    with pytest.raises(BackupRefused, match="another kind"):
        restore(file, place.url, place.schema)
    with pytest.raises(BackupRefused, match="cannot be read"):
        verify_backup(tmp_path / "nowhere")


def _stop_at_rename(wanted: int) -> Callable[[Path, object], Path]:
    real, count = Path.rename, iter(range(99))

    def rename(self: Path, target: object) -> Path:
        if next(count) == wanted:
            raise KeyboardInterrupt
        return real(self, target)  # type: ignore[arg-type]

    return rename


@pytest.mark.parametrize("step", range(4))
def test_an_interrupted_restore_is_never_taken_for_an_empty_house(
    file_place: Place, tmp_path: Path, step: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, path = tmp_path / "night.backup", file_place.file
    with file_place.open() as database:
        database.writer.run(make_table).result()
        database.writer.run(add(1)).result()
        backup(database, file)
        database.writer.run(add(2)).result()
        held = {suffix: Path(f"{path}{suffix}").read_bytes() for suffix in ("", "-wal")}
    for suffix, content in held.items():
        Path(f"{path}{suffix}").write_bytes(content)  # as a killed server leaves it
    with monkeypatch.context() as patch:
        patch.setattr(Path, "rename", _stop_at_rename(step))
        with pytest.raises(KeyboardInterrupt):
            restore(file, file_place.url)
    if step == 0:
        with file_place.open() as database:
            assert database.read(numbers) == [1, 2]
        return
    with pytest.raises(StoreSettings, match="interrupted"):
        file_place.open()
    restore(file, file_place.url)
    with file_place.open() as database:
        assert database.read(numbers) == [1]
    with Database.open_read_only(f"{file_place.url}.replaced") as old:
        assert old.read(numbers) == [1, 2]


def test_a_backup_says_which_program_is_missing(
    postgres_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _program: None)
    with (
        Database.open(postgres_url, "no_programs") as database,
        pytest.raises(BackupRefused, match="postgresql-client"),
    ):
        backup(database, tmp_path / "night.backup")


def test_a_simulated_disk_has_images_instead(tmp_path: Path) -> None:
    disk = MemoryDisk()
    with Database.on_disk(disk) as database, pytest.raises(BackupRefused, match="image"):
        backup(database, tmp_path / "night.backup")
    disk.close()


def test_orphaned_rows_are_damage_too(file_place: Place, tmp_path: Path) -> None:
    def orphan(connection: Connection) -> None:
        connection.execute(text("CREATE TABLE house (id integer PRIMARY KEY)"))
        connection.execute(text("CREATE TABLE room (house integer REFERENCES house)"))
        connection.execute(text("INSERT INTO room VALUES (7)"))

    with file_place.open() as database:
        database.foreign_keys(False)
        database.writer.run(orphan).result()
        report = backup_module.backup(database, tmp_path / "night.backup")
    with pytest.raises(BackupRefused, match="lost"):
        verify_backup(report.path)
