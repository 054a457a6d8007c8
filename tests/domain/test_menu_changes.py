"""Changes of the menu: each alone, on whatever is in force, refused by name when it cannot be."""

from dataclasses import replace

from sync_server.domain.menu import Component
from sync_server.domain.menu_cards import components_text
from sync_server.domain.menu_changes import (
    Change,
    changed,
    gathered,
    previewed,
    things,
    unsound,
    value_of,
)
from sync_server.domain.menu_fields import KINDS
from sync_server.domain.tariffs import holds, price_now, stations_now
from tests.builders import a_menu


def test_changes_are_laid_on_what_is_in_force_and_shown_beforehand() -> None:
    menu = a_menu()
    changes = [
        Change("item", "borscht", "price_minor", "19900"),
        Change("item", "borscht", "name_uk", "Борщ із пампушками"),
        Change("modifier", "sauce/mint", "price_minor", "5000"),
        Change("item", "okroshka", "new", menu.items["borscht"].category_id),
        Change("item", "okroshka", "price_minor", "14500"),
        Change("item", "ribeye", "removed", "yes"),
    ]
    seen = previewed(menu, changes)
    assert [one.refused for one in seen] == [""] * 6
    assert seen[0].before == "18500"
    after = changed(menu, changes)
    assert after.items["borscht"].price_minor == 19_900
    assert after.items["borscht"].names["uk"] == "Борщ із пампушками"
    assert after.items["okroshka"].station_ids == menu.items["borscht"].station_ids
    assert "ribeye" not in after.items
    assert after.printers == menu.printers
    assert menu.items["borscht"].price_minor == 18_500
    assert value_of(after, Change("modifier", "sauce/mint", "price_minor", "")) == "5000"


def test_recipe_cards_and_pacing_are_changes_like_prices() -> None:
    menu = a_menu()
    garlic = Component("garlic", {"uk": "Часник"}, -4_500, "g")
    lines = components_text([Component("beet", {"uk": "Буряк", "en": "Beet"}, 90_000, "g"), garlic])
    changes = [
        Change("item", "borscht", "components", lines),
        Change("modifier", "extras/no-garlic", "components", components_text([garlic])),
        Change("item", "borscht", "method_uk", "Варити.\nНе кип’ятити."),
        Change("item", "borscht", "paced", "no"),
        Change("station", "hot", "late_percent", "120"),
        Change("pacing", "takeaway", "dishes", "all"),
    ]
    assert [one.refused for one in previewed(menu, changes)] == [""] * 6
    after = changed(menu, changes)
    assert after.items["borscht"].components[1] == garlic
    assert after.groups["extras"].modifiers[0].components == (garlic,)
    assert after.items["borscht"].method == {"uk": "Варити.\nНе кип’ятити."}
    assert not after.items["borscht"].paced
    assert after.stations["hot"].late_percent == 120
    assert after.settings.pacing == {"takeaway": "all"}
    assert [value_of(after, one) for one in changes] == [one.value for one in changes]
    away = [
        Change("item", "borscht", "components", ""),
        Change("item", "borscht", "method_uk", ""),
        Change("pacing", "takeaway", "dishes", ""),
    ]
    rest = changed(after, away)
    assert (rest.items["borscht"].components, rest.items["borscht"].method) == ((), {})
    assert rest.settings.pacing == {}
    wrong = [
        *('{"beet": 1}', "[[1]]", '[["beet", {}, 5, "g"]]', '[["beet", {"uk": ""}, 5, "g"]]'),
        *('[["beet", {"uk": "Буряк"}, true, "g"]]', '[["beet", {"uk": "Буряк"}, 0.5, "g"]]'),
        '[["beet", {"uk": "Буряк"}, false, "g"]]',
        *("beet", "[" * 10_000, components_text([garlic] * 101)),
    ]
    refused = previewed(menu, [Change("item", "borscht", "components", one) for one in wrong])
    assert {one.refused for one in refused} == {"bad_card_lines"}
    assert previewed(menu, [Change("pacing", "moon", "dishes", "all")])[0].refused == "no_thing"


def test_what_cannot_be_is_refused_by_itself_and_the_rest_is_taken() -> None:
    menu = a_menu()
    changes = [
        Change("item", "moon", "price_minor", "1"),
        Change("item", "borscht", "price_minor", "-5"),
        Change("item", "borscht", "price_minor", "0.5"),
        Change("item", "borscht", "tax_id", "none"),
        Change("item", "borscht", "name_uk", "\x1b[2J"),
        Change("item", "borscht", "new", menu.items["borscht"].category_id),
        Change("item", "borscht", "secret", "1"),
        Change("poem", "x", "y", "z"),
        Change("staff", "nobody", "active", "no"),
        Change("rule", "happy", "borscht", "1"),
        Change("item", "borscht", "price_minor", "17000"),
    ]
    codes = [one.refused for one in previewed(menu, changes)]
    assert codes == [
        "no_thing", "bad_figure", "bad_figure", "no_thing", "bad_name", "bad_id", "no_field",
        "no_thing", "no_thing", "no_thing", "",
    ]  # fmt: skip
    assert changed(menu, changes).items["borscht"].price_minor == 17_000


def test_texts_of_codes_are_changes_of_the_settings_with_places_that_they_know() -> None:
    menu = a_menu()
    pay = Change("qr", "qr", "pay_link", "https://bank.test/?a={amount}&r={reference}")
    after = changed(menu, [pay])
    assert (after.settings.pay_link, value_of(after, pay)) == (pay.value, pay.value)
    assert after.settings == replace(menu.settings, pay_link=pay.value), "and nothing else"
    wrong = {
        ("bill_link", "https://bill.test/{reference}"): "bad_place",
        ("pay_link", "x" * 251): "bad_name",
        ("pay_link", "\x1b[2J"): "bad_name",
        ("name", "Another house"): "no_field",
    }
    for (field, value), code in wrong.items():
        assert previewed(menu, [Change("qr", "qr", field, value)])[0].refused == code
    assert previewed(menu, [Change("qr", "qr", "removed", "yes")])[0].refused == "in_use"


