"""Draws a document as dots, one sheet for each cut, ready for any raster printer.

Rule: what a row needs to be right is never given up: money and quantities are not wrapped and not
cut, a name wraps, a word wider than the paper breaks. One printed line is one strip of the width
of the paper, so a text looks the same alone and inside a receipt.
Neighbours: `documents` says what to draw, `fonts` with which letters, `escpos_printer` sends it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import qrcode  # type: ignore[import-untyped]
from PIL import Image, ImageChops, ImageDraw
from qrcode.constants import ERROR_CORRECT_M  # type: ignore[import-untyped]

from hardware.documents import (
    QR,
    Align,
    Block,
    Cell,
    Columns,
    Cut,
    Document,
    DocumentError,
    KickDrawer,
    Logo,
    Rule,
    Signature,
    Size,
    Space,
    Stroke,
    Text,
)
from hardware.fonts import Face, face

SHEET_DOTS = 40_000
MARGIN = 4
BLACK, WHITE = 0, 255

# Height of the type and from line to line, in dots (203 an inch).
_PIXELS = {Size.SMALL: 21, Size.NORMAL: 26, Size.LARGE: 36, Size.HUGE: 54}
_LINE = {Size.SMALL: 28, Size.NORMAL: 35, Size.LARGE: 46, Size.HUGE: 66}
_LEAST_PIXELS = 12
# The grid that cells and indents count in: a figure of normal text, whatever the size of the row,
# so that a modifier stands under its dish. 38 to a line of 80 mm, 25 of 58 mm.
_GRID = 15
# A flexible cell narrower than this many grid steps is no column any more: the row is stacked.
_LEAST_STEPS = 8
_BLOCK_PADDING = 7
_SIGNATURE_ROOM = 84


@dataclass(frozen=True, slots=True)
class Paper:
    """The width that a printer can put dots on."""

    name: str
    dots: int


PAPER_80 = Paper("80 mm", 576)
PAPER_58 = Paper("58 mm", 384)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One piece of paper. Mode "1", 0 is black; `footer_top` is the row where its last part,
    the footer, begins (the height of the sheet where there is none)."""

    image: Image.Image
    footer_top: int


def render(document: Document, paper: Paper = PAPER_80) -> tuple[Sheet, ...]:
    """The sheets of `document`, in order; at least one unless nothing is to be seen on it.

    Raises `FontsMissing`, and `DocumentError` for a sheet of more than 5 m.
    """
    sheets: list[Sheet] = []
    strips: list[Image.Image] = [*_heading(document, paper)]
    rows = 0
    for block in document.blocks:
        if isinstance(block, Cut):
            if strips:
                sheets.append(_join(strips, [], paper))
            strips, rows = [], 0
        elif not isinstance(block, KickDrawer):
            for strip in _block(block, paper):
                strips.append(strip)
                rows += strip.height
                _measured(rows)
    footer = list(_footer(document, paper))
    if strips or footer:
        sheets.append(_join(strips, footer, paper))
    return tuple(sheets)


def _join(strips: list[Image.Image], footer: list[Image.Image], paper: Paper) -> Sheet:
    footer_top = sum(strip.height for strip in strips)
    height = footer_top + sum(strip.height for strip in footer)
    _measured(height)
    image = Image.new("1", (paper.dots, max(height, 1)), WHITE)
    top = 0
    for strip in (*strips, *footer):
        image.paste(strip, (0, top))
        top += strip.height
    return Sheet(image, footer_top)


def _measured(height: int) -> None:
    """Checked while drawing: an endless document is refused before it is drawn to its end."""
    if height > SHEET_DOTS:
        raise DocumentError(f"the sheet is longer than {SHEET_DOTS} dots")


def _heading(document: Document, paper: Paper) -> Iterator[Image.Image]:
    if document.copy_heading:
        yield from _text(
            Text(document.copy_heading, Size.LARGE, bold=True, align=Align.CENTER, inverse=True),
            paper,
        )
        yield _blank(paper, 10)
    if document.title:
        yield from _text(Text(document.title, Size.LARGE, bold=True, align=Align.CENTER), paper)


def _footer(document: Document, paper: Paper) -> Iterator[Image.Image]:
    if document.footer:
        yield _blank(paper, 8)
        room = paper.dots - 2 * MARGIN
        fits = face(_PIXELS[Size.SMALL], False).width(document.footer) <= room
        # The dashes around it are decoration: on a narrow paper one would stand alone.
        text = document.footer if fits else document.footer.strip("— ")
        yield from _text(Text(text, Size.SMALL, align=Align.CENTER), paper)
        yield _blank(paper, 4)


def _block(block: Block, paper: Paper) -> Iterator[Image.Image]:
    match block:
        case Text():
            yield from _text(block, paper)
        case Columns():
            yield from _row(block, block.cells, paper)
        case Rule():
            yield _rule(block, paper)
        case Space():
            yield _blank(paper, block.dots)
        case Logo():
            yield _logo(block, paper)
        case QR():
            yield _qr(block.data, paper.dots)
            if block.caption:
                yield from _text(Text(block.caption, Size.SMALL, align=Align.CENTER), paper)
        case Signature():
            yield _signature(paper)
            yield from _text(Text(block.label, Size.SMALL, align=Align.CENTER), paper)
        case Cut() | KickDrawer():
            return


