"""The first day of a house: its goods, cards, stores and opening stock, out of a venue's files.

Rule: all or nothing, in one transaction, and only into empty books. What a venue must offer is
written down here as protocols, so that the back office does not know where it comes from (the
demo's files now, an import of sheets later). Recipes with faults are refused by name before
anything is stored.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from sqlalchemy import Connection
from sqlmodel import Session, select

from sync_server.domain.recipes import (
    Component,
    Losses,
    Owner,
    Policy,
    Recipe,
    RecipeBook,
    faults,
)
from sync_server.domain.rejections import Refused
from sync_server.domain.stock import OPENING, IngredientId, MoveKind, exact, to_milli
from sync_server.store.database import Database, session_on

from .cards import add_cards
from .goods_tables import (
    Bottle,
    CardText,
    Ingredient,
    IngredientGroup,
    IngredientLoss,
    Item,
    ItemCategory,
    StationStore,
    Store,
    Supplier,
    Unit,
)
from .house_tables import Account
from .ledger import Entry, Ledger, Shelf
from .names import LANGUAGES
from .tables import OpeningDocument, OpeningLine

UNITS = {"kg": ("g", 1000), "l": ("ml", 1000), "pcs": ("pcs", 1), "g": ("g", 1), "ml": ("ml", 1)}
PREPARED = "prepared"
FIRST_CARD = "2000-01-01"
Names = Mapping[str, str]


class NamedStation(Protocol):
    """A kitchen or bar station."""

    @property
    def station_id(self) -> str: ...


class NamedStore(Protocol):
    """A store and the person who answers for it."""

    @property
    def store_id(self) -> str: ...
    @property
    def names(self) -> Names: ...
    @property
    def responsible(self) -> str: ...


class NamedGroup(Protocol):
    """A group of ingredients."""

    @property
    def group_id(self) -> str: ...
    @property
    def names(self) -> Names: ...


class NamedCategory(Protocol):
    """A category of the menu."""

    @property
    def category_id(self) -> str: ...
    @property
    def names(self) -> Names: ...


class MenuItem(Protocol):
    """A dish or drink."""

    @property
    def item_id(self) -> str: ...
    @property
    def category_id(self) -> str: ...
    @property
    def names(self) -> Names: ...
    @property
    def method(self) -> Names: ...


class BottleShape(Protocol):
    """What a bottle holds in millilitres, and weighs in grams."""

    @property
    def nominal_ml(self) -> int: ...
    @property
    def full_g(self) -> int: ...
    @property
    def tare_g(self) -> int: ...


class KnownNutrients(Protocol):
    """What is in 100 base units of a good: kilocalories, and grams."""

    @property
    def energy(self) -> Decimal: ...
    @property
    def protein(self) -> Decimal: ...
    @property
    def fat(self) -> Decimal: ...
    @property
    def carbohydrate(self) -> Decimal: ...


class BoughtGood(Protocol):
    """Something bought; losses in percent of gross, `par` in its unit."""

    @property
    def ingredient_id(self) -> str: ...
    @property
    def names(self) -> Names: ...
    @property
    def group_id(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def cold_loss(self) -> Decimal: ...
    @property
    def monthly_loss(self) -> Mapping[int, Decimal]: ...
    @property
    def supplier_id(self) -> str: ...
    @property
    def par(self) -> Decimal: ...
    @property
    def shelf_days(self) -> int: ...
    @property
    def barcode(self) -> str: ...
    @property
    def allergens(self) -> Sequence[str]: ...
    @property
    def bottle(self) -> BottleShape | None: ...
    @property
    def nutrients(self) -> KnownNutrients | None: ...


class PreparedGood(Protocol):
    """Something made in the house; its recipe makes `yield_qty` of `unit`."""

    @property
    def semi_id(self) -> str: ...
    @property
    def names(self) -> Names: ...
    @property
    def unit(self) -> str: ...
    @property
    def yield_qty(self) -> Decimal: ...


class CardLine(Protocol):
    """A line of a recipe: gross quantity in the unit of the component, losses in percent."""

    @property
    def owner_kind(self) -> str: ...
    @property
    def owner_id(self) -> str: ...
    @property
    def component_id(self) -> str: ...
    @property
    def qty(self) -> Decimal: ...
    @property
    def hot_loss(self) -> Decimal: ...


class Trader(Protocol):
    """A supplier."""

    @property
    def supplier_id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def tax_number(self) -> str: ...
    @property
    def phone(self) -> str: ...
    @property
    def address(self) -> str: ...
    @property
    def lead_days(self) -> int: ...


class CountedGood(Protocol):
    """What lay in a store on the first day: quantity in the unit of the good, and value."""

    @property
    def store_id(self) -> str: ...
    @property
    def ingredient_id(self) -> str: ...
    @property
    def qty(self) -> Decimal: ...
    @property
    def value_minor(self) -> int: ...


class House(Protocol):
    """What the back office takes from a venue; quantities in the unit of the good."""

    @property
    def stations(self) -> Sequence[NamedStation]: ...
    @property
    def stores(self) -> Sequence[NamedStore]: ...
    @property
    def ingredient_groups(self) -> Sequence[NamedGroup]: ...
    @property
    def categories(self) -> Sequence[NamedCategory]: ...
    @property
    def items(self) -> Sequence[MenuItem]: ...
    @property
    def ingredients(self) -> Sequence[BoughtGood]: ...
    @property
    def semi_finished(self) -> Sequence[PreparedGood]: ...
    @property
    def recipes(self) -> Sequence[CardLine]: ...
    @property
    def suppliers(self) -> Sequence[Trader]: ...
    @property
    def opening_stock(self) -> Sequence[CountedGood]: ...


@dataclass(frozen=True, slots=True)
class NewAccount:
    """Someone who may sign in; the password is hashed by `accounts` before it is stored."""

    login: str
    name: str
    role: str
    rights: tuple[str, ...]
    language: str
    password_hash: str


class BooksNotEmpty(Exception):
    """The books have goods already: a venue is loaded once."""


class FaultyCards(Exception):
    """Recipes that cannot be; `faults` names each."""

    def __init__(self, found: Sequence[Refused]) -> None:
        super().__init__("; ".join(f"{fault.code} {fault.params}" for fault in found))
        self.faults = tuple(found)


async def load_venue(
    database: Database,
    house: House,
    accounts: Sequence[NewAccount],
    *,
    day: str,
    at_ms: int,
    store_of_station: Callable[[str], str],
) -> None:
    """Fill empty books; the opening stock stands at the start of `day`.

    `store_of_station` names the store a station takes from. Raises `BooksNotEmpty`,
    `FaultyCards`.
    """
    recipes = cards_of(house)
    found = faults(RecipeBook.of(recipes))
    if found:
        raise FaultyCards(found)

    def fill(connection: Connection) -> None:
        with session_on(connection) as session:
            if session.exec(select(Ingredient.ingredient_id).limit(1)).first() is not None:
                raise BooksNotEmpty("the books are not empty")
            _goods(session, house)
            _menu(session, house, store_of_station)
            session.flush()
            add_cards(session, recipes)
            _methods(session, house, recipes, at_ms)
            _opening(session, house, day, at_ms)
            session.add_all(
                Account(
                    login=person.login,
                    name=person.name,
                    role=person.role,
                    rights=" ".join(person.rights),
                    language=person.language,
                    password_hash=person.password_hash,
                )
                for person in accounts
            )
            session.flush()

    await database.write(fill)


def _methods(session: Session, house: House, recipes: Sequence[Recipe], at_ms: int) -> None:
    """How dishes are made, as the kitchen reads it."""
    cards = {one.owner_id for one in recipes if one.owner is Owner.ITEM}
    for item in house.items:
        if item.item_id in cards and item.method:
            key = {"owner": Owner.ITEM.value, "owner_id": item.item_id, "valid_from": FIRST_CARD}
            said = {f"technology_{lang}": item.method.get(lang, "") for lang in LANGUAGES}
            session.add(CardText(**key, **said, login="", at_ms=at_ms))


def cards_of(house: House) -> list[Recipe]:
    """The venue's recipes in base units, first version of each."""
    goods = {good.ingredient_id: good for good in house.ingredients}
    units = {name: good.unit for name, good in goods.items()}
    units |= {semi.semi_id: semi.unit for semi in house.semi_finished}
    yields = {semi.semi_id: in_base(semi.yield_qty, semi.unit) for semi in house.semi_finished}
    lines: dict[tuple[Owner, str], list[Component]] = {}
    for line in house.recipes:
        good = goods.get(line.component_id)
        losses = Losses(
            _bp(good.cold_loss) if good else 0,
            _bp(line.hot_loss),
            {month: _bp(loss) for month, loss in good.monthly_loss.items()} if good else {},
        )
        component = Component(
            IngredientId(line.component_id),
            in_base(line.qty, units[line.component_id]),
            losses,
        )
        lines.setdefault((Owner(line.owner_kind), line.owner_id), []).append(component)
    return [
        Recipe(
            owner,
            owner_id,
            FIRST_CARD,
            yields[owner_id] if owner is Owner.SEMI else Decimal(1),
            tuple(parts),
        )
        for (owner, owner_id), parts in lines.items()
    ]


