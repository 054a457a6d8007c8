"""The rows of goods, suppliers, stores, dishes and recipe cards; no behaviour.

Quantities are whole thousandths of the base unit (`_milli`; g, ml, pcs), losses basis points, days
ISO text. Names stand in all languages of the house. Neighbours: `tables` (the ledger),
`house_tables` (people, editions, settings). The tables are created by `migrations`.
"""

from sqlalchemy import Column, Text
from sqlmodel import Field

from .tables import BackRow, big


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
    par_milli: int = Field(default=0, sa_column=big())
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
    base_milli: int = Field(sa_column=big())


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
    output_milli: int = Field(sa_column=big())


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
    at_ms: int = Field(sa_column=big())
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
    at_ms: int = Field(sa_column=big())
    login: str
    valid_from: str
    markup_bp: int
    tax_bp: int
    yield_milli: int = Field(sa_column=big())
    set_minor: int = Field(sa_column=big())
    price_minor: int = Field(sa_column=big())
    lines: str = Field(sa_column=Column(Text, nullable=False))


class Substitute(BackRow, table=True):
    """What may stand in for a good that runs short: so many thousandths of it for one."""

    __tablename__ = "substitute"
    ingredient_id: str = Field(primary_key=True, foreign_key="ingredient.ingredient_id")
    position: int = Field(primary_key=True)
    substitute_id: str = Field(foreign_key="ingredient.ingredient_id")
    ratio_milli: int


class RecipeLine(BackRow, table=True):
    """A component of a card; `amount_milli` is gross unless `weighed_net`."""

    __tablename__ = "recipe_line"
    owner: str = Field(primary_key=True)
    owner_id: str = Field(primary_key=True)
    valid_from: str = Field(primary_key=True)
    position: int = Field(primary_key=True)
    ingredient_id: str = Field(foreign_key="ingredient.ingredient_id")
    amount_milli: int = Field(sa_column=big())
    weighed_net: bool = False
    cold_bp: int = 0
    hot_bp: int = 0
    counts_in_yield: bool = True
