"""SQLite as a store: one file, one writing connection, readers that can only read.

Rule: every pragma that durability rests on is set and then read back; an answer other than the
wanted one refuses the start (reliability 0.3). The one writing connection also does every
checkpoint, because SQLite 3.7.0 to 3.51.2 can lose a commit when two connections write and
checkpoint at the same instant (reliability 0.1).
Neighbours: `postgresql.py` is the other backend, `writer.py` owns the writing connection.
"""

import os
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.pool import QueuePool, StaticPool

from sync_server.private_files import sync_folder

from .errors import StoreLocked, StoreSettings
from .faults import Faults
from .file_lock import FileLock

BUSY_TIMEOUT_MS = 5_000
WAL_LIMIT_BYTES = 16 * 1024 * 1024
AUTOCHECKPOINT_PAGES = 1_000
RESTORE_READY = ".restore-ready"
"""Suffix of a restored file that has been verified but not yet put in place."""

# What every connection must answer; source: reliability 2.6, "SQLite server settings".
# recursive_triggers: without it INSERT OR REPLACE deletes rows past a DELETE trigger.
_PRAGMAS: dict[str, int | str] = {
    "synchronous": 2,
    "foreign_keys": 1,
    "recursive_triggers": 1,
    "trusted_schema": 0,
    "cell_size_check": 1,
    "mmap_size": 0,
    "busy_timeout": BUSY_TIMEOUT_MS,
}
# secure_delete: what was erased (names of guests, old states) is overwritten in the file.
_WRITER_PRAGMAS: dict[str, int | str] = {
    **_PRAGMAS,
    "secure_delete": 1,
    "wal_autocheckpoint": AUTOCHECKPOINT_PAGES,
    "journal_size_limit": WAL_LIMIT_BYTES,
}
_READER_PRAGMAS: dict[str, int | str] = {**_PRAGMAS, "query_only": 1, "wal_autocheckpoint": 0}

_FAULTS = "store_faults"
"""Under this name a writing engine carries its `Faults`."""

_NETWORK_FILE_SYSTEMS = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "fuse.sshfs", "davfs"}
)


@dataclass(frozen=True, slots=True)
class SqliteReport:
    """The linked SQLite and whether its write-ahead log needs our guard."""

    version: str
    affected: bool

    def sentence(self) -> str:
        """One sentence for the log at start and for `vitrylo doctor`."""
        if not self.affected:
            return f"SQLite {self.version}: not affected by the WAL-reset fault."
        return (
            f"SQLite {self.version} is in the range of the WAL-reset fault (3.7.0 to 3.51.2). "
            "Guard: one connection per file writes and does every checkpoint, readers are "
            "query_only, a lock keeps every other server away. Do not run another program "
            "that writes or checkpoints these files."
        )


def sqlite_report(version: str = sqlite3.sqlite_version) -> SqliteReport:
    """Report on a version of SQLite, by default the one linked into this Python.

    The fault is in 3.7.0 to 3.51.2 except the back-ports 3.44.6 and 3.50.7 (and later ones of
    these two lines).
    """
    number = tuple(int(part) for part in version.split(".")[:3])
    mended = (3, 44, 6) <= number < (3, 45) or (3, 50, 7) <= number < (3, 51)
    return SqliteReport(version, (3, 7, 0) <= number <= (3, 51, 2) and not mended)


def file_system_of(path: Path, mounts: Path = Path("/proc/self/mounts")) -> str:
    """Type of the file system that holds `path`, or "" where the system does not tell."""
    if not mounts.exists():
        return ""
    best, kind = "", ""
    real = str(path.resolve())
    for line in mounts.read_text(errors="replace").splitlines():
        fields = line.split()
        if len(fields) < 3:
            continue
        point = fields[1].replace("\\040", " ")
        inside = real == point or real.startswith(point.rstrip("/") + "/")
        if inside and len(point) >= len(best):
            best, kind = point, fields[2]
    return kind


