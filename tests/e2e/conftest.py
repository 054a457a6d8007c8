"""One venue with all its processes and windows, as `vitrylo demo` starts them, on one Xvfb."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync_server.demo.stage import Stage, Window
from sync_server.demo.venue import DEMO_VENUE
from tests.e2e.screen import Glass, Screen
from tests.hardware.independent import emupos

__all__ = ["emupos"]

DAY = "2026-11-21"
POS = Window(1366, 768)
KDS = Window(1280, 800, 0, 768)
PICTURES = Path(__file__).parents[2] / "build" / "e2e"


@dataclass(frozen=True, slots=True)
class Venue:
    """The stage and its two windows."""

    stage: Stage
    pos: Glass
    kds: Glass


@pytest.fixture
def venue(tmp_path: Path) -> Iterator[Venue]:
    """Printers, server, back office, a terminal and a kitchen display, all real processes."""
    with Screen(1366, 1568) as screen:
        env = {
            "DISPLAY": screen.display,
            "SDL_VIDEODRIVER": "x11",
            "KIVY_METRICS_DENSITY": "1",
            "KIVY_DPI": "96",
        }
        with Stage(tmp_path / "venue", DEMO_VENUE, DAY, env=env, words=True) as stage:
            stage.start_printers(["kitchen-hot", "kitchen-cold", "bar", "cashier"])
            stage.start_server([("pos", "Terminal 1"), ("kds", "Kitchen")])
            stage.start_office()
            stage.start_terminal("Terminal 1", "1", "main", POS)
            stage.start_display("Kitchen", "hot,grill,cold", KDS)
            pos = Glass(screen, stage.words_of("Terminal 1"), 0, 0, (1366, 768))
            kds = Glass(screen, stage.words_of("Kitchen"), 0, 768, (1280, 800))
            yield Venue(stage, pos, kds)
