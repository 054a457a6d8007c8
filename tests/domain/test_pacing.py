"""When dishes are begun so that a course comes together; the figures are features-commercial B5."""

from dataclasses import replace

from hypothesis import given, strategies as st

from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.menu import Catalogue, StationRule
from sync_server.domain.pacing import DELAYS_TRIED, Slot, plan
from sync_server.domain.tariffs import local_minute, stations_now
from tests.builders import EVENING_MS, AHouse, a_line, a_menu, an_item

K = CheckId("k")


def a_kitchen(*dishes: tuple[str, str, int], capacity: int = 0, usage: int = 1) -> Catalogue:
    """A menu of dishes (name, station, seconds), all of one course."""
    menu = a_menu()
    items = {
        name: an_item(name, 100, station_ids=(station,), target_s=seconds, usage=usage)
        for name, station, seconds in dishes
    }
    stations = {key: replace(station, capacity=capacity) for key, station in menu.stations.items()}
    return replace(menu, items=menu.items | items, stations=stations)


def an_order(menu: Catalogue, *names: str) -> AHouse:
    """A check whose lines, named as the dishes, were sent together."""
    house = AHouse(menu)
    house.open()
    house.add("k", *(a_line(name, name) for name in names))
    house.send("k", *names)
    return house


def slots(house: AHouse, now_ms: int = 0) -> dict[str, Slot]:
    """The plan by line, for lines that only one station makes."""
    made = plan(house.venue.tickets.values(), house.menu, now_ms or house.now_ms)
    return {line_id: slot for (_, line_id), slot in made.items()}


def seconds_apart(house: AHouse, first: str, second: str) -> int:
    """How much later the second dish is begun."""
    made = slots(house)
    return (made[second].start_ms - made[first].start_ms) // 1000


def test_a_steak_of_twelve_minutes_starts_eight_after_a_lobster_of_twenty() -> None:
    house = an_order(
        a_kitchen(("steak", "grill", 720), ("lobster", "hot", 1200)), "steak", "lobster"
    )
    assert seconds_apart(house, "lobster", "steak") == 480
    assert len({slot.due_ms for slot in slots(house).values()}) == 1


def test_sticks_of_one_minute_start_three_after_a_burger_of_four() -> None:
    house = an_order(a_kitchen(("sticks", "hot", 60), ("burger", "grill", 240)), "sticks", "burger")
    assert seconds_apart(house, "burger", "sticks") == 180


def test_well_done_takes_longer_and_so_everything_else_starts_later() -> None:
    house = AHouse()
    house.open()
    well = replace(a_line("s", "ribeye"), choices=(c.Choice("well"),))
    house.add("k", well, a_line("f", "fries"))
    house.send("k", "s", "f")
    assert seconds_apart(house, "s", "f") == 900 + 120 - 300


def test_when_the_slowest_dish_is_begun_late_the_others_wait_as_much() -> None:
    house = an_order(
        a_kitchen(("steak", "grill", 720), ("lobster", "hot", 1200)), "steak", "lobster"
    )
    planned = slots(house)["steak"].start_ms
    house.now_ms += 119_000
    house.must(c.StartLines(house.ticket("hot").ticket_id, (LineId("lobster"),)), by="nadia")
    assert slots(house)["steak"].start_ms == planned + 120_000
    assert slots(house)["lobster"].start_ms == house.now_ms


def test_a_dish_that_is_cancelled_no_longer_holds_the_others_back() -> None:
    house = an_order(
        a_kitchen(("steak", "grill", 720), ("lobster", "hot", 1200)), "steak", "lobster"
    )
    fired = slots(house)["lobster"].start_ms
    house.must(c.VoidLine(K, LineId("lobster"), 1_000, "guest-left", False), by="nadia")
    assert slots(house)["steak"].start_ms == fired


def test_an_extra_joins_its_course_when_it_can_be_ready_in_time() -> None:
    house = an_order(a_kitchen(("steak", "grill", 720), ("salad", "hot", 120)), "steak")
    due = slots(house)["steak"].due_ms
    house.now_ms += 300_000
    house.add("k", a_line("salad", "salad"))
    house.send("k", "salad")
    assert slots(house)["salad"] == Slot(due - 120_000, due)


