"""What a dish can be ordered as: nested choices, words before them, sizes, sets, weight, open."""

from dataclasses import replace

import pytest

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import totals_of
from sync_server.domain.commands import Choice
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.menu import (
    Catalogue,
    Modifier,
    ModifierGroup,
    PreRule,
    PriceRule,
    Tax,
)
from sync_server.domain.pricing import Priced, open_groups, price
from sync_server.domain.rejections import Refused
from sync_server.domain.tariffs import holds, local_minute, price_now
from tests.builders import EVENING_MS, AHouse, a_line, a_lunch_item, a_menu, an_item, names

K = CheckId("k")
MINUTE, HOUR, DAY = 60_000, 3_600_000, 86_400_000


def a_wide_menu(**settings: object) -> Catalogue:
    """The small menu with a nested side, halves, a lunch of three parts, weighed and open items."""
    menu = a_menu(**settings)
    groups = (
        ModifierGroup(
            "side",
            names("side"),
            (
                Modifier("mash", names("mash"), 2_000, default=True),
                Modifier("chips", names("chips"), 4_000),
                Modifier("salad", names("salad"), 3_000, group_ids=("dressing",)),
            ),
            min_count=1,
            credits_default=True,
        ),
        ModifierGroup(
            "dressing",
            names("dressing"),
            (Modifier("oil", names("oil")), Modifier("caesar", names("caesar"), 1_500)),
            min_count=1,
        ),
        ModifierGroup(
            "ice",
            names("ice"),
            (Modifier("ice", names("ice"), 1_000, pres=(PreRule("light", 5_000, 250),)),),
        ),
        ModifierGroup(
            "size",
            names("size"),
            (
                Modifier("full", names("full"), default=True),
                Modifier("half", names("half"), base_bp=6_000, portion_milli=500),
            ),
            min_count=1,
        ),
    )
    items = (
        an_item("kyiv", 28_500, group_ids=("side",)),
        an_item("soup", 15_500, group_ids=("size",), course=1),
        an_item("cola", 6_000, station_ids=("bar",), group_ids=("ice",), course=0, tax_id="low"),
        an_item("trout-kg", 120_000, sold_by="weight", station_ids=("grill",)),
        an_item("open", 0, sold_by="open"),
        a_lunch_item("lunch", 25_000),
    )
    return replace(
        menu,
        taxes={**menu.taxes, "low": Tax("low", 700, names("low"))},
        groups={**menu.groups, **{group.group_id: group for group in groups}},
        items={**menu.items, **{item.item_id: item for item in items}},
    )


def cost(menu: Catalogue, item: str, *choices: str) -> int:
    made = price(menu, menu.items[item], [_choice(text) for text in choices])
    assert isinstance(made, Priced), made
    return made.unit_minor


def _choice(text: str) -> Choice:
    pre, _, name = text.rpartition(" ")
    return Choice(name, pre)


def test_a_choice_opens_a_group_that_must_be_answered_and_says_which() -> None:
    menu = a_wide_menu()
    kyiv = menu.items["kyiv"]
    closed = price(menu, kyiv, [Choice("mash"), Choice("caesar")])
    assert isinstance(closed, Refused)
    assert closed.code == "modifier_unknown"
    open_yet = price(menu, kyiv, [Choice("salad")])
    assert isinstance(open_yet, Refused)
    assert (open_yet.code, open_yet.params["group"]) == ("modifier_missing", "dressing")
    groups = open_groups(menu, kyiv, [Choice("salad")])
    assert [group.group_id for group in groups] == ["side", "dressing"]
    assert cost(menu, "kyiv", "salad", "caesar") == 28_500 + 1_000 + 1_500


def test_what_replaces_a_default_costs_the_difference_and_never_less() -> None:
    menu = a_wide_menu()
    assert cost(menu, "kyiv", "mash") == 30_500
    assert cost(menu, "kyiv", "chips") == 30_500
    assert cost(menu, "kyiv", "salad", "oil") == 29_500


