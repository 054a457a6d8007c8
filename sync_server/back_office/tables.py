"""The rows of the stock ledger, its costs and the sales it was told of; no behaviour.

Quantities are whole thousandths of the base unit (`_milli`; g, ml, pcs), sums minor units, days
ISO text of the business day, times milliseconds since the epoch in UTC. `stock_move`,
`sales_fact` and `intake_exception` are only ever appended to: triggers in the migrations refuse
the rest. `balance` is the running sum of `stock_move`, kept in the same transaction.

Neighbours: `goods_tables`, `house_tables`, `paper_tables`, `till_tables`, whose rows are `BackRow`s
too. The tables are created by `migrations`, never from here.
"""

from sqlalchemy import BigInteger, Column, Index, MetaData, Text, text
from sqlmodel import Field, SQLModel


def big(*, primary_key: bool = False) -> "Column[int]":
    """A quantity, a sum, a time, or a number that is given and never drawn."""
    return Column(BigInteger, nullable=False, autoincrement=False, primary_key=primary_key)


BOUGHT_AT_A_PRICE = "kind IN ('opening', 'receipt') AND qty_milli > 0 AND annuls = 0"
"""Which moves say what was paid for a good. A question has to say it in these words, or the
database does not see that the index of these moves is enough."""


def _partial(name: str, where: str, *columns: str) -> Index:
    """An index of the few moves where a condition holds; questions repeat the condition."""
    return Index(
        f"ix_stock_move_{name}",
        *(columns or (name,)),
        sqlite_where=text(where),
        postgresql_where=text(where),
    )


class BackRow(SQLModel):
    """A row of the back office: its tables keep their own list, apart from other contexts."""

    metadata = MetaData()


class OpeningDocument(BackRow, table=True):
    """Opening stock of one store, counted before the first sale."""

    __tablename__ = "opening_document"
    number: int = Field(primary_key=True)
    store_id: str = Field(foreign_key="store.store_id")
    day: str
    at_ms: int = Field(sa_column=big())
    posted_by: str


class OpeningLine(BackRow, table=True):
    __tablename__ = "opening_line"
    number: int = Field(primary_key=True, foreign_key="opening_document.number")
    position: int = Field(primary_key=True)
    ingredient_id: str = Field(foreign_key="ingredient.ingredient_id")
    qty_milli: int = Field(sa_column=big())
    value_minor: int = Field(sa_column=big())


class StockMove(BackRow, table=True):
    """One entry of the ledger, numbered without gaps. `event_n` 0: not out of the journal."""

    __tablename__ = "stock_move"
    __table_args__ = (
        Index("ix_stock_move_good", "ingredient_id", "day", "at_ms"),
        Index("ix_stock_move_document", "document"),
        *(_partial(name, f"{name} <> 0") for name in ("undoes", "annuls", "corrects")),
        _partial("batch", "batch <> ''"),
        _partial("bought", BOUGHT_AT_A_PRICE, "ingredient_id", "day", "at_ms"),
    )
    n: int = Field(sa_column=big(primary_key=True))
    kind: str
    ingredient_id: str = Field(foreign_key="ingredient.ingredient_id")
    source: str
    target: str
    qty_milli: int = Field(sa_column=big())
    value_minor: int = Field(sa_column=big())
    day: str = Field(index=True)
    at_ms: int = Field(sa_column=big())
    document: str
    line_id: str = Field(default="", index=True)
    fire_no: int = 0
    undoes: int = Field(default=0, sa_column=big())
    event_n: int = Field(default=0, sa_column=big())
    no_cost: bool = False
    annuls: int = Field(default=0, sa_column=big())
    corrects: int = Field(default=0, sa_column=big())
    batch: str = ""
    share: int = Field(default=0, sa_column=big())
    shared: int = Field(default=0, sa_column=big())
    passing: bool = False


class StockDay(BackRow, table=True):
    """What the moves of a day add up to by good, kind and direction; kept with the moves.

    Reports add these up instead of a year of moves. `moves` says of how many.
    """

    __tablename__ = "stock_day"
    __table_args__ = {"sqlite_with_rowid": False}
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    day: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    source: str = Field(primary_key=True)
    target: str = Field(primary_key=True)
    qty_milli: int = Field(sa_column=big())
    value_minor: int = Field(sa_column=big())
    moves: int = Field(sa_column=big())


