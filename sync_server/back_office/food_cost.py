"""Food cost by recipe: what the dishes sold took from the shelf, against their net sales.

Theoretical food cost (features-region, rule 10): quantity and cost come from fired lines less
voids, net sales (after discounts, without tax and tips) from closed checks, all as rows of
`sales_fact`. Voided dishes are no sale, so waste stands in the stock turnover and not here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import Connection, func
from sqlmodel import Session, col, select

from sync_server.domain.costing import food_cost_bp
from sync_server.store.database import session_on

from .goods_tables import Item, ItemCategory
from .names import Names, names_of
from .tables import CostChange, IntakeException, SalesFact

UNLISTED = "unlisted"


@dataclass(frozen=True, slots=True)
class Sales:
    """What was sold and what it cost; quantities in thousandths of a portion."""

    qty_milli: int = 0
    net_minor: int = 0
    cost_minor: int = 0

    def __add__(self, other: "Sales") -> "Sales":
        return Sales(
            self.qty_milli + other.qty_milli,
            self.net_minor + other.net_minor,
            self.cost_minor + other.cost_minor,
        )

    @property
    def cost_bp(self) -> int | None:
        """Food cost in basis points of net sales; None without sales."""
        return food_cost_bp(self.cost_minor, self.net_minor)

    @property
    def margin_minor(self) -> int:
        """Net sales less recipe cost."""
        return self.net_minor - self.cost_minor


@dataclass(frozen=True, slots=True)
class DishRow:
    """One dish or drink."""

    item_id: str
    names: Names
    sales: Sales


@dataclass(frozen=True, slots=True)
class Category:
    """The dishes of a menu category."""

    category_id: str
    names: Names
    rows: tuple[DishRow, ...]

    @property
    def sales(self) -> Sales:
        """All dishes added up."""
        return total(row.sales for row in self.rows)


@dataclass(frozen=True, slots=True)
class Day:
    """One business day."""

    day: str
    sales: Sales


@dataclass(frozen=True, slots=True)
class FoodCost:
    """The report of a period by dish and by day; both add up to the same total."""

    first_day: str
    last_day: str
    categories: tuple[Category, ...]
    days: tuple[Day, ...]

    @property
    def sales(self) -> Sales:
        """The whole period."""
        return total(category.sales for category in self.categories)


def total(sales: Iterable[Sales]) -> Sales:
    """Sales added up."""
    return sum(sales, Sales())


def food_cost(connection: Connection, first_day: str, last_day: str) -> FoodCost:
    """The report between two business days, both included."""
    with session_on(connection) as session:
        report = FoodCost(
            first_day,
            last_day,
            _by_category(session, _by_item(session, first_day, last_day)),
            _by_day(session, first_day, last_day),
        )
    assert report.sales == total(day.sales for day in report.days), "dishes and days must agree"
    return report


def food_cost_before(connection: Connection, first_day: str) -> tuple[str, int] | None:
    """The month before a day and its food cost in basis points; None without sales in it."""
    end = date.fromisoformat(first_day).replace(day=1) - timedelta(days=1)
    with session_on(connection) as session:
        days = _by_day(session, end.replace(day=1).isoformat(), end.isoformat())
    cost = total(day.sales for day in days).cost_bp
    return None if cost is None else (end.isoformat(), cost)


@dataclass(frozen=True, slots=True)
class Problem:
    """A sale that could not be consumed, with its journal number."""

    event_n: int
    event_type: str
    code: str
    params: str
    day: str
    at_ms: int


def problems(connection: Connection, limit: int) -> list[Problem]:
    """The latest sales that could not be consumed, newest first."""
    with session_on(connection) as session:
        query = select(IntakeException).order_by(
            col(IntakeException.event_n).desc(), col(IntakeException.position)
        )
        return [
            Problem(row.event_n, row.event_type, row.code, row.params, row.day, row.at_ms)
            for row in session.exec(query.limit(limit))
        ]


def problem_count(connection: Connection) -> int:
    """How many sales could not be consumed."""
    with session_on(connection) as session:
        return session.exec(select(func.count()).select_from(IntakeException)).one()


def _by_item(session: Session, first_day: str, last_day: str) -> dict[str, Sales]:
    return _summed(session, (SalesFact.item_id, CostChange.item_id), first_day, last_day)


def _by_day(session: Session, first_day: str, last_day: str) -> tuple[Day, ...]:
    sums = _summed(session, (SalesFact.day, CostChange.day), first_day, last_day)
    return tuple(Day(day, sales) for day, sales in sorted(sums.items()))


def _summed(
    session: Session, keys: tuple[str, str], first_day: str, last_day: str
) -> dict[str, Sales]:
    """Sales by a key, with what recalculations changed of their cost."""
    of_fact, of_change = keys
    facts = (
        select(
            of_fact,
            func.sum(SalesFact.qty_milli),
            func.sum(SalesFact.net_minor),
            func.sum(SalesFact.cost_minor),
        )
        .where(SalesFact.day >= first_day, SalesFact.day <= last_day)
        .group_by(of_fact)
    )
    sums = {key: Sales(int(q), int(n), int(c)) for key, q, n, c in session.exec(facts)}
    changes = (
        select(of_change, func.sum(CostChange.cost_minor))
        .where(CostChange.day >= first_day, CostChange.day <= last_day)
        .group_by(of_change)
    )
    for key, cost in session.exec(changes):
        sums[key] = sums.get(key, Sales()) + Sales(0, 0, int(cost))
    return sums


def _by_category(session: Session, sales: dict[str, Sales]) -> tuple[Category, ...]:
    """Dishes under their categories, the largest net sales first; unknown ones come last."""
    listed = {item.item_id: item for item in session.exec(select(Item))}
    rows: dict[str, list[DishRow]] = {}
    for item_id, sold in sales.items():
        item = listed.get(item_id)
        names = names_of(item) if item else Names(item_id, item_id)
        where = item.category_id if item else UNLISTED
        rows.setdefault(where, []).append(DishRow(item_id, names, sold))
    order = session.exec(select(ItemCategory).order_by(col(ItemCategory.position))).all()
    known = [(row.category_id, names_of(row)) for row in order]
    known.append((UNLISTED, Names("Not in the menu", "Немає в меню", "Nie ma w menu")))
    return tuple(
        Category(category_id, names, tuple(sorted(rows[category_id], key=_by_net)))
        for category_id, names in known
        if category_id in rows
    )


def _by_net(row: DishRow) -> tuple[int, str]:
    return (-row.sales.net_minor, row.item_id)
