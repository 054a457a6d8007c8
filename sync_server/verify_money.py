"""What must hold of money in a front database: ledger, drawers, checks, shifts and room charges.

Each function names its invariant of reliability 3.1. Neighbour: `verify` runs them all.
"""

from collections import Counter
from collections.abc import Iterator

from sync_server.domain import events as e
from sync_server.domain.checks import Check, balance, totals_of

from .verify_books import Books, Finding

ON_A_SHIFT = e.CashMoved | e.DrawerCounted | e.CheckClosed | e.PaymentRefunded


def ledger(books: Books) -> Iterator[Finding]:
    """I-4: the entries of each event sum to zero, guests owe what checks say, and are owed the
    points that are on their cards."""
    sums: Counter[int] = Counter()
    accounts: Counter[str] = Counter()
    for row in books.ledger:
        sums[row.n] += row.amount_minor
        accounts[row.account] += row.amount_minor
    for n, total in sums.items():
        if total:
            yield Finding("I-4", f"event {n}", f"its entries sum to {total}")
        if n > len(books.journal):
            yield Finding("I-4", f"event {n}", "has entries and is not in the journal")
    paid = Counter[str]()
    for event in books.events:
        if isinstance(event, e.PaymentTaken):
            paid[event.payment.tender] += event.payment.amount_minor + event.payment.tip_minor
        elif isinstance(event, e.PaymentUnallocated):
            paid["suspense"] += event.payment.amount_minor + event.payment.tip_minor
        elif isinstance(event, e.SuspenseSettled):
            paid["suspense"] -= event.payment.amount_minor + event.payment.tip_minor
    if accounts["suspense"] != -paid["suspense"]:
        yield Finding(
            "I-4", "suspense", f"{-accounts['suspense']} booked, {paid['suspense']} taken"
        )
    held = sum(card.balance_minor for card in books.venue.club.values())
    if accounts["points"] != -held:
        yield Finding("I-4", "points", f"{-accounts['points']} booked, {held} on the cards")
    yield from _guests(books, accounts["guests"])


def _guests(books: Books, booked: int) -> Iterator[Finding]:
    """I-4: payments = closed checks + tips + what open checks have been paid so far."""
    paid: Counter[str] = Counter()
    tips: Counter[str] = Counter()
    closed: set[str] = set()
    charges: dict[str, e.RoomChargeAsked] = {}
    for event in books.events:
        match event:
            case e.PaymentTaken():
                paid[event.check_id] += event.payment.amount_minor
                tips[event.check_id] += event.payment.tip_minor
            case e.RoomChargeAsked():
                charges[event.charge_id] = event
            case e.RoomChargePosted():
                asked = charges[event.charge_id]
                paid[event.check_id] += asked.amount_minor
                tips[event.check_id] += asked.tip_minor
            case e.PaymentRefunded() if event.check_id not in closed:
                paid[event.check_id] -= event.amount_minor
                tips[event.check_id] -= event.tip_minor
            case e.SuspenseSettled() if event.outcome == "allocated":
                paid[event.check_id] += event.payment.amount_minor
                tips[event.check_id] += event.payment.tip_minor
            case e.CheckReopened():
                closed.discard(event.check_id)
            case e.CheckClosed():
                if event.check_id in closed:
                    yield Finding("I-4", f"check {event.number}", "was closed twice")
                closed.add(event.check_id)
                total = event.totals.total_minor
                if paid[event.check_id] != total or tips[event.check_id] != event.tips_minor:
                    what = f"closed at {total}, paid {paid[event.check_id]}"
                    yield Finding("I-4", f"check {event.number}", what)
    open_paid = sum(
        paid[check] + tips[check] for check in paid.keys() | tips.keys() if check not in closed
    )
    if booked != -open_paid:
        yield Finding("I-4", "guests", f"booked {booked}, open checks were paid {open_paid}")


def _house_cash(payment: e.Payment) -> int:
    """What a payment left in the drawer: what was given less the change; of foreign cash only
    the change, which was house money."""
    if payment.tender != "cash":
        return 0
    given = 0 if payment.currency else payment.tendered_minor
    return given - payment.change_minor


