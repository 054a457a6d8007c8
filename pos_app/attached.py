"""What hangs on this terminal itself: readers of cards and barcodes, a scale, the guest's display.

Rule: a terminal sells without any of it. What is wrong in the file, or not plugged in, is said and
stops nothing; devices wait in threads of their own, and what they say comes on the event loop.
Neighbours: what is chosen stands in `attached_settings` and is changed on the screen of
`presenters.own_devices`; drivers are in `hardware`; the flow knows what a scan means on which
screen.
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
from typing import TYPE_CHECKING, TypeVar

from pos_app.attached_settings import (
    FILE,
    KEYBOARD,
    NOTHING,
    AttachedSettings,
    Role,
    devices_of,
    read_settings,
    write_settings,
)

if TYPE_CHECKING:
    from hardware.device import Health
    from hardware.line_display import CustomerDisplay
    from hardware.listening import Listening
    from hardware.readers import Reader
    from hardware.scales import Scale

NEWS_KEPT = 16
_LOG = logging.getLogger(__name__)
T = TypeVar("T")
ShownRows = tuple[tuple[str, str], tuple[str, str]]
"""What the guest sees: two lines, each of a text that may be cut and a sum that may not."""
Hop = Callable[[Callable[[], None]], object]
"""How a call gets from a device's thread onto the event loop."""


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
        scale: "Scale | None" = None,
        display: "CustomerDisplay | None" = None,
        settings: AttachedSettings = NOTHING,
        folder: Path | None = None,
    ) -> None:
        """`settings` are those that the devices were made from, `folder` where they are kept."""
        self.settings = settings
        self._folder = folder
        self._running = False
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
        self._hop, self._changed, self._running = hop, changed, True
        if self._readers:
            self._listening += self.listening(hop)
        for listening in self._listening:
            listening.start()

    @staticmethod
    def _on_loop(hop: Hop, call: Callable[[Role, T], None], role: Role, said: T) -> None:
        hop(lambda: call(role, said))

    async def use(self, given: AttachedSettings) -> str:
        """Work with these devices from now on; gives "" or why not, and then all stays as it was.

        What is not plugged in is no reason: it is looked for, as ever."""
        try:
            readers, scale, display = devices_of(given)
        except ValueError as fault:
            return str(fault)
        await asyncio.to_thread(self.stop)
        self._readers = dict(readers)
        self._scale, self._display, self._wanted, self._showing = scale, display, None, None
        self.settings = given
        self._up.clear()
        self._news.clear()
        if self._running:
            self.start(self._hop, self._changed)
        self._changed()
        return ""

    async def keep(self) -> bool:
        """What is in use comes back with the next start; False when the disk does not take it."""
        if self._folder is None:
            return True
        try:
            await asyncio.to_thread(write_settings, self._folder, self.settings)
        except OSError:
            _LOG.exception("%s cannot be written", self._folder)
            return False
        return True

    def typed(self, code: str) -> str:
        """The action of a code that a reader typed as a keyboard does: one that begins as cards do
        here is a card; `scanned` where only the screen knows."""
        prefix = self.settings.typed_card
        if prefix:
            is_card = code.startswith(prefix)
            return f"card:{code[len(prefix) :]}" if is_card else f"barcode:{code}"
        only_cards = self.settings.card == KEYBOARD and self.settings.barcode != KEYBOARD
        return f"{'card' if only_cards else 'scanned'}:{code}"

    def is_up(self, role: Role) -> bool | None:
        """Whether a device is there; None while nobody knows."""
        return self._up.get(role)

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
    try:
        given = read_settings(folder)
        readers, scale, display = devices_of(given)
    except (OSError, ValueError):
        _LOG.exception("%s cannot be used", folder / FILE)
        made = Attached(folder=folder)
        made.note("file", up=False)
        return made
    return Attached(readers, scale, display, given, folder)


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
