"""The pipe that both drivers work on: whole frames in order, or the end.

A `Link` may be a websocket (`websocket_link`), the in-memory pair below (both ends in one process),
or the lossy wires of the simulation. It knows no frame.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Protocol

from sync_server.domain import limits


class LinkClosed(Exception):
    """The link is over: `code` as in `frames.CloseCode` (1006 if nobody said), `reason` words."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


Taker = Callable[[bytes], bool]
"""Reads a frame in the turn of the loop in which it came; False leaves it to `Link.recv`."""


class Link(Protocol):
    """One connection. `send` waits while the other side is slow; that is the back-pressure."""

    peer: str
    fingerprint: str

    async def send(self, data: bytes) -> None:
        """Hand over one frame. Raises LinkClosed."""

    async def recv(self) -> bytes:
        """The next frame. Raises LinkClosed at the end."""

    async def close(self, code: int, reason: str) -> None:
        """End the link; harmless if it has ended."""


class DirectLink(Link, Protocol):
    """A link that can also be served without waiting, which spares a busy server two turns of its
    loop for each frame."""

    taker: Taker | None

    @property
    def free(self) -> bool:
        """Whether `say` may be called now: nothing said before is still on its way out."""

    def say(self, data: bytes) -> None:
        """Hand over one frame at once."""

    def say_to_many(self, frame: "SharedFrame") -> None:
        """Hand over a frame that goes to others too, at once."""


class SharedFrame:
    """A frame for many links. `wrapped` is what the first of them made of it for its wire."""

    __slots__ = ("data", "wrapped")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.wrapped: object = None


class MemoryLink:
    """One end of an in-memory pair; made by `memory_pair`."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.fingerprint = ""
        self._inbox: deque[bytes] = deque()
        self._changed = asyncio.Event()
        self._ended: LinkClosed | None = None
        self._other = self

    async def send(self, data: bytes) -> None:
        """See `Link.send`."""
        other = self._other
        while self._ended is None and len(other._inbox) >= limits.SOCKET_QUEUE_FRAMES:
            self._changed.clear()
            await self._changed.wait()
        if self._ended is not None:
            raise self._ended
        other._inbox.append(data)
        other._changed.set()

    async def recv(self) -> bytes:
        """See `Link.recv`. Frames that arrived before the end are still read."""
        while not self._inbox:
            if self._ended is not None:
                raise self._ended
            self._changed.clear()
            await self._changed.wait()
        data = self._inbox.popleft()
        self._other._changed.set()
        return data

    async def close(self, code: int, reason: str) -> None:
        """See `Link.close`."""
        for end in (self, self._other):
            if end._ended is None:
                end._ended = LinkClosed(code, reason)
                end._changed.set()


def memory_pair(client_peer: str = "memory") -> tuple[MemoryLink, MemoryLink]:
    """Two joined ends: what one sends the other receives."""
    one, two = MemoryLink("server"), MemoryLink(client_peer)
    one._other, two._other = two, one
    return one, two
