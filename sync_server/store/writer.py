"""The one writing connection of a database and the thread that owns it.

Rule: a write is a function that gets a connection inside an open transaction. It returns and
everything is committed and on the disk, or it raises and nothing has happened. What the future
says is what the disk holds.
Neighbours: `database.py` puts a backend and a writer together; `InlineWriter` is the same
contract without a thread, for the seeded simulation.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection

from .errors import StoreBusy, StoreClosed, StoreError, TransactionBroken
from .faults import Faults

T = TypeVar("T")
IDLE_S = 1.0
QUEUE_BOUND = 2_000


class Backend(Protocol):
    """What a writer needs from SQLite or PostgreSQL."""

    dialect: str

    def connect_writer(self) -> Connection:
        """Open the one writing connection."""

    def transaction_holds(self) -> bool:
        """Whether a commit would keep the work of the open transaction."""

    def roll_back(self) -> None:
        """End the driver's transaction if it is still open."""

    def committed(self) -> None:
        """Called after each commit, outside a transaction."""

    def checkpoint(self) -> int:
        """Called when the writer is idle; returns bytes left in the log."""


class WriterInterface(Protocol):
    """How the rest of the store asks for writes."""

    def run(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Run `fn` in a transaction of its own."""

    def run_bare(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Run `fn` on the writing connection with no transaction open."""

    def close(self) -> None:
        """Finish what was asked for, then stop."""


class _Transactions:
    """The writing connection and what one transaction on it means."""

    def __init__(self, backend: Backend, faults: Faults) -> None:
        self._backend = backend
        self._faults = faults
        self.connection = backend.connect_writer()

    def perform(
        self, fn: Callable[[Connection], T], before_commit: Callable[[], None] | None = None
    ) -> T:
        """BEGIN, `fn`, COMMIT; any exception rolls back and reaches the caller."""
        faults = self._faults
        faults.refuse_if_dead()
        faults.begin()
        try:
            transaction = self.connection.begin()
        except Exception as error:
            raise faults.translate(error, writing=True) from error
        try:
            result = fn(self.connection)
            if faults.doom is not None:
                raise faults.doom
            if not transaction.is_active or not self._backend.transaction_holds():
                raise TransactionBroken(
                    "a statement failed outside a savepoint, or the function ended the transaction"
                )
            if before_commit is not None:
                before_commit()
            transaction.commit()
        except BaseException as error:
            self._roll_back()
            if isinstance(error, Exception):
                seen = faults.translate(faults.doom or error, writing=True)
                if seen is not error:
                    raise seen from error
            raise
        return result

    def perform_bare(self, fn: Callable[[Connection], T]) -> T:
        """`fn` without a transaction around it; what it leaves open is rolled back."""
        self._faults.refuse_if_dead()
        self._faults.begin()
        try:
            return fn(self.connection)
        except Exception as error:
            seen = self._faults.translate(error, writing=True)
            if seen is not error:
                raise seen from error
            raise
        finally:
            self._roll_back()

    def _roll_back(self) -> None:
        try:
            self.connection.rollback()
            # After a commit that failed SQLAlchemy thinks all is over; the driver may not.
            self._backend.roll_back()
        except Exception as error:  # noqa: BLE001 - a rollback that fails leaves nothing to trust
            self._faults.kill(error)

    def committed(self) -> None:
        """The backend's housekeeping; a fault in it concerns the next call, not this answer."""
        try:
            self._backend.committed()
        except Exception as error:  # noqa: BLE001 - the commit stands whatever happens here
            self._faults.kill(error)

    def checkpoint(self) -> None:
        """Checkpoint when idle; an error in it is fatal like any other of the disk."""
        if self._faults.dead:
            return
        try:
            self._backend.checkpoint()
        except Exception as error:  # noqa: BLE001 - half a checkpoint is a disk in trouble
            self._faults.kill(error)

    def close(self) -> None:
        """Give the connection back."""
        self.connection.close()


_Job = tuple[Callable[[Connection], Any], "Future[Any]", bool]


class Writer:
    """One thread, one connection, one bounded queue of functions."""

    def __init__(self, backend: Backend, faults: Faults, *, queue_bound: int = QUEUE_BOUND) -> None:
        """Open the connection in the caller's thread, so that a refusal is seen there."""
        self._transactions = _Transactions(backend, faults)
        self._jobs: queue.SimpleQueue[_Job | None] = queue.SimpleQueue()
        self._bound = queue_bound
        self._gate = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="store-writer", daemon=True)
        self._thread.start()

    def run(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Queue `fn` for a transaction of its own; `StoreBusy` when the queue is full.

        The future ends after the commit has reached the disk, or with the exception that
        rolled it back. A future cancelled before its turn is never run.
        """
        return self._queue(fn, bare=False)

    def run_bare(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Queue `fn` for the writing connection with no transaction open (maintenance)."""
        return self._queue(fn, bare=True)

    def _queue(self, fn: Callable[[Connection], T], *, bare: bool) -> Future[T]:
        future: Future[T] = Future()
        with self._gate:
            if self._closed:
                raise StoreClosed("the database was closed")
            if self._jobs.qsize() >= self._bound:
                raise StoreBusy(f"{self._bound} writes are waiting already")
            self._jobs.put((fn, future, bare))
        return future

    def close(self) -> None:
        """Finish what is queued, checkpoint, stop the thread, give the connection back."""
        with self._gate:
            if self._closed:
                return
            self._closed = True
            self._jobs.put(None)
        self._thread.join()
        self._transactions.checkpoint()
        self._transactions.close()

    def _work(self) -> None:
        dirty = False
        while True:
            try:
                job = self._jobs.get(timeout=IDLE_S if dirty else None)
            except queue.Empty:
                self._transactions.checkpoint()
                dirty = False
                continue
            if job is None:
                return
            fn, future, bare = job
            if future.set_running_or_notify_cancel():
                self._answer(fn, future, bare)
                dirty = True

    def _answer(self, fn: Callable[[Connection], Any], future: "Future[Any]", bare: bool) -> None:
        transactions = self._transactions
        try:
            result = transactions.perform_bare(fn) if bare else transactions.perform(fn)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the caller gets it
            future.set_exception(error)
            return
        future.set_result(result)
        if not bare:
            transactions.committed()


class InlineWriter:
    """The same contract in the caller's own thread, with places to crash.

    `before_commit` and `after_commit` are called around each commit. When they raise a
    `StoreError` before the commit, it is a refused commit and reaches the future (a full disk).
    Any other exception is the crash of the machine: it goes straight through `run`, the open
    transaction is lost, what was committed stays, and this writer is of no more use.
    """

    def __init__(
        self,
        backend: Backend,
        faults: Faults,
        *,
        before_commit: Callable[[], None] | None = None,
        after_commit: Callable[[], None] | None = None,
    ) -> None:
        """Open the connection of the backend."""
        self._faults = faults
        self._transactions = _Transactions(backend, faults)
        self._before = before_commit
        self._after = after_commit
        self._crash: BaseException | None = None
        self._closed = False

    @property
    def connection(self) -> Connection:
        """The connection, which the readers of a `MemoryDisk` share."""
        return self._transactions.connection

    def run(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Run `fn` now; the future is done when this returns."""
        if self._closed:
            raise StoreClosed("the database was closed")
        future: Future[T] = Future()
        try:
            result = self._transactions.perform(fn, self._crash_point)
        except Exception as error:
            if error is self._crash:
                raise
            future.set_exception(error)
            return future
        if self._after is not None:
            try:
                self._after()
            except BaseException as crash:
                self._faults.kill(crash)
                raise
        future.set_result(result)
        return future

    def run_bare(self, fn: Callable[[Connection], T]) -> Future[T]:
        """Run `fn` now on the connection with no transaction open."""
        if self._closed:
            raise StoreClosed("the database was closed")
        future: Future[T] = Future()
        try:
            future.set_result(self._transactions.perform_bare(fn))
        except Exception as error:  # noqa: BLE001 - whatever it is, the caller gets it
            future.set_exception(error)
        return future

    def _crash_point(self) -> None:
        if self._before is None:
            return
        try:
            self._before()
        except StoreError:
            raise
        except BaseException as crash:
            self._crash = crash
            raise

    def close(self) -> None:
        """Give the connection back; the disk stays."""
        if not self._closed:
            self._closed = True
            self._transactions.close()
