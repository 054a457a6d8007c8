"""Alembic, run by the program itself, one context at a time.

Rule: each revision is one write transaction of the store's writer, so an interruption leaves
the schema before it or after it. A database that a later version made is refused. Before an
existing SQLite file is changed, a copy is put beside it.
Neighbours: each context keeps its revisions in `<context>/migrations/versions/*.py`; the
environment of Alembic is this file and nothing else. `append_only.py` has the triggers.
"""

import threading
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, MetaData, text

from .append_only import append_only, erasable
from .backup import copy_file
from .database import Database
from .errors import NewerDatabase, StoreError, StoreSettings

COPIES_KEPT = 3
_one_at_a_time = threading.Lock()  # Alembic's `op` is one object for the whole process.

__all__ = ["append_only", "current_revision", "drift", "erasable", "upgrade"]


def upgrade(database: Database, package: str) -> list[str]:
    """Bring the schema to the newest revision of `package` (say "sync_server.hotel.migrations").

    Returns the revisions that were applied, oldest first. Raises `NewerDatabase` when the
    database knows a revision that the code does not, `StoreSettings` when the package has none
    or more than one head; an error inside a revision comes out as it is, that revision undone.
    """
    script = _scripts(package)
    head = _head(script, package)
    current = current_revision(database)
    pending = _pending(script, current, head, package)
    if not pending:
        return []
    if current is not None:
        _copy_first(database, head)
    with _one_at_a_time:
        database.foreign_keys(False)
        try:
            for revision in pending:
                _apply(database, script, revision)
        finally:
            if not database.dead:
                database.foreign_keys(True)
    return pending


def current_revision(database: Database) -> str | None:
    """The revision of the database, or None when it has no schema yet."""
    heads = database.read(lambda connection: _context(connection).get_current_heads())
    if len(heads) > 1:
        raise StoreSettings(f"the database stands on several revisions: {', '.join(heads)}")
    return heads[0] if heads else None


def drift(database: Database, metadata: MetaData) -> list[Any]:
    """What the tables of the code have and the database has not, or the reverse; [] is none.

    A context's test asserts that after `upgrade` there is no drift from its tables.
    """
    return list(database.read(lambda connection: compare_metadata(_context(connection), metadata)))


def _apply(database: Database, script: ScriptDirectory, revision: str) -> None:
    def one_revision(connection: Connection) -> None:
        environment = EnvironmentContext(Config(), script)
        environment.configure(
            connection=connection,
            fn=lambda heads, _context: script._upgrade_revs(revision, heads),
            render_as_batch=True,
        )
        environment.run_migrations()
        if connection.dialect.name == "sqlite":
            broken = connection.execute(text("PRAGMA foreign_key_check")).first()
            if broken is not None:
                raise StoreError(
                    f"revision {revision} leaves row {broken[1]} of {broken[0]}"
                    f" without its row in {broken[2]}"
                )

    database.writer.run(one_revision).result()


def _context(connection: Connection) -> MigrationContext:
    return MigrationContext.configure(connection, opts={"compare_type": True})


def _scripts(package: str) -> ScriptDirectory:
    try:
        spec = find_spec(package)
    except ModuleNotFoundError:
        spec = None
    places = list(spec.submodule_search_locations or []) if spec is not None else []
    if not places:
        raise StoreSettings(f"there is no package {package} with migrations")
    versions = Path(places[0]) / "versions"
    if not versions.is_dir():
        raise StoreSettings(f"{package} has no folder versions")
    return ScriptDirectory(places[0], version_locations=[str(versions)])


def _head(script: ScriptDirectory, package: str) -> str:
    heads = script.get_heads()
    if len(heads) != 1:
        raise StoreSettings(f"{package} has {len(heads)} newest revisions, needed is one")
    return heads[0]


def _pending(script: ScriptDirectory, current: str | None, head: str, package: str) -> list[str]:
    if current is not None:
        try:
            known = script.get_revision(current) is not None
        except CommandError:
            known = False
        if not known:
            raise NewerDatabase(
                f"the database is at revision {current}, this program knows {package}"
                f" up to {head}: start the later version, or restore an earlier backup"
            )
    found = script.iterate_revisions(head, current or "base")
    return [revision.revision for revision in reversed(list(found))]


def _copy_first(database: Database, head: str) -> None:
    path = database.path
    if path is None:
        return
    copy_file(path, Path(f"{path}.before-{head}"))
    copies = sorted(
        path.parent.glob(f"{path.name}.before-*"), key=lambda copy: copy.stat().st_mtime_ns
    )
    for old in copies[:-COPIES_KEPT]:
        old.unlink()
