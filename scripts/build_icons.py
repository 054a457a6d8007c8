"""Builds the icon font of the terminal and the kitchen display: `make icons`.

Takes the variable font of the npm package `material-symbols`, keeps the glyphs named in `NAMES`,
fixes its axes (SDL's text renderer knows no variable fonts) and writes `glass/assets/icons.ttf`,
the licence beside it and `glass/icons.py`, which maps names to characters.

Rule: the same package version gives the same bytes, so a rebuild shows no difference in git. Text
fonts are not built here: Noto Sans comes from the system (`sync_server/doctor.py` says when it is
missing).
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

PACKAGE = "material-symbols@0.47.5"
SOURCE = "package/material-symbols-rounded.woff2"
SOURCE_SHA256 = "0865c62d7fda358cd4cdb77792b758afa66fae2c4159fa3fb04a2c1d05700e9e"
LICENCE = "package/LICENSE"
FOLDER = "glass"
AXES = {"FILL": 1, "wght": 400, "GRAD": 0, "opsz": 24}
NAMES = (
    # the state of links, locks and machines
    "wifi",
    "wifi_off",
    "lock",
    "print",
    "bolt",
    "language",
    "notifications",
    "visibility",
    "priority_high",
    # the check and its lines
    "add",
    "remove",
    "edit",
    "delete",
    "undo",
    "redo",
    "note",
    "star",
    "search",
    "more_horiz",
    "receipt_long",
    "qr_code_2",
    "call_split",
    "swap_horiz",
    "block",
    "pause_circle",
    "play_arrow",
    "history",
    # the floor and the kitchen
    "table_restaurant",
    "restaurant",
    "local_bar",
    "room_service",
    "takeout_dining",
    "fastfood",
    "coffee",
    "kitchen",
    "local_fire_department",
    "schedule",
    "timer",
    "check",
    "check_circle",
    "done_all",
    # money and guests
    "payments",
    "credit_card",
    "hotel",
    "account_balance_wallet",
    "point_of_sale",
    "person",
    "groups",
    # moving about
    "arrow_back",
    "arrow_forward",
    "chevron_left",
    "chevron_right",
    "backspace",
    "close",
    "logout",
    "warning",
    "error",
    "info",
)

ROOT = Path(__file__).resolve().parent.parent


def fetch(folder: Path) -> tuple[Path, Path]:
    """The font and the licence of `PACKAGE`, fetched by npm into `folder`; exits if it differs."""
    npm = shutil.which("npm")
    if npm is None:
        sys.exit("npm is missing: install the Debian package npm, or keep the committed fonts.")
    subprocess.run([npm, "pack", "--silent", PACKAGE], cwd=folder, check=True)
    (archive,) = folder.glob("*.tgz")
    with tarfile.open(archive) as tar:
        for member in (SOURCE, LICENCE):
            tar.extract(member, folder, filter="data")
    found = hashlib.sha256((folder / SOURCE).read_bytes()).hexdigest()
    if found != SOURCE_SHA256:
        sys.exit(f"{SOURCE} of {PACKAGE} has SHA-256 {found}, expected {SOURCE_SHA256}.")
    return folder / SOURCE, folder / LICENCE


def characters(font: TTFont) -> dict[str, int]:
    """Name to code point for every name in `NAMES`; exits if the font lacks one."""
    by_glyph: dict[str, int] = {}
    for code, glyph in sorted(font.getBestCmap().items()):
        by_glyph.setdefault(glyph, code)
    missing = [name for name in NAMES if name not in by_glyph]
    if missing:
        sys.exit(f"{PACKAGE} has no icon named: {', '.join(missing)}.")
    return {name: by_glyph[name] for name in sorted(NAMES)}


def shrink(font: TTFont, codes: list[int]) -> TTFont:
    """A static font with the glyphs of `codes` only."""
    options = subset.Options()
    options.layout_features = []  # ligatures would pull every glyph back in
    options.recalc_timestamp = False
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    # Filled glyphs of this font overlap themselves; left so, a renderer shows hairlines inside.
    static = instancer.instantiateVariableFont(font, AXES, overlap=instancer.OverlapMode.REMOVE)
    static.flavor = None
    return static


def module_text(codes: dict[str, int]) -> str:
    """The source of `icons.py`."""
    rows = "\n".join(f'        "{name}": "\\u{code:04x}",' for name, code in codes.items())
    return f'''"""Names of the icons in `assets/icons.ttf`. Written by `make icons`, not by hand.

Kivy draws an icon as text in that font. To add one, name it in `scripts/build_icons.py`.
"""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

FONT_FILE: Final = str(Path(__file__).with_name("assets") / "icons.ttf")

ICONS: Final[Mapping[str, str]] = MappingProxyType(
    {{
{rows}
    }}
)
'''


def main() -> None:
    """Builds the font, its licence and its names."""
    with tempfile.TemporaryDirectory() as name:
        source, licence = fetch(Path(name))
        font = TTFont(source, recalcTimestamp=False)
        codes = characters(font)
        static = shrink(font, list(codes.values()))
        assets = ROOT / FOLDER / "assets"
        assets.mkdir(parents=True, exist_ok=True)
        static.save(assets / "icons.ttf")
        shutil.copyfile(licence, assets / "icons.LICENSE.txt")
        (ROOT / FOLDER / "icons.py").write_text(module_text(codes), encoding="utf-8")
    size = (assets / "icons.ttf").stat().st_size
    print(f"{len(codes)} icons, {size} bytes")


if __name__ == "__main__":
    main()
