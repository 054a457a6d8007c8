"""Following the journal beside the intake: a cursor of its own, each event once, batch by batch.

Rule: the cursor and what was made of a batch are one transaction; a skipped number stops the
follower rather than lose an event. Books that are older than a follower are told the whole journal.
Neighbours: `till`, `pace`, `room_days` (who follows), `intake` (stock and cost, by its own cursor).
"""

from collections.abc import Callable, Sequence
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.store.database import Database

from .intake import BATCH_EVENTS, JournalEvent, JournalGap, JournalReader
from .tables import BackRow

_CURSORS = BackRow.metadata.tables["intake_cursor"]


class Batch(Protocol):
    """What is made of events inside one transaction."""

    def take(self, event: JournalEvent) -> None:
        """Count one event."""

    def write(self) -> None:
        """Store what was counted."""


class Round:
    """A journal for several followers: what one of them read, the next ones are given again.

    Only within a round, which `begin` opens: the journal may have grown since, and after a restore
    of the front's database the same number may be another event.
    """

    def __init__(self, reader: JournalReader) -> None:
        """`reader` is asked for what nobody has read in this round."""
        self._reader = reader
        self._read: dict[tuple[int, int], Sequence[JournalEvent]] = {}

    def begin(self) -> None:
        """Forget what was read."""
        self._read.clear()

    def read_after(self, n: int, limit: int) -> Sequence[JournalEvent]:
        """Up to `limit` events after number `n`."""
        if (n, limit) not in self._read:
            self._read[n, limit] = self._reader.read_after(n, limit)
        return self._read[n, limit]

    def sound(self, n: int) -> bool:
        """Whether event `n` is as it was written."""
        return self._reader.sound(n)


class Follower:
    """Takes the journal into a batch after the other."""

    def __init__(
        self,
        name: str,
        begin: Callable[[Connection, Sequence[JournalEvent]], Batch],
        database: Database,
        reader: JournalReader,
    ) -> None:
        """`name` is the cursor's, `begin` makes a batch for events, `database` is the back office's
        own."""
        self._name = name
        self._begin = begin
        self._database = database
        self._reader = reader

    def fetch(self) -> Sequence[JournalEvent]:
        """The next events that are not counted yet. Blocks; may run in a thread of its own."""
        cursor = self._database.read(lambda connection: cursor_of(connection, self._name))
        return self._reader.read_after(cursor, BATCH_EVENTS)

    async def take(self, events: Sequence[JournalEvent]) -> None:
        """Count events, each once however often it comes. Raises `JournalGap`."""
        await self._database.write(
            lambda connection: follow(
                connection, self._name, self._begin(connection, events), events
            )
        )


def follow(connection: Connection, name: str, batch: Batch, events: Sequence[JournalEvent]) -> None:
    """Count events inside the caller's transaction, and move the cursor behind them."""
    n = cursor_of(connection, name)
    for event in events:
        if event.n <= n:
            continue
        if event.n != n + 1:
            raise JournalGap(f"after event {n} came event {event.n}")
        n = event.n
        batch.take(event)
    batch.write()
    mine = sa.update(_CURSORS).where(_CURSORS.c.name == name).values(n=n)
    if not connection.execute(mine).rowcount:
        connection.execute(sa.insert(_CURSORS).values(name=name, n=n))


def cursor_of(connection: Connection, name: str) -> int:
    """The number of the last event that a follower counted, 0 at first."""
    found = connection.execute(sa.select(_CURSORS.c.n).where(_CURSORS.c.name == name)).scalar()
    return int(found or 0)
