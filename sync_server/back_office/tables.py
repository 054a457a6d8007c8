"""The rows of the back office's database; no behaviour.

Quantities are whole thousandths of the base unit (`_milli`; g, ml, pcs), sums minor units, days
ISO text of the business day, times milliseconds since the epoch in UTC. `stock_move`,
`sales_fact` and `intake_exception` are only ever appended to: triggers in the migrations refuse
the rest. `balance` is the running sum of `stock_move`, kept in the same transaction.

The tables are created by `migrations`, never from here.
"""

from sqlalchemy import BigInteger, Column, Index, LargeBinary, MetaData, Text, text
from sqlmodel import Field, SQLModel


def _big(*, primary_key: bool = False) -> "Column[int]":
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


class Unit(BackRow, table=True):
    """A unit as people say it: `factor` base units (1 kg = 1000 g)."""

    __tablename__ = "unit"
    code: str = Field(primary_key=True)
    base: str
    factor: int


class IngredientGroup(BackRow, table=True):
    __tablename__ = "ingredient_group"
    group_id: str = Field(primary_key=True)
    name_en: str
    name_uk: str
    position: int
    name_pl: str = ""


class Ingredient(BackRow, table=True):
    """Something that lies in a store: bought goods, or a prepared good (`semi_policy` set).

    Barcodes and allergens are joined by spaces; nutrients are thousandths in 100 base units.
    """

    __tablename__ = "ingredient"
    ingredient_id: str = Field(primary_key=True)
    group_id: str = Field(foreign_key="ingredient_group.group_id")
    unit: str = Field(foreign_key="unit.code")
    name_en: str
    name_uk: str
    supplier_id: str = ""
    par_milli: int = Field(default=0, sa_column=_big())
    semi_policy: str = ""
    barcodes: str = ""
    shelf_days: int = 0
    allergens: str = ""
    facts_known: bool = False
    energy_milli: int = 0
    protein_milli: int = 0
    fat_milli: int = 0
    carbohydrate_milli: int = 0
    tax_bp: int = 0
    name_pl: str = ""


class GoodPack(BackRow, table=True):
    """How a good is packed, by the house's word for it: a case is so much of the base unit."""

    __tablename__ = "good_pack"
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    name: str = Field(primary_key=True)
    base_milli: int = Field(sa_column=_big())


class Bottle(BackRow, table=True):
    """What a good's bottle holds and weighs, so that open ones can be counted on a scale."""

    __tablename__ = "bottle"
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    nominal_ml: int
    full_g: int
    tare_g: int


class MethodLoss(BackRow, table=True):
    """What a good loses when it is cooked in a certain way, by the house's word for that way."""

    __tablename__ = "method_loss"
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    method: str = Field(primary_key=True)
    hot_bp: int


class IngredientLoss(BackRow, table=True):
    """The cold loss of a month where it differs from the recipe's."""

    __tablename__ = "ingredient_loss"
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    month: int = Field(primary_key=True)
    cold_bp: int


class Supplier(BackRow, table=True):
    __tablename__ = "supplier"
    supplier_id: str = Field(primary_key=True)
    name: str
    tax_number: str = ""
    phone: str = ""
    address: str = ""
    lead_days: int = 0


class Store(BackRow, table=True):
    __tablename__ = "store"
    store_id: str = Field(primary_key=True)
    name_en: str
    name_uk: str
    position: int
    responsible: str = ""
    name_pl: str = ""


class StationStore(BackRow, table=True):
    """The store that a kitchen or bar station takes from."""

    __tablename__ = "station_store"
    station_id: str = Field(primary_key=True)
    store_id: str = Field(foreign_key="store.store_id")


class ItemCategory(BackRow, table=True):
    __tablename__ = "item_category"
    category_id: str = Field(primary_key=True)
    name_en: str
    name_uk: str
    position: int
    name_pl: str = ""


class Item(BackRow, table=True):
    """A dish or drink of the menu, as reports name it."""

    __tablename__ = "item"
    item_id: str = Field(primary_key=True)
    category_id: str = Field(foreign_key="item_category.category_id")
    name_en: str
    name_uk: str
    name_pl: str = ""


class RecipeCard(BackRow, table=True):
    """One version of a card; its lines are `RecipeLine`."""

    __tablename__ = "recipe_card"
    owner: str = Field(primary_key=True)
    owner_id: str = Field(primary_key=True)
    valid_from: str = Field(primary_key=True)
    output_milli: int = Field(sa_column=_big())


class CardText(BackRow, table=True):
    """How a version of a card is made, by language, and who wrote it when.

    `technology` is the one text of versions older than those: in the house's language, whichever
    that was.
    """

    __tablename__ = "card_text"
    owner: str = Field(primary_key=True)
    owner_id: str = Field(primary_key=True)
    valid_from: str = Field(primary_key=True)
    technology: str = Field(default="", sa_column=Column(Text, nullable=False))
    login: str
    at_ms: int = Field(sa_column=_big())
    technology_en: str = Field(default="", sa_column=Column(Text, nullable=False))
    technology_uk: str = Field(default="", sa_column=Column(Text, nullable=False))
    technology_pl: str = Field(default="", sa_column=Column(Text, nullable=False))


