"""A window of a benchmark with its finger: real pointer events, and stamps of what they did."""

import asyncio
import time
from collections.abc import Callable, Sequence

from Xlib import X
from Xlib.ext import xtest

from tests.e2e.screen import Screen

from .child import Child

REST_S = 0.03
"""How long a finger stays down: a hurried one."""
PATIENCE_S = 60.0

Stamp = tuple[str, str, int]


class Fingers:
    """A window in a child process, standing `left` pixels from the edge of a screen."""

    def __init__(self, screen: Screen, window: Child, left: int = 0) -> None:
        self._screen, self._window, self._left = screen, window, left
        self.stamps: list[Stamp] = []

    async def where(self, action: str) -> tuple[int, int]:
        """The place of a target, as soon as there is one."""
        async with asyncio.timeout(PATIENCE_S):
            while not (place := await self._window.ask(f"where {action}")):
                await asyncio.sleep(0.02)
        return self._left + place["x"], place["y"]

    async def tap(self, action: str) -> tuple[int, int]:
        """Find a target and tap it; the moments when the finger came and went."""
        return await self.tap_at(*await self.where(action))

    async def tap_at(self, x: int, y: int) -> tuple[int, int]:
        """A finger down and up at a place; nanoseconds of both."""
        display = self._screen.x
        xtest.fake_input(display, X.MotionNotify, 0, x=x, y=y)
        display.sync()
        came = time.monotonic_ns()
        xtest.fake_input(display, X.ButtonPress, 1)
        display.sync()
        await asyncio.sleep(REST_S)
        left = time.monotonic_ns()
        xtest.fake_input(display, X.ButtonRelease, 1)
        display.sync()
        return came, left

    async def swipe(self, start: tuple[int, int], end: tuple[int, int], steps: int) -> None:
        """A finger that drags, 60 places a second."""
        display = self._screen.x
        xtest.fake_input(display, X.MotionNotify, 0, x=start[0], y=start[1])
        xtest.fake_input(display, X.ButtonPress, 1)
        display.sync()
        for step in range(1, steps + 1):
            x, y = (start[k] + (end[k] - start[k]) * step // steps for k in (0, 1))
            xtest.fake_input(display, X.MotionNotify, 0, x=x, y=y)
            display.sync()
            await asyncio.sleep(1 / 60)
        xtest.fake_input(display, X.ButtonRelease, 1)
        display.sync()

    async def until(self, name: str, what: str = "", after_ns: int = 0) -> int:
        """When something happened in the window, once it has: the first time after a moment."""
        return (await self.find(lambda one: one[0] == name and what in one[1], after_ns))[2]

    async def find(self, wanted: Callable[[Stamp], bool], after_ns: int) -> Stamp:
        """The first stamp that is wanted, of those after a moment."""
        return await first_of([self], wanted, after_ns)

    async def look(self) -> None:
        """Hear what happened since the last time."""
        self.stamps += map(tuple, (await self._window.ask("stamps"))["stamps"])

    def forget(self) -> None:
        """Start anew with the stamps."""
        self.stamps.clear()

    @property
    def pid(self) -> int:
        """The process of the window."""
        return self._window.pid


async def first_of(
    windows: Sequence[Fingers], wanted: Callable[[Stamp], bool], after_ns: int = 0
) -> Stamp:
    """The first stamp that is wanted in any of these windows."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            for window in windows:
                for one in window.stamps:
                    if one[2] >= after_ns and wanted(one):
                        return one
                await window.look()
            await asyncio.sleep(0.01)
