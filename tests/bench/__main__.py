"""Runs the benchmarks one after the other and writes the report to `var/bench`.

python -m tests.bench [--only a,b] [--tiny] [--whole-year] [--out FOLDER]
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

import uvloop

from . import (
    bench_board,
    bench_commands,
    bench_drain,
    bench_house,
    bench_kitchen,
    bench_large,
    bench_orders,
    bench_printing,
    bench_start,
    bench_till,
    bench_touch,
    bench_year,
    machine,
)
from .report import Report
from .scale import TINY, Scale
from .year import WHOLE_YEAR

Bench = Callable[[Scale, Report, Path], Awaitable[None]]

BENCHES: dict[str, Bench] = {
    "a": bench_commands.run,
    "b": bench_orders.run,
    "c": bench_kitchen.run,
    "d": bench_start.run_windows,
    "e": bench_start.run_journal,
    "f": bench_drain.run,
    "g": bench_touch.run,
    "h": bench_printing.run,
    "i": bench_board.run,
    "j": bench_year.run,
    "k": bench_till.run,
    "l": bench_house.run,
    "m": bench_large.run,
}


async def measure(letters: str, scale: Scale, folder: Path) -> Report:
    """All benchmarks named by `letters`, in order."""
    folder.mkdir(parents=True, exist_ok=True)
    report = Report(machine.facts(folder))
    for letter in letters:
        begun = time.perf_counter()
        await BENCHES[letter](scale, report, folder)
        # After each part, so that a fault in a later one loses nothing.
        (folder / "report.json").write_text(report.as_json(), "utf-8")
        (folder / "report.md").write_text(report.as_markdown(), "utf-8")
        print(f"({letter}) took {time.perf_counter() - begun:.0f} s", file=sys.stderr)
    return report


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Measure, and compare with the machine's limits.")
    parser.add_argument("--only", default="".join(BENCHES), help="letters, such as a,b")
    parser.add_argument("--tiny", action="store_true", help="only see that everything runs")
    parser.add_argument("--out", type=Path, default=Path("var/bench"))
    parser.add_argument("--whole-year", action="store_true", help="all days of (j): many minutes")
    given = parser.parse_args()
    letters = [letter for letter in given.only if letter in BENCHES]
    scale = TINY if given.tiny else Scale()
    if given.whole_year:
        scale = replace(scale, year_days=WHOLE_YEAR.days)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        report = runner.run(measure("".join(letters), scale, given.out))
    print(report.as_markdown())


if __name__ == "__main__":
    main()
