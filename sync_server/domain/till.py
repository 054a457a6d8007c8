"""What the till asks for, where check, shift, vouchers, accounts and day meet.

Rules of one thing each are in `payments`, `corrections`, `vouchers`, `accounts`, `shifts` and
`attendance`; here they are given the state they need and their events are put together, with the
close of a check that is paid. `decisions` calls these.
"""

from collections.abc import Callable

from . import (
    accounts,
    attendance,
    commands as c,
    corrections,
    events as e,
    orders,
    payments,
    shifts,
    vouchers,
)
from .amending import replace
from .ids import NO_CHECK, NoticeId, ShiftId, StaffId, derived
from .limits import FIGURE_ROWS, LATE_TOLD
from .rejections import Accepted, Decision, Refused, refuse
from .staff import Facts, rights_of
from .venue import Venue


def one(event: object) -> Decision:
    """A decision of one event, or the refusal it is."""
    return event if isinstance(event, Refused) else Accepted((event,))


def pay(venue: Venue, command: c.TakePayment, facts: Facts) -> Decision:
    """Money taken is recorded whatever became of the check; nobody's own table is asked for."""
    known = venue.check(command.check_id)
    if known is not None and any(
        payment.payment_id == command.payment_id for payment in known.payments
    ):
        return refuse("duplicate_id", id=command.payment_id)
    shift = venue.shifts.get(command.shift_id)
    if shift is None:
        return refuse("no_shift")
    late = shift.state == "closed"
    now = venue.shift_at(shift.drawer) if late else shift
    if now is not None:
        command = replace(command, shift_id=now.shift_id)
    event = payments.take_payment(known, command, facts, venue.vouchers, venue.owed)
    if isinstance(event, Refused):
        return event
    told: tuple[object, ...] = ()
    if late:
        event = replace(event, payment=replace(event.payment, late_shift=shift.number))
        told = () if now else _late_notices(shift, event.payment, facts)
    if isinstance(event, e.PaymentUnallocated) or known is None:
        extra = refuse(
            "paid_twice",
            amount_minor=command.amount_minor,
            number=known.number if known else "",
            at_ms=known.closed_ms if known else 0,
        )
        return Accepted((event, *told), extra)
    return Accepted((*orders.with_close(venue, known, [event], facts), *told))


def _late_notices(shift: shifts.Shift, paid: e.Payment, facts: Facts) -> tuple[object, ...]:
    """No shift is open at the drawer: those who close the day are told of the late entry."""
    people = [
        StaffId(person.staff_id)
        for person in facts.catalogue.staff.values()
        if "close_day" in rights_of(facts.catalogue, person.staff_id)
    ]
    said: dict[str, str | int] = {
        "number": shift.number,
        "drawer": shift.drawer,
        "amount_minor": paid.amount_minor + paid.tip_minor,
    }
    return tuple(
        e.NoticeRaised(
            NoticeId(derived(facts.command_id, f"late.{staff_id}")),
            staff_id,
            "late_entry",
            dict(said),
            facts.now_ms,
            NO_CHECK,
        )
        for staff_id in people[:LATE_TOLD]
    )


def refund(venue: Venue, command: c.RefundPayment, facts: Facts) -> Decision:
    """Money back; an open check on which nothing is due then is closed."""
    check = venue.check(command.check_id)
    if check is None:
        return refuse("no_check")
    if fault := _shift_fault(venue, command.shift_id):
        return fault
    event = corrections.refund(check, command, facts)
    if isinstance(event, Refused):
        return event
    return Accepted(tuple(orders.with_close(venue, check, [event], facts)))


def reopen(venue: Venue, command: c.ReopenCheck, facts: Facts) -> Decision:
    """A closed check is taken up again in a shift that is open."""
    if fault := _shift_fault(venue, command.shift_id):
        return fault
    return one(corrections.reopen(venue.check(command.check_id), command, facts))


