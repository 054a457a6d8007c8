"""Terminals on bad Wi-Fi in virtual time: every saved tap takes effect once, all screens agree.

Links lose their ends at random frames in both directions, disks fail now and then, terminals are
restarted. Each seed replays exactly.
"""

import asyncio
import selectors
from collections.abc import Mapping
from pathlib import Path
from random import Random

import pytest

from sync_server.client.identity import Invitation
from sync_server.client.records import StoredCommand
from sync_server.client.terminal import TerminalLink
from sync_server.client.worker import inline
from sync_server.protocol.link import Link, LinkClosed, memory_pair
from sync_server.transport.server import SyncServer
from tests.sync.house import Screen
from tests.sync.small_authority import SmallAuthority

EPOCH_MS = 1_700_000_000_000


class Jump(selectors.SelectSelector):
    """Instead of waiting, time moves."""

    now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        assert timeout is not None, "everybody waits for somebody else"
        self.now += max(0.0, timeout)
        return super().select(0)


class VirtualLoop(asyncio.SelectorEventLoop):
    """A loop whose clock stands in its selector."""

    def __init__(self) -> None:
        self.jump = Jump()
        super().__init__(self.jump)

    def time(self) -> float:
        return self.jump.now


class BadLink:
    """One end of a link that delays frames and breaks at some frame, sent or not."""

    def __init__(self, inner: Link, rng: Random, world: "World") -> None:
        self.peer, self.fingerprint = inner.peer, inner.fingerprint
        self._inner, self._rng, self._world = inner, rng, world

    async def _trouble(self) -> None:
        await asyncio.sleep(self._rng.choice([0.0, 0.001, 0.02, 0.3]))
        if self._world.stormy and self._rng.random() < 0.05:
            await self._inner.close(1006, "broken")
            raise LinkClosed(1006, "broken")

    async def send(self, data: bytes) -> None:
        await self._trouble()
        await self._inner.send(data)

    async def recv(self) -> bytes:
        data = await self._inner.recv()
        await self._trouble()
        return data

    async def close(self, code: int, reason: str) -> None:
        await self._inner.close(code, reason)


class World:
    """One server, some terminals, a storm that ends."""

    def __init__(self, seed: int, folder: Path) -> None:
        self.rng = Random(seed)
        self.folder = folder
        self.stormy = True
        self.authority = SmallAuthority(self.clock)
        self.server = SyncServer(
            self.authority, self.clock, lambda: f"{self.rng.getrandbits(128):032x}"
        )
        self.serving: set[asyncio.Task[None]] = set()
        self.saved: list[StoredCommand] = []

    def clock(self) -> int:
        return EPOCH_MS + int(asyncio.get_running_loop().time() * 1000)

    async def connect(self, url: str, fingerprint: str) -> Link:
        if self.stormy and self.rng.random() < 0.3:
            await asyncio.sleep(self.rng.random() * 7)
            raise LinkClosed(1006, "no route")
        ours, theirs = memory_pair(f"terminal-{self.rng.random()}")
        task = asyncio.create_task(self.server.serve_link(BadLink(theirs, self.rng, self)))
        self.serving.add(task)
        task.add_done_callback(self.serving.discard)
        return BadLink(ours, self.rng, self)

    def disk(self, name: str) -> None:
        if self.stormy and self.rng.random() < 0.02:
            raise OSError(28, "No space left on device")

    def terminal(self, number: int) -> tuple[TerminalLink, Screen]:
        screen = Screen()
        link = TerminalLink(
            self.folder / str(number),
            screen.callbacks(),
            run=inline,
            clock=self.clock,
            mono=self.clock,
            rng=self.rng,
            boot_id="b",
            app="chaos",
            connect=self.connect,
            make_key=lambda: self.rng.getrandbits(256).to_bytes(32, "big"),
            ballast_bytes=0,
            before_commit=self.disk,
        )
        return link, screen

    async def live(self, number: int) -> tuple[TerminalLink, Screen]:
        """A terminal's evening: taps, pauses, restarts."""
        terminal, screen = self.terminal(number)
        await terminal.open()
        while not terminal.identity.enrolled:
            code = self.authority.desk.open("bar", "pos")
            await terminal.enrol(Invitation("ws://memory", code), "bar", "pos")
        for step in range(25):
            body = b'{"terminal":%d,"step":%d}' % (number, step)
            stored = await terminal.submit(
                self.rng.choice(["note", "note", "refuse"]), 1, body, "x", basis_n=0, biz_day="d"
            )
            if isinstance(stored, StoredCommand):
                self.saved.append(stored)
            await asyncio.sleep(self.rng.choice([0.0, 0.0, 0.1, 2.0]))
            if self.rng.random() < 0.05:
                await terminal.stop()
                terminal, screen = self.terminal(number)
                await terminal.start()
        return terminal, screen


async def settled(world: World, terminals: Mapping[TerminalLink, Screen]) -> None:
    """Within two minutes of calm every outbox is empty and every cursor at the head."""
    async with asyncio.timeout(120):
        while not all(
            terminal.state.saving == 0 and terminal.store.cursor_n == world.authority.head_n
            for terminal in terminals
        ):
            await asyncio.sleep(1)


async def evening(seed: int, folder: Path) -> list[str]:
    world = World(seed, folder)
    terminals = dict(await asyncio.gather(*(world.live(number) for number in range(3))))
    world.stormy = False
    await settled(world, terminals)
    authority = world.authority
    for stored in world.saved:
        assert stored.command.cmd_id in authority.by_id, "a saved tap is known to the server"
    wanted = [one.command.cmd_id for one in world.saved if one.command.type == "note"]
    happened = [line.split('"cmd_id":"')[1][:36] for line in map(bytes.decode, authority.journal)]
    assert sorted(happened) == sorted(wanted), "each took effect once, and nothing else did"
    for terminal in terminals:
        assert terminal.store.cursor_hash == authority.hashes[-1]
        assert await terminal.overlay() == []
        refused = [one for one in world.saved if one.command.dev == terminal.identity.dev]
        refused = [one for one in refused if one.command.type == "refuse"]
        assert len(await terminal.notices()) == len(refused)
        await terminal.stop()
    assert world.server.metrics.errors == 0
    await world.server.stop()
    await asyncio.gather(*world.serving)
    return happened


@pytest.mark.parametrize("seed", range(12))
def test_every_saved_tap_takes_effect_once_and_all_screens_agree(seed: int, tmp_path: Path) -> None:
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(evening(seed, tmp_path))


def test_a_seed_replays_exactly(tmp_path: Path) -> None:
    runs: list[list[str]] = []
    for name in ("one", "two"):
        with asyncio.Runner(loop_factory=VirtualLoop) as runner:
            runs.append(runner.run(evening(99, tmp_path / name)))
    assert runs[0] == runs[1]
