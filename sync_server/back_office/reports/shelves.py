"""Reports of stock: on hand on any day, a good's card, variance, purchase prices, real food cost.

All out of the ledger's moves, so each figure opens the moves it is made of, and each move its tap
or document. Value and quantity of a store are always the sums of its moves.
"""

from collections import defaultdict
from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.domain.costing import actual_cost_minor, food_cost_bp
from sync_server.domain.stock import Column as Part, Holding, MoveKind, from_milli

from ..accounts import RIGHT_COSTING
from ..food_cost import food_cost
from ..marks import day_before
from ..names import alphabetical
from ..turnover import GoodRow, Group, Question, Sheet, turnover_sheet
from .listing import factors, opened_by, place_name
from .naming import TABLES, named
from .report import MOST_LINES, Asked, Column, Drill, Filter, Kind, Line, Report, Word, ratios

MOVE = TABLES["stock_move"]
DAY = TABLES["stock_day"].c
SOLD = ("sale", "sale-reversal")
GONE = ("staff-meal", "comp", "waste", "guest-return")
VARIED = {
    "by_recipe": SOLD,
    "by_recipe_qty": SOLD,
    "explained": GONE,
    "found": ("count",),
    "found_qty": ("count",),
    "really": (*SOLD, *GONE, "count"),
    "gap": (*GONE, "count"),
}
"""Of which kinds of moves each figure of the variance is made."""
STORE = TABLES["store"]
STOOD = MoveKind.OPENING.value


def every_store(connection: Connection, asked: Asked) -> Sequence[tuple[str, str | Word]]:
    """All stores together, or one."""
    return [("", Word("every_store")), *one_store(connection, asked)]


def one_store(connection: Connection, asked: Asked) -> Sequence[tuple[str, str | Word]]:
    """One store."""
    ids = connection.execute(sa.select(STORE.c.store_id).order_by(STORE.c.position)).scalars()
    names = named(connection, "store", "store_id", asked.language)
    return [(store_id, names[store_id]) for store_id in ids]


def sheets(connection: Connection, asked: Asked) -> list[Sheet]:
    """The turnover of the stores asked for."""
    wanted = asked.get("store")
    return [
        turnover_sheet(connection, Question(store_id, asked.first, asked.last))
        for store_id, _ in one_store(connection, asked)
        if wanted in ("", store_id)
    ]


def _by_name(group: Group, asked: Asked) -> list[GoodRow]:
    """The goods of a group as its reader's alphabet has them."""
    return sorted(group.rows, key=lambda row: alphabetical(row.names[asked.language]))


def _on_hand(connection: Connection, asked: Asked) -> Sequence[Line]:
    """What lay in the stores at the end of the last day."""
    found = []
    stores = named(connection, "store", "store_id", asked.language)
    several = not asked.get("store")
    for sheet in sheets(connection, asked):
        store_id = sheet.question.store_id
        for group in sheet.groups:
            title = group.names[asked.language]
            heading = f"{stores[store_id]} · {title}" if several else title
            for row in _by_name(group, asked):
                closing = row.turnover.closing
                if closing != Holding():
                    found.append(_held(row, store_id, heading, asked))
    return found


def _held(row: GoodRow, store_id: str, heading: str, asked: Asked) -> Line:
    card = asked.period | {"store": store_id, "good": row.ingredient_id}
    return Line(
        f"{store_id}/{row.ingredient_id}",
        {
            "good": row.names[asked.language],
            "unit": Word(f"unit_{row.unit}", row.unit),
            "on_hand": row.shown(row.turnover.closing.qty),
            "unit_cost": row.unit_cost_minor,
            "value": row.turnover.closing.value_minor,
        },
        group=heading,
        drills={"": Drill("item_card", card)},
    )


ON_HAND = Report(
    "on_hand",
    RIGHT_COSTING,
    (
        Column("good"),
        Column("unit"),
        Column("on_hand", Kind.QUANTITY),
        Column("unit_cost", Kind.MONEY),
        Column("value", Kind.MONEY, total=True),
    ),
    _on_hand,
    filters=(Filter("store", every_store),),
)


def _goods(connection: Connection, asked: Asked) -> Sequence[tuple[str, str | Word]]:
    names = named(connection, "ingredient", "ingredient_id", asked.language)
    return sorted(names.items(), key=lambda pair: alphabetical(pair[1]))


