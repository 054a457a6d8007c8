"""One context's database: SQLite (one file) or PostgreSQL (one schema), chosen by URL.

Rule: callers hand in functions; `write` runs one in a transaction on the one writing connection,
`read` runs one on a reader that sees a single moment and cannot write. Nothing here knows a
table.
Neighbours: `writer.py` (transactions), `sqlite.py` and `postgresql.py` (backends), `faults.py`
(fail-stop), `migrations.py`, `backup.py`, `hot_insert.py`.
"""

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from sqlalchemy import URL, Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlmodel import Session

from .errors import StoreClosed, StoreDead, StoreError, StoreSettings
from .faults import Faults
from .sqlite import MemoryDisk, SqliteFile, SqliteMemory
from .writer import QUEUE_BOUND, InlineWriter, Writer, WriterInterface

if TYPE_CHECKING:
    from .postgresql import PostgresqlSchema

T = TypeVar("T")
READERS = 4
_Backend: TypeAlias = "SqliteFile | PostgresqlSchema | SqliteMemory"


def session_on(connection: Connection) -> Session:
    """A SQLModel session inside the transaction that `connection` is in.

    `flush` (or leaving the `with` block after `commit`) sends the rows; the transaction itself
    is ended by the store alone. Rows stay usable after a commit.
    """
    return Session(bind=connection, expire_on_commit=False)


