"""After a restore: the events that terminals still hold are adopted as the lost server wrote them.

Rule: what carries the server's own signature is not decided a second time. The longest run of
events that continues this journal hash by hash up to a genuine checkpoint is taken verbatim, with
its numbers, times and outcomes (reliability 2.20); only what came after the last checkpoint is
decided again from told commands (`reoffers`). Here the run is chosen, fetched and proved; `bus`
commits it, `adopted` says later which commands it already holds.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select
from sqlmodel import col

from sync_server.domain import events as e
from sync_server.domain.kitchen import Ticket
from sync_server.domain.outward import Effect, FolioJob, PaperJob
from sync_server.protocol.checkpoint import Checkpoint, is_genuine
from sync_server.protocol.envelope import EventRecord, chain, read_event
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import CODEC
from sync_server.store.database import Database
from sync_server.transport.authority import CommandResult

from .journal import Head
from .tables import AdoptionRow, InboxRow, JournalRow

_json = msgspec.json.Encoder()

UNSIGNED = ""
"""In the place of a source: nobody signed these events, the kitchen had them."""

REMEMBERED = "remembered"
"""In the place of a source: nobody signed these events, those who are here agree on them."""

Proved = tuple[EventRecord, bytes, str]
"""An event as read, its bytes, and the chain's hash there."""


@dataclass(slots=True)
class Adoption:
    """One restore's search for its tail. `head` is where the backup ends, `key` the server's."""

    site: str
    head: Head
    key: bytes
    abandoned: bool = False
    source: str = ""
    _held: dict[str, tuple[int, Checkpoint]] = field(default_factory=dict)
    _run: list[Proved] = field(default_factory=list)
    _liars: set[str] = field(default_factory=set)

    def heard(self, dev: str, from_n: int, witness: Checkpoint | None) -> None:
        """A device said what it holds; only what a genuine checkpoint closes counts."""
        if witness is None or dev in self._liars:
            return
        reaches = 0 < from_n <= self.head.n + 1 and witness.n > self.head.n
        if reaches and witness.site == self.site and is_genuine(witness, self.key):
            self._held[dev] = (from_n, witness)

    def choose(self) -> bool:
        """Begin with the device whose checkpoint is the newest; False if nobody has anything."""
        if not self.source and self._held:
            self.source = max(self._held, key=lambda dev: (self._held[dev][1].n, dev))
            self._run = []
        return bool(self.source)

    def wanted(self, dev: str) -> int:
        """From which event on this device shall send; 0 for nothing."""
        if dev != self.source or self.complete:
            return 0
        return self._end.n + 1

    @property
    def _end(self) -> Head:
        if not self._run:
            return self.head
        record, _, link = self._run[-1]
        return Head(record.n, link)

    @property
    def _goal(self) -> Checkpoint:
        return self._held[self.source][1]

    @property
    def complete(self) -> bool:
        """Whether the run reaches the checkpoint, and is proved by it."""
        return bool(self.source) and self._end.n == self._goal.n

    def given(self, dev: str, from_n: int, events: list[bytes]) -> None:
        """A piece of the run. What does not continue it drops this device as a source."""
        if dev != self.source or from_n != self.wanted(dev):
            return
        goal = self._goal
        try:
            for data in events:
                if self._end.n == goal.n:
                    break  # what comes after the signature is `recollection`'s
                if not self._continue(data, goal):
                    return self.drop(dev)
        except FrameFault:
            return self.drop(dev)
        if not events:
            self.drop(dev)
        return None

    def _continue(self, data: bytes, goal: Checkpoint) -> bool:
        end = self._end
        record = read_event(data)
        if record.n != end.n + 1:
            return False
        CODEC.decode_event(record.type, record.tv, record.body)
        link = chain(end.hash, record.n, data)
        if record.n == goal.n and link != goal.hash:
            return False
        self._run.append((record, data, link))
        return True

    def drop(self, dev: str) -> None:
        """This device does not have what it said: another one may."""
        self._liars.add(dev)
        self._held.pop(dev, None)
        if dev == self.source:
            self.source, self._run = "", []

    def run(self, catalogues: Mapping[int, object]) -> list[Proved]:
        """The proved run, up to a menu that this server does not know; empty without proof."""
        return before_unknown_menus(self._run, catalogues) if self.complete else []


