"""What hangs on this terminal itself: readers of cards and barcodes.

Chosen in the terminal's own file, `devices.toml` in its folder, one line each:

    card = "usb:05e0:1200"                 # or "serial:/dev/ttyUSB0,9600", or "keyboard"
    barcode = "serial:/dev/ttyACM0,9600"   # the same three; a keyboard is the default

Rule: a terminal sells without any of it. What is wrong in the file, or not plugged in, is said and
stops nothing; devices wait in threads of their own, and what they say comes on the event loop.
Neighbours: drivers are in `hardware`; the flow knows what a scan means on which screen.
"""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import msgspec

if TYPE_CHECKING:
    from hardware.device import Health
    from hardware.listening import Listening
    from hardware.readers import Reader

FILE = "devices.toml"
KEYBOARD = "keyboard"
NEWS_KEPT = 16
_LOG = logging.getLogger(__name__)
T = TypeVar("T")
Role = Literal["card", "barcode", "file"]
Hop = Callable[[Callable[[], None]], object]
"""How a call gets from a device's thread onto the event loop."""


class AttachedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says; empty is not there."""

    card: str = ""
    barcode: str = ""


@dataclass(frozen=True, slots=True)
class News:
    """A device was lost, or is back; `file` is one that could not be read."""

    role: Role
    up: bool


class Attached:
    """The devices of one terminal; `start` on the event loop, `stop` before its end."""

    def __init__(
        self, readers: "Mapping[Role, Reader] | None" = None, typed: str = "scanned"
    ) -> None:
        """`typed` is what a keyboard's scan means: `card`, or `scanned` as the screen has it."""
        self.typed = typed
        self._readers = dict(readers or {})
        self._listening: list[Listening] = []
        self._up: dict[Role, bool] = {}
        self._news: deque[News] = deque(maxlen=NEWS_KEPT)
        self._heard: Callable[[str], None] | None = None
        self._changed: Callable[[], None] = lambda: None

    def hear(self, heard: Callable[[str], None]) -> None:
        """Call with the action that a scan means: `card:…` or `scanned:…`."""
        self._heard = heard

    def listening(self, hop: Hop) -> "tuple[Listening, ...]":
        """Who attends to each reader; not started."""
        from hardware.listening import Listening

        return tuple(
            Listening(
                reader,
                partial(self._on_loop, hop, self.said, role),
                partial(self._on_loop, hop, self._noted, role),
            )
            for role, reader in self._readers.items()
        )

    def start(self, hop: Hop, changed: Callable[[], None]) -> None:
        """Listen from now on; `changed` is called after a device went or came."""
        self._changed = changed
        if self._readers:
            self._listening += self.listening(hop)
        for listening in self._listening:
            listening.start()

    @staticmethod
    def _on_loop(hop: Hop, call: Callable[[Role, T], None], role: Role, said: T) -> None:
        hop(lambda: call(role, said))

    def stop(self) -> None:
        """Let go of all."""
        for listening in self._listening:
            listening.stop()
        self._listening.clear()

    def said(self, role: Role, code: str) -> None:
        """A reader read something."""
        if self._heard is not None:
            self._heard(f"card:{code}" if role == "card" else f"scanned:{code}")

    def note(self, role: Role, up: bool) -> None:
        """A device is there, or is not: told once each way, and not when it was there at first."""
        before = self._up.get(role)
        self._up[role] = up
        if before is not up and (before is not None or not up):
            self._news.append(News(role, up))
        self._changed()

    def _noted(self, role: Role, health: "Health") -> None:
        self.note(role, bool(health.up))

    @property
    def lost(self) -> tuple[Role, ...]:
        """What should be there and is not."""
        return tuple(role for role, up in self._up.items() if not up)

    def news(self) -> tuple[News, ...]:
        """What went or came since this was asked."""
        told = tuple(self._news)
        self._news.clear()
        return told


def attached_in(folder: Path) -> Attached:
    """What the terminal's file names; nothing when there is no file."""
    path = folder / FILE
    if not path.exists():
        return Attached()
    try:
        given = msgspec.toml.decode(path.read_bytes(), type=AttachedSettings)
        lines: dict[Role, str] = {"card": given.card, "barcode": given.barcode}
        readers = {
            role: _reader(role, line) for role, line in lines.items() if line not in ("", KEYBOARD)
        }
    except (OSError, ValueError, msgspec.MsgspecError):
        _LOG.exception("%s cannot be used", path)
        made = Attached()
        made.note("file", up=False)
        return made
    only_cards = given.card == KEYBOARD and given.barcode != KEYBOARD
    return Attached(readers, "card" if only_cards else "scanned")


def _reader(name: str, line: str) -> "Reader":
    """Raises ValueError with what is wrong."""
    from hardware.readers import LineReader, UsbReader
    from hardware.serial_link import SerialAddress, SerialLink
    from hardware.usb_bus import UsbAddress

    kind, _, rest = line.partition(":")
    if kind == "usb":
        return UsbReader(name, UsbAddress.read(rest))
    if kind == "serial":
        return LineReader(name, SerialLink(SerialAddress.read(rest)))
    raise ValueError(f"{line!r} is no reader: usb:…, serial:… or keyboard")