class CalculationRow(BackRow, table=True):
    """An approved calculation of a card, never changed; `lines` as a list of lists."""

    __tablename__ = "calculation"
    owner: str = Field(primary_key=True)
    owner_id: str = Field(primary_key=True)
    number: int = Field(primary_key=True)
    day: str
    at_ms: int = Field(sa_column=_big())
    login: str
    valid_from: str
    markup_bp: int
    tax_bp: int
    yield_milli: int = Field(sa_column=_big())
    set_minor: int = Field(sa_column=_big())
    price_minor: int = Field(sa_column=_big())
    lines: str = Field(sa_column=Column(Text, nullable=False))


class Substitute(BackRow, table=True):
    """What may stand in for a good that runs short: so many thousandths of it for one."""

    __tablename__ = "substitute"
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    position: int = Field(primary_key=True)
    substitute_id: str = Field(foreign_key="ingredient.ingredient_id")
    ratio_milli: int


class ApiKey(BackRow, table=True):
    """A program that may ask: only the hash of its key is kept. Rights are joined by spaces."""

    __tablename__ = "api_key"
    key_hash: str = Field(primary_key=True)
    name: str
    rights: str
    login: str
    at_ms: int = Field(sa_column=_big())
    active: bool = True


class CatalogueEdition(BackRow, table=True):
    """Changes of the menu that hold from `at_ms` on, as a list of lists; `withdrawn` never held."""

    __tablename__ = "catalogue_edition"
    number: int = Field(primary_key=True)
    at_ms: int = Field(sa_column=_big())
    made_ms: int = Field(sa_column=_big())
    login: str
    note: str
    changes: str = Field(sa_column=Column(Text, nullable=False))
    withdrawn: bool = False


class CatalogueDraft(BackRow, table=True):
    """Changes of the menu that nobody has published yet; the house has one draft."""

    __tablename__ = "catalogue_draft"
    name: str = Field(primary_key=True)
    changes: str = Field(sa_column=Column(Text, nullable=False))
    login: str
    at_ms: int = Field(sa_column=_big())


class StopOffer(BackRow, table=True):
    """A dish to be stopped or counted down, asked for here and done by the server."""

    __tablename__ = "stop_offer"
    number: int = Field(primary_key=True)
    item_id: str
    left_milli: int = Field(sa_column=_big())
    login: str
    at_ms: int = Field(sa_column=_big())


class PinOffer(BackRow, table=True):
    """A new PIN for somebody at the terminals: only what may be stored of it."""

    __tablename__ = "pin_offer"
    number: int = Field(primary_key=True)
    staff_id: str
    pin_hash: str
    login: str
    at_ms: int = Field(sa_column=_big())


class LendOffer(BackRow, table=True):
    """Rights of `by` to be lent to a colleague until a time, or a loan to end (`ends`), asked for
    here and done by the server; `rights` stand by blanks."""

    __tablename__ = "lend_offer"
    number: int = Field(primary_key=True)
    lent_id: str
    by: str
    staff_id: str
    rights: str
    until_ms: int = Field(sa_column=_big())
    reason: str = Field(sa_type=Text)
    ends: bool
    login: str
    at_ms: int = Field(sa_column=_big())


class AccountMap(BackRow, table=True):
    """Which accounts a kind of move of a group of goods is booked on; an empty group: all others.

    `kind` is `kind` of a move, or `kind/direction` where both directions differ.
    """

    __tablename__ = "account_map"
    kind: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    debit: str
    credit: str


class SentTable(BackRow, table=True):
    """A table that somebody sent for import; `taken_ms` 0: it waits, its body with it."""

    __tablename__ = "sent_table"
    key: str = Field(primary_key=True)
    login: str
    subject: str
    name: str
    at_ms: int = Field(sa_column=_big())
    taken_ms: int = Field(default=0, sa_column=_big())
    row_count: int = 0
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class RecipeLine(BackRow, table=True):
    """A component of a card; `amount_milli` is gross unless `weighed_net`."""

    __tablename__ = "recipe_line"
    owner: str = Field(primary_key=True)
    owner_id: str = Field(primary_key=True)
    valid_from: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    ingredient_id: str = Field(foreign_key="ingredient.ingredient_id")
    amount_milli: int = Field(sa_column=_big())
    weighed_net: bool = False
    cold_bp: int = 0
    hot_bp: int = 0
    counts_in_yield: bool = True


class OpeningDocument(BackRow, table=True):
    """Opening stock of one store, counted before the first sale."""

    __tablename__ = "opening_document"
    number: int = Field(primary_key=True)
    store_id: str = Field(foreign_key="store.store_id")
    day: str
    at_ms: int = Field(sa_column=_big())
    posted_by: str


