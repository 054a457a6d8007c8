"""What happened to the day and the drawer: `events` gives these on under its name.

The rules are in `shifts` and `till`. Released classes are never edited; a new field gets a default.
"""

from dataclasses import dataclass

from .ids import ShiftId, StaffId
from .records import CashCount, ForeignCount, ForeignOver


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


@dataclass(frozen=True, slots=True)
class FloatAdjusted:
    shift_id: ShiftId
    was_minor: int
    float_minor: int
    reason: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class DrawerOpened:
    """The drawer was opened without a sale."""

    shift_id: ShiftId
    reason: str
    by: StaffId
    at_ms: int


SHIFT_EVENTS: tuple[type, ...] = (
    DayOpened,
    DayClosed,
    ShiftOpened,
    CashMoved,
    DrawerCounted,
    ShiftClosed,
    XPrinted,
    FloatAdjusted,
    DrawerOpened,
)
"""All of this file, for `events.EVENTS`."""
