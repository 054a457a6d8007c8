"""What is asked for about a charge to a room: `commands` gives these on under its name.

The rules are in `folio` and `room_reversals`; the hotel itself is asked by `sync_server.effects`.
"""

from dataclasses import dataclass

from .ids import ChargeId, CheckId, ShiftId


@dataclass(frozen=True, slots=True)
class ChargeRoom:
    """Ask the hotel to put a part of the check, and a tip, on a guest's folio; with `over_limit`
    even above what the guest may still charge, which needs a right of its own."""

    check_id: CheckId
    charge_id: ChargeId
    shift_id: ShiftId
    stay_id: str
    room: str
    guest: str
    amount_minor: int
    tip_minor: int = 0
    slip: bool = True
    over_limit: bool = False


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


@dataclass(frozen=True, slots=True)
class ReverseCharge:
    """Take a posted room charge back as a whole, under an id of its own."""

    charge_id: ChargeId
    reversal_id: ChargeId
    shift_id: ShiftId
    reason: str
    slip: bool = True


@dataclass(frozen=True, slots=True)
class StateHotelTotal:
    """What the hotel's own report of a business day says of this outlet, where its link tells no
    sums. Of two for a day the later counts."""

    day: str
    total_minor: int


ROOM_COMMANDS: tuple[type, ...] = (
    ChargeRoom,
    ResolveCharge,
    SettleCharge,
    ReverseCharge,
    StateHotelTotal,
)
"""All of this file, for `commands.COMMANDS`."""
