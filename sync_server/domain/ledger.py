"""Double entry behind the till: each event's money as balanced, immutable entries.

`amount_minor` is signed: positive is debit. The entries of one event sum to zero, always; a
correction is a new event with its own entries. Accounts: `guests` (what checks owe), `sales:`,
`tax:` by rate, `tips`, `drawer:` per shift, `safe`, `card`, `room`, `rounding`, `refunds`,
`suspense`, `cash_in_out`, `over_short`. `front_office` writes them in the event's transaction.
"""

from dataclasses import dataclass

from . import events as e


@dataclass(frozen=True, slots=True)
class Entry:
    """One side of a posting; `document` is the check, shift or charge it belongs to."""

    account: str
    amount_minor: int
    document: str


def _payment(payment: e.Payment, check_id: str, against: str) -> tuple[Entry, ...]:
    due = payment.amount_minor + payment.tip_minor
    taken = due + payment.rounding_minor
    place = f"drawer:{payment.shift_id}" if payment.tender == "cash" else payment.tender
    return (
        Entry(place, taken, check_id),
        Entry(against, -due, check_id),
        Entry("rounding", -payment.rounding_minor, check_id),
    )


def _sale(event: e.CheckClosed) -> tuple[Entry, ...]:
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
    place = f"drawer:{event.shift_id}" if event.tender == "cash" else event.tender
    return (
        Entry("refunds" if closed else "guests", event.amount_minor, event.check_id),
        Entry("rounding", event.rounding_minor, event.check_id),
        Entry(place, -(event.amount_minor + event.rounding_minor), event.check_id),
    )


def _cash_moved(event: e.CashMoved) -> tuple[Entry, ...]:
    other = "safe" if event.kind == "drop" else "cash_in_out"
    return (
        Entry(f"drawer:{event.shift_id}", event.amount_minor, event.shift_id),
        Entry(other, -event.amount_minor, event.shift_id),
    )


def _shift_closed(event: e.ShiftClosed) -> tuple[Entry, ...]:
    drawer = f"drawer:{event.shift_id}"
    return (
        Entry(drawer, event.over_minor, event.shift_id),
        Entry("over_short", -event.over_minor, event.shift_id),
        Entry(drawer, -event.counted_minor, event.shift_id),
        Entry("safe", event.counted_minor, event.shift_id),
    )


def entries(event: object, charged: tuple[int, int], closed: bool) -> tuple[Entry, ...]:
    """The postings of an event, without the zero ones.

    `charged` is the amount and tip of the room charge the event settles, `closed` whether the
    refunded check was closed: what the state knew before the event.
    """
    made: tuple[Entry, ...] = ()
    match event:
        case e.PaymentTaken():
            made = _payment(event.payment, event.check_id, "guests")
        case e.PaymentUnallocated():
            made = _payment(event.payment, event.check_id, "suspense")
        case e.RoomChargePosted():
            made = (
                Entry("room", sum(charged), event.check_id),
                Entry("guests", -sum(charged), event.check_id),
            )
        case e.PaymentRefunded():
            made = _refund(event, closed)
        case e.CheckClosed():
            made = _sale(event)
        case e.ShiftOpened():
            made = (
                Entry(f"drawer:{event.shift_id}", event.float_minor, event.shift_id),
                Entry("safe", -event.float_minor, event.shift_id),
            )
        case e.CashMoved():
            made = _cash_moved(event)
        case e.ShiftClosed():
            made = _shift_closed(event)
    kept = tuple(entry for entry in made if entry.amount_minor)
    assert sum(entry.amount_minor for entry in kept) == 0, "an event's entries must balance"
    return kept
