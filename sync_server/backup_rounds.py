"""The server's own backups: every hour and after each day close, in a process of their own.

A second process copies and tries the backup, so that the venue's loop never waits for it. What a
verified backup holds counts as durable: terminals may then forget commands that are older than two
days. The number of backups kept is bounded. Where the settings name a second folder, a sealed copy
of each goes there. What a backup is stands in `recovery`, what sealing is in `sealed`.
"""

import asyncio
import json
import logging
import os
import shutil
import sys
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

from sync_server.config import ServerSettings
from sync_server.domain.events import DayClosed
from sync_server.front_office.office import FrontOffice
from sync_server.recovery import surplus
from sync_server.sealed import PUBLIC, seal
from sync_server.store.errors import BackupRefused

log = logging.getLogger(__name__)

EVERY_S = 3_600
KEPT_NEWEST = 24
KEPT_DAYS = 14
SEALED = ".sealed"

Taker = Callable[[ServerSettings, Path], Awaitable[int]]
"""Makes a verified backup in a new folder; the number of the last event in it, 0 for a failure."""


async def in_own_process(settings: ServerSettings, target: Path) -> int:
    """`vitrylo backup`, with this server's databases."""
    places = {
        f"VITRYLO_{context.upper()}_URL": settings.database_url(context)
        for context in ("front", "hotel", "back")
    }
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sync_server", "backup", str(settings.data), str(target), "--json"),
        env={**os.environ, **places},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        said, complaint = await process.communicate()
    except asyncio.CancelledError:
        process.kill()
        await process.wait()
        raise
    if process.returncode != 0:
        log.error("no backup: %s", complaint.decode(errors="replace")[-500:])
        return 0
    return int(json.loads(said)["n"])


class BackupRounds:
    """Takes backups until cancelled."""

    def __init__(
        self,
        office: FrontOffice,
        settings: ServerSettings,
        take: Taker = in_own_process,
    ) -> None:
        """`take` makes one."""
        self._office = office
        self._settings = settings
        self._take = take
        self._due = asyncio.Event()
        self._last_n = 0
        office.watch(self._told)

    @property
    def folder(self) -> Path:
        """Where they are."""
        return self._settings.backups or self._settings.data / "backups"

    async def run(self) -> None:
        """One each hour, and one after each day."""
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(EVERY_S):
                    await self._due.wait()
            self._due.clear()
            await self.round()

    async def round(self) -> None:
        """Take one if anything has happened since the last."""
        if self._office.head_n == self._last_n:
            return
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        at = datetime.fromtimestamp(self._office.clock() / 1000, UTC)
        made = self.folder / at.strftime("%Y%m%dT%H%M%SZ")
        n = await self._take(self._settings, made)
        if not n:
            return
        self._last_n = n
        await self._ship(made)
        await self._office.set_durable(n)
        names = [path.name for path in self.folder.glob("????????T??????Z")]
        for name in surplus(names, KEPT_NEWEST, KEPT_DAYS):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    async def _ship(self, made: Path) -> None:
        """A sealed copy of the newest to the second folder; what fails is said, and the next comes
        in an hour."""
        second = self._settings.second_backups
        if second is None:
            return
        try:
            target = second / f"{made.name}{SEALED}"
            await asyncio.to_thread(seal, made, target, self._settings.data / PUBLIC)
            names = [path.name.removesuffix(SEALED) for path in second.glob(f"*Z{SEALED}")]
            for name in surplus(names, KEPT_NEWEST, KEPT_DAYS):
                (second / f"{name}{SEALED}").unlink(missing_ok=True)
        except (OSError, BackupRefused) as fault:
            log.error("no sealed copy in %s: %s", second, fault)

    def _told(self, events: list[object]) -> None:
        if any(isinstance(event, DayClosed) for event in events):
            self._due.set()
