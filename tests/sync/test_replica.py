"""The state on the wire keeps what it says and in which order."""

from sync_server.domain.checks import Stamp
from sync_server.domain.events import CheckAbandoned, CheckOpened
from sync_server.domain.ids import CheckId, StaffId
from sync_server.domain.limits import CLOSED_CHECKS_KEPT
from sync_server.domain.venue import Venue
from sync_server.protocol.replica import (
    digest,
    read_catalogue,
    read_venue,
    write_catalogue,
    write_venue,
)
from tests.builders import a_menu


def finish(venue: Venue, name: str) -> None:
    check, me = CheckId(name), StaffId("olena")
    opened = CheckOpened(check, name, "tab", "", "", 1, me, 1, "d", 0, "", 0, True)
    venue.apply(opened, Stamp(venue.n + 1, "T1"))
    venue.apply(CheckAbandoned(check, name, me, 2), Stamp(venue.n + 1, "T1"))


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
