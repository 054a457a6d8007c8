"""What ends the rest of the loop: a finger at the window's door, or something that is due.

Rule: the socket to the X server says when it has something, and Kivy's clock says what is due next;
so a still screen rests, and a touch is taken when it comes. Where there is no such socket (another
window system), the window is looked at with the pace of frames. What a window system read ahead of
its own accord nobody tells: `LOOK_MOST_S` bounds every rest.
"""

import asyncio
import contextlib
import os
import socket
import stat
from typing import Any, Final

from kivy.clock import Clock

LOOK_MOST_S: Final = 1 / 20
_REST_S: Final = 0.002
_QUIET_S: Final = 0.0003
"""A step of the loop that takes less had nothing to do but to look round."""
_DOOR: Final = ".X11-unix/X"


class Waking:
    """Rests until there is something to do. Use on the loop that shows the window."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._called = asyncio.Event()
        self._doors = _doors()
        self._open = False
        # Kivy's own way to be told; its other clocks, which wait in threads, use it too.
        Clock.on_schedule = self._scheduled

    async def rest(self, others_s: float, pace_s: float, *, drew: bool) -> None:
        """Until all else has run that is ready, which may take `others_s`; then until something
        calls or is due, in steps of `pace_s`.

        After a frame not longer than that: what the window system read while it took the frame
        knocks at no door.
        """
        begun = self._loop.time()
        await asyncio.sleep(_REST_S)
        await self._others(begun + others_s)
        most = LOOK_MOST_S if self._doors and not drew else pace_s
        left = min(most, max(pace_s, Clock.get_min_timeout())) + begun - self._loop.time()
        if left <= 0 or self._called.is_set():
            return
        self._listen(True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(left):
                await self._called.wait()
        self._listen(False)

    async def _others(self, until: float) -> None:
        """Step by step, until a step finds nothing to do or the time is over."""
        while (begun := self._loop.time()) < until:
            await asyncio.sleep(0)
            if self._loop.time() - begun < _QUIET_S:
                return

    def taken(self) -> None:
        """The window is looked at now: whatever called before is answered by that."""
        self._called.clear()

    def stop(self) -> None:
        """Listen no more."""
        self._listen(False)
        del Clock.on_schedule

    def _listen(self, wanted: bool) -> None:
        if wanted == self._open:
            return
        self._open = wanted
        for door in self._doors:
            if wanted:
                self._loop.add_reader(door, self._knock)
            else:
                self._loop.remove_reader(door)

    def _knock(self) -> None:
        self._listen(False)
        self._called.set()

    def _scheduled(self, event: Any) -> None:
        """Something is due, sooner than a rest might end."""
        if event.timeout < LOOK_MOST_S:
            self._called.set()


def _doors() -> list[int]:
    """This process' sockets to an X server, by their numbers."""
    found = []
    with contextlib.suppress(OSError):
        for name in os.listdir("/proc/self/fd"):
            with contextlib.suppress(OSError):
                number = int(name)
                if not stat.S_ISSOCK(os.fstat(number).st_mode):
                    continue
                with socket.socket(fileno=os.dup(number)) as door:
                    peer = door.getpeername()
                if _DOOR in (peer if isinstance(peer, str) else bytes(peer).decode("latin-1")):
                    found.append(number)
    return found
