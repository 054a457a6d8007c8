"""Text of the display: measured, wrapped, and kept as white textures that painters tint.

Rule: no text leaves its box; what does not fit its lines ends in "…". Fonts are registered once by
`register_fonts` before the first text. Neighbour: `painted` draws, `layout` measures.
"""

from functools import lru_cache
from typing import Any

from kivy.core.text import Label as CoreLabel
from kivy.core.text import LabelBase

from kds_app import icons
from kds_app.theme import FONT_FOLDER, ICON_FONT, TEXT_FONT

# Noto Sans has no arrow; the guillemet reads the same in "3 › 2".
_MISSING = str.maketrans({"\u2192": "\u203a", "\u2212": "\u2013", "\u2009": "\u202f"})


def register_fonts() -> None:
    """Make Noto Sans the text font and register the icons.

    Raises FileNotFoundError in words when the font package is missing.
    """
    regular, bold = FONT_FOLDER / "NotoSans-Regular.ttf", FONT_FOLDER / "NotoSans-Bold.ttf"
    for font in (regular, bold):
        if not font.exists():
            raise FileNotFoundError(f"{font} is missing: install the package fonts-noto-core")
    LabelBase.register(TEXT_FONT, str(regular), fn_bold=str(bold))
    LabelBase.register(ICON_FONT, icons.FONT_FILE)


@lru_cache(maxsize=64)
def _ruler(px: int, bold: bool) -> Any:
    return CoreLabel(font_size=px, bold=bold, font_name=TEXT_FONT)


@lru_cache(maxsize=16_384)
def width(text: str, px: int, bold: bool = False) -> int:
    """Width of one line in pixels."""
    return int(_ruler(px, bold).get_extents(text)[0]) if text else 0


@lru_cache(maxsize=2_048)
def texture(text: str, px: int, bold: bool = False, font: str = TEXT_FONT) -> Any:
    """The white texture of one line, as large as the text."""
    label = CoreLabel(text=text, font_size=px, bold=bold, font_name=font)
    label.refresh()
    return label.texture


def _shortened(text: str, room: int, px: int, bold: bool) -> str:
    if width(text, px, bold) <= room:
        return text
    fits, too_long = 0, len(text)
    while too_long - fits > 1:
        middle = (fits + too_long) // 2
        if width(text[:middle].rstrip() + "…", px, bold) <= room:
            fits = middle
        else:
            too_long = middle
    return text[:fits].rstrip() + "…"


@lru_cache(maxsize=16_384)
def wrapped(text: str, room: int, px: int, bold: bool = False, lines: int = 1) -> tuple[str, ...]:
    """The text in at most `lines` lines of `room` pixels; what is left over is cut with "…".

    A line breaks at plain spaces only, never at one that binds.
    """
    done: list[str] = []
    line = ""
    words = text.translate(_MISSING).replace("\n", " ").split(" ")
    for number, word in enumerate(words):
        joined = f"{line} {word}" if line else word
        if not line or width(joined, px, bold) <= room:
            line = joined
            continue
        if len(done) == lines - 1:
            line = " ".join([line, *words[number:]])
            break
        done.append(_shortened(line, room, px, bold))
        line = word
    return (*done, _shortened(line, room, px, bold))
