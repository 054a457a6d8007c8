"""What the kitchen is told of new recipe cards: an edition of the menu from the day they hold.

Rule: the cook reads what the stores lose. A new version of a card becomes changes of the menu
(components, method, allergens) in an edition of its own, which the server takes by itself when the
day begins; so it reaches every display without a break, and stands among the other editions. A card
of a prepared good changes no dish's lines, only what its dishes contain. An allergen is added by a
card and taken off by a person only: a good whose allergens nobody entered must hide nothing.
Neighbours: `cards` keeps the versions, `catalogue` the editions, `kds_app` shows the card.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fractions import Fraction
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from sync_server.domain.card_sheet import DEPTH, meal_of
from sync_server.domain.menu import Catalogue, Component
from sync_server.domain.menu_cards import components_text
from sync_server.domain.menu_changes import CHANGES, Change, changed, gathered, previewed
from sync_server.domain.recipes import Component as RecipeLine, Owner, Recipe, RecipeBook

from .cards import UNKNOWN, read_book, read_foods
from .catalogue import Edition, publish, waiting
from .goods import ALLERGENS
from .goods_tables import Ingredient
from .names import LANGUAGES, name_in, names_of
from .papers import Actor

COOKS_UNIT = {"kg": "g", "l": "ml"}
"""What a cook measures in, where the stores have a larger unit."""


@dataclass(frozen=True, slots=True)
class NewCard:
    """A version of a card. `technology` by language; None: nobody said how it is made, the menu's
    words stay."""

    recipe: Recipe
    technology: Mapping[str, str] | None = None


def tell_kitchen(
    session: Session, catalogue: Catalogue, cards: Sequence[NewCard], actor: Actor
) -> list[Edition]:
    """Make the editions that bring new cards to the kitchen; none where nothing changes for it, or
    where a later version is in force already."""
    made: list[Edition] = []
    book = read_book(session)
    for day in sorted({max(card.recipe.valid_from, actor.today) for card in cards}):
        at_ms = actor.at_ms if day == actor.today else _begins(day, catalogue)
        base = _menu_then(session, catalogue, max(at_ms, actor.at_ms))
        due = [card for card in cards if max(card.recipe.valid_from, actor.today) == day]
        due = [card for card in due if _holds(book, card.recipe, day)]
        says = _Saying(session, base, book, day)
        changes = gathered(base, [one for card in due for one in says.of(card)])
        note = ", ".join(dict.fromkeys(says.name(card.recipe) for card in due))
        made += _published(session, base, changes, (at_ms, note), actor)
    return made


def _published(
    session: Session,
    base: Catalogue,
    changes: Sequence[Change],
    when: tuple[int, str],
    actor: Actor,
) -> list[Edition]:
    """Editions of what is possible of these changes, each as long as one may be."""
    made: list[Edition] = []
    for start in range(0, len(changes), CHANGES):
        part = previewed(base, changes[start : start + CHANGES])
        possible = [one.change for one in part if not one.refused]
        number = publish(session, base, possible, when, actor)
        if isinstance(number, int):
            made.append(Edition(number, max(when[0], actor.at_ms), tuple(possible)))
            base = changed(base, possible)
    return made


def tell_contents(
    session: Session, catalogue: Catalogue, good_id: str, actor: Actor
) -> list[Edition]:
    """Add what a good is now known to contain to every dish that it goes into, and what it is now
    called to every card that names it; none where nothing is new."""
    base = _menu_then(session, catalogue, actor.at_ms)
    says = _Saying(session, base, read_book(session), actor.today)
    told = [*says.contents(good_id), *says.called(good_id)]
    good = session.get(Ingredient, good_id)
    when = (actor.at_ms, good.name_uk if good else "")
    return _published(session, base, gathered(base, told), when, actor)


def method_of(
    catalogue: Catalogue | None, item_id: str, written: Mapping[str, str]
) -> Mapping[str, str]:
    """How a dish is made, by language, as its next version begins: as its card has it, `written`;
    what that has in no known language is the house's, and what the menu says beside that same text
    belongs to it. Where the card says nothing, the menu's words."""
    item = catalogue.items.get(item_id) if catalogue is not None else None
    said = item.method if item is not None else {}
    if UNKNOWN not in written:
        return written or said
    house = catalogue.settings.language if catalogue is not None else LANGUAGES[0]
    own = {house: written[UNKNOWN]}
    return said if said.get(house, "").strip() == written[UNKNOWN].strip() else own


def _called(good: Ingredient) -> dict[str, str]:
    """The names of a good as the pages show them: in every language, English for a missing one."""
    names = names_of(good)
    return {language: names[language] for language in LANGUAGES}


def _begins(day: str, catalogue: Catalogue) -> int:
    """When a day begins where the house stands, milliseconds UTC."""
    zone = ZoneInfo(catalogue.settings.zone)
    return round(datetime.fromisoformat(day).replace(tzinfo=zone).timestamp() * 1000)


