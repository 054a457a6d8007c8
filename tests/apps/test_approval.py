"""An approval that is asked for at one terminal and given at another, on both their screens."""

import pytest

from sync_server.domain import commands as c
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
    manager.act(banner.act.id)
    house.settle()
    flow.view()
    house.settle()
    (row,) = lines(flow.view())
    assert row.struck
    assert house.venue.requests == {}
    assert manager.view().banner.other is None
