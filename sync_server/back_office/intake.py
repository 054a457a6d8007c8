"""The one door from the front office: journal events become stock consumption and sales.

Rule: each event counts once. The cursor, the moves and the facts of a batch are one transaction,
so after any crash, restart or repeated delivery the books say what the journal says. Nothing the
front did is refused: what cannot be consumed (no recipe, no store) becomes a row of
`intake_exception` with its event, for a person to mend. Types of events not named in `_HANDLERS`
concern someone else and only move the cursor.

A line consumes when it is fired, by the card in force on its business day, from the store of its
station. A void puts it back if it was not made, and turns it into waste if it was; what a guest
returned, what was on the house and what the staff ate have kinds of their own. Parts that were
split off a line are traced back to it. What arrives for a locked period is booked on the first
open day. Postings are made by `ledger`.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

import msgspec
from sqlalchemy import Connection, func
from sqlmodel import Session, col, select

from sync_server.domain.events import (
    CheckClosed,
    CheckReopened,
    LinesFired,
    LinesMoved,
    LineVoided,
    Sold,
)
from sync_server.domain.recipes import Exploder, Portion, with_alternatives
from sync_server.domain.rejections import Refused, refuse
from sync_server.domain.stock import (
    COMP,
    RETURNED,
    SALES,
    STAFF,
    WASTE,
    MoveKind,
    from_milli,
)
from sync_server.store.database import Database, session_on
from sync_server.store.hot_insert import HotInsert, Row

from .cards import KnownCards, read_alternatives
from .goods_tables import StationStore
from .ledger import Entry, Gone, Ledger, Share, Shelf
from .settings import locked_through, open_day
from .tables import IntakeCursor, IntakeException, LinePart, SalesFact

BATCH_EVENTS = 2_000
NAMED_AT_ONCE = 500
CURSOR = "front"
WASTED: Gone = (MoveKind.WASTE, WASTE)
RETURN: Gone = (MoveKind.GUEST_RETURN, RETURNED)
ON_HOUSE: Gone = (MoveKind.COMP, COMP)
STAFF_MEAL: Gone = (MoveKind.STAFF_MEAL, STAFF)
STAFF_REASON = "comp-staff"
"""The reason of a comp that makes it a meal of the staff."""

_FACTS = HotInsert(
    SalesFact.metadata.tables["sales_fact"],
    [
        "event_n",
        "position",
        "kind",
        "line_id",
        "fire_no",
        "item_id",
        "day",
        "qty_milli",
        "net_minor",
        "cost_minor",
    ],
)


@dataclass(frozen=True, slots=True)
class JournalEvent:
    """One event of the front's journal. `n` is contiguous; `body` is the event as plain JSON.

    `by` and `device` made the tap, on business day `day`.
    """

    n: int
    at_ms: int
    type: str
    body: Mapping[str, object]
    day: str = ""
    by: str = ""
    device: str = ""


class JournalReader(Protocol):
    """How the journal is read; given by whoever puts the processes together."""

    def read_after(self, n: int, limit: int) -> Sequence[JournalEvent]:
        """Up to `limit` events after number `n`, in order and without a gap."""

    def sound(self, n: int) -> bool:
        """Whether event `n` is as it was written: its hash follows from the one before."""


class JournalGap(Exception):
    """The journal skipped a number: counting on would lose an event, so the intake stops."""


class Intake:
    """Takes the journal into the books, batch by batch."""

    def __init__(self, database: Database, reader: JournalReader) -> None:
        """`database` is the back office's own."""
        self._database = database
        self._reader = reader
        self._cards = KnownCards()

    def cursor(self) -> int:
        """The number of the last event that is counted, 0 at first."""
        return self._database.read(_cursor)

    def fetch(self) -> Sequence[JournalEvent]:
        """The next events that are not counted yet. Blocks; may run in a thread of its own."""
        return self._reader.read_after(self.cursor(), BATCH_EVENTS)

    async def take(self, events: Sequence[JournalEvent]) -> int:
        """Count events, each once however often it comes; returns the cursor after them.

        Raises `JournalGap`, and the store's errors; in both cases nothing of the batch counts.
        """
        return await self._database.write(lambda connection: count(connection, events, self._cards))


