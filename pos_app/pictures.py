"""Pictures on this terminal that may become the venue's logo: its own folder, USB sticks.

Rule: only the dots leave the terminal, never the file; what is no picture, too large or empty is a
code and nothing is changed. Neighbour: `hardware.logos` reads the file.
"""

from base64 import b64encode
from collections.abc import Iterable
from pathlib import Path

from sync_server.client.handing_over import STICKS

OWN = "pictures"
KINDS = frozenset((".png", ".jpg", ".jpeg", ".gif", ".bmp", ".webp"))
MOST = 24
LOOKED_AT = 2_000


def found_in(folder: Path, sticks: Iterable[Path] = STICKS) -> tuple[Path, ...]:
    """Pictures in the terminal's own folder first, then on sticks: two folders deep, bounded."""
    found: list[Path] = []
    looked = 0
    for place in (folder / OWN, *sticks):
        for depth in ("*", "*/*", "*/*/*"):
            try:
                for path in place.glob(depth):
                    looked += 1
                    if len(found) >= MOST or looked > LOOKED_AT:
                        return tuple(found)
                    if path.suffix.lower() in KINDS and path.is_file():
                        found.append(path)
            except OSError:
                break  # a stick that was pulled out in between
    return tuple(found)


def dots_of(path: Path) -> tuple[str, dict[str, object]]:
    """A code, or "" and the dots as the server takes them."""
    from hardware.logos import FILE_BYTES, LogoRefused, logo_from

    try:
        with path.open("rb") as file:
            logo = logo_from(file.read(FILE_BYTES + 1))
    except OSError:
        return "logo_unreadable", {}
    if isinstance(logo, LogoRefused):
        return logo.code, {}
    return "", {"rows": b64encode(logo.rows).decode(), "stride": logo.stride}
