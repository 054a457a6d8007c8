"""What happened to a check until it is paid: `events` gives these on under its name.

The rules are in `checks`, `ordering`, `splitting` and `discounting`.
"""

from dataclasses import dataclass

from .amending import quick
from .ids import NO_CHECK, CheckId, LineId, StaffId
from .records import Grant, Line, Remainder, Sold, Totals


# -- lines -------------------------------------------------------------------------------------
@quick
@dataclass(frozen=True, slots=True)
class CheckOpened:
    check_id: CheckId
    number: str
    kind: str
    table_id: str
    name: str
    guests: int
    owner: StaffId
    at_ms: int
    day: str
    service_bp: int
    service_tax_id: str
    service_tax_bp: int
    tax_inclusive: bool
    continues: CheckId = NO_CHECK
    service_on_full: bool = False
    tax_exempt: bool = False


@dataclass(frozen=True, slots=True)
class GuestsSet:
    check_id: CheckId
    guests: int


@quick
@dataclass(frozen=True, slots=True)
class LinesAdded:
    check_id: CheckId
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class LineChanged:
    """The line as it is now; `sent` lines change in seat and course only."""

    check_id: CheckId
    line: Line


@dataclass(frozen=True, slots=True)
class LinesRemoved:
    check_id: CheckId
    line_ids: tuple[LineId, ...]


@dataclass(frozen=True, slots=True)
class LinesHeld:
    check_id: CheckId
    line_ids: tuple[LineId, ...]
    held: bool


@dataclass(frozen=True, slots=True)
class LinesSent:
    """Lines announced to the kitchen on hold; nothing is cooked or consumed yet."""

    check_id: CheckId
    line_ids: tuple[LineId, ...]
    at_ms: int
    by: StaffId


@dataclass(frozen=True, slots=True)
class LinesFired:
    """Lines the kitchen makes now: where stock leaves the shelf."""

    check_id: CheckId
    sold: tuple[Sold, ...]
    at_ms: int
    by: StaffId
    day: str
    route: str = "server"


@dataclass(frozen=True, slots=True)
class LineVoided:
    """`qty_milli` of a sent line taken back; `gross_minor` is what it takes off the check.
    `kind`: void, or return when the guest sent back what was made."""

    check_id: CheckId
    line_id: LineId
    item_id: str
    qty_milli: int
    gross_minor: int
    reason: str
    made: bool
    fired: bool
    fire_no: int
    station_id: str
    modifier_ids: tuple[str, ...]
    by: StaffId
    at_ms: int
    day: str
    approved_by: str = ""
    kind: str = "void"


# -- moving and terms --------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class LinesMoved:
    """Lines, or parts, left `check_id` and stand on `to_check_id` as `lines`; the kitchen is not
    told again. `left` are the lines that stay behind, as they are now."""

    check_id: CheckId
    to_check_id: CheckId
    gone: tuple[LineId, ...]
    left: tuple[Line, ...]
    lines: tuple[Line, ...]
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class CheckMoved:
    check_id: CheckId
    from_table_id: str
    table_id: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class CheckTransferred:
    check_id: CheckId
    from_staff_id: StaffId
    to_staff_id: StaffId
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class DiscountGiven:
    check_id: CheckId
    grant: Grant
    at_ms: int


@dataclass(frozen=True, slots=True)
class DiscountTakenBack:
    check_id: CheckId
    grant_id: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class PreBillPrinted:
    """Paper for the guest; later changes mark it stale. `copy` counts from 1."""

    check_id: CheckId
    copy: int
    totals: Totals
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class CheckAbandoned:
    check_id: CheckId
    number: str
    by: StaffId
    at_ms: int
    merged_into: CheckId = NO_CHECK


# -- division, time and other terms ------------------------------------------------------------
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
class TablesJoined:
    """The tables that the guests of this check have taken beside its own; none: pulled apart."""

    check_id: CheckId
    table_ids: tuple[str, ...]
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
    CheckOpened,
    GuestsSet,
    LinesAdded,
    LineChanged,
    LinesRemoved,
    LinesHeld,
    LinesSent,
    LinesFired,
    LineVoided,
    LinesMoved,
    CheckMoved,
    CheckTransferred,
    DiscountGiven,
    DiscountTakenBack,
    PreBillPrinted,
    CheckAbandoned,
    LinesTimed,
    LinesShared,
    SumsSettled,
    CheckRenamed,
    TablesJoined,
    ServiceSet,
    TaxExempted,
)
"""All of this file, for `events.EVENTS`."""
