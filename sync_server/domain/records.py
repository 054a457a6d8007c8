"""Values that events carry and aggregates are made of: lines, payments, sums, ticket lines.

They are frozen and complete in themselves, so that folding an event looks nothing up. `events`
gives them on under its own name; aggregates (`checks`, `kitchen`, `shifts`) hold them.
"""

from dataclasses import dataclass

from .amending import quick
from .ids import NO_LINE, NOBODY, LineId, PaymentId, ShiftId, StaffId


@dataclass(frozen=True, slots=True)
class Chosen:
    """A modifier on a line with what it cost there (`price_minor` for one portion) and how much
    of its recipe is taken (`recipe_milli`; "no" takes it off instead)."""

    modifier_id: str
    name: str
    price_minor: int = 0
    pre: str = ""
    recipe_milli: int = 1000


@quick
@dataclass(frozen=True, slots=True)
class Line:
    """One line of a check. `unit_minor` includes the modifiers; `gross_minor` is the live sum.

    `state`: new, held, fired, ready, served, void. `sent`: the kitchen knows of it. `changed_*`
    tell who touched it last and at which event, for the conflict rules (reliability 2.8).
    `origin` is the line that the kitchen knows it by, when it was split off.

    `portion_milli` is how much of the recipe one portion takes (a half: 500), `price_rule` the rule
    that made the price. Lines of one set share `set_id`. A line cut into equal shares is `share_n`
    of `share_of` of what it was; parts of one line share `root`. `fire_ms`: fired by itself then.
    """

    line_id: LineId
    item_id: str
    name: str
    menu_no: int
    qty_milli: int
    unit_minor: int
    gross_minor: int
    tax_id: str
    tax_bp: int
    station_ids: tuple[str, ...]
    course: int
    seat: int
    at_ms: int
    by: StaffId
    chosen: tuple[Chosen, ...] = ()
    note: str = ""
    allergy: str = ""
    held: bool = False
    state: str = "new"
    sent: bool = False
    fire_no: int = 0
    fired_ms: int = 0
    target_s: int = 0
    revenue_group: str = "food"
    void_milli: int = 0
    void_by: StaffId = NOBODY
    void_ms: int = 0
    void_reason: str = ""
    origin: LineId = NO_LINE
    changed_n: int = 0
    changed_dev: str = ""
    changed_by: StaffId = NOBODY
    changed_ms: int = 0
    portion_milli: int = 1000
    price_rule: str = ""
    set_id: LineId = NO_LINE
    set_item_id: str = ""
    share_n: int = 0
    share_of: int = 0
    root: LineId = NO_LINE
    fire_ms: int = 0

    @property
    def kitchen_id(self) -> LineId:
        """The line that the kitchen knows this one by."""
        return self.origin or self.line_id


@dataclass(frozen=True, slots=True)
class Grant:
    """A discount given: percent or sum, on all lines or on `line_ids`. `kind`: discount,
    surcharge (added, without a cap), comp (served and not charged)."""

    grant_id: str
    discount_id: str
    name: str
    by: StaffId
    rate_bp: int = 0
    amount_minor: int = 0
    line_ids: tuple[LineId, ...] = ()
    reason: str = ""
    approved_by: str = ""
    kind: str = "discount"


@dataclass(frozen=True, slots=True)
class TaxSum:
    """Tax of one rate: the base it was taken of (gross if inclusive) and the tax."""

    tax_id: str
    rate_bp: int
    base_minor: int
    tax_minor: int


@quick
@dataclass(frozen=True, slots=True)
class Totals:
    """A check in figures; `total_minor` is what the guest owes without tips. `exempt_minor` is the
    tax that was let off."""

    gross_minor: int = 0
    discount_minor: int = 0
    service_minor: int = 0
    tax_minor: int = 0
    total_minor: int = 0
    taxes: tuple[TaxSum, ...] = ()
    surcharge_minor: int = 0
    exempt_minor: int = 0


@dataclass(frozen=True, slots=True)
class Remainder:
    """What rounding left over when a check was split, so that the parts sum to the whole: added to
    the figures of the check that keeps it. `taxes` are differences, by rate."""

    discount_minor: int = 0
    surcharge_minor: int = 0
    service_minor: int = 0
    taxes: tuple[TaxSum, ...] = ()


