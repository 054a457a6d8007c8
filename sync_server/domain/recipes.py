"""Recipe cards: what a dish, a prepared good or a modifier takes from the shelf, by version.

Losses in two steps (features-region, rule 1): gross × (1 − cold) = net, net × (1 − hot) = yield;
the cold loss may differ by month, the hot loss may be negative (rice gains weight). Stock and
cost always count gross. Prepared goods (`semi`) are themselves made by recipe: their own policy
says whether a sale takes them from stock or goes on down to the goods.

Arithmetic is in fractions down to the last step, where each ingredient is rounded once to three
places (`stock.exact`). Quantities are in base units (g, ml, pcs, portions), losses in basis
points. Costs of ingredients come in as an argument; `costing` knows them.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from .rejections import Refused, refuse
from .stock import ZERO, IngredientId, exact

WHOLE = 10_000
EXPLODED_AT_MOST = 20_000
DAYS_KNOWN = 1_000
PLENTY = Decimal(10**12)
"""More of a prepared good than any sale takes."""


class Owner(StrEnum):
    """Whose recipe it is."""

    ITEM = "item"
    SEMI = "semi"
    MODIFIER = "modifier"


class Policy(StrEnum):
    """How a sale treats a prepared good: make it up anew, take what is there, or only take."""

    EXPLODE = "explode"
    STOCK_FIRST = "stock-first"
    STOCK_ONLY = "stock-only"


@dataclass(frozen=True, slots=True)
class Losses:
    """Cold and hot loss in basis points; `cold_by_month` (1–12) replaces the cold loss then."""

    cold_bp: int = 0
    hot_bp: int = 0
    cold_by_month: Mapping[int, int] = field(default_factory=dict)

    def cold_in(self, month: int) -> int:
        """The cold loss of a month."""
        return self.cold_by_month.get(month, self.cold_bp)

    @property
    def possible(self) -> bool:
        """0 ≤ cold < 100 % in every month, and hot < 100 %."""
        colds = (self.cold_bp, *self.cold_by_month.values())
        return all(0 <= cold < WHOLE for cold in colds) and self.hot_bp < WHOLE


def net_of(gross: Decimal | Fraction, cold_bp: int) -> Fraction:
    """What is left after cold processing."""
    return Fraction(gross) * (WHOLE - cold_bp) / WHOLE


def gross_of(net: Decimal | Fraction, cold_bp: int) -> Fraction:
    """What has to be taken for so much net; the loss is a share of the gross, not of the net."""
    return Fraction(net) * WHOLE / (WHOLE - cold_bp)


def yield_of(net: Decimal | Fraction, hot_bp: int) -> Fraction:
    """What is left, or has become, after cooking."""
    return Fraction(net) * (WHOLE - hot_bp) / WHOLE


@dataclass(frozen=True, slots=True)
class Component:
    """One line of a recipe: so much of an ingredient or prepared good.

    `amount` is gross at the ordinary cold loss, or net if `weighed_net`. Only a modifier's line
    may be negative: it takes off the dish's own ("without").
    """

    ingredient_id: IngredientId
    amount: Decimal
    losses: Losses = Losses()
    weighed_net: bool = False
    counts_in_yield: bool = True

    def net(self) -> Fraction:
        """The net amount, the same in every month."""
        if self.weighed_net:
            return Fraction(self.amount)
        return net_of(self.amount, self.losses.cold_bp)

    def gross(self, month: int) -> Fraction:
        """The gross amount that a month's cold loss asks for."""
        return gross_of(self.net(), self.losses.cold_in(month))


@dataclass(frozen=True, slots=True)
class Recipe:
    """One version of a card: in force from `valid_from` (ISO day) until the next version.

    `output`: portions of a dish, base units of a prepared good, or 1 choice of a modifier.
    """

    owner: Owner
    owner_id: str
    valid_from: str
    output: Decimal
    components: tuple[Component, ...]


