"""Where the journal names guests, and how these names are erased from it.

Rule: an event that names somebody is entered here in its own transaction, and leaves when its names
are erased; the hashes of the journal follow before and after (`protocol.erasable`). Erased are the
event, the tap that made it, what was told to the world for it and is done, and taps about the same
guest on which the server failed (parked). Neighbours:
`journal` writes the group, `sync_server.guest_book` decides whom to forget.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlmodel import col

from sync_server.domain import events as e
from sync_server.domain.guest_data import PERSONAL, subject_of, texts_of
from sync_server.domain.ids import OF_CARD, OF_CHECK, OF_VOUCHER
from sync_server.protocol.envelope import read_event
from sync_server.protocol.erasable import chained_form, is_salted, names_nobody
from sync_server.protocol.replica import CODEC
from sync_server.store.hot_insert import HotInsert, Row

from .tables import (
    EffectRow,
    ErasureRow,
    Fact,
    FactRow,
    FrontRow,
    GuestRow,
    InboxRow,
    JournalRow,
    ParkedRow,
)

NAMING = frozenset(kind.__name__ for kind in PERSONAL)
"""Types of events that may name a guest."""

TOLD = ("done", "refused", "dropped")
"""States of an effect that nobody will try again."""

PAPERS_AFTER = 20_000
"""Events after the last that names a guest within which papers about that guest were made: several
days of a busy house. To look through more would keep the house waiting."""

PARKED = "Parked"
"""In the place of a type: a tap on which the server failed, of which there is no event."""

_ABOUT = {"check_id": OF_CHECK, "card": OF_CARD, "code": OF_VOUCHER}
"""Whom a command is about, by the first of these fields that it has."""

EMPTY = b"{}"
FOUND = 500
_PAGE = 500

_PARKED_KEY = ("dev", "dep", "seq")
_GUESTS = HotInsert(FrontRow.metadata.tables["guest_record"], ["n", "at_ms", "subject"])
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
    named = [n for n, _, _ in rows]
    first_n = max(min(named), emptied_upto(connection) + 1)
    _unname_effects(connection, first_n, max(named) + PAPERS_AFTER, texts)


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


def overdue(connection: Connection, before_ms: int, kinds: Sequence[str], limit: int) -> list[str]:
    """Subjects of these kinds that were last named before a moment, those of the oldest first."""
    query = select(col(GuestRow.subject)).group_by(col(GuestRow.subject))
    last = func.max(col(GuestRow.at_ms))
    query = query.having(last < before_ms).order_by(func.min(col(GuestRow.n)))
    rows = connection.execute(query).scalars()
    return [one for one in rows if one.startswith(tuple(kinds))][:limit]


def unname_old_parked(connection: Connection, before_ms: int) -> None:
    """Taps on which the server failed before a moment name nobody any more: what they were to name
    never came to be, so nothing else will lead to them."""
    found = _parked(connection)
    _unname_parked(connection, [one for one in found if one.row.at_ms < before_ms])


def last_erasure(connection: Connection) -> int:
    """The newest event by which names were erased; 0 for none."""
    return int(connection.execute(select(func.coalesce(func.max(ErasureRow.by_n), 0))).scalar_one())


def empty_effects(connection: Connection, after_n: int, before_ms: int) -> int:
    """Keep no longer what was told to the world before a moment: a page of it, from event `after_n`
    on. The event up to which that is done, `after_n` when there is nothing to do."""
    rows = connection.execute(
        select(
            col(EffectRow.effect_id),
            col(EffectRow.n),
            col(EffectRow.state),
            col(EffectRow.updated_ms),
        )
        .where(col(EffectRow.n) > after_n)
        .order_by(col(EffectRow.n), col(EffectRow.effect_id))
        .limit(_PAGE)
    ).all()
    upto, done = after_n, list[str]()
    for effect_id, n, state, updated_ms in rows:
        if updated_ms >= before_ms:
            break
        upto = n
        if state in TOLD:
            done.append(effect_id)
    connection.execute(
        update(EffectRow).where(col(EffectRow.effect_id).in_(done)).values(payload=EMPTY)
    )
    return upto


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
        key = {name: getattr(one.row, name) for name in _PARKED_KEY}
        plain = {
            "data": names_nobody(bytes(one.row.data)),
            "error": _without(one.row.error, set(one.texts)),
        }
        connection.execute(update(ParkedRow).filter_by(**key).values(**plain))


def emptied_upto(connection: Connection) -> int:
    """The event up to which what was told to the world is no longer kept in full."""
    found = connection.execute(select(col(FactRow.value)).where(col(FactRow.key) == Fact.EMPTIED_N))
    return int(found.scalar() or 0)


def _unname_effects(connection: Connection, first_n: int, last_n: int, texts: set[str]) -> None:
    """What was told to the world between these events says these names no more."""
    query = select(col(EffectRow.effect_id), col(EffectRow.payload)).where(
        col(EffectRow.n) >= first_n,
        col(EffectRow.n) <= last_n,
        col(EffectRow.state).in_(TOLD),
        or_(false(), *(_stands_in_payload(connection, text) for text in texts)),
    )
    for effect_id, payload in connection.execute(query).all():
        plain = _encoder.encode(_without(_decoder.decode(bytes(payload)), texts))
        told = col(EffectRow.effect_id) == effect_id
        connection.execute(update(EffectRow).where(told).values(payload=plain))


def _stands_in_payload(connection: Connection, text: str) -> ColumnElement[bool]:
    """The database looks: to carry a week of papers through the program would take seconds."""
    spelled = literal(_encoder.encode(text)[1:-1], LargeBinary)
    if connection.dialect.name == "sqlite":
        return func.instr(col(EffectRow.payload), spelled) > 0
    return func.position(spelled.op("IN")(col(EffectRow.payload))) > 0


def _without(value: Any, texts: set[str]) -> Any:
    """The same JSON with nothing where one of the texts was the whole of a text, or, unless it is
    so short that it may be part of a word, a part of it."""
    if isinstance(value, str):
        for text in texts:
            value = "" if value == text else value.replace(text, "") if len(text) > 2 else value
        return value
    if isinstance(value, list):
        return [_without(one, texts) for one in value]
    if isinstance(value, dict):
        return {key: _without(one, texts) for key, one in value.items()}
    return value
