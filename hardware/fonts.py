"""Noto Sans for paper: where the files are, which of them has a character, cached by size.

Rule: layout is Pillow's basic one, without a shaping library, so the same document gives the same
dots on every machine. Figures of Noto Sans are all of one width, so columns of money line up.
Neighbour: `raster` draws with it.
"""

import os
from functools import lru_cache
from pathlib import Path

from PIL import ImageFont

FONT_PACKAGE = "fonts-noto-core"
FONT_FOLDERS = (
    "/usr/share/fonts/truetype/noto",
    "/usr/share/fonts/noto",
    "/usr/local/share/fonts/noto",
)
# Asked in this order for a character that Noto Sans itself lacks; each may be absent.
_FALLBACKS = ("NotoSansSymbols2-Regular", "NotoSansMath-Regular", "NotoSansSymbols-Regular")
_FALLBACK_FILES = (
    "/usr/share/fonts/opentype/noto/NotoSansCJK-{weight}.ttc",
    # Chinese, Japanese and Korean in 4 MB where the one above takes 90.
    "/usr/share/fonts/truetype/droid/DroidSansFallbackFull.ttf",
)
# Never a character (Unicode 23.7), so every font draws its "missing" box for it.
_NO_CHARACTER = "\U0010ffff"


class FontsMissing(RuntimeError):
    """Noto Sans is not on this machine; the message names the package that brings it."""


def font_folder() -> Path:
    """The folder with `NotoSans-Regular.ttf`; `VITRYLO_FONTS` in the environment goes first.

    Raises `FontsMissing`.
    """
    chosen = os.environ.get("VITRYLO_FONTS")
    for folder in (chosen, *FONT_FOLDERS) if chosen else FONT_FOLDERS:
        if (Path(folder) / "NotoSans-Regular.ttf").is_file():
            return Path(folder)
    raise FontsMissing(
        "NotoSans-Regular.ttf was not found: install the Debian package "
        f"{FONT_PACKAGE}, or point VITRYLO_FONTS at the folder that holds it"
    )


class Face:
    """One weight and height of type, with stand-ins for characters that it lacks."""

    def __init__(self, pixels: int, bold: bool) -> None:
        folder = font_folder()
        weight = "Bold" if bold else "Regular"
        self.pixels = pixels
        self._main = _load(str(folder / f"NotoSans-{weight}.ttf"), pixels)
        self._files = [
            *(folder / f"{name}.ttf" for name in _FALLBACKS),
            *(Path(name.format(weight=weight)) for name in _FALLBACK_FILES),
        ]
        self._chosen: dict[str, ImageFont.FreeTypeFont] = {}
        self._own: set[str] = set()

    def _font_for(self, char: str) -> ImageFont.FreeTypeFont:
        if char not in self._chosen:
            self._chosen[char] = self._search(char)
            if self._chosen[char] is self._main:
                self._own.add(char)
        return self._chosen[char]

    def _search(self, char: str) -> ImageFont.FreeTypeFont:
        if char.isascii() or _has(self._main, char):
            return self._main
        for file in self._files:
            if file.is_file():
                font = _load(str(file), self.pixels)
                if _has(font, char):
                    return font
        return self._main

    def runs(self, text: str) -> list[tuple[ImageFont.FreeTypeFont, str]]:
        """`text` cut into pieces of one font each."""
        if self._own.issuperset(text):
            return [(self._main, text)]
        out: list[tuple[ImageFont.FreeTypeFont, str]] = []
        for char in text:
            font = self._font_for(char)
            if out and out[-1][0] is font:
                out[-1] = (font, out[-1][1] + char)
            else:
                out.append((font, char))
        return out

    def width(self, text: str) -> int:
        """Width of `text` in dots, rounded up."""
        return int(sum(font.getlength(piece) for font, piece in self.runs(text)) + 0.999)


@lru_cache(maxsize=64)
def face(pixels: int, bold: bool) -> Face:
    """The face of that height, read from disk once. Raises `FontsMissing`."""
    return Face(pixels, bold)


@lru_cache(maxsize=64)
def _load(path: str, pixels: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(path, pixels, layout_engine=ImageFont.Layout.BASIC)


def _has(font: ImageFont.FreeTypeFont, char: str) -> bool:
    missing = font.getmask(_NO_CHARACTER, mode="1")
    drawn = font.getmask(char, mode="1")
    return char.isspace() or drawn.size != missing.size or bytes(drawn) != bytes(missing)
