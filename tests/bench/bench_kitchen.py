"""(c) From a touch to the drawn ticket, station by station, while all terminals work.

The terminal is the client that `pos_app` stands on; the display is a real `kds_app` window in
software GL under Xvfb. The display acknowledges a ticket only after the frame with it was swapped,
so the commit of that acknowledgement is a little after the drawing: the figure is an upper bound.
What the finger adds in the terminal's own window (polled once a frame) is not in it.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import AsyncIterator
from pathlib import Path

from sync_server.demo.stage import Played
from tests.e2e.screen import Screen

from .child import BYTECODE, Child
from .machine import Watched
from .report import Report, Section, quantile
from .scale import Scale
from .staffed import Staffed, staffed

DRAWN_MS = 100.0
PAUSE_S = 0.5
STATIONS = {
    "touch to shown on the terminal": ("tapped", "decided"),
    "shown to stored on the terminal": ("decided", "stored"),
    "stored to committed on the server": ("stored", "committed"),
    "committed to in the display's replica": ("committed", "at_display"),
}


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    section = Section(
        "c",
        f"Touch to drawn ticket while {scale.tills} terminals work",
        f"{scale.tills} terminals make a command every {PAUSE_S:g} s each (whole orders), the "
        "kitchen acknowledges and bumps. Meanwhile a terminal sends two dishes to the grill, again "
        "and again. Drawn: the grill's display, a real window, has swapped the frame and the "
        "server has committed its acknowledgement.",
    )
    report.sections.append(section)
    with Watched(section), tempfile.TemporaryDirectory(dir=folder, prefix="kitchen-") as data:
        async with (
            staffed(f"{data}/server") as house,
            Child("tests.bench.desk_process", "--data", f"{data}/desks") as desks,
        ):
            for kind in ("pos", "kds"):
                invited = await house.server.ask(f"invite {kind} bench-{kind}")
                await desks.ask(f"enrol {kind} bench-{kind} {invited['text']}")
            await desks.ask("ready")
            await house.hire(scale.tills)
            windows = scale.windows and shutil.which("Xvfb") is not None
            async with _display(house, Path(data)) if windows else contextlib.nullcontext():
                stamps = await _orders(house, desks, scale.tickets, windows)
            assert not house.refused, sorted(set(house.refused))
    for name, (start, end) in STATIONS.items():
        values = [(one[end] - one[start]) / 1e6 for one in stamps]
        section.add(f"{name}: p50", quantile(values, 0.5), "ms")
        section.add(f"{name}: p99", quantile(values, 0.99), "ms")
    if not windows:
        section.notes.append("no window was measured: too small a run, or no Xvfb")
        return
    drawn = [(one["drawn"] - one["tapped"]) / 1e6 for one in stamps]
    section.add("touch to drawn and acknowledged: p50", quantile(drawn, 0.5), "ms")
    name = "touch to drawn and acknowledged: p99"
    section.at_most(name, quantile(drawn, 0.99), "ms", DRAWN_MS)


async def _orders(house: Staffed, desks: Child, count: int, windows: bool) -> list[dict[str, int]]:
    """The stamps of each order, with the server's commits filled in."""
    working = [asyncio.create_task(_work(house, number)) for number in range(1, len(house.tills))]
    try:
        told = [await desks.ask("order drawn" if windows else "order alone") for _ in range(count)]
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    commits = (await house.server.ask("commits 0"))["commits"]
    heads = [head for head, _ in commits]
    for one in told:
        one["committed"] = commits[bisect_left(heads, one["ticket_n"])][1]
        if windows:
            one["drawn"] = commits[bisect_left(heads, one["drawn_n"])][1]
    return told


async def _work(house: Staffed, number: int) -> None:
    """A terminal at work, out of step with the others."""
    await asyncio.sleep(PAUSE_S * number / len(house.tills))
    for command in house.waiters[number].stream():
        await house.tills[number].do(command)
        await asyncio.sleep(PAUSE_S)


@contextlib.asynccontextmanager
async def _display(house: Staffed, data: Path) -> AsyncIterator[None]:
    """The grill's window on a screen without a monitor."""
    invited = await house.server.ask("invite kds grill")
    with Screen(1366, 768) as screen:
        env = {**os.environ, "DISPLAY": screen.display, "PYTHONPYCACHEPREFIX": str(BYTECODE)}
        window = Played(
            "display",
            (
                *("-m", "kds_app", "--station=grill", f"--data={data / 'display'}"),
                *(f"--invite={invited['text']}", "--quiet", "--name=grill"),
                *("--width=1366", "--height=768", "--left=0", "--top=0"),
            ),
            data / "display.log",
            env,
        )
        try:
            await asyncio.to_thread(window.told, "READY")
            yield
        finally:
            await asyncio.to_thread(window.stop)
