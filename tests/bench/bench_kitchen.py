"""(c) From the finger to the drawn ticket, station by station, while all terminals work.

A real terminal and a real kitchen display, each a process with its window in software GL; the
finger comes through the X server. What sends acts when the finger leaves, so that is when the
clock starts. Drawn is when the frame with the ticket was swapped to the glass; that is stamped in
the display, not inferred from its acknowledgement, which comes later and is told apart.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
from bisect import bisect_left
from collections.abc import AsyncIterator
from pathlib import Path

from sync_server.domain import commands as c
from sync_server.domain.ids import TicketId
from tests.e2e.screen import Screen

from .child import BYTECODE, Child
from .fingers import Fingers, first_of
from .machine import Watched
from .report import Report, Section, quantile
from .scale import Scale
from .staffed import Staffed, staffed

DRAWN_MS = 100.0
PAUSE_S = 0.5
WIDTH, HEIGHT = 1366, 768
PERSON, PIN = "olena", "4071"
DISH = "trout"
LINES_A_CHECK = 30
STATIONS = (
    ("finger to the frame that answers on the terminal", "left", "frame"),
    ("finger to dispatched in the window", "left", "let_go"),
    ("dispatched to decided", "let_go", "decided"),
    ("decided to stored on the terminal's disk", "decided", "stored"),
    ("stored to committed on the server", "stored", "committed"),
    ("committed to received by the display", "committed", "received"),
    ("received to stored on the display's disk", "received", "kept"),
    ("stored to in the display's replica", "kept", "applied"),
    ("replica to drawn", "applied", "drawn"),
    ("drawn to acknowledged", "drawn", "acknowledged"),
)


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    section = Section(
        "c",
        f"Finger to drawn ticket while {scale.tills} terminals work",
        f"{scale.tills} terminals make a command every {PAUSE_S:g} s each (whole orders), the "
        "kitchen acknowledges and bumps. Meanwhile, on one more terminal with a window, a finger "
        "adds a dish of the grill and sends it, again and again; the grill's display draws it.",
    )
    if not begun(report, section):
        return
    with Watched(section), tempfile.TemporaryDirectory(dir=folder, prefix="kitchen-") as name:
        data = Path(name).absolute()
        async with staffed(str(data / "server")) as house, windows(house, data, 1) as (pos, boards):
            await house.hire(scale.tills)
            await sign_in(pos)
            stamps = await orders(house, pos, boards, scale.tickets)
            assert not house.refused, sorted(set(house.refused))
    tell_stations(section, stamps)
    drawn = [(one["drawn"] - one["left"]) / 1e6 for one in stamps]
    section.add("finger to drawn: p50", quantile(drawn, 0.5), "ms")
    section.at_most("finger to drawn: p99", quantile(drawn, 0.99), "ms", DRAWN_MS)


def begun(report: Report, section: Section) -> bool:
    """A section that needs windows stands in the report; where there is no screen for them it says
    so and measures nothing."""
    report.sections.append(section)
    if shutil.which("Xvfb") is not None:
        return True
    section.add("windows measured", 0, "")
    section.notes.append("nothing was measured: there is no Xvfb")
    return False


def tell_stations(section: Section, stamps: list[dict[str, int]]) -> None:
    """Where the time goes."""
    for station, start, end in STATIONS:
        values = [(one[end] - one[start]) / 1e6 for one in stamps]
        section.add(f"{station}: p50", quantile(values, 0.5), "ms")
        section.add(f"{station}: p99", quantile(values, 0.99), "ms")


@contextlib.asynccontextmanager
async def windows(
    house: Staffed, data: Path, displays: int
) -> AsyncIterator[tuple[Fingers, list[Fingers]]]:
    """A terminal and displays of the grill beside each other on one screen."""
    with Screen((1 + displays) * WIDTH, HEIGHT) as screen:
        env = {**os.environ, "DISPLAY": screen.display, "PYTHONPYCACHEPREFIX": str(BYTECODE)}
        async with contextlib.AsyncExitStack() as opened:
            invited = (await house.server.ask("invite pos bench-pos"))["text"]
            pos = await opened.enter_async_context(terminal(data, invited, env))
            boards = []
            for left in range(WIDTH, (1 + displays) * WIDTH, WIDTH):
                invited = (await house.server.ask(f"invite kds board-{left}"))["text"]
                board = display(data / f"board-{left}", invited, env, (WIDTH, HEIGHT), left)
                window = await opened.enter_async_context(board)
                boards.append(Fingers(screen, window, left))
            yield Fingers(screen, pos), boards


def display(
    data: Path, invitation: str, env: dict[str, str], size: tuple[int, int], left: int = 0
) -> Child:
    """A window of the grill's display that says what happens in it."""
    return Child(
        *("tests.bench.window_process", "kds_app", "--station=grill", "--quiet"),
        *(f"--data={data}", f"--invite={invitation}", f"--name={data.name}"),
        *(f"--width={size[0]}", f"--height={size[1]}", f"--left={left}", "--top=0"),
        env=env,
    )


