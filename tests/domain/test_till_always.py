"""What holds at the till after any sequence of operations, sensible or not."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from random import Random

from hypothesis import given, settings, strategies as st

from sync_server.domain import commands as c, events as e, figures
from sync_server.domain.cards import WAITING
from sync_server.domain.checks import Check, balance
from sync_server.domain.decisions import open_matters
from sync_server.domain.ids import ChargeId, CheckId, LineId, PaymentId, ShiftId, StaffId
from sync_server.domain.menu import CardTerminal, Currency, PointRules
from sync_server.domain.records import FigureRow
from sync_server.domain.rejections import Accepted
from sync_server.domain.shifts import purse_of
from tests.builders import AHouse, a_line, a_menu
from tests.domain.test_room_reversals import booked
from tests.domain.test_till import SH, K, a_check

KINDS = ("in", "out", "drop", "tips")
PURSE = purse_of("nadia")
RIGHTS_LENT = ("refund", "reopen", "cash_in_out", "settle_suspense")
HOUR = 3_600_000
EVENINGS, OPERATIONS_OF_AN_EVENING = 40, 120
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


def _charge(step: Step, state: str) -> ChargeId:
    """One that stands so, else any."""
    charges = step.house.venue.charges
    known = [key for key, one in charges.items() if one.state == state] or list(charges)
    return known[step.which % len(known)] if known else ChargeId("none")


def _take_back_room(step: Step) -> object:
    charge = _charge(step, "posted")
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


def _refund_tip(step: Step) -> object:
    """What is left of a tip, now and then another sum."""
    paid = step.check.payments if step.check is not None else ()
    left = sum(p.tip_minor - p.refunded_tip_minor for p in paid if p.payment_id == step.of)
    tip = left if step.which else step.amount
    return c.RefundPayment(step.check_id, step.new, step.of, SH, 0, "why", tip)


def _back_to_card(step: Step) -> object:
    """Of a card that the terminal charged, if there is one."""
    charged = [one for one in step.house.venue.cards.values() if one.state == "approved"]
    asked = charged[step.which % len(charged)] if charged else None
    of = (
        (asked.check_id, step.new, asked.payment_id)
        if asked
        else (step.check_id, step.new, step.of)
    )
    return c.BackToCard(*of, SH, step.amount, "why")


def _held(tender: str, code: str) -> Callable[[Step], object]:
    """What is due, as far as the voucher goes; now and then more than that."""

    def pay(step: Step) -> object:
        held, asked = step.house.venue.vouchers.get(code), step.pay(tender, code)
        if held is None or step.which == 0:
            return asked
        return replace(asked, amount_minor=min(asked.amount_minor, held.left_minor), tip_minor=0)

    return pay


def _lost(step: Step) -> object:
    """Money for a check that nobody knows: a fact, which goes to suspense."""
    given = step.amount + step.tip
    return c.TakePayment(CheckId("gone"), step.new, SH, "cash", step.amount, given, step.tip)


def _line(step: Step) -> LineId:
    lines = step.check.lines if step.check is not None else ()
    return lines[step.which % len(lines)].line_id if lines else LineId("none")


def _discount(step: Step) -> object:
    grant, which = f"g{step.number}", ("gold", "half", "sum")[step.which % 3]
    return c.GiveDiscount(step.check_id, grant, which, (), "sorry")


def _merge(step: Step) -> object:
    known = [*step.house.venue.checks]
    into = known[(step.amount + 1) % len(known)] if known else CheckId("none")
    return c.MergeChecks(step.check_id, into)


def _account_by(step: Step) -> object:
    """What a company owes, by a tender that is no coin."""
    tender, reference = (("bank", "T-7"), ("voucher", "G"), ("deposit", "D"), ("card", ""))[
        step.which % 4
    ]
    return c.PayAccount("acme", step.new, SH, tender, step.amount, 0, reference)


def _reception_says(step: Step) -> object:
    charge = _charge(step, "unknown")
    return c.ResolveCharge(charge, step.amount % 2 == 0)


def _purse(step: Step) -> object:
    """Taken when there is none; else counted, and then handed in."""
    purse = step.house.venue.shift_at(PURSE)
    if purse is None:
        return c.OpenShift(ShiftId(f"purse{step.number}"), PURSE, step.amount)
    if purse.state == "open":
        return c.CountDrawer(purse.shift_id, (c.DenominationCount(100, abs(step.amount)),))
    return c.CloseShift(purse.shift_id, "as it was")


def _from_purse(step: Step) -> object:
    """Cash of the latest purse, which may have been handed in since: then it comes late."""
    known = [x for x in step.house.venue.shifts.values() if x.drawer == PURSE]
    paid = step.pay("cash", part=1 + step.which % 2)
    return replace(paid, shift_id=known[-1].shift_id if known else ShiftId("none"))


def _purse_moves(step: Step) -> object:
    purse = step.house.venue.shift_at(PURSE)
    shift_id = purse.shift_id if purse is not None else ShiftId("none")
    return c.MoveCash(shift_id, KINDS[step.which % 4], step.amount, "why")


def _invoice(step: Step) -> object:
    rows = (FigureRow("dinner", step.amount),)
    return c.PrintFigures("invoice", "acme", rows, step.amount)


def _card_held(step: Step) -> object:
    """The guest's card, on a check that has no payment yet if there is one."""
    fresh = [one.check_id for one in step.house.venue.checks.values() if not one.payments]
    check_id = fresh[step.which % len(fresh)] if fresh else step.check_id
    return c.AttachClubCard(check_id, "CLUB")