def in_base(qty: Decimal, unit: str) -> Decimal:
    """A quantity of a unit in its base unit, at three places."""
    return exact(qty * UNITS[unit][1])


def _bp(percent: Decimal) -> int:
    return int((percent * 100).to_integral_value())


def _goods(session: Session, house: House) -> None:
    for code, (base, factor) in UNITS.items():
        session.add(Unit(code=code, base=base, factor=factor))
    groups = [(group.group_id, group.names) for group in house.ingredient_groups]
    groups.append((PREPARED, {"en": "Prepared goods", "uk": "Напівфабрикати", "pl": "Półprodukty"}))
    for position, (group_id, names) in enumerate(groups):
        session.add(
            IngredientGroup(
                group_id=group_id,
                position=position,
                name_en=_name(names, "en"),
                name_uk=_name(names, "uk"),
                name_pl=names.get("pl", ""),
            )
        )
    for trader in house.suppliers:
        session.add(
            Supplier(
                supplier_id=trader.supplier_id,
                name=trader.name,
                tax_number=trader.tax_number,
                phone=trader.phone,
                address=trader.address,
                lead_days=trader.lead_days,
            )
        )
    session.flush()
    for good in house.ingredients:
        row = Ingredient(
            ingredient_id=good.ingredient_id,
            group_id=good.group_id,
            unit=good.unit,
            supplier_id=good.supplier_id,
            par_milli=to_milli(in_base(good.par, good.unit)),
            barcodes=good.barcode,
            shelf_days=good.shelf_days,
            allergens=" ".join(good.allergens),
            name_en=_name(good.names, "en"),
            name_uk=_name(good.names, "uk"),
            name_pl=good.names.get("pl", ""),
            facts_known=good.nutrients is not None,
        )
        if good.nutrients is not None:
            for name in ("energy", "protein", "fat", "carbohydrate"):
                setattr(row, f"{name}_milli", to_milli(getattr(good.nutrients, name)))
        session.add(row)
    for semi in house.semi_finished:
        session.add(
            Ingredient(
                ingredient_id=semi.semi_id,
                group_id=PREPARED,
                unit=semi.unit,
                semi_policy=Policy.STOCK_FIRST.value,
                name_en=_name(semi.names, "en"),
                name_uk=_name(semi.names, "uk"),
                name_pl=semi.names.get("pl", ""),
            )
        )
    session.flush()
    for good in house.ingredients:
        for month, loss in good.monthly_loss.items():
            cold = _bp(loss)
            session.add(IngredientLoss(ingredient_id=good.ingredient_id, month=month, cold_bp=cold))
        if (shape := good.bottle) is not None:
            sizes = {name: getattr(shape, name) for name in ("nominal_ml", "full_g", "tare_g")}
            session.add(Bottle(ingredient_id=good.ingredient_id, **sizes))


