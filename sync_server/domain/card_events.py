"""What happened between a check and a card terminal: `events` gives these on under its name.

Money itself is never here: an approval is followed, in the same breath, by `PaymentTaken` or
`PaymentUnallocated`, a refund by `PaymentRefunded`. The rules are in `cards`. Released classes are
never edited; a new field gets a default.
"""

from dataclasses import dataclass

from .ids import CheckId, PaymentId, ShiftId, StaffId
from .records import Payment


@dataclass(frozen=True, slots=True)
class CardAsked:
    """The terminal is to charge a card; `payment` waits and holds the balance until it answers."""

    check_id: CheckId
    payment: Payment
    terminal_id: str
    number: str


@dataclass(frozen=True, slots=True)
class CardBackAsked:
    """The terminal is to give back a part of the payment `of`, that it knows as `original`.
    `whole` when nothing of it was given back before."""

    check_id: CheckId
    payment_id: PaymentId
    of: PaymentId
    original: str
    whole: bool
    terminal_id: str
    number: str
    shift_id: ShiftId
    amount_minor: int
    tip_minor: int
    reason: str
    by: StaffId
    at_ms: int
    tender: str = "card"


@dataclass(frozen=True, slots=True)
class CardApproved:
    """The terminal, or by `by_hand` a person who saw its slip, says that it went through."""

    check_id: CheckId
    payment_id: PaymentId
    amount_minor: int
    reference: str
    at_ms: int
    by_hand: bool = False


@dataclass(frozen=True, slots=True)
class CardDeclined:
    """Nothing was charged. `code`: why; `words`: as the terminal said it."""

    check_id: CheckId
    payment_id: PaymentId
    code: str
    words: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CardUnknown:
    """No answer: the card may have been charged. It is never charged again by itself."""

    check_id: CheckId
    payment_id: PaymentId
    code: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CardLookAsked:
    """The terminal is to be asked what became of it."""

    check_id: CheckId
    payment_id: PaymentId
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class CardCancelAsked:
    """The terminal is to be asked to let it be."""

    check_id: CheckId
    payment_id: PaymentId
    by: StaffId
    at_ms: int


CARD_EVENTS: tuple[type, ...] = (
    CardAsked,
    CardBackAsked,
    CardApproved,
    CardDeclined,
    CardUnknown,
    CardLookAsked,
    CardCancelAsked,
)
"""All of this file, for `events.EVENTS`."""