def _by_points(step: Step) -> object:
    """A part of a check that has the card, if there is one."""
    on = [one for one in step.house.venue.checks.values() if one.club_card]
    check = on[step.which % len(on)] if on else step.check
    check_id = check.check_id if check else step.check_id
    due = balance(check) if on and check else step.due
    part = min(due, abs(step.amount) + 1)
    return c.TakePayment(check_id, step.new, SH, "points", part, reference="CLUB")


OPERATIONS: dict[str, Callable[[Step], object]] = {
    "cash": lambda step: step.pay("cash"),
    "card": lambda step: step.pay("card"),
    "qr": lambda step: step.pay("qr"),
    "half": lambda step: step.pay("cash", part=2),
    "voucher": _held("voucher", "G"),
    "deposit": _held("deposit", "D"),
    "account": lambda step: replace(step.pay("account", "acme"), tip_minor=0),
    "card_held": _card_held,
    "points": _by_points,
    "euros": _euros,
    "ask_card": lambda step: c.AskCard(step.check_id, step.new, SH, step.due, step.tip),
    "terminal_says": _terminal_says,
    "back_to_card": _back_to_card,
    "look": lambda step: c.LookAtCard(next(iter(step.house.venue.cards), step.new)),
    "room": _room,
    "hotel_says": _hotel_says,
    "take_back_room": _take_back_room,
    "split": _split,
    "refund": _refund,
    "refund_tip": _refund_tip,
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
    "account_by": _account_by,
    "reception_says": _reception_says,
    "cancel_card": lambda step: c.CancelCard(next(iter(step.house.venue.cards), step.new)),
    "void": lambda step: c.VoidLine(step.check_id, _line(step), 1_000, "guest-left", False),
    "comp": lambda step: c.CompLine(
        step.check_id, f"g{step.number}", _line(step), 1_000, "birthday"
    ),
    "discount": _discount,
    "service": lambda step: c.SetService(step.check_id, step.amount % 2_000),
    "no_tax": lambda step: c.ExemptTax(step.check_id, step.which % 2 == 0, "embassy"),
    "merge": _merge,
    "purse": _purse,
    "from_purse": _from_purse,
    "purse_moves": _purse_moves,
    "take_back": lambda step: c.TakeBackRights(next(iter(step.house.venue.lent), "none")),
}
AFTERWARDS = frozenset({"refund", "refund_tip", "reopen", "correct", "back_to_card"})
"""What is done with a check that is closed."""
operations = st.lists(
    st.tuples(
        st.sampled_from(["order", "order", "order", "order", *OPERATIONS]),
        st.integers(0, 5),
        st.one_of(st.integers(1, 4_000), st.integers(-100, 60_000)),
    ),
    max_size=30,
)