def _lay_before(connection: Connection, place: str, good: str, first: str) -> tuple[int, int]:
    """Thousandths and value of a good at a place as a period begins."""
    signed = sa.case((DAY.target == place, 1), else_=-1)
    before = connection.execute(
        sa.select(
            sa.func.coalesce(sa.func.sum(DAY.qty_milli * signed), 0),
            sa.func.coalesce(sa.func.sum(DAY.value_minor * signed), 0),
        ).where(
            DAY.ingredient_id == good,
            sa.or_(DAY.source == place, DAY.target == place),
            sa.or_(DAY.day < first, sa.and_(DAY.day == first, DAY.kind == STOOD)),
        )
    ).one()
    return int(before[0]), int(before[1])


def _card(connection: Connection, asked: Asked) -> Sequence[Line]:
    """Every move of one good in one store, with what lay there after it.

    As on the turnover, an opening document of the first day is what the period begins with.
    """
    store_id = asked.get("store") or one_store(connection, asked)[0][0]
    good = asked.get("good") or _goods(connection, asked)[0][0]
    place = f"store:{store_id}"
    of_good = (
        MOVE.c.ingredient_id == good,
        sa.or_(MOVE.c.source == place, MOVE.c.target == place),
    )
    qty, value = _lay_before(connection, place, good, asked.first)
    unit, factor = factors(connection)[good]
    stores = named(connection, "store", "store_id", asked.language)
    stood = sa.and_(MOVE.c.day == asked.first, MOVE.c.kind == STOOD)
    begun = connection.execute(sa.select(MOVE).where(*of_good, stood).limit(1)).first()
    within = (MOVE.c.day >= asked.first, MOVE.c.day <= asked.last, sa.not_(stood))
    query = sa.select(MOVE).where(*of_good, *within)
    found = [
        Line(
            "opening",
            {
                "day": asked.first,
                "kind": Word("col_opening"),
                "balance": from_milli(qty) / factor,
                "value_after": value,
                "unit": Word(f"unit_{unit}", unit),
            },
            drills={"": opened_by(begun)} if begun else {},
        )
    ]
    rows = connection.execute(query.order_by(MOVE.c.day, MOVE.c.n)).yield_per(MOST_LINES)
    hidden, rest = 0, 0
    for row in rows:
        came = row.target == place
        qty += row.qty_milli if came else -row.qty_milli
        value += row.value_minor if came else -row.value_minor
        if len(found) > MOST_LINES:
            hidden, rest = hidden + 1, rest + (row.value_minor if came else -row.value_minor)
            continue
        moved = from_milli(row.qty_milli) / factor
        found.append(
            Line(
                str(row.n),
                {
                    "day": row.day,
                    "kind": Word(f"move_{row.kind.replace('-', '_')}", row.kind),
                    "with": place_name(row.source if came else row.target, stores),
                    "unit": Word(f"unit_{unit}", unit),
                    "came_in": moved if came else None,
                    "went_out": None if came else moved,
                    "value": row.value_minor if came else -row.value_minor,
                    "balance": from_milli(qty) / factor,
                    "value_after": value,
                },
                drills={"": opened_by(row)},
            )
        )
    if hidden:
        after: dict[str, Any] = {"balance": from_milli(qty) / factor, "value_after": value}
        word = Word("rest_of_them", "", f" {hidden}")
        shown = Word(f"unit_{unit}", unit)
        found.append(Line("rest", {"kind": word, "unit": shown, "value": rest, **after}))
    return found


ITEM_CARD = Report(
    "item_card",
    RIGHT_COSTING,
    (
        Column("day", Kind.DAY),
        Column("kind"),
        Column("with"),
        Column("unit"),
        Column("came_in", Kind.QUANTITY),
        Column("went_out", Kind.QUANTITY),
        Column("value", Kind.MONEY, total=True),
        Column("balance", Kind.QUANTITY),
        Column("value_after", Kind.MONEY),
    ),
    _card,
    filters=(Filter("store", one_store), Filter("good", _goods)),
)


