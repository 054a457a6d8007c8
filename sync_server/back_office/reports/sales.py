"""Sales by hour, day, dish, category, group, waiter, hall or terminal; by tender; tax by rate.

Out of the till's facts (`till`): sums with signs, so a reopened sale and a refund need no rule
here. Refunds belong to no dish and stand in a line of their own when dishes are asked for.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.domain.checks import terminal_of

from ..accounts import RIGHT_REPORTS
from ..till_tables import TILL_FACT
from .naming import categories, halls, named, people
from .report import Asked, Chart, Column, Drill, Filter, Kind, Line, Report, Word, ratios

F = TILL_FACT.c
BY = ("hour", "day", "item", "category", "group", "waiter", "hall", "terminal")
OF_DISHES = ("item", "category", "group")
HOUR_MS = 3_600_000
FIGURES = ("checks", "guests", "portions", "gross", "discount", "net", "total")


def within(asked: Asked) -> sa.ColumnElement[bool]:
    """Facts of the days asked for."""
    return sa.and_(F.day >= asked.first, F.day <= asked.last)


def hour_of(at_ms: int, asked: Asked) -> int:
    """The hour on the venue's wall."""
    return datetime.fromtimestamp(at_ms // 1000, UTC).astimezone(asked.zone).hour


def _sums() -> list[sa.ColumnElement[Any]]:
    check, line, refund = F.kind == "check", F.kind == "line", F.kind == "refund"

    def total(what: sa.ColumnElement[bool], column: sa.ColumnElement[int], name: str) -> Any:
        return sa.func.sum(sa.case((what, column), else_=0)).label(name)

    return [
        total(check, F.qty_milli, "checks"),
        total(check, F.guests, "guests"),
        total(line, F.qty_milli, "portions"),
        total(line, F.gross_minor, "gross"),
        total(line, F.discount_minor, "discount"),
        total(sa.or_(line, refund), F.net_minor, "net"),
        total(sa.or_(check, refund), F.gross_minor, "total"),
    ]


def _grouped(connection: Connection, asked: Asked, by: str) -> dict[str, dict[str, int]]:
    """Sums under the raw key of a dimension."""
    keys: dict[str, sa.ColumnElement[Any]] = {
        "hour": F.at_ms // HOUR_MS,
        "day": F.day,
        "item": F.item_id,
        "category": F.item_id,
        "group": sa.case((F.kind == "line", F.key), else_=""),
        "waiter": F.owner,
        "hall": F.table_id,
        "terminal": F.number,
    }
    key = keys[by]
    kinds = ("line", "refund") if by in OF_DISHES else ("line", "check", "refund")
    query = (
        sa.select(key.label("raw"), *_sums()).where(within(asked), F.kind.in_(kinds)).group_by(key)
    )
    return {
        str(row.raw): {name: int(row._mapping[name] or 0) for name in FIGURES}
        for row in connection.execute(query)
    }


def _titles(
    connection: Connection, asked: Asked, by: str
) -> Callable[[str], tuple[str, str | Word | date]]:
    """From a raw key to the key of the row and its name."""
    language = asked.language
    if by == "hour":
        return lambda raw: _hour(hour_of(int(raw) * HOUR_MS, asked))
    if by == "waiter":
        names = people(connection)
        return lambda raw: (raw, names.get(raw, raw))
    if by == "hall":
        where = halls(connection, language)
        return lambda raw: where.get(raw, (raw, Word(f"kind_{raw}", raw)))
    if by == "terminal":
        return _terminal
    if by == "item":
        dishes = named(connection, "item", "item_id", language)
        return lambda raw: (raw, dishes.get(raw, raw)) if raw else ("", Word("refunds"))
    if by == "category":
        listed = categories(connection, language)
        other = ("unlisted", Word("unlisted"))
        return lambda raw: listed.get(raw, other) if raw else ("", Word("refunds"))
    if by == "group":
        return lambda raw: (raw, Word(f"group_{raw}", raw)) if raw else ("", Word("refunds"))
    return lambda raw: (raw, date.fromisoformat(raw) if raw else "")


def _terminal(number: str) -> tuple[str, str]:
    code = terminal_of(number)
    return code, code or "–"


def _hour(hour: int) -> tuple[str, str]:
    return f"{hour:02}", f"{hour:02}:00–{(hour + 1) % 24:02}:00"


def _sales(connection: Connection, asked: Asked) -> Sequence[Line]:
    by = asked.get("by") or BY[0]
    title = _titles(connection, asked, by)
    rows: dict[str, dict[str, int]] = {}
    names: dict[str, str | Word | date] = {}
    for raw, found in _grouped(connection, asked, by).items():
        key, name = title(raw)
        names[key] = name
        row = rows.setdefault(key, dict.fromkeys(FIGURES, 0))
        for figure, value in found.items():
            row[figure] += value
    whole = sum(row["net"] for row in rows.values())
    order = (lambda key: key) if by in ("hour", "day") else (lambda key: (-rows[key]["net"], key))
    return [
        _line(key, names[key], rows[key], whole, by, asked)
        for key in sorted(rows, key=order)
        if any(rows[key].values())
    ]


def _line(
    key: str, name: str | Word | date, row: dict[str, int], whole: int, by: str, asked: Asked
) -> Line:
    dishes = by in OF_DISHES
    values: dict[str, Any] = {
        "what": name,
        "checks": None if dishes else row["checks"] // 1000,
        "guests": None if dishes else row["guests"],
        "portions": row["portions"],
        "gross": row["gross"],
        "discount": row["discount"],
        "net": row["net"],
        # Of a dish: what it brought at its price; what went back stands in a line of its own.
        "total": row["total"] + (row["gross"] - row["discount"] if dishes else 0),
        "whole": whole,
    }
    opened = asked.period | {by: key}
    drills = {"": Drill("till_lines", opened | {"of": "sale"})}
    for figure in ("gross", "discount"):
        drills[figure] = Drill("till_lines", opened | {"of": "line", "show": figure})
    for figure in ("checks", "guests", "total"):
        drills[figure] = Drill("till_lines", opened | {"of": "check"})
    if dishes:
        drills["total"] = Drill("till_lines", opened | {"of": "sale", "show": "total"})
    return Line(key, values | ratios(SALES, values), drills=drills)


def _shown(query: Mapping[str, str], figures: Sequence[str]) -> dict[str, Drill]:
    """The same facts behind each figure, each time by that figure."""
    drills = {figure: Drill("till_lines", {**query, "show": figure}) for figure in figures}
    return {"": Drill("till_lines", query), **drills}


def words(prefix: str, names: Sequence[str]) -> Sequence[tuple[str, Word]]:
    """Choices that are words."""
    return [(name, Word(f"{prefix}_{name}")) for name in names]


SALES = Report(
    "sales",
    RIGHT_REPORTS,
    (
        Column("what"),
        Column("checks", Kind.COUNT, total=True),
        Column("guests", Kind.COUNT, total=True),
        Column("portions", Kind.PORTIONS, total=True),
        Column("gross", Kind.MONEY, total=True),
        Column("discount", Kind.MONEY, total=True),
        Column("net", Kind.MONEY, total=True),
        Column("share", Kind.PERCENT, ratio=("net", "whole")),
        Column("total", Kind.MONEY, total=True),
    ),
    _sales,
    filters=(Filter("by", lambda _connection, _asked: words("by", BY)),),
    chart=Chart("what", "net"),
)


def _tenders(connection: Connection, asked: Asked) -> Sequence[Line]:
    query = (
        sa.select(
            F.key,
            F.reason,
            sa.func.sum(F.qty_milli).label("times"),
            sa.func.sum(F.gross_minor).label("amount"),
            sa.func.sum(F.tip_minor).label("tips"),
            sa.func.sum(F.cash_minor).label("cash"),
        )
        .where(within(asked), F.kind == "tender")
        .group_by(F.key, F.reason)
        .order_by(F.key, F.reason)
    )
    return [
        Line(
            f"{row.key}/{row.reason}",
            {
                "what": Word(f"money_{row.reason}", row.reason),
                "count": int(row.times) // 1000,
                "amount": int(row.amount),
                "tips": int(row.tips),
                "cash": int(row.cash),
            },
            group=Word(f"tender_{row.key}", row.key),
            drills=_shown(
                asked.period | {"of": "tender", "key": row.key, "reason": row.reason},
                ("tips", "cash"),
            ),
        )
        for row in connection.execute(query).all()
    ]


TENDERS = Report(
    "tenders",
    RIGHT_REPORTS,
    (
        Column("what"),
        Column("count", Kind.COUNT, total=True),
        Column("amount", Kind.MONEY, total=True, signed=True),
        Column("tips", Kind.MONEY, total=True),
        Column("cash", Kind.MONEY, total=True),
    ),
    _tenders,
    chart=Chart("", "amount"),
)


def _taxes(connection: Connection, asked: Asked) -> Sequence[Line]:
    query = (
        sa.select(
            F.reason,
            F.key,
            sa.func.sum(F.gross_minor).label("base"),
            sa.func.sum(F.tax_minor).label("tax"),
        )
        .where(within(asked), F.kind == "tax")
        .group_by(F.reason, F.key)
        .order_by(F.key.desc(), F.reason)
    )
    return [
        Line(
            f"{row.reason}/{row.key}",
            {
                "what": Word(f"tax_{row.reason}", row.reason),
                "rate": int(row.key),
                "base": int(row.base),
                "tax": int(row.tax),
            },
            drills=_shown(
                asked.period | {"of": "tax", "key": row.key, "reason": row.reason}, ("base",)
            ),
        )
        for row in connection.execute(query).all()
    ]


TAXES = Report(
    "taxes",
    RIGHT_REPORTS,
    (
        Column("what"),
        Column("rate", Kind.PERCENT),
        Column("base", Kind.MONEY, total=True),
        Column("tax", Kind.MONEY, total=True),
    ),
    _taxes,
    chart=Chart("rate", "tax"),
)