def _menu_then(session: Session, catalogue: Catalogue, at_ms: int) -> Catalogue:
    """The menu with every edition that will hold by then."""
    for edition in waiting(session, catalogue):
        if edition.at_ms <= at_ms:
            catalogue = changed(catalogue, edition.changes)
    return catalogue


def _holds(book: RecipeBook, recipe: Recipe, day: str) -> bool:
    found = book.in_force(recipe.owner, recipe.owner_id, day)
    return found is not None and found.valid_from == recipe.valid_from


class _Saying:
    """Puts cards into changes, for the menu and the book of one day."""

    def __init__(self, session: Session, menu: Catalogue, book: RecipeBook, day: str) -> None:
        self._menu = menu
        self._book = book
        self._day = day
        self._foods = read_foods(session)
        self._goods = {one.ingredient_id: one for one in session.exec(select(Ingredient))}

    def of(self, card: NewCard) -> Iterable[Change]:
        """What a card changes of the menu."""
        recipe = card.recipe
        if recipe.owner is Owner.SEMI:
            yield from self.contents(recipe.owner_id)
            return
        output = Fraction(recipe.output) or Fraction(1)
        lines = components_text(self._part(one, output) for one in recipe.components)
        if recipe.owner is Owner.MODIFIER:
            for group in self._menu.groups.values():
                if any(one.modifier_id == recipe.owner_id for one in group.modifiers):
                    target = f"{group.group_id}/{recipe.owner_id}"
                    yield Change("modifier", target, "components", lines)
        elif recipe.owner_id in self._menu.items:
            yield Change("item", recipe.owner_id, "components", lines)
            yield self._allergens(recipe.owner_id)
            if card.technology is not None:
                yield from self._method(recipe.owner_id, card.technology)

    def contents(self, good_id: str) -> Iterable[Change]:
        """What is known of the dishes that a good goes into, by whatever way."""
        for item_id in self._menu.items:
            if self._contains(Owner.ITEM, item_id, good_id, DEPTH):
                yield self._allergens(item_id)

    def called(self, good_id: str) -> Iterable[Change]:
        """The cards that name a good by another name than it has now."""
        names = _called(self._goods[good_id])

        def anew(parts: Sequence[Component]) -> str:
            named = (
                replace(one, names=names) if one.component_id == good_id else one for one in parts
            )
            return components_text(named)

        for item_id, item in self._menu.items.items():
            yield Change("item", item_id, "components", anew(item.components))
        for group in self._menu.groups.values():
            for choice in group.modifiers:
                target = f"{group.group_id}/{choice.modifier_id}"
                yield Change("modifier", target, "components", anew(choice.components))

    def name(self, recipe: Recipe) -> str:
        """What the owner of a card is called in the house."""
        owner = recipe.owner_id
        language = self._menu.settings.language
        if recipe.owner is Owner.SEMI and owner in self._goods:
            return name_in(self._goods[owner], language)
        named = self._menu.items.get(owner)
        choices = (one for group in self._menu.groups.values() for one in group.modifiers)
        choice = next((one for one in choices if one.modifier_id == owner), None)
        found = named or choice
        return self._menu.name(found.names, language) if found is not None else owner

    def _part(self, line: RecipeLine, output: Fraction) -> Component:
        """A line as the cook counts it: for one portion, gross as it is taken from the store."""
        gross = line.gross(0) if line.weighed_net else Fraction(line.amount)
        good = self._goods.get(line.ingredient_id)
        names = _called(good) if good else {"en": str(line.ingredient_id)}
        unit = COOKS_UNIT.get(good.unit, good.unit) if good else ""
        return Component(line.ingredient_id, names, round(gross / output * 1000), unit)

    def _allergens(self, item_id: str) -> Change:
        meal = meal_of(self._book, [(Owner.ITEM, item_id)], self._day, self._foods)
        stand = self._menu.items[item_id].allergens
        more = [one for one in ALLERGENS if one in meal.allergens and one not in stand]
        return Change("item", item_id, "allergens", " ".join((*stand, *more)))

    def _method(self, item_id: str, technology: Mapping[str, str]) -> Iterable[Change]:
        """What the card says by language; the menu's words of any other language would say
        something else, so they go."""
        for language in dict.fromkeys((*technology, *self._menu.items[item_id].method)):
            text = technology.get(language, "").strip()
            yield Change("item", item_id, f"method_{language}", text)

    def _contains(self, owner: Owner, owner_id: str, good_id: str, depth: int) -> bool:
        recipe = self._book.in_force(owner, owner_id, self._day)
        if recipe is None or not depth:
            return False
        return any(
            one.ingredient_id == good_id
            or self._contains(Owner.SEMI, one.ingredient_id, good_id, depth - 1)
            for one in recipe.components
        )
