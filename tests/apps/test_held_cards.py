"""Cards and codes before a reader where money is taken: vouchers, house accounts, questions."""

from dataclasses import replace

import pytest

from pos_app.presenters.flow import Flow
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, PaymentId
from tests.apps.house import House, HouseDesk, served_check, signed_in
from tests.apps.test_cash_desk import SHIFT, desk_of, settle, typed

GIFT, COMPANY = "GIFT-7", "HOUSE-2001"


@pytest.fixture
def house() -> House:
    """An open day and drawer; a gift card of 100.00 is out, two companies have cards."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(SHIFT, "1", 200_000), "taras")
    made.do(c.SellVoucher(GIFT, "gift", PaymentId("v"), SHIFT, "card", 10_000), "taras")
    return made


@pytest.mark.parametrize("reader", ["card", "barcode", "scanned"])
def test_a_check_is_paid_by_what_is_held_before_any_reader(house: House, reader: str) -> None:
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    flow.act("pay")
    flow.act("pay_by:voucher")
    flow.act(f"{reader}: {GIFT.lower()} ")
    assert flow.view().view.take.label == "Сертифікатом 100,00\u00a0₴"
    flow.act("take")
    settle(flow, house)
    house.now_ms += 1_000
    flow.act(f"{reader}:{COMPANY.lower()}")
    flow.act("take")
    settle(flow, house)
    paid = [(p.tender, p.amount_minor) for p in house.venue.closed[check_id].payments]
    assert paid == [("voucher", 10_000), ("account", 25_000)]
    assert house.venue.owed == {"dnipro": 25_000}
    assert flow.desk.me == "taras"


def test_the_cash_desk_shows_whose_card_is_held_and_sells_an_empty_one(house: House) -> None:
    flow = desk_of(house, "taras", "drawer")
    flow.act(f"card:{GIFT}")
    assert flow.view().view.side_title == GIFT
    flow.act(f"card:{COMPANY}")
    settle(flow, house)
    assert "Дніпро" in flow.view().view.side_title
    flow.act("tab_tapped:vouchers")
    flow.act("do:gift")
    flow.act("card:EMPTY-99")
    typed(flow, "50000")
    for action in ("confirm", "confirm", "pick:card"):
        flow.act(action)
    settle(flow, house)
    assert house.venue.vouchers["EMPTY-99"].left_minor == 50_000
    flow.act(f"card:{COMPANY}")
    flow.act("do:pay")
    typed(flow, "20000")
    for action in ("confirm", "pick:voucher", "card:empty-99"):
        flow.act(action)
    settle(flow, house)
    assert (house.venue.owed["dnipro"], house.venue.vouchers["EMPTY-99"].left_minor) == (
        -20_000,
        30_000,
    )


def test_a_colleagues_card_still_signs_in_and_a_sum_is_never_typed_by_a_reader() -> None:
    house = House()
    house.do(c.OpenDay("2026-11-21"))
    house.do(c.OpenShift(SHIFT, "1", 200_000), "taras")
    desk = HouseDesk(house, "taras", cards={"04A1B2": "olena"})
    flow = Flow(desk)
    flow.place.screen = "floor"
    served_check(house, flow)
    flow.act("pay")
    flow.act("barcode:NOPE")
    assert "NOPE" in flow.view().toast.text
    for action in ("card:04A1B2", "scanned:04A1B2"):
        desk.me = "taras"
        flow.view()
        flow.act(action)
        settle(flow, house)
        assert (desk.me, flow.view().screen) == ("olena", "floor")
    flow = desk_of(house, "taras", "drawer")
    flow.act("do:in")
    flow.act("barcode:12345")
    assert not flow.presenter("cash_desk").asking.typed  # type: ignore[attr-defined]


def test_a_card_that_two_accounts_claim_charges_neither(house: House) -> None:
    accounts = house.catalogue.accounts
    accounts["podil"] = replace(accounts["podil"], cards=(COMPANY,))
    flow = signed_in(house, "taras")
    served_check(house, flow)
    flow.act("pay")
    flow.act(f"barcode:{COMPANY}")
    assert COMPANY in flow.view().toast.text
    assert flow.view().view.take.label.startswith("Прийняти готівку")


def test_a_finger_that_comes_after_another_tab_did_does_nothing(house: House) -> None:
    flow = desk_of(house, "taras", "drawer")
    for tab in ("checks", "cards", "accounts", "suspense", "reports", "journal", "people"):
        flow.act(f"tab_tapped:{tab}")
        for late in ("gift", "older", "refund", "look", "close_day", "no_such_thing"):
            flow.act(f"do:{late}")
            assert not flow.view().view.sheet.kind
