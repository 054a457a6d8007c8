"""Colours and sizes of the kitchen display: its own tokens over the shared table, and one scale.

Rule: a kitchen screen is read from two metres, so some colours are stronger here than in
`glass.colours`, and sizes follow the window: `scale.of(n)` turns a design size, as drawn for
1920 x 1080, into pixels. Pairs in use are readable (4.5:1, figures 3:1; computed by
`tests/apps/kds/test_screen.py`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

COLOURS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "selected": "#3A4859",
        "edge": "#343F4C",
        "quiet": "#9DAAB8",
        "late_text": "#FF7A75",
        "amber": "#FFCB7D",
        "new_text": "#8FC1F5",
        "cursor": "#FFE066",
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
