"""What is asked for about the day and the drawer: `commands` gives these on under its name.

The rules are in `shifts` and `till`; what was taken and paid stands in `cash_commands`.
"""

from dataclasses import dataclass

from .ids import NOBODY, ShiftId, StaffId


# -- the day -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OpenDay:
    """Open the business day named `day` (YYYY-MM-DD)."""

    day: str


@dataclass(frozen=True, slots=True)
class CloseDay:
    """Close the business day; `waived` names open matters that a manager lets stand, `reasons`
    says why, each in the place of its matter."""

    waived: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()


# -- the shift ---------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class OpenShift:
    """A cashier takes a drawer with a float."""

    shift_id: ShiftId
    drawer: str
    float_minor: int


@dataclass(frozen=True, slots=True)
class MoveCash:
    """Cash in, out, a drop to the safe, or tips paid to staff. `kind`: in, out, drop, tips.

    The amount is positive; `envelope` is the number on a drop's envelope."""

    shift_id: ShiftId
    kind: str
    amount_minor: int
    reason: str
    envelope: str = ""


@dataclass(frozen=True, slots=True)
class DenominationCount:
    denomination_minor: int
    count: int


@dataclass(frozen=True, slots=True)
class ForeignMoney:
    """Foreign money as counted, in the smallest unit of its currency."""

    currency: str
    counted_minor: int


@dataclass(frozen=True, slots=True)
class CountDrawer:
    """The blind count: what lies in the drawer, by denomination."""

    shift_id: ShiftId
    counts: tuple[DenominationCount, ...]
    foreign: tuple[ForeignMoney, ...] = ()


@dataclass(frozen=True, slots=True)
class CloseShift:
    """End the shift after its count. `reason` explains over or short; open checks of the cashier
    go to `hand_over_to` if named."""

    shift_id: ShiftId
    reason: str = ""
    hand_over_to: StaffId = NOBODY


@dataclass(frozen=True, slots=True)
class PrintX:
    """The shift so far, on paper; changes nothing."""

    shift_id: ShiftId


@dataclass(frozen=True, slots=True)
class AdjustFloat:
    """The float was entered wrong: what it really was, as an entry of its own."""

    shift_id: ShiftId
    float_minor: int
    reason: str


@dataclass(frozen=True, slots=True)
class OpenDrawer:
    """Open the drawer without a sale."""

    shift_id: ShiftId
    reason: str


SHIFT_COMMANDS: tuple[type, ...] = (
    OpenDay,
    CloseDay,
    OpenShift,
    MoveCash,
    CountDrawer,
    CloseShift,
    PrintX,
    AdjustFloat,
    OpenDrawer,
)
"""All of this file, for `commands.COMMANDS`."""