def _variance(connection: Connection, asked: Asked) -> Sequence[Line]:
    """By recipe, explained (written off), found by counting, and really used, by value.

    What was really used is the sum of the three; the part without a document or reason is the
    count's difference (features-commercial F6-F9).
    """
    found = []
    for sheet in sheets(connection, asked):
        for group in sheet.groups:
            title = group.names[asked.language]
            for row in _by_name(group, asked):
                line = _varied(row, sheet.question.store_id, title, asked)
                if line is not None:
                    found.append(line)
    return found


def _varied(row: GoodRow, store_id: str, title: str, asked: Asked) -> Line | None:
    sold, waste = row.turnover.of(Part.SOLD), row.turnover.of(Part.WRITTEN_OFF)
    count = row.turnover.of(Part.VARIANCE)
    if sold == waste == count == Holding():
        return None
    values: dict[str, Any] = {
        "good": row.names[asked.language],
        "unit": Word(f"unit_{row.unit}", row.unit),
        "by_recipe_qty": row.shown(sold.qty),
        "by_recipe": sold.value_minor,
        "explained": waste.value_minor,
        "found_qty": row.shown(count.qty),
        "found": count.value_minor,
        "really": sold.value_minor + waste.value_minor - count.value_minor,
        "gap": waste.value_minor - count.value_minor,
    }
    moves = asked.period | {"store": store_id, "good": row.ingredient_id}
    return Line(
        f"{store_id}/{row.ingredient_id}",
        values | ratios(VARIANCE, values),
        group=title,
        drills={
            "": Drill("moves", moves),
            **{
                column: Drill("moves", moves | {"kind": ",".join(kinds)})
                for column, kinds in VARIED.items()
            },
        },
    )


VARIANCE = Report(
    "variance_report",
    RIGHT_COSTING,
    (
        Column("good"),
        Column("unit"),
        Column("by_recipe_qty", Kind.QUANTITY),
        Column("by_recipe", Kind.MONEY, total=True),
        Column("explained", Kind.MONEY, total=True),
        Column("found_qty", Kind.QUANTITY, signed=True),
        Column("found", Kind.MONEY, total=True, signed=True),
        Column("really", Kind.MONEY, total=True),
        Column("gap", Kind.MONEY, total=True),
        Column("gap_share", Kind.PERCENT, ratio=("gap", "by_recipe")),
    ),
    _variance,
    filters=(Filter("store", every_store),),
)


def _prices(connection: Connection, asked: Asked) -> Sequence[Line]:
    """What was paid for each good: first and last price, the cheapest, the dearest, the change."""
    goods = named(connection, "ingredient", "ingredient_id", asked.language)
    units = factors(connection)
    query = (
        sa.select(MOVE.c.ingredient_id, MOVE.c.qty_milli, MOVE.c.value_minor)
        .where(
            MOVE.c.day >= asked.first,
            MOVE.c.day <= asked.last,
            MOVE.c.kind == "receipt",
            MOVE.c.source == "supplier",
            MOVE.c.annuls == 0,
            MOVE.c.qty_milli > 0,
        )
        .order_by(MOVE.c.day, MOVE.c.n)
    )
    bought: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for good, qty, value in connection.execute(query):
        bought[good].append((int(qty), int(value)))
    found = []
    for good in sorted(bought, key=lambda key: alphabetical(goods.get(key) or key)):
        unit, factor = units[good]
        prices = [Fraction(value * 1000 * factor, qty) for qty, value in bought[good]]
        first, last = prices[0], prices[-1]
        change = int((last - first) * 10_000 / first) if first else None
        found.append(
            Line(
                good,
                {
                    "good": goods.get(good, good),
                    "unit": Word(f"unit_{unit}", unit),
                    "receipts": len(prices),
                    "first_price": first,
                    "lowest": min(prices),
                    "highest": max(prices),
                    "last_price": last,
                    "change": change,
                    "bought": from_milli(sum(qty for qty, _ in bought[good])) / factor,
                    "value": sum(value for _, value in bought[good]),
                },
                drills={"": Drill("moves", asked.period | {"good": good, "kind": "receipt"})},
            )
        )
    return found


