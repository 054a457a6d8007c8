"""Recipe cards between their rows and the domain's `RecipeBook`; dull on purpose.

Rows hold thousandths, the domain decimals. Monthly losses belong to the ingredient and join
every line that uses it. What a card means is `sync_server.domain.recipes`.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from fractions import Fraction

import sqlalchemy as sa
from sqlmodel import Session, col, select

from sync_server.domain.card_sheet import Food
from sync_server.domain.documents import Fault
from sync_server.domain.recipes import (
    Alternative,
    Component,
    Losses,
    Owner,
    Policy,
    Recipe,
    RecipeBook,
    faults,
)
from sync_server.domain.stock import IngredientId, from_milli, to_milli

from .settings import locked_through
from .tables import (
    BackRow,
    Balance,
    CardText,
    Ingredient,
    IngredientLoss,
    RecipeCard,
    RecipeLine,
    Substitute,
)

_LINES = BackRow.metadata.tables["recipe_line"]
_CARDS = BackRow.metadata.tables["recipe_card"]


def read_book(session: Session) -> RecipeBook:
    """All cards in all versions, with the policies of prepared goods."""
    months: dict[str, dict[int, int]] = defaultdict(dict)
    for loss in session.exec(select(IngredientLoss)):
        months[loss.ingredient_id][loss.month] = loss.cold_bp
    connection = session.connection()
    lines: dict[tuple[str, str, str], list[Component]] = defaultdict(list)
    # Rows, not objects: the intake reads the whole book with every batch.
    for line in connection.execute(sa.select(_LINES).order_by(_LINES.c.position)):
        component = Component(
            IngredientId(line.ingredient_id),
            from_milli(line.amount_milli),
            Losses(line.cold_bp, line.hot_bp, months[line.ingredient_id]),
            line.weighed_net,
            line.counts_in_yield,
        )
        lines[line.owner, line.owner_id, line.valid_from].append(component)
    recipes = [
        Recipe(
            Owner(card.owner),
            card.owner_id,
            card.valid_from,
            from_milli(card.output_milli),
            tuple(lines[card.owner, card.owner_id, card.valid_from]),
        )
        for card in connection.execute(sa.select(_CARDS))
    ]
    prepared = session.exec(select(Ingredient).where(Ingredient.semi_policy != ""))
    policies = {good.ingredient_id: Policy(good.semi_policy) for good in prepared}
    return RecipeBook.of(recipes, policies)


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


def add_version(
    session: Session, recipe: Recipe, technology: str, login: str, at_ms: int
) -> list[Fault]:
    """A new version of a card; refused with everything that is wrong, the cycle by its path.

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
            technology=technology,
            login=login,
            at_ms=at_ms,
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
