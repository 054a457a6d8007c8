"""What must hold of the kitchen in a front database: all that was fired reached its stations once,
and so did every void.

Both are I-6 of reliability 3.1. Neighbour: `verify` runs them.
"""

from collections import Counter
from collections.abc import Iterator

from sync_server.domain import events as e

from .verify_books import Books, Finding


def kitchen(books: Books) -> Iterator[Finding]:
    """I-6: what was fired was given to each of its stations once, and only what was fired was."""
    stations: dict[str, tuple[str, ...]] = {}
    home: dict[str, str] = {}
    wanted: Counter[tuple[str, str, int]] = Counter()
    given: Counter[tuple[str, str, int]] = Counter()
    for event in books.events:
        match event:
            case e.LinesAdded():
                stations.update({line.line_id: line.station_ids for line in event.lines})
            case e.LinesMoved():
                for line in event.lines:
                    stations[line.line_id] = line.station_ids
                    home[line.line_id] = line.origin or line.line_id
            case e.LinesFired():
                for sold in event.sold:
                    known = home.get(sold.line_id, sold.line_id)
                    if sold.line_id not in stations:
                        yield Finding("I-6", f"line {sold.line_id}", "was fired, never ordered")
                    for station in stations.get(sold.line_id, ()):
                        wanted[(station, known, sold.fire_no)] += 1
    tickets: dict[str, str] = {}
    announced: dict[tuple[str, str], str] = {}
    for event in books.events:
        match event:
            case e.TicketMoved():
                # What is added from now on belongs to the new station; what stood on it before
                # stays the old one's work, wherever it is made.
                tickets[event.ticket_id] = event.station_id
            case e.TicketOpened() | e.TicketLinesAdded():
                if isinstance(event, e.TicketOpened):
                    tickets[event.ticket_id] = event.station_id
                station = tickets.get(event.ticket_id, "")
                if not station:
                    yield Finding("I-6", f"ticket {event.ticket_id}", "was added to, never opened")
                for shown in event.lines:
                    announced[(event.ticket_id, shown.line_id)] = station
                    if not shown.held:
                        given[(station, shown.line_id, shown.fire_no)] += 1
            case e.TicketLineChanged() if event.line.line_id != event.line_id:
                # Made otherwise: the new line took the old one's place.
                here = announced.get(
                    (event.ticket_id, event.line_id), tickets.get(event.ticket_id, "")
                )
                announced[(event.ticket_id, event.line.line_id)] = here
                given[(here, event.line.line_id, event.line.fire_no)] += 1
            case e.TicketLinesFired():
                here = tickets[event.ticket_id]
                for line_id in event.line_ids:
                    station = announced.get((event.ticket_id, line_id), here)
                    given[(station, line_id, event.fire_no)] += 1
    for unit in sorted(wanted.keys() | given.keys()):
        if given[unit] > 1:
            yield Finding("I-6", f"line {unit[1]}", f"was given to {unit[0]} {given[unit]} times")
        if bool(wanted[unit]) != bool(given[unit]):
            what = f"{unit[0]}: fired {wanted[unit]} times, given {given[unit]} times"
            yield Finding("I-6", f"line {unit[1]} fire {unit[2]}", what)


def voids(books: Books) -> Iterator[Finding]:
    """I-6: the kitchen is told of each void of what it was told of."""
    home: dict[str, str] = {}
    known: set[str] = set()
    told: set[tuple[str, str]] = set()
    pairs = list(zip(books.records, books.events, strict=True))
    for record, event in pairs:
        if isinstance(event, e.TicketLineVoided | e.TicketLineChanged):
            told.add((record.cmd_id, event.line_id))
    left: Counter[str] = Counter()
    for record, event in pairs:
        match event:
            case e.LinesMoved():
                home.update({line.line_id: line.origin or line.line_id for line in event.lines})
            case e.TicketOpened() | e.TicketLinesAdded():
                known.update(line.line_id for line in event.lines)
                left.update({line.line_id: line.qty_milli for line in event.lines})
            case e.TicketLineChanged() if event.line.line_id != event.line_id:
                known.add(event.line.line_id)
                left[event.line.line_id] += event.line.qty_milli
            case e.LineVoided():
                name = home.get(event.line_id, event.line_id)
                if name in known and left[name] > 0 and (record.cmd_id, name) not in told:
                    what = "its void never reached the kitchen"
                    yield Finding("I-6", f"line {event.line_id}", what)
                left[name] -= event.qty_milli
