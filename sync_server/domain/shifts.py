"""A cashier's shift with a drawer: float, cash in and out, blind count, X and Z.

Expected cash = float + cash taken - cash refunded + in - out - drops (features-region, rule 14).
Figures accumulate with each event, so X is read off and closing is O(1); X equals the next Z when
nothing happens in between. A closed shift never changes: what comes later is a late entry of the
day. The business day is in `venue`; money movements are booked in `ledger`.
"""

from dataclasses import dataclass

from . import commands as c, events as e
from .amending import replace
from .ids import ShiftId, StaffId
from .limits import AMOUNT_MINOR, LIST_LENGTH, TEXT_LENGTH
from .rejections import Refused, refuse
from .staff import Facts

CASH_KINDS = {"in": 1, "out": -1, "drop": -1}


@dataclass(frozen=True, slots=True)
class Figures:
    """What the X and the Z say. Amounts in the smallest unit; refunds and voids are positive."""

    checks: int = 0
    guests: int = 0
    gross_minor: int = 0
    discount_minor: int = 0
    service_minor: int = 0
    sales_minor: int = 0
    voids_count: int = 0
    voids_minor: int = 0
    cash_minor: int = 0
    card_minor: int = 0
    room_minor: int = 0
    room_count: int = 0
    tips_minor: int = 0
    rounding_minor: int = 0
    refunds_minor: int = 0
    cash_refunds_minor: int = 0
    suspense_minor: int = 0
    cash_in_minor: int = 0
    cash_out_minor: int = 0
    drops_minor: int = 0
    taxes: tuple[e.TaxSum, ...] = ()
    first_number: str = ""
    last_number: str = ""


@dataclass(frozen=True, slots=True)
class Shift:
    """One person, one drawer. `state`: open, counted, closed. `drawer_minor` is expected cash."""

    shift_id: ShiftId
    number: int
    drawer: str
    cashier: StaffId
    opened_ms: int
    day: str
    float_minor: int
    drawer_minor: int
    figures: Figures = Figures()
    moves: tuple[e.CashMoved, ...] = ()
    counts: tuple[e.CashCount, ...] = ()
    counted_minor: int = 0
    state: str = "open"
    z_no: int = 0
    over_minor: int = 0
    closed_ms: int = 0


def opened(event: e.ShiftOpened) -> Shift:
    """The shift that `ShiftOpened` begins."""
    return Shift(
        shift_id=event.shift_id,
        number=event.number,
        drawer=event.drawer,
        cashier=event.by,
        opened_ms=event.at_ms,
        day=event.day,
        float_minor=event.float_minor,
        drawer_minor=event.float_minor,
    )


def add_taxes(sums: tuple[e.TaxSum, ...], more: tuple[e.TaxSum, ...]) -> tuple[e.TaxSum, ...]:
    """Tax sums by rate, added."""
    merged = {(tax.tax_id, tax.rate_bp): tax for tax in sums}
    for tax in more:
        key = (tax.tax_id, tax.rate_bp)
        old = merged.get(key)
        if old is None:
            merged[key] = tax
        else:
            merged[key] = replace(
                old,
                base_minor=old.base_minor + tax.base_minor,
                tax_minor=old.tax_minor + tax.tax_minor,
            )
    return tuple(merged[key] for key in sorted(merged))


def _closed_check(shift: Shift, event: e.CheckClosed) -> Shift:
    figures, totals = shift.figures, event.totals
    return replace(
        shift,
        figures=replace(
            figures,
            checks=figures.checks + 1,
            guests=figures.guests + event.guests,
            gross_minor=figures.gross_minor + totals.gross_minor,
            discount_minor=figures.discount_minor + totals.discount_minor,
            service_minor=figures.service_minor + totals.service_minor,
            sales_minor=figures.sales_minor + totals.total_minor,
            voids_count=figures.voids_count + event.voids_count,
            voids_minor=figures.voids_minor + event.voids_minor,
            taxes=add_taxes(figures.taxes, totals.taxes),
            first_number=figures.first_number or event.number,
            last_number=event.number,
        ),
    )


def _took(shift: Shift, payment: e.Payment, suspense: bool) -> Shift:
    figures = shift.figures
    full = payment.amount_minor + payment.tip_minor
    cash = full + payment.rounding_minor if payment.tender == "cash" else 0
    return replace(
        shift,
        drawer_minor=shift.drawer_minor + cash,
        figures=replace(
            figures,
            cash_minor=figures.cash_minor + cash,
            card_minor=figures.card_minor + (full if payment.tender == "card" else 0),
            tips_minor=figures.tips_minor + payment.tip_minor,
            rounding_minor=figures.rounding_minor + payment.rounding_minor,
            suspense_minor=figures.suspense_minor + (payment.amount_minor if suspense else 0),
        ),
    )


def _refunded(shift: Shift, event: e.PaymentRefunded) -> Shift:
    cash = event.amount_minor + event.rounding_minor if event.tender == "cash" else 0
    figures = shift.figures
    return replace(
        shift,
        drawer_minor=shift.drawer_minor - cash,
        figures=replace(
            figures,
            refunds_minor=figures.refunds_minor + event.amount_minor,
            cash_refunds_minor=figures.cash_refunds_minor + cash,
            rounding_minor=figures.rounding_minor - event.rounding_minor,
        ),
    )


