"""Posting to the stock ledger: each move with its cost, and the balance that it changes.

The books run at moving average (`sync_server.domain.costing`); rows of `stock_move` are only
added. A `Ledger` lives inside one write transaction: moves and balances are committed together
with whatever caused them, or not at all. It gathers what is posted and puts it into the tables in
one go (`write`), or before it has to read them. `intake` and `seeding` are its callers.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func
from sqlmodel import Session, col, select

from sync_server.domain.costing import BOUGHT, Average, UnitCost, corrections_of
from sync_server.domain.money import divide_half_up
from sync_server.domain.stock import (
    SALES,
    WASTE,
    IngredientId,
    Move,
    MoveKind,
    Place,
    from_milli,
    store_of,
    store_place,
    to_milli,
)
from sync_server.store.hot_insert import HotInsert, Row

from .tables import Balance, StockMove

_MOVES = HotInsert(
    StockMove.__table__,  # type: ignore[attr-defined]
    [
        "n",
        "kind",
        "ingredient_id",
        "source",
        "target",
        "qty_milli",
        "value_minor",
        "day",
        "at_ms",
        "document",
        "line_id",
        "fire_no",
        "undoes",
        "event_n",
        "no_cost",
    ],
)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a posting is made for: business day, time, document, and the journal's line if any."""

    day: str
    at_ms: int
    document: str
    line_id: str = ""
    fire_no: int = 0
    event_n: int = 0


class Ledger:
    """The ledger inside one transaction; its owner calls `write` before that ends."""

    def __init__(self, session: Session) -> None:
        """Continue after the last numbered move."""
        self._session = session
        self._n = session.exec(select(func.max(StockMove.n))).one() or 0
        self._rows: dict[tuple[str, str], Balance] = {}
        self._states: dict[tuple[str, str], Average] = {}
        self._pending: list[Row] = []

    def write(self) -> None:
        """Put everything posted so far into the tables, inside the open transaction."""
        for key, state in self._states.items():
            _keep(self._rows[key], state)
        self._session.flush()
        _MOVES.rows(self._session.connection(), self._pending)
        self._pending = []

    def on_hand(self, store_id: str, ingredient_id: str) -> Decimal:
        """What lies in a store now; negative while something is missing."""
        return self._state(store_id, ingredient_id).qty

    def receive(
        self, kind: MoveKind, source: Place, move_to: "Shelf", value_minor: int, entry: Entry
    ) -> None:
        """Goods arrive in a store from outside, worth `value_minor`."""
        arrived = self._state(*move_to.key).receive(move_to.qty, value_minor)
        move = move_to.move(kind, source, store_place(move_to.store_id), value_minor)
        self._add([move, *corrections_of(move, arrived.correction_minor)], entry)
        self._states[move_to.key] = arrived.state

    def issue(self, kind: MoveKind, target: Place, move_from: "Shelf", entry: Entry) -> int:
        """Goods leave a store at its average; returns what they were worth."""
        state = self._state(*move_from.key)
        if state.cost is None:
            state = state.knowing(self._last_price(move_from.ingredient_id))
        issued = state.issue(move_from.qty)
        source = store_place(move_from.store_id)
        move = move_from.move(kind, source, target, issued.value_minor)
        self._add([move], entry, no_cost=issued.no_cost)
        self._states[move_from.key] = issued.state
        return issued.value_minor

    def sale_moves(self, line_id: str, fire_no: int) -> Sequence[StockMove]:
        """What one firing of a line took, in the order in which it was taken."""
        self.write()
        query = select(StockMove).where(
            StockMove.line_id == line_id,
            StockMove.fire_no == fire_no,
            StockMove.kind == MoveKind.SALE.value,
        )
        return self._session.exec(query.order_by(col(StockMove.n))).all()

    def take_back(self, sale: StockMove, share: "Share", made: bool, entry: Entry) -> int:
        """A share of a sale is undone: back to the shelf, or to waste if it was made.

        Either way at the value it went out with, which is returned. What was made stays gone:
        the pair of entries moves it from sold to written off and leaves the balance alone.
        """
        qty, value = from_milli(share.of(sale.qty_milli)), share.of(sale.value_minor)
        if qty == 0 and value == 0:
            return 0
        store_id = store_of(sale.source)
        assert store_id is not None, "a sale comes out of a store"
        ingredient_id = IngredientId(sale.ingredient_id)
        shelf = Shelf(store_id, ingredient_id, qty)
        back = shelf.move(MoveKind.SALE_REVERSAL, SALES, store_place(store_id), value, sale.n)
        if made:
            gone = shelf.move(MoveKind.WASTE, store_place(store_id), WASTE, value)
            self._add([back, gone], entry)
            return value
        state = self._state(store_id, ingredient_id)
        arrived = state.put_back(qty, value) if qty else state.revalue(value)
        self._add([back, *corrections_of(back, arrived.correction_minor)], entry)
        self._states[shelf.key] = arrived.state
        return value

    def _last_price(self, ingredient_id: str) -> UnitCost | None:
        """What the house last paid for a good, into whichever store it came."""
        self.write()
        query = (
            select(StockMove)
            .where(
                StockMove.ingredient_id == ingredient_id,
                col(StockMove.kind).in_([kind.value for kind in BOUGHT]),
                StockMove.qty_milli > 0,
            )
            .order_by(col(StockMove.n).desc())
        )
        bought = self._session.exec(query.limit(1)).first()
        return UnitCost(bought.value_minor, from_milli(bought.qty_milli)) if bought else None

    def _state(self, store_id: str, ingredient_id: str) -> Average:
        key = (store_id, ingredient_id)
        if key not in self._states:
            row = self._session.get(Balance, key)
            if row is None:
                row = Balance(
                    store_id=store_id,
                    ingredient_id=ingredient_id,
                    qty_milli=0,
                    value_minor=0,
                    cost_qty_milli=0,
                    cost_value_minor=0,
                )
                self._session.add(row)
            self._rows[key], self._states[key] = row, _state(row)
        return self._states[key]

    def _add(self, moves: Iterable[Move], entry: Entry, *, no_cost: bool = False) -> None:
        for move in moves:
            self._n += 1
            row: Row = (
                self._n,
                move.kind.value,
                move.ingredient_id,
                move.source,
                move.target,
                to_milli(move.qty),
                move.value_minor,
                entry.day,
                entry.at_ms,
                entry.document,
                entry.line_id,
                entry.fire_no,
                move.undoes,
                entry.event_n,
                no_cost,
            )
            self._pending.append(row)


