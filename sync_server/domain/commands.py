"""What someone asks for: frozen records with imperative names. `COMMANDS` lists them by name.

Ids of new things are minted by the asking terminal, so a retry names the same thing. A command
says what to do, never who or when: that is in its envelope (`sync_server.protocol.envelope`).
Released fields are never changed; a new field gets a default. The answers are `events`.
"""

from dataclasses import dataclass

from .approval_records import (
    APPROVAL_COMMANDS,
    AnswerApproval as AnswerApproval,
    AskApproval as AskApproval,
    CancelApproval as CancelApproval,
)
from .cash_commands import (
    CASH_COMMANDS,
    AdjustFloat as AdjustFloat,
    CloseCheck as CloseCheck,
    CopyReceipt as CopyReceipt,
    CorrectTender as CorrectTender,
    ForeignMoney as ForeignMoney,
    OpenDrawer as OpenDrawer,
    PayAccount as PayAccount,
    PrintFigures as PrintFigures,
    PunchClock as PunchClock,
    ReopenCheck as ReopenCheck,
    ReturnVoucher as ReturnVoucher,
    ReverseCharge as ReverseCharge,
    SellVoucher as SellVoucher,
    SettleSuspense as SettleSuspense,
)
from .ids import (
    NO_CHECK,
    NOBODY,
    ChargeId,
    CheckId,
    LineId,
    NoticeId,
    PaymentId,
    ShiftId,
    StaffId,
    TicketId,
)
from .order_commands import (
    ORDER_COMMANDS,
    Choice as Choice,
    CompLine as CompLine,
    ExemptTax as ExemptTax,
    NewPart as NewPart,
    RenameCheck as RenameCheck,
    SetService as SetService,
    ShareLines as ShareLines,
    ShareTo as ShareTo,
    TimeFire as TimeFire,
    TransferChecks as TransferChecks,
)


# -- day and shift ---------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OpenDay:
    """Open the business day named `day` (YYYY-MM-DD)."""

    day: str


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Close the business day; `waived` names open matters that a manager lets stand, `reasons`
    says why, each in the place of its matter."""

    waived: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OpenShift:
    """A cashier takes a drawer with a float."""

    shift_id: ShiftId
    drawer: str
    float_minor: int


@dataclass(frozen=True, slots=True)
class MoveCash:
    """Cash in, out, a drop to the safe, or tips paid to staff. `kind`: in, out, drop, tips.

    The amount is positive; `envelope` is the number on a drop's envelope."""

    shift_id: ShiftId
    kind: str
    amount_minor: int
    reason: str
    envelope: str = ""


@dataclass(frozen=True, slots=True)
class DenominationCount:
    denomination_minor: int
    count: int