FRIDAY_NOON_MS = 1_795_168_800_000  # 20 November 2026, 12:00 in Kyiv
LUNCH = [
    Change("terms", "lunch", "new", ""),
    Change("terms", "lunch", "places", "main"),
    Change("terms", "lunch", "weekdays", "0 4"),
    Change("terms", "lunch", "from_minute", "660"),
    Change("terms", "lunch", "until_minute", "960"),
    Change("rule", "lunch", "borscht", "15000"),
    Change("rule", "lunch", "share/food", "9000"),
]


def test_a_rule_made_by_changes_makes_the_price_here_and_now() -> None:
    after = changed(a_menu(), LUNCH)
    borscht, fries = after.items["borscht"], after.items["fries"]
    assert price_now(after, borscht, "main", FRIDAY_NOON_MS) == (15_000, "lunch")
    assert price_now(after, fries, "main", FRIDAY_NOON_MS) == (7_650, "lunch")
    assert price_now(after, borscht, "takeaway", FRIDAY_NOON_MS) == (18_500, "")
    assert price_now(after, borscht, "main", FRIDAY_NOON_MS + 86_400_000) == (18_500, "")
    assert price_now(after, borscht, "main", FRIDAY_NOON_MS + 4 * 3_600_000) == (18_500, "")
    first = [*LUNCH, Change("terms", "all", "new", ""), Change("rule", "all", "borscht", "1")]
    assert price_now(changed(a_menu(), first), borscht, "main", FRIDAY_NOON_MS)[0] == 15_000
    first.append(Change("terms", "all", "order", "1"))
    assert price_now(changed(a_menu(), first), borscht, "main", FRIDAY_NOON_MS)[0] == 1


def test_a_route_made_by_changes_sends_a_dish_elsewhere() -> None:
    route = [
        Change("routing", "grill", "new", ""),
        Change("routing", "grill", "to_station_ids", "bar"),
        Change("routing", "grill", "item_ids", "borscht"),
    ]
    after = changed(a_menu(), route)
    assert stations_now(after, after.items["borscht"], "main", FRIDAY_NOON_MS) == ("bar",)
    assert stations_now(after, after.items["fries"], "main", FRIDAY_NOON_MS) == ("hot",)


def test_what_is_needed_stays_and_what_no_house_can_work_with_is_named() -> None:
    menu = a_menu()
    needed = [
        Change("category", "food", "removed", "yes"),
        Change("station", "hot", "removed", "yes"),
        Change("tax", "vat", "removed", "yes"),
        Change("group", "sauce", "removed", "yes"),
        Change("hall", "main", "removed", "yes"),
        Change("role", "waiter", "removed", "yes"),
        Change("staff", "olena", "removed", "yes"),
        Change("role", "waiter", "rights", "order everything"),
        Change("terms", "x", "weekdays", "7"),
        Change("item", "bad id", "new", "food"),
    ]
    codes = [one.refused for one in previewed(menu, needed)]
    assert codes[:7] == ["in_use"] * 7
    assert codes[7:] == ["no_thing", "no_thing", "bad_id"]
    closed = changed(menu, [Change("staff", "nadia", "active", "no")])
    assert [one.refused for one in unsound(closed)] == ["nobody_left"]
    greedy = changed(menu, [Change("group", "sauce", "min_count", "9")])
    assert [(one.change.target, one.refused) for one in unsound(greedy)] == [("sauce", "bad_count")]


def test_a_draft_keeps_the_last_word_and_nothing_that_says_nothing() -> None:
    menu = a_menu()
    draft = [
        *LUNCH,
        Change("item", "borscht", "price_minor", "19000"),
        Change("item", "borscht", "price_minor", "20000"),
        Change("item", "fries", "price_minor", "1"),
        Change("item", "fries", "price_minor", str(menu.items["fries"].price_minor)),
        Change("terms", "lunch", "removed", "yes"),
    ]
    left = gathered(menu, draft)
    assert Change("item", "borscht", "price_minor", "20000") in left
    assert all(one.target != "fries" for one in left)
    assert all(one.target != "lunch" for one in left)


def test_every_field_reads_back_what_it_shows() -> None:
    """Whatever stands in a catalogue can be written as a change that changes nothing."""
    menu = changed(a_menu(), [*LUNCH, Change("terms", "lunch", "name_uk", "Обід")])
    for kind, one in KINDS.items():
        for key in things(menu, one):
            for name in set(one.fields) - {"printer_id", "fallback_printer_id"}:
                change = Change(kind, key, name, "")
                same = Change(kind, key, name, value_of(menu, change))
                assert [seen.refused for seen in previewed(menu, [same])] == [""], same
                assert changed(menu, [same]) == menu


def test_a_page_of_the_menu_is_offered_at_hours_that_are_edited_like_any_field() -> None:
    menu = changed(
        a_menu(),
        [
            Change("category", "food", "from_minute", "420"),
            Change("category", "food", "until_minute", "720"),
            Change("category", "food", "places", "main"),
        ],
    )
    page = menu.categories["food"]
    assert holds(page, "main", 0, 420)
    assert not holds(page, "main", 0, 720)
    assert not holds(page, "tab", 0, 500)
    (seen,) = previewed(menu, [Change("category", "food", "until_minute", "2500")])
    assert seen.refused
