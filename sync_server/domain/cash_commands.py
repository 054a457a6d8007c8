"""What a cashier asks for about money on a check or beside it: `commands` gives these on.

Payments, vouchers, deposits and house accounts; corrections of what was paid; the time clock.
The rules are in `payments`, `vouchers`, `accounts`, `corrections` and `attendance`.
"""

from dataclasses import dataclass

from .ids import NO_CHECK, NOBODY, CheckId, PaymentId, ShiftId, StaffId
from .records import FigureRow, TaxSum


# -- payments ----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class TakePayment:
    """Money taken: a fact. `tender`: cash, card, qr, account, voucher, deposit, points.

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


# -- vouchers and deposits ---------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class SellVoucher:
    """Issue a gift voucher or take a deposit for money. `kind`: gift, deposit.

    `tender` is cash or card; `expires_ms` 0 is never. `code` is what is printed on the voucher.
    """

    code: str
    kind: str
    payment_id: PaymentId
    shift_id: ShiftId
    tender: str
    amount_minor: int
    tendered_minor: int = 0
    name: str = ""
    expires_ms: int = 0
    reference: str = ""


@dataclass(frozen=True, slots=True)
class ReturnVoucher:
    """Give back in cash what is left of a voucher or a deposit."""

    code: str
    shift_id: ShiftId
    reason: str


# -- house accounts ----------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PayAccount:
    """Money towards a house account; more than is owed stays as credit. `tender`: cash, card, bank,
    voucher, deposit; `reference` is the slip's, the transfer's or the voucher's."""

    account_id: str
    payment_id: PaymentId
    shift_id: ShiftId
    tender: str
    amount_minor: int
    tendered_minor: int = 0
    reference: str = ""


# -- corrections -------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class ReopenCheck:
    """Take a closed check up again under its own number; its sale is reversed."""

    check_id: CheckId
    shift_id: ShiftId
    reason: str


@dataclass(frozen=True, slots=True)
class CloseCheck:
    """Close a check on which nothing is due any more."""

    check_id: CheckId
    shift_id: ShiftId


@dataclass(frozen=True, slots=True)
class CopyReceipt:
    """Print the receipt of a closed check once more; it says that it is a copy."""

    check_id: CheckId


@dataclass(frozen=True, slots=True)
class CorrectTender:
    """The guest paid otherwise than was entered, in a shift that is still open."""

    check_id: CheckId
    payment_id: PaymentId
    new_payment_id: PaymentId
    tender: str
    reason: str
    reference: str = ""


@dataclass(frozen=True, slots=True)
class SettleSuspense:
    """What became of money that fitted no balance. `outcome`: returned, kept, allocated."""

    payment_id: PaymentId
    shift_id: ShiftId
    outcome: str
    reason: str
    check_id: CheckId = NO_CHECK


# -- time clock --------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PunchClock:
    """A person comes, goes, or takes a break. `kind`: in, out, break, back.

    `staff_id` empty is the actor; somebody else's needs the right to approve.
    """

    kind: str
    staff_id: StaffId = NOBODY


# -- papers of the cash desk -------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class PrintFigures:
    """Print sums that the server has added up; only the server itself may say this.

    `document`: report (of a `kind`, about a day or a shift), statement, invoice (about an account;
    of kind check about a check, for a `buyer`). `taxes` are those in the total, by rate, with
    bases without tax.
    """

    document: str
    about: str
    rows: tuple[FigureRow, ...]
    total_minor: int
    kind: str = ""
    taxes: tuple[TaxSum, ...] = ()
    buyer: str = ""
    buyer_code: str = ""


CASH_COMMANDS: tuple[type, ...] = (
    TakePayment,
    RefundPayment,
    SellVoucher,
    ReturnVoucher,
    PayAccount,
    ReopenCheck,
    CloseCheck,
    CopyReceipt,
    CorrectTender,
    SettleSuspense,
    PunchClock,
    PrintFigures,
)
"""All of this file, for `commands.COMMANDS`."""
