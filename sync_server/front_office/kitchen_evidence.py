"""After a restore: what the world has that nobody brings again: dishes, and numbered papers.

Rule: a dish that a cook has seen is a fact (reliability 2.20). What a missing tablet had done is
adopted as the others remember it (`recollection.agreed`). Where that ends, as since a tablet came
back empty, or of a history that was not followed, a colleague would still send the same dishes
again: so what was given to the kitchen, and nothing else, is believed on anybody's
word. What follows of itself from a send (portions counted down, the close of a check that is paid,
the points that its guest's card earns) is repeated as far as it is still so. Lines are followed to
the check on which they stand now: while a payment is missing no second check continues a paid one.
A company's invoice is the server's own paper: whoever remembers its number keeps it from being
given again. `recollection` remembers, `group` repeats, `bus` says when.
"""

from collections.abc import Sequence
from dataclasses import replace

from sync_server.domain import club, events as e
from sync_server.domain.checks import balance, totals_of
from sync_server.domain.ids import CheckId
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import EventRecord
from sync_server.protocol.replica import CODEC

GIVEN = frozenset(
    {
        *("LinesSent", "LinesFired", "TicketOpened", "TicketLinesAdded", "TicketLinesFired"),
        "NoticeRaised",
    }
)

FOLLOWS = frozenset({"ItemStopped", "PointsEarned", "CheckClosed"})


def was_given(records: Sequence[EventRecord]) -> bool:
    """Whether these events of one command gave dishes to the kitchen, and did nothing else."""
    types = {record.type for record in records}
    return "LinesFired" in types and types <= GIVEN | FOLLOWS


def was_numbered(records: Sequence[EventRecord]) -> bool:
    """Whether these events of one command are an invoice, which has a number for ever."""
    return any(
        record.type == "FiguresPrinted"
        and CODEC.decode_event(record.type, record.tv, record.body).number > 0
        for record in records
    )


def now_on(venue: Venue, events: Sequence[object]) -> dict[CheckId, CheckId]:
    """From the check on which lines were fired to the open one on which all of them stand now."""
    found: dict[CheckId, CheckId] = {}
    for event in events:
        if not isinstance(event, e.LinesFired):
            continue
        ids = [sold.line_id for sold in event.sold]
        known = venue.checks.get(event.check_id)
        if known is not None and all(map(known.line, ids)):
            continue
        for check in venue.checks.values():
            if all(map(check.line, ids)):
                found[event.check_id] = check.check_id
    return found


def moved(event: object, to: dict[CheckId, CheckId]) -> object:
    """The event as said of the check on which its lines stand now."""
    key = to.get(getattr(event, "check_id", CheckId("")))
    return event if key is None else replace(event, check_id=key)  # type: ignore[type-var]


def is_due(venue: Venue, event: object) -> bool:
    """Whether the lines stand as they did, ordered and not given meanwhile; an invoice's number is
    due while no later one is known."""
    if isinstance(event, e.FiguresPrinted):
        return event.number > venue.invoice_no
    if not isinstance(event, e.LinesFired):
        return True
    check = venue.checks.get(event.check_id)
    ordered = check is not None and all(check.line(sold.line_id) for sold in event.sold)
    return ordered and not was_made(venue, event)


def still_follows(venue: Venue, event: object) -> bool:
    """Whether what followed from a send follows now, too; all else does."""
    if isinstance(event, e.ItemStopped):
        stop = venue.stops.get(event.item_id)
        return stop is not None and stop.left_milli > event.left_milli
    if isinstance(event, e.CheckClosed):
        check = venue.checks.get(event.check_id)
        return check is not None and balance(check) == 0 and totals_of(check) == event.totals
    if isinstance(event, e.PointsEarned):
        return _still_earns(venue, event)
    return True


def _still_earns(venue: Venue, event: e.PointsEarned) -> bool:
    """Whether the check, whose close comes next, earns these points on the card that it has."""
    check, card = venue.checks.get(event.check_id), venue.club.get(event.card)
    if check is None or card is None or balance(check) != 0:
        return False
    paid_minor = totals_of(check).total_minor - club.paid_with_points(check)
    withheld_minor = min(event.amount_minor, card.owes_minor)
    earner = club.goes_on_as(venue.club, check.club_card)
    return (earner, paid_minor, withheld_minor) == (
        event.card,
        event.paid_minor,
        event.withheld_minor,
    )


def was_made(venue: Venue, event: object) -> bool:
    """Whether somebody else has given one of these lines to the kitchen meanwhile."""
    if not isinstance(event, e.LinesFired) or (check := venue.check(event.check_id)) is None:
        return False
    lines = ((check.line(sold.line_id), sold) for sold in event.sold)
    return any(line is not None and line.fire_no >= sold.fire_no for line, sold in lines)
