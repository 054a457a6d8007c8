"""An evening at the terminal without a window: what is paid, and the drawer.

Its neighbour `test_flow` orders; presenters on the demo venue and the real domain, no Kivy.
"""

import pytest

from sync_server.domain import commands as c
from sync_server.domain.ids import ShiftId
from tests.apps.house import House, served_check, signed_in


@pytest.fixture
def house() -> House:
    """An open day with a drawer open at the terminal."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(ShiftId("shift"), "1", 200_000), "taras")
    return made


def test_an_equal_share_chosen_at_the_till_is_what_the_room_is_charged(house: House) -> None:
    flow = signed_in(house)
    served_check(house, flow)
    flow.act("pay")
    flow.act("split_by:equal")
    part = flow.view().view.left_amount
    flow.act("pay_by:room")
    for figure in "304":
        flow.act(f"key:{figure}")
    flow.desk.finish()  # type: ignore[attr-defined]
    shown = flow.view().view
    assert part in shown.charge.label
    assert shown.options[0].label == f"Частина: {part}"
    assert "напівпансіон" in shown.guests[0].stay, "the board is a word of the language"
    flow.act("charge")
    house.settle()
    shown = flow.view().view
    assert [act.tone for act in shown.splits] == ["plain", "plain", "plain", "chosen"]


def test_cash_gives_change_and_the_change_stays_on_the_screen(house: House) -> None:
    flow = signed_in(house)
    served_check(house, flow)
    flow.act("pay")
    shown = flow.view().view
    assert shown.left_amount == "350,00\u00a0₴"
    assert [act.label for act in shown.quick] == ["360", "400", "500", "Точно"]
    flow.act("given:50000")
    assert flow.view().view.change.value == "150,00"
    flow.act("take")
    house.settle()
    shown = flow.view().view
    assert (shown.left_label, shown.left_amount) == ("Віддайте решту", "150,00\u00a0₴")
    flow.act("done")
    assert flow.view().screen == "floor"
    assert house.venue.checks == {}


def test_half_goes_to_a_room_and_half_is_paid_in_cash(house: House) -> None:
    flow = signed_in(house)
    check_id = served_check(house, flow)
    flow.act("pay")
    flow.act("pay_by:room")
    for figure in "304":
        flow.act(f"key:{figure}")
    flow.desk.finish()  # type: ignore[attr-defined]
    shown = flow.view().view
    assert [(guest.enabled, guest.selected) for guest in shown.guests] == [
        (True, True),
        (False, False),
    ]
    flow.act("part")
    for figure in ("1", "7", "5", "00"):
        flow.act(f"key:{figure}")
    assert "175,00" in flow.view().view.charge.label
    flow.act("charge")
    house.settle()
    shown = flow.view()
    assert (shown.screen, shown.view.left_amount) == ("payment", "175,00\u00a0₴")
    assert "чекає на відповідь готелю" in shown.view.paid[0].lines[0]
    flow.act("take")
    house.settle()
    charge_id = next(iter(house.venue.charges))
    assert check_id in house.venue.checks, "the hotel has not answered yet"
    house.do(c.SettleCharge(charge_id, "posted", "F-1"))
    assert check_id not in house.venue.checks


def test_seats_pay_apart_and_their_parts_sum_to_the_whole(house: House) -> None:
    flow = signed_in(house)
    flow.act("table:t3")
    for seat, item in ((1, "salo-platter"), (2, "herring-potato")):
        flow.act(f"show_seat:{seat}")
        flow.act(f"tap_item:{item}")
    flow.act("send")
    house.settle()
    flow.act("pay")
    flow.act("split_by:seat")
    shown = flow.view().view
    assert [(part.label, part.note) for part in shown.parts] == [
        ("місце 1", "185"),
        ("місце 2", "165"),
    ]
    flow.act("take")
    house.settle()
    flow.act("split_by:whole")
    assert flow.view().view.left_amount == "165,00\u00a0₴"


def test_paying_before_sending_offers_to_send(house: House) -> None:
    flow = signed_in(house)
    flow.act("table:t3")
    flow.act("tap_item:salo-platter")
    flow.act("pay")
    shown = flow.view()
    assert shown.screen == "order"
    assert shown.toast.act is not None
    flow.act(shown.toast.act.id)
    assert flow.view().view.send.enabled is False


def test_without_a_drawer_nothing_can_be_taken_and_the_way_there_is_offered() -> None:
    house = House()
    house.do(c.OpenDay("2026-11-21"))
    flow = signed_in(house)
    served_check(house, flow)
    flow.act("pay")
    assert flow.view().view.take.id == "to_shift"
    flow.act("to_shift")
    shown = flow.view()
    assert shown.screen == "shift"
    for figure in ("2", "00", "00"):
        flow.act(f"key:{figure}")
    flow.act("open_shift")
    house.settle()
    assert house.venue.shift_at("1") is not None
    shown = flow.view()
    assert (shown.screen, shown.view.take.id) == ("payment", "take"), "back at the payment"


def test_the_blind_count_shows_the_expected_cash_only_after_it_is_in(house: House) -> None:
    flow = signed_in(house, "taras")
    flow.act("shift")
    flow.act("go_step:count")
    shown = flow.view().view
    assert "2\u00a0000,00" not in [row.value for row in shown.rows if row.label == "Готівка"]
    for _ in range(2):
        flow.act("more:100000")
    assert flow.view().view.counted.value == "2\u00a0000,00\u00a0₴"
    flow.act("review")
    house.settle()
    shown = flow.view().view
    assert (shown.step, shown.counted.label) == ("review", "Сходиться")
    flow.act("close")
    house.settle()
    shown = flow.view().view
    assert (shown.step, shown.left_title) == ("closed", "Z-звіт № 1")


def test_a_difference_needs_a_reason_before_the_shift_closes(house: House) -> None:
    flow = signed_in(house, "taras")
    flow.act("shift")
    flow.act("go_step:count")
    for face in ("more:50000", "more:100000", "more:100000"):
        flow.act(face)
        house.now_ms += 1_000
        flow.act("review")
        house.settle()
        shown = flow.view().view
        if face == "more:50000":
            assert "ще раз" in flow.view().toast.text, "how far it is off is not told"
            assert (shown.step, shown.counted.value) == ("count", "0,00\u00a0₴")
            flow.act("go_step:review")
            assert flow.view().view.step == "count", "nor shown on any way around"
    assert (shown.counted.label, shown.main.enabled) == ("Нестача", False)
    flow.act(shown.left_cards[0].id)
    assert flow.view().view.main.enabled
    flow.act("close")
    house.settle()
    assert house.venue.shifts[ShiftId("shift")].over_minor == -100_000
