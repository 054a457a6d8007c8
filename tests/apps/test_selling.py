"""Selling by the waiter's taps: splits, sets, weights, open items, rounds, comps, quick sales.

The presenters stand on the demo venue and the real domain (`house`); there is no Kivy here.
"""

from dataclasses import replace

import pytest

from pos_app.presenters.flow import Flow
from pos_app.presenters.shown import Act, Row
from sync_server.domain import commands as c
from sync_server.domain.checks import totals_of
from sync_server.domain.ids import ShiftId
from tests.apps.house import MINUTE, House, HouseDesk


@pytest.fixture
def house() -> House:
    """An open day with a drawer open at the terminal."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(ShiftId("shift"), "1", 200_000), "taras")
    return made


def at_table(house: House, staff_id: str = "olena", table: str = "t3") -> Flow:
    """Somebody signed in with a check on a table."""
    flow = Flow(HouseDesk(house))
    flow.act(f"person_tapped:{staff_id}")
    tapped(flow, *(f"key:{figure}" for figure in house.pins[staff_id]))
    flow.desk.finish()  # type: ignore[attr-defined]
    if table:
        flow.act(f"table:{table}")
    return flow


def tapped(flow: Flow, *actions: str) -> None:
    for action in actions:
        flow.act(action)


def typed(flow: Flow, text: str) -> None:
    tapped(flow, *(f"key:{sign}" for sign in text))


def rows(flow: Flow) -> list[Row]:
    return [row for row in flow.view().view.rows if row.kind == "line"]


def ids(acts: tuple[Act, ...]) -> list[str]:
    return [act.id for act in acts]


def sums(flow: Flow) -> list[str]:
    return [bill.total.value for bill in flow.view().view.bills]


def total(house: House) -> int:
    return sum(totals_of(check).total_minor for check in house.venue.checks.values())


def test_a_bottle_is_shared_in_thirds_side_by_side_and_undone(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:saperavi", "tap_item:borscht", "send")
    house.settle()
    fired = len(house.venue.tickets)
    flow.act("split")
    (bill,) = flow.view().view.bills
    wine = next(row for row in bill.rows if "Сапераві" in row.name)
    tapped(flow, wine.id, "ask:share", "share:3")
    house.settle()
    view = flow.view().view
    assert [len(bill.rows) for bill in view.bills] == [2, 1, 1]
    assert [row.quantity for bill in view.bills for row in bill.rows if "Саперав" in row.name] == [
        "⅓",
        "⅓",
        "⅓",
    ]
    assert sums(flow)[1:] == ["166,67\u00a0₴", "166,66\u00a0₴"]
    assert view.head.right[0].label.startswith("суми збігаються")
    assert len(house.venue.tickets) == fired
    flow.act("undo")
    house.settle()
    (bill,) = flow.view().view.bills
    assert [row.quantity for row in bill.rows if "Саперав" in row.name] == ["1×"]
    assert total(house) == 68_500


def test_lines_go_to_another_bill_by_two_taps_and_every_step_comes_back(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "show_seat:1", "tap_item:borscht", "show_seat:2", "tap_item:deruny", "send")
    house.settle()
    flow.act("split")
    flow.act("to:new")
    assert flow.view().toast.text == "Спершу торкніться страв"
    tapped(flow, "by_seat")
    house.settle()
    assert len(flow.view().view.bills) == 2
    tapped(flow, "join_all")
    house.settle()
    assert len(flow.view().view.bills) == 1
    flow.act("undo")
    house.settle()
    assert len(flow.view().view.bills) == 2
    tapped(flow, "undo", "undo")
    house.settle()
    assert total(house) == 39_500
    flow.act("undo")
    assert flow.view().toast.text == "Немає чого повертати"
    flow.act("done")
    assert flow.view().screen == "order"


def test_a_sum_is_split_off_to_the_kopiyka_and_comes_back(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:saperavi", "tap_item:borscht", "send")
    house.settle()
    fired = len(house.venue.tickets)
    tapped(flow, "split", "ask:amount")
    typed(flow, "9000")
    flow.act("confirm")
    assert flow.view().toast.text == "До сплати лише 685,00 ₴"
    assert flow.view().view.sheet.entry == "9000", "what was typed stays"
    tapped(flow, "ask:amount")
    typed(flow, "200.55")
    assert flow.view().view.sheet.aside == "лишиться 484,45 ₴"
    tapped(flow, "confirm", "confirm")
    house.settle()
    assert sums(flow) == ["484,45 ₴", "200,55 ₴"]
    assert len(house.venue.tickets) == fired
    assert [row.quantity for row in flow.view().view.bills[1].rows] == ["0,293×", "0,293×"]
    flow.act("undo")
    house.settle()
    assert sums(flow) == ["685,00 ₴"]


def test_one_of_three_is_voided_with_its_reason_and_the_rest_stays(house: House) -> None:
    flow = at_table(house, "nadia")
    tapped(flow, "tap_item:borscht", "tap_item:borscht", "tap_item:borscht", "send")
    house.settle()
    tapped(flow, rows(flow)[0].id, "void")
    assert (flow.view().view.sheet.aside, flow.view().view.sheet.choices[4].label) == (
        "555,00 ₴",
        "3 з 3",
    )
    tapped(flow, "count_off:turn", "reason_tapped:quality", "made_tapped")
    assert flow.view().view.sheet.aside == "185,00 ₴"
    tapped(flow, "count_off:-1", "confirm", "confirm")
    house.settle()
    (check,) = house.venue.checks.values()
    assert (check.lines[0].qty_milli, totals_of(check).total_minor) == (2_000, 37_000)
    assert "скасовано 1" in rows(flow)[0].details[0][0]
    (ticket,) = house.venue.tickets.values()
    assert ticket.lines[0].qty_milli == 2_000


def test_a_line_by_weight_is_weighed_again_before_it_is_sent(house: House) -> None:
    flow = at_table(house)
    flow.act("tap_item:trout-weight")
    typed(flow, "430")
    flow.act("confirm")
    again = flow.view().view.line_actions
    assert (again[0].enabled, again[1].label) == (False, "Зважити")
    flow.act("ask_for:quantity")
    typed(flow, "99000")
    flow.act("confirm")
    assert flow.view().toast.text, "the impossible is said"
    assert flow.view().view.sheet.entry == "99000"
    tapped(flow, *["key:back"] * 5)
    typed(flow, "515")
    assert flow.view().view.sheet.aside == "695,25 ₴"
    tapped(flow, "confirm", "confirm")
    house.settle()
    (row,) = rows(flow)
    assert (row.quantity, row.price) == ("515 г", "695,25")
    tapped(flow, "send", row.id, "ask_for:quantity")
    assert flow.view().view.sheet.kind == "", "what is sent is voided, not weighed"


def test_picked_lines_go_to_a_free_table_and_an_equal_split_is_paid_apart(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:borscht", "tap_item:deruny", "send")
    house.settle()
    flow.act("split")
    tapped(flow, flow.view().view.bills[0].rows[0].id, "ask:table", "to_table:t7")
    house.settle()
    assert {check.table_id for check in house.venue.checks.values()} == {"t3", "t7"}
    tapped(flow, "ask:equal", "equal:2")
    house.settle()
    assert sums(flow) == ["105,00\u00a0₴", "105,00\u00a0₴"]
    flow.act(flow.view().view.bills[1].pay.id)
    assert flow.view().screen == "payment"


def test_a_set_asks_for_each_part_and_names_what_is_missing(house: House) -> None:
    flow = at_table(house)
    flow.act("tap_item:business-lunch")
    sheet = flow.view().view.modifiers
    assert [group.title for group in sheet.groups] == ["Суп", "Основна страва", "Напій"]
    assert (sheet.add.enabled, sheet.add.label) == (False, "Оберіть у наборі: Суп")
    tapped(flow, "take_part:soup/mushroom-cream", "take_part:main/chicken-kyiv")
    sheet = flow.view().view.modifiers
    assert sheet.add.label == "Оберіть у наборі: Напій"
    side = next(group for group in sheet.groups if "Гарнір" in group.title)
    flow.act(side.choices[1].id)
    flow.act("take_part:drink/uzvar")
    sheet = flow.view().view.modifiers
    assert sheet.price == "364,00\u00a0₴"
    flow.act("add_made")
    flow.act("add_made")
    assert len(rows(flow)) == 3, "a second tap adds nothing"
    tapped(flow, "send")
    house.settle()
    assert {t.station_id for t in house.venue.tickets.values()} == {"hot", "bar"}
    tapped(flow, rows(flow)[0].id, "double")
    house.settle()
    assert len(rows(flow)) == 6, "the same again is the whole set"
    assert total(house) == 72_800


def test_a_nested_choice_opens_its_group_and_closes_with_it(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:ribeye", "choose:medium", "choose:side-salad")
    sheet = flow.view().view.modifiers
    assert "Заправка до салату" in [group.title for group in sheet.groups]
    assert "Заправка" in sheet.add.label
    tapped(flow, "choose:dressing-caesar", "pre_mark:light", "choose:sauce-pepper")
    sheet = flow.view().view.modifiers
    assert sheet.add.enabled
    assert sheet.price == "905,00\u00a0₴"
    tapped(flow, "choose:side-fries", "add_made")
    assert "Соус цезар" not in rows(flow)[0].details[0][0]
    assert "менше: Перцевий" in rows(flow)[0].details[0][0]


def test_a_weighed_dish_is_typed_in_grams_with_its_price_live(house: House) -> None:
    flow = at_table(house)
    flow.act("tap_item:trout-weight")
    typed(flow, "430")
    assert flow.view().view.sheet.aside == "580,50\u00a0₴"
    flow.act("confirm")
    (row,) = rows(flow)
    assert (row.quantity, row.price) == ("430 г", "580,50")
    flow.act("tap_item:trout-weight")
    typed(flow, "99000")
    flow.act("confirm")
    assert flow.view().view.sheet.entry == "99000", "the draft stays"
    assert len(rows(flow)) == 1


def test_an_open_item_is_named_priced_and_sent_with_an_approval(house: House) -> None:
    flow = at_table(house)
    flow.act("tap_item:open-dish")
    typed(flow, "Торт")
    flow.act("confirm")
    typed(flow, "350.50")
    tapped(flow, "confirm", "open_tax_as:vat0", "open_at:cold")
    assert "approver:nadia" in ids(flow.view().view.sheet.choices)
    flow.act("approver:nadia")
    typed(flow, house.pins["nadia"])
    flow.desk.finish()  # type: ignore[attr-defined]
    (row,) = rows(flow)
    assert (row.name, row.price) == ("Торт", "350,50")
    house.settle()
    (check,) = house.venue.checks.values()
    assert (check.lines[0].tax_bp, check.lines[0].station_ids) == (0, ("cold",))


def test_a_course_is_timed_and_says_when(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:ribeye", "choose:medium", "add_made", "ask_for:fire_time")
    flow.act("fire_in:20")
    head = next(row for row in flow.view().view.rows if row.kind == "head")
    assert head.aside == "готувати о 20:02"
    house.settle()
    (check,) = house.venue.checks.values()
    assert check.lines[0].fire_ms == house.now_ms + 20 * MINUTE


def test_a_dish_is_returned_or_given_on_the_house_with_a_reason(house: House) -> None:
    flow = at_table(house, "nadia")
    tapped(flow, "tap_item:borscht", "tap_item:deruny", "send")
    house.settle()
    tapped(flow, rows(flow)[0].id, "void", "void_as:comp")
    assert "reason_tapped:comp-guest" in ids(flow.view().view.sheet.choices)
    tapped(flow, "reason_tapped:comp-guest", "confirm")
    tapped(flow, rows(flow)[1].id, "void", "void_as:return", "reason_tapped:return-cold", "confirm")
    house.settle()
    (check,) = house.venue.checks.values()
    assert totals_of(check).total_minor == 0
    assert [grant.kind for grant in check.grants] == ["comp"]
    assert [line.state for line in check.lines] == ["fired", "void"]
    tapped(flow, "pay")
    house.settle()
    assert (flow.view().screen, house.venue.checks) == ("floor", {})


def test_a_discount_by_hand_asks_value_and_reason_and_may_be_for_one_dish(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:borscht", "tap_item:deruny", "pick:none")
    flow.act(rows(flow)[0].id)
    tapped(flow, "ask_for:discount", "discount_on_line", "give_discount:open", "discount_kind:sum")
    typed(flow, "50")
    tapped(flow, "confirm", "discount_because:apology")
    house.settle()
    (check,) = house.venue.checks.values()
    assert totals_of(check).discount_minor == 5_000
    assert len(check.grants[0].line_ids) == 1


def test_a_round_is_repeated_by_one_tap(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:beer-light-05", "tap_item:cider", "send")
    house.settle()
    assert flow.view().view.line_actions[0].id == "repeat_round"
    flow.act("repeat_round")
    assert [row.name for row in rows(flow)[2:]] == [row.name for row in rows(flow)[:2]]


def test_a_quick_sale_is_three_taps_and_the_next_guest_is_served(house: House) -> None:
    flow = at_table(house, "taras", "")
    tapped(flow, "new", "new_kind:quick")
    for _ in range(2):
        assert flow.view().screen == "order"
        tapped(flow, "tap_item:beer-light-05", "pay", "take")
        house.settle()
        flow.act("done")
    assert house.venue.checks == {}
    assert len(house.venue.closed) == 2


def test_a_dish_that_left_the_menu_while_it_was_on_the_screen_is_told(house: House) -> None:
    flow = at_table(house)
    flow.act("tap_item:gone-dish")
    assert flow.view().toast.text
    assert rows(flow) == []


def test_a_tab_is_named_and_half_a_portion_costs_its_share(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:solyanka", "change", "choose:half-portion", "add_made")
    assert rows(flow)[0].price == "117,00"
    flow.act("ask_for:tab_name")
    typed(flow, "Анна")
    flow.act("confirm")
    house.settle()
    assert next(iter(house.venue.checks.values())).name == "Анна"


def test_a_table_moved_handed_over_or_a_dish_taken_off_by_mistake_comes_back(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:borscht", "void")
    assert rows(flow) == []
    flow.act("undo_last")
    assert [row.name for row in rows(flow)] == ["Борщ з пампушками"]
    tapped(flow, "ask_for:table", "move_to:t7", "undo_last")
    house.settle()
    (check,) = house.venue.checks.values()
    assert check.table_id == "t3"
    tapped(flow, "ask_for:colleague", "hand_to:ihor")
    house.settle()
    assert next(iter(house.venue.checks.values())).owner == "ihor"
    flow.act("undo_last")
    house.settle()
    assert next(iter(house.venue.checks.values())).owner == "olena"


def test_all_my_tables_are_handed_over_at_once(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:borscht", "back", "table:t5", "tap_item:borscht")
    tapped(flow, "ask_for:colleague", "mine_all", "hand_to:ihor")
    house.settle()
    assert {check.owner for check in house.venue.checks.values()} == {"ihor"}


def test_a_second_tap_on_any_button_does_nothing_twice(house: House) -> None:
    flow = at_table(house, "nadia")
    tapped(flow, "tap_item:ribeye", "choose:medium", "add_made", "add_made")
    assert len(rows(flow)) == 1
    house.now_ms += MINUTE
    tapped(flow, "send", "send")
    house.settle()
    assert len(house.venue.tickets) == 1
    if not rows(flow)[0].selected:
        flow.act(rows(flow)[0].id)
    tapped(flow, "ask_for:discount", "give_discount:gold", "give_discount:gold")
    house.settle()
    assert len(next(iter(house.venue.checks.values())).grants) == 1
    tapped(flow, "void", "reason_tapped:quality", "confirm", "confirm", "bill", "bill")
    house.settle()
    (check,) = house.venue.checks.values()
    assert (check.voids_count, check.bill_copies) == (1, 0)
    tapped(flow, "tap_item:borscht", "tap_item:borscht", "split", "ask:equal", "equal:2", "equal:2")
    house.settle()
    assert len(house.venue.checks) == 3, "the first bill was halved twice, each time by a tap"
    tapped(flow, "undo", "undo", "undo")
    house.settle()
    assert len(house.venue.checks) == 1


def test_in_portrait_void_and_split_stand_among_the_actions_on_the_line(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:borscht", "ask_for:line")
    assert {"void", "split"} <= set(ids(flow.view().view.sheet.choices))
    flow.act("split")
    assert flow.view().screen == "split"


def test_two_tables_are_joined_and_parted_again(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:borscht", "send", "back", "table:t5", "tap_item:deruny", "send")
    house.settle()
    tapped(flow, "ask_for:table", "move_to:t3")
    house.settle()
    (check,) = house.venue.checks.values()
    assert (check.table_id, len(check.lines), flow.place.check_id) == ("t3", 2, check.check_id)
    fired = len(house.venue.tickets)
    flow.act("undo_last")
    house.settle()
    assert {check.table_id for check in house.venue.checks.values()} == {"t3", "t5"}
    assert len(house.venue.tickets) == fired


def test_tables_are_pushed_together_and_pulled_apart_while_guests_sit(house: House) -> None:
    flow = at_table(house)
    tapped(flow, "tap_item:borscht", "send", "back", "table:t5", "tap_item:deruny", "send", "back")
    house.settle()
    fired = len(house.venue.tickets)
    flow.act("drop:table:t3|table:t5")
    assert ids(flow.view().view.sheet.choices) == ["join_tables"]
    tapped(flow, "join_tables", "join_tables")
    house.settle()
    (check,) = house.venue.checks.values()
    assert (check.table_id, check.joined, len(check.lines)) == ("t5", ("t3",), 2)
    assert len(house.venue.tickets) == fired, "nothing is sent again"
    three = next(x for x in flow.view().view.tables if x.id == "table:t3")
    assert three.line == "зі столом 5"
    flow.act("table:t3")
    assert (flow.place.check_id, flow.view().view.head.title) == (check.check_id, "Стіл 5+3")
    tapped(flow, "back", "hold_table:t3")
    sheet = flow.view().view.sheet
    assert sheet.choices[0].label == "Розсунути столи 5+3"
    flow.act(sheet.choices[0].id)
    house.settle()
    assert house.venue.checks[check.check_id].joined == ()
    flow.act("undo_last")
    house.settle()
    assert house.venue.checks[check.check_id].joined == ("t3",)


def test_free_tables_are_joined_for_a_party_and_guests_move_by_a_drag(house: House) -> None:
    flow = at_table(house, table="")
    tapped(flow, "hold_table:t7", "push_to:t8", "join_tables")
    house.settle()
    (check,) = house.venue.checks.values()
    assert (check.table_id, check.joined) == ("t8", ("t7",))
    flow.act("drop:table:t8|table:t3")
    assert ids(flow.view().view.sheet.choices) == ["join_tables", "move_guests"]
    flow.act("move_guests")
    house.settle()
    assert house.venue.checks[check.check_id].table_id == "t3"
    tapped(flow, "drop:table:t1|table:t1", "drop:table:nowhere|table:t1", "push_to:t1")
    tapped(flow, "join_tables")
    assert len(house.venue.checks) == 1, "nothing was held"


def test_a_clock_that_is_set_back_leaves_no_words_standing_and_locks_nobody_out(
    house: House,
) -> None:
    flow = at_table(house)
    flow.act("tap_item:gone-dish")
    assert flow.view().toast.text
    house.now_ms -= 60 * MINUTE
    assert not flow.view().toast.text
    tapped(flow, "tap_item:borscht", "send")
    house.settle()
    assert [line.state for x in house.venue.checks.values() for line in x.lines] == ["fired"]


def test_a_page_of_the_menu_stands_where_and_when_it_is_offered_and_is_found_by_search(
    house: House,
) -> None:
    pages = house.catalogue.categories
    morning = replace(pages["sets"], from_minute=7 * 60, until_minute=12 * 60)
    at_bar = replace(pages["cocktails"], places=("bar", "tab"))
    changed = {**pages, "sets": morning, "cocktails": at_bar}
    house.catalogue = replace(house.catalogue, categories=changed, number=2)
    flow = at_table(house)

    def offered() -> set[str]:
        return {x.id.partition(":")[2] for x in flow.view().view.categories} & {"sets", "cocktails"}

    assert offered() == set(), "19:42 in the main hall"
    for action in ("ask_for:search", *(f"key:{sign}" for sign in "бізнес")):
        flow.act(action)
    assert "tap_item:business-lunch" in [x.id for x in flow.view().view.sheet.choices]
    flow.act("cancel")
    house.now_ms += 15 * 60 * MINUTE
    assert offered() == {"sets"}, "10:42"
    flow.act("back")
    flow.act("new_kind:quick")
    assert offered() == {"sets", "cocktails"}, "a quick sale at the bar"
