"""Dishes: food cost by dish, category, day; ABC; menu engineering; the margin of each check.

Cost is by recipe from `sales_fact` with what recalculations changed (`cost_change`), net sales
are after discounts without tax. A line that was split bears its share of its origin's cost.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.domain.costing import abc_classes, shares_before
from sync_server.domain.menu_standing import Dish, menu_standing
from sync_server.domain.money import divide_half_up

from ..accounts import RIGHT_REPORTS
from ..food_cost import Sales, food_cost
from ..till_tables import TILL_FACT
from .naming import TABLES, people
from .report import (
    MOST_LINES,
    Asked,
    Chart,
    Column,
    Drill,
    Filter,
    Kind,
    Line,
    Report,
    Word,
    ratios,
)
from .sales import within, words

F = TILL_FACT.c
FACT, CHANGE, PART = (TABLES[name] for name in ("sales_fact", "cost_change", "line_part"))
NAMED_AT_ONCE = 500
COST_COLUMNS = (
    Column("portions", Kind.PORTIONS, total=True),
    Column("net", Kind.MONEY, total=True),
    Column("cost", Kind.MONEY, total=True),
    Column("cost_share", Kind.PERCENT, ratio=("cost", "net")),
    Column("margin", Kind.MONEY, total=True),
)


def _costs(sales: Sales) -> dict[str, Any]:
    return {
        "portions": sales.qty_milli,
        "net": sales.net_minor,
        "cost": sales.cost_minor,
        "margin": sales.margin_minor,
    }


def _opens(period: Mapping[str, str], of: str = "", key: str = "") -> dict[str, Drill]:
    """Net sales open the lines of the till, cost what went from the shelves, all that is made of
    both, and portions, what was fired and taken back. `of`: item, category, or the whole house."""
    one = {of: key} if of else {}
    moved = {"dish" if of == "item" else of: key} if of else {}
    return {
        "": Drill("sold", {**period, **one}),
        "net": Drill("till_lines", {**period, "of": "line", **one}),
        "cost": Drill("moves", {**period, "place": "sales", **moved}),
    }


def _cost(connection: Connection, asked: Asked) -> Sequence[Line]:
    by, report = asked.get("by") or "dish", food_cost(connection, asked.first, asked.last)
    found: list[tuple[str, str | date, Any, str, dict[str, Drill]]] = []
    if by == "day":
        found = [
            (
                day.day,
                date.fromisoformat(day.day),
                day.sales,
                "",
                _opens({"from": day.day, "to": day.day}),
            )
            for day in report.days
        ]
    for category in report.categories if by != "day" else ():
        title = category.names[asked.language]
        if by == "category":
            drills = _opens(asked.period, "category", category.category_id)
            found.append((category.category_id, title, category.sales, "", drills))
            continue
        found += [
            (
                row.item_id,
                row.names[asked.language],
                row.sales,
                title,
                _opens(asked.period, "item", row.item_id),
            )
            for row in category.rows
        ]
    lines = []
    for key, name, sales, group, drills in found:
        values = {"what": name, **_costs(sales)}
        lines.append(Line(key, values | ratios(DISH_COST, values), group=group, drills=drills))
    return lines


DISH_COST = Report(
    "dish_cost",
    RIGHT_REPORTS,
    (Column("what"), *COST_COLUMNS),
    _cost,
    filters=(Filter("by", lambda _connection, _asked: words("by", ("dish", "category", "day"))),),
    chart=Chart("what", "cost_share", "line"),
)


def _dishes(connection: Connection, asked: Asked) -> list[tuple[str, str, str, Sales]]:
    report = food_cost(connection, asked.first, asked.last)
    return [
        (row.item_id, row.names[asked.language], category.names[asked.language], row.sales)
        for category in report.categories
        for row in category.rows
    ]


def _abc(connection: Connection, asked: Asked) -> Sequence[Line]:
    """Classes by one measure; the share stands before the dish (features-region, rule 16)."""
    measure = asked.get("measure") or "net"
    rows = {item: (name, _costs(sales)) for item, name, _, sales in _dishes(connection, asked)}
    values = {item: int(figures[measure]) for item, (_, figures) in rows.items()}
    classes, before = abc_classes(values), shares_before(values)
    whole, found = sum(value for value in values.values() if value > 0), []
    for item in before:
        name, figures = rows[item]
        share = {
            "share": values[item] * 10_000 // whole if whole else None,
            "before": before[item] if whole else None,
        }
        found.append(
            Line(
                item,
                {"what": name, "abc": classes[item], **figures, **share},
                group=Word(f"abc_{classes[item]}"),
                drills=_opens(asked.period, "item", item),
            )
        )
    return found


ABC = Report(
    "abc",
    RIGHT_REPORTS,
    (
        Column("what"),
        Column("abc"),
        Column("portions", Kind.PORTIONS, total=True),
        Column("net", Kind.MONEY, total=True),
        Column("margin", Kind.MONEY, total=True),
        Column("share", Kind.PERCENT),
        Column("before", Kind.PERCENT),
    ),
    _abc,
    filters=(
        Filter("measure", lambda _connection, _asked: words("col", ("net", "margin", "portions"))),
    ),
    chart=Chart("what", "share"),
)


def _menu(connection: Connection, asked: Asked) -> Sequence[Line]:
    listed = _dishes(connection, asked)
    standing = menu_standing(
        [Dish(item, sales.qty_milli, sales.margin_minor) for item, _, _, sales in listed]
    )
    order = {"star": 0, "plowhorse": 1, "puzzle": 2, "dog": 3}
    rows = [row for row in listed if row[0] in standing]
    rows.sort(key=lambda row: (order[standing[row[0]]], -row[3].margin_minor, row[0]))
    found = []
    for item, name, category, sales in rows:
        values: dict[str, Any] = {
            "what": name,
            "category": category,
            **_costs(sales),
            "unit_margin": divide_half_up(sales.margin_minor * 1000, sales.qty_milli),
        }
        found.append(
            Line(
                item,
                values | ratios(MENU, values),
                group=Word(f"standing_{standing[item]}"),
                drills=_opens(asked.period, "item", item),
            )
        )
    return found


MENU = Report(
    "menu_engineering",
    RIGHT_REPORTS,
    (
        Column("what"),
        Column("category"),
        *COST_COLUMNS,
        Column("unit_margin", Kind.MONEY),
    ),
    _menu,
    chart=Chart("what", "margin"),
)


def _line_costs(connection: Connection, lines: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Cost and quantity of each line as fired, less voids, with what was recalculated."""
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for start in range(0, len(lines), NAMED_AT_ONCE):
        some = lines[start : start + NAMED_AT_ONCE]
        query = (
            sa.select(FACT.c.line_id, sa.func.sum(FACT.c.cost_minor), sa.func.sum(FACT.c.qty_milli))
            .where(FACT.c.line_id.in_(some))
            .group_by(FACT.c.line_id)
        )
        for line_id, cost, qty in connection.execute(query):
            found[line_id][0] += int(cost)
            found[line_id][1] += int(qty)
        changes = (
            sa.select(CHANGE.c.line_id, sa.func.sum(CHANGE.c.cost_minor))
            .where(CHANGE.c.line_id.in_(some))
            .group_by(CHANGE.c.line_id)
        )
        for line_id, cost in connection.execute(changes):
            found[line_id][0] += int(cost)
    return {line_id: (cost, qty) for line_id, (cost, qty) in found.items()}


