"""What the recipe pages and forms ask of the books: cards with their costs, prices, versions.

Costs are of now (`cards.read_unit_costs`), selling prices the average net price of the last 30
days of sales. The arithmetic is `sync_server.domain.card_sheet`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from sqlmodel import Session, col, func, select

from sync_server.domain.card_sheet import (
    Effect,
    Meal,
    Sheet,
    meal_of,
    portions_left,
    sheet_of,
    what_if,
)
from sync_server.domain.recipes import Owner, Policy, Portion, RecipeBook, explode
from sync_server.domain.rejections import Refused
from sync_server.domain.stock import IngredientId

from .cards import read_book, read_foods, read_unit_costs, technology_of
from .goods_tables import Ingredient, Item, ItemCategory, RecipeCard
from .names import Names, names_of
from .tables import Balance, SalesFact

PRICE_DAYS = 30


@dataclass(frozen=True, slots=True)
class Card:
    """A card in the list: what it costs now and sells for, in minor units of a portion."""

    owner: Owner
    owner_id: str
    names: Names
    group: Names
    unit: str
    factor: int
    valid_from: str
    cost: Fraction | None
    price_minor: int | None


@dataclass(frozen=True, slots=True)
class OpenCard:
    """A card on its own page; `technology` is how it is made, by language."""

    card: Card
    sheet: Sheet
    meal: Meal
    technology: Mapping[str, str]
    versions: tuple[str, ...]


class Cookbook:
    """All cards with the costs of one moment."""

    def __init__(
        self, session: Session, day: str, choices: Mapping[str, Names] | None = None
    ) -> None:
        """Everything as it is on a day; `choices` names the menu's modifiers, which the books do
        not know."""
        self._session = session
        self._day = day
        self.book: RecipeBook = read_book(session)
        self._costs = read_unit_costs(session)
        self._names = _names(session)
        for key, names in (choices or {}).items():
            self._names[Owner.MODIFIER, key] = (names, Names("", ""), "", 1)
        self._prices: dict[str, int] | None = None

    def unit_cost(self, good: IngredientId) -> Fraction:
        """What a base unit of a good costs now; nothing where no price is known."""
        return self._costs.get(good, Fraction(0))

    def cards(self) -> list[Card]:
        """Every dish, prepared good and modifier that has a card in force."""
        self._prices = _prices(self._session, self._day)
        found = []
        for owner, owner_id in self.book.versions:
            card = self.card(owner, owner_id)
            if card is not None:
                found.append(card)
        return found

    def _price(self, item_id: str) -> int | None:
        """What a dish sells for: of all, if all were asked for, or looked up alone."""
        prices = self._prices
        if prices is None:
            prices = _prices(self._session, self._day, item_id)
        return prices.get(item_id)

    def blank(self, owner: Owner, owner_id: str) -> Card | None:
        """A dish, prepared good or choice as a card that makes one of nothing yet; None for what
        the house does not know."""
        if owner is Owner.SEMI and owner_id not in self.book.policies:
            return None
        known = self._names.get((owner, owner_id))
        if known is None:
            return None
        names, group, unit, factor = known
        price = self._price(owner_id) if owner is Owner.ITEM else None
        return Card(owner, owner_id, names, group, unit, factor, "", None, price)

    def without(self) -> list[Card]:
        """Every dish, prepared good and choice that has no card in force."""
        found = []
        for owner, owner_id in self._names:
            if self.book.in_force(owner, owner_id, self._day) is None:
                card = self.blank(owner, owner_id)
                if card is not None:
                    found.append(card)
        return found

    def card(self, owner: Owner, owner_id: str, day: str = "") -> Card | None:
        """One card as it is in force on a day."""
        recipe = self.book.in_force(owner, owner_id, day or self._day)
        if recipe is None:
            return None
        sheet = sheet_of(self.book, owner, owner_id, day or self._day, self.unit_cost)
        names, group, unit, factor = self._names.get(
            (owner, owner_id), (Names(owner_id, owner_id), Names("", ""), "", 1)
        )
        cost = None if isinstance(sheet, Refused) else sheet.unit_cost
        price = self._price(owner_id) if owner is Owner.ITEM else None
        return Card(owner, owner_id, names, group, unit, factor, recipe.valid_from, cost, price)

    def open(self, owner: Owner, owner_id: str, day: str = "") -> OpenCard | Refused:
        """A card with its lines, its facts for the guest and its versions."""
        when = day or self._day
        sheet = sheet_of(self.book, owner, owner_id, when, self.unit_cost)
        if isinstance(sheet, Refused):
            return sheet
        card = self.card(owner, owner_id, when)
        assert card is not None, "a sheet has a card"
        meal = meal_of(self.book, [(owner, owner_id)], when, read_foods(self._session))
        technology = technology_of(self._session, owner, owner_id, sheet.recipe.valid_from)
        query = select(RecipeCard.valid_from).where(
            RecipeCard.owner == owner.value, RecipeCard.owner_id == owner_id
        )
        versions = self._session.exec(query.order_by(col(RecipeCard.valid_from).desc())).all()
        return OpenCard(card, sheet, meal, technology, tuple(versions))

    def effects(self, good: str, unit_minor: Fraction) -> list[tuple[Effect, Card]]:
        """What a new price of a base unit changes, with the cards it touches."""
        changed = {IngredientId(good): unit_minor}
        found = []
        for effect in what_if(self.book, self._day, self.unit_cost, changed):
            card = self.card(effect.owner, effect.owner_id)
            if card is not None:
                found.append((effect, card))
        return found

    def names_of(self, good: str) -> Names:
        """The name of a good."""
        found = self._names.get((Owner.SEMI, good))
        return found[0] if found else Names(good, good)

    def unit_of(self, good: str) -> tuple[str, int]:
        """The unit that people read a good in, and how many base units make it."""
        found = self._names.get((Owner.SEMI, good))
        return (found[2], found[3]) if found else ("", 1)

    def portions_left(self, item_ids: Iterable[str]) -> dict[str, int]:
        """How many portions of each dish the house is enough for, prepared goods made anew."""
        house: defaultdict[str, Fraction] = defaultdict(Fraction)
        for row in self._session.exec(select(Balance)):
            house[row.ingredient_id] += Fraction(row.qty_milli, 1000)
        left: dict[str, int] = {}
        for item_id in item_ids:
            portion = Portion(item_id, Decimal(1), self._day)
            needs = explode(self.book, portion, policy=Policy.EXPLODE)
            if isinstance(needs, Refused):
                continue
            exact_needs = {good: Fraction(qty) for good, qty in needs.items()}
            count = portions_left(exact_needs, lambda good: house[good])
            if count is not None:
                left[item_id] = count
        return left


def _names(session: Session) -> dict[tuple[Owner, str], tuple[Names, Names, str, int]]:
    groups = {row.category_id: names_of(row) for row in session.exec(select(ItemCategory))}
    found = {}
    for item in session.exec(select(Item)):
        group = groups.get(item.category_id, Names("", ""))
        found[Owner.ITEM, item.item_id] = (names_of(item), group, "", 1)
    for good in session.exec(select(Ingredient)):
        factor = 1 if good.unit in ("pcs", "g", "ml") else 1000
        names = names_of(good)
        found[Owner.SEMI, good.ingredient_id] = (names, Names("", ""), good.unit, factor)
    return found


def _prices(session: Session, day: str, item_id: str = "") -> dict[str, int]:
    """By dish, or of one dish, the average net price of a portion in the last days."""
    first = (date.fromisoformat(day) - timedelta(days=PRICE_DAYS)).isoformat()
    query = (
        select(SalesFact.item_id, func.sum(SalesFact.qty_milli), func.sum(SalesFact.net_minor))
        .where(SalesFact.day >= first, SalesFact.day <= day)
        .group_by(SalesFact.item_id)
    )
    if item_id:
        query = query.where(SalesFact.item_id == item_id)
    return {
        item: int(net) * 1000 // int(qty) for item, qty, net in session.exec(query) if qty and net
    }