def count(
    connection: Connection, events: Sequence[JournalEvent], known: KnownCards | None = None
) -> int:
    """Count events inside the caller's transaction; returns the cursor after them.

    `known` keeps the cards from one batch to the next.
    """
    with session_on(connection) as session:
        cursor = session.get(IntakeCursor, CURSOR)
        if cursor is None:
            cursor = IntakeCursor(name=CURSOR, n=0)
            session.add(cursor)
        fresh = [event for event in events if event.n > cursor.n]
        books = None
        if any(event.type in _HANDLERS for event in fresh):
            books = _Books(session, fresh, known or KnownCards())
        for event in fresh:
            if event.n != cursor.n + 1:
                raise JournalGap(f"after event {cursor.n} came event {event.n}")
            if books is not None and event.type in _HANDLERS:
                _HANDLERS[event.type](books, event)
            cursor.n = event.n
        if books is not None:
            books.write()
        session.flush()
        return cursor.n


class _Books:
    """What the handlers work with during one batch."""

    def __init__(self, session: Session, events: Sequence[JournalEvent], known: KnownCards) -> None:
        self.session = session
        self._facts: list[Row] = []
        self._fired = _fired_before(session, events)
        self._locked = locked_through(session)
        self.ledger = Ledger(session)
        self._known = known
        self._cards: Exploder | None = None
        self.instead = read_alternatives(session)
        rows = session.exec(select(StationStore)).all()
        self.store_of_station = {row.station_id: row.store_id for row in rows}

    @property
    def cards(self) -> Exploder:
        """The recipe cards, read when the first line is fired."""
        if self._cards is None:
            self._cards = self._known.exploder(self.session)
        return self._cards

    def write(self) -> None:
        """Put the batch so far into the tables, inside the open transaction."""
        self.ledger.write()
        _FACTS.rows(self.session.connection(), self._facts)
        self._facts = []

    def open_day(self, day: str) -> str:
        """The day to book on: what comes late for a locked period counts on the first open day."""
        return day if day > self._locked else open_day(self.session, day)

    def fact(self, event: JournalEvent, position: int, kind: str, fact: "_Fact") -> None:
        """Add a row of sales facts."""
        self._facts.append(
            (
                event.n, position, kind, fact.line_id, fact.fire_no, fact.item_id, fact.day,
                fact.qty_milli, fact.net_minor, fact.cost_minor,
            )
        )  # fmt: skip

    def first_time(self, line_id: str, fire_no: int) -> bool:
        """Whether this firing of a line was never counted; asking counts it."""
        new = (line_id, fire_no) not in self._fired
        self._fired.add((line_id, fire_no))
        return new

    def problem(self, event: JournalEvent, position: int, refused: Refused, day: str) -> None:
        """Keep an event, or the line of it at `position`, that could not be consumed."""
        self.session.add(
            IntakeException(
                event_n=event.n,
                position=position,
                event_type=event.type,
                code=refused.code,
                params=json.dumps(refused.params, ensure_ascii=False),
                body=json.dumps(event.body, ensure_ascii=False),
                day=day,
                at_ms=event.at_ms,
            )
        )

    def fired_milli(self, line_id: str, fire_no: int) -> int:
        """How much of a line was fired under a number; 0 if it never came by."""
        return self._sum(line_id, fire_no, "fired")

    def undone_milli(self, line_id: str, fire_no: int) -> int:
        """How much of that has been taken back or given so far."""
        return -self._sum(line_id, fire_no, "voided", "given")

    def given_milli(self, line_id: str, fire_no: int) -> int:
        """How much of that stands as given on the house."""
        return -self._sum(line_id, fire_no, "given")

    def firings(self, line_id: str) -> list[int]:
        """The numbers under which a line was fired."""
        self.write()
        query = select(SalesFact.fire_no).where(
            SalesFact.kind == "fired", SalesFact.line_id == line_id
        )
        return sorted(set(self.session.exec(query).all()))

    def origin(self, line_id: str) -> str:
        """The line that a part was split off, under which it was consumed; else itself."""
        part = self.session.get(LinePart, line_id)
        return part.origin if part else line_id

    def _sum(self, line_id: str, fire_no: int, *kinds: str) -> int:
        self.write()
        query = select(func.sum(col(SalesFact.qty_milli))).where(
            col(SalesFact.kind).in_(kinds),
            SalesFact.line_id == line_id,
            SalesFact.fire_no == fire_no,
        )
        return int(self.session.exec(query).one() or 0)


