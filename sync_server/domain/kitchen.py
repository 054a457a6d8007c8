"""Kitchen tickets: where lines are made, what state they are in, and who has seen them.

The unit is (line, fire number). A ticket is the work of one station for one course of one check;
`version` grows with every change the cook must see, and `acked` is the version a display has
drawn. Setting states is idempotent, so a repeated frame changes nothing (reliability 2.13).
Waiters' lines are in `checks`; the two meet in `decisions`.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from . import commands as c, events as e
from .amending import quick, replace
from .events import Line, TicketLine
from .floor_plan import JOINED
from .ids import CheckId, LineId, StaffId, TicketId, derived
from .limits import TEXT_LENGTH
from .rejections import Refused, refuse
from .staff import Facts

UNDO_MS = 30_000
"""How long a bump can be undone exactly; later it is recalled (features-commercial B3.24)."""


@quick
@dataclass(frozen=True, slots=True)
class Ticket:
    """Work for one station. `state`: open, bumped. `clock_ms` is when its time began to count.

    `paper`: empty, printed (by the terminal, or as the station's habit), asked (paper shall take
    over from a dead display), copy (it did), failed, unknown; `paper_version` is what was printed.
    `joined` are the tables that stand beside `table_id`. `moved_from` is what it stood under until
    `moved_ms`: a name, or a table, or tables with a plus between (`floor_plan.stood_at` reads it).
    `changes` are its lines that came or changed after the first version, each with the version.
    """

    ticket_id: TicketId
    check_id: CheckId
    check_number: str
    station_id: str
    kind: str
    table_id: str
    name: str
    guests: int
    waiter: StaffId
    course: int
    lines: tuple[TicketLine, ...]
    created_ms: int
    clock_ms: int
    changed_ms: int
    version: int = 1
    acked: int = 0
    acked_ms: int = 0
    paper: str = ""
    paper_ms: int = 0
    paper_version: int = 0
    state: str = "open"
    bumped_ms: int = 0
    also_checks: tuple[CheckId, ...] = ()
    rush: bool = False
    moved_from: str = ""
    moved_ms: int = 0
    joined: tuple[str, ...] = ()
    changes: tuple[tuple[LineId, int], ...] = ()

    @property
    def table_ids(self) -> tuple[str, ...]:
        """The table and those pushed to it; none for a tab."""
        return (self.table_id, *self.joined) if self.table_id else ()

    def line(self, line_id: str) -> TicketLine | None:
        return next((line for line in self.lines if line.line_id == line_id), None)

    @property
    def upcoming(self) -> bool:
        """Only lines on hold (or nothing live) stand on it."""
        live = [line for line in self.lines if line.state != "void"]
        return bool(live) and all(line.held for line in live)

    @property
    def target_s(self) -> int:
        """Seconds that its slowest live dish takes."""
        return max(
            (line.target_s for line in self.lines if line.state != "void" and not line.held),
            default=0,
        )


# -- evolve ------------------------------------------------------------------------------------
def opened(event: e.TicketOpened) -> Ticket:
    """The ticket that `TicketOpened` begins."""
    return Ticket(
        ticket_id=event.ticket_id,
        check_id=event.check_id,
        check_number=event.check_number,
        station_id=event.station_id,
        kind=event.kind,
        table_id=event.table_id,
        name=event.name,
        guests=event.guests,
        waiter=event.waiter,
        course=event.course,
        lines=event.lines,
        created_ms=event.at_ms,
        clock_ms=event.at_ms,
        changed_ms=event.at_ms,
        paper="printed" if event.printed_ms else "",
        paper_ms=event.printed_ms,
        paper_version=1 if event.printed_ms else 0,
        joined=event.joined,
    )


def _each(ticket: Ticket, ids: Iterable[str], change: Callable[[TicketLine], TicketLine]) -> Ticket:
    wanted = set(ids)
    return replace(
        ticket,
        lines=tuple(change(line) if line.line_id in wanted else line for line in ticket.lines),
    )


def _grown(ticket: Ticket, at_ms: int, lines: Collection[LineId] = ()) -> Ticket:
    """The next version of a ticket, in which these lines came or changed."""
    version = ticket.version + 1
    standing = {line.line_id for line in ticket.lines}
    changes = (
        *(one for one in ticket.changes if one[0] in standing.difference(lines)),
        *((line_id, version) for line_id in lines),
    )
    return replace(ticket, version=version, changed_ms=at_ms, changes=changes)


def _lines_added(ticket: Ticket, event: e.TicketLinesAdded) -> Ticket:
    ids = tuple(line.line_id for line in event.lines)
    grown = _grown(replace(ticket, lines=ticket.lines + event.lines), event.at_ms, ids)
    return _printed_here(ticket, grown, event.printed_ms, ids)


def _printed_here(before: Ticket, now: Ticket, printed_ms: int, told: Iterable[str] = ()) -> Ticket:
    """A terminal's paper is about the lines `told` only: the kitchen has the whole ticket if it had
    the rest, or there is no rest."""
    if not printed_ms:
        return now
    rest = {line.line_id for line in now.lines if line.state != "void"}.difference(told)
    version = now.version if not rest or has_it(before) else before.paper_version
    return replace(now, paper="printed", paper_ms=printed_ms, paper_version=version)


def _lines_fired(ticket: Ticket, event: e.TicketLinesFired) -> Ticket:
    waiting = ticket.upcoming
    fired = _each(
        ticket,
        event.line_ids,
        lambda line: replace(
            line, held=False, fire_no=event.fire_no, added_ms=0 if waiting else event.at_ms
        ),
    )
    fired = replace(fired, clock_ms=event.at_ms if waiting else ticket.clock_ms)
    grown = _grown(fired, event.at_ms, event.line_ids)
    return _printed_here(ticket, grown, event.printed_ms, event.line_ids)


def _line_voided(ticket: Ticket, event: e.TicketLineVoided) -> Ticket:
    def void(line: TicketLine) -> TicketLine:
        if event.left_milli:
            return replace(
                line,
                qty_milli=event.left_milli,
                # What the cook last saw: a second cut before that is one change for the cook.
                was=line.was or f"{line.qty_milli}",
                void_ms=event.at_ms,
                void_seen=False,
            )
        return replace(line, state="void", void_ms=event.at_ms, void_seen=False)

    grown = _grown(_each(ticket, (event.line_id,), void), event.at_ms, (event.line_id,))
    return _printed_here(ticket, grown, event.printed_ms, (event.line_id,))


def _line_changed(ticket: Ticket, event: e.TicketLineChanged) -> Ticket:
    changed = _each(ticket, (event.line_id,), lambda _: event.line)
    grown = _grown(changed, event.at_ms or ticket.changed_ms, (event.line.line_id,))
    return _printed_here(ticket, grown, event.printed_ms, (event.line.line_id,))


def _relabelled(ticket: Ticket, event: e.TicketRelabelled) -> Ticket:
    label = replace(
        ticket,
        check_id=event.check_id,
        check_number=event.check_number,
        table_id=event.table_id,
        name=event.name,
        waiter=event.waiter,
        joined=event.joined,
    )
    if event.at_ms and (label.table_ids, label.name) != (ticket.table_ids, ticket.name):
        moved_from = JOINED.join(ticket.table_ids) or ticket.name
        label = replace(label, moved_from=moved_from, moved_ms=event.at_ms)
    grown = _grown(label, event.at_ms or ticket.changed_ms)
    return _printed_here(ticket, grown, event.printed_ms)


def _on_paper(ticket: Ticket, event: e.TicketOnPaper) -> Ticket:
    return replace(ticket, paper=event.outcome, paper_ms=event.at_ms, paper_version=event.version)


def _started(ticket: Ticket, event: e.TicketLinesStarted) -> Ticket:
    return _each(
        ticket,
        event.line_ids,
        lambda line: replace(line, state="started", started_ms=event.at_ms),
    )


def _ready(ticket: Ticket, event: e.TicketLinesReady) -> Ticket:
    def mark(line: TicketLine) -> TicketLine:
        if event.ready:
            return replace(line, state="ready", ready_ms=event.at_ms)
        return replace(line, state="started" if line.started_ms else "queued", ready_ms=0)

    return _each(ticket, event.line_ids, mark)


def _bumped(ticket: Ticket, event: e.TicketBumped) -> Ticket:
    done = _each(
        ticket,
        event.line_ids,
        lambda line: replace(line, state="ready", ready_ms=event.at_ms),
    )
    return replace(done, state="bumped", bumped_ms=event.at_ms)


def _recalled(ticket: Ticket, event: e.TicketRecalled) -> Ticket:
    back = _each(
        ticket,
        event.line_ids,
        lambda line: replace(line, state="started" if line.started_ms else "queued", ready_ms=0),
    )
    clock = ticket.clock_ms if event.undo else event.at_ms
    return replace(back, state="open", bumped_ms=0, clock_ms=clock)


def _void_seen(ticket: Ticket, event: e.TicketVoidSeen) -> Ticket:
    return _each(
        ticket, event.line_ids, lambda line: replace(line, void_seen=True, was="", before=None)
    )


def _moved(ticket: Ticket, event: e.TicketMoved) -> Ticket:
    """What the old station saw or printed says nothing about the new one."""
    return _grown(
        replace(ticket, station_id=event.station_id, acked=0, acked_ms=0, paper="", paper_ms=0),
        event.at_ms,
    )


_EVOLVE: dict[type, Callable[..., Ticket]] = {
    e.TicketLinesAdded: _lines_added,
    e.TicketLinesFired: _lines_fired,
    e.TicketLineVoided: _line_voided,
    e.TicketLineChanged: _line_changed,
    e.TicketRelabelled: _relabelled,
    e.TicketOnPaper: _on_paper,
    e.TicketLinesStarted: _started,
    e.TicketLinesReady: _ready,
    e.TicketBumped: _bumped,
    e.TicketRecalled: _recalled,
    e.TicketVoidSeen: _void_seen,
    e.TicketMoved: _moved,
}

TICKET_EVENTS = frozenset(_EVOLVE)


def evolve(ticket: Ticket, event: object) -> Ticket:
    """The ticket after an event of `TICKET_EVENTS`."""
    return _EVOLVE[type(event)](ticket, event)


def rushed(ticket: Ticket, rush: bool) -> Ticket:
    """The ticket before all others, or in its turn. What is to be made stays the same, so the
    version does too and no paper follows."""
    return replace(ticket, rush=rush)


def acknowledged(ticket: Ticket, version: int, at_ms: int) -> Ticket:
    """The ticket after a display has drawn `version`; an older acknowledgement changes nothing."""
    if version <= ticket.acked:
        return ticket
    return replace(ticket, acked=min(version, ticket.version), acked_ms=at_ms)


def has_it(ticket: Ticket) -> bool:
    """Whether the kitchen has the ticket as it stands: drawn, or certainly on paper."""
    printed = ticket.paper in ("printed", "copy") and ticket.paper_version >= ticket.version
    return ticket.acked >= ticket.version or printed


# -- decide: from the waiter's side ------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Order:
    """Whose lines are routed: what a ticket's head shows."""

    check_id: CheckId
    number: str
    kind: str
    table_id: str
    name: str
    guests: int
    waiter: StaffId
    joined: tuple[str, ...] = ()


