"""The kitchen's clock, and the door through which the world is told."""

from dataclasses import replace

import pytest

from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.ids import ChargeId, LineId
from sync_server.domain.kitchen import Ticket
from sync_server.domain.limits import KITCHEN_PAPER_MS, KITCHEN_RESEND_MS, SECOND_COPY_WAIT_MS
from sync_server.front_office.effects_door import OfficeDoor
from sync_server.front_office.room_day import charges_of
from sync_server.front_office.watch import KitchenWatch
from tests.builders import DAY, a_line
from tests.front_office.house import SH, House, K, Till

HOUR_MS = 3_600_000


def ticket(house: House) -> Ticket:
    (only,) = house.office.venue.tickets.values()
    return only


@pytest.fixture
def watch(house: House) -> KitchenWatch:
    return KitchenWatch(house.office)


async def test_a_ticket_nobody_drew_goes_to_paper_after_ten_seconds_and_once(
    house: House, till: Till, watch: KitchenWatch
) -> None:
    await till.order()
    await watch.look()
    house.now_ms += KITCHEN_PAPER_MS - 1
    await watch.look()
    assert ticket(house).paper == ""
    house.now_ms += 1
    await watch.look()
    assert ticket(house).paper == "asked"
    head = house.office.head_n
    house.now_ms += HOUR_MS
    await watch.look()
    assert house.office.head_n == head
    rows = house.rows("SELECT kind, target FROM effect")
    assert [tuple(row) for row in rows] == [("paper", "printer-hot")]


