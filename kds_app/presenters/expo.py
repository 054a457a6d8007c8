"""The pass: one card per table and course, with the readiness of every station.

Rule: the pass works on the stations' own tickets; bumping here bumps what its stations still hold
(features-commercial B2.17, stated). A card stays until its dishes were taken to the table, which
the waiter's terminal says; for a check that is closed already, a little while after the last bump.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from kds_app.presenters import ticket as tickets
from kds_app.presenters.shown import Act, Card, Row, Timer
from kds_app.presenters.ticket import Names
from kds_app.words import span, together
from sync_server.domain.kitchen import Ticket
from sync_server.domain.venue import Venue

CLOSED_KEPT_MS = 180_000
"""How long a paid order stays after its last station is done: nobody tells that it was taken."""

_WORST = ("late", "amber", "room", "cooking", "new", "ready", "upcoming")


def cards(
    venue: Venue, stations: Sequence[str], names: Names, now_ms: int
) -> list[tuple[Card, Timer]]:
    """The cards of the pass, oldest first."""
    groups: dict[tuple[str, int], list[Ticket]] = {}
    for ticket in venue.tickets.values():
        if ticket.station_id in stations:
            groups.setdefault((ticket.check_id, ticket.course), []).append(ticket)
    made = []
    for group in groups.values():
        if _stands(venue, group, now_ms):
            made.append((min(ticket.clock_ms for ticket in group), group))
    made.sort(key=lambda entry: (entry[0], entry[1][0].ticket_id))
    return [_card(venue, group, names, now_ms) for _, group in made]


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


def _state(venue: Venue, group: list[Ticket], now_ms: int) -> str:
    states = {
        "ready"
        if ticket.state == "bumped"
        else tickets.tone(ticket, tickets.pace(venue, ticket), now_ms)
        for ticket in group
    }
    return next(state for state in _WORST if state in states)


def _card(venue: Venue, group: list[Ticket], names: Names, now_ms: int) -> tuple[Card, Timer]:
    words = names.words
    first = min(group, key=lambda ticket: ticket.clock_ms)
    state = _state(venue, group, now_ms)
    standing = [ticket for ticket in group if ticket.state == "open" and not ticket.upcoming]
    info = [f"#{first.check_number}", names.waiter(first.waiter)]
    if first.course > 0:
        info.append(words.say("course", n=first.course))
    made = Card(
        id=f"pass:{first.check_id}:{first.course}",
        title=names.title(first),
        info=together(info),
        tone=state,
        rows=tuple(row for ticket in group for row in _rows(venue, ticket, names)),
        acts=_acts(first, standing, state, names),
        ring="ready" if state == "ready" else ("room" if first.kind == "room" else ""),
    )
    target = max(tickets.pace(venue, ticket).target_s for ticket in group) // 60
    since_ms = first.clock_ms
    if state == "ready":
        note, icon = words.say("all_ready"), "check_circle"
        since_ms = max(line.ready_ms for ticket in group for line in ticket.lines)
    elif state == "late":
        note, icon = words.say("late", n=target), "warning"
    else:
        note, icon = words.say("target", n=target), "timer" if state == "amber" else ""
    return made, Timer(span(now_ms - since_ms), note, icon)


def _acts(first: Ticket, standing: list[Ticket], state: str, names: Names) -> tuple[Act, ...]:
    if not standing:
        return ()
    tone = "go" if state == "ready" else "plain"
    action = f"bump_all:{first.check_id}:{first.course}"
    return (Act(action, names.words.say("bump"), tone),)


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
