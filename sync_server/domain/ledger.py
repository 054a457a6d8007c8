"""Double entry behind the till: each event's money as balanced, immutable entries.

`amount_minor` is signed: positive is debit. The entries of one event sum to zero, always; a
correction is a new event with its own entries. Accounts: `guests` (what checks owe), `sales:`,
`refunds:` and `tax:` by rate, `tips`, `drawer:` per shift, `foreign:` per currency, `safe`, `card`,
`qr`, `bank`, `room`, `account:` per house account, `vouchers`, `deposits`, `rounding`, `suspense`,
`unclaimed`, `cash_in_out`, `over_short`; `points` that are owed to guests, `points_given` what they
cost the house, `points_expired` what it need not give any more. `front_office` writes them in the
event's transaction.
"""

from collections.abc import Callable
from dataclasses import dataclass

from . import events as e
from .amending import quick


@quick
@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a posting; `document` is the check, shift or charge it belongs to."""

    account: str
    amount_minor: int
    document: str


_OWED = {"voucher": "vouchers", "deposit": "deposits"}
_LIABILITY = {"gift": "vouchers", "deposit": "deposits"}


def _place(payment: e.Payment) -> str:
    """The account that a tender fills, or a debt of the house that it uses up."""
    if payment.tender == "cash":
        return f"drawer:{payment.shift_id}"
    if payment.tender == "account":
        return f"account:{payment.reference}"
    return _OWED.get(payment.tender, payment.tender)


def _payment(payment: e.Payment, document: str, against: str) -> tuple[Entry, ...]:
    due = payment.amount_minor + payment.tip_minor
    taken = due + payment.rounding_minor
    sides = [Entry(against, -due, document), Entry("rounding", -payment.rounding_minor, document)]
    if payment.currency:
        sides.append(Entry(f"foreign:{payment.currency}", payment.tendered_minor, document))
        taken = -payment.change_minor
    return (Entry(_place(payment), taken, document), *sides)


def _undone(entries: tuple[Entry, ...]) -> tuple[Entry, ...]:
    return tuple(Entry(each.account, -each.amount_minor, each.document) for each in entries)


def _sale(event: e.CheckClosed | e.CheckReopened) -> tuple[Entry, ...]:
    owed = event.totals.total_minor + event.tips_minor
    entries = [Entry("guests", owed, event.check_id)]
    left = event.totals.total_minor
    for tax in event.totals.taxes:
        entries.append(Entry(f"tax:{tax.rate_bp}", -tax.tax_minor, event.check_id))
        left -= tax.tax_minor
    bases = [tax.base_minor for tax in event.totals.taxes]
    inclusive = sum(bases) == event.totals.total_minor
    for tax in event.totals.taxes:
        net = tax.base_minor - (tax.tax_minor if inclusive else 0)
        entries.append(Entry(f"sales:{tax.rate_bp}", -net, event.check_id))
        left -= net
    entries.append(Entry("sales:0", -left, event.check_id))
    entries.append(Entry("tips", -event.tips_minor, event.check_id))
    return tuple(entries)


def _refund(event: e.PaymentRefunded, closed: bool) -> tuple[Entry, ...]:
    """Out of the tender; from the open check, or from the sale at its rates and the tips."""
    places = {
        "cash": f"drawer:{event.shift_id}",
        "account": f"account:{event.reference}",
        **_OWED,
    }
    back = event.amount_minor + event.tip_minor
    place = places.get(event.tender, event.tender)
    out = (
        Entry("rounding", event.rounding_minor, event.check_id),
        Entry(place, -(back + event.rounding_minor), event.check_id),
    )
    if not closed:
        return (Entry("guests", back, event.check_id), *out)
    taxed = sum(tax.base_minor + tax.tax_minor for tax in event.taxes)
    entries = [Entry("tips", event.tip_minor, event.check_id), *out]
    # Refunds of before rates were kept stand under no rate.
    entries.append(Entry("refunds", event.amount_minor - taxed, event.check_id))
    for tax in event.taxes:
        entries.append(Entry(f"refunds:{tax.rate_bp}", tax.base_minor, event.check_id))
        entries.append(Entry(f"tax:{tax.rate_bp}", tax.tax_minor, event.check_id))
    return tuple(entries)


def _suspense(event: e.SuspenseSettled) -> tuple[Entry, ...]:
    payment = event.payment
    due = payment.amount_minor + payment.tip_minor
    taken = due + payment.rounding_minor
    document = event.check_id or payment.payment_id
    match event.outcome:
        case "allocated":
            return (Entry("suspense", due, document), Entry("guests", -due, document))
        case "kept":
            return (Entry("suspense", due, document), Entry("unclaimed", -due, document))
    place = f"drawer:{event.shift_id}" if payment.tender == "cash" else _place(payment)
    return (
        Entry("suspense", due, document),
        Entry("rounding", payment.rounding_minor, document),
        Entry(place, -taken, document),
    )


def _voucher_back(event: e.VoucherReturned) -> tuple[Entry, ...]:
    out = event.amount_minor + event.rounding_minor
    return (
        Entry(_LIABILITY[event.kind], event.amount_minor, event.code),
        Entry("rounding", event.rounding_minor, event.code),
        Entry(f"drawer:{event.shift_id}", -out, event.code),
    )


def _points(debit: str, credit: str, amount_minor: int, document: str) -> tuple[Entry, ...]:
    return (Entry(debit, amount_minor, document), Entry(credit, -amount_minor, document))


def _float_adjusted(event: e.FloatAdjusted) -> tuple[Entry, ...]:
    change = event.float_minor - event.was_minor
    return (
        Entry(f"drawer:{event.shift_id}", change, event.shift_id),
        Entry("safe", -change, event.shift_id),
    )


def _cash_moved(event: e.CashMoved) -> tuple[Entry, ...]:
    other = {"drop": "safe", "tips": "tips"}.get(event.kind, "cash_in_out")
    return (
        Entry(f"drawer:{event.shift_id}", event.amount_minor, event.shift_id),
        Entry(other, -event.amount_minor, event.shift_id),
    )


def _shift_closed(event: e.ShiftClosed) -> tuple[Entry, ...]:
    drawer = f"drawer:{event.shift_id}"
    abroad = [
        entry
        for each in event.foreign
        for entry in (
            Entry(f"foreign:{each.currency}", each.over_minor, event.shift_id),
            Entry("over_short", -each.over_minor, event.shift_id),
            Entry(f"foreign:{each.currency}", -each.worth_minor - each.over_minor, event.shift_id),
            Entry("safe", each.worth_minor + each.over_minor, event.shift_id),
        )
    ]
    return (
        *abroad,
        Entry(drawer, event.over_minor, event.shift_id),
        Entry("over_short", -event.over_minor, event.shift_id),
        Entry(drawer, -event.counted_minor, event.shift_id),
        Entry("safe", event.counted_minor, event.shift_id),
    )


def _shift_opened(event: e.ShiftOpened) -> tuple[Entry, ...]:
    return (
        Entry(f"drawer:{event.shift_id}", event.float_minor, event.shift_id),
        Entry("safe", -event.float_minor, event.shift_id),
    )


def _tender_corrected(event: e.TenderCorrected) -> tuple[Entry, ...]:
    return (
        *_undone(_payment(event.was, event.check_id, "guests")),
        *_payment(event.payment, event.check_id, "guests"),
    )


_POSTINGS: dict[type, Callable[..., tuple[Entry, ...]]] = {
    e.PaymentTaken: lambda event: _payment(event.payment, event.check_id, "guests"),
    e.PaymentUnallocated: lambda event: _payment(event.payment, event.check_id, "suspense"),
    e.CheckClosed: _sale,
    e.CheckReopened: lambda event: _undone(_sale(event)),
    e.TenderCorrected: _tender_corrected,
    e.SuspenseSettled: _suspense,
    e.VoucherSold: lambda event: _payment(event.payment, event.code, _LIABILITY[event.kind]),
    e.VoucherReturned: _voucher_back,
    e.AccountPaid: lambda event: _payment(
        event.payment, event.account_id, f"account:{event.account_id}"
    ),
    e.PointsEarned: lambda event: _points(
        "points_given", "points", event.amount_minor - event.withheld_minor, event.check_id
    ),
    e.PointsTakenBack: lambda event: _points(
        "points", "points_given", event.amount_minor, event.check_id
    ),
    e.PointsExpired: lambda event: _points(
        "points", "points_expired", event.amount_minor, event.card
    ),
    e.ShiftOpened: _shift_opened,
    e.FloatAdjusted: _float_adjusted,
    e.CashMoved: _cash_moved,
    e.ShiftClosed: _shift_closed,
}


def entries(event: object, charged: tuple[int, int], closed: bool) -> tuple[Entry, ...]:
    """The postings of an event, without the zero ones.

    `charged` is the amount and tip of the room charge the event settles, `closed` whether the
    refunded check was closed: what the state knew before the event.
    """
    post = _POSTINGS.get(type(event))
    if post is not None:
        made = post(event)
    elif isinstance(event, e.RoomChargePosted):
        made = (
            Entry("room", sum(charged), event.check_id),
            Entry("guests", -sum(charged), event.check_id),
        )
    elif isinstance(event, e.PaymentRefunded):
        made = _refund(event, closed)
    else:
        return ()
    kept = tuple(entry for entry in made if entry.amount_minor)
    assert sum(entry.amount_minor for entry in kept) == 0, "an event's entries must balance"
    return kept
