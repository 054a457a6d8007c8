"""The card terminal on the pay screen and the cash desk, without a window: each state, one step."""

from dataclasses import replace

import pytest

from pos_app.presenters.flow import Flow
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, PaymentId
from sync_server.domain.menu import CardTerminal
from tests.apps.house import House, served_check, signed_in
from tests.apps.test_cash_desk import SHIFT, desk_of, settle, typed


@pytest.fixture
def house() -> House:
    """An open day, a drawer with a card terminal beside it."""
    made = House()
    terminals = {"1": CardTerminal("ct1", "1", "127.0.0.1", 1, shows_codes=True)}
    made.catalogue = replace(made.catalogue, card_terminals=terminals)
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(SHIFT, "1", 200_000), "taras")
    return made


def asked(house: House, tender: str = "card") -> tuple[Flow, CheckId, PaymentId]:
    """The terminal was asked for all of a check."""
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    flow.act("pay")
    flow.act(f"pay_by:{tender}")
    flow.act("take")
    house.settle()
    (payment_id,) = house.venue.cards
    return flow, check_id, payment_id


def sheet(flow: Flow) -> tuple[str, list[str]]:
    """What the sheet says and offers."""
    shown = flow.view().view.sheet
    return shown.title, [act.id for act in (*shown.choices, shown.cancel)]


def test_the_terminal_is_asked_and_its_approval_ends_the_check(house: House) -> None:
    flow, check_id, payment_id = asked(house)
    assert sheet(flow)[1] == ["card_do:cancel", "card_do:leave"]
    full = house.venue.cards[payment_id].full_minor
    house.do(c.SettleCard(payment_id, "approved", full, 0, "A1"), "")
    house.settle()
    view = flow.view().view
    assert (view.sheet.kind, view.take.id) == ("", "done")
    assert check_id in house.venue.closed


def test_an_unknown_is_never_charged_again_from_here_but_asked_after(house: House) -> None:
    flow, check_id, payment_id = asked(house)
    house.do(c.SettleCard(payment_id, "unknown"), "")
    house.settle()
    assert sheet(flow)[1] == ["card_do:look", "card_do:yes", "card_do:no", "card_do:leave"]
    flow.act("card_do:leave")
    assert flow.view().view.take.enabled is False
    flow.act("back")
    flow.act("pay")
    assert "card_do:look" in sheet(flow)[1]
    flow.act("card_do:look")
    house.settle()
    desk = desk_of(house, "taras", "cards")
    (card,) = desk.view().view.cards
    assert card.stripe == "late"
    desk.act(card.id)
    desk.act("do:yes")
    house.settle()
    assert check_id in house.venue.closed


def test_a_declined_card_can_be_another_card_cash_or_one_charged_elsewhere(house: House) -> None:
    flow, check_id, payment_id = asked(house)
    house.do(c.SettleCard(payment_id, "declined", code="not_reached"), "")
    house.settle()
    title, acts = sheet(flow)
    assert acts[:2] == ["card_do:again", "card_do:hand"]
    assert "0" in title
    flow.act("card_do:hand")
    flow.act("take")
    house.settle()
    assert check_id in house.venue.closed
    assert len(house.venue.cards) == 1


def test_a_refund_of_a_card_that_the_terminal_charged_goes_back_through_it(house: House) -> None:
    _, check_id, payment_id = asked(house)
    full = house.venue.cards[payment_id].full_minor
    house.do(c.SettleCard(payment_id, "approved", full, 0, "A1"), "")
    house.settle()
    desk = desk_of(house, "taras", "checks")
    desk.act(f"open:{check_id}")
    desk.act("do:refund")
    desk.act("confirm")  # all of it
    desk.act(desk.view().view.sheet.choices[0].id)
    desk.act("approver:nadia")
    typed(desk, house.pins["nadia"])
    settle(desk, house)
    (back,) = [each for each in house.venue.cards.values() if each.of]
    assert (back.of, back.original, back.state) == (payment_id, "A1", "pending")


def test_a_code_is_shown_by_the_terminal_and_its_word_ends_the_check(house: House) -> None:
    flow, check_id, payment_id = asked(house, "qr")
    title, acts = sheet(flow)
    assert title.startswith("Код на терміналі")
    assert acts == ["card_do:cancel", "card_do:leave"]
    house.do(c.SettleCard(payment_id, "unknown"), "")
    house.settle()
    assert sheet(flow)[1] == ["card_do:look", "card_do:yes", "card_do:no", "card_do:leave"]
    assert "не відповів" in flow.view().banner.text
    full = house.venue.cards[payment_id].full_minor
    house.do(c.SettleCard(payment_id, "approved", full, 0, "A1"), "")
    house.settle()
    assert flow.view().view.take.id == "done"
    banner = flow.view().banner
    assert ("відповів згодом" in banner.text, banner.token) == (True, "hold")
    assert [paid.tender for paid in house.venue.closed[check_id].payments] == ["qr"]


def test_a_code_that_was_not_paid_is_shown_again_or_paid_on_this_screen(house: House) -> None:
    flow, check_id, payment_id = asked(house, "qr")
    house.do(c.SettleCard(payment_id, "declined", code="declined"), "")
    house.settle()
    assert flow.view().view.sheet.text.startswith("Гість не заплатив")
    flow.act("card_do:hand")
    flow.act("take")
    assert flow.view().view.sheet.kind == "code"
    flow.act("code_do:paid")
    house.settle()
    payments = house.venue.closed[check_id].payments
    assert [(paid.tender, paid.state) for paid in payments] == [("qr", "refused"), ("qr", "done")]
    assert len(house.venue.cards) == 1


def test_a_terminal_that_shows_no_codes_leaves_them_to_this_screen(house: House) -> None:
    house.catalogue = replace(
        house.catalogue, card_terminals={"1": CardTerminal("ct1", "1", "127.0.0.1", 1)}
    )
    flow = signed_in(house, "taras")
    served_check(house, flow)
    for action in ("pay", "pay_by:qr", "take"):
        flow.act(action)
    assert flow.view().view.sheet.kind == "code"
    assert not house.venue.cards