def settle(raw: sqlite3.Connection, pragmas: dict[str, int | str]) -> None:
    """Set pragmas and read each one back; `StoreSettings` names the first that did not take."""
    for name, wanted in pragmas.items():
        raw.execute(f"PRAGMA {name}={wanted}").fetchall()
        row = raw.execute(f"PRAGMA {name}").fetchone()
        found = None if row is None else row[0]
        if found != wanted:
            raise StoreSettings(f"SQLite: {name} is {found!r}, needed is {wanted!r}")


def read_settings(raw: sqlite3.Connection) -> dict[str, str]:
    """The settings as the connection answers them now, for `/health` and the doctor."""
    found = {"sqlite_version": sqlite3.sqlite_version}
    for name in ("journal_mode", *_WRITER_PRAGMAS):
        row = raw.execute(f"PRAGMA {name}").fetchone()
        found[name] = "" if row is None else str(row[0])
    return found


def read_only_uri(path: Path) -> str:
    """The URI of a file for a connection that can neither write nor create it."""
    return f"file:{quote(str(path))}?mode=ro"


def open_reader(path: Path) -> sqlite3.Connection:
    """A bare connection that can only read; usable from any one thread at a time."""
    raw = sqlite3.connect(
        read_only_uri(path),
        uri=True,
        isolation_level=None,
        check_same_thread=False,
        timeout=BUSY_TIMEOUT_MS / 1000,
    )
    try:
        settle(raw, _READER_PRAGMAS)
    except BaseException:
        raw.close()
        raise
    return raw


def writing_engine(make: Callable[[], sqlite3.Connection], faults: Faults) -> Engine:
    """An engine of exactly one connection whose every transaction is BEGIN IMMEDIATE."""
    # The pool must not roll back a connection that it is given back: the writer does that itself,
    # and a simulated machine that crashed is collected some time later, when the one connection of
    # its disk is at work for the machine started after it.
    engine = create_engine(
        "sqlite://", creator=make, poolclass=StaticPool, pool_reset_on_return=None
    )

    # isolation_level=None switches the driver's own transactions off, so that BEGIN and
    # SAVEPOINT are exactly where SQLAlchemy puts them.
    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        raw_connection(connection).execute("BEGIN IMMEDIATE")

    @event.listens_for(engine, "handle_error")
    def _stay_in_a_transaction(context: ExceptionContext) -> None:
        if context.connection is not None:
            _stay(context.connection)

    faults.watch(engine, writing=True)
    return engine.execution_options(**{_FAULTS: faults})


def _stay(connection: Connection) -> None:
    """Some errors (a full disk) make SQLite end the whole transaction. Were it left so, what a
    caller who swallowed the error does next would be committed one statement at a time."""
    if connection.in_transaction():
        raw = raw_connection(connection)
        if not raw.in_transaction:
            raw.execute("BEGIN IMMEDIATE")


def passed_by(connection: Connection, statement: str, error: sqlite3.Error) -> DBAPIError:
    """For a statement given to the driver past SQLAlchemy: what happens when SQLAlchemy meets an
    error, and the exception that it would raise."""
    _stay(connection)
    faults = connection.get_execution_options().get(_FAULTS)
    if isinstance(faults, Faults):
        faults.note(error, writing=True)
    integrity = isinstance(error, sqlite3.IntegrityError)
    return (IntegrityError if integrity else DBAPIError)(statement, None, error)


def raw_connection(connection: Connection) -> sqlite3.Connection:
    """The driver's connection below a SQLAlchemy one."""
    raw = connection.connection.driver_connection
    assert isinstance(raw, sqlite3.Connection)
    return raw