def ticket_line(line: Line, station_id: str, held: bool, fire_no: int) -> TicketLine:
    """A check's line as the station sees it."""
    return TicketLine(
        line_id=line.line_id,
        fire_no=fire_no,
        item_id=line.item_id,
        name=line.name,
        qty_milli=line.qty_milli,
        chosen=tuple(f"{m.pre}:{m.modifier_id}" for m in line.chosen),
        note=line.note,
        allergy=line.allergy,
        seat=line.seat,
        course=line.course,
        target_s=line.target_s,
        held=held,
        also_at=tuple(other for other in line.station_ids if other != station_id),
    )


def route(
    order: Order,
    lines: Iterable[Line],
    tickets: Iterable[Ticket],
    facts: Facts,
    printed_at: frozenset[str],
) -> list[object]:
    """Tickets for lines the kitchen learns of: joined to the open ticket of the same station and
    course, or a new one named after the command. `printed_at`: stations for which the terminal has
    put it on paper."""
    grouped: dict[tuple[str, int], list[Line]] = {}
    for line in lines:
        for station_id in line.station_ids:
            grouped.setdefault((station_id, line.course), []).append(line)
    open_tickets = {
        (ticket.station_id, ticket.course): ticket
        for ticket in tickets
        if ticket.state == "open" and ticket.check_id == order.check_id
    }
    events: list[object] = []
    for (station_id, course), group in grouped.items():
        printed_ms = facts.now_ms if station_id in printed_at else 0
        made = tuple(
            ticket_line(line, station_id, line.held, 0 if line.held else line.fire_no + 1)
            for line in group
        )
        existing = open_tickets.get((station_id, course))
        if existing is not None:
            added = tuple(replace(line, added_ms=facts.now_ms) for line in made)
            events.append(e.TicketLinesAdded(existing.ticket_id, added, facts.now_ms, printed_ms))
            continue
        events.append(
            e.TicketOpened(
                ticket_id=TicketId(derived(facts.command_id, f"{station_id}.{course}")),
                check_id=order.check_id,
                check_number=order.number,
                station_id=station_id,
                kind=order.kind,
                table_id=order.table_id,
                name=order.name,
                guests=order.guests,
                waiter=order.waiter,
                course=course,
                lines=made,
                at_ms=facts.now_ms,
                printed_ms=printed_ms,
                joined=order.joined,
            )
        )
    return events


