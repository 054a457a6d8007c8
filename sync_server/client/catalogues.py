"""Catalogue versions on a device's disk: the one in force, and some before it.

Rule: a version is asked for by its number in parts, kept whole, and read again without a server.
Older ones stay as long as the server honours their prices. What could not be had is asked for
again after a while as long as it is wanted. Neighbours: `desk` says which version it wants.
"""

import asyncio
import logging
from base64 import b64decode
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import msgspec

from sync_server.domain.limits import CATALOGUES_IN_MEMORY, SNAPSHOT_CHUNKS
from sync_server.domain.menu import Catalogue, Settings
from sync_server.private_files import write_private
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import read_catalogue

from .records import AskReply
from .worker import Runner

log = logging.getLogger(__name__)

RETRY_S = 5.0

NO_CATALOGUE = Catalogue(
    0, 0, Settings("", "UAH", "UTC"), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}
)
"""What is shown before the first version has come: nobody, nothing for sale."""

Ask = Callable[[str, bytes], Awaitable[AskReply]]

_json = msgspec.json.Encoder()


class _Part(msgspec.Struct, frozen=True):
    of: int
    data: str


class Catalogues:
    """The versions by number. `run` is where the disk is used."""

    def __init__(self, folder: Path, run: Runner) -> None:
        self._folder = folder
        self._run = run
        self._versions: dict[int, Catalogue] = {}
        self._fetching = False

    @property
    def all(self) -> Mapping[int, Catalogue]:
        """Every version here; a price that a guest was shown is looked up in it."""
        return self._versions

    def best(self, number: int) -> Catalogue:
        """That version; the newest there is while it is not here."""
        wanted = self._versions.get(number)
        if wanted is not None:
            return wanted
        return self._versions[max(self._versions)] if self._versions else NO_CATALOGUE

    def load(self) -> None:
        """Read what is on disk; a file that cannot be read is as if it were not there."""
        for path in sorted(self._folder.glob("catalogue-*.json"))[-CATALOGUES_IN_MEMORY:]:
            try:
                loaded = read_catalogue(path.read_bytes())
            except (FrameFault, OSError) as fault:
                log.error("%s cannot be read: %s", path.name, fault)
                continue
            self._versions[loaded.number] = loaded

    async def obtain(self, wanted: Callable[[], int], ask: Ask) -> bool:
        """Fetch the version that is wanted, again and again while the server cannot give it.

        `wanted` gives 0 when nothing is wanted any more (or nobody can be asked); a second call
        meanwhile does nothing. True when a version came.
        """
        if self._fetching:
            return False
        self._fetching = True
        try:
            while number := self._missing(wanted()):
                if await self._fetch(number, ask):
                    return True
                await asyncio.sleep(RETRY_S)
        finally:
            self._fetching = False
        return False

    def _missing(self, number: int) -> int:
        return 0 if number in self._versions else number

    async def _fetch(self, number: int, ask: Ask) -> bool:
        pieces: list[bytes] = []
        parts = 1
        while len(pieces) < parts:
            reply = await ask("catalogue", _json.encode({"number": number, "part": len(pieces)}))
            if reply.code:
                return False
            try:
                part = msgspec.json.decode(reply.body, type=_Part)
                pieces.append(b64decode(part.data, validate=True))
            except (msgspec.DecodeError, ValueError) as fault:
                log.error("catalogue %d cannot be read: %s", number, fault)
                return False
            parts = min(part.of, SNAPSHOT_CHUNKS)
        data = b"".join(pieces)
        try:
            self._versions[number] = read_catalogue(data)
        except FrameFault as fault:
            log.error("catalogue %d cannot be read: %s", number, fault)
            return False
        gone = sorted(self._versions)[:-CATALOGUES_IN_MEMORY]
        for old in gone:
            del self._versions[old]
        try:
            await self._run(lambda: self._store(number, data, gone))
        except OSError as fault:
            # It is fetched again after the next start; the menu in memory works.
            log.error("catalogue %d is not on disk: %s", number, fault)
        return True

    def _store(self, number: int, data: bytes, gone: list[int]) -> None:
        write_private(self._folder / _name(number), data)
        for old in gone:
            (self._folder / _name(old)).unlink(missing_ok=True)


def _name(number: int) -> str:
    return f"catalogue-{number:08d}.json"