class Balance(BackRow, table=True):
    """What lies in a store, with the last cost known while there was stock (0 of 0: none).

    `layers` is the state of a method that keeps any (`states`); `last_day` and `last_ms` say how
    far the costing of this good has come here: what is dated before is late.
    """

    __tablename__ = "balance"
    store_id: str = Field(primary_key=True, foreign_key="store.store_id")
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    qty_milli: int = Field(sa_column=big())
    value_minor: int = Field(sa_column=big())
    cost_qty_milli: int = Field(sa_column=big())
    cost_value_minor: int = Field(sa_column=big())
    layers: str = ""
    last_day: str = ""
    last_ms: int = Field(default=0, sa_column=big())


class CostCheckpoint(BackRow, table=True):
    """The states of a good in all stores at the end of a locked day (`states`)."""

    __tablename__ = "cost_checkpoint"
    day: str = Field(primary_key=True)
    ingredient_id: str = Field(primary_key=True)
    method: str
    body: str = Field(sa_column=Column(Text, nullable=False))


class CostMark(BackRow, table=True):
    """The states of a good in all stores before its first move from `day` on (`marks`)."""

    __tablename__ = "cost_mark"
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    day: str = Field(primary_key=True)
    method: str
    body: str = Field(sa_column=Column(Text, nullable=False))


class RecostCause(BackRow, table=True):
    """What came late and made a good due; `run` worked it out, 0 while it waits."""

    __tablename__ = "recost_cause"
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    run: int = Field(primary_key=True)
    document: str = Field(primary_key=True, index=True)


class RecostDue(BackRow, table=True):
    """A good whose cost has to be worked out anew from a day on."""

    __tablename__ = "recost_due"
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    day: str


class RecostRun(BackRow, table=True):
    """One recalculation: when it began, the day its corrections stand on, what it changed."""

    __tablename__ = "recost_run"
    number: int = Field(primary_key=True)
    at_ms: int = Field(sa_column=big())
    first_open_day: str
    goods: int = 0
    corrections: int = 0
    done: bool = False


class CostChange(BackRow, table=True):
    """A sale whose recipe cost a recalculation changed; `n` is the correction's move."""

    __tablename__ = "cost_change"
    n: int = Field(sa_column=big(primary_key=True))
    run: int = Field(foreign_key="recost_run.number")
    line_id: str = Field(index=True)
    fire_no: int
    item_id: str
    day: str = Field(index=True)
    cost_minor: int = Field(sa_column=big())


class IntakeCursor(BackRow, table=True):
    """The number of the last journal event that has been counted."""

    __tablename__ = "intake_cursor"
    name: str = Field(primary_key=True)
    n: int = Field(sa_column=big())


class SalesFact(BackRow, table=True):
    """What one event said of one line. `kind`: fired, voided, given or closed.

    Fired lines carry quantity and recipe cost, voids and what was on the house take both back,
    closed checks bring net sales; so any sum over any rows is right.
    """

    __tablename__ = "sales_fact"
    __table_args__ = (Index("ix_sales_fact_item", "item_id", "day"),)
    event_n: int = Field(sa_column=big(primary_key=True))
    position: int = Field(primary_key=True)
    kind: str
    line_id: str = Field(index=True)
    fire_no: int
    item_id: str
    day: str = Field(index=True)
    qty_milli: int = Field(sa_column=big())
    net_minor: int = Field(sa_column=big())
    cost_minor: int = Field(sa_column=big())


class LinePart(BackRow, table=True):
    """A part that was split off a line: what was consumed stands under `origin`."""

    __tablename__ = "line_part"
    line_id: str = Field(primary_key=True)
    origin: str


class IntakeException(BackRow, table=True):
    """Something sold that could not be consumed; kept with its event so that nothing is lost."""

    __tablename__ = "intake_exception"
    event_n: int = Field(sa_column=big(primary_key=True))
    position: int = Field(primary_key=True)
    event_type: str
    code: str
    params: str = Field(sa_column=Column(Text, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    day: str
    at_ms: int = Field(sa_column=big())
