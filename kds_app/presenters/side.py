"""The side column: all-day totals, what is coming up, the stop list; and the figures of the head.

Rule: only live work counts: not ready, not cancelled, not on hold. Averages are those of
`sync_server.domain.speed`. The cards are `board`'s.
"""

from collections.abc import Iterable, Sequence

from kds_app.presenters.shown import Pair, Section
from kds_app.presenters.ticket import Names, live
from sync_server.domain.kitchen import Ticket
from sync_server.domain.speed import Speed
from sync_server.domain.venue import Venue


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


def parts(tickets: Iterable[Ticket], names: Names) -> Section:
    """How much of each component the live dishes need together with what is chosen to them: five
    double cheeseburgers are ten patties (features-commercial B6.48). What is counted comes before
    what is weighed."""
    sums: dict[str, int] = {}
    called: dict[str, str] = {}
    units: dict[str, str] = {}
    for ticket in tickets:
        for line in live(ticket.lines):
            if line.state == "ready":
                continue
            for part, more in names.taken(line).values():
                sums[part.component_id] = sums.get(part.component_id, 0) + more
                called[part.component_id] = names.catalogue.name(part.names, names.words.language)
                units[part.component_id] = part.unit
    words = names.words
    weighed = {
        part_id: unit in ("g", "kg", "ml", "l") or sums[part_id] < 1000
        for part_id, unit in units.items()
    }
    ordered = sorted(sums, key=lambda key: (weighed[key], -sums[key], called[key]))
    pairs = tuple(
        Pair(called[part_id], words.amount(sums[part_id], units[part_id])) for part_id in ordered
    )
    return Section(words.say("parts").upper(), pairs, words.say("more", n="{n}"))


class Totals:
    """What the tickets that are looked at add up to; added up again only when one of them is
    another, since a full board is looked at each second."""

    def __init__(self) -> None:
        self._of: tuple[list[Ticket], Names | None] = ([], None)
        self._made = (Section(""), Section(""), Section(""))

    def look(self, tickets: list[Ticket], names: Names) -> tuple[Section, Section, Section]:
        """All day, coming up, and components."""
        work, known = self._of
        if known is not names or work != tickets:
            self._of = (list(tickets), names)
            self._made = (
                all_day(tickets, names),
                coming_up(tickets, names),
                parts(tickets, names),
            )
        return self._made


def average_ms(venue: Venue, stations: Sequence[str]) -> int:
    """The average from start to bump at these stations today, 0 when nothing was counted."""
    speeds = [venue.speeds.get(f"station:{station_id}", Speed()) for station_id in stations]
    count = sum(each.count for each in speeds)
    return sum(each.total_ms for each in speeds) // count if count else 0
