"""The board by dish: one card for each dish, with who wants how many of it and how.

For a station that makes many of few things (features-commercial B6.47). Rule: a line of a card is a
line of a ticket; when the last dish of a ticket is done here, the ticket is bumped with it, since
no card of its own stands on this board. A ticket counts as drawn where all of its dishes stand on
one page; any other is told in the side column. Neighbours: `board`, `ticket`.
"""

from collections.abc import Sequence
from dataclasses import replace

from kds_app.presenters import ticket as tickets
from kds_app.presenters.shown import Act, Card, Placed, Row, Timer
from kds_app.presenters.ticket import Names
from sync_server.domain.events import TicketLine
from sync_server.domain.kitchen import Ticket


def cards(
    work: Sequence[Ticket], names: Names, now_ms: int, plan: tickets.Plan, alarms: tickets.Alarms
) -> list[tuple[Card, Timer]]:
    """The cards, the dish that has waited longest first."""
    found: dict[str, list[tuple[Ticket, TicketLine]]] = {}
    for ticket in work:
        for line in ticket.lines:
            gone = line.state == "void" and line.void_seen
            if not gone and line.state != "ready":
                dish = line.item_id if line.item_id in names.catalogue.items else line.name
                found.setdefault(dish, []).append((ticket, line))
    return [_card(dish, wanted, names, now_ms, plan, alarms) for dish, wanted in found.items()]


def _card(
    dish: str,
    wanted: list[tuple[Ticket, TicketLine]],
    names: Names,
    now_ms: int,
    plan: tickets.Plan,
    alarms: tickets.Alarms,
) -> tuple[Card, Timer]:
    words = names.words
    first, line = wanted[0]
    when = tickets.pace(first, plan, now_ms)
    states = {
        tickets.tone(ticket, tickets.pace(ticket, plan, now_ms), now_ms, alarms(ticket))
        for ticket, _ in wanted
    }
    state = tickets.worst(states)
    making = [(ticket, one) for ticket, one in wanted if one.state != "void" and not one.held]
    total = sum(one.qty_milli for _, one in making or wanted if one.state != "void")
    ids = ",".join(f"{ticket.ticket_id}:{one.line_id}" for ticket, one in making)
    versions = {ticket.ticket_id: ticket.version for ticket, _ in wanted}
    made = Card(
        id=f"dish:{dish}",
        title=f"{words.quantity(total)}\u00a0× {names.item(line.item_id, line.name)}",
        info=words.say("wanted_by", n=len(versions)),
        tone=state,
        rows=tuple(_row(ticket, one, names) for ticket, one in wanted),
        acts=(Act(f"dish:{ids}", words.say("all_done"), "go"),) if making else (),
        versions=tuple(versions.items()),
        ring="late_text" if any(ticket.rush for ticket, _ in wanted) else "",
        faded=state == "upcoming",
        more=f"sheet:recipe:{dish}" if dish in names.catalogue.items else "",
    )
    return made, tickets.timer(first, when, state, now_ms, words)


def _row(ticket: Ticket, line: TicketLine, names: Names) -> Row:
    row = tickets.line_row(ticket, line, names)
    whose = f"{names.title(ticket)} · #{ticket.check_number}"
    if line.state == "void":
        return replace(row, name=f"{whose} — {row.name.rpartition(' — ')[2]}")
    here = row.id.replace("ready:", "dish:", 1) if row.id.startswith("ready:") else row.id
    return replace(row, id=here, name=whose)


def told_whole(here: list[Placed], all_cards: Sequence[Card]) -> list[Placed]:
    """The cards of a page without the versions of tickets that go on upon another page."""
    standing = {place.card.id for place in here}
    torn = {
        ticket_id for card in all_cards if card.id not in standing for ticket_id, _ in card.versions
    }
    return [
        replace(
            place,
            card=replace(
                place.card,
                versions=tuple(v for v in place.card.versions if v[0] not in torn),
            ),
        )
        for place in here
    ]
