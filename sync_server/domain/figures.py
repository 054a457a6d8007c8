"""What the X and the Z say: sums that grow with each event of a shift.

Each function gives the figures after one event; nothing is ever recomputed, so reading an X is
free and closing costs the same for two checks as for two thousand. The shift around them is in
`shifts`; money as double entry in `ledger`.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from . import events as e
from .amending import quick, replace


@quick
@dataclass(frozen=True, slots=True)
class TenderSum:
    """Payments in one tender: how many, and what they covered with their tips."""

    tender: str
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class LateSum:
    """Payments that came after their shift was closed: its number, how many, with their tips."""

    shift_no: int
    count: int
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ForeignSum:
    """Foreign cash in the drawer, with what it was worth when it was taken."""

    currency: str
    amount_minor: int
    worth_minor: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Amounts in the smallest unit; refunds, returns and voids are positive.

    `cash_minor` is house money only: change for foreign cash lowers it. `reopened_*` are sales
    that were taken back; `sales_minor` and the taxes are already without them. `late` are payments
    of shifts that were closed before; they are in the tenders as well. `loose_*` are sales of
    checks that closed while no shift was open: the first shift after that has them in its sales.
    `points_minor` were earned on club cards, less what was taken back of such: no money yet.
    """

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
    tips_paid_minor: int = 0
    no_sales: int = 0
    reopened_count: int = 0
    reopened_minor: int = 0
    corrections: int = 0
    vouchers_sold_minor: int = 0
    vouchers_returned_minor: int = 0
    accounts_paid_minor: int = 0
    refund_taxes: tuple[e.TaxSum, ...] = ()
    tenders: tuple[TenderSum, ...] = ()
    foreign: tuple[ForeignSum, ...] = ()
    late: tuple[LateSum, ...] = ()
    loose_count: int = 0
    loose_minor: int = 0
    points_minor: int = 0


def add_taxes(sums: Iterable[e.TaxSum], more: Iterable[e.TaxSum]) -> tuple[e.TaxSum, ...]:
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


def negative(taxes: Iterable[e.TaxSum]) -> tuple[e.TaxSum, ...]:
    """The same sums taken away."""
    return tuple(
        replace(tax, base_minor=-tax.base_minor, tax_minor=-tax.tax_minor) for tax in taxes
    )


def cash_of(payment: e.Payment) -> int:
    """What a payment adds to the house money in the drawer; change given for foreign cash is
    negative."""
    if payment.tender != "cash":
        return 0
    if payment.currency:
        return -payment.change_minor
    return payment.amount_minor + payment.tip_minor + payment.rounding_minor


def _tender(
    sums: tuple[TenderSum, ...], tender: str, count: int, minor: int
) -> tuple[TenderSum, ...]:
    merged = {each.tender: each for each in sums}
    old = merged.get(tender, TenderSum(tender, 0, 0))
    merged[tender] = TenderSum(tender, old.count + count, old.amount_minor + minor)
    return tuple(merged[key] for key in sorted(merged))


def add_late(
    sums: tuple[LateSum, ...], shift_no: int, count: int, minor: int
) -> tuple[LateSum, ...]:
    """One more late entry of a closed shift; those of no closed shift (0) are none."""
    if not shift_no:
        return sums
    merged = {each.shift_no: each for each in sums}
    old = merged.get(shift_no, LateSum(shift_no, 0, 0))
    merged[shift_no] = LateSum(shift_no, old.count + count, old.amount_minor + minor)
    return tuple(merged[key] for key in sorted(merged))


def _foreign(sums: tuple[ForeignSum, ...], payment: e.Payment, sign: int) -> tuple[ForeignSum, ...]:
    if not payment.currency:
        return sums
    merged = {each.currency: each for each in sums}
    old = merged.get(payment.currency, ForeignSum(payment.currency, 0, 0))
    merged[payment.currency] = ForeignSum(
        payment.currency,
        old.amount_minor + sign * payment.foreign_minor,
        old.worth_minor + sign * payment.tendered_minor,
    )
    return tuple(merged[key] for key in sorted(merged))