def test_extra_costs_twice_and_takes_two_recipes_light_as_the_choice_says() -> None:
    menu = a_wide_menu()
    assert cost(menu, "cola", "ice") == 7_000
    assert cost(menu, "cola", "extra ice") == 8_000
    assert cost(menu, "cola", "light ice") == 6_500
    assert cost(menu, "cola", "side ice") == 7_000
    assert cost(menu, "cola", "no ice") == 6_000
    assert isinstance(price(menu, menu.items["cola"], [Choice("ice", "burnt")]), Refused)
    assert cost(menu, "ribeye", "rare", "extra pepper") == 89_000 + 4_500


def test_the_recipe_follows_the_word_before_the_choice() -> None:
    house = AHouse(a_wide_menu())
    house.open()
    for number, pre in enumerate(("", "extra", "light", "no")):
        choices = (Choice("ice", pre),)
        house.add("k", a_line(f"l{number}", "cola", choices=choices))
    house.send("k", "l0", "l1", "l2", "l3")
    (fired,) = house.happened(e.LinesFired)
    assert [sold.modifier_ids for sold in fired.sold] == [
        ("ice",),
        ("ice*2000",),
        ("ice*250",),
        ("-ice",),
    ]


def test_half_a_portion_has_its_own_price_and_takes_half_of_recipe_and_countdown() -> None:
    house = AHouse(a_wide_menu())
    house.open()
    house.must(c.StopItem("soup", 3_000), by="nadia")
    house.add("k", a_line("l1", "soup", qty_milli=2_000, choices=(Choice("half"),)))
    assert house.line("l1").unit_minor == 9_300
    assert house.line("l1").gross_minor == 18_600
    house.send("k", "l1")
    assert house.venue.stops["soup"].left_milli == 2_000
    (fired,) = house.happened(e.LinesFired)
    assert (fired.sold[0].qty_milli, fired.sold[0].portion_milli) == (2_000, 500)


def test_a_weighed_dish_is_priced_by_the_gram_and_no_scale_shows_sixty_kilograms() -> None:
    house = AHouse(a_wide_menu())
    house.open()
    house.add("k", a_line("l1", "trout-kg", qty_milli=215))
    assert house.line("l1").gross_minor == 25_800
    for grams in (0, -5, 60_000):
        heavy = c.AddLines(K, (a_line("l2", "trout-kg", qty_milli=grams),))
        assert house.refused(heavy).code == "bad_quantity"


def test_an_open_item_needs_the_right_a_name_and_a_possible_price() -> None:
    house = AHouse(a_wide_menu())
    house.open()
    cake = a_line("l1", "open", name=" Guest’s own  cake ", price_minor=15_000, tax_id="low")
    assert house.refused(c.AddLines(K, (cake,))).code == "not_allowed"
    manager = {"by": "nadia"}
    for change, code in (
        ({"name": " "}, "open_unnamed"),
        ({"name": "n" * 61}, "bad_text"),
        ({"price_minor": 0}, "bad_price"),
        ({"price_minor": 100_000_001}, "bad_price"),
        ({"tax_id": "none"}, "bad_price"),
        ({"station_id": "roof"}, "no_item"),
    ):
        wrong = c.AddLines(K, (replace(cake, **change),))
        assert house.refused(wrong, **manager).code == code
    house.must(c.AddLines(K, (replace(cake, station_id="bar"),)), **manager)
    line = house.line("l1")
    assert (line.name, line.gross_minor, line.tax_bp) == ("Guest’s own cake", 15_000, 700)
    house.send("k", "l1")
    assert house.ticket("bar").lines[0].name == "Guest’s own cake"
    named = c.AddLines(K, (a_line("l2", "borscht", price_minor=1),))
    assert house.refused(named, **manager).code == "bad_price"


def a_lunch(line_id: str, drink: str = "cola") -> c.NewLine:
    parts = (
        c.NewPart(LineId(f"{line_id}a"), "first", "borscht"),
        c.NewPart(LineId(f"{line_id}b"), "main", "kyiv", (Choice("chips"),)),
        c.NewPart(LineId(f"{line_id}c"), "drink", drink),
    )
    return a_line(line_id, "lunch", parts=parts)