@dataclass(frozen=True, slots=True)
class CountDrawer:
    """The blind count: what lies in the drawer, by denomination."""

    shift_id: ShiftId
    counts: tuple[DenominationCount, ...]
    foreign: tuple[ForeignMoney, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseShift:
    """End the shift after its count. `reason` explains over or short; open checks of the cashier
    go to `hand_over_to` if named."""

    shift_id: ShiftId
    reason: str = ""
    hand_over_to: StaffId = NOBODY


@dataclass(frozen=True, slots=True)
class PrintX:
    """The shift so far, on paper; changes nothing."""

    shift_id: ShiftId


# -- checks ----------------------------------------------------------------------------------
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
    was away (reliability 2.13); then the server must not fire these lines on paper again.
    """

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    route: str = "server"


@dataclass(frozen=True, slots=True)
class FireLines:
    """Start held lines now."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    route: str = "server"


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


@dataclass(frozen=True, slots=True)
class MoveCheck:
    check_id: CheckId
    table_id: str


@dataclass(frozen=True, slots=True)
class TransferCheck:
    check_id: CheckId
    to_staff_id: StaffId


@dataclass(frozen=True, slots=True)
class MergeChecks:
    """Everything of `check_id` goes onto `into_check_id`, and the first is closed empty."""

    check_id: CheckId
    into_check_id: CheckId


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


# -- payments --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TakePayment:
    """Money taken: a fact. `tender`: cash, card, account, voucher, deposit.

    `amount_minor` of the check is covered; `tendered_minor` is what the guest gave (cash);
    `reference` is the card slip's, the house account's id or the voucher's code. Foreign cash:
    `foreign_minor` of `currency` was given; its worth in house money is the decision's matter."""

    check_id: CheckId
    payment_id: PaymentId
    shift_id: ShiftId
    tender: str
    amount_minor: int
    tendered_minor: int = 0
    tip_minor: int = 0
    reference: str = ""
    receipt: bool = True
    currency: str = ""
    foreign_minor: int = 0


@dataclass(frozen=True, slots=True)
class ChargeRoom:
    """Ask the hotel to put a part of the check, and a tip, on a guest's folio."""

    check_id: CheckId
    charge_id: ChargeId
    shift_id: ShiftId
    stay_id: str
    room: str
    guest: str
    amount_minor: int
    tip_minor: int = 0
    slip: bool = True


@dataclass(frozen=True, slots=True)
class RefundPayment:
    """Give back a part of a payment in its own tender; a new entry linked to the original.

    `amount_minor` is of the check, `tip_minor` of the tip; one of the two may be 0."""

    check_id: CheckId
    refund_id: PaymentId
    payment_id: PaymentId
    shift_id: ShiftId
    amount_minor: int
    reason: str
    tip_minor: int = 0


@dataclass(frozen=True, slots=True)
class ResolveCharge:
    """A person looked at the folio of an unknown charge: it is there, or it is not."""

    charge_id: ChargeId
    on_folio: bool


@dataclass(frozen=True, slots=True)
class SettleCharge:
    """What the hotel answered; only the server itself may say this.

    `outcome`: posted, refused, unknown, deferred."""

    charge_id: ChargeId
    outcome: str
    reference: str = ""
    code: str = ""
    words: str = ""


# -- kitchen ---------------------------------------------------------------------------------
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
    """The station is done with the ticket; what was not ready becomes ready."""

    ticket_id: TicketId


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


# -- stop list, notices, catalogue, staff -----------------------------------------------------
@dataclass(frozen=True, slots=True)
class StopItem:
    """Stop an item, or let `left_milli` more be sold."""

    item_id: str
    left_milli: int = 0


@dataclass(frozen=True, slots=True)
class FreeItem:
    item_id: str


@dataclass(frozen=True, slots=True)
class AcknowledgeNotice:
    notice_id: NoticeId


@dataclass(frozen=True, slots=True)
class TellStaff:
    """Raise a notice; only the server itself may say this (a print that failed, a late table)."""

    notice_id: NoticeId
    staff_id: StaffId
    code: str
    params: dict[str, str | int]
    check_id: CheckId = NO_CHECK


@dataclass(frozen=True, slots=True)
class PublishCatalogue:
    """A new catalogue version is in force; its content is fetched by number and hash."""

    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RecordSignIn:
    """Someone signed in, out, or failed to; only the server itself may say this.

    `outcome`: in, offline, failed, locked, out."""

    staff_id: StaffId
    outcome: str


COMMANDS: dict[str, type] = {
    command.__name__: command
    for command in (
        OpenDay,
        CloseDay,
        OpenShift,
        MoveCash,
        CountDrawer,
        CloseShift,
        PrintX,
        OpenCheck,
        SetGuests,
        AddLines,
        ChangeLine,
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
        TakePayment,
        ChargeRoom,
        RefundPayment,
        ResolveCharge,
        SettleCharge,
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
        StopItem,
        FreeItem,
        AcknowledgeNotice,
        TellStaff,
        PublishCatalogue,
        RecordSignIn,
        *CASH_COMMANDS,
        *APPROVAL_COMMANDS,
        *ORDER_COMMANDS,
    )
}

SERVER_ONLY = frozenset(
    {"SettleCharge", "RecordPaper", "TellStaff", "PublishCatalogue", "RecordSignIn"}
) | {"PrintFigures"}
"""Commands that no terminal may send."""
