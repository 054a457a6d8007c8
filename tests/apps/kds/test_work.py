"""How the kitchen works together: the pass, rush, other stations, review, pace and recipes."""

from dataclasses import replace

import pytest

from kds_app.presenters.edges import PASS
from kds_app.presenters.shown import Sheet
from sync_server.domain import commands as c
from sync_server.domain.ids import LineId
from sync_server.domain.menu import Component, Modifier, ModifierGroup
from tests.apps.kds.board_screen import Screen, timers
from tests.apps.kds.kitchen import KYIV, MINUTE, Kitchen, with_long_card


@pytest.fixture
def house() -> Kitchen:
    """An open day with nothing ordered yet."""
    kitchen = Kitchen()
    kitchen.do(c.OpenDay("2026-11-21"))
    return kitchen


def test_the_pass_shows_every_station_of_a_table_and_turns_green_when_all_are_done(
    house: Kitchen,
) -> None:
    check = house.check("0001", "t5")
    ids = house.order(check, ("fries", 1), ("trout", 1), ("chicken-kyiv", 1, KYIV))
    screen = Screen(house)
    screen.act(f"tab:{PASS}")
    card = screen.card("Table 5")
    assert [r.name for r in card.rows if r.kind == "caption"] == [
        "HOT LINE · 0 / 2",
        "GRILL · 0 / 1",
    ]
    house.submit(c.BumpTicket(house.tickets("hot")[0].ticket_id))
    card = screen.card("Table 5")
    assert [r.name for r in card.rows if r.kind == "caption"] == [
        "HOT LINE · 2 / 2",
        "GRILL · 0 / 1",
    ]
    assert card.tone == "new"
    house.now += MINUTE
    screen.act(card.acts[0].id)
    card = screen.card("Table 5")
    assert (card.tone, [act.label for act in card.acts]) == ("ready", ["To the table"])
    house.do(c.ServeLines(check, tuple(ids)), "olena")
    assert not screen.view().placed


def test_what_the_pass_shows_is_not_told_as_standing_on_another_page(house: Kitchen) -> None:
    screen = Screen(house)
    screen.act(f"tab:{PASS}")
    house.order(house.check("0001", "t5"), ("fries", 1), ("trout", 1))
    view = screen.view()
    assert [place.card.title for place in view.placed] == ["Table 5"]
    assert (view.newcomers, view.waiting) == ((), None)
    (hot,) = house.tickets("hot")
    drawn = dict(version for place in view.placed for version in place.card.versions)
    assert screen.board.unseen(drawn) == ((hot.ticket_id, 1),), "the grill has its own screen"


def test_the_line_of_what_waits_elsewhere_names_its_stations_and_leads_there(
    house: Kitchen,
) -> None:
    house.order(house.check("0001", "t5"), ("fries", 1), ("trout", 1))
    screen = Screen(house, "hot", "grill")
    waiting = screen.view().waiting
    assert waiting is not None
    assert waiting.label == "1 waiting at Grill"
    view = screen.act(waiting.id)
    assert [row.name for row in view.placed[0].card.rows if row.kind == "line"] == ["Trout"]
    assert view.waiting is not None
    assert view.waiting.label == "1 waiting at Hot line"


