"""Taking money against a check: cash with change and rounding, foreign cash, cards and codes by
hand, vouchers, deposits, house accounts, points; and the close of a check that is paid.

Money taken is a fact and is never refused for the state of the check: what fits no balance goes
to suspense with a notice (reliability 2.8). Voucher, account, points are requests and may be.
Only the cash part of a settled balance is rounded, and the rounding is a figure of its own
(features-commercial C4.26). Room charges: `folio`; refunds and corrections: `corrections`.
"""

from collections.abc import Mapping

from . import commands as c, events as e
from .accounts import chargeable
from .amending import replace
from .checks import HOLDING, Check, balance, line_discounts, totals_of
from .club import ClubCard, spendable as points_spendable
from .events import Given, Line, Payment, SoldSum
from .ids import ShiftId
from .limits import AMOUNT_MINOR, PAYMENTS_PER_CHECK, TEXT_LENGTH
from .money import allocate, divide_half_up, round_to_step, tax_inside, worth
from .rejections import Refused, refuse
from .staff import Facts, needs
from .vouchers import Voucher, spendable

TENDER_RIGHT = {
    "cash": "take_cash",
    "card": "take_card",
    "qr": "take_card",
    "account": "house_account",
    "voucher": "take_cash",
    "deposit": "take_cash",
    "points": "take_cash",
}
ON_CREDIT = frozenset({"account", "voucher", "deposit", "points"})
"""Tenders by which nobody hands anything over."""


def cash_due(amount_minor: int, step_minor: int) -> int:
    """What the cashier takes for an amount when coins below `step_minor` do not exist."""
    return round_to_step(amount_minor, step_minor)


def take_payment(
    check: Check | None,
    command: c.TakePayment,
    facts: Facts,
    vouchers: Mapping[str, Voucher],
    owed: Mapping[str, int],
    club: Mapping[str, ClubCard],
) -> e.PaymentTaken | e.PaymentUnallocated | Refused:
    """Record money taken. Only what cannot be true, or lacks the right, is refused; a voucher, a
    house account (`owed`: what each owes) or points also for what they cannot pay."""
    if fault := _impossible(command, facts):
        return fault
    due = balance(check) if check is not None and check.state == "open" else 0
    payment = _payment(command, due, facts)
    if isinstance(payment, Refused):
        return payment
    if command.tender == "points" and check is not None and command.amount_minor <= due:
        if fault := points_spendable(club, check, payment, facts):
            return fault
    elif command.tender in ON_CREDIT and (
        fault := _not_good_for(payment, due, facts, vouchers, owed)
    ):
        return fault
    if check is None or command.amount_minor > due:
        lost = replace(payment, state="suspense")
        return e.PaymentUnallocated(check.check_id if check else command.check_id, lost)
    if len(check.payments) >= PAYMENTS_PER_CHECK:
        return refuse("too_many", limit=PAYMENTS_PER_CHECK)
    return e.PaymentTaken(check.check_id, payment)


def _impossible(command: c.TakePayment, facts: Facts) -> Refused | None:
    """Amounts, tenders and currencies that cannot be, and rights that lack."""
    right = TENDER_RIGHT.get(command.tender)
    if right is None:
        return refuse("bad_amount", value=command.tender[:20])
    if fault := needs(facts, right):
        return fault
    amounts = (
        command.amount_minor,
        command.tip_minor,
        command.tendered_minor,
        command.foreign_minor,
    )
    if min(amounts) < 0 or max(amounts) > AMOUNT_MINOR or command.amount_minor == 0:
        return refuse("bad_amount", value=command.amount_minor)
    if len(command.reference) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    if command.currency and (
        command.tender != "cash" or facts.catalogue.currency(command.currency) is None
    ):
        return refuse("no_currency", currency=command.currency[:20])
    return None


