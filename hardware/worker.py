"""The thread of a device: everything that is done with one printer is done on it, in order.

Rule: a driver blocks and holds one claim, so a second thread at the same device would be refused
or, on a line without claims, mix two jobs on one paper. The queue has a bound; a full one says so.
`InlineWorker` does the same work at once in the caller's thread, for the simulation.
Neighbour: `spooler` gives the work.
"""

import logging
import queue
import threading
from collections.abc import Callable
from typing import Protocol

QUEUE = 200
_LOG = logging.getLogger(__name__)

Task = Callable[[], None]


class Worker(Protocol):
    """Runs tasks one after another."""

    def submit(self, task: Task) -> bool:
        """Queue `task`; False when the queue is full or the worker is closed."""

    @property
    def waiting(self) -> int:
        """Tasks that were not begun."""

    def close(self) -> list[Task]:
        """Take no more tasks, finish the one in hand; returns those that were not begun."""


class ThreadWorker:
    """One daemon thread with a bounded queue."""

    def __init__(self, name: str, bound: int = QUEUE) -> None:
        self._tasks: queue.Queue[Task | None] = queue.Queue()
        self._bound = bound
        self._lock = threading.Lock()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=f"device {name}", daemon=True)
        self._thread.start()

    def submit(self, task: Task) -> bool:
        """Queue `task` unless the bound is reached."""
        with self._lock:
            if self._closed or self._tasks.qsize() >= self._bound:
                return False
            self._tasks.put(task)
            return True

    @property
    def waiting(self) -> int:
        """Tasks that were not begun."""
        return self._tasks.qsize()

    def close(self) -> list[Task]:
        """Stop after the task in hand, whose own time-outs bound the wait."""
        left: list[Task] = []
        with self._lock:
            if self._closed:
                return left
            self._closed = True
            while not self._tasks.empty():
                task = self._tasks.get_nowait()
                if task is not None:
                    left.append(task)
            self._tasks.put(None)
        if self._thread is not threading.current_thread():
            self._thread.join()
        return left

    def _run(self) -> None:
        while (task := self._tasks.get()) is not None:
            try:
                task()
            except Exception:  # noqa: BLE001 - one faulty task must not silence a printer for good
                _LOG.exception("a task of %s failed", self._thread.name)


class InlineWorker:
    """Runs a task within `submit`; one that is submitted by a task runs after it."""

    def __init__(self, name: str) -> None:
        self._tasks: list[Task] = []
        self._busy = False
        self._closed = False

    def submit(self, task: Task) -> bool:
        """Run `task` now, or after the one that is running."""
        if self._closed or len(self._tasks) >= QUEUE:
            return False
        self._tasks.append(task)
        if not self._busy:
            self._busy = True
            try:
                while self._tasks:
                    self._tasks.pop(0)()
            finally:
                self._busy = False
        return True

    @property
    def waiting(self) -> int:
        """Tasks that were not begun."""
        return len(self._tasks)

    def close(self) -> list[Task]:
        """Nothing waits here but what a running task added."""
        self._closed = True
        left, self._tasks = self._tasks, []
        return left
