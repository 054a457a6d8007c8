"""What all tests share, and no more: fixtures live with the tests of their area.

Tests run in two processes (`make test`). Those that open windows, a browser or a whole venue share
one machine's screen and processor, so they form one group, which one process runs in turn.
"""

from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest

# The same examples every time in `make test`, so that it fails for a reason that stays; fresh ones,
# and many, in `make fuzz`. No deadline: how fast the machine is proves nothing.
hypothesis.settings.register_profile("steady", derandomize=True, deadline=None)
hypothesis.settings.register_profile("fuzz", max_examples=20_000, deadline=None)
hypothesis.settings.load_profile("steady")

HERE = Path(__file__).parent
ONE_AFTER_THE_OTHER = ("apps", "e2e", "web", "bench")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Puts every test with a window into one group of pytest-xdist."""
    for item in items:
        area = item.path.relative_to(HERE).parts[0]
        if area in ONE_AFTER_THE_OTHER or item.get_closest_marker("screen"):
            item.add_marker(pytest.mark.xdist_group("screen"))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what tests have to say besides passing: how much they went through."""
    for report in terminalreporter.stats.get("passed", []):
        for name, value in report.user_properties:
            if name == "says":
                terminalreporter.write_line(str(value))
