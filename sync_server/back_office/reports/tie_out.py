"""Tie-out: figures that were made along two ways and must agree; the difference is nothing.

Sales against payments check by check, the till against the Z of each shift (sales and drawer),
cost books against the till, room charges asked against answered, and against what the hotel's own
folios hold, every store's balance against the sum of its moves, recipe cost of sales against what
left the shelves. Each figure opens.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from ..accounts import RIGHT_COSTING
from ..till_tables import MONEY, TILL_FACT
from .listing import charged, standing
from .naming import TABLES, named
from .report import Asked, Column, Drill, Kind, Line, Report, Word
from .rooms import ANSWERED, READ, SILENT, TOLD, hotel_days
from .sales import within

F = TILL_FACT.c
MOVE, BALANCE, FACT, CHANGE = (
    TABLES[name] for name in ("stock_day", "balance", "sales_fact", "cost_change")
)
STOCK = TABLES["stock_move"].c
MONEY_OF_FACTS = f"till_fact.{MONEY}"


def _sum(connection: Connection, what: Any, *where: Any) -> int:
    query = sa.select(sa.func.coalesce(sa.func.sum(what), 0)).where(*where)
    return int(connection.execute(query).scalar_one())


def _line(key: str, ours: int, theirs: int, left: Drill, right: Drill, name: str = "") -> Line:
    return Line(
        f"{key}/{name}" if name else key,
        {
            "what": Word(f"tie_{key}"),
            "whose": name,
            "ours": ours,
            "theirs": theirs,
            "difference": ours - theirs,
        },
        drills={"ours": left, "theirs": right},
    )


def _paid(connection: Connection, asked: Asked) -> Line:
    """Checks that stand closed at the end: their sales less refunds, and their payments.

    Money on suspense names a check and pays none until it is allocated.
    """
    stands = F.check_id.in_(standing(asked.first, asked.last))
    known = (sa.text(MONEY), stands, F.day <= asked.last)
    sold = _sum(connection, F.gross_minor, F.kind.in_(("check", "refund")), *known)
    paid = _sum(
        connection, F.gross_minor - F.tip_minor, F.kind == "tender", F.reason != "suspense", *known
    )
    return _line(
        "paid",
        sold,
        paid,
        Drill("till_lines", asked.period | {"of": "tied_sales"}),
        Drill("till_lines", asked.period | {"of": "tied_money"}),
    )


def _shifts(connection: Connection, asked: Asked) -> list[Line]:
    """Of every shift closed in the period: the drawer and the sales, by facts and by its Z."""
    z = TILL_FACT.alias("z")
    cash = sa.case((F.kind.in_(("tender", "cash")), F.cash_minor), else_=0)
    sales = sa.case((F.kind == "check", F.gross_minor), else_=0)
    of_shift = sa.and_(sa.text(MONEY_OF_FACTS), F.shift_id == z.c.shift_id)
    query = (
        sa.select(
            *(z.c[name] for name in ("event_n", "shift_id", "key", "net_minor", "gross_minor")),
            sa.func.sum(cash).label("cash"),
            sa.func.sum(sales).label("sales"),
        )
        .select_from(z.outerjoin(TILL_FACT, sa.and_(of_shift, F.event_n <= z.c.event_n)))
        .where(z.c.kind == "shift", z.c.day >= asked.first, z.c.day <= asked.last)
        .group_by(z.c.event_n, z.c.position)
        .order_by(z.c.event_n)
    )
    found = []
    for row in connection.execute(query).all():
        tap = Drill("tap", {"n": str(row.event_n)})
        facts = {"shift": row.shift_id, "until": str(row.event_n)}
        drawer = Drill("till_lines", facts | {"of": "shift_cash"})
        sold = Drill("till_lines", facts | {"of": "shift_sales"})
        name = f"Z {row.key}"
        found.append(_line("drawer", int(row.cash or 0), row.net_minor, drawer, tap, name))
        found.append(_line("z_sales", int(row.sales or 0), row.gross_minor, sold, tap, name))
    return found


def _books(connection: Connection, asked: Asked) -> Line:
    """Net sales of dishes at the till, and in the books that cost is measured by."""
    days = (FACT.c.day >= asked.first, FACT.c.day <= asked.last)
    booked = _sum(connection, FACT.c.net_minor, FACT.c.kind == "closed", *days)
    till = _sum(connection, F.net_minor, F.kind == "line", within(asked))
    return _line(
        "books",
        till,
        booked,
        Drill("sales", asked.period | {"by": "item"}),
        Drill("dish_cost", asked.period),
    )


def _rooms(connection: Connection, asked: Asked) -> Line:
    """Room charges on the folio, and room money among the payments."""
    answered = F.line_id.in_(charged(asked))
    asked_for = _sum(connection, F.gross_minor, F.kind == "room_asked", answered)
    posted = _sum(
        connection,
        F.gross_minor,
        F.kind == "tender",
        F.key == "room",
        F.reason == "sale",
        within(asked),
    )
    room = {"of": "tender", "key": "room", "reason": "sale"}
    ours = Drill("till_lines", asked.period | room)
    theirs = Drill("till_lines", asked.period | {"of": "tied_rooms"})
    return _line("rooms", posted, asked_for, ours, theirs)


def _hotel(connection: Connection, asked: Asked) -> list[Line]:
    """Room charges of the journal and of the hotel's own books: the days that agree, together, and
    each that differs, by what the hotel's side is.

    A hotel that tells nothing, in whose report nobody read either, leaves the other side empty.
    """
    days = hotel_days(connection, asked)
    if not days:
        return [_line(TOLD, 0, 0, Drill("room_charges", asked.period), Drill("room_charges"))]
    found = []
    for whose in (TOLD, READ, ANSWERED):
        of_it = {day: one for day, one in days.items() if one.whose == whose}
        agreed = sum(one.ours for one in of_it.values() if one.agrees)
        here = Drill("room_charges", asked.period | {"whose": whose, "agree": "1"})
        if of_it:
            found.append(_line(whose, agreed, agreed, here, here))
        for day, one in of_it.items():
            if not one.agrees:
                here = Drill("room_charges", {"from": day, "to": day})
                found.append(_line(whose, one.ours, one.theirs or 0, here, here, day))
    if silent := [one.ours for one in days.values() if one.whose == SILENT]:
        drill = Drill("room_charges", asked.period | {"whose": SILENT})
        values = {"what": Word("tie_hotel"), "whose": Word("tie_hotel_silent")}
        found.append(Line(SILENT, values | {"ours": sum(silent)}, drills={"ours": drill}))
    return found


def _stores(connection: Connection, asked: Asked) -> list[Line]:
    """The balance kept beside the ledger, and the ledger added up from its first day: one pass
    over its days for all stores, the only figure here that no period bounds."""
    names = named(connection, "store", "store_id", asked.language)
    first, last = (
        connection.execute(sa.select(end(STOCK.day))).scalar() for end in (sa.func.min, sa.func.max)
    )
    ever = {"from": first or asked.first, "to": max(last or "", asked.last)}
    ways = sa.select(MOVE.c.source, MOVE.c.target, sa.func.sum(MOVE.c.value_minor))
    left: dict[str, int] = {}
    for source, target, value in connection.execute(ways.group_by(MOVE.c.source, MOVE.c.target)):
        left[target] = left.get(target, 0) + int(value)
        left[source] = left.get(source, 0) - int(value)
    found = []
    for store_id in sorted(names):
        held = _sum(connection, BALANCE.c.value_minor, BALANCE.c.store_id == store_id)
        kept = Drill("on_hand", ever | {"store": store_id})
        moved = Drill("moves", ever | {"store": store_id})
        there = left.get(f"store:{store_id}", 0)
        found.append(_line("store", held, there, kept, moved, names[store_id]))
    return found


def _recipes(connection: Connection, asked: Asked) -> Line:
    """Recipe cost of what was sold, and what sales took from the shelves."""
    days = (FACT.c.day >= asked.first, FACT.c.day <= asked.last)
    facts = _sum(connection, FACT.c.cost_minor, *days)
    changed = (CHANGE.c.day >= asked.first, CHANGE.c.day <= asked.last)
    cost = facts + _sum(connection, CHANGE.c.cost_minor, *changed)
    # By good and day, since the days of the ledger are kept in this order.
    goods = sa.select(TABLES["ingredient"].c.ingredient_id)
    period = (MOVE.c.day >= asked.first, MOVE.c.day <= asked.last)
    moved = (MOVE.c.ingredient_id.in_(goods), *period)
    out = _sum(connection, MOVE.c.value_minor, MOVE.c.target == "sales", *moved)
    back = _sum(connection, MOVE.c.value_minor, MOVE.c.source == "sales", *moved)
    return _line(
        "recipes",
        cost,
        out - back,
        Drill("dish_cost", asked.period),
        Drill("moves", asked.period | {"place": "sales"}),
    )


def _tied(connection: Connection, asked: Asked) -> Sequence[Line]:
    return [
        _paid(connection, asked),
        *_shifts(connection, asked),
        _rooms(connection, asked),
        *_hotel(connection, asked),
        _books(connection, asked),
        _recipes(connection, asked),
        *_stores(connection, asked),
    ]


TIE_OUT = Report(
    "tie_out",
    RIGHT_COSTING,
    (
        Column("what"),
        Column("whose"),
        Column("ours", Kind.MONEY),
        Column("theirs", Kind.MONEY),
        Column("difference", Kind.MONEY, total=True, signed=True),
    ),
    _tied,
)
