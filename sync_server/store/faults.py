"""Sorting of driver errors, and the memory of what went wrong (fail-stop).

Rule: an I/O error or damaged data anywhere makes the database dead for good, also when the
caller's function swallowed the exception. A full disk dooms only its own transaction.
Neighbours: `errors.py` for the classes, `writer.py` and `database.py` for the callers.
Sources: reliability 0.4, 2.19; https://sqlite.org/rescode.html; PostgreSQL appendix A.
"""

import sqlite3
import sys
import threading
from collections.abc import Callable
from enum import Enum

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, PendingRollbackError, TimeoutError as PoolTimeout

from .errors import DiskFull, ReadOnlyStore, StoreBusy, StoreDead, StoreError


class Fault(Enum):
    """What an error means for the store."""

    FATAL = "fatal"
    FULL = "full"
    BUSY = "busy"
    READ_ONLY = "read only"
    OTHER = "other"


# Primary codes: the low byte of SQLite's extended code.
_SQLITE = {
    sqlite3.SQLITE_IOERR: Fault.FATAL,
    sqlite3.SQLITE_CORRUPT: Fault.FATAL,
    sqlite3.SQLITE_NOTADB: Fault.FATAL,
    sqlite3.SQLITE_CANTOPEN: Fault.FATAL,
    sqlite3.SQLITE_PROTOCOL: Fault.FATAL,
    sqlite3.SQLITE_INTERNAL: Fault.FATAL,
    sqlite3.SQLITE_NOMEM: Fault.FATAL,
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_BUSY: Fault.BUSY,
    sqlite3.SQLITE_LOCKED: Fault.BUSY,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
}

# SQLSTATE, the whole code first, then its class. A lost connection is fatal for the writer:
# the advisory lock went with it, and a commit on its way has an unknown end.
_POSTGRESQL = {
    "53100": Fault.FULL,
    "25006": Fault.READ_ONLY,
    "55P03": Fault.BUSY,
    "40": Fault.BUSY,
    "08": Fault.FATAL,
    "57P": Fault.FATAL,
    "58": Fault.FATAL,
    "XX": Fault.FATAL,
}


def classify(error: BaseException) -> Fault:
    """Say what an exception of SQLAlchemy or of a driver means; `OTHER` for all the rest."""
    if isinstance(error, DBAPIError):
        if error.connection_invalidated:
            return Fault.FATAL
        return classify(error.orig) if error.orig is not None else Fault.OTHER
    if isinstance(error, PoolTimeout):
        return Fault.BUSY
    if isinstance(error, sqlite3.Error):
        return _SQLITE.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, Fault.OTHER)
    # A house on SQLite never loads the driver of the other, and then no error is of it.
    psycopg = sys.modules.get("psycopg")
    if psycopg is not None and isinstance(error, psycopg.Error):
        state = error.sqlstate
        if state is None:
            lost = isinstance(error, psycopg.OperationalError)
            return Fault.FATAL if lost else Fault.OTHER
        for length in (5, 3, 2):
            if state[:length] in _POSTGRESQL:
                return _POSTGRESQL[state[:length]]
    return Fault.OTHER


class Faults:
    """The memory of one database: dead or alive, and whether the open transaction is doomed.

    `on_fatal` is called once, with the reason, in the thread that met the fault; the server
    ends its process there. Thread-safe.
    """

    def __init__(self, name: str, on_fatal: Callable[[StoreDead], None] | None = None) -> None:
        self._name = name
        self._on_fatal = on_fatal
        self._lock = threading.Lock()
        self._reason: str | None = None
        self._doom: BaseException | None = None
        self.reader_borrows = False
        """Set while a reader uses the writing connection (simulated disk only)."""

    @property
    def dead(self) -> bool:
        """Whether every later call fails."""
        return self._reason is not None

    def refuse_if_dead(self) -> None:
        """Raise `StoreDead` with the first reason, once there is one."""
        if self._reason is not None:
            raise StoreDead(self._reason)

    def kill(self, cause: BaseException | str) -> StoreDead:
        """Mark the database dead; the first reason stays. Returns the exception to raise."""
        with self._lock:
            first = self._reason is None
            if first:
                self._reason = f"{self._name} is stopped: {cause}"
        dead = StoreDead(self._reason)
        if first and self._on_fatal is not None:
            self._on_fatal(dead)
        return dead

    def begin(self) -> None:
        """A new write transaction starts: forget what doomed the last one."""
        self._doom = None

    @property
    def doom(self) -> BaseException | None:
        """The fault inside the open write transaction, even if its caller swallowed it."""
        return self._doom

    def note(self, error: BaseException, *, writing: bool) -> None:
        """Remember an error that passed by, so that a `try` around it cannot hide it."""
        writing = writing and not self.reader_borrows
        fault = classify(error)
        if fault is Fault.FATAL or (fault is Fault.READ_ONLY and writing):
            self.kill(error)
        if writing and fault in (Fault.FATAL, Fault.FULL, Fault.READ_ONLY):
            self._doom = error

    def translate(self, error: BaseException, *, writing: bool) -> BaseException:
        """The exception a caller shall see for this one; itself when it is the caller's own."""
        if isinstance(error, StoreError):
            return error
        if isinstance(error, PendingRollbackError) and self._doom is not None:
            error = self._doom
        fault = classify(error)
        if fault is Fault.FATAL or (fault is Fault.READ_ONLY and writing):
            return self.kill(error)
        if fault is Fault.FULL:
            return DiskFull(f"{self._name}: the disk is full, nothing of this was stored")
        if fault is Fault.BUSY:
            return StoreBusy(f"{self._name} is busy: {error}")
        if fault is Fault.READ_ONLY:
            return ReadOnlyStore(f"{self._name}: readers cannot write")
        return error

    def watch(self, engine: Engine, *, writing: bool) -> None:
        """Listen to every driver error of an engine."""

        @event.listens_for(engine, "handle_error")
        def _passed_by(context: ExceptionContext) -> None:
            if context.original_exception is not None:
                self.note(context.original_exception, writing=writing)