class Database:
    """A database with one writer and a small pool of readers. Made by `open`,
    `open_read_only` or `on_disk`; a context manager closes it."""

    def __init__(
        self, backend: _Backend, writer: WriterInterface | None, faults: Faults, *, readers: int
    ) -> None:
        """For the three class methods below."""
        self._backend = backend
        self._writer = writer
        self._faults = faults
        self._closed = False
        self._readers = readers
        self._executor: ThreadPoolExecutor | None = None

    @classmethod
    def open(
        cls,
        url: str,
        schema: str = "main",
        *,
        on_fatal: Callable[[StoreDead], None] | None = None,
        readers: int = READERS,
        queue_bound: int = QUEUE_BOUND,
        check: bool = True,
        connection_class: type[sqlite3.Connection] = sqlite3.Connection,
    ) -> "Database":
        """Open for writing, alone.

        `url` is "sqlite:////path/front.db" (`schema` is not used) or
        "postgresql+psycopg://...". With `check` SQLite looks over all its pages first.
        `connection_class` lets a test put faults under the writer.
        Raises `StoreLocked` (another server holds it, pid named), `StoreSettings`,
        `StoreDead` (damaged or unreachable).
        """
        parsed = _parse(url)
        faults = Faults(_name(parsed, schema), on_fatal)
        backend: SqliteFile | PostgresqlSchema | None = None
        try:
            if parsed.get_backend_name() == "sqlite":
                backend = SqliteFile(
                    _path(parsed),
                    faults,
                    readers=readers,
                    writable=True,
                    connection_class=connection_class,
                )
            else:
                backend = _postgresql(parsed, schema, faults, readers)
            writer = Writer(backend, faults, queue_bound=queue_bound)
        except (DBAPIError, sqlite3.Error) as error:
            if backend is not None:
                backend.close()
            raise StoreDead(f"{_name(parsed, schema)} cannot be opened: {error}") from error
        except StoreError:
            if backend is not None:
                backend.close()
            raise
        database = cls(backend, writer, faults, readers=readers)
        if check:
            database._refuse_damage()
        return database

    @classmethod
    def open_read_only(
        cls, url: str, schema: str = "main", *, readers: int = READERS
    ) -> "Database":
        """Open for reading beside the process that writes: no lock, no writer, no checkpoint."""
        parsed = _parse(url)
        faults = Faults(_name(parsed, schema))
        backend: SqliteFile | PostgresqlSchema
        if parsed.get_backend_name() == "sqlite":
            backend = SqliteFile(_path(parsed), faults, readers=readers, writable=False)
        else:
            backend = _postgresql(parsed, schema, faults, readers)
        return cls(backend, None, faults, readers=readers)

    @classmethod
    def on_disk(
        cls,
        disk: MemoryDisk,
        *,
        before_commit: Callable[[], None] | None = None,
        after_commit: Callable[[], None] | None = None,
    ) -> "Database":
        """Open a simulated machine's disk; everything runs in the caller's thread.

        After a crash (an exception out of a hook) drop this object and open the disk again.
        """
        faults = Faults("the simulated disk")
        backend = SqliteMemory(disk, faults)
        writer = InlineWriter(
            backend, faults, before_commit=before_commit, after_commit=after_commit
        )
        return cls(backend, writer, faults, readers=1)

    @property
    def dialect(self) -> str:
        """ "sqlite" or "postgresql"."""
        return self._backend.dialect

    @property
    def path(self) -> Path | None:
        """The file, for SQLite on a disk."""
        return self._backend.path if isinstance(self._backend, SqliteFile) else None

    @property
    def schema(self) -> str | None:
        """The schema, for PostgreSQL."""
        backend = self._backend
        return None if isinstance(backend, SqliteFile | SqliteMemory) else backend.schema

    @property
    def url(self) -> URL | None:
        """Where the server is, for PostgreSQL; holds its password."""
        backend = self._backend
        return None if isinstance(backend, SqliteFile | SqliteMemory) else backend.url

    @property
    def dead(self) -> bool:
        """Whether a fault has stopped this database for good."""
        return self._faults.dead

    @property
    def writer(self) -> WriterInterface:
        """The writer: `run(fn)` gives a `concurrent.futures.Future`."""
        if self._closed:
            raise StoreClosed("the database was closed")
        if self._writer is None:
            raise StoreSettings("this database was opened for reading only")
        return self._writer

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` in one write transaction; returns after the commit is on the disk.

        Errors: what `fn` raised (rolled back), `DiskFull`, `StoreBusy`, `StoreDead`,
        `TransactionBroken`. When the waiting task is cancelled after `fn` has started, the
        transaction still ends by itself, either way.
        """
        future = self.writer.run(fn)
        if future.done():
            return future.result()
        return await asyncio.wrap_future(future)

    def read(self, fn: Callable[[Connection], T]) -> T:
        """Run `fn` on a reader in the calling thread: one moment of the data, no writing."""
        self._faults.refuse_if_dead()
        if self._closed:
            raise StoreClosed("the database was closed")
        try:
            if isinstance(self._backend, SqliteMemory):
                return self._read_inline(self._backend, fn)
            with self._backend.reading().connect() as connection, connection.begin():
                return fn(connection)
        except Exception as error:
            seen = self._faults.translate(error, writing=False)
            if seen is not error:
                raise seen from error
            raise

    def _read_inline(self, backend: SqliteMemory, fn: Callable[[Connection], T]) -> T:
        assert isinstance(self._writer, InlineWriter)
        connection = self._writer.connection
        transaction = connection.begin()
        backend.query_only(connection, True)
        try:
            return fn(connection)
        finally:
            backend.query_only(connection, False)
            transaction.rollback()

    async def read_async(self, fn: Callable[[Connection], T]) -> T:
        """`read` in one of the readers' threads, for asyncio."""
        if isinstance(self._backend, SqliteMemory):
            return self.read(fn)
        if self._executor is None:
            self._executor = ThreadPoolExecutor(self._readers, "store-reader")
        return await asyncio.get_running_loop().run_in_executor(self._executor, self.read, fn)

    def checkpoint(self) -> int:
        """Let the writer move its log into the file now; returns the bytes left in the log."""
        return self.writer.run_bare(lambda _connection: self._backend.checkpoint()).result()

    def quick_check(self) -> list[str]:
        """What the database complains about itself; an empty list is health."""
        if self._writer is None:
            return self.read(self._backend.quick_check)
        return self.writer.run_bare(self._backend.quick_check).result()

    def settings(self) -> dict[str, str]:
        """The settings of the writing connection as it answers now, for health and doctor."""
        return self.writer.run_bare(self._backend.settings).result()

    def foreign_keys(self, enforced: bool) -> None:
        """For `migrations.py`: pause or resume foreign keys on the writing connection."""
        change = self._backend.set_foreign_keys
        self.writer.run_bare(lambda connection: change(connection, enforced)).result()

    def check_damage(self) -> None:
        """Look over all pages; damage ends the database (`on_fatal`). Raises StoreDead.

        For a large file that was opened without the check: call it from any thread.
        """
        complaints = self.quick_check()
        if complaints:
            raise self._faults.kill("quick_check: " + "; ".join(complaints[:3]))

    def _refuse_damage(self) -> None:
        try:
            self.check_damage()
        except StoreError:
            self.close()
            raise

    def close(self) -> None:
        """Finish the queued writes, then close readers and writer. A second call does nothing."""
        if self._closed:
            return
        self._closed = True
        if self._executor is not None:
            self._executor.shutdown()
        if self._writer is not None:
            self._writer.close()
        self._backend.close()

    def __enter__(self) -> "Database":
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close."""
        self.close()


def _postgresql(url: URL, schema: str, faults: Faults, readers: int) -> "PostgresqlSchema":
    """Its driver is loaded where it is used."""
    from .postgresql import PostgresqlSchema

    return PostgresqlSchema(url, schema, faults, readers=readers)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise StoreSettings("the database's URL cannot be read") from error
    name = parsed.drivername
    if name in ("postgresql", "postgresql+psycopg"):
        return parsed.set(drivername="postgresql+psycopg")
    if name == "sqlite" and parsed.database not in (None, "", ":memory:"):
        return parsed
    raise StoreSettings(
        f"{parsed.render_as_string(hide_password=True)}: needed is sqlite:////path/to/file"
        " or postgresql+psycopg://user@host/database"
    )


def _path(url: URL) -> Path:
    assert url.database is not None
    return Path(url.database).absolute()


def _name(url: URL, schema: str) -> str:
    if url.get_backend_name() == "sqlite":
        return str(_path(url))
    return f"{url.database} on {url.host}, schema {schema}"


__all__ = ["Database", "MemoryDisk", "session_on"]
