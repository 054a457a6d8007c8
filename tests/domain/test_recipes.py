"""Recipe cards: worked numbers of gross and net, prepared goods, explosion, and refusals."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings, strategies as st

from sync_server.domain.card_sheet import sheet_of
from sync_server.domain.recipes import (
    Component,
    Exploder,
    Losses,
    Owner,
    Policy,
    Portion,
    Recipe,
    RecipeBook,
    batch_cost,
    explode,
    faults,
    yield_of,
)
from sync_server.domain.rejections import Refused
from sync_server.domain.stock import ZERO, IngredientId, exact

NONE = Losses()
DAY = "2026-11-21"
# Minor units for a kilogram.
PRICES = {
    "beef": 18000,
    "carrot": 2000,
    "onion": 1600,
    "salt": 1500,
    "beet": 1400,
    "cabbage": 1200,
    "potato": 1500,
    "sour-cream": 12000,
}


def part(name: str, amount: str, losses: Losses = NONE, *, net: bool = False) -> Component:
    return Component(IngredientId(name), Decimal(amount), losses, weighed_net=net)


def card(owner: Owner, name: str, output: str, *parts: Component, start: str = "") -> Recipe:
    return Recipe(owner, name, start or "2026-01-01", Decimal(output), parts)


def per_gram(name: IngredientId) -> Fraction:
    return Fraction(PRICES[name], 1000)


BROTH = card(
    Owner.SEMI, "broth", "1700",
    part("beef", "400"), part("carrot", "60"), part("onion", "50"), part("salt", "10"),
)  # fmt: skip
BORSCHT = card(
    Owner.ITEM, "borscht", "1",
    part("beet", "80"), part("cabbage", "60"), part("potato", "100"), part("sour-cream", "20"),
    part("broth", "250"),
)  # fmt: skip
NO_CREAM = card(Owner.MODIFIER, "no-cream", "1", part("sour-cream", "-30"))
MORE_CREAM = card(Owner.MODIFIER, "more-cream", "1", part("sour-cream", "25"))
BOOK = RecipeBook.of([BROTH, BORSCHT, NO_CREAM, MORE_CREAM])


def taken(
    sold: Portion, in_stock: str = "0", policy: Policy | None = None, book: RecipeBook = BOOK
) -> dict[str, Decimal]:
    stocked: Callable[[IngredientId], Decimal] = lambda _: Decimal(in_stock)  # noqa: E731
    needs = explode(book, sold, stocked, policy)
    assert not isinstance(needs, Refused)
    return {str(name): qty for name, qty in needs.items()}


def test_gross_net_and_yield_follow_the_losses() -> None:
    losses = Losses(cold_bp=3500, hot_bp=300)
    by_gross = part("potato", "200", losses)
    assert by_gross.net() == 130
    assert yield_of(by_gross.net(), 300) == Fraction("126.1")
    assert part("potato", "130", losses, net=True).gross(11) == 200


def test_the_same_net_takes_more_in_the_month_of_old_potatoes() -> None:
    potato = part("potato", "200", Losses(cold_bp=3500, cold_by_month={3: 4000}))
    assert exact(potato.gross(11)) == Decimal("200.000")
    assert exact(potato.gross(3)) == Decimal("216.667")


def test_rice_gains_weight_in_the_pot() -> None:
    assert yield_of(Decimal(50), -18000) == 140


def test_a_card_counts_only_flagged_components_in_its_yield() -> None:
    leaf = Component(IngredientId("bay"), Decimal(2), counts_in_yield=False)
    soup = card(Owner.ITEM, "soup", "1", part("potato", "200", Losses(3500, 300)), leaf)
    sheet = sheet_of(RecipeBook.of([soup]), Owner.ITEM, "soup", DAY, lambda _: Fraction(1))
    assert not isinstance(sheet, Refused)
    assert sheet.ready == Fraction("126.1")


def test_a_kilo_of_broth_costs_what_its_batch_cost_by_its_yield() -> None:
    cost = batch_cost(BOOK, "broth", DAY, per_gram)
    assert not isinstance(cost, Refused)
    assert round(cost * 1000) == 4362
    assert cost * 1700 == 7415


def test_a_borscht_costs_sixteen_sixty_four() -> None:
    sheet = sheet_of(BOOK, Owner.ITEM, "borscht", DAY, per_gram)
    assert not isinstance(sheet, Refused)
    assert round(sheet.unit_cost) == 1664
    assert round(sheet.unit_cost * 100) == 166_444


def test_twelve_borschts_take_the_broth_in_stock_and_make_up_the_rest() -> None:
    needs = taken(Portion("borscht", Decimal(12), DAY), in_stock="2000")
    assert needs["broth"] == Decimal("2000.000")
    grams = {name: round(needs[name]) for name in ("beef", "carrot", "onion", "salt")}
    assert grams == {"beef": 235, "carrot": 35, "onion": 29, "salt": 6}
    assert needs["potato"] == Decimal("1200.000")


def test_policies_of_prepared_goods_explode_always_or_only_take() -> None:
    sold = Portion("borscht", Decimal(12), DAY)
    assert "broth" not in taken(sold, "2000", Policy.EXPLODE)
    only = taken(sold, "2000", Policy.STOCK_ONLY)
    assert only["broth"] == Decimal("3000.000")
    assert "beef" not in only


GRAVY = card(Owner.SEMI, "gravy", "500", part("broth", "400"), part("onion", "30"))
ROAST = card(Owner.ITEM, "roast", "1", part("beef", "200"), part("gravy", "70"))
COMPOTE = card(Owner.SEMI, "compote", "800", part("beet", "100"))
LARGE = RecipeBook.of(
    [
        *(BROTH, BORSCHT, NO_CREAM, MORE_CREAM, GRAVY, ROAST, COMPOTE),
        card(Owner.ITEM, "roast", "2", part("gravy", "90"), start="2026-11-22"),
        card(Owner.ITEM, "feast", "1", part("compote", "90"), part("gravy", "30"),
             part("potato", "50", Losses(3500, 0, {12: 4000}), net=True)),
    ],
    {"compote": Policy.STOCK_ONLY},
)  # fmt: skip
LYING = st.decimals("-50", "400", places=3)


@settings(max_examples=60)
@given(
    sales=st.lists(
        st.tuples(
            st.builds(
                Portion,
                st.sampled_from(["borscht", "roast", "feast", "tea"]),
                st.sampled_from([Decimal(1), Decimal("0.5"), Decimal(3)]),
                st.sampled_from([DAY, "2026-11-22", "2026-12-01", "2025-12-31"]),
                st.sampled_from([(), ("no-cream",), ("-more-cream",)]),
            ),
            st.fixed_dictionaries(dict.fromkeys(("broth", "gravy", "compote", "beef"), LYING)),
        ),
        min_size=4,
        max_size=12,
    )
)
def test_what_was_worked_out_before_is_what_is_worked_out_now(
    sales: list[tuple[Portion, dict[str, Decimal]]],
) -> None:
    known = Exploder(LARGE)
    for sold, lies in [*sales, *sales]:
        on_hand = lambda good, lies=lies: lies.get(good, ZERO)  # noqa: E731
        assert known.explode(sold, on_hand) == explode(LARGE, sold, on_hand)


def test_a_modifier_adds_and_without_never_goes_below_nothing() -> None:
    plain = Portion("borscht", Decimal(2), DAY, ("no-cream",))
    assert "sour-cream" not in taken(plain)
    rich = Portion("borscht", Decimal(2), DAY, ("more-cream", "medium-rare"))
    assert taken(rich)["sour-cream"] == Decimal("90.000")
    left_out = Portion("borscht", Decimal(2), DAY, ("-more-cream",))
    assert "sour-cream" not in taken(left_out)


def test_the_card_in_force_on_the_day_of_the_sale_decides() -> None:
    old = card(Owner.ITEM, "tea", "1", part("leaf", "2"))
    new = card(Owner.ITEM, "tea", "1", part("leaf", "3"), start="2026-11-22")
    book = RecipeBook.of([new, old])
    assert taken(Portion("tea", Decimal(1), DAY), book=book) == {"leaf": Decimal("2.000")}
    assert taken(Portion("tea", Decimal(1), "2026-11-22"), book=book) == {"leaf": Decimal("3.000")}
    refused = explode(book, Portion("tea", Decimal(1), "2025-12-31"))
    assert refused == Refused("no_recipe", {"item": "tea", "day": "2025-12-31"})


def test_a_broth_made_of_itself_is_refused_with_the_way_there() -> None:
    stock = card(Owner.SEMI, "stock", "1000", part("broth", "100"))
    broth = card(Owner.SEMI, "broth", "1000", part("stock", "100"))
    book = RecipeBook.of([stock, broth, BORSCHT])
    refused = explode(book, Portion("borscht", Decimal(1), DAY))
    assert refused == Refused("recipe_cycle", {"path": "broth → stock → broth"})
    assert {fault.code for fault in faults(book)} == {"recipe_cycle"}


def test_impossible_cards_are_named_one_by_one() -> None:
    bad = RecipeBook.of([
        card(Owner.SEMI, "nothing", "0", part("beef", "1")),
        card(Owner.ITEM, "air", "1", part("beef", "1", Losses(cold_bp=10_000))),
        card(Owner.ITEM, "debt", "1", part("beef", "-1")),
    ])  # fmt: skip
    assert [fault.code for fault in faults(bad)] == [
        "recipe_output", "recipe_loss", "recipe_amount",
    ]  # fmt: skip
    assert faults(BOOK) == []
