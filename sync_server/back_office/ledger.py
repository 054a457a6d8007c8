"""Posting to the stock ledger: each move with its cost, and the balance that it changes.

Moves are priced by `sync_server.domain.shelves` under the house's costing method; rows of
`stock_move` are only added. A `Ledger` lives inside one write transaction: moves and balances are
committed together with whatever caused them, or not at all. It gathers what is posted and puts it
into the tables in one go (`write`), or before it has to read them.

What is dated before the last move of its good is priced as things stand and marked as due;
`recosting` then works the history out anew. Callers: `intake`, `seeding`, `posting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, TypeVar

from sqlalchemy import Select, func, text
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from sync_server.domain.costing import UnitCost
from sync_server.domain.money import divide_half_up
from sync_server.domain.shelves import BOUGHT, Priced, Shelves, corrections_of
from sync_server.domain.stock import (
    SALES,
    IngredientId,
    Key,
    Move,
    MoveKind,
    Place,
    from_milli,
    store_of,
    store_place,
)

from .balances import NEVER, Balances
from .goods_tables import Ingredient
from .marks import Marks, week_of
from .moves import Entry, Moves, domain_move
from .settings import costing_method
from .tables import BOUGHT_AT_A_PRICE, RecostCause, RecostDue, StockMove

__all__ = ["Entry", "Gone", "Ledger", "Share", "Shelf", "domain_move", "last_purchase", "mark_due"]

LAST = (True, chr(0x10FFFF))
"""Behind whatever stood at a moment before this transaction: who comes first is looked up anew."""

WAITING = 0
Q = TypeVar("Q", bound=Select[Any])
CAUSES_NAMED = 50


class Ledger:
    """The ledger inside one transaction; its owner calls `write` before that ends."""

    def __init__(self, session: Session) -> None:
        """Continue after the last numbered move."""
        self._session = session
        self._moves = Moves(session)
        method = costing_method(session)
        self._balances = Balances(session.connection(), method)
        self._shelves = Shelves(method, self._balances.states)
        self._marks = Marks(method)
        self._late: dict[str, Late] = {}
        self._latest: dict[Key, tuple[bool, str]] = {}
        self._asked: set[str] = set()

    def write(self) -> None:
        """Put everything posted so far into the tables, inside the open transaction."""
        self._session.flush()
        self._balances.write()
        for ingredient_id, late in sorted(self._late.items()):
            mark_due(self._session, ingredient_id, late.day)
            late.name_causes(self._session, ingredient_id)
        self._late = {}
        self._marks.write(self._session.connection())
        self._session.flush()
        self._moves.write()

    def on_hand(self, store_id: str, ingredient_id: str) -> Decimal:
        """What lies in a store now; negative while something is missing."""
        self._balances.load()
        return self._shelves.state((store_place(store_id), IngredientId(ingredient_id))).qty

    def post(self, move: Move, entry: Entry) -> Priced:
        """Price a move as things stand, and add it with the correction it causes."""
        numbered = move.entered(self._moves.next_n, entry.day, entry.at_ms, entry.document)
        for place in (move.source, move.target):
            if store_of(place) is not None:
                self._reach((place, move.ingredient_id), entry, move.kind)
        priced = self._shelves.book(numbered)
        self._moves.add(priced.move, entry, no_cost=priced.no_cost)
        for correction in corrections_of(priced):
            self._moves.add(correction, entry, no_cost=priced.no_cost)
        return priced

    def receive(
        self, kind: MoveKind, source: Place, move_to: "Shelf", value_minor: int, entry: Entry
    ) -> None:
        """Goods arrive in a store from outside, worth `value_minor`."""
        self.post(move_to.move(kind, source, store_place(move_to.store_id), value_minor), entry)

    def issue(self, kind: MoveKind, target: Place, move_from: "Shelf", entry: Entry) -> int:
        """Goods leave a store at their cost, for no batch and no supplier; returns the cost.

        Out of the house it is `post` without what cannot happen: each line sold comes by six times.
        """
        store, good, qty = store_place(move_from.store_id), move_from.ingredient_id, move_from.qty
        if store_of(target) is not None:
            return self.post(move_from.move(kind, store, target, 0), entry).move.value_minor
        self._reach((store, good), entry, kind)
        issued = self._shelves.take((store, good), qty)
        value = issued.value_minor
        move = Move(
            kind, good, store, target, qty, value,
            entry.day, self._moves.next_n, entry.document, at_ms=entry.at_ms,
        )  # fmt: skip
        self._moves.add(move, entry, no_cost=issued.no_cost)
        return value

    def annul(self, row: StockMove, entry: Entry) -> None:
        """Take a move out of the history by its opposite; the good is due for recalculation."""
        move = domain_move(row)
        opposite = replace(move, source=move.target, target=move.source, annuls=row.n)
        self._moves.add(opposite, entry)
        self._due(row.ingredient_id, entry)

    def sale_moves(self, line_id: str, fire_no: int) -> Sequence[StockMove]:
        """What one firing of a line took, in the order in which it was taken."""
        self.write()
        query = select(StockMove).where(
            StockMove.line_id == line_id,
            StockMove.fire_no == fire_no,
            StockMove.kind == MoveKind.SALE.value,
        )
        return self._session.exec(query.order_by(col(StockMove.n))).all()

    def take_back(self, sale: StockMove, share: "Share", gone: "Gone | None", entry: Entry) -> int:
        """A share of a sale is undone: back to the shelf, or `gone` to where it was made for.

        Either way at the value it went out with, which is returned. What was made stays gone:
        the pair of entries moves it from sold to written off and leaves the balance alone. A
        share that shrinks again (a comp of a reopened check) takes the same way back.
        """
        store_id = store_of(sale.source)
        assert store_id is not None, "a sale comes out of a store"
        cost = sale.value_minor + self._corrected(sale.n)
        self._shelves.originals[sale.n] = replace(domain_move(sale), value_minor=cost)
        self._shelves.undone[sale.n] = share.before_milli
        qty = share.of(sale.qty_milli)
        shelf = Shelf(store_id, IngredientId(sale.ingredient_id), from_milli(abs(qty)))
        store = store_place(store_id)
        if qty == 0 and share.of(cost) == 0:
            return 0
        ways = [(MoveKind.SALE_REVERSAL, SALES), *([gone] if gone is not None else [])]
        if share.after_milli < share.before_milli:
            assert gone is not None, "only what is gone can be sold after all"
            ways.reverse()
        back = replace(
            shelf.move(*ways[0], store, 0),
            undoes=sale.n,
            share=share.after_milli - share.before_milli,
            shared=share.whole_milli,
            passing=gone is not None,
        )
        value = self.post(back, entry).move.value_minor
        if gone is not None:
            kind, place = ways[1]
            on = replace(shelf.move(kind, store, place, 0), undoes=sale.n, passing=True)
            self.post(on, entry)
        return value if qty > 0 else -value

    def _corrected(self, n: int) -> int:
        """How much recalculations have changed the value of a sale."""
        query = select(func.sum(col(StockMove.value_minor))).where(
            StockMove.corrects == n, StockMove.corrects != 0, StockMove.target == SALES
        )
        return int(self._session.exec(query).one() or 0)

    def _reach(self, key: Key, entry: Entry, kind: MoveKind) -> None:
        """Load the state of a good, and see whether this entry comes after all the others.

        What was bought counts for every store: it prices what one of them never had. At one
        moment the rule of `costing_order` says who is first.
        """
        balances, good = self._balances, key[1]
        balances.load()
        self._mark(good, week_of(entry.day))
        if balances.touch(key).cost is None and good not in self._asked:
            self._asked.add(good)
            price = self._last_price(good)
            if price is not None:
                self._shelves.prices.setdefault(good, price)
        moment, place = (entry.day, entry.at_ms), (kind not in BOUGHT, entry.document)
        last = balances.moments.get(key, NEVER)
        if moment < last or (moment == last and place < self._latest.get(key, LAST)):
            self._due(good, entry)
            return
        if kind in BOUGHT and moment < balances.last_moment(good):
            self._due(good, entry)
        balances.moments[key] = moment
        self._latest[key] = place

    def _due(self, good: str, entry: Entry) -> None:
        late = self._late.setdefault(good, Late(entry.day))
        late.day = min(late.day, entry.day)
        if len(late.causes) < CAUSES_NAMED:
            late.causes.add(entry.document)

    def _mark(self, good: IngredientId, week: str) -> None:
        """Leave a mark where the history of a good comes to a new week."""
        weeks = self._marks.weeks
        if good not in weeks:
            weeks[good] = week_of(self._balances.last_moment(good)[0])
        if week > weeks[good]:
            self._marks.leave(good, week, self._balances.held(good))

    def _last_price(self, ingredient_id: str) -> UnitCost | None:
        """What the house last paid for a good, into whichever store it came."""
        with self._session.no_autoflush:
            bought = last_purchase(self._session, ingredient_id)
        return UnitCost(bought.value_minor, from_milli(bought.qty_milli)) if bought else None


@dataclass(slots=True)
class Late:
    """From which day on a good is due, and the documents that made it so."""

    day: str
    causes: set[str] = field(default_factory=set)

    def name_causes(self, session: Session, good: str) -> None:
        """Keep them until a recalculation takes them up."""
        for document in sorted(self.causes):
            if session.get(RecostCause, (good, WAITING, document)) is None:
                session.add(RecostCause(ingredient_id=good, run=WAITING, document=document))


def mark_due(session: Session, ingredient_id: str, day: str) -> None:
    """The cost of a good has to be worked out anew from `day` on, or from earlier."""
    due = session.get(RecostDue, ingredient_id)
    if due is None:
        session.add(RecostDue(ingredient_id=ingredient_id, day=day))
    else:
        due.day = min(due.day, day)


def last_purchase(
    session: Session, ingredient_id: str, *, before: tuple[str, int] | None = None
) -> StockMove | None:
    """The last arrival of a good at a price (before a day and moment), that still holds."""
    query = _latest_first(select(StockMove)).where(StockMove.ingredient_id == ingredient_id)
    if before is not None:
        day, at_ms = before
        same = (col(StockMove.day) == day) & (col(StockMove.at_ms) < at_ms)
        query = query.where(StockMove.day <= day, (col(StockMove.day) < day) | same)
    return session.exec(query).first()


def last_purchases(session: Session) -> dict[str, StockMove]:
    """The last arrival at a price of every good that ever had one: a look into the index for
    each good, however many moves there are."""
    latest = _latest_first(select(StockMove.n)).where(
        StockMove.ingredient_id == Ingredient.ingredient_id
    )
    each = latest.correlate(Ingredient).scalar_subquery()
    rows = select(StockMove).where(col(StockMove.n).in_(select(each).select_from(Ingredient)))
    return {row.ingredient_id: row for row in session.exec(rows)}


def _latest_first(query: Q) -> Q:
    """The latest of the arrivals at a price that were not taken back."""
    opposite = aliased(StockMove)
    annulled = (
        select(opposite.n)
        .where(opposite.annuls == StockMove.n, opposite.annuls != 0)
        .correlate(StockMove)
        .exists()
    )
    ordered = query.where(text(BOUGHT_AT_A_PRICE), ~annulled).order_by(
        col(StockMove.day).desc(),
        col(StockMove.at_ms).desc(),
        col(StockMove.document).desc(),
        col(StockMove.n).desc(),
    )
    return ordered.limit(1)


Gone = tuple[MoveKind, Place]
"""What became of a dish that was made and not sold: the kind of move, and where it went."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """So much of an ingredient in a store."""

    store_id: str
    ingredient_id: IngredientId
    qty: Decimal

    def move(self, kind: MoveKind, source: Place, target: Place, value_minor: int) -> Move:
        """The entry that moves it."""
        return Move(kind, self.ingredient_id, source, target, self.qty, value_minor)


@dataclass(frozen=True, slots=True)
class Share:
    """The part of a firing between two void quantities; all parts sum to the whole exactly."""

    before_milli: int
    after_milli: int
    whole_milli: int

    def of(self, amount: int) -> int:
        """This part of a quantity or value of the whole firing."""
        until = divide_half_up(amount * self.after_milli, self.whole_milli)
        return until - divide_half_up(amount * self.before_milli, self.whole_milli)
