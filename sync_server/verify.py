"""What must hold in a front database at any moment: `verify(database)` lists what does not.

The invariants of reliability 3.1 as far as a database alone can show them; each function names its
own. They read rows and replay the journal from zero, and trust nothing that is derived. Here stand
journal, inbox and effects, beside them `verify_money` and `verify_kitchen`. The simulation runs
them after every evening, the scenarios after every scene, `vitrylo verify` on a live or restored
database. What needs witnesses outside the database is in `tests/simulation`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from sync_server.domain import commands as c, events as e
from sync_server.domain.guest_data import subject_of
from sync_server.domain.outward import FOLIO
from sync_server.front_office.group import QUIET, SERVER
from sync_server.front_office.saved_states import unpack_state
from sync_server.front_office.tables import (
    AdoptionRow,
    CheckpointRow,
    DeviceRow,
    EffectRow,
    ErasureRow,
    InboxRow,
    JournalRow,
    LedgerRow,
    ParkedRow,
    StateRow,
)
from sync_server.protocol.checkpoint import Checkpoint, is_genuine, read_checkpoint
from sync_server.protocol.envelope import (
    GENESIS,
    chain,
    command_hash,
    read_command,
    read_event,
)
from sync_server.protocol.erasable import erased_fields, names_nobody
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import apply_record, digest
from sync_server.store.database import Database

from . import verify_kitchen, verify_money
from .verify_books import Books, Finding

EFFECT_STATES = frozenset(
    {"queued", "claimed", "sending", "done", "refused", "unknown", "failed", "dropped"}
)


def verify(
    database: Database, key: bytes = b"", witnesses: Sequence[Checkpoint] = ()
) -> list[Finding]:
    """Everything that is wrong in a front database; an empty list is health.

    `key` is the server's signing key, without which signatures are not checked; `witnesses` are
    checkpoints that terminals kept, which whoever edited this database could not reach.
    """
    books = database.read(_read)
    books.key = key
    books.checkpoints += witnesses
    broken = list(_replayed(books))
    if broken:
        return broken
    return [finding for check in CHECKS for finding in check(books)]


def _read(connection: Connection) -> Books:
    def rows(table: type, *order: Any) -> list[Any]:
        return list(connection.execute(select(table).order_by(*order)).all())

    return Books(
        rows(JournalRow, JournalRow.n),
        rows(InboxRow, InboxRow.dev, InboxRow.dep, InboxRow.seq),
        rows(LedgerRow, LedgerRow.n, LedgerRow.pos),
        rows(DeviceRow, DeviceRow.dev),
        rows(EffectRow, EffectRow.n, EffectRow.effect_id),
        rows(ParkedRow, ParkedRow.dev),
        rows(StateRow, StateRow.n),
        rows(AdoptionRow, AdoptionRow.n_from),
        rows(ErasureRow, ErasureRow.n),
        [read_checkpoint(bytes(row.data)) for row in rows(CheckpointRow, CheckpointRow.n)],
    )


def _replayed(books: Books) -> Iterator[Finding]:
    """I-3: n is 1..head without a gap, every hash follows, every record can be read."""
    wanted = {row.n for row in books.states}
    link = GENESIS
    for n, row in enumerate(books.journal, 1):
        if row.n != n:
            yield Finding("I-3", f"event {n}", f"is missing; the next is {row.n}")
            return
        data = bytes(row.data)
        link = chain(link, n, data)
        if link != row.hash:
            yield Finding("I-3", f"event {n}", "its hash does not follow from the one before")
            return
        try:
            record = read_event(data)
            event = apply_record(books.venue, record)
        except FrameFault as fault:
            yield Finding("I-3", f"event {n}", f"cannot be read: {fault}")
            return
        if (record.n, record.type, record.cmd_id) != (row.n, row.type, row.cmd_id):
            yield Finding("I-3", f"event {n}", "row and record differ")
        books.records.append(record)
        books.events.append(event)
        if n in wanted:
            books.digests[n] = digest(books.venue)


def _erased(books: Books) -> Iterator[Finding]:
    """S-29: names are gone where the journal says that they were erased, and nowhere else."""
    wanted = {row.n: row.by_n for row in books.erasures}
    for record, event in zip(books.records, books.events, strict=True):
        gone = erased_fields(record.type, msgspec.json.decode(record.body))
        if gone and record.n not in wanted:
            yield Finding("S-29", f"event {record.n}", f"lacks {', '.join(gone)}: nobody said why")
        if record.n not in wanted:
            continue
        if record.salt:
            yield Finding("S-29", f"event {record.n}", "was to be erased and still names somebody")
        said = books.events[wanted[record.n] - 1] if wanted[record.n] <= len(books.events) else None
        if not isinstance(said, e.GuestsErased) or subject_of(event) not in said.subjects:
            yield Finding("S-29", f"event {record.n}", "was erased by no event of the journal")


def _checkpoints(books: Books) -> Iterator[Finding]:
    """I-3: what the server once signed is what the journal says; nothing of its end is gone."""
    for one in books.checkpoints:
        where = f"checkpoint {one.n}"
        if books.key and not is_genuine(one, books.key):
            yield Finding("I-3", where, "was not signed with this server's key")
        elif one.n > len(books.journal):
            what = f"the journal ends at {len(books.journal)}: events are missing at its end"
            yield Finding("I-3", where, what)
        elif books.journal[one.n - 1].hash != one.hash:
            yield Finding("I-3", where, "the journal says something else than was signed")


def _states(books: Books) -> Iterator[Finding]:
    """I-19: a saved state is what the journal gives when it is replayed from zero."""
    for row in books.states:
        if row.n > len(books.journal):
            yield Finding("I-19", f"state {row.n}", "is ahead of the journal")
        elif row.n < max((one.by_n for one in books.erasures), default=0):
            continue  # It still knows names that are gone; the next one takes its place.
        elif digest(unpack_state(bytes(row.data))) != books.digests[row.n]:
            yield Finding("I-19", f"state {row.n}", "differs from the journal replayed")


def _inbox(books: Books) -> Iterator[Finding]:
    """I-2: per device and epoch the commands are 1..last, chained; ids unique; nothing doubled."""
    expected: dict[tuple[str, int], tuple[int, str]] = {}
    unnamed = {row.cmd_id for row in books.erasures}
    for row in books.inbox:
        seq, last = expected.get((row.dev, row.dep), (0, ""))
        where = f"command {row.dev[:8]}/{row.dep}/{row.seq}"
        if row.seq != seq + 1 and row.dep == 1:
            yield Finding("I-2", where, f"follows {seq}")
        received = read_command(bytes(row.data))
        command = received.command
        whole = command_hash(bytes(row.data)) == row.hash or row.cmd_id in unnamed
        whole = whole or (
            row.outcome in ("refused", "parked") and names_nobody(row.data) == row.data
        )
        if not whole or command.cmd_id != row.cmd_id:
            yield Finding("I-2", where, "its bytes are not what was hashed")
        if row.seq == seq + 1 and command.prev != last:
            yield Finding("I-2", where, "does not follow the device's command before it")
        expected[(row.dev, row.dep)] = (row.seq, row.hash)
    for device in books.devices:
        seq, last = expected.get((device.dev, device.epoch), (0, ""))
        if seq > device.last_seq or (seq == device.last_seq and last != device.last_hash):
            yield Finding("I-2", f"device {device.code}", f"stands at {device.last_seq}, not {seq}")
        if seq < device.last_seq and device.epoch == 1:
            yield Finding("I-2", f"device {device.code}", "counts commands that are not there")


def _answers(books: Books) -> Iterator[Finding]:
    """I-1, I-5: the events of a command are those its answer named, and no event is without, but
    those adopted after a restore whose commands have not come yet."""
    by_command: dict[str, list[int]] = defaultdict(list)
    for record in books.records:
        by_command[record.cmd_id].append(record.n)
    seen: Counter[str] = Counter()
    for row in books.inbox:
        seen[row.cmd_id] += 1
        made = by_command.pop(row.cmd_id, [])
        said = list(range(row.n_from, row.n_to + 1)) if row.n_from else []
        if made != said:
            where = f"command {row.cmd_id}"
            yield Finding("I-5", where, f"was answered with events {said[:3]}.., made {made[:3]}..")
    adopted = [(row.n_from, row.n_to) for row in books.adoptions]
    for cmd_id, numbers in by_command.items():
        if any(first <= numbers[0] <= last for first, last in adopted):
            continue
        yield Finding(
            "I-2", f"event {numbers[0]}", f"comes from no command of the inbox ({cmd_id})"
        )
    for cmd_id, times in seen.items():
        if times > 1:
            yield Finding("I-2", f"command {cmd_id}", f"is {times} times in the inbox")


def _notices(books: Books) -> Iterator[Finding]:
    """I-15: what was not plainly accepted was told, to somebody who must tap it away."""
    raised = {
        record.cmd_id
        for record, event in zip(books.records, books.events, strict=True)
        if isinstance(event, e.NoticeRaised)
    }
    for row in books.inbox:
        if row.outcome == "accepted" or row.code in QUIET or row.cmd_id in raised:
            continue
        if row.dev != SERVER and not read_command(bytes(row.data)).command.actor:
            continue
        yield Finding("I-15", f"command {row.cmd_id}", f"{row.outcome} {row.code}: nobody was told")
    for row in books.parked:
        yield Finding("I-15", f"command {row.dev[:8]}/{row.seq}", f"is parked: {row.error}")


def _effects(books: Books) -> Iterator[Finding]:
    """I-9, I-10: an effect has a known state and an event; each room charge has its one row."""
    heads = len(books.journal)
    rows: Counter[int] = Counter()
    for row in books.effects:
        if row.state not in EFFECT_STATES:
            yield Finding("I-9", f"effect {row.effect_id}", f"is in no known state: {row.state}")
        if not 0 < row.n <= heads:
            yield Finding("I-2", f"effect {row.effect_id}", "belongs to no event")
        if row.kind == FOLIO:
            rows[row.n] += 1
    for n, event in enumerate(books.events, 1):
        asked = isinstance(event, e.RoomChargeAsked | e.RoomChargeRetried)
        if rows[n] != int(asked):
            yield Finding("I-10", f"event {n}", f"has {rows[n]} postings to the hotel")


NOT_FOR_FACTS = {
    "AddLines": frozenset({"check_closed"}),
    "TakePayment": frozenset({"check_closed", "no_check", "nothing_due", "amount_over_due"}),
}
"""Reasons for which a line ordered or money taken may never be refused (reliability 2.8)."""

ASKED_FOR = frozenset({"account", "voucher", "deposit", "points"})
"""Tenders of which nobody has handed anything over: such a payment may be refused."""


def _facts(books: Books) -> Iterator[Finding]:
    """I-1: what has happened at the table is recorded, whatever became of the check meanwhile."""
    for row in books.inbox:
        if row.outcome == "refused" and row.code in NOT_FOR_FACTS.get(row.type, ()):
            body = msgspec.json.decode(read_command(bytes(row.data)).command.body)
            if body.get("tender") in ASKED_FOR:
                continue
            yield Finding("I-1", f"command {row.cmd_id}", f"{row.type} was refused: {row.code}")


def _actors(books: Books) -> Iterator[Finding]:
    """I-16: only the server says what only the server may."""
    for row in books.inbox:
        if row.type in c.SERVER_ONLY and row.dev != SERVER and row.outcome != "refused":
            yield Finding("I-16", f"command {row.cmd_id}", f"{row.type} came from a terminal")
        if row.outcome in ("accepted", "adjusted") and row.type not in c.COMMANDS:
            yield Finding("I-16", f"command {row.cmd_id}", f"{row.type} is no command")


CHECKS = (
    _checkpoints,
    _erased,
    _states,
    _inbox,
    _answers,
    _notices,
    verify_money.ledger,
    verify_money.drawers,
    verify_money.checks,
    _facts,
    verify_kitchen.kitchen,
    verify_kitchen.voids,
    verify_money.numbers,
    verify_money.closed_shifts,
    _effects,
    verify_money.settled_once,
    _actors,
)
