"""What hangs on this terminal itself: readers of cards and barcodes, a scale, the guest's display.

Chosen in the terminal's own file, `devices.toml` in its folder, one line each:

    card = "usb:05e0:1200"                 # or "serial:/dev/ttyUSB0,9600", or "keyboard"
    barcode = "serial:/dev/ttyACM0,9600"   # the same three; a keyboard is the default
    scale = "serial:/dev/ttyUSB1,9600,7E1"
    scale_speaks = "toledo"                # or "sma"
    display = "serial:/dev/ttyUSB2,9600"
    display_page = "cp866"                 # its code page, "cp1251:73" where it is numbered so

Rule: a terminal sells without any of it. What is wrong in the file, or not plugged in, is said and
stops nothing; devices wait in threads of their own, and what they say comes on the event loop.
Neighbours: drivers are in `hardware`; the flow knows what a scan means on which screen.
"""

import asyncio
import contextlib
import logging
import threading
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar

import msgspec

if TYPE_CHECKING:
    from hardware.device import Health
    from hardware.line_display import CustomerDisplay
    from hardware.listening import Listening
    from hardware.readers import Reader
    from hardware.scales import Scale
    from hardware.serial_link import SerialLink

FILE = "devices.toml"
KEYBOARD = "keyboard"
NEWS_KEPT = 16
_LOG = logging.getLogger(__name__)
T = TypeVar("T")
Role = Literal["card", "barcode", "scale", "display", "file"]
ShownRows = tuple[tuple[str, str], tuple[str, str]]
"""What the guest sees: two lines, each of a text that may be cut and a sum that may not."""
Hop = Callable[[Callable[[], None]], object]
"""How a call gets from a device's thread onto the event loop."""


class AttachedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says; empty is not there."""

    card: str = ""
    barcode: str = ""
    scale: str = ""
    scale_speaks: Literal["toledo", "sma"] = "toledo"
    display: str = ""
    display_page: str = "cp866"


@dataclass(frozen=True, slots=True)
class News:
    """A device was lost, or is back; `file` is one that could not be read."""

    role: Role
    up: bool


@dataclass(frozen=True, slots=True)
class Weighed:
    """What lies on the scale: whole grams at rest, or why there are none (`scale_lost`,
    `scale_moving`, `scale_over`, `scale_under`, `scale_empty`)."""

    grams: int = 0
    code: str = ""


class Attached:
    """The devices of one terminal; `start` on the event loop, `stop` before its end."""

    def __init__(
        self,
        readers: "Mapping[Role, Reader] | None" = None,
        typed: str = "scanned",
        scale: "Scale | None" = None,
        display: "CustomerDisplay | None" = None,
    ) -> None:
        """`typed` is what a keyboard's scan means: `card`, or `scanned` as the screen has it."""
        self.typed = typed
        self._readers = dict(readers or {})
        self._scale, self._display = scale, display
        self._wanted: ShownRows | None = None
        self._showing: threading.Thread | None = None
        self._weighing = False
        self._hop: Hop = lambda call: call()
        self._listening: list[Listening] = []
        self._up: dict[Role, bool] = {}
        self._news: deque[News] = deque(maxlen=NEWS_KEPT)
        self._heard: Callable[[str], None] | None = None
        self._changed: Callable[[], None] = lambda: None

    def hear(self, heard: Callable[[str], None]) -> None:
        """Call with the action of a scan: `card:…`, `barcode:…`, or `scanned:…` if typed."""
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
        self._hop, self._changed = hop, changed
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
        if (showing := self._showing) is not None:
            showing.join()
        for device in (self._scale, self._display):
            if device is not None:
                device.close()

    def said(self, role: Role, code: str) -> None:
        """A reader read something."""
        if self._heard is not None:
            self._heard(f"{role}:{code}")

    # -- the scale -----------------------------------------------------------------------------
    @property
    def weighs(self) -> bool:
        """Whether this terminal has a scale, be it plugged in or not."""
        return self._scale is not None

    async def weigh(self) -> Weighed:
        """What lies on the scale now; a scale that does not answer is heard of in a second or two.

        Its loss is told by whoever asked, its return is news."""
        scale = self._scale
        assert scale is not None, "a terminal without a scale asks none"
        if self._weighing:
            return Weighed(code="scale_moving")
        self._weighing = True
        try:
            weighed = await asyncio.to_thread(_weighed, scale)
        finally:
            self._weighing = False
        self.note("scale", weighed.code != "scale_lost", told=True)
        return weighed

    # -- the guest's display -------------------------------------------------------------------
    @property
    def shows(self) -> bool:
        """Whether this terminal has a display for the guest, be it plugged in or not."""
        return self._display is not None

    def show(self, rows: ShownRows) -> None:
        """What the guest should see from now on; the newest wins while the line is busy."""
        if self._display is None or rows == self._wanted:
            return
        self._wanted = rows
        self._begin_to_show()

    def _begin_to_show(self) -> None:
        if self._showing or self._display is None or self._wanted is None:
            return
        given = self._display, self._wanted
        self._showing = threading.Thread(
            target=self._show, args=given, name="device display", daemon=True
        )
        self._showing.start()

    def shown(self) -> None:
        """Wait until the display has the newest, or is known to be lost."""
        while (showing := self._showing) is not None:
            showing.join()

    def _show(self, display: "CustomerDisplay", rows: ShownRows) -> None:
        from hardware.line_display import Row

        up = display.show(Row(*rows[0]), Row(*rows[1]))
        with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
            self._hop(lambda: self._shown(rows, up))

    def _shown(self, rows: ShownRows, up: bool) -> None:
        self._showing = None
        self.note("display", up)
        if rows != self._wanted:
            self._begin_to_show()

    def note(self, role: Role, up: bool, told: bool = False) -> None:
        """A device is there, or is not: news once each way, but not when it was there at first, nor
        when its loss is `told` already."""
        before = self._up.get(role)
        self._up[role] = up
        if before is not up and (before is not None if up else not told):
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
        scale = _scale(given) if given.scale else None
        display = _display(given) if given.display else None
    except (OSError, ValueError, msgspec.MsgspecError):
        _LOG.exception("%s cannot be used", path)
        made = Attached()
        made.note("file", up=False)
        return made
    only_cards = given.card == KEYBOARD and given.barcode != KEYBOARD
    return Attached(readers, "card" if only_cards else "scanned", scale, display)


