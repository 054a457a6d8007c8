"""What holds at the till after any sequence of operations, sensible or not."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from hypothesis import given, settings, strategies as st

from sync_server.domain import commands as c, events as e
from sync_server.domain.cards import WAITING
from sync_server.domain.checks import Check, balance
from sync_server.domain.decisions import open_matters
from sync_server.domain.ids import ChargeId, CheckId, LineId, PaymentId, ShiftId, StaffId
from sync_server.domain.menu import CardTerminal, Currency
from sync_server.domain.records import FigureRow
from sync_server.domain.rejections import Accepted
from tests.builders import AHouse, a_line, a_menu
from tests.domain.test_room_reversals import booked
from tests.domain.test_till import SH, K, a_check

KINDS = ("in", "out", "drop", "tips")
RIGHTS_LENT = ("refund", "reopen", "cash_in_out", "settle_suspense")
HOUR = 3_600_000
Operation = tuple[str, int, int]
"""What is done, which of several, how much."""


@dataclass(frozen=True, slots=True)
class Step:
    """What an operation finds: the house, ids of its own, a check with what is due, a payment."""

    house: AHouse
    number: int
    which: int
    amount: int
    check: Check | None
    check_id: CheckId
    new: PaymentId
    of: PaymentId

    @property
    def due(self) -> int:
        """What the check still owes."""
        open_one = self.check is not None and self.check.state == "open"
        return balance(self.check) if self.check is not None and open_one else self.amount

    @property
    def tip(self) -> int:
        """A small one."""
        return max(0, self.amount) // 100

    def pay(self, tender: str, reference: str = "", part: int = 1) -> c.TakePayment:
        """What is due, or a part of it, by a tender."""
        due = self.due // part
        given = due + self.tip + 10
        return c.TakePayment(self.check_id, self.new, SH, tender, due, given, self.tip, reference)


def _euros(step: Step) -> object:
    given = max(1, step.due // 4_450 + 1) * 100
    paid = c.TakePayment(step.check_id, step.new, SH, "cash", step.due)
    return replace(paid, currency="EUR", foreign_minor=given)


def _terminal_says(step: Step) -> object:
    """About the request that waits longest: what was asked, more, less, nothing, or no word."""
    waiting = [one for one in step.house.venue.cards.values() if one.state in WAITING]
    if not waiting:
        return c.LookAtCard(step.new)
    asked = waiting[0]
    if step.which == 5:
        return c.ResolveCard(asked.payment_id, step.amount % 2 == 0)
    outcome = ("approved", "approved", "approved", "declined", "unknown")[step.which]
    moved = asked.full_minor + (0, 0, 500)[step.which] if step.which < 3 else 0
    tip = asked.tip_minor if step.which else 0
    return c.SettleCard(asked.payment_id, outcome, moved, tip, f"slip{step.number}")


def _room(step: Step) -> object:
    charge = ChargeId(f"ch{step.number}")
    due = step.due // (1 + step.which % 2)
    return c.ChargeRoom(step.check_id, charge, SH, "stay", "304", "Guest", due, step.tip)


def _hotel_says(step: Step) -> object:
    charges = [x for x in step.house.venue.charges.values() if x.state not in ("posted", "refused")]
    charge = charges[0].charge_id if charges else ChargeId("none")
    outcome = ("posted", "posted", "posted", "refused", "unknown", "deferred")[step.which]
    return c.SettleCharge(charge, outcome, f"F{step.number}")


def _take_back_room(step: Step) -> object:
    charges = list(step.house.venue.charges)
    charge = charges[step.which % len(charges)] if charges else ChargeId("none")
    return c.ReverseCharge(charge, ChargeId(f"back{step.number}"), SH, "wrong guest")


def _split(step: Step) -> object:
    lines = step.check.lines if step.check is not None else ()
    line = lines[step.which % len(lines)].line_id if lines else LineId("none")
    move = c.Move(line, (500, 1_000)[step.which % 2], LineId(f"part{step.number}"))
    to = CheckId(f"s{step.number}")
    return c.MoveLines(step.check_id, to, (move,), f"T1-s{step.number}")


def _settle(outcome: str) -> Callable[[Step], object]:
    def settle(step: Step) -> object:
        held = step.house.venue.suspense
        of = held[0].payment.payment_id if held else PaymentId("none")
        return c.SettleSuspense(of, SH, outcome, "why", step.check_id)

    return settle


def _lend(step: Step) -> object:
    right = RIGHTS_LENT[step.which % len(RIGHTS_LENT)]
    until = step.house.now_ms + HOUR
    return c.LendRights(f"loan{step.number}", StaffId("olena"), (right,), until, "holiday")


def _correct(step: Step) -> object:
    tender = "card" if step.which % 2 else "cash"
    return c.CorrectTender(step.check_id, step.of, step.new, tender, "why")


def _sell(kind: str) -> Callable[[Step], object]:
    code, tender = kind[0].upper(), "cash" if kind == "gift" else "card"

    def sell(step: Step) -> object:
        given = step.amount + 10 if tender == "cash" else 0
        return c.SellVoucher(code, kind, step.new, SH, tender, step.amount, given)

    return sell


def _refund(step: Step) -> object:
    return c.RefundPayment(step.check_id, step.new, step.of, SH, step.amount, "why")


def _back_to_card(step: Step) -> object:
    return c.BackToCard(step.check_id, step.new, step.of, SH, step.amount, "why")


def _lost(step: Step) -> object:
    """Money for a check that nobody knows: a fact, which goes to suspense."""
    given = step.amount + step.tip
    return c.TakePayment(CheckId("gone"), step.new, SH, "cash", step.amount, given, step.tip)


def _invoice(step: Step) -> object:
    rows = (FigureRow("dinner", step.amount),)
    return c.PrintFigures("invoice", "acme", rows, step.amount)


OPERATIONS: dict[str, Callable[[Step], object]] = {
    "cash": lambda step: step.pay("cash"),
    "card": lambda step: step.pay("card"),
    "half": lambda step: step.pay("cash", part=2),
    "voucher": lambda step: step.pay("voucher", "G"),
    "deposit": lambda step: step.pay("deposit", "D", 2),
    "account": lambda step: replace(step.pay("account", "acme"), tip_minor=0),
    "euros": _euros,
    "ask_card": lambda step: c.AskCard(step.check_id, step.new, SH, step.due, step.tip),
    "terminal_says": _terminal_says,
    "back_to_card": _back_to_card,
    "room": _room,
    "hotel_says": _hotel_says,
    "take_back_room": _take_back_room,
    "split": _split,
    "refund": _refund,
    "refund_tip": lambda step: replace(
        c.RefundPayment(step.check_id, step.new, step.of, SH, 0, "why"), tip_minor=step.amount
    ),
    "reopen": lambda step: c.ReopenCheck(step.check_id, SH, "why"),
    "close": lambda step: c.CloseCheck(step.check_id, SH),
    "correct": _correct,
    "move": lambda step: c.MoveCash(SH, KINDS[step.which % 4], step.amount, "why"),
    "float": lambda step: c.AdjustFloat(SH, step.amount, "why"),
    "no_sale": lambda step: c.OpenDrawer(SH, "why"),
    "sell": _sell("gift"),
    "take_deposit": _sell("deposit"),
    "give_back": lambda step: c.ReturnVoucher("GD"[step.which % 2], SH, "why"),
    "lost": _lost,
    "returned": _settle("returned"),
    "kept": _settle("kept"),
    "allocated": _settle("allocated"),
    "pay_account": lambda step: c.PayAccount(
        "acme", step.new, SH, "cash", step.amount, step.amount + 10
    ),
    "invoice": _invoice,
    "lend": _lend,
    "take_back": lambda step: c.TakeBackRights(next(iter(step.house.venue.lent), "none")),
}
operations = st.lists(
    st.tuples(
        st.sampled_from(["order", *OPERATIONS]), st.integers(0, 5), st.integers(-100, 60_000)
    ),
    max_size=30,
)


def a_till() -> AHouse:
    """A check to pay, euros, and a terminal for cards at the drawer."""
    terminals = {"1": CardTerminal("ct1", "1", "127.0.0.1", 1)}
    menu = replace(a_menu(currencies=(Currency("EUR", 4_450),)), card_terminals=terminals)
    return a_check(house=AHouse(menu))


def done(house: AHouse, number: int, operation: Operation) -> None:
    """One operation at the till; what makes no sense is refused and changes nothing. A waiter does
    some of them, who has no right to most until it is lent."""
    what, which, amount = operation
    venue = house.venue
    if what == "order":
        a_check(a_line(f"l{number}"), house=house, name=f"o{number}")
        return
    known = [*venue.checks, *venue.closed] or [CheckId("none")]
    check_id = known[which % len(known)]
    check = venue.check(check_id)
    paid = check.payments[which % len(check.payments)] if check and check.payments else None
    of = paid.payment_id if paid else PaymentId("none")
    new = PaymentId(f"p{number}")
    step = Step(house, number, which, amount, check, check_id, new, of)
    before = (venue.n, venue.shifts[SH])
    by = "olena" if which == 4 and what not in ("lend", "invoice") else "nadia"
    if not isinstance(house.do(OPERATIONS[what](step), by=by), Accepted):
        assert (venue.n, venue.shifts[SH]) == before


def payments_are_accounted_for(house: AHouse, sums: Counter[str]) -> None:
    """Payments = closed checks + tips + suspense, and what is on open checks; every debt of the
    house and to it stands in the ledger as it stands in the venue."""
    venue = house.venue

    def held(checks: Iterable[Check]) -> int:
        return sum(
            p.amount_minor - p.refunded_minor + p.tip_minor - p.refunded_tip_minor
            for check in checks
            for p in check.payments
            if p.state == "done"
        )

    assert sums["guests"] == -held(venue.checks.values())
    sold = sum(minor for account, minor in sums.items() if account.startswith(("sales", "tax")))
    back = sum(minor for account, minor in sums.items() if account.startswith("refunds"))
    tips = sums["tips"] - venue.shifts[SH].figures.tips_paid_minor
    assert held(venue.closed.values()) == -(sold + back + tips)
    waiting = sum(x.payment.amount_minor + x.payment.tip_minor for x in venue.suspense)
    assert sums["suspense"] == -waiting
    for kind, account in (("gift", "vouchers"), ("deposit", "deposits")):
        left = sum(v.left_minor for v in venue.vouchers.values() if v.kind == kind)
        assert sums[account] == -left
    assert sums["account:acme"] == venue.owed.get("acme", 0)
    posted = [x for x in venue.charges.values() if x.state == "posted"]
    assert sums["room"] == sum(x.amount_minor + x.tip_minor for x in posted)


def the_drawer_agrees(house: AHouse, sums: Counter[str]) -> None:
    """Drawer = float + in - out; taxes are those of sales less those of refunds, rate by rate."""
    shift = house.venue.shifts[SH]
    f = shift.figures
    moved = f.cash_in_minor - f.cash_out_minor - f.drops_minor - f.tips_paid_minor
    cash = f.cash_minor - f.cash_refunds_minor
    assert shift.drawer_minor == shift.float_minor + cash + moved == sums[f"drawer:{SH}"]
    back = [event for event in house.happened(e.PaymentRefunded) if event.tender == "card"]
    card_back = sum(event.amount_minor + event.tip_minor for event in back)
    by_tender = {each.tender: each.amount_minor for each in f.tenders}
    assert sums["card"] == f.card_minor - card_back == by_tender.get("card", 0) - card_back
    assert sums["rounding"] == -f.rounding_minor
    for rate in {tax.rate_bp for tax in (*f.taxes, *f.refund_taxes)}:
        kept = sum(tax.tax_minor for tax in f.taxes if tax.rate_bp == rate)
        given = sum(tax.tax_minor for tax in f.refund_taxes if tax.rate_bp == rate)
        assert sums[f"tax:{rate}"] == -(kept - given)
    # each sale stands on one Z: those of shifts, less what was taken back, are the perpetual total
    assert f.sales_minor + f.reopened_minor == house.venue.perpetual_minor


@settings(max_examples=60, deadline=None)
@given(operations)
def test_money_agrees_after_any_sequence_of_operations(sequence: list[Operation]) -> None:
    house = a_till()
    for step, operation in enumerate(sequence):
        done(house, step, operation)
    venue, sums = house.venue, booked(house)
    assert sum(sums.values()) == 0
    payments_are_accounted_for(house, sums)
    the_drawer_agrees(house, sums)
    # X equals the next Z, and a closed shift never changes
    figures = venue.shifts[SH].figures
    house.must(c.CountDrawer(SH, ()), by="nadia")
    house.must(c.CloseShift(SH, "all of it"), by="nadia")
    closed = venue.shifts[SH]
    assert closed.figures == figures
    for step, operation in enumerate(sequence, len(sequence)):
        if operation[0] != "order":
            done(house, step, operation)
    assert venue.shifts[SH] == closed


def test_foreign_money_on_suspense_goes_back_in_house_money_and_the_notes_stay() -> None:
    house = a_till()
    house.must(c.TakePayment(K, PaymentId("p"), SH, "card", 18_500), by="nadia")
    euros = c.TakePayment(K, PaymentId("e"), SH, "cash", 4_000, currency="EUR", foreign_minor=100)
    house.must(euros, by="nadia")
    assert house.venue.shifts[SH].drawer_minor == 200_000 - 450
    house.must(c.SettleSuspense(PaymentId("e"), SH, "returned", "not theirs"), by="nadia")
    shift = house.venue.shifts[SH]
    assert (shift.drawer_minor, shift.figures.foreign[0].amount_minor) == (195_550, 100)
    sums = booked(house)
    assert (sums[f"drawer:{SH}"], sums["foreign:EUR"], sums["suspense"]) == (195_550, 4_450, 0)
    the_drawer_agrees(house, sums)


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
