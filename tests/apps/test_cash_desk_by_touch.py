"""The cash desk in a real window: everything by pointer events of the X server."""

from typing import Any

import pytest

from sync_server.domain import commands as c
from sync_server.domain.ids import PaymentId, ShiftId
from tests.apps.house import House
from tests.apps.test_terminal import Hand, hand, house, order, sign_in, tapped

__all__ = ["hand", "house"]
pytestmark = pytest.mark.xdist_group("kivy")


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
