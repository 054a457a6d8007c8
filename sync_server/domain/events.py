"""What happened: frozen records with past-tense names. `EVENTS` lists them by name.

An event carries all that its aggregate needs to change, so that evolving looks nothing up: prices,
names and times are in it. Released events are never edited; a new field gets a default, a new
meaning gets a new name. Who, when and by which command stands also in the journal's record.
"""

from dataclasses import dataclass

from .amending import quick
from .approval_records import (
    APPROVAL_EVENTS,
    ApprovalAnswered as ApprovalAnswered,
    ApprovalAsked as ApprovalAsked,
    ApprovalEnded as ApprovalEnded,
)
from .cash_events import (
    CASH_EVENTS,
    AccountPaid as AccountPaid,
    CheckReopened as CheckReopened,
    ClockPunched as ClockPunched,
    DrawerOpened as DrawerOpened,
    FiguresPrinted as FiguresPrinted,
    FloatAdjusted as FloatAdjusted,
    ReceiptCopied as ReceiptCopied,
    RoomReversalAsked as RoomReversalAsked,
    RoomReversalPosted as RoomReversalPosted,
    SuspenseSettled as SuspenseSettled,
    TenderCorrected as TenderCorrected,
    VoucherReturned as VoucherReturned,
    VoucherSold as VoucherSold,
)
from .ids import (
    NO_CHECK,
    ChargeId,
    CheckId,
    LineId,
    NoticeId,
    PaymentId,
    ShiftId,
    StaffId,
)
from .kitchen_events import (
    LinesServed as LinesServed,
    TicketBumped as TicketBumped,
    TicketLineChanged as TicketLineChanged,
    TicketLinesAdded as TicketLinesAdded,
    TicketLinesFired as TicketLinesFired,
    TicketLinesReady as TicketLinesReady,
    TicketLinesStarted as TicketLinesStarted,
    TicketLineVoided as TicketLineVoided,
    TicketMoved as TicketMoved,
    TicketOnPaper as TicketOnPaper,
    TicketOpened as TicketOpened,
    TicketRecalled as TicketRecalled,
    TicketRelabelled as TicketRelabelled,
    TicketsAcknowledged as TicketsAcknowledged,
    TicketsRushed as TicketsRushed,
    TicketVoidSeen as TicketVoidSeen,
)
from .order_events import (
    ORDER_EVENTS,
    CheckRenamed as CheckRenamed,
    LinesShared as LinesShared,
    LinesTimed as LinesTimed,
    ServiceSet as ServiceSet,
    SumsSettled as SumsSettled,
    TaxExempted as TaxExempted,
)
from .records import (
    CashCount as CashCount,
    Chosen as Chosen,
    FigureRow as FigureRow,
    ForeignCount as ForeignCount,
    ForeignOver as ForeignOver,
    Grant as Grant,
    Line as Line,
    Payment as Payment,
    Remainder as Remainder,
    Sold as Sold,
    SoldSum as SoldSum,
    TaxSum as TaxSum,
    TicketLine as TicketLine,
    Totals as Totals,
)


# -- day and shift -----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class DayOpened:
    day: str
    at_ms: int
    by: StaffId


@dataclass(frozen=True, slots=True)
class DayClosed:
    day: str
    at_ms: int
    by: StaffId
    sales_minor: int
    perpetual_minor: int
    waived: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ShiftOpened:
    shift_id: ShiftId
    number: int
    drawer: str
    by: StaffId
    at_ms: int
    float_minor: int
    day: str


@dataclass(frozen=True, slots=True)
class CashMoved:
    """`amount_minor` is signed: in is positive, out, drop and tips are negative."""

    shift_id: ShiftId
    kind: str
    amount_minor: int
    reason: str
    by: StaffId
    at_ms: int
    envelope: str = ""


@dataclass(frozen=True, slots=True)
class DrawerCounted:
    shift_id: ShiftId
    counts: tuple[CashCount, ...]
    counted_minor: int
    by: StaffId
    at_ms: int
    foreign: tuple[ForeignCount, ...] = ()


