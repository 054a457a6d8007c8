"""Discounts and limits, surcharges, comps, returns, service, exemption, timed fires, stops."""

from dataclasses import replace

import pytest

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import bill_is_stale, totals_of
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.limits import FIRE_AHEAD_MS
from sync_server.domain.menu import Catalogue, Discount
from sync_server.domain.payments import sold_sums
from tests.builders import AHouse, a_line, a_menu, a_steak, names

K = CheckId("k")
L1 = LineId("l1")


def a_menu_of_discounts(**settings: object) -> Catalogue:
    menu = a_menu(**settings)
    discounts = (
        Discount("any", names("any"), is_open=True),
        Discount("reasoned", names("reasoned"), rate_bp=500, needs_reason=True),
        Discount("night", names("night"), rate_bp=1_500, surcharge=True),
    )
    waiter = replace(menu.roles["waiter"], discount_limit_minor=2_000)
    return replace(
        menu,
        discounts={**menu.discounts, **{one.discount_id: one for one in discounts}},
        roles={**menu.roles, "waiter": waiter},
    )


def a_house(**settings: object) -> AHouse:
    """Borscht for 185.00 and fries for 85.00, unsent."""
    house = AHouse(a_menu_of_discounts(**settings))
    house.open()
    house.add("k", a_line("l1"), a_line("l2", "fries"))
    return house


def given(discount_id: str, **more: object) -> c.GiveDiscount:
    return replace(c.GiveDiscount(K, "g", discount_id), **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (given("any", rate_bp=1_001), "over_limit"),
        (given("any", amount_minor=2_001), "over_sum"),
        (given("any"), "bad_amount"),
        (given("any", rate_bp=500, amount_minor=500), "bad_amount"),
        (given("any", rate_bp=-500), "bad_amount"),
        (given("any", rate_bp=10_001), "bad_amount"),
        (given("reasoned"), "no_reason"),
        (given("reasoned", reason="guest-left"), "no_reason"),
        (given("unknown"), "no_discount"),
        (given("gold", line_ids=(LineId("?"),)), "no_line"),
        (given("gold", reason="r" * 141), "bad_text"),
    ],
)
def test_a_discount_that_may_not_be_given_says_why(asked: c.GiveDiscount, code: str) -> None:
    house = a_house()
    assert house.refused(asked).code == code
    assert totals_of(house.check()).discount_minor == 0


def test_a_sum_and_a_percentage_above_ones_limit_are_given_with_an_approval() -> None:
    house = a_house()
    house.must(given("any", amount_minor=5_000), approver="nadia")
    assert totals_of(house.check()).total_minor == 22_000
    assert house.check().grants[0].approved_by == "nadia"
    house.must(c.TakeBackDiscount(K, "g"))
    house.must(given("any", rate_bp=3_000), approver="nadia")
    assert totals_of(house.check()).discount_minor == 8_100
    assert house.refused(given("gold", grant_id="h")).code == "discount_set"
    house.must(c.TakeBackDiscount(K, "g"))
    house.must(given("any", amount_minor=2_000, line_ids=(L1,)))
    house.must(given("reasoned", grant_id="h", line_ids=(LineId("l2"),), reason="sorry"))
    assert totals_of(house.check()).discount_minor == 2_000 + 425


def test_the_last_dish_can_be_voided_although_it_was_discounted() -> None:
    house = a_house()
    house.must(c.RemoveLines(K, (LineId("l2"),)))
    house.must(given("gold"))
    house.send("k", "l1")
    house.must(c.VoidLine(K, L1, 1_000, "guest-left", False), by="nadia")
    assert totals_of(house.check()).total_minor == 0


def test_a_surcharge_is_added_without_a_cap_and_taxed_with_its_lines() -> None:
    house = a_house()
    house.must(given("night"))
    totals = totals_of(house.check())
    assert (totals.surcharge_minor, totals.total_minor) == (2_775 + 1_275, 31_050)
    assert totals.taxes[0].base_minor == 31_050
    house.must(given("gold", grant_id="h"))
    totals = totals_of(house.check())
    assert (totals.discount_minor, totals.surcharge_minor) == (925 + 425, 4_050)
    assert sum(sold.discount_minor for sold in sold_sums(house.check())) == 1_350 - 4_050