def _menu(session: Session, house: House, store_of_station: Callable[[str], str]) -> None:
    for position, store in enumerate(house.stores):
        session.add(
            Store(
                store_id=store.store_id,
                position=position,
                responsible=store.responsible,
                name_en=_name(store.names, "en"),
                name_uk=_name(store.names, "uk"),
                name_pl=store.names.get("pl", ""),
            )
        )
    for position, category in enumerate(house.categories):
        session.add(
            ItemCategory(
                category_id=category.category_id,
                position=position,
                name_en=_name(category.names, "en"),
                name_uk=_name(category.names, "uk"),
                name_pl=category.names.get("pl", ""),
            )
        )
    session.flush()
    for station in house.stations:
        session.add(
            StationStore(
                station_id=station.station_id, store_id=store_of_station(station.station_id)
            )
        )
    for item in house.items:
        session.add(
            Item(
                item_id=item.item_id,
                category_id=item.category_id,
                name_en=_name(item.names, "en"),
                name_uk=_name(item.names, "uk"),
                name_pl=item.names.get("pl", ""),
            )
        )


def _opening(session: Session, house: House, day: str, at_ms: int) -> None:
    units = {row.ingredient_id: row.unit for row in session.exec(select(Ingredient))}
    by_store: dict[str, list[CountedGood]] = {}
    for counted in house.opening_stock:
        by_store.setdefault(counted.store_id, []).append(counted)
    ledger = Ledger(session)
    for number, (store_id, lines) in enumerate(by_store.items(), start=1):
        session.add(
            OpeningDocument(
                number=number, store_id=store_id, day=day, at_ms=at_ms, posted_by="opening"
            )
        )
        session.flush()
        entry = Entry(day, at_ms, f"opening/{number}")
        for position, line in enumerate(lines):
            qty = in_base(line.qty, units[line.ingredient_id])
            session.add(
                OpeningLine(
                    number=number,
                    position=position,
                    ingredient_id=line.ingredient_id,
                    qty_milli=to_milli(qty),
                    value_minor=line.value_minor,
                )
            )
            shelf = Shelf(store_id, IngredientId(line.ingredient_id), qty)
            ledger.receive(MoveKind.OPENING, OPENING, shelf, line.value_minor, entry)
    ledger.write()


def _name(names: Names, language: str) -> str:
    """A name that must stand: of the two languages that a house has, the other if need be."""
    return names.get(language) or names.get("uk", "") or names.get("en", "")
