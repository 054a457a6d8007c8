"""Stock as double entry: goods go from one place to another, and nothing is ever edited.

A `Move` takes a quantity and a value of one ingredient out of one place into another. What lies
in a store is the sum of what came in less what went out; places outside the house (supplier,
sales, waste, count) take the other side, so all places together always sum to nothing. A change
of value alone (a cost correction, a rounding) is a move of quantity zero.

Quantities are `Decimal` with three places in the ingredient's base unit (g, ml, pcs); values are
whole minor units. How much an issue is worth is decided in `costing`; what a dish needs in
`recipes`; rows and documents are the business of `sync_server.back_office`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache
from typing import NewType

from .money import divide_half_up

Place = NewType("Place", str)
IngredientId = NewType("IngredientId", str)

QUANTUM = Decimal("0.001")
_THREE, _MINUS_THREE = Decimal(3), Decimal(-3)
ZERO = Decimal("0.000")

SUPPLIER = Place("supplier")
OPENING = Place("opening")
SALES = Place("sales")
WASTE = Place("waste")
COUNT = Place("count")
PRODUCTION = Place("production")
CORRECTION = Place("cost-correction")
ROUNDING = Place("rounding")
STAFF = Place("staff")
COMP = Place("comp")
RETURNED = Place("returned")
OUTSIDE = frozenset(
    {
        *(SUPPLIER, OPENING, SALES, WASTE, COUNT, PRODUCTION, CORRECTION, ROUNDING),
        *(STAFF, COMP, RETURNED),
    }
)

_STORE = "store:"
PLACES_KNOWN = 1_000


def store_place(store_id: str) -> Place:
    """The place where the goods of a store lie."""
    return Place(f"{_STORE}{store_id}")


@lru_cache(PLACES_KNOWN)
def store_of(place: str) -> str | None:
    """The store of a place, or None when the place is outside the house."""
    return place[len(_STORE) :] if place.startswith(_STORE) else None


class MoveKind(StrEnum):
    """What a move is in the words of a storekeeper. Each kind has one column of the turnover."""

    OPENING = "opening"
    RECEIPT = "receipt"
    SUPPLIER_RETURN = "supplier-return"
    TRANSFER = "transfer"
    SALE = "sale"
    SALE_REVERSAL = "sale-reversal"
    WASTE = "waste"
    STAFF_MEAL = "staff-meal"
    COMP = "comp"
    GUEST_RETURN = "guest-return"
    PRODUCTION = "production"
    COUNT = "count"
    COST_CORRECTION = "cost-correction"
    ROUNDING = "rounding"


def exact(value: Decimal | Fraction | int) -> Decimal:
    """A quantity at three places, half away from zero.

    The only place where a quantity is rounded: recipes work in fractions until the last step.
    """
    if isinstance(value, Fraction):
        thousandths = divide_half_up(value.numerator * 1000, value.denominator)
        return Decimal(thousandths).scaleb(-3).quantize(QUANTUM)
    return Decimal(value).quantize(QUANTUM, rounding=ROUND_HALF_UP)


def to_milli(qty: Decimal) -> int:
    """Whole thousandths of a quantity that has at most three places.

    Raises ValueError for a finer one: silently rounding here would lose goods.
    """
    thousandths = qty.scaleb(_THREE)
    whole = int(thousandths)
    if whole != thousandths:
        raise ValueError(f"{qty} has more than three places")
    return whole


def from_milli(qty_milli: int) -> Decimal:
    """The quantity of so many thousandths."""
    return Decimal(qty_milli).scaleb(_MINUS_THREE)


def part_of(value_minor: int, part: Decimal, whole: Decimal) -> int:
    """The value of `part` out of `whole` worth `value_minor`, half up. `whole` is not zero."""
    return divide_half_up(value_minor * to_milli(part), to_milli(whole))


@dataclass(frozen=True, slots=True)
class Move:
    """One entry of the ledger: `qty` ≥ 0 and `value_minor` leave `source` and arrive at `target`.

    Only value corrections have quantity zero, and only they may carry a value of either sign.
    `day` is the business day (ISO), `at_ms` the moment, `order` the position in the ledger,
    `note` says what made it. `undoes` is the order of the sale that a void takes back, `annuls`
    that of the move that a reversed document takes out of the history, `corrects` that of the
    move whose cost a correction changes. What is made carries its `share` of the `shared` cost of
    its `batch`; a void its part of the line in the same two. `passing` goods come back and leave
    again at once, without touching what lies in the store (a made dish that was voided, returned
    or given on the house; the other way round, with a share below zero, when it is sold after all).
    """

    kind: MoveKind
    ingredient_id: IngredientId
    source: Place
    target: Place
    qty: Decimal
    value_minor: int
    day: str = ""
    order: int = 0
    note: str = ""
    undoes: int = 0
    at_ms: int = 0
    annuls: int = 0
    corrects: int = 0
    batch: str = ""
    share: int = 0
    shared: int = 0
    passing: bool = False

    def __post_init__(self) -> None:
        assert self.qty >= 0, "a move goes from source to target; turn it round instead"
        assert self.source != self.target, "a move has two places"

    def worth(self, value_minor: int) -> "Move":
        """The same with a value. Written out, like `entered`: these run for every move booked."""
        if value_minor == self.value_minor:
            return self
        return Move(
            self.kind, self.ingredient_id, self.source, self.target, self.qty, value_minor,
            self.day, self.order, self.note, self.undoes, self.at_ms, self.annuls, self.corrects,
            self.batch, self.share, self.shared, self.passing,
        )  # fmt: skip

    def entered(self, order: int, day: str, at_ms: int, note: str) -> "Move":
        """The same at a place in the ledger."""
        return Move(
            self.kind, self.ingredient_id, self.source, self.target, self.qty, self.value_minor,
            day, order, note, self.undoes, at_ms, self.annuls, self.corrects,
            self.batch, self.share, self.shared, self.passing,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Holding:
    """Quantity and value of one ingredient at one place."""

    qty: Decimal = ZERO
    value_minor: int = 0

    def __add__(self, other: "Holding") -> "Holding":
        return Holding(self.qty + other.qty, self.value_minor + other.value_minor)

    def __sub__(self, other: "Holding") -> "Holding":
        return Holding(self.qty - other.qty, self.value_minor - other.value_minor)


Key = tuple[Place, IngredientId]


def holdings(moves: Iterable[Move]) -> dict[Key, Holding]:
    """What lies where after the moves: the sum of entries, whatever their order."""
    totals: dict[Key, Holding] = {}
    for move in moves:
        moved = Holding(move.qty, move.value_minor)
        taken, given = (move.source, move.ingredient_id), (move.target, move.ingredient_id)
        totals[taken] = totals.get(taken, Holding()) - moved
        totals[given] = totals.get(given, Holding()) + moved
    return totals


class Column(StrEnum):
    """The columns of a turnover sheet, in reading order. `OUT` columns are shown positive."""

    RECEIVED = "received"
    SOLD = "sold"
    WRITTEN_OFF = "written_off"
    VARIANCE = "variance"
    CORRECTION = "correction"


OUT = frozenset({Column.SOLD, Column.WRITTEN_OFF})

_COLUMN_OF: dict[MoveKind, Column] = {
    MoveKind.OPENING: Column.RECEIVED,
    MoveKind.RECEIPT: Column.RECEIVED,
    MoveKind.SUPPLIER_RETURN: Column.RECEIVED,
    MoveKind.TRANSFER: Column.RECEIVED,
    MoveKind.PRODUCTION: Column.RECEIVED,
    MoveKind.SALE: Column.SOLD,
    MoveKind.SALE_REVERSAL: Column.SOLD,
    MoveKind.WASTE: Column.WRITTEN_OFF,
    MoveKind.STAFF_MEAL: Column.WRITTEN_OFF,
    MoveKind.COMP: Column.WRITTEN_OFF,
    MoveKind.GUEST_RETURN: Column.WRITTEN_OFF,
    MoveKind.COUNT: Column.VARIANCE,
    MoveKind.COST_CORRECTION: Column.CORRECTION,
    MoveKind.ROUNDING: Column.CORRECTION,
}
assert set(_COLUMN_OF) == set(MoveKind), "every kind of move has a column"
KINDS_OF: Mapping[Column, frozenset[MoveKind]] = {
    column: frozenset(kind for kind, of in _COLUMN_OF.items() if of is column) for column in Column
}
"""Of which kinds of moves a column is made."""


@dataclass(frozen=True, slots=True)
class Turnover:
    """One row of a turnover sheet: what was there, what happened by column, what is left."""

    opening: Holding = Holding()
    columns: Mapping[Column, Holding] = field(default_factory=dict)
    closing: Holding = Holding()

    def of(self, column: Column) -> Holding:
        """The movement of a column; sold and written off count as positive."""
        return self.columns.get(column, Holding())

    @property
    def balanced(self) -> bool:
        """Whether opening + in − out + corrections = closing, in quantity and in value."""
        total = self.opening
        for column, moved in self.columns.items():
            total = total - moved if column in OUT else total + moved
        return total == self.closing


def turnover(
    moves: Iterable[Move], place: Place, first_day: str, last_day: str
) -> dict[IngredientId, Turnover]:
    """The turnover of a place between two business days, both included.

    Days compare as ISO text; an opening document stands at the start of its day. Opening and
    closing are summed apart from the columns, so that the identity is a check, not a definition.
    """
    opening: dict[IngredientId, Holding] = {}
    closing: dict[IngredientId, Holding] = {}
    columns: dict[IngredientId, dict[Column, Holding]] = {}
    for move in moves:
        if move.day > last_day or place not in (move.source, move.target):
            continue
        moved = Holding(move.qty, move.value_minor)
        signed = moved if move.target == place else Holding() - moved
        key = move.ingredient_id
        closing[key] = closing.get(key, Holding()) + signed
        stood = move.kind is MoveKind.OPENING and move.day == first_day
        if move.day < first_day or stood:
            opening[key] = opening.get(key, Holding()) + signed
            continue
        column = _COLUMN_OF[move.kind]
        of_key = columns.setdefault(key, {})
        shown = Holding() - signed if column in OUT else signed
        of_key[column] = of_key.get(column, Holding()) + shown
    sheet = {
        key: Turnover(opening.get(key, Holding()), columns.get(key, {}), closing[key])
        for key in closing
    }
    assert all(row.balanced for row in sheet.values()), "opening + in − out + corrections ≠ closing"
    return sheet


@dataclass(frozen=True, slots=True)
class Variance:
    """A stock-take of one ingredient: book, what was found, and the difference with its value."""

    book: Decimal
    actual: Decimal
    value_minor: int

    @property
    def qty(self) -> Decimal:
        """Found less book; negative is a shortage."""
        return self.actual - self.book


def count_variance(
    book: Decimal, counted: Decimal, counted_inside: Decimal, unit_cost_minor: Fraction
) -> Variance:
    """The variance of a count (features-region, rule 8).

    `counted_inside` is what the counted prepared goods contain of the ingredient. Shortage and
    surplus are both valued at the unit cost of the moment of counting.
    """
    actual = exact(counted + counted_inside)
    worth = Fraction(actual - book) * unit_cost_minor
    return Variance(book, actual, divide_half_up(worth.numerator, worth.denominator))
