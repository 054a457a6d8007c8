"""Paper that came out of a simulated printer: pieces in order, and a picture or text of them.

Rule: pieces are kept as they were printed and drawn only when somebody looks, so that a
simulation may print thousands of tickets.
Neighbours: `interpreter` makes the pieces from bytes, `machine` keeps the finished documents.
"""

from dataclasses import dataclass

from PIL import Image, ImageChops, ImageDraw

from hardware.fonts import face

CHAR_WIDTH, CHAR_HEIGHT = 12, 24
_TYPE_PIXELS = 19
_BLACK, _WHITE = 0, 255


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
    """A block of dots: `rows` has 1 for black, `stride` bytes a row."""

    rows: bytes
    stride: int
    left: int = 0

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
    """A line of text in the printer's own letters. `align` is 0 left, 1 centre, 2 right."""

    runs: tuple[tuple[str, Style], ...]
    align: int
    height: int

    @property
    def text(self) -> str:
        """The letters alone."""
        return "".join(text for text, _ in self.runs)


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


def _line(line: Line, width: int) -> Image.Image:
    strip = Image.new("1", (width, line.height), _WHITE)
    total = sum(len(text) * CHAR_WIDTH * style.across for text, style in line.runs)
    left = line_left(total, width, line.align)
    for text, style in line.runs:
        for char in text:
            cell = _letter(char, style)
            strip.paste(cell, (left, max(0, line.height - cell.height)))
            left += cell.width
    return strip


def _letter(char: str, style: Style) -> Image.Image:
    type_face = face(_TYPE_PIXELS, style.bold)
    font, _ = type_face.runs(char)[0]
    # Noto Sans is not monospaced: a letter wider than its cell is squeezed into it.
    natural = max(type_face.width(char), CHAR_WIDTH)
    cell = Image.new("1", (natural, CHAR_HEIGHT), _WHITE)
    draw = ImageDraw.Draw(cell)
    draw.fontmode = "1"
    draw.text((natural // 2, CHAR_HEIGHT - 5), char, font=font, fill=_BLACK, anchor="ms")
    if natural > CHAR_WIDTH:
        smooth = cell.convert("L").resize((CHAR_WIDTH, CHAR_HEIGHT), Image.Resampling.BOX)
        cell = smooth.point([_BLACK] * 160 + [_WHITE] * 96, "1")
        draw = ImageDraw.Draw(cell)
    if style.underline:
        draw.line((0, CHAR_HEIGHT - 2, CHAR_WIDTH, CHAR_HEIGHT - 2), fill=_BLACK)
    if style.inverse:
        cell = ImageChops.invert(cell)
    return cell.resize(
        (CHAR_WIDTH * style.across, CHAR_HEIGHT * style.down), Image.Resampling.NEAREST
    )
