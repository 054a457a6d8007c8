"""What this device itself put on paper for the kitchen, and how it is taken back.

Rule: a dish that the server refuses after it was printed must not be cooked: the same stations get
its void, also after a restart, since the outbox says which commands were printed and by whom they
were decided. Neighbours: `desk` prints and asks, `pending` holds the commands.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sync_server.domain import commands as c, events as e
from sync_server.domain.amending import replace
from sync_server.domain.checks import Stamp
from sync_server.domain.decisions import decide
from sync_server.domain.kitchen import Ticket
from sync_server.domain.kitchen_changes import known_of
from sync_server.domain.orders import PROVISIONAL
from sync_server.domain.rejections import Accepted
from sync_server.domain.venue import Venue

from .pending import Pending

_TOLD = e.TicketOpened | e.TicketLinesAdded | e.TicketLinesFired
_CHANGED = e.TicketLineVoided | e.TicketLineChanged | e.TicketRelabelled


@dataclass(frozen=True, slots=True)
class Printed:
    """How printing went: all of it certainly came out, there was nothing to print, or not all;
    `stations` are those whose paper certainly did."""

    state: Literal["printed", "nothing", "failed"]
    stations: tuple[str, ...] = ()


def was_printed(command: object) -> bool:
    """Whether this device printed a command for some station."""
    if not isinstance(command, c.ToldAtOnce):
        return False
    return getattr(command, "route", "") == "local" or bool(command.printed_at)


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
    """What takes back what was printed, and the state after it: voids of dishes, and for a dish
    that was told to be made otherwise, or not at all, how it stands after all."""
    assert pending.printed is not None, "it was printed"
    events, venue = pending.printed
    only = getattr(pending.command, "printed_at", ())
    told: list[object] = []
    for event in events:
        if isinstance(event, _TOLD | _CHANGED):
            station_id = venue.tickets[event.ticket_id].station_id
            if not only or station_id in only:
                told += _told_back(venue, event, at_ms)
    for one in told:
        venue.apply(one, Stamp(PROVISIONAL, dev))
    return told, venue


def _told_back(venue: Venue, event: _TOLD | _CHANGED, at_ms: int) -> list[object]:
    if isinstance(event, _TOLD):
        return _voided(venue, event, at_ms)
    if isinstance(event, e.TicketRelabelled):
        return _moved_back(venue.tickets[event.ticket_id], event, at_ms)
    line_id = event.line.line_id if isinstance(event, e.TicketLineChanged) else event.line_id
    line = venue.tickets[event.ticket_id].line(line_id)
    if line is None:
        return []
    if isinstance(event, e.TicketLineVoided):
        qty_milli = event.qty_milli + event.left_milli
        whole = replace(line, qty_milli=qty_milli, was="", void_ms=0, state="queued")
        return [e.TicketLineChanged(event.ticket_id, line_id, whole, at_ms)]
    if line.before is None:
        return []
    old = line.before
    again = replace(
        line,
        chosen=old.chosen,
        note=old.note,
        allergy=old.allergy,
        seat=old.seat,
        course=old.course,
        for_table_id=old.for_table_id,
        before=known_of(line),
    )
    return [e.TicketLineChanged(event.ticket_id, line_id, again, at_ms)]


def _moved_back(ticket: Ticket, event: e.TicketRelabelled, at_ms: int) -> list[object]:
    if ticket.moved_ms != event.at_ms:
        return []
    table = ticket.moved_from if ticket.kind == "table" else ticket.table_id
    name = ticket.name if ticket.kind == "table" else ticket.moved_from
    return [
        e.TicketRelabelled(
            event.ticket_id,
            event.check_id,
            event.check_number,
            table,
            name,
            event.waiter,
            at_ms,
        )
    ]


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
