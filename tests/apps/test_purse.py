"""A waiter's own bank: cash that is carried along instead of lying in the terminal's drawer."""

from typing import Any

from pos_app.presenters.flow import Flow
from sync_server.domain import commands as c, events as e
from sync_server.domain.ids import CheckId, NoticeId, PaymentId, ShiftId, StaffId
from sync_server.domain.menu import CardTerminal
from sync_server.domain.outward import effects_of
from sync_server.domain.shifts import purse_of
from sync_server.paper.composing import compose
from sync_server.paper.figures import zone_of
from tests.apps.house import House, HouseDesk, served_check, signed_in
from tests.apps.test_cash_desk_by_touch import touch
from tests.apps.test_terminal import Hand, hand, house, order, sign_in

__all__ = ["hand", "house"]
DRAWER = ShiftId("shift")
OLENAS = purse_of("olena")


def with_purse(house: House, float_minor: int = 50_000) -> Flow:
    """Olena with her own bank, on the floor of a terminal whose drawer is Taras's."""
    house.do(c.OpenShift(ShiftId("purse"), OLENAS, float_minor), "olena")
    return signed_in(house)


def test_a_purse_is_taken_sold_from_counted_and_handed_in_by_touch(
    hand: Hand, house: House
) -> None:
    order(house, "t3", "olena", ["salo-platter", "herring-potato"], 20)
    sign_in(hand)
    hand.tap("Зміна 1")
    hand.tap("Мій гаманець")
    for key in ("5", "00", "00"):
        touch(hand, f"key:{key}")
    hand.rig.shot("real_purse_taken")
    touch(hand, "open_shift")
    house.settle()
    hand.rig.settle()
    touch(hand, "back")
    touch(hand, "table:t3")
    touch(hand, "pay")
    assert hand.sees("гаманець Olena K.")
    touch(hand, "take")
    house.settle()
    hand.rig.settle()
    purse = house.venue.shift_at(OLENAS)
    assert purse is not None
    assert (purse.drawer_minor, house.venue.shifts[DRAWER].drawer_minor) == (85_000, 200_000)
    touch(hand, "done")
    hand.tap("Зміна 2")
    touch(hand, "go_step:count")
    for note in ("500", "200", "100", "50"):
        hand.tap(note)
        touch(hand, "key:1")
    touch(hand, "review")
    house.settle()
    hand.rig.settle()
    hand.rig.shot("real_purse_review")
    assert hand.sees("850,00"), "what she owes the house: her float and the cash she took"
    touch(hand, "close")
    house.settle()
    hand.rig.settle()
    assert house.venue.shift_at(OLENAS) is None
    assert house.venue.shifts[purse.shift_id].z_no == 1
    assert house.venue.shifts[DRAWER].state == "open"


def test_a_purse_stays_over_a_restart_and_goes_to_any_terminal(house: House) -> None:
    flow = with_purse(house)
    check_id = CheckId(served_check(house, flow))
    again = Flow(HouseDesk(house))
    again.act("person_tapped:olena")
    for figure in house.pins[StaffId("olena")]:
        again.act(f"key:{figure}")
    again.desk.finish()  # type: ignore[attr-defined]
    again.act("table:t3")
    again.act("pay")
    again.act("take")
    house.settle()
    assert house.venue.closed[check_id].payments[0].shift_id == "purse"


def test_a_purse_has_no_cable_and_one_holder(house: House) -> None:
    flow = with_purse(house)
    flow.act("shift")
    flow.act("cash_desk")
    shown = flow.view().view
    assert shown.side_title == "Гаманець Olena K."
    assert not next(act for act in shown.actions if act.id == "do:no_sale").enabled
    theirs = house.do(c.OpenShift(ShiftId("x"), purse_of("ihor"), 0), "olena")
    assert getattr(theirs, "code", "") == "not_your_purse"
    taken = c.TakePayment(CheckId("gone"), PaymentId("p"), ShiftId("purse"), "cash", 100, 100)
    house.do(taken, "olena")
    paid = e.PaymentTaken(CheckId("gone"), house.venue.suspense[0].payment)
    kinds = {effect.kind for effect in effects_of(paid, house.venue, house.catalogue)}
    assert "drawer" not in kinds


def test_the_paper_of_a_purse_names_who_carries_it(house: House) -> None:
    with_purse(house)
    house.do(c.CountDrawer(ShiftId("purse"), (c.DenominationCount(50_000, 1),)), "olena")
    house.do(c.CloseShift(ShiftId("purse")), "olena")
    closed = e.ShiftClosed(ShiftId("purse"), 1, StaffId("olena"), house.now_ms, 1, 1, 0, "", 0, 0)
    (job,) = [effect.payload for effect in effects_of(closed, house.venue, house.catalogue)]
    paper = repr(compose(job, house.catalogue, zone_of(house.catalogue)))  # type: ignore[arg-type]
    assert "Гаманець Olena K." in paper
    assert "ГОТІВКА В ГАМАНЦІ" in paper


def test_a_card_goes_through_the_terminals_own_drawer_while_that_is_open(house: House) -> None:
    house.catalogue.card_terminals["1"] = CardTerminal("ct1", "1", "127.0.0.1", 1)
    flow = with_purse(house)
    served_check(house, flow)
    flow.act("pay")
    flow.act("pay_by:card")
    flow.act("take")
    house.settle()
    (asked,) = house.venue.cards.values()
    assert asked.shift_id == DRAWER


def test_a_waiter_hands_over_what_is_hers_though_colleagues_have_checks_too(house: House) -> None:
    order(house, "t5", "ihor", ["salo-platter"], 5)
    flow = with_purse(house)
    mine = CheckId(served_check(house, flow))
    flow.act("back")
    flow.act("shift")
    flow.act("desk_tab:open")
    flow.act("do:hand")
    flow.act("pick:taras")
    flow.desk.finish()  # type: ignore[attr-defined]
    house.settle()
    owners = {check.check_id: check.owner for check in house.venue.checks.values()}
    assert (owners.pop(mine), *owners.values()) == ("taras", "ihor")


def test_before_a_close_everything_that_is_open_leads_to_its_next_step(house: House) -> None:
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    house.catalogue.card_terminals["1"] = CardTerminal("ct1", "1", "127.0.0.1", 1)
    house.do(c.AskCard(check_id, PaymentId("card"), DRAWER, 1_000, 0), "taras")
    house.do(c.TakePayment(CheckId("gone"), PaymentId("lost"), DRAWER, "cash", 5_000, 5_000))
    paper: dict[str, str | int] = {"document": "Чек 7", "printer": "Каса", "reason": ""}
    house.do(c.TellStaff(NoticeId("n"), StaffId("taras"), "print_unknown", paper))
    shown: Any = None
    for tab in ("open", "cards", "suspense"):
        while flow.view().screen != "floor":
            flow.act("back")
        flow.act("shift")
        shown = flow.view().view
        assert [card.id for card in shown.left_cards] == [
            *("desk_tab:open", "desk_tab:cards", "desk_tab:suspense", "", "")
        ]
        flow.act(f"desk_tab:{tab}")
        (chosen,) = (act.id for act in flow.view().view.tabs if act.tone == "chosen")
        assert chosen == f"tab_tapped:{tab}"
    assert shown.left_cards[3].lines == ("Чек 7",)
