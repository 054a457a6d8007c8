"""(i) Kitchen displays with eighty open tickets: finger to changed frame, redrawing, idling.

The grill of a real house, in which nobody bumps, fills up; then a finger marks dishes ready and
takes them back. Software GL; the clock starts with the release, which is what acts there.
"""

import asyncio
import os
import shutil
import tempfile
import time
from pathlib import Path

from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId
from tests.e2e.screen import Screen

from .bench_kitchen import display
from .bench_touch import processor_s, until_frame
from .child import BYTECODE, Child
from .fingers import Fingers
from .machine import Watched
from .pen import new_id
from .report import Report, Section, quantile
from .scale import Scale
from .staffed import Staffed, staffed

SIZES = ((1920, 1080), (3840, 2160))
OPEN_TICKETS = 80
DISH = "trout"
TOUCHED = 6
"""Tickets that the finger goes round: they stand on the first page of any screen."""
FRAMES = 100
FLUID_MS = 50.0
"""Twenty frames a second, the finger's own way counted in, in software GL."""
IDLE_SHARE, IDLE_S = 5.0, 10.0


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    tickets = OPEN_TICKETS if scale.windows else TOUCHED
    section = Section(
        "i",
        f"A kitchen display with {tickets} open tickets",
        "Two displays one after the other, one finger, software GL; two dishes a ticket.",
    )
    report.sections.append(section)
    if shutil.which("Xvfb") is None:
        section.add("windows measured", 0, "")
        section.notes.append("nothing was measured: there is no Xvfb")
        return
    with Watched(section), tempfile.TemporaryDirectory(dir=folder, prefix="board-") as name:
        data = Path(name).absolute()
        async with staffed(str(data / "server")) as house:
            lines = await _fill(house, tickets)
            for size in SIZES if scale.windows else SIZES[:1]:
                name = f"board-{size[0]}"
                invited = (await house.server.ask(f"invite kds {name}"))["text"]
                with Screen(*size) as screen:
                    env = {**os.environ, "DISPLAY": screen.display}
                    env["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
                    async with display(data / name, invited, env, size) as window:
                        kds = Fingers(screen, window)
                        await _board(section, f"{size[0]} × {size[1]}", kds, window, lines, scale)


async def _fill(house: Staffed, tickets: int) -> list[str]:
    """Takeaway orders for the grill; the first line of each."""
    till, first = house.tills[0], []
    for number in range(tickets):
        check, lines = CheckId(new_id()), (LineId(new_id()), LineId(new_id()))
        told = f"{till.code}-{900 + number:03d}"
        made = tuple(c.NewLine(line, DISH, 1) for line in lines)
        await till.do(c.OpenCheck(check, told, "takeaway", "", f"{number + 1}"))
        await till.do(c.AddLines(check, made))
        await till.do(c.SendLines(check, lines))
        first.append(str(lines[0]))
    assert not house.refused, sorted(set(house.refused))
    return first


async def _board(
    section: Section,
    size: str,
    kds: Fingers,
    window: Child,
    lines: list[str],
    scale: Scale,
) -> None:
    targets = [f"ready:*:{line}" for line in lines[:TOUCHED]]
    took = [
        await until_frame(kds, targets[number % len(targets)], release=True)
        for number in range(max(2, scale.tickets // 4))
    ]
    section.add(f"{size}: mark a dish ready: p50", quantile(took, 0.5), "ms")
    section.at_most(f"{size}: mark a dish ready: p99", quantile(took, 0.99), "ms", FLUID_MS)
    drawn = (await window.ask(f"frames {FRAMES if scale.windows else 3}"))["ms"]
    section.add(f"{size}: draw the whole window anew: p50", quantile(drawn, 0.5), "ms")
    section.add(f"{size}: draw the whole window anew: p99", quantile(drawn, 0.99), "ms")
    begun, used = time.perf_counter(), processor_s(window.pid)
    await asyncio.sleep(IDLE_S if scale.windows else 0.5)
    share = 100 * (processor_s(window.pid) - used) / (time.perf_counter() - begun)
    section.at_most(f"{size}: idle: processor of one core", share, "%", IDLE_SHARE)
    section.add(f"{size}: memory", (await window.ask("memory"))["mb"], "MB")