def test_a_comp_stays_sold_at_no_price_and_a_part_of_a_line_can_be_given() -> None:
    house = a_house()
    house.add("k", a_line("l3", qty_milli=3_000))
    house.send("k", "l1", "l2", "l3")
    comp = c.CompLine(K, "g1", LineId("l3"), 1_000, "birthday")
    assert house.refused(comp).code == "not_allowed"
    for change, code in (
        ({"reason": "guest-left"}, "no_reason"),
        ({"qty_milli": 4_000}, "bad_quantity"),
        ({"qty_milli": 0}, "bad_quantity"),
        ({"line_id": LineId("?")}, "no_line"),
    ):
        assert house.refused(replace(comp, **change), by="nadia").code == code
    house.must(comp, approver="nadia")
    assert house.refused(comp, by="nadia").code == "duplicate_id"
    house.must(c.CompLine(K, "g2", L1, 1_000, "birthday"), by="nadia")
    totals = totals_of(house.check())
    assert (totals.gross_minor, totals.discount_minor) == (82_500, 18_500 * 2)
    assert [grant.kind for grant in house.check().grants] == ["comp", "comp"]
    sold = {one.line_id: one.net_minor for one in sold_sums(house.check())}
    assert sold[L1] == 0
    assert house.happened(e.LineVoided) == []


def test_a_check_on_which_all_was_given_is_closed_as_a_sale_of_nothing() -> None:
    house = a_house()
    house.send("k", "l1", "l2")
    for number, line_id in enumerate(("l1", "l2")):
        assert house.refused(c.AbandonCheck(K)).code == "check_not_empty"
        give = c.CompLine(K, f"g{number}", LineId(line_id), 1_000, "birthday")
        house.must(give, by="nadia")
    house.must(c.AbandonCheck(K))
    (closed,) = house.happened(e.CheckClosed)
    assert (closed.totals.total_minor, closed.shift_id) == (0, "sh")
    assert [sold.net_minor for sold in closed.sold] == [0, 0]
    assert house.check().state == "closed"


def test_a_return_is_made_and_refused_and_is_told_apart_from_a_void() -> None:
    house = a_house()
    house.add("k", a_steak("l3", held=True))
    house.send("k", "l1", "l2", "l3")
    back = c.VoidLine(K, L1, 1_000, "hair", False, "return")
    assert house.refused(back).code == "not_allowed"
    assert house.refused(replace(back, reason="guest-left"), by="nadia").code == "no_reason"
    assert house.refused(replace(back, kind="void"), by="nadia").code == "no_reason"
    assert house.refused(replace(back, kind="theft"), by="nadia").code == "no_reason"
    held = replace(back, line_id=LineId("l3"))
    assert house.refused(held, by="nadia").code == "not_returned"
    house.must(back, by="nadia")
    (gone,) = house.happened(e.LineVoided)
    assert (gone.kind, gone.made, gone.gross_minor) == ("return", True, 18_500)
    assert totals_of(house.check()).gross_minor == 8_500 + 89_000


def test_service_is_taken_after_discounts_or_of_the_full_prices_as_the_house_says() -> None:
    """Rule 12: (250 - 25) at 10 % is 22.50; of the full price it is 25.00."""
    for on_full, service in ((False, 2_250), (True, 2_500)):
        house = AHouse(a_menu_of_discounts(service_bp=1_000, service_on_full=on_full))
        house.open()
        house.add("k", a_line("l1", "wine", qty_milli=500))
        house.must(given("any", rate_bp=1_000))
        assert totals_of(house.check()).service_minor == service


def test_service_comes_with_many_guests_and_is_changed_by_right() -> None:
    house = AHouse(a_menu_of_discounts(service_bp=1_000, service_from_guests=6))
    house.open()
    house.add("k", a_line("l1"))
    assert house.check().service_bp == 0
    house.must(c.OpenCheck(CheckId("m"), "T1-002", "table", "t5", guests=6))
    assert house.check("m").service_bp == 1_000
    wish = c.SetService(K, 1_250)
    assert house.refused(wish).code == "not_allowed"
    assert house.refused(c.SetService(K, 3_001), by="nadia").code == "bad_amount"
    house.must(wish, approver="nadia")
    assert totals_of(house.check()).service_minor == 2_313
    assert house.refused(wish, by="nadia").code == "nothing_to_do"
    house.must(c.SetService(K, 0), by="nadia")
    assert totals_of(house.check()).total_minor == 18_500


