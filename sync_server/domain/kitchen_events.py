"""What happened in the kitchen: tickets and their lines. `events` gives these on under its name.

A ticket is the work of one station for one course of one check; the rules are in `kitchen`.
"""

from dataclasses import dataclass

from .amending import quick
from .ids import CheckId, LineId, StaffId, TicketId
from .records import TicketLine


@quick
@dataclass(frozen=True, slots=True)
class TicketOpened:
    """Work for one station. `upcoming` tickets hold only lines that wait to be fired.

    `printed_ms` is set when the terminal printed it itself while the server was away; `joined` are
    the tables that stand beside `table_id`."""

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
    at_ms: int
    printed_ms: int = 0
    joined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketLinesAdded:
    ticket_id: TicketId
    lines: tuple[TicketLine, ...]
    at_ms: int
    printed_ms: int = 0


@dataclass(frozen=True, slots=True)
class TicketLinesFired:
    """Held lines of a ticket are due now; the ticket's clock starts if it had not. `printed_ms`:
    the terminal put it on paper itself, 0 when it did not."""

    ticket_id: TicketId
    line_ids: tuple[LineId, ...]
    fire_no: int
    at_ms: int
    printed_ms: int = 0


@dataclass(frozen=True, slots=True)
class TicketLineVoided:
    """`qty_milli` of the line is cancelled; nothing is left of it when `left_milli` is 0. Here and
    below `printed_ms` is set when the terminal put it on paper itself."""

    ticket_id: TicketId
    line_id: LineId
    qty_milli: int
    left_milli: int
    at_ms: int
    printed_ms: int = 0


@dataclass(frozen=True, slots=True)
class TicketLineChanged:
    """A line is to be made otherwise, for another seat, or is another check's now (`line_id`
    renamed). `at_ms` is 0 in journals that did not keep it."""

    ticket_id: TicketId
    line_id: LineId
    line: TicketLine
    at_ms: int = 0
    printed_ms: int = 0


@dataclass(frozen=True, slots=True)
class TicketRelabelled:
    """The guests moved, or their tables were pushed together or apart: the ticket shows the new
    table with those `joined` to it, the check and the waiter."""

    ticket_id: TicketId
    check_id: CheckId
    check_number: str
    table_id: str
    name: str
    waiter: StaffId
    at_ms: int = 0
    printed_ms: int = 0
    joined: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TicketsAcknowledged:
    """A display has drawn these versions: the kitchen has them."""

    seen: tuple[tuple[TicketId, int], ...]
    dev: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class TicketOnPaper:
    """Paper for the kitchen. `outcome`: asked (paper shall take over from a display), printed,
    copy (it did), failed, unknown."""

    ticket_id: TicketId
    version: int
    outcome: str
    printer_id: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class TicketLinesStarted:
    ticket_id: TicketId
    line_ids: tuple[LineId, ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class TicketLinesReady:
    ticket_id: TicketId
    check_id: CheckId
    line_ids: tuple[LineId, ...]
    ready: bool
    at_ms: int


@quick
@dataclass(frozen=True, slots=True)
class TicketBumped:
    """The station is done. `line_ids` became ready by it (undo turns back just these)."""

    ticket_id: TicketId
    check_id: CheckId
    line_ids: tuple[LineId, ...]
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class TicketRecalled:
    ticket_id: TicketId
    check_id: CheckId
    line_ids: tuple[LineId, ...]
    undo: bool
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class TicketVoidSeen:
    ticket_id: TicketId
    line_ids: tuple[LineId, ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class TicketsRushed:
    """These tickets go before all others, or by `rush` false take their turn again."""

    ticket_ids: tuple[TicketId, ...]
    rush: bool
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class TicketMoved:
    """Another station makes it, and has to learn of it as of a new ticket."""

    ticket_id: TicketId
    from_station_id: str
    station_id: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class LinesServed:
    """Dishes went to the table: the waiter took them, or the pass let them go."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    by: StaffId
    at_ms: int


KITCHEN_EVENTS: tuple[type, ...] = (
    TicketOpened,
    TicketLinesAdded,
    TicketLinesFired,
    TicketLineVoided,
    TicketLineChanged,
    TicketRelabelled,
    TicketsAcknowledged,
    TicketOnPaper,
    TicketLinesStarted,
    TicketLinesReady,
    TicketBumped,
    TicketRecalled,
    TicketVoidSeen,
    TicketsRushed,
    TicketMoved,
    LinesServed,
)
"""All of this file, for `events.EVENTS`."""
