"""What holds at the till after any sequence of operations, sensible or not."""

from hypothesis import given, settings, strategies as st

from sync_server.domain import commands as c
from sync_server.domain.checks import HOLDING, balance
from sync_server.domain.decisions import open_matters
from sync_server.domain.ids import ChargeId, CheckId, PaymentId, ShiftId
from sync_server.domain.rejections import Accepted
from tests.builders import AHouse, a_line
from tests.domain.test_till import SH, K, a_check, booked

KINDS = ("in", "out", "drop", "tips")
Operation = tuple[str, int, int]

operations = st.lists(
    st.tuples(
        st.sampled_from(
            [
                *("order", "cash", "card", "voucher", "half", "refund", "refund_tip", "reopen"),
                *("close", "correct", "move", "float", "no_sale", "sell", "give_back", "lost"),
                *("returned", "kept", "allocated", "account"),
            ]
        ),
        st.integers(0, 5),
        st.integers(-100, 60_000),
    ),
    max_size=25,
)


def done(house: AHouse, step: int, operation: Operation) -> None:
    """One operation at the till; what makes no sense is refused and changes nothing."""
    what, which, amount = operation
    venue, new = house.venue, PaymentId(f"p{step}")
    known = [*venue.checks, *venue.closed] or [CheckId("none")]
    check_id = known[which % len(known)]
    check = venue.check(check_id)
    due = balance(check) if check is not None and check.state == "open" else amount
    paid = check.payments[which % len(check.payments)] if check and check.payments else None
    of = paid.payment_id if paid else PaymentId("none")
    held = venue.suspense[0].payment if venue.suspense else None
    on_hold = held.payment_id if held else PaymentId("none")
    tip = max(0, amount) // 100
    match what:
        case "order":
            name = f"o{step}"
            a_check(a_line(f"l{step}"), house=house, name=name)
            return
        case "cash" | "card":
            command: object = c.TakePayment(check_id, new, SH, what, due, due + tip + 10, tip)
        case "half":
            command = c.TakePayment(check_id, new, SH, "cash", due // 2, due // 2)
        case "voucher":
            command = c.TakePayment(check_id, new, SH, "voucher", due, reference="V")
        case "refund":
            command = c.RefundPayment(check_id, new, of, SH, amount, "why")
        case "refund_tip":
            command = c.RefundPayment(check_id, new, of, SH, 0, "why", amount)
        case "reopen":
            command = c.ReopenCheck(check_id, SH, "why")
        case "close":
            command = c.CloseCheck(check_id, SH)
        case "correct":
            tender = "card" if which % 2 else "cash"
            command = c.CorrectTender(check_id, of, new, tender, "why")
        case "move":
            command = c.MoveCash(SH, KINDS[which % 4], amount, "why")
        case "float":
            command = c.AdjustFloat(SH, amount, "why")
        case "no_sale":
            command = c.OpenDrawer(SH, "why")
        case "sell":
            command = c.SellVoucher("V", "gift", new, SH, "cash", amount, amount + 10)
        case "give_back":
            command = c.ReturnVoucher("V", SH, "why")
        case "lost":
            command = c.TakePayment(CheckId("gone"), new, SH, "cash", amount, amount + tip, tip)
        case "account":
            command = c.PayAccount("dnipro", new, SH, "cash", amount, amount + 10)
        case _:
            command = c.SettleSuspense(on_hold, SH, what, "why", check_id)
    before = (venue.n, venue.shifts[SH])
    if not isinstance(house.do(command, by="nadia"), Accepted):
        assert (venue.n, venue.shifts[SH]) == before


@settings(max_examples=60, deadline=None)
@given(operations)
def test_money_agrees_after_any_sequence_of_operations(sequence: list[Operation]) -> None:
    house = a_check()
    for step, operation in enumerate(sequence):
        done(house, step, operation)
    venue, sums = house.venue, booked(house)
    shift = venue.shifts[SH]
    f = shift.figures
    # payments = closed checks + tips + suspense: what is left of them is on open checks
    on_open = sum(
        p.amount_minor - p.refunded_minor + p.tip_minor - p.refunded_tip_minor
        for check in venue.checks.values()
        for p in check.payments
        if p.state in HOLDING
    )
    assert sums["guests"] == -on_open
    waiting = sum(x.payment.amount_minor + x.payment.tip_minor for x in venue.suspense)
    assert sums["suspense"] == -waiting
    assert sums["vouchers"] == -sum(v.left_minor for v in venue.vouchers.values())
    # drawer = float + in - out
    moved = f.cash_in_minor - f.cash_out_minor - f.drops_minor - f.tips_paid_minor
    cash = f.cash_minor - f.cash_refunds_minor
    assert shift.drawer_minor == shift.float_minor + cash + moved == sums[f"drawer:{SH}"]
    assert sum(sums.values()) == 0
    # what guests owed is what they paid: sales + tips = payments of closed checks - refunds
    sold = sum(minor for account, minor in sums.items() if account.startswith(("sales", "tax")))
    back = sum(minor for account, minor in sums.items() if account.startswith("refunds"))
    on_closed = sum(
        p.amount_minor + p.tip_minor - p.refunded_minor - p.refunded_tip_minor
        for check in venue.closed.values()
        for p in check.payments
        if p.state == "done"
    )
    tips = sums["tips"] - f.tips_paid_minor
    assert on_closed == -(sold + back + tips)
    # refunds sum per tax rate
    for rate in {tax.rate_bp for tax in (*f.taxes, *f.refund_taxes)}:
        kept = sum(tax.tax_minor for tax in f.taxes if tax.rate_bp == rate)
        given = sum(tax.tax_minor for tax in f.refund_taxes if tax.rate_bp == rate)
        assert sums[f"tax:{rate}"] == -(kept - given)
    # each sale stands on one Z: those of shifts, less what was taken back, are the perpetual total
    assert f.sales_minor + f.reopened_minor == venue.perpetual_minor
    # X equals the next Z, and a closed shift never changes
    house.must(c.CountDrawer(SH, ()), by="nadia")
    house.must(c.CloseShift(SH, "all of it"), by="nadia")
    closed = venue.shifts[SH]
    assert closed.figures == f
    for step, operation in enumerate(sequence, len(sequence)):
        if operation[0] not in ("order",):
            done(house, step, operation)
    assert venue.shifts[SH] == closed


def test_a_sale_that_no_shift_was_open_for_stands_on_the_next_z() -> None:
    house = a_check()
    house.must(c.ChargeRoom(K, ChargeId("ch"), SH, "s1", "304", "Guest", 18_500), by="nadia")
    house.must(c.CountDrawer(SH, (c.DenominationCount(100_000, 2),)), by="nadia")
    house.must(c.CloseShift(SH), by="nadia")
    house.must(c.SettleCharge(ChargeId("ch"), "posted", "F1"))
    assert house.check().state == "closed"
    assert open_matters(house.venue)[-1] == "loose:1:18500"
    house.must(c.OpenShift(ShiftId("next"), "1", 0), by="nadia")
    f = house.venue.shifts[ShiftId("next")].figures
    assert (f.sales_minor, f.loose_count, f.checks) == (18_500, 1, 1)
    assert house.venue.perpetual_minor == 18_500
    assert not any(matter.startswith("loose") for matter in open_matters(house.venue))