def a_till() -> AHouse:
    """A check to pay, euros, a terminal for cards at the drawer, and a guest's club card."""
    terminals = {"1": CardTerminal("ct1", "1", "127.0.0.1", 1)}
    plain = a_menu(currencies=(Currency("EUR", 4_450),), points=PointRules(2_000, 7_000))
    house = AHouse(replace(plain, card_terminals=terminals))
    house.must(c.IssueClubCard("CLUB"), by="nadia")
    a_check(house=house)
    house.must(c.AttachClubCard(K, "CLUB"))
    return house


def _checks_for(what: str, house: AHouse) -> list[CheckId]:
    """The checks with which an operation makes sense, if there are any."""
    venue = house.venue
    if what in AFTERWARDS:
        return [*venue.closed] or [*venue.checks]
    taken_up = [x.check_id for x in venue.checks.values() if x.payments and not balance(x)]
    return taken_up if what == "close" and taken_up else [*venue.checks] or [*venue.closed]


def done(house: AHouse, number: int, operation: Operation) -> bool:
    """One operation at the till, and whether it was accepted; what makes no sense is refused and
    changes nothing. A waiter does some of them, who has no right to most until it is lent."""
    what, which, amount = operation
    venue = house.venue
    if what == "order":
        a_check(a_line(f"l{number}"), a_line(f"m{number}"), house=house, name=f"o{number}")
        return True
    known = _checks_for(what, house) if which < 5 else [*venue.closed, *venue.checks]
    check_id = known[amount % len(known)] if known else CheckId("none")
    check = venue.check(check_id)
    paid = check.payments[which % len(check.payments)] if check and check.payments else None
    of = paid.payment_id if paid else PaymentId("none")
    new = PaymentId(f"p{number}")
    step = Step(house, number, which, amount, check, check_id, new, of)
    before = (venue.n, dict(venue.shifts))
    by = "olena" if which == 4 and what not in ("lend", "invoice") else "nadia"
    accepted = isinstance(house.do(OPERATIONS[what](step), by=by), Accepted)
    if not accepted:
        assert (venue.n, dict(venue.shifts)) == before
    for shift_id, shift in before[1].items():
        assert shift.state != "closed" or venue.shifts.get(shift_id, shift) == shift
    return accepted


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
    tips = sums["tips"] - sum(x.figures.tips_paid_minor for x in venue.shifts.values())
    assert held(venue.closed.values()) == -(sold + back + tips)
    waiting = sum(x.payment.amount_minor + x.payment.tip_minor for x in venue.suspense)
    assert sums["suspense"] == -waiting
    for kind, account in (("gift", "vouchers"), ("deposit", "deposits")):
        left = sum(v.left_minor for v in venue.vouchers.values() if v.kind == kind)
        assert sums[account] == -left
    assert sums["account:acme"] == venue.owed.get("acme", 0)
    assert sums["points"] == -venue.club["CLUB"].balance_minor <= 0
    posted = [x for x in venue.charges.values() if x.state == "posted"]
    assert sums["room"] == sum(x.amount_minor + x.tip_minor for x in posted)


