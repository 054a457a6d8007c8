"""What happened: frozen records with past-tense names. `EVENTS` lists them by name.

An event carries all that its aggregate needs to change, so that evolving looks nothing up: prices,
names and times are in it. Released events are never edited; a new field gets a default, a new
meaning gets a new name. Who, when and by which command stands also in the journal's record.
The records stand by subject in `..._events`; a new one is written there, and exported here.
"""

from .approval_records import (
    APPROVAL_EVENTS,
    ApprovalAnswered as ApprovalAnswered,
    ApprovalAsked as ApprovalAsked,
    ApprovalEnded as ApprovalEnded,
)
from .card_events import (
    CARD_EVENTS,
    CardApproved as CardApproved,
    CardAsked as CardAsked,
    CardBackAsked as CardBackAsked,
    CardCancelAsked as CardCancelAsked,
    CardDeclined as CardDeclined,
    CardLookAsked as CardLookAsked,
    CardUnknown as CardUnknown,
)
from .cash_events import (
    CASH_EVENTS,
    AccountPaid as AccountPaid,
    CheckClosed as CheckClosed,
    CheckReopened as CheckReopened,
    ClockPunched as ClockPunched,
    FiguresPrinted as FiguresPrinted,
    PaymentRefunded as PaymentRefunded,
    PaymentTaken as PaymentTaken,
    PaymentUnallocated as PaymentUnallocated,
    ReceiptCopied as ReceiptCopied,
    SuspenseSettled as SuspenseSettled,
    TenderCorrected as TenderCorrected,
    VoucherReturned as VoucherReturned,
    VoucherSold as VoucherSold,
)
from .club_events import (
    CLUB_EVENTS,
    ClubCardAttached as ClubCardAttached,
    ClubCardBlocked as ClubCardBlocked,
    ClubCardIssued as ClubCardIssued,
    ClubPointsMoved as ClubPointsMoved,
    PointsEarned as PointsEarned,
    PointsExpired as PointsExpired,
    PointsGivenBack as PointsGivenBack,
    PointsTakenBack as PointsTakenBack,
)
from .house_events import (
    HOUSE_EVENTS,
    CataloguePublished as CataloguePublished,
    DeviceRevoked as DeviceRevoked,
    GuestsErased as GuestsErased,
    ItemFreed as ItemFreed,
    ItemStopped as ItemStopped,
    NoticeAcknowledged as NoticeAcknowledged,
    NoticeRaised as NoticeRaised,
    RightsLent as RightsLent,
    RightsTakenBack as RightsTakenBack,
    StaffSignedIn as StaffSignedIn,
    UnsentReviewed as UnsentReviewed,
)
from .kitchen_events import (
    KITCHEN_EVENTS,
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
    CheckAbandoned as CheckAbandoned,
    CheckMoved as CheckMoved,
    CheckOpened as CheckOpened,
    CheckRenamed as CheckRenamed,
    CheckTransferred as CheckTransferred,
    DiscountGiven as DiscountGiven,
    DiscountTakenBack as DiscountTakenBack,
    GuestsSet as GuestsSet,
    LineChanged as LineChanged,
    LinesAdded as LinesAdded,
    LinesFired as LinesFired,
    LinesHeld as LinesHeld,
    LinesMoved as LinesMoved,
    LinesRemoved as LinesRemoved,
    LinesSent as LinesSent,
    LinesShared as LinesShared,
    LinesTimed as LinesTimed,
    LineVoided as LineVoided,
    PreBillPrinted as PreBillPrinted,
    ServiceSet as ServiceSet,
    SumsSettled as SumsSettled,
    TablesJoined as TablesJoined,
    TaxExempted as TaxExempted,
)
from .records import (
    CashCount as CashCount,
    Chosen as Chosen,
    FigureRow as FigureRow,
    ForeignCount as ForeignCount,
    ForeignOver as ForeignOver,
    Given as Given,
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
from .room_events import (
    ROOM_EVENTS,
    FolioPart as FolioPart,
    HotelTotalStated as HotelTotalStated,
    RoomChargeAsked as RoomChargeAsked,
    RoomChargeDeferred as RoomChargeDeferred,
    RoomChargePosted as RoomChargePosted,
    RoomChargeRefused as RoomChargeRefused,
    RoomChargeRetried as RoomChargeRetried,
    RoomChargeUnknown as RoomChargeUnknown,
    RoomReversalAsked as RoomReversalAsked,
    RoomReversalPosted as RoomReversalPosted,
)
from .shift_events import (
    SHIFT_EVENTS,
    CashMoved as CashMoved,
    DayClosed as DayClosed,
    DayOpened as DayOpened,
    DrawerCounted as DrawerCounted,
    DrawerOpened as DrawerOpened,
    FloatAdjusted as FloatAdjusted,
    ShiftClosed as ShiftClosed,
    ShiftOpened as ShiftOpened,
    XPrinted as XPrinted,
)

Event = object
"""Any of `EVENTS`; the codec and the dispatch tables are the real check."""

EVENTS: dict[str, type] = {
    event.__name__: event
    for event in (
        *SHIFT_EVENTS,
        *ORDER_EVENTS,
        *CASH_EVENTS,
        *CARD_EVENTS,
        *CLUB_EVENTS,
        *ROOM_EVENTS,
        *KITCHEN_EVENTS,
        *HOUSE_EVENTS,
        *APPROVAL_EVENTS,
    )
}
