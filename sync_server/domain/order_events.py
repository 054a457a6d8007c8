"""What happened when orders were divided, timed or charged by other terms.

The other events stand in `events`, which gives these on under its own name; rules are in
`splitting` and `discounting`.
"""

from dataclasses import dataclass

from .ids import CheckId, LineId, StaffId
from .records import Grant, Line, Remainder


@dataclass(frozen=True, slots=True)
class LinesTimed:
    """Lines fire by themselves at `at_ms`; 0 when no longer. `by`, `now_ms`: who said so, when."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    at_ms: int
    by: StaffId
    now_ms: int


@dataclass(frozen=True, slots=True)
class LinesShared:
    """Lines as they are after a share of them went to another check, or came back."""

    check_id: CheckId
    lines: tuple[Line, ...]
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class SumsSettled:
    """The discounts and the remainder of roundings that a check has after lines moved: what was
    divided still sums to what it was."""

    check_id: CheckId
    grants: tuple[Grant, ...]
    rest: Remainder


@dataclass(frozen=True, slots=True)
class CheckRenamed:
    check_id: CheckId
    name: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class ServiceSet:
    """The service charge of this check from now on."""

    check_id: CheckId
    rate_bp: int
    by: StaffId
    at_ms: int
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class TaxExempted:
    """No tax is asked on this check (`exempt`), or it is asked again."""

    check_id: CheckId
    exempt: bool
    reason: str
    by: StaffId
    at_ms: int
    approved_by: str = ""


ORDER_EVENTS: tuple[type, ...] = (
    LinesTimed,
    LinesShared,
    SumsSettled,
    CheckRenamed,
    ServiceSet,
    TaxExempted,
)
