"""Where the terminal's store runs: one thread in a house, inline in a simulation.

The store has one connection and blocks on fsync, so exactly one call runs at a time and none on the
event loop that draws the screen.
"""

from asyncio import get_running_loop, to_thread
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")


class Runner(Protocol):
    """Runs blocking work, one piece at a time, in the order in which it was given."""

    async def __call__(self, work: Callable[[], T]) -> T:
        """The result of `work`, or its exception."""


class Worker:
    """A `Runner` with a thread of its own."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="terminal-store")

    async def __call__(self, work: Callable[[], T]) -> T:
        """See `Runner`."""
        return await get_running_loop().run_in_executor(self._pool, work)

    def close(self) -> None:
        """Let the thread finish what it has."""
        self._pool.shutdown(wait=True)


async def inline(work: Callable[[], T]) -> T:
    """A `Runner` for virtual time: no thread, no waiting."""
    return work()


async def in_thread(work: Callable[[], T]) -> T:
    """A `Runner` for slow work that needs no order."""
    return await to_thread(work)