def fire(
    lines: Iterable[Line], tickets: Iterable[Ticket], at_ms: int, printed_at: frozenset[str]
) -> list[e.TicketLinesFired]:
    """Tell the tickets that announced these held lines that they are due. `printed_at` as in
    `route`."""
    by_origin = {line.origin or line.line_id: line for line in lines}
    events = []
    for ticket in tickets:
        due = tuple(
            line.line_id for line in ticket.lines if line.line_id in by_origin and line.held
        )
        if due:
            fire_no = by_origin[due[0]].fire_no + 1
            printed_ms = at_ms if ticket.station_id in printed_at else 0
            events.append(e.TicketLinesFired(ticket.ticket_id, due, fire_no, at_ms, printed_ms))
    return events


def cancel(
    line: Line,
    qty_milli: int,
    tickets: Iterable[Ticket],
    at_ms: int,
    printed_at: Collection[str] = (),
) -> list[e.TicketLineVoided]:
    """Tell every station that made the line that a quantity of it is cancelled. `printed_at` as in
    `route`."""
    known_as = line.origin or line.line_id
    events = []
    for ticket in tickets:
        found = ticket.line(known_as)
        if found is not None and found.state != "void":
            gone = min(qty_milli, found.qty_milli)
            left = found.qty_milli - gone
            printed_ms = at_ms if ticket.station_id in printed_at else 0
            events.append(
                e.TicketLineVoided(
                    ticket.ticket_id, LineId(known_as), gone, left, at_ms, printed_ms
                )
            )
    return events


