"""Colours and sizes of the kitchen display: one dark table, one scale.

Rule: nothing else here names a colour; widgets and view-models name tokens of this table. Pairs in
use are readable (4.5:1, figures 3:1; `tests/apps/kds/test_look.py` computes it). A kitchen screen
is read from two metres, so sizes follow the window: `scale.of(n)` turns a design size, as drawn
for 1920 x 1080, into pixels.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

Rgba = tuple[float, float, float, float]

FONT_FOLDER: Final = Path("/usr/share/fonts/truetype/noto")
TEXT_FONT: Final = "Roboto"
ICON_FONT: Final = "KitchenIcons"

COLOURS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "background": "#12161C",
        "panel": "#1A2028",
        "raised": "#232B35",
        "pressed": "#303B48",
        "selected": "#3A4859",
        "line": "#2F3945",
        "edge": "#343F4C",
        "text": "#EEF2F6",
        "dim": "#93A1B1",
        "quiet": "#9DAAB8",
        "on_bright": "#12161C",
        "accent": "#FF9F43",
        "ready": "#5CC463",
        "ready_text": "#74D27B",
        "late_text": "#FF7A75",
        "hold_text": "#E9C05A",
        "amber": "#FFCB7D",
        "new_text": "#8FC1F5",
        "allergy": "#C93531",
        "white": "#FFFFFF",
        "box": "#B8C8DD",
        "box_dim": "#5F6D7C",
        # heads of tickets, by state
        "head_new": "#2F5F9E",
        "head_cooking": "#2A6965",
        "head_amber": "#806206",
        "head_late": "#B3312E",
        "head_room": "#5C4591",
        "head_upcoming": "#2A313B",
        "head_ready": "#2F7035",
        "head_note": "#EDF2F8",
        "room": "#A985E0",
        # grounds of lines
        "added": "#22384C",
        "void": "#3A2228",
    }
)

HEADS: Final = ("new", "cooking", "amber", "late", "room", "upcoming", "ready")
"""States that colour the head of a ticket; the token is `head_` and the state."""


def _rgba(value: str) -> Rgba:
    red, green, blue = (int(value[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue, 1.0


palette: Final[Mapping[str, Rgba]] = MappingProxyType(
    {name: _rgba(value) for name, value in COLOURS.items()}
)


class Scale:
    """How many pixels a design unit takes in this window."""

    def __init__(self) -> None:
        self.factor = 1.0
        self.zoom = 1.0

    def fit(self, width: float, height: float) -> bool:
        """Follow a window of this size; True when the scale changed.

        Small screens keep their letters nearly as large as the design's: they show fewer columns.
        """
        factor = min(3.0, max(0.9, min(width / 1920, height / 1080))) * self.zoom
        changed = abs(factor - self.factor) > 0.001
        self.factor = factor
        return changed

    def of(self, units: float) -> int:
        """A design size in whole pixels, at least one."""
        return max(1, round(units * self.factor))


scale: Final = Scale()
"""The scale of the one window."""


def columns_for(width: float, factor: float) -> int:
    """Columns of tickets in a board of this width: 2 to 6, none narrower than a dish's name."""
    return max(2, min(6, int(width // (300 * factor))))
