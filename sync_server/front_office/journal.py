"""The ordered record: reading it, and writing a decided group in one transaction.

Order comes from the contiguous number `n` alone; `hash` chains every record to the one before.
The newest records stay in memory, bounded, because that is what live terminals ask for. What a
group holds is made in `group`; the rows are in `tables`.
"""

from collections import deque
from collections.abc import Container, Iterator
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlmodel import col

from sync_server.domain.limits import JOURNAL_TAIL_EVENTS, STATES_KEPT
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import GENESIS, chain, read_event
from sync_server.protocol.erasable import chained_form, is_salted
from sync_server.protocol.replica import apply_record
from sync_server.store.database import Database
from sync_server.store.hot_insert import HotInsert, Row, run_many
from sync_server.store.hot_query import HotQuery

from .guest_records import NAMING, erase, last_erasure, named_in, note_guests, note_papers
from .opened_checks import note_opened
from .saved_states import unpack_state
from .tables import DeviceRow, FrontRow, JournalRow, StateRow

_JOURNAL = HotInsert(
    FrontRow.metadata.tables["journal"],
    ["n", "at_ms", "type", "biz_day", "cmd_id", "data", "hash"],
)
_INBOX = HotInsert(
    FrontRow.metadata.tables["inbox"],
    [
        "dev",
        "dep",
        "seq",
        "cmd_id",
        "hash",
        "type",
        "outcome",
        "code",
        "params",
        "n_from",
        "n_to",
        "doc_no",
        "data",
    ],
)
_LEDGER = HotInsert(
    FrontRow.metadata.tables["ledger"],
    ["n", "pos", "account", "amount_minor", "document", "biz_day"],
)
_EFFECT = HotInsert(
    FrontRow.metadata.tables["effect"],
    [
        "effect_id",
        "n",
        "kind",
        "target",
        "state",
        "attempt",
        "due_ms",
        "updated_ms",
        "outcome",
        "dev",
        "payload",
    ],
)
_PARKED = HotInsert(
    FrontRow.metadata.tables["parked"],
    ["dev", "dep", "seq", "at_ms", "error", "data"],
)

_ADOPTED = HotInsert(
    FrontRow.metadata.tables["adoption"],
    ["n_from", "n_to", "epoch", "dev", "at_ms"],
)

PAGE = 2_000

_RECORDS = HotQuery(
    select(col(JournalRow.n), col(JournalRow.data), col(JournalRow.hash))
    .where(col(JournalRow.n) > bindparam("after"))
    .order_by(col(JournalRow.n))
    .limit(bindparam("most"))
)
_HASH = HotQuery(select(col(JournalRow.hash)).where(col(JournalRow.n) == bindparam("of_n")))
_NEWEST_STATE = HotQuery(
    select(col(StateRow.n), col(StateRow.hash), col(StateRow.data))
    .order_by(col(StateRow.n).desc())
    .limit(1)
)


@dataclass(slots=True)
class Batch:
    """Rows of one group, in the order in which they were decided."""

    journal: list[Row] = field(default_factory=list)
    inbox: list[Row] = field(default_factory=list)
    ledger: list[Row] = field(default_factory=list)
    effects: list[Row] = field(default_factory=list)
    parked: list[Row] = field(default_factory=list)
    devices: dict[str, tuple[int, int, str, int]] = field(default_factory=dict)
    adopted: list[Row] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    named: list[Row] = field(default_factory=list)

    def write(self, connection: Connection) -> None:
        """Everything, in the open transaction."""
        _JOURNAL.rows(connection, self.journal)
        note_opened(connection, self._opened())
        note_guests(connection, self._naming())
        _INBOX.rows(connection, self.inbox)
        _LEDGER.rows(connection, self.ledger)
        _EFFECT.rows(connection, self.effects)
        note_papers(connection, self.named)
        _PARKED.rows(connection, self.parked)
        _ADOPTED.rows(connection, self.adopted)
        _advance(connection, self.devices)
        for n, _, kind, _, _, data, _ in self.journal:
            if kind == "GuestsErased":
                assert isinstance(n, int)
                assert isinstance(data, bytes)
                erase(connection, n, data)
        if self.revoked:
            shut_out = col(DeviceRow.dev).in_(self.revoked)
            connection.execute(update(DeviceRow).where(shut_out).values(revoked=True))

    def _naming(self) -> Iterator[tuple[int, int, bytes]]:
        for n, at_ms, kind, _, _, data, _ in self.journal:
            if kind in NAMING:
                assert isinstance(n, int)
                assert isinstance(at_ms, int)
                assert isinstance(data, bytes)
                yield n, at_ms, data

    def _opened(self) -> Iterator[tuple[int, bytes]]:
        for n, _, kind, _, _, data, _ in self.journal:
            if kind == "CheckOpened":
                assert isinstance(n, int)
                assert isinstance(data, bytes)
                yield n, data


