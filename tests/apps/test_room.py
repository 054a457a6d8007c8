"""What the room screens say and do, without a window: board, tip, limit, two guests of one name,
and the list from which an unclear charge is settled."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from pos_app.presenters.flow import Flow
from pos_app.presenters.room_charge_view import RoomChargeView
from sync_server.domain import commands as c
from sync_server.domain.ids import ChargeId, ShiftId, StaffId
from tests.apps.house import GUESTS, House, served_check, signed_in

HALF_BOARD: dict[str, Any] = {
    **GUESTS[0],
    "allowances": [{"name": "dinner", "groups": ["food"], "left_minor": 20_000}],
}


@pytest.fixture
def house() -> House:
    """An open day with a drawer open at the terminal."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(ShiftId("shift"), "1", 200_000), "taras")
    return made


@pytest.fixture
def at_room(house: House) -> Callable[..., Flow]:
    """The room screen over a served check of 350,00, with these guests found."""

    def found(*guests: dict[str, Any], typed: str = "304") -> Flow:
        flow = signed_in(house)
        served_check(house, flow)
        flow.desk.guests = guests  # type: ignore[attr-defined]
        flow.act("pay")
        flow.act("pay_by:room")
        if typed:
            for figure in typed:
                flow.act(f"key:{figure}")
        flow.desk.finish()  # type: ignore[attr-defined]
        return flow

    return found


def shown(flow: Flow) -> RoomChargeView:
    """The room screen."""
    view = flow.view().view
    assert isinstance(view, RoomChargeView)
    return view


def test_what_the_board_pays_is_shown_and_the_remainder_is_what_the_button_says(
    at_room: Callable[..., Flow],
) -> None:
    view = shown(at_room(HALF_BOARD))
    check, board, folio, tip = view.sums
    assert "вечеря, напівпансіон" in board.label
    assert (check.value, board.value, folio.value) == ("350,00", "–200,00", "150,00")
    assert "150,00" in view.charge.label
    assert (tip.id, tip.value) == ("tip", "0,00 +")


def test_the_whole_is_sent_and_a_tip_stands_apart(
    house: House, at_room: Callable[..., Flow]
) -> None:
    flow = at_room(HALF_BOARD)
    flow.act("tip")
    for figure in ("2", "5", "00"):
        flow.act(f"key:{figure}")
    assert "175,00" in shown(flow).charge.label, "150,00 and the tip"
    flow.act("charge")
    house.settle()
    (charge,) = house.venue.charges.values()
    assert (charge.amount_minor, charge.tip_minor) == (35_000, 2_500)
    assert sum(part.gross_minor for part in charge.request.parts) == 35_000


def test_the_limit_is_compared_with_what_the_guest_will_owe(
    at_room: Callable[..., Flow],
) -> None:
    tight = {**HALF_BOARD, "limit_left_minor": 15_000}
    flow = at_room(tight)
    assert shown(flow).charge.enabled
    flow.act("tip")
    flow.act("key:1")
    view = shown(flow)
    assert "з дозволом" in view.charge.label
    assert "150,00" in view.guests[0].refused
    flow.act("key:back")
    flow.act("part")
    for figure in ("3", "0", "0", "00"):
        flow.act(f"key:{figure}")
    assert "з дозволом" not in shown(flow).charge.label, "a part that fits"


def approved_by_nadia(house: House, flow: Flow) -> None:
    """The manager's PIN at this terminal."""
    flow.act("approver:nadia")
    for figure in house.pins[StaffId("nadia")]:
        flow.act(f"key:{figure}")
    flow.desk.finish()  # type: ignore[attr-defined]
    house.settle()


def test_of_a_guest_with_too_small_a_limit_the_part_that_is_possible_is_offered(
    at_room: Callable[..., Flow],
) -> None:
    flow = at_room({**HALF_BOARD, "limit_left_minor": 10_000})
    flow.act(f"guest:{HALF_BOARD['stay_id']}")
    flow.act("part")
    view = shown(flow)
    assert "100,00" in view.charge.label
    assert view.charge.tone == "go", "within the limit it needs nobody's word"
    flow.act("key:5")
    flow.act("key:00")
    assert shown(flow).entry == "5,00\u00a0₴", "what is typed takes its place"


def test_where_the_tip_alone_is_above_the_limit_no_part_is_offered(
    at_room: Callable[..., Flow],
) -> None:
    flow = at_room({**HALF_BOARD, "limit_left_minor": 10_000})
    flow.act(f"guest:{HALF_BOARD['stay_id']}")
    for action in ("tip", "key:2", "key:00", "key:00", "tip", "part"):
        flow.act(action)
    assert shown(flow).entry == "0,00\u00a0₴"