@dataclass(frozen=True)
class RecipeBook:
    """All cards in all versions, and the policy of each prepared good (else the default)."""

    versions: Mapping[tuple[Owner, str], tuple[Recipe, ...]] = field(default_factory=dict)
    policies: Mapping[str, Policy] = field(default_factory=dict)
    default_policy: Policy = Policy.STOCK_FIRST

    @staticmethod
    def of(recipes: Iterable[Recipe], policies: Mapping[str, Policy] | None = None) -> "RecipeBook":
        """A book of the recipes, versions in the order of their dates."""
        versions: dict[tuple[Owner, str], tuple[Recipe, ...]] = {}
        for recipe in sorted(recipes, key=lambda card: card.valid_from):
            key = (recipe.owner, recipe.owner_id)
            versions[key] = (*versions.get(key, ()), recipe)
        return RecipeBook(versions, policies or {})

    def in_force(self, owner: Owner, owner_id: str, day: str) -> Recipe | None:
        """The version in force on a business day; None before the first."""
        cards = self.versions.get((owner, owner_id), ())
        return next((card for card in reversed(cards) if card.valid_from <= day), None)

    def policy(self, semi_id: str) -> Policy:
        """How sales treat a prepared good."""
        return self.policies.get(semi_id, self.default_policy)


@dataclass(frozen=True, slots=True)
class Portion:
    """What was sold: portions of a dish with its chosen modifiers, on a business day.

    A modifier with a minus before its id was left out: what its card adds is taken off; with "*500"
    after it half of its card is taken. `share` is how much of the dish's own card a portion takes.
    """

    item_id: str
    qty: Decimal
    day: str
    modifier_ids: tuple[str, ...] = ()
    share: Decimal = Decimal(1)


Needs = dict[IngredientId, Fraction]


def explode(
    book: RecipeBook,
    sold: Portion,
    on_hand: Callable[[IngredientId], Decimal] = lambda _: ZERO,
    policy: Policy | None = None,
) -> dict[IngredientId, Decimal] | Refused:
    """What a sale takes from the shelf, each ingredient once (features-region, rule 3).

    `on_hand` tells what lies in the store of a prepared good. `policy` overrides every good's
    own. Refused: `no_recipe` names the dish, `recipe_cycle` names the path.
    """
    plate = _plate(book, sold)
    if isinstance(plate, Refused):
        return plate
    needs = _walked(book, plate, sold.day, on_hand, policy)
    return needs if isinstance(needs, Refused) else _rounded(needs)


def _rounded(needs: Needs) -> dict[IngredientId, Decimal]:
    rounded = {ingredient_id: exact(amount) for ingredient_id, amount in needs.items()}
    return {ingredient_id: qty for ingredient_id, qty in rounded.items() if qty > 0}


Goods = Mapping[IngredientId, Decimal]
_Sold = tuple[str, Decimal, tuple[str, ...], Decimal, str]


@dataclass(slots=True)
class Exploder:
    """`explode` for many sales out of one book: what was worked out once is remembered.

    What a sale takes depends on the shelf only through the prepared goods that are taken from
    stock first. Where none of them lies there, and where enough of each does, it takes the same
    every time; only what is left in between is walked anew.
    """

    book: RecipeBook
    _known: dict[_Sold, "_Exploded | Refused"] = field(default_factory=dict)
    _changes: Sequence[str] | None = None
    _since: dict[str, str] = field(default_factory=dict)

    def explode(self, sold: Portion, on_hand: Callable[[IngredientId], Decimal]) -> Goods | Refused:
        """What a sale takes, as `explode` says."""
        since = self._since.get(sold.day) or self._holds_since(sold.day)
        key = (sold.item_id, sold.qty, sold.modifier_ids, sold.share, since)
        known = self._known.get(key)
        if known is None:
            if len(self._known) >= EXPLODED_AT_MOST:
                self._known.clear()
            known = self._known[key] = _exploded(self.book, sold)
        if isinstance(known, Refused):
            return known
        lying = [(on_hand(good), enough) for good, enough in known.first]
        if all(qty <= 0 for qty, _ in lying):
            return known.without_stock
        if known.with_stock is not None and all(qty >= enough for qty, enough in lying):
            return known.with_stock
        needs = _walked(self.book, known.plate, sold.day, on_hand, None)
        return needs if isinstance(needs, Refused) else _rounded(needs)

    def _holds_since(self, day: str) -> str:
        """The first day from which on all cards and losses are those of a day."""
        if self._changes is None:
            cards = (card for versions in self.book.versions.values() for card in versions)
            self._changes = sorted({card.valid_from for card in cards})
        if len(self._since) >= DAYS_KNOWN:
            self._since.clear()
        before = bisect_right(self._changes, day)
        changed = self._changes[before - 1] if before else ""
        self._since[day] = since = max(changed, f"{day[:7]}-01")
        return since