def the_drawers_agree(house: AHouse, sums: Counter[str]) -> None:
    """Drawer = float + in - out, in each drawer and purse; what was handed in is gone from it, but
    for what came late. Tenders, rounding and taxes are those of all shifts together, taxes of sales
    less those of refunds, rate by rate."""
    venue = house.venue
    shifts, late = list(venue.shifts.values()), came_late(house)
    for shift in shifts:
        f = shift.figures
        moved = f.cash_in_minor - f.cash_out_minor - f.drops_minor - f.tips_paid_minor
        cash = f.cash_minor - f.cash_refunds_minor
        assert shift.drawer_minor == shift.float_minor + cash + moved
        here = sum(figures.cash_of(paid) for paid in late if paid.shift_id == shift.shift_id)
        there = here if shift.state == "closed" else shift.drawer_minor
        assert sums[f"drawer:{shift.shift_id}"] == there
    back = [event for event in house.happened(e.PaymentRefunded) if event.tender == "card"]
    card_back = sum(event.amount_minor + event.tip_minor for event in back)
    tenders = [x for shift in shifts for x in shift.figures.tenders if x.tender == "card"]
    cards = sum(shift.figures.card_minor for shift in shifts)
    assert sums["card"] == cards - card_back
    assert cards == sum(each.amount_minor for each in tenders)
    rounded = sum(shift.figures.rounding_minor for shift in shifts)
    assert sums["rounding"] == -rounded - sum(paid.rounding_minor for paid in late)
    sold = [tax for shift in shifts for tax in shift.figures.taxes]
    returned = [tax for shift in shifts for tax in shift.figures.refund_taxes]
    for rate in {tax.rate_bp for tax in (*sold, *returned)}:
        kept = sum(tax.tax_minor for tax in sold if tax.rate_bp == rate)
        given = sum(tax.tax_minor for tax in returned if tax.rate_bp == rate)
        assert sums[f"tax:{rate}"] == -(kept - given)
    # each sale stands on one Z: those of shifts, less what was taken back, are the perpetual total
    on_zs = sum(shift.figures.sales_minor + shift.figures.reopened_minor for shift in shifts)
    assert on_zs == venue.perpetual_minor


def came_late(house: AHouse) -> list[e.Payment]:
    """Payments for a purse that was handed in, with none in its place: no Z has them, the day's
    list does."""
    venue = house.venue
    taken = [event.payment for event in house.happened(e.PaymentTaken)]
    taken += [event.payment for event in house.happened(e.PaymentUnallocated)]
    late = [paid for paid in taken if paid.late_shift == venue.shifts[paid.shift_id].number]
    said = sum(each.amount_minor for each in venue.late)
    assert said == sum(paid.amount_minor + paid.tip_minor for paid in late)
    return late


@settings(max_examples=60, deadline=None)
@given(operations)
def test_money_agrees_after_any_sequence_of_operations(sequence: list[Operation]) -> None:
    house = a_till()
    for step, operation in enumerate(sequence):
        done(house, step, operation)
    all_agrees(house, sequence)


def test_money_agrees_after_long_evenings_in_which_everything_happens() -> None:
    """Drawn sequences are short and mostly refused; these are full, and no operation is missing."""
    happened: Counter[str] = Counter()
    for seed in range(EVENINGS):
        house, sequence = a_till(), an_evening(Random(seed))
        for step, operation in enumerate(sequence):
            happened[operation[0]] += done(house, step, operation)
        all_agrees(house, sequence[::4])
    assert {what for what in OPERATIONS if not happened[what]} == set()


def an_evening(rng: Random) -> list[Operation]:
    """Many orders, most of them paid, and whatever else may happen in between."""
    usual = ("cash", "card", "half", "room", "hotel_says", "ask_card", "terminal_says")
    kinds = ["order"] * 20 + [*usual * 2, "sell", "take_deposit", *OPERATIONS]
    return [
        (
            rng.choice(kinds),
            rng.randrange(6),
            rng.choice((rng.randrange(1, 3_000), rng.randrange(-100, 60_000))),
        )
        for _ in range(OPERATIONS_OF_AN_EVENING)
    ]


def all_agrees(house: AHouse, more: list[Operation]) -> None:
    """Every sum, now and after the Z of the drawer; `more` is tried at what is closed."""
    venue, sums = house.venue, booked(house)
    assert sum(sums.values()) == 0
    payments_are_accounted_for(house, sums)
    the_drawers_agree(house, sums)
    # X equals the next Z, and a closed shift never changes
    x = venue.shifts[SH].figures
    house.must(c.CountDrawer(SH, ()), by="nadia")
    house.must(c.CloseShift(SH, "all of it"), by="nadia")
    closed = venue.shifts[SH]
    assert closed.figures == x
    for step, operation in enumerate(more, 10_000):
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
    the_drawers_agree(house, sums)


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
