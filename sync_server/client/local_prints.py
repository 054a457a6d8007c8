"""What this device itself put on paper for the kitchen, and how it is taken back.

Rule: a dish that the server refuses after it was printed must not be cooked: the same stations get
its void, also after a restart, since the outbox says which commands were printed and by whom they
were decided. Neighbours: `desk` prints and asks, `pending` holds the commands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import Stamp
from sync_server.domain.decisions import decide
from sync_server.domain.orders import PROVISIONAL
from sync_server.domain.rejections import Accepted
from sync_server.domain.venue import Venue

from .pending import Pending

_TOLD = e.TicketOpened | e.TicketLinesAdded | e.TicketLinesFired


@dataclass(frozen=True, slots=True)
class Printed:
    """How printing went: all of it certainly came out, there was nothing to print, or not all;
    `stations` are those whose paper certainly did."""

    state: Literal["printed", "nothing", "failed"]
    stations: tuple[str, ...] = ()


def was_printed(command: object) -> bool:
    """Whether this device printed a command for some station."""
    if not isinstance(command, c.SendLines | c.FireLines):
        return False
    return command.route == "local" or bool(command.printed_at)


def remember(pendings: Sequence[Pending], base: Venue, dev: str) -> None:
    """After a restart: what was printed for commands that have no answer yet."""
    if not any(was_printed(pending.command) for pending in pendings):
        return
    venue = base.fork()
    for pending in pendings:
        decision = decide(venue, pending.command, pending.facts)
        if not isinstance(decision, Accepted):
            continue
        for event in decision.events:
            venue.apply(event, Stamp(PROVISIONAL, dev))
        if was_printed(pending.command):
            pending.printed = tuple(decision.events), venue.fork()


def taken_back(pending: Pending, at_ms: int, dev: str) -> tuple[list[object], Venue]:
    """The voids of what was printed, and the state after them."""
    assert pending.printed is not None, "it was printed"
    events, venue = pending.printed
    only = getattr(pending.command, "printed_at", ())
    voids: list[object] = []
    for event in events:
        if isinstance(event, _TOLD):
            station_id = venue.tickets[event.ticket_id].station_id
            if not only or station_id in only:
                voids += _voided(venue, event, at_ms)
    for void in voids:
        venue.apply(void, Stamp(PROVISIONAL, dev))
    return voids, venue


def _voided(venue: Venue, event: _TOLD, at_ms: int) -> list[object]:
    """That nothing is to be made of what a ticket said."""
    ticket = venue.tickets[event.ticket_id]
    if isinstance(event, e.TicketLinesFired):
        lines = [line for line in ticket.lines if line.line_id in event.line_ids]
    else:
        lines = list(event.lines)
    return [
        e.TicketLineVoided(event.ticket_id, line.line_id, line.qty_milli, 0, at_ms)
        for line in lines
    ]