class SqliteFile:
    """One SQLite file: its lock, its writing connection, its readers, its checkpoints."""

    dialect = "sqlite"

    def __init__(
        self,
        path: Path,
        faults: Faults,
        *,
        readers: int,
        writable: bool,
        connection_class: type[sqlite3.Connection] = sqlite3.Connection,
    ) -> None:
        """Take the lock when `writable`; the file itself is opened by the two methods below."""
        self.path = path
        self._wal = Path(f"{path}-wal")
        self._wal_name = str(self._wal)
        self._faults = faults
        self._connection_class = connection_class
        self._lock: FileLock | None = None
        self._anchor: sqlite3.Connection | None = None
        self._writing: Engine | None = None
        self._raw: sqlite3.Connection | None = None
        self._checkpoint_above = WAL_LIMIT_BYTES
        self._refuse_bad_place()
        if writable:
            self._lock = FileLock(Path(f"{path}.lock"))
        elif not path.exists():
            raise StoreSettings(f"{path}: there is no such database to read")
        self._reading = create_engine(
            "sqlite://",
            creator=lambda: open_reader(path),
            poolclass=QueuePool,
            pool_size=readers,
            max_overflow=0,
            pool_timeout=BUSY_TIMEOUT_MS / 1000,
        )
        faults.watch(self._reading, writing=False)

        @event.listens_for(self._reading, "begin")
        def _begin(connection: Connection) -> None:
            raw_connection(connection).execute("BEGIN")

    def _refuse_bad_place(self) -> None:
        if not self.path.parent.is_dir():
            raise StoreSettings(f"{self.path}: there is no folder {self.path.parent}")
        kind = file_system_of(self.path.parent)
        if kind in _NETWORK_FILE_SYSTEMS:
            raise StoreSettings(
                f"{self.path} lies on a network file system ({kind}); SQLite needs a local disk"
            )
        ready = Path(f"{self.path}{RESTORE_READY}")
        if ready.exists():
            raise StoreSettings(
                f"a restore of {self.path} was interrupted: restore again, or delete {ready}"
            )

    def connect_writer(self) -> Connection:
        """Open, settle and anchor the one writing connection; called once, by its owner."""
        self._writing = writing_engine(self._connect_raw, self._faults)
        connection = self._writing.connect()
        # A second open connection keeps SQLite from a checkpoint when the writer closes after
        # a fault; it reads once because only a reader that has read holds its place.
        self._anchor = open_reader(self.path)
        self._anchor.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        return connection

    def _connect_raw(self) -> sqlite3.Connection:
        fresh = not self.path.exists()
        raw = sqlite3.connect(
            self.path,
            isolation_level=None,
            check_same_thread=False,
            timeout=BUSY_TIMEOUT_MS / 1000,
            factory=self._connection_class,
        )
        try:
            mode = raw.execute("PRAGMA journal_mode=wal").fetchone()[0]
            if mode != "wal":
                raise StoreSettings(f"SQLite: journal_mode is {mode!r}, needed is 'wal'")
            settle(raw, _WRITER_PRAGMAS)
        except sqlite3.OperationalError as error:
            raw.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_BUSY:
                raise StoreLocked(f"{self.path} is in use by another program") from error
            raise
        except BaseException:
            raw.close()
            raise
        if fresh:
            sync_folder(self.path.parent)
        self._raw = raw
        return raw

    def reading(self) -> Engine:
        """The engine of the readers."""
        return self._reading

    def transaction_holds(self) -> bool:
        """Whether the open write transaction still exists (SQLite may end it on an error)."""
        assert self._raw is not None
        return self._raw.in_transaction

    def roll_back(self) -> None:
        """End what is still open, also after a commit that failed."""
        if self._raw is not None and self._raw.in_transaction:
            self._raw.rollback()

    def committed(self) -> None:
        """After each commit, in the writer's thread: keep the write-ahead log bounded."""
        try:
            size = os.stat(self._wal_name).st_size
        except FileNotFoundError:
            return
        if size > self._checkpoint_above:
            # A reader may hold the log open; the next try waits for as much growth again.
            left = self.checkpoint()
            self._checkpoint_above = left + WAL_LIMIT_BYTES

    def checkpoint(self) -> int:
        """Move the log into the file and empty it; never waits for readers. Where the disk has no
        room for that the log keeps everything, and a later try succeeds.

        Only for the writer's thread, outside a transaction. Returns the bytes left in the log.
        """
        assert self._raw is not None
        self._raw.execute("PRAGMA busy_timeout=0")
        try:
            self._raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode not in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_FULL):
                raise
        finally:
            self._raw.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        return self._wal.stat().st_size if self._wal.exists() else 0

    def quick_check(self, connection: Connection) -> list[str]:
        """SQLite's own check of pages and rows; an empty list is health."""
        return quick_check_raw(raw_connection(connection))

    def settings(self, connection: Connection) -> dict[str, str]:
        """The settings read back now, and what is known of the version."""
        report = sqlite_report()
        found = read_settings(raw_connection(connection))
        return {**found, "wal_reset_affected": str(report.affected).lower()}

    def set_foreign_keys(self, connection: Connection, enforced: bool) -> None:
        """Switch enforcement for a migration, outside any transaction, and read it back."""
        settle(raw_connection(connection), {"foreign_keys": int(enforced)})

    def close(self) -> None:
        """Readers first, so that the writer's last checkpoint is whole; after a fault the
        writer first, so that there is none."""
        if self._faults.dead:
            self._close_writer()
            self._close_readers()
        else:
            self._close_readers()
            self._close_writer()
        if self._lock is not None:
            self._lock.release()

    def _close_readers(self) -> None:
        self._reading.dispose()
        if self._anchor is not None:
            self._anchor.close()
            self._anchor = None

    def _close_writer(self) -> None:
        if self._writing is not None:
            self._writing.dispose()
            self._writing = None


