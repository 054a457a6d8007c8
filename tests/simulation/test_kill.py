"""Real processes, real sockets, real files, kill -9: nothing that was confirmed is lost.

The same promise as in the simulation, without anything of the simulation: a server and a terminal
as a house has them, and a fist that ends one of them in the middle of its work, again and again.
"""

import asyncio
import contextlib
import multiprocessing
import os
import random
from collections import Counter
from datetime import date
from multiprocessing.connection import Connection as Pipe
from pathlib import Path
from typing import Any

from sqlalchemy import select

from sync_server.bootstrap import House
from sync_server.client.desk import ClientDesk
from sync_server.client.identity import Invitation
from sync_server.client.records import CannotSave, StoredCommand
from sync_server.client.terminal import TerminalLink
from sync_server.client.worker import Worker
from sync_server.clocks import boot_id, mono_ms, system_random, wall_ms
from sync_server.config import ServerSettings
from sync_server.demo.furnish import furnish
from sync_server.demo.venue import DEMO_VENUE, load_venue
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId
from sync_server.front_office.tables import InboxRow
from sync_server.protocol.replica import CODEC
from sync_server.store.database import Database
from sync_server.verify import verify
from tests.ports import lasting_port

KILLS = 16
PATIENCE_S = 120.0
DAY = "2026-11-21"
PIN = ("olena", "4071")
FORK = multiprocessing.get_context("fork")


class TellingLink(TerminalLink):
    """The real link; each confirmed tap is told to the one who kills."""

    pipe: Pipe

    async def submit(self, *args: Any, **more: Any) -> StoredCommand | CannotSave:
        """See `TerminalLink.submit`."""
        stored = await super().submit(*args, **more)
        if isinstance(stored, StoredCommand):
            self.pipe.send(stored.command.cmd_id)
        return stored


def _serve(data: Path, port: int, pipe: Pipe) -> None:
    asyncio.run(_served(data, port, pipe))


async def _served(data: Path, port: int, pipe: Pipe) -> None:
    house = House(ServerSettings(data=data, port=port))
    await house.start()
    await furnish(house, load_venue(DEMO_VENUE), date.fromisoformat(DAY), wall_ms())
    await house.listen()
    pipe.send((house.url, house.desk.open("Terminal", "pos")))
    await asyncio.Event().wait()


def _wait_on(folder: Path, url: str, code: str, pipe: Pipe, last: bool) -> None:
    asyncio.run(_waited(folder, url, code, pipe, last))


async def _waited(folder: Path, url: str, code: str, pipe: Pipe, last: bool) -> None:
    """A terminal at which somebody taps as fast as it saves; the last one only drains."""
    desk = ClientDesk(folder, "pos")
    link = TellingLink(
        folder,
        desk.callbacks(),
        run=Worker(),
        clock=wall_ms,
        mono=mono_ms,
        rng=system_random(),
        boot_id=boot_id(),
        app="pos",
        schema_hash=CODEC.schema_hash,
        ballast_bytes=0,
    )
    link.pipe = pipe
    await desk.open(link)
    await desk.start()
    if not link.identity.enrolled:
        assert await link.enrol(Invitation(url, code), "Terminal", "pos") == ""
    while not desk.catalogue.number or not desk.venue.day:
        await asyncio.sleep(0.01)
    pipe.send("")
    if last:
        while link.store.pending or desk.state.phase != "online":
            await asyncio.sleep(0.01)
        pipe.send("drained")
        await asyncio.Event().wait()
    while (await desk.sign_in(*PIN)).code:
        await asyncio.sleep(0.05)
    while True:
        check_id = CheckId(desk.new_id())
        desk.submit(c.OpenCheck(check_id, desk.next_number(), "table", "t3"))
        for _ in range(5):
            line_id = LineId(desk.new_id())
            desk.submit(c.AddLines(check_id, (c.NewLine(line_id, "borscht", 1),)))
            desk.submit(c.SendLines(check_id, (line_id,)))
            while desk.unsettled(line_id) and desk.state.phase == "online":
                await asyncio.sleep(0.002)
            await asyncio.sleep(0.005)


class Process:
    """One of the two, and what it says."""

    def __init__(self, target: Any, *args: Any) -> None:
        self.pipe, theirs = FORK.Pipe()
        middle, last = (args[:-1], args[-1:]) if isinstance(args[-1], bool) else (args, ())
        self.process = FORK.Process(target=target, args=(*middle, theirs, *last), daemon=True)
        self.process.start()
        theirs.close()

    def hear(self) -> Any:
        """The next thing it says; fails when it has died or is silent."""
        assert self.pipe.poll(PATIENCE_S), "it says nothing"
        return self.pipe.recv()

    def kill(self) -> list[Any]:
        """The end, and everything that it said before."""
        assert self.process.pid is not None
        os.kill(self.process.pid, 9)
        self.process.join()
        said = []
        with contextlib.suppress(EOFError, OSError):
            while self.pipe.poll():
                said.append(self.pipe.recv())
        self.pipe.close()
        self.process.close()
        return said


def test_nothing_confirmed_is_lost_when_processes_are_killed(tmp_path: Path) -> None:
    rng = random.Random(21)
    data, folder = tmp_path / "server", tmp_path / "terminal"
    port = lasting_port()
    server = Process(_serve, data, port)
    url, code = server.hear()
    terminal = Process(_wait_on, folder, url, code, False)
    confirmed: list[str] = []
    for kill in range(KILLS):
        assert terminal.hear() == "" if kill == 0 else True
        for _ in range(rng.randrange(5, 40)):
            confirmed.append(terminal.hear())
        if rng.random() < 0.5:
            server.kill()
            server = Process(_serve, data, port)
            server.hear()
        else:
            confirmed += terminal.kill()
            terminal = Process(_wait_on, folder, url, "", False)
    confirmed += terminal.kill()
    terminal = Process(_wait_on, folder, url, "", True)
    while (said := terminal.hear()) != "drained":
        confirmed.append(said)
    terminal.kill()
    server.kill()
    confirmed = [tap for tap in confirmed if tap]
    with Database.open(f"sqlite:///{data / 'front.db'}", "front") as database:
        rows = database.read(lambda connection: connection.execute(select(InboxRow)).all())
        found = verify(database)
    times = Counter(row.cmd_id for row in rows)
    assert len(confirmed) > 10 * KILLS
    assert [tap for tap in confirmed if times[tap] != 1] == []
    assert [str(finding) for finding in found] == []
