"""(f) Terminals that worked alone for eight hours hand over what they have.

Real terminals with real stores; the server's limit of commands a second per device is the one of a
house, and it alone takes (500 - 200) / 50 = 6 s of the time.
"""

import tempfile
from pathlib import Path

from sync_server.domain.limits import COMMANDS_BURST, COMMANDS_PER_SECOND

from .child import Child
from .machine import Watched
from .report import Report, Section
from .scale import Scale
from .staffed import staffed

BOUND_S = 10.0


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    terminals, commands = scale.offline_terminals, scale.offline_commands
    section = Section(
        "f",
        f"{terminals} terminals, 8 hours offline, {commands} commands each",
        "Real terminals (replica, outbox and base on the disk) in one process of their own; their "
        "orders were tapped and stored without a server. Drained means: every command answered "
        "and every terminal online at the head. The server's limits are those of a house. "
        "Kitchen displays are told of all tickets, and nobody touches them yet.",
    )
    report.sections.append(section)
    with Watched(section), tempfile.TemporaryDirectory(dir=folder, prefix="drain-") as data:
        async with (
            staffed(f"{data}/server", rate=0) as house,
            Child("tests.bench.offline_process", "--data", f"{data}/terminals") as child,
        ):
            for number in range(terminals):
                invited = await house.server.ask(f"invite pos t{number}")
                await child.ask(f"enrol pos t{number} {invited['text']}")
            await child.ask("sign_in")
            await child.ask(f"away {commands}")
            # Hundreds of tickets come at once: no cook is that fast, nor may a display be
            # (reliability 2.12).
            house.kitchen_looks_only()
            before = await house.server.ask("figures")
            drained = await child.ask("drain")
            after = await house.server.ask("figures")
            assert not drained["notices"], sorted(set(drained["notices"]))
    section.at_most("drained in", drained["took_s"], "s", BOUND_S)
    floor = max(0.0, (commands - COMMANDS_BURST) / COMMANDS_PER_SECOND)
    section.add("of which the limit of commands a second asks for", floor, "s")
    section.add("server processor meanwhile", after["processor_s"] - before["processor_s"], "s")
    section.add("events that came of it", after["head_n"] - before["head_n"], "")
