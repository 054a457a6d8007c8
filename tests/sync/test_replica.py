"""The state on the wire keeps what it says and in which order."""

from random import Random

from sync_server.domain.checks import Stamp
from sync_server.domain.events import CheckAbandoned, CheckOpened, TicketBumped, TicketOpened
from sync_server.domain.ids import CheckId, StaffId, TicketId
from sync_server.domain.limits import BUMPED_TICKETS_KEPT, CLOSED_CHECKS_KEPT
from sync_server.domain.venue import Venue
from sync_server.protocol.replica import (
    digest,
    read_catalogue,
    read_venue,
    write_catalogue,
    write_venue,
)
from tests.builders import a_menu

ME = StaffId("olena")


def sit_down(venue: Venue, name: str) -> None:
    opened = CheckOpened(CheckId(name), name, "tab", "", "", 1, ME, 1, "d", 0, "", 0, True)
    venue.apply(opened, Stamp(venue.n + 1, "T1"))


def leave(venue: Venue, name: str) -> None:
    venue.apply(CheckAbandoned(CheckId(name), name, ME, 2), Stamp(venue.n + 1, "T1"))


def finish(venue: Venue, name: str) -> None:
    sit_down(venue, name)
    leave(venue, name)


def cook(venue: Venue, name: str, check: str, at_ms: int) -> None:
    ticket, of = TicketId(name), CheckId(check)
    opened = TicketOpened(ticket, of, check, "hot", "tab", "", "", 1, ME, 1, (), 1)
    venue.apply(opened, Stamp(venue.n + 1, "T1"))
    venue.apply(TicketBumped(ticket, of, (), ME, at_ms), Stamp(venue.n + 1, "K1"))


def test_of_bumped_tickets_the_oldest_go_unless_their_guests_still_sit_there() -> None:
    for seed in range(3):
        rng, venue, kept = Random(seed), Venue(), dict[str, tuple[int, str]]()
        for number in range(3 * BUMPED_TICKETS_KEPT):
            if number % 3 == 0:
                sit_down(venue, f"c{number // 3}")
            if venue.checks and rng.randrange(10 * (seed + 1)) < 3:
                leave(venue, rng.choice(list(venue.checks)))
            name, check, at_ms = f"t{number}", f"c{number // 3}", rng.randrange(number + 50)
            cook(venue, name, check, at_ms)
            kept[name] = (at_ms, check)
            oldest = sorted(kept, key=lambda one: (kept[one][0], one))
            for gone in oldest[: max(0, len(kept) - BUMPED_TICKETS_KEPT)]:
                if kept[gone][1] not in venue.checks:
                    del kept[gone]
            assert venue.tickets.keys() == kept.keys()
        assert len(kept) >= BUMPED_TICKETS_KEPT


def test_a_replica_from_a_snapshot_forgets_the_same_checks_as_its_server() -> None:
    server = Venue()
    for number in range(CLOSED_CHECKS_KEPT):
        finish(server, f"{997 * number % 1000:03d}")
    late = read_venue(write_venue(server))
    assert late == server
    assert list(late.closed) == list(server.closed)
    for number in range(5):
        finish(server, f"n{number}")
        finish(late, f"n{number}")
    assert digest(late) == digest(server)


def test_a_catalogue_keeps_the_order_of_its_categories_and_dishes() -> None:
    menu = a_menu()
    again = read_catalogue(write_catalogue(menu))
    assert again == menu
    assert list(again.items) == list(menu.items)