def _blank(paper: Paper, dots: int) -> Image.Image:
    return Image.new("1", (paper.dots, dots), WHITE)


def _rule(rule: Rule, paper: Paper) -> Image.Image:
    strip = _blank(paper, 18)
    draw = ImageDraw.Draw(strip)
    if rule.stroke is Stroke.DASHED:
        for left in range(0, paper.dots, 16):
            draw.rectangle((left, 8, left + 8, 9), fill=BLACK)
    else:
        thick = 4 if rule.stroke is Stroke.HEAVY else 2
        draw.rectangle((0, 9 - thick // 2, paper.dots - 1, 8 + thick // 2), fill=BLACK)
    return strip


def _signature(paper: Paper) -> Image.Image:
    strip = _blank(paper, _SIGNATURE_ROOM)
    draw = ImageDraw.Draw(strip)
    draw.rectangle(
        (paper.dots // 10, _SIGNATURE_ROOM - 4, paper.dots * 9 // 10, _SIGNATURE_ROOM - 3),
        fill=BLACK,
    )
    small = face(_PIXELS[Size.NORMAL], False)
    _write(draw, paper.dots // 10, _SIGNATURE_ROOM - 12, "×", small)
    return strip


def _logo(logo: Logo, paper: Paper) -> Image.Image:
    dots = (logo.stride * 8, len(logo.rows) // logo.stride)
    picture = ImageChops.invert(Image.frombytes("1", dots, logo.rows))
    if picture.width > paper.dots:
        height = max(picture.height * paper.dots // picture.width, 1)
        picture = picture.resize((paper.dots, height), Image.Resampling.NEAREST)
    strip = _blank(paper, picture.height + 8)
    strip.paste(picture, ((paper.dots - picture.width) // 2, 0))
    return strip


@lru_cache(maxsize=16)
def qr_modules(data: str) -> tuple[tuple[bool, ...], ...]:
    """The squares of a QR code, row by row, true is dark, without the free edge around it. Reads
    with up to 15 % of it spoilt."""
    code = qrcode.QRCode(error_correction=ERROR_CORRECT_M, border=0)
    code.add_data(data)
    code.make(fit=True)
    return tuple(tuple(bool(dark) for dark in line) for line in code.get_matrix())


@lru_cache(maxsize=16)
def _qr(data: str, dots: int) -> Image.Image:
    modules = qr_modules(data)
    # A module of at least 3 dots can be read by a telephone; 6 is plenty.
    scale = max(3, min(6, dots // 2 // len(modules)))
    side = len(modules) * scale
    if side > dots:
        raise DocumentError(f"a QR code of {len(modules)} modules is wider than the paper")
    strip = Image.new("1", (dots, side + 16), WHITE)
    draw = ImageDraw.Draw(strip)
    left = (dots - side) // 2
    for y, line in enumerate(modules):
        for x, dark in enumerate(line):
            if dark:
                corner = (left + x * scale, 8 + y * scale)
                draw.rectangle((*corner, corner[0] + scale - 1, corner[1] + scale - 1), fill=BLACK)
    return strip


def _text(text: Text, paper: Paper) -> Iterator[Image.Image]:
    type_face = face(_PIXELS[text.size], text.bold)
    margin = 3 * MARGIN if text.inverse else MARGIN
    left = margin + text.indent * _GRID
    room = paper.dots - left - margin
    lines = _set(text.text, type_face, room)
    for number, line in enumerate(lines):
        strip = _blank(paper, _LINE[text.size])
        draw = ImageDraw.Draw(strip)
        start = left + _shift(text.align, room, type_face.width(line))
        _write(draw, start, _baseline(text.size), line, type_face)
        if text.strike:
            _strike(draw, start, type_face.width(line), _baseline(text.size), text.size)
        if text.inverse:
            strip = _on_black(strip, number == 0, number == len(lines) - 1)
        yield strip


def _on_black(strip: Image.Image, first: bool, last: bool) -> Image.Image:
    """White on black, with padding where the block begins and ends."""
    above = _BLOCK_PADDING if first else 0
    below = _BLOCK_PADDING if last else 0
    out = Image.new("1", (strip.width, strip.height + above + below), BLACK)
    out.paste(ImageChops.invert(strip), (0, above))
    return out


def _row(row: Columns, cells: tuple[Cell, ...], paper: Paper) -> Iterator[Image.Image]:
    left = MARGIN + row.indent * _GRID
    room = paper.dots - left - MARGIN
    widths = _widths(row, cells, room - _GRID * (len(cells) - 1))
    if widths is None:
        # Too narrow for the columns: the last cell takes a line of its own.
        yield from _row(row, cells[:-1], paper)
        yield from _row(row, cells[-1:], paper)
        return
    columns: list[_Column] = []
    for cell, width in zip(cells, widths, strict=True):
        size, type_face = _cell_face(row, cell)
        if cell.keep and len(cells) == 1:
            type_face = _shrunk(cell.text, type_face, width, row.bold or cell.bold)
        lines = _set(cell.text, type_face, width)
        columns.append(_Column(cell, left, width, size, type_face, lines))
        left += width + _GRID
    tallest = max((column.size for column in columns), key=lambda size: _LINE[size])
    for number in range(max(len(column.lines) for column in columns)):
        # Lines after the first belong to the cells that wrapped, so they take their height.
        size = tallest
        if number:
            wrapped = [column.size for column in columns if len(column.lines) > number]
            size = max(wrapped, key=lambda one: _LINE[one])
        yield _row_line(columns, number, size, row.strike, paper)


@dataclass(frozen=True, slots=True)
class _Column:
    cell: Cell
    left: int
    width: int
    size: Size
    face: Face
    lines: list[str]


def _row_line(
    columns: list[_Column], number: int, size: Size, strike: bool, paper: Paper
) -> Image.Image:
    strip = _blank(paper, _LINE[size])
    draw = ImageDraw.Draw(strip)
    for column in columns:
        if number < len(column.lines) and column.lines[number]:
            line = column.lines[number]
            width = column.face.width(line)
            start = column.left + _shift(column.cell.align, column.width, width)
            _write(draw, start, _baseline(size), line, column.face)
            if strike:
                _strike(draw, start, width, _baseline(size), column.size)
    return strip


def _widths(row: Columns, cells: tuple[Cell, ...], room: int) -> list[int] | None:
    """Width of every cell in dots, or None when the row has to be stacked."""
    widths: list[int] = []
    flexible = 0
    for cell in cells:
        kept = _cell_face(row, cell)[1].width(cell.text) if cell.keep else 0
        widths.append(max(cell.width * _GRID, kept))
        flexible += not widths[-1]
    if len(cells) == 1:
        return [room]
    rest = room - sum(widths)
    if rest < flexible * _GRID * _LEAST_STEPS or rest < 0:
        return None
    shares = iter(_shares(rest, flexible))
    return [width or next(shares) for width in widths]


def _shares(dots: int, parts: int) -> list[int]:
    return [dots * (n + 1) // parts - dots * n // parts for n in range(parts)]


def _cell_face(row: Columns, cell: Cell) -> tuple[Size, Face]:
    size = cell.size or row.size
    return size, face(_PIXELS[size], row.bold or cell.bold)


def _shrunk(text: str, type_face: Face, width: int, bold: bool) -> Face:
    """The largest face, down to 12 dots, in which `text` fits one line of `width`."""
    while type_face.width(text) > width and type_face.pixels > _LEAST_PIXELS:
        type_face = face(type_face.pixels - 2, bold)
    return type_face


def wrap(text: str, type_face: Face, width: int) -> list[str]:
    """`text` in lines of at most `width` dots, broken at spaces, a longer word within itself.

    A no-break space does not break. No character is lost; the empty text is one empty line.
    """
    lines: list[str] = []
    line = ""
    for word in text.split(" "):
        candidate = f"{line} {word}" if line else word
        if type_face.width(candidate) <= width:
            line = candidate
            continue
        if line:
            lines.append(line)
        while type_face.width(word) > width and len(word) > 1:
            fitting = _fitting(word, type_face, width)
            lines.append(word[:fitting])
            word = word[fitting:]
        line = word
    lines.append(line)
    return lines


def _set(text: str, type_face: Face, width: int) -> list[str]:
    """The lines as they are drawn: a dot between two things is not left hanging at a line's end."""
    *broken, last = wrap(text, type_face, width)
    return [*(line.removesuffix(" ·") for line in broken), last]


def _fitting(word: str, type_face: Face, width: int) -> int:
    """How many leading characters of `word` fit; at least one, so that there is an end."""
    least, most = 1, len(word) - 1
    while least < most:
        middle = (least + most + 1) // 2
        if type_face.width(word[:middle]) <= width:
            least = middle
        else:
            most = middle - 1
    return least


def _write(draw: ImageDraw.ImageDraw, left: int, baseline: int, text: str, type_face: Face) -> None:
    draw.fontmode = "1"
    at = float(left)
    for font, piece in type_face.runs(text):
        draw.text((at, baseline), piece, font=font, fill=BLACK, anchor="ls")
        at += font.getlength(piece)


def _strike(draw: ImageDraw.ImageDraw, left: int, width: int, baseline: int, size: Size) -> None:
    middle = baseline - _PIXELS[size] * 3 // 10
    draw.rectangle((left - 2, middle - 1, left + width + 2, middle + 1), fill=BLACK)


def _baseline(size: Size) -> int:
    """From the top of a line to the foot of its letters: room for accents above, tails below."""
    return _LINE[size] - round(_PIXELS[size] * 0.31)


def _shift(align: Align, room: int, width: int) -> int:
    if align is Align.RIGHT:
        return max(room - width, 0)
    return max((room - width) // 2, 0) if align is Align.CENTER else 0
