"""What a recipe card says on paper: each line from gross to yield with its cost, what is in the
dish for the guest, and what a new price would change.

Everything is worked out of the cards (`recipes`) and figures that come in: the cost of a base
unit of each good, and its allergens and nutrients. Prepared goods count by what they are made
of. Costs are fractions of minor units; who shows them rounds once.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction

from .recipes import WHOLE, Component, Owner, Recipe, RecipeBook, batch_cost, yield_of
from .rejections import Refused, refuse
from .stock import IngredientId

UnitCost = Callable[[IngredientId], Fraction]
YIELD_WARNING_BP = 500
DEPTH = 12


@dataclass(frozen=True, slots=True)
class SheetLine:
    """A component in base units; `cost` is of the gross amount."""

    ingredient_id: IngredientId
    gross: Fraction
    cold_bp: int
    net: Fraction
    hot_bp: int
    ready: Fraction
    unit_cost: Fraction
    counts: bool = True

    @property
    def cost(self) -> Fraction:
        """What the line costs."""
        return self.gross * self.unit_cost


@dataclass(frozen=True, slots=True)
class Sheet:
    """A card as it is costed on a day: for the card's whole output."""

    recipe: Recipe
    lines: tuple[SheetLine, ...]

    @property
    def cost(self) -> Fraction:
        """The cost of the whole output."""
        return sum((line.cost for line in self.lines), Fraction(0))

    @property
    def unit_cost(self) -> Fraction:
        """The cost of a portion, or of a base unit of a prepared good."""
        return self.cost / Fraction(self.recipe.output)

    @property
    def ready(self) -> Fraction:
        """The yield of the lines that count in it."""
        return sum((line.ready for line in self.lines if line.counts), Fraction(0))

    @property
    def yield_differs(self) -> bool:
        """Whether a prepared good declares more or less than its lines give, beyond 5 %."""
        if self.recipe.owner is not Owner.SEMI or self.ready == 0:
            return False
        gap = abs(self.ready - Fraction(self.recipe.output))
        return gap * WHOLE > self.ready * YIELD_WARNING_BP


def sheet_of(
    book: RecipeBook, owner: Owner, owner_id: str, day: str, unit_cost: UnitCost
) -> Sheet | Refused:
    """The card in force on a day with the cost of every line. Refused: `no_recipe`, a cycle."""
    recipe = book.in_force(owner, owner_id, day)
    if recipe is None:
        return refuse("no_recipe", item=owner_id, day=day)
    lines = []
    for component in recipe.components:
        cost = _cost_of(book, component.ingredient_id, day, unit_cost)
        if isinstance(cost, Refused):
            return cost
        lines.append(_line(component, int(day[5:7]), cost))
    return Sheet(recipe, tuple(lines))


def _line(component: Component, month: int, cost: Fraction) -> SheetLine:
    losses, net = component.losses, component.net()
    return SheetLine(
        component.ingredient_id,
        component.gross(month),
        losses.cold_in(month),
        net,
        losses.hot_bp,
        yield_of(net, losses.hot_bp),
        cost,
        component.counts_in_yield,
    )


def _cost_of(
    book: RecipeBook, good: IngredientId, day: str, unit_cost: UnitCost
) -> Fraction | Refused:
    """A prepared good costs what it is made of; anything else what it was bought for."""
    if book.in_force(Owner.SEMI, good, day) is None:
        return unit_cost(good)
    return batch_cost(book, good, day, unit_cost)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a dish or prepared good would cost with another price."""

    owner: Owner
    owner_id: str
    before: Fraction
    after: Fraction


def what_if(
    book: RecipeBook, day: str, unit_cost: UnitCost, changed: Mapping[IngredientId, Fraction]
) -> list[Effect]:
    """Every card that other prices touch, however deep, the largest change first."""
    effects = []
    for owner, owner_id in book.versions:
        if owner is Owner.MODIFIER:
            continue
        now = sheet_of(book, owner, owner_id, day, unit_cost)
        then = sheet_of(book, owner, owner_id, day, lambda key: changed.get(key, unit_cost(key)))
        if isinstance(now, Refused) or isinstance(then, Refused):
            continue
        if now.unit_cost != then.unit_cost:
            effects.append(Effect(owner, owner_id, now.unit_cost, then.unit_cost))
    return sorted(effects, key=lambda one: (-abs(one.after - one.before), one.owner_id))


@dataclass(frozen=True, slots=True)
class Food:
    """What a good is to the guest: its allergens, and nutrients in 100 base units (thousandths).

    Allergens hold also of a good whose nutrients nobody has `measured`.
    """

    allergens: frozenset[str] = frozenset()
    energy_milli: int = 0
    protein_milli: int = 0
    fat_milli: int = 0
    carbohydrate_milli: int = 0
    measured: bool = True


@dataclass(frozen=True, slots=True)
class Meal:
    """What a portion contains: allergens, and nutrients in thousandths (kcal and grams)."""

    allergens: frozenset[str] = frozenset()
    energy_milli: Fraction = Fraction(0)
    protein_milli: Fraction = Fraction(0)
    fat_milli: Fraction = Fraction(0)
    carbohydrate_milli: Fraction = Fraction(0)
    unknown: frozenset[str] = field(default_factory=frozenset)

    def plus(self, food: Food, amount: Fraction) -> "Meal":
        """With so much more of a good."""
        part = amount / 100
        return Meal(
            self.allergens | food.allergens,
            self.energy_milli + food.energy_milli * part,
            self.protein_milli + food.protein_milli * part,
            self.fat_milli + food.fat_milli * part,
            self.carbohydrate_milli + food.carbohydrate_milli * part,
            self.unknown,
        )

    def without_facts(self, good: str) -> "Meal":
        """A good of which nothing is known: the figures are then less than the truth."""
        return Meal(
            self.allergens, self.energy_milli, self.protein_milli, self.fat_milli,
            self.carbohydrate_milli, self.unknown | {good},
        )  # fmt: skip


def meal_of(
    book: RecipeBook,
    parts: Iterable[tuple[Owner, str]],
    day: str,
    foods: Mapping[str, Food],
) -> Meal:
    """What a portion of a dish with its modifiers contains, by net amounts down to the goods."""
    meal = Meal()
    for owner, owner_id in parts:
        recipe = book.in_force(owner, owner_id, day)
        if recipe is not None:
            meal = _add(book, recipe, 1 / Fraction(recipe.output), day, foods, meal, DEPTH)
    return meal


def _add(
    book: RecipeBook,
    recipe: Recipe,
    scale: Fraction,
    day: str,
    foods: Mapping[str, Food],
    meal: Meal,
    depth: int,
) -> Meal:
    for component in recipe.components:
        amount = component.net() * scale
        inner = book.in_force(Owner.SEMI, component.ingredient_id, day)
        if inner is not None and depth:
            part = amount / Fraction(inner.output)
            meal = _add(book, inner, part, day, foods, meal, depth - 1)
            continue
        food = foods.get(component.ingredient_id)
        if food is None or not food.measured:
            meal = meal.without_facts(component.ingredient_id)
        if food is not None and amount > 0:
            meal = meal.plus(food, amount)
    return meal


def portions_left(
    needs: Mapping[IngredientId, Fraction], held: Callable[[IngredientId], Fraction]
) -> int | None:
    """How many portions the stock is enough for; None when a portion takes nothing counted."""
    found = [held(good) // need for good, need in needs.items() if need > 0]
    return max(int(min(found)), 0) if found else None