@dataclass(frozen=True, slots=True)
class _Fact:
    line_id: str
    fire_no: int
    item_id: str
    day: str
    qty_milli: int
    net_minor: int = 0
    cost_minor: int = 0


def _lines_fired(books: _Books, event: JournalEvent) -> None:
    fired = _typed(books, event, LinesFired)
    if fired is None:
        return
    for position, sold in enumerate(fired.sold):
        # The kitchen may have been told twice of one firing (server and terminal): it cooks once.
        if not books.first_time(sold.line_id, sold.fire_no):
            continue
        day = books.open_day(fired.day)
        entry = Entry(day, event.at_ms, fired.check_id, sold.line_id, sold.fire_no, event.n)
        cost = _consume(books, sold, entry)
        if isinstance(cost, Refused):
            books.problem(event, position, cost, fired.day)
            cost = 0
        fact = _Fact(sold.line_id, sold.fire_no, sold.item_id, day, sold.qty_milli, cost_minor=cost)
        books.fact(event, position, "fired", fact)


def _consume(books: _Books, sold: Sold, entry: Entry) -> int | Refused:
    """Take what a fired line needs from its station's store; returns the cost."""
    store_id = books.store_of_station.get(sold.station_id)
    if store_id is None:
        return refuse("no_store", station=sold.station_id, item=sold.item_id)
    qty = from_milli(sold.qty_milli)
    share = from_milli(sold.portion_milli)
    portion = Portion(sold.item_id, qty, entry.day, sold.modifier_ids, share)
    needs = books.cards.explode(portion, lambda good: books.ledger.on_hand(store_id, good))
    if isinstance(needs, Refused):
        return needs
    if books.instead:
        needs = with_alternatives(
            needs, books.instead, lambda good: books.ledger.on_hand(store_id, good)
        )
    return sum(
        books.ledger.issue(MoveKind.SALE, SALES, Shelf(store_id, ingredient_id, qty), entry)
        for ingredient_id, qty in needs.items()
    )


def _line_voided(books: _Books, event: JournalEvent) -> None:
    void = _typed(books, event, LineVoided)
    if void is None or not void.fired:
        return
    line_id = books.origin(void.line_id)
    whole = books.fired_milli(line_id, void.fire_no)
    if whole == 0:
        books.problem(event, 0, refuse("no_line", line=void.line_id, item=void.item_id), void.day)
        return
    before = books.undone_milli(line_id, void.fire_no)
    after = min(before + void.qty_milli, whole)
    day = books.open_day(void.day)
    entry = Entry(day, event.at_ms, void.check_id, line_id, void.fire_no, event.n)
    made = RETURN if void.kind == "return" else WASTED
    cost = _take_back(books, entry, Share(before, after, whole), made if void.made else None)
    fact = _Fact(line_id, void.fire_no, void.item_id, day, before - after, cost_minor=-cost)
    books.fact(event, 0, "voided", fact)


def _take_back(books: _Books, entry: Entry, share: Share, gone: Gone | None) -> int:
    """A share of a firing leaves what was sold; returns the cost that it takes along."""
    return sum(
        books.ledger.take_back(sale, share, gone, entry)
        for sale in books.ledger.sale_moves(entry.line_id, entry.fire_no)
    )


def _lines_moved(books: _Books, event: JournalEvent) -> None:
    moved = _typed(books, event, LinesMoved)
    if moved is None:
        return
    for line in moved.lines:
        if line.origin and books.session.get(LinePart, line.line_id) is None:
            books.session.add(LinePart(line_id=line.line_id, origin=line.origin))


