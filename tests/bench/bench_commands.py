"""(a) Durable commands a second from 50 terminals, beside a bare echo and bare commits.

Two ways of pushing: each tap in a frame of its own, as people at work do it, and frames of sixteen,
as a terminal does that has something to catch up. In both the next frame waits for the answer to
the one before; all events go to all terminals.
"""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from .bare import commits_a_second, echoes_a_second, stored_bytes
from .machine import Watched, resident_mb
from .orders import first
from .report import Report, Section
from .scale import Scale
from .staffed import Staffed, staffed

WINDOW = 16
KEPT_PUSHES = 100
SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Pushed:
    """One measurement of the server."""

    commands_s: float
    group: float
    processor_us: float
    server_share: float
    resident_mb: float
    frames: list[bytes]
    rows: list[list[bytes]]


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    section = Section(
        "a",
        f"Durable commands a second from {scale.tills} terminals",
        "Server process on uvloop, loopback websockets, SQLite with synchronous=FULL; the load "
        "comes from the benchmark's own process. A mix of whole orders (open, four lines, send, "
        "pay cash) and of kitchen displays that acknowledge and bump every ticket; every event "
        "goes to every terminal, which gives credit for it.",
    )
    report.sections.append(section)
    with Watched(section):
        for words, window in (("one tap a frame", 1), (f"{WINDOW} commands a frame", WINDOW)):
            pushed = await _pushed(scale, window, folder)
            echo = window * await echoes_a_second(pushed.frames, scale.tills, scale.seconds / 2)
            group = max(1, round(pushed.group))
            bare = commits_a_second(pushed.rows, group, folder)
            section.add(f"{words}: commands committed and answered", pushed.commands_s, "1/s")
            section.add(f"{words}: bare echo of the same frames", echo, "commands/s")
            section.add(f"{words}: bare commits of {group} commands", bare, "commands/s")
            section.at_least(
                f"{words}: share of the slower limit",
                pushed.commands_s / min(echo, bare),
                "",
                SHARE,
            )
            section.add(f"{words}: server processor per command", pushed.processor_us, "µs")
            section.add(f"{words}: processor the server had", pushed.server_share, "cores")
            section.at_most(f"{words}: server memory", pushed.resident_mb, "MB", 150)


async def _pushed(scale: Scale, window: int, folder: Path) -> Pushed:
    with tempfile.TemporaryDirectory(dir=folder, prefix="commands-") as data:
        async with staffed(data) as house:
            await house.hire(scale.tills)
            for till in house.tills:
                till.keep_pushes = KEPT_PUSHES
            ends = asyncio.get_running_loop().time() + scale.seconds
            before = await house.server.ask("figures")
            begun = time.perf_counter()
            await asyncio.gather(
                *(_keep_pushing(house, number, window, ends) for number in range(scale.tills))
            )
            took = time.perf_counter() - begun
            after = await house.server.ask("figures")
            memory = resident_mb(house.server.pid)
            frames = [frame for till in house.tills for frame in till.pushed]
            assert not house.refused, sorted(set(house.refused))
            assert not after["errors"], after
        rows = stored_bytes(Path(data) / "front.db")
    commands = after["commands"] - before["commands"]
    processor = after["processor_s"] - before["processor_s"]
    return Pushed(
        commands / took,
        commands / max(1, after["groups"] - before["groups"]),
        processor / commands * 1e6,
        processor / took,
        memory,
        frames,
        rows,
    )


async def _keep_pushing(house: Staffed, number: int, window: int, ends: float) -> None:
    loop = asyncio.get_running_loop()
    stream = house.waiters[number].stream()
    while loop.time() < ends:
        await (await house.tills[number].push(first(stream, window)))
