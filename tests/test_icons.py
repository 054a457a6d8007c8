"""The committed icon fonts: each name has a glyph of its own, in both applications the same."""

from __future__ import annotations

from fontTools.ttLib import TTFont

import kds_app.icons
import pos_app.icons
from scripts.build_icons import NAMES


def test_every_named_icon_has_a_glyph_that_draws_something() -> None:
    font = TTFont(pos_app.icons.FONT_FILE)
    glyphs = font.getBestCmap()
    assert set(pos_app.icons.ICONS) == set(NAMES)
    assert len(set(pos_app.icons.ICONS.values())) == len(NAMES) > 50
    for name, character in pos_app.icons.ICONS.items():
        assert font["glyf"][glyphs[ord(character)]].numberOfContours > 0, name


def test_both_applications_carry_the_same_icons() -> None:
    assert dict(pos_app.icons.ICONS) == dict(kds_app.icons.ICONS)
    with open(pos_app.icons.FONT_FILE, "rb") as ours, open(kds_app.icons.FONT_FILE, "rb") as theirs:
        assert ours.read() == theirs.read()


def test_the_fonts_need_no_variable_axes() -> None:
    assert "fvar" not in TTFont(pos_app.icons.FONT_FILE)
