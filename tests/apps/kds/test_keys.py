"""A kitchen worked by keys alone, screens arranged by their own file; nothing is lost there."""

from dataclasses import replace
from pathlib import Path

import pytest

from kds_app.presenters.board import Board
from kds_app.presenters.edges import PASS
from kds_app.presenters.intents import Intents
from kds_app.presenters.shown import BoardView, Card
from kds_app.settings import BUILT_IN_KEYS, COMMANDS, FILE, ScreenSettings, read
from sync_server.client.records import LinkState
from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, NoticeId, StaffId
from sync_server.domain.venue import Notice
from tests.apps.kds.board_screen import GLASS, SMALL, Screen
from tests.apps.kds.kitchen import MINUTE, Kitchen, evening


@pytest.fixture
def house() -> Kitchen:
    """An open day with nothing ordered yet, and stations without bound."""
    kitchen = Kitchen()
    kitchen.without_bounds()
    kitchen.do(c.OpenDay("2026-11-21"))
    return kitchen


def arranged(kitchen: Kitchen, **settings: object) -> Screen:
    screen = Screen(kitchen)
    screen.board = Board(
        kitchen,
        ("hot",),
        language="en",
        settings=replace(ScreenSettings(), **settings),  # type: ignore[arg-type]
    )
    screen.intents = Intents(screen.board)
    return screen


def press(screen: Screen, *commands: str) -> BoardView:
    for command in commands:
        screen.act(f"key:{command}")
    return screen.view()


def under_cursor(view: BoardView) -> tuple[str, str]:
    """The card and the row on which the keys stand."""
    found = [p.card for p in view.placed if p.card.cursor]
    if not found:
        return "", ""
    (card,) = found
    row = next((row.name for row in card.rows if row.id and row.id == card.cursor), "")
    return card.title, row


# -- keys --------------------------------------------------------------------------------------
def test_the_cursor_shows_with_the_first_arrow_and_goes_with_the_last_escape(
    house: Kitchen,
) -> None:
    house.order(house.check("0001", "t5"), ("banosh", 1), ("fries", 1))
    screen = Screen(house)
    assert under_cursor(screen.view()) == ("", "")
    assert under_cursor(press(screen, "down")) == ("Table 5", "")
    assert under_cursor(press(screen, "down")) == ("Table 5", "Banosh")
    assert under_cursor(press(screen, "close")) == ("", "")


def test_a_whole_evening_of_one_table_is_worked_by_keys(house: Kitchen) -> None:
    house.order(house.check("0001", "t5"), ("banosh", 1), ("fries", 1))
    house.order(house.check("0002", "t7"), ("deruny", 1))
    screen = Screen(house)
    press(screen, "down", "start")
    assert {line.state for line in house.tickets("hot")[0].lines} == {"started"}
    press(screen, "down", "done")
    assert [line.state for line in house.tickets("hot")[0].lines] == ["ready", "started"]
    press(screen, "rush")
    assert house.tickets("hot")[0].rush
    view = press(screen, "up", "done")
    assert [p.card.title for p in view.placed] == ["Table 7"]
    assert under_cursor(view) == ("Table 7", ""), "the cursor goes on to what is left"
    view = press(screen, "recall")
    assert len(view.placed) == 2, "within half a minute exactly as it was"
    press(screen, "home", "bump")
    house.now += MINUTE
    press(screen, "review")
    assert len([t for t in house.tickets("hot") if t.state == "open"]) == 2


def test_arrows_cross_the_columns_and_turn_the_pages_both_ways(house: Kitchen) -> None:
    for number in range(12):
        house.order(house.check(f"{number:04d}", kind="takeaway", name=f"{number}"), ("banosh", 1))
        house.now += 1
    screen = Screen(house)
    seen: list[str] = []
    screen.view(SMALL)
    screen.act("key:right")
    for _ in range(5):
        title, _ = under_cursor(screen.view(SMALL))
        seen.append(title)
        screen.board.view(SMALL)
        screen.intents.act("key:right")
    assert len(set(seen)) == 5
    page = screen.board.state.page
    assert page > 0
    for _ in range(5):
        screen.view(SMALL)
        screen.intents.act("key:left")
    assert under_cursor(screen.view(SMALL))[0] == seen[0]


def test_the_sheet_is_worked_by_keys_as_well(house: Kitchen) -> None:
    house.order(house.check("0001", "t5"), ("banosh", 1))
    screen = Screen(house)
    sheet = press(screen, "down", "stop").sheet
    assert sheet is not None
    first = next(act for act in sheet.choices if act.cursor)
    sheet = press(screen, "done").sheet
    assert sheet is not None
    assert first.label in sheet.title
    press(screen, "down", "done")
    assert house.venue.stops[first.id.partition(":")[2]].left_milli == 2_000
    assert press(screen, "speed", "close").sheet is None


