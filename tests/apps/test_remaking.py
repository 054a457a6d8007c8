"""The choices of a dish that the kitchen has, changed by the waiter's taps."""

import pytest

from pos_app.presenters.flow import Flow
from pos_app.presenters.shown import Row
from sync_server.domain import commands as c
from sync_server.domain.checks import totals_of
from tests.apps.house import MINUTE, House
from tests.apps.test_selling import at_table, rows, tapped


@pytest.fixture
def house() -> House:
    """An open day."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    return made


def _fired(house: House, staff_id: str) -> Flow:
    """A ribeye, medium, with the kitchen; its line is picked."""
    flow = at_table(house, staff_id)
    tapped(flow, "tap_item:ribeye", "choose:medium", "add_made", "send")
    house.settle()
    flow.act(_row(flow).id)
    return flow


def _row(flow: Flow) -> Row:
    (found,) = (row for row in rows(flow) if not row.struck)
    return found


def _chosen(house: House) -> list[tuple[str, set[str], set[str]]]:
    """What the cook reads: the state, what is chosen, what of the former choices is gone."""
    return [
        (
            line.state,
            set(line.chosen) - {":side-grilled"},
            set(line.before.chosen if line.before else ()) - set(line.chosen),
        )
        for ticket in house.venue.tickets.values()
        for line in ticket.lines
    ]


def test_a_fresh_dish_is_changed_by_its_choices_and_the_cook_sees_old_and_new(house: House) -> None:
    flow = _fired(house, "olena")
    before = sum(totals_of(check).total_minor for check in house.venue.checks.values())
    tapped(
        flow, "change", "choose:well-done", "choose:sauce-pepper", "choose:sauce-garlic", "add_made"
    )
    assert "кухня бачить зміну" in flow.view().toast.text
    house.settle()
    assert _chosen(house) == [
        ("queued", {":well-done", ":sauce-pepper", ":sauce-garlic"}, {":medium"})
    ]
    old, new = rows(flow)
    assert (old.struck, old.details[0][0]) == (True, "Овочі гриль · Середнє · змінено на інше")
    assert new.details
    (check,) = house.venue.checks.values()
    assert totals_of(check).total_minor > before


def test_once_it_is_begun_the_sheet_asks_why_and_whether_it_was_made(house: House) -> None:
    flow = _fired(house, "nadia")
    house.now_ms += 3 * MINUTE
    tapped(flow, "change", "choose:well-done", "add_made")
    sheet = flow.view().view.sheet
    assert (sheet.title, sheet.confirm.enabled) == ("Змінити: Рібай 300 г", False)
    tapped(flow, "confirm")
    assert _chosen(house) == [("queued", {":medium"}, set())], "nothing without a reason"
    tapped(flow, "reason_tapped:quality", "made_tapped", "confirm")
    house.settle()
    assert _chosen(house) == [("queued", {":well-done"}, {":medium"})]
    (check,) = house.venue.checks.values()
    assert check.voids_count == 1


def test_a_waiter_who_may_not_void_asks_a_colleague_first(house: House) -> None:
    flow = _fired(house, "olena")
    house.now_ms += 3 * MINUTE
    tapped(flow, "change", "choose:well-done", "add_made", "reason_tapped:quality", "confirm")
    assert flow.view().view.sheet.title == "Хто дозволяє?"
    house.settle()
    assert _chosen(house) == [("queued", {":medium"}, set())]


def test_what_only_gets_a_note_stays_the_same_dish(house: House) -> None:
    flow = _fired(house, "olena")
    tapped(flow, "change", "ask_note", "key:x", "confirm", "add_made")
    house.settle()
    assert [row.struck for row in rows(flow)] == [False]


def test_what_is_ready_is_not_changed_but_taken_back_and_ordered_anew(house: House) -> None:
    flow = _fired(house, "nadia")
    tapped(flow, "change", "choose:well-done")
    house.bump_all()
    flow.act("add_made")
    assert "поверн" in flow.view().toast.text
    house.settle()
    assert _chosen(house) == [("ready", {":medium"}, set())]
