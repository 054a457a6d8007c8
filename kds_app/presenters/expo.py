"""The pass: one card per table and course, with the readiness of every station.

Rule: the pass works on the stations' own tickets; bumping here bumps what its stations still hold
(features-commercial B2.17, stated). A card stays until its dishes went to the table, which the pass
or the waiter's terminal says; for a check that is closed, a little while after the last bump.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kds_app.presenters import ticket as tickets
from kds_app.presenters.shown import Act, Card, Row, Timer
from kds_app.presenters.ticket import Names
from kds_app.words import span, together
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.kitchen import Ticket
from sync_server.domain.venue import Venue

CLOSED_KEPT_MS = 180_000
"""How long a paid order stays after its last station is done, if nobody says that it was taken."""


def cards(
    venue: Venue,
    stations: Sequence[str],
    names: Names,
    now_ms: int,
    plan: tickets.Plan,
    alarms: tickets.Alarms,
) -> list[tuple[Card, Timer]]:
    """The cards of the pass, oldest first."""
    groups: dict[tuple[str, int], list[Ticket]] = {}
    for ticket in venue.tickets.values():
        if ticket.station_id in stations:
            groups.setdefault((ticket.check_id, ticket.course), []).append(ticket)
    made = []
    for group in groups.values():
        if _stands(venue, group, now_ms):
            rushed = any(ticket.rush and ticket.state == "open" for ticket in group)
            made.append((not rushed, min(ticket.clock_ms for ticket in group), group))
    made.sort(key=lambda entry: (*entry[:2], entry[2][0].ticket_id))
    return [_card(venue, group, names, now_ms, plan, alarms) for _, _, group in made]


def to_pass(venue: Venue, check_id: str, course: int) -> dict[CheckId, list[LineId]]:
    """Dishes of a course that are ready and may leave the pass, by the check that has them now."""
    found: dict[CheckId, list[LineId]] = {}
    for ticket in venue.tickets_of(check_id):
        if ticket.course != course:
            continue
        mine = {line.line_id for line in ticket.lines}
        for each in (ticket.check_id, *ticket.also_checks):
            check = venue.check(each)
            for line in check.lines if check else ():
                listed = found.setdefault(each, [])
                known_as = line.origin or line.line_id
                if line.state == "ready" and known_as in mine and line.line_id not in listed:
                    listed.append(line.line_id)
    return {each: lines for each, lines in found.items() if lines}


def _served(venue: Venue, ticket: Ticket) -> set[str]:
    """Lines of the ticket that the waiter has taken."""
    taken: set[str] = set()
    for check_id in (ticket.check_id, *ticket.also_checks):
        check = venue.check(check_id)
        for line in check.lines if check else ():
            if line.state == "served":
                taken.add(line.origin or line.line_id)
    return taken


def _stands(venue: Venue, group: list[Ticket], now_ms: int) -> bool:
    if any(ticket.state == "open" and not ticket.upcoming for ticket in group):
        return True
    bumped = [ticket for ticket in group if ticket.state == "bumped"]
    if not bumped:
        return False
    if any(ticket.check_id in venue.checks for ticket in bumped):
        return any(
            line.line_id not in _served(venue, ticket)
            for ticket in bumped
            for line in tickets.live(ticket.lines)
        )
    return now_ms - max(ticket.bumped_ms for ticket in bumped) < CLOSED_KEPT_MS


def _state(group: list[Ticket], now_ms: int, plan: tickets.Plan, alarms: tickets.Alarms) -> str:
    states = {
        "ready"
        if ticket.state == "bumped"
        else tickets.tone(ticket, tickets.pace(ticket, plan, now_ms), now_ms, alarms(ticket))
        for ticket in group
    }
    return tickets.worst(states)


def _card(
    venue: Venue,
    group: list[Ticket],
    names: Names,
    now_ms: int,
    plan: tickets.Plan,
    alarms: tickets.Alarms,
) -> tuple[Card, Timer]:
    words = names.words
    first = min(group, key=lambda ticket: ticket.clock_ms)
    state = _state(group, now_ms, plan, alarms)
    rushed = any(ticket.rush for ticket in standing_of(group))
    rush = (tickets.rush_row(words),) if rushed else ()
    standing = standing_of(group)
    info = [f"#{first.check_number}", names.waiter(first.waiter)]
    if first.course > 0:
        info.append(words.say("course", n=first.course))
    made = Card(
        id=f"pass:{first.check_id}:{first.course}",
        title=names.title(first),
        info=together(info),
        tone=state,
        rows=(*rush, *(row for ticket in group for row in _rows(venue, ticket, names))),
        acts=_acts(venue, first, standing, state, names),
        versions=tuple((one.ticket_id, one.version) for one in group if one.state == "open"),
        ring="late_text" if rushed else _ring(state, first),
        more=f"sheet:table:{first.check_id}:{first.course}",
    )
    target = max(tickets.pace(ticket, plan, now_ms).target_s for ticket in group) // 60
    since_ms = first.clock_ms
    if state == "ready":
        note, icon = words.say("all_ready"), "check_circle"
        since_ms = max(line.ready_ms for ticket in group for line in ticket.lines)
    elif state == "late":
        note, icon = words.say("late", n=target), "warning"
    else:
        note, icon = words.say("target", n=target), "timer" if state == "amber" else ""
    return made, Timer(span(now_ms - since_ms), note, icon)


def standing_of(group: Iterable[Ticket]) -> list[Ticket]:
    """Tickets of a card that a station still works on."""
    return [ticket for ticket in group if ticket.state == "open" and not ticket.upcoming]


def _ring(state: str, first: Ticket) -> str:
    return "ready" if state == "ready" else ("room" if first.kind == "room" else "")


def _acts(
    venue: Venue, first: Ticket, standing: list[Ticket], state: str, names: Names
) -> tuple[Act, ...]:
    """First bump what stations still hold, then let the table go: two levels, two taps."""
    at = f"{first.check_id}:{first.course}"
    if standing:
        tone = "go" if state == "ready" else "plain"
        return (Act(f"bump_all:{at}", names.words.say("bump"), tone),)
    if not to_pass(venue, first.check_id, first.course):
        return ()
    return (Act(f"pass:{at}", names.words.say("to_table"), "go", "check"),)


def others(venue: Venue, ticket: Ticket, names: Names, stations: Sequence[str]) -> tuple[Row, ...]:
    """What other stations make of the same order and course, to read (a ticket by order)."""
    beside = [
        other
        for other in venue.tickets_of(ticket.check_id)
        if other.course == ticket.course and other.station_id not in stations
    ]
    return tuple(
        _untouchable(_beside(row) if row.kind == "line" else row)
        for other in beside
        for row in _rows(venue, other, names)
    )


def _beside(row: Row) -> Row:
    """Another station's dish: what and how far, without a box that invites a finger."""
    return replace(row, token="dim", details=(), mark="" if row.mark == "open" else row.mark)


def _rows(venue: Venue, ticket: Ticket, names: Names) -> Iterable[Row]:
    words = names.words
    taken = _served(venue, ticket)
    lines = [
        line
        for line in ticket.lines
        if line.line_id not in taken and not (line.state == "void" and line.void_seen)
    ]
    if not lines:
        return
    making = tickets.live(lines)
    done = sum(1 for line in making if line.state == "ready")
    station = names.station(ticket.station_id)
    finished = bool(making) and done == len(making)
    told = words.say("done_of", done=done, all=len(making)) if making else words.say("on_hold")
    yield Row(
        kind="caption",
        name=f"{station.upper()} · {told}",
        token="ready_text" if finished else "dim",
        icon="check_circle" if finished else "",
    )
    for line in lines:
        row = tickets.line_row(ticket, line, names)
        yield row if ticket.state == "open" else _untouchable(row)


def _untouchable(row: Row) -> Row:
    return replace(row, id="")
