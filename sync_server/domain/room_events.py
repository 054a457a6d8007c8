"""What happened to charges on rooms: `events` gives these on under its name.

The rules are in `folio` and `room_reversals`. An unknown charge is never sent again by itself.
"""

from dataclasses import dataclass

from .ids import ChargeId, CheckId, ShiftId, StaffId


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
    over_limit: bool = False


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


@dataclass(frozen=True, slots=True)
class RoomReversalAsked:
    """A posted room charge is to be taken back; `charge_id` is the reversal's own."""

    check_id: CheckId
    charge_id: ChargeId
    reverses: ChargeId
    shift_id: ShiftId
    reason: str
    by: StaffId
    at_ms: int
    day: str
    slip: bool = True


@dataclass(frozen=True, slots=True)
class RoomReversalPosted:
    """The hotel has taken it back; the refund of the payment follows as an event of its own."""

    check_id: CheckId
    charge_id: ChargeId
    reference: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class HotelTotalStated:
    """Somebody read in the hotel's report what it has of this outlet for a business day."""

    day: str
    total_minor: int
    by: StaffId
    at_ms: int


ROOM_EVENTS: tuple[type, ...] = (
    RoomChargeAsked,
    RoomChargePosted,
    RoomChargeRefused,
    RoomChargeUnknown,
    RoomChargeDeferred,
    RoomChargeRetried,
    RoomReversalAsked,
    RoomReversalPosted,
    HotelTotalStated,
)
"""All of this file, for `events.EVENTS`."""
