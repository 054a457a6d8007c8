"""After a restore: what the kitchen had been given by a tablet that has not come.

Rule: a dish that a cook has seen is a fact (reliability 2.20). A tablet may lie in a drawer until
tomorrow, and the house opens without it; the others remember what it had sent, and without that a
colleague would send the same dishes again. So what was given to the kitchen, and nothing else of a
missing device, is believed on the word of those that are here: money and what was ordered wait
for their own tablet. `recollection` remembers, `group` repeats, `bus` says when.
"""

from collections.abc import Sequence

from sync_server.domain import events as e
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import EventRecord

GIVEN = frozenset(
    {
        *("LinesSent", "LinesFired", "TicketOpened", "TicketLinesAdded", "TicketLinesFired"),
        "NoticeRaised",
    }
)


def was_given(records: Sequence[EventRecord]) -> bool:
    """Whether these events of one command gave dishes to the kitchen, and did nothing else."""
    types = {record.type for record in records}
    return "LinesFired" in types and types <= GIVEN


def is_due(venue: Venue, event: object) -> bool:
    """Whether the lines stand as they did: ordered, and not given meanwhile."""
    if not isinstance(event, e.LinesFired):
        return True
    check = venue.checks.get(event.check_id)
    ordered = check is not None and all(check.line(sold.line_id) for sold in event.sold)
    return ordered and not was_made(venue, event)


def was_made(venue: Venue, event: object) -> bool:
    """Whether somebody else has given one of these lines to the kitchen meanwhile."""
    if not isinstance(event, e.LinesFired) or (check := venue.check(event.check_id)) is None:
        return False
    lines = ((check.line(sold.line_id), sold) for sold in event.sold)
    return any(line is not None and line.fire_no >= sold.fire_no for line, sold in lines)
