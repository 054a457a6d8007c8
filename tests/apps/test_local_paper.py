"""A terminal without its server prints for the kitchen itself; nothing is printed twice for it.

Real sockets on loopback: the server, the terminal's desk, a kitchen display's desk and its board,
and printers that interpret the bytes.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from hardware.simulated import SimulatedPrinter
from kds_app.desk import LinkedDesk as Display
from kds_app.presenters.board import Board, Glass
from pos_app.linked_desk import LinkedDesk
from pos_app.local_paper import LocalPaper
from pos_app.presenters.flow import Flow
from sync_server import clocks
from sync_server.bootstrap import House
from sync_server.client.identity import Invitation
from sync_server.client.records import StoredCommand
from sync_server.client.terminal import TerminalLink
from sync_server.client.worker import Worker
from sync_server.config import ServerSettings
from sync_server.demo.furnish import furnish
from sync_server.domain import commands as c
from sync_server.domain.checks import Check
from sync_server.domain.events import Line
from sync_server.domain.ids import LineId, ShiftId
from sync_server.domain.rejections import Accepted
from sync_server.protocol.envelope import raw
from sync_server.protocol.frames import Result
from sync_server.protocol.replica import CODEC
from tests.demo.loaded import demo_venue
from tests.ports import lasting_port

DAY = "2026-11-21"
GLASS = Glass(5, 930, 15, lambda card: 100)
PRINTERS = ("kitchen-hot", "kitchen-cold", "bar")


async def until(condition: Callable[[], object]) -> None:
    """Wait for a condition; fails when it never comes true."""
    async with asyncio.timeout(60):
        while not condition():
            await asyncio.sleep(0.01)


@dataclass
class Site:
    """The venue: a server that can go and come back, one terminal, printers."""

    folder: Path
    printers: dict[str, SimulatedPrinter]
    desk: LinkedDesk
    port: int = 0
    house: House | None = None
    close: AsyncExitStack = field(default_factory=AsyncExitStack)

    async def open_house(self) -> House:
        """The server starts, or starts again at the same place."""
        places = {name: f"127.0.0.1:{one.port}" for name, one in self.printers.items()}
        first = not self.port
        self.port = self.port or lasting_port()
        house = House(ServerSettings(data=self.folder / "server", port=self.port, printers=places))
        await house.start()
        if first:
            await furnish(house, demo_venue(), clocks.today(), clocks.wall_ms())
        await house.listen()
        self.house = house
        return house

    async def close_house(self) -> None:
        """No server from now on."""
        if self.house is not None:
            await self.house.stop()
            self.house = None

    def invite(self, kind: str) -> Invitation:
        """For a new device."""
        assert self.house is not None
        return Invitation(self.house.url, self.house.desk.open(kind, kind), self.house.fingerprint)

    def papers(self, name: str) -> list[str]:
        """What came out of a printer, in words where the paper has words."""
        return [str(document.height) for document in self.printers[name].documents()]

    async def routes(self, count: int) -> list[str]:
        """How the terminal's stored sends say that the kitchen was told, once there are so many."""
        async with asyncio.timeout(60):
            while True:
                stored = await self.desk.client.link.overlay()
                found: list[str] = [one.route for one in stored if one.command.type == "SendLines"]
                if len(found) >= count:
                    return found
                await asyncio.sleep(0.01)


@pytest.fixture
def printers(request: pytest.FixtureRequest) -> Iterator[dict[str, SimulatedPrinter]]:
    names: tuple[str, ...] = getattr(request, "param", PRINTERS)
    with ExitStack() as stack:
        yield {name: stack.enter_context(SimulatedPrinter(name)) for name in names}


def terminal(folder: Path, worker: Worker) -> LinkedDesk:
    """A terminal of the folder that prints for itself."""
    paper = LocalPaper(1, clocks.mono_ms)
    return LinkedDesk(
        folder,
        run=worker,
        clock=clocks.wall_ms,
        mono=clocks.mono_ms,
        rng=clocks.system_random(),
        boot_id=clocks.boot_id(),
        paper=paper.print,
        drawers=paper.open_drawers,
        machines=lambda: paper.machines,
    )


