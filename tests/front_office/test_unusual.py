"""What managers are told of a colleague: many of a kind within an hour, and nothing less (S-40)."""

from sync_server.domain import events as e, limits
from sync_server.domain.ids import ShiftId, StaffId
from sync_server.domain.menu import UNUSUAL, Unusual
from sync_server.domain.rejections import CODES
from sync_server.domain.unusual import MINUTE_MS, Tally
from sync_server.front_office.unusual import UnusualCounts
from tests.front_office.house import House, Till

OLENA, IHOR = StaffId("olena"), StaffId("ihor")


def opened(by: StaffId, minute: int) -> e.DrawerOpened:
    return e.DrawerOpened(ShiftId("sh"), "courier", by, minute * MINUTE_MS)


def test_each_kind_has_a_sentence_and_a_number_that_an_hour_of_work_does_not_reach() -> None:
    assert all(f"unusual_{rule.kind}" in CODES for rule in UNUSUAL)
    assert all(rule.times > 1 and rule.minutes == 60 for rule in UNUSUAL)


def test_only_one_persons_deeds_within_the_time_count_together() -> None:
    rules, tally = (Unusual("no_sale", 3, 60),), Tally()
    assert not tally.add(opened(OLENA, 0), rules)
    assert not tally.add(opened(OLENA, 30), rules)
    assert not tally.add(opened(IHOR, 31), rules)
    assert not tally.add(opened(OLENA, 61), rules), "the first was more than an hour ago"
    met = tally.add(opened(OLENA, 62), rules)
    assert met == (rules[0], OLENA, 62 * MINUTE_MS)
    assert not tally.add(opened(OLENA, 63), rules), "counting begins anew"
    assert not tally.add(opened(IHOR, 90), (Unusual("no_sale", 0),)), "nought is never"


def test_the_tally_is_bounded_whatever_names_come() -> None:
    rules, tally = (Unusual("no_sale", 2, 60),), Tally()
    tally.add(opened(OLENA, 0), rules)
    for number in range(limits.UNUSUAL_WATCHED):
        assert not tally.add(opened(StaffId(f"p{number}"), 1), rules)
    assert not tally.add(opened(OLENA, 2), rules), "who was not heard of for longest is forgotten"


async def told(house: House, counts: UnusualCounts) -> list[tuple[str, str, dict[str, object]]]:
    """What stands on managers' screens once everything that was met is told."""
    assert await counts.tell()
    return [
        (one.staff_id, one.code, dict(one.params))
        for one in house.office.venue.notices.values()
        if one.code.startswith("unusual_")
    ]


async def test_wrong_pins_reach_the_manager_once_over_a_restart(house: House, till: Till) -> None:
    counts = UnusualCounts(house.office)
    for _ in range(7):
        house.now_ms += limits.PIN_LOCK_MAX_MS // 3
        await till.sign_in("olena", "0000")
    assert await told(house, counts) == []
    await house.restart()
    counts = UnusualCounts(house.office)
    counts.remember()
    for _ in range(2):
        house.now_ms += limits.PIN_LOCK_MAX_MS // 3
        await till.sign_in("olena", "0000")
    [(who, code, params)] = await told(house, counts)
    assert (who, code) == ("nadia", "unusual_pin")
    assert params == {"by": "olena", "times": 8, "minutes": 60}
    await house.restart()
    counts = UnusualCounts(house.office)
    counts.remember()
    assert len(await told(house, counts)) == 1, "what was told is not told again"
