"""The evening's own time, in minutes of the day: everybody waits here for their next moment.

One actor acts at a time, in the order of the moments, so that a seed gives the same evening. With a
speed the moments come at the wall's pace; without one each comes as soon as the house is quiet.
"""

import asyncio
import heapq
import logging
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

Quiet = Callable[[], Awaitable[None]]


class ScriptClock:
    """See the head of the file. Actors are `spawn`ed, wait by `until`, and `run` drives them."""

    def __init__(self, start: int, speed: float, quiet: Quiet) -> None:
        """`start` in minutes of the day; `speed` in scripted minutes a real one, 0: at once.

        `quiet` returns when everything done so far has arrived everywhere; asked at full speed.
        """
        self.minute = start
        self.faults: list[str] = []
        self._start = start
        self._speed = speed
        self._quiet = quiet
        self._moments: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = 0
        self._busy = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._actors: set[asyncio.Task[None]] = set()

    def spawn(self, actor: Coroutine[Any, Any, None], name: str) -> None:
        """Let somebody act; their fault is logged and ends nobody else's evening."""
        self._begin()
        task = asyncio.get_running_loop().create_task(self._act(actor, name), name=name)
        self._actors.add(task)
        task.add_done_callback(self._actors.discard)

    async def _act(self, actor: Coroutine[Any, Any, None], name: str) -> None:
        try:
            await actor
        except Exception as fault:
            log.exception("%s gave up", name)
            self.faults.append(f"{name}: {fault!r}")
        finally:
            self._end()

    async def until(self, minute: int) -> None:
        """Wait for a moment; one that has passed comes after those that wait already."""
        self._order += 1
        moment: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._moments, (max(minute, self.minute), self._order, moment))
        self._end()
        await moment

    async def rest(self, minutes: int) -> None:
        """Wait for so many minutes."""
        await self.until(self.minute + minutes)

    async def run(self) -> None:
        """Until nobody waits any more. A cancelled run cancels the actors."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            while True:
                await self._idle.wait()
                if not self._moments:
                    return
                minute, _, moment = heapq.heappop(self._moments)
                if minute > self.minute:
                    if self._speed:
                        due = began + (minute - self._start) * 60 / self._speed
                        await asyncio.sleep(max(0.0, due - loop.time()))
                    else:
                        await self._quiet()
                    self.minute = minute
                if not moment.done():
                    self._begin()
                    moment.set_result(None)
        finally:
            for actor in self._actors:
                actor.cancel()
            await asyncio.gather(*self._actors, return_exceptions=True)

    def _begin(self) -> None:
        self._busy += 1
        self._idle.clear()

    def _end(self) -> None:
        self._busy -= 1
        if self._busy == 0:
            self._idle.set()


def spoken(minute: int) -> str:
    """A minute of the day as people say it."""
    return f"{minute // 60:02d}:{minute % 60:02d}"