@pytest.fixture
async def site(tmp_path: Path, printers: dict[str, SimulatedPrinter]) -> AsyncIterator[Site]:
    """Olena at her terminal, an open day, the server just gone; table 5 has a dish unsent."""
    worker = Worker()
    (tmp_path / "pos").mkdir()
    desk = terminal(tmp_path / "pos", worker)
    made = Site(tmp_path, printers, desk)
    house = await made.open_house()
    await desk.open()
    assert await desk.enrol(made.invite("pos"), "Bar") == ""
    await desk.start()
    await until(lambda: desk.catalogue.items and desk.link.phase == "online")
    assert (await desk.sign_in("olena", "4071")).code == ""
    if desk.venue.day is None:
        await house.office.report(c.OpenDay(DAY), "nadia")
        await until(lambda: desk.venue.day is not None)
    yield made
    await made.close.aclose()
    await desk.stop()
    await made.close_house()
    worker.close()


async def server_gone(site: Site) -> None:
    await site.close_house()
    await until(lambda: not site.desk.link.online)


async def server_back(site: Site) -> House:
    """The server again, with all that the terminal had for it."""
    house = await site.open_house()
    await until(lambda: site.desk.link.phase == "online" and site.desk.link.saving == 0)
    return house


async def sent_before_the_server_went(site: Site) -> tuple[Check, Line]:
    """A dish that the kitchen has from the server, which is away now."""
    at_table(site).act("send")
    await until(lambda: site.desk.link.saving == 0 and site.desk.client.base.tickets)
    await server_gone(site)
    (check,) = site.desk.venue.checks.values()
    (line,) = check.lines
    return check, line


def at_table(site: Site) -> Flow:
    """The order screen of table 5 with a banosh on it, the server away."""
    flow = Flow(site.desk)
    flow.view()
    flow.place.screen = "floor"
    flow.act("table:t5")
    flow.act("tap_item:banosh")
    return flow


def row_of(flow: Flow) -> object:
    """The dish's row."""
    return next(row for row in flow.view().view.rows if row.kind == "line")


async def display_of(site: Site) -> Display:
    """A kitchen display that has come up and knows all."""
    worker = Worker()
    folder = site.folder / "kds"
    folder.mkdir()
    desk = Display(
        folder,
        lambda client: TerminalLink(
            folder,
            client.callbacks(),
            run=worker,
            clock=clocks.wall_ms,
            mono=clocks.mono_ms,
            rng=clocks.system_random(),
            boot_id=clocks.boot_id(),
            app="kds",
            schema_hash=CODEC.schema_hash,
        ),
        lambda: True,
    )
    await desk.open()
    site.close.callback(worker.close)
    site.close.push_async_callback(desk.stop)
    assert await desk.enrol(site.invite("kds"), "Kitchen") == ""
    await desk.start()
    await until(lambda: desk.catalogue is not None and desk.venue.tickets)
    return desk


async def test_without_the_server_the_station_prints_and_nothing_comes_twice(site: Site) -> None:
    await server_gone(site)
    flow = at_table(site)
    flow.act("send")
    assert await site.routes(1) == ["local"]
    assert len(site.papers("kitchen-hot")) == 1
    row = row_of(flow)
    assert (row.mark, row.mark_token) == ("print", "cooking")  # type: ignore[attr-defined]
    assert not site.desk.notices

    house = await server_back(site)
    (ticket,) = house.office.venue.tickets.values()
    assert (ticket.paper, ticket.paper_version) == ("printed", ticket.version)
    board = Board(await display_of(site), ("hot",), language="en")
    (placed,) = board.view(GLASS).placed
    assert not placed.card.fresh, "the cook is not called a second time"
    assert any(row.name.startswith("printed ") for row in placed.card.rows)
    assert board.sound == ""
    assert len(site.papers("kitchen-hot")) == 1, "and no second paper"
    await until(lambda: row_of(flow).mark == "done_all")  # type: ignore[attr-defined]