def test_every_command_of_a_key_does_something_and_no_key_is_without_one() -> None:
    assert set(BUILT_IN_KEYS.values()) <= set(COMMANDS)
    for command in COMMANDS:
        screen = Screen(evening())
        before = screen.view()
        press(screen, "down", "down")
        after = press(screen, command, "1", "1") if command == "0" else press(screen, command)
        done = [one for one in screen.kitchen.submitted if not isinstance(one, c.OpenDay)]
        assert done or after != before or command in ("back", "review", "recall"), command


def test_the_pass_is_worked_by_keys(house: Kitchen) -> None:
    house.order(house.check("0001", "t5"), ("fries", 1), ("trout", 1))
    screen = Screen(house)
    press(screen, "pass")
    assert screen.board.state.tab == PASS
    house.now += MINUTE
    press(screen, "down", "bump", "bump")
    assert not screen.view().placed


# -- a screen's own file -----------------------------------------------------------------------
def test_a_screens_file_is_read_and_each_slip_told_while_the_rest_holds(tmp_path: Path) -> None:
    assert read(tmp_path) == (ScreenSettings(), ())
    (tmp_path / FILE).write_text(
        'zoom = 1.3\ncards = "dish"\nkinds = ["takeaway"]\ncourses = [1]\ncolour = "red"\n'
        'sounds = "loud"\none_course = true\namber_percent = {other = 70, takeaway = 50}\n'
        '[keys]\nF1 = "bump"\nenter = "start"\nx = ""\n',
        "utf-8",
    )
    settings, faults = read(tmp_path)
    assert (settings.zoom, settings.cards, settings.one_course) == (1.3, "dish", True)
    assert settings.sounds, "what was not understood is as built in"
    assert (settings.amber("takeaway"), settings.amber("table")) == (50, 70)
    assert (settings.keys["f1"], settings.keys["enter"]) == ("bump", "start")
    assert "x" not in settings.keys
    assert settings.keys["backspace"] == "recall"
    assert [fault.split(":")[1].split("=")[0].strip() for fault in faults] == [
        "there is no setting 'colour'",
        "sounds",
    ]


@pytest.mark.parametrize(
    "text",
    ["zoom = ", "keys = 5", 'keys = {a = "explode"}', "zoom = 9", 'kinds = ["boat"]', "\x00"],
)
def test_a_faulty_file_costs_nobody_a_screen(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text, "utf-8")
    settings, faults = read(tmp_path)
    assert settings == ScreenSettings()
    assert len(faults) == 1


def test_the_first_slip_is_told_on_the_screen_until_it_is_tapped(house: Kitchen) -> None:
    board = Board(house, ("hot",), language="en", faults=("screen.toml: zoom = 9 is too large",))
    view = board.view(GLASS)
    assert "zoom = 9" in view.banner
    Intents(board).act(view.banner_id)
    assert board.view(GLASS).banner == ""


def test_a_screen_for_takeaways_shows_and_answers_for_nothing_else(house: Kitchen) -> None:
    house.order(house.check("0001", "t5"), ("banosh", 1))
    house.order(house.check("0002", kind="takeaway", name="7"), ("banosh", 1))
    view = arranged(house, kinds=("takeaway",)).view()
    assert [p.card.title for p in view.placed] == ["Takeaway 7"]
    assert not view.newcomers
    view = arranged(house, courses=(1,)).view()
    assert not view.placed


def test_warning_comes_at_the_share_of_this_screen_and_kind(house: Kitchen) -> None:
    house.order(house.check("0001", kind="takeaway", name="7"), ("banosh", 1))
    house.now += house.tickets()[0].target_s * 600
    assert arranged(house).view().placed[0].card.tone == "new"
    sooner = arranged(house, amber_percent={"takeaway": 50})
    assert sooner.view().placed[0].card.tone == "amber"


