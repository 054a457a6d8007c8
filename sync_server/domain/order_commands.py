"""What is asked for on a check, from its opening to its pre-bill: `commands` gives these on.

The rules are in `checks`, `ordering`, `discounting` and `splitting`.
"""

from dataclasses import dataclass

from .amending import quick
from .ids import CheckId, LineId, StaffId


# -- lines -------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen modifier. `pre`: empty, no, extra, light, side (features-commercial A3.25)."""

    modifier_id: str
    pre: str = ""


@dataclass(frozen=True, slots=True)
class NewPart:
    """What was taken for one part of a set; it becomes a line of its own."""

    line_id: LineId
    part_id: str
    item_id: str
    choices: tuple[Choice, ...] = ()
    note: str = ""


@quick
@dataclass(frozen=True, slots=True)
class NewLine:
    """One dish as ordered; `menu_no` is the catalogue version that was on the screen.

    Of a set `parts` say what was taken; of an open item `name` and `price_minor` are said here, and
    tax and station where they are not the item's own.
    """

    line_id: LineId
    item_id: str
    menu_no: int
    qty_milli: int = 1000
    choices: tuple[Choice, ...] = ()
    seat: int = 0
    course: int = -1
    note: str = ""
    allergy: str = ""
    held: bool = False
    parts: tuple[NewPart, ...] = ()
    name: str = ""
    price_minor: int = -1
    tax_id: str = ""
    station_id: str = ""


@dataclass(frozen=True, slots=True)
class OpenCheck:
    """A new check. `kind`: table, tab, takeaway, room. `number` is `terminal code-counter`."""

    check_id: CheckId
    number: str
    kind: str
    table_id: str = ""
    name: str = ""
    guests: int = 1


@dataclass(frozen=True, slots=True)
class SetGuests:
    check_id: CheckId
    guests: int


@dataclass(frozen=True, slots=True)
class AddLines:
    check_id: CheckId
    lines: tuple[NewLine, ...]


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """Replace what may still change on an unsent line; seat and course also later."""

    check_id: CheckId
    line_id: LineId
    qty_milli: int
    choices: tuple[Choice, ...]
    seat: int
    course: int
    note: str
    allergy: str
    printed_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemakeLine:
    """Portions of a fired line shall be made with other choices: they become `new_line_id`. Once a
    cook may have begun it needs a `reason` of kind void and says whether it was `made`."""

    check_id: CheckId
    line_id: LineId
    new_line_id: LineId
    qty_milli: int
    choices: tuple[Choice, ...]
    note: str = ""
    allergy: str = ""
    reason: str = ""
    made: bool = False
    printed_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RemoveLines:
    """Take unsent lines off; nothing was made, nothing is recorded as a void."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]


@dataclass(frozen=True, slots=True)
class HoldLines:
    """Put lines on hold, or let them go again before they are sent."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    held: bool