def drawers(books: Books) -> Iterator[Finding]:
    """I-4: a drawer holds float + cash in - cash out, in the shift's figures and in the ledger."""
    expected: Counter[str] = Counter()
    closed: dict[str, e.ShiftClosed] = {}
    for event in books.events:
        match event:
            case e.ShiftOpened():
                expected[event.shift_id] += event.float_minor
            case e.CashMoved():
                expected[event.shift_id] += event.amount_minor
            case e.FloatAdjusted():
                expected[event.shift_id] += event.float_minor - event.was_minor
            case e.PaymentTaken() | e.PaymentUnallocated() | e.VoucherSold() | e.AccountPaid():
                if event.payment.shift_id not in closed:
                    expected[event.payment.shift_id] += _house_cash(event.payment)
            case e.PaymentRefunded() if event.tender == "cash":
                back = event.amount_minor + event.tip_minor + event.rounding_minor
                expected[event.shift_id] -= back
            case e.VoucherReturned():
                expected[event.shift_id] -= event.amount_minor + event.rounding_minor
            case e.TenderCorrected():
                change = _house_cash(event.payment) - _house_cash(event.was)
                expected[event.shift_id] += change
            case e.SuspenseSettled() if event.outcome == "returned":
                expected[event.shift_id] -= _house_cash(event.payment)
            case e.ShiftClosed():
                closed[event.shift_id] = event
                if event.expected_minor != expected[event.shift_id]:
                    what = f"expected {event.expected_minor}, moved {expected[event.shift_id]}"
                    yield Finding("I-4", f"Z {event.z_no}", what)
    for shift in books.venue.shifts.values():
        z = closed.get(shift.shift_id)
        if z is not None and shift.drawer_minor != z.expected_minor:
            what = f"its Z said {z.expected_minor}, it says {shift.drawer_minor} now"
            yield Finding("I-14", f"Z {z.z_no}", what)
        if shift.state != "closed" and shift.drawer_minor != expected[shift.shift_id]:
            what = f"says {shift.drawer_minor}, moved {expected[shift.shift_id]}"
            yield Finding("I-4", f"drawer {shift.drawer}", what)


def checks(books: Books) -> Iterator[Finding]:
    """I-4: a check's lines, discounts, tax and service give its total; no balance is negative."""
    for check in (*books.venue.checks.values(), *books.venue.closed.values()):
        yield from _check(check)


def _check(check: Check) -> Iterator[Finding]:
    where = f"check {check.number}"
    totals = totals_of(check)
    gross = sum(line.gross_minor for line in check.live)
    if totals.gross_minor != gross:
        yield Finding("I-4", where, f"gross {totals.gross_minor}, its lines {gross}")
    # Prices may contain the tax; of a check without tax it is taken off again.
    tax = -totals.exempt_minor if check.tax_inclusive else totals.tax_minor
    priced = totals.gross_minor - totals.discount_minor + totals.surcharge_minor
    total = priced + totals.service_minor + tax
    if totals.total_minor != total:
        yield Finding("I-4", where, f"total {totals.total_minor}, its parts {total}")
    if balance(check) < 0:
        yield Finding("I-4", where, f"its balance is {balance(check)}")
    if check.state == "closed" and balance(check) != sum(p.refunded_minor for p in check.payments):
        yield Finding("I-4", where, "was closed with something left to pay")


def numbers(books: Books) -> Iterator[Finding]:
    """I-13: a check's number is unique in its day."""
    seen: dict[tuple[str, str], str] = {}
    for event in books.events:
        if isinstance(event, e.CheckOpened):
            key = (event.day, event.number)
            if key in seen:
                yield Finding("I-13", f"check {event.number}", f"two checks of {event.day} have it")
            seen[key] = event.check_id


def closed_shifts(books: Books) -> Iterator[Finding]:
    """I-14: nothing is booked to the drawer of a shift after its Z; the perpetual total grows."""
    closed: dict[str, int] = {}
    perpetual, z_no = 0, 0
    for n, event in enumerate(books.events, 1):
        if isinstance(event, e.ShiftClosed):
            if event.shift_id in closed:
                yield Finding("I-14", f"Z {event.z_no}", "its shift had been closed before")
            if event.perpetual_minor < perpetual or event.z_no != z_no + 1:
                yield Finding("I-14", f"Z {event.z_no}", "totals or numbers went back")
            perpetual, z_no = event.perpetual_minor, event.z_no
            closed[event.shift_id] = n
        elif getattr(event, "late_shift", 0):
            continue  # Said to be late: its drawer had no shift, and the day's close counts it.
        elif isinstance(event, ON_A_SHIFT) and event.shift_id in closed:
            what = f"{type(event).__name__} after the Z of its shift"
            yield Finding("I-14", f"event {n}", what)


def settled_once(books: Books) -> Iterator[Finding]:
    """I-10: a room charge is posted or refused once, never both."""
    ends: Counter[str] = Counter()
    for event in books.events:
        if isinstance(event, e.RoomChargePosted | e.RoomChargeRefused):
            ends[event.charge_id] += 1
    for charge_id, times in ends.items():
        if times > 1:
            yield Finding("I-10", f"charge {charge_id}", f"was settled {times} times")
