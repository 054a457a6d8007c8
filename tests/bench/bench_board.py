"""(i) A kitchen display with eighty open tickets: finger to changed frame, redrawing, idling.

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

from .bench_touch import processor_s, until_frame
from .child import BYTECODE, Child
from .fingers import Fingers
from .machine import Watched
from .report import Report, Section, quantile
from .scale import Scale
from .staffed import Staffed, staffed
from .till import new_id

WIDTH, HEIGHT = 1920, 1080
OPEN_TICKETS = 80
STATION, DISH = "grill", "trout"
TOUCHED = 6
"""Tickets that the finger goes round: they stand on the first page of any screen."""
FRAMES = 100
IDLE_SHARE, IDLE_S = 5.0, 10.0


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    tickets = OPEN_TICKETS if scale.windows else TOUCHED
    section = Section(
        "i",
        f"A kitchen display with {tickets} open tickets",
        f"One display ({WIDTH} × {HEIGHT}), one finger, software GL; two dishes a ticket.",
    )
    report.sections.append(section)
    if shutil.which("Xvfb") is None:
        section.add("windows measured", 0, "")
        section.notes.append("nothing was measured: there is no Xvfb")
        return
    with Watched(section), tempfile.TemporaryDirectory(dir=folder, prefix="board-") as name:
        data = Path(name).absolute()
        async with staffed(str(data / "server")) as house:
            invited = (await house.server.ask("invite kds bench-kds"))["text"]
            with Screen(WIDTH, HEIGHT) as screen:
                env = {**os.environ, "DISPLAY": screen.display}
                env["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
                async with Child(
                    *("tests.bench.window_process", "kds_app", f"--station={STATION}", "--quiet"),
                    *(f"--data={data / 'display'}", f"--invite={invited}", "--name=board"),
                    *(f"--width={WIDTH}", f"--height={HEIGHT}", "--left=0", "--top=0"),
                    env=env,
                ) as window:
                    lines = await _fill(house, tickets)
                    await _board(section, Fingers(screen, window), window, lines, scale)


async def _fill(house: Staffed, tickets: int) -> dict[str, str]:
    """Takeaway orders for the grill; the first line of each by its check."""
    till, first = house.tills[0], {}
    for number in range(tickets):
        check, lines = CheckId(new_id()), (LineId(new_id()), LineId(new_id()))
        told = f"{till.code}-{900 + number:03d}"
        made = tuple(c.NewLine(line, DISH, 1) for line in lines)
        await till.do(c.OpenCheck(check, told, "takeaway", "", f"{number + 1}"))
        await till.do(c.AddLines(check, made))
        await till.do(c.SendLines(check, lines))
        first[str(check)] = str(lines[0])
    assert not house.refused, sorted(set(house.refused))
    return first


async def _board(
    section: Section, kds: Fingers, window: Child, lines: dict[str, str], scale: Scale
) -> None:
    targets = []
    for check, line in list(lines.items())[:TOUCHED]:
        await kds.until("applied", check)
        ticket = next(one[1] for one in kds.stamps if one[0] == "applied" and check in one[1])
        targets.append(f"ready:{ticket.split()[1]}:{line}")
    for check in lines:
        await kds.until("applied", check)
    took = [
        await until_frame(kds, targets[number % len(targets)], release=True)
        for number in range(max(2, scale.tickets // 4))
    ]
    section.add("mark a dish ready: p50", quantile(took, 0.5), "ms")
    section.add("mark a dish ready: p99", quantile(took, 0.99), "ms")
    drawn = (await window.ask(f"frames {FRAMES if scale.windows else 3}"))["ms"]
    section.add("draw the whole window anew: p50", quantile(drawn, 0.5), "ms")
    section.add("draw the whole window anew: p99", quantile(drawn, 0.99), "ms")
    begun, used = time.perf_counter(), processor_s(window.pid)
    await asyncio.sleep(IDLE_S if scale.windows else 0.5)
    share = 100 * (processor_s(window.pid) - used) / (time.perf_counter() - begun)
    section.at_most("idle: processor of one core", share, "%", IDLE_SHARE)
    section.add("memory", (await window.ask("memory"))["mb"], "MB")
