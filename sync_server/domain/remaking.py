"""A dish that the kitchen has is to be made otherwise: taken back and ordered anew in one step.

Rule: while nobody has begun it and it was fired a moment ago (`CHANGE_FREE_MS`), whoever may order
may change it, and nothing counts as a void. Once begun it is a void with its reason, by whoever may
void, and what was made stays consumed. What is ready is returned, not changed. Price, discounts,
stop list and stock follow the new line; the cook sees the old beside the new (features-commercial
B4.32, reliability 2.8). Neighbours: `ordering` changes what is not fired yet, `kitchen_changes`
tells of smaller changes.
"""

from collections.abc import Iterable

from . import checks, commands as c, events as e, kitchen, orders
from .amending import replace
from .checks import Check, Stamp
from .events import Line, TicketLine
from .ids import LineId
from .kitchen import Ticket
from .kitchen_changes import known_of
from .limits import CHANGE_FREE_MS, LINES_PER_CHECK
from .making import new_lines
from .money import allocate
from .ordering import choices_of, voided
from .rejections import Accepted, Decision, Refused, refuse
from .splitting import PROVISIONAL
from .staff import Facts, needs
from .tariffs import place_of
from .venue import Venue


def begun(line: Line, tickets: Iterable[Ticket], now_ms: int) -> bool:
    """Whether a cook is at it, or may be: some never tap that they begin."""
    if now_ms - line.fired_ms > CHANGE_FREE_MS:
        return True
    for ticket in tickets:
        shown = ticket.line(line.kitchen_id)
        if shown is not None and (ticket.state != "open" or shown.state in ("started", "ready")):
            return True
    return False


def remake_line(venue: Venue, command: c.RemakeLine, facts: Facts) -> Decision:
    """Portions of a fired line with other choices, as a line of their own."""
    check = orders.found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    line = check.line(command.line_id)
    if line is None:
        return refuse("no_line")
    if fault := _unchangeable(check, line, command, facts):
        return fault
    tickets = tuple(venue.tickets_of(check.check_id))
    late = begun(line, tickets, facts.now_ms)
    if late and (fault := _unexplained(line, command, facts)):
        return fault
    made = _anew(check, line, command, facts)
    if isinstance(made, Refused):
        return made
    events: list[object] = [
        _taken_back(check, line, command, late, facts),
        e.LinesAdded(check.check_id, (made,)),
        e.LinesFired(check.check_id, (orders.sold(made),), facts.now_ms, facts.actor, check.day),
        *_grants(check, line, made, command),
    ]
    if _overpaid(check, events, facts):
        return refuse("has_payments")
    wasted = late and command.made
    counted = _counted(venue, line, made, command, wasted, facts)
    if isinstance(counted, Refused):
        return counted
    told = _told(check, line, made, tickets, command, facts, late)
    return Accepted(tuple(orders.with_close(venue, check, [*events, *told, *counted], facts)))


def _unchangeable(check: Check, line: Line, command: c.RemakeLine, facts: Facts) -> Refused | None:
    if line.state == "void":
        return refuse("line_voided", by=line.void_by, at_ms=line.void_ms)
    if not line.sent or line.state == "held":
        return refuse("line_not_sent", name=line.name)
    if line.state != "fired":
        return refuse("dish_ready", name=line.name)
    if line.changed_n > facts.basis_n and line.changed_dev != facts.device_id:
        return refuse("line_changed", by=line.changed_by, at_ms=line.changed_ms)
    if line.set_id:
        return refuse("set_part", name=line.name)
    if line.share_of:
        return refuse("line_shared")
    if not 0 < command.qty_milli <= line.qty_milli:
        return refuse("bad_quantity", value=command.qty_milli)
    if check.line(command.new_line_id) is not None:
        return refuse("duplicate_id", id=command.new_line_id)
    if len(check.lines) >= LINES_PER_CHECK:
        return refuse("too_many", limit=LINES_PER_CHECK)
    said = (command.choices, command.note, command.allergy)
    if said == (choices_of(line), line.note, line.allergy):
        return refuse("nothing_to_do")
    return None


def _unexplained(line: Line, command: c.RemakeLine, facts: Facts) -> Refused | None:
    """What somebody works at already is changed for a reason, by whoever may void."""
    if not command.reason:
        return refuse("dish_begun", name=line.name)
    reason = facts.catalogue.reasons.get(command.reason)
    if reason is None or reason.kind != "void":
        return refuse("no_reason")
    return needs(facts, "void_sent")


def _anew(check: Check, line: Line, command: c.RemakeLine, facts: Facts) -> Line | Refused:
    """The new line, at the price of when the old one was ordered, made where that one is."""
    new = c.NewLine(
        command.new_line_id,
        line.item_id,
        line.menu_no,
        command.qty_milli,
        command.choices,
        line.seat,
        line.course,
        command.note,
        command.allergy,
    )
    place = place_of(facts.catalogue, check.kind, check.table_id)
    made = new_lines(new, facts, place, line.at_ms)
    if isinstance(made, Refused):
        return made
    return replace(made[0], station_ids=line.station_ids)