@dataclass(frozen=True, slots=True)
class _Exploded:
    """A sale by its cards: `first` are the prepared goods that stock is asked for, each with how
    much is enough for all of it."""

    plate: Needs
    without_stock: Goods
    with_stock: Goods | None = None
    first: tuple[tuple[IngredientId, Decimal], ...] = ()


def _exploded(book: RecipeBook, sold: Portion) -> _Exploded | Refused:
    """A sale worked out for an empty shelf, and for one with enough of what is prepared."""
    plate = _plate(book, sold)
    if isinstance(plate, Refused):
        return plate
    asked: dict[IngredientId, None] = {}

    def nothing(good: IngredientId) -> Decimal:
        asked[good] = None
        return ZERO

    bare = _walked(book, plate, sold.day, nothing, None)
    if isinstance(bare, Refused):
        return bare
    if not asked:
        return _Exploded(plate, _rounded(bare))
    full = _walked(book, plate, sold.day, lambda _: PLENTY, None)
    if isinstance(full, Refused):
        return full
    first = tuple((good, _enough(full.get(good, Fraction(0)))) for good in asked)
    return _Exploded(plate, _rounded(bare), _rounded(full), first)


def _enough(amount: Fraction) -> Decimal:
    """The least quantity at three places that is not below an amount."""
    return Decimal(-(-amount.numerator * 1000 // amount.denominator)).scaleb(-3)


@dataclass(frozen=True, slots=True)
class Alternative:
    """Something that may stand in when a good runs short: `ratio` of it for one of the other."""

    ingredient_id: IngredientId
    ratio: Fraction = Fraction(1)


def with_alternatives(
    needs: Mapping[IngredientId, Decimal],
    alternatives: Mapping[str, tuple[Alternative, ...]],
    on_hand: Callable[[IngredientId], Decimal],
) -> dict[IngredientId, Decimal]:
    """The same needs, what is missing taken from what stands in, in its order and as far as it
    reaches. What nothing replaces stays with the good itself and goes below zero there."""
    taken: dict[IngredientId, Decimal] = {}

    def take(key: IngredientId, qty: Decimal) -> None:
        if qty:
            taken[key] = taken.get(key, ZERO) + qty

    for key, qty in needs.items():
        free = max(on_hand(key) - taken.get(key, ZERO), ZERO)
        missing = max(qty - free, ZERO) if key in alternatives else ZERO
        rest = missing
        for other in alternatives.get(key, ()):
            left = max(on_hand(other.ingredient_id) - taken.get(other.ingredient_id, ZERO), ZERO)
            part = min(exact(Fraction(rest) * other.ratio), left)
            take(other.ingredient_id, part)
            rest = max(exact(Fraction(rest) - Fraction(part) / other.ratio), ZERO)
        take(key, qty - missing + rest)
    return taken


def batch_needs(
    book: RecipeBook,
    semi_id: str,
    qty: Decimal,
    day: str,
    on_hand: Callable[[IngredientId], Decimal] = lambda _: ZERO,
    policy: Policy | None = None,
) -> dict[IngredientId, Decimal] | Refused:
    """What making so much of a prepared good takes; it is made anew, the prepared goods inside
    by their own policy unless `policy` overrides it. Refused: `no_recipe`, `recipe_cycle`."""
    card = book.in_force(Owner.SEMI, semi_id, day)
    if card is None:
        return refuse("no_recipe", item=semi_id, day=day)
    walk = _Walk(book, day, on_hand, policy, {})
    for component in card.components:
        part = Fraction(qty) * component.gross(_month(day)) / Fraction(card.output)
        refused = walk.down(component.ingredient_id, part, (semi_id,))
        if refused is not None:
            return refused
    rounded = {key: exact(amount) for key, amount in walk.needs.items()}
    return {key: amount for key, amount in rounded.items() if amount > 0}


def batch_cost(
    book: RecipeBook, semi_id: str, day: str, unit_cost: Callable[[IngredientId], Fraction]
) -> Fraction | Refused:
    """The cost of one base unit of a prepared good (features-region, rule 2)."""
    walk = _Walk(book, day, lambda _: ZERO, Policy.EXPLODE, {})
    refused = walk.down(IngredientId(semi_id), Fraction(1), ())
    if refused is not None:
        return refused
    return sum((unit_cost(key) * amount for key, amount in walk.needs.items()), Fraction(0))


def faults(book: RecipeBook) -> list[Refused]:
    """Everything wrong with the cards, each named: impossible losses, outputs, amounts, cycles.

    Cycles are looked for only in cards that are sound by themselves: a walk divides by outputs.
    """
    cards = [card for versions in book.versions.values() for card in versions]
    unsound = [fault for card in cards for fault in _card_faults(card)]
    if unsound:
        return unsound
    cycles = []
    for card in cards:
        if card.owner is Owner.SEMI:
            walk = _Walk(book, card.valid_from, lambda _: ZERO, Policy.EXPLODE, {})
            cycles.append(walk.down(IngredientId(card.owner_id), Fraction(1), ()))
    return [cycle for cycle in cycles if cycle is not None]


def _card_faults(card: Recipe) -> list[Refused]:
    found = []
    if card.output <= 0:
        found.append(refuse("recipe_output", owner=card.owner_id))
    for component in card.components:
        named = {"owner": card.owner_id, "ingredient": component.ingredient_id}
        if not component.losses.possible:
            found.append(refuse("recipe_loss", **named))
        if component.amount < 0 and card.owner is not Owner.MODIFIER:
            found.append(refuse("recipe_amount", **named))
    return found


def _plate(book: RecipeBook, sold: Portion) -> Needs | Refused:
    """What the cards of a portion say, prepared goods as they are."""
    card = book.in_force(Owner.ITEM, sold.item_id, sold.day)
    if card is None:
        return refuse("no_recipe", item=sold.item_id, day=sold.day)
    month = _month(sold.day)
    plate: Needs = {}
    for share, part in ((Fraction(sold.share), card), *_modifier_cards(book, sold)):
        scale = share * Fraction(sold.qty) / Fraction(part.output)
        for component in part.components:
            key = component.ingredient_id
            plate[key] = plate.get(key, Fraction(0)) + component.gross(month) * scale
    return plate


def _walked(
    book: RecipeBook,
    plate: Needs,
    day: str,
    on_hand: Callable[[IngredientId], Decimal],
    policy: Policy | None,
) -> Needs | Refused:
    walk = _Walk(book, day, on_hand, policy, {})
    for key, amount in plate.items():
        refused = walk.down(key, max(amount, Fraction(0)), ())
        if refused is not None:
            return refused
    return walk.needs


def _modifier_cards(book: RecipeBook, sold: Portion) -> list[tuple[Fraction, Recipe]]:
    """The cards of the modifiers, each with how much of it is taken; one without a card (how well
    done) takes nothing."""
    cards = []
    for marked in sold.modifier_ids:
        name, _, milli = marked.removeprefix("-").partition("*")
        share = Fraction(int(milli), 1000) if milli.isdigit() else Fraction(1)
        card = book.in_force(Owner.MODIFIER, name, sold.day)
        if card is not None:
            cards.append((-share if marked.startswith("-") else share, card))
    return cards


@dataclass(frozen=True, slots=True)
class _Walk:
    """The way down from a plate to the goods; `needs` gathers what is taken."""

    book: RecipeBook
    day: str
    on_hand: Callable[[IngredientId], Decimal]
    policy: Policy | None
    needs: Needs

    def down(self, key: IngredientId, amount: Fraction, path: tuple[str, ...]) -> Refused | None:
        """Take `amount` of a good, or of what it is made of; refused when it is made of itself."""
        card = self.book.in_force(Owner.SEMI, key, self.day)
        if key in path:
            return refuse("recipe_cycle", path=" → ".join((*path, key)))
        if card is None:
            self._take(key, amount)
            return None
        taken = self._from_stock(key, amount)
        if taken:
            self._take(key, taken)
        rest = amount - taken
        if rest == 0:
            return None
        for component in card.components:
            part = rest * component.gross(_month(self.day)) / Fraction(card.output)
            refused = self.down(component.ingredient_id, part, (*path, key))
            if refused is not None:
                return refused
        return None

    def _from_stock(self, key: IngredientId, amount: Fraction) -> Fraction:
        policy = self.policy or self.book.policy(key)
        if policy is Policy.EXPLODE:
            return Fraction(0)
        if policy is Policy.STOCK_ONLY:
            return amount
        free = Fraction(self.on_hand(key)) - self.needs.get(key, Fraction(0))
        return min(max(free, Fraction(0)), amount)

    def _take(self, key: IngredientId, amount: Fraction) -> None:
        self.needs[key] = self.needs.get(key, Fraction(0)) + amount


def _month(day: str) -> int:
    return int(day[5:7])
