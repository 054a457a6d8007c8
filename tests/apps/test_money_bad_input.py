"""What a cashier types wrongly about money: a sentence, nothing booked, and the sheet stays.

Without a window; what the server says to the same is in `tests/front_office`.
"""

import pytest

from pos_app.presenters.flow import Flow
from sync_server.domain import commands as c
from sync_server.domain.limits import AMOUNT_MINOR
from tests.apps.house import House, served_check, signed_in
from tests.apps.test_cash_desk import SHIFT, desk_of, paid_check, settle, typed


@pytest.fixture
def house() -> House:
    """An open day with a drawer open at the terminal."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(SHIFT, "1", 200_000), "taras")
    return made


def counted(house: House) -> Flow:
    """Two notes of 1000 are counted and sent, by a finger that taps twice."""
    flow = signed_in(house, "taras")
    for action in ("shift", "go_step:count", "more:100000", "more:100000", "review", "review"):
        flow.act(action)
    settle(flow, house)
    return flow


def test_a_count_that_was_sent_twice_is_one_count(house: House) -> None:
    counted(house)
    shift = house.venue.shifts[SHIFT]
    assert (shift.count_no, shift.counted_minor) == (1, 200_000)


def test_a_sum_has_no_more_figures_than_money_has(house: House) -> None:
    flow = signed_in(house, "taras")
    check = served_check(house, flow)
    flow.act("pay")
    typed(flow, "9" * 30)
    assert int(flow.presenter("payment").typed) <= AMOUNT_MINOR  # type: ignore[attr-defined]
    flow.act("take")
    settle(flow, house)
    taken = house.venue.check(check)
    assert taken is not None
    assert sum(p.amount_minor for p in taken.payments) <= 35_000
    assert house.venue.shifts[SHIFT].drawer_minor <= 200_000 + 35_000


@pytest.mark.parametrize("tab", ["in", "out", "drop"])
def test_nothing_is_no_sum_to_put_in_or_take_out(house: House, tab: str) -> None:
    flow = desk_of(house, "nadia", "drawer")
    before = house.venue.shifts[SHIFT]
    flow.act(f"do:{tab}")
    for action in ("confirm", "key:0", "confirm", "cancel"):
        flow.act(action)
    settle(flow, house)
    assert house.venue.shifts[SHIFT] == before


def test_a_refund_of_more_than_was_paid_is_said_and_changes_nothing(house: House) -> None:
    check_id = paid_check(house, "card")
    flow = desk_of(house, "nadia", "checks")
    flow.act(f"open:{check_id}")
    flow.act("do:refund")
    drawer = house.venue.shifts[SHIFT].drawer_minor
    while flow.view().view.sheet.kind == "choices":
        flow.act(flow.view().view.sheet.choices[0].id)
    typed(flow, "9999999")
    flow.act("confirm")
    for _ in range(4):
        choices = flow.view().view.sheet.choices
        if choices:
            flow.act(choices[0].id)
    settle(flow, house)
    assert flow.view().toast.text
    assert house.venue.shifts[SHIFT].drawer_minor == drawer
    assert not house.venue.closed[check_id].payments[0].refunded_minor