def paid(figures: Figures, payment: e.Payment, sign: int = 1) -> Figures:
    """After money was taken, or by `sign` -1 was found not to have been."""
    full = payment.amount_minor + payment.tip_minor
    return replace(
        figures,
        cash_minor=figures.cash_minor + sign * cash_of(payment),
        card_minor=figures.card_minor + (sign * full if payment.tender == "card" else 0),
        tips_minor=figures.tips_minor + sign * payment.tip_minor,
        rounding_minor=figures.rounding_minor + sign * payment.rounding_minor,
        tenders=_tender(figures.tenders, payment.tender, sign, sign * full),
        foreign=_foreign(figures.foreign, payment, sign),
        late=add_late(figures.late, payment.late_shift, sign, sign * full),
    )


def room_posted(
    figures: Figures, amount_minor: int, tip_minor: int, late_shift: int = 0
) -> Figures:
    """After a room charge of the shift, or of a closed one before it, is on the folio."""
    return replace(
        figures,
        room_minor=figures.room_minor + amount_minor + tip_minor,
        room_count=figures.room_count + 1,
        tips_minor=figures.tips_minor + tip_minor,
        tenders=_tender(figures.tenders, "room", 1, amount_minor + tip_minor),
        late=add_late(figures.late, late_shift, 1, amount_minor + tip_minor),
    )


def sold(figures: Figures, event: e.CheckClosed) -> Figures:
    """After a check was closed."""
    totals = event.totals
    return replace(
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
    )


def loose(figures: Figures, event: e.CheckClosed) -> Figures:
    """After a check was closed that no shift took."""
    grown = sold(figures, event)
    return replace(
        grown,
        loose_count=figures.loose_count + 1,
        loose_minor=figures.loose_minor + event.totals.total_minor,
    )


def reopened(figures: Figures, event: e.CheckReopened) -> Figures:
    """After a sale was taken back: it counts again when the check is closed again."""
    totals = event.totals
    return replace(
        figures,
        checks=figures.checks - 1,
        guests=figures.guests - event.guests,
        gross_minor=figures.gross_minor - totals.gross_minor,
        discount_minor=figures.discount_minor - totals.discount_minor,
        service_minor=figures.service_minor - totals.service_minor,
        sales_minor=figures.sales_minor - totals.total_minor,
        voids_count=figures.voids_count - event.voids_count,
        voids_minor=figures.voids_minor - event.voids_minor,
        taxes=add_taxes(figures.taxes, negative(totals.taxes)),
        reopened_count=figures.reopened_count + 1,
        reopened_minor=figures.reopened_minor + totals.total_minor,
    )


def refunded(figures: Figures, event: e.PaymentRefunded) -> Figures:
    """After money went back to a guest."""
    full = event.amount_minor + event.tip_minor
    return replace(
        figures,
        refunds_minor=figures.refunds_minor + full,
        cash_refunds_minor=figures.cash_refunds_minor + cash_back(event),
        rounding_minor=figures.rounding_minor - event.rounding_minor,
        refund_taxes=add_taxes(figures.refund_taxes, event.taxes),
        late=add_late(figures.late, event.late_shift, 1, -full),
    )


def cash_back(event: e.PaymentRefunded) -> int:
    """What a refund takes out of the drawer."""
    if event.tender != "cash":
        return 0
    return event.amount_minor + event.tip_minor + event.rounding_minor


def points(figures: Figures, event: e.PointsEarned | e.PointsTakenBack) -> Figures:
    """After a check earned points for a guest, or what it had earned was undone."""
    grown = event.amount_minor
    if isinstance(event, e.PointsTakenBack):
        grown = -event.amount_minor - event.owed_minor
    return replace(figures, points_minor=figures.points_minor + grown)


def moved(figures: Figures, event: e.CashMoved) -> Figures:
    """After cash came in or went out beside sales."""
    size = abs(event.amount_minor)
    match event.kind:
        case "in":
            return replace(figures, cash_in_minor=figures.cash_in_minor + size)
        case "out":
            return replace(figures, cash_out_minor=figures.cash_out_minor + size)
        case "drop":
            return replace(figures, drops_minor=figures.drops_minor + size)
    return replace(figures, tips_paid_minor=figures.tips_paid_minor + size)
