"""(l) From the finger to the drawn ticket with thirty terminals and ten kitchen displays, as a
ratio to what the machine can do at all; and how soon paper takes over from displays that died.

Real are the server, one terminal with its window and two displays with theirs, all processes; the
other twenty-nine terminals and eight displays speak the real protocol from the benchmark's own
process, since two cores hold no forty windows. A ticket of the grill is for both real displays: it
counts as drawn when the slower has it on its glass. The printer is the simulated one.
"""

import asyncio
import os
import signal
import tempfile
import time
from pathlib import Path

import msgspec

from hardware.simulated import SimulatedPrinter
from tests.e2e.screen import Screen

from .bare import echoes_a_second
from .bench_kitchen import (
    DISH,
    HEIGHT,
    PAUSE_S,
    WIDTH,
    begun,
    new_check,
    orders,
    sign_in,
    tell_stations,
    windows,
)
from .bench_touch import FRAMES
from .child import BYTECODE, Child
from .fingers import Fingers
from .machine import Watched, flush_ms
from .report import Report, Section, quantile
from .scale import Scale
from .staffed import STATIONS as COOKED, Staffed, staffed

TILLS, DISPLAYS, REAL = 30, 10, 2
DRAWN_MS, RATIO = 100.0, 20.0
PRINTER = "kitchen-cold"
PAPER_S = 12.0
"""Ten seconds without an acknowledgement, a look a second, and the paper itself."""
PATIENCE_S = 60.0
ECHO_S = 1.0


class _Body(msgspec.Struct):
    outcome: str


class _Record(msgspec.Struct):
    body: _Body


_record = msgspec.json.Decoder(_Record)


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    tills, displays, real = (TILLS, DISPLAYS, REAL) if scale.windows else (3, 5, 1)
    section = Section(
        "l",
        f"Finger to drawn ticket with {tills} terminals and {displays} displays; paper in need",
        f"Each terminal makes a command every {PAUSE_S:g} s. Windows: one terminal, {real} "
        "displays of the grill; the others speak the protocol only. Last the real displays are "
        "frozen: until the printer is asked, and until the paper is out of it.",
    )
    if not begun(report, section):
        return
    with Watched(section), tempfile.TemporaryDirectory(dir=folder, prefix="house-") as name:
        data = Path(name).absolute()
        least = await _least(section, data, scale)
        with SimulatedPrinter(PRINTER) as printer:
            at = f"{PRINTER}=127.0.0.1:{printer.port}"
            async with (
                staffed(str(data / "server"), "--printer", at) as house,
                windows(house, data, real) as (pos, boards),
            ):
                await house.hire(tills)
                await house.look_on(displays - len(COOKED) - real)
                await sign_in(pos)
                stamps = await orders(house, pos, boards, scale.tickets)
                assert not house.refused, sorted(set(house.refused))
                _tell(section, stamps, least)
                await _fall_back(section, house, pos, boards, printer)


def _tell(section: Section, stamps: list[dict[str, int]], least: float) -> None:
    tell_stations(section, stamps)
    drawn = [(one["everywhere"] - one["left"]) / 1e6 for one in stamps]
    middle = quantile(drawn, 0.5)
    section.add("finger to drawn on all: p50", middle, "ms")
    section.at_most("finger to drawn on all: p99", quantile(drawn, 0.99), "ms", DRAWN_MS)
    section.at_most("p50, of socket + fsync + empty frame", middle / least, "times", RATIO)


async def _least(section: Section, data: Path, scale: Scale) -> float:
    """Milliseconds of one bare socket's there and back, one flush and one empty frame."""
    seconds = ECHO_S if scale.windows else 0.1
    socket_ms = 1000 / await echoes_a_second([b"x" * 600], 1, seconds)
    disk_ms, _ = flush_ms(data)
    with Screen(WIDTH, HEIGHT) as screen:
        env = {**os.environ, "DISPLAY": screen.display, "PYTHONPYCACHEPREFIX": str(BYTECODE)}
        async with Child(
            "tests.bench.window_process", "empty", f"{WIDTH}x{HEIGHT}", env=env
        ) as one:
            took = (await one.ask(f"frames {FRAMES if scale.windows else 3}"))["ms"]
    frame_ms = quantile(took, 0.5)
    section.add("bare socket, there and back", socket_ms, "ms")
    section.add("bare flush to the disk", disk_ms, "ms")
    section.add("bare empty frame", frame_ms, "ms")
    return socket_ms + disk_ms + frame_ms


async def _fall_back(
    section: Section,
    house: Staffed,
    pos: Fingers,
    boards: list[Fingers],
    printer: SimulatedPrinter,
) -> None:
    """The displays freeze, and a dish is sent to them at once."""
    asked: asyncio.Future[float] = asyncio.get_running_loop().create_future()
    papers = len(printer.documents())

    def listen(data: bytes) -> None:
        told = b'"type":"TicketOnPaper"' in data and _record.decode(data).body.outcome
        if told == "asked" and not asked.done():
            asked.set_result(time.perf_counter())

    await pos.tap("back")
    await new_check(pos)
    house.tills[0].on_record = listen
    frozen = time.perf_counter()
    for board in boards:
        os.kill(board.pid, signal.SIGSTOP)
    try:
        await pos.tap(f"tap_item:{DISH}")
        await pos.tap("send")
        async with asyncio.timeout(PATIENCE_S):
            begun = await asked
            while len(printer.documents()) == papers:
                await asyncio.sleep(0.02)
        out = time.perf_counter()
    finally:
        for board in boards:
            os.kill(board.pid, signal.SIGCONT)
    section.add("frozen displays: until the printer is asked", begun - frozen, "s")
    section.at_most("frozen displays: until paper is out", out - frozen, "s", PAPER_S)
