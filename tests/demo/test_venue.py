"""The demo venue holds what it promises, and its dishes tie with the costing rules."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from fractions import Fraction

import pytest

from sync_server.demo.catalogue import catalogue_of
from sync_server.demo.generate import generate
from sync_server.demo.venue import DEMO_VENUE
from sync_server.demo.venue_types import Venue
from sync_server.domain import money, recipes
from sync_server.domain.staff import rights_of
from sync_server.domain.tariffs import stations_now
from tests.demo.loaded import demo_venue

from .recipe_book import DAY, book_of, cost_of, default_choices, unit_costs


@pytest.fixture(scope="module")
def venue() -> Venue:
    return demo_venue()


def test_the_house_has_the_promised_size(venue: Venue) -> None:
    assert len(venue.halls) == 3
    assert len(venue.tables) == 40
    assert len(venue.categories) == 12
    assert len(venue.items) == 122
    assert len(venue.ingredients) == 90
    assert len(venue.suppliers) == 6
    assert len(venue.stores) == 3
    assert len(venue.staff) == 9
    assert len(venue.rooms) == 30
    assert len(venue.stations) == 4
    assert len(venue.printers) == 4
    assert len(venue.semi_finished) >= 10


def test_every_category_station_group_and_supplier_is_in_use(venue: Venue) -> None:
    items = venue.items
    assert {c.category_id for c in venue.categories} == {item.category_id for item in items}
    assert {s.station_id for s in venue.stations} == {s for item in items for s in item.station_ids}
    nested = {key for group in venue.groups for m in group.modifiers for key in m.group_ids}
    asked = {g for item in items for g in item.group_ids} | nested
    assert {g.group_id for g in venue.groups} == asked
    assert {s.supplier_id for s in venue.suppliers} == {i.supplier_id for i in venue.ingredients}
    assert {s.store_id for s in venue.stores} == {row.store_id for row in venue.opening_stock}


def test_all_roles_are_held_by_someone(venue: Venue) -> None:
    held = {person.role_id for person in venue.staff}
    held |= {role for secret in venue.credentials for role in secret.extra_role_ids}
    assert held == {role.role_id for role in venue.roles}


def test_the_owner_who_is_also_administrator_has_the_rights_of_both(venue: Venue) -> None:
    rights = rights_of(catalogue_of(venue, number=1, published_ms=0), "andrii")
    assert {"approve", "settings", "kitchen"} <= rights


def test_every_name_is_ukrainian_english_and_polish(venue: Venue) -> None:
    named = (
        *(venue.taxes + venue.categories + venue.items + venue.groups + venue.stations),
        *(venue.printers + venue.displays + venue.halls + venue.reasons + venue.discounts),
        *(venue.roles + venue.stores + venue.ingredient_groups),
        *(venue.ingredients + venue.semi_finished + venue.meal_plans),
        *(modifier for group in venue.groups for modifier in group.modifiers),
    )
    for thing in named:
        assert set(thing.names) == {"uk", "en", "pl"}, thing
        assert all(thing.names.values()), thing


def test_borscht_and_broth_cost_what_the_worked_example_says(venue: Venue) -> None:
    assert money.divide_half_up(*cost_of(venue, "borscht-plain").as_integer_ratio()) == 1664
    costs = unit_costs(venue)
    broth = recipes.batch_cost(book_of(venue), "broth", DAY, lambda key: costs[key])
    assert isinstance(broth, Fraction)
    assert money.divide_half_up(*(broth * 1000).as_integer_ratio()) == 4362


def test_food_cost_of_every_dish_is_believable_and_of_the_menu_within_target(venue: Venue) -> None:
    assert recipes.faults(book_of(venue)) == []
    ratios = {}
    for item in venue.items:
        cost = cost_of(venue, item.item_id, default_choices(venue, item.item_id))
        net = item.price_minor - money.tax_inside(item.price_minor, 2000)
        ratios[item.item_id] = cost / net
    wild = {key: float(one) for key, one in ratios.items() if not 0.05 <= one <= 0.45}
    assert not wild
    assert Fraction(20, 100) <= sum(ratios.values()) / len(ratios) <= Fraction(38, 100)


def test_leaving_out_makes_a_dish_cheaper_and_adding_makes_it_dearer(venue: Venue) -> None:
    plain = cost_of(venue, "borscht")
    assert cost_of(venue, "borscht", ("no-garlic",)) == plain - 36
    assert cost_of(venue, "borscht", ("no-sour-cream",)) == plain - 240
    assert cost_of(venue, "borscht", ("extra-pampushky",)) > plain


def test_the_dishes_of_the_pictures_have_their_prices_and_choices(venue: Venue) -> None:
    prices = {item.item_id: item.price_minor for item in venue.items}
    assert prices["borscht"] == 18_500
    assert prices["ribeye"] == 89_000
    assert prices["chicken-kyiv"] == 28_500
    assert prices["saperavi"] == 50_000
    groups = {group.group_id: group for group in venue.groups}
    assert (groups["doneness"].min_count, groups["doneness"].max_count) == (1, 1)
    sauce = groups["sauce"]
    assert (sauce.min_count, sauce.max_count, sauce.free_count) == (0, 3, 1)
    assert {modifier.price_minor for modifier in sauce.modifiers} == {4_500}
    fries = next(one for one in groups["kyiv-side"].modifiers if one.modifier_id == "kyiv-fries")
    assert fries.price_minor == 2_000


def test_room_304_has_two_guests_of_whom_one_may_charge(venue: Venue) -> None:
    anna, piotr = (stay for stay in venue.stays if stay.room_no == "304")
    assert (anna.surname, anna.name) == ("Kowalski", "Anna")
    assert anna.credit_limit_minor - anna.charged_minor == 415_000
    assert (anna.plan_id, anna.level, anna.no_post) == ("half", "Gold", False)
    assert (piotr.name, piotr.no_post) == ("Piotr", True)
    board = {plan.plan_id: plan.allowance_minor for plan in venue.meal_plans}
    assert board["half"]["dinner"] == 60_000


def test_opening_stock_has_every_ingredient_at_about_its_price(venue: Venue) -> None:
    prices = {one.ingredient_id: one.price_minor for one in venue.ingredients}
    assert {row.ingredient_id for row in venue.opening_stock} == prices.keys()
    for row in venue.opening_stock:
        assert abs(row.value_minor / row.qty / prices[row.ingredient_id] - 1) < 0.05, row


def test_generated_files_come_out_byte_for_byte_as_written() -> None:
    for name, text in generate(DEMO_VENUE).items():
        assert (DEMO_VENUE / name).read_bytes() == text.encode(), name


def test_the_catalogue_has_everything_and_no_secret(venue: Venue) -> None:
    catalogue = catalogue_of(venue, number=1, published_ms=1_795_000_000_000)
    assert (len(catalogue.items), len(catalogue.tables), len(catalogue.staff)) == (124, 40, 9)
    assert catalogue.name(catalogue.items["borscht"].names, "en") == "Borscht with pampushky"
    assert catalogue.settings.service_bp == 0
    assert catalogue.settings.cash_step_minor == 10
    assert catalogue.settings.tips_bp == (500, 1_000, 1_500)
    written = repr(catalogue)
    for secret in venue.credentials:
        assert f"'{secret.pin}'" not in written
        assert not secret.password or secret.password not in written


def test_sets_sizes_weights_open_items_and_happy_hours_are_there_to_try(venue: Venue) -> None:
    catalogue = catalogue_of(venue, number=1, published_ms=0)
    lunch = catalogue.items["business-lunch"]
    assert [len(part.choices) for part in lunch.parts] == [3, 3, 3]
    assert lunch.parts[1].choices[1].extra_minor == 4_500
    assert catalogue.items["open-dish"].sold_by == "open"
    assert catalogue.items["trout-weight"].sold_by == "weight"
    half = catalogue.groups["half"].modifiers[0]
    assert (half.base_bp, half.portion_milli) == (6_000, 500)
    salad = next(m for m in catalogue.groups["steak-side"].modifiers if m.group_ids)
    assert salad.group_ids == ("dressing",)
    (happy,) = catalogue.price_rules
    assert (happy.weekdays, happy.from_minute) == ((0, 1, 2, 3, 4), 17 * 60)
    assert happy.category_bp == {"cocktails": 7_500}


def test_recipe_cards_are_the_recipes_in_the_cooks_measures() -> None:
    catalogue = catalogue_of(demo_venue(), 1, 0)
    burger = catalogue.items["burger"]
    told = {part.component_id: (part.qty_milli, part.unit) for part in burger.components}
    assert told["minced-meat"] == (180_000, "g"), "0.180 kg in the stores"
    assert told["sunflower-oil"] == (30_000, "ml")
    assert catalogue.items["cola"].components[0].unit == "pcs"
    choices = {choice.modifier_id: choice for choice in catalogue.groups["burger-choice"].modifiers}
    (meat,), (onion,) = (choices[x].components for x in ("burger-double", "burger-no-onion"))
    assert (meat.component_id, meat.qty_milli) == ("minced-meat", 180_000)
    assert (onion.component_id, onion.qty_milli) == ("onion", -20_000)
    assert burger.usage == 2
    assert "180" in burger.method["uk"]
    assert not catalogue.items["borscht"].paced, "soup is ladled when there is a hand free"
    assert all(station.capacity for station in catalogue.stations.values())
    assert catalogue.settings.pacing == {"takeaway": "all"}, "a bag is closed once"


def test_what_a_cook_or_a_guest_reads_stands_in_every_language() -> None:
    """No text of the house is missing in one of the three, and none is the English one again."""

    def texts(thing: object, where: str) -> Iterator[tuple[str, Mapping[str, str]]]:
        if isinstance(thing, Mapping):
            if thing and thing.keys() <= {"uk", "en", "pl"}:
                yield where, thing
                return
            for key, value in thing.items():
                yield from texts(value, f"{where}/{key}")
        elif isinstance(thing, list | tuple):
            for at, value in enumerate(thing):
                yield from texts(value, f"{where}/{at}")
        elif is_dataclass(thing):
            for field in fields(thing):
                yield from texts(getattr(thing, field.name), f"{where}.{field.name}")

    told = list(texts(catalogue_of(demo_venue(), 1, 0), "menu"))
    assert len(told) > 500
    assert [where for where, text in told if {"uk", "en", "pl"} - text.keys()] == []
    assert [where for where, text in told if not all(text.values())] == []
    methods = [text for where, text in told if where.endswith(".method")]
    assert len(methods) > 20
    assert [text for text in methods if text["pl"] in (text["en"], text["uk"])] == []


def test_a_sandwich_to_go_is_packed_at_the_grill_and_toast_is_made_where_someone_stands() -> None:
    catalogue = catalogue_of(demo_venue(), 1, 0)
    evening, morning = 1_795_282_920_000, 1_795_282_920_000 - 12 * 3_600_000
    toast, sandwich = catalogue.items["avocado-toast"], catalogue.items["club-sandwich"]
    assert stations_now(catalogue, toast, "main", evening) == ("cold",)
    assert stations_now(catalogue, toast, "main", morning) == ("hot",)
    assert stations_now(catalogue, sandwich, "takeaway", evening) == ("grill",)
