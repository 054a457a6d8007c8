"""Recipe cards between their rows and the domain's `RecipeBook`; dull on purpose.

Rows hold thousandths, the domain decimals. Monthly losses belong to the ingredient and join
every line that uses it. What a card means is `sync_server.domain.recipes`.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from sync_server.domain.card_sheet import Food
from sync_server.domain.documents import Fault
from sync_server.domain.recipes import (
    Alternative,
    Component,
    Exploder,
    Losses,
    Owner,
    Policy,
    Recipe,
    RecipeBook,
    faults,
)
from sync_server.domain.stock import IngredientId, from_milli, to_milli

from .goods_tables import CardText, Ingredient, RecipeCard, RecipeLine, Substitute
from .names import LANGUAGES
from .settings import locked_through
from .tables import BackRow, Balance

Rows = Sequence[Any]

_LINE = BackRow.metadata.tables["recipe_line"].c
_CARD = BackRow.metadata.tables["recipe_card"].c
_LOSS = BackRow.metadata.tables["ingredient_loss"].c
_GOOD = BackRow.metadata.tables["ingredient"].c
_OWNER = ("owner", "owner_id", "valid_from")
_MEANS = ("ingredient_id", "amount_milli", "cold_bp", "hot_bp", "weighed_net", "counts_in_yield")
_ALL_LINES = sa.select(*(_LINE[name] for name in (*_OWNER, *_MEANS))).order_by(
    *(_LINE[name] for name in (*_OWNER, "position"))
)
_ALL_CARDS = sa.select(*(_CARD[name] for name in (*_OWNER, "output_milli"))).order_by(
    *(_CARD[name] for name in _OWNER)
)
_ALL_LOSSES = sa.select(_LOSS.ingredient_id, _LOSS.month, _LOSS.cold_bp).order_by(
    _LOSS.ingredient_id, _LOSS.month
)
_ALL_POLICIES = (
    sa.select(_GOOD.ingredient_id, _GOOD.semi_policy)
    .where(_GOOD.semi_policy != "")
    .order_by(_GOOD.ingredient_id)
)


def read_book(session: Session) -> RecipeBook:
    """All cards in all versions, with the policies of prepared goods."""
    return _book_of(*_card_rows(session))


@dataclass(slots=True)
class KnownCards:
    """The cards as they were last read, with what was worked out of them.

    The rows are read every time and compared: making cards of them, and needs of cards, costs
    fifty times as much, and no editor has to remember to tell anybody.
    """

    _rows: tuple[Rows, ...] = ()
    _exploder: Exploder | None = None

    def exploder(self, session: Session) -> Exploder:
        """For the cards as they stand in this transaction."""
        rows = _card_rows(session)
        if self._exploder is None or rows != self._rows:
            self._rows, self._exploder = rows, Exploder(_book_of(*rows))
        return self._exploder


def _card_rows(session: Session) -> tuple[Rows, ...]:
    """Lines, cards, losses by month and policies: all that cards are made of, as plain rows."""
    connection = session.connection()
    return tuple(
        [tuple(row) for row in connection.execute(query).all()]
        for query in (_ALL_LINES, _ALL_CARDS, _ALL_LOSSES, _ALL_POLICIES)
    )


def _book_of(lines: Rows, cards: Rows, losses: Rows, policies: Rows) -> RecipeBook:
    months: dict[str, dict[int, int]] = defaultdict(dict)
    for ingredient_id, month, cold_bp in losses:
        months[ingredient_id][month] = cold_bp
    components: dict[tuple[str, str, str], list[Component]] = defaultdict(list)
    for owner, owner_id, valid_from, good, amount_milli, cold_bp, hot_bp, net, counts in lines:
        component = Component(
            IngredientId(good),
            from_milli(amount_milli),
            Losses(cold_bp, hot_bp, months[good]),
            net,
            counts,
        )
        components[owner, owner_id, valid_from].append(component)
    recipes = [
        Recipe(
            Owner(owner),
            owner_id,
            valid_from,
            from_milli(output_milli),
            tuple(components[owner, owner_id, valid_from]),
        )
        for owner, owner_id, valid_from, output_milli in cards
    ]
    return RecipeBook.of(recipes, {good: Policy(policy) for good, policy in policies})


def read_alternatives(session: Session) -> dict[str, tuple[Alternative, ...]]:
    """By good what may stand in for it, in order."""
    found: dict[str, tuple[Alternative, ...]] = {}
    for row in session.exec(select(Substitute).order_by(col(Substitute.position))):
        one = Alternative(IngredientId(row.substitute_id), Fraction(row.ratio_milli, 1000))
        found[row.ingredient_id] = (*found.get(row.ingredient_id, ()), one)
    return found


def read_foods(session: Session) -> dict[str, Food]:
    """What is known of the goods for the guest: allergens of all, nutrients where measured."""
    return {
        row.ingredient_id: Food(
            frozenset(row.allergens.split()),
            row.energy_milli,
            row.protein_milli,
            row.fat_milli,
            row.carbohydrate_milli,
            measured=row.facts_known,
        )
        for row in session.exec(select(Ingredient))
    }


def read_unit_costs(session: Session) -> dict[str, Fraction]:
    """What a base unit of every good costs now: the house's average, else its last price."""
    held: dict[str, tuple[int, int]] = {}
    last: dict[str, Fraction] = {}
    for row in session.exec(select(Balance)):
        if row.qty_milli > 0:
            qty, value = held.get(row.ingredient_id, (0, 0))
            held[row.ingredient_id] = (qty + row.qty_milli, value + row.value_minor)
        if row.cost_qty_milli > 0:
            last[row.ingredient_id] = Fraction(row.cost_value_minor * 1000, row.cost_qty_milli)
    return last | {good: Fraction(value * 1000, qty) for good, (qty, value) in held.items()}


