"""(b) Whole orders a second, and how long each step waits for its answer.

Each client opens a table, adds four lines, sends and pays, and does each step when the one before
is answered; nobody thinks or walks, so 16 clients are as busy as a house with hundreds of waiters.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from .machine import Watched
from .orders import STEPS
from .report import Report, Section, quantile
from .scale import Scale
from .staffed import Staffed, staffed

SEND_P99_MS = 25.0
SEND_AT_CLIENTS = 16
PROCESSOR_MS = 3.0


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    section = Section(
        "b",
        "Whole orders a second, step by step",
        "Open a table, four lines one by one, send, pay in cash without a receipt; each step waits "
        "for its answer, which comes after the commit has reached the disk. Kitchen displays "
        "acknowledge and bump all tickets meanwhile, and their part of the server's time is "
        "counted to the orders.",
    )
    report.sections.append(section)
    with Watched(section), tempfile.TemporaryDirectory(dir=folder, prefix="orders-") as data:
        async with staffed(data) as house:
            for clients in scale.clients:
                await house.hire(clients)
                await _measure(house, clients, scale.seconds, section)
            assert not house.refused, sorted(set(house.refused))


async def _measure(house: Staffed, clients: int, seconds: float, section: Section) -> None:
    took: dict[str, list[float]] = {step: [] for step in STEPS}
    orders = 0

    async def serve(number: int, ends: float) -> None:
        nonlocal orders
        till, waiter = house.tills[number], house.waiters[number]
        while time.perf_counter() < ends:
            for step, command in zip(STEPS, waiter.order(), strict=True):
                begun = time.perf_counter()
                await till.do(command)
                took[step].append((time.perf_counter() - begun) * 1000)
            orders += 1

    before = await house.server.ask("figures")
    begun = time.perf_counter()
    await asyncio.gather(*(serve(number, begun + seconds) for number in range(clients)))
    span = time.perf_counter() - begun
    after = await house.server.ask("figures")
    processor_ms = (after["processor_s"] - before["processor_s"]) * 1000 / orders
    section.add(f"{clients} clients: orders", orders / span, "1/s")
    name = f"{clients} clients: server processor per order"
    section.at_most(name, processor_ms, "ms", PROCESSOR_MS)
    for what, words in (("commands", "commands, the kitchen's too"), ("groups", "commits")):
        per_order = (after[what] - before[what]) / orders
        section.add(f"{clients} clients: {words}, per order", per_order, "")
    steps = {
        "open": took["open"],
        "line": [one for step in STEPS if step.startswith("line") for one in took[step]],
        "send": took["send"],
        "pay": took["pay"],
    }
    for step, values in steps.items():
        section.add(f"{clients} clients: {step} p50", quantile(values, 0.5), "ms")
        name, p99 = f"{clients} clients: {step} p99", quantile(values, 0.99)
        if step == "send" and clients == SEND_AT_CLIENTS:
            section.at_most(name, p99, "ms", SEND_P99_MS)
        else:
            section.add(name, p99, "ms")