def _margins(connection: Connection, asked: Asked) -> Sequence[Line]:
    """The first checks of the period; where there are more, the last line says how many."""
    names = people(connection)
    closed = (within(asked), F.kind == "line")
    first = sa.func.min(F.event_n)
    query = sa.select(F.check_id).where(*closed).group_by(F.check_id).order_by(first)
    query = query.limit(MOST_LINES)
    listed = connection.execute(query).scalars().all()
    rows = _sold_on(connection, closed, query)
    parts = _origins(connection, [row.line_id for row in rows])
    costs = _line_costs(connection, sorted({parts.get(row.line_id, row.line_id) for row in rows}))
    checks: dict[str, dict[str, Any]] = {}
    for row in rows:
        cost, fired = costs.get(parts.get(row.line_id, row.line_id), (0, 0))
        share = divide_half_up(cost * row.qty_milli, fired) if fired else 0
        check = checks.setdefault(row.check_id, {"net": 0, "cost": 0})
        check["time"], check["number"] = row.at_ms, row.number
        check["who"] = names.get(row.owner, row.owner)
        check["net"] += row.net_minor
        check["cost"] += share
    found = []
    for check_id in listed:
        check = checks[check_id]
        check["margin"] = check["net"] - check["cost"]
        drill = Drill("till_lines", asked.period | {"of": "line", "check": check_id})
        found.append(Line(check_id, check | ratios(MARGIN, check), drills={"": drill}))
    if len(found) == MOST_LINES:
        every = sa.select(sa.func.count(sa.distinct(F.check_id))).where(*closed)
        more = int(connection.execute(every).scalar_one()) - len(found)
        if more:
            found.append(Line("rest", {"number": Word("not_listed", "", f" {more}")}))
    return found


def _sold_on(
    connection: Connection, closed: Sequence[Any], checks: sa.Select[Any]
) -> Sequence[Any]:
    """The closed lines of some checks, in one walk over the period."""
    some = sa.select(checks.subquery().c.check_id)
    query = (
        sa.select(F.check_id, F.number, F.owner, F.line_id, F.qty_milli, F.net_minor, F.at_ms)
        .where(*closed, F.check_id.in_(some))
        .order_by(F.event_n, F.position)
    )
    return connection.execute(query).all()


def _origins(connection: Connection, lines: Sequence[str]) -> dict[str, str]:
    """Of parts that were split off, the line they were consumed under."""
    found: dict[str, str] = {}
    for start in range(0, len(lines), NAMED_AT_ONCE):
        query = sa.select(PART).where(PART.c.line_id.in_(lines[start : start + NAMED_AT_ONCE]))
        found |= {row.line_id: row.origin for row in connection.execute(query)}
    return found


MARGIN = Report(
    "margin_by_check",
    RIGHT_REPORTS,
    (
        Column("number"),
        Column("time", Kind.TIME),
        Column("who"),
        Column("net", Kind.MONEY, total=True),
        Column("cost", Kind.MONEY, total=True),
        Column("cost_share", Kind.PERCENT, ratio=("cost", "net")),
        Column("margin", Kind.MONEY, total=True),
    ),
    _margins,
)
