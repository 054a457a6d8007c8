"""What a ticket is told after it was sent: a line made otherwise, guests at another table.

Rule: the cook sees old and new beside each other (features-commercial B4.32). `before` keeps what
the cook last knew: of two changes in a row the first one's old stays, and a change that is taken
back leaves nothing to see. Neighbours: `orders` decides, `kitchen` holds the tickets.
"""

from collections.abc import Collection, Iterable

from . import events as e
from .amending import replace
from .checks import Check
from .events import Line, TicketLine
from .ids import CheckId, LineId
from .kitchen import Ticket
from .records import LineBefore
from .venue import Venue


def known_of(line: TicketLine) -> LineBefore:
    """What the cook knows of a line."""
    return LineBefore(
        line.chosen, line.note, line.allergy, line.seat, line.course, line.for_table_id
    )


def _otherwise(line: TicketLine, now: TicketLine, at_ms: int) -> TicketLine:
    """The changed line, with what the cook last knew of it."""
    before = line.before or known_of(line)
    return replace(now, before=None if known_of(now) == before else before, edited_ms=at_ms)


def edited(
    line: Line, tickets: Iterable[Ticket], at_ms: int, printed_at: Collection[str]
) -> list[object]:
    """Tell every station that makes a line how it shall be made now. Here and below `printed_at`
    are the stations for which the terminal has put it on paper."""
    told: list[object] = []
    for ticket in tickets:
        shown = ticket.line(line.kitchen_id)
        if shown is None or ticket.state != "open" or shown.state == "void":
            continue
        now = replace(
            shown,
            chosen=tuple(f"{m.pre}:{m.modifier_id}" for m in line.chosen),
            note=line.note,
            allergy=line.allergy,
            seat=line.seat,
            course=line.course,
            target_s=line.target_s,
        )
        if now != shown:
            made = _otherwise(shown, now, at_ms)
            printed_ms = at_ms if ticket.station_id in printed_at else 0
            told.append(
                e.TicketLineChanged(ticket.ticket_id, shown.line_id, made, at_ms, printed_ms)
            )
    return told


def carried(
    gone: set[LineId],
    table_id: str,
    tickets: Iterable[Ticket],
    at_ms: int,
    printed_at: Collection[str],
) -> list[object]:
    """Tell the kitchen which table moved lines are for now."""
    return [
        e.TicketLineChanged(
            ticket.ticket_id,
            line.line_id,
            _otherwise(line, replace(line, for_table_id=table_id), at_ms),
            at_ms,
            at_ms if ticket.station_id in printed_at else 0,
        )
        for ticket in tickets
        if ticket.state == "open"
        for line in ticket.lines
        if line.line_id in gone
    ]


def relabelled(
    venue: Venue, check: Check, to: Check, at_ms: int, printed_at: Collection[str] = ()
) -> list[object]:
    """Open tickets of a check show the table, the check and the waiter of another."""
    return [
        e.TicketRelabelled(
            ticket.ticket_id,
            CheckId(to.check_id),
            to.number,
            to.table_id,
            to.name,
            to.owner,
            at_ms,
            at_ms if ticket.station_id in printed_at else 0,
            to.joined,
        )
        for ticket in venue.tickets_of(check.check_id)
        if ticket.check_id == check.check_id and ticket.state == "open"
    ]