def close_check(venue: Venue, command: c.CloseCheck, facts: Facts) -> Decision:
    """A check that was taken up again, and owes nothing, is a sale again."""
    check = orders.found(venue, command.check_id, facts)
    if isinstance(check, Refused):
        return check
    if fault := corrections.must_owe_nothing(check):
        return fault
    closed = payments.closing(check, venue.open_shifts(), facts)
    return Accepted((closed,)) if closed else refuse("nothing_due")


def correct_tender(venue: Venue, command: c.CorrectTender, facts: Facts) -> Decision:
    """The shift is that of the payment which was entered wrong."""
    check = venue.check(command.check_id)
    paid = check.payments if check else ()
    was = next((p for p in paid if p.payment_id == command.payment_id), None)
    if any(p.payment_id == command.new_payment_id for p in paid):
        return refuse("duplicate_id", id=command.new_payment_id)
    shift = venue.shifts.get(was.shift_id) if was else None
    return one(corrections.correct_tender(check, shift, command, facts))


def settle_suspense(venue: Venue, command: c.SettleSuspense, facts: Facts) -> Decision:
    """Money on suspense finds its place; a check that it pays is closed."""
    if fault := _shift_fault(venue, command.shift_id):
        return fault
    waiting = (held.payment for held in venue.suspense)
    payment = next((p for p in waiting if p.payment_id == command.payment_id), None)
    check = venue.checks.get(command.check_id)
    event = corrections.settle_suspense(payment, check, command, facts)
    if isinstance(event, Refused):
        return event
    if check is None or not event.check_id:
        return Accepted((event,))
    return Accepted(tuple(orders.with_close(venue, check, [event], facts)))


def _shift_fault(venue: Venue, shift_id: str) -> Refused | None:
    return shifts.must_be_open(venue.shifts.get(ShiftId(shift_id)))


def sell_voucher(venue: Venue, command: c.SellVoucher, facts: Facts) -> Decision:
    """A voucher or a deposit for money."""
    fault = _shift_fault(venue, command.shift_id)
    return fault or one(vouchers.sell(venue.vouchers, command, facts))


def return_voucher(venue: Venue, command: c.ReturnVoucher, facts: Facts) -> Decision:
    """What is left of a voucher goes back."""
    fault = _shift_fault(venue, command.shift_id)
    return fault or one(vouchers.give_back(venue.vouchers, command, facts))


def pay_account(venue: Venue, command: c.PayAccount, facts: Facts) -> Decision:
    """Money towards a house account."""
    return _shift_fault(venue, command.shift_id) or one(accounts.pay(command, facts))


def print_figures(venue: Venue, command: c.PrintFigures, facts: Facts) -> Decision:
    """A paper of sums is on record with what stood on it; an invoice gets the next number."""
    if len(command.rows) > FIGURE_ROWS:
        return refuse("too_many", limit=FIGURE_ROWS)
    number = venue.invoice_no + 1 if command.document == "invoice" else 0
    printed = e.FiguresPrinted(
        command.document,
        command.kind,
        command.about,
        command.rows,
        command.total_minor,
        number,
        facts.actor,
        facts.now_ms,
    )
    return Accepted((printed,))


HANDLERS: dict[type, Callable[..., Decision]] = {
    c.TakePayment: pay,
    c.RefundPayment: refund,
    c.ReopenCheck: reopen,
    c.CloseCheck: close_check,
    c.CopyReceipt: lambda v, x, f: one(corrections.copy_receipt(v.check(x.check_id), f)),
    c.CorrectTender: correct_tender,
    c.SettleSuspense: settle_suspense,
    c.AdjustFloat: lambda v, x, f: one(shifts.adjust_float(v.shifts.get(x.shift_id), x, f)),
    c.OpenDrawer: lambda v, x, f: one(shifts.open_drawer(v.shifts.get(x.shift_id), x, f)),
    c.SellVoucher: sell_voucher,
    c.ReturnVoucher: return_voucher,
    c.PayAccount: pay_account,
    c.PrintFigures: print_figures,
    c.PunchClock: lambda v, x, f: one(attendance.punch(v.present, x, f)),
}
"""Which of these answers which command; `decisions` gives it the rest."""
