"""Connections that behave like Wi-Fi: slow, stalled, cut at any frame, or silent without an end.

One connection keeps its frames in order, as TCP does; what is lost is lost with the connection.
The fate of a connection is drawn when it is made, from the weather of that moment. All of it runs
in the world's own life, so a machine that dies takes none of the air with it.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf, nextafter
from random import Random

from sync_server.protocol.link import LinkClosed

from .loop import WORLD, VirtualLoop

BUFFERED_FRAMES = 24
CONNECT_S = 5.0


@dataclass(frozen=True, slots=True)
class Weather:
    """How the air is. Times in seconds, chances of 1 for each connection or attempt.

    `cut`: the connection ends after some frames; `quiet`: of those, how many nobody is told of;
    `stall`: it stands still once, for up to `stall_s`; `deaf`: one direction vanishes silently;
    `refused`: it cannot be made at all.
    """

    latency_s: float = 0.003
    cut: float = 0.0
    frames_before_cut: int = 40
    quiet: float = 0.0
    stall: float = 0.0
    stall_s: float = 0.0
    deaf: float = 0.0
    refused: float = 0.0


CALM = Weather()
BAD = Weather(
    latency_s=0.4,
    cut=0.8,
    quiet=0.3,
    stall=0.3,
    stall_s=120.0,
    deaf=0.15,
    refused=0.2,
)
AWAY = Weather(refused=1.0)


class End:
    """One end of a connection: a `Link` (sync_server.protocol.link)."""

    def __init__(self, wire: "Wire", peer: str) -> None:
        self.peer = peer
        self.fingerprint = ""
        self._wire = wire
        self._inbox: deque[bytes] = deque()
        self._changed = asyncio.Event()
        self._ended: LinkClosed | None = None
        self.under_way = 0

    async def send(self, data: bytes) -> None:
        """See `Link.send`; waits while too much is under way."""
        while self._ended is None and self.under_way >= BUFFERED_FRAMES:
            self._changed.clear()
            await self._changed.wait()
        if self._ended is not None:
            raise self._ended
        self._wire.carry(self, data)

    async def recv(self) -> bytes:
        """See `Link.recv`."""
        while not self._inbox:
            if self._ended is not None:
                raise self._ended
            self._changed.clear()
            await self._changed.wait()
        data = self._inbox.popleft()
        other = self._wire.other(self)
        other.under_way -= 1
        other._changed.set()
        return data

    async def close(self, code: int, reason: str) -> None:
        """See `Link.close`; the other end hears of it when the air carries it there."""
        if self._ended is None:
            self.end(code, reason)
            self._wire.say_closed(self, code, reason)

    def arrive(self, data: bytes) -> None:
        """A frame has come through the air."""
        if self._ended is None:
            self._inbox.append(data)
            self._changed.set()

    def end(self, code: int, reason: str) -> None:
        """This end learns that it is over; what has arrived may still be read."""
        if self._ended is None:
            self._ended = LinkClosed(code, reason)
            self._changed.set()


class Wire:
    """One connection between `machine` and the server."""

    def __init__(self, loop: VirtualLoop, rng: Random, machine: str, weather: Weather) -> None:
        self.machine = machine
        self.near = End(self, "server")
        self.far = End(self, f"10.0.0.{machine}")
        self.dead = False
        self.frames = 0
        self._loop = loop
        self._rng = rng
        self._weather = weather
        self._free_at = {self.near: 0.0, self.far: 0.0}
        self._cut_at = self._frame(weather.cut, weather.frames_before_cut)
        self._deaf_at = self._frame(weather.deaf, weather.frames_before_cut)
        self._deaf = rng.choice((self.near, self.far))
        self._stall_at = self._frame(weather.stall, weather.frames_before_cut)

    def _frame(self, chance: float, most: int) -> int:
        return self._rng.randint(1, most) if self._rng.random() < chance else 0

    def other(self, end: End) -> End:
        """The end on the other side."""
        return self.far if end is self.near else self.near

    def heal(self) -> None:
        """The weather is good from now on; a connection that is broken stays broken: no stream goes
        on after a gap."""
        self._weather = CALM
        self._cut_at = self._stall_at = 0
        if self.frames < self._deaf_at:
            self._deaf_at = 0

    def grow_deaf(self) -> None:
        """Nothing of what the server says arrives any more."""
        self._deaf, self._deaf_at = self.far, self.frames + 1

    def carry(self, end: End, data: bytes) -> None:
        """Take a frame on its way."""
        end.under_way += 1
        self.frames += 1
        self._loop.note(data)
        if self.frames == self._cut_at:
            self.cut(self._rng.random() < self._weather.quiet)
        if self.frames == self._stall_at:
            until = self._loop.now + self._rng.random() * self._weather.stall_s
            self._free_at = {one: max(at, until) for one, at in self._free_at.items()}
        if self.dead or (end is self._deaf and 0 < self._deaf_at <= self.frames):
            return
        self._send(end, lambda: self._arrive(end, data))

    def _arrive(self, end: End, data: bytes) -> None:
        if not self.dead:
            self.other(end).arrive(data)

    def say_closed(self, end: End, code: int, reason: str) -> None:
        """One end has closed: the other hears of it behind the frames before it."""
        if not self.dead:
            self._send(end, lambda: self.other(end).end(code, reason))

    def cut(self, quiet: bool) -> None:
        """The connection is gone with all that was in the air; each end learns it now, later, or,
        if it is `quiet`, only from the silence."""
        if self.dead:
            return
        self.dead = True
        for end in (self.near, self.far):
            if not quiet:
                self._after(self._rng.choice((0.0, 0.0, 20.0)) * self._rng.random(), end)

    def _after(self, delay: float, end: End) -> None:
        context = WORLD.context()
        self._loop.call_later(delay, lambda: end.end(1006, "reset"), context=context)

    def _send(self, end: End, land: Callable[[], None]) -> None:
        due = self._loop.now + self._weather.latency_s * (0.3 + self._rng.random())
        # Strictly later: timers of one moment fire in any order, and a stream keeps its own.
        self._free_at[end] = due = max(due, nextafter(self._free_at[end], inf))
        self._loop.call_at(due, land, context=WORLD.context())


class Air:
    """All connections of the house, and the weather of each machine."""

    def __init__(
        self, loop: VirtualLoop, rng: Random, accept: Callable[[End], bool], counted: Weather = CALM
    ) -> None:
        """`accept` takes the server's end; False if nobody listens there."""
        self._loop = loop
        self._rng = rng
        self._accept = accept
        self.weather: dict[str, Weather] = {}
        self.usual = counted
        self.wires: list[Wire] = []

    def over(self, machine: str) -> Weather:
        """The weather of a machine now."""
        return self.weather.get(machine, self.usual)

    async def connect(self, machine: str) -> End:
        """A new connection to the server. Raises LinkClosed; may hang until the caller gives up."""
        weather = self.over(machine)
        await asyncio.sleep(weather.latency_s * (0.5 + self._rng.random()))
        if self._rng.random() < weather.refused:
            await asyncio.sleep(self._rng.choice((0.0, 0.0, 2 * CONNECT_S)))
            raise LinkClosed(1006, "unreachable")
        wire = Wire(self._loop, self._rng, machine, weather)
        if not self._accept(wire.far):
            raise LinkClosed(1006, "refused")
        self.wires = [one for one in self.wires if not one.dead][-16:]
        self.wires.append(wire)
        return wire.near

    def change(self, machine: str, weather: Weather) -> None:
        """The weather of a machine turns; if it goes away its connections are cut."""
        self.weather[machine] = weather
        if weather is AWAY:
            self.drop(machine)

    def drop(self, machine: str = "") -> None:
        """Cut the connections of a machine; of all, if it is the server."""
        for wire in self.wires:
            if not machine or wire.machine == machine:
                wire.cut(self._rng.random() < 0.5)

    def heal(self) -> None:
        """Good weather for everybody from now on."""
        self.weather.clear()
        self.usual = CALM
        for wire in self.wires:
            wire.heal()
