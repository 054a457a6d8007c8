"""Where the journal names guests, and how these names are erased from it.

Rule: an event that names somebody is entered here in its own transaction, and leaves when its names
are erased; the hashes of the journal follow before and after (`protocol.erasable`). Erased are the
event, the tap that made it, what was told to the world about the guest (`guest_paper`), and taps
about the same guest on which the server failed (parked). Neighbours: `journal` writes the group,
`sync_server.guest_book` decides whom to forget.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import (
    Connection,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlmodel import col

from sync_server.domain import events as e
from sync_server.domain.guest_data import PERSONAL, subject_of, texts_of
from sync_server.domain.ids import OF_CARD, OF_CHECK, OF_VOUCHER
from sync_server.domain.outward import FOLIO, PAPER
from sync_server.protocol.envelope import read_event
from sync_server.protocol.erasable import chained_form, is_salted, names_nobody
from sync_server.protocol.replica import CODEC
from sync_server.store.hot_insert import HotInsert, Row

from .facts import read_fact
from .tables import (
    EffectRow,
    ErasureRow,
    Fact,
    FrontRow,
    GuestPaperRow,
    GuestRow,
    InboxRow,
    JournalRow,
    ParkedRow,
)

NAMING = frozenset(kind.__name__ for kind in PERSONAL)
"""Types of events that may name a guest."""

TOLD = ("done", "refused", "dropped")
"""States of an effect that nobody will try again."""

PARKED = "Parked"
"""In the place of a type: a tap on which the server failed, of which there is no event."""

_ABOUT = {"check_id": OF_CHECK, "card": OF_CARD, "code": OF_VOUCHER}
"""Whom a command is about, by the first of these fields that it has."""

EMPTY = b"{}"
FOUND = 500
_PAGE = 500
EMPTIED_AT_ONCE = 100
"""Papers emptied in one transaction: what they held is overwritten in the file."""
_ERASURES = 20

_PARKED_KEY = ("dev", "dep", "seq")
_GUESTS = HotInsert(FrontRow.metadata.tables["guest_record"], ["n", "at_ms", "subject"])
_PAPERS = HotInsert(FrontRow.metadata.tables["guest_paper"], ["subject", "effect_id"])
_TOLD = (
    *(col(EffectRow.effect_id), col(EffectRow.kind), col(EffectRow.state)),
    *(col(EffectRow.payload), col(EffectRow.outcome)),
)
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


@dataclass(frozen=True, slots=True)
class GuestRecord:
    """An event that names a guest; `texts` are the names."""

    n: int
    at_ms: int
    type: str
    subject: str
    number: str
    texts: tuple[str, ...]


def note_guests(connection: Connection, named: Iterable[tuple[int, int, bytes]]) -> None:
    """Enter events that may name somebody (number, moment, record) in the open transaction."""
    rows: list[Row] = []
    for n, at_ms, data in named:
        if is_salted(data):
            rows.append((n, at_ms, named_in(data)))
    _GUESTS.rows(connection, rows)


def note_papers(connection: Connection, named: Sequence[Row]) -> None:
    """Enter what names whom (subject, effect) in the open transaction."""
    _PAPERS.rows(connection, named)


def erase(connection: Connection, by_n: int, data: bytes) -> None:
    """Do what `GuestsErased`, event `by_n`, says, in the open transaction."""
    said = _event(data)
    assert isinstance(said, e.GuestsErased)
    query = select(col(JournalRow.n), col(JournalRow.cmd_id), col(JournalRow.data)).join(
        GuestRow, col(GuestRow.n) == col(JournalRow.n)
    )
    rows = connection.execute(query.where(col(GuestRow.subject).in_(said.subjects))).all()
    _unname_parked(connection, [one for one in _parked(connection) if one.subject in said.subjects])
    if not rows:
        return
    connection.execute(
        insert(ErasureRow),
        [{"n": n, "cmd_id": cmd_id, "by_n": by_n} for n, cmd_id, _ in rows],
    )
    texts: set[str] = set()
    for n, _, record in rows:
        texts.update(texts_of(_event(bytes(record))))
        spelled = chained_form(bytes(record))
        connection.execute(update(JournalRow).where(col(JournalRow.n) == n).values(data=spelled))
    for at in range(0, len(rows), _PAGE):
        part = rows[at : at + _PAGE]
        _unname_commands(connection, [cmd_id for _, cmd_id, _ in part])
        gone = col(GuestRow.n).in_([n for n, _, _ in part])
        connection.execute(delete(GuestRow).where(gone))
    _unname_effects(connection, said.subjects, texts)


def found(connection: Connection, text: str) -> Sequence[GuestRecord]:
    """The newest events in which a guest of this name, or with this number of a card or room, is
    named; all of them without a text. At most `FOUND`."""
    wanted, before = text.casefold().strip(), 2**63 - 1
    records = [
        GuestRecord(0, one.row.at_ms, PARKED, one.subject, "", one.texts)
        for one in _parked(connection)
        if one.subject and one.is_about(wanted)
    ]
    while len(records) < FOUND:
        rows = connection.execute(
            select(col(GuestRow.n), col(GuestRow.subject), col(JournalRow.data))
            .join(JournalRow, col(JournalRow.n) == col(GuestRow.n))
            .where(col(GuestRow.n) < before)
            .order_by(col(GuestRow.n).desc())
            .limit(_PAGE)
        ).all()
        for n, subject, data in rows:
            record, event = read_event(bytes(data)), _event(bytes(data))
            texts = texts_of(event)
            if any(wanted in one.casefold() for one in (*texts, subject.partition(":")[2])):
                number = str(getattr(event, "number", "") or getattr(event, "check_number", ""))
                records.append(GuestRecord(n, record.at_ms, record.type, subject, number, texts))
        if len(rows) < _PAGE:
            break
        before = rows[-1][0]
    return records[:FOUND]


def overdue(
    connection: Connection, after_n: int, before_ms: int, kind: str, limit: int
) -> tuple[int, list[str]]:
    """Subjects of a kind that were last named before a moment, among the next ones named after
    event `after_n`, oldest first; and the event up to which was looked, `after_n` at the end."""
    rows = connection.execute(
        select(col(GuestRow.n), col(GuestRow.subject))
        .where(
            col(GuestRow.n) > after_n,
            col(GuestRow.at_ms) < before_ms,
            col(GuestRow.subject).startswith(kind, autoescape=True),
        )
        .order_by(col(GuestRow.n))
        .limit(limit)
    ).all()
    subjects = list(dict.fromkeys(subject for _, subject in rows))
    later = connection.execute(
        select(col(GuestRow.subject)).where(
            col(GuestRow.subject).in_(subjects), col(GuestRow.at_ms) >= before_ms
        )
    )
    still = set(later.scalars())
    return max((n for n, _ in rows), default=after_n), [one for one in subjects if one not in still]


def unname_old_parked(connection: Connection, before_ms: int) -> None:
    """Taps on which the server failed before a moment name nobody any more: what they were to name
    never came to be, so nothing else will lead to them."""
    found = _parked(connection)
    _unname_parked(connection, [one for one in found if one.row.at_ms < before_ms])


def last_erasure(connection: Connection) -> int:
    """The newest event by which names were erased; 0 for none."""
    # Bare, so that the database looks at the end of the index instead of at every row.
    return int(connection.execute(select(func.max(ErasureRow.by_n))).scalar() or 0)


def empty_effects(connection: Connection, after_n: int, before_ms: int) -> int:
    """Keep no longer what was told to the world before a moment: a page of whole events, from the
    one after `after_n` on. The event up to which that is done, `after_n` when there is nothing to
    do."""
    page = (
        select(col(EffectRow.n))
        .where(col(EffectRow.n) > after_n)
        .order_by(col(EffectRow.n))
        .limit(EMPTIED_AT_ONCE)
    )
    last = max(connection.execute(page).scalars(), default=after_n)
    rows = connection.execute(
        select(
            col(EffectRow.effect_id),
            col(EffectRow.n),
            col(EffectRow.kind),
            col(EffectRow.state),
            col(EffectRow.updated_ms),
        )
        .where(col(EffectRow.n) > after_n, col(EffectRow.n) <= last)
        .order_by(col(EffectRow.n))
    )
    upto, done, charges = after_n, list[str](), list[str]()
    for n, group in groupby(rows, key=lambda row: int(row.n)):
        of_event = list(group)
        if any(row.updated_ms >= before_ms for row in of_event):
            break
        upto = n
        done += (row.effect_id for row in of_event if row.state in TOLD)
        charges += (row.effect_id for row in of_event if row.state in TOLD and row.kind == FOLIO)
    emptied = col(EffectRow.effect_id).in_(done)
    connection.execute(update(EffectRow).where(emptied).values(payload=EMPTY))
    # The kind is not asked of the database, which would look through every charge for it.
    named = col(EffectRow.effect_id).in_(charges)
    connection.execute(update(EffectRow).where(named).values(outcome=""))
    connection.execute(delete(GuestPaperRow).where(col(GuestPaperRow.effect_id).in_(done)))
    return upto


def erased_charges(connection: Connection, after_n: int) -> tuple[int, list[str]]:
    """Room charges whose guests were erased by the next events after `after_n`, and the last of
    these events; `after_n` itself when there are no more."""
    erasures = (
        select(col(ErasureRow.by_n))
        .where(col(ErasureRow.by_n) > after_n)
        .group_by(col(ErasureRow.by_n))
        .order_by(col(ErasureRow.by_n))
        .limit(_ERASURES)
    )
    upto = max(connection.execute(erasures).scalars(), default=after_n)
    query = (
        select(col(JournalRow.data))
        .join(ErasureRow, col(ErasureRow.n) == col(JournalRow.n))
        .where(
            col(ErasureRow.by_n) > after_n,
            col(ErasureRow.by_n) <= upto,
            col(JournalRow.type) == e.RoomChargeAsked.__name__,
        )
    )
    asked = (_event(bytes(data)) for data in connection.execute(query).scalars())
    return upto, [one.charge_id for one in asked if isinstance(one, e.RoomChargeAsked)]


def named_in(data: bytes) -> str:
    """Whom a record is about."""
    return subject_of(_event(data))


def _event(data: bytes) -> object:
    record = read_event(data)
    event: object = CODEC.decode_event(record.type, record.tv, record.body)
    return event


def _unname_commands(connection: Connection, ids: Sequence[str]) -> None:
    """The taps of these events say no names any more; their hashes stay."""
    query = select(col(InboxRow.cmd_id), col(InboxRow.data)).where(col(InboxRow.cmd_id).in_(ids))
    for cmd_id, data in connection.execute(query).all():
        plain = names_nobody(bytes(data))
        connection.execute(
            update(InboxRow).where(col(InboxRow.cmd_id) == cmd_id).values(data=plain)
        )


@dataclass(frozen=True, slots=True)
class _Parked:
    """A parked tap that names somebody: its row, whom it is about ("" for nobody known), the
    names."""

    row: Any
    subject: str
    texts: tuple[str, ...]

    def is_about(self, wanted: str) -> bool:
        """Whether a text, without capitals, stands in the names or the number."""
        number = self.subject.partition(":")[2]
        return any(wanted in one.casefold() for one in (*self.texts, number))


def _parked(connection: Connection) -> list[_Parked]:
    """The few taps on which the server failed that name somebody."""
    found: list[_Parked] = []
    for row in connection.execute(select(ParkedRow)).all():
        data = bytes(row.data)
        plain = names_nobody(data)
        if plain == data:
            continue
        body, left = _decoder.decode(data)["body"], _decoder.decode(plain)["body"]
        whom = (kind + str(body[key]) for key, kind in _ABOUT.items() if body.get(key))
        texts = tuple(text for field, text in body.items() if text != left[field])
        found.append(_Parked(row, next(whom, ""), texts))
    return found


def _unname_parked(connection: Connection, parked: Iterable[_Parked]) -> None:
    for one in parked:
        key, texts = {name: getattr(one.row, name) for name in _PARKED_KEY}, set(one.texts)
        plain = {
            "data": names_nobody(bytes(one.row.data)),
            "error": _without(one.row.error, texts, _pieces(texts)),
        }
        connection.execute(update(ParkedRow).filter_by(**key).values(**plain))


def emptied_upto(connection: Connection) -> int:
    """The event up to which what was told to the world is no longer kept in full."""
    return int(read_fact(connection, Fact.EMPTIED_N) or 0)


def _unname_effects(connection: Connection, subjects: Sequence[str], texts: set[str]) -> None:
    """What the world was told about these guests says their names no more. Paper that is still to
    come does without; a charge under way is told to the hotel as it was asked."""
    of_them = select(col(GuestPaperRow.effect_id)).where(col(GuestPaperRow.subject).in_(subjects))
    found = list(dict.fromkeys(connection.execute(of_them).scalars()))
    pieces = _pieces(texts)
    for at in range(0, len(found), _PAGE):
        told = connection.execute(
            select(*_TOLD).where(col(EffectRow.effect_id).in_(found[at : at + _PAGE]))
        ).all()
        for effect_id, kind, state, payload, outcome in told:
            if kind != PAPER and state not in TOLD:
                continue
            values: dict[str, object] = {"payload": _unnamed(bytes(payload), texts, pieces)}
            if kind == FOLIO and outcome.startswith("{"):
                values["outcome"] = _unnamed(outcome.encode(), texts, pieces).decode()
            whose = col(EffectRow.effect_id) == effect_id
            connection.execute(update(EffectRow).where(whose).values(values))


def _pieces(texts: set[str]) -> re.Pattern[str] | None:
    """Names as whole words of a longer text. A short one may be part of a word, and a room's number
    part of any other number."""
    words = sorted(re.escape(one) for one in texts if len(one) > 2 and not one.isdigit())
    return re.compile(rf"(?<!\w)(?:{'|'.join(words)})(?!\w)") if words else None


def _unnamed(data: bytes, texts: set[str], pieces: re.Pattern[str] | None) -> bytes:
    return _encoder.encode(_without(_decoder.decode(data), texts, pieces))


def _without(value: Any, texts: set[str], pieces: re.Pattern[str] | None) -> Any:
    """The same JSON with nothing where one of the texts stood, alone or among other words."""
    if isinstance(value, str):
        if value in texts:
            return ""
        return pieces.sub("", value) if pieces is not None else value
    if isinstance(value, list):
        return [_without(one, texts, pieces) for one in value]
    if isinstance(value, dict):
        return {key: _without(one, texts, pieces) for key, one in value.items()}
    return value