@pytest.mark.parametrize(
    ("inclusive", "before", "after"), [(True, 27_000, 22_500), (False, 32_400, 27_000)]
)
def test_an_exempt_guest_pays_no_tax_and_it_is_reported(
    inclusive: bool, before: int, after: int
) -> None:
    house = a_house(tax_inclusive=inclusive)
    assert totals_of(house.check()).total_minor == before
    assert house.refused(c.ExemptTax(K, True, "embassy")).code == "not_allowed"
    assert house.refused(c.ExemptTax(K, True, "sorry"), by="nadia").code == "no_reason"
    house.must(c.ExemptTax(K, True, "embassy"), by="nadia")
    totals = totals_of(house.check())
    assert (totals.total_minor, totals.tax_minor) == (after, 0)
    assert totals.exempt_minor == before - after if inclusive else 5_400
    assert house.refused(c.ExemptTax(K, True, "embassy"), by="nadia").code == "nothing_to_do"
    house.must(c.ExemptTax(K, False), by="nadia")
    assert totals_of(house.check()).total_minor == before


# -- time, names, bills ----------------------------------------------------------------------------
def test_lines_are_timed_until_they_are_fired_and_not_into_the_past() -> None:
    house = a_house()
    at_ms = house.now_ms + 600_000
    timed = c.TimeFire(K, (L1,), at_ms)
    assert house.refused(replace(timed, at_ms=house.now_ms - 1)).code == "too_late"
    assert house.refused(replace(timed, at_ms=at_ms + FIRE_AHEAD_MS)).code == "too_late"
    assert house.refused(replace(timed, line_ids=(LineId("?"),))).code == "no_line"
    house.must(timed)
    assert house.refused(timed).code == "nothing_to_do"
    assert (house.line("l1").fire_ms, house.line("l1").held) == (at_ms, True)
    house.send("k", "l1", "l2")
    assert house.line("l1").state == "held"
    house.must(replace(timed, at_ms=0))
    house.must(timed)
    house.must(c.FireLines(K, (L1,)))
    assert (house.line("l1").state, house.line("l1").fire_ms) == ("fired", 0)
    assert house.refused(timed).code == "line_made"


def test_a_tab_gets_its_name_later() -> None:
    house = AHouse()
    house.must(c.OpenCheck(K, "T1-001", "tab"))
    house.must(c.RenameCheck(K, "  Anna  at the window "))
    assert house.check().name == "Anna at the window"
    assert house.refused(c.RenameCheck(K, "Anna at the window")).code == "nothing_to_do"
    assert house.refused(c.RenameCheck(K, "n" * 501)).code == "bad_text"


def test_a_bill_is_stale_when_another_dish_of_the_same_price_came_instead() -> None:
    house = a_house()
    house.must(c.PrintPreBill(K))
    assert not bill_is_stale(house.check())
    house.must(c.RemoveLines(K, (LineId("l2"),)))
    house.add("k", a_line("l3", "fries"))
    assert not bill_is_stale(house.check())
    house.must(c.RemoveLines(K, (LineId("l3"),)))
    menu = house.menu
    same = replace(menu.items["plate"], price_minor=8_500)
    house.menu = replace(menu, items={**menu.items, "plate": same})
    house.add("k", a_line("l4", "plate"))
    assert totals_of(house.check()).total_minor == 27_000
    assert bill_is_stale(house.check())
    house.must(c.PrintPreBill(K))
    assert (house.check().bill_copies, bill_is_stale(house.check())) == (2, False)


def test_the_last_portion_goes_to_one_of_two_terminals_and_the_other_is_told() -> None:
    house = AHouse()
    house.open("k", "T1-001", "t3")
    house.open("j", "T2-001", "t5", by="ihor", dev="T2")
    house.must(c.StopItem("borscht", 1_000), by="nadia")
    house.add("k", a_line("l1"))
    house.add("j", a_line("m1"), by="ihor", dev="T2")
    house.send("k", "l1")
    late = house.refused(c.SendLines(CheckId("j"), (LineId("m1"),)), by="ihor", dev="T2")
    assert (late.code, late.params["left_milli"], late.params["by"]) == ("item_stopped", 0, "nadia")
    assert not house.check("j").lines[0].sent
    assert len(house.venue.tickets) == 1