async def test_before_paper_the_displays_are_asked_once_what_they_have(
    house: House, till: Till, watch: KitchenWatch
) -> None:
    asked: list[int] = []

    async def compare() -> None:
        asked.append(house.now_ms)

    watch.compare = compare
    await till.order()
    await watch.look()
    begun = house.now_ms
    for _ in range(KITCHEN_PAPER_MS // 1000):
        house.now_ms += 1000
        await watch.look()
    assert asked == [begun + KITCHEN_RESEND_MS, begun + KITCHEN_PAPER_MS]
    assert ticket(house).paper == "asked"
    house.now_ms += HOUR_MS
    await watch.look()
    assert len(asked) == 2, "what went to paper waits no more"


async def test_a_ticket_that_a_display_drew_stays_off_paper(
    house: House, till: Till, watch: KitchenWatch
) -> None:
    await till.order()
    await watch.look()
    screen = await house.till("k1", "kds")
    seen = c.TicketSeen(ticket(house).ticket_id, ticket(house).version)
    await screen.must(c.AcknowledgeTickets((seen,)), by="")
    house.now_ms += HOUR_MS
    await watch.look()
    assert ticket(house).paper == ""


async def test_an_order_made_long_ago_without_a_server_gives_the_display_its_ten_seconds(
    house: House, till: Till, watch: KitchenWatch
) -> None:
    house.now_ms += HOUR_MS
    await till.must(
        c.OpenCheck(K, f"{till.code}-001", "table", "t3"), made_wall_ms=house.now_ms - HOUR_MS
    )
    house_now, house.now_ms = house.now_ms, house.now_ms - HOUR_MS
    sent = [till.write(one) for one in _order()]
    house.now_ms = house_now
    await till.push(*sent)
    assert ticket(house).created_ms <= house.now_ms - HOUR_MS + 1
    await watch.look()
    assert ticket(house).paper == ""
    house.now_ms += KITCHEN_PAPER_MS
    await watch.look()
    assert ticket(house).paper == "asked"


def _order() -> tuple[object, ...]:
    return c.AddLines(K, (a_line("l1"),)), c.SendLines(K, (LineId("l1"),))


async def test_a_timed_course_is_fired_once_also_by_a_server_that_was_down_over_its_time(
    house: House, till: Till, watch: KitchenWatch
) -> None:
    await till.order()
    lines = tuple(a_line(line_id, held=True) for line_id in ("t1", "t2"))
    await till.must(c.AddLines(K, lines), c.SendLines(K, (LineId("t1"),)))
    at_ms = house.now_ms + HOUR_MS
    await till.must(c.TimeFire(K, (LineId("t1"), LineId("t2")), at_ms))
    await watch.look()
    states = [line.state for line in house.office.venue.checks[K].lines[-2:]]
    assert states == ["held", "new"]
    await house.restart()
    house.now_ms = at_ms + HOUR_MS
    await KitchenWatch(house.office).look()
    head = house.office.head_n
    assert {line.state for line in house.office.venue.checks[K].lines} == {"fired"}
    await KitchenWatch(house.office).look()
    assert house.office.head_n == head


async def test_a_timed_course_that_ran_out_is_told_once_and_no_longer_timed(
    house: House, till: Till, watch: KitchenWatch
) -> None:
    await till.order()
    await till.must(c.AddLines(K, (a_line("t1", "fries"),)))
    await till.must(c.TimeFire(K, (LineId("t1"),), house.now_ms + 1_000))
    await house.office.report(c.StopItem("fries"), "nadia")
    house.now_ms += HOUR_MS
    for _ in range(3):
        await watch.look()
    line = house.office.venue.checks[K].line("t1")
    assert line is not None
    assert (line.state, line.fire_ms) == ("new", 0)
    told = [x.code for x in house.office.venue.notices.values()]
    assert told == ["item_stopped"]


async def charged(house: House, till: Till, ago_ms: int = 0) -> int:
    """A room charge; the number of its event."""
    await till.must(c.OpenShift(SH, "1", 100_000), by="petro")
    await till.order()
    house.now_ms += HOUR_MS
    due = balance(house.office.venue.checks[K])
    room = c.ChargeRoom(K, ChargeId("ch"), SH, "stay-304", "304", "Guest", due)
    result = await till.do(room, made_wall_ms=house.now_ms - ago_ms)
    return result.n_to


async def test_a_room_charge_leaves_when_a_second_copy_exists(house: House, till: Till) -> None:
    door = OfficeDoor(house.office)
    n = await charged(house, till)
    assert await door.claim("folio", "hotel", 5) == []
    house.office.stored(till.dev, n - 1)
    assert await door.claim("folio", "hotel", 5) == []
    house.office.stored(till.dev, n)
    (row,) = await door.claim("folio", "hotel", 5)
    assert (row.n, row.attempt, row.state) == (n, 1, "claimed")
    assert await door.claim("folio", "hotel", 5) == []


async def test_the_days_charges_are_read_from_the_journal_as_they_stand(
    house: House, till: Till
) -> None:
    await charged(house, till)
    await house.office.report(c.SettleCharge(ChargeId("ch"), "posted", "F-7"))
    (charge,) = await charges_of(house.database, DAY)
    assert (charge.state, charge.reference) == ("posted", "F-7")
    assert charge == house.office.venue.charges[ChargeId("ch")]
    assert await charges_of(house.database, "2099-01-01") == ()


@pytest.mark.parametrize("ago_ms", [0, HOUR_MS])
async def test_or_two_seconds_after_the_server_heard_of_it(
    house: House, till: Till, ago_ms: int
) -> None:
    door = OfficeDoor(house.office)
    await charged(house, till, ago_ms)
    house.now_ms += SECOND_COPY_WAIT_MS - 1
    assert await door.claim("folio", "hotel", 5) == []
    assert door.targets("folio") == ["hotel"]
    house.now_ms += 1
    assert len(await door.claim("folio", "hotel", 5)) == 1


async def test_what_a_stopped_server_had_in_hand_is_given_back_as_unfinished(
    house: House, till: Till
) -> None:
    n = await charged(house, till)
    house.office.stored(till.dev, n)
    door = OfficeDoor(house.office)
    (row,) = await door.claim("folio", "hotel", 5)
    record = "x" * 5_000
    await door.mark(row.effect_id, "sending", record)
    await house.restart()
    (left,) = await OfficeDoor(house.office).unfinished("folio")
    assert (left.effect_id, left.state, left.outcome) == (row.effect_id, "sending", record)


async def test_a_ticket_that_no_screen_and_no_printer_takes_is_told_to_everybody_once(
    house: House, till: Till, watch: KitchenWatch
) -> None:
    await till.order()
    station_id = ticket(house).station_id
    published = house.office.catalogue
    without = replace(published.stations[station_id], printer_id="", fallback_printer_id="")
    catalogue = replace(
        published,
        number=published.number + 1,
        stations={**published.stations, station_id: without},
    )
    hashed = await house.office.catalogues.store(catalogue)
    await house.office.report(c.PublishCatalogue(catalogue.number, hashed))
    await watch.look()
    house.now_ms += KITCHEN_PAPER_MS
    await watch.look()
    assert ticket(house).paper == "failed"
    told = [one for one in house.office.venue.notices.values() if one.code == "ticket_nowhere"]
    assert [one.staff_id for one in told] == [""]
    head = house.office.head_n
    house.now_ms += HOUR_MS
    await watch.look()
    assert house.office.head_n == head
