"""How one kitchen screen is arranged: `screen.toml` in its own folder, edited by a person.

Rule: a file with a slip costs nobody a screen. What is understood holds, each slip is told in words
with the place where it stands, and the rest is as built in. Nothing here is shared with the venue:
two screens of a station may differ. Neighbours: `__main__` reads it, `presenters.board` obeys it,
`presenters.keys` says what the names of keys mean.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final

FILE = "screen.toml"
MOST_BYTES = 64 * 1024

CARDS = ("station", "order", "dish")
KINDS = ("table", "tab", "takeaway", "room")
ZOOM = (0.7, 1.6)
PERCENT = 300

COMMANDS: Final = (
    *("up", "down", "left", "right", "next", "back", "home", "end"),
    *("done", "bump", "start", "recall", "review", "rush", "push"),
    *("totals", "stop", "speed", "list", "ticket", "pass", "close", "banner"),
    *(str(digit) for digit in range(10)),
)
"""What a key may mean (features-commercial B8); `presenters.keys` carries them out."""

BUILT_IN_KEYS: Final[Mapping[str, str]] = {
    **{str(digit): str(digit) for digit in range(10)},
    **{name: name for name in ("up", "down", "left", "right", "home", "end")},
    "pagedown": "next",
    "pageup": "back",
    "enter": "done",
    "space": "bump",
    "backspace": "recall",
    "delete": "review",
    "escape": "close",
    "tab": "pass",
    "insert": "ticket",
    "s": "start",
    "r": "rush",
    "p": "push",
    "t": "totals",
    "x": "stop",
    "l": "list",
    "v": "speed",
    "b": "banner",
}


@dataclass(frozen=True, slots=True)
class ScreenSettings:
    """`zoom` is the size of letters. `cards`: by station (its own lines), by order (with what
    other stations make for it, to read), by dish (one card a dish, with who wants it). Empty
    `kinds` and `courses` show all. `amber_percent` and `late_percent`: after what share of its
    time a ticket warns and is late, by kind, "" for the others; without them its station says so.
    `one_course`: a later course stands in grey until the former is
    bumped. `bump_bar` is its USB numbers."""

    zoom: float = 1.0
    sounds: bool = True
    cards: str = "station"
    kinds: tuple[str, ...] = ()
    courses: tuple[int, ...] = ()
    one_course: bool = False
    bump_bar: str = ""
    amber_percent: Mapping[str, int] = field(default_factory=dict)
    late_percent: Mapping[str, int] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=lambda: BUILT_IN_KEYS)

    def amber(self, kind: str) -> int:
        """The share of its time after which a ticket of a kind warns here; 0 if not said."""
        return self.amber_percent.get(kind, self.amber_percent.get("", 0))

    def late(self, kind: str) -> int:
        """The share of its time after which a ticket of a kind is late here; 0 if not said."""
        return self.late_percent.get(kind, self.late_percent.get("", 0))


def read(folder: Path) -> tuple[ScreenSettings, tuple[str, ...]]:
    """The settings in a folder, and what is wrong with the file, in words. No file is no slip."""
    path = folder / FILE
    try:
        if path.stat().st_size > MOST_BYTES:
            return ScreenSettings(), (f"{FILE} is larger than {MOST_BYTES} bytes",)
        found = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return ScreenSettings(), ()
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as fault:
        return ScreenSettings(), (f"{FILE} cannot be read: {fault}",)
    faults: list[str] = []
    taken: dict[str, Any] = {}
    known = {each.name for each in fields(ScreenSettings)}
    for name, value in found.items():
        if name not in known:
            faults.append(f"{FILE}: there is no setting {name!r}")
            continue
        understood = _READERS[name](value)
        if understood is None:
            faults.append(f"{FILE}: {name} = {value!r} is not {_MEANT[name]}")
        else:
            taken[name] = understood
    return replace(ScreenSettings(), **taken), tuple(faults)


def _zoom(value: object) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if ZOOM[0] <= value <= ZOOM[1] else None


def _flag(value: object) -> object:
    return value if isinstance(value, bool) else None


def _cards(value: object) -> object:
    return value if value in CARDS else None


def _kinds(value: object) -> object:
    good = isinstance(value, list) and all(each in KINDS for each in value)
    return tuple(value) if isinstance(value, list) and good else None


def _courses(value: object) -> object:
    if not isinstance(value, list):
        return None
    good = all(isinstance(each, int) and 0 <= each <= 20 for each in value)
    return tuple(value) if good else None


def _text(value: object) -> object:
    return value if isinstance(value, str) else None


def _percent(value: object) -> object:
    """A number for all, or a table by kind with `other`."""
    table = {"other": value} if isinstance(value, int) else value
    if not isinstance(table, dict):
        return None
    for kind, percent in table.items():
        whole = isinstance(percent, int) and not isinstance(percent, bool)
        if kind not in (*KINDS, "other") or not whole or not 1 <= percent <= PERCENT:
            return None
    return {("" if kind == "other" else kind): percent for kind, percent in table.items()}


def _keys(value: object) -> object:
    """On top of the keys as built in; "" takes a key's meaning away."""
    if not isinstance(value, dict) or any(meant not in ("", *COMMANDS) for meant in value.values()):
        return None
    merged = {**BUILT_IN_KEYS, **{str(name).lower(): meant for name, meant in value.items()}}
    return {name: meant for name, meant in merged.items() if meant}


_READERS: Final[Mapping[str, Callable[[object], object]]] = {
    "zoom": _zoom,
    "sounds": _flag,
    "cards": _cards,
    "kinds": _kinds,
    "courses": _courses,
    "one_course": _flag,
    "bump_bar": _text,
    "amber_percent": _percent,
    "late_percent": _percent,
    "keys": _keys,
}
_MEANT: Final[Mapping[str, str]] = {
    "zoom": "a number from 0.7 to 1.6",
    "sounds": "true or false",
    "cards": f"one of {', '.join(CARDS)}",
    "kinds": f"a list of {', '.join(KINDS)}",
    "courses": "a list of courses, 0 to 20",
    "one_course": "true or false",
    "bump_bar": "USB numbers such as 04b8:0e15",
    "amber_percent": "a percentage from 1 to 300, or a table of them by kind of order",
    "late_percent": "a percentage from 1 to 300, or a table of them by kind of order",
    "keys": f"a table of names of keys; each means one of {', '.join(COMMANDS)}",
}
