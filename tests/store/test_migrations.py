"""Schemas grow by revisions; an interruption leaves the old one, a newer one is refused."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, MetaData, String, Table, text
from sqlalchemy.exc import IntegrityError

from sync_server.store.append_only import append_only_tables
from sync_server.store.database import Database, MemoryDisk
from sync_server.store.errors import NewerDatabase, StoreError, StoreSettings
from sync_server.store.migrations import current_revision, drift, upgrade
from tests.store.places import Place, add, numbers

SAMPLE = "tests.store.sample_migrations"
_HEADER = "from alembic import op\nrevision = {!r}\ndown_revision = {!r}\ndef upgrade():\n"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A package of migrations under way: only the first revision so far."""
    name = f"migrations_of_{tmp_path.name}"
    folder = tmp_path / "code" / name
    (folder / "versions").mkdir(parents=True)
    sample = Path(__file__).parent / "sample_migrations" / "versions"
    shutil.copy(sample / "first.py", folder / "versions")
    monkeypatch.syspath_prepend(str(folder.parent))
    return folder


def _revision(package: Path, name: str, after: str, *statements: str) -> None:
    body = "".join(f"    op.execute({statement!r})\n" for statement in statements)
    (package / "versions" / f"{name}.py").write_text(_HEADER.format(name, after) + body)


def test_an_empty_database_grows_to_the_tables_of_the_code(place: Place) -> None:
    metadata = MetaData()
    Table(
        "test_entry",
        metadata,
        Column("n", Integer, primary_key=True),
        Column("body", LargeBinary, nullable=False),
    )
    note = Table(
        "test_note",
        metadata,
        Column("id", Integer, primary_key=True),
        Column("entry_n", Integer, ForeignKey("test_entry.n"), nullable=False),
        Column("text", String(40), nullable=False),
    )
    with place.open() as database:
        assert current_revision(database) is None
        assert upgrade(database, SAMPLE) == ["first", "second"]
        assert current_revision(database) == "second"
        assert upgrade(database, SAMPLE) == []
        assert drift(database, metadata) == []
        assert database.read(append_only_tables) == {"test_entry"}
        note.append_column(Column("forgotten", Integer))
        assert [difference[0] for difference in drift(database, metadata)] == ["add_column"]
        if place.sqlite:
            assert database.settings()["foreign_keys"] == "1"
            assert list(place.file.parent.glob("*.before-*")) == []


def test_rows_and_references_survive_a_table_built_anew(place: Place, package: Path) -> None:
    with place.open() as database:
        upgrade(database, package.name)
        database.writer.run(add(1)).result()
        database.writer.run(
            lambda c: c.execute(text("INSERT INTO test_note VALUES (1, 1, 'kept')"))
        ).result()
        sample = Path(__file__).parent / "sample_migrations" / "versions" / "second.py"
        shutil.copy(sample, package / "versions")
        assert upgrade(database, package.name) == ["second"]
        assert database.read(lambda c: c.scalar(text("SELECT text FROM test_note"))) == "kept"
        with pytest.raises(IntegrityError):
            database.writer.run(
                lambda c: c.execute(text("INSERT INTO test_note VALUES (2, 99, 'orphan')"))
            ).result()


def test_a_revision_that_fails_half_way_leaves_the_schema_before_it(
    place: Place, package: Path
) -> None:
    _revision(package, "good", "first", "CREATE TABLE good (id integer)")
    _revision(package, "bad", "good", "CREATE TABLE half (id integer)", "SELECT nonsense")
    with place.open() as database:
        with pytest.raises(Exception, match="nonsense"):
            upgrade(database, package.name)
        assert current_revision(database) == "good"
        tables = _tables(database)
        assert "good" in tables
        assert "half" not in tables
    _revision(package, "bad", "good", "CREATE TABLE half (id integer)")
    with place.open() as database:
        assert upgrade(database, package.name) == ["bad"]
        assert "half" in _tables(database)


def test_a_database_of_a_later_version_is_refused_by_both_names(
    place: Place, package: Path
) -> None:
    _revision(package, "future", "first", "CREATE TABLE future (id integer)")
    with place.open() as database:
        upgrade(database, package.name)
        (package / "versions" / "future.py").unlink()
        with pytest.raises(NewerDatabase, match=r"revision future.* up to first"):
            upgrade(database, package.name)


def test_code_with_two_newest_revisions_or_none_is_refused(place: Place, package: Path) -> None:
    _revision(package, "one", "first")
    _revision(package, "other", "first")
    for name in ("one", "other"):
        with (package / "versions" / f"{name}.py").open("a") as file:
            file.write("    pass\n")
    with place.open() as database:
        with pytest.raises(StoreSettings, match="2 newest"):
            upgrade(database, package.name)
        with pytest.raises(StoreSettings, match="no package"):
            upgrade(database, "no_such_package_at_all")


def test_a_file_is_copied_before_it_is_changed_and_three_copies_stay(
    file_place: Place, package: Path
) -> None:
    with file_place.open() as database:
        upgrade(database, package.name)
        database.writer.run(add(1, 2, 3)).result()
        before = "first"
        for step in range(5):
            _revision(package, f"step{step}", before, f"CREATE TABLE step{step} (id integer)")
            before = f"step{step}"
            upgrade(database, package.name)
    copies = sorted(path.name for path in file_place.file.parent.glob("*.before-*"))
    assert copies == [f"front.db.before-step{step}" for step in (2, 3, 4)]
    with closing(sqlite3.connect(file_place.file.parent / copies[0])) as copy:
        tables = {row[0] for row in copy.execute("SELECT name FROM sqlite_schema")}
        assert {"step0", "step1"} < tables
        assert "step2" not in tables
        assert copy.execute("SELECT count(*) FROM test_entry").fetchone() == (3,)


def test_a_revision_that_orphans_rows_is_undone(file_place: Place, package: Path) -> None:
    _revision(package, "orphan", "first", "INSERT INTO test_note VALUES (1, 99, 'orphan')")
    with file_place.open() as database:
        with pytest.raises(StoreError, match="test_note"):
            upgrade(database, package.name)
        assert current_revision(database) == "first"
        assert database.read(lambda c: c.scalar(text("SELECT count(*) FROM test_note"))) == 0


def test_a_crash_at_any_commit_of_an_upgrade_is_finished_by_the_next_start() -> None:
    class PowerCut(Exception):
        pass

    for crash_at in range(2):
        disk, commits = MemoryDisk(), iter(range(9))

        def cut(at: int = crash_at, commits: Iterator[int] = commits) -> None:
            if next(commits) == at:
                raise PowerCut

        with pytest.raises(PowerCut):
            upgrade(Database.on_disk(disk, before_commit=cut), SAMPLE)
        database = Database.on_disk(disk)
        assert current_revision(database) == (None, "first")[crash_at]
        assert upgrade(database, SAMPLE) == ["first", "second"][crash_at:]
        assert database.read(numbers) == []
        disk.close()


def _tables(database: Database) -> set[str]:
    from sqlalchemy import inspect

    return set(database.read(lambda connection: inspect(connection).get_table_names()))
