"""Colours by name, one table for dark and one for light; fonts and sizes have their own places.

Rule: nothing else names a colour; widgets and view-models name tokens of this table. Beside the
colours of states stand tints for grounds and, for text in a state's colour, variants that are
readable on every ground (4.5:1; the tests of each application compute it for every pair in use).
An application may lay its own tokens over the table (`palette.use`), as the kitchen display does,
which is read from two metres.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

Rgba = tuple[float, float, float, float]

_DARK: Final[Mapping[str, str]] = MappingProxyType(
    {
        "background": "#12161C",
        "panel": "#1A2028",
        "raised": "#232B35",
        "edge": "#232B35",
        "pressed": "#303B48",
        "selected": "#2A3441",
        "line": "#2F3945",
        "text": "#EEF2F6",
        "dim": "#93A1B1",
        "faint": "#5F6D7C",
        "accent": "#FF9F43",
        "on_bright": "#12161C",
        "free": "#3A4654",
        "seated": "#4A90D9",
        "cooking": "#26A69A",
        "ready": "#5CC463",
        "bill": "#A985E0",
        "late": "#EF5350",
        "hold": "#E0B341",
        "accent_text": "#FFB469",
        "seated_text": "#7DB3EC",
        "cooking_text": "#4FC4B8",
        "ready_text": "#74D27B",
        "bill_text": "#C3A6EE",
        "late_text": "#FF8A85",
        "hold_text": "#E9C05A",
        "ready_ground": "#20332A",
        "late_ground": "#3A2228",
        "hold_ground": "#342E20",
        "person1": "#4A90D9",
        "person2": "#A985E0",
        "person3": "#26A69A",
        "person4": "#E0B341",
        "person5": "#F07C78",
        "person6": "#5CC463",
        "dish1": "#C4783A",
        "dish2": "#5B9E4D",
        "dish3": "#5468C4",
        "dish4": "#B4566A",
        "dish5": "#3E93A8",
        "dish6": "#8C6BC0",
        "dish7": "#B59B3B",
        "dish8": "#6B7684",
    }
)

_LIGHT: Final[Mapping[str, str]] = MappingProxyType(
    {
        **_DARK,
        "background": "#F3F5F8",
        "panel": "#FFFFFF",
        "raised": "#EEF1F5",
        "edge": "#D6DCE4",
        "pressed": "#D6DCE4",
        "selected": "#E1EBF6",
        "line": "#D6DCE4",
        "text": "#17202B",
        "dim": "#566371",
        "faint": "#94A1AF",
        "accent": "#D9730D",
        "free": "#B4C0CC",
        "accent_text": "#9A4D00",
        "seated_text": "#1D5C9B",
        "cooking_text": "#0A665C",
        "ready_text": "#256B2C",
        "bill_text": "#6741A5",
        "late_text": "#B3261E",
        "hold_text": "#735500",
        "ready_ground": "#E3F4E4",
        "late_ground": "#FBE4E3",
        "hold_ground": "#FBF1D8",
    }
)

_MODES: Final[Mapping[str, Mapping[str, str]]] = MappingProxyType({"dark": _DARK, "light": _LIGHT})
BRIGHT: Final = frozenset(
    {"accent", "seated", "cooking", "ready", "bill", "late", "hold"}
    | {f"person{n}" for n in range(1, 7)}
)


def _rgba(value: str) -> Rgba:
    red, green, blue = (int(value[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue, 1.0


_NONE: Final[Mapping[str, str]] = MappingProxyType({})


class Palette:
    """The colours of one mode; `palette` below is the one in use."""

    def __init__(self, mode: str = "dark") -> None:
        self.mode = mode
        self._colours: dict[str, Rgba] = {}
        self.use(mode)

    def use(self, mode: str, own: Mapping[str, str] = _NONE) -> None:
        """Switch to "dark" or "light", with an application's own tokens laid over the table.

        Screens that are already painted must be painted again.
        """
        self.mode = mode
        self._colours = {name: _rgba(value) for name, value in {**_MODES[mode], **own}.items()}

    @property
    def edged(self) -> bool:
        """Whether raised grounds need an edge to be seen."""
        return self.mode == "light"

    def __getitem__(self, token: str) -> Rgba:
        """The colour of a token, or of a "#rrggbb" from the catalogue (stripes, badges only)."""
        colour = self._colours.get(token)
        if colour is None:
            colour = self._colours[token] = _rgba(token)
        return colour

    def on(self, ground: str) -> str:
        """The token of the text that is read on a ground."""
        return "on_bright" if ground in BRIGHT else "text"

    def text_of(self, state: str) -> str:
        """The readable text token of a state or accent token; other tokens stay as they are."""
        readable = f"{state}_text"
        return readable if readable in self._colours else state


palette: Final = Palette()


def contrast(one: Rgba, other: Rgba) -> float:
    """Contrast ratio of two opaque colours (WCAG 2 relative luminance), from 1 to 21."""

    def luminance(colour: Rgba) -> float:
        red, green, blue = (
            part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4
            for part in colour[:3]
        )
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)
