"""The stock turnover of a store between two days: what was there, came, went and is left.

At the method of the books the sheet is summed by the database out of the days of the ledger
(`StockDay`) and checked by the domain's identity. The other method is the same ledger priced anew
(`domain.shelves.revalued`), which reads every move up to the last day. Names are in all
languages; the pages choose.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from sqlalchemy import Connection, case, func
from sqlmodel import Session, col, or_, select

from sync_server.domain.costing import METHODS
from sync_server.domain.shelves import revalued
from sync_server.domain.stock import (
    Column,
    Holding,
    IngredientId,
    Move,
    MoveKind,
    Place,
    Turnover,
    from_milli,
    store_place,
    turnover,
)
from sync_server.store.database import session_on

from .goods_tables import Ingredient, IngredientGroup, StationStore, Store, Unit
from .moves import moves_where
from .names import Names, names_of
from .settings import costing_method
from .tables import StockDay, StockMove

LARGEST = 6


@dataclass(frozen=True, slots=True)
class Question:
    """Which sheet: a store, two ISO days (both included), a method of `costing.METHODS`; the one
    of the books when none is named."""

    store_id: str
    first_day: str
    last_day: str
    method: str = ""

    def __post_init__(self) -> None:
        known = not self.method or self.method in METHODS
        assert known, "an unknown method is refused before it comes here"


@dataclass(frozen=True, slots=True)
class GoodRow:
    """One ingredient; `factor` base units make the `unit` in which quantities are shown."""

    ingredient_id: str
    names: Names
    unit: str
    factor: int
    turnover: Turnover

    def shown(self, qty: Decimal) -> Decimal:
        """A quantity in the unit that people read."""
        return qty / self.factor

    @property
    def unit_cost_minor(self) -> Fraction | None:
        """Value by quantity of what is left, for one shown unit; None where nothing is left."""
        closing = self.turnover.closing
        if closing.qty <= 0:
            return None
        return Fraction(closing.value_minor) / Fraction(closing.qty) * self.factor


@dataclass(frozen=True, slots=True)
class Sums:
    """Values of a group of rows in minor units; they obey the same identity as a row."""

    opening: int
    columns: dict[Column, int]
    closing: int


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one group of ingredients, with their sums."""

    group_id: str
    names: Names
    rows: tuple[GoodRow, ...]

    @property
    def sums(self) -> Sums:
        """The values of all rows."""
        return sums_of(self.rows)


@dataclass(frozen=True, slots=True)
class Sheet:
    """A turnover sheet as people read it; `booked`: its values are those of the ledger."""

    question: Question
    groups: tuple[Group, ...]
    booked: bool = True

    @property
    def rows(self) -> tuple[GoodRow, ...]:
        """All rows in the order of their groups."""
        return tuple(row for group in self.groups for row in group.rows)

    @property
    def sums(self) -> Sums:
        """The values of the whole store."""
        return sums_of(self.rows)

    def largest_variances(self) -> list[GoodRow]:
        """Rows whose count differed from the book, the largest value first."""
        counted = [row for row in self.rows if row.turnover.of(Column.VARIANCE) != Holding()]
        by_value = sorted(
            counted, key=lambda row: -abs(row.turnover.of(Column.VARIANCE).value_minor)
        )
        return by_value[:LARGEST]


def sums_of(rows: Iterable[GoodRow]) -> Sums:
    """The values of rows added up."""
    opening = closing = 0
    columns = dict.fromkeys(Column, 0)
    for row in rows:
        opening += row.turnover.opening.value_minor
        closing += row.turnover.closing.value_minor
        for column in Column:
            columns[column] += row.turnover.of(column).value_minor
    return Sums(opening, columns, closing)


def turnover_sheet(connection: Connection, question: Question) -> Sheet:
    """The sheet of a question; an ingredient without stock or movement has no row."""
    with session_on(connection) as session:
        booked = question.method in ("", costing_method(session))
        if booked:
            moves: Iterable[Move] = _summed_moves(session, question)
        else:
            moves = revalued(_all_moves(session, question.last_day), question.method)
        found = turnover(
            moves, store_place(question.store_id), question.first_day, question.last_day
        )
        return Sheet(question, _grouped(session, found), booked)


def stores(connection: Connection) -> list[tuple[str, Names]]:
    """The stores of the house: first those that stations take from, each kind in its order."""
    with session_on(connection) as session:
        used = set(session.exec(select(StationStore.store_id)).all())
        rows = session.exec(select(Store).order_by(col(Store.position))).all()
        ordered = sorted(rows, key=lambda row: row.store_id not in used)
        return [(row.store_id, names_of(row)) for row in ordered]


def last_booked_day(connection: Connection) -> str:
    """The latest business day with a move; empty in empty books."""
    with session_on(connection) as session:
        return session.exec(select(func.max(StockMove.day))).one() or ""


def _summed_moves(session: Session, question: Question) -> list[Move]:
    """The days of the store added up by ingredient, kind, direction and part of the period.

    Sums may stand for their moves, because the sheet only ever adds them. An opening document on
    the first day has to stay apart, see `turnover`.
    """
    place = store_place(question.store_id)
    when = case(
        (col(StockDay.day) < question.first_day, ""),
        (col(StockDay.day) == question.first_day, question.first_day),
        else_=question.last_day,
    ).label("part")
    parts = (StockDay.kind, StockDay.ingredient_id, StockDay.source, StockDay.target, when)
    query = (
        select(*parts, func.sum(StockDay.qty_milli), func.sum(StockDay.value_minor))  # type: ignore[call-overload]
        .where(
            or_(col(StockDay.source) == place, col(StockDay.target) == place),
            StockDay.day <= question.last_day,
        )
        .group_by(*parts)
    )
    return [
        Move(
            MoveKind(kind),
            IngredientId(ingredient_id),
            Place(source),
            Place(target),
            from_milli(int(qty)),
            int(value),
            day=part,
        )
        for kind, ingredient_id, source, target, part, qty, value in session.exec(query)
    ]


def _all_moves(session: Session, last_day: str) -> Iterable[Move]:
    return moves_where(session.connection(), col(StockMove.day) <= last_day)


def _grouped(session: Session, found: dict[IngredientId, Turnover]) -> tuple[Group, ...]:
    units = {unit.code: unit.factor for unit in session.exec(select(Unit))}
    by_group: dict[str, list[GoodRow]] = {}
    for good in session.exec(select(Ingredient)):
        row = found.get(IngredientId(good.ingredient_id))
        if row is None or not (row.columns or row.opening != Holding()):
            continue
        names = names_of(good)
        shown = GoodRow(good.ingredient_id, names, good.unit, units[good.unit], row)
        by_group.setdefault(good.group_id, []).append(shown)
    groups: Sequence[IngredientGroup] = session.exec(
        select(IngredientGroup).order_by(col(IngredientGroup.position))
    ).all()
    return tuple(
        Group(
            group.group_id,
            names_of(group),
            tuple(sorted(by_group[group.group_id], key=lambda row: row.ingredient_id)),
        )
        for group in groups
        if group.group_id in by_group
    )
