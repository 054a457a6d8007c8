"""The venue at an event, and what happened, in words."""

import pytest

from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.ids import PaymentId
from sync_server.history import NoSuchEvent, happened, head_of, picture
from tests.front_office.house import SH, House, K, Till


async def an_order_and_its_payment(house: House, till: Till) -> int:
    """The event after which the order was sent."""
    await till.must(c.OpenShift(SH, "1", 100_000), by="petro")
    await till.order()
    sent = house.office.head_n
    due = balance(house.office.venue.checks[K])
    await till.must(c.TakePayment(K, PaymentId("p"), SH, "cash", due, due))
    return sent


async def test_the_venue_is_shown_as_it_was(house: House, till: Till) -> None:
    sent = await an_order_and_its_payment(house, till)
    then = picture(house.database, sent)
    (check,) = then.checks
    assert (check.number, check.place, check.owner, check.due) == (
        "T1-001",
        "table 3",
        "Olena",
        "185.00",
    )
    assert [(line.quantity, line.dish, line.state) for line in check.lines] == [
        ("1", "borscht", "fired")
    ]
    assert [(ticket.station, ticket.seen) for ticket in then.tickets] == [("hot", "not seen")]
    assert [(shift.cashier, shift.expected) for shift in then.shifts] == [("Petro", "1000.00")]
    now = picture(house.database, head_of(house.database))
    assert now.checks == ()
    assert now.shifts[0].expected == "1185.00"


async def test_a_saved_state_on_the_way_changes_nothing(house: House, till: Till) -> None:
    sent = await an_order_and_its_payment(house, till)
    before = [picture(house.database, n) for n in (1, sent, house.office.head_n)]
    await house.restart()
    assert len(house.rows("SELECT n FROM state")) == 1
    assert [picture(house.database, p.n) for p in before] == before


async def test_what_happened_is_listed_with_who_when_and_where(house: House, till: Till) -> None:
    await an_order_and_its_payment(house, till)
    listed = happened(house.database, 1, house.office.head_n)
    assert [one.n for one in listed] == list(range(1, house.office.head_n + 1))
    added = next(one for one in listed if one.what == "lines added")
    assert (added.who, added.device) == ("Olena", "T1")
    assert added.details == "check T1-001 · 1 borscht"
    paid = next(one for one in listed if one.what == "payment taken")
    assert paid.details == "check T1-001 · cash 185.00"
    assert added.at.startswith("2026-11-21")


async def test_an_event_that_never_was_is_said_so(house: House) -> None:
    for n in (0, house.office.head_n + 1):
        with pytest.raises(NoSuchEvent, match="the journal holds 1 to"):
            picture(house.database, n)
