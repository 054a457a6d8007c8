"""Prices, discounts, service and tax: the worked numbers of the trade, to the kopiyka."""

from dataclasses import replace

from hypothesis import given, strategies as st

from sync_server.domain.commands import Choice
from sync_server.domain.events import Grant, Line
from sync_server.domain.ids import LineId, StaffId
from sync_server.domain.money import allocate, percent_of, round_to_step, tax_inside
from sync_server.domain.pricing import Priced, Terms, discounts, price, totals
from sync_server.domain.quantity import extend, shares
from sync_server.domain.rejections import Refused
from tests.builders import a_menu

VAT = ("vat", 2000)
LINE = Line(LineId("l"), "x", "x", 1, 1000, 0, 0, "vat", 2000, ("hot",), 1, 0, 0, StaffId("olena"))


def lines(*grosses: int) -> list[Line]:
    return [
        replace(LINE, line_id=LineId(f"l{i}"), unit_minor=gross, gross_minor=gross)
        for i, gross in enumerate(grosses)
    ]


def a_sum(amount_minor: int) -> Grant:
    return Grant("g", "sum", "sum", StaffId("olena"), amount_minor=amount_minor)


def a_percent(rate_bp: int) -> Grant:
    return Grant("g", "percent", "percent", StaffId("olena"), rate_bp=rate_bp)


def test_a_fixed_discount_of_33_33_is_shared_as_16_00_11_33_and_6_00() -> None:
    assert discounts(lines(12_000, 8_500, 4_500), [a_sum(3_333)]) == [1_600, 1_133, 600]


def test_service_of_ten_percent_after_a_discount_of_25_on_250_is_22_50() -> None:
    made = totals(lines(12_000, 8_500, 4_500), [a_sum(2_500)], Terms(1_000, VAT, True))
    assert (made.gross_minor, made.discount_minor, made.service_minor) == (25_000, 2_500, 2_250)
    assert made.total_minor == 24_750


def test_discounts_are_taken_from_the_full_price_and_never_exceed_a_line() -> None:
    assert discounts(lines(10_000), [a_percent(1_000), a_percent(1_000)]) == [2_000]
    assert discounts(lines(10_000), [a_percent(6_000), a_percent(6_000)]) == [10_000]


def test_vat_inside_a_price_of_120_is_20() -> None:
    assert tax_inside(12_000, 2_000) == 2_000
    made = totals(lines(12_000), [], Terms(0, VAT, True))
    assert (made.tax_minor, made.total_minor) == (2_000, 12_000)


def test_vat_on_top_of_100_makes_120() -> None:
    made = totals(lines(10_000), [], Terms(0, VAT, False))
    assert (made.tax_minor, made.total_minor) == (2_000, 12_000)


def test_tax_is_rounded_once_per_rate_and_not_on_each_line() -> None:
    made = totals(lines(101, 101, 101), [], Terms(0, VAT, True))
    assert made.tax_minor == tax_inside(303, 2_000) == 51
    assert 3 * tax_inside(101, 2_000) == 51
    made = totals(lines(100, 100, 100), [], Terms(0, VAT, True))
    assert made.tax_minor == 50
    assert 3 * tax_inside(100, 2_000) == 51


def test_cash_rounding_at_five_and_at_ten() -> None:
    assert [round_to_step(x, 5) for x in (362, 363)] == [360, 365]
    assert round_to_step(2_034, 10) == 2_030


def test_a_bottle_for_three_loses_no_kopiyka() -> None:
    assert shares(1_000, 3) == [334, 333, 333]
    assert allocate(50_000, [1, 1, 1]) == [16_667, 16_667, 16_666]


def test_weighed_goods_are_priced_by_the_gram() -> None:
    assert extend(48_000, 215) == 10_320


def test_the_first_sauce_is_free_and_the_next_two_cost_45_each() -> None:
    menu = a_menu()
    item = menu.items["ribeye"]
    choices = [Choice("rare"), Choice("pepper"), Choice("garlic"), Choice("mint")]
    made = price(menu, item, choices)
    assert isinstance(made, Priced)
    assert made.unit_minor == 89_000 + 2 * 4_500
    assert [chosen.price_minor for chosen in made.chosen] == [0, 0, 4_500, 4_500]


def test_a_required_group_left_open_and_one_sauce_too_many_are_named() -> None:
    menu = a_menu()
    item = menu.items["ribeye"]
    missing = price(menu, item, [Choice("pepper")])
    assert isinstance(missing, Refused)
    assert (missing.code, missing.params["group"]) == ("modifier_missing", "doneness")
    sauces = [Choice(x) for x in ("rare", "pepper", "garlic", "mint", "mushroom")]
    excess = price(menu, item, sauces)
    assert isinstance(excess, Refused)
    assert (excess.code, excess.params["max"]) == ("modifier_excess", 3)
    foreign = price(menu, menu.items["fries"], [Choice("rare")])
    assert isinstance(foreign, Refused)
    assert foreign.code == "modifier_unknown"


def test_leaving_something_out_is_free_and_counts_towards_no_limit() -> None:
    menu = a_menu()
    made = price(menu, menu.items["borscht"], [Choice("no-garlic", "no")] * 5)
    assert isinstance(made, Priced)
    assert made.unit_minor == 18_500


def test_well_done_takes_two_minutes_longer() -> None:
    menu = a_menu()
    made = price(menu, menu.items["ribeye"], [Choice("well")])
    assert isinstance(made, Priced)
    assert made.seconds == 120


amounts = st.integers(0, 5_000_000)


@given(st.integers(-10_000_000, 10_000_000), st.lists(st.integers(0, 10_000), min_size=1))
def test_a_division_by_weights_always_sums_to_the_whole(amount: int, weights: list[int]) -> None:
    parts = allocate(amount, weights)
    assert sum(parts) == amount
    if sum(weights):
        exact = [amount * weight / sum(weights) for weight in weights]
        assert all(abs(part - share) < 1 for part, share in zip(parts, exact, strict=True))


@given(
    st.lists(amounts, min_size=1, max_size=12),
    st.lists(
        st.one_of(
            st.integers(0, 10_000).map(a_percent),
            amounts.map(a_sum),
        ),
        max_size=3,
    ),
    st.integers(0, 2_000),
    st.booleans(),
)
def test_a_check_adds_up_whatever_is_discounted(
    grosses: list[int], grants: list[Grant], service_bp: int, inclusive: bool
) -> None:
    made = totals(lines(*grosses), grants, Terms(service_bp, VAT, inclusive))
    assert made.gross_minor == sum(grosses)
    assert 0 <= made.discount_minor <= made.gross_minor
    assert made.service_minor == percent_of(made.gross_minor - made.discount_minor, service_bp)
    net = made.gross_minor - made.discount_minor + made.service_minor
    assert made.total_minor == net + (0 if inclusive else made.tax_minor)
    assert sum(tax.base_minor for tax in made.taxes) == net