def test_the_pass_bumps_in_two_steps_and_its_dishes_then_count_as_served(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    house.order(check, ("fries", 1), ("trout", 1))
    screen = Screen(house)
    screen.act(f"tab:{PASS}")
    house.now += MINUTE
    screen.act(screen.card("Table 5").acts[0].id)
    view = screen.act(screen.card("Table 5").acts[0].id)
    assert not view.placed
    assert {line.state for line in house.venue.checks[check].lines} == {"served"}
    sheet = screen.act("sheet:recall").sheet
    assert sheet is not None
    assert [act.label for act in sheet.choices] == ["Table 5 · #A-0001"]
    screen.act(sheet.choices[0].id)
    assert {t.station_id for t in house.venue.tickets.values() if t.state == "open"} == {
        "hot",
        "grill",
    }


def test_a_tap_on_bump_is_about_the_picture_that_was_tapped(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    house.order(check, ("fries", 1))
    screen = Screen(house)
    bump = next(act.id for act in screen.card("Table 5").acts if act.id.startswith("bump:"))
    house.now += MINUTE
    house.order(check, ("banosh", 1))
    view = screen.act(bump)
    assert house.submitted[-1] == c.BumpTicket(house.tickets("hot")[0].ticket_id, 1)
    card = screen.card("Table 5")
    marks = [row.mark for row in card.rows if row.kind == "line"]
    assert marks == ["done", "open"], "what was added has not been seen"
    assert view.placed
    assert not screen.act(bump).placed, "what is seen now goes"


def test_a_sandwich_to_go_stands_at_the_grill_and_one_for_a_table_at_the_hot_line(
    house: Kitchen,
) -> None:
    house.order(house.check("0001", "t5"), ("club-sandwich", 1))
    house.order(house.check("0002", kind="takeaway", name="7"), ("club-sandwich", 2), ("fries", 1))
    screen = Screen(house)

    def standing(tab: str) -> list[tuple[str, list[str]]]:
        return [
            (place.card.title, [row.name for row in place.card.rows if row.kind == "line"])
            for place in screen.act(f"tab:{tab}").placed
        ]

    (table, _), (bag, beside) = standing("hot")
    assert (table, beside) == ("Table 5", ["Fries"])
    assert standing("grill") == [(bag, ["Club"])]
    labels = [chip.label for chip in screen.view().tabs]
    assert labels[:2] == ["Hot\u00a0line\u00a0· 2", "Grill\u00a0· 1"]


def test_a_rushed_table_stands_first_under_a_mark_on_every_screen(house: Kitchen) -> None:
    for number in (1, 2):
        check = house.check(f"000{number}", f"t{number}")
        house.order(check, ("fries", 1), ("trout", 1))
        house.now += MINUTE
    at_pass = Screen(house)
    at_pass.act(f"tab:{PASS}")
    sheet = at_pass.act(at_pass.card("Table 2").more).sheet
    assert sheet is not None
    at_pass.act(sheet.choices[0].id)
    hot = Screen(house)
    first = hot.view().placed[0].card
    assert (first.title, first.rows[0].name) == ("Table 2", "RUSH")
    sheet = hot.act(first.more).sheet
    assert sheet is not None
    assert sheet.choices[0].label == "No more rush"
    assert hot.act(sheet.choices[0].id).placed[0].card.title == "Table 1"


def test_a_ticket_pushed_to_another_station_is_new_there(house: Kitchen) -> None:
    house.order(house.check("0001", "t5"), ("fries", 1))
    house.draw_all()
    hot, grill = Screen(house), Screen(house, "grill")
    assert not grill.view().placed
    sheet = hot.act(hot.card("Table 5").more).sheet
    assert sheet is not None
    hot.act(next(act.id for act in sheet.choices if act.label == "To Grill"))
    assert not hot.view().placed
    assert grill.view().placed[0].card.fresh
    assert grill.board.sound == "new"


def test_a_ticket_taken_for_review_keeps_its_timer(house: Kitchen) -> None:
    house.order(house.check("0001", "t5"), ("fries", 1))
    screen = Screen(house)
    house.now += 5 * MINUTE
    screen.act(screen.card("Table 5").acts[-1].id)
    house.now += 2 * MINUTE
    sheet = screen.act("sheet:recall").sheet
    assert sheet is not None
    sheet = screen.act(sheet.choices[0].id).sheet
    assert sheet is not None
    assert [act.label for act in sheet.choices] == ["Recall", "Review"]
    assert "×" in sheet.text, "what was on it is read before it is called back"
    assert timers(screen.act(sheet.choices[1].id))["Table 5"][1] == "7:00"


def test_a_dish_that_is_not_to_be_begun_yet_stands_grey_with_its_time(house: Kitchen) -> None:
    check = house.check("0001", "t5")
    house.order(check, ("fries", 1), ("banosh", 1))
    rows = {row.name: row for row in Screen(house).card("Table 5").rows if row.kind == "line"}
    slow, quick = rows["Banosh"], next(row for name, row in rows.items() if name != "Banosh")
    assert (slow.token, slow.tag) == ("text", "")
    assert quick.token == "quiet"
    assert quick.tag.startswith("start 19:")


def test_the_speed_of_service_is_told_by_hour_and_by_dish_and_an_undone_bump_leaves_no_trace(
    house: Kitchen,
) -> None:
    screen = Screen(house)

    def sheet() -> Sheet:
        screen.board.state.sheet = ""
        opened = screen.act("sheet:speed").sheet
        assert opened is not None
        return opened

    assert sheet().text == "Nothing was bumped today yet."
    for number, minutes in ((1, 4), (2, 30)):
        house.order(house.check(f"000{number}", "t5"), ("banosh", 1))
        house.now += minutes * MINUTE
        house.submit(c.BumpTicket(house.tickets("hot")[0].ticket_id))
    assert [(bar.label, bar.value) for bar in sheet().bars] == [
        ("19:00", "4:00 · 1 done, 0 late"),
        ("20:00", "30:00 · 1 done, 1 late"),
        ("Banosh", "17:00 · 2 done, 0 late"),
    ]
    assert [bar.share for bar in sheet().bars] == [133, 1000, 566]
    last = max(house.tickets("hot", "bumped"), key=lambda ticket: ticket.bumped_ms)
    house.submit(c.RecallTicket(last.ticket_id, True))
    assert [bar.label for bar in sheet().bars] == ["19:00", "Banosh"]


def test_components_are_totalled_over_all_dishes_and_stand_on_the_recipe_card(
    house: Kitchen,
) -> None:
    assert house.catalogue is not None
    burger = replace(
        house.catalogue.items["banosh"],
        components=(Component("patty", {"en": "Patty"}, 2_000, "pcs"),),
        method={"en": "Fry both sides."},
    )
    items = house.catalogue.items | {"banosh": burger}
    house.catalogue = replace(house.catalogue, items=items)
    house.order(house.check("0001", "t5"), ("banosh", 5))
    screen = Screen(house)
    totals = screen.view().sections[3].pairs
    assert [(pair.label, pair.value) for pair in totals] == [("Patty", "10\u00a0pcs")]
    sheet = screen.act("sheet:recipe:banosh").sheet
    assert sheet is not None
    assert (sheet.text, sheet.pairs[0].value) == ("Fry both sides.", "2\u00a0pcs")


def test_a_long_recipe_card_goes_on_on_further_pages_and_says_what_it_contains(
    house: Kitchen,
) -> None:
    house.catalogue = with_long_card(house.catalogue, "banosh")
    screen = Screen(house)
    sheet = screen.act("sheet:recipe:banosh").sheet
    read: list[str] = []
    for _ in range(10):
        assert sheet is not None
        assert sheet.warning == "Contains: milk, celery"
        read += [pair.label for pair in sheet.pairs] + sheet.text.split()
        after = next((act for act in sheet.foot if act.id == "sheet_page:next"), None)
        assert after is not None
        if not after.enabled:
            break
        sheet = screen.act("sheet_page:next").sheet
    whole = house.catalogue.items["banosh"]
    assert read == [part.names["en"] for part in whole.components] + whole.method["en"].split()


def test_components_count_double_extra_half_and_what_is_left_out(house: Kitchen) -> None:
    """5 double cheeseburgers are 10 patties (features-commercial B6.48); a half one is half."""
    assert house.catalogue is not None
    patty = Component("patty", {"en": "Patty"}, 1_000, "pcs")
    cheese = Component("cheese", {"en": "Cheese"}, 20_000, "g")
    group = ModifierGroup(
        "stack",
        {"en": "Stack"},
        (
            Modifier("double", {"en": "Double"}, components=(patty,)),
            Modifier("cheese", {"en": "Cheese"}, components=(cheese,)),
            Modifier("small", {"en": "Half"}, portion_milli=500),
            Modifier("bare", {"en": "No cheese"}, components=(replace(cheese, qty_milli=-50_000),)),
        ),
        max_count=4,
    )
    burger = replace(
        house.catalogue.items["banosh"], group_ids=("stack",), components=(patty, cheese)
    )
    house.catalogue = replace(
        house.catalogue,
        items=house.catalogue.items | {"banosh": burger},
        groups=house.catalogue.groups | {"stack": group},
    )
    check = house.check("0001", "t5")
    screen = Screen(house)

    def totals() -> dict[str, str]:
        return {pair.label: pair.value for pair in screen.view().sections[3].pairs}

    house.order(check, ("banosh", 5, {"with_": ("double",)}))
    assert totals() == {"Patty": "10\u00a0pcs", "Cheese": "100\u00a0g"}
    house.order(check, ("banosh", 2, {"with_": ("small",)}))
    assert totals() == {"Patty": "11\u00a0pcs", "Cheese": "120\u00a0g"}
    house.order(check, ("banosh", 1, {"with_": ("bare",)}))
    assert totals() == {"Patty": "12\u00a0pcs", "Cheese": "120\u00a0g"}, "never less than none"
    lines = (c.NewLine(LineId("x"), "banosh", 1, 1_000, (c.Choice("cheese", "extra"),), course=2),)
    house.do(c.AddLines(check, lines))
    house.do(c.SendLines(check, (LineId("x"),)))
    assert totals() == {"Patty": "13\u00a0pcs", "Cheese": "180\u00a0g"}
