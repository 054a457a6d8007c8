"""Readers of cards, key fobs and barcodes: whatever the wire, a scan is one clean line of text.

Rule: a scan is told when it is complete, or not at all. What a reader says is text from outside: at
most 128 visible ASCII characters, anything else makes the scan void. A reader that was pulled out
in the middle of a scan forgets the beginning.
Neighbours: `usb_keyboard` holds one on USB, `wedge` is the reader that types into the keyboard,
`listening` attends to a reader on a thread of its own.
"""

from collections import deque
from typing import Any, Protocol

from hardware.device import DeviceError, Fault
from hardware.links import Link
from hardware.usb_bus import UsbAddress
from hardware.usb_keyboard import UsbKeyboard

SCAN_LENGTH = 128
SCANS_KEPT = 32
_ENDS = frozenset(b"\r\n\x03\x00")
_STARTS = frozenset(b"\x02")
_OPEN_S = 1.0


class Reader(Protocol):
    """A device that speaks when somebody uses it."""

    @property
    def name(self) -> str:
        """The name that people gave it."""

    def open(self) -> None:
        """Take it. Raises `DeviceError` when it is not there."""

    def read(self, timeout: float) -> list[str]:
        """What was scanned, or pressed, since; waits up to `timeout` seconds for something.

        Raises `DeviceError` when the device is gone; `open` finds it again.
        """

    def close(self) -> None:
        """Let go. Never raises; may be called twice."""


class Scanned:
    """Characters become scans: ended by Enter, CR, LF or ETX; void when too long or not visible."""

    def __init__(self) -> None:
        self._text = ""
        self._void = False

    def feed(self, data: bytes) -> list[str]:
        """The scans that these bytes completed."""
        found: list[str] = []
        for byte in data:
            if byte in _ENDS:
                if self._text and not self._void:
                    found.append(self._text)
                self._text, self._void = "", False
            elif byte in _STARTS:
                self._text, self._void = "", False
            elif not 0x20 <= byte < 0x7F or len(self._text) >= SCAN_LENGTH:
                self._void = True
            else:
                self._text += chr(byte)
        return [scan for text in found if (scan := text.strip())]


class UsbReader(UsbKeyboard):
    """A reader on USB. One report is at most one key, so a scan takes several calls of `read`."""

    def __init__(self, name: str, address: UsbAddress, backend: Any = None) -> None:
        super().__init__(name, address, backend)
        self._scanned = Scanned()

    def open(self) -> None:
        """Take it; the beginning of a scan that broke off is forgotten."""
        super().open()
        self._scanned = Scanned()

    def read(self, timeout: float) -> list[str]:
        """Scans that the next report completed."""
        scans: list[str] = []
        for key in self.pressed(timeout):
            typed = b"\r" if key.name in ("enter", "tab") else key.text.encode("ascii", "replace")
            scans += self._scanned.feed(typed)
        return scans


class LineReader:
    """A reader on a serial line (or any other link)."""

    def __init__(self, name: str, link: Link) -> None:
        self._name = name
        self._link = link
        self._scanned = Scanned()

    @property
    def name(self) -> str:
        """The name that people gave it."""
        return self._name

    def open(self) -> None:
        """Take the line."""
        self._link.open(_OPEN_S)
        self._scanned = Scanned()

    def read(self, timeout: float) -> list[str]:
        """Scans of what arrived."""
        return self._scanned.feed(self._link.read(timeout))

    def close(self) -> None:
        """Let go of the line."""
        self._link.close()


class MemoryReader:
    """The twin in memory: `say` is the hand with the card."""

    def __init__(self, name: str = "reader") -> None:
        self.plugged = True
        self._name = name
        self._heard: deque[bytes] = deque(maxlen=SCANS_KEPT)
        self._scanned = Scanned()
        self._opened = False

    @property
    def name(self) -> str:
        """The name that people gave it."""
        return self._name

    def say(self, data: bytes) -> None:
        """Bytes as a reader on a serial line would send them."""
        self._heard.append(data)

    def open(self) -> None:
        """Succeeds while it is plugged in."""
        self._opened = self.plugged
        if not self.plugged:
            raise DeviceError(Fault.UNREACHABLE, "not plugged in")
        self._scanned = Scanned()

    def read(self, timeout: float) -> list[str]:
        """What was said; waits for nothing."""
        if not (self.plugged and self._opened):
            self._opened = False
            self._heard.clear()
            raise DeviceError(Fault.LOST, "pulled out")
        return self._scanned.feed(self._heard.popleft()) if self._heard else []

    def close(self) -> None:
        """Forget it."""
        self._opened = False
