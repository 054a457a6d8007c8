"""The committed icon font: each name has a glyph of its own."""

from __future__ import annotations

from fontTools.ttLib import TTFont

from glass.icons import FONT_FILE, ICONS
from scripts.build_icons import NAMES


def test_every_named_icon_has_a_glyph_that_draws_something() -> None:
    font = TTFont(FONT_FILE)
    glyphs = font.getBestCmap()
    assert set(ICONS) == set(NAMES)
    assert len(set(ICONS.values())) == len(NAMES) > 50
    for name, character in ICONS.items():
        assert font["glyf"][glyphs[ord(character)]].numberOfContours > 0, name


def test_the_font_needs_no_variable_axes() -> None:
    assert "fvar" not in TTFont(FONT_FILE)
