"""Orders that concern more than one aggregate: lines that become tickets, move, or came too late.

A decision here reads the whole venue and returns the events of every aggregate it touches, so
that they are journaled in one transaction. Rules of one check are in `ordering`, the kitchen's in
`kitchen`; conflicts follow reliability 2.8. The door to all decisions is `decisions`.
"""

from collections.abc import Callable, Iterator
from typing import Protocol, TypeVar

from . import (
    checks,
    commands as c,
    events as e,
    kitchen,
    kitchen_changes,
    ordering,
    payments,
)
from .amending import replace
from .checks import Check, Stamp
from .events import Line
from .ids import NO_LINE, CheckId, derived
from .limits import GUESTS, LINES_PER_EVENT, OPEN_CHECKS
from .making import catalogue_for
from .rejections import Accepted, Decision, Refused, refuse
from .splitting import PROVISIONAL as PROVISIONAL
from .staff import Facts
from .venue import Venue


def found(venue: Venue, check_id: str, facts: Facts) -> Check | Refused:
    """The check for a command on its lines; leads on to the check that continues a closed one."""
    key = CheckId(check_id)
    while key in venue.continued and key not in venue.checks:
        key = venue.continued[key]
    check = venue.check(key)
    if check is None:
        return refuse("no_check")
    return ordering.may_touch(check, facts) or check


_PAYING = frozenset({e.PaymentTaken, e.RoomChargeAsked, e.TenderCorrected, e.SuspenseSettled})
"""Events by which a check gets a payment; without one it is not closed."""


def with_close(venue: Venue, check: Check, events: list[object], facts: Facts) -> list[object]:
    """The events, and the close of the check if it is all paid after them."""
    if not check.payments and _PAYING.isdisjoint(map(type, events)):
        return events
    after = check
    for event in events:
        if type(event) in checks.CHECK_EVENTS and event.check_id == check.check_id:  # type: ignore[attr-defined]
            after = checks.evolve(after, event, Stamp(PROVISIONAL, facts.device_id))
    closed = payments.closing(after, venue.open_shifts(), facts)
    return [*events, closed] if closed else events


def order_of(check: Check) -> kitchen.Order:
    """Whose lines are routed."""
    return kitchen.Order(
        check.check_id,
        check.number,
        check.kind,
        check.table_id,
        check.name,
        check.guests,
        check.owner,
        check.joined,
    )


def open_check(venue: Venue, command: c.OpenCheck, facts: Facts) -> Decision:
    """A new check; a second one on a table stands too, and its waiter is told of the first."""
    if venue.check(command.check_id) is not None:
        return refuse("duplicate_id", id=command.check_id)
    if len(venue.checks) >= OPEN_CHECKS:
        return refuse("too_many", limit=OPEN_CHECKS)
    opened = ordering.open_check(command, facts, venue.day.day if venue.day else "")
    if isinstance(opened, Refused):
        return opened
    other = next(
        (
            check
            for check in venue.checks.values()
            if command.kind == "table"
            and check.table_id == command.table_id
            and check.opened_n > facts.basis_n
            and check.opened_dev != facts.device_id
        ),
        None,
    )
    shared = None
    if other is not None:
        shared = refuse(
            "table_shared",
            number=other.number,
            by=other.owner,
            at_ms=other.opened_ms,
            table=command.table_id,
        )
    return Accepted((opened,), shared)


def set_guests(venue: Venue, command: c.SetGuests, facts: Facts) -> Decision:
    """How many sit there."""
    check = found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    if not 0 < command.guests <= GUESTS:
        return refuse("bad_quantity", value=command.guests)
    return Accepted((e.GuestsSet(check.check_id, command.guests),))