@dataclass(frozen=True, slots=True)
class SendLines:
    """Tell the kitchen of everything new: lines on hold are announced, the others fired.

    `route`: server, or local when this terminal has printed the ticket itself because the server
    was away (reliability 2.13); then the server must not fire these lines on paper again. Where
    only some stations could be reached, `printed_at` names them and the server tells the others.
    """

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    route: str = "server"
    printed_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FireLines:
    """Start held lines now. `route` and `printed_at` as in `SendLines`."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    route: str = "server"
    printed_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VoidLine:
    """Take back sent quantity. `made` decides whether stock stays consumed. `kind`: void, or
    return when the guest sent back what was made; then the reason is of kind return."""

    check_id: CheckId
    line_id: LineId
    qty_milli: int
    reason: str
    made: bool
    kind: str = "void"
    printed_at: tuple[str, ...] = ()


# -- moving and terms --------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Move:
    """A quantity of a line that becomes `new_line_id` on another check."""

    line_id: LineId
    qty_milli: int
    new_line_id: LineId


@dataclass(frozen=True, slots=True)
class MoveLines:
    """Lines, or parts of them, go to another check; with `number` set, to a new one (a split),
    which stands on the same table or on `table_id`."""

    check_id: CheckId
    to_check_id: CheckId
    moves: tuple[Move, ...]
    number: str = ""
    table_id: str = ""
    printed_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class MoveCheck:
    check_id: CheckId
    table_id: str
    printed_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TransferCheck:
    check_id: CheckId
    to_staff_id: StaffId


@dataclass(frozen=True, slots=True)
class MergeChecks:
    """Everything of `check_id` goes onto `into_check_id`, and the first is closed empty."""

    check_id: CheckId
    into_check_id: CheckId
    printed_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GiveDiscount:
    """A discount from the catalogue on the whole check, or on `line_ids` only. Of an open one
    either `rate_bp` or `amount_minor` is said here."""

    check_id: CheckId
    grant_id: str
    discount_id: str
    line_ids: tuple[LineId, ...] = ()
    reason: str = ""
    rate_bp: int = 0
    amount_minor: int = 0


@dataclass(frozen=True, slots=True)
class TakeBackDiscount:
    check_id: CheckId
    grant_id: str


@dataclass(frozen=True, slots=True)
class PrintPreBill:
    check_id: CheckId


@dataclass(frozen=True, slots=True)
class AbandonCheck:
    """Close a check on which nothing is left, or nothing to pay, and nothing was paid."""

    check_id: CheckId


# -- division, time and other terms ------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TimeFire:
    """Fire lines by themselves at `at_ms`, whoever looks then; 0 takes the time back."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class ShareTo:
    """A check that takes an equal share; with `number` it is a new one."""

    check_id: CheckId
    number: str = ""


@dataclass(frozen=True, slots=True)
class ShareLines:
    """Cut lines (none named: all) into equal shares: one stays, each check of `to` gets one."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    to: tuple[ShareTo, ...]


@dataclass(frozen=True, slots=True)
class ShareAmount:
    """Cut a check so that a new one beside it comes to exactly `amount_minor`."""

    check_id: CheckId
    to_check_id: CheckId
    number: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class TransferChecks:
    """Hand several checks over at once: a section, or all of one's own at the end of a shift."""

    check_ids: tuple[CheckId, ...]
    to_staff_id: StaffId


@dataclass(frozen=True, slots=True)
class RenameCheck:
    """Say whose tab it is."""

    check_id: CheckId
    name: str


@dataclass(frozen=True, slots=True)
class JoinTables:
    """Which tables stand pushed to the check's own, for as long as it is open; none: apart."""

    check_id: CheckId
    table_ids: tuple[str, ...]
    printed_at: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CompLine:
    """Made and served, not charged: a quantity of a line is taken off the bill and stays sold."""

    check_id: CheckId
    grant_id: str
    line_id: LineId
    qty_milli: int
    reason: str


@dataclass(frozen=True, slots=True)
class SetService:
    """Another service charge for this check, 0 for none."""

    check_id: CheckId
    rate_bp: int


@dataclass(frozen=True, slots=True)
class ExemptTax:
    """Ask no tax on this check, for a reason of kind exempt; or ask it again."""

    check_id: CheckId
    exempt: bool
    reason: str = ""


ToldAtOnce = (
    SendLines
    | FireLines
    | VoidLine
    | ChangeLine
    | RemakeLine
    | MoveLines
    | MoveCheck
    | MergeChecks
    | JoinTables
)
"""What a terminal without its server tells the kitchen on paper itself: `printed_at` are the
stations whose paper it certainly put out, the server tells the others."""

ORDER_COMMANDS: tuple[type, ...] = (
    OpenCheck,
    SetGuests,
    AddLines,
    ChangeLine,
    RemakeLine,
    RemoveLines,
    HoldLines,
    SendLines,
    FireLines,
    VoidLine,
    MoveLines,
    MoveCheck,
    TransferCheck,
    MergeChecks,
    GiveDiscount,
    TakeBackDiscount,
    PrintPreBill,
    AbandonCheck,
    TimeFire,
    ShareLines,
    ShareAmount,
    TransferChecks,
    RenameCheck,
    JoinTables,
    CompLine,
    SetService,
    ExemptTax,
)
"""All of this file, for `commands.COMMANDS`."""
