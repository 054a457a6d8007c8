"""What opens behind a figure: facts of the till, moves of stock, and the journal itself.

A line of each opens further: a fact and a sale's move the tap that made them, a document's move
the document. The journal can be searched by check, person, sum, time, device and kind.
"""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.domain.stock import from_milli, store_of

from ..accounts import RIGHT_COSTING, RIGHT_REPORTS
from ..till_tables import JOURNAL_INDEX, TILL_FACT
from .naming import TABLES, categories, halls, named, people
from .report import MOST_LINES, Asked, Column, Drill, Filter, Kind, Line, Report, Word
from .sales import hour_of, within

F = TILL_FACT.c
J = JOURNAL_INDEX.c
MOVE = TABLES["stock_move"]
OF: dict[str, tuple[str, ...]] = {
    "sale": ("line", "refund"),
    "check": ("check", "refund"),
    "tender": ("tender",),
    "tax": ("tax",),
    "void": ("void",),
    "discount": ("discount",),
    "control": ("control",),
    "loss": ("void", "control"),
    "punch": ("punch",),
    "shift_cash": ("tender", "cash"),
    "shift_sales": ("check",),
}
AMOUNT = {"shift_cash": F.cash_minor, "tax": F.tax_minor, "sale": F.net_minor}


def _facts(connection: Connection, asked: Asked) -> Sequence[Line]:
    of = asked.get("of") or "check"
    where: list[sa.ColumnElement[bool]] = [F.kind.in_(OF.get(of, (of,)))]
    if not asked.get("shift"):
        where.append(within(asked))
    equal = (
        ("key", F.key),
        ("reason", F.reason),
        ("person", F.by),
        ("shift", F.shift_id),
        ("item", F.item_id),
        ("group", F.key),
        ("waiter", F.owner),
        ("day", F.day),
        ("check", F.check_id),
    )
    asks = set(asked.filters)
    where += [column == asked.get(name) for name, column in equal if name in asks]
    where += _of_names(connection, asked)
    if of == "shift_cash":
        where.append(F.cash_minor != 0)
    amount = AMOUNT.get(of, F.gross_minor)
    query = (
        sa.select(TILL_FACT, amount.label("amount")).where(*where).order_by(F.event_n, F.position)
    )
    if "hour" not in asks:
        query = query.limit(MOST_LINES)
    who, dishes = people(connection), named(connection, "item", "item_id", asked.language)
    rows = connection.execute(query).all()
    if "hour" in asks:
        rows = [row for row in rows if f"{hour_of(row.at_ms, asked):02}" == asked.get("hour")]
    return [_fact(row, who, dishes) for row in rows[:MOST_LINES]]


def _of_names(connection: Connection, asked: Asked) -> list[sa.ColumnElement[bool]]:
    """Conditions on what a fact only points at: the category of its dish, the hall of its table."""
    where: list[sa.ColumnElement[bool]] = []
    if category := asked.get("category"):
        listed = categories(connection, asked.language)
        inside = [item for item, (found, _) in listed.items() if found == category]
        where.append(F.item_id.in_(inside) if category != "unlisted" else F.item_id.not_in(listed))
    elif "category" in asked.filters:
        where.append(F.item_id == "")
    if hall := asked.get("hall"):
        inside = [
            table
            for table, (found, _) in halls(connection, asked.language).items()
            if found == hall
        ]
        where.append(sa.or_(F.table_id.in_(inside), F.table_id == hall))
    return where


def _fact(row: Any, who: dict[str, str], dishes: dict[str, str]) -> Line:
    what: str | Word = dishes.get(row.item_id, row.item_id)
    if not row.item_id:
        key = row.key if row.kind in ("control", "cash", "punch") else row.kind
        what = Word(f"fact_{key}", key)
        if row.kind == "tender":
            what = Word(f"tender_{row.key}", row.key)
    return Line(
        f"{row.event_n}/{row.position}",
        {
            "time": row.at_ms,
            "number": row.number,
            "who": who.get(row.by, row.by),
            "what": what,
            "reason": Word(f"reason_{row.reason}", row.reason),
            "qty": row.qty_milli or None,
            "amount": int(row.amount),
        },
        drills={"": Drill("tap", {"n": str(row.event_n)})},
    )


TILL_LINES = Report(
    "till_lines",
    RIGHT_REPORTS,
    (
        Column("time", Kind.TIME),
        Column("number"),
        Column("what"),
        Column("who"),
        Column("reason"),
        Column("qty", Kind.PORTIONS, total=True),
        Column("amount", Kind.MONEY, total=True),
    ),
    _facts,
    listed=False,
    keeps=(
        "of", "key", "reason", "person", "shift", "item", "group", "waiter", "day", "check",
        "hour", "category", "hall",
    ),
)  # fmt: skip


