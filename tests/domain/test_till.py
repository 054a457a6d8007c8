"""Vouchers, house accounts, foreign cash and corrections: what must hold at the till."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import Stamp, balance
from sync_server.domain.ids import CheckId, LineId, PaymentId, ShiftId, StaffId
from sync_server.domain.ledger import entries
from sync_server.domain.menu import Currency
from sync_server.domain.rejections import CODES
from tests.builders import AHouse, a_line, a_menu

K = CheckId("k")
SH = ShiftId("sh")
P1, P2 = PaymentId("p1"), PaymentId("p2")
EURO = Currency("EUR", 4_450)


def a_check(*lines: c.NewLine, house: AHouse | None = None, name: str = "k") -> AHouse:
    """A check on which everything is sent: a borscht of 185.00 unless told otherwise."""
    house = house or AHouse()
    house.open(name, f"T1-{name}")
    house.add(name, *(lines or (a_line("l1"),)))
    house.send(name, *(line.line_id for line in house.check(name).lines))
    return house


def paid(house: AHouse, tender: str = "cash", tip: int = 0, by: str = "nadia") -> AHouse:
    """All that is due, paid at once."""
    due = balance(house.check())
    house.must(c.TakePayment(K, P1, SH, tender, due, due + tip + 10, tip), by=by)
    assert house.check().state == "closed"
    return house


def booked(house: AHouse) -> Counter[str]:
    """The ledger of everything that happened so far; each event is balanced by itself."""
    replay, sums = AHouse(house.menu, shift=False), Counter[str]()
    replay.venue = type(house.venue)()
    for event in house.events:
        closed = getattr(event, "check_id", "") in replay.venue.closed
        for entry in entries(event, (0, 0), closed):
            sums[entry.account] += entry.amount_minor
        replay.venue.apply(event, Stamp(replay.venue.n + 1, "T1"))
    return sums


def drawer(house: AHouse) -> int:
    """Cash that the shift expects."""
    return house.venue.shifts[SH].drawer_minor


# -- vouchers and deposits -----------------------------------------------------------------------
def test_a_voucher_is_a_debt_when_it_is_sold_and_a_sale_when_it_is_eaten() -> None:
    house = a_check()
    house.must(c.SellVoucher("G-1", "gift", P2, SH, "cash", 30_000, 50_000, "Ann"), by="nadia")
    assert (drawer(house), booked(house)["vouchers"]) == (230_000, -30_000)
    assert house.venue.shifts[SH].figures.sales_minor == 0
    house.must(c.TakePayment(K, P1, SH, "voucher", 18_500, reference="G-1"), by="nadia")
    assert house.check().state == "closed"
    assert house.venue.vouchers["G-1"].left_minor == 11_500
    assert (drawer(house), booked(house)["vouchers"]) == (230_000, -11_500)


def test_a_voucher_pays_no_more_than_is_left_not_after_its_day_and_not_twice() -> None:
    house = a_check()
    sell = c.SellVoucher("G-1", "gift", P2, SH, "card", 10_000, expires_ms=house.now_ms + 60_000)
    house.must(sell, by="nadia")
    assert house.refused(sell, by="nadia").code == "duplicate_id"
    pay = c.TakePayment(K, P1, SH, "voucher", 18_500, reference="G-1")
    assert house.refused(pay, by="nadia").params == {"voucher": "G-1", "left_minor": 10_000}
    assert house.refused(replace(pay, reference="G-2"), by="nadia").code == "no_voucher"
    assert house.refused(replace(pay, tender="deposit"), by="nadia").code == "no_voucher"
    house.server_link = False
    part = replace(pay, amount_minor=4_000)
    assert house.refused(part, by="nadia").code == "needs_server"
    house.server_link = True
    house.must(part, by="nadia")
    house.now_ms += 60_000
    assert house.refused(replace(part, payment_id=P2), by="nadia").code == "voucher_expired"


def test_a_deposit_pays_a_part_and_the_rest_of_it_goes_back() -> None:
    house = a_check()
    house.must(c.SellVoucher("D-1", "deposit", P2, SH, "cash", 50_000, 50_000), by="nadia")
    house.must(c.TakePayment(K, P1, SH, "deposit", 18_500, reference="D-1"), by="nadia")
    house.must(c.ReturnVoucher("D-1", SH, "fewer guests came"), by="nadia")
    assert drawer(house) == 200_000 + 18_500
    assert booked(house)["deposits"] == 0
    again = house.refused(c.ReturnVoucher("D-1", SH, "again"), by="nadia")
    assert again.code == "voucher_short"


def test_a_refund_of_a_voucher_payment_comes_back_to_the_voucher() -> None:
    house = a_check()
    house.must(c.SellVoucher("G-1", "gift", P2, SH, "card", 20_000), by="nadia")
    house.must(c.TakePayment(K, P1, SH, "voucher", 18_500, reference="G-1"), by="nadia")
    house.must(c.RefundPayment(K, PaymentId("r"), P1, SH, 8_500, "cold soup"), by="nadia")
    assert house.venue.vouchers["G-1"].left_minor == 10_000
    assert drawer(house) == 200_000


# -- house accounts ------------------------------------------------------------------------------
def test_a_company_eats_now_and_pays_later_up_to_its_limit() -> None:
    house = a_check(a_line("l1", qty_milli=4_000))
    charge = c.TakePayment(K, P1, SH, "account", 74_000, reference="acme")
    house.must(charge, by="nadia")
    assert house.venue.owed == {"acme": 74_000}
    a_check(a_line("l2", qty_milli=2_000), house=house, name="k2")
    more = c.TakePayment(CheckId("k2"), P1, SH, "account", 37_000, reference="acme")
    manager = house.menu.roles["manager"]
    waiter = replace(house.menu.roles["waiter"], rights=("order", "house_account"))
    house.menu = replace(house.menu, roles={"manager": manager, "waiter": waiter})
    over = house.refused(more)
    assert (over.code, over.params["free_minor"]) == ("account_limit", 26_000)
    house.must(more, approver="nadia")
    assert house.venue.owed == {"acme": 111_000}


def test_money_towards_an_account_lowers_what_is_owed_and_more_becomes_credit() -> None:
    house = a_check()
    house.must(c.TakePayment(K, P1, SH, "account", 18_500, reference="acme"), by="nadia")
    house.must(c.PayAccount("acme", P2, SH, "cash", 20_000, 20_000), by="nadia")
    assert house.venue.owed == {"acme": -1_500}
    assert (drawer(house), booked(house)["account:acme"]) == (220_000, -1_500)
    assert house.refused(c.PayAccount("x", P2, SH, "cash", 1, 1), by="nadia").code == "no_account"


# -- foreign cash --------------------------------------------------------------------------------
def test_foreign_cash_is_changed_into_house_money_and_held_apart_in_the_count() -> None:
    house = a_check(house=AHouse(a_menu(currencies=(EURO,))))
    pay = c.TakePayment(K, P1, SH, "cash", 18_500, currency="EUR", foreign_minor=500)
    house.must(pay, by="nadia")
    (taken,) = house.happened(e.PaymentTaken)
    assert (taken.payment.tendered_minor, taken.payment.change_minor) == (22_250, 3_750)
    assert drawer(house) == 200_000 - 3_750
    counted = c.CountDrawer(SH, (c.DenominationCount(196_250, 1),), (c.ForeignMoney("EUR", 400),))
    house.must(counted, by="nadia")
    assert house.refused(c.CloseShift(SH), by="nadia").code == "no_reason"
    house.must(c.CloseShift(SH, "a euro fell under the bar"), by="nadia")
    (z,) = house.happened(e.ShiftClosed)
    assert z.over_minor == 0
    assert z.foreign == (e.ForeignOver("EUR", 500, 400, 22_250, -4_450),)
    sums = booked(house)
    assert (sums["foreign:EUR"], sums["over_short"]) == (0, 4_450)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"currency": "USD", "foreign_minor": 500}, "no_currency"),
        ({"currency": "EUR", "foreign_minor": 400}, "tendered_short"),
        ({"currency": "EUR", "foreign_minor": -1}, "bad_amount"),
        ({"currency": "EUR", "foreign_minor": 500, "tender": "card"}, "no_currency"),
    ],
)
def test_foreign_cash_that_cannot_be_is_refused(change: dict[str, object], code: str) -> None:
    house = a_check(house=AHouse(a_menu(currencies=(EURO,))))
    pay = replace(c.TakePayment(K, P1, SH, "cash", 18_500), **change)  # type: ignore[arg-type]
    assert house.refused(pay, by="nadia").code == code


# -- the drawer ----------------------------------------------------------------------------------
def test_the_worked_shift_of_the_rules_is_thirty_short() -> None:
    house = AHouse()
    a_check(a_line("l1", qty_milli=100_000), house=house)
    due = balance(house.check())
    house.must(c.TakePayment(K, P1, SH, "cash", due, due), by="nadia")
    house.must(c.RefundPayment(K, P2, P1, SH, 32_000, "cold"), by="nadia")
    house.must(c.MoveCash(SH, "in", 50_000, "courier"), by="nadia")
    house.must(c.MoveCash(SH, "out", 500_000 + due - 1_845_000, "courier"), by="nadia")
    assert drawer(house) == 1_563_000
    house.must(c.CountDrawer(SH, (c.DenominationCount(1_560_000, 1),)), by="nadia")
    house.must(c.CloseShift(SH, "count again tomorrow"), by="nadia")
    assert house.venue.shifts[SH].over_minor == -3_000


def test_what_a_waiter_owes_is_his_bank_and_cash_less_card_tips_paid_to_him() -> None:
    house = AHouse(shift=False)
    house.must(c.OpenShift(SH, "olena's own", 50_000), by="nadia")
    a_check(a_line("l1", "fries", 1_000), house=house)
    house.must(c.MoveCash(SH, "in", 624_000 - 8_500, "sales of the evening"), by="nadia")
    house.must(c.TakePayment(K, P1, SH, "cash", 8_500, 8_500), by="nadia")
    house.must(c.MoveCash(SH, "tips", 41_000, "card tips"), by="nadia")
    assert drawer(house) == 633_000
    assert house.venue.shifts[SH].figures.tips_paid_minor == 41_000
    assert booked(house)["tips"] == 41_000


def test_a_wrong_float_is_set_right_by_an_entry_of_its_own() -> None:
    house = AHouse()
    house.must(c.AdjustFloat(SH, 150_000, "one bundle less"), by="nadia")
    shift = house.venue.shifts[SH]
    assert (shift.float_minor, shift.drawer_minor) == (150_000, 150_000)
    assert booked(house)[f"drawer:{SH}"] == 150_000
    same = house.refused(c.AdjustFloat(SH, 150_000, "again"), by="nadia")
    assert same.code == "nothing_to_do"


def test_opening_the_drawer_without_a_sale_is_counted_and_needs_a_reason() -> None:
    house = AHouse()
    assert house.refused(c.OpenDrawer(SH, " "), by="nadia").code == "no_reason"
    house.must(c.OpenDrawer(SH, "change"), by="nadia")
    assert house.venue.shifts[SH].figures.no_sales == 1
    assert house.refused(c.OpenDrawer(SH, "change")).code == "not_allowed"


# -- corrections ---------------------------------------------------------------------------------
def test_a_reopened_check_keeps_its_number_and_its_sale_counts_once() -> None:
    house = paid(a_check(), "card", tip=1_000)
    perpetual = house.venue.perpetual_minor
    house.must(c.ReopenCheck(K, SH, "a dish was forgotten"), by="nadia")
    figures = house.venue.shifts[SH].figures
    assert (figures.sales_minor, figures.taxes[0].tax_minor, figures.checks) == (0, 0, 0)
    house.add("k", a_line("l2", "fries"))
    house.send("k", "l2")
    assert house.refused(c.CloseCheck(K, SH), by="nadia").params == {"due_minor": 8_500}
    house.must(c.TakePayment(K, P2, SH, "card", 8_500), by="nadia")
    check = house.check()
    assert (check.state, check.number) == ("closed", "T1-k")
    figures = house.venue.shifts[SH].figures
    assert (figures.sales_minor, figures.checks, figures.reopened_minor) == (27_000, 1, 18_500)
    assert house.venue.perpetual_minor - house.venue.returns_minor == perpetual + 8_500
    sums = booked(house)
    assert (sums["guests"], sums["tips"], sums["card"]) == (0, -1_000, 28_000)
    assert sums["sales:2000"] + sums["tax:2000"] == -27_000


def test_a_check_is_not_reopened_after_its_days_nor_once_money_went_back() -> None:
    house = paid(a_check())
    assert house.refused(c.ReopenCheck(K, SH, ""), by="nadia").code == "no_reason"
    assert house.refused(c.ReopenCheck(K, SH, "why not")).code == "not_allowed"
    house.now_ms += 15 * 24 * 3_600_000
    assert house.refused(c.ReopenCheck(K, SH, "late"), by="nadia").code == "reopen_late"
    house = paid(a_check())
    house.must(c.RefundPayment(K, P2, P1, SH, 500, "spot"), by="nadia")
    assert house.refused(c.ReopenCheck(K, SH, "more"), by="nadia").code == "tender_fixed"


def test_card_entered_as_cash_is_corrected_while_the_drawer_is_not_counted() -> None:
    house = paid(a_check(), "cash", tip=500)
    before = house.venue.shifts[SH].figures.tips_minor
    fix = c.CorrectTender(K, P1, P2, "card", "wrong button", "slip 17")
    house.must(fix, by="nadia")
    shift = house.venue.shifts[SH]
    assert (shift.drawer_minor, shift.figures.card_minor) == (200_000, 19_000)
    assert (shift.figures.tips_minor, shift.figures.corrections) == (before, 1)
    assert [(p.tender, p.state) for p in house.check().payments] == [
        ("cash", "corrected"),
        ("card", "done"),
    ]
    sums = booked(house)
    assert (sums[f"drawer:{SH}"], sums["card"], sums["guests"]) == (200_000, 19_000, 0)
    house.must(c.CountDrawer(SH, (c.DenominationCount(200_000, 1),)), by="nadia")
    back = c.CorrectTender(K, P2, PaymentId("p3"), "cash", "no, cash")
    assert house.refused(back, by="nadia").code == "shift_closed"


@pytest.mark.parametrize(
    ("outcome", "expected"),
    [("returned", {"drawer": 218_500}), ("kept", {"drawer": 237_000, "unclaimed": -18_500})],
)
def test_money_on_suspense_goes_back_or_is_kept_with_a_name_and_a_reason(
    outcome: str, expected: dict[str, int]
) -> None:
    house = paid(a_check())
    house.must(c.TakePayment(K, P2, SH, "cash", 18_500, 18_500), by="nadia")
    settle = c.SettleSuspense(P2, SH, outcome, "guest paid twice")
    house.must(settle, by="nadia")
    assert house.venue.suspense == ()
    sums = booked(house)
    assert sums["suspense"] == 0
    assert sums[f"drawer:{SH}"] == drawer(house) == expected["drawer"]
    assert sums["unclaimed"] == expected.get("unclaimed", 0)
    assert house.refused(settle, by="nadia").code == "no_suspense"


def test_money_on_suspense_can_pay_the_check_that_it_was_meant_for() -> None:
    house = paid(a_check())
    house.must(c.TakePayment(K, P2, SH, "cash", 18_500, 18_500), by="nadia")
    a_check(a_line("m"), house=house, name="k2")
    meant = c.SettleSuspense(P2, SH, "allocated", "the neighbour's bill", CheckId("k2"))
    house.must(meant, by="nadia")
    assert house.check("k2").state == "closed"
    assert (booked(house)["suspense"], booked(house)["guests"]) == (0, 0)


def test_a_refund_above_the_role_limit_needs_an_approval() -> None:
    house = paid(a_check())
    waiter = replace(
        house.menu.roles["waiter"], rights=("order", "refund"), refund_limit_minor=1_000
    )
    house.menu = replace(house.menu, roles=house.menu.roles | {"waiter": waiter})
    give = c.RefundPayment(K, P2, P1, SH, 5_000, "cold soup")
    assert house.refused(give).params == {"limit_minor": 1_000}
    house.must(give, approver="nadia")


def test_a_tip_is_given_back_apart_from_the_food() -> None:
    house = paid(a_check(), "cash", tip=2_000)
    tip = c.RefundPayment(K, P2, P1, SH, 0, "typed twice", tip_minor=2_000)
    house.must(tip, by="nadia")
    assert drawer(house) == 200_000 + 18_500
    assert booked(house)["tips"] == 0
    again = replace(tip, refund_id=PaymentId("r2"), tip_minor=1)
    assert house.refused(again, by="nadia").params == {"left_minor": 0}


@given(st.lists(st.integers(1, 30_000), min_size=1, max_size=6), st.booleans())
def test_refunds_in_any_pieces_add_up_to_the_sale_at_every_rate(
    pieces: list[int], inclusive: bool
) -> None:
    menu = a_menu(tax_inclusive=inclusive, service_bp=500)
    taxes = menu.taxes | {"low": replace(menu.taxes["vat"], tax_id="low", rate_bp=700)}
    fries = replace(menu.items["fries"], tax_id="low", price_minor=3_333)
    menu = replace(menu, taxes=taxes, items=menu.items | {"fries": fries})
    house = paid(a_check(a_line("l1"), a_line("l2", "fries"), house=AHouse(menu)), "card")
    (sale,) = house.happened(e.CheckClosed)
    left = sale.totals.total_minor
    for number, piece in enumerate([*pieces, left]):
        part = min(piece, left) if number < len(pieces) else left
        if part:
            refund = c.RefundPayment(K, PaymentId(f"r{number}"), P1, SH, part, "all of it")
            house.must(refund, by="nadia")
            left -= part
    sums = booked(house)
    for tax in sale.totals.taxes:
        assert sums[f"tax:{tax.rate_bp}"] == 0
        assert sums[f"sales:{tax.rate_bp}"] + sums[f"refunds:{tax.rate_bp}"] == 0
    assert sum(sums.values()) == 0


# -- time clock ----------------------------------------------------------------------------------
def test_the_time_clock_knows_who_is_here_and_how_long_the_breaks_were() -> None:
    house = AHouse()
    house.must(c.PunchClock("in"))
    assert house.refused(c.PunchClock("in")).code == "clock_state"
    house.must(c.PunchClock("break"))
    house.now_ms += 600_000
    house.must(c.PunchClock("back"))
    assert house.venue.present[StaffId("olena")].breaks_ms == 601_000
    assert house.refused(c.PunchClock("out", StaffId("olena")), by="ihor").code == "not_allowed"
    house.must(c.PunchClock("out", StaffId("olena")), by="nadia")
    assert house.venue.present == {}
    assert house.refused(c.PunchClock("back")).code == "clock_state"


def test_a_line_paid_by_nobody_is_no_way_to_close_a_check() -> None:
    house = a_check()
    house.must(c.VoidLine(K, LineId("l1"), 1_000, "guest-left", False), by="nadia")
    assert house.refused(c.CloseCheck(K, SH), by="nadia").code == "nothing_due"


# -- the count -----------------------------------------------------------------------------------
def counted(house: AHouse, *pieces: tuple[int, int]) -> None:
    """The drawer is counted."""
    counts = tuple(c.DenominationCount(face, count) for face, count in pieces)
    house.must(c.CountDrawer(SH, counts), by="nadia")


def a_careful_house() -> AHouse:
    """A drawer of 2,000.00 that is counted again when it does not agree; a cashier without more."""
    house = AHouse(a_menu(count_twice=True))
    rights = ("close_shift", "order", "take_cash")
    roles = {**house.menu.roles, "waiter": replace(house.menu.roles["waiter"], rights=rights)}
    house.menu = replace(house.menu, roles=roles)
    return house


def test_a_drawer_that_is_short_is_counted_until_two_counts_agree() -> None:
    house = a_careful_house()
    counted(house, (100_000, 1), (50_000, 1))
    close = c.CloseShift(SH, "cannot say")
    assert house.refused(close).code == "count_again"
    counted(house, (100_000, 1), (20_000, 3))
    assert house.refused(close).code == "count_again"
    counted(house, (20_000, 3), (100_000, 1), (50, 0))
    house.must(close)
    shift = house.venue.shifts[SH]
    assert (shift.over_minor, shift.first_over_minor, shift.count_no) == (-40_000, -50_000, 3)


def test_a_drawer_that_agrees_is_counted_once_and_a_manager_may_let_a_count_stand() -> None:
    house = a_careful_house()
    counted(house, (100_000, 2))
    house.must(c.CloseShift(SH))
    house = a_careful_house()
    counted(house, (100_000, 1))
    house.must(c.CloseShift(SH, "robbed"), approver="nadia")
    assert house.venue.shifts[SH].over_minor == -100_000


# -- bad input -----------------------------------------------------------------------------------
ABSURD = (-1, 10**13)
NONSENSE = [
    *(c.MoveCash(SH, kind, bad, "why") for kind in ("in", "out", "drop") for bad in (*ABSURD, 0)),
    c.MoveCash(SH, "gift", 100, "why"),
    c.MoveCash(SH, "in", 100, ""),
    *(c.AdjustFloat(SH, bad, "why") for bad in ABSURD),
    *(c.OpenShift(ShiftId("x"), "2", bad) for bad in ABSURD),
    c.CountDrawer(SH, (c.DenominationCount(100, -1),)),
    c.CountDrawer(SH, (c.DenominationCount(0, 5),)),
    c.CountDrawer(SH, (c.DenominationCount(100_000, 10**9),)),
    c.CountDrawer(SH, (), (c.ForeignMoney("EUR", -1),)),
    *(c.SellVoucher("V", "gift", P2, SH, "cash", bad, 10**9) for bad in (*ABSURD, 0)),
    *(c.PayAccount("acme", P2, SH, "card", bad) for bad in (*ABSURD, 0)),
    *(c.TakePayment(K, P2, SH, "cash", 100, 100, bad) for bad in ABSURD),
    c.TakePayment(K, P2, SH, "cash", 100, 99),
    *(c.RefundPayment(K, P2, P1, SH, bad, "why") for bad in (*ABSURD, 0, 18_501)),
    c.RefundPayment(K, P2, P1, SH, 1, "why", 1),
    c.RefundPayment(K, P2, PaymentId("none"), SH, 1, "why"),
]


@pytest.mark.parametrize("command", NONSENSE, ids=repr)
def test_what_cannot_be_is_refused_by_name_and_changes_nothing(command: object) -> None:
    house = paid(a_check())
    before = (house.venue.n, house.venue.shifts[SH])
    assert house.refused(command, by="nadia").code in CODES
    assert (house.venue.n, house.venue.shifts[SH]) == before