def _check_closed(books: _Books, event: JournalEvent) -> None:
    closed = _typed(books, event, CheckClosed)
    if closed is None:
        return
    for position, line in enumerate(closed.sold):
        day = books.open_day(closed.day)
        fact = _Fact(line.line_id, 0, line.item_id, day, 0, net_minor=line.net_minor)
        books.fact(event, position, "closed", fact)
    _on_the_house(books, event, closed, books.open_day(closed.day), giving=True)


def _check_reopened(books: _Books, event: JournalEvent) -> None:
    """The sale is taken back on the day of the reopening; its next close counts again."""
    reopened = _typed(books, event, CheckReopened)
    if reopened is None:
        return
    day = books.open_day(event.day)
    for position, line in enumerate(reopened.sold):
        fact = _Fact(line.line_id, 0, line.item_id, day, 0, net_minor=-line.net_minor)
        books.fact(event, position, "closed", fact)
    _on_the_house(books, event, reopened, day, giving=False)


def _on_the_house(
    books: _Books,
    event: JournalEvent,
    told: CheckClosed | CheckReopened,
    day: str,
    *,
    giving: bool,
) -> None:
    """What was made and given for nothing is no sale: its cost moves to comps or staff meals.

    A reopened check takes it back, and its next close gives it anew. What was never consumed
    (a dish without a card) has no cost to move.
    """
    position = len(told.sold)
    for line in told.sold:
        line_id = books.origin(line.line_id) if line.given else ""
        for part in line.given:
            left, gone = part.qty_milli, STAFF_MEAL if part.reason == STAFF_REASON else ON_HOUSE
            for fire_no in books.firings(line_id):
                whole, before = (
                    books.fired_milli(line_id, fire_no),
                    books.undone_milli(line_id, fire_no),
                )
                most = whole - before if giving else books.given_milli(line_id, fire_no)
                part_milli = min(left, most)
                if part_milli <= 0:
                    continue
                left -= part_milli
                after = before + part_milli if giving else before - part_milli
                entry = Entry(day, event.at_ms, told.check_id, line_id, fire_no, event.n)
                cost = _take_back(books, entry, Share(before, after, whole), gone)
                fact = _Fact(line_id, fire_no, line.item_id, day, before - after, cost_minor=-cost)
                books.fact(event, position, "given", fact)
                position += 1


def _fired_before(session: Session, events: Sequence[JournalEvent]) -> set[tuple[str, int]]:
    """Firings counted in earlier batches of the lines that this batch names, in one question."""
    named: set[str] = set()
    for event in events:
        sold = event.body.get("sold") if event.type == "LinesFired" else None
        if isinstance(sold, Sequence):
            named |= {str(line.get("line_id")) for line in sold if isinstance(line, Mapping)}
    found: set[tuple[str, int]] = set()
    ordered = sorted(named)
    for start in range(0, len(ordered), NAMED_AT_ONCE):
        query = select(SalesFact.line_id, SalesFact.fire_no).where(
            SalesFact.kind == "fired",
            col(SalesFact.line_id).in_(ordered[start : start + NAMED_AT_ONCE]),
        )
        found |= set(session.exec(query).all())
    return found


T = TypeVar("T", LinesFired, LineVoided, LinesMoved, CheckClosed, CheckReopened)


def _typed(books: _Books, event: JournalEvent, kind: type[T]) -> T | None:
    """The event as its class; one that does not read is kept as a problem and counted past."""
    try:
        return msgspec.convert(event.body, kind)
    except msgspec.ValidationError as error:
        books.problem(event, 0, refuse("bad_event", words=str(error)), "")
        return None


_HANDLERS: Mapping[str, Callable[[_Books, JournalEvent], None]] = {
    "LinesFired": _lines_fired,
    "LineVoided": _line_voided,
    "LinesMoved": _lines_moved,
    "CheckClosed": _check_closed,
    "CheckReopened": _check_reopened,
}


def _cursor(connection: Connection) -> int:
    with session_on(connection) as session:
        cursor = session.get(IntakeCursor, CURSOR)
        return cursor.n if cursor else 0
