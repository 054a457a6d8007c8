"""What the kitchen, the pass and the waiter at the hatch ask for: `commands` gives these on.

The rules are in `kitchen` and `orders`; what happened then stands in `kitchen_events`.
"""

from dataclasses import dataclass

from .ids import CheckId, LineId, TicketId


@dataclass(frozen=True, slots=True)
class TicketSeen:
    ticket_id: TicketId
    version: int


@dataclass(frozen=True, slots=True)
class AcknowledgeTickets:
    """A display has drawn these versions of its tickets (from its drawing loop)."""

    seen: tuple[TicketSeen, ...]


@dataclass(frozen=True, slots=True)
class StartLines:
    ticket_id: TicketId
    line_ids: tuple[LineId, ...]


@dataclass(frozen=True, slots=True)
class MarkReady:
    """Lines are ready, or by `ready` false are not after all."""

    ticket_id: TicketId
    line_ids: tuple[LineId, ...]
    ready: bool = True


@dataclass(frozen=True, slots=True)
class BumpTicket:
    """The station is done with the ticket; what was not ready becomes ready.

    `version` is what the cook had before the eyes: lines that came or changed after it stay open
    (reliability 2.13). 0, as commands of before have it, means the ticket as it stands."""

    ticket_id: TicketId
    version: int = 0


@dataclass(frozen=True, slots=True)
class RecallTicket:
    """Bring a bumped ticket back. `undo`: exactly as before, soon after; `review`: as before at
    any time; else the timer starts again."""

    ticket_id: TicketId
    undo: bool
    review: bool = False


@dataclass(frozen=True, slots=True)
class AcknowledgeVoid:
    """The cook has seen that a line is cancelled."""

    ticket_id: TicketId
    line_ids: tuple[LineId, ...]


@dataclass(frozen=True, slots=True)
class RushTickets:
    """These tickets go before all others, or by `rush` false take their turn again."""

    ticket_ids: tuple[TicketId, ...]
    rush: bool = True


@dataclass(frozen=True, slots=True)
class MoveTicket:
    """Another station makes what stands on the ticket."""

    ticket_id: TicketId
    station_id: str


@dataclass(frozen=True, slots=True)
class PassLines:
    """The pass lets ready dishes of a check go to the table (the second level of bumping)."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]


@dataclass(frozen=True, slots=True)
class ServeLines:
    """The waiter has taken ready lines to the table."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]


@dataclass(frozen=True, slots=True)
class RecordPaper:
    """What became of a kitchen ticket on paper; only the server itself may say this.

    `outcome`: asked (paper shall take over), printed, copy, failed, unknown."""

    ticket_id: TicketId
    version: int
    outcome: str
    printer_id: str


KITCHEN_COMMANDS: tuple[type, ...] = (
    AcknowledgeTickets,
    StartLines,
    MarkReady,
    BumpTicket,
    RecallTicket,
    AcknowledgeVoid,
    RushTickets,
    MoveTicket,
    PassLines,
    ServeLines,
    RecordPaper,
)
"""All of this file, for `commands.COMMANDS`."""
