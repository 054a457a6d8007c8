"""Replay evenings: `python -m tests.simulation SEED`, or FIRST COUNT; without one, for ever.

python -m tests.simulation 17        one evening, told in figures or in what it broke
python -m tests.simulation 1000 500  five hundred evenings from 1000 on
python -m tests.simulation --forever on every core, until something breaks or Ctrl-C
"""

import argparse
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from itertools import count
from os import cpu_count

from .evening import Report, Violation, died_at, run


def attempt(seed: int) -> Report | str:
    """An evening, or in words what broke."""
    try:
        return run(seed)
    except Violation as violation:
        return str(violation)


def main() -> int:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation")
    parser.add_argument("first", type=int, nargs="?", default=0)
    parser.add_argument("count", type=int, nargs="?", default=1)
    parser.add_argument("--forever", action="store_true", help="until something breaks")
    parser.add_argument("--cores", type=int, default=cpu_count() or 1)
    asked = parser.parse_args()
    seeds = count(asked.first) if asked.forever else range(asked.first, asked.first + asked.count)
    begun, done, commands, crashes = time.monotonic(), 0, 0, 0
    bad: list[str] = []
    points: set[str] = set()
    with ProcessPoolExecutor(1 if asked.count == 1 and not asked.forever else asked.cores) as pool:
        for start in seeds:
            if (start - asked.first) % 64:
                continue
            block = [s for s in range(start, start + 64) if asked.forever or s in seeds]
            for outcome in pool.map(attempt, block):
                done += 1
                if isinstance(outcome, str):
                    bad.append(outcome)
                    print(outcome)
                else:
                    commands += outcome.commands
                    crashes += outcome.crashes
                    points.update(outcome.points)
            pace = done / (time.monotonic() - begun)
            print(
                f"{done} evenings, {commands} commands, {crashes} crashes, {pace:.1f}/s, "
                f"{died_at(points)}, {len(bad)} broken",
                flush=True,
            )
            if asked.forever and bad:
                break
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
