"""A business day's room charges held against the hotel's own word, in sums or answer by answer."""

from dataclasses import replace

from sync_server.domain.folio import Charge
from sync_server.effects.reconciliation import HotelDay, reconcile
from sync_server.hotel.gateway import Answered, DayTotals, OutletTotal
from tests.builders import DAY
from tests.domain.test_room_reversals import CHARGE, charged

OUTLET = "restaurant"


def a_charge(charge_id: str = CHARGE, **changes: object) -> Charge:
    """185.00 and a tip of 10.00 on room 304, posted unless told otherwise."""
    charge = charged(tip=1_000).venue.charges[CHARGE]
    return replace(charge, charge_id=charge_id, **changes)  # type: ignore[arg-type]


def answered(charge_id: str = CHARGE, total_minor: int = 19_500, outlet: str = OUTLET) -> Answered:
    """What the hotel said of a charge."""
    return Answered(charge_id, outlet, "304", "Guest", "T1-k", total_minor, 0, "F-1")


def told(total_minor: int) -> DayTotals:
    """The hotel's own sums of the day."""
    own = OutletTotal(OUTLET, 1, (), 0, 0, 0, 0, total_minor)
    return DayTotals(DAY, (own, OutletTotal("bar", 1, (), 0, 0, 0, 0, 99_000)))


def odd(day: HotelDay) -> list[tuple[str, str]]:
    """The exceptions."""
    return [(each.charge_id, each.why) for each in day.exceptions]


def test_a_hotel_that_tells_sums_is_held_to_them_and_other_outlets_are_not_ours() -> None:
    same = reconcile(DAY, [a_charge()], told(19_500), OUTLET)
    assert (same.hotel_minor, same.difference_minor, same.one_by_one) == (19_500, 0, False)
    assert (same.posted_minor, same.tips_minor, odd(same)) == (19_500, 1_000, [])
    assert reconcile(DAY, [a_charge()], told(19_000), OUTLET).difference_minor == -500


def test_without_sums_each_charge_is_held_against_the_answer_that_came_to_it() -> None:
    answers = (
        answered(),
        answered("dearer", 20_000),
        answered("lost here", 700),
        answered("the bar's", 5_000, "bar"),
    )
    ours = [a_charge(), a_charge("dearer"), a_charge("never answered")]
    day = reconcile(DAY, ours, None, OUTLET, answers)
    assert (day.one_by_one, day.hotel_minor) == (True, 40_200)
    assert day.difference_minor == 500 + 700 - 19_500
    assert odd(day) == [
        ("dearer", "other_sum"),
        ("never answered", "silent"),
        ("lost here", "only_hotel"),
    ]


def test_an_answer_that_came_twice_is_twice_on_the_folio() -> None:
    day = reconcile(DAY, [a_charge()], None, OUTLET, (answered(), answered()))
    assert (day.difference_minor, odd(day)) == (19_500, [(CHARGE, "other_sum")])


def test_what_somebody_saw_on_the_folio_needs_no_answer_and_stands_as_that() -> None:
    seen = a_charge(reference="seen by nadia")
    day = reconcile(DAY, [seen], None, OUTLET, ())
    assert (day.difference_minor, odd(day)) == (-19_500, [(CHARGE, "person")])


def test_where_a_link_tells_no_sums_somebody_states_what_the_hotels_report_says() -> None:
    day = reconcile(DAY, [a_charge()], None, OUTLET, (), stated_minor=19_000)
    assert (day.hotel_minor, day.difference_minor, day.stated) == (19_000, -500, True)
    assert odd(day) == [(CHARGE, "silent")], "and each charge is still held against its answer"
    own = reconcile(DAY, [a_charge()], told(19_500), OUTLET, stated_minor=1)
    assert (own.hotel_minor, own.stated) == (19_500, False), "a hotel that tells sums is believed"


def test_a_charge_that_went_out_again_on_somebodys_word_is_listed() -> None:
    day = reconcile(DAY, [a_charge(attempt=2)], told(39_000), OUTLET)
    assert (day.difference_minor, odd(day)) == (19_500, [(CHARGE, "sent_again")])


def test_where_nobody_tells_anything_there_is_no_difference_to_speak_of() -> None:
    unclear = a_charge("unclear", state="unknown")
    day = reconcile(DAY, [a_charge(), unclear, a_charge("no", state="refused")], None, OUTLET)
    assert (day.hotel_minor, day.difference_minor, day.told) == (-1, 0, False)
    assert (day.posted_minor, day.unclear_minor) == (19_500, 19_500)
    assert odd(day) == [("unclear", "unknown"), ("no", "refused")]