@dataclass(frozen=True, slots=True)
class Shelf:
    """So much of an ingredient in a store."""

    store_id: str
    ingredient_id: IngredientId
    qty: Decimal

    @property
    def key(self) -> tuple[str, str]:
        """Which balance it belongs to."""
        return (self.store_id, self.ingredient_id)

    def move(
        self, kind: MoveKind, source: Place, target: Place, value_minor: int, undoes: int = 0
    ) -> Move:
        """The entry that moves it."""
        return Move(kind, self.ingredient_id, source, target, self.qty, value_minor, undoes=undoes)


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


def domain_move(row: StockMove) -> Move:
    """A row as the domain's entry."""
    return Move(
        MoveKind(row.kind),
        IngredientId(row.ingredient_id),
        Place(row.source),
        Place(row.target),
        from_milli(row.qty_milli),
        row.value_minor,
        day=row.day,
        order=row.n,
        note=row.document,
        undoes=row.undoes,
    )


def _state(balance: Balance) -> Average:
    cost = None
    if balance.cost_qty_milli:
        cost = UnitCost(balance.cost_value_minor, from_milli(balance.cost_qty_milli))
    return Average(from_milli(balance.qty_milli), balance.value_minor, cost)


def _keep(balance: Balance, state: Average) -> None:
    balance.qty_milli = to_milli(state.qty)
    balance.value_minor = state.value_minor
    balance.cost_qty_milli = to_milli(state.cost.qty) if state.cost else 0
    balance.cost_value_minor = state.cost.value_minor if state.cost else 0