@pytest.mark.parametrize("printers", [(*PRINTERS, "cashier")], indirect=True)
async def test_cash_taken_without_the_server_opens_the_drawer_once(site: Site) -> None:
    drawer = site.printers["cashier"].machine
    shift = ShiftId("shift-1")
    await site.desk.sign_in("taras", "7183")
    site.desk.submit(c.OpenShift(shift, "1", 100_000))
    await until(lambda: site.desk.link.saving == 0 and shift in site.desk.venue.shifts)
    kicks = len(drawer.kicks)
    await server_gone(site)
    assert isinstance(site.desk.submit(c.MoveCash(shift, "in", 5_000, "change")), Accepted)
    await until(lambda: len(drawer.kicks) == kicks + 1)

    house = await server_back(site)
    await until(lambda: drawer_rows(house) == ["dropped"])
    assert len(drawer.kicks) == kicks + 1, "the server leaves it alone"
    site.desk.submit(c.MoveCash(shift, "in", 5_000, "change"))
    await until(lambda: len(drawer.kicks) == kicks + 2)


def drawer_rows(house: House) -> list[str]:
    """What became of the drawers that the server had to open."""
    rows = house.front.read(
        lambda connection: connection.exec_driver_sql(
            "SELECT state FROM effect WHERE kind = 'drawer'"
        ).all()
    )
    return [row[0] for row in rows]


async def test_a_dead_printer_as_well_is_said_and_the_order_goes_later(site: Site) -> None:
    for printer in site.printers.values():
        printer.control("power off")
    await server_gone(site)
    flow = at_table(site)
    flow.act("send")
    assert await site.routes(1) == ["server"]
    assert ("кухня цього не має: скажіть їй", "late") in row_of(flow).details  # type: ignore[attr-defined]
    banner = flow.view().banner
    assert "кухня не має замовлення" in banner.text
    assert "стіл 5" in banner.text

    house = await server_back(site)
    assert [ticket.paper for ticket in house.office.venue.tickets.values()] == [""]
    await until(lambda: not site.desk.notices)
    assert "кухня" not in str(row_of(flow).details)  # type: ignore[attr-defined]


async def test_a_printer_that_failed_does_not_hold_up_the_next_send(site: Site) -> None:
    for printer in site.printers.values():
        printer.control("power off")
    await server_gone(site)
    flow = at_table(site)
    flow.act("send")
    await site.routes(1)
    for printer in site.printers.values():
        printer.control("power on")
    flow.act("tap_item:salo-platter")
    flow.act("send")
    assert await site.routes(2) == ["server", "server"], "left alone for a while"
    assert [site.papers(name) for name in PRINTERS] == [[], [], []]


async def test_the_fallback_prints_when_the_stations_own_printer_is_dead(site: Site) -> None:
    site.printers["kitchen-hot"].control("power off")
    await server_gone(site)
    flow = at_table(site)
    flow.act("send")
    assert await site.routes(1) == ["local"]
    assert [len(site.papers(name)) for name in PRINTERS] == [0, 1, 0]


async def test_a_course_fired_without_the_server_is_printed_once_too(site: Site) -> None:
    flow = at_table(site)
    flow.act("hold")
    flow.act("send")
    await until(lambda: site.desk.link.saving == 0 and site.desk.client.base.tickets)
    await server_gone(site)
    (check,) = site.desk.venue.checks.values()
    site.desk.submit(c.FireLines(check.check_id, (check.lines[0].line_id,)))
    await until(lambda: len(site.papers("kitchen-hot")) == 1)
    house = await server_back(site)
    (ticket,) = house.office.venue.tickets.values()
    assert not ticket.upcoming
    assert (ticket.paper, ticket.paper_version) == ("printed", ticket.version)


async def test_a_void_without_the_server_reaches_the_cook_on_paper(site: Site) -> None:
    """The display cannot be told: a dish that nobody wants would be cooked (2.13)."""
    flow = at_table(site)
    flow.act("send")
    await until(lambda: site.desk.link.saving == 0 and site.desk.client.base.tickets)
    assert (await site.desk.client.sign_in("nadia", "640918")).code == ""
    await server_gone(site)
    (check,) = site.desk.venue.checks.values()
    (line,) = check.lines
    reason = next(iter(site.desk.catalogue.reasons))
    void = c.VoidLine(check.check_id, line.line_id, line.qty_milli, reason, False)
    assert isinstance(site.desk.client.submit(void), Accepted)
    await until(lambda: len(site.papers("kitchen-hot")) == 1)
    house = await server_back(site)
    (ticket,) = house.office.venue.tickets.values()
    assert [one.state for one in ticket.lines] == ["void"]


