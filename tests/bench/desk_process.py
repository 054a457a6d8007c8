"""A terminal and a display without windows, in a process of their own: who stamps what when.

Lines in: `enrol KIND NAME INVITATION` (one pos, one kds), `ready`, `order alone` or `order drawn`
(one order of two dishes of the grill; gives the stamps of its way, and with `drawn` waits until a
display with a window has acknowledged what it drew). Stamps are nanoseconds of the machine's
monotonic clock, which all processes share.
"""

import argparse
import asyncio
import json
import sys
import time
from dataclasses import replace
from pathlib import Path

import uvloop

from sync_server import clocks
from sync_server.client.connection import Callbacks
from sync_server.client.desk import ClientDesk
from sync_server.client.identity import Invitation
from sync_server.client.terminal import TerminalLink
from sync_server.client.worker import Worker
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.rejections import Refused
from sync_server.protocol.envelope import EventRecord
from sync_server.protocol.replica import CODEC

from .orders import CASHIER, CASHIER_PIN

PATIENCE_S = 20.0


class Seat:
    """One desk on its link; stamps the records that come."""

    def __init__(self, folder: Path, kind: str) -> None:
        self.worker = Worker()
        self.desk = ClientDesk(folder, kind)
        self.seen: list[tuple[int, EventRecord]] = []
        self.news = asyncio.Event()
        callbacks = self.desk.callbacks()
        self.desk.watch(self.news.set)
        self.link = TerminalLink(
            folder,
            replace(callbacks, on_events=lambda records: self._on_events(callbacks, records)),
            run=self.worker,
            clock=clocks.wall_ms,
            mono=clocks.mono_ms,
            rng=clocks.system_random(),
            boot_id=clocks.boot_id(),
            app="bench",
            schema_hash=CODEC.schema_hash,
        )

    def _on_events(self, callbacks: Callbacks, records: list[EventRecord]) -> None:
        callbacks.on_events(records)
        now = time.monotonic_ns()
        wanted = ("TicketOpened", "TicketsAcknowledged")
        self.seen += [(now, record) for record in records if record.type in wanted]

    async def find(self, type_name: str, name: str) -> tuple[int, int]:
        """When the event that names `name` came here, and its number."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for at, record in self.seen:
                    if record.type == type_name and name.encode() in bytes(record.body):
                        return at, record.n
                self.news.clear()
                await self.news.wait()


class Desks:
    """The terminal and the display, and the orders that go from one to the other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seats: dict[str, Seat] = {}

    async def answer(self, line: str) -> dict[str, object]:
        """What a line asks for."""
        word, *rest = line.split()
        if word == "enrol":
            seat = self._seats[rest[0]] = Seat(self._folder / rest[1], rest[0])
            await seat.desk.open(seat.link)
            await seat.desk.start()
            problem = await seat.link.enrol(Invitation.parse(rest[2]), rest[1], rest[0])
            assert not problem, problem
        elif word == "ready":
            desk = self._seats["pos"].desk
            async with asyncio.timeout(PATIENCE_S):
                while not desk.catalogue.number:
                    await asyncio.sleep(0.01)
            assert not (await desk.sign_in(CASHIER, CASHIER_PIN)).code
        elif word == "order":
            return await self._order(rest[0] == "drawn")
        return {}

    async def _order(self, drawn: bool) -> dict[str, object]:
        pos, kds = self._seats["pos"], self._seats["kds"]
        desk = pos.desk
        for seat in self._seats.values():
            seat.seen.clear()
        check_id = CheckId(desk.new_id())
        lines = tuple(c.NewLine(LineId(desk.new_id()), item, 1) for item in ("trout", "trout"))
        await self._submit(c.OpenCheck(check_id, desk.next_number(), "takeaway"))
        await self._submit(c.AddLines(check_id, lines))
        tapped = time.monotonic_ns()
        decided = await self._submit(c.SendLines(check_id, tuple(x.line_id for x in lines)))
        stored = time.monotonic_ns()
        at_display, ticket_n = await kds.find("TicketOpened", check_id)
        ticket_id = kds.desk.base.tickets_of(check_id)[0].ticket_id
        drawn_n = (await pos.find("TicketsAcknowledged", ticket_id))[1] if drawn else 0
        kds.desk.submit(c.BumpTicket(ticket_id))
        return {
            "tapped": tapped,
            "decided": decided,
            "stored": stored,
            "at_display": at_display,
            "ticket_n": ticket_n,
            "drawn_n": drawn_n,
        }

    async def _submit(self, command: object) -> int:
        """Tap; returns when it is on the terminal's disk, with the moment it was on the screen."""
        pos = self._seats["pos"]
        before = pos.link.store.next_seq
        decision = pos.desk.submit(command)
        assert not isinstance(decision, Refused), decision
        shown = time.monotonic_ns()
        while pos.link.store.next_seq == before:
            pos.news.clear()
            await pos.news.wait()
        return shown

    async def leave(self) -> None:
        """Stop both."""
        for seat in self._seats.values():
            await seat.desk.stop()
            seat.worker.close()


async def serve(folder: Path) -> None:
    """Until the input ends."""
    desks = Desks(folder)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
    )
    print(json.dumps({"ready": True}), flush=True)
    while line := await lines.readline():
        print(json.dumps(await desks.answer(line.decode())), flush=True)
    await desks.leave()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(serve(parser.parse_args().data))