def test_above_the_limit_it_goes_only_with_a_managers_word(
    house: House, at_room: Callable[..., Flow]
) -> None:
    flow = at_room({**GUESTS[0], "limit_left_minor": 10_000})
    flow.act("guest:s1")
    flow.act("charge")
    house.settle()
    assert house.venue.charges == {}
    assert "понад ліміт" in shown(flow).sheet.text
    approved_by_nadia(house, flow)
    (charge,) = house.venue.charges.values()
    assert charge.request.over_limit
    assert flow.view().screen == "payment"


def charged(house: House, flow: Flow) -> None:
    """The check went to the room; the hotel has not answered."""
    flow.act("charge")
    house.settle()


def cashier_at(house: House, charge_id: ChargeId) -> Flow:
    """The cashier before a charge in the list."""
    cashier = signed_in(house, "taras")
    cashier.place.screen, cashier.place.check_id = "room_list", ""
    cashier.act(f"pick:{charge_id}")
    return cashier


def test_what_the_hotel_refused_for_its_limit_is_charged_all_the_same_by_whoever_may(
    house: House, at_room: Callable[..., Flow]
) -> None:
    charged(house, at_room(GUESTS[0]))
    refused = next(iter(house.venue.charges))
    house.do(c.SettleCharge(refused, "refused", code="over_limit", words="LIMIT"))
    cashier = cashier_at(house, refused)
    assert [act.id for act in cashier.view().view.acts] == ["beyond"]
    cashier.act("beyond")
    approved_by_nadia(house, cashier)
    again = next(one for key, one in house.venue.charges.items() if key != refused)
    assert (again.state, again.amount_minor, again.request.over_limit) == ("pending", 35_000, True)
    cashier.act(f"pick:{refused}")
    assert cashier.view().view.acts == (), "the check owes nothing more"


def test_a_cashier_takes_a_charge_back_with_a_managers_word(
    house: House, at_room: Callable[..., Flow]
) -> None:
    charged(house, at_room(GUESTS[0]))
    charge_id = next(iter(house.venue.charges))
    house.do(c.SettleCharge(charge_id, "posted", "F-7"))
    cashier = cashier_at(house, charge_id)
    cashier.act("take_back")
    cashier.act(cashier.view().view.acts[0].id)
    assert len(house.venue.charges) == 1, "350,00 is above a cashier's limit"
    approved_by_nadia(house, cashier)
    assert [one.reverses for one in house.venue.charges.values()] == ["", charge_id]


def test_a_barred_guest_may_eat_what_is_prepaid_and_not_a_coin_more(
    at_room: Callable[..., Flow],
) -> None:
    allowance = {"name": "dinner", "groups": ["food"], "left_minor": 35_000}
    barred = {**HALF_BOARD, "no_post": True, "allowances": [allowance]}
    flow = at_room(barred)
    assert shown(flow).charge.enabled
    assert "За харчуванням" in shown(flow).charge.label
    allowance["left_minor"] = 34_999
    assert not shown(flow).charge.enabled


def test_two_guests_of_one_name_are_told_apart_and_nobody_is_picked_for_the_waiter(
    at_room: Callable[..., Flow],
) -> None:
    namesake = {**HALF_BOARD, "stay_id": "s9", "departure": "2026-11-30"}
    view = shown(at_room(HALF_BOARD, namesake))
    assert [guest.selected for guest in view.guests] == [False, False]
    assert view.guests[0].stay != view.guests[1].stay
    assert not view.charge.enabled


def test_a_list_that_was_cut_says_so(at_room: Callable[..., Flow]) -> None:
    many = [{**HALF_BOARD, "stay_id": f"s{n}"} for n in range(9)]
    view = shown(at_room(*many))
    assert len(view.guests) == 4
    assert "5" in view.message


def test_a_key_card_finds_its_holder(at_room: Callable[..., Flow]) -> None:
    flow = at_room({**HALF_BOARD, "name": "k20116356"}, typed="")
    flow.act("scanned:K20116356")
    flow.desk.finish()  # type: ignore[attr-defined]
    assert [guest.selected for guest in shown(flow).guests] == [True]


@pytest.mark.parametrize("there", [True, False])
def test_an_unclear_charge_is_settled_by_somebody_who_looked(
    house: House, at_room: Callable[..., Flow], there: bool
) -> None:
    flow = at_room(HALF_BOARD)
    flow.act("charge")
    house.settle()
    charge_id = next(iter(house.venue.charges))
    house.do(c.SettleCharge(charge_id, "unknown"))
    manager = signed_in(house, "nadia")
    manager.place.screen = "shift"
    manager.view()
    manager.act("rooms")
    (card,) = manager.view().view.cards
    assert "304" in card.title
    manager.act(card.id)
    view = manager.view().view
    assert "рахунок номера" in view.step
    assert [act.id for act in view.acts] == ["on_folio", "not_on_folio"]
    manager.act("on_folio" if there else "not_on_folio")
    house.settle()
    charge = house.venue.charges[charge_id]
    assert (charge.state, charge.attempt) == (("posted", 1) if there else ("pending", 2))
    assert [act.id for act in manager.view().view.acts] == (["take_back"] if there else [])
    manager.act("back")
    assert manager.view().screen == "shift"


