"""Dividing and joining checks: the kitchen hears of nothing twice, and no kopiyka is lost."""

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import Check, line_discounts, totals_of
from sync_server.domain.events import Totals
from sync_server.domain.ids import CheckId, LineId, PaymentId, ShiftId, StaffId
from sync_server.domain.menu import Tax
from sync_server.domain.payments import sold_sums
from tests.builders import AHouse, a_line, a_menu, a_steak, an_item, names

K, J, L = CheckId("k"), CheckId("j"), CheckId("l")


def shared(*numbers: str) -> tuple[c.ShareTo, ...]:
    return tuple(c.ShareTo(CheckId(f"s{n}"), number) for n, number in enumerate(numbers))


def figures(checks: list[Check]) -> tuple[object, ...]:
    """Discount, service, total, and base and tax by rate, summed over checks."""
    made = [totals_of(check) for check in checks]
    rates: dict[tuple[str, int], tuple[int, int]] = {}
    for totals in made:
        for tax in totals.taxes:
            base, amount = rates.get((tax.tax_id, tax.rate_bp), (0, 0))
            rates[(tax.tax_id, tax.rate_bp)] = (base + tax.base_minor, amount + tax.tax_minor)

    def added(name: str) -> int:
        return sum(getattr(totals, name) for totals in made)

    parts = ("gross_minor", "discount_minor", "surcharge_minor", "service_minor", "total_minor")
    return (*map(added, parts), {key: sums for key, sums in rates.items() if any(sums)})


def open_ones(house: AHouse) -> list[Check]:
    return list(house.venue.checks.values())


def test_a_bottle_for_three_is_exact_thirds_of_its_price() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("w", "wine"))
    house.send("k", "w")
    tickets = len(house.happened(e.TicketOpened))
    house.must(c.ShareLines(K, (LineId("w"),), shared("T1-002", "T1-003")))
    parts = [check.lines[0] for check in open_ones(house)]
    assert [part.gross_minor for part in parts] == [16_667, 16_667, 16_666]
    assert [part.qty_milli for part in parts] == [334, 333, 333]
    assert [(part.share_n, part.share_of) for part in parts] == [(1, 3)] * 3
    assert len(house.happened(e.TicketOpened)) == tickets
    assert len(house.happened(e.LinesFired)) == 1
    assert {part.kitchen_id for part in parts} == {"w"}


def test_the_first_third_is_not_dearer_because_a_thousand_is_not_divisible() -> None:
    """334 thousandths of 1000.00 would be 334.00: the money is cut in thirds, not the figure."""
    menu = a_menu()
    menu = replace(menu, items={**menu.items, "cake": an_item("cake", 100_000)})
    house = AHouse(menu)
    house.open()
    house.add("k", a_line("x", "cake"))
    house.must(c.ShareLines(K, (), shared("T1-002", "T1-003")))
    assert [check.lines[0].gross_minor for check in open_ones(house)] == [33_334, 33_333, 33_333]


def test_half_of_a_third_is_a_sixth_and_all_joined_are_the_whole_again() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("w", "wine"))
    house.send("k", "w")
    before = house.line("w")
    house.must(c.ShareLines(K, (), shared("T1-002", "T1-003")))
    house.must(c.ShareLines(CheckId("s1"), (), (c.ShareTo(J, "T1-004"),)))
    sixth = house.check("j").lines[0]
    assert (sixth.share_n, sixth.share_of) == (1, 6)
    assert sum(x.lines[0].gross_minor for x in open_ones(house)) == 50_000
    for check_id in ("j", "s1", "s0"):
        house.must(c.MergeChecks(CheckId(check_id), K))
    (line,) = house.check().lines
    whole = (line.qty_milli, line.gross_minor, line.share_n, line.share_of, line.line_id)
    assert whole == (before.qty_milli, before.gross_minor, 0, 0, "w")
    assert len(house.happened(e.LinesFired)) == 1


def test_a_third_that_is_voided_or_ready_is_known_to_the_kitchen_by_its_line() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("w", "wine"))
    house.send("k", "w")
    house.must(c.ShareLines(K, (), shared("T1-002", "T1-003")))
    third = house.check("s1").lines[0]
    void = c.VoidLine(CheckId("s1"), third.line_id, third.qty_milli, "guest-left", False)
    house.must(void, by="nadia")
    assert house.ticket("bar").lines[0].qty_milli == 667
    house.must(c.MarkReady(house.ticket("bar").ticket_id, (LineId("w"),)), by="nadia")
    assert house.check("k").lines[0].state == "ready"
    assert house.check("s0").lines[0].state == "ready"