def _cash_moved(shift: Shift, event: e.CashMoved) -> Shift:
    figures = shift.figures
    size = abs(event.amount_minor)
    moved = {
        "in": replace(figures, cash_in_minor=figures.cash_in_minor + size),
        "out": replace(figures, cash_out_minor=figures.cash_out_minor + size),
        "drop": replace(figures, drops_minor=figures.drops_minor + size),
    }[event.kind]
    return replace(
        shift,
        drawer_minor=shift.drawer_minor + event.amount_minor,
        figures=moved,
        moves=(*shift.moves, event),
    )


def room_posted(shift: Shift, amount_minor: int, tip_minor: int) -> Shift:
    """A room charge of this shift is on the folio."""
    figures = shift.figures
    return replace(
        shift,
        figures=replace(
            figures,
            room_minor=figures.room_minor + amount_minor + tip_minor,
            room_count=figures.room_count + 1,
            tips_minor=figures.tips_minor + tip_minor,
        ),
    )


def evolve(shift: Shift, event: object) -> Shift:
    """The shift after an event that names it. A closed shift is returned as it is."""
    if shift.state == "closed":
        return shift
    match event:
        case e.CashMoved():
            return _cash_moved(shift, event)
        case e.DrawerCounted():
            return replace(
                shift,
                counts=event.counts,
                counted_minor=event.counted_minor,
                state="counted",
            )
        case e.ShiftClosed():
            return replace(
                shift,
                state="closed",
                z_no=event.z_no,
                over_minor=event.over_minor,
                closed_ms=event.at_ms,
            )
        case e.PaymentTaken():
            return _took(shift, event.payment, suspense=False)
        case e.PaymentUnallocated():
            return _took(shift, event.payment, suspense=True)
        case e.PaymentRefunded():
            return _refunded(shift, event)
        case e.CheckClosed():
            return _closed_check(shift, event)
    return shift


# -- decide ------------------------------------------------------------------------------------
def must_be_open(shift: Shift | None) -> Refused | None:
    """Whether the shift still takes entries."""
    if shift is None:
        return refuse("no_shift")
    if shift.state == "closed":
        return refuse("shift_closed", at_ms=shift.closed_ms)
    return None


def amount_fault(amount_minor: int, zero: bool = False) -> Refused | None:
    """An amount that is negative, absurd, or zero where that makes no sense."""
    if amount_minor < 0 or amount_minor > AMOUNT_MINOR or (amount_minor == 0 and not zero):
        return refuse("bad_amount", value=amount_minor)
    return None


def move_cash(shift: Shift | None, command: c.MoveCash, facts: Facts) -> object:
    """Cash in, out, or to the safe; each with a reason."""
    if fault := must_be_open(shift) or amount_fault(command.amount_minor):
        return fault
    sign = CASH_KINDS.get(command.kind)
    if sign is None or not command.reason or len(command.reason) > TEXT_LENGTH:
        return refuse("no_reason")
    return e.CashMoved(
        command.shift_id,
        command.kind,
        sign * command.amount_minor,
        command.reason,
        facts.actor,
        facts.now_ms,
    )


def count_drawer(shift: Shift | None, command: c.CountDrawer, facts: Facts) -> object:
    """The blind count. A second count replaces the first until the shift is closed."""
    if fault := must_be_open(shift):
        return fault
    if len(command.counts) > LIST_LENGTH:
        return refuse("too_many", limit=LIST_LENGTH)
    if any(count.count < 0 or count.denomination_minor <= 0 for count in command.counts):
        return refuse("bad_quantity", value=0)
    total = sum(count.count * count.denomination_minor for count in command.counts)
    if fault := amount_fault(total, zero=True):
        return fault
    counts = tuple(e.CashCount(x.denomination_minor, x.count) for x in command.counts)
    return e.DrawerCounted(command.shift_id, counts, total, facts.actor, facts.now_ms)


def close_shift(
    shift: Shift | None,
    command: c.CloseShift,
    facts: Facts,
    z_no: int,
    perpetual_minor: int,
) -> object:
    """The Z. A difference needs a reason in words; it is booked, never hidden."""
    if shift is None:
        return refuse("no_shift")
    if fault := must_be_open(shift):
        return fault
    if shift.state != "counted":
        return refuse("not_counted")
    over = shift.counted_minor - shift.drawer_minor
    if over and not command.reason.strip():
        return refuse("no_reason", over_minor=over)
    if len(command.reason) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    return e.ShiftClosed(
        shift_id=shift.shift_id,
        z_no=z_no,
        by=facts.actor,
        at_ms=facts.now_ms,
        expected_minor=shift.drawer_minor,
        counted_minor=shift.counted_minor,
        over_minor=over,
        reason=command.reason,
        sales_minor=shift.figures.sales_minor,
        perpetual_minor=perpetual_minor,
    )
