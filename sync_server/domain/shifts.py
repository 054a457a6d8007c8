"""A cashier's shift with a drawer: float, cash in and out, blind count, X and Z.

Expected cash = float + cash taken - cash refunded + in - out - drops (features-region, rule 14).
The `figures` grow with each event, so X equals the next Z when nothing happens in between. A
waiter's own bank is a shift like any other: what he owes is its expected cash. A closed shift
never changes: what comes later is a late entry of the next one at the drawer, or of the day. The
business day is in `venue`; money movements are booked in `ledger`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from . import commands as c, events as e, figures
from .amending import replace
from .figures import Figures
from .ids import NOBODY, ShiftId, StaffId
from .limits import AMOUNT_MINOR, CURRENCIES, LIST_LENGTH, TEXT_LENGTH
from .money import worth
from .rejections import Refused, refuse
from .staff import Facts

PURSE = "purse:"
"""Before a person's id: what a waiter carries instead of a drawer. It opens on no cable."""


def purse_of(staff_id: str) -> str:
    """The place of a person's own bank, where a drawer's name would stand."""
    return f"{PURSE}{staff_id}"


def holder_of(drawer: str) -> StaffId:
    """Whose purse it is; nobody's for a drawer."""
    return StaffId(drawer.removeprefix(PURSE)) if drawer.startswith(PURSE) else NOBODY


CASH_KINDS = {"in": 1, "out": -1, "drop": -1, "tips": -1}


@dataclass(frozen=True, slots=True)
class Shift:
    """One person, one drawer. `state`: open, counted, closed. `drawer_minor` is expected cash.

    `count_no` counts how often it was counted, `first_over_minor` is how far the first count was
    from what had to be there, `counts_agree` whether the last two counts were the same."""

    shift_id: ShiftId
    number: int
    drawer: str
    cashier: StaffId
    opened_ms: int
    day: str
    float_minor: int
    drawer_minor: int
    figures: Figures = field(default_factory=Figures)
    moves: tuple[e.CashMoved, ...] = ()
    counts: tuple[e.CashCount, ...] = ()
    counted_minor: int = 0
    state: str = "open"
    z_no: int = 0
    over_minor: int = 0
    closed_ms: int = 0
    foreign_counted: tuple[e.ForeignCount, ...] = ()
    foreign_over: tuple[e.ForeignOver, ...] = ()
    count_no: int = 0
    first_over_minor: int = 0
    counts_agree: bool = False


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


def _with_cash(shift: Shift, change_minor: int, grown: Figures) -> Shift:
    return replace(shift, drawer_minor=shift.drawer_minor + change_minor, figures=grown)


def _took(shift: Shift, payment: e.Payment) -> Shift:
    return _with_cash(shift, figures.cash_of(payment), figures.paid(shift.figures, payment))


def _on_suspense(shift: Shift, payment: e.Payment) -> Shift:
    kept = _took(shift, payment)
    grown = replace(kept.figures, suspense_minor=kept.figures.suspense_minor + payment.amount_minor)
    return replace(kept, figures=grown)


def _settled(shift: Shift, event: e.SuspenseSettled) -> Shift:
    """What goes back is undone in the shift that gives it, whole: tender, tip, rounding, cash. For
    foreign cash house money is given, the notes stay."""
    payment, grown, back = event.payment, shift.figures, 0
    if event.outcome == "returned":
        given = replace(payment, late_shift=0, currency="", foreign_minor=0)
        grown, back = figures.paid(grown, given, -1), figures.cash_of(given)
    grown = replace(grown, suspense_minor=grown.suspense_minor - payment.amount_minor)
    return _with_cash(shift, -back, grown)


def _corrected(shift: Shift, event: e.TenderCorrected) -> Shift:
    undone = figures.paid(shift.figures, event.was, -1)
    grown = figures.paid(undone, event.payment)
    change = figures.cash_of(event.payment) - figures.cash_of(event.was)
    return _with_cash(shift, change, replace(grown, corrections=grown.corrections + 1))


def _voucher_sold(shift: Shift, event: e.VoucherSold) -> Shift:
    took = _took(shift, event.payment)
    sold = took.figures.vouchers_sold_minor + event.payment.amount_minor
    return replace(took, figures=replace(took.figures, vouchers_sold_minor=sold))