def test_a_set_is_shared_by_menu_prices_and_each_dish_goes_to_its_own_station() -> None:
    """250.00 by 185.00, 285.00 and 60.00, and the chips for 20.00 stay with the cutlet."""
    house = AHouse(a_wide_menu())
    house.open()
    house.add("k", a_lunch("s1"))
    lines = house.check().lines
    assert [line.gross_minor for line in lines] == [8_727, 13_443 + 2_000, 2_830]
    assert sum(line.gross_minor for line in lines) == 27_000
    assert [line.tax_bp for line in lines] == [2_000, 2_000, 700]
    assert {line.set_id for line in lines} == {"s1"}
    house.send("k", *(line.line_id for line in lines))
    assert {ticket.station_id for ticket in house.venue.tickets.values()} == {"hot", "bar"}
    taxes = {tax.rate_bp: tax.base_minor for tax in totals_of(house.check()).taxes}
    assert taxes == {2_000: 24_170, 700: 2_830}


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda parts: parts[:2], "part_missing"),
        (lambda parts: (*parts, replace(parts[0], line_id=LineId("z"))), "part_unknown"),
        (lambda parts: (replace(parts[0], item_id="ribeye"), *parts[1:]), "part_unknown"),
        (lambda parts: (replace(parts[0], part_id="fourth"), *parts[1:]), "part_unknown"),
        (lambda parts: (parts[0], replace(parts[1], choices=()), parts[2]), "modifier_missing"),
        (lambda parts: (replace(parts[0], line_id=LineId("s1b")), *parts[1:]), "duplicate_id"),
        (lambda parts: (replace(parts[0], note="n" * 141), *parts[1:]), "bad_text"),
    ],
)
def test_a_set_with_a_part_that_is_missing_or_foreign_says_so(change: object, code: str) -> None:
    house = AHouse(a_wide_menu())
    house.open()
    new = a_lunch("s1")
    wrong = replace(new, parts=change(new.parts))  # type: ignore[operator]
    assert house.refused(c.AddLines(K, (wrong,))).code == code
    assert house.check().lines == ()


def test_a_part_that_costs_more_and_a_choice_that_is_stopped() -> None:
    house = AHouse(a_wide_menu())
    house.open()
    house.add("k", a_lunch("s1", "wine"))
    assert sum(line.gross_minor for line in house.check().lines) == 27_000 + 5_000
    house.must(c.StopItem("wine"), by="nadia")
    assert house.refused(c.AddLines(K, (a_lunch("s2", "wine"),))).params["item"] == "wine"
    house.must(c.StopItem("lunch"), by="nadia")
    assert house.refused(c.AddLines(K, (a_lunch("s3"),))).params["item"] == "lunch"
    house.must(c.StopItem("pepper"), by="nadia")
    steak = a_line("l1", "ribeye", choices=(Choice("rare"), Choice("pepper")))
    assert house.refused(c.AddLines(K, (steak,))).params["item"] == "pepper"
    without = replace(steak, choices=(Choice("rare"), Choice("pepper", "no")))
    house.add("k", without)


def test_a_set_is_changed_removed_and_moved_as_a_whole() -> None:
    house = AHouse(a_wide_menu())
    house.open()
    house.open("j", "T1-002", "t5")
    house.add("k", a_lunch("s1"))
    more = c.ChangeLine(K, LineId("s1b"), 2_000, (Choice("chips"),), 0, 2, "", "")
    assert house.refused(more).code == "set_part"
    house.must(replace(more, qty_milli=1_000, seat=2, note="well done"))
    assert (house.line("s1b").seat, house.line("s1b").unit_minor) == (2, 15_443)
    house.must(c.MoveLines(K, CheckId("j"), (c.Move(LineId("s1a"), 1_000, LineId("")),)))
    assert [len(house.check(x).lines) for x in ("k", "j")] == [0, 3]
    house.must(c.RemoveLines(CheckId("j"), (LineId("s1c"),)))
    assert house.check("j").lines == ()


