"""What is asked for when orders are divided, timed, comped or charged by other terms.

The rest of what may be asked for stands in `commands`, which gives these on under its own name.
"""

from dataclasses import dataclass

from .ids import CheckId, LineId, StaffId


@dataclass(frozen=True, slots=True)
class Choice:
    """A chosen modifier. `pre`: empty, no, extra, light, side (features-commercial A3.25)."""

    modifier_id: str
    pre: str = ""


@dataclass(frozen=True, slots=True)
class NewPart:
    """What was taken for one part of a set; it becomes a line of its own."""

    line_id: LineId
    part_id: str
    item_id: str
    choices: tuple[Choice, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class TimeFire:
    """Fire lines by themselves at `at_ms`, whoever looks then; 0 takes the time back."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class ShareTo:
    """A check that takes an equal share; with `number` it is a new one."""

    check_id: CheckId
    number: str = ""


@dataclass(frozen=True, slots=True)
class ShareLines:
    """Cut lines (none named: all) into equal shares: one stays, each check of `to` gets one."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    to: tuple[ShareTo, ...]


@dataclass(frozen=True, slots=True)
class TransferChecks:
    """Hand several checks over at once: a section, or all of one's own at the end of a shift."""

    check_ids: tuple[CheckId, ...]
    to_staff_id: StaffId


@dataclass(frozen=True, slots=True)
class RenameCheck:
    """Say whose tab it is."""

    check_id: CheckId
    name: str


@dataclass(frozen=True, slots=True)
class CompLine:
    """Made and served, not charged: a quantity of a line is taken off the bill and stays sold."""

    check_id: CheckId
    grant_id: str
    line_id: LineId
    qty_milli: int
    reason: str


@dataclass(frozen=True, slots=True)
class SetService:
    """Another service charge for this check, 0 for none."""

    check_id: CheckId
    rate_bp: int


@dataclass(frozen=True, slots=True)
class ExemptTax:
    """Ask no tax on this check, for a reason of kind exempt; or ask it again."""

    check_id: CheckId
    exempt: bool
    reason: str = ""


ORDER_COMMANDS: tuple[type, ...] = (
    TimeFire,
    ShareLines,
    TransferChecks,
    RenameCheck,
    CompLine,
    SetService,
    ExemptTax,
)
