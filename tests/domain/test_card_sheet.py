"""Recipe cards on paper: lines from gross to yield, what-if prices, allergens, what stands in."""

from decimal import Decimal
from fractions import Fraction

from sync_server.domain.card_sheet import (
    Food,
    Sheet,
    meal_of,
    portions_left,
    sheet_of,
    what_if,
)
from sync_server.domain.recipes import (
    Alternative,
    Component,
    Losses,
    Owner,
    Recipe,
    RecipeBook,
    with_alternatives,
)
from sync_server.domain.rejections import Refused
from sync_server.domain.stock import IngredientId

DAY = "2026-11-21"


def part(good: str, grams: str, cold: int = 0, hot: int = 0) -> Component:
    return Component(IngredientId(good), Decimal(grams), Losses(cold, hot, {3: 4_000}))


BOOK = RecipeBook.of(
    [
        Recipe(
            Owner.SEMI, "broth", "2000-01-01", Decimal(1700),
            (part("beef", "400"), part("carrot", "60"), part("onion", "50"), part("salt", "10")),
        ),
        Recipe(
            Owner.ITEM, "borscht", "2000-01-01", Decimal(1),
            (part("beet", "80"), part("cabbage", "60"), part("potato", "100"),
             part("cream", "20"), part("broth", "250")),
        ),
        Recipe(Owner.ITEM, "mash", "2000-01-01", Decimal(1), (part("potato", "200", 3_500, 300),)),
        Recipe(Owner.MODIFIER, "nuts", "2000-01-01", Decimal(1), (part("walnut", "10"),)),
    ]
)  # fmt: skip
PER_KILO = {
    "beef": 18_000, "carrot": 2_000, "onion": 1_600, "salt": 1_500, "beet": 1_400,
    "cabbage": 1_200, "potato": 1_500, "cream": 12_000,
}  # fmt: skip


def cost(good: IngredientId) -> Fraction:
    return Fraction(PER_KILO.get(good, 0), 1000)


def test_a_card_shows_every_line_from_gross_to_yield_and_the_cost_of_a_portion() -> None:
    sheet = sheet_of(BOOK, Owner.ITEM, "borscht", DAY, cost)
    assert isinstance(sheet, Sheet)
    assert [round(line.cost) for line in sheet.lines] == [112, 72, 150, 240, 1_090]
    assert round(sheet.unit_cost) == 1_664
    mash = sheet_of(BOOK, Owner.ITEM, "mash", DAY, cost)
    assert isinstance(mash, Sheet)
    (line,) = mash.lines
    assert [line.gross, line.net, line.ready] == [Fraction(200), Fraction(130), Fraction("126.1")]
    in_march = sheet_of(BOOK, Owner.ITEM, "mash", "2026-03-05", cost)
    assert isinstance(in_march, Sheet)
    assert round(in_march.lines[0].gross, 2) == Fraction("216.67")


def test_a_dearer_beef_touches_the_broth_and_every_dish_it_is_in_and_no_other() -> None:
    effects = what_if(BOOK, DAY, cost, {IngredientId("beef"): Fraction(36)})
    assert [
        (one.owner_id, round(one.after * 1000) - round(one.before * 1000)) for one in effects
    ] == [
        ("borscht", 1_058_824),
        ("broth", 4_235),
    ]
    assert isinstance(sheet_of(BOOK, Owner.ITEM, "moon", DAY, cost), Refused)


def test_allergens_and_nutrients_come_from_all_the_way_down_and_from_modifiers() -> None:
    foods = {good: Food() for good in PER_KILO} | {
        "cream": Food(frozenset({"milk"}), 200_000, 2_500, 20_000, 3_400),
        "beef": Food(frozenset(), 250_000, 26_000, 15_000, 0),
        "walnut": Food(frozenset({"nuts"}), 650_000, 15_000, 65_000, 14_000),
    }
    plain = meal_of(BOOK, [(Owner.ITEM, "borscht")], DAY, foods)
    assert plain.allergens == {"milk"}
    assert round(plain.energy_milli) == 40_000 + round(Fraction(400 * 250, 1700) * 2_500)
    nutty = meal_of(BOOK, [(Owner.ITEM, "borscht"), (Owner.MODIFIER, "nuts")], DAY, foods)
    assert nutty.allergens == {"milk", "nuts"}
    del foods["beet"]
    foods["cabbage"] = Food(frozenset({"celery"}), measured=False)
    unsure = meal_of(BOOK, [(Owner.ITEM, "borscht")], DAY, foods)
    assert unsure.unknown == {"beet", "cabbage"}
    assert unsure.allergens == {"milk", "celery"}


def test_what_runs_short_is_replaced_as_far_as_the_other_reaches() -> None:
    butter, oil = IngredientId("butter"), IngredientId("oil")
    held = {butter: Decimal(30), oil: Decimal(50)}
    instead = {"butter": (Alternative(oil, Fraction(4, 5)),)}
    assert with_alternatives({butter: Decimal(80)}, instead, lambda key: held[key]) == {
        oil: Decimal(40), butter: Decimal(30),
    }  # fmt: skip
    assert with_alternatives({butter: Decimal(180)}, instead, lambda key: held[key]) == {
        oil: Decimal(50), butter: Decimal("117.500"),
    }  # fmt: skip
    assert with_alternatives({oil: Decimal(60)}, instead, lambda key: held[key]) == {
        oil: Decimal(60)
    }


def test_portions_left_are_those_of_the_scarcest_good() -> None:
    needs = {IngredientId("beef"): Fraction(100), IngredientId("beet"): Fraction(80)}
    held = {"beef": Fraction(950), "beet": Fraction(400)}
    assert portions_left(needs, lambda good: held[good]) == 5
    assert portions_left({}, lambda _: Fraction(0)) is None
