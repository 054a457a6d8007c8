"""What the kitchen's board says, without a window: on the demo venue and the real decisions."""

from dataclasses import replace

import pytest

from kds_app.presenters import attention
from kds_app.presenters.board import HOME_AFTER_MS, Board
from sync_server.client.records import LinkState
from sync_server.domain import commands as c
from sync_server.domain.ids import LineId
from sync_server.domain.kitchen import UNDO_MS
from tests.apps.kds.board_screen import GLASS, SMALL, Screen, timers
from tests.apps.kds.kitchen import MINUTE, NOW_MS, SECOND, Kitchen, evening


@pytest.fixture
def house() -> Kitchen:
    """An open day with nothing ordered yet."""
    kitchen = Kitchen()
    kitchen.do(c.OpenDay("2026-11-21"))
    return kitchen


def test_tickets_stand_oldest_first_and_upcoming_ones_last() -> None:
    entries = Screen(evening())
    order = [t.check_number for t in entries.board.standing(("hot",))]
    assert order[:4] == ["A-0409", "A-0412", "A-0413", "A-0388"]
    assert order[-2:] == ["A-0388", "A-0418"]


def test_the_head_tells_new_cooking_amber_late_room_and_upcoming() -> None:
    told = timers(Screen(evening()).view())
    assert told["Table 5"] == ("late", "22:10")
    assert told["Table 2"] == ("amber", "15:10")
    assert told["Table 11"] == ("cooking", "11:31")
    assert told["Room 304"] == ("room", "3:20")
    assert told["Table 3"] == ("new", "1:41")
    assert told["Table 12"] == ("upcoming", "on hold")


def test_a_ticket_turns_amber_and_late_by_the_clock_alone(house: Kitchen) -> None:
    house.order(house.check("0001", "t5"), ("banosh", 1))  # 14 minutes
    screen = Screen(house)
    target = house.tickets()[0].target_s * SECOND
    tones = []
    for share in (0, 79, 81, 99, 100):
        house.now = NOW_MS + target * share // 100
        placed = screen.view().placed[0]
        tones.append((placed.card.tone, placed.timer.icon))
    assert tones == [*[("new", "")] * 2, *[("amber", "timer")] * 2, ("late", "warning")]