def _voucher_returned(shift: Shift, event: e.VoucherReturned) -> Shift:
    back = event.amount_minor + event.rounding_minor
    grown = replace(
        shift.figures,
        vouchers_returned_minor=shift.figures.vouchers_returned_minor + event.amount_minor,
        cash_minor=shift.figures.cash_minor - back,
        rounding_minor=shift.figures.rounding_minor - event.rounding_minor,
    )
    return _with_cash(shift, -back, grown)


def _account_paid(shift: Shift, event: e.AccountPaid) -> Shift:
    took = _took(shift, event.payment)
    paid = took.figures.accounts_paid_minor + event.payment.amount_minor
    return replace(took, figures=replace(took.figures, accounts_paid_minor=paid))


def _closed(shift: Shift, event: e.ShiftClosed) -> Shift:
    return replace(
        shift,
        state="closed",
        z_no=event.z_no,
        over_minor=event.over_minor,
        foreign_over=event.foreign,
        closed_ms=event.at_ms,
    )


def _counted(shift: Shift, event: e.DrawerCounted) -> Shift:
    again = shift.state == "counted"
    over = event.counted_minor - shift.drawer_minor
    same = _pieces(event.counts) == _pieces(shift.counts) and event.foreign == shift.foreign_counted
    return replace(
        shift,
        counts=event.counts,
        counted_minor=event.counted_minor,
        foreign_counted=event.foreign,
        state="counted",
        count_no=shift.count_no + 1,
        first_over_minor=shift.first_over_minor if shift.count_no else over,
        counts_agree=again and same,
    )


def _pieces(counts: tuple[e.CashCount, ...]) -> dict[int, int]:
    pieces: dict[int, int] = {}
    for each in counts:
        pieces[each.denomination_minor] = pieces.get(each.denomination_minor, 0) + each.count
    return {face: count for face, count in pieces.items() if count}


def _float_adjusted(shift: Shift, event: e.FloatAdjusted) -> Shift:
    drawer = shift.drawer_minor + event.float_minor - event.was_minor
    return replace(shift, float_minor=event.float_minor, drawer_minor=drawer)


def _points(shift: Shift, event: e.PointsEarned | e.PointsTakenBack) -> Shift:
    return replace(shift, figures=figures.points(shift.figures, event))


_EVOLVE: dict[type, Callable[..., Shift]] = {
    e.CashMoved: lambda shift, event: replace(
        _with_cash(shift, event.amount_minor, figures.moved(shift.figures, event)),
        moves=(*shift.moves, event),
    ),
    e.DrawerCounted: _counted,
    e.ShiftClosed: _closed,
    e.PaymentTaken: lambda shift, event: _took(shift, event.payment),
    e.PaymentUnallocated: lambda shift, event: _on_suspense(shift, event.payment),
    e.PaymentRefunded: lambda shift, event: _with_cash(
        shift, -figures.cash_back(event), figures.refunded(shift.figures, event)
    ),
    e.CheckClosed: lambda shift, event: replace(shift, figures=figures.sold(shift.figures, event)),
    e.CheckReopened: lambda shift, event: replace(
        shift, figures=figures.reopened(shift.figures, event)
    ),
    e.TenderCorrected: _corrected,
    e.SuspenseSettled: _settled,
    e.VoucherSold: _voucher_sold,
    e.VoucherReturned: _voucher_returned,
    e.AccountPaid: _account_paid,
    e.PointsEarned: _points,
    e.PointsTakenBack: _points,
    e.FloatAdjusted: _float_adjusted,
    e.DrawerOpened: lambda shift, event: replace(
        shift, figures=replace(shift.figures, no_sales=shift.figures.no_sales + 1)
    ),
}

SHIFT_EVENTS = frozenset(_EVOLVE)


def room_posted(shift: Shift, amount_minor: int, tip_minor: int, late_shift: int = 0) -> Shift:
    """A room charge of this shift, or of a closed one at its drawer, is on the folio."""
    grown = figures.room_posted(shift.figures, amount_minor, tip_minor, late_shift)
    return replace(shift, figures=grown)


