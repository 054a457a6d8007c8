"""Logos: a picture becomes dots, anything else is refused by code."""

import io

import pytest
from hypothesis import given, strategies as st
from PIL import Image, ImageDraw

from hardware.documents import Document, Logo
from hardware.logos import FILE_BYTES, PIXELS, LogoRefused, logo_from
from hardware.raster import PAPER_58, PAPER_80, render


def file_of(image: Image.Image, kind: str = "PNG") -> bytes:
    """The picture as a file."""
    held = io.BytesIO()
    image.save(held, kind)
    return held.getvalue()


def disc(width: int, height: int, mode: str = "RGBA") -> Image.Image:
    """A black disc on nothing."""
    image = Image.new(mode, (width, height), (255, 255, 255, 0) if mode == "RGBA" else "white")
    ImageDraw.Draw(image).ellipse((2, 2, width - 3, height - 3), fill="black")
    return image


@pytest.mark.parametrize("size", [(40, 30), (1200, 400), (101, 900)])
@pytest.mark.parametrize(("mode", "kind"), [("RGBA", "PNG"), ("RGB", "JPEG"), ("L", "BMP")])
def test_a_picture_of_any_kind_and_size_fits_the_paper(
    size: tuple[int, int], mode: str, kind: str
) -> None:
    logo = logo_from(file_of(disc(*size, mode), kind))
    assert isinstance(logo, Logo)
    for paper in (PAPER_58, PAPER_80):
        (sheet,) = render(Document("", (logo,)), paper)
        assert sheet.image.convert("L").histogram()[0] > 200


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "logo_unreadable"),
        (b"<svg onload='x'/>", "logo_unreadable"),
        (file_of(disc(300, 300))[:-2_00], "logo_unreadable"),
        (file_of(Image.new("L", (50, 50), "white")), "logo_empty"),
        (b"x" * (FILE_BYTES + 1), "logo_large"),
        (file_of(Image.new("1", (PIXELS // 1000 + 1, 1001))), "logo_large"),
    ],
)
def test_a_file_that_is_no_sound_picture_is_refused(file: bytes, code: str) -> None:
    assert logo_from(file) == LogoRefused(code)


@given(st.binary(max_size=300), st.integers(0, 200))
def test_no_bytes_make_it_fail(noise: bytes, at: int) -> None:
    sound = file_of(disc(20, 20))
    logo_from(noise)
    logo_from(sound[:at] + noise + sound[at:])
