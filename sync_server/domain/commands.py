"""What someone asks for: frozen records with imperative names. `COMMANDS` lists them by name.

Ids of new things are minted by the asking terminal, so a retry names the same thing. A command
says what to do, never who or when: that is in its envelope (`sync_server.protocol.envelope`).
Released fields are never changed; a new field gets a default. The answers are `events`.
The records stand by subject in `..._commands`; a new one is written there, and exported here.
"""

from .approval_records import (
    APPROVAL_COMMANDS,
    AnswerApproval as AnswerApproval,
    AskApproval as AskApproval,
    CancelApproval as CancelApproval,
)
from .card_commands import (
    CARD_COMMANDS,
    AskCard as AskCard,
    BackToCard as BackToCard,
    CancelCard as CancelCard,
    LookAtCard as LookAtCard,
    ResolveCard as ResolveCard,
    SettleCard as SettleCard,
)
from .cash_commands import (
    CASH_COMMANDS,
    CloseCheck as CloseCheck,
    CopyReceipt as CopyReceipt,
    CorrectTender as CorrectTender,
    PayAccount as PayAccount,
    PrintFigures as PrintFigures,
    PunchClock as PunchClock,
    RefundPayment as RefundPayment,
    ReopenCheck as ReopenCheck,
    ReturnVoucher as ReturnVoucher,
    SellVoucher as SellVoucher,
    SettleSuspense as SettleSuspense,
    TakePayment as TakePayment,
)
from .club_commands import (
    CLUB_COMMANDS,
    AttachClubCard as AttachClubCard,
    BlockClubCard as BlockClubCard,
    IssueClubCard as IssueClubCard,
    MoveClubPoints as MoveClubPoints,
)
from .house_commands import (
    HOUSE_COMMANDS,
    AcknowledgeNotice as AcknowledgeNotice,
    EraseGuests as EraseGuests,
    FreeItem as FreeItem,
    LendRights as LendRights,
    PublishCatalogue as PublishCatalogue,
    RecordReview as RecordReview,
    RecordSignIn as RecordSignIn,
    RevokeDevice as RevokeDevice,
    StopItem as StopItem,
    TakeBackRights as TakeBackRights,
    TellStaff as TellStaff,
)
from .kitchen_commands import (
    KITCHEN_COMMANDS,
    AcknowledgeTickets as AcknowledgeTickets,
    AcknowledgeVoid as AcknowledgeVoid,
    BumpTicket as BumpTicket,
    MarkReady as MarkReady,
    MoveTicket as MoveTicket,
    PassLines as PassLines,
    RecallTicket as RecallTicket,
    RecordPaper as RecordPaper,
    RushTickets as RushTickets,
    ServeLines as ServeLines,
    StartLines as StartLines,
    TicketSeen as TicketSeen,
)
from .order_commands import (
    ORDER_COMMANDS,
    AbandonCheck as AbandonCheck,
    AddLines as AddLines,
    ChangeLine as ChangeLine,
    Choice as Choice,
    CompLine as CompLine,
    ExemptTax as ExemptTax,
    FireLines as FireLines,
    GiveDiscount as GiveDiscount,
    HoldLines as HoldLines,
    JoinTables as JoinTables,
    MergeChecks as MergeChecks,
    Move as Move,
    MoveCheck as MoveCheck,
    MoveLines as MoveLines,
    NewLine as NewLine,
    NewPart as NewPart,
    OpenCheck as OpenCheck,
    PrintPreBill as PrintPreBill,
    RemakeLine as RemakeLine,
    RemoveLines as RemoveLines,
    RenameCheck as RenameCheck,
    SendLines as SendLines,
    SetGuests as SetGuests,
    SetService as SetService,
    ShareAmount as ShareAmount,
    ShareLines as ShareLines,
    ShareTo as ShareTo,
    TakeBackDiscount as TakeBackDiscount,
    TimeFire as TimeFire,
    ToldAtOnce as ToldAtOnce,
    TransferCheck as TransferCheck,
    TransferChecks as TransferChecks,
    VoidLine as VoidLine,
)
from .room_commands import (
    ROOM_COMMANDS,
    ChargeRoom as ChargeRoom,
    ResolveCharge as ResolveCharge,
    ReverseCharge as ReverseCharge,
    SettleCharge as SettleCharge,
    StateHotelTotal as StateHotelTotal,
)
from .shift_commands import (
    SHIFT_COMMANDS,
    AdjustFloat as AdjustFloat,
    CloseDay as CloseDay,
    CloseShift as CloseShift,
    CountDrawer as CountDrawer,
    DenominationCount as DenominationCount,
    ForeignMoney as ForeignMoney,
    MoveCash as MoveCash,
    OpenDay as OpenDay,
    OpenDrawer as OpenDrawer,
    OpenShift as OpenShift,
    PrintX as PrintX,
)

COMMANDS: dict[str, type] = {
    command.__name__: command
    for command in (
        *SHIFT_COMMANDS,
        *ORDER_COMMANDS,
        *CASH_COMMANDS,
        *CARD_COMMANDS,
        *CLUB_COMMANDS,
        *ROOM_COMMANDS,
        *KITCHEN_COMMANDS,
        *HOUSE_COMMANDS,
        *APPROVAL_COMMANDS,
    )
}

SERVER_ONLY = frozenset(
    {
        "SettleCard",
        "SettleCharge",
        "RecordPaper",
        "TellStaff",
        "PublishCatalogue",
        "RecordSignIn",
        "PrintFigures",
        "RevokeDevice",
        "RecordReview",
        "EraseGuests",
    }
)
"""Commands that no terminal may send."""