def _taken_back(
    check: Check, line: Line, command: c.RemakeLine, late: bool, facts: Facts
) -> e.LineVoided:
    left = line.qty_milli - command.qty_milli
    gross, _ = allocate(line.gross_minor, (command.qty_milli, left))
    return voided(
        check,
        line,
        (command.qty_milli, gross),
        facts,
        reason=command.reason if late else "",
        made=late and command.made,
        fired=True,
        kind="void" if late else "changed",
    )


def _grants(check: Check, line: Line, made: Line, command: c.RemakeLine) -> list[object]:
    """Discounts on the old line count for the new one."""
    if not any(line.line_id in grant.line_ids for grant in check.grants):
        return []
    whole = command.qty_milli == line.qty_milli

    def ids(line_ids: tuple[LineId, ...]) -> tuple[LineId, ...]:
        if line.line_id not in line_ids:
            return line_ids
        kept = tuple(x for x in line_ids if not whole or x != line.line_id)
        return (*kept, made.line_id)

    grants = tuple(replace(grant, line_ids=ids(grant.line_ids)) for grant in check.grants)
    return [e.SumsSettled(check.check_id, grants, check.rest)]


def _overpaid(check: Check, events: Iterable[object], facts: Facts) -> bool:
    after = check
    for event in events:
        after = checks.evolve(after, event, Stamp(PROVISIONAL, facts.device_id))
    return checks.balance(after) < 0


def _counted(
    venue: Venue, line: Line, made: Line, command: c.RemakeLine, wasted: bool, facts: Facts
) -> list[object] | Refused:
    """The stop list by what is taken more and what comes back; a wasted dish gives nothing back."""
    more: dict[str, int] = {}
    for key, qty in orders.takings((made,)):
        more[key] = more.get(key, 0) + qty
    if not wasted:
        for key, qty in orders.takings((replace(line, qty_milli=command.qty_milli),)):
            more[key] = more.get(key, 0) - qty
    events: list[object] = []
    for key, qty in more.items():
        stop = venue.stops.get(key)
        if stop is None or not qty:
            continue
        if stop.left_milli < qty and not command.printed_at:
            left = stop.left_milli
            return refuse("item_stopped", item=key, left_milli=left, by=stop.by, at_ms=stop.at_ms)
        events.append(e.ItemStopped(key, max(0, stop.left_milli - qty), stop.by, facts.now_ms))
    return events


def _told(
    check: Check,
    line: Line,
    made: Line,
    tickets: tuple[Ticket, ...],
    command: c.RemakeLine,
    facts: Facts,
    late: bool,
) -> list[object]:
    """What each station learns: the same place on its ticket, old beside new; where only some
    portions change, or the ticket is done already, what is cancelled and what joins."""
    events: list[object] = []
    anew: dict[str, TicketLine] = {}
    for ticket in tickets:
        shown = ticket.line(line.kitchen_id)
        if shown is None or shown.state == "void":
            continue
        printed_ms = facts.now_ms if ticket.station_id in command.printed_at else 0
        if ticket.state == "open" and shown.qty_milli == command.qty_milli:
            now = _otherwise(shown, made, facts.now_ms, late)
            events.append(
                e.TicketLineChanged(ticket.ticket_id, shown.line_id, now, facts.now_ms, printed_ms)
            )
            continue
        gone = min(command.qty_milli, shown.qty_milli)
        left = shown.qty_milli - gone
        events.append(
            e.TicketLineVoided(
                ticket.ticket_id, shown.line_id, gone, left, facts.now_ms, printed_ms
            )
        )
        anew[ticket.station_id] = shown
    if anew:
        again = replace(made, station_ids=tuple(anew))
        at = frozenset(command.printed_at)
        routed = kitchen.route(orders.order_of(check), (again,), tickets, facts, at)
        events += [_beside_the_old(event, anew, tickets, facts.now_ms) for event in routed]
    return events


def _otherwise(shown: TicketLine, made: Line, at_ms: int, late: bool) -> TicketLine:
    """The ticket's line as it shall be made from now on; nobody has begun it."""
    now = replace(
        shown,
        line_id=made.line_id,
        fire_no=1,
        chosen=tuple(f"{m.pre}:{m.modifier_id}" for m in made.chosen),
        note=made.note,
        allergy=made.allergy,
        target_s=made.target_s,
        state="queued",
        started_ms=0,
        ready_ms=0,
        edited_ms=at_ms,
    )
    # What a cook has begun is never quietly as before again.
    before = known_of(shown) if late else shown.before or known_of(shown)
    return replace(now, before=None if known_of(now) == before else before)


def _beside_the_old(
    event: object, anew: dict[str, TicketLine], tickets: tuple[Ticket, ...], at_ms: int
) -> object:
    assert isinstance(event, e.TicketOpened | e.TicketLinesAdded), "what route makes"
    if isinstance(event, e.TicketOpened):
        station_id = event.station_id
    else:
        station_id = next(t.station_id for t in tickets if t.ticket_id == event.ticket_id)
    before = known_of(anew[station_id])
    lines = tuple(replace(line, before=before, edited_ms=at_ms) for line in event.lines)
    return replace(event, lines=lines)
