"""What all tests share, and no more: fixtures live with the tests of their area.

`make test` runs them in three processes. A file's tests stay in one of them and follow each other,
so that what a file sets up is made once; so do whole areas with one browser or one venue.
Databases and other files of tests lie in memory where the machine has room for them.
"""

import os
import shutil
from pathlib import Path

import hypothesis
import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

# The same examples every time in `make test`, so that it fails for a reason that stays; fresh ones,
# and many, in `make fuzz`. No deadline: how fast the machine is proves nothing.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("fuzz", max_examples=20_000, deadline=None)
hypothesis.settings.load_profile("steady")

HERE = Path(__file__).parent
MEMORY, ROOM = Path("/dev/shm"), 4 << 30
"""A file system in memory, and how much must be free in it (bytes) before tests lie there."""
DEAREST = ("simulation", "e2e", "bench", "web", "apps", "back_office", "hotel", "front_office")
"""Areas that take longest, in the order in which they begin: what ends a run should be small."""
PLAYED_AGAIN = frozenset({"apps", "demo", "e2e", "web"})
"""Areas that drive real windows, browsers and processes, where the machine has a word in the
outcome: a test of theirs that fails is run once more. What failed the first time is told aloud and
is a fault to be found, of the product or of its test; no rule of the house is ever asked twice."""
TOGETHER = {"web": "web", "e2e": "venue", "bench": "venue"}
"""Areas of which one process runs everything: one browser and one office, one venue at a time."""


def pytest_configure(config: pytest.Config) -> None:
    """Chooses where tests' files lie, unless somebody has said so."""
    said = config.option.basetemp or "PYTEST_DEBUG_TEMPROOT" in os.environ
    if not said and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)


def area(place: str) -> str:
    """The folder of a test below `tests`, by its path or its node id."""
    return place.removeprefix(f"{HERE.name}/").partition("/")[0]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The dearest areas first; else as they stand. Who may have a second run is marked."""
    for item in items:
        if area(item.nodeid) in PLAYED_AGAIN:
            item.add_marker(pytest.mark.flaky(reruns=1))
    order = {name: place for place, name in enumerate(DEAREST)}
    items.sort(key=lambda item: order.get(area(item.nodeid), len(order)))


class ByFileOrArea(LoadScopeScheduling):
    """Who runs what, when several processes run the tests."""

    def _split_scope(self, nodeid: str) -> str:
        """Tests of which this is the same are run by one process in a row."""
        return TOGETHER.get(area(nodeid)) or nodeid.partition("::")[0]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling | None:
    """Files and areas stay together whichever way of sharing was asked for, marks of groups or not:
    xdist 3.8 loses those with pytest 9.2 without a word."""
    if config.getvalue("dist") not in ("load", "loadfile", "loadgroup"):
        return None
    config.option.loadscopereorder = False
    return ByFileOrArea(config, log)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what tests have to say besides passing: how much they went through, and why one that
    was run a second time had failed."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "says":
                terminalreporter.write_line(str(value))
    failed = {
        report.nodeid
        for kind in ("failed", "error")
        for report in terminalreporter.stats.get(kind, [])
    }
    for report in terminalreporter.stats.get("rerun", []):
        ended = "failed twice" if report.nodeid in failed else "passed the second time"
        terminalreporter.section(f"failed once, {ended}: find out why", red=True, bold=True)
        terminalreporter.write_line(report.nodeid, red=True, bold=True)
        terminalreporter.write_line(report.longreprtext)
        for title, text in report.sections:
            terminalreporter.write_line(f"-- {title}\n{text}")