def test_what_cannot_be_shared_says_why() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("w", "wine"))
    ok = c.ShareLines(K, (LineId("w"),), shared("T1-002"))
    assert house.refused(replace(ok, to=())).code == "too_many"
    assert house.refused(replace(ok, to=(c.ShareTo(K),))).code == "nothing_to_do"
    assert house.refused(replace(ok, to=(c.ShareTo(J), c.ShareTo(J)))).code == "duplicate_id"
    assert house.refused(replace(ok, to=(c.ShareTo(J),))).code == "no_check"
    assert house.refused(replace(ok, to=(c.ShareTo(J, "X-1"),))).code == "bad_number"
    assert house.refused(replace(ok, line_ids=(LineId("?"),))).code == "no_line"
    assert house.refused(ok, by="ihor", dev="T2").code == "other_waiter"
    crumbs = c.ChangeLine(K, LineId("w"), 1, (), 0, 0, "", "")
    house.must(crumbs)
    assert house.refused(ok).code == "too_fine"
    house.must(replace(crumbs, qty_milli=1_000))
    basis = house.venue.n
    house.must(replace(crumbs, qty_milli=2_000), by="nadia", dev="T2")
    assert house.refused(ok, basis_n=basis).code == "check_moved"
    house.must(replace(crumbs, qty_milli=1_000), by="nadia", dev="T2")
    house.must(ok)
    assert house.refused(replace(crumbs, qty_milli=2_000)).code == "line_shared"
    house.send("k", "w")
    house.must(c.TakePayment(K, PaymentId("p"), ShiftId("sh"), "cash", 1_000, 1_000))
    assert house.refused(replace(ok, to=shared("T1-009"))).code == "has_payments"


def test_an_equal_split_spreads_the_odd_kopiykas_over_the_checks() -> None:
    menu = a_menu()
    prices = (10_001, 10_001, 10_001, 10_000)
    items = {f"i{n}": an_item(f"i{n}", price) for n, price in enumerate(prices)}
    house = AHouse(replace(menu, items={**menu.items, **items}))
    house.open()
    house.add("k", *(a_line(f"l{n}", f"i{n}") for n in range(4)))
    house.must(c.ShareLines(K, (), shared("T1-002", "T1-003")))
    sums = [totals_of(check).total_minor for check in open_ones(house)]
    assert sum(sums) == 40_003
    assert max(sums) - min(sums) <= 1


def test_a_discount_goes_with_the_lines_and_the_parts_pay_what_the_whole_would() -> None:
    """33.33 off 120, 85 and 45 takes 16.00, 11.33 and 6.00; each check keeps its own part."""
    menu = a_menu()
    items = {f"i{price}": an_item(f"i{price}", price * 100) for price in (120, 85, 45)}
    house = AHouse(replace(menu, items={**menu.items, **items}))
    house.open()
    house.add("k", *(a_line(f"l{price}", f"i{price}") for price in (120, 85, 45)))
    house.must(c.GiveDiscount(K, "g", "sum"))
    whole = figures([house.check()])
    house.must(c.MoveLines(K, J, (c.Move(LineId("l85"), 1_000, LineId("x")),), "T1-002"))
    assert totals_of(house.check("j")).discount_minor == 1_133
    assert totals_of(house.check("k")).discount_minor == 2_200
    assert figures(open_ones(house)) == whole
    house.must(c.MoveLines(J, K, (c.Move(LineId("l85"), 1_000, LineId("x")),)))
    assert totals_of(house.check("k")).discount_minor == 3_333
    assert figures(open_ones(house)) == whole


def test_merging_keeps_a_discount_that_only_the_first_check_had() -> None:
    house = AHouse()
    house.open()
    house.open("j", "T1-002", "t5")
    house.add("k", a_line("l1"))
    house.add("j", a_line("l2", "fries"))
    house.must(c.GiveDiscount(K, "g", "gold"))
    house.must(c.MergeChecks(K, J))
    assert totals_of(house.check("j")).discount_minor == 925
    assert house.check("j").grants[0].line_ids == ("l1",)


def test_moving_to_a_new_check_on_another_table_tells_the_kitchen_the_table() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"), a_steak("l2"))
    house.send("k", "l1", "l2")
    tickets = len(house.happened(e.TicketOpened))
    move = c.MoveLines(K, J, (c.Move(LineId("l1"), 1_000, LineId("x")),), "T1-002", "t6")
    house.must(move)
    assert (house.check("j").table_id, house.check("j").owner) == ("t6", "olena")
    assert house.ticket("hot").line("l1").for_table_id == "t6"  # type: ignore[union-attr]
    assert len(house.happened(e.TicketOpened)) == tickets
    assert house.refused(replace(move, to_check_id=L, table_id="?")).code == "no_table"


