"""Double entry: sums of moves, the turnover's identity, and the variance of a count."""

import random
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from sync_server.domain.stock import (
    CORRECTION,
    COUNT,
    OPENING,
    SALES,
    SUPPLIER,
    WASTE,
    Column,
    Holding,
    IngredientId,
    Move,
    MoveKind,
    count_variance,
    exact,
    from_milli,
    holdings,
    store_of,
    store_place,
    to_milli,
    turnover,
)

KITCHEN = store_place("kitchen")
BAR = store_place("bar")
BEEF = IngredientId("beef")

ENDS = {
    MoveKind.OPENING: (OPENING, KITCHEN),
    MoveKind.RECEIPT: (SUPPLIER, KITCHEN),
    MoveKind.SUPPLIER_RETURN: (KITCHEN, SUPPLIER),
    MoveKind.TRANSFER: (KITCHEN, BAR),
    MoveKind.SALE: (KITCHEN, SALES),
    MoveKind.SALE_REVERSAL: (SALES, KITCHEN),
    MoveKind.WASTE: (KITCHEN, WASTE),
    MoveKind.COUNT: (KITCHEN, COUNT),
    MoveKind.COST_CORRECTION: (KITCHEN, CORRECTION),
}

entries = st.builds(
    lambda kind, name, milli, value, day: Move(
        kind,
        IngredientId(name),
        *ENDS[kind],
        from_milli(0 if kind is MoveKind.COST_CORRECTION else milli),
        value,
        day=f"2026-11-{day:02}",
    ),
    st.sampled_from(sorted(ENDS)),
    st.sampled_from(["beef", "salt", "wine"]),
    st.integers(1, 10**7),
    st.integers(0, 10**7),
    st.integers(1, 28),
)


@given(st.lists(entries, max_size=50), st.randoms(use_true_random=False))
def test_what_lies_where_is_the_sum_of_moves_whatever_their_order(
    moves: list[Move], chance: random.Random
) -> None:
    shuffled = list(moves)
    chance.shuffle(shuffled)
    assert holdings(shuffled) == holdings(moves)
    everywhere = sum(holdings(moves).values(), Holding())
    assert everywhere == Holding()


@given(st.lists(entries, max_size=50), st.integers(1, 28), st.integers(0, 27))
def test_opening_plus_in_less_out_plus_corrections_is_closing(
    moves: list[Move], first: int, length: int
) -> None:
    last = min(28, first + length)
    days = (f"2026-11-{first:02}", f"2026-11-{last:02}")
    sheet = turnover(moves, KITCHEN, *days)
    until = holdings(move for move in moves if move.day <= days[1])
    for name, row in sheet.items():
        assert row.balanced
        assert row.closing == until[(KITCHEN, name)]


def test_a_turnover_row_tells_what_happened_by_column() -> None:
    def move(kind: MoveKind, qty: str, value: int, day: str) -> Move:
        return Move(kind, BEEF, *ENDS[kind], Decimal(qty), value, day=day)

    row = turnover(
        [
            move(MoveKind.OPENING, "4.200", 75_600, "2026-11-01"),
            move(MoveKind.RECEIPT, "20.000", 360_000, "2026-11-02"),
            move(MoveKind.SALE, "16.000", 288_000, "2026-11-02"),
            move(MoveKind.SALE_REVERSAL, "0.250", 4_500, "2026-11-02"),
            move(MoveKind.WASTE, "0.600", 10_800, "2026-11-03"),
            move(MoveKind.TRANSFER, "1.000", 18_000, "2026-11-03"),
            move(MoveKind.COST_CORRECTION, "0", 700, "2026-11-03"),
            move(MoveKind.RECEIPT, "9.000", 9, "2026-11-04"),
        ],
        KITCHEN,
        "2026-11-01",
        "2026-11-03",
    )[BEEF]
    assert row.opening == Holding(Decimal("4.200"), 75_600)
    assert row.of(Column.SOLD) == Holding(Decimal("15.750"), 283_500)
    assert row.of(Column.WRITTEN_OFF).qty == Decimal("0.600")
    assert row.of(Column.RECEIVED).qty == Decimal("19.000")
    assert row.of(Column.CORRECTION) == Holding(Decimal("0"), -700)
    assert row.closing.qty == Decimal("6.850")


def test_a_count_with_prepared_goods_shows_the_shortage_at_cost() -> None:
    inside = Decimal("0.500") * Decimal("0.400") / Decimal("1.700")
    found = count_variance(Decimal("6.850"), Decimal("5.900"), inside, Fraction(18_000))
    assert found.actual == Decimal("6.018")
    assert found.qty == Decimal("-0.832")
    assert found.value_minor == -14_976


def test_quantities_keep_three_places_and_lose_nothing_in_silence() -> None:
    assert exact(Fraction(650, 3)) == Decimal("216.667")
    assert exact(Fraction(-1, 2000)) == Decimal("-0.001")
    assert from_milli(to_milli(Decimal("12.345"))) == Decimal("12.345")
    with pytest.raises(ValueError, match="three places"):
        to_milli(Decimal("0.0005"))


def test_a_store_is_a_place_and_the_world_outside_is_not_a_store() -> None:
    assert store_of(KITCHEN) == "kitchen"
    assert store_of(SALES) is None
