"""Signs the journal's chain now and then, and holds what terminals kept against it.

A signed checkpoint goes to every terminal (`protocol.checkpoint`), so the record has witnesses that
whoever edits the database cannot reach (reliability 2.6, S-32). At its hello a terminal shows the
one it keeps: if this journal is shorter or says something else there, a person is told at once.
The key lies beside the pepper, outside the database and its backups.
"""

import asyncio
import logging
from collections.abc import Callable
from typing import Protocol

from sqlalchemy import insert, select
from sqlmodel import col

from sync_server.domain import commands as c
from sync_server.domain.ids import NOBODY, NoticeId, derived
from sync_server.domain.limits import CHECKPOINT_EVENTS, CHECKPOINT_MS, CHECKPOINT_STORED_MS
from sync_server.protocol.checkpoint import Checkpoint, is_genuine, sign, write_checkpoint
from sync_server.store.database import Database
from sync_server.store.errors import DiskFull, StoreBusy
from sync_server.transport.authority import CommandResult

from .tables import CheckpointRow

log = logging.getLogger(__name__)


class House(Protocol):
    """What the signing needs of the office."""

    clock: Callable[[], int]

    @property
    def site(self) -> str:
        """The house."""

    @property
    def server_epoch(self) -> int:
        """Raised at every restore."""

    @property
    def head_n(self) -> int:
        """The newest event."""

    @property
    def recovering(self) -> bool:
        """Whether terminals are still bringing what a restore lost."""

    async def hash_at(self, n: int) -> str | None:
        """The chain at `n`."""

    async def report(self, command: object, actor: str = "") -> CommandResult | None:
        """Journal a command of the server's own."""


class Checkpoints:
    """`newest` is what terminals are given. `run` signs until it is cancelled."""

    def __init__(self, database: Database, key: bytes) -> None:
        self.key = key
        self.newest: Checkpoint | None = None
        self._database = database
        self._stored: tuple[int, int] = (0, 0)
        self._shown: dict[str, Checkpoint] = {}
        self._told: set[tuple[str, int]] = set()

    def load(self) -> None:
        """Go on from the newest that is stored."""
        row = self._database.read(
            lambda connection: connection.execute(
                select(col(CheckpointRow.n), col(CheckpointRow.at_ms))
                .order_by(col(CheckpointRow.n).desc())
                .limit(1)
            ).first()
        )
        self._stored = (row[0], row[1]) if row is not None else (0, 0)

    def show(self, dev: str, kept: Checkpoint) -> None:
        """A terminal says what it keeps; compared soon."""
        if (dev, kept.n) not in self._told:
            self._shown[dev] = kept

    async def run(self, house: House) -> None:
        """Sign and compare until cancelled."""
        while True:
            await asyncio.sleep(CHECKPOINT_MS / 1000)
            await self.look(house)

    async def look(self, house: House) -> None:
        """Sign the head if it is new; compare what was shown."""
        if house.recovering:
            return
        shown, self._shown = self._shown, {}
        for dev, kept in shown.items():
            await self._compare(house, dev, kept)
        n = house.head_n
        if not n or (self.newest is not None and self.newest.n == n):
            return
        chain_hash = await house.hash_at(n)
        assert chain_hash is not None, "the head has a hash"
        now = house.clock()
        self.newest = sign(self.key, house.site, house.server_epoch, n, chain_hash, now)
        stored_n, stored_ms = self._stored
        long_ago = now - stored_ms >= CHECKPOINT_STORED_MS
        if n > stored_n and (long_ago or n - stored_n >= CHECKPOINT_EVENTS):
            await self._store(self.newest)

    async def _store(self, made: Checkpoint) -> None:
        row = {"n": made.n, "at_ms": made.at_ms, "data": write_checkpoint(made)}
        try:
            await self._database.write(
                lambda connection: connection.execute(insert(CheckpointRow).values(row))
            )
        except (DiskFull, StoreBusy) as fault:
            log.error("a checkpoint was not stored: %s", fault)
            return
        self._stored = (made.n, made.at_ms)

    async def _compare(self, house: House, dev: str, kept: Checkpoint) -> None:
        """A genuine checkpoint of this epoch that the journal does not bear out is an alarm."""
        ours = kept.sep == house.server_epoch and kept.site == house.site
        if not ours or not is_genuine(kept, self.key):
            return
        if await house.hash_at(kept.n) == kept.hash:
            return
        log.critical(
            "the journal is not what it was: at event %d device %s holds another", kept.n, dev
        )
        self._told.add((dev, kept.n))
        notice = NoticeId(derived(f"{dev}.{kept.n}", "journal"))
        await house.report(
            c.TellStaff(notice, NOBODY, "journal_changed", {"event": kept.n, "signed": kept.at_ms})
        )
