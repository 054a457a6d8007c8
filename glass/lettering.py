"""Text measured, wrapped and turned into textures, once for every string.

Rule: a string is drawn white and tinted by the painter, so one texture serves every colour. What
does not fit is wrapped, and what does not fit then ends in an ellipsis: no text leaves its box.
A line breaks at plain spaces only, never at one that binds, nor between a figure and its unit.
The painter is `painted`; the fonts are registered by `register_fonts` before the first string.
"""

import re
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kivy.core.text import Label as CoreLabel, LabelBase

from glass import icons

FONT_FOLDER: Final = Path("/usr/share/fonts/truetype/noto")
TEXT_FONT: Final = "Roboto"
ICON_FONT: Final = "GlassIcons"

# Noto Sans has no true minus and no arrow; these stand in for them in the same width class.
_MISSING = str.maketrans({"\u2212": "\u2013", "\u2192": "\u203a", "\u2009": "\u202f"})
_UNIT = re.compile(r"(?<=\d) (?=[^\W\d_]{1,2}\b)")
"""Between a figure and a unit, "0,75 л"."""
_TEXTURES = 2_048
_MEASURED = 16_384


def register_fonts() -> None:
    """Make Noto Sans the text font (Kivy's own has no hryvnia sign) and register the icons.

    Raises FileNotFoundError in words when the font package is missing.
    """
    regular, bold = FONT_FOLDER / "NotoSans-Regular.ttf", FONT_FOLDER / "NotoSans-Bold.ttf"
    for font in (regular, bold):
        if not font.exists():
            raise FileNotFoundError(f"{font} is missing: install the package fonts-noto-core")
    LabelBase.register(TEXT_FONT, str(regular), fn_bold=str(bold))
    LabelBase.register(ICON_FONT, icons.FONT_FILE)


@lru_cache(maxsize=64)
def _ruler(px: int, bold: bool, font: str) -> Any:
    return CoreLabel(font_size=px, bold=bold, font_name=font)


@lru_cache(maxsize=_MEASURED)
def width(text: str, px: int, bold: bool = False, font: str = TEXT_FONT) -> int:
    """Width of one line in pixels."""
    if not text:
        return 0
    return int(_ruler(px, bold, font).get_extents(text)[0])


@lru_cache(maxsize=_TEXTURES)
def texture(text: str, px: int, bold: bool = False, font: str = TEXT_FONT) -> Any:
    """The white texture of one line; its size is the size of the text."""
    label = CoreLabel(text=text, font_size=px, bold=bold, font_name=font)
    label.refresh()
    return label.texture


def _cut(text: str, room: int, px: int, bold: bool) -> str:
    if width(text, px, bold) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if width(text[:middle].rstrip() + "…", px, bold) <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip() + "…"


@lru_cache(maxsize=_MEASURED)
def fit(text: str, room: int, px: int, bold: bool = False, lines: int = 1) -> tuple[str, ...]:
    """The text as at most `lines` lines of at most `room` pixels, the last one cut with "…". A
    figure and its unit stay together."""
    text = _UNIT.sub("\N{NO-BREAK SPACE}", text.translate(_MISSING))
    if lines == 1 or (width(text, px, bold) <= room and "\n" not in text):
        return (_cut(text.replace("\n", " "), room, px, bold),)
    done: list[str] = []
    rest = [word for part in text.split("\n") for word in (*part.split(" "), "\n")][:-1]
    line = ""
    while rest:
        word = rest.pop(0)
        joined = f"{line} {word}" if line else word
        if word != "\n" and (not line or width(joined, px, bold) <= room):
            line = joined
            continue
        if len(done) == lines - 1:
            tail = " ".join([line, *([] if word == "\n" else [word]), *rest]).replace("\n", " ")
            return (*done, _cut(tail, room, px, bold))
        done.append(_cut(line, room, px, bold))
        line = "" if word == "\n" else word
    return (*done, _cut(line, room, px, bold))


def is_cut(text: str, rows: tuple[str, ...]) -> bool:
    """Whether `fit` had to leave something of the text out."""
    return len("".join("".join(rows).split())) < len("".join(text.split()))
