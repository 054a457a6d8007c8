"""A document for paper, free of any printer: what stands on it and in which order.

Rule: text that came from people is made safe here, when a block is built, once for every printer.
After that no control character, direction override or unassigned code point can be in it, so
neither the raster nor a text driver can be made to carry printer control bytes.
Neighbours: `raster` draws a document as dots, `plain_text` as lines, `escpos_printer` prints it.
"""

import unicodedata
from dataclasses import dataclass, replace
from enum import Enum

TEXT_LENGTH = 500
BLOCKS = 1_500
CELLS = 8
QR_BYTES = 600
SPACE_DOTS = 400
LOGO_STRIDE = 72
LOGO_ROWS = 400
COMBINING_IN_A_ROW = 2

# Categories of Unicode that have no business on paper: control, format (with the direction
# overrides), surrogate, private use, unassigned.
_REFUSED = frozenset(("Cc", "Cf", "Cs", "Co", "Cn"))
_BREAKS = frozenset("\t\n\v\f\r\x85\u2028\u2029")


class DocumentError(ValueError):
    """A document that cannot be built: too many blocks, a cell without room, a QR too long."""


def clean(text: str, limit: int = TEXT_LENGTH) -> str:
    """`text` as it may reach paper: NFC, one line, at most `limit` characters.

    Line breaks, tabs and spaces of any kind become a space (no-break spaces stay, they hold a sum
    together); characters that print nothing or steer a device are dropped; more than two combining
    marks in a row are dropped too, because a tower of them would draw over the neighbouring rows.
    Longer text ends in an ellipsis: a ticket that cannot be printed is worse than a short note.
    """
    kept: list[str] = []
    marks = 0
    # Three times the limit bounds the work; normalising may join characters, never more than that.
    for char in unicodedata.normalize("NFC", text[: limit * 3]):
        category = unicodedata.category(char)
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if char in _BREAKS:
            kept.append(" ")
        elif category == "Zs":
            kept.append("\u00a0" if char in "\u00a0\u202f\u2007" else " ")
        elif category not in _REFUSED and marks <= COMBINING_IN_A_ROW:
            kept.append(char)
    out = "".join(kept)
    return out if len(out) <= limit else out[: limit - 1] + "…"


class Size(Enum):
    """Height of text. On 203 dots an inch: 2.5, 3.3, 4.5 and 7 mm from line to line."""

    SMALL = "small"
    NORMAL = "normal"
    LARGE = "large"
    HUGE = "huge"


class Align(Enum):
    """Where text stands between the edges of the paper or of its column."""

    LEFT = "left"
    CENTER = "center"
    RIGHT = "right"


class Stroke(Enum):
    """How a rule is drawn: the heavier, the more it separates."""

    THIN = "thin"
    DASHED = "dashed"
    HEAVY = "heavy"


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; wraps at the paper's edge. `indent` counts grid steps.

    `inverse` prints white on a black block over the whole width (allergy, copy heading);
    `strike` draws a line through it (a voided dish).
    """

    text: str
    size: Size = Size.NORMAL
    bold: bool = False
    align: Align = Align.LEFT
    inverse: bool = False
    strike: bool = False
    indent: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))
        _bounded("indent", self.indent, 0, 12)


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of a row. `width` counts grid steps; 0 shares what is left.

    A grid step is the width of a figure of normal text, whatever the size of the row; between two
    cells stands one step. So under a first cell of width 3, an indent of 4 begins with the second.

    `keep` is for money and quantities: the text is never wrapped and never cut, the cell grows
    to it, and where the paper is too narrow for that the row takes a second line instead.
    `size` is the row's unless given (a quantity larger than its dish).
    """

    text: str
    width: int = 0
    align: Align = Align.LEFT
    bold: bool = False
    keep: bool = False
    size: Size | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", clean(self.text))
        _bounded("width of a cell", self.width, 0, 64)


@dataclass(frozen=True, slots=True)
class Columns:
    """A row of cells, such as quantity, name, price. Cells that do not `keep` wrap."""

    cells: tuple[Cell, ...]
    size: Size = Size.NORMAL
    bold: bool = False
    strike: bool = False
    indent: int = 0

    def __post_init__(self) -> None:
        _bounded("cells of a row", len(self.cells), 1, CELLS)
        _bounded("indent", self.indent, 0, 12)


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""

    stroke: Stroke = Stroke.THIN


@dataclass(frozen=True, slots=True)
class Space:
    """White paper, in dots of 1/203 inch (8 dots are a millimetre)."""

    dots: int = 12

    def __post_init__(self) -> None:
        _bounded("dots of a space", self.dots, 1, SPACE_DOTS)


@dataclass(frozen=True, slots=True)
class QR:
    """A QR code with an optional line under it. `data` at most 600 bytes of UTF-8."""

    data: str
    caption: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "data", clean(self.data, QR_BYTES))
        object.__setattr__(self, "caption", clean(self.caption))
        _bounded("bytes of a QR code", len(self.data.encode()), 1, QR_BYTES)


@dataclass(frozen=True, slots=True)
class Logo:
    """A picture of the venue's, in the middle of the paper: `rows` of dots, 1 is black, `stride`
    bytes each. `logos` makes one from a file; a wider one than the paper is drawn smaller."""

    rows: bytes
    stride: int

    def __post_init__(self) -> None:
        _bounded("bytes of a logo's row", self.stride, 1, LOGO_STRIDE)
        _bounded("rows of a logo", len(self.rows) // self.stride, 1, LOGO_ROWS)
        _bounded("bytes beside the rows of a logo", len(self.rows) % self.stride, 0, 0)


@dataclass(frozen=True, slots=True)
class Signature:
    """Room to sign, a line, and the label under it."""

    label: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "label", clean(self.label))


@dataclass(frozen=True, slots=True)
class Cut:
    """Cut here. The end of a document is cut without being told."""


@dataclass(frozen=True, slots=True)
class KickDrawer:
    """Open the drawer on this printer. `pin` is 2 or 5, as the drawer's cable says."""

    pin: int = 2

    def __post_init__(self) -> None:
        if self.pin not in (2, 5):
            raise DocumentError(f"a drawer hangs on pin 2 or 5, not {self.pin}")


Block = Text | Columns | Rule | Space | Logo | QR | Signature | Cut | KickDrawer


@dataclass(frozen=True, slots=True)
class Document:
    """One job for paper.

    `title` is printed large on top ("" prints none) and names the job in headings and logs.
    `copy_heading` is printed first of all, white on black. `footer` is the last line: a kitchen
    ticket without it was torn off in the middle, and people see that (reliability 2.14).
    """

    title: str
    blocks: tuple[Block, ...]
    copy_heading: str | None = None
    footer: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", clean(self.title))
        object.__setattr__(self, "footer", clean(self.footer))
        if self.copy_heading is not None:
            object.__setattr__(self, "copy_heading", clean(self.copy_heading))
        _bounded("blocks of a document", len(self.blocks), 0, BLOCKS)

    def reissued(self, heading: str) -> "Document":
        """The same paper again under `heading`, joined to a heading that it already bears.

        The drawer is left out: whoever prints again must never open it again.
        """
        joined = heading if not self.copy_heading else f"{heading} · {self.copy_heading}"
        blocks = tuple(block for block in self.blocks if not isinstance(block, KickDrawer))
        return replace(self, copy_heading=joined, blocks=blocks)


def _bounded(what: str, value: int, least: int, most: int) -> None:
    if not least <= value <= most:
        raise DocumentError(f"{what}: {value} is not within {least} and {most}")
