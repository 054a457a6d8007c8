"""What happened to money on a check or beside it: `events` gives these on under its name.

Each money event carries the whole `Payment` it makes or undoes, so that folding looks nothing up.
Released classes are never edited; a new field gets a default.
"""

from dataclasses import dataclass

from .amending import quick
from .ids import CheckId, PaymentId, ShiftId, StaffId
from .records import FigureRow, Payment, SoldSum, TaxSum, Totals


# -- payments ----------------------------------------------------------------------------------
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
    """`taxes` is the refund of a sale by rate, with the untaxed part under rate 0. `late_shift` is
    the number of the closed shift in which it was asked of a terminal or the hotel, else 0."""

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
    late_shift: int = 0


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


# -- vouchers and accounts ---------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class VoucherSold:
    """A liability of the house: no sale yet. `kind`: gift, deposit."""

    code: str
    kind: str
    name: str
    expires_ms: int
    payment: Payment


@dataclass(frozen=True, slots=True)
class VoucherReturned:
    """What was left of a voucher went back to the guest in cash."""

    code: str
    kind: str
    shift_id: ShiftId
    amount_minor: int
    rounding_minor: int
    reason: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class AccountPaid:
    """Money towards a house account."""

    account_id: str
    payment: Payment


# -- corrections -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class CheckReopened:
    """The sale of a closed check is reversed; all figures are those that its close had booked."""

    check_id: CheckId
    number: str
    shift_id: ShiftId
    totals: Totals
    sold: tuple[SoldSum, ...]
    tips_minor: int
    guests: int
    voids_count: int
    voids_minor: int
    reason: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class ReceiptCopied:
    """The receipt was printed again; `copy` counts the papers, the first receipt is 1."""

    check_id: CheckId
    copy: int
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class TenderCorrected:
    """`was` is undone and `payment` stands in its place; no money moved now."""

    check_id: CheckId
    shift_id: ShiftId
    was: Payment
    payment: Payment
    reason: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class SuspenseSettled:
    """`payment` left suspense. `outcome`: returned (to the guest), kept, allocated (to
    `check_id`)."""

    payment: Payment
    shift_id: ShiftId
    outcome: str
    check_id: CheckId
    reason: str
    by: StaffId
    at_ms: int


# -- clock and papers --------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ClockPunched:
    """`kind`: in, out, break, back."""

    staff_id: StaffId
    kind: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class FiguresPrinted:
    """A paper of sums; `number` is that of an invoice, which only rises, else 0."""

    document: str
    kind: str
    about: str
    rows: tuple[FigureRow, ...]
    total_minor: int
    number: int
    by: StaffId
    at_ms: int
    taxes: tuple[TaxSum, ...] = ()
    buyer: str = ""
    buyer_code: str = ""


CASH_EVENTS: tuple[type, ...] = (
    PaymentTaken,
    PaymentUnallocated,
    PaymentRefunded,
    CheckClosed,
    VoucherSold,
    VoucherReturned,
    AccountPaid,
    CheckReopened,
    ReceiptCopied,
    TenderCorrected,
    SuspenseSettled,
    ClockPunched,
    FiguresPrinted,
)
"""All of this file, for `events.EVENTS`."""
