"""Terminals that were away for a shift: real clients with real stores, in a process of their own.

Lines in: `enrol KIND NAME INVITATION`, `sign_in`, `away COMMANDS`, `drain`. Away means that no link
opens and the wall clock goes from eight hours ago to now while the commands are tapped and stored.
"""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from sync_server import clocks
from sync_server.client.desk import ClientDesk
from sync_server.client.identity import Invitation
from sync_server.client.link import open_link
from sync_server.client.terminal import TerminalLink
from sync_server.client.worker import Worker
from sync_server.domain.rejections import Refused
from sync_server.protocol.link import Link, LinkClosed
from sync_server.protocol.replica import CODEC

from .orders import CASHIER, CASHIER_PIN, Waiter, demo_catalogue, first, recipes, table_of

AWAY_MS = 8 * 3_600_000


class Terminal:
    """A desk whose network can be unplugged and whose clock can be in the past."""

    def __init__(self, folder: Path, number: int) -> None:
        self.number = number
        self.plugged = True
        self.behind_ms = 0
        self.worker = Worker()
        self.desk = ClientDesk(folder, "pos")
        self.link = TerminalLink(
            folder,
            self.desk.callbacks(),
            run=self.worker,
            clock=self._clock,
            mono=clocks.mono_ms,
            rng=clocks.system_random(),
            boot_id=clocks.boot_id(),
            app="bench",
            schema_hash=CODEC.schema_hash,
            connect=self._connect,
        )

    def _clock(self) -> int:
        return clocks.wall_ms() - self.behind_ms

    async def _connect(self, url: str, fingerprint: str) -> Link:
        if not self.plugged:
            raise LinkClosed(1006, "unplugged")
        return await open_link(url, fingerprint)

    async def work_alone(self, commands: int) -> None:
        """Orders, one tap after the other, each on the disk before the next."""
        catalogue = demo_catalogue()
        table_id = table_of(catalogue, self.number)
        stream = Waiter(self.desk.code, recipes(catalogue), table_id, self.number).stream()
        for made, command in enumerate(first(stream, commands)):
            self.behind_ms = AWAY_MS - AWAY_MS * made // commands
            decision = self.desk.submit(command)
            assert not isinstance(decision, Refused), decision
            while self.link.store.pending <= made:
                await asyncio.sleep(0)
        self.behind_ms = 0

    @property
    def done(self) -> bool:
        """Everything answered, and the replica as far as the answers."""
        return self.desk.state.phase == "online" and not self.link.store.pending


class House:
    """All terminals of this process, and what they are asked to do."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._terminals: list[Terminal] = []

    async def answer(self, line: str) -> dict[str, object]:
        """What a line asks for."""
        word, *rest = line.split()
        if word == "enrol":
            await self._enrol(rest[0], rest[1], rest[2])
        elif word == "sign_in":
            for terminal in self._terminals:
                await _until(lambda: bool(terminal.desk.catalogue.number))  # noqa: B023
                result = await terminal.desk.sign_in(CASHIER, CASHIER_PIN)
                assert not result.code, result
        elif word == "away":
            for terminal in self._terminals:
                terminal.plugged = False
                await terminal.link.stop()
                await terminal.desk.open(terminal.link)
                await terminal.work_alone(int(rest[0]))
        elif word == "drain":
            return await self._drain()
        return {"terminals": len(self._terminals)}

    async def _enrol(self, kind: str, name: str, invitation: str) -> None:
        terminal = Terminal(self._folder / name, len(self._terminals))
        await terminal.desk.open(terminal.link)
        await terminal.desk.start()
        problem = await terminal.link.enrol(Invitation.parse(invitation), name, kind)
        assert not problem, problem
        self._terminals.append(terminal)

    async def _drain(self) -> dict[str, object]:
        begun = time.perf_counter()
        for terminal in self._terminals:
            terminal.plugged = True
            await terminal.link.start()
        await _until(lambda: all(terminal.done for terminal in self._terminals))
        took = time.perf_counter() - begun
        notices = [one.code for t in self._terminals for one in await t.link.notices()]
        heads = [terminal.desk.base.n for terminal in self._terminals]
        return {"took_s": took, "notices": notices, "heads": heads}

    async def leave(self) -> None:
        """Stop all terminals."""
        for terminal in self._terminals:
            await terminal.desk.stop()
            terminal.worker.close()


async def _until(reached: Callable[[], bool]) -> None:
    async with asyncio.timeout(90):
        while not reached():
            await asyncio.sleep(0.005)


async def serve(folder: Path) -> None:
    """Until the input ends."""
    house = House(folder)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    print(json.dumps({"ready": True}), flush=True)
    while line := await lines.readline():
        print(json.dumps(await house.answer(line.decode())), flush=True)
    await house.leave()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(parser.parse_args().data))
