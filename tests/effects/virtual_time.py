"""Time that passes only when everybody waits."""

import asyncio
import heapq
from collections.abc import Callable
from itertools import count

TURNS = 60
"""Turns of the loop after which everything that can run without time passing has run."""


class VirtualTime:
    """A clock and a sleep of the same milliseconds; `until` moves them on."""

    def __init__(self) -> None:
        """It is 1 000 ms."""
        self.now_ms = 1_000
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()

    def clock(self) -> int:
        """The time now."""
        return self.now_ms

    async def sleep(self, ms: int) -> None:
        """Wait `ms` of this time."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.now_ms + ms, next(self._order), waiter))
        await waiter

    async def settle(self) -> None:
        """Let everything run that needs no time."""
        for _ in range(TURNS):
            await asyncio.sleep(0)

    async def until(self, reached: Callable[[], bool], within_ms: int = 100_000_000) -> None:
        """Move on from sleeper to sleeper until it is so; fails after `within_ms`."""
        end_ms = self.now_ms + within_ms
        await self.settle()
        while not reached():
            while self._sleepers and self._sleepers[0][2].done():
                heapq.heappop(self._sleepers)
            assert self._sleepers, "everybody waits for something that will not come"
            due_ms, _, waiter = heapq.heappop(self._sleepers)
            assert due_ms <= end_ms, "it took too long"
            self.now_ms = max(self.now_ms, due_ms)
            waiter.set_result(None)
            await self.settle()

    async def pass_by(self, ms: int) -> None:
        """Let `ms` pass."""
        gone = asyncio.ensure_future(self.sleep(ms))
        await self.until(gone.done)
