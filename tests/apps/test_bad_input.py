"""What goes wrong at a terminal: a sentence and the next step, and the draft is kept.

Presenters on the demo venue and the real domain; there is no Kivy here. Its neighbours on a real
window are in `test_terminal`.
"""

from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest

from pos_app.desk import Link
from pos_app.presenters.flow import Flow
from pos_app.presenters.shown import Act
from sync_server.domain import commands as c
from sync_server.domain.checks import totals_of
from sync_server.domain.ids import ShiftId, StaffId
from tests.apps.house import MINUTE, House, HouseDesk
from tests.apps.test_selling import tapped, typed


@pytest.fixture
def house() -> House:
    """An open day with a drawer open at the terminal."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(ShiftId("shift"), "1", 200_000), "taras")
    return made


def at_table(house: House, staff_id: str = "olena", table: str = "t3") -> Flow:
    """Somebody signed in with a check on a table."""
    flow = Flow(HouseDesk(house, staff_id))
    flow.place.screen = "floor"
    flow.act(f"table:{table}")
    return flow


@pytest.mark.parametrize(
    ("question", "text"),
    [("quantity", "99999"), ("quantity", "0.0001"), ("guests", "9999"), ("note", "щ" * 60)],
)
def test_what_cannot_be_is_said_and_stays_to_be_mended(
    house: House, question: str, text: str
) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:borscht", f"ask_for:{question}")
    typed(flow, text)
    flow.act("confirm")
    if question == "note":
        assert not flow.view().toast.text, "a long note is a note"
        return
    assert flow.view().toast.text
    assert flow.view().view.sheet.entry == text
    assert [row.quantity for row in flow.view().view.rows if row.kind == "line"] == ["1×"]
    flow.act("cancel")
    assert flow.view().view.send.enabled, "and the order goes on"


def discount_of(house: House, flow: Flow, kind: str) -> int:
    tapped(flow, "tap_item:borscht", "ask_for:discount", "give_discount:open")
    tapped(flow, f"discount_kind:{kind}")
    typed(flow, "999999")
    tapped(flow, "confirm", "discount_because:apology")
    house.settle()
    (check,) = house.venue.checks.values()
    totals = totals_of(check)
    assert totals.total_minor == totals.gross_minor - totals.discount_minor
    return totals.discount_minor


def test_an_impossible_percentage_is_not_given_and_can_be_mended(house: House) -> None:
    flow = at_table(house, "nadia")
    assert discount_of(house, flow, "percent") == 0
    assert flow.view().toast.text == "Такої суми бути не може"
    assert flow.view().view.sheet.title == "Чому знижка?"


def test_a_discount_above_the_bill_takes_the_bill_off_and_no_more(house: House) -> None:
    flow = at_table(house, "nadia")
    assert discount_of(house, flow, "sum") == 18500
    assert not flow.view().view.sheet.kind


def test_a_price_that_cannot_be_keeps_its_sheet(house: House) -> None:
    flow = at_table(house, "nadia")
    flow.act("tap_item:open-dish")
    typed(flow, "Торт")
    flow.act("confirm")
    typed(flow, "99999999999")
    tapped(flow, "confirm", "open_at:cold")
    assert flow.view().toast.text
    assert flow.view().view.sheet.text == "Торт"
    assert not [row for row in flow.view().view.rows if row.kind == "line"]


@pytest.mark.parametrize("item", ["ribeye", "business-lunch", "trout-weight"])
def test_a_dish_that_vanishes_while_its_sheet_is_open_leaves_the_order_alone(
    house: House, item: str
) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:borscht", f"tap_item:{item}")
    assert flow.view().view.side != "menu"
    items = {key: one for key, one in house.catalogue.items.items() if key != item}
    house.catalogue = replace(house.catalogue, items=items, number=2)
    assert flow.view().view.total.value, "it is still drawn"
    tapped(flow, "choose:medium", "add_made", "key:4", "key:3", "confirm", "add_made")
    assert flow.view().view is not None
    tapped(flow, "cancel", "cancel", "send")
    house.settle()
    (check,) = house.venue.checks.values()
    assert [line.item_id for line in check.lines] == ["borscht"]
    assert flow.view().view.side == "menu"


def test_an_open_choice_says_which_and_a_scanned_bottle_waits_for_its_answer(
    house: House,
) -> None:
    flow = at_table(house)
    flow.act("tap_item:ribeye")
    add = flow.view().view.modifiers.add
    assert not add.enabled
    assert add.label, "it names the choice that is missing"
    bottle = next(item for item in house.catalogue.items.values() if item.barcode)
    flow.act(f"scanned:{bottle.barcode}")
    assert "скануйте знову" in flow.view().toast.text
    assert flow.view().view.side == "modifiers", "the steak is still being made"
    tapped(flow, "choose:medium", "add_made", "ask_for:note")
    typed(flow, "без")
    flow.act(f"barcode:{bottle.barcode}")
    assert flow.view().view.sheet.entry == "без"
    tapped(flow, "confirm", f"scanned:{bottle.barcode}")
    rows = [row for row in flow.view().view.rows if row.kind == "line"]
    assert len(rows) == 2


def test_what_is_missing_is_named_in_ones_own_language(house: House) -> None:
    flow = at_table(house)
    flow.act("tap_item:ribeye")
    flow.desk.prefer(language="en")
    assert flow.view().view.modifiers.add.label.startswith("Doneness")
    tapped(flow, "cancel", "tap_item:business-lunch")
    assert "Soup" in flow.view().view.modifiers.add.label


def acts_of(view: Any) -> list[str]:
    """What could be tapped, wherever it stands in a view-model."""
    if isinstance(view, Act):
        return [view.id] if view.id and view.enabled else []
    if is_dataclass(view):
        named = str(getattr(view, "id", "")) if getattr(view, "enabled", True) else ""
        return [named] * bool(named) + [
            x for field in fields(view) for x in acts_of(getattr(view, field.name))
        ]
    if isinstance(view, tuple):
        return [x for one in view for x in acts_of(one)]
    return []


def test_a_second_tap_on_every_button_breaks_nothing_and_sends_nothing_twice(
    house: House,
) -> None:
    flow = at_table(house, "nadia")
    tapped(flow, "tap_item:borscht", "tap_item:saperavi", "send", "tap_item:deruny")
    house.settle()
    check_id = flow.place.check_id
    sent = sum(len(ticket.lines) for ticket in house.venue.tickets.values())
    tried: set[tuple[str, str]] = set()
    for screen in ("order", "split", "floor", "payment", "settings", "cash_desk", "shift"):
        while True:
            flow.place.screen, flow.place.check_id = screen, check_id
            here = {(screen, action) for action in acts_of(flow.view().view)}
            fresh = sorted(x for x in here - tried if x[1].partition(":")[0] not in _LASTING)
            if not fresh:
                break
            tried.add(fresh[0])
            tapped(flow, fresh[0][1], fresh[0][1])
            flow.desk.finish()  # type: ignore[attr-defined]
            assert flow.view().screen
    house.settle()
    assert len(tried) > 150
    firsts = {line.kitchen_id for x in house.venue.checks.values() for line in x.lines if line.sent}
    told = [line.line_id for ticket in house.venue.tickets.values() for line in ticket.lines]
    assert sorted(told) == sorted(set(told)), "the kitchen has each line once"
    assert sent <= len(told)
    assert firsts <= set(told)


_LASTING = {"take", "lock", "switch", "count_done", "close_shift", "send", "tap_item", "abandon"}
"""What ends the work on the check, each tried twice in a test of its own."""


def test_two_waiters_without_the_server_on_one_table_lose_nothing_and_are_led_on(
    house: House,
) -> None:
    flows: list[Flow] = []
    for staff_id in ("nadia", "olena"):
        desk = HouseDesk(house, staff_id, link=Link("offline"), number=500 + len(flows) * 100)
        flow = Flow(desk)
        flow.place.screen = "floor"
        tapped(flow, "table:t3", "tap_item:borscht", "tap_item:deruny", "send")
        flows.append(flow)
    first, second = flows
    house.settle()
    assert len(house.venue.checks) == 2, "both stand"
    assert sum(len(ticket.lines) for ticket in house.venue.tickets.values()) == 4
    assert not first.view().banner.act
    banner = second.view().banner
    assert "Nadia P." in banner.text
    assert "A-0501" in banner.text
    assert banner.act is not None
    assert banner.other is not None
    assert (banner.act.label, banner.other.label) == ("Поруч", "Зрозуміло")
    second.act(banner.act.id)
    assert second.view().screen == "split"
    assert len(second.view().view.bills) == 2
    house.settle()
    assert not house.venue.notices, "it is read"
    tapped(first, "back", "table:t3", "split", "join_all")
    house.settle()
    (check,) = house.venue.checks.values()
    assert [line.item_id for line in check.lines] == ["borscht", "deruny"] * 2
    assert sum(len(ticket.lines) for ticket in house.venue.tickets.values()) == 4


@pytest.mark.parametrize("jump_ms", [24 * 60 * MINUTE, -24 * 60 * MINUTE])
def test_a_clock_that_jumps_a_day_leaves_the_order_its_draft_and_readable_times(
    house: House, jump_ms: int
) -> None:
    flow = Flow(HouseDesk(house, "olena"), lock_after_ms=5 * MINUTE)
    flow.place.screen = "floor"
    tapped(flow, "table:t3", "tap_item:borscht", "send", "tap_item:deruny", "ask_for:note")
    typed(flow, "без")
    house.settle()
    house.now_ms += jump_ms
    if flow.view().screen == "sign_in":
        tapped(flow, "person_tapped:olena", *(f"key:{x}" for x in house.pins[StaffId("olena")]))
        flow.desk.finish()  # type: ignore[attr-defined]
    assert flow.view().view.sheet.entry == "без", "the question as it was left"
    tapped(flow, "confirm", "send", "back")
    house.settle()
    (check,) = house.venue.checks.values()
    assert [line.sent for line in check.lines] == [True, True]
    tile = next(x for x in flow.view().view.tables if x.id == "table:t3")
    assert not {"-", "\N{MINUS SIGN}", "\N{EN DASH}"} & set(f"{tile.line}{tile.note}{tile.badge}")