def test_a_check_given_away_by_mistake_is_taken_back_while_nobody_has_touched_it() -> None:
    house = AHouse()
    house.open()
    menu = house.menu
    waiter = replace(menu.roles["waiter"], rights=(*menu.roles["waiter"].rights, "transfer"))
    house.menu = replace(menu, roles={**menu.roles, "waiter": waiter})
    give = c.TransferCheck(K, StaffId("ihor"))
    house.must(give)
    back = c.TransferCheck(K, StaffId("olena"))
    house.must(back)
    assert house.check().owner == "olena"
    house.must(give)
    house.add("k", a_line("l1"), by="ihor", dev="T2")
    assert house.refused(back).code == "other_waiter"


def test_a_section_is_handed_over_at_once_or_not_at_all() -> None:
    house = AHouse()
    house.open()
    house.open("j", "T1-002", "t5")
    house.open("m", "T2-001", "t6", by="ihor", dev="T2")
    both = c.TransferChecks((K, J), StaffId("ihor"))
    assert house.refused(both).code == "not_allowed"
    assert house.refused(replace(both, check_ids=()), by="nadia").code == "nothing_to_do"
    assert (
        house.refused(replace(both, to_staff_id=StaffId("?")), by="nadia").code == "unknown_staff"
    )
    gone = replace(both, check_ids=(K, CheckId("?")))
    assert house.refused(gone, by="nadia").code == "no_check"
    assert house.check("k").owner == "olena"
    house.must(replace(both, check_ids=(K, J, CheckId("m"))), by="nadia")
    assert [check.owner for check in open_ones(house)] == ["ihor"] * 3
    assert house.refused(both, by="nadia").code == "nothing_to_do"


PRICES = (9_999, 10_001, 3_333, 777, 50_000)


def a_split_house(inclusive: bool, service_bp: int) -> AHouse:
    menu = a_menu(tax_inclusive=inclusive, service_bp=service_bp)
    items = {
        f"i{n}": an_item(f"i{n}", price, tax_id=("vat", "low")[n % 2])
        for n, price in enumerate(PRICES)
    }
    taxes = {**menu.taxes, "low": Tax("low", 700, names("low"))}
    house = AHouse(replace(menu, items={**menu.items, **items}, taxes=taxes))
    house.open()
    return house


@given(
    chosen=st.lists(st.integers(0, len(PRICES) - 1), min_size=1, max_size=6),
    count=st.integers(2, 5),
    inclusive=st.booleans(),
    service_bp=st.sampled_from((0, 1_000, 1_250)),
    discount=st.sampled_from(("", "gold", "sum")),
    moved=st.integers(0, 5),
)
@settings(max_examples=60, deadline=None)
def test_whatever_is_split_sums_to_the_whole_in_every_figure(
    chosen: list[int], count: int, inclusive: bool, service_bp: int, discount: str, moved: int
) -> None:
    house = a_split_house(inclusive, service_bp)
    house.add("k", *(a_line(f"l{n}", f"i{which}") for n, which in enumerate(chosen)))
    if discount:
        house.must(c.GiveDiscount(K, "g", discount), by="nadia")
    whole = figures(open_ones(house))
    one = LineId(f"l{moved % len(chosen)}")
    house.must(c.MoveLines(K, J, (c.Move(one, 1_000, LineId("x")),), "T1-002"))
    assert figures(open_ones(house)) == whole
    house.must(c.ShareLines(J, (), shared(*(f"T1-1{n}" for n in range(count - 1)))))
    assert figures(open_ones(house)) == whole
    for check in open_ones(house):
        totals = totals_of(check)
        assert sum(line_discounts(check)) == totals.discount_minor
        assert sum(sold.discount_minor for sold in sold_sums(check)) == totals.discount_minor
    for n in range(count - 1):
        house.must(c.MergeChecks(CheckId(f"s{n}"), J))
    house.must(c.MergeChecks(J, K))
    (only,) = open_ones(house)
    assert figures([only]) == whole
    assert only.rest == type(only.rest)()
    assert isinstance(totals_of(only), Totals)


@pytest.mark.parametrize("pieces", [2, 3, 7])
def test_shares_of_many_lines_fit_their_events(pieces: int) -> None:
    house = AHouse()
    house.open()
    house.add("k", *(a_line(f"l{n}") for n in range(25)))
    house.must(c.ShareLines(K, (), shared(*(f"T1-2{n}" for n in range(pieces - 1)))))
    assert all(len(moved.lines) <= 10 for moved in house.happened(e.LinesMoved))
    assert sum(totals_of(check).total_minor for check in open_ones(house)) == 25 * 18_500
