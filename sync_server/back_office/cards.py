"""Recipe cards between their rows and the domain's `RecipeBook`; dull on purpose.

Rows hold thousandths, the domain decimals. Monthly losses belong to the ingredient and join
every line that uses it. What a card means is `sync_server.domain.recipes`.
"""

from collections import defaultdict
from collections.abc import Iterable

from sqlmodel import Session, col, select

from sync_server.domain.recipes import Component, Losses, Owner, Policy, Recipe, RecipeBook
from sync_server.domain.stock import IngredientId, from_milli, to_milli

from .tables import Ingredient, IngredientLoss, RecipeCard, RecipeLine


def read_book(session: Session) -> RecipeBook:
    """All cards in all versions, with the policies of prepared goods."""
    months: dict[str, dict[int, int]] = defaultdict(dict)
    for loss in session.exec(select(IngredientLoss)):
        months[loss.ingredient_id][loss.month] = loss.cold_bp
    lines: dict[tuple[str, str, str], list[Component]] = defaultdict(list)
    for line in session.exec(select(RecipeLine).order_by(col(RecipeLine.position))):
        component = Component(
            IngredientId(line.ingredient_id),
            from_milli(line.amount_milli),
            Losses(line.cold_bp, line.hot_bp, months[line.ingredient_id]),
            weighed_net=line.weighed_net,
            counts_in_yield=line.counts_in_yield,
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
        for card in session.exec(select(RecipeCard))
    ]
    prepared = session.exec(select(Ingredient).where(Ingredient.semi_policy != ""))
    policies = {good.ingredient_id: Policy(good.semi_policy) for good in prepared}
    return RecipeBook.of(recipes, policies)


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