# -- decide: from the kitchen's side -----------------------------------------------------------
def _live(
    ticket: Ticket, line_ids: tuple[LineId, ...], states: tuple[str, ...]
) -> tuple[LineId, ...]:
    wanted = set(line_ids)
    return tuple(
        line.line_id
        for line in ticket.lines
        if line.line_id in wanted and line.state in states and not line.held
    )


def _is_open(ticket: Ticket) -> Refused | None:
    if ticket.state != "open":
        return refuse("ticket_done", at_ms=ticket.bumped_ms)
    return None


def start_lines(ticket: Ticket, command: c.StartLines, facts: Facts) -> object:
    """A cook begins. Already started or ready lines are passed over."""
    if fault := _is_open(ticket):
        return fault
    ids = _live(ticket, command.line_ids, ("queued",))
    if not ids:
        return refuse("nothing_to_do")
    return e.TicketLinesStarted(ticket.ticket_id, ids, facts.now_ms)


def mark_ready(ticket: Ticket, command: c.MarkReady, facts: Facts) -> object:
    """Lines are ready, or back to what they were."""
    if fault := _is_open(ticket):
        return fault
    before = ("queued", "started") if command.ready else ("ready",)
    ids = _live(ticket, command.line_ids, before)
    if not ids:
        return refuse("nothing_to_do")
    return e.TicketLinesReady(ticket.ticket_id, ticket.check_id, ids, command.ready, facts.now_ms)


