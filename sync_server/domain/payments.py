"""Taking money against a check: cash with change and rounding, cards by hand, refunds.

Money taken is a fact and is never refused for the state of the check: what fits no balance goes
to suspense with a notice (reliability 2.8). Only the cash part of a settled balance is rounded,
and the rounding is a figure of its own (features-commercial C4.26). Room charges: `folio`.
"""

from . import commands as c, events as e
from .amending import replace
from .checks import HOLDING, Check, balance, totals_of
from .events import Payment, SoldSum
from .ids import ShiftId
from .limits import AMOUNT_MINOR, PAYMENTS_PER_CHECK, TEXT_LENGTH
from .money import allocate, round_to_step, tax_inside
from .pricing import discounts
from .rejections import Refused, refuse
from .staff import Facts, needs

TENDER_RIGHT = {"cash": "take_cash", "card": "take_card"}


def cash_due(amount_minor: int, step_minor: int) -> int:
    """What the cashier takes for an amount when coins below `step_minor` do not exist."""
    return round_to_step(amount_minor, step_minor)


def take_payment(
    check: Check | None, command: c.TakePayment, facts: Facts
) -> e.PaymentTaken | e.PaymentUnallocated | Refused:
    """Record money taken. Only what cannot be true, or lacks the right, is refused."""
    right = TENDER_RIGHT.get(command.tender)
    if right is None:
        return refuse("bad_amount", value=command.tender[:20])
    if fault := needs(facts, right):
        return fault
    amounts = (command.amount_minor, command.tip_minor, command.tendered_minor)
    if min(amounts) < 0 or max(amounts) > AMOUNT_MINOR or command.amount_minor == 0:
        return refuse("bad_amount", value=command.amount_minor)
    if len(command.reference) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    due = balance(check) if check is not None and check.state == "open" else 0
    step = facts.catalogue.settings.cash_step_minor
    rounding = 0
    if command.tender == "cash" and command.amount_minor >= due > 0:
        rounding = cash_due(command.amount_minor, step) - command.amount_minor
    taken = command.amount_minor + command.tip_minor + rounding
    tendered = command.tendered_minor if command.tender == "cash" else taken
    if tendered < taken:
        return refuse("tendered_short", taken_minor=taken, tendered_minor=tendered)
    payment = Payment(
        payment_id=command.payment_id,
        tender=command.tender,
        shift_id=command.shift_id,
        amount_minor=command.amount_minor,
        at_ms=facts.now_ms,
        by=facts.actor,
        tendered_minor=tendered,
        change_minor=tendered - taken,
        rounding_minor=rounding,
        tip_minor=command.tip_minor,
        reference=command.reference,
        receipt=command.receipt,
    )
    if check is None or command.amount_minor > due:
        lost = replace(payment, state="suspense")
        return e.PaymentUnallocated(check.check_id if check else command.check_id, lost)
    if len(check.payments) >= PAYMENTS_PER_CHECK:
        return refuse("too_many", limit=PAYMENTS_PER_CHECK)
    return e.PaymentTaken(check.check_id, payment)


def refund(check: Check, command: c.RefundPayment, facts: Facts) -> e.PaymentRefunded | Refused:
    """Give back a part of a payment, in its tender; never more than is left of it."""
    payment = next((p for p in check.payments if p.payment_id == command.payment_id), None)
    if payment is None:
        return refuse("no_payment")
    if payment.state != "done":
        return refuse("payment_pending")
    left = payment.amount_minor - payment.refunded_minor
    if command.amount_minor <= 0:
        return refuse("bad_amount", value=command.amount_minor)
    if command.amount_minor > left:
        return refuse("refund_over_paid", left_minor=left)
    if not command.reason or len(command.reason) > TEXT_LENGTH:
        return refuse("no_reason")
    if payment.tender == "room":
        return refuse("charge_settled")
    rounding = 0
    if payment.tender == "cash":
        step = facts.catalogue.settings.cash_step_minor
        rounding = cash_due(command.amount_minor, step) - command.amount_minor
    return e.PaymentRefunded(
        check_id=check.check_id,
        refund_id=command.refund_id,
        payment_id=command.payment_id,
        shift_id=command.shift_id,
        tender=payment.tender,
        amount_minor=command.amount_minor,
        rounding_minor=rounding,
        reason=command.reason,
        by=facts.actor,
        at_ms=facts.now_ms,
    )


def sold_sums(check: Check) -> tuple[SoldSum, ...]:
    """What each live line brought in, after discount and without tax, for the back office."""
    given = discounts(check.lines, check.grants)
    sums = []
    for line, off in zip(check.lines, given, strict=True):
        if line.state == "void":
            continue
        paid = line.gross_minor - off
        tax = tax_inside(paid, line.tax_bp) if check.tax_inclusive else 0
        sums.append(
            SoldSum(
                line.line_id,
                line.item_id,
                line.qty_milli,
                line.gross_minor,
                off,
                paid - tax,
                line.revenue_group,
            )
        )
    return tuple(sums)


def closing(check: Check, shift_open: dict[str, bool], facts: Facts) -> e.CheckClosed | None:
    """The sale, once all is sent, paid and answered for; None while something is left.

    The sale belongs to the shift of the last payment if that is still open, else to any open one,
    else to none: a late entry (reliability 2.16).
    """
    if check.state != "open" or not check.payments:
        return None
    waiting = any(p.state in HOLDING and p.state != "done" for p in check.payments)
    if waiting or check.unsent or balance(check) != 0:
        return None
    paid = [p for p in check.payments if p.state == "done"]
    if not paid:
        return None
    shifts = [paid[-1].shift_id, *(s for s, is_open in shift_open.items() if is_open)]
    shift = next((s for s in shifts if shift_open.get(s)), "")
    return e.CheckClosed(
        check_id=check.check_id,
        number=check.number,
        shift_id=ShiftId(shift),
        owner=check.owner,
        totals=totals_of(check),
        sold=sold_sums(check),
        tips_minor=sum(p.tip_minor for p in paid),
        guests=check.guests,
        at_ms=facts.now_ms,
        day=check.day,
        voids_count=check.voids_count,
        voids_minor=check.voids_minor,
    )


def share(total_minor: int, parts: int) -> list[int]:
    """An equal split of a bill that loses no unit: the first shares are the larger ones."""
    return allocate(total_minor, [1] * parts)
