"""What reaches the kitchen too late, too early or twice is refused in words and spoils nothing.

The wire itself hands events to a display only as the continuation of what it has (`test_
conversations`, `test_outbox`): an addition cannot come before its ticket. What can cross are taps
of a cook and changes of a waiter; here they do, on the replica of a display and on the server.
"""

import msgspec
import pytest

from kds_app.words import Words
from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import Stamp
from sync_server.domain.ids import CheckId, LineId, TicketId
from sync_server.domain.kitchen import Ticket
from sync_server.domain.rejections import Accepted
from sync_server.domain.staff import Facts
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import EventRecord
from sync_server.protocol.replica import CODEC, Replica, digest, read_venue, write_venue
from tests.apps.kds.board_screen import Screen
from tests.apps.kds.kitchen import Kitchen
from tests.builders import AHouse, a_line

K = CheckId("k")
NOWHERE = TicketId("never-was")


@pytest.fixture
def house() -> AHouse:
    """Three soups at the hot line."""
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"), a_line("l2"), a_line("l3"))
    house.send("k", "l1", "l2", "l3")
    return house


def _records(house: AHouse, after_n: int) -> list[EventRecord]:
    """What the server tells a display that has everything up to `after_n`."""
    told = []
    for n, event in enumerate(house.events[after_n:], after_n + 1):
        name = type(event).__name__
        body = msgspec.Raw(CODEC.encode(event))
        told.append(EventRecord(n, 1, name, CODEC.version(name), "c", "T1", "olena", "d", body))
    return told


def _hot(venue: Venue) -> Ticket:
    return next(ticket for ticket in venue.tickets.values() if ticket.station_id == "hot")


def _states(ticket: Ticket) -> dict[str, str]:
    return {str(line.line_id): line.state for line in ticket.lines}


def test_a_bump_without_the_server_meets_an_addition_and_a_void_that_came_before_it(
    house: AHouse,
) -> None:
    pending: list[tuple[object, Facts]] = []
    replica = Replica(read_venue(write_venue(house.venue)), lambda: pending)
    seen_n, seen = house.venue.n, _hot(house.venue)
    bump = c.BumpTicket(seen.ticket_id, seen.version)
    facts = house.facts("nadia", "kds", seen_n, "", "kds")
    assert isinstance(replica.add(bump, facts), Accepted)
    pending.append((bump, facts))
    assert _hot(replica.shown).state == "bumped", "the cook sees it go at once"
    house.add("k", a_line("l4"))
    house.send("k", "l4")
    house.must(c.VoidLine(K, LineId("l2"), 1_000, "guest-left", False), by="nadia")
    replica.fold(_records(house, seen_n))
    back = _hot(replica.shown)
    assert back.state == "open", "and sees it come back with what is new"
    assert _states(back) == {"l1": "ready", "l2": "void", "l3": "ready", "l4": "queued"}
    assert digest(replica.base) == digest(house.venue)
    house.must(bump, by="nadia", dev="kds")
    assert _states(_hot(house.venue)) == _states(back), "the server decides the same"
    assert house.line("l4").state == "fired"


def test_the_acknowledgement_of_an_old_a_future_or_an_unknown_version_changes_nothing(
    house: AHouse,
) -> None:
    ticket = _hot(house.venue)
    for line in ("l1", "l2"):
        house.must(c.VoidLine(K, LineId(line), 1_000, "guest-left", False), by="nadia")
    newest = _hot(house.venue).version

    def acknowledged(*seen: tuple[TicketId, int]) -> tuple[object, ...]:
        told = c.AcknowledgeTickets(tuple(c.TicketSeen(*one) for one in seen))
        return house.must(told, by="nadia", dev="kds").events

    assert acknowledged((ticket.ticket_id, newest + 1), (NOWHERE, 1)) == ()
    assert len(acknowledged((NOWHERE, 1), (ticket.ticket_id, newest))) == 1
    assert acknowledged((ticket.ticket_id, 1)) == ()
    assert _hot(house.venue).acked == newest


def test_taps_on_what_is_not_there_or_not_so_are_refused_in_words(house: AHouse) -> None:
    ticket = _hot(house.venue).ticket_id
    unknown = (LineId("l9"),)
    before = digest(house.venue)
    for command, code in (
        (c.BumpTicket(NOWHERE, 1), "no_ticket"),
        (c.StartLines(NOWHERE, unknown), "no_ticket"),
        (c.MarkReady(ticket, unknown), "nothing_to_do"),
        (c.AcknowledgeVoid(ticket, unknown), "nothing_to_do"),
        (c.AcknowledgeVoid(ticket, (LineId("l1"),)), "nothing_to_do"),
        (c.RecallTicket(ticket, True), "ticket_open"),
        (c.MoveTicket(ticket, "attic"), "no_station"),
        (c.VoidLine(K, LineId("l9"), 1_000, "guest-left", False), "no_line"),
    ):
        refused = house.refused(command, by="nadia", dev="kds")
        assert refused.code == code, command
        for language in ("uk", "en", "pl"):
            words = Words(language, "Europe/Kyiv")
            assert code == "no_line" or words.refusal(code, refused.params) != words.refusal(
                "never_heard_of", {}
            )
    assert digest(house.venue) == before


def test_an_event_about_a_ticket_that_is_gone_harms_no_other(house: AHouse) -> None:
    before = dict(house.venue.tickets)
    line = before[_hot(house.venue).ticket_id].lines[0]
    for event in (
        e.TicketLinesAdded(NOWHERE, (line,), 1),
        e.TicketLineVoided(NOWHERE, LineId("l1"), 1_000, 0, 1),
        e.TicketBumped(NOWHERE, K, (LineId("l1"),), house.check().owner, 1),
    ):
        house.venue.apply(event, Stamp(house.venue.n + 1, "T1"))
    assert house.venue.tickets == before


def test_a_tap_on_a_card_that_has_just_gone_says_so_and_the_next_card_still_works() -> None:
    kitchen = Kitchen()
    kitchen.do(c.OpenDay("2026-11-21"))
    kitchen.order(kitchen.check("0001", "t5"), ("fries", 1))
    screen = Screen(kitchen)
    screen.view()
    assert screen.act(f"bump:{NOWHERE}").banner == Words("en", "UTC").refusal("no_ticket", {})
    bump = next(act.id for act in screen.card("Table 5").acts if act.id.startswith("bump:"))
    assert not screen.act(bump).placed
