"""Costs: the worked numbers of both methods, the split at zero, and a lifetime that must agree."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, strategies as st

from sync_server.domain.costing import (
    METHODS,
    Average,
    Fifo,
    UnitCost,
    abc_classes,
    actual_cost_minor,
    card_price_minor,
    food_cost_bp,
    markup_bp,
)
from sync_server.domain.shelves import revalued
from sync_server.domain.stock import (
    SALES,
    SUPPLIER,
    IngredientId,
    Move,
    MoveKind,
    holdings,
    store_place,
)

KITCHEN, BAR = store_place("kitchen"), store_place("bar")


def kilos(value: str | int) -> Decimal:
    return Decimal(value)


def per_kilo(state: Average) -> Fraction:
    return Fraction(state.value_minor) / Fraction(state.qty)


def test_the_average_moves_with_each_receipt_and_stays_with_each_issue() -> None:
    state = Average().receive(kilos(10), 100_000).state.receive(kilos(5), 65_000).state
    assert per_kilo(state) == 11_000
    issued = state.issue(kilos(6))
    assert issued.value_minor == 66_000
    assert issued.state == Average(kilos(9), 99_000, issued.state.cost)
    state = issued.state.receive(kilos(7), 84_000).state
    assert state.value_minor == 183_000
    assert round(per_kilo(state)) == 11_438


def test_fifo_takes_the_oldest_layers_and_keeps_the_rest() -> None:
    state = Fifo().receive(kilos(10), 100_000).state.receive(kilos(5), 65_000).state
    issued = state.issue(kilos(12))
    assert issued.value_minor == 126_000
    assert (issued.state.qty, issued.state.value_minor) == (kilos(3), 39_000)
    average = Average().receive(kilos(10), 100_000).state.receive(kilos(5), 65_000).state
    assert average.issue(kilos(12)).value_minor == 132_000
    assert average.issue(kilos(12)).state.value_minor == 33_000


def test_a_transfer_keeps_the_layers_of_the_bottles() -> None:
    def move(kind: MoveKind, source: str, target: str, qty: int, value: int, order: int) -> Move:
        place = {"kitchen": KITCHEN, "bar": BAR, "supplier": SUPPLIER, "sales": SALES}
        bottle = IngredientId("bottle")
        return Move(kind, bottle, place[source], place[target], kilos(qty), value, order=order)

    ledger = [
        move(MoveKind.RECEIPT, "supplier", "kitchen", 1, 10_000, 1),
        move(MoveKind.RECEIPT, "supplier", "kitchen", 1, 20_000, 2),
        move(MoveKind.TRANSFER, "kitchen", "bar", 2, 30_000, 3),
        move(MoveKind.SALE, "bar", "sales", 1, 0, 4),
    ]
    assert revalued(ledger, "fifo")[-1].value_minor == 10_000
    assert revalued(ledger, "average")[-1].value_minor == 15_000


@pytest.mark.parametrize(
    ("short", "cost", "arrives", "price", "left", "value", "correction"),
    [
        (25, 1_000, 40, 1_200, 15, 18_000, 5_000),
        (2, 18_000, 5, 19_000, 3, 57_000, 2_000),
        (20, 350, 15, 400, -5, -1_750, 750),
    ],
)
def test_a_shortage_is_covered_at_its_own_cost_and_the_difference_is_shown(
    short: int, cost: int, arrives: int, price: int, left: int, value: int, correction: int
) -> None:
    state = Average(cost=UnitCost(cost, kilos(1))).issue(kilos(short)).state
    arrived = state.receive(kilos(arrives), arrives * price)
    assert (arrived.state.qty, arrived.state.value_minor) == (kilos(left), value)
    assert arrived.correction_minor == correction
    layered = Fifo(cost=UnitCost(cost, kilos(1))).issue(kilos(short)).state
    filled = layered.receive(kilos(arrives), arrives * price)
    assert (filled.state.qty, filled.state.value_minor) == (kilos(left), value)
    assert filled.correction_minor == correction


def test_goods_sold_before_any_price_is_known_go_out_at_nothing_and_say_so() -> None:
    issued = Average().issue(kilos(2))
    assert (issued.value_minor, issued.no_cost) == (0, True)
    arrived = issued.state.receive(kilos(5), 50_000)
    assert (arrived.state.value_minor, arrived.correction_minor) == (30_000, 20_000)


def test_a_store_that_never_had_a_good_prices_it_by_the_last_purchase() -> None:
    wine = IngredientId("wine")
    ledger = [
        Move(MoveKind.RECEIPT, wine, SUPPLIER, KITCHEN, kilos(10), 50_000, order=1),
        Move(MoveKind.SALE, wine, BAR, SALES, kilos(2), 0, order=2),
    ]
    for method in METHODS:
        assert revalued(ledger, method)[-1].value_minor == 10_000


def test_taking_back_a_sale_is_its_exact_opposite() -> None:
    state = Average(kilos(2), 36_000).issue(kilos(5))
    back = state.state.put_back(kilos(5), state.value_minor)
    assert (back.state.qty, back.state.value_minor, back.correction_minor) == (kilos(2), 36_000, 0)


def test_a_late_price_change_without_stock_is_a_correction() -> None:
    assert Average(kilos(2), 100).revalue(50).state.value_minor == 150
    assert Average().revalue(50).correction_minor == 50
    assert Fifo().revalue(50).correction_minor == 50


quantities = st.integers(1, 5_000).map(lambda milli: Decimal(milli).scaleb(-3))
steps = st.lists(st.tuples(st.booleans(), quantities, st.integers(0, 100_000)), max_size=40)


@given(steps)
def test_methods_agree_over_a_lifetime_that_ends_with_empty_shelves(
    history: list[tuple[bool, Decimal, int]],
) -> None:
    spent: dict[str, int] = {}
    for name, empty in METHODS.items():
        state, paid, used = empty(), 0, 0
        for arrives, qty, value in history:
            if arrives:
                received = state.receive(qty, value)
                state, paid = received.state, paid + value
                used += received.correction_minor
            else:
                issued = state.issue(qty)
                state, used = issued.state, used + issued.value_minor
        if state.qty > 0:
            last = state.issue(state.qty)
            state, used = last.state, used + last.value_minor
        elif state.qty < 0:
            received = state.receive(-state.qty, 777)
            state, paid, used = received.state, paid + 777, used + received.correction_minor
        assert (state.qty, state.value_minor) == (kilos(0), 0)
        assert used == paid
        spent[name] = used
    assert spent["average"] == spent["fifo"]


moves = st.lists(
    st.tuples(
        st.sampled_from(["receive", "sell", "transfer", "undo"]),
        st.sampled_from(["beef", "salt"]),
        quantities,
        st.integers(0, 50_000),
    ),
    max_size=40,
)


@given(moves)
def test_every_ledger_priced_anew_keeps_goods_and_sums_to_its_states(
    history: list[tuple[str, str, Decimal, int]],
) -> None:
    ledger: list[Move] = []
    for order, (act, name, qty, value) in enumerate(history, start=1):
        good = IngredientId(name)
        sales = [move for move in ledger if move.kind is MoveKind.SALE]
        if act == "receive":
            ledger.append(Move(MoveKind.RECEIPT, good, SUPPLIER, KITCHEN, qty, value, order=order))
        elif act == "transfer":
            ledger.append(Move(MoveKind.TRANSFER, good, KITCHEN, BAR, qty, 0, order=order))
        elif act == "sell" or not sales:
            ledger.append(Move(MoveKind.SALE, good, KITCHEN, SALES, qty, 0, order=order))
        else:
            sale = sales[-1]
            back = Move(
                MoveKind.SALE_REVERSAL, sale.ingredient_id, SALES, sale.source, sale.qty, 0,
                order=order, undoes=sale.order,
            )  # fmt: skip
            ledger.append(back)
    for method in METHODS:
        priced = revalued(ledger, method)
        for (place, _), held in holdings(priced).items():
            if place in (KITCHEN, BAR) and held.qty == 0:
                assert held.value_minor == 0
        goods = {key: held.qty for key, held in holdings(ledger).items()}
        for key, qty in goods.items():
            assert holdings(priced)[key].qty == qty


def test_food_cost_theoretical_and_actual() -> None:
    assert food_cost_bp(3_150_000, 10_000_000) == 3_150
    used = actual_cost_minor(
        opening=4_800_000, purchases=3_600_000, transfers_in=0, closing=4_750_000,
        gone_elsewhere=200_000,
    )  # fmt: skip
    assert used == 3_450_000
    assert food_cost_bp(used, 10_000_000) == 3_450
    assert food_cost_bp(1_664, 10_000) == 1_664
    assert food_cost_bp(1, 0) is None
    assert markup_bp(10_000, 1_664) == 50_096


def test_a_calculation_card_gives_the_price_with_markup_and_tax() -> None:
    assert card_price_minor(166_444, 100, 25_000, 0, 1) == 5_826
    assert card_price_minor(166_444, 100, 25_000, 2_000, 1) == 6_991
    assert card_price_minor(166_444, 100, 25_000, 2_000, 100) == 7_000


def test_abc_leaves_the_item_that_crosses_a_limit_in_the_higher_class() -> None:
    values = {"a": 5200, "b": 2100, "c": 900, "d": 800, "e": 600, "f": 250, "g": 150, "h": -5}
    assert "".join(abc_classes(values).values()) == "AAABBCCC"