def _news(ticket: Ticket, version: int) -> frozenset[LineId]:
    """What a cook who saw `version` has still to learn: lines to be made that came or changed
    after it, and lines cancelled after it. Nothing for 0: whoever asks did not say."""
    if not version:
        return frozenset()
    later = {line_id for line_id, changed in ticket.changes if changed > version}
    return frozenset(
        line.line_id
        for line in ticket.lines
        if line.line_id in later
        and not line.held
        and (line.state in ("queued", "started") or (line.state == "void" and not line.void_seen))
    )


def bump_ticket(ticket: Ticket, command: c.BumpTicket, facts: Facts) -> object:
    """The station is done; lines on hold stay with a ticket of their own until they are fired.

    A change that the bump crossed keeps the ticket open for its lines; the others are ready."""
    if fault := _is_open(ticket):
        return fault
    if ticket.upcoming:
        return refuse("nothing_to_do")
    news = _news(ticket, command.version)
    ids = tuple(
        line.line_id
        for line in ticket.lines
        if line.state in ("queued", "started") and not line.held and line.line_id not in news
    )
    if not news:
        return e.TicketBumped(ticket.ticket_id, ticket.check_id, ids, facts.actor, facts.now_ms)
    if not ids:
        return refuse("ticket_changed", at_ms=ticket.changed_ms)
    return e.TicketLinesReady(ticket.ticket_id, ticket.check_id, ids, True, facts.now_ms)


def recall_ticket(ticket: Ticket, command: c.RecallTicket, facts: Facts) -> object:
    """Undo a bump exactly, soon after it; take the ticket for review, whose timer goes on; or
    recall it, and its timer starts again (features-commercial B3.23)."""
    if ticket.state != "bumped":
        return refuse("ticket_open")
    as_before = command.undo or command.review
    if command.undo and not command.review and facts.now_ms - ticket.bumped_ms > UNDO_MS:
        return refuse("undo_late")
    ids = tuple(
        line.line_id
        for line in ticket.lines
        if line.state == "ready" and (line.ready_ms == ticket.bumped_ms or not as_before)
    )
    return e.TicketRecalled(
        ticket.ticket_id, ticket.check_id, ids, as_before, facts.actor, facts.now_ms
    )


def acknowledge_void(ticket: Ticket, command: c.AcknowledgeVoid, facts: Facts) -> object:
    """The cook has seen the cancellation, or what is to be made otherwise."""
    wanted = set(command.line_ids)
    ids = tuple(
        line.line_id
        for line in ticket.lines
        if line.line_id in wanted and ((line.void_ms and not line.void_seen) or line.before)
    )
    if not ids:
        return refuse("nothing_to_do")
    return e.TicketVoidSeen(ticket.ticket_id, ids, facts.now_ms)


def move_ticket(ticket: Ticket, command: c.MoveTicket, facts: Facts) -> object:
    """Push a ticket to another station, or pull one (features-commercial B1.11)."""
    if fault := _is_open(ticket):
        return fault
    if command.station_id not in facts.catalogue.stations:
        return refuse("no_station", station=command.station_id[:TEXT_LENGTH])
    if command.station_id == ticket.station_id:
        return refuse("nothing_to_do")
    return e.TicketMoved(
        ticket.ticket_id, ticket.station_id, command.station_id, facts.actor, facts.now_ms
    )