def before_unknown_menus(run: list[Proved], catalogues: Mapping[int, object]) -> list[Proved]:
    """A run of events up to a menu that this server does not have."""
    for at, (record, _, _) in enumerate(run):
        event = CODEC.decode_event(record.type, record.tv, record.body)
        if isinstance(event, e.CataloguePublished) and event.number not in catalogues:
            return run[:at]
    return run


# -- what the adopted events say of the world ----------------------------------------------------
def owed_for(effect: Effect) -> tuple[str, int]:
    """What an effect is about, as `settled_by` names it."""
    match effect.payload:
        case PaperJob(ticket=Ticket() as ticket) as job:
            return ticket.ticket_id, job.ticket_version
        case FolioJob() as job:
            return job.asked.charge_id, 0
    return "", 0


def settled_by(event: object) -> set[tuple[str, int]]:
    """Effects of earlier events of which this one says that the world was told."""
    match event:
        case e.TicketOnPaper() if event.outcome in ("printed", "copy"):
            return {(event.ticket_id, event.version)}
        case e.RoomChargePosted() | e.RoomChargeRefused() | e.RoomReversalPosted():
            return {(event.charge_id, 0)}
    return set()


# -- what the adopted events say of their commands -----------------------------------------------
@dataclass(frozen=True, slots=True)
class Brought:
    """A command whose events were adopted before it came itself: by whom, and its outcome."""

    dev: str
    result: CommandResult

    def answer(self, seq: int, told: CommandResult | None) -> CommandResult:
        """The outcome as it was told, if it was, at the events that it has."""
        first = told if told is not None else self.result
        return replace(first, seq=seq, n_from=self.result.n_from, n_to=self.result.n_to)


def brought(records: list[EventRecord]) -> dict[str, Brought]:
    """Commands by id, from their adopted events."""
    found: dict[str, Brought] = {}
    for record in records:
        known = found.get(record.cmd_id)
        if known is not None:
            result = replace(known.result, n_to=record.n)
            if record.type != "NoticeRaised":
                result = replace(result, outcome="accepted", code="", params=b"{}")
        else:
            result = _first(record)
        found[record.cmd_id] = Brought(record.dev, result)
    return found


def _first(record: EventRecord) -> CommandResult:
    event = CODEC.decode_event(record.type, record.tv, record.body)
    if isinstance(event, e.NoticeRaised):
        # Nothing but a notice came of it: that is how a refusal looks in the journal.
        params = _json.encode(event.params)
        return CommandResult(0, "refused", event.code, params, record.n, record.n)
    return CommandResult(0, "accepted", n_from=record.n, n_to=record.n)


def waiting(database: Database) -> dict[str, Brought]:
    """Adopted commands that no device has sent here yet, at a start."""
    return brought(database.read(_orphans))


def _orphans(connection: Connection) -> list[EventRecord]:
    found: list[EventRecord] = []
    ranges: list[Any] = list(connection.execute(select(AdoptionRow)).all())
    for row in ranges:
        rows = connection.execute(
            select(col(JournalRow.data))
            .outerjoin(InboxRow, col(InboxRow.cmd_id) == col(JournalRow.cmd_id))
            .where(col(JournalRow.n).between(row.n_from, row.n_to), col(InboxRow.cmd_id).is_(None))
            .order_by(col(JournalRow.n))
        ).all()
        found += [read_event(bytes(one[0])) for one in rows]
    return found


def adopted_upto(database: Database, epoch: int) -> int:
    """The newest event that was adopted with its number after this restore; 0 for none."""
    return database.read(
        lambda connection: connection.execute(
            select(func.coalesce(func.max(AdoptionRow.n_to), 0)).where(
                col(AdoptionRow.epoch) == epoch,
                col(AdoptionRow.dev) != UNSIGNED,
            )
        ).scalar_one()
    )


__all__ = [
    "REMEMBERED",
    "UNSIGNED",
    "Adoption",
    "Brought",
    "Proved",
    "adopted_upto",
    "before_unknown_menus",
    "brought",
    "owed_for",
    "settled_by",
    "waiting",
]
