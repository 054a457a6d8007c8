"""Checks what only shows in the whole venue: recipes without gaps or circles, allergens told, what
earns no points.

Rule: a guest is never told less than the recipe knows; a dish is never sold that stock cannot
follow. Faults are noted at the record that a person would edit. Neighbours: `venue`, `reading`.
"""

from collections.abc import Iterable

from sync_server.domain.menu import PointRules

from .front_files import Offer
from .reading import Faults
from .stock_files import ReadRecipe, Stock
from .venue_types import RecipeLine


def check_recipes(recipes: list[ReadRecipe], stock: Stock, offer: Offer, faults: Faults) -> None:
    """Every item and semi-finished good has a recipe, none goes in a circle, and so on."""
    lines = [line for line, _ in recipes]
    by_owner: dict[tuple[str, str], list[RecipeLine]] = {}
    for line in lines:
        by_owner.setdefault((line.owner_kind, line.owner_id), []).append(line)
    for item_id, record in offer.item_records.items():
        if not _item_lines(item_id, offer, by_owner):
            record.fault("id", f'recipes.csv has no recipe for the item "{item_id}"')
    for semi_id, record in stock.semi_records.items():
        if ("semi", semi_id) not in by_owner:
            record.fault("id", f'recipes.csv has no recipe for "{semi_id}"')
    _check_circles(by_owner, recipes)
    _check_taken_away(recipes, offer, by_owner)
    _check_allergens(stock, offer, by_owner)
    _check_use(lines, stock, faults)


def check_points(rules: PointRules, offer: Offer, faults: Faults) -> None:
    """What earns no points is on the menu."""
    known = {
        "without_items": (rules.without_items, {item.item_id for item in offer.items}),
        "without_categories": (
            rules.without_categories,
            {category.category_id for category in offer.categories},
        ),
    }
    for field, (named, there) in known.items():
        for each in named:
            if each not in there:
                faults.add("venue.toml", 0, field, f'there is no "{each}" on the menu')


Owners = dict[tuple[str, str], list[RecipeLine]]


def _item_lines(item_id: str, offer: Offer, by_owner: Owners) -> list[RecipeLine]:
    """The recipe of an item with those of its default modifiers: what comes unasked."""
    item = next(item for item in offer.items if item.item_id == item_id)
    groups = {group.group_id: group for group in offer.groups}
    lines = list(by_owner.get(("item", item_id), ()))
    for group_id in item.group_ids:
        for modifier in groups[group_id].modifiers if group_id in groups else ():
            if modifier.default:
                lines.extend(by_owner.get(("modifier", modifier.modifier_id), ()))
    return lines


def _check_circles(by_owner: Owners, recipes: list[ReadRecipe]) -> None:
    """A semi-finished good may not need itself; the fault stands where the circle closes."""
    records = {(line.owner_id, line.component_id): record for line, record in recipes}
    done: set[str] = set()

    def walk(semi_id: str, path: tuple[str, ...]) -> None:
        if semi_id in done:
            return
        for line in by_owner.get(("semi", semi_id), ()):
            if line.component_kind != "semi":
                continue
            if line.component_id in (*path, semi_id):
                circle = " → ".join((*path, semi_id, line.component_id))
                record = records[semi_id, line.component_id]
                record.fault("component", f"the recipe goes in a circle: {circle}")
            else:
                walk(line.component_id, (*path, semi_id))
        done.add(semi_id)

    for kind, owner_id in by_owner:
        if kind == "semi":
            walk(owner_id, ())


def _check_taken_away(recipes: list[ReadRecipe], offer: Offer, by_owner: Owners) -> None:
    """A modifier that leaves something out must belong to a dish that has it."""
    offered: dict[str, set[str]] = {}
    for item in offer.items:
        components = {line.component_id for line in by_owner.get(("item", item.item_id), ())}
        for group_id in item.group_ids:
            offered.setdefault(group_id, set()).update(components)
    group_of = {
        modifier.modifier_id: group.group_id
        for group in offer.groups
        for modifier in group.modifiers
    }
    for line, record in recipes:
        if line.owner_kind != "modifier" or line.qty >= 0:
            continue
        if line.component_id not in offered.get(group_of.get(line.owner_id, ""), set()):
            words = f'takes away "{line.component_id}", but no dish with this choice has it'
            record.fault("component", words)


def _check_allergens(stock: Stock, offer: Offer, by_owner: Owners) -> None:
    """What the ingredients of a dish bring must stand on the dish."""
    told = {one.ingredient_id: set(one.allergens) for one in stock.ingredients}

    def brought(lines: Iterable[RecipeLine], path: tuple[str, ...]) -> dict[str, str]:
        found: dict[str, str] = {}
        for line in lines:
            if line.qty < 0 or line.component_id in path:
                continue
            for allergen in told.get(line.component_id, ()):
                found.setdefault(allergen, line.component_id)
            inner = by_owner.get(("semi", line.component_id), ())
            for allergen, source in brought(inner, (*path, line.component_id)).items():
                found.setdefault(allergen, source)
        return found

    for item in offer.items:
        lines = _item_lines(item.item_id, offer, by_owner)
        for allergen, source in sorted(brought(lines, ()).items()):
            if allergen not in item.allergens:
                record = offer.item_records[item.item_id]
                record.fault("allergens", f"{allergen} is missing, it comes with {source}")


def _check_use(lines: list[RecipeLine], stock: Stock, faults: Faults) -> None:
    """Every ingredient and semi-finished good is used: the rest is a slip of the pen."""
    used = {line.component_id for line in lines}
    for ingredient in stock.ingredients:
        if ingredient.ingredient_id not in used:
            words = f'no recipe uses the ingredient "{ingredient.ingredient_id}"'
            faults.add("ingredients.csv", 0, "id", words)
    for semi_id, record in stock.semi_records.items():
        if semi_id not in used:
            record.fault("id", f'no recipe uses "{semi_id}"')
