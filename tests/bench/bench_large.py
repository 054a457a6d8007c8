"""(m) A terminal of a large house: three hundred dishes, sixty tables of which forty are busy,
a long check, and its memory over an hour of a whole house's commands.

Scrolling is measured from frame to frame, what a finger means until its frame is on the glass.
The hour is played hurried: whole orders by virtual staff on other terminals, every event of which
this one stores and folds in, while its own finger goes on; a terminal that grows then grows in a
house.
"""

import asyncio
import os
import shutil
import tempfile
from itertools import pairwise
from pathlib import Path

from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId
from tests.e2e.screen import Screen

from . import grand_venue
from .bench_kitchen import HEIGHT, WIDTH, sign_in, terminal
from .bench_touch import until_frame
from .child import BYTECODE, Child
from .fingers import Fingers
from .machine import Watched
from .orders import CASHIER, CASHIER_PIN
from .pen import new_id
from .report import Report, Section, quantile
from .scale import Scale
from .staffed import Staffed, staffed

BUSY, LONG_CHECK, ROUND = 40, 60, 12
TURNS, SWIPES = 20, 6
FRAMES = 60
TILLS, HOUR_COMMANDS = 20, 7_200
GROWTH_MB = 4.0
FLUID_MS = 33.4
"""Thirty frames a second, in software GL."""
SWIPE, STEPS = ((200, 520), (200, 200)), 16


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    commands = HOUR_COMMANDS if scale.windows else 60
    section = Section(
        "m",
        f"A terminal with {grand_venue.DISHES} dishes and {grand_venue.TABLES} tables, {BUSY} busy",
        f"One terminal ({WIDTH} × {HEIGHT}), software GL. Memory before and after {commands:,} "
        f"commands of {TILLS} virtual waiters, who do not rest: what they make in an hour.",
    )
    report.sections.append(section)
    if shutil.which("Xvfb") is None:
        section.add("windows measured", 0, "")
        section.notes.append("nothing was measured: there is no Xvfb")
        return
    with Watched(section), tempfile.TemporaryDirectory(dir=folder, prefix="large-") as name:
        data = Path(name).absolute()
        venue = grand_venue.write(data)
        async with staffed(str(data / "server"), "--venue", str(venue)) as house:
            await _sit_down(house)
            invited = (await house.server.ask("invite pos bench-pos"))["text"]
            with Screen(WIDTH, HEIGHT) as screen:
                env = {**os.environ, "DISPLAY": screen.display}
                env["PYTHONPYCACHEPREFIX"] = str(BYTECODE)
                async with terminal(data, invited, env, grand_venue.HALL) as window:
                    pos = Fingers(screen, window)
                    await sign_in(pos, CASHIER, CASHIER_PIN)
                    await _floor(section, pos, window, scale)
                    await _menu(section, pos, scale)
                    await _evening(section, house, pos, window, commands)


async def _sit_down(house: Staffed) -> None:
    """Guests at forty tables; the first check is as long as a feast's."""
    till = house.tills[0]
    dishes = [item for kind in house.kinds for item in kind.item_ids]
    for number in range(BUSY):
        check = CheckId(new_id())
        table = grand_venue.table(number)
        count = LONG_CHECK if number == 0 else 4
        await till.do(c.OpenCheck(check, f"{till.code}-{800 + number}", "table", table, guests=2))
        made = [c.NewLine(LineId(new_id()), dishes[n % len(dishes)], 1) for n in range(count)]
        for lines in (tuple(made[n : n + ROUND]) for n in range(0, count, ROUND)):
            await till.do(c.AddLines(check, lines))
            await till.do(c.SendLines(check, tuple(line.line_id for line in lines)))
    assert not house.refused, sorted(set(house.refused))


async def _floor(section: Section, pos: Fingers, window: Child, scale: Scale) -> None:
    took = []
    for number in range(TURNS if scale.windows else 2):
        hall = ("main", grand_venue.HALL)[number % 2]
        took.append(await until_frame(pos, f"hall:{hall}", release=True))
    _tell(section, "another hall", took)
    drawn = (await window.ask(f"frames {FRAMES if scale.windows else 3}"))["ms"]
    _tell(section, "draw the floor wholly anew", drawn)


async def _menu(section: Section, pos: Fingers, scale: Scale) -> None:
    """The first table's long check is scrolled, and the pages of the largest category turned."""
    many = scale.windows
    opened = await until_frame(pos, f"table:{grand_venue.table(0)}", release=True)
    section.add("open a table of 60 lines", opened, "ms")
    gaps: list[float] = []
    for number in range(SWIPES if many else 1):
        pos.forget()
        start, end = SWIPE if number % 2 else SWIPE[::-1]
        await pos.swipe(start, end, STEPS)
        await pos.until("let go")
        frames = [at for name, _, at in pos.stamps if name == "frame"]
        gaps += [(late - early) / 1e6 for early, late in pairwise(frames)]
    _tell(section, "scrolling the check, from frame to frame", gaps)
    await pos.tap(f"show_category:{grand_venue.CATEGORY}")
    turns = [await until_frame(pos, "turn", release=True) for _ in range(TURNS if many else 2)]
    _tell(section, "the next page of 195 dishes", turns)
    await pos.tap("back")


async def _evening(
    section: Section, house: Staffed, pos: Fingers, window: Child, commands: int
) -> None:
    """What the terminal holds before, half-way and after; the finger works all the time."""
    await house.hire(TILLS if commands > 100 else 2)
    memory = [(await window.ask("memory"))["mb"]]
    for _ in range(2):
        work = asyncio.gather(
            *(
                _orders(house, number, commands // 2 // TILLS)
                for number in range(1, len(house.tills))
            )
        )
        while not work.done():
            await pos.tap("new")
            await pos.tap("new_kind:takeaway")
            await pos.tap("show_category:favourites")
            await pos.tap("tap_item:trout")
            await pos.tap("void")
            await pos.tap("back")
        await work
        memory.append((await window.ask("memory"))["mb"])
    assert not house.refused, sorted(set(house.refused))
    for what, value in zip(("before", "half-way", "after"), memory, strict=True):
        section.add(f"memory {what}", value, "MB")
    section.at_most("memory: growth in the second half", memory[2] - memory[1], "MB", GROWTH_MB)


async def _orders(house: Staffed, number: int, commands: int) -> None:
    done = 0
    while done < commands:
        order = house.waiters[number].order()
        await (await house.tills[number].push(order))
        done += len(order)


def _tell(section: Section, what: str, took: list[float]) -> None:
    section.add(f"{what}: p50", quantile(took, 0.5), "ms")
    section.at_most(f"{what}: p99", quantile(took, 0.99), "ms", FLUID_MS)