def terminal(data: Path, invitation: str, env: dict[str, str], hall: str = "main") -> Child:
    """A terminal's window that says what happens in it."""
    return Child(
        *("tests.bench.window_process", "pos_app", f"--folder={data / 'terminal'}"),
        *(f"--invite={invitation}", "--name=bench", f"--hall={hall}", "--drawer=bench"),
        *(f"--size={WIDTH}x{HEIGHT}", "--at=0x0", "--lock-after=0"),
        env=env,
    )


async def sign_in(pos: Fingers, person: str = PERSON, pin: str = PIN) -> None:
    """As people do."""
    await pos.tap(f"person_tapped:{person}")
    for figure in pin:
        await pos.tap(f"key:{figure}")
    await pos.where("lock")


async def orders(
    house: Staffed, pos: Fingers, boards: list[Fingers], count: int
) -> list[dict[str, int]]:
    """The stamps of each order, with the server's commits filled in."""
    working = [asyncio.create_task(_work(house, number)) for number in range(1, len(house.tills))]
    told = []
    try:
        for number in range(count):
            if number % LINES_A_CHECK == 0:
                if number:
                    await pos.tap("back")
                await new_check(pos)
            told.append(await _order(house, pos, boards))
    finally:
        for task in working:
            task.cancel()
        await asyncio.gather(*working, return_exceptions=True)
    commits = (await house.server.ask("commits 0"))["commits"]
    heads = [head for head, _ in commits]
    for one in told:
        one["committed"] = commits[bisect_left(heads, one["n"])][1]
    return told


async def new_check(pos: Fingers) -> None:
    """From the floor to an empty takeaway check."""
    await pos.tap("new")
    await pos.tap("new_kind:takeaway")
    await pos.where(f"tap_item:{DISH}")


async def _order(house: Staffed, pos: Fingers, boards: list[Fingers]) -> dict[str, int]:
    """One dish added and sent, until it is drawn everywhere and acknowledged by one display."""
    kds = boards[0]
    for window in (pos, *boards):
        window.forget()
    came, _ = await pos.tap(f"tap_item:{DISH}")
    await pos.until("stored", "AddLines", came)
    _, left = await pos.tap("send")
    _, command, decided = await pos.find(lambda one: one[1].startswith("SendLines "), left)
    check_id = command.split()[1]
    stored = await pos.until("stored", "SendLines", decided)
    wanted = lambda one: one[0] == "applied" and one[1].startswith(check_id)  # noqa: E731
    _, ticket, applied = await kds.find(wanted, decided)
    _, ticket_id, n = ticket.split()
    drawn = await kds.until("drawn", ticket_id)
    everywhere = [await board.until("drawn", ticket_id) for board in boards]
    told = lambda one: one[0] == "decided" and ticket_id in one[1]  # noqa: E731
    _, _, acknowledged = await first_of(boards, told)
    await house.kitchen[0].do(c.BumpTicket(TicketId(ticket_id)))
    return {
        "left": left,
        "let_go": await pos.until("let go", after_ns=left),
        "decided": decided,
        "frame": await pos.until("frame", after_ns=decided),
        "stored": stored,
        "n": int(n),
        "received": await kds.until("received", ticket_id),
        "kept": await kds.until("kept", ticket_id),
        "applied": applied,
        "drawn": drawn,
        "everywhere": max(everywhere),
        "acknowledged": acknowledged,
    }


async def _work(house: Staffed, number: int) -> None:
    """A terminal at work, out of step with the others."""
    await asyncio.sleep(PAUSE_S * number / len(house.tills))
    for command in house.waiters[number].stream():
        await house.tills[number].do(command)
        await asyncio.sleep(PAUSE_S)
