"""A check cut by a sum: the new one is exactly that, and both are the whole in every figure."""

from hypothesis import given, settings, strategies as st

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import Check, totals_of
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.records import NO_REMAINDER
from tests.builders import AHouse, a_line
from tests.domain.test_splitting import PRICES, J, K, a_split_house, figures, open_ones


def whole_lines(check: Check) -> list[tuple[int, int, int]]:
    return [(line.qty_milli, line.gross_minor, line.share_of) for line in check.lines]


@given(
    chosen=st.lists(st.integers(0, len(PRICES) - 1), min_size=1, max_size=6),
    inclusive=st.booleans(),
    exempt=st.booleans(),
    service_bp=st.sampled_from((0, 1_000, 1_250)),
    discount=st.sampled_from(("", "gold", "sum")),
    per_mille=st.lists(st.integers(20, 800), min_size=1, max_size=3),
)
@settings(max_examples=80, deadline=None)
def test_a_check_cut_by_a_sum_is_that_sum_and_loses_nothing(
    chosen: list[int],
    inclusive: bool,
    exempt: bool,
    service_bp: int,
    discount: str,
    per_mille: list[int],
) -> None:
    house = a_split_house(inclusive, service_bp)
    house.add("k", *(a_line(f"l{n}", f"i{which}") for n, which in enumerate(chosen)))
    if discount:
        house.must(c.GiveDiscount(K, "g", discount), by="nadia")
    if exempt:
        house.must(c.ExemptTax(K, True, "embassy"), by="nadia")
    whole, before = figures(open_ones(house)), house.check()
    for n, part in enumerate(per_mille):
        wanted = totals_of(house.check()).total_minor * part // 1_000
        if wanted <= 0:
            continue
        house.must(c.ShareAmount(K, CheckId(f"s{n}"), f"T1-10{n}", wanted))
        assert totals_of(house.check(f"s{n}")).total_minor == wanted
        assert figures(open_ones(house)) == whole
    for check in open_ones(house)[1:]:
        house.must(c.MergeChecks(check.check_id, K))
    (only,) = open_ones(house)
    assert (figures([only]), only.rest) == (whole, NO_REMAINDER)
    assert sorted(whole_lines(only)) == sorted(whole_lines(before))


def test_two_hundred_of_a_bill_take_nothing_to_the_kitchen_a_second_time() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("s"), a_line("w", "wine"))
    house.send("k", "s", "w")
    fired = len(house.happened(e.LinesFired))
    house.must(c.ShareAmount(K, J, "T1-002", 20_000))
    assert [totals_of(check).total_minor for check in open_ones(house)] == [48_500, 20_000]
    assert len(house.happened(e.LinesFired)) == fired
    assert {line.kitchen_id for line in house.check("j").lines} == {"s", "w"}


def test_a_sum_that_cannot_be_cut_off_says_why() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("w", "wine"))
    cut = c.ShareAmount(K, J, "T1-002", 50_000)
    refused = house.refused(cut)
    assert (refused.code, dict(refused.params)["due_minor"]) == ("amount_over_due", 50_000)
    assert house.refused(c.ShareAmount(K, J, "T1-002", 0)).code == "bad_amount"
    house.must(c.RemoveLines(K, (LineId("w"),)))
    assert house.refused(cut).code == "nothing_to_do"