def _payment(command: c.TakePayment, due: int, facts: Facts) -> Payment | Refused:
    """The payment as it is booked, with change and rounding."""
    rounding = 0
    if command.tender == "cash" and command.amount_minor >= due > 0:
        step = facts.catalogue.settings.cash_step_minor
        rounding = cash_due(command.amount_minor, step) - command.amount_minor
    taken = command.amount_minor + command.tip_minor + rounding
    tendered = command.tendered_minor if command.tender == "cash" else taken
    currency = facts.catalogue.currency(command.currency) if command.currency else None
    if currency is not None:
        tendered = worth(command.foreign_minor, currency.rate_minor, currency.digits)
    if tendered < taken:
        return refuse("tendered_short", taken_minor=taken, tendered_minor=tendered)
    return Payment(
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
        currency=command.currency,
        foreign_minor=command.foreign_minor if currency else 0,
    )


def _not_good_for(
    payment: Payment,
    due: int,
    facts: Facts,
    vouchers: Mapping[str, Voucher],
    owed: Mapping[str, int],
) -> Refused | None:
    """Why a voucher or an account does not pay, if it does not; nor do points more than is due.
    Nobody handed anything over, so nothing goes on suspense."""
    if payment.amount_minor > due:
        return refuse("nothing_due")
    full = payment.amount_minor + payment.tip_minor
    if payment.tender == "account":
        return chargeable(owed, payment.reference, full, facts)
    return spendable(vouchers, payment.tender, payment.reference, full, facts)


def sold_sums(check: Check) -> tuple[SoldSum, ...]:
    """What each live line brought in, after discount and without tax, for the back office."""
    given = line_discounts(check)
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
                _given(check, line),
            )
        )
    return tuple(sums)


def _given(check: Check, line: Line) -> tuple[Given, ...]:
    """How much of a line is on the house: all of it, or as much as the sum given is of its price.

    What comps together exceed the line by is cut off the last ones.
    """
    left, given = line.qty_milli, []
    for grant in check.grants:
        if grant.kind != "comp" or line.line_id not in grant.line_ids:
            continue
        qty = line.qty_milli
        if grant.amount_minor and line.gross_minor:
            qty = divide_half_up(line.qty_milli * grant.amount_minor, line.gross_minor)
        qty = min(qty, left)
        left -= qty
        if qty > 0:
            given.append(Given(grant.reason, qty))
    return tuple(given)


def tips_of(check: Check) -> int:
    """Tips that came with settled payments and were not given back."""
    return sum(p.tip_minor - p.refunded_tip_minor for p in check.payments if p.state == "done")


def closing(check: Check, shift_open: dict[str, bool], facts: Facts) -> e.CheckClosed | None:
    """The sale, once all is sent, paid and answered for; None while something is left.

    The sale belongs to the shift of the last payment if that is still open, else to any open one,
    else to none: then the first shift that opens has it on its Z (reliability 2.16).
    """
    if check.state != "open" or not check.payments:
        return None
    waiting = any(p.state in HOLDING and p.state != "done" for p in check.payments)
    if waiting or check.unsent or balance(check) != 0:
        return None
    paid = [p for p in check.payments if p.state == "done"]
    if not paid:
        return None
    return _sale(check, paid[-1].shift_id, shift_open, facts)


def closing_for_nothing(
    check: Check, shift_open: dict[str, bool], facts: Facts
) -> e.CheckClosed | None:
    """The sale of a check on which all was given or let off, so that nothing can be paid."""
    held = any(payment.state in HOLDING for payment in check.payments)
    if held or not check.live or check.unsent or totals_of(check).total_minor:
        return None
    return _sale(check, "", shift_open, facts)


def _sale(check: Check, first: str, shift_open: dict[str, bool], facts: Facts) -> e.CheckClosed:
    shifts = [first, *(s for s, is_open in shift_open.items() if is_open)]
    shift = next((s for s in shifts if shift_open.get(s)), "")
    return e.CheckClosed(
        check_id=check.check_id,
        number=check.number,
        shift_id=ShiftId(shift),
        owner=check.owner,
        totals=totals_of(check),
        sold=sold_sums(check),
        tips_minor=tips_of(check),
        guests=check.guests,
        at_ms=facts.now_ms,
        day=check.day,
        voids_count=check.voids_count,
        voids_minor=check.voids_minor,
    )


def share(total_minor: int, parts: int) -> list[int]:
    """An equal split of a bill that loses no unit: the first shares are the larger ones."""
    return allocate(total_minor, [1] * parts)