# Written for the driver like the inserts: building and looking up a statement for each device took
# longer than all the rest of a small group.
_ADVANCE = {
    "sqlite": "UPDATE device SET epoch=?, last_seq=?, last_hash=?, last_at_ms=? WHERE dev=?",
    "postgresql": (
        "UPDATE device SET epoch=%s, last_seq=%s, last_hash=%s, last_at_ms=%s WHERE dev=%s"
    ),
}


def _advance(connection: Connection, devices: dict[str, tuple[int, int, str, int]]) -> None:
    """Note how far the commands of these devices have come."""
    if devices:
        rows = [(*standing, dev) for dev, standing in devices.items()]
        run_many(connection, _ADVANCE[connection.dialect.name], rows)


@dataclass(slots=True)
class Head:
    """Where the journal ends."""

    n: int = 0
    hash: str = GENESIS


class Tail:
    """The newest records in memory: (n, bytes, hash), contiguous, bounded."""

    def __init__(self) -> None:
        self._records: deque[tuple[int, bytes, str]] = deque(maxlen=JOURNAL_TAIL_EVENTS)

    def extend(self, records: list[tuple[int, bytes, str]]) -> None:
        """Add committed records."""
        self._records.extend(records)

    def after(self, n: int, max_events: int, max_bytes: int) -> list[bytes] | None:
        """Records from n + 1 on within the bounds, at least one; None if `n` is too old."""
        if not self._records or n + 1 < self._records[0][0]:
            return None
        start = n + 1 - self._records[0][0]
        found: list[bytes] = []
        size = 0
        for index in range(start, min(len(self._records), start + max_events)):
            data = self._records[index][1]
            size += len(data)
            if found and size > max_bytes:
                break
            found.append(data)
        return found

    def forget(self, subjects: Container[str]) -> None:
        """Names of these guests were erased."""
        for at, (n, data, link) in enumerate(self._records):
            if is_salted(data) and named_in(data) in subjects:
                self._records[at] = (n, chained_form(data), link)

    def hash_at(self, n: int) -> str | None:
        """The chain at `n`, if it is within the tail."""
        if not self._records or not self._records[0][0] <= n <= self._records[-1][0]:
            return None
        return self._records[n - self._records[0][0]][2]


def records(connection: Connection, after: int, limit: int) -> list[tuple[int, bytes, str]]:
    """Journal rows after `n`, in order: (n, bytes, hash)."""
    rows = _RECORDS.all(connection, after=after, most=limit)
    return [(row.n, bytes(row.data), row.hash) for row in rows]


def hash_at(connection: Connection, n: int) -> str | None:
    """The chain at row `n`."""
    found = _HASH.first(connection, of_n=n)
    return found.hash if found is not None else None


def every_record(database: Database, after: int = 0) -> Iterator[tuple[int, bytes, str]]:
    """All journal rows after `n`, page by page."""
    while True:
        cursor = after
        page = database.read(lambda connection: records(connection, cursor, PAGE))  # noqa: B023
        yield from page
        if len(page) < PAGE:
            return
        after = page[-1][0]


class BrokenJournal(Exception):
    """The journal does not verify; `n` is the first record that is wrong."""

    def __init__(self, n: int, reason: str) -> None:
        super().__init__(f"journal record {n}: {reason}")
        self.n = n


def load(database: Database) -> tuple[Venue, Head, Tail]:
    """The live state: the last saved one and the records after it, verified on the way.

    Raises BrokenJournal: then nothing may continue (reliability 2.19).
    """
    saved = database.read(_NEWEST_STATE.first)
    venue, head = Venue(), Head()
    if saved is not None:
        head = Head(saved.n, saved.hash)
        if database.read(lambda connection: hash_at(connection, head.n)) != head.hash:
            raise BrokenJournal(head.n, "a state was saved after it that does not follow")
        venue = unpack_state(bytes(saved.data))
    tail = Tail()
    for n, data, stored in every_record(database, head.n):
        if n != head.n + 1:
            raise BrokenJournal(head.n + 1, "missing")
        if chain(head.hash, n, data) != stored:
            raise BrokenJournal(n, "its hash does not follow")
        apply_record(venue, read_event(data))
        tail.extend([(n, data, stored)])
        head = Head(n, stored)
    return venue, head, tail


def save_state(connection: Connection, n: int, at_ms: int, head_hash: str, data: bytes) -> None:
    """Keep the state at `n`; older ones beyond a few are dropped, they can be made again, and all
    from before the last erasure: they still know the names."""
    connection.execute(insert(StateRow).values(n=n, at_ms=at_ms, hash=head_hash, data=data))
    kept = connection.execute(
        select(col(StateRow.n)).order_by(col(StateRow.n).desc()).limit(STATES_KEPT)
    ).all()
    oldest = max(kept[-1][0], min(last_erasure(connection), n))
    connection.execute(delete(StateRow).where(col(StateRow.n) < oldest))


def knows_erased(connection: Connection) -> bool:
    """Whether a state is kept from before the last erasure."""
    oldest = connection.execute(select(func.min(col(StateRow.n)))).scalar()
    return oldest is not None and int(oldest) < last_erasure(connection)
