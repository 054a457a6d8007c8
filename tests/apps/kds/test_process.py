"""The display as a house runs it: own process and window, a real server, a terminal that orders.

A ticket is acknowledged by the drawing process; stopped and started again without any server, the
display shows what it had and says that the server is away. A process that is frozen, or killed,
acknowledges nothing: paper takes over, and what came back is neither printed nor announced again.
"""

import asyncio
import os
import random
import signal
import time
from collections.abc import Callable
from pathlib import Path

from sync_server.client.desk import ClientDesk
from sync_server.client.identity import Invitation
from sync_server.client.terminal import TerminalLink
from sync_server.client.worker import Worker
from sync_server.demo.stage import Stage, Window
from sync_server.demo.venue import DEMO_VENUE
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.kitchen import Ticket
from sync_server.domain.rejections import Accepted
from sync_server.protocol.replica import CODEC
from tests.apps.conftest import Rig

WINDOW = Window(1280, 800, 0, 0)
WAIT_S = 90.0


class Terminal:
    """A terminal without a screen."""

    def __init__(self, folder: Path) -> None:
        self.desk = ClientDesk(folder, "pos")
        self.worker = Worker()
        self.link = TerminalLink(
            folder,
            self.desk.callbacks(),
            run=self.worker,
            clock=lambda: time.time_ns() // 1_000_000,
            mono=lambda: time.monotonic_ns() // 1_000_000,
            rng=random.SystemRandom(),
            boot_id="boot",
            app="test",
            schema_hash=CODEC.schema_hash,
            ballast_bytes=0,
        )

    async def open(self, invitation: str) -> None:
        await self.desk.open(self.link)
        assert await self.link.enrol(Invitation.parse(invitation), "hall", "pos") == ""
        await self.desk.start()
        await self.until(lambda: self.desk.state.phase == "online" and self.desk.catalogue.number)
        assert (await self.desk.sign_in("olena", "4071")).code == ""

    async def until(self, true: Callable[[], object]) -> None:
        """Wait for news until something holds."""
        changed = asyncio.Event()
        self.desk.watch(changed.set)
        async with asyncio.timeout(WAIT_S):
            while not true():
                changed.clear()
                await changed.wait()

    def do(self, command: object) -> None:
        assert isinstance(self.desk.submit(command), Accepted)

    async def order(self, table: str = "t5") -> None:
        """One dish for a table."""
        check, line = CheckId(self.desk.new_id()), LineId(self.desk.new_id())
        self.do(c.OpenCheck(check, self.desk.next_number(), "table", table))
        self.do(c.AddLines(check, (c.NewLine(line, "banosh", self.desk.catalogue.number),)))
        self.do(c.SendLines(check, (line,)))

    def tickets(self) -> list[Ticket]:
        """What the server knows of the kitchen, oldest first."""
        return sorted(self.desk.base.tickets.values(), key=lambda ticket: ticket.created_ms)

    def kitchen_has_it(self) -> bool:
        """Whether the server has heard of every ticket that it was drawn."""
        tickets = list(self.desk.base.tickets.values())
        return bool(tickets) and all(t.acked == t.version for t in tickets)

    async def close(self) -> None:
        await self.desk.stop()
        self.worker.close()


def test_the_display_acknowledges_from_its_own_process_and_works_without_a_server(
    kivy_session: Rig, tmp_path: Path
) -> None:
    env = {"SDL_AUDIODRIVER": "dummy", "DISPLAY": os.environ["DISPLAY"]}
    with Stage(tmp_path, DEMO_VENUE, day="2026-11-21", env=env) as stage:
        stage.start_server([("pos", "hall"), ("kds", "hot")])
        display = stage.start_display("hot", "hot", WINDOW)
        assert display.told("READY")["stations"] == ["hot"]

        async def evening() -> None:
            terminal = Terminal(tmp_path / "hall")
            try:
                await terminal.open(stage.invitations["hall"])
                await terminal.order()
                await terminal.until(terminal.kitchen_has_it)
            finally:
                await terminal.close()

        asyncio.run(evening())
        display.stop()
        assert display.process.returncode == 0, "it left by itself when it was told to"
        stage.processes.pop("server").stop()
        folder = tmp_path / "devices" / "hot"
        again = stage.play("again", "-m", "kds_app", f"--data={folder}", "--station=hot",
                           *WINDOW.arguments())  # fmt: skip
        assert again.told("READY")["code"] == "K1"


def test_a_display_that_nobody_let_in_says_what_to_do(kivy_session: Rig, tmp_path: Path) -> None:
    env = {"DISPLAY": os.environ["DISPLAY"]}
    with Stage(tmp_path, DEMO_VENUE, env=env) as stage:
        display = stage.play("new", "-m", "kds_app", f"--data={tmp_path / 'new'}", "--station=hot")
        assert display.process.wait(WAIT_S) == 1
        assert "start it once with --invite" in display.tail()


def test_paper_takes_over_from_a_frozen_screen_and_what_comes_back_is_not_cooked_twice(
    kivy_session: Rig, tmp_path: Path
) -> None:
    env = {"SDL_AUDIODRIVER": "dummy", "DISPLAY": os.environ["DISPLAY"]}
    with Stage(tmp_path, DEMO_VENUE, day="2026-11-21", env=env) as stage:
        stage.start_printers(["kitchen-hot"])
        stage.start_server([("pos", "hall"), ("kds", "hot")])
        display = stage.start_display("hot", "hot", WINDOW)
        display.told("READY")
        paper = stage.paper / "kitchen-hot"

        async def evening() -> None:
            terminal = Terminal(tmp_path / "hall")
            try:
                await terminal.open(stage.invitations["hall"])
                await terminal.order("t5")
                await terminal.until(terminal.kitchen_has_it)

                # The socket of a frozen process stays open; its drawing loop is what is missed.
                os.kill(display.process.pid, signal.SIGSTOP)
                await terminal.order("t7")
                await terminal.until(lambda: terminal.tickets()[-1].paper == "copy")
                first, second = terminal.tickets()
                assert (first.paper, second.acked) == ("", 0)
                printed = sorted(paper.rglob("*.png"))
                assert printed, "the cook has it in hand"

                os.kill(display.process.pid, signal.SIGCONT)
                await terminal.until(terminal.kitchen_has_it)
                assert [t.paper for t in terminal.tickets()] == ["", "copy"]

                display.process.kill()
                display.process.wait(WAIT_S)
                before = {t.ticket_id: t.acked_ms for t in terminal.tickets()}
                folder = tmp_path / "devices" / "hot"
                again = stage.play("again", "-m", "kds_app", f"--data={folder}", "--station=hot",
                                   *WINDOW.arguments())  # fmt: skip
                again.told("READY")
                await terminal.order("t9")
                await terminal.until(terminal.kitchen_has_it)
                known = {t.ticket_id: t.acked_ms for t in terminal.tickets()[:2]}
                assert known == before, "what the kitchen knew was not told anew"
                assert sorted(paper.rglob("*.png")) == printed, "and nothing was printed again"
            finally:
                await terminal.close()

        asyncio.run(evening())
