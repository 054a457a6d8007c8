"""Reads ESC/POS as a printer does: bytes in, pieces of paper, cuts, pulses and answers out.

Rule: every byte is accounted for. It belongs to a command, to text, or it is recorded in
`unknown`; a test can therefore say that nothing but what was meant went down the wire.
Commands are taken strictly in order; what a printer does at once, even while it is held, is in
`machine`, which owns this interpreter. Sources: Epson's ESC/POS reference, command by command.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import Protocol

import qrcode  # type: ignore[import-untyped]
from qrcode.constants import ERROR_CORRECT_M  # type: ignore[import-untyped]

from hardware.code_pages import CODE_PAGES
from hardware.paper import Blank, Dots, Line, Piece, Style, line_left, run_width

UNKNOWN_KEPT = 1_000
LINE_BYTES = 4_096
LINE_RUNS = 512
_LINE_SPACING = 30
_MOST_ROWS = 65_535

# Parameters after the two bytes of a command whose length never changes.
_ESC_LENGTHS = {
    **dict.fromkeys(b"@2imLS", 0),
    **dict.fromkeys(b"!-3EGMadJRtrV{ =T%?", 1),
    **dict.fromkeys(b"$\\c", 2),
    **dict.fromkeys(b"p", 3),
    **dict.fromkeys(b"W", 8),
}
_GS_LENGTHS = {
    **dict.fromkeys(b"!BhwHfarIb/T", 1),
    **dict.fromkeys(b"LWP$\\", 2),
    **dict.fromkeys(b"^", 3),
}
_FS_LENGTHS = {**dict.fromkeys(b".&", 0), **dict.fromkeys(b"!C-W", 1), **dict.fromkeys(b"Sp", 2)}


class Mechanism(Protocol):
    """What the interpreter moves: the rest of the printer."""

    def put(self, piece: Piece) -> None:
        """Print a piece, or keep it until there is paper."""

    def cut(self) -> None:
        """Cut the paper."""

    def kick(self, pin: int) -> None:
        """Send a pulse to the drawer."""

    def processed(self, process_id: bytes) -> None:
        """GS ( H was reached: all data before it is on paper."""

    def asked(self, what: int) -> None:
        """GS r was reached in its turn."""

    def tell_changes(self, on: bool) -> None:
        """GS a, and ESC @ which ends it: say unasked how things stand."""


class Interpreter:
    """One printer's reading of the stream. `width` is the print head in dots."""

    def __init__(self, mechanism: Mechanism, width: int = 576) -> None:
        self.unknown: deque[bytes] = deque(maxlen=UNKNOWN_KEPT)
        self.commands: deque[str] = deque(maxlen=UNKNOWN_KEPT)
        self._mechanism = mechanism
        self._width = width
        self.reset()

    def reset(self) -> None:
        """ESC @ and switching on: the standard settings, nothing in the line."""
        self._style = Style()
        self._align = 0
        self._spacing = _LINE_SPACING
        self._encoding = "cp437"
        self._line: list[tuple[bytes | Dots, Style]] = []
        self._graphics: Dots | None = None
        self._symbol = b""
        self._module = 3

    def step(self, data: bytes, at: int) -> int:
        """Take one command or one run of text at `at`.

        Returns the position after it, or `at` itself when the command is not complete yet.
        """
        first = data[at]
        if first >= 0x20:
            return self._take_text(data, at)
        reader = _READERS.get(first)
        if reader is not None:
            return reader(self, data, at)
        self._note(data[at : at + 1])
        return at + 1

    # Text

    def _take_text(self, data: bytes, at: int) -> int:
        end = at
        while end < len(data) and data[end] >= 0x20 and end - at < LINE_BYTES:
            end += 1
        self._line.append((bytes(data[at:end]), self._style))
        self._bound_line()
        return end

    def _bound_line(self) -> None:
        """A host that never ends its line gets it ended."""
        held = sum(len(run) if isinstance(run, bytes) else run.stride for run, _ in self._line)
        if held >= LINE_BYTES or len(self._line) >= LINE_RUNS:
            self._flush()

    def _flush(self) -> None:
        """Print what stands in the line: letters, and bands of columns (ESC *) among them."""
        line, self._line = self._line, []
        if len(line) == 1 and isinstance(line[0][0], Dots):
            band = line[0][0]
            self._mechanism.put(replace(band, left=self._left(band.stride * 8)))
            return
        runs: list[tuple[str | Dots, Style]] = [
            (raw if isinstance(raw, Dots) else raw.decode(self._encoding, "replace"), style)
            for raw, style in line
        ]
        for broken in self._broken(runs):
            tallest = max((24 * style.down for _, style in broken), default=0)
            self._mechanism.put(Line(broken, self._align, max(self._spacing, tallest)))

    def _broken(
        self, runs: list[tuple[str | Dots, Style]]
    ) -> list[tuple[tuple[str | Dots, Style], ...]]:
        """Lines of the width of the paper; a printer breaks wherever it is full."""
        lines: list[list[tuple[str | Dots, Style]]] = [[]]
        room = self._width
        for run, style in runs:
            for part in run if isinstance(run, str) else (run,):
                need = run_width(part, style)
                if need > room and lines[-1]:
                    lines.append([])
                    room = self._width
                room -= need
                last = lines[-1]
                before = last[-1] if last else None
                if (
                    before is not None
                    and before[1] is style
                    and isinstance(before[0], str)
                    and isinstance(part, str)
                ):
                    last[-1] = (before[0] + part, style)
                else:
                    last.append((part, style))
        return [tuple(line) for line in lines]

    def _feed(self, data: bytes, at: int) -> int:
        self._flush()
        return at + 1

    def _skip(self, data: bytes, at: int) -> int:
        return at + 1

    # Commands

    def _escape(self, data: bytes, at: int) -> int:
        if len(data) < at + 2:
            return at
        code = data[at + 1]
        if code == ord("*"):
            return self._columns(data, at)
        if code == ord("D"):
            end = data.find(b"\0", at + 2)
            return at if end < 0 else end + 1
        return self._fixed(data, at, _ESC_LENGTHS, "ESC", self._escaped)

    def _escaped(self, code: str, parameters: bytes) -> None:
        n = parameters[0] if parameters else 0
        if code == "@":
            self.reset()
            self._mechanism.tell_changes(False)
        elif code == "!":
            self._style = Style(
                bold=bool(n & 8),
                underline=bool(n & 128),
                inverse=self._style.inverse,
                across=2 if n & 32 else 1,
                down=2 if n & 16 else 1,
            )
        elif code in "EG":
            self._style = replace(self._style, bold=bool(n & 1))
        elif code == "-":
            self._style = replace(self._style, underline=n not in (0, 48))
        elif code == "a":
            self._align = n % 48 if n % 48 in (1, 2) else 0
        elif code == "2":
            self._spacing = _LINE_SPACING
        elif code == "3":
            self._spacing = n
        elif code == "t":
            self._encoding = CODE_PAGES.get(n, "cp437")
        elif code in "dJ":
            if self._line:
                self._flush()
            self._mechanism.put(Blank(n if code == "J" else n * self._spacing))
        elif code == "p":
            self._mechanism.kick(5 if n & 1 else 2)
        elif code in "im":
            self._mechanism.cut()

    def _columns(self, data: bytes, at: int) -> int:
        """ESC * m nL nH: a band of 8 or 24 dots, written column by column."""
        if len(data) < at + 5:
            return at
        mode, count = data[at + 2], data[at + 3] | data[at + 4] << 8
        deep = 3 if mode in (32, 33) else 1
        end = at + 5 + count * deep
        if len(data) < end:
            return at
        self.commands.append("ESC *")
        body = data[at + 5 : end]
        wide = 1 if mode in (1, 33) else 2
        stride = (count * wide + 7) // 8
        rows = bytearray(stride * 24)
        for x in range(count):
            column = int.from_bytes(body[x * deep : x * deep + deep], "big")
            for y in range(24):
                bit = 23 - y if deep == 3 else 7 - y // 3
                if column >> bit & 1:
                    for dot in range(x * wide, x * wide + wide):
                        rows[y * stride + dot // 8] |= 0x80 >> dot % 8
        band = Dots(bytes(rows), stride, advance=count * wide)
        self._line.append((band, self._style))
        self._bound_line()
        return end

    def _group(self, data: bytes, at: int) -> int:
        if len(data) < at + 3:
            return at
        code = chr(data[at + 1])
        if code == "v":
            return self._raster(data, at)
        if code in "(8":
            return self._extended(data, at, "GS")
        if code == "V":
            length = 4 if data[at + 2] in (65, 66, 97, 98, 103, 104) else 3
            if len(data) < at + length:
                return at
            self.commands.append("GS V")
            if self._line:
                self._flush()
            self._mechanism.cut()
            return at + length
        if code == "k":
            return self._barcode(data, at)
        return self._fixed(data, at, _GS_LENGTHS, "GS", self._grouped)

    def _grouped(self, code: str, parameters: bytes) -> None:
        n = parameters[0]
        if code == "!":
            self._style = replace(self._style, across=(n >> 4 & 7) + 1, down=(n & 7) + 1)
        elif code == "B":
            self._style = replace(self._style, inverse=bool(n & 1))
        elif code == "r":
            self._mechanism.asked(n % 48)
        elif code == "a":
            self._mechanism.tell_changes(bool(n))

    def _raster(self, data: bytes, at: int) -> int:
        """GS v 0 m xL xH yL yH: rows of dots."""
        if len(data) < at + 8:
            return at
        mode = data[at + 3] % 48
        stride = data[at + 4] | data[at + 5] << 8
        height = data[at + 6] | data[at + 7] << 8
        end = at + 8 + stride * height
        if len(data) < end:
            return at
        self.commands.append("GS v 0")
        if data[at + 2] != 0x30 or mode or not stride * height:
            self._note(data[at : at + 8])
        else:
            self._print_dots(Dots(bytes(data[at + 8 : end]), stride))
        return end

    def _print_dots(self, dots: Dots) -> None:
        if self._line:
            self._flush()
        self._mechanism.put(replace(dots, left=self._left(dots.stride * 8)))

    def _left(self, width: int) -> int:
        return line_left(width, self._width, self._align)

    def _extended(self, data: bytes, at: int, family: str) -> int:
        """GS ( x pL pH, GS 8 L p1 p2 p3 p4 and FS ( x pL pH: commands that say their length."""
        sizes = 4 if data[at + 1] == ord("8") else 2
        start = at + 3 + sizes
        if len(data) < start:
            return at
        length = int.from_bytes(data[at + 3 : start], "little")
        end = start + length
        if len(data) < end:
            return at
        name = f"{family} {chr(data[at + 1])} {chr(data[at + 2])}"
        body = bytes(data[start:end])
        self.commands.append(name)
        if name == "GS ( H" and body[:2] == b"00" and length == 6:
            self._mechanism.processed(body[2:])
        elif name in ("GS ( L", "GS 8 L"):
            self._stored_graphics(body)
        elif name == "FS ( C" and body[:1] == b"0":
            # Function 48: 1 is one byte a letter, 2 is UTF-8.
            self._encoding = "utf-8" if body[1:2] in (b"2", b"\x02") else "cp437"
        elif name == "GS ( k" and body[:1] == b"1":
            self._qr_code(body)
        elif name not in ("GS ( D", "GS ( K", "GS ( E"):
            self._note(data[at:end])
        return end

    def _stored_graphics(self, body: bytes) -> None:
        """GS ( L: function 112 stores dots, function 50 (or 2) prints them."""
        if body[1:2] == b"p" and len(body) >= 10:
            stride = (int.from_bytes(body[6:8], "little") + 7) // 8
            height = int.from_bytes(body[8:10], "little")
            rows = body[10:]
            if stride and 0 < height <= _MOST_ROWS and len(rows) == stride * height:
                self._graphics = Dots(rows, stride)
                return
        elif body[1:2] in (b"2", b"\x02"):
            if self._graphics is not None:
                self._print_dots(self._graphics)
            self._graphics = None
            return
        self._note(b"\x1d(L" + body[:16])

    def _qr_code(self, body: bytes) -> None:
        """GS ( k 49: module (67), model (65) and correction (69), store (80), print (81)."""
        function = body[1:2]
        if function == b"C" and len(body) == 3 and 1 <= body[2] <= 16:
            self._module = body[2]
        elif function == b"P" and body[2:3] == b"0":
            self._symbol = body[3:]
        elif function == b"Q" and self._symbol:
            self._print_dots(_qr_dots(self._symbol, self._module))
        elif function not in b"AE":
            self._note(b"\x1d(k" + body[:16])

    def _barcode(self, data: bytes, at: int) -> int:
        """GS k: taken whole and recorded, bars are not drawn (documents have none)."""
        if len(data) < at + 4:
            return at
        counted = data[at + 2] >= 65
        end = at + 4 + data[at + 3] if counted else data.find(b"\0", at + 3) + 1
        if not end or len(data) < end:
            return at
        self._note(data[at:end])
        return end

    def _kanji(self, data: bytes, at: int) -> int:
        if len(data) < at + 3:
            return at
        if data[at + 1] == ord("("):
            return self._extended(data, at, "FS")
        return self._fixed(data, at, _FS_LENGTHS, "FS", _nothing)

    def _real_time(self, data: bytes, at: int) -> int:
        """DLE: was carried out on arrival by the machine; in its turn it is only stepped over."""
        if len(data) < at + 3:
            return at
        kind, function = data[at + 1], data[at + 2]
        lengths = {0x04: 3, 0x05: 3, 0x14: 10 if function == 8 else 5}
        length = lengths.get(kind)
        if length is None:
            self._note(data[at : at + 1])
            return at + 1
        return at if len(data) < at + length else at + length

    def _fixed(
        self,
        data: bytes,
        at: int,
        lengths: dict[int, int],
        family: str,
        act: Callable[[str, bytes], None],
    ) -> int:
        length = lengths.get(data[at + 1])
        if length is None:
            self._note(data[at : at + 2])
            return at + 2
        end = at + 2 + length
        if len(data) < end:
            return at
        code = chr(data[at + 1])
        self.commands.append(f"{family} {code}")
        act(code, bytes(data[at + 2 : end]))
        return end

    def _note(self, raw: bytes) -> None:
        self.unknown.append(bytes(raw[:64]))


def _qr_dots(data: bytes, module: int) -> Dots:
    """The symbol as a printer draws it, correction M."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(data)
    code.make(fit=True)
    matrix = code.get_matrix()
    stride = (len(matrix) * module + 7) // 8
    rows = bytearray()
    for line in matrix:
        bits = 0
        for dark in line:
            for _ in range(module):
                bits = bits << 1 | dark
        bits <<= stride * 8 - len(line) * module
        rows += bits.to_bytes(stride, "big") * module
    return Dots(bytes(rows), stride)


def _nothing(code: str, parameters: bytes) -> None:
    """Commands of two-byte letters change nothing here."""


_READERS: dict[int, Callable[[Interpreter, bytes, int], int]] = {
    0x09: Interpreter._skip,
    0x0A: Interpreter._feed,
    0x0D: Interpreter._skip,
    0x10: Interpreter._real_time,
    0x1B: Interpreter._escape,
    0x1C: Interpreter._kanji,
    0x1D: Interpreter._group,
}
