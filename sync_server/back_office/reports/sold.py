"""What portions and recipe cost are made of: every firing, void, comp and close of a dish.

Out of `sales_fact`, signed as it keeps them, with what recalculations changed of a cost
(`cost_change`), so its sums are those of food cost (`food_cost`). A fact opens its tap, a change
the recalculation. Neighbours: `listing` shows the same taps as the till sees them, and the moves.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ..accounts import RIGHT_REPORTS
from ..food_cost import UNLISTED
from ..till_tables import JOURNAL_INDEX
from .listing import with_the_rest
from .naming import TABLES, categories, named
from .report import MOST_LINES, Asked, Column, Drill, Kind, Line, Report, Value, Word

FACT, CHANGE = TABLES["sales_fact"].c, TABLES["cost_change"].c
Table = sa.sql.base.ReadOnlyColumnCollection[str, sa.Column[Any]]


def _asked_of(connection: Connection, of: Table, asked: Asked) -> list[sa.ColumnElement[bool]]:
    """Of the days asked for, of one dish or one category."""
    where: list[sa.ColumnElement[bool]] = [of.day >= asked.first, of.day <= asked.last]
    if item := asked.get("item"):
        where.append(of.item_id == item)
    if category := asked.get("category"):
        listed = categories(connection, asked.language)
        if category == UNLISTED:
            where.append(of.item_id.not_in(listed))
        else:
            inside = [one for one, (found, _) in listed.items() if found == category]
            where.append(of.item_id.in_(inside))
    return where


def _sold(connection: Connection, asked: Asked) -> Sequence[Line]:
    """Facts in the order of the journal, then what recalculations changed."""
    facts = _asked_of(connection, FACT, asked)
    changes = _asked_of(connection, CHANGE, asked)
    number = JOURNAL_INDEX.c.number
    told = (
        sa.select(TABLES["sales_fact"], number)
        .join(JOURNAL_INDEX, JOURNAL_INDEX.c.n == FACT.event_n, isouter=True)
        .where(*facts)
        .order_by(FACT.event_n, FACT.position)
    )
    dishes = named(connection, "item", "item_id", asked.language)
    lines = [_fact(row, dishes) for row in connection.execute(told.limit(MOST_LINES))]
    anew = sa.select(TABLES["cost_change"]).where(*changes).order_by(CHANGE.n)
    room = MOST_LINES - len(lines)
    lines += [_change(row, dishes) for row in connection.execute(anew.limit(room))]

    def whole() -> tuple[int, Mapping[str, Value]]:
        def added(column: sa.Column[Any]) -> sa.ColumnElement[int]:
            return sa.func.coalesce(sa.func.sum(column), 0)

        count, qty, net, cost = connection.execute(
            sa.select(
                sa.func.count(),
                added(FACT.qty_milli),
                added(FACT.net_minor),
                added(FACT.cost_minor),
            ).where(*facts)
        ).one()
        more, changed = connection.execute(
            sa.select(sa.func.count(), added(CHANGE.cost_minor)).where(*changes)
        ).one()
        return int(count + more), _figures(int(qty), int(net), int(cost + changed))

    return with_the_rest(lines, "kind", whole)


def _figures(qty_milli: int, net_minor: int, cost_minor: int) -> dict[str, Value]:
    return {
        "portions": qty_milli,
        "net": net_minor,
        "cost": cost_minor,
        "margin": net_minor - cost_minor,
    }


def _fact(row: Any, dishes: Mapping[str, str]) -> Line:
    figures = _figures(row.qty_milli, row.net_minor, row.cost_minor)
    return Line(
        f"{row.event_n}/{row.position}",
        {
            "day": row.day,
            "number": row.number or "",
            "kind": Word(f"sold_{row.kind}", row.kind),
            "dish": dishes.get(row.item_id, row.item_id),
        }
        | {key: value or None for key, value in figures.items()},
        drills={"": Drill("tap", {"n": str(row.event_n)})},
    )


def _change(row: Any, dishes: Mapping[str, str]) -> Line:
    return Line(
        f"recost/{row.n}",
        {
            "day": row.day,
            "kind": Word("sold_recosted"),
            "dish": dishes.get(row.item_id, row.item_id),
            "cost": row.cost_minor,
            "margin": -row.cost_minor,
        },
        drills={"": Drill("recosts", {"from": row.day, "to": row.day, "run": str(row.run)})},
    )


SOLD = Report(
    "sold",
    RIGHT_REPORTS,
    (
        Column("day", Kind.DAY),
        Column("number"),
        Column("kind"),
        Column("dish"),
        Column("portions", Kind.PORTIONS, total=True),
        Column("net", Kind.MONEY, total=True),
        Column("cost", Kind.MONEY, total=True),
        Column("margin", Kind.MONEY, total=True),
    ),
    _sold,
    listed=False,
    keeps=("item", "category"),
)
