"""A document as type of the printer's own, by one fixed code page: for slow lines and printers.

At 9,600 baud a drawn receipt takes two minutes, this one takes two seconds. Rule: what the page
lacks is not replaced by a question mark but drawn: a letter in the midst of a line (ESC *), a large
line as a whole (GS v 0). So every language comes out right, and only what is foreign to the page is
slow. Code pages are chosen by the venue, not guessed: models differ in the numbers they give them.
Neighbours: `plain_text` sets the lines, `cells` draws the letters, `escpos_jobs` cuts and kicks.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from PIL import Image, ImageChops

from hardware.cells import letter
from hardware.documents import (
    QR,
    Align,
    Block,
    Columns,
    Cut,
    Document,
    Logo,
    Rule,
    Size,
    Stroke,
    Text,
)
from hardware.escpos_jobs import (
    REAL_TIME_IN_DOTS,
    Encoder,
    Job,
    cut,
    preface,
    raster_pieces,
)
from hardware.plain_text import block_lines, centred, footer_lines
from hardware.raster import Paper, render

# The number that ESC t gives to a code page (Epson's list), and Python's name for it.
CODE_PAGES = {
    0: "cp437",
    2: "cp850",
    3: "cp860",
    4: "cp863",
    5: "cp865",
    13: "cp857",
    14: "cp737",
    15: "iso8859_7",
    16: "cp1252",
    17: "cp866",
    18: "cp852",
    19: "cp858",
    39: "iso8859_2",
    44: "cp1125",
    45: "cp1250",
    46: "cp1251",
    48: "cp1254",
}
_NUMBERS = {codec: number for number, codec in CODE_PAGES.items()}
_FONT_A = 12
# Typographic signs that a page may lack, and what typewriters used to set in their place.
_STAND_INS = str.maketrans(
    {"\u00a0": " ", "−": "-", "–": "-", "—": "-", "×": "x", "·": ".", "’": "'", "…": "."}
)
_SCALES = {Size.SMALL: 1, Size.NORMAL: 1, Size.LARGE: 1, Size.HUGE: 2}
_BOLD, _TALL, _WIDE = 8, 16, 32


@dataclass(frozen=True, slots=True)
class CodePage:
    """The page of one printer: Python's `codec`, and the `number` by which the printer calls it."""

    codec: str
    number: int


def code_page(name: str) -> CodePage:
    """`cp1251`, or `cp1251:73` where the model numbers its pages otherwise.

    Raises `ValueError` for a page that is not known here and for a number above 255.
    """
    codec, _, number = name.partition(":")
    if codec not in _NUMBERS:
        raise ValueError(f"the code page {codec!r} is not one of {', '.join(sorted(_NUMBERS))}")
    chosen = int(number) if number else _NUMBERS[codec]
    if not 0 <= chosen <= 255:
        raise ValueError(f"code pages are numbered from 0 to 255, not {chosen}")
    return CodePage(codec, chosen)


def type_encoder(page: CodePage, paper: Paper) -> Encoder:
    """Encode for `page` on `paper`, in the printer's type of 12 dots."""
    return _Setter(page, paper).job


