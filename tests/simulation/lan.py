"""The cable between the server and another machine of the house: TCP in virtual time.

The product's own `asyncio.open_connection` and `start_server` run over it unchanged: the loop asks
here for a connection. Bytes keep their order, take their time, arrive in pieces cut anywhere, and
are lost with the connection. Each end belongs to a machine's life, so a dead one hears nothing.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context, copy_context
from dataclasses import dataclass
from math import inf, nextafter
from random import Random

from .loop import WORLD, VirtualLoop

KEPT = 16
LATENCY_S = 0.02
SILENT = 0.3
"""Of cut connections, how many an end learns of only by its own patience."""


class Socket(asyncio.Transport):
    """One end of a connection, as asyncio's streams know it."""

    def __init__(self, cable: "Cable", protocol: asyncio.BaseProtocol, context: Context) -> None:
        super().__init__()
        self.cable = cable
        self.protocol = protocol
        self.context = context
        self.closing = False
        self.free_at = 0.0

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """See `asyncio.WriteTransport.write`."""
        if not self.closing:
            self.cable.carry(self, bytes(data))

    def is_closing(self) -> bool:
        """See `asyncio.BaseTransport.is_closing`."""
        return self.closing

    def close(self) -> None:
        """Nothing more is said; what was said arrives, and the end behind it."""
        if not self.closing:
            self.cable.say_end(self)
            self.ended(None, 0.0)

    def abort(self) -> None:
        """Gone at once, with what was on its way."""
        if not self.closing:
            self.cable.cut(quiet=False)

    def ended(self, fault: Exception | None, delay_s: float) -> None:
        """This end learns that it is over."""
        self.closing = True
        lost = self.protocol.connection_lost
        self.cable.loop.call_later(delay_s, lost, fault, context=self.context)


class Cable:
    """One connection. `serial` counts them; `near` is who called."""

    def __init__(self, lan: "Lan", serial: int) -> None:
        self.lan = lan
        self.loop = lan.loop
        self.serial = serial
        self.dead = False
        self.under_way = 0
        self.near: Socket
        self.far: Socket

    @property
    def over(self) -> bool:
        """Whether nobody holds it any more."""
        return self.dead or (self.near.closing and self.far.closing)

    def other(self, end: Socket) -> Socket:
        """The end on the other side."""
        return self.far if end is self.near else self.near

    def carry(self, end: Socket, data: bytes) -> None:
        """Take bytes on their way, in pieces."""
        self.lan.said(self, data, end is self.near)
        if self.dead:
            return
        self.loop.note(data)
        rng = self.lan.rng
        cut = rng.randrange(1, len(data)) if len(data) > 1 and rng.random() < self.lan.torn else 0
        for piece in (data[:cut], data[cut:]) if cut else (data,):
            self._send(end, piece)

    def _send(self, end: Socket, piece: bytes) -> None:
        other = self.other(end)
        self.under_way += 1

        def land() -> None:
            self.under_way -= 1
            if not self.dead and not other.closing:
                self.lan.heard(self, piece, other is self.near)
                assert isinstance(other.protocol, asyncio.Protocol)
                self.loop.call_soon(other.protocol.data_received, piece, context=other.context)

        self._after(end, land)

    def _after(self, end: Socket, land: Callable[[], None]) -> None:
        due = self.loop.now + LATENCY_S * (0.3 + self.lan.rng.random())
        end.free_at = due = max(due, nextafter(end.free_at, inf))
        self.loop.call_at(due, land, context=WORLD.context())

    def say_end(self, end: Socket) -> None:
        """One end has closed: the other hears of it behind the bytes before it."""
        other = self.other(end)

        def land() -> None:
            if not self.dead and not other.closing:
                assert isinstance(other.protocol, asyncio.Protocol)
                self.loop.call_soon(other.protocol.eof_received, context=other.context)

        if not self.dead:
            self._after(end, land)

    def cut(self, quiet: bool) -> None:
        """Gone with all that was on its way; who is not told finds out by waiting in vain."""
        if self.dead:
            return
        self.dead = True
        for end in (self.near, self.far):
            if not quiet and not end.closing:
                end.ended(ConnectionResetError(104, "Connection reset by peer"), 0.0)


class Lan:
    """Who listens, who is connected. `said` and `heard` see every byte: the judge's witness."""

    def __init__(self, loop: VirtualLoop, rng: Random) -> None:
        self.loop = loop
        self.rng = rng
        self.torn = 0.0
        self.cables: list[Cable] = []
        self.calls = 0
        self.said: Callable[[Cable, bytes, bool], None] = lambda cable, data, near: None
        self.heard: Callable[[Cable, bytes, bool], None] = lambda cable, data, near: None
        self._listening: dict[int, Callable[[], asyncio.BaseProtocol]] = {}
        loop.lan = self

    @property
    def under_way(self) -> bool:
        """Whether anything may still arrive somewhere."""
        return any(cable.under_way for cable in self.cables)

    async def connect(
        self, made: Callable[[], asyncio.BaseProtocol], port: int
    ) -> tuple[Socket, asyncio.BaseProtocol]:
        """A connection of the machine in whose life this runs. Raises ConnectionRefusedError."""
        life = copy_context()
        await asyncio.sleep(LATENCY_S * self.rng.random())
        listens = self._listening.get(port)
        if listens is None:
            raise ConnectionRefusedError(111, "Connection refused")
        self.calls += 1
        cable = Cable(self, self.calls)
        self.cables = [one for one in self.cables if one.under_way or not one.over][-KEPT:]
        self.cables.append(cable)
        protocol, world = made(), WORLD.context()
        cable.far = Socket(cable, listens(), world)
        cable.near = Socket(cable, protocol, life)
        protocol.connection_made(cable.near)
        self.loop.call_soon(cable.far.protocol.connection_made, cable.far, context=world)
        return cable.near, protocol

    def listen(self, made: Callable[[], asyncio.BaseProtocol], port: int) -> "Listening":
        """Somebody listens; port 0 finds a free one."""
        port = port or 5_001 + len(self._listening)
        self._listening[port] = made
        return Listening((_Bound(port),), self._listening)

    def drop(self, quiet: float = SILENT) -> None:
        """Every connection is lost; sometimes nobody is told."""
        for cable in self.cables:
            cable.cut(self.rng.random() < quiet)


@dataclass(frozen=True, slots=True)
class _Bound:
    """What a listening socket says of itself."""

    port: int

    def getsockname(self) -> tuple[str, int]:
        """See `socket.getsockname`."""
        return "127.0.0.1", self.port


@dataclass(frozen=True, slots=True)
class Listening:
    """What `asyncio.start_server` gives."""

    sockets: tuple[_Bound, ...]
    listening: dict[int, Callable[[], asyncio.BaseProtocol]]

    def close(self) -> None:
        """Nobody is let in any more."""
        for bound in self.sockets:
            self.listening.pop(bound.port, None)
