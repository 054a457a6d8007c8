"""(b) Whole orders a second, and how long each step waits for its answer.

Each client opens a table, adds four lines, sends and pays, and does each step when the one before
is answered; nobody thinks or walks, so 16 clients are as busy as a house with hundreds of waiters.
"""

import asyncio
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .machine import Watched
from .orders import STEPS
from .report import Report, Section, quantile
from .scale import Scale
from .staffed import Staffed, staffed

SEND_P99_MS = 25.0
SEND_AT_CLIENTS = 16
PROCESSOR_MS = 3.0
ORDERS_A_BURST = 4


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    section = Section(
        "b",
        "Whole orders a second, step by step",
        "Open a table, four lines one by one, send, pay in cash without a receipt; each step waits "
        "for its answer, which comes after the commit has reached the disk. Kitchen displays "
        "acknowledge and bump all tickets meanwhile, and their part of the server's time is "
        "counted to the orders. The order alone is its seven commands: bursts in which displays "
        "are told of everything and nobody touches them; they catch up between, uncounted.",
    )
    report.sections.append(section)
    with Watched(section), tempfile.TemporaryDirectory(dir=folder, prefix="orders-") as data:
        async with staffed(data) as house:
            for clients in scale.clients:
                await house.hire(clients)
                await _with_kitchen(house, clients, scale.seconds, section)
                await _alone(house, clients, scale.seconds / 2, section)
            assert not house.refused, sorted(set(house.refused))


async def _with_kitchen(house: Staffed, clients: int, seconds: float, section: Section) -> None:
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
    spent = await _since(house, before)
    section.add(f"{clients} clients: orders", orders / span, "1/s")
    name = f"{clients} clients: server processor per order, the kitchen's commands too"
    section.add(name, spent.processor_ms / orders, "ms")
    section.add(f"{clients} clients: commands per order, so", spent.commands / orders, "")
    section.add(f"{clients} clients: commits per order, so", spent.groups / orders, "")
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


async def _alone(house: Staffed, clients: int, seconds: float, section: Section) -> None:
    """The processor that the seven commands of an order take, with the kitchen looking on."""

    async def serve(number: int) -> None:
        for _ in range(ORDERS_A_BURST):
            for command in house.waiters[number].order():
                await house.tills[number].do(command)

    spent, orders, counted_s = Spent(), 0, 0.0
    while counted_s < seconds:
        await house.kitchen_catches_up()
        house.kitchen_looks_only()
        before, begun = await house.server.ask("figures"), time.perf_counter()
        await asyncio.gather(*(serve(number) for number in range(clients)))
        counted_s += time.perf_counter() - begun
        spent += await _since(house, before)
        orders += clients * ORDERS_A_BURST
    await house.kitchen_catches_up()
    assert spent.commands == orders * len(STEPS), "nobody else touched anything"
    name = f"{clients} clients: server processor per order"
    section.at_most(name, spent.processor_ms / orders, "ms", PROCESSOR_MS)
    section.add(f"{clients} clients: commits per order", spent.groups / orders, "")


@dataclass(frozen=True, slots=True)
class Spent:
    """What the server used between two looks at its figures."""

    processor_ms: float = 0.0
    commands: int = 0
    groups: int = 0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(
            self.processor_ms + other.processor_ms,
            self.commands + other.commands,
            self.groups + other.groups,
        )


async def _since(house: Staffed, before: Mapping[str, Any]) -> Spent:
    after = await house.server.ask("figures")
    processor_s = after["processor_s"] - before["processor_s"]
    counts = (after[name] - before[name] for name in ("commands", "groups"))
    return Spent(processor_s * 1000, *counts)
