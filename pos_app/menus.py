"""Catalogue versions on this terminal's disk: the one in force, and some before it.

Rule: a version is asked for by number in parts, kept whole, and read again without a server. Older
ones stay as long as the server honours their prices. Blocking calls run in the store's thread.
"""

import logging
from base64 import b64decode
from collections.abc import Awaitable, Callable
from pathlib import Path

import msgspec

from sync_server.client.identity import write_private
from sync_server.client.records import AskReply
from sync_server.domain.limits import CATALOGUES_IN_MEMORY, SNAPSHOT_CHUNKS
from sync_server.domain.menu import Catalogue, Settings
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import read_catalogue

logger = logging.getLogger(__name__)

NOTHING = Catalogue(
    0, 0, Settings("Vitrylo", "UAH", "UTC"), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}
)
"""What is shown before the first catalogue has come: nobody, nothing for sale."""

Ask = Callable[[str, bytes], Awaitable[AskReply]]


class _Part(msgspec.Struct, frozen=True):
    of: int
    data: str


class Menus:
    """The versions by number."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._versions: dict[int, Catalogue] = {}

    @property
    def newest(self) -> Catalogue:
        """The newest version here."""
        return self._versions[max(self._versions)] if self._versions else NOTHING

    @property
    def older(self) -> dict[int, Catalogue]:
        """All versions but the newest."""
        newest = self.newest.number
        return {number: menu for number, menu in self._versions.items() if number != newest}

    def load(self) -> None:
        """Read what is on disk; a file that cannot be read is as if it were not there."""
        for path in sorted(self._folder.glob("menu-*.json")):
            try:
                menu = read_catalogue(path.read_bytes())
            except (OSError, FrameFault) as error:
                logger.error("the menu %s cannot be read: %s", path.name, error)
                continue
            self._versions[menu.number] = menu

    def keep(self, data: bytes) -> Catalogue:
        """Put a version on disk, forget the oldest. Raises FrameFault."""
        menu = read_catalogue(data)
        write_private(self._folder / f"menu-{menu.number:08d}.json", data)
        self._versions[menu.number] = menu
        while len(self._versions) > CATALOGUES_IN_MEMORY:
            gone = min(self._versions)
            del self._versions[gone]
            (self._folder / f"menu-{gone:08d}.json").unlink(missing_ok=True)
        return menu


async def fetch(ask: Ask, number: int) -> bytes | None:
    """A version from the server, part by part; None when it cannot be had now."""
    pieces: list[bytes] = []
    parts = 1
    while len(pieces) < parts:
        params = msgspec.json.encode({"number": number, "part": len(pieces)})
        reply = await ask("catalogue", params)
        if reply.code:
            return None
        try:
            part = msgspec.json.decode(reply.body, type=_Part)
            pieces.append(b64decode(part.data, validate=True))
        except (msgspec.DecodeError, ValueError):
            return None
        parts = min(part.of, SNAPSHOT_CHUNKS)
    return b"".join(pieces)