@dataclass(frozen=True, slots=True)
class ShiftClosed:
    """The Z: figures of the shift, fixed for ever. `over_minor` = counted - expected.

    `perpetual_minor` only rises; what was taken back since the first day is `returns_minor`."""

    shift_id: ShiftId
    z_no: int
    by: StaffId
    at_ms: int
    expected_minor: int
    counted_minor: int
    over_minor: int
    reason: str
    sales_minor: int
    perpetual_minor: int
    returns_minor: int = 0
    foreign: tuple[ForeignOver, ...] = ()


@dataclass(frozen=True, slots=True)
class XPrinted:
    shift_id: ShiftId
    by: StaffId
    at_ms: int


# -- checks ------------------------------------------------------------------------------------
@quick
@dataclass(frozen=True, slots=True)
class CheckOpened:
    check_id: CheckId
    number: str
    kind: str
    table_id: str
    name: str
    guests: int
    owner: StaffId
    at_ms: int
    day: str
    service_bp: int
    service_tax_id: str
    service_tax_bp: int
    tax_inclusive: bool
    continues: CheckId = NO_CHECK
    service_on_full: bool = False
    tax_exempt: bool = False


@dataclass(frozen=True, slots=True)
class GuestsSet:
    check_id: CheckId
    guests: int


@dataclass(frozen=True, slots=True)
class LinesAdded:
    check_id: CheckId
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class LineChanged:
    """The line as it is now; `sent` lines change in seat and course only."""

    check_id: CheckId
    line: Line


@dataclass(frozen=True, slots=True)
class LinesRemoved:
    check_id: CheckId
    line_ids: tuple[LineId, ...]


@dataclass(frozen=True, slots=True)
class LinesHeld:
    check_id: CheckId
    line_ids: tuple[LineId, ...]
    held: bool


