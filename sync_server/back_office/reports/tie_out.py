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
from .sales import within

F = TILL_FACT.c
MOVE, BALANCE, FACT, CHANGE = (
    TABLES[name] for name in ("stock_day", "balance", "sales_fact", "cost_change")
)


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
    found = []
    query = sa.select(TILL_FACT).where(within(asked), F.kind == "shift").order_by(F.event_n)
    for row in connection.execute(query).all():
        until = (sa.text(MONEY), F.shift_id == row.shift_id, F.event_n <= row.event_n)
        drawer = _sum(connection, F.cash_minor, F.kind.in_(("tender", "cash")), *until)
        sold = _sum(connection, F.gross_minor, F.kind == "check", *until)
        tap = Drill("tap", {"n": str(row.event_n)})
        facts = {"shift": row.shift_id, "until": str(row.event_n)}
        cash = Drill("till_lines", facts | {"of": "shift_cash"})
        sales = Drill("till_lines", facts | {"of": "shift_sales"})
        found.append(_line("drawer", drawer, row.net_minor, cash, tap, f"Z {row.key}"))
        found.append(_line("z_sales", sold, row.gross_minor, sales, tap, f"Z {row.key}"))
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
    """Room charges of the journal and of the hotel's own books: the days that agree, and each
    that differs.

    A charge counts on the day it was asked for, as the hotel was told; a reversal on its own. A
    hotel that does not tell its sums leaves the other side empty.
    """
    room = (F.kind == "tender", F.key == "room")
    answer = TILL_FACT.alias("answer").c
    posted = sa.exists().where(
        answer.line_id == F.line_id,
        answer.kind == "tender",
        answer.key == "room",
        answer.reason == "sale",
    )
    ours: dict[str, int] = {}
    for where in (
        (F.kind == "room_asked", posted),
        (*room, F.reason == "refund"),
    ):
        query = sa.select(F.day, sa.func.sum(F.gross_minor)).where(within(asked), *where)
        for day, value in connection.execute(query.group_by(F.day)):
            ours[day] = ours.get(day, 0) + int(value)
    told = asked.hotel.between(asked.first, asked.last) if asked.hotel else None
    drill = Drill("till_lines", asked.period | {"of": "tender", "key": "room"})
    if told is None:
        values = {"what": Word("tie_hotel"), "whose": Word("tie_hotel_silent")}
        return [Line("hotel", values | {"ours": sum(ours.values())}, drills={"ours": drill})]
    days = sorted(ours.keys() | told.keys())
    apart = [day for day in days if ours.get(day, 0) != told.get(day, 0)]
    agreed = sum(value for day, value in ours.items() if day not in apart)
    what = "hotel_answers" if asked.hotel is not None and asked.hotel.by_answers else "hotel"
    found = [_line(what, agreed, agreed, drill, drill)]
    for day in apart:
        here = Drill("till_lines", {"from": day, "to": day, "of": "tender", "key": "room"})
        found.append(_line(what, ours.get(day, 0), told.get(day, 0), here, here, day))
    return found


def _stores(connection: Connection, asked: Asked) -> list[Line]:
    """The balance kept beside the ledger, and the ledger added up from its first day."""
    names = named(connection, "store", "store_id", asked.language)
    days = connection.execute(sa.select(sa.func.min(MOVE.c.day), sa.func.max(MOVE.c.day))).one()
    ever = {"from": days[0] or asked.first, "to": max(days[1] or "", asked.last)}
    found = []
    for store_id in sorted(names):
        place = f"store:{store_id}"
        held = _sum(connection, BALANCE.c.value_minor, BALANCE.c.store_id == store_id)
        came = _sum(connection, MOVE.c.value_minor, MOVE.c.target == place)
        went = _sum(connection, MOVE.c.value_minor, MOVE.c.source == place)
        kept = Drill("on_hand", ever | {"store": store_id})
        moved = Drill("moves", ever | {"store": store_id})
        found.append(_line("store", held, came - went, kept, moved, names[store_id]))
    return found


def _recipes(connection: Connection, asked: Asked) -> Line:
    """Recipe cost of what was sold, and what sales took from the shelves."""
    days = (FACT.c.day >= asked.first, FACT.c.day <= asked.last)
    facts = _sum(connection, FACT.c.cost_minor, *days)
    changed = (CHANGE.c.day >= asked.first, CHANGE.c.day <= asked.last)
    cost = facts + _sum(connection, CHANGE.c.cost_minor, *changed)
    moved = (MOVE.c.day >= asked.first, MOVE.c.day <= asked.last)
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
