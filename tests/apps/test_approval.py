"""An approval that is asked for at one terminal and given at another, on both their screens."""

from collections.abc import Callable

import pytest

from pos_app.presenters.flow import Flow
from sync_server.domain import commands as c
from sync_server.domain.checks import totals_of
from sync_server.domain.ids import ShiftId
from tests.apps.house import House, signed_in
from tests.apps.test_flow import lines, sent_salo


@pytest.fixture
def house() -> House:
    """An open day with a drawer open at the terminal."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(ShiftId("shift"), "1", 200_000), "taras")
    return made


def test_an_approval_is_asked_for_here_and_given_by_a_manager_at_another_terminal(
    house: House,
) -> None:
    flow = signed_in(house)
    sent_salo(house, flow)
    manager = signed_in(house, "nadia")
    flow.act("void")
    flow.act("reason_tapped:too-long")
    flow.act("confirm")
    flow.act("approver:elsewhere")
    assert flow.view().view.sheet.title == "Чекаємо на дозвіл"
    house.settle()
    banner = manager.view().banner
    assert banner.act is not None
    assert banner.other is not None
    assert "Olena" in banner.text
    assert "Сало" in banner.text
    assert "Довго чекали" in banner.text
    manager.act(banner.act.id)
    house.settle()
    flow.view()
    house.settle()
    (row,) = lines(flow.view())
    assert row.struck
    assert house.venue.requests == {}
    assert manager.view().banner.other is None


def asked(house: House, wish: Callable[[Flow], None]) -> tuple[Flow, Flow]:
    """A waiter has asked for something elsewhere, and her terminal was switched off and on."""
    flow = signed_in(house)
    sent_salo(house, flow)
    wish(flow)
    flow.act("approver:elsewhere")
    house.settle()
    return signed_in(house), signed_in(house, "nadia")


def void(flow: Flow) -> None:
    """The line that is picked, because it took too long."""
    flow.act("void")
    flow.act("reason_tapped:too-long")
    flow.act("confirm")


def comp(flow: Flow) -> None:
    """The same, given instead."""
    flow.act("void")
    flow.act("void_as:comp")
    flow.act("reason_tapped:comp-apology")
    flow.act("confirm")


def discount(flow: Flow) -> None:
    """A discount over the waiter's limit, on the check."""
    flow.act("ask_for:discount")
    flow.act("give_discount:staff")


@pytest.mark.parametrize("wish", [void, comp, discount])
def test_after_a_restart_what_was_approved_is_told_and_the_same_tap_takes_it_up(
    house: House, wish: Callable[[Flow], None]
) -> None:
    again, manager = asked(house, wish)
    (check,) = house.venue.checks.values()
    before = totals_of(check).total_minor
    assert "Відповіді ще немає" in again.view().banner.text
    given = manager.view().banner.act
    assert given is not None
    manager.act(given.id)
    house.settle()
    banner = again.view().banner
    assert "Зробіть це ще раз" in banner.text
    assert banner.act is not None
    again.act(banner.act.id)
    if wish is not discount:
        again.act(next(row.id for row in lines(again.view())))
    wish(again)
    again.view()
    house.settle()
    (check,) = house.venue.checks.values()
    assert totals_of(check).total_minor < before
    assert house.venue.requests == {}
    assert not again.view().banner.text


def test_after_a_restart_what_was_asked_can_be_withdrawn_and_the_bill_is_free(
    house: House,
) -> None:
    again, manager = asked(house, void)
    back = again.view().banner.other
    assert back is not None
    again.act(back.id)
    house.settle()
    assert house.venue.requests == {}
    assert not again.view().banner.text
    assert manager.view().banner.other is None