def add_lines(venue: Venue, command: c.AddLines, facts: Facts) -> Decision:
    """Lines are kept always: if the check was closed meanwhile, a new one continues it."""
    check = venue.check(command.check_id)
    before: list[object] = []
    adjusted: Refused | None = None
    if check is not None and check.state != "open":
        onward = found(venue, command.check_id, facts)
        if isinstance(onward, Check):
            check = onward
        else:
            begun = _continuation(venue, check, facts)
            adjusted = refuse(
                "continued",
                number=check.number,
                at_ms=check.closed_ms,
                new_number=begun.number,
                count=len(command.lines),
            )
            before = [begun]
            check = checks.opened(begun, Stamp(PROVISIONAL, facts.device_id))
    else:
        current = found(venue, command.check_id, facts)
        if isinstance(current, Refused):
            return current
        check = current
    added = ordering.add_lines(check, command, facts)
    if isinstance(added, Refused):
        return added
    for wanted in _named(command, added.lines):
        stop = venue.stops.get(wanted)
        if stop is not None and stop.left_milli <= 0:
            return refuse("item_stopped", item=wanted, left_milli=0, at_ms=stop.at_ms, by=stop.by)
    return Accepted((*before, *_pieces(added)), adjusted or _price_note(command, facts))


def _named(command: c.AddLines, lines: tuple[Line, ...]) -> list[str]:
    """All that an order takes of: dishes, sets, and what was chosen with them."""
    chosen = (m.modifier_id for line in lines for m in line.chosen if m.pre != "no")
    return [
        *(new.item_id for new in command.lines),
        *(line.item_id for line in lines),
        *chosen,
    ]


def _pieces(added: e.LinesAdded) -> list[e.LinesAdded]:
    """The event cut so that each piece fits its bound on the wire."""
    step = LINES_PER_EVENT
    return [
        e.LinesAdded(added.check_id, added.lines[start : start + step])
        for start in range(0, len(added.lines), step)
    ]


def _price_note(command: c.AddLines, facts: Facts) -> Refused | None:
    """Whether a price had to differ from the one the guest was shown."""
    shown_known = all(catalogue_for(facts, new.menu_no)[1] for new in command.lines)
    if shown_known:
        return None
    return refuse(
        "price_differs", menu=command.lines[0].menu_no, at_ms=facts.catalogue.published_ms
    )


def _continuation(venue: Venue, check: Check, facts: Facts) -> e.CheckOpened:
    taken = {known.number for known in (*venue.checks.values(), *venue.closed.values())}
    root = check.number.split("/", 1)[0]
    number = next(f"{root}/{i}" for i in range(2, OPEN_CHECKS) if f"{root}/{i}" not in taken)
    return e.CheckOpened(
        check_id=CheckId(derived(facts.command_id, "next")),
        number=number,
        kind=check.kind,
        table_id=check.table_id,
        name=check.name,
        guests=check.guests,
        owner=facts.actor,
        at_ms=facts.now_ms,
        day=venue.day.day if venue.day else check.day,
        service_bp=check.service_bp,
        service_tax_id=check.service_tax_id,
        service_tax_bp=check.service_tax_bp,
        tax_inclusive=check.tax_inclusive,
        continues=check.check_id,
    )


class _OfCheck(Protocol):
    @property
    def check_id(self) -> CheckId: ...


Command = TypeVar("Command", bound=_OfCheck)


def on_check(
    rule: Callable[[Check, Command, Facts], object],
) -> Callable[[Venue, Command, Facts], Decision]:
    """A decision on one open check that the actor may touch, with the close that may follow."""

    def handle(venue: Venue, command: Command, facts: Facts) -> Decision:
        check = found(venue, command.check_id, facts)
        if isinstance(check, Refused):
            return check
        event = rule(check, command, facts)
        if isinstance(event, Refused):
            return event
        if _overpaid(check, event, facts):
            return refuse("has_payments")
        return Accepted(tuple(with_close(venue, check, [event], facts)))

    return handle


def _overpaid(check: Check, event: object, facts: Facts) -> bool:
    """Whether the guests would have paid more than the check says after the event."""
    after = checks.evolve(check, event, Stamp(PROVISIONAL, facts.device_id))
    return checks.balance(after) < 0


