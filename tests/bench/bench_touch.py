"""(g) From a finger to the changed frame on a terminal, scrolling, idling, and memory.

A real terminal with its window in software GL in a quiet house; the finger comes through the X
server. The clock starts with the event that acts: the press for what adds or chooses, the release
for what opens a table. The frame of an empty window of the same size, drawn by the same loop in the
same run, says what the machine can do at best.
"""

import asyncio
import os
import shutil
import tempfile
import time
from itertools import pairwise
from pathlib import Path

from tests.e2e.screen import Screen

from .bench_kitchen import HEIGHT, WIDTH, sign_in, terminal
from .child import BYTECODE, Child
from .fingers import Fingers
from .machine import Watched
from .report import Report, Section, quantile
from .scale import Scale
from .staffed import staffed

IDLE_SHARE = 5.0
IDLE_S = 10.0
FRAMES = 100
ROUNDS_OF_TICKETS = 4
DISH, ASKING = "trout", "ribeye"
CATEGORIES = ("mains", "soups")
PAUSE_S = 0.12
SWIPE, SWIPE_STEPS = ((200, 420), (200, 200)), 12


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    section = Section(
        "g",
        "Finger to changed frame on a terminal",
        f"One terminal ({WIDTH} × {HEIGHT}), one finger, software GL. Until the frame that shows "
        "what the finger meant was swapped to the glass.",
    )
    report.sections.append(section)
    if shutil.which("Xvfb") is None:
        section.add("windows measured", 0, "")
        section.notes.append("nothing was measured: there is no Xvfb")
        return
    with Watched(section), tempfile.TemporaryDirectory(dir=folder, prefix="touch-") as name:
        data = Path(name).absolute()
        async with staffed(str(data / "server")) as house:
            with Screen(WIDTH, HEIGHT) as screen:
                env = {**os.environ, "DISPLAY": screen.display}
                env["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
                await _empty(section, env, FRAMES if scale.windows else 3)
                invited = (await house.server.ask("invite pos bench-pos"))["text"]
                async with terminal(data, invited, env) as window:
                    await _terminal(section, Fingers(screen, window), window, scale)


async def _empty(section: Section, env: dict[str, str], frames: int) -> None:
    size = f"{WIDTH}x{HEIGHT}"
    async with Child("tests.bench.window_process", "empty", size, env=env) as window:
        took = (await window.ask(f"frames {frames}"))["ms"]
    section.add("frame of an empty window: p50", quantile(took, 0.5), "ms")
    section.add("frame of an empty window: p99", quantile(took, 0.99), "ms")


async def _terminal(section: Section, pos: Fingers, window: Child, scale: Scale) -> None:
    await sign_in(pos)
    rounds = max(2, scale.tickets // ROUNDS_OF_TICKETS)
    before = (await window.ask("memory"))["mb"]
    took: dict[str, list[float]] = {}
    used_ms: dict[str, list[float]] = {}
    middle = before
    for number in range(rounds):
        for what, millis, processor in await _round(pos, window):
            took.setdefault(what, []).append(millis)
            used_ms.setdefault(what, []).append(processor)
        if number == rounds // 2:
            middle = (await window.ask("memory"))["mb"]
    after = (await window.ask("memory"))["mb"]
    for what, values in took.items():
        section.add(f"{what}: p50", quantile(values, 0.5), "ms")
        section.add(f"{what}: p99", quantile(values, 0.99), "ms")
        section.add(f"{what}: processor, p50", quantile(used_ms[what], 0.5), "ms")
    section.add("memory before", before, "MB")
    section.add(f"memory after {rounds // 2} rounds", middle, "MB")
    section.add(f"memory after {rounds} rounds", after, "MB")
    begun, used = time.perf_counter(), processor_s(window.pid)
    await asyncio.sleep(IDLE_S if rounds > 10 else 0.5)
    share = 100 * (processor_s(window.pid) - used) / (time.perf_counter() - begun)
    section.at_most("idle: processor of one core", share, "%", IDLE_SHARE)


async def _round(pos: Fingers, window: Child) -> list[tuple[str, float, float]]:
    """One guest: a check, two categories, a plain dish, a sheet, a scroll, and all taken back.

    Of each what it was, how long it took, and the processor that the terminal used meanwhile, which
    neighbours on the machine stretch less.
    """
    found = []

    async def timed(what: str, action: str, release: bool = False) -> None:
        used = (await window.ask("processor"))["ms"]
        took = await until_frame(pos, action, release)
        found.append((what, took, (await window.ask("processor"))["ms"] - used))

    await pos.tap("new")
    await timed("open a check", "new_kind:takeaway", release=True)
    for category in CATEGORIES:
        await timed("switch category", f"show_category:{category}")
    await pos.tap("show_category:favourites")
    await timed("add a line", f"tap_item:{DISH}")
    await timed("open the modifiers", f"tap_item:{ASKING}")
    await pos.tap("cancel")
    pos.forget()
    used = (await window.ask("processor"))["ms"]
    await pos.swipe(*SWIPE, SWIPE_STEPS)
    await pos.until("let go")
    frames = [at for name, _, at in pos.stamps if name == "frame"]
    used = (await window.ask("processor"))["ms"] - used
    gaps = [(late - early) / 1e6 for early, late in pairwise(frames)]
    found += [("scrolling, from frame to frame", gap, used / len(frames)) for gap in gaps]
    await pos.tap("void")
    await pos.tap("back")
    return found


async def until_frame(pos: Fingers, action: str, release: bool = False) -> float:
    """Milliseconds from the event that acts to its frame on the glass."""
    place = await pos.where(action)
    await asyncio.sleep(PAUSE_S)  # what came before is drawn
    pos.forget()
    came, left = await pos.tap_at(*place)
    began = left if release else came
    dispatched = await pos.until("let go" if release else "touched", after_ns=began)
    return (await pos.until("frame", after_ns=dispatched) - began) / 1e6


def processor_s(pid: int) -> float:
    """Seconds of processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