def _moves(connection: Connection, asked: Asked) -> Sequence[Line]:
    """Moves of a good or a store; `side` in or out of the store, `kind` as the ledger calls it."""
    where = [MOVE.c.day >= asked.first, MOVE.c.day <= asked.last]
    place = f"store:{asked.get('store')}"
    both = sa.or_(MOVE.c.source == place, MOVE.c.target == place)
    if asked.get("store"):
        where.append({"in": MOVE.c.target == place, "out": MOVE.c.source == place}.get(
            asked.get("side"), both
        ))  # fmt: skip
    if good := asked.get("good"):
        where.append(MOVE.c.ingredient_id == good)
    if kinds := asked.get("kind"):
        where.append(MOVE.c.kind.in_(kinds.split(",")))
    if line := asked.get("line"):
        where.append(MOVE.c.line_id == line)
    query = sa.select(MOVE).where(*where).order_by(MOVE.c.n).limit(MOST_LINES)
    goods = named(connection, "ingredient", "ingredient_id", asked.language)
    stores = named(connection, "store", "store_id", asked.language)
    units = factors(connection)
    return [_move(row, goods, stores, units) for row in connection.execute(query).all()]


def factors(connection: Connection) -> dict[str, tuple[str, int]]:
    """The unit of each good and how many base units it is."""
    good, unit = TABLES["ingredient"], TABLES["unit"]
    query = sa.select(good.c.ingredient_id, unit.c.code, unit.c.factor).where(
        good.c.unit == unit.c.code
    )
    return {row.ingredient_id: (row.code, row.factor) for row in connection.execute(query)}


def opened_by(row: Any) -> Drill:
    """What made a move: the tap of a sale, or the document."""
    if row.event_n:
        return Drill("tap", {"n": str(row.event_n)})
    return Drill("paper", {"document": row.document})


def place_name(place: str, stores: dict[str, str]) -> str | Word:
    """A place as people call it."""
    store_id = store_of(place)
    return stores.get(store_id, store_id) if store_id else Word(f"place_{place}", place)


def _move(
    row: Any, goods: dict[str, str], stores: dict[str, str], units: dict[str, tuple[str, int]]
) -> Line:
    unit, factor = units[row.ingredient_id]
    return Line(
        str(row.n),
        {
            "day": row.day,
            "kind": Word(f"move_{row.kind.replace('-', '_')}", row.kind),
            "good": goods.get(row.ingredient_id, row.ingredient_id),
            "from_place": place_name(row.source, stores),
            "to_place": place_name(row.target, stores),
            "unit": Word(f"unit_{unit}", unit),
            "moved": from_milli(row.qty_milli) / factor,
            "value": row.value_minor,
        },
        drills={"": opened_by(row)},
    )


MOVES = Report(
    "moves",
    RIGHT_COSTING,
    (
        Column("day", Kind.DAY),
        Column("kind"),
        Column("good"),
        Column("from_place"),
        Column("to_place"),
        Column("unit"),
        Column("moved", Kind.QUANTITY),
        Column("value", Kind.MONEY, total=True),
    ),
    _moves,
    listed=False,
    keeps=("store", "side", "good", "kind", "line"),
)


def _journal(connection: Connection, asked: Asked) -> Sequence[Line]:
    where: list[sa.ColumnElement[bool]] = [J.day >= asked.first, J.day <= asked.last]
    names = people(connection)
    if number := asked.get("number"):
        where.append(sa.or_(J.number == number, J.check_id == number))
    if person := asked.get("person"):
        wanted = person.casefold()
        found = [staff_id for staff_id, name in names.items() if wanted in name.casefold()]
        where.append(sa.or_(J.by.in_(found), J.by == person))
    if device := asked.get("device"):
        where.append(J.device == device)
    if kind := asked.get("kind"):
        where.append(J.type == kind)
    if amount := asked.get("sum"):
        where.append(J.amount_minor == minor_of(amount))
    query = sa.select(JOURNAL_INDEX).where(*where).order_by(J.n.desc())
    rows = connection.execute(query.limit(MOST_LINES)).all()
    since, until = asked.get("since"), asked.get("until")
    return [
        Line(
            str(row.n),
            {
                "n": row.n,
                "time": row.at_ms,
                "event": Word(f"event_{row.type}", row.type),
                "number": row.number,
                "who": names.get(row.by, row.by),
                "device": row.device,
                "amount": row.amount_minor or None,
            },
            drills={"": Drill("tap", {"n": str(row.n)})},
        )
        for row in rows
        if not (since or until) or (since or "00") <= _clock(row.at_ms, asked) <= (until or "24")
    ]


def _clock(at_ms: int, asked: Asked) -> str:
    hour = hour_of(at_ms, asked)
    return f"{hour:02}:{at_ms // 60_000 % 60:02}"


def minor_of(text: str) -> int:
    """A typed sum in minor units; what is no sum finds nothing."""
    whole, _, part = text.replace(",", ".").replace(" ", "").replace("\u00a0", "").partition(".")
    digits = (whole or "0") + (part + "00")[:2]
    return int(digits) if digits.lstrip("-").isdigit() else -1


def _kinds(connection: Connection, _asked: Asked) -> Sequence[tuple[str, str | Word]]:
    query = sa.select(J.type).distinct().order_by(J.type)
    kinds = connection.execute(query).scalars().all()
    return [("", Word("every_kind")), *((kind, Word(f"event_{kind}", kind)) for kind in kinds)]


JOURNAL = Report(
    "journal",
    RIGHT_REPORTS,
    (
        Column("n", Kind.COUNT),
        Column("time", Kind.TIME),
        Column("event"),
        Column("number"),
        Column("who"),
        Column("device"),
        Column("amount", Kind.MONEY),
    ),
    _journal,
    filters=(Filter("kind", _kinds),),
    searched=("number", "person", "sum", "device", "since", "until"),
)