def evolve(shift: Shift, event: object) -> Shift:
    """The shift after an event that names it. A closed shift is returned as it is."""
    if shift.state == "closed":
        return shift
    return _EVOLVE[type(event)](shift, event)


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
    texts = (command.reason, command.envelope)
    if sign is None or not command.reason or max(map(len, texts)) > TEXT_LENGTH:
        return refuse("no_reason")
    return e.CashMoved(
        command.shift_id,
        command.kind,
        sign * command.amount_minor,
        command.reason,
        facts.actor,
        facts.now_ms,
        command.envelope,
    )


def adjust_float(shift: Shift | None, command: c.AdjustFloat, facts: Facts) -> object:
    """A float that was entered wrong is set right by an entry of its own."""
    if shift is None or (fault := must_be_open(shift)):
        return refuse("no_shift") if shift is None else fault
    if fault := amount_fault(command.float_minor, zero=True):
        return fault
    if not command.reason.strip() or len(command.reason) > TEXT_LENGTH:
        return refuse("no_reason")
    if command.float_minor == shift.float_minor:
        return refuse("nothing_to_do")
    return e.FloatAdjusted(
        shift.shift_id,
        shift.float_minor,
        command.float_minor,
        command.reason,
        facts.actor,
        facts.now_ms,
    )


def open_drawer(shift: Shift | None, command: c.OpenDrawer, facts: Facts) -> object:
    """No sale: the drawer opens, and it is on record who wanted it and why."""
    if fault := must_be_open(shift):
        return fault
    if not command.reason.strip() or len(command.reason) > TEXT_LENGTH:
        return refuse("no_reason")
    return e.DrawerOpened(command.shift_id, command.reason, facts.actor, facts.now_ms)


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
    if len(command.foreign) > CURRENCIES:
        return refuse("too_many", limit=CURRENCIES)
    for foreign in command.foreign:
        if fault := amount_fault(foreign.counted_minor, zero=True):
            return fault
    counts = tuple(e.CashCount(x.denomination_minor, x.count) for x in command.counts)
    abroad = tuple(e.ForeignCount(x.currency, x.counted_minor) for x in command.foreign)
    return e.DrawerCounted(command.shift_id, counts, total, facts.actor, facts.now_ms, abroad)


def foreign_over(shift: Shift, facts: Facts) -> tuple[e.ForeignOver, ...]:
    """Foreign cash counted against what was taken; a difference is worth the day's rate."""
    counted = {each.currency: each.counted_minor for each in shift.foreign_counted}
    rows = []
    for each in shift.figures.foreign:
        there = counted.get(each.currency, 0)
        currency = facts.catalogue.currency(each.currency)
        rate = (currency.rate_minor, currency.digits) if currency else (0, 0)
        over = worth(there - each.amount_minor, *rate)
        rows.append(e.ForeignOver(each.currency, each.amount_minor, there, each.worth_minor, over))
    return tuple(rows)


def count_again(shift: Shift, facts: Facts) -> bool:
    """Whether a drawer that is over or short has to be counted once more before its Z."""
    off = shift.counted_minor != shift.drawer_minor
    off = off or any(each.over_minor for each in foreign_over(shift, facts))
    return facts.catalogue.settings.count_twice and off and not shift.counts_agree


def close_shift(
    shift: Shift | None,
    command: c.CloseShift,
    facts: Facts,
    z_no: int,
    perpetual: tuple[int, int],
) -> object:
    """The Z. A difference needs a reason in words; it is booked, never hidden.

    `perpetual`: all sales and all returns since the first day.
    """
    if shift is None:
        return refuse("no_shift")
    if fault := must_be_open(shift):
        return fault
    if shift.state != "counted":
        return refuse("not_counted")
    if count_again(shift, facts) and "approve" not in facts.rights:
        return refuse("count_again")
    over = shift.counted_minor - shift.drawer_minor
    abroad = foreign_over(shift, facts)
    if (over or any(each.over_minor for each in abroad)) and not command.reason.strip():
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
        perpetual_minor=perpetual[0],
        returns_minor=perpetual[1],
        foreign=abroad,
    )