def _reader(name: str, line: str) -> "Reader":
    """Raises ValueError with what is wrong."""
    from hardware.readers import LineReader, UsbReader
    from hardware.usb_bus import UsbAddress

    kind, _, rest = line.partition(":")
    if kind == "usb":
        return UsbReader(name, UsbAddress.read(rest))
    if kind == "serial":
        return LineReader(name, _serial(line))
    raise ValueError(f"{line!r} is no reader: usb:…, serial:… or keyboard")


def _serial(line: str) -> "SerialLink":
    """Raises ValueError with what is wrong."""
    from hardware.serial_link import SerialAddress, SerialLink

    kind, _, rest = line.partition(":")
    if kind != "serial":
        raise ValueError(f"{line!r} is no serial line such as serial:/dev/ttyUSB0,9600")
    return SerialLink(SerialAddress.read(rest))


def _scale(given: AttachedSettings) -> "Scale":
    from hardware.scales import sma_scale, toledo_scale

    made = sma_scale if given.scale_speaks == "sma" else toledo_scale
    return made("scale", _serial(given.scale))


def _display(given: AttachedSettings) -> "CustomerDisplay":
    from hardware.code_pages import code_page
    from hardware.line_display import LineDisplay

    return LineDisplay("display", _serial(given.display), code_page(given.display_page))


def _weighed(scale: "Scale") -> Weighed:
    """One question to the scale; waits, so call it in a thread."""
    from hardware.device import DeviceError
    from hardware.scales import Lying

    try:
        weight = scale.weigh()
    except DeviceError as fault:
        _LOG.warning("the scale gives no weight: %s", fault)
        return Weighed(code="scale_lost")
    if weight.lying is not Lying.AT_REST:
        return Weighed(code=f"scale_{weight.lying.value}")
    return Weighed(weight.grams) if weight.grams > 0 else Weighed(code="scale_empty")