def change_line(venue: Venue, command: c.ChangeLine, facts: Facts) -> Decision:
    """A line as it shall be, as far as it may still change; the tickets of a sent one follow."""
    check = found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    changed = ordering.change_line(check, command, facts)
    if isinstance(changed, Refused):
        return changed
    if _overpaid(check, changed, facts):
        return refuse("has_payments")
    events: list[object] = [changed]
    if changed.line.sent:
        line = check.line(command.line_id)
        assert line is not None
        swapped = _swapped(venue, line, changed.line, facts)
        if isinstance(swapped, Refused):
            return swapped
        events += swapped
        tickets = venue.tickets_of(check.check_id)
        events += kitchen_changes.edited(changed.line, tickets, facts.now_ms, command.printed_at)
    return Accepted(tuple(events))


def _swapped(venue: Venue, line: Line, now: Line, facts: Facts) -> list[object] | Refused:
    """Choices of an announced line are others: what is on the stop list is counted for the new
    ones and given back for the old."""
    if line.chosen == now.chosen:
        return []
    kept = {chosen.modifier_id for chosen in line.chosen}
    added = replace(now, chosen=tuple(c for c in now.chosen if c.modifier_id not in kept))
    counted = _stop_events(venue, (replace(added, item_id="", set_id=NO_LINE),), facts, False)
    if isinstance(counted, Refused):
        return counted
    still = {chosen.modifier_id for chosen in now.chosen}
    for chosen in line.chosen:
        stop = venue.stops.get(chosen.modifier_id)
        if stop is not None and chosen.modifier_id not in still and chosen.pre != "no":
            left = stop.left_milli + line.qty_milli
            counted.append(e.ItemStopped(chosen.modifier_id, left, stop.by, facts.now_ms))
    return counted


def _stop_events(
    venue: Venue, lines: tuple[Line, ...], facts: Facts, printed: bool
) -> list[object] | Refused:
    """Count sold portions down; the last one goes to whoever is decided first."""
    wanted: dict[str, int] = {}
    for key, qty in takings(lines):
        if key in venue.stops:
            wanted[key] = wanted.get(key, 0) + qty
    events: list[object] = []
    for item_id, qty in wanted.items():
        stop = venue.stops[item_id]
        if stop.left_milli < qty and not printed:
            return refuse(
                "item_stopped",
                item=item_id,
                left_milli=stop.left_milli,
                by=stop.by,
                at_ms=stop.at_ms,
            )
        left = max(0, stop.left_milli - qty)
        if left != stop.left_milli:
            events.append(e.ItemStopped(item_id, left, stop.by, facts.now_ms))
    return events


def takings(lines: tuple[Line, ...]) -> Iterator[tuple[str, int]]:
    """What lines take of items, choices and sets; a half portion is half of one."""
    sets: set[str] = set()
    for line in lines:
        yield line.item_id, line.qty_milli * line.portion_milli // 1000
        for chosen in line.chosen:
            if chosen.pre != "no":
                yield chosen.modifier_id, line.qty_milli
        if line.set_id and line.set_id not in sets:
            sets.add(line.set_id)
            yield line.set_item_id, line.qty_milli


def sold(line: Line) -> e.Sold:
    """The line as it is fired next."""
    return e.Sold(
        line.line_id,
        line.fire_no + 1,
        line.item_id,
        line.qty_milli,
        line.station_ids[0] if line.station_ids else "",
        ordering.modifier_ids(line),
        line.portion_milli,
    )


def send_lines(venue: Venue, command: c.SendLines, facts: Facts) -> Decision:
    """What is new goes to the kitchen: held lines announced, the others fired, each once."""
    check = found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    named = ordering.pick(check, command.line_ids)
    if isinstance(named, Refused):
        return named
    fresh = tuple(line for line in named if not line.sent and line.state != "void")
    if not fresh:
        return refuse("nothing_to_send")
    known = tuple(line for line in named if line.sent and line.state != "void")
    return _to_kitchen(venue, check, fresh, known, command, facts)


