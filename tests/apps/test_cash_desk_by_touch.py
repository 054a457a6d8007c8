"""The cash desk in a real window: everything by pointer events of the X server."""

from dataclasses import replace
from typing import Any

from sync_server.domain import commands as c
from sync_server.domain.ids import PaymentId, ShiftId
from sync_server.domain.menu import CardTerminal
from tests.apps.house import House
from tests.apps.test_terminal import Hand, hand, house, order, sign_in, tapped

__all__ = ["hand", "house"]


def touch(hand: Hand, action: str) -> None:
    """Touch what means this action."""
    hand.rig.settle()
    widget: Any = next(w for w in hand.stage.walk() if tapped(w) == action)
    hand.rig.tap(widget)
    hand.desk.finish()
    hand.rig.settle()


def test_a_voucher_is_sold_and_a_check_refunded_by_touch(hand: Hand, house: House) -> None:
    check_id = order(house, "t3", "taras", ["salo-platter"], 20)
    paid = c.TakePayment(check_id, PaymentId("p"), ShiftId("shift"), "cash", 18_500, 20_000)
    house.do(paid, "taras")
    sign_in(hand, "Taras D.", "7183")
    hand.tap("Зміна 1")
    hand.tap("Каса")
    hand.rig.shot("real_cash_desk")
    hand.tap("Сертифікати")
    hand.tap("Продати сертифікат")
    hand.rig.shot("real_cash_desk_code")
    hand.tap("Далі")
    for key in ("5", "0", "0", "00"):
        touch(hand, f"key:{key}")
    hand.rig.shot("real_cash_desk_sum")
    hand.tap("Далі")
    hand.tap("Далі")
    touch(hand, "pick:cash")
    house.settle()
    hand.rig.settle()
    assert [voucher.left_minor for voucher in house.venue.vouchers.values()] == [50_000]
    hand.tap("Закриті чеки")
    touch(hand, f"open:{check_id}")
    hand.rig.shot("real_cash_desk_check")
    hand.tap("Повернути")
    hand.tap("Далі")
    hand.rig.shot("real_cash_desk_reason")
    reason = next(w for w in hand.stage.walk() if tapped(w).startswith("pick:"))
    hand.rig.tap(reason)
    house.settle()
    hand.rig.settle()
    assert house.venue.closed[check_id].payments[0].refunded_minor == 18_500
    hand.rig.shot("real_cash_desk_refunded")


def test_a_card_that_nobody_knows_of_is_settled_by_touch_and_never_charged_again(
    hand: Hand, house: House
) -> None:
    terminals = {"1": CardTerminal("ct1", "1", "127.0.0.1", 1)}
    house.catalogue = replace(house.catalogue, card_terminals=terminals)
    for desk in house.desks:
        desk.refreshed()
    order(house, "t3", "taras", ["salo-platter"], 20)
    sign_in(hand, "Taras D.", "7183")
    touch(hand, "table:t3")
    touch(hand, "pay")
    touch(hand, "pay_by:card")
    touch(hand, "take")
    house.settle()
    hand.rig.settle()
    hand.rig.shot("real_card_waits")
    (payment_id,) = house.venue.cards
    house.do(c.SettleCard(payment_id, "unknown"), "")
    hand.rig.settle()
    hand.rig.shot("real_card_unknown")
    touch(hand, "card_do:look")
    house.settle()
    house.do(c.SettleCard(payment_id, "declined", code="declined", words="NOT SUFFICIENT"), "")
    hand.rig.settle()
    hand.rig.shot("real_card_declined")
    touch(hand, "card_do:again")
    touch(hand, "back")
    touch(hand, "back")
    hand.tap("Зміна 1")
    hand.tap("Каса")
    hand.tap("Картки")
    touch(hand, f"open:{payment_id}")
    hand.rig.shot("real_cash_desk_cards")
    assert house.venue.cards[payment_id].state == "declined"
    assert len(house.venue.cards) == 1