UNKNOWN = ""
"""The language of a text that was written before each language had its own."""


def technology_of(session: Session, owner: Owner, owner_id: str, valid_from: str) -> dict[str, str]:
    """How a version of a card is made, by language, without those in which nothing is said."""
    row = session.get(CardText, (owner.value, owner_id, valid_from))
    if row is None:
        return {}
    said = {language: getattr(row, f"technology_{language}") for language in LANGUAGES}
    said[UNKNOWN] = row.technology
    return {language: text for language, text in said.items() if text}


def add_version(
    session: Session, recipe: Recipe, technology: Mapping[str, str], login: str, at_ms: int
) -> list[Fault]:
    """A new version of a card, made as `technology` says by language; refused with everything that
    is wrong, the cycle by its path.

    A version is never edited: a day that has one already, or that is locked, is refused.
    """
    key = (recipe.owner.value, recipe.owner_id, recipe.valid_from)
    if session.get(RecipeCard, key) is not None:
        return [Fault("card_exists", place="day")]
    if recipe.valid_from <= locked_through(session):
        return [Fault("period_locked", place="day", params={"day": locked_through(session)})]
    book = read_book(session)
    cards = [card for versions in book.versions.values() for card in versions]
    found = faults(RecipeBook.of([*cards, recipe], book.policies))
    if found:
        return [Fault(one.code, params=one.params) for one in found]
    add_cards(session, [recipe])
    session.add(
        CardText(
            owner=key[0],
            owner_id=key[1],
            valid_from=key[2],
            login=login,
            at_ms=at_ms,
            **{f"technology_{lang}": technology.get(lang, "") for lang in LANGUAGES},
        )
    )
    session.flush()
    return []


def book_faults(session: Session, recipes: Sequence[Recipe]) -> list[tuple[str, Fault]]:
    """What would be wrong with the cards if all of these were added, each by a card it concerns."""
    if not recipes:
        return []
    locked = locked_through(session)
    found = []
    for recipe in recipes:
        owner, day = recipe.owner_id, recipe.valid_from
        if session.get(RecipeCard, (recipe.owner.value, owner, day)) is not None:
            found.append((owner, Fault("card_exists", place="day")))
        if day <= locked:
            found.append((owner, Fault("period_locked", place="day", params={"day": locked})))
    book = read_book(session)
    cards = [card for versions in book.versions.values() for card in versions]
    ids = {recipe.owner_id for recipe in recipes}
    for one in faults(RecipeBook.of([*cards, *recipes], book.policies)):
        path = str(one.params.get("path", one.params.get("owner", "")))
        named = [part for part in path.split(" → ") if part in ids]
        fault = (named[0] if named else "", Fault(one.code, params=one.params))
        if fault not in found:
            found.append(fault)
    return found


def add_cards(session: Session, recipes: Iterable[Recipe]) -> None:
    """Store new versions of cards; an existing version of the same date is not replaced."""
    for recipe in recipes:
        key = (recipe.owner.value, recipe.owner_id, recipe.valid_from)
        session.add(
            RecipeCard(
                owner=key[0],
                owner_id=key[1],
                valid_from=key[2],
                output_milli=to_milli(recipe.output),
            )
        )
        for position, component in enumerate(recipe.components):
            session.add(
                RecipeLine(
                    owner=key[0],
                    owner_id=key[1],
                    valid_from=key[2],
                    position=position,
                    ingredient_id=component.ingredient_id,
                    amount_milli=to_milli(component.amount),
                    weighed_net=component.weighed_net,
                    cold_bp=component.losses.cold_bp,
                    hot_bp=component.losses.hot_bp,
                    counts_in_yield=component.counts_in_yield,
                )
            )
