"""What lies on the shelves of all stores, led through the moves by one costing method.

`Shelves.book` prices one move and advances the states of the places that it touches; the live
ledger and every recalculation go through it, so both give the same figures. Values that came
from outside (a price paid, opening stock, a return at the supplier's price) are kept; what is
issued, moved, made, found or taken back is priced by the states.

The order of costing is `costing_order`: business day and moment, never the order of arrival, so
a late document changes the cost of what came after it and of nothing else. A document that was
reversed leaves this history together with its reversal. Neighbours: `costing` has the methods,
`stock` the moves; `sync_server.back_office.recosting` keeps the rows.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from .costing import METHODS, Issued, Part, Stock, UnitCost
from .money import divide_half_up
from .stock import (
    CORRECTION,
    PRODUCTION,
    ROUNDING,
    ZERO,
    IngredientId,
    Key,
    Move,
    MoveKind,
    Place,
    part_of,
    store_of,
)

BOUGHT = frozenset({MoveKind.OPENING, MoveKind.RECEIPT})
"""Arrivals whose value is a price paid; the last one prices what a store never had."""

CORRECTIONS = frozenset({MoveKind.COST_CORRECTION, MoveKind.ROUNDING})
TINY_MINOR = 1
"""A leftover up to this is called rounding, not a correction of cost."""


def costing_order(move: Move) -> tuple[str, int, int, str, int]:
    """Where a move stands in the history of costs: what was bought comes first at its moment."""
    rank = 0 if move.kind in BOUGHT else 1
    return (move.day, move.at_ms, rank, move.note, move.order)


@dataclass(frozen=True, slots=True)
class Priced:
    """A move with its value, and what has to leave the store as a correction of cost."""

    move: Move
    correction_minor: int = 0
    no_cost: bool = False

    @property
    def store_end(self) -> Place:
        """The store that the correction leaves: where the goods arrived, or came from."""
        inside = store_of(self.move.target) is not None
        return self.move.target if inside else self.move.source


@dataclass(slots=True)
class Batch:
    """What went into something made so far, and how much of it has been given to outputs."""

    taken_minor: int = 0
    weight: int = 0
    given_minor: int = 0

    def give(self, share: int, shared: int) -> int:
        """The next output's part: by its share, half up; the last one takes what is left."""
        self.weight += share
        whole = self.weight >= shared
        part = divide_half_up(self.taken_minor * share, shared) if shared else 0
        value = self.taken_minor - self.given_minor if whole and share else part
        self.given_minor += value
        return value


@dataclass(slots=True)
class Shelves:
    """The states of all goods in all stores; whoever owns them may put states in before booking.

    `prices` is what was last paid for a good, `originals` the sales that may be taken back (by
    their order; only those in `wanted`, if it is known which), `undone` how much of each has
    been, in the thousandths of its line.
    """

    method: str
    states: dict[Key, Stock] = field(default_factory=dict)
    prices: dict[IngredientId, UnitCost] = field(default_factory=dict)
    originals: dict[int, Move] = field(default_factory=dict)
    undone: dict[int, int] = field(default_factory=dict)
    batches: dict[str, Batch] = field(default_factory=dict)
    wanted: Container[int] | None = None
    _back: dict[int, int] = field(default_factory=dict)

    def state(self, key: Key) -> Stock:
        """What lies at a place; empty at first."""
        return self.states.get(key) or METHODS[self.method]()

    def book(self, move: Move) -> Priced:
        """Price a move on the states, which it advances."""
        assert not move.annuls, "a reversal leaves the history, it is not priced in it"
        if move.kind in BOUGHT and move.qty > 0:
            self.prices[move.ingredient_id] = UnitCost(move.value_minor, move.qty)
        if move.passing:
            return self._pass(move)
        out = store_of(move.source) is not None
        priced, parts = self._issue(move) if out else self._given(move)
        if store_of(move.target) is not None:
            priced = self._arrive(priced, parts)
        if move.kind is MoveKind.SALE and (self.wanted is None or move.order in self.wanted):
            self.originals[move.order] = priced.move
        return priced

    def take(self, key: Key, qty: Decimal) -> Issued[Stock]:
        """So much goes out of a store at its cost, wherever it goes."""
        state = self.state(key)
        if state.cost is None:
            state = state.knowing(self.prices.get(key[1]))
        issued = state.issue(qty)
        self.states[key] = issued.state
        return issued

    def _issue(self, move: Move) -> tuple[Priced, tuple[Part, ...]]:
        """Out of a store, at its cost; a return to the supplier at the price of its paper."""
        issued = self.take((move.source, move.ingredient_id), move.qty)
        if move.kind is MoveKind.SUPPLIER_RETURN:
            return Priced(move, issued.value_minor - move.value_minor), issued.parts
        if move.target == PRODUCTION:
            self.batches.setdefault(move.batch, Batch()).taken_minor += issued.value_minor
        done = move.worth(issued.value_minor)
        return Priced(done, no_cost=issued.no_cost), issued.parts

    def _given(self, move: Move) -> tuple[Priced, tuple[Part, ...]]:
        """From outside: a price paid, a share of what was made, a surplus, a sale taken back."""
        value = move.value_minor
        if move.undoes:
            value = self._taken_back(move)
        elif move.source == PRODUCTION and move.shared:
            value = self.batches.setdefault(move.batch, Batch()).give(move.share, move.shared)
        elif move.kind is MoveKind.COUNT:
            key = (move.target, move.ingredient_id)
            known = self.state(key).knowing(self.prices.get(move.ingredient_id))
            value = known.worth(move.qty)
        return Priced(move.worth(value)), (Part(move.qty, value),)

    def _arrive(self, priced: Priced, parts: tuple[Part, ...]) -> Priced:
        move, correction = priced.move, 0
        key = (move.target, move.ingredient_id)
        for part in parts:
            state = self.state(key)
            if part.qty == ZERO:
                arrived = state.revalue(part.value_minor)
            elif move.undoes:
                arrived = state.put_back(part.qty, part.value_minor)
            else:
                arrived = state.receive(part.qty, part.value_minor)
            self.states[key] = arrived.state
            correction += arrived.correction_minor
        return replace(priced, correction_minor=priced.correction_minor + correction)

    def _taken_back(self, move: Move) -> int:
        """The part of a sale's cost that a void returns; all parts sum to the whole exactly."""
        sale = self.originals.get(move.undoes)
        if sale is None:
            return move.value_minor
        if not move.shared:
            return part_of(sale.value_minor, move.qty, sale.qty)
        before = self.undone.get(move.undoes, 0)
        after = before + move.share
        self.undone[move.undoes] = after
        until = divide_half_up(sale.value_minor * after, move.shared)
        return until - divide_half_up(sale.value_minor * before, move.shared)

    def _pass(self, move: Move) -> Priced:
        """Back from the guest and on to waste, at one value; what lies in the store stays."""
        if store_of(move.target) is not None:
            self._back[move.undoes] = abs(self._taken_back(move))
        return Priced(move.worth(self._back.get(move.undoes, move.value_minor)))