@dataclass(frozen=True, slots=True)
class LinesSent:
    """Lines announced to the kitchen on hold; nothing is cooked or consumed yet."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    at_ms: int
    by: StaffId


@dataclass(frozen=True, slots=True)
class LinesFired:
    """Lines the kitchen makes now: where stock leaves the shelf."""

    check_id: CheckId
    sold: tuple[Sold, ...]
    at_ms: int
    by: StaffId
    day: str
    route: str = "server"


@dataclass(frozen=True, slots=True)
class LineVoided:
    """`qty_milli` of a sent line taken back; `gross_minor` is what it takes off the check.
    `kind`: void, or return when the guest sent back what was made."""

    check_id: CheckId
    line_id: LineId
    item_id: str
    qty_milli: int
    gross_minor: int
    reason: str
    made: bool
    fired: bool
    fire_no: int
    station_id: str
    modifier_ids: tuple[str, ...]
    by: StaffId
    at_ms: int
    day: str
    approved_by: str = ""
    kind: str = "void"


@dataclass(frozen=True, slots=True)
class LinesMoved:
    """Lines, or parts, left `check_id` and stand on `to_check_id` as `lines`; the kitchen is not
    told again. `left` are the lines that stay behind, as they are now."""

    check_id: CheckId
    to_check_id: CheckId
    gone: tuple[LineId, ...]
    left: tuple[Line, ...]
    lines: tuple[Line, ...]
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class CheckMoved:
    check_id: CheckId
    from_table_id: str
    table_id: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class CheckTransferred:
    check_id: CheckId
    from_staff_id: StaffId
    to_staff_id: StaffId
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class DiscountGiven:
    check_id: CheckId
    grant: Grant
    at_ms: int


@dataclass(frozen=True, slots=True)
class DiscountTakenBack:
    check_id: CheckId
    grant_id: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class PreBillPrinted:
    """Paper for the guest; later changes mark it stale. `copy` counts from 1."""

    check_id: CheckId
    copy: int
    totals: Totals
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class PaymentTaken:
    check_id: CheckId
    payment: Payment


@dataclass(frozen=True, slots=True)
class PaymentUnallocated:
    """Money that fits no open balance: kept on suspense until a manager deals with it."""

    check_id: CheckId
    payment: Payment


@dataclass(frozen=True, slots=True)
class PaymentRefunded:
    """`taxes` is the refund of a sale by rate, with the untaxed part under rate 0."""

    check_id: CheckId
    refund_id: PaymentId
    payment_id: PaymentId
    shift_id: ShiftId
    tender: str
    amount_minor: int
    rounding_minor: int
    reason: str
    by: StaffId
    at_ms: int
    tip_minor: int = 0
    taxes: tuple[TaxSum, ...] = ()
    reference: str = ""


@quick
@dataclass(frozen=True, slots=True)
class CheckClosed:
    """All is paid: the sale. `tips_minor` were on top and belong to the staff."""

    check_id: CheckId
    number: str
    shift_id: ShiftId
    owner: StaffId
    totals: Totals
    sold: tuple[SoldSum, ...]
    tips_minor: int
    guests: int
    at_ms: int
    day: str
    voids_count: int = 0
    voids_minor: int = 0


@dataclass(frozen=True, slots=True)
class CheckAbandoned:
    check_id: CheckId
    number: str
    by: StaffId
    at_ms: int
    merged_into: CheckId = NO_CHECK


# -- room charges ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FolioPart:
    """What the folio gets for one revenue group and tax; parts sum to the charge less its tip."""

    revenue_group: str
    tax_bp: int
    gross_minor: int


@dataclass(frozen=True, slots=True)
class RoomChargeAsked:
    """The hotel is to be asked; the balance is reserved until it answers."""

    check_id: CheckId
    charge_id: ChargeId
    number: str
    shift_id: ShiftId
    stay_id: str
    room: str
    guest: str
    amount_minor: int
    tip_minor: int
    parts: tuple[FolioPart, ...]
    covers: int
    by: StaffId
    at_ms: int
    day: str
    slip: bool = True


@dataclass(frozen=True, slots=True)
class RoomChargePosted:
    check_id: CheckId
    charge_id: ChargeId
    reference: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class RoomChargeRefused:
    check_id: CheckId
    charge_id: ChargeId
    code: str
    words: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class RoomChargeUnknown:
    """No answer: it may stand on the folio. It is never sent again by itself."""

    check_id: CheckId
    charge_id: ChargeId
    at_ms: int


@dataclass(frozen=True, slots=True)
class RoomChargeDeferred:
    check_id: CheckId
    charge_id: ChargeId
    code: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class RoomChargeRetried:
    """A person found that it is not on the folio: it is sent again under a new attempt."""

    check_id: CheckId
    charge_id: ChargeId
    attempt: int
    by: StaffId
    at_ms: int


# -- stop list, notices, catalogue, staff -------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ItemStopped:
    item_id: str
    left_milli: int
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class ItemFreed:
    item_id: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class NoticeRaised:
    """Something a person must tap away. `code` and `params` become a sentence on the screen."""

    notice_id: NoticeId
    staff_id: StaffId
    code: str
    params: dict[str, str | int]
    at_ms: int
    check_id: CheckId = NO_CHECK


@dataclass(frozen=True, slots=True)
class NoticeAcknowledged:
    notice_id: NoticeId
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class CataloguePublished:
    number: int
    sha256: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class StaffSignedIn:
    """`outcome`: in, offline, failed, locked, out."""

    staff_id: StaffId
    outcome: str
    at_ms: int


Event = object
"""Any of `EVENTS`; the codec and the dispatch tables are the real check."""

EVENTS: dict[str, type] = {
    event.__name__: event
    for event in (
        DayOpened,
        DayClosed,
        ShiftOpened,
        CashMoved,
        DrawerCounted,
        ShiftClosed,
        XPrinted,
        CheckOpened,
        GuestsSet,
        LinesAdded,
        LineChanged,
        LinesRemoved,
        LinesHeld,
        LinesSent,
        LinesFired,
        LineVoided,
        LinesMoved,
        CheckMoved,
        CheckTransferred,
        DiscountGiven,
        DiscountTakenBack,
        PreBillPrinted,
        PaymentTaken,
        PaymentUnallocated,
        PaymentRefunded,
        CheckClosed,
        CheckAbandoned,
        RoomChargeAsked,
        RoomChargePosted,
        RoomChargeRefused,
        RoomChargeUnknown,
        RoomChargeDeferred,
        RoomChargeRetried,
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
        ItemStopped,
        ItemFreed,
        NoticeRaised,
        NoticeAcknowledged,
        CataloguePublished,
        StaffSignedIn,
        *CASH_EVENTS,
        *APPROVAL_EVENTS,
        *ORDER_EVENTS,
    )
}