# -- prices by place and time --------------------------------------------------------------------
FRIDAY_NIGHT = PriceRule(
    "night", names("night"), ("bar",), (4,), 23 * 60, 3 * 60, category_bp={"food": 8_000}
)
HAPPY = PriceRule("happy", names("happy"), (), (0, 1, 2, 3, 4), 17 * 60, 19 * 60, {"wine": 30_000})
# 2026-11-20 was a Friday; Kyiv is two hours ahead of UTC in winter.
FRIDAY_MS = 1_795_125_600_000


@pytest.mark.parametrize(
    ("hours", "minutes", "inside"),
    [(16, 59, False), (17, 0, True), (18, 59, True), (19, 0, False)],
)
def test_a_window_is_half_open(hours: int, minutes: int, inside: bool) -> None:
    at_ms = FRIDAY_MS + hours * HOUR + minutes * MINUTE
    weekday, minute = local_minute(at_ms, "Europe/Kyiv")
    assert (weekday, minute) == (4, hours * 60 + minutes)
    assert holds(HAPPY, "main", weekday, minute) is inside


@pytest.mark.parametrize(
    ("hours", "inside"), [(22, False), (23, True), (26, True), (27, False), (2, False)]
)
def test_friday_from_23_to_3_is_one_night_of_friday(hours: int, inside: bool) -> None:
    weekday, minute = local_minute(FRIDAY_MS + hours * HOUR, "Europe/Kyiv")
    assert holds(FRIDAY_NIGHT, "bar", weekday, minute) is inside
    assert not holds(FRIDAY_NIGHT, "main", weekday, minute)


def test_a_price_rule_holds_by_hall_weekday_and_time_and_the_first_one_wins() -> None:
    dearer = replace(HAPPY, rule_id="late", prices={"wine": 60_000})
    menu = replace(a_menu(), price_rules=(FRIDAY_NIGHT, HAPPY, dearer))
    wine, soup = menu.items["wine"], menu.items["borscht"]
    at = FRIDAY_MS + 18 * HOUR
    assert price_now(menu, wine, "main", at) == (30_000, "happy")
    assert price_now(menu, wine, "main", at + DAY) == (50_000, "")
    night = FRIDAY_MS + 23 * HOUR
    assert price_now(menu, soup, "bar", night) == (14_800, "night")
    assert price_now(menu, soup, "main", night) == (18_500, "")


def test_the_price_is_that_of_the_moment_of_ordering_and_stays() -> None:
    """21 November 2026 is a Saturday, 20:00 in Kyiv; happy hour ends a minute later."""
    weekday, minute = local_minute(EVENING_MS, "Europe/Kyiv")
    happy = replace(HAPPY, weekdays=(weekday,), from_minute=0, until_minute=minute + 1)
    house = AHouse(replace(a_menu(), price_rules=(happy,)))
    house.open()
    house.add("k", a_line("l1", "wine"))
    assert (house.line("l1").unit_minor, house.line("l1").price_rule) == (30_000, "happy")
    house.now_ms += 2 * MINUTE
    house.add("k", a_line("l2", "wine"))
    assert house.line("l2").unit_minor == 50_000
    house.must(c.ChangeLine(K, LineId("l1"), 2_000, (), 1, 0, "cold", ""))
    assert house.line("l1").gross_minor == 60_000


def test_an_item_that_left_the_menu_can_still_be_moved_to_a_seat_and_counted() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1", "fries"))
    left = {key: item for key, item in house.menu.items.items() if key != "fries"}
    house.menu = replace(house.menu, number=2, items=left)
    house.must(c.ChangeLine(K, LineId("l1"), 3_000, (), 2, 2, "", ""))
    assert house.line("l1").gross_minor == 25_500
    again = replace(a_line("l2", "fries"), menu_no=2)
    assert house.refused(c.AddLines(K, (again,))).code == "no_item"
