"""Backups: taken while the server works, proven by restoring them, put back in one step.

Rule: a backup that has not been restored does not exist, so `verify_backup` restores into a
temporary place and lets the caller's own verifiers look (hash chain, sums). A restore replaces
nothing before the new data is whole on the disk, keeps what it replaces, and refuses while a
server holds the lock.
Neighbours: `postgresql_dump.py` does the same for a schema of PostgreSQL.
Source: reliability 2.18, 2.20. That outward effects restart as unknown after a restore, and the
new server epoch, are the caller's business.
"""

import hashlib
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, make_url

from sync_server.private_files import sync_folder

from .database import Database
from .errors import BackupRefused
from .file_lock import FileLock
from .sqlite import RESTORE_READY, open_reader

REPLACED = ".replaced"
_PART = ".part"
_RESTORE_PART = ".restore-part"
_SQLITE_MAGIC = b"SQLite format 3\x00"
DUMP_MAGIC = b"PGDMP"

Verifier = Callable[[Connection], None]
"""Looks at restored data through a reader; raises what it finds wrong."""


@dataclass(frozen=True, slots=True)
class BackupReport:
    """A backup file: where, how many bytes, and the SHA-256 of its content."""

    path: Path
    size_bytes: int
    sha256: str


def backup(database: Database, target: Path) -> BackupReport:
    """Copy the database as it is at one moment into the file `target`, while it is in use.

    The file appears under its name only when it is whole and on the disk; an older one of that
    name is replaced. Raises `BackupRefused`, also when PostgreSQL's pg_dump is missing.
    """
    part = Path(f"{target}{_PART}")
    if database.path is not None:
        copy_file(database.path, target)
    elif database.url is not None and database.schema is not None:
        from .postgresql_dump import dump_schema

        dump_schema(database.url, database.schema, part)
        _into_place(part, target)
    else:
        raise BackupRefused("a simulated disk is copied by its image(), not by a backup")
    return _report(target)


def copy_file(source: Path, target: Path) -> None:
    """Copy a SQLite database by SQLite's own online backup.

    The source is opened as a reader, in one reading transaction: the writer goes on writing,
    and no second connection checkpoints (reliability 0.1). The copy is one file without a log.
    """
    part = Path(f"{target}{_PART}")
    part.unlink(missing_ok=True)
    try:
        with closing(open_reader(source)) as reader, closing(sqlite3.connect(part)) as copy:
            reader.backup(copy)
            copy.execute("PRAGMA journal_mode=DELETE").fetchone()
    except sqlite3.Error as error:
        part.unlink(missing_ok=True)
        raise BackupRefused(f"{source} could not be copied to {target}: {error}") from error
    _into_place(part, target)


def verify_backup(
    file: Path, verifiers: Iterable[Verifier] = (), *, postgresql_url: str | None = None
) -> BackupReport:
    """Restore `file` into a temporary place, check it whole, and let every verifier look.

    For a dump of PostgreSQL `postgresql_url` names a server where this role may create a
    database; it is dropped again. Raises `BackupRefused`, or what a verifier raised.
    """
    if _is_dump(file):
        if postgresql_url is None:
            raise BackupRefused(f"{file} is of PostgreSQL; a server to try it on is needed")
        from .postgresql_dump import verify_dump

        with verify_dump(file, make_url(postgresql_url)) as (url, schema):
            _look(url, schema, verifiers)
    else:
        with tempfile.TemporaryDirectory(prefix="vitrylo-verify-") as folder:
            copy = Path(folder) / "restored.db"
            shutil.copyfile(file, copy)
            _refuse_damage(copy, file)
            _look(f"sqlite:///{copy}", "main", verifiers)
    return _report(file)


def restore(file: Path, url: str, schema: str = "main") -> None:
    """Put a backup in the place of the database at `url`.

    What stood there is kept as `<file>.replaced` or `<schema>_replaced` (one generation).
    Raises `StoreLocked` while a server runs on it, `BackupRefused` when the backup is damaged
    or of the other kind. If interrupted, the server refuses to start until it is done again.
    """
    parsed = make_url(url)
    sqlite = parsed.get_backend_name() == "sqlite"
    if _is_dump(file) == sqlite:
        raise BackupRefused(f"{file} is a backup of another kind of database than the target")
    if not sqlite:
        from .postgresql_dump import restore_schema

        restore_schema(file, parsed, schema)
        return
    assert parsed.database is not None
    _restore_file(file, Path(parsed.database).absolute())


def _restore_file(file: Path, path: Path) -> None:
    lock = FileLock(Path(f"{path}.lock"))
    try:
        part = Path(f"{path}{_RESTORE_PART}")
        ready = Path(f"{path}{RESTORE_READY}")
        shutil.copyfile(file, part)
        _refuse_damage(part, file)
        _into_place(part, ready)
        # From here on the server refuses to start until the last rename has happened. The log
        # goes with its old file: beside the new one it would be played into it.
        if path.exists():
            for suffix in ("", "-wal", "-shm"):
                Path(f"{path}{REPLACED}{suffix}").unlink(missing_ok=True)
        for suffix in ("", "-wal", "-shm"):
            old = Path(f"{path}{suffix}")
            if old.exists():
                old.rename(f"{path}{REPLACED}{suffix}")
        sync_folder(path.parent)
        ready.rename(path)
        sync_folder(path.parent)
    finally:
        lock.release()


def _refuse_damage(copy: Path, original: Path) -> None:
    try:
        with closing(open_reader(copy)) as reader:
            found = [str(row[0]) for row in reader.execute("PRAGMA integrity_check(20)")]
            orphans = reader.execute("PRAGMA foreign_key_check").fetchall()
    except sqlite3.Error as error:
        raise BackupRefused(f"{original} is damaged: {error}") from error
    if found != ["ok"] or orphans:
        details = "; ".join(found[:3]) if found != ["ok"] else f"{len(orphans)} rows lost others"
        raise BackupRefused(f"{original} is damaged: {details}")


def _look(url: str, schema: str, verifiers: Iterable[Verifier]) -> None:
    with Database.open_read_only(url, schema) as restored:
        for verifier in verifiers:
            restored.read(verifier)


def _is_dump(file: Path) -> bool:
    try:
        with file.open("rb") as opened:
            start = opened.read(16)
    except OSError as error:
        raise BackupRefused(f"{file} cannot be read: {error.strerror}") from error
    if start[: len(DUMP_MAGIC)] == DUMP_MAGIC:
        return True
    if start == _SQLITE_MAGIC:
        return False
    raise BackupRefused(f"{file} is no backup of this program")


def _into_place(part: Path, target: Path) -> None:
    handle = os.open(part, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    part.rename(target)
    sync_folder(target.parent)


def _report(file: Path) -> BackupReport:
    with file.open("rb") as opened:
        digest = hashlib.file_digest(opened, "sha256").hexdigest()
    return BackupReport(file, file.stat().st_size, digest)


__all__ = ["BackupReport", "Verifier", "backup", "restore", "verify_backup"]
