"""What opens behind a figure: facts of the till, moves of stock, and the journal itself.

A line of each opens further: a fact and a sale's move the tap that made them, a document's move
the document. Where there are more lines than are listed, the last one is the rest of them, so that
what opens always adds up to the figure that was opened. The journal can be searched by check,
person, sum, time, device and kind.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.domain.events import EVENTS
from sync_server.domain.stock import from_milli, store_of

from ..accounts import RIGHT_COSTING, RIGHT_REPORTS
from ..till_tables import JOURNAL_INDEX, MONEY, MONEY_KINDS, TILL_FACT
from .naming import TABLES, categories, devices, halls, named, people, reason, reasons
from .report import MOST_LINES, Asked, Column, Drill, Filter, Kind, Line, Report, Value, Word
from .sales import HOUR_MS, hour_of, within

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
    "tied_sales": ("check", "refund"),
    "tied_money": ("tender",),
    "tied_rooms": ("room_asked",),
}
AMOUNT: Mapping[str, sa.ColumnElement[int]] = {
    "shift_cash": F.cash_minor,
    "tax": F.tax_minor,
    "sale": F.net_minor,
    "line": F.net_minor,
    "tied_money": F.gross_minor - F.tip_minor,
}
SHOWN: Mapping[str, sa.ColumnElement[int]] = {
    "gross": F.gross_minor,
    "discount": F.discount_minor,
    "net": F.net_minor,
    "tips": F.tip_minor,
    "cash": F.cash_minor,
    "base": F.gross_minor,
    "total": sa.case((F.kind == "line", F.gross_minor - F.discount_minor), else_=F.gross_minor),
}
"""Which figure of the facts is listed, where a report has several."""


def with_the_rest(
    listed: Sequence[Line], label: str, whole: Callable[[], tuple[int, Mapping[str, Value]]]
) -> Sequence[Line]:
    """The lines, and if they had to be cut, one that stands for all the others.

    `whole` tells how many lines there are, and the sums of all by column.
    """
    if len(listed) < MOST_LINES:
        return listed
    count, all_of_them = whole()
    if count <= len(listed):
        return listed
    rest: dict[str, Value] = {label: Word("rest_of_them", "", f" {count - len(listed)}")}
    for key, value in all_of_them.items():
        shown = [line.values.get(key) for line in listed]
        rest[key] = (value if isinstance(value, int) else 0) - sum(
            one for one in shown if isinstance(one, int)
        )
    return [*listed, Line("rest", rest)]


def standing(first: str, last: str) -> sa.Select[Any]:
    """Checks that stand closed at the end of a day, of those that were closed in the period."""
    touched = TILL_FACT.alias("touched").c
    of_period = sa.select(touched.check_id).where(
        touched.kind == "check", touched.day >= first, touched.day <= last
    )
    return (
        sa.select(F.check_id)
        .where(sa.text(MONEY), F.kind == "check", F.day <= last, F.check_id.in_(of_period))
        .group_by(F.check_id)
        .having(sa.func.sum(F.qty_milli) > 0)
    )


def charged(asked: Asked) -> sa.Select[Any]:
    """Room charges that were posted in the period."""
    return sa.select(F.line_id).where(F.kind == "tender", F.key == "room", within(asked))


def _facts(connection: Connection, asked: Asked) -> Sequence[Line]:
    of = asked.get("of") or "check"
    kinds = OF.get(of, (of,))
    where: list[sa.ColumnElement[bool]] = [F.kind.in_(kinds)]
    if set(kinds) <= set(MONEY_KINDS):
        where.append(sa.literal_column(MONEY, sa.Boolean))
    if of in ("tied_sales", "tied_money"):
        known = F.check_id.in_(standing(asked.first, asked.last))
        where += [known, F.day <= asked.last, F.reason != "suspense"]
    elif of == "tied_rooms":
        where.append(F.line_id.in_(charged(asked)))
    elif not asked.get("shift"):
        where.append(within(asked))
    if until := asked.get("until"):
        where.append(F.event_n <= (int(until) if until.isdecimal() else 0))
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
    amount = SHOWN.get(asked.get("show"), AMOUNT.get(of, F.gross_minor))
    if "hour" in asks:
        where.append((F.at_ms // HOUR_MS).in_(_hours(connection, asked, where)))
    query = (
        sa.select(TILL_FACT, amount.label("amount")).where(*where).order_by(F.event_n, F.position)
    )
    who, dishes = people(connection), named(connection, "item", "item_id", asked.language)
    why = reasons(connection, asked.language)
    rows = connection.execute(query.limit(MOST_LINES)).all()

    def whole() -> tuple[int, Mapping[str, Value]]:
        sums = sa.select(sa.func.count(), sa.func.sum(F.qty_milli), sa.func.sum(amount))
        count, qty, value = connection.execute(sums.where(*where)).one()
        return int(count), {"qty": int(qty), "amount": int(value)}

    return with_the_rest([_fact(row, who, dishes, why) for row in rows], "what", whole)


def _hours(connection: Connection, asked: Asked, where: Sequence[Any]) -> list[int]:
    """The hours since the epoch that are the asked one on the venue's wall."""
    hours = connection.execute(sa.select(F.at_ms // HOUR_MS).where(*where).distinct()).scalars()
    return [hour for hour in hours if f"{hour_of(hour * HOUR_MS, asked):02}" == asked.get("hour")]


def _of_names(connection: Connection, asked: Asked) -> list[sa.ColumnElement[bool]]:
    """Conditions on what a fact only points at: the category of its dish, the hall of its table."""
    where: list[sa.ColumnElement[bool]] = []
    if category := asked.get("category"):
        listed = categories(connection, asked.language)
        inside = [item for item, (found, _) in listed.items() if found == category]
        where.append(F.item_id.in_(inside) if category != "unlisted" else F.item_id.not_in(listed))
    elif "category" in asked.filters:
        where.append(F.item_id == "")
    if "terminal" in asked.filters:
        code = asked.get("terminal")
        begun = F.number.startswith(f"{code}-", autoescape=True)
        where.append(begun if code else sa.not_(F.number.contains("-")))
    if hall := asked.get("hall"):
        inside = [
            table
            for table, (found, _) in halls(connection, asked.language).items()
            if found == hall
        ]
        where.append(sa.or_(F.table_id.in_(inside), F.table_id == hall))
    return where


def _fact(
    row: Any, who: Mapping[str, str], dishes: Mapping[str, str], why: Mapping[str, str]
) -> Line:
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
            "reason": reason(why, row.reason),
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
        "hour", "category", "hall", "terminal", "until", "show",
    ),
)  # fmt: skip


