"""The machine a benchmark runs on: what it is, how busy others keep it, how fast its disk is.

Figures of one run are compared with limits of the same run only; this says what else went on.
"""

import os
import platform
import sqlite3
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from .report import Section, quantile

_TICKS = os.sysconf("SC_CLK_TCK")


def facts(folder: Path) -> dict[str, str]:
    """What stands at the head of a report."""
    model = next(
        (
            line.partition(":")[2].strip()
            for line in Path("/proc/cpuinfo").read_text().splitlines()
            if line.startswith("model name")
        ),
        platform.machine(),
    )
    middle, late = flush_ms(folder)
    return {
        "processor": f"{os.cpu_count()} × {model}",
        "system": platform.platform(),
        "software": f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, "
        f"websockets {version('websockets')}, uvloop {version('uvloop')}",
        "flush of 4 KiB to the disk": f"p50 {middle:.2f} ms, p99 {late:.2f} ms",
    }


def flush_ms(folder: Path, times: int = 200) -> tuple[float, float]:
    """Median and 99th percentile of write + fdatasync in `folder`, milliseconds."""
    path = folder / "flush.probe"
    took: list[float] = []
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY)
    try:
        for _ in range(times):
            begun = time.perf_counter()
            os.write(descriptor, b"\0" * 4096)
            os.fdatasync(descriptor)
            took.append((time.perf_counter() - begun) * 1000)
    finally:
        os.close(descriptor)
        path.unlink()
    return quantile(took, 0.5), quantile(took, 0.99)


def yardstick_ms() -> float:
    """Processor time of a fixed piece of Python work: it grows when neighbours share the core.

    Two processors of a rented machine are often two threads of one core; then "processor time"
    itself stretches, and figures of two runs compare only after division by this.
    """
    begun = time.process_time()
    kept: dict[int, str] = {}
    for number in range(60_000):
        kept[number % 997] = f"{number}:{len(kept)}"
    return (time.process_time() - begun) * 1000


@dataclass(frozen=True, slots=True)
class Usage:
    """Processor seconds since boot: of everybody, and of this process and its children."""

    all_s: float
    own_s: float
    at_s: float

    @staticmethod
    def now() -> "Usage":
        """As the system counts it at this moment."""
        fields = [int(x) for x in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
        user, nice, system, _idle, _wait, irq, soft, steal = fields
        busy = (user + nice + system + irq + soft + steal) / _TICKS
        return Usage(busy, _family_s(os.getpid()), time.monotonic())


def _family_s(root: int) -> float:
    """Processor seconds of a process and all that it started, living or waited for."""
    parents: dict[int, list[int]] = {}
    spent: dict[int, float] = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        pid = int(entry.name)
        parents.setdefault(int(fields[1]), []).append(pid)
        spent[pid] = sum(int(value) for value in fields[11:15]) / _TICKS
    total, waiting = 0.0, [root]
    while waiting:
        pid = waiting.pop()
        total += spent.get(pid, 0.0)
        waiting += parents.get(pid, [])
    return total


class Watched:
    """`with Watched(section):` notes how busy the machine was while it was measured."""

    def __init__(self, section: Section) -> None:
        self._section = section
        self._before = Usage.now()

    def __enter__(self) -> Section:
        self._section.load_before = os.getloadavg()[0]
        self._before = Usage.now()
        return self._section

    def __exit__(self, *_: object) -> None:
        after, before = Usage.now(), self._before
        self._section.load_after = os.getloadavg()[0]
        span = (after.at_s - before.at_s) * (os.cpu_count() or 1)
        others = (after.all_s - before.all_s) - (after.own_s - before.own_s)
        self._section.others_share = max(0.0, others / span) if span else 0.0
        self._section.yardstick_ms = yardstick_ms()


def resident_mb(pid: int) -> float:
    """Memory of a process that is really in use, megabytes."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) / 1024
    return 0.0