NO_REMAINDER = Remainder()


REFUNDS = "#refunds"
"""The name of the row of what was given back, where rows are dishes or categories."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row of a printed list: a name and its sum."""

    name: str
    amount_minor: int


@quick
@dataclass(frozen=True, slots=True)
class Payment:
    """Money against a check. `state`: done, pending, unknown, refused, corrected.

    `amount_minor` covers the check, `tip_minor` comes on top, `rounding_minor` is what rounding
    added to the drawer; cash in the drawer grows by amount + tip + rounding. With a `currency`,
    `foreign_minor` of it came in (worth `tendered_minor`) and `change_minor` went out. A late entry
    names the number of the closed shift in which it was taken (`late_shift`, else 0).
    """

    payment_id: PaymentId
    tender: str
    shift_id: ShiftId
    amount_minor: int
    at_ms: int
    by: StaffId
    tendered_minor: int = 0
    change_minor: int = 0
    rounding_minor: int = 0
    tip_minor: int = 0
    refunded_minor: int = 0
    state: str = "done"
    reference: str = ""
    room: str = ""
    guest: str = ""
    stay_id: str = ""
    receipt: bool = True
    currency: str = ""
    foreign_minor: int = 0
    refunded_tip_minor: int = 0
    late_shift: int = 0


@dataclass(frozen=True, slots=True)
class LineBefore:
    """What of a line the cook knew before it was changed, as long as nobody tapped it away."""

    chosen: tuple[str, ...] = ()
    note: str = ""
    allergy: str = ""
    seat: int = 0
    course: int = 0
    for_table_id: str = ""


@quick
@dataclass(frozen=True, slots=True)
class TicketLine:
    """A line as the kitchen sees it. `state`: queued, started, ready, void.

    `added_ms` is 0 for the ticket's first lines, else when it joined; `was` is the quantity that a
    cancellation of a part replaced, `before` what any other change did, at `edited_ms`;
    `void_seen` turns true when the cook tapped the cancellation away; `for_table_id` is set when
    the line was moved to another table than the ticket's.
    """

    line_id: LineId
    fire_no: int
    item_id: str
    name: str
    qty_milli: int
    chosen: tuple[str, ...] = ()
    note: str = ""
    allergy: str = ""
    seat: int = 0
    course: int = 0
    target_s: int = 0
    state: str = "queued"
    held: bool = False
    added_ms: int = 0
    started_ms: int = 0
    ready_ms: int = 0
    void_ms: int = 0
    void_seen: bool = False
    also_at: tuple[str, ...] = ()
    was: str = ""
    for_table_id: str = ""
    before: LineBefore | None = None
    edited_ms: int = 0


@quick
@dataclass(frozen=True, slots=True)
class Sold:
    """A line fired, as the back office counts it: once per (line, fire number).

    `modifier_ids`: with a minus before it one was left out, `*500` after it says that half of its
    recipe is taken; `portion_milli` is the share of the dish's own recipe in one portion."""

    line_id: LineId
    fire_no: int
    item_id: str
    qty_milli: int
    station_id: str
    modifier_ids: tuple[str, ...] = ()
    portion_milli: int = 1000


@quick
@dataclass(frozen=True, slots=True)
class Given:
    """So much of a line that was served on the house, and why (a reason of kind comp)."""

    reason: str
    qty_milli: int


@quick
@dataclass(frozen=True, slots=True)
class SoldSum:
    """What a line brought in when its check closed: `net_minor` after discount, without tax;
    `given` is the part of it that was on the house."""

    line_id: LineId
    item_id: str
    qty_milli: int
    gross_minor: int
    discount_minor: int
    net_minor: int
    revenue_group: str = "food"
    given: tuple[Given, ...] = ()


@dataclass(frozen=True, slots=True)
class CashCount:
    denomination_minor: int
    count: int


@dataclass(frozen=True, slots=True)
class ForeignCount:
    """Foreign money as counted, in the smallest unit of its currency."""

    currency: str
    counted_minor: int


@dataclass(frozen=True, slots=True)
class ForeignOver:
    """Foreign money at a close; the worths are in house money at the day's rate."""

    currency: str
    expected_minor: int
    counted_minor: int
    worth_minor: int
    over_minor: int