def _moves(connection: Connection, asked: Asked) -> Sequence[Line]:
    """Moves by good, kind, place, dish. What came to the store that is asked for (or to any) counts
    as more, what left it as less; where a place outside is asked for, what went there is more.
    On a turnover `sheet` the opening stock of the first day is no movement.
    """
    came, went, where = _ways(asked)
    where += [MOVE.c.day >= asked.first, MOVE.c.day <= asked.last, *_of_what(connection, asked)]
    if asked.get("sheet"):
        where.append(sa.or_(MOVE.c.kind != "opening", MOVE.c.day != asked.first))
    sign = sa.case((sa.and_(came, went), 0), (came, 1), (went, -1), else_=0)
    query = sa.select(MOVE, sign.label("sign")).where(*where).order_by(MOVE.c.n).limit(MOST_LINES)
    goods = named(connection, "ingredient", "ingredient_id", asked.language)
    stores = named(connection, "store", "store_id", asked.language)
    units = factors(connection)
    shown = [_move(row, goods, stores, units) for row in connection.execute(query).all()]

    def whole() -> tuple[int, Mapping[str, Value]]:
        sums = sa.select(sa.func.count(), sa.func.sum(MOVE.c.value_minor * sign)).where(*where)
        count, value = connection.execute(sums).one()
        return int(count), {"value": int(value)}

    return with_the_rest(shown, "kind", whole)


