"""A house for tests: one server on loopback or in memory, and terminals with their screens."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import SystemRandom
from typing import TypeVar

from sync_server.client.connection import Callbacks
from sync_server.client.identity import Invitation
from sync_server.client.link import open_link
from sync_server.client.records import LinkState, StoredCommand
from sync_server.client.terminal import TerminalLink
from sync_server.client.worker import Runner, inline
from sync_server.protocol.envelope import EventRecord
from sync_server.protocol.link import Link, LinkClosed, memory_pair
from sync_server.transport.server import ServerLimits, SyncServer
from tests.sync.small_authority import SmallAuthority

T = TypeVar("T")


def wall() -> int:
    """A wall clock that stands still."""
    return 1_700_000_000_000


@dataclass
class Screen:
    """What a screen has been told, and a way to wait for it."""

    events: list[EventRecord] = field(default_factory=list)
    answers: list[StoredCommand] = field(default_factory=list)
    snapshots: list[tuple[int, bytes]] = field(default_factory=list)
    states: list[LinkState] = field(default_factory=list)
    digest: str | None = None
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def callbacks(self) -> Callbacks:
        """To hand to a terminal."""
        return Callbacks(
            on_events=lambda batch: self._note(self.events.extend, batch),
            on_answer=lambda stored: self._note(self.answers.append, stored),
            on_snapshot=lambda n, data: self._note(self.snapshots.append, (n, data)),
            on_state=lambda state: self._note(self.states.append, state),
            digest_of=lambda scope: self.digest,
        )

    def _note(self, keep: Callable[[T], None], what: T) -> None:
        keep(what)
        self.changed.set()

    async def until(self, reached: Callable[[], bool]) -> None:
        """Returns when `reached` holds; it is asked again after each piece of news."""
        async with asyncio.timeout(90):
            while not reached():
                self.changed.clear()
                await self.changed.wait()

    @property
    def last(self) -> LinkState:
        """The state that the status bar shows."""
        return self.states[-1] if self.states else LinkState()

    async def until_online(self) -> None:
        """Returns when the last state shown is online."""
        await self.until(lambda: self.last.phase == "online")


class SlowDisk:
    """A `Runner` whose thread has done its work, but has not come back with it while it is held."""

    def __init__(self) -> None:
        self.free = asyncio.Event()
        self.free.set()
        self.held = asyncio.Event()

    async def __call__(self, work: Callable[[], T]) -> T:
        done = work()
        if not self.free.is_set():
            self.held.set()
            await self.free.wait()
        return done


class House:
    """One server. `async with House() as house`, then `await house.terminal(folder)`."""

    def __init__(self, limits: ServerLimits | None = None) -> None:
        self.authority = SmallAuthority()
        self.server = SyncServer(self.authority, wall, lambda: secrets.token_hex(16), limits)
        self.port = 0
        self.reachable = True
        self.links: list[Link] = []
        self.terminals: list[TerminalLink] = []
        self._serving: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "House":
        self.port = await self.server.listen("127.0.0.1", 0)
        return self

    async def __aexit__(self, *_: object) -> None:
        for terminal in self.terminals:
            await terminal.stop()
        await self.server.stop()
        await asyncio.gather(*self._serving)

    @property
    def url(self) -> str:
        return f"ws://127.0.0.1:{self.port}"

    async def connect(self, url: str, fingerprint: str) -> Link:
        """As `open_link`, while the house is reachable; the links are kept to be cut."""
        if not self.reachable:
            raise LinkClosed(1006, "unplugged")
        link = await open_link(self.url, fingerprint)
        self.links.append(link)
        return link

    async def connect_in_memory(self, url: str, fingerprint: str) -> Link:
        """A link without a socket."""
        ours, theirs = memory_pair()
        task = asyncio.create_task(self.server.serve_link(theirs))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        self.links.append(ours)
        return ours

    async def terminal(
        self,
        folder: Path,
        *,
        in_memory: bool = False,
        enrol: bool = True,
        run: Runner = inline,
    ) -> tuple[TerminalLink, Screen]:
        """A terminal that keeps its files in `folder`, enrolled and started."""
        screen = Screen()
        terminal = TerminalLink(
            folder,
            screen.callbacks(),
            run=run,
            clock=wall,
            mono=lambda: 5,
            rng=SystemRandom(),
            boot_id="boot-1",
            app="test",
            connect=self.connect_in_memory if in_memory else self.connect,
            ballast_bytes=0,
        )
        self.terminals.append(terminal)
        await terminal.open()
        if enrol and not terminal.identity.enrolled:
            code = self.authority.desk.open("bar", "pos")
            assert await terminal.enrol(Invitation(self.url, code), "bar", "pos") == ""
        else:
            await terminal.start()
        return terminal, screen

    async def unplug(self) -> None:
        """Cut all links and refuse new ones."""
        self.reachable = False
        links, self.links = self.links, []
        for link in links:
            await link.close(1001, "unplugged")


async def tap(terminal: TerminalLink, text: str, type: str = "note") -> StoredCommand:
    """A command that must be saved."""
    body = b'{"text":"%s"}' % text.encode()
    stored = await terminal.submit(type, 1, body, "olena", basis_n=0, biz_day="2026-11-21")
    assert isinstance(stored, StoredCommand), stored
    return stored