def quick_check_raw(raw: sqlite3.Connection) -> list[str]:
    """`PRAGMA quick_check` as a list of complaints."""
    lines = [str(row[0]) for row in raw.execute("PRAGMA quick_check(20)")]
    return [] if lines == ["ok"] else lines


class MemoryDisk:
    """A SQLite database that outlives its `Database`: the disk of a simulated machine."""

    def __init__(self, image: bytes | None = None) -> None:
        """An empty disk, or one with the content of an `image` taken earlier."""
        self.raw = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        if image is not None:
            self.raw.deserialize(image)
        settle(self.raw, {name: wanted for name, wanted in _PRAGMAS.items() if name != "mmap_size"})

    def image(self) -> bytes:
        """All committed content, to clone a disk or to stand for a backup."""
        self.power_cut()
        return self.raw.serialize()

    def power_cut(self) -> None:
        """What was not committed is gone."""
        if self.raw.in_transaction:
            self.raw.rollback()

    def close(self) -> None:
        """Throw the disk away."""
        self.raw.close()


class _Compiled(dict[tuple[Any, ...], Any]):
    """Statements compiled for one simulated disk serve all: their dialects differ in nothing."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        """The key begins with the dialect."""
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__(key[1:], value)


_COMPILED = _Compiled()


class SqliteMemory:
    """A `MemoryDisk` behind the same methods as `SqliteFile`; readers share the connection."""

    dialect = "sqlite"

    def __init__(self, disk: MemoryDisk, faults: Faults) -> None:
        """Start on a disk as after a power cut."""
        disk.power_cut()
        self._disk = disk
        self._faults = faults
        self._engine = writing_engine(lambda: disk.raw, faults)

    def connect_writer(self) -> Connection:
        """The connection of the disk. All disks share what was compiled for one: a simulation
        opens thousands of them, each for a moment."""
        connection = self._engine.connect()
        return connection.execution_options(compiled_cache=_COMPILED)

    def transaction_holds(self) -> bool:
        """Whether the open write transaction still exists."""
        return self._disk.raw.in_transaction

    def roll_back(self) -> None:
        """End what is still open, also after a commit that failed."""
        self._disk.power_cut()

    def committed(self) -> None:
        """Nothing to bound: there is no log."""

    def checkpoint(self) -> int:
        """Nothing to move: there is no log."""
        return 0

    def quick_check(self, connection: Connection) -> list[str]:
        """SQLite's own check of pages and rows; an empty list is health."""
        return quick_check_raw(raw_connection(connection))

    def settings(self, connection: Connection) -> dict[str, str]:
        """The settings read back now."""
        return read_settings(raw_connection(connection))

    def set_foreign_keys(self, connection: Connection, enforced: bool) -> None:
        """Switch enforcement for a migration, outside any transaction, and read it back."""
        settle(raw_connection(connection), {"foreign_keys": int(enforced)})

    def query_only(self, connection: Connection, reading: bool) -> None:
        """Let the shared connection refuse writes while a reader uses it."""
        self._faults.reader_borrows = reading
        raw_connection(connection).execute(f"PRAGMA query_only={int(reading)}")

    def close(self) -> None:
        """The disk stays; what was not committed is gone."""
        self._disk.power_cut()