def test_a_later_course_stands_in_grey_until_the_former_is_bumped(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    house.order(check, ("borscht", 1), course=1)
    house.order(check, ("banosh", 1), course=2)
    screen = arranged(house, one_course=True)
    cards = {p.card.tone: p for p in screen.view().placed}
    assert cards["upcoming"].timer.text == "after course 1"
    assert cards["upcoming"].card.versions, "it stands on the glass, so no paper is needed"
    screen.act(cards["new"].card.acts[-1].id)
    assert [p.card.tone for p in screen.view().placed] == ["new"]


# -- groupings ---------------------------------------------------------------------------------
def test_by_order_a_cook_reads_what_the_others_make_of_it(house: Kitchen) -> None:
    house.order(house.check("0001", "t5"), ("banosh", 1), ("trout", 1))
    card = arranged(house, cards="order").card("Table 5")
    others = [row for row in card.rows if row.name == "Trout"]
    assert others
    assert not others[0].id, "to read, not to tap"
    assert [row.name for row in Screen(house).card("Table 5").rows if row.kind == "line"] == [
        "Banosh"
    ]


def test_by_dish_equal_dishes_stand_together_and_the_last_one_bumps_its_ticket(
    house: Kitchen,
) -> None:
    house.order(house.check("0001", "t5"), ("banosh", 2), ("fries", 1))
    house.order(house.check("0002", "t7"), ("banosh", 1, {"note": "без бринзи"}))
    screen = arranged(house, cards="dish")
    card: Card = screen.card("3\u00a0× Banosh")
    assert [row.name for row in card.rows] == ["Table 5 · #A-0001", "Table 7 · #A-0002"]
    assert card.rows[1].details[0].text == "без бринзи"
    drawn = {v for p in screen.view().placed for v in p.card.versions}
    assert len(drawn) == 2, "all dishes of both stand on this page"
    screen.act(card.acts[0].id)
    (left,) = house.tickets("hot")
    assert left.table_id == "t5", "the fries of table 5 are still to be made"
    card = next(p.card for p in screen.view().placed if p.card.id == "dish:fries")
    screen.act(card.rows[0].id)
    assert not house.tickets("hot")


def test_by_dish_a_ticket_that_goes_on_upon_another_page_is_not_taken_for_drawn(
    house: Kitchen,
) -> None:
    dishes = ("banosh", "fries", "deruny", "holubtsi", "carbonara", "duck", "burger", "borscht")
    house.order(house.check("0001", "t5"), *((dish, 1) for dish in dishes))
    board = Board(house, ("hot",), language="en", settings=ScreenSettings(cards="dish"))
    view = board.view(SMALL)
    assert board.state.pages > 1
    assert not any(p.card.versions for p in view.placed)
    assert view.newcomers, "so it is told whole in the side column"


# -- nothing is lost ---------------------------------------------------------------------------
def test_a_late_refusal_stays_until_somebody_read_it(house: Kitchen) -> None:
    screen = Screen(house)
    at_ms = house.now
    house.told.append(
        Notice(NoticeId("n1"), StaffId(""), "ticket_done", {"at_ms": at_ms}, at_ms, CheckId(""))
    )
    house.told.append(Notice(NoticeId("n2"), StaffId(""), "never_heard_of", {}, at_ms, CheckId("")))
    view = screen.view()
    assert "Already bumped at" in view.banner
    assert view.banner.endswith("+1")
    house.now += 20 * MINUTE
    assert screen.view().banner_id == "noted:n1", "it does not vanish by itself"
    screen.intents.act("noted:n1")
    assert isinstance(house.submitted[-1], c.AcknowledgeNotice)
    del house.told[0]
    assert "never_heard_of" in screen.view().banner


@pytest.mark.parametrize("by_key", [False, True])
def test_of_a_screen_and_its_copy_somebody_lets_one_go_on(house: Kitchen, by_key: bool) -> None:
    screen = Screen(house)
    house.link = LinkState("forked")

    def phase() -> str:
        return house.link.phase

    def do(action: str, *keys: str) -> BoardView:
        for one in [f"key:{key}" for key in keys] if by_key else [action]:
            screen.intents.act(one)
            view = screen.view()
        return view

    view = screen.view()
    assert "a copy of this screen" in view.banner
    assert view.banner_button == "Go on here"
    view = do(view.banner_id, "banner")
    assert view.sheet is not None
    assert "the other one stops" in view.sheet.text
    assert do("sheet:", "close").sheet is None
    assert phase() == "forked", "nothing has happened yet"
    do("sheet:forked", "banner")
    view = do("go_on_here", "done")
    assert view.sheet is None
    assert view.banner == "This screen goes on; 2 taps are sent."
    assert phase() == "offline"
    house.link = LinkState("online")
    screen.intents.act("go_on_here")
    assert phase() == "online", "a finger that came late"


def test_a_ticket_without_a_place_is_on_every_screens_list_until_it_is_moved(
    house: Kitchen,
) -> None:
    house.order(house.check("0001", "t5"), ("trout", 1))
    screen = Screen(house)
    assert not screen.board.lost()
    assert house.catalogue is not None
    stations = {k: v for k, v in house.catalogue.stations.items() if k != "grill"}
    house.catalogue = replace(house.catalogue, stations=stations)
    chips = {chip.id: chip.label for chip in screen.view().chips}
    assert chips["sheet:lost"] == "1 without a place"
    sheet = screen.act("sheet:lost").sheet
    assert sheet is not None
    assert len(sheet.choices) == 1
    sheet = screen.act(sheet.choices[0].id).sheet
    assert sheet is not None
    screen.act(next(act.id for act in sheet.choices if act.id.endswith(":hot")))
    assert not screen.board.lost()
    assert screen.card("Table 5").rows