class OpeningLine(BackRow, table=True):
    __tablename__ = "opening_line"
    number: int = Field(primary_key=True, foreign_key="opening_document.number")
    position: int = Field(primary_key=True)
    ingredient_id: str = Field(foreign_key="ingredient.ingredient_id")
    qty_milli: int = Field(sa_column=_big())
    value_minor: int = Field(sa_column=_big())


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
    n: int = Field(sa_column=_big(primary_key=True))
    kind: str
    ingredient_id: str = Field(foreign_key="ingredient.ingredient_id")
    source: str
    target: str
    qty_milli: int = Field(sa_column=_big())
    value_minor: int = Field(sa_column=_big())
    day: str = Field(index=True)
    at_ms: int = Field(sa_column=_big())
    document: str
    line_id: str = Field(default="", index=True)
    fire_no: int = 0
    undoes: int = Field(default=0, sa_column=_big())
    event_n: int = Field(default=0, sa_column=_big())
    no_cost: bool = False
    annuls: int = Field(default=0, sa_column=_big())
    corrects: int = Field(default=0, sa_column=_big())
    batch: str = ""
    share: int = Field(default=0, sa_column=_big())
    shared: int = Field(default=0, sa_column=_big())
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
    qty_milli: int = Field(sa_column=_big())
    value_minor: int = Field(sa_column=_big())
    moves: int = Field(sa_column=_big())


class Balance(BackRow, table=True):
    """What lies in a store, with the last cost known while there was stock (0 of 0: none).

    `layers` is the state of a method that keeps any (`states`); `last_day` and `last_ms` say how
    far the costing of this good has come here: what is dated before is late.
    """

    __tablename__ = "balance"
    store_id: str = Field(primary_key=True, foreign_key="store.store_id")
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    qty_milli: int = Field(sa_column=_big())
    value_minor: int = Field(sa_column=_big())
    cost_qty_milli: int = Field(sa_column=_big())
    cost_value_minor: int = Field(sa_column=_big())
    layers: str = ""
    last_day: str = ""
    last_ms: int = Field(default=0, sa_column=_big())


class HouseSetting(BackRow, table=True):
    """A choice of the house, say its costing method."""

    __tablename__ = "house_setting"
    name: str = Field(primary_key=True)
    value: str


class PeriodLock(BackRow, table=True):
    """Everything up to `day` is closed, or open again from the day after; the last row holds."""

    __tablename__ = "period_lock"
    number: int = Field(primary_key=True)
    day: str
    at_ms: int = Field(sa_column=_big())
    locked_by: str


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
    at_ms: int = Field(sa_column=_big())
    first_open_day: str
    goods: int = 0
    corrections: int = 0
    done: bool = False


class CostChange(BackRow, table=True):
    """A sale whose recipe cost a recalculation changed; `n` is the correction's move."""

    __tablename__ = "cost_change"
    n: int = Field(sa_column=_big(primary_key=True))
    run: int = Field(foreign_key="recost_run.number")
    line_id: str = Field(index=True)
    fire_no: int
    item_id: str
    day: str = Field(index=True)
    cost_minor: int = Field(sa_column=_big())


class IntakeCursor(BackRow, table=True):
    """The number of the last journal event that has been counted."""

    __tablename__ = "intake_cursor"
    name: str = Field(primary_key=True)
    n: int = Field(sa_column=_big())


class SalesFact(BackRow, table=True):
    """What one event said of one line. `kind`: fired, voided, given or closed.

    Fired lines carry quantity and recipe cost, voids and what was on the house take both back,
    closed checks bring net sales; so any sum over any rows is right.
    """

    __tablename__ = "sales_fact"
    __table_args__ = (Index("ix_sales_fact_item", "item_id", "day"),)
    event_n: int = Field(sa_column=_big(primary_key=True))
    position: int = Field(primary_key=True)
    kind: str
    line_id: str = Field(index=True)
    fire_no: int
    item_id: str
    day: str = Field(index=True)
    qty_milli: int = Field(sa_column=_big())
    net_minor: int = Field(sa_column=_big())
    cost_minor: int = Field(sa_column=_big())


class LinePart(BackRow, table=True):
    """A part that was split off a line: what was consumed stands under `origin`."""

    __tablename__ = "line_part"
    line_id: str = Field(primary_key=True)
    origin: str


class IntakeException(BackRow, table=True):
    """Something sold that could not be consumed; kept with its event so that nothing is lost."""

    __tablename__ = "intake_exception"
    event_n: int = Field(sa_column=_big(primary_key=True))
    position: int = Field(primary_key=True)
    event_type: str
    code: str
    params: str = Field(sa_column=Column(Text, nullable=False))
    body: str = Field(sa_column=Column(Text, nullable=False))
    day: str
    at_ms: int = Field(sa_column=_big())


class Account(BackRow, table=True):
    """Who may sign in. `rights` are joined by spaces; `password_hash` is argon2id."""

    __tablename__ = "account"
    login: str = Field(primary_key=True)
    name: str
    role: str
    rights: str
    language: str
    password_hash: str
    active: bool = True
    failures: int = 0
    locked_until_ms: int = Field(default=0, sa_column=_big())


class SignIn(BackRow, table=True):
    """A browser that is signed in; only the hash of its token is kept."""

    __tablename__ = "sign_in"
    token_hash: str = Field(primary_key=True)
    login: str = Field(foreign_key="account.login")
    language: str
    expires_ms: int = Field(sa_column=_big())
