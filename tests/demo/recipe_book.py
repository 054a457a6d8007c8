"""The venue's recipes as the back office's own recipe book, to price dishes in the tests."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from sync_server.demo.venue_types import Venue
from sync_server.domain import recipes
from sync_server.domain.rejections import Refused
from sync_server.domain.stock import IngredientId

DAY = "2026-11-21"


def book_of(venue: Venue) -> recipes.RecipeBook:
    """All recipes in base units (g, ml, pcs), in force from the first day."""
    units = {one.ingredient_id: one.unit for one in venue.ingredients}
    units |= {one.semi_id: one.unit for one in venue.semi_finished}
    outputs = {one.semi_id: _base(one.yield_qty, one.unit) for one in venue.semi_finished}
    owners = dict.fromkeys((line.owner_kind, line.owner_id) for line in venue.recipes)
    return recipes.RecipeBook.of(
        recipes.Recipe(
            owner=recipes.Owner(kind),
            owner_id=owner_id,
            valid_from="2026-01-01",
            output=outputs[owner_id] if kind == "semi" else Decimal(1),
            components=tuple(
                recipes.Component(
                    IngredientId(line.component_id), _base(line.qty, units[line.component_id])
                )
                for line in venue.recipe_of(kind, owner_id)
            ),
        )
        for kind, owner_id in owners
    )


def _base(qty: Decimal, unit: str) -> Decimal:
    return qty if unit == "pcs" else qty * 1000


def unit_costs(venue: Venue) -> dict[str, Fraction]:
    """Kopiykas per gram, millilitre or piece."""
    return {
        one.ingredient_id: Fraction(one.price_minor, 1 if one.unit == "pcs" else 1000)
        for one in venue.ingredients
    }


def cost_of(venue: Venue, item_id: str, modifier_ids: tuple[str, ...] = ()) -> Fraction:
    """What one portion with the chosen modifiers takes off the shelf, in kopiykas."""
    sold = recipes.Portion(item_id, Decimal(1), DAY, modifier_ids)
    taken = recipes.explode(book_of(venue), sold)
    assert not isinstance(taken, Refused), taken
    return worth(venue, taken)


def worth(venue: Venue, goods: Mapping[IngredientId, Decimal]) -> Fraction:
    """Goods at the venue's list prices."""
    costs = unit_costs(venue)
    return sum((costs[key] * Fraction(qty) for key, qty in goods.items()), Fraction(0))


def default_choices(venue: Venue, item_id: str) -> tuple[str, ...]:
    """The modifiers that come with an item unless someone chooses others."""
    item = next(item for item in venue.items if item.item_id == item_id)
    return tuple(
        modifier.modifier_id
        for group in venue.groups
        if group.group_id in item.group_ids
        for modifier in group.modifiers
        if modifier.default
    )