def test_a_posted_charge_is_taken_back_with_a_reason_as_an_entry_of_its_own(
    house: House, at_room: Callable[..., Flow]
) -> None:
    flow = at_room(HALF_BOARD)
    flow.act("charge")
    house.settle()
    charge_id = next(iter(house.venue.charges))
    house.do(c.SettleCharge(charge_id, "posted", "F-7"))
    manager = signed_in(house, "nadia")
    manager.place.screen, manager.place.check_id = "room_list", ""
    manager.act(f"pick:{charge_id}")
    assert [act.id for act in manager.view().view.acts] == ["take_back"]
    manager.act("take_back")
    assert manager.view().view.step == "Чому повертаємо?"
    manager.act(manager.view().view.acts[0].id)
    house.settle()
    original, reversal = house.venue.charges.values()
    assert (reversal.reverses, reversal.state) == (original.charge_id, "pending")
    assert reversal.amount_minor == -original.amount_minor
    house.do(c.SettleCharge(reversal.charge_id, "posted", "F-8"))
    manager.act(f"pick:{charge_id}")
    assert manager.view().view.acts == (), "once is enough"


def test_a_refusal_is_said_in_the_persons_language_with_the_hotels_own_words(
    house: House, at_room: Callable[..., Flow]
) -> None:
    flow = at_room(HALF_BOARD)
    flow.act("charge")
    house.settle()
    charge_id = next(iter(house.venue.charges))
    house.do(c.SettleCharge(charge_id, "refused", code="checked_out", words="GUEST LEFT"))
    house.settle()
    told = flow.view().banner.text
    assert "гість уже виселився; візьміть готівку або картку" in told
    assert "(GUEST LEFT)" in told
    assert replace(house.venue.charges[charge_id]).state == "refused"


def test_the_day_beside_the_hotels_sums_names_the_difference(house: House) -> None:
    manager = signed_in(house, "nadia")
    manager.place.screen = "room_list"
    presenter: Any = manager.presenter("room_list")
    told = {
        "groups": [["food", 30_000], ["service", 3_000]],
        "tips_minor": 500,
        "posted_minor": 33_500,
        "hotel_minor": 33_000,
        "difference_minor": -500,
        "unclear_minor": 0,
    }
    presenter.compared = told
    view = manager.view().view
    assert view.step == "Різниця"
    shown_sums = [row.value.replace("\u00a0", " ") for row in view.rows]
    assert shown_sums[-3:] == ["335,00 ₴", "330,00 ₴", "–5,00 ₴"]
    presenter.compared = {**told, "hotel_minor": -1}
    assert "звітом" in manager.view().view.step


def test_a_hotel_without_sums_is_compared_charge_by_charge_on_any_day(house: House) -> None:
    manager = signed_in(house, "nadia")
    manager.place.screen = "room_list"
    desk: Any = manager.desk
    odd = {
        **{"charge_id": "x", "why": "only_hotel", "number": "A-7", "room": "304"},
        **{"guest": "Марія", "amount_minor": 70_000, "at_ms": house.now_ms},
    }
    sums = {"groups": [], "tips_minor": 0, "posted_minor": 0, "unclear_minor": 0}
    desk.answers["hotel_day"] = {
        **sums,
        **{"one_by_one": True, "hotel_minor": 70_000, "difference_minor": 70_000},
        "exceptions": [odd],
    }
    manager.act("compare")
    desk.finish()
    view = manager.view().view
    assert view.step.startswith("Готель сум не повідомляє, тож кожне нарахування звірено")
    assert [row.label for row in view.rows][-2:] == ["За його відповідями", "Різниця"]
    (card,) = view.cards
    assert ("Марія" in card.title, "є лише в готелі" in card.lines[0]) == (True, True)
    manager.act("state_total")
    for figure in ("6", "9", "5", "00"):
        manager.act(f"key:{figure}")
    manager.act("confirm")
    desk.answers["hotel_day"] = {
        **{**sums, "posted_minor": 70_000, "stated": True},
        **{"hotel_minor": 69_500, "difference_minor": -500},
    }
    desk.finish()
    assert desk.questions[-1][1]["stated_minor"] == 69_500
    stated = manager.view().view
    assert stated.step == "Різниця"
    assert stated.rows[-2].label == "За звітом готелю"
    assert not manager.view().view.sheet.confirm.id
    manager.act("compare_by:-1")
    desk.finish()
    assert [asked["day"] for _, asked in desk.questions] == [
        "2026-11-21",
        "2026-11-21",
        "2026-11-20",
    ]
    assert manager.view().view.title.endswith("20 лист. 2026")
