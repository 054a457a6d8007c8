"""Editions of the back office put in force by the server: the one thing it takes from there.

The back office's database is read beside the process that writes it, never written. An edition
that is due is laid on the catalogue in force and published as its next version; terminals fetch
it without a break. The catalogue itself says which edition is in it, so none is taken twice. As
long as there is no back office, nothing happens.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace

from sync_server.back_office.catalogue import Edition, editions_after
from sync_server.config import ServerSettings
from sync_server.device_desk import DeviceDesk
from sync_server.domain.menu import Catalogue
from sync_server.domain.menu_changes import changed
from sync_server.front_office.office import FrontOffice
from sync_server.store.database import Database
from sync_server.store.errors import StoreError

log = logging.getLogger(__name__)

BACK = "back"
LOOK_EVERY_S = 2.0


class BackEditions:
    """The back office's editions; its database is opened when it is there."""

    def __init__(self, settings: ServerSettings) -> None:
        self._settings = settings
        self._database: Database | None = None

    def due(self, taken_ms: int, taken: int, now_ms: int) -> Sequence[Edition]:
        """Editions that are due and not taken yet, in their order; none while it cannot be read."""
        url = self._settings.database_url(BACK)
        if self._database is None:
            if url.startswith("sqlite") and not (self._settings.data / f"{BACK}.db").exists():
                return ()
            self._database = Database.open_read_only(url, BACK, readers=1)
        try:
            return self._database.read(lambda c: editions_after(c, taken_ms, taken, now_ms))
        except Exception:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the database."""
        if self._database is not None:
            self._database.close()
            self._database = None


async def follow_editions(settings: ServerSettings, office: FrontOffice, desk: DeviceDesk) -> None:
    """Take editions for ever; a fault is told once and looked at again later."""
    editions, told = BackEditions(settings), ""
    try:
        while True:
            try:
                await take_due(editions, office, desk)
                told = ""
            except (StoreError, OSError) as problem:
                if str(problem) != told:
                    told = str(problem)
                    log.warning("editions of the back office cannot be read: %s", told)
            await asyncio.sleep(LOOK_EVERY_S)
    finally:
        editions.close()


async def take_due(editions: BackEditions, office: FrontOffice, desk: DeviceDesk) -> int:
    """Publish every edition that is due; returns how many."""
    if office.venue.catalogue_no == 0:
        return 0
    now = office.catalogue
    found = await asyncio.to_thread(editions.due, now.edition_ms, now.edition, office.clock())
    for edition in found:

        def put(catalogue: Catalogue, edition: Edition = edition) -> Catalogue:
            after = changed(catalogue, edition.changes)
            return replace(after, edition=edition.number, edition_ms=edition.at_ms)

        refused = await desk.publish(put)
        if refused:
            log.error("edition %d of the back office was refused: %s", edition.number, refused)
            return 0
    return len(found)