def corrections_of(priced: Priced) -> list[Move]:
    """The entry that takes a correction out of its store; none if it is zero."""
    if priced.correction_minor == 0:
        return []
    return [correction_entry(priced, priced.correction_minor)]


def correction_entry(priced: Priced, delta_minor: int) -> Move:
    """`delta_minor` leaves the store of a move as a correction, or as rounding if it is tiny."""
    tiny = abs(delta_minor) <= TINY_MINOR
    return replace(
        priced.move,
        kind=MoveKind.ROUNDING if tiny else MoveKind.COST_CORRECTION,
        source=priced.store_end,
        target=ROUNDING if tiny else CORRECTION,
        qty=ZERO,
        value_minor=delta_minor,
        undoes=0,
        annuls=0,
        batch="",
        share=0,
        shared=0,
        passing=False,
        corrects=priced.move.order,
    )


def replayed(moves: Iterable[Move], shelves: Shelves) -> Iterator[Priced]:
    """Price a history anew, in the order of costing; corrections of the first pricing are left out.

    A reversed document and its reversal keep the values they were booked with: together nothing.
    """
    history = sorted((m for m in moves if m.kind not in CORRECTIONS), key=costing_order)
    annulled = {move.annuls for move in history if move.annuls}
    for move in history:
        yield again(move, annulled, shelves)


def again(move: Move, annulled: Container[int], shelves: Shelves) -> Priced:
    """The next move of a history; `annulled` are the orders of what was reversed."""
    gone = move.annuls or move.order in annulled
    return Priced(move) if gone else shelves.book(move)


def revalued(moves: Iterable[Move], method: str) -> list[Move]:
    """The same ledger priced by another method: same goods, days and places, other values."""
    priced: list[Move] = []
    for done in replayed(moves, Shelves(method)):
        priced += [done.move, *corrections_of(done)]
    return priced


@dataclass(frozen=True, slots=True)
class Booked:
    """What the books say of a move by now: its value, and what left its store as a correction."""

    value_minor: int
    correction_minor: int = 0


def booked(moves: Iterable[Move]) -> dict[int, Booked]:
    """The value and correction of every move, with all later corrections of it added up."""
    values: dict[int, int] = {}
    corrections: dict[int, int] = {}
    for move in moves:
        if move.kind not in CORRECTIONS:
            values[move.order] = values.get(move.order, 0) + move.value_minor
        elif move.target in (CORRECTION, ROUNDING):
            corrections[move.corrects] = corrections.get(move.corrects, 0) + move.value_minor
        else:
            values[move.corrects] = values.get(move.corrects, 0) + move.value_minor
    return {order: Booked(value, corrections.get(order, 0)) for order, value in values.items()}


def differences(priced: Iterable[Priced], known: Mapping[int, Booked]) -> Iterator[Move]:
    """The corrections that bring the books to a new pricing: one for each figure that differs."""
    for done in priced:
        yield from difference(done, known[done.move.order])


def difference(done: Priced, before: Booked) -> Iterator[Move]:
    """What differs of one move, by entries that name the move they correct.

    A changed cost goes the way the goods went (store to sales); a changed split at zero leaves
    its store.
    """
    delta = done.move.value_minor - before.value_minor
    if delta:
        entry = correction_entry(done, delta)
        yield replace(
            entry,
            kind=MoveKind.COST_CORRECTION,
            source=done.move.source,
            target=done.move.target,
        )
    shift = done.correction_minor - before.correction_minor
    if shift:
        yield correction_entry(done, shift)