def _to_kitchen(
    venue: Venue,
    check: Check,
    fresh: tuple[Line, ...],
    known: tuple[Line, ...],
    command: c.SendLines | c.FireLines,
    facts: Facts,
) -> Decision:
    way, at = command.route, _printed_at(command, facts)
    printed = bool(at)
    counted = _stop_events(venue, fresh, facts, printed)
    if isinstance(counted, Refused):
        return counted
    held = tuple(line for line in fresh if line.held)
    fired = tuple(line for line in fresh if not line.held)
    events: list[object] = []
    if held:
        ids = tuple(line.line_id for line in held)
        events.append(e.LinesSent(check.check_id, ids, facts.now_ms, facts.actor))
    if fired:
        told = tuple(sold(line) for line in fired)
        events.append(e.LinesFired(check.check_id, told, facts.now_ms, facts.actor, check.day, way))
    events += kitchen.route(order_of(check), fresh, venue.tickets_of(check.check_id), facts, at)
    events += counted
    events = with_close(venue, check, events, facts)
    adjusted = (
        refuse("fired_already", count=len(known), **ordering.last_touch(check, known))
        if known
        else None
    )
    stopped = next((line for line in fresh if printed and _is_stopped(venue, line)), None)
    if stopped is not None:
        adjusted = refuse("stopped_but_printed", item=stopped.item_id)
    return Accepted(tuple(events), adjusted)


def _printed_at(command: c.SendLines | c.FireLines, facts: Facts) -> frozenset[str]:
    """Stations for which the terminal has put it on paper itself."""
    stations = facts.catalogue.stations
    return frozenset(stations if command.route == "local" else command.printed_at)


def _is_stopped(venue: Venue, line: Line) -> bool:
    stop = venue.stops.get(line.item_id)
    return stop is not None and stop.left_milli * 1000 < line.qty_milli * line.portion_milli


def fire_lines(venue: Venue, command: c.FireLines, facts: Facts) -> Decision:
    """Held lines are due now; lines the kitchen did not know yet go the way of a send."""
    check = found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    named = ordering.pick(check, command.line_ids)
    if isinstance(named, Refused):
        return named
    waiting = tuple(line for line in named if line.state == "held")
    unsent = tuple(
        replace(line, held=False) for line in named if not line.sent and line.state != "void"
    )
    events: list[object] = []
    if unsent:
        sent = _to_kitchen(venue, check, unsent, (), command, facts)
        if isinstance(sent, Refused):
            return sent
        events = list(sent.events)
    if waiting:
        told = tuple(sold(line) for line in waiting)
        events.append(
            e.LinesFired(check.check_id, told, facts.now_ms, facts.actor, check.day, command.route)
        )
        tickets, at = venue.tickets_of(check.check_id), _printed_at(command, facts)
        events += kitchen.fire(waiting, tickets, facts.now_ms, at)
    if not events:
        return refuse("line_not_held")
    return Accepted(tuple(events))


def void_line(venue: Venue, command: c.VoidLine, facts: Facts) -> Decision:
    """Take back sent quantity: the check, the tickets and the stop list follow together."""
    check = found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    voided = ordering.void_line(check, command, facts)
    if isinstance(voided, Refused):
        return voided
    if _overpaid(check, voided, facts):
        return refuse("has_payments")
    line = check.line(command.line_id)
    assert line is not None
    tickets = venue.tickets_of(check.check_id)
    told = kitchen.cancel(line, command.qty_milli, tickets, facts.now_ms, command.printed_at)
    events = with_close(venue, check, [voided, *told], facts)
    stop = venue.stops.get(line.item_id)
    if stop is not None and not voided.made:
        left = stop.left_milli + command.qty_milli
        events.append(e.ItemStopped(line.item_id, left, stop.by, facts.now_ms))
    return Accepted(tuple(events))


def abandon_check(venue: Venue, command: c.AbandonCheck, facts: Facts) -> Decision:
    """Close a check on which nothing stands; one on which all was given is a sale of nothing."""
    check = found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    given = payments.closing_for_nothing(check, venue.open_shifts(), facts)
    if given is not None:
        return Accepted((given,))
    if check.live or any(p.state in checks.HOLDING for p in check.payments):
        return refuse("check_not_empty", number=check.number)
    gone = e.CheckAbandoned(check.check_id, check.number, facts.actor, facts.now_ms)
    return Accepted((gone,))
