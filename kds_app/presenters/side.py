"""The side column: all-day totals, what is coming up, the stop list; and the figures of the head.

Rule: only live work counts: not ready, not cancelled, not on hold. Averages leave out outliers
(features-commercial B7.54). The cards are `board`'s.
"""

from collections.abc import Iterable, Sequence

from kds_app.presenters.shown import Pair, Section
from kds_app.presenters.ticket import Names, live
from sync_server.domain.kitchen import Ticket
from sync_server.domain.venue import Venue

SHORTEST_MS = 20_000
LONGEST_MS = 240 * 60_000
"""Tickets bumped sooner or later than this say nothing about the kitchen's pace."""


def all_day(tickets: Iterable[Ticket], names: Names) -> Section:
    """How many portions of each dish are to be made now, most first."""
    sums: dict[str, int] = {}
    called: dict[str, str] = {}
    for ticket in tickets:
        for line in live(ticket.lines):
            if line.state != "ready":
                name = names.item(line.item_id, line.name)
                sums[line.item_id] = sums.get(line.item_id, 0) + line.qty_milli
                called[line.item_id] = name
    words = names.words
    ordered = sorted(sums, key=lambda item_id: (-sums[item_id], called[item_id]))
    pairs = tuple(Pair(called[item_id], words.quantity(sums[item_id])) for item_id in ordered)
    return Section(words.say("all_day").upper(), pairs, words.say("more", n="{n}"))


def coming_up(tickets: Iterable[Ticket], names: Names) -> Section:
    """What waits for its waiter, by table and course."""
    words = names.words
    pairs = []
    for ticket in tickets:
        held = [line for line in ticket.lines if line.held and line.state != "void"]
        if held:
            title = names.title(ticket)
            if ticket.course > 0:
                title = f"{title} · {words.say('course', n=ticket.course)}"
            total = sum(line.qty_milli for line in held)
            pairs.append(Pair(title, words.quantity(total), "dim"))
    return Section(words.say("coming_up").upper(), tuple(pairs), words.say("more", n="{n}"))


def stop_list(venue: Venue, stations: Sequence[str], names: Names) -> Section:
    """Dishes of these stations that are stopped or counted down; a tap changes it."""
    words = names.words
    pairs = []
    for stop in venue.stops.values():
        item = names.catalogue.items.get(stop.item_id)
        if item is None or not set(item.station_ids) & set(stations):
            continue
        token = "late_text" if stop.left_milli <= 0 else "hold_text"
        name = names.item(stop.item_id, stop.item_id)
        pairs.append(Pair(name, words.quantity(stop.left_milli), token, f"left:{stop.item_id}"))
    return Section(words.say("stop_list").upper(), tuple(pairs), words.say("more", n="{n}"))


def average_ms(bumped: Iterable[Ticket]) -> int:
    """The running average from start to bump, 0 when there is nothing to average."""
    spans = [ticket.bumped_ms - ticket.clock_ms for ticket in bumped]
    counted = [span for span in spans if SHORTEST_MS <= span <= LONGEST_MS]
    return sum(counted) // len(counted) if counted else 0