@pytest.mark.parametrize("what", ["note", "choices", "table"])
async def test_a_change_without_the_server_reaches_the_cook_on_paper_once(
    site: Site, what: str
) -> None:
    check, line = await sent_before_the_server_went(site)
    note = c.ChangeLine(check.check_id, line.line_id, 1000, (), 0, line.course, "no salt", "")
    deed = {
        "note": note,
        "choices": c.RemakeLine(check.check_id, line.line_id, LineId("n1"), 1000, (), "hot"),
        "table": c.MoveCheck(check.check_id, "t7"),
    }[what]
    assert isinstance(site.desk.client.submit(deed), Accepted)
    await until(lambda: len(site.papers("kitchen-hot")) == 1)
    house = await server_back(site)
    (ticket,) = house.office.venue.tickets.values()
    assert ticket.version == 2
    assert ticket.paper == "printed"
    assert len(site.papers("kitchen-hot")) == 1, "the server does not repeat it"


async def test_a_printed_change_that_the_server_refuses_is_taken_back_on_paper(site: Site) -> None:
    check, line = await sent_before_the_server_went(site)
    deed = c.ChangeLine(check.check_id, line.line_id, 1000, (), 0, line.course, "no salt", "")
    assert isinstance(site.desk.client.submit(deed), Accepted)
    client = site.desk.client
    found: list[StoredCommand] = []
    async with asyncio.timeout(60):
        while not found:
            await asyncio.sleep(0.01)
            kept = await client.link.overlay()
            found = [one for one in kept if one.command.type == "ChangeLine"]
    (stored,) = found
    assert len(site.papers("kitchen-hot")) == 1
    no = Result(stored.seq, "refused", "line_changed", raw(b"{}"), 0, 0, "")
    client.callbacks().on_answer(replace(stored, result=no))
    await until(lambda: len(site.papers("kitchen-hot")) == 2)


async def test_a_printed_send_that_the_server_refuses_is_taken_back_on_the_same_printer(
    site: Site,
) -> None:
    await server_gone(site)
    flow = at_table(site)
    flow.act("send")
    assert await site.routes(1) == ["local"]
    client = site.desk.client
    (stored,) = [one for one in await client.link.overlay() if one.command.type == "SendLines"]
    no = Result(stored.seq, "refused", "unknown_staff", raw(b"{}"), 0, 0, "")
    client.callbacks().on_answer(replace(stored, result=no))
    await until(lambda: len(site.papers("kitchen-hot")) == 2)
    order, void = site.printers["kitchen-hot"].documents()
    assert void.height != order.height, "another paper: the void of it"


async def test_of_two_stations_the_one_that_has_its_paper_gets_no_second_one(site: Site) -> None:
    """A dead bar does not make the server print the kitchen's ticket again (2.13)."""
    flow = at_table(site)
    flow.act("tap_item:cola")
    await until(lambda: site.desk.link.saving == 0)
    for name in ("bar", "kitchen-cold"):
        site.printers[name].control("power off")
    await server_gone(site)
    flow.act("send")
    assert await site.routes(1) == ["server"]
    house = await server_back(site)
    papers = {one.station_id: one.paper for one in house.office.venue.tickets.values()}
    assert papers == {"hot": "printed", "bar": ""}
    assert len(site.papers("kitchen-hot")) == 1


async def test_a_refusal_after_a_restart_takes_the_local_paper_back_too(site: Site) -> None:
    await server_gone(site)
    flow = at_table(site)
    flow.act("send")
    assert await site.routes(1) == ["local"]
    await site.desk.stop()
    worker = Worker()
    site.close.callback(worker.close)
    again = terminal(site.folder / "pos", worker)
    await again.open()
    site.close.push_async_callback(again.stop)
    await again.start()
    (stored,) = [
        one for one in await again.client.link.overlay() if one.command.type == "SendLines"
    ]
    no = Result(stored.seq, "refused", "unknown_staff", raw(b"{}"), 0, 0, "")
    again.client.callbacks().on_answer(replace(stored, result=no))
    await until(lambda: len(site.papers("kitchen-hot")) == 2)
