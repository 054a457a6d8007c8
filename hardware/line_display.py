"""The customer's display: two lines of twenty letters on a pole, in the manner of ESC/POS.

Rule: the sum is never cut; the name beside it is. What the display's page lacks is written with its
nearest letters, because there are no dots to draw with. The same text is not sent twice, and a
display that is gone keeps nobody from selling: `show` says whether it was shown.
Neighbours: `code_pages` for the pages, `links` for the wire. Commands: ESC @, ESC t, FF, US $.
"""

import unicodedata
from dataclasses import dataclass
from typing import Protocol

from hardware.code_pages import CODE_PAGES, CodePage
from hardware.device import DeviceError
from hardware.links import Link

COLUMNS = 20
ROWS = 2
_OPEN_S = 1.0
_WRITE_S = 1.0
_STAND_INS = {
    "₴": ("грн", "UAH"),
    "€": ("EUR",),
    "−": ("-",),
    "–": ("-",),
    "—": ("-",),
    "×": ("x",),
    "…": (".",),
    "ł": ("l",),
    "Ł": ("L",),
    "ґ": ("г",),
    "Ґ": ("Г",),
    "і": ("i",),
    "І": ("I",),
    "ї": ("i",),
    "є": ("е",),
    "\u00a0": (" ",),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One line: `left` is cut where it is too long, `right` is a sum and never is."""

    left: str
    right: str = ""


class CustomerDisplay(Protocol):
    """Something that faces the guest."""

    @property
    def name(self) -> str:
        """The name that people gave it."""

    def show(self, upper: Row, lower: Row) -> bool:
        """Both lines; False when the display is not there. Never raises."""

    def close(self) -> None:
        """Let go. Never raises; may be called twice."""


class LineDisplay:
    """A display on a link."""

    def __init__(self, name: str, link: Link, page: CodePage) -> None:
        self._name = name
        self._link = link
        self._page = page
        self._shown: tuple[bytes, bytes] | None = None
        self._opened = False

    @property
    def name(self) -> str:
        """The name that people gave it."""
        return self._name

    def show(self, upper: Row, lower: Row) -> bool:
        """Send both lines, in their places, unless they stand there already."""
        lines = (self._set(upper), self._set(lower))
        if lines == self._shown:
            return True
        data = b"".join(
            b"\x1f$" + bytes((1, number + 1)) + line for number, line in enumerate(lines)
        )
        try:
            if not self._opened:
                self._link.open(_OPEN_S)
                self._opened = True
                data = b"\x1b@\x1bt" + bytes((self._page.number,)) + b"\x0c" + data
            whole = self._link.write(data, _WRITE_S) == len(data)
        except DeviceError:
            whole = False
        if not whole:
            self.close()
            return False
        self._shown = lines
        return True

    def close(self) -> None:
        """Let go of the line; the next `show` opens it and sets the display anew."""
        self._link.close()
        self._opened, self._shown = False, None

    def _set(self, row: Row) -> bytes:
        right = self._bytes(row.right)[-COLUMNS:]
        room = COLUMNS - len(right) - bool(right)
        left = self._bytes(row.left)
        if len(left) > room:
            left = left[: max(room - 1, 0)] + b"."[:room]
        gap = COLUMNS - len(left) - len(right)
        return left + b" " * gap + right

    def _bytes(self, text: str) -> bytes:
        return b"".join(self._byte(char) for char in unicodedata.normalize("NFC", text))

    def _byte(self, char: str) -> bytes:
        bare = unicodedata.normalize("NFKD", char)[:1]
        for one in (char, *_STAND_INS.get(char, ()), bare):
            try:
                data = one.encode(self._page.codec)
            except UnicodeEncodeError:
                continue
            if data and all(byte >= 0x20 and byte != 0x7F for byte in data):
                return data
        return b"" if unicodedata.category(char)[0] in "CZ" else b"?"


class MemoryDisplay:
    """The twin in memory: `lines` is what a guest sees."""

    def __init__(self, name: str = "display") -> None:
        self.machine = DisplayMachine()
        self.plugged = True
        self._driver = LineDisplay(name, _ToMachine(self), CodePage("cp1251", 46))

    @property
    def name(self) -> str:
        """The name that people gave it."""
        return self._driver.name

    @property
    def lines(self) -> tuple[str, str]:
        """Both lines as they stand there."""
        return self.machine.lines

    def show(self, upper: Row, lower: Row) -> bool:
        """As the real one, over a link that ends here."""
        return self._driver.show(upper, lower)

    def close(self) -> None:
        """Let go."""
        self._driver.close()


class DisplayMachine:
    """The display itself: bytes in, letters in their places."""

    def __init__(self) -> None:
        self._cells = [[" "] * COLUMNS for _ in range(ROWS)]
        self._at = (0, 0)
        self._codec = "cp437"
        self._rest = b""

    @property
    def lines(self) -> tuple[str, str]:
        """Both lines as they stand there."""
        return "".join(self._cells[0]), "".join(self._cells[1])

    def receive(self, data: bytes) -> None:
        """Bytes from the wire; an unfinished command waits."""
        data = self._rest + data
        at = 0
        while at < len(data):
            length = self._step(data[at : at + 4])
            if not length:
                break
            at += length
        self._rest = data[at:]

    def _step(self, data: bytes) -> int:
        lengths = {b"\x1b@": 2, b"\x1bt": 3, b"\x1f$": 4}
        if data[0] in b"\x1b\x1f":
            length = lengths.get(data[:2], 2)
            if len(data) < length:
                return 0
            if data[:2] == b"\x1bt":
                self._codec = CODE_PAGES.get(data[2], "cp437")
            elif data[:2] == b"\x1f$":
                self._at = (min(data[3], ROWS) - 1, min(data[2], COLUMNS) - 1)
            elif data[:2] == b"\x1b@":
                self._clear()
            return length
        if data[0] == 0x0C:
            self._clear()
        elif data[0] >= 0x20:
            row, column = self._at
            self._cells[row][column] = data[:1].decode(self._codec, "replace")
            self._at = (row, min(column + 1, COLUMNS - 1))
        return 1

    def _clear(self) -> None:
        self._cells = [[" "] * COLUMNS for _ in range(ROWS)]
        self._at = (0, 0)


class _ToMachine:
    """A link to the twin's machine."""

    def __init__(self, display: MemoryDisplay) -> None:
        self._display = display

    def open(self, timeout: float) -> None:
        self.write(b"", timeout)

    def write(self, data: bytes, timeout: float) -> int:
        if not self._display.plugged:
            return 0
        self._display.machine.receive(data)
        return len(data)

    def read(self, timeout: float) -> bytes:
        return b""

    def now(self) -> float:
        return 0.0

    def close(self) -> None:
        """Nothing is held."""