def test_a_station_says_when_its_tickets_turn_amber_and_red(house: Kitchen) -> None:
    assert house.catalogue is not None
    stations = dict(house.catalogue.stations)
    stations["hot"] = replace(stations["hot"], amber_percent=50, late_percent=150)
    house.catalogue = replace(house.catalogue, stations=stations)
    house.order(house.check("0001", "t5"), ("banosh", 1))
    screen = Screen(house)
    minutes, tones = house.tickets()[0].target_s // 60, []
    for _ in range(2 * minutes):
        tones.append(timers(screen.view())["Table 5"][0])
        house.now += MINUTE
    amber, late = tones.index("amber"), tones.index("late")
    assert (amber, late) == (minutes // 2, minutes * 3 // 2)


def test_a_quick_dish_is_told_to_start_later_so_that_a_course_comes_together(
    house: Kitchen,
) -> None:
    check = house.check("0001", "t5")
    house.order(check, ("fries", 1), ("ribeye", 1, {"with_": ("well-done", "side-fries")}))
    fries, ribeye = house.tickets("hot")[0], house.tickets("grill")[0]
    starts = NOW_MS + (ribeye.target_s - fries.target_s) * SECOND
    screen = Screen(house)
    placed = screen.view().placed[0]
    assert placed.timer.note == f"start {screen.board.names().words.time(starts)}"  # type: ignore[union-attr]
    house.now = NOW_MS + fries.target_s * SECOND + MINUTE
    assert screen.view().placed[0].card.tone == "new", "not late: it has not been time to begin"


def test_dishes_have_kitchen_names_amber_modifiers_and_a_red_allergy() -> None:
    screen = Screen(evening())
    kyiv = screen.line("Table 2", "Kyiv")
    assert kyiv.quantity == "2×"
    assert [d.text for d in kyiv.details] == ["seat 1", "fries instead of mash"]
    assert kyiv.details[1].token == "amber"
    allergy = screen.line("Table 2", "Banosh").details[-1]
    assert (allergy.text, allergy.block) == ("ALLERGY: горіхи", True)
    assert screen.line("Takeaway 7", "Burger").details[-1].text == "also: Grill"


def test_the_kitchen_reads_its_own_language_unless_told_otherwise() -> None:
    kitchen = evening()
    assert Board(kitchen, ("hot",)).view(GLASS).placed[0].card.title == "Стіл 5"
    assert Board(kitchen, ("hot",), language="pl").view(GLASS).placed[0].card.title == "Stolik 5"


def test_prefixes_of_choices_become_words(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    line = c.NewLine(
        house.id(),  # type: ignore[arg-type]
        "borscht",
        1,
        choices=(c.Choice("extra-pampushky"), c.Choice("no-garlic")),
    )
    house.do(c.AddLines(check, (line,)))
    house.do(c.SendLines(check, (line.line_id,)))
    (row,) = (r for r in Screen(house).card("Table 5").rows if r.kind == "line")
    assert row.details[0].text == "two more pampushky · no garlic"


def test_a_voided_line_stays_struck_with_its_time_until_acknowledged() -> None:
    screen = Screen(evening())
    gone = screen.line("Table 2", "Carbonara")
    assert gone.struck
    assert gone.name == "Carbonara — CANCELLED 19:40"
    screen.act(gone.id)
    assert all(not row.struck for row in screen.card("Table 2").rows)


def test_a_reduced_line_shows_old_and_new_until_acknowledged(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    (line,) = house.order(check, ("banosh", 3))
    house.now += MINUTE
    house.void(check, line, 1)
    screen = Screen(house)
    row = screen.line("Table 5", "Banosh")
    assert (row.quantity, row.details[0].text) == ("2×", "3 → 2 since 19:43")
    screen.act(row.id)
    row = screen.line("Table 5", "Banosh")
    assert not row.details
    assert row.id.startswith("ready:")


def test_a_changed_line_shows_old_and_new_of_each_thing_until_acknowledged(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    (line,) = house.order(check, ("banosh", 1, {"note": "no salt", "seat": 1}))
    house.now += MINUTE
    house.do(c.ChangeLine(check, line, 1000, (), 2, 2, "well done", "nuts"))
    screen = Screen(house)
    row = screen.line("Table 5", "Banosh")
    assert row.tag == "CHANGED"
    assert [detail.text for detail in row.details[:3]] == [
        "no salt → well done (19:43)",
        "none → ALLERGY: nuts (19:43)",
        "seat 1 → seat 2 (19:43)",
    ]
    assert screen.view()
    screen.act(row.id)
    after = screen.line("Table 5", "Banosh")
    assert (after.tag, len(after.details)) == ("", 3)
    assert after.id.startswith("ready:")


def test_a_dish_with_other_choices_takes_the_old_ones_place_and_is_acknowledged(
    house: Kitchen,
) -> None:
    check = house.check("0001", "t5")
    (line,) = house.order(check, ("chicken-kyiv", 2, {"with_": ("kyiv-mash",)}))
    house.draw_all()
    house.now += MINUTE
    other = (c.Choice("kyiv-fries"),)
    house.do(c.RemakeLine(check, line, LineId("n1"), 2000, other))
    screen = Screen(house)
    row = screen.line("Table 5", "Kyiv")
    assert (row.quantity, row.tag) == ("2×", "CHANGED")
    assert row.details[0].text == "mash → fries instead of mash (19:43)"
    assert screen.board.sound == "changed"
    screen.act(row.id)
    assert screen.line("Table 5", "Kyiv").tag == ""
    house.do(c.RemakeLine(check, LineId("n1"), LineId("n2"), 1000, (c.Choice("kyiv-mash"),)))
    old, new = (x for x in Screen(house).card("Table 5").rows if "Kyiv" in x.name)
    assert (old.quantity, old.details[0].text) == ("1×", "2 → 1 since 19:43")
    assert new.details[0].text == "fries instead of mash → mash (19:43)"


def test_guests_who_moved_leave_their_old_table_on_the_ticket(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    house.order(check, ("banosh", 1))
    house.do(c.MoveCheck(check, "t2"))
    assert Screen(house).card("Table 2").rows[1].name == "5 → 2"
    house.do(c.JoinTables(check, ("t3",)))
    assert Screen(house).card("Table 2+3").rows[1].name == "2 → 2+3"


def test_a_second_reduction_is_shown_as_well(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    (line,) = house.order(check, ("banosh", 3))
    house.void(check, line, 1)
    screen = Screen(house)
    screen.act(screen.line("Table 5", "Banosh").id)
    house.now += MINUTE
    house.void(check, line, 1)
    assert screen.line("Table 5", "Banosh").details[0].text == "2 → 1 since 19:43"


def test_two_reductions_that_the_cook_has_not_seen_are_one_change(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    (line,) = house.order(check, ("banosh", 3))
    house.void(check, line, 1)
    house.void(check, line, 1)
    assert Screen(house).line("Table 5", "Banosh").details[0].text == "3 → 1 since 19:42"


def test_a_ticket_of_which_nothing_is_left_goes_when_the_cook_has_seen_it(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    (line,) = house.order(check, ("banosh", 1))
    house.void(check, line)
    screen = Screen(house)
    screen.act(screen.line("Table 5", "Banosh").id)
    assert not screen.view().placed


def test_added_lines_stand_under_a_mark_with_their_time() -> None:
    rows = Screen(evening()).card("Table 3").rows
    at = [row.name for row in rows].index("ADDED 19:41")
    assert [row.ground for row in rows[at + 1 :]] == ["added", "added"]
    assert [row.ground for row in rows[:at]] == ["", ""]


def test_held_lines_are_grey_cannot_be_tapped_and_count_as_coming_up() -> None:
    screen = Screen(evening())
    view = screen.view()
    rows = [row for row in screen.card("Table 12").rows if row.kind == "line"]
    assert {(row.id, row.tag, row.mark) for row in rows} == {("", "on hold", "held")}
    assert not screen.card("Table 12").acts
    assert [(p.label, p.value) for p in view.sections[1].pairs] == [
        ("Table 14 · course 4", "8"),
        ("Table 12 · course 2", "4"),
    ]


def test_all_day_counts_what_is_to_be_made_and_nothing_else() -> None:
    totals = {pair.label: pair.value for pair in Screen(evening()).view().sections[0].pairs}
    assert totals["Medallions"] == "12"
    assert totals["Risotto"] == "2", "two are ready, two are not"
    assert "Mash" not in totals
    assert totals["Carbonara"] == "1", "the cancelled one is not made"


def test_paper_is_told_with_its_time() -> None:
    rows = Screen(evening()).card("Tab Марта, 4").rows
    assert (rows[0].name, rows[0].icon) == ("printed 19:41", "print")


def test_the_head_counts_open_late_and_the_running_average() -> None:
    chips = [chip.label for chip in Screen(evening()).view().chips]
    assert chips == ["Online", "8 open", "Avg 10:55", "1 late"]


# -- what is new -------------------------------------------------------------------------------
def test_a_new_ticket_sounds_once_and_is_ringed_for_a_while(house: Kitchen) -> None:
    screen = Screen(house)
    screen.view()
    check = house.check("0001", "t5")
    house.order(check, ("banosh", 1))
    assert screen.view().placed[0].card.fresh
    assert screen.board.sound == "new"
    screen.view()
    assert screen.board.sound == ""
    house.now += attention.FRESH_MS
    assert not screen.view().placed[0].card.fresh


def test_a_void_a_change_and_lateness_sound_differently(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    first, _ = house.order(check, ("banosh", 1), ("fries", 1))
    screen = Screen(house)
    screen.view()
    house.draw_all()
    house.now += MINUTE
    house.order(check, ("fries", 1))
    screen.view()
    assert screen.board.sound == "changed"
    house.draw_all()
    house.void(check, first)
    screen.view()
    assert screen.board.sound == "void"
    house.draw_all()
    house.now += 30 * MINUTE
    screen.view()
    assert screen.board.sound == "late"
    screen.view()
    assert screen.board.sound == ""


def test_after_a_restart_nothing_that_was_seen_or_printed_is_new(house: Kitchen) -> None:
    house.order(house.check("0001", "t5"), ("banosh", 1))
    house.draw_all()
    house.order(house.check("0002", "t6"), ("banosh", 1), route="local")
    screen = Screen(house)
    assert not any(placed.card.fresh for placed in screen.view().placed)
    assert screen.board.sound == ""
    house.order(house.check("0003", "t7"), ("banosh", 1))
    again = Screen(house)
    assert [p.card.title for p in again.view().placed if p.card.fresh] == ["Table 7"]
    assert again.board.sound == "new"


def test_only_drawn_versions_of_the_home_station_are_to_be_acknowledged(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    house.order(check, ("fries", 1), ("trout", 1))
    hot, grill = house.tickets("hot")[0], house.tickets("grill")[0]
    board = Screen(house).board
    drawn = {hot.ticket_id: 1, grill.ticket_id: 1, "gone": 4}
    assert board.unseen(drawn) == ((hot.ticket_id, 1),)
    assert board.unseen({hot.ticket_id: 2}) == (), "a version that is not there yet"
    house.draw_all()
    assert board.unseen(drawn) == ()


def test_a_new_ticket_on_another_page_is_told_with_its_dishes_in_the_side_column(
    house: Kitchen,
) -> None:
    for table in range(1, 9):
        house.order(house.check(f"000{table}", f"t{table}"), ("banosh", 1), ("fries", 2))
        house.now += SECOND
    house.draw_all()
    screen = Screen(house)
    screen.view(SMALL)
    house.order(house.check("0010", "t10"), ("carbonara", 3))
    view = screen.view(SMALL)
    assert "Table 10" not in {placed.card.title for placed in view.placed}
    (told,) = view.newcomers
    assert (told.title, told.dishes) == ("Table 10", "3×\u00a0Carbonara")
    house.draw_all()
    assert screen.view(SMALL).newcomers, "it stays to be read"
    house.now += attention.TOLD_MS
    assert not screen.view(SMALL).newcomers
    screen.intents.act(told.id)
    view = screen.view(SMALL)
    assert "Table 10" in {placed.card.title for placed in view.placed}


# -- what a tap means --------------------------------------------------------------------------
def test_a_tap_on_a_line_makes_it_ready_and_another_takes_it_back() -> None:
    screen = Screen(evening())
    row = screen.line("Table 11", "Knuckle")
    screen.act(row.id)
    assert screen.line("Table 11", "Knuckle").mark == "done"
    screen.act(row.id)
    assert screen.line("Table 11", "Knuckle").mark == "open"


def test_start_turns_a_new_ticket_to_cooking_and_its_button_goes() -> None:
    screen = Screen(evening())
    start, bump = screen.card("Tab Марта, 4").acts
    assert (start.label, bump.label) == ("Start", "Bump")
    screen.act(start.id)
    card = screen.card("Tab Марта, 4")
    assert card.tone == "cooking"
    assert [act.label for act in card.acts] == ["Bump"]


def test_a_bump_is_undone_exactly_within_half_a_minute_and_recalled_later() -> None:
    kitchen = evening()
    screen = Screen(kitchen)
    before = kitchen.tickets()[0]
    view = screen.act(screen.card("Table 5").acts[-1].id)
    assert "Table 5" not in timers(view)
    assert view.foot[0].label == "Undo Table 5, 30 s"
    kitchen.now += UNDO_MS
    view = screen.view()
    assert view.foot[0].label == "Undo Table 5, 0 s"
    screen.act(view.foot[0].id)
    assert kitchen.tickets()[0] == before
    screen.act(screen.card("Table 5").acts[-1].id)
    kitchen.now += UNDO_MS + SECOND
    view = screen.view()
    assert view.foot[0].label == "Recall last"
    assert timers(screen.act("recall_last"))["Table 5"] == ("cooking", "0:00")


def test_any_of_the_tickets_done_lately_can_be_brought_back_from_the_list() -> None:
    kitchen = evening()
    screen = Screen(kitchen)
    for title in ("Table 2", "Room 304"):
        kitchen.now += SECOND
        screen.act(screen.card(title).acts[-1].id)
    sheet = screen.act("sheet:recall").sheet
    assert sheet is not None
    labels = [act.label for act in sheet.choices]
    assert labels[:2] == ["Room 304 · #A-0415", "Table 2 · #A-0412"]
    assert len(labels) == 5, "with those of the last hour"
    view = screen.act(sheet.choices[1].id)
    assert "Table 2" in timers(view)
    assert view.sheet is None


def test_what_was_refused_is_told_in_words_for_a_moment() -> None:
    kitchen = evening()
    screen = Screen(kitchen)
    action = screen.card("Table 5").acts[-1].id
    screen.act(action)
    assert screen.act(action).banner == "Already bumped at 19:42."
    kitchen.now += MINUTE
    assert screen.view().banner == ""


def test_a_dish_is_stopped_counted_down_and_put_on_sale_again() -> None:
    screen = Screen(evening())
    sheet = screen.act("sheet:stop").sheet
    assert sheet is not None
    assert {act.note for act in sheet.choices[:4]} == {"stopped", "4 left", ""}
    sheet = screen.act("left:banosh").sheet
    assert sheet is not None
    view = screen.act(next(act.id for act in sheet.choices if act.label == "5"))
    stops = {pair.label: pair.value for pair in view.sections[2].pairs}
    assert (stops["Banosh"], view.sheet) == ("5", None)
    view = screen.act("free:banosh")
    assert "Banosh" not in {pair.label for pair in view.sections[2].pairs}


def test_digits_first_show_numbers_then_bump_that_ticket() -> None:
    screen = Screen(evening())
    screen.view()
    view = screen.act("key:2")
    keyed = [p.card for p in view.placed if p.card.key]
    assert [card.key for card in keyed] == [str(n) for n in range(1, len(keyed) + 1)]
    view = screen.act("key:2")
    assert keyed[1].title not in {p.card.title for p in view.placed if p.card.acts}


def test_pages_turn_within_what_there_is_and_the_screen_comes_home_by_itself() -> None:
    kitchen = evening()
    screen = Screen(kitchen)
    assert screen.view(SMALL).page_text == "Page 1 of 5"
    for _ in range(9):
        screen.intents.act("page:next")
        screen.view(SMALL)
    assert screen.view(SMALL).page_text == "Page 5 of 5"
    kitchen.now += HOME_AFTER_MS + SECOND
    assert screen.view(SMALL).page_text == "Page 1 of 5"


def test_another_stations_tickets_can_be_looked_at_but_not_acknowledged() -> None:
    kitchen = evening()
    screen = Screen(kitchen)
    view = screen.act("tab:grill")
    assert "Ribeye 300" in {row.name for row in screen.card("Table 3").rows}
    assert view.banner.startswith("Looking at Grill")
    drawn = {k: v for p in view.placed for k, v in p.card.versions}
    assert screen.board.unseen(drawn) == ()
    kitchen.now += HOME_AFTER_MS + SECOND
    assert screen.view().title == "Kitchen · Hot line"


def test_the_banner_says_what_still_works_without_a_server() -> None:
    kitchen = evening()
    kitchen.link = LinkState("offline", offline_since_ms=NOW_MS)
    view = Screen(kitchen).view()
    assert view.chips[0].label == "No server"
    assert "tickets stay here" in view.banner
    assert view.placed
    kitchen.link = replace(kitchen.link, can_save=False)
    assert "not saved" in Screen(kitchen).view().banner


def test_before_the_first_menu_the_screen_says_that_it_waits() -> None:
    kitchen = Kitchen()
    kitchen.catalogue = None
    assert Screen(kitchen).view().empty == "Waiting for the menu"


def test_eighty_open_tickets_are_paged_and_only_changed_cards_are_made_again(
    house: Kitchen,
) -> None:
    house.without_bounds()
    for number in range(80):
        house.order(house.check(f"{number:04d}", kind="takeaway", name=str(number)), ("banosh", 2))
    house.draw_all()
    screen = Screen(house)
    first = {placed.card.id: placed.card for placed in screen.view().placed}
    assert screen.view().page_text.endswith("of 6")
    house.now += SECOND
    one = house.tickets()[3]
    house.submit(c.StartLines(one.ticket_id, (one.lines[0].line_id,)))
    second = {placed.card.id: placed.card for placed in screen.view().placed}
    changed = [card_id for card_id, card in second.items() if card is not first[card_id]]
    assert changed == [one.ticket_id]
