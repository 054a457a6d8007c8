"""Letters in the fixed cells of a printer's own type: 12 by 24 dots, a Chinese letter two cells.

Rule: one count of cells for everybody who lines text up, so that a column of sums is straight in
every script. Neighbours: `plain_text` counts with it, `code_pages` draws what a page lacks, `paper`
draws what a simulated printer set in type.
"""

import unicodedata
from functools import lru_cache

from PIL import Image, ImageDraw

from hardware.fonts import face

CELL_WIDTH, CELL_HEIGHT = 12, 24
_TYPE_PIXELS = 19
_BLACK, _WHITE = 0, 255


def cells(text: str) -> int:
    """How many cells `text` takes: two for a wide letter, none for a mark over the one before."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def _cells(char: str) -> int:
    if unicodedata.combining(char):
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


def padded(text: str, room: int, before: int) -> str:
    """`text` with blanks up to `room` cells, `before` in 0, 1, 2 halves of them in front of it."""
    blanks = max(room - cells(text), 0)
    front = blanks * before // 2
    return " " * front + text + " " * (blanks - front)


@lru_cache(maxsize=1024)
def letter(char: str, bold: bool) -> Image.Image:
    """The picture of one letter in its cells, mode "1", 0 is black. Raises `FontsMissing`."""
    type_face = face(_TYPE_PIXELS, bold)
    font, _ = type_face.runs(char)[0]
    width = CELL_WIDTH * max(_cells(char), 1)
    # Noto Sans is not monospaced: a letter wider than its cell is squeezed into it.
    natural = max(type_face.width(char), width)
    cell = Image.new("1", (natural, CELL_HEIGHT), _WHITE)
    draw = ImageDraw.Draw(cell)
    draw.fontmode = "1"
    draw.text((natural // 2, CELL_HEIGHT - 5), char, font=font, fill=_BLACK, anchor="ms")
    if natural == width:
        return cell
    smooth = cell.convert("L").resize((width, CELL_HEIGHT), Image.Resampling.BOX)
    return smooth.point([_BLACK] * 160 + [_WHITE] * 96, "1")
