"""A picture file as a logo for paper: black dots, no wider than narrow paper takes.

Rule: files come from people. One that is no picture, that is damaged, or that would unfold into
more than we hold is refused with a code, and nothing of it is kept.
Neighbour: `documents.Logo` is what comes out, `raster` draws it.
"""

import io
from dataclasses import dataclass

from PIL import Image, ImageChops, UnidentifiedImageError

from hardware.documents import LOGO_ROWS, Logo

FILE_BYTES = 2 * 1024 * 1024
PIXELS = 16_000_000
WIDTH = 384
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")


@dataclass(frozen=True, slots=True)
class LogoRefused:
    """Why not: `logo_large` (the file or the picture), `logo_unreadable`, `logo_empty`."""

    code: str


def logo_from(file: bytes) -> Logo | LogoRefused:
    """The file's picture in black and white, at most 384 dots wide and 400 high."""
    if len(file) > FILE_BYTES:
        return LogoRefused("logo_large")
    try:
        with Image.open(io.BytesIO(file), formats=_FORMATS) as picture:
            # The size stands in the header: nothing was unfolded yet.
            if picture.width * picture.height > PIXELS:
                return LogoRefused("logo_large")
            grey = _on_white(picture)
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return LogoRefused("logo_unreadable")
    grey.thumbnail((WIDTH, LOGO_ROWS))
    dots = ImageChops.invert(grey).point([0] * 64 + list(range(64, 192)) + [255] * 64)
    black = dots.convert("1")
    box = black.getbbox()
    if box is None:
        return LogoRefused("logo_empty")
    cut = black.crop((0, box[1], black.width, box[3]))
    return Logo(cut.tobytes(), (cut.width + 7) // 8)


def _on_white(picture: Image.Image) -> Image.Image:
    whole = picture.convert("RGBA")
    paper = Image.new("RGBA", whole.size, "white")
    paper.alpha_composite(whole)
    return paper.convert("L")
