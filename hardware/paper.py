"""Paper that came out of a simulated printer: pieces in order, and a picture or text of them.

Rule: pieces are kept as they were printed and drawn only when somebody looks, so that a
simulation may print thousands of tickets.
Neighbours: `interpreter` makes the pieces from bytes, `machine` keeps the finished documents.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from hardware.cells import CELL_HEIGHT, CELL_WIDTH, cells, letter

_BLACK, _WHITE = 0, 255
DRAWN = "\ufffc"
"""Stands in a line's text for a letter that came as dots."""


@dataclass(frozen=True, slots=True)
class Style:
    """How text is set: the state that ESC !, ESC E, GS ! and GS B change."""

    bold: bool = False
    underline: bool = False
    inverse: bool = False
    across: int = 1
    down: int = 1


@dataclass(frozen=True, slots=True)
class Dots:
    """A block of dots: `rows` has 1 for black, `stride` bytes a row. `advance` is how far it moves
    the print position when it stands in a line: 0 for all of its bytes."""

    rows: bytes
    stride: int
    left: int = 0
    advance: int = 0

    @property
    def height(self) -> int:
        """Rows of dots."""
        return len(self.rows) // self.stride

    def split(self, height: int) -> tuple["Dots", "Dots"]:
        """The first `height` rows and the rest."""
        at = height * self.stride
        return (
            Dots(self.rows[:at], self.stride, self.left),
            Dots(self.rows[at:], self.stride, self.left),
        )


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in the printer's own letters, among them some that came as dots (ESC *).
    `align` is 0 left, 1 centre, 2 right."""

    runs: tuple[tuple[str | Dots, Style], ...]
    align: int
    height: int

    @property
    def text(self) -> str:
        """The letters alone."""
        return "".join(run if isinstance(run, str) else DRAWN for run, _ in self.runs)


@dataclass(frozen=True, slots=True)
class Blank:
    """Paper fed without printing."""

    height: int


Piece = Dots | Line | Blank


@dataclass(frozen=True, slots=True)
class PaperDocument:
    """What lies between two cuts. `number` counts the cuts of this printer from 1."""

    number: int
    pieces: tuple[Piece, ...]
    width: int

    @property
    def height(self) -> int:
        """Length in dots."""
        return sum(piece.height for piece in self.pieces)

    @property
    def text(self) -> str:
        """Its lines of text; what was printed as dots is not in it."""
        return "\n".join(piece.text for piece in self.pieces if isinstance(piece, Line))

    def image(self) -> Image.Image:
        """A picture of the paper, mode "1", as wide as the print head."""
        image = Image.new("1", (self.width, max(self.height, 1)), _WHITE)
        top = 0
        for piece in self.pieces:
            if isinstance(piece, Dots):
                strip = Image.frombytes("1", (piece.stride * 8, piece.height), piece.rows)
                # Printed is 1 in the data and 0 in the picture. Dots beyond the head are lost.
                image.paste(ImageChops.invert(strip), (piece.left, top))
            elif isinstance(piece, Line):
                image.paste(_line(piece, self.width), (0, top))
            top += piece.height
        return image


def line_left(width: int, paper: int, align: int) -> int:
    """Where something `width` dots wide begins, aligned on `paper` dots."""
    return max(0, (paper - width) * align // 2)


def run_width(run: str | Dots, style: Style) -> int:
    """Dots that a run takes on its line."""
    if isinstance(run, Dots):
        return run.advance or run.stride * 8
    return cells(run) * CELL_WIDTH * style.across


def _line(line: Line, width: int) -> Image.Image:
    strip = Image.new("1", (width, line.height), _WHITE)
    left = line_left(sum(run_width(*run) for run in line.runs), width, line.align)
    for run, style in line.runs:
        for cell in _pictures(run, style):
            strip.paste(cell, (left, max(0, line.height - cell.height)))
            left += cell.width
    return strip


def _pictures(run: str | Dots, style: Style) -> Iterator[Image.Image]:
    if isinstance(run, str):
        yield from (_letter(char, style) for char in run)
    else:
        dots = Image.frombytes("1", (run.stride * 8, run.height), run.rows)
        yield ImageChops.invert(dots).crop((0, 0, run_width(run, style), run.height))


def _letter(char: str, style: Style) -> Image.Image:
    cell = letter(char, style.bold).copy()
    if style.underline:
        row = (0, CELL_HEIGHT - 2, cell.width, CELL_HEIGHT - 2)
        ImageDraw.Draw(cell).line(row, fill=_BLACK)
    if style.inverse:
        cell = ImageChops.invert(cell)
    size = (cell.width * style.across, CELL_HEIGHT * style.down)
    return cell.resize(size, Image.Resampling.NEAREST)
