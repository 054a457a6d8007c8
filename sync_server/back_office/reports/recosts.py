"""What recalculations changed, under the document that came late, down to each move corrected.

Every difference is a correction in the ledger that names its move (`recosting`); the documents that
made it necessary stand beside its run. Two figures: how much more the sales cost than was thought,
and what that did to the value of the stores. Neighbour: `shelves`, `listing`.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import select

from ..accounts import RIGHT_COSTING
from ..paper_tables import PaperRow
from .listing import opened_by, with_the_rest
from .naming import TABLES, named
from .report import MOST_LINES, Asked, Column, Drill, Kind, Line, Report, Word

CORRECTION, MOVED = TABLES["stock_move"].alias("correction"), TABLES["stock_move"].alias("moved")
CAUSE, FACT = (TABLES[name].c for name in ("recost_cause", "sales_fact"))
RUN = "recost/"
TO_SALES = sa.case(
    (CORRECTION.c.target == "sales", CORRECTION.c.value_minor),
    (CORRECTION.c.source == "sales", -CORRECTION.c.value_minor),
    else_=0,
)
TO_STORES = sa.case(
    (CORRECTION.c.target.like("store:%"), CORRECTION.c.value_minor), else_=0
) - sa.case((CORRECTION.c.source.like("store:%"), CORRECTION.c.value_minor), else_=0)


def _within(asked: Asked) -> list[sa.ColumnElement[bool]]:
    """Corrections of the days asked for, of one run or one cause if it is named."""
    where = [
        CORRECTION.c.corrects != 0,
        CORRECTION.c.document.like(f"{RUN}%"),
        CORRECTION.c.day >= asked.first,
        CORRECTION.c.day <= asked.last,
    ]
    if run := asked.get("run"):
        where.append(CORRECTION.c.document == f"{RUN}{run}")
    if good := asked.get("good"):
        where.append(CORRECTION.c.ingredient_id == good)
    if kind := asked.get("kind"):
        where.append(MOVED.c.kind == kind)
    return where


def _summed(connection: Connection, asked: Asked) -> Sequence[Line]:
    """By late document and good: how many moves changed, of which kind, by how much."""
    query = (
        sa.select(
            CORRECTION.c.document,
            CORRECTION.c.ingredient_id,
            MOVED.c.kind,
            sa.func.count().label("times"),
            sa.func.sum(TO_SALES).label("of_sales"),
            sa.func.sum(TO_STORES).label("of_stores"),
        )
        .join_from(CORRECTION, MOVED, MOVED.c.n == CORRECTION.c.corrects)
        .where(*_within(asked))
        .group_by(CORRECTION.c.document, CORRECTION.c.ingredient_id, MOVED.c.kind)
    )
    goods = named(connection, "ingredient", "ingredient_id", asked.language)
    rows = connection.execute(query).all()
    causes = _causes(connection, {int(row.document.removeprefix(RUN)) for row in rows})
    found = []
    wanted = asked.get("document") or _name_of(connection, asked.get("paper"))
    for row in rows:
        run = row.document.removeprefix(RUN)
        made_so = causes.get((run, row.ingredient_id), ())
        if wanted and wanted not in made_so:
            continue
        name = goods.get(row.ingredient_id, row.ingredient_id)
        query_of = {"run": run, "good": row.ingredient_id, "kind": row.kind}
        found.append(
            Line(
                f"{run}/{row.ingredient_id}/{row.kind}",
                {
                    "good": name,
                    "kind": Word(f"move_{row.kind.replace('-', '_')}", row.kind),
                    "run": int(run),
                    "times": int(row.times),
                    "of_cost": int(row.of_sales),
                    "of_stock": int(row.of_stores),
                },
                group=_title(made_so),
                drills={"": Drill("recost_lines", asked.period | query_of)},
            )
        )
    found.sort(key=lambda line: (-_whole(line.values["run"]), str(line.group), line.key))
    return found


def _name_of(connection: Connection, paper_id: str) -> str:
    """Under which name a document is booked."""
    query = select(PaperRow).where(PaperRow.paper_id == paper_id)
    row = connection.execute(query).one_or_none() if paper_id else None
    return f"{row.paper}/{row.year}/{row.number}" if row else paper_id


def _whole(value: object) -> int:
    return value if isinstance(value, int) else 0


def _causes(
    connection: Connection, runs: Collection[int]
) -> dict[tuple[str, str], tuple[str, ...]]:
    """By run and good the documents that came late."""
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    if not runs:
        return {}
    # From the first to the last: a list of all of a year would be too long for one question.
    there = CAUSE.run.between(min(runs), max(runs))
    query = sa.select(CAUSE.run, CAUSE.ingredient_id, CAUSE.document).where(there)
    for row in connection.execute(query):
        found[str(row.run), row.ingredient_id].append(row.document)
    return {key: tuple(sorted(documents)) for key, documents in found.items()}


def _title(documents: Sequence[str]) -> Word:
    """The first document by its kind and number, and how many more there are."""
    if not documents:
        return Word("method_changed")
    kind, _, rest = documents[0].partition("/")
    year, _, number = rest.partition("/")
    more = f" + {len(documents) - 1}" if len(documents) > 1 else ""
    if number.isdecimal():
        return Word(f"paper_{kind.replace('-', '_')}", kind, f" {number}/{year}{more}")
    return Word("late_sale", "", f" {documents[0]}{more}")


RECOSTS = Report(
    "recosts",
    RIGHT_COSTING,
    (
        Column("good"),
        Column("kind"),
        Column("run", Kind.COUNT),
        Column("times", Kind.COUNT, total=True),
        Column("of_cost", Kind.MONEY, total=True),
        Column("of_stock", Kind.MONEY, total=True),
    ),
    _summed,
    keeps=("run", "good", "document", "paper"),
)


def _each(connection: Connection, asked: Asked) -> Sequence[Line]:
    """Each move that was corrected: what it was booked at, and by how much that changed."""
    where = _within(asked)
    query = (
        sa.select(
            CORRECTION.c.n,
            CORRECTION.c.document.label("run"),
            TO_SALES.label("of_sales"),
            TO_STORES.label("of_stores"),
            *(MOVED.c[name] for name in ("day", "kind", "ingredient_id", "line_id", "event_n")),
            *(MOVED.c[name] for name in ("document", "value_minor")),
        )
        .join_from(CORRECTION, MOVED, MOVED.c.n == CORRECTION.c.corrects)
        .where(*where)
    )
    rows = connection.execute(query.order_by(CORRECTION.c.n).limit(MOST_LINES)).all()
    dishes = _dishes(connection, [row.line_id for row in rows if row.line_id], asked.language)
    goods = named(connection, "ingredient", "ingredient_id", asked.language)
    listed = [_corrected(row, goods, dishes) for row in rows]

    def whole() -> tuple[int, dict[str, Any]]:
        sums = connection.execute(
            sa.select(sa.func.count(), sa.func.sum(TO_SALES), sa.func.sum(TO_STORES))
            .join_from(CORRECTION, MOVED, MOVED.c.n == CORRECTION.c.corrects)
            .where(*where)
        ).one()
        return int(sums[0]), {"of_cost": int(sums[1]), "of_stock": int(sums[2])}

    return with_the_rest(listed, "day", whole)


def _corrected(row: Any, goods: dict[str, str], dishes: dict[str, str]) -> Line:
    return Line(
        str(row.n),
        {
            "day": row.day,
            "kind": Word(f"move_{row.kind.replace('-', '_')}", row.kind),
            "good": goods.get(row.ingredient_id, row.ingredient_id),
            "dish": dishes.get(row.line_id, ""),
            "booked": row.value_minor,
            "of_cost": int(row.of_sales),
            "of_stock": int(row.of_stores),
        },
        drills={"": opened_by(row)},
    )


def _dishes(connection: Connection, lines: Sequence[str], language: str) -> dict[str, str]:
    """What was sold under each line."""
    names = named(connection, "item", "item_id", language)
    found: dict[str, str] = {}
    for start in range(0, len(lines), 500):
        query = sa.select(FACT.line_id, FACT.item_id).where(
            FACT.line_id.in_(lines[start : start + 500])
        )
        for line_id, item_id in connection.execute(query):
            found[line_id] = names.get(item_id, item_id)
    return found


RECOST_LINES = Report(
    "recost_lines",
    RIGHT_COSTING,
    (
        Column("day", Kind.DAY),
        Column("kind"),
        Column("good"),
        Column("dish"),
        Column("booked", Kind.MONEY),
        Column("of_cost", Kind.MONEY, total=True),
        Column("of_stock", Kind.MONEY, total=True),
    ),
    _each,
    listed=False,
    keeps=("run", "good", "kind"),
)
