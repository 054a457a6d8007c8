"""What is committed, in memory: the venue, the journal's end and its newest records.

Nothing enters here before it is on the disk. `take` lets a committed group in, `tell` wakes those
who wait for news of it; the sockets read from here, and `save` keeps the state now and then, so
that a start replays little. Who decides and commits is `bus`; older records are in `pages`.
"""

import asyncio
import logging
from collections.abc import Callable

from sync_server.domain import limits
from sync_server.domain.events import GuestsErased
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import GENESIS
from sync_server.protocol.replica import SCOPE, digest, write_venue
from sync_server.store.database import Database
from sync_server.store.errors import DiskFull, StoreBusy
from sync_server.transport.authority import SnapshotImage

from . import journal
from .access import Run
from .group import Group
from .journal import Head, Tail
from .pages import JournalPages
from .saved_states import pack_state

log = logging.getLogger(__name__)


class Live:
    """See the head of the file. `load` before use."""

    def __init__(self, database: Database, clock: Callable[[], int], aside: Run) -> None:
        """`aside` does slow work off the event loop."""
        self.venue = Venue()
        self.head = Head()
        self._database = database
        self._clock = clock
        self._aside = aside
        self._tail = Tail()
        self._pages = JournalPages(database)
        self._listeners: list[Callable[[int], None]] = []
        self._watchers: list[Callable[[list[object]], None]] = []
        self._digest: tuple[int, str, str] | None = None
        self._saved_n = 0
        self._erased = False
        self._saving: asyncio.Task[None] | None = None

    def load(self) -> None:
        """The last saved state and what came after it, verified. Raises BrokenJournal."""
        self.venue, self.head, self._tail = journal.load(self._database)
        self._saved_n = self.head.n
        self._erased = self._database.read(journal.knows_erased)

    def take(self, group: Group) -> None:
        """A group is on the disk: it is the state now."""
        self.venue, self.head = group.venue, group.head
        self._tail.extend(group.told.records)
        for event in group.told.events:
            if isinstance(event, GuestsErased):
                self._forget(event)

    def _forget(self, event: GuestsErased) -> None:
        """Nothing of these names stays in memory; the state is soon kept without them."""
        self._tail.forget(frozenset(event.subjects))
        self._pages.forget()
        self._erased = True

    def tell(self, group: Group) -> None:
        """Wake all who wait for news."""
        for listener in self._listeners:
            listener(self.head.n)
        for watcher in self._watchers:
            watcher(group.told.events)

    def subscribe(self, callback: Callable[[int], None]) -> None:
        """Tell of each new head."""
        self._listeners.append(callback)

    def watch(self, callback: Callable[[list[object]], None]) -> None:
        """Tell of the events of each committed group."""
        self._watchers.append(callback)

    async def hash_at(self, n: int) -> str | None:
        """The chain at `n`."""
        if n == 0:
            return GENESIS
        if n == self.head.n:
            return self.head.hash
        near = self._tail.hash_at(n)
        if near is not None:
            return near
        found = await self._database.read_async(
            lambda connection: journal.records(connection, n - 1, 1)
        )
        return found[0][2] if found and found[0][0] == n else None

    async def events_after(self, n: int, max_events: int, max_bytes: int) -> list[bytes]:
        """Records after `n`, from memory if they are recent."""
        recent = self._tail.after(n, max_events, max_bytes)
        if recent is not None:
            return recent
        return await self._pages.after(n, max_events, max_bytes)

    def events_at_hand(self, n: int, max_events: int, max_bytes: int) -> list[bytes]:
        """Records after `n` if they are in memory, else []."""
        return self._tail.after(n, max_events, max_bytes) or []

    async def snapshot(self) -> SnapshotImage:
        """The live state now."""
        return SnapshotImage(self.head.n, self.head.hash, write_venue(self.venue))

    async def digest(self) -> tuple[int, str, str] | None:
        """What every replica at the head must hash to."""
        if self._digest is None or self._digest[0] != self.head.n:
            self._digest = (self.head.n, SCOPE, digest(self.venue))
        return self._digest

    def save_soon(self) -> None:
        """Keep the state beside the work if enough has happened since it was kept last."""
        due = self._erased or self.head.n - self._saved_n >= limits.STATE_EVERY_EVENTS
        if due and (self._saving is None or self._saving.done()):
            self._saving = asyncio.create_task(self._save(), name="state")
            self._saving.add_done_callback(_say_if_failed)

    async def saved(self) -> None:
        """Wait for what `save_soon` began."""
        if self._saving is not None:
            await asyncio.wait([self._saving])

    async def save(self) -> None:
        """Keep the state now, if anything has happened since it was kept last."""
        await self.saved()
        if self.head.n > self._saved_n:
            await self._save()

    async def _save(self) -> None:
        """A disk that is full can wait."""
        n, head_hash, at_ms, venue = self.head.n, self.head.hash, self._clock(), self.venue
        self._erased = False
        data = await self._aside(lambda: pack_state(venue))
        try:
            await self._database.write(
                lambda connection: journal.save_state(connection, n, at_ms, head_hash, data)
            )
        except (DiskFull, StoreBusy) as fault:
            log.error("the state was not saved: %s", fault)
            self._erased = True
            return
        self._saved_n = n


def _say_if_failed(saving: "asyncio.Task[None]") -> None:
    if not saving.cancelled() and (fault := saving.exception()) is not None:
        log.error("the state was not saved, the next start takes longer", exc_info=fault)
