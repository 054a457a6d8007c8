"""What is asked for about a card and its terminal: `commands` gives these on under its name.

The rules are in `cards`; the terminal itself is asked by `sync_server.effects.card_payments`. A
card that somebody charged on a terminal of its own is a plain `TakePayment`.
"""

from dataclasses import dataclass

from .ids import CheckId, PaymentId, ShiftId


@dataclass(frozen=True, slots=True)
class AskCard:
    """Have the terminal of the shift's drawer charge a card with a part of the check and a tip.
    With `tender` qr it shows a code instead, which the guest pays with the telephone."""

    check_id: CheckId
    payment_id: PaymentId
    shift_id: ShiftId
    amount_minor: int
    tip_minor: int = 0
    receipt: bool = True
    tender: str = "card"


@dataclass(frozen=True, slots=True)
class BackToCard:
    """Have the terminal give back a part of a card payment, and of its tip, under an own id."""

    check_id: CheckId
    refund_id: PaymentId
    payment_id: PaymentId
    shift_id: ShiftId
    amount_minor: int
    reason: str
    tip_minor: int = 0


@dataclass(frozen=True, slots=True)
class LookAtCard:
    """Ask the terminal once more what became of a request; it charges nothing."""

    payment_id: PaymentId


@dataclass(frozen=True, slots=True)
class CancelCard:
    """The guest pays otherwise: the terminal is asked to let it be. Its answer still decides."""

    payment_id: PaymentId


@dataclass(frozen=True, slots=True)
class ResolveCard:
    """A person looked at the terminal's own slip of an unknown request: it went through, or not.
    `reference` is what stands on the slip."""

    payment_id: PaymentId
    charged: bool
    reference: str = ""


@dataclass(frozen=True, slots=True)
class SettleCard:
    """What the terminal answered; only the server itself may say this.

    `outcome`: approved, declined, unknown. `amount_minor` is what was approved in all, `tip_minor`
    what of it the guest added on the terminal as a tip."""

    payment_id: PaymentId
    outcome: str
    amount_minor: int = 0
    tip_minor: int = 0
    reference: str = ""
    code: str = ""
    words: str = ""


CARD_COMMANDS: tuple[type, ...] = (
    AskCard,
    BackToCard,
    LookAtCard,
    CancelCard,
    ResolveCard,
    SettleCard,
)
"""All of this file, for `commands.COMMANDS`."""
