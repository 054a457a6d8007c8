"""Paying for chosen dishes, by a code on the screen, for a company: at the pay screen.

Without a window but for the last; the rules are tested in `tests/domain`.
"""

from dataclasses import replace
from typing import Any

import pytest

from pos_app.desk import Link
from pos_app.presenters.flow import Flow
from sync_server.domain import commands as c
from sync_server.domain.checks import totals_of
from sync_server.domain.ids import CheckId, PaymentId, StaffId
from sync_server.protocol.replica import read_venue, write_venue
from tests.apps.conftest import Rig
from tests.apps.house import House, served_check, signed_in
from tests.apps.test_cash_desk import SHIFT, desk_of, settle
from tests.apps.test_cash_desk_by_touch import touch
from tests.apps.test_club_cards import window_on
from tests.apps.test_terminal import order, sign_in


@pytest.fixture
def house() -> House:
    """An open day with a drawer open at the terminal."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(SHIFT, "1", 200_000), "taras")
    return made


def at_the_till(house: House, who: str = "taras") -> tuple[Flow, CheckId]:
    """Salo at 185.00 and herring at 165.00, on the pay screen."""
    flow = signed_in(house, who)
    check_id = CheckId(served_check(house, flow))
    flow.act("pay")
    return flow, check_id


def choose(flow: Flow, *names: str) -> None:
    """Tap dishes in the list, by the beginning of their tile."""
    for name in names:
        acts = flow.view().view.sheet.choices
        flow.act(next(act.id for act in acts if name in act.label))


def test_chosen_dishes_are_paid_apart_with_a_receipt_of_their_own_and_then_the_rest(
    house: House,
) -> None:
    flow, whole = at_the_till(house)
    tickets = len(house.venue.tickets)
    flow.act("split_by:item")
    assert not flow.view().view.sheet.confirm.enabled, "nothing is chosen yet"
    choose(flow, "Оселедець")
    assert flow.view().view.sheet.aside == "165,00\xa0₴"
    flow.act("items_do:go")
    settle(flow, house)
    shown = flow.view().view
    assert (shown.left_amount, shown.splits[2].tone) == ("165,00\xa0₴", "chosen")
    part = CheckId(flow.place.check_id)
    flow.act("take")
    settle(flow, house)
    shown = flow.view().view
    assert shown.take.label == "Далі: решта 185,00\xa0₴"
    flow.act("done")
    assert (flow.place.check_id, flow.view().view.left_amount) == (whole, "185,00\xa0₴")
    house.now_ms += 1_000
    flow.act("take")
    settle(flow, house)
    flow.act("done")
    assert flow.view().screen == "floor"
    paid = {key: totals_of(check).total_minor for key, check in house.venue.closed.items()}
    assert paid == {part: 16_500, whole: 18_500}
    assert [line.item_id for line in house.venue.closed[part].live] == ["herring-potato"]
    assert len(house.venue.tickets) == tickets, "the kitchen hears of nothing"


def test_each_tap_takes_one_portion_more_and_going_back_joins_the_bill_again(house: House) -> None:
    flow, whole = at_the_till(house)
    flow.act("back")
    for action in (*("tap_item:beer-light-05",) * 3, "send"):
        flow.act(action)
    house.settle()
    flow.act("pay")
    due = flow.view().view.left_amount
    flow.act("split_by:item")
    choose(flow, "Пиво", "Пиво", "Сало")
    labels = [act.label for act in flow.view().view.sheet.choices]
    assert any(label.startswith("2 з 3") for label in labels), labels
    flow.act("items_do:go")
    settle(flow, house)
    assert len(house.venue.checks) == 2
    flow.act("back")
    settle(flow, house)
    assert (flow.place.check_id, flow.view().screen) == (whole, "payment")
    assert flow.view().view.left_amount == due
    assert list(house.venue.checks) == [whole]
    quantities = sorted(line.qty_milli for line in house.venue.checks[whole].live)
    assert quantities == [1_000, 1_000, 3_000], "one line again"
    flow.act("split_by:item")
    choose(flow, "Пиво", "Пиво", "Пиво", "Пиво")
    assert not flow.view().view.sheet.confirm.enabled, "after the last one none again"
    flow.act("items_do:leave")
    assert flow.view().view.sheet.kind == ""


def test_who_cannot_join_the_bill_again_is_told_and_not_held_on_the_pay_screen(
    house: House,
) -> None:
    flow, whole = at_the_till(house, "olena")
    flow.act("split_by:item")
    choose(flow, "Оселедець")
    flow.act("items_do:go")
    settle(flow, house)
    part = flow.place.check_id
    house.do(c.TransferCheck(whole, StaffId("ihor")), "nadia")
    flow.act("back")
    assert flow.view().toast.text
    assert (flow.view().screen, flow.place.check_id) == ("order", part)
    assert len(house.venue.checks) == 2


def test_what_is_partly_paid_is_not_divided_any_more_and_it_is_said(house: House) -> None:
    flow, whole = at_the_till(house)
    house.do(c.TakePayment(whole, PaymentId("p"), SHIFT, "card", 10_000), "taras")
    flow.act("split_by:item")
    choose(flow, "Сало")
    flow.act("items_do:go")
    assert flow.view().toast.text
    assert list(house.venue.checks) == [whole]


def test_a_code_is_shown_offline_too_and_pays_only_when_the_money_was_seen(house: House) -> None:
    flow, check_id = at_the_till(house)
    flow.desk.link = Link("offline")  # type: ignore[misc]
    for action in ("tip:1000", "pay_by:qr", "take"):
        flow.act(action)
    sheet = flow.view().view.sheet
    number = house.venue.checks[check_id].number
    assert (sheet.kind, sheet.title) == ("code", "QR-оплата 385,00\xa0₴")
    said = f"https://pay.example/vitrylo?sum=385.00&cur=UAH&ref={number}-2111-1"
    assert sheet.entry == said
    flow.act("code_do:leave")
    assert not house.venue.checks[check_id].payments
    house.now_ms += 1_000
    flow.act("take")
    assert flow.view().view.sheet.entry == said, "asked for again it has the same name"
    flow.act("code_do:paid")
    flow.act("code_do:paid")
    settle(flow, house)
    (paid,) = house.venue.closed[check_id].payments
    assert (paid.tender, paid.amount_minor, paid.tip_minor) == ("qr", 35_000, 3_500)
    assert paid.reference == f"{number}-2111-1"
    rows = {pair.label: pair.value for pair in figures_of(house)}
    assert (rows["QR-оплата"], "Картка" in rows) == ("385,00", False), "told apart on X and Z"


def figures_of(house: House) -> Any:
    """The figures beside the drawer."""
    flow = signed_in(house, "taras")
    flow.act("shift")
    return flow.view().view.rows


def test_money_for_a_check_that_was_paid_meanwhile_lies_on_suspense(house: House) -> None:
    flow, check_id = at_the_till(house)
    flow.act("pay_by:qr")
    flow.act("take")
    house.do(c.TakePayment(check_id, PaymentId("p"), SHIFT, "card", 35_000), "nadia")
    assert flow.view().view.sheet.kind == "code", "the guest still looks at it"
    flow.act("code_do:paid")
    settle(flow, house)
    (held,) = house.venue.suspense
    assert (held.payment.tender, held.payment.amount_minor) == ("qr", 35_000)


def test_a_house_without_a_payment_text_has_no_such_tile(house: House) -> None:
    settings = replace(house.catalogue.settings, pay_link="", bill_link="")
    house.catalogue = replace(house.catalogue, settings=settings)
    flow, _ = at_the_till(house)
    shown = flow.view().view
    assert "pay_by:qr" not in [act.id for act in shown.tenders]
    assert "with_receipt:qr" not in [act.id for act in shown.receipts]


def test_tips_are_those_of_the_house(house: House) -> None:
    settings = replace(house.catalogue.settings, tips_bp=(700, 1_250))
    house.catalogue = replace(house.catalogue, settings=settings)
    flow, _ = at_the_till(house)
    labels = [act.label for act in flow.view().view.tips]
    assert labels == ["Без", "7\xa0%", "12,5\xa0%", "Інше…"]


def test_money_that_never_came_is_corrected_into_what_it_was(house: House) -> None:
    flow, check_id = at_the_till(house)
    for action in ("pay_by:qr", "take", "code_do:paid"):
        flow.act(action)
    settle(flow, house)
    flow = desk_of(house, "nadia", "checks")
    flow.act(f"open:{check_id}")
    flow.act("do:correct")
    assert [act.id for act in flow.view().view.sheet.choices] == ["pick:cash", "pick:card"]
    flow.act("pick:cash")
    for key in "йц":
        flow.act(f"key:{key}")
    flow.act("confirm")
    settle(flow, house)
    last = house.venue.closed[check_id].payments[-1]
    assert (last.tender, last.amount_minor) == ("cash", 35_000)


def test_the_bill_is_shown_as_a_code_instead_of_paper(house: House) -> None:
    flow, check_id = at_the_till(house)
    flow.act("with_receipt:qr")
    flow.act("take")
    settle(flow, house)
    sheet = flow.view().view.sheet
    assert sheet.kind == "code"
    assert "sum=350%2C00" in sheet.entry
    assert not house.venue.closed[check_id].payments[0].receipt
    flow.act("code_do:leave")
    assert flow.view().view.take.id == "done"


def test_a_company_gets_its_invoice_when_all_is_paid(house: House) -> None:
    flow, check_id = at_the_till(house)
    desk: Any = flow.desk
    desk.answers["check_invoice"] = {}
    flow.act("with_receipt:invoice")
    for key in "дп":
        flow.act(f"key:{key}")
    flow.act("confirm")
    for key in "4000":
        flow.act(f"key:{key}")
    flow.act("confirm")
    assert "Рахунок-фактура" in flow.view().toast.text
    assert not desk.questions, "nothing before the money"
    desk.link = Link("offline")
    flow.act("take")
    settle(flow, house)
    flow.view()
    desk.finish()
    assert not desk.questions, "only the server numbers it"
    desk.link = Link()
    flow.view()
    desk.finish()
    about = {"check_id": check_id, "buyer": "дп", "buyer_code": "4000"}
    assert desk.questions == [("check_invoice", about)]
    assert "друк" in flow.view().toast.text.casefold()
    flow.view()
    assert len(desk.questions) == 1


def test_who_leaves_before_the_invoice_is_told_where_it_can_be_had(house: House) -> None:
    flow, _ = at_the_till(house)
    flow.act("with_receipt:invoice")
    for action in ("key:д", "confirm", "confirm"):
        flow.act(action)
    flow.desk.link = Link("offline")  # type: ignore[misc]
    flow.act("take")
    settle(flow, house)
    flow.act("done")
    assert "Закриті чеки" in flow.view().toast.text


def test_dishes_chosen_by_touch_outlive_a_restart_and_are_paid_by_the_code(
    rig: Rig, house: House
) -> None:
    order(house, "t3", "taras", ["salo-platter", "herring-potato", "borscht"], 20)
    hand, bridge = window_on(rig, house)
    sign_in(hand, "Taras D.", "7183")
    touch(hand, "table:t3")
    touch(hand, "pay")
    rig.shot("real_pay")
    touch(hand, "split_by:item")
    line = next(x for x in house.venue.checks.values()).live[0]
    touch(hand, f"items_do:line/{line.line_id}")
    rig.shot("real_pay_items")
    touch(hand, "items_do:go")
    house.settle()
    rig.settle()
    bridge.stop()
    rig.clear()
    part = CheckId(list(house.venue.checks)[-1])
    house.venue, house.desks = read_venue(write_venue(house.venue)), []
    hand, bridge = window_on(rig, house)
    sign_in(hand, "Taras D.", "7183")
    touch(hand, "table:t3")
    if not hand.sees("1 з 2"):
        touch(hand, "next_check")
    touch(hand, "pay")
    touch(hand, "pay_by:qr")
    touch(hand, "take")
    rig.shot("real_pay_code")
    touch(hand, "code_do:paid")
    house.settle()
    rig.settle()
    rig.shot("real_pay_done")
    assert [p.tender for p in house.venue.closed[part].payments] == ["qr"]
    bridge.stop()