def test_a_late_extra_does_not_hold_back_what_is_on_the_stove() -> None:
    house = an_order(a_kitchen(("steak", "grill", 720), ("roast", "hot", 1800)), "steak")
    due = slots(house)["steak"].due_ms
    house.now_ms += 600_000
    house.add("k", a_line("roast", "roast"))
    house.send("k", "roast")
    assert slots(house)["steak"].due_ms == due
    assert slots(house)["roast"].start_ms == house.now_ms


def test_what_a_station_cannot_take_at_once_comes_in_a_second_wave() -> None:
    menu = a_kitchen(("a", "grill", 300), ("b", "grill", 300), ("d", "grill", 300), capacity=2)
    made = slots(an_order(menu, "a", "b", "d"))
    starts = sorted(slot.start_ms for slot in made.values())
    assert [(start - starts[0]) // 1000 for start in starts] == [0, 0, 300]


def test_the_next_table_waits_for_room_and_its_other_dishes_wait_with_it() -> None:
    menu = a_kitchen(("steak", "grill", 600), ("fish", "hot", 600), capacity=1)
    house = an_order(menu, "steak")
    first = slots(house)["steak"]
    house.open("k2", "T1-002", "t4")
    house.add("k2", a_line("steak2", "steak"), a_line("fish2", "fish"))
    house.send("k2", "steak2", "fish2")
    made = slots(house)
    assert made["steak"] == first
    assert made["steak2"].start_ms == made["fish2"].start_ms == first.due_ms


def test_a_rushed_table_takes_its_room_first() -> None:
    menu = a_kitchen(("steak", "grill", 600), capacity=1)
    house = an_order(menu, "steak")
    house.open("k2", "T1-002", "t4")
    house.add("k2", a_line("steak2", "steak"))
    house.send("k2", "steak2")
    hurried = next(t for t in house.venue.tickets.values() if t.check_id == "k2")
    house.must(c.RushTickets((hurried.ticket_id,)), by="nadia")
    made = slots(house)
    assert made["steak"].start_ms == made["steak2"].due_ms
    house.must(c.RushTickets((hurried.ticket_id,), False), by="nadia")
    made = slots(house)
    assert made["steak2"].start_ms == made["steak"].due_ms


def test_a_dish_that_ignores_pacing_starts_at_once() -> None:
    menu = a_kitchen(("steak", "grill", 720), ("bread", "hot", 60))
    bread = replace(menu.items["bread"], paced=False)
    house = an_order(replace(menu, items=menu.items | {"bread": bread}), "steak", "bread")
    assert seconds_apart(house, "steak", "bread") == 0


def test_a_kind_of_order_forces_pacing_on_or_off_whatever_the_dish_says() -> None:
    """Steak 720 s, bread 60 s that its card lets begin at once (features-commercial B5.41)."""
    menu = a_kitchen(("steak", "grill", 720), ("bread", "hot", 60))
    bread = replace(menu.items["bread"], paced=False)
    menu = replace(menu, items=menu.items | {"bread": bread})

    def bread_after_steak(kind: str, pacing: dict[str, str]) -> int:
        house = AHouse(replace(menu, settings=replace(menu.settings, pacing=pacing)))
        table = "t3" if kind == "table" else ""
        house.must(c.OpenCheck(K, "T1-001", kind, table, "7", 1))
        house.add("k", a_line("steak", "steak"), a_line("bread", "bread"))
        house.send("k", "steak", "bread")
        return seconds_apart(house, "steak", "bread")

    bag = {"takeaway": "all", "tab": "none"}
    assert bread_after_steak("table", bag) == 0, "the card holds where the order says nothing"
    assert bread_after_steak("takeaway", bag) == 660
    assert bread_after_steak("takeaway", {}) == 0
    menu = replace(menu, items=menu.items | {"bread": replace(bread, paced=True)})
    assert bread_after_steak("table", bag) == 660
    assert bread_after_steak("tab", bag) == 0


def test_what_is_taken_away_is_made_elsewhere_and_an_addition_follows_it() -> None:
    rule = StationRule("to-go", {}, ("bar",), item_ids=("borscht",), places=("takeaway",))
    house = AHouse(replace(a_menu(), station_rules=(rule,)))
    away = CheckId("away")
    house.must(c.OpenCheck(away, "T1-001", "takeaway", "", "7", 1))
    house.open("k", "T1-002")
    for check in ("away", "k"):
        house.add(check, a_line(f"soup-{check}"), a_line(f"fries-{check}", "fries"))
        house.send(check, f"soup-{check}", f"fries-{check}")
    made = {
        (ticket.station_id, line.line_id)
        for ticket in house.venue.tickets.values()
        for line in ticket.lines
    }
    assert {("bar", "soup-away"), ("hot", "soup-k"), ("hot", "fries-away")} <= made
    assert len(made) == 4
    house.add("away", a_line("more"))
    house.send("away", "more")
    (bar,) = [t for t in house.venue.tickets.values() if t.station_id == "bar"]
    assert [line.line_id for line in bar.lines] == ["soup-away", "more"]


def test_an_overdue_dish_still_fills_its_station() -> None:
    menu = a_kitchen(("steak", "grill", 600), capacity=1)
    house = an_order(menu, "steak")
    house.open("k2", "T1-002", "t4")
    house.add("k2", a_line("steak2", "steak"))
    house.send("k2", "steak2")
    late_ms = house.now_ms + 900_000
    assert slots(house, late_ms)["steak2"].start_ms == late_ms


@given(
    st.lists(
        st.tuples(st.sampled_from(("hot", "grill")), st.integers(1, 30), st.integers(1, 3)),
        min_size=1,
        max_size=8,
    ),
    st.integers(1, 3),
)
def test_no_station_is_ever_overfilled(dishes: list[tuple[str, int, int]], capacity: int) -> None:
    menu = a_kitchen(capacity=capacity)
    items = {
        f"d{i}": an_item(f"d{i}", 100, station_ids=(where,), target_s=60 * long, usage=usage)
        for i, (where, long, usage) in enumerate(dishes)
    }
    menu = replace(menu, items=menu.items | items)
    house = AHouse(menu)
    for number, name in enumerate(items):
        table = f"k{number // 3}"
        if number % 3 == 0:
            house.open(table, f"T1-{number:03}", "t3")
        house.add(table, a_line(name, name))
        house.send(table, name)
    made = slots(house)
    assert made.keys() == items.keys()
    assert len(dishes) < DELAYS_TRIED
    for station in ("hot", "grill"):
        mine = [
            (made[n], min(i.usage, capacity)) for n, i in items.items() if station in i.station_ids
        ]
        for slot, _ in mine:
            standing = [used for s, used in mine if s.start_ms <= slot.start_ms < s.due_ms]
            assert sum(standing) <= capacity


def test_at_night_the_terrace_is_cooked_for_at_the_bar() -> None:
    menu = a_menu()
    rules = (
        StationRule("grill", {}, ("hot",), station_id="grill", places=("main",)),
        StationRule("night", {}, ("bar",), category_ids=("food",), from_minute=0, until_minute=1),
        StationRule("gone", {}, ("attic",), item_ids=("borscht",)),
    )
    menu = replace(menu, station_rules=rules)
    plate, steak, soup = menu.items["plate"], menu.items["ribeye"], menu.items["borscht"]
    assert stations_now(menu, plate, "main", EVENING_MS) == ("hot",)
    assert stations_now(menu, steak, "main", EVENING_MS) == ("hot",)
    assert stations_now(menu, steak, "terrace", EVENING_MS) == ("grill",)
    assert stations_now(menu, soup, "main", EVENING_MS) == ("hot",), "no such station: as before"
    _, minute = local_minute(EVENING_MS, menu.settings.zone)
    midnight = EVENING_MS + (24 * 60 - minute) * 60_000
    assert stations_now(menu, soup, "terrace", midnight) == ("bar",)
    house = an_order(menu, "plate")
    assert [ticket.station_id for ticket in house.venue.tickets.values()] == ["hot"]