PRICES = Report(
    "prices",
    RIGHT_COSTING,
    (
        Column("good"),
        Column("unit"),
        Column("receipts", Kind.COUNT, total=True),
        Column("first_price", Kind.MONEY),
        Column("lowest", Kind.MONEY),
        Column("highest", Kind.MONEY),
        Column("last_price", Kind.MONEY),
        Column("change", Kind.PERCENT, signed=True),
        Column("bought", Kind.QUANTITY),
        Column("value", Kind.MONEY, total=True),
    ),
    _prices,
)

PURCHASED = ("supplier", "opening")
ELSEWHERE = ("staff", "comp")
WASTED = ("waste", "returned")
CORRECTED = ("cost-correction", "rounding")


def _real(connection: Connection, asked: Asked) -> Sequence[Line]:
    """Food cost by recipe against food cost by counting (features-region, rule 10).

    Opening, purchases, what left otherwise and closing are of all stores together, so transfers
    between them are none. What lies between the two is explained line by line, by the place
    outside that goods came from or went to: what a recalculation changed stands with its move.
    """
    opening = closing = 0
    for row in connection.execute(_places(asked.first, inclusive=False)):
        opening += int(row.value)
    for row in connection.execute(_places(asked.last, inclusive=True)):
        closing += int(row.value)
    outside = _outside(connection, asked)

    def came(places: Sequence[str]) -> int:
        return sum(outside[place] for place in places)

    purchases, elsewhere = came(PURCHASED), -came(ELSEWHERE)
    report = food_cost(connection, asked.first, asked.last).sales
    actual = actual_cost_minor(
        opening=opening,
        purchases=purchases,
        transfers_in=0,
        closing=closing,
        gone_elsewhere=elsewhere,
    )
    net = report.net_minor
    steps: tuple[tuple[str, int, Drill | None], ...] = (
        ("opening", opening, _lay(day_before(asked.first))),
        ("purchases", purchases, _went(PURCHASED, asked)),
        ("closing", -closing, _lay(asked.last)),
        ("elsewhere", -elsewhere, _went(ELSEWHERE, asked)),
        ("actual_cost", actual, None),
        ("recipe_cost", report.cost_minor, _went(("sales",), asked)),
        ("waste", -came(WASTED), _went(WASTED, asked)),
        ("counted", -came(("count",)), _went(("count",), asked)),
        ("made", -came(("production",)), _went(("production",), asked)),
        ("corrections", -came(CORRECTED), _went(CORRECTED, asked)),
        ("gap", actual - report.cost_minor, Drill("variance_report", asked.period)),
        ("net_sales", net, Drill("dish_cost", asked.period)),
    )
    return [
        Line(
            key,
            {"what": Word(f"real_{key}"), "value": value, "of_sales": food_cost_bp(value, net)},
            drills={"": opens} if opens else {},
        )
        for key, value, opens in steps
        if value or key != "made"
    ]


def _lay(day: str) -> Drill:
    """What lay in the stores at the end of a day."""
    return Drill("on_hand", {"from": day, "to": day})


def _went(places: Sequence[str], asked: Asked) -> Drill:
    """What came from places outside, or went there."""
    return Drill("moves", asked.period | {"place": ",".join(places)})


def _places(day: str, *, inclusive: bool) -> sa.Select[Any]:
    """The value in all stores before, or at the end of, a day."""
    until = DAY.day <= day if inclusive else DAY.day < day
    arrived = sa.case((DAY.target.like("store:%"), DAY.value_minor), else_=0)
    gone = sa.case((DAY.source.like("store:%"), DAY.value_minor), else_=0)
    total = sa.func.coalesce(sa.func.sum(arrived - gone), 0)
    return sa.select(total.label("value")).where(until)


def _outside(connection: Connection, asked: Asked) -> dict[str, int]:
    """What came into the stores from each place outside, less what went there."""
    query = (
        sa.select(DAY.source, DAY.target, sa.func.sum(DAY.value_minor))
        .where(DAY.day >= asked.first, DAY.day <= asked.last)
        .group_by(DAY.source, DAY.target)
    )
    found: dict[str, int] = defaultdict(int)
    for source, target, value in connection.execute(query):
        found[source] += int(value)
        found[target] -= int(value)
    return found


REAL_COST = Report(
    "real_cost",
    RIGHT_COSTING,
    (
        Column("what"),
        Column("value", Kind.MONEY),
        Column("of_sales", Kind.PERCENT),
    ),
    _real,
)