class _Setter:
    """Sets documents in one page on one paper."""

    def __init__(self, page: CodePage, paper: Paper) -> None:
        self._page = page
        self._paper = paper
        self._columns = paper.dots // _FONT_A

    def job(self, document: Document) -> Job:
        """Body and ending of a document, in pieces of one line each."""
        body = [preface(document) + b"\x1bt" + bytes((self._page.number,))]
        if document.copy_heading:
            heading = Text(document.copy_heading, Size.LARGE, bold=True, inverse=True)
            body += self._set(heading)
        body += self._title(document.title)
        for block in document.blocks:
            body += self._set(block)
        ending = [self._line(line) for line in footer_lines(document, self._columns)]
        return Job(tuple(body), (*ending, cut()))

    def _title(self, title: str) -> list[bytes]:
        if not title:
            return []
        room = self._columns // 2
        return [self._line(line, 2, bold=True) for line in centred(title, room)]

    def _set(self, block: Block) -> Iterator[bytes]:
        match block:
            case Cut():
                yield cut()
            case Logo():
                yield from self._drawn(block)
            case QR():
                yield _qr(block.data)
                yield from (self._line(line) for line in centred(block.caption, self._columns))
            case Rule():
                yield self._line(("=" if block.stroke is Stroke.HEAVY else "-") * self._columns)
            case Text(inverse=True):
                yield from self._inverse(block)
            case Text() | Columns():
                scale = _SCALES[block.size]
                large = scale > 1 or block.size is Size.LARGE
                if large and not self._has(block_lines(block, self._columns)):
                    # Drawn as a whole: drawn letters among type twice as high would look lost.
                    yield from self._drawn(block)
                    return
                for line in block_lines(block, self._columns // scale):
                    yield self._line(line, scale, bold=block.bold, tall=block.size is Size.LARGE)
            case _:
                yield from (self._line(line) for line in block_lines(block, self._columns))

    def _has(self, lines: list[str]) -> bool:
        """The page has every letter of these lines."""
        return all(self._byte(char) is not None for line in lines for char in line)

    def _inverse(self, text: Text) -> Iterator[bytes]:
        plain = Text(text.text, text.size, align=Align.CENTER)
        for line in block_lines(plain, self._columns - 2):
            padded = f" {line} ".ljust(self._columns)
            yield b"\x1dB\x01" + self._line(padded, tall=True, bold=True) + b"\x1dB\x00"

    def _line(self, line: str, scale: int = 1, *, bold: bool = False, tall: bool = False) -> bytes:
        """One line in the size asked for, letters that the page lacks drawn among the others."""
        large = scale > 1 or tall
        if large and not self._has([line]):
            size = Size.HUGE if scale > 1 else Size.LARGE
            return b"".join(self._drawn(Text(line.strip(), size, bold=bold, align=Align.CENTER)))
        mode = _BOLD * bold | _TALL * large | _WIDE * (scale > 1)
        set_runs = (
            run if isinstance(run, bytes) else b"".join(_glyph(char, bold) for char in run)
            for run in self._runs(line)
        )
        return b"\x1b!" + bytes((mode,)) + b"".join(set_runs) + b"\n"

    def _runs(self, line: str) -> Iterator[bytes | str]:
        """Pieces of a line: bytes of the page, and text that it lacks."""
        lacking = ""
        for char in line:
            byte = self._byte(char)
            if byte is None:
                lacking += char
                continue
            if lacking:
                yield lacking
                lacking = ""
            yield byte
        if lacking:
            yield lacking

    def _byte(self, char: str) -> bytes | None:
        for one in (char, char.translate(_STAND_INS)):
            try:
                byte = one.encode(self._page.codec)
            except UnicodeEncodeError:
                continue
            # Documents are clean of control characters already; a driver does not rely on it.
            if len(byte) == 1 and byte[0] >= 0x20 and byte[0] != 0x7F:
                return byte
        return None

    def _drawn(self, block: Block) -> Iterator[bytes]:
        for sheet in render(Document("", (block,)), self._paper):
            yield from raster_pieces(sheet.image)


@lru_cache(maxsize=512)
def _glyph(char: str, bold: bool) -> bytes:
    """ESC * 33: columns of 24 dots, the first the left one, the highest bit on top."""
    cell = letter(char, bold)
    columns = ImageChops.invert(cell).transpose(Image.Transpose.TRANSPOSE).tobytes()
    dots = REAL_TIME_IN_DOTS.sub(b"\x18", columns)
    return b"\x1b*\x21" + cell.width.to_bytes(2, "little") + dots


def _qr(data: str) -> bytes:
    """GS ( k: the printer draws it: model 2, module of 6 dots, correction M, then the data."""
    raw = data.encode()
    size = (len(raw) + 3).to_bytes(2, "little")
    return (
        b"\x1ba\x01\x1d(k\x04\x001A2\x00\x1d(k\x03\x001C\x06\x1d(k\x03\x001E1"
        b"\x1d(k" + size + b"1P0" + raw + b"\x1d(k\x03\x001Q0\x1ba\x00"
    )