Condition = sa.ColumnElement[bool]


def _ways(asked: Asked) -> tuple[Condition, Condition, list[Condition]]:
    """What counts as coming, what as going, and which moves that leaves."""
    source, target = MOVE.c.source, MOVE.c.target
    if asked.get("source") and asked.get("target"):
        there, here = source == asked.get("source"), target == asked.get("target")
        return here, sa.false(), [there, here]
    places = asked.get("place").split(",") if asked.get("place") else []
    if asked.get("store") and not places:
        places = [f"store:{asked.get('store')}"]
    if places:
        came, went = target.in_(places), source.in_(places)
        return came, went, [sa.or_(came, went)]
    return target.like("store:%"), source.like("store:%"), []


def _of_what(connection: Connection, asked: Asked) -> list[Condition]:
    """Conditions on the good, the kind of move and the dish."""
    where: list[Condition] = []
    fact, goods = TABLES["sales_fact"].c, TABLES["ingredient"].c
    if good := asked.get("good"):
        where.append(MOVE.c.ingredient_id == good)
    if group := asked.get("group"):
        inside = sa.select(goods.ingredient_id).where(goods.group_id == group)
        where.append(MOVE.c.ingredient_id.in_(inside))
    if kinds := asked.get("kind"):
        where.append(MOVE.c.kind.in_(kinds.split(",")))
    if line := asked.get("line"):
        where.append(MOVE.c.line_id == line)
    if dish := asked.get("dish"):
        where.append(MOVE.c.line_id.in_(sa.select(fact.line_id).where(fact.item_id == dish)))
    if category := asked.get("category"):
        listed = categories(connection, asked.language)
        dishes = [item for item, (found, _) in listed.items() if found == category]
        other = category == "unlisted"
        known: Condition = fact.item_id.in_(listed if other else dishes)
        sold = sa.select(fact.line_id).where(sa.not_(known) if other else known)
        where.append(MOVE.c.line_id.in_(sold))
    return where


def factors(connection: Connection) -> dict[str, tuple[str, int]]:
    """The unit of each good and how many base units it is."""
    good, unit = TABLES["ingredient"], TABLES["unit"]
    query = sa.select(good.c.ingredient_id, unit.c.code, unit.c.factor).where(
        good.c.unit == unit.c.code
    )
    return {row.ingredient_id: (row.code, row.factor) for row in connection.execute(query)}


def opened_by(row: Any) -> Drill:
    """What made a move: the tap of a sale, a recalculation, or the document."""
    if row.event_n:
        return Drill("tap", {"n": str(row.event_n)})
    made, _, run = row.document.partition("/")
    if made == "recost":
        return Drill("recosts", {"from": row.day, "to": row.day, "run": run})
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
            "moved": from_milli(row.qty_milli * (row.sign or 1)) / factor,
            "value": row.value_minor * row.sign,
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
    keeps=(
        "store",
        "good",
        "group",
        "kind",
        "line",
        "place",
        "dish",
        "category",
        "sheet",
        "source",
        "target",
    ),
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
    called = devices(connection)
    if device := asked.get("device"):
        wanted = device.casefold()
        found = [dev for dev, name in called.items() if wanted in name.casefold()]
        where.append(sa.or_(J.device.in_(found), J.device == device))
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
                "device": called.get(row.device, Word(f"device_{row.device}", row.device)),
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


def _kinds(connection: Connection, asked: Asked) -> Sequence[tuple[str, str | Word]]:
    """Every kind of event, or one that was in the period; the chosen one stays when days change."""
    of_period = sa.select(J.type).where(J.day >= asked.first, J.day <= asked.last).distinct()
    kinds = set(connection.execute(of_period).scalars()) | ({asked.get("kind")} & EVENTS.keys())
    named = ((kind, Word(f"event_{kind}", kind)) for kind in sorted(kinds))
    return [("", Word("every_kind")), *named]


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
