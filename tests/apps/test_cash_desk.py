"""Money beside cash and card, without a window: tenders, the cash desk's tabs, the day's end."""

from typing import Any

import pytest

from pos_app.presenters.flow import Flow
from sync_server.domain import commands as c, events as e
from sync_server.domain.ids import CheckId, NoticeId, PaymentId, ShiftId, StaffId
from sync_server.domain.outward import PaperJob, effects_of
from sync_server.paper.composing import compose
from sync_server.paper.figures import zone_of
from tests.apps.house import House, served_check, signed_in

SHIFT = ShiftId("shift")


@pytest.fixture
def house() -> House:
    """An open day with a drawer open at the terminal."""
    made = House()
    made.do(c.OpenDay("2026-11-21"))
    made.do(c.OpenShift(SHIFT, "1", 200_000), "taras")
    return made


def typed(flow: Flow, figures: str) -> None:
    for figure in figures:
        flow.act(f"key:{figure}")


def settle(flow: Flow, house: House) -> None:
    flow.desk.finish()  # type: ignore[attr-defined]
    house.settle()


def desk_of(house: House, staff_id: str, tab: str) -> Flow:
    flow = signed_in(house, staff_id)
    flow.act("shift")
    flow.act("cash_desk")
    flow.act(f"tab_tapped:{tab}")
    return flow


def paid_check(house: House, tender: str = "cash", tip: int = 0, reference: str = "") -> CheckId:
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    pay = c.TakePayment(check_id, PaymentId("p1"), SHIFT, tender, 35_000, 36_000, tip, reference)
    house.do(pay, "taras")
    assert check_id in house.venue.closed
    return check_id


# -- paying ------------------------------------------------------------------------------------
def test_a_check_is_paid_by_voucher_account_and_euros_together(house: House) -> None:
    house.do(c.SellVoucher("GIFT-7", "gift", PaymentId("v"), SHIFT, "card", 10_000), "taras")
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    flow.act("pay")
    flow.act("pay_by:voucher")
    flow.act("figures_keys")
    typed(flow, "GIFT-7")
    flow.act("confirm")
    shown = flow.view().view
    assert (shown.change.label, shown.change.value) == ("Залишок: GIFT-7", "100,00")
    assert shown.take.label == "Сертифікатом 100,00\u00a0₴", "no more than is left on it"
    flow.act("take")
    settle(flow, house)
    flow.act("pay_by:account")
    flow.act("pick:dnipro")
    assert flow.view().view.change.value == "25\u00a0000,00"
    typed(flow, "5000")
    flow.act("take")
    settle(flow, house)
    flow.act("pay_by:foreign")
    flow.act("pick:EUR")
    shown = flow.view().view
    assert (shown.entry, shown.left_amount) == ("5,00\u00a0€", "200,00\u00a0₴")
    assert shown.change.value == "42,50", "change is house money"
    assert "48,50" in shown.rounding
    flow.act("take")
    settle(flow, house)
    check = house.venue.closed[check_id]
    assert [(p.tender, p.amount_minor) for p in check.payments] == [
        ("voucher", 10_000),
        ("account", 5_000),
        ("cash", 20_000),
    ]
    assert check.payments[2].foreign_minor == 500
    assert house.venue.owed == {"dnipro": 5_000}
    assert house.venue.vouchers["GIFT-7"].left_minor == 0


def test_a_second_quick_tap_takes_nothing_more(house: House) -> None:
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    flow.act("pay")
    flow.act("pay_by:card")
    typed(flow, "10000")
    flow.act("take")
    flow.act("take")
    settle(flow, house)
    assert [p.amount_minor for p in house.venue.checks[check_id].payments] == [10_000]
    house.now_ms += 60_000
    flow.act("take")
    flow.act("take")
    settle(flow, house)
    assert len(house.venue.closed[check_id].payments) == 2
    assert not house.venue.suspense


def test_a_voucher_nobody_knows_is_told_and_nothing_changes(house: House) -> None:
    flow = signed_in(house, "taras")
    served_check(house, flow)
    flow.act("pay")
    flow.act("barcode:NOPE")
    shown = flow.view()
    assert "NOPE" in shown.toast.text
    assert shown.view.take.label.startswith("Прийняти готівку")


def test_an_account_over_its_limit_asks_a_manager(house: House) -> None:
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    house.do(c.TakePayment(CheckId("x"), PaymentId("x"), SHIFT, "card", 100), "taras")
    house.venue.owed["kovalchuk"] = 290_000
    flow.desk.refreshed()  # type: ignore[attr-defined]
    flow.act("pay")
    flow.act("pay_by:account")
    flow.act("pick:kovalchuk")
    flow.act("take")
    assert "100,00" in flow.view().view.sheet.text
    flow.act("approver:nadia")
    typed(flow, house.pins["nadia"])
    settle(flow, house)
    assert check_id in house.venue.closed


def test_what_is_over_a_limit_at_payment_is_approved_at_another_terminal(house: House) -> None:
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    house.venue.owed["kovalchuk"] = 290_000
    flow.desk.refreshed()  # type: ignore[attr-defined]
    manager = signed_in(house, "nadia")
    flow.act("pay")
    flow.act("pay_by:account")
    flow.act("pick:kovalchuk")
    flow.act("take")
    flow.act("approver:elsewhere")
    house.settle()
    flow.view()
    flow.act("cancel")
    house.settle()
    assert house.venue.requests == {}, "leaving the question frees the bill"
    flow.act("take")
    flow.act("approver:elsewhere")
    house.settle()
    banner = manager.view().banner
    assert banner.act is not None
    manager.act(banner.act.id)
    house.settle()
    flow.view()
    settle(flow, house)
    assert check_id in house.venue.closed


def test_a_tip_of_any_sum_stands_on_top(house: House) -> None:
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    flow.act("pay")
    flow.act("pay_by:card")
    flow.act("tip:other")
    typed(flow, "1500")
    flow.act("confirm")
    flow.act("take")
    settle(flow, house)
    paid = house.venue.closed[check_id].payments[0]
    assert (paid.amount_minor, paid.tip_minor) == (35_000, 1_500)


# -- the drawer --------------------------------------------------------------------------------
def test_a_drop_has_an_envelope_and_a_reason_and_the_reminder_goes(house: House) -> None:
    house.do(c.MoveCash(SHIFT, "in", 1_000_000, "change-fund"), "taras")
    flow = desk_of(house, "taras", "drawer")
    assert flow.view().view.notes, "there is much cash in the drawer"
    flow.act("do:drop")
    typed(flow, "900000")
    flow.act("confirm")
    typed(flow, "12")
    flow.act("confirm")
    reason = flow.view().view.sheet.choices[0].id
    flow.act(reason)
    settle(flow, house)
    shown = flow.view().view
    assert not shown.notes
    assert shown.cards[0].aside == "–9\u00a0000,00"
    assert "№ 12" in shown.cards[0].lines[0]


def test_a_waiter_needs_a_manager_to_open_the_drawer_without_a_sale(house: House) -> None:
    flow = desk_of(house, "olena", "drawer")
    flow.act("do:no_sale")
    flow.act("figures_keys")
    typed(flow, "розмін")
    flow.act("confirm")
    assert flow.view().view.sheet.choices, "who approves?"
    flow.act("approver:nadia")
    typed(flow, house.pins["nadia"])
    settle(flow, house)
    assert house.venue.shifts[SHIFT].figures.no_sales == 1


# -- closed checks -----------------------------------------------------------------------------
@pytest.mark.parametrize("sought", ["417", "350", "350,00", "004821"])
def test_a_closed_check_is_found_by_number_sum_or_card(house: House, sought: str) -> None:
    paid_check(house, "card", reference="слип 004821")
    flow = desk_of(house, "taras", "checks")
    flow.act("do:find")
    typed(flow, sought)
    flow.act("confirm")
    assert len(flow.view().view.cards) == 1
    flow.act("do:find")
    typed(flow, "987654")
    flow.act("confirm")
    assert flow.view().view.empty


def test_a_refund_over_the_limit_asks_and_more_than_was_paid_is_refused(house: House) -> None:
    check_id = paid_check(house, tip=1_000)
    flow = desk_of(house, "taras", "checks")
    flow.act(f"open:{check_id}")
    flow.act("do:refund")
    assert "350,00" in flow.view().view.sheet.title
    flow.act("confirm")
    flow.act(flow.view().view.sheet.choices[0].id)
    assert "200,00" in flow.view().view.sheet.text, "the cashier's own limit"
    flow.act("approver:nadia")
    typed(flow, house.pins["nadia"])
    settle(flow, house)
    paid = house.venue.closed[check_id].payments[0]
    assert (paid.refunded_minor, paid.refunded_tip_minor) == (35_000, 0)
    flow.act(f"open:{check_id}")
    assert not next(act for act in flow.view().view.actions if act.id == "do:refund").enabled
    flow.act("do:refund_tip")
    typed(flow, "0")
    flow.act("confirm")
    flow.act(flow.view().view.sheet.choices[0].id)
    assert "10,00" in flow.view().toast.text, "at most the tip goes back"
    assert house.venue.closed[check_id].payments[0].refunded_tip_minor == 0


def test_a_check_is_corrected_taken_up_again_and_closed_without_due(house: House) -> None:
    check_id = paid_check(house)
    flow = desk_of(house, "nadia", "checks")
    for action in ("correct", "reopen"):
        flow.act(f"open:{check_id}")
        flow.act(f"do:{action}")
        if action == "correct":
            flow.act("pick:card")
        flow.act("figures_keys")
        typed(flow, "помилка")
        flow.act("confirm")
        settle(flow, house)
    paid = house.venue.checks[check_id].payments
    assert [p.tender for p in paid if p.state == "done"] == ["card"]
    flow.act(f"open:{check_id}")
    flow.act("do:close")
    settle(flow, house)
    assert check_id in house.venue.closed


def test_a_receipt_is_printed_again_as_a_copy_that_is_counted(house: House) -> None:
    check_id = paid_check(house)
    flow = desk_of(house, "taras", "checks")
    for copy in (1, 2):
        flow.act(f"open:{check_id}")
        flow.act("do:copy")
        settle(flow, house)
        assert flow.view().toast.text == f"Копія {copy} друкується"
    check = house.venue.closed[check_id]
    assert check.receipt_copies == 2
    event = e.ReceiptCopied(check_id, 3, StaffId("taras"), house.now_ms)
    (effect,) = effects_of(event, house.venue, house.catalogue)
    assert isinstance(effect.payload, PaperJob)
    paper = compose(effect.payload, house.catalogue, zone_of(house.catalogue))
    assert paper.copy_heading == "КОПІЯ 3"


# -- debts -------------------------------------------------------------------------------------
def test_a_voucher_is_sold_and_its_rest_returned(house: House) -> None:
    flow = desk_of(house, "taras", "vouchers")
    flow.act("do:gift")
    flow.act("barcode:CARD-001")
    typed(flow, "50000")
    flow.act("confirm")
    flow.act("confirm")
    flow.act("pick:cash")
    settle(flow, house)
    voucher = house.venue.vouchers["CARD-001"]
    assert (voucher.left_minor, voucher.expires_ms > house.now_ms) == (50_000, True)
    flow.act("open:CARD-001")
    flow.act("do:returned")
    typed(flow, "1")
    flow.act("confirm")
    settle(flow, house)
    assert house.venue.vouchers["CARD-001"].left_minor == 0
    assert house.venue.shifts[SHIFT].drawer_minor == 200_000


def test_an_account_is_paid_and_more_becomes_credit(house: House) -> None:
    flow = desk_of(house, "taras", "accounts")
    flow.act("open:podil")
    flow.act("do:pay")
    typed(flow, "70000")
    flow.act("confirm")
    flow.act("pick:card")
    settle(flow, house)
    assert house.venue.owed["podil"] == -70_000
    aside = next(card.aside for card in flow.view().view.cards if card.id == "open:podil")
    assert aside == "має 700,00 наперед"


def test_the_statement_of_an_account_says_what_was_eaten_and_paid(house: House) -> None:
    flow = desk_of(house, "taras", "accounts")
    at = {"at_ms": house.now_ms, "day": "2026-11-21"}
    flow.desk.statements["podil"] = [  # type: ignore[attr-defined]
        {**at, "n": 9, "kind": "AccountPaid", "document": "podil", "amount_minor": -40_000},
        {**at, "n": 4, "kind": "PaymentTaken", "document": "gone", "amount_minor": 65_000},
    ]
    flow.act("open:podil")
    settle(flow, house)
    lines = flow.view().view.cards
    assert [(card.title, card.aside) for card in lines] == [
        ("Сплачено", "–400,00"),
        ("Спожито", "650,00"),
    ]
    assert "19:42" in lines[0].lines[0]
    flow.act("do:all")
    assert "open:dnipro" in {card.id for card in flow.view().view.cards}


def test_money_on_suspense_has_one_next_step_and_goes_back(house: House) -> None:
    house.do(c.TakePayment(CheckId("gone"), PaymentId("late"), SHIFT, "cash", 5_000, 5_000))
    flow = desk_of(house, "nadia", "suspense")
    flow.act("open:late")
    assert flow.view().view.notes[0].title.startswith("Віддайте гостю")
    flow.act("do:returned")
    typed(flow, "1")
    flow.act("confirm")
    settle(flow, house)
    assert not house.venue.suspense
    assert house.venue.shifts[SHIFT].drawer_minor == 200_000


# -- people and the day ------------------------------------------------------------------------
def test_people_clock_in_take_breaks_and_go(house: House) -> None:
    flow = desk_of(house, "olena", "people")
    for kind in ("in", "break", "back"):
        flow.act(f"do:{kind}")
        settle(flow, house)
        house.now_ms += 30 * 60_000
    flow.desk.refreshed()  # type: ignore[attr-defined]
    assert flow.view().view.cards[0].aside == "1:00 год", "half an hour was a break"
    flow.act("do:out")
    settle(flow, house)
    assert flow.view().view.empty


def test_the_day_closes_when_each_open_matter_is_let_stand_with_a_reason(house: House) -> None:
    flow = signed_in(house, "taras")
    served_check(house, flow)
    flow = desk_of(house, "nadia", "open")
    cards = flow.view().view.cards
    assert len(cards) == 2, "a check and a drawer"
    flow.act("do:hand")
    flow.act("pick:ihor")
    settle(flow, house)
    assert {check.owner for check in house.venue.checks.values()} == {"ihor"}
    for card in cards:
        assert not flow.view().view.actions[-1].enabled
        flow.act(card.id)
        typed(flow, "7")
        flow.act("confirm")
    flow.act("do:close_day")
    settle(flow, house)
    assert house.venue.day is None


def test_nothing_on_any_tab_leads_to_an_unknown_intent(house: House) -> None:
    paid_check(house)
    flow = desk_of(house, "nadia", "drawer")
    presenter = flow.presenter("cash_desk")
    for tab in [act.id for act in flow.view().view.tabs]:
        flow.act(tab)
        shown = flow.view().view
        for card in shown.cards:
            if card.id:
                flow.act(card.id)
                flow.act("cancel")
                settle(flow, house)
        for act in (*flow.view().view.actions,):
            assert act.id.partition(":")[0] in presenter._intents
            if act.enabled and act.id != "do:close_day" and tab != "tab_tapped:people":
                flow.act(act.id)
                flow.act("cancel")
        settle(flow, house)


def test_the_days_list_names_late_entries_and_papers_of_which_nobody_knows(house: House) -> None:
    house.do(c.CountDrawer(SHIFT, (c.DenominationCount(200_000, 1),)), "taras")
    house.do(c.CloseShift(SHIFT), "taras")
    house.do(c.TakePayment(CheckId("gone"), PaymentId("late"), SHIFT, "cash", 5_000, 5_000))
    paper: dict[str, str | int] = {"document": "Чек 7", "printer": "Каса", "reason": ""}
    house.do(c.TellStaff(NoticeId("n"), StaffId("taras"), "print_unknown", paper))
    flow = desk_of(house, "nadia", "open")
    titles = [card.title for card in flow.view().view.cards]
    assert titles == [
        "Нез’ясовані гроші",
        "Пізні записи зміни 1",
        "Невідомо, чи надруковано: Чек 7",
    ]


def test_foreign_cash_is_counted_apart_and_a_difference_needs_a_reason(house: House) -> None:
    flow = signed_in(house, "taras")
    check_id = CheckId(served_check(house, flow))
    flow.act("pay")
    flow.act("pay_by:foreign")
    flow.act("pick:EUR")
    flow.act("take")
    settle(flow, house)
    assert check_id in house.venue.closed
    flow.act("done")
    flow.act("shift")
    flow.act("go_step:count")
    for euros in ("", "800"):
        drawer = house.venue.shifts[SHIFT].drawer_minor
        for face in (100_000, 50_000, 20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 10):
            count, drawer = divmod(drawer, face)
            for _ in range(count):
                flow.act(f"more:{face}")
        if euros:
            flow.act("abroad:EUR")
            typed(flow, euros)
        house.now_ms += 1_000
        flow.act("review")
        settle(flow, house)
        assert flow.view().view.step == ("review" if euros else "count"), "the euros lack"
    assert flow.view().view.counted.label == "Сходиться"
    assert flow.view().view.main.enabled
    flow.act("close")
    settle(flow, house)
    assert house.venue.shifts[SHIFT].state == "closed"


# -- reports and the journal -------------------------------------------------------------------
def test_reports_are_asked_for_the_day_or_the_shift_and_printed(house: House) -> None:
    assert "Звіти" not in {act.label for act in desk_of(house, "taras", "drawer").view().view.tabs}
    flow = desk_of(house, "nadia", "reports")
    rows = [
        {"name": "cash", "count": 2, "amount_minor": 40_000},
        {"name": "", "count": 1, "amount_minor": 500},
    ]
    desk: Any = flow.desk
    desk.answers["till_report"] = {"rows": rows, "total_minor": 40_500, "cut": False}
    flow.act("open:tender")
    settle(flow, house)
    cards = [(card.title, card.lead, card.aside) for card in flow.view().view.cards]
    assert cards == [("Готівка", "2 ×", "400,00"), ("Решта", "1 ×", "5,00")]
    assert flow.view().view.rows[0].value == "405,00\u00a0₴"
    flow.act("do:span")
    settle(flow, house)
    flow.act("do:print")
    settle(flow, house)
    spans = [(asked["shift_id"], asked["paper"]) for _, asked in desk.questions]
    assert spans == [("", False), (SHIFT, False), (SHIFT, True)]
    flow.act("do:kinds")
    assert "open:hour" in {card.id for card in flow.view().view.cards}


def test_the_journal_is_sought_in_pages_down_to_the_tap(house: House) -> None:
    flow = desk_of(house, "nadia", "journal")
    line = {
        **{"n": 41, "at_ms": house.now_ms, "type": "PaymentTaken", "by": "taras", "dev": "T1"},
        **{"number": "T1-001", "amount_minor": 35_000, "cmd_id": "x", "command": "TakePayment"},
        **{"seq": 7, "made_ms": house.now_ms},
    }
    desk: Any = flow.desk
    desk.answers["journal"] = {"lines": [line], "before_n": 40}
    flow.act("do:number")
    for key in "t1-001":
        flow.act(f"key:{key}")
    flow.act("confirm")
    settle(flow, house)
    (card,) = flow.view().view.cards
    assert (card.title, card.aside) == ("Сплачено · T1-001", "350,00")
    flow.act("open:41")
    facts = {pair.label: pair.value for pair in flow.view().view.rows}
    assert facts["Команда, пристрій"] == "TakePayment · T1 · 7"
    flow.act("do:older")
    settle(flow, house)
    assert desk.questions[-1] == ("journal", {"number": "T1-001", "before_n": 40})


def test_a_company_gets_its_statement_and_its_invoice_on_paper(house: House) -> None:
    flow = desk_of(house, "taras", "accounts")
    desk: Any = flow.desk
    desk.answers["account_paper"] = {}
    flow.act("open:podil")
    assert not next(a for a in flow.view().view.actions if a.id == "do:invoice").enabled
    flow.act("do:statement")
    settle(flow, house)
    assert desk.questions == [("account_paper", {"account_id": "podil", "document": "statement"})]


# -- rights for a while ------------------------------------------------------------------------
def test_a_manager_lends_a_right_for_hours_and_takes_it_back(house: House) -> None:
    flow = desk_of(house, "nadia", "people")
    flow.act("do:lend")
    flow.act("pick:taras")
    flow.act("pick:void_sent")
    flow.act("pick:12")
    typed(flow, "x")
    flow.act("confirm")
    settle(flow, house)
    (loan,) = house.venue.lent.values()
    assert (loan.to, loan.rights) == ("taras", ("void_sent",))
    house.do(c.PunchClock("in", StaffId("taras")), "taras")
    flow.act("open:taras")
    (note,) = flow.view().view.notes
    assert "Nadia" in note.lines[0]
    flow.act("do:take_back")
    settle(flow, house)
    assert not house.venue.lent


def test_a_terminal_that_the_server_does_not_hear_is_let_stand_by_name(house: House) -> None:
    house.do(c.CountDrawer(SHIFT, (c.DenominationCount(100_000, 2),)), "taras")
    house.do(c.CloseShift(SHIFT), "taras")
    flow = desk_of(house, "nadia", "drawer")
    desk: Any = flow.desk
    heard = {"code": "A", "kind": "pos", "name": "Bar", "seen_ms_ago": 2_000, "unsent": 0}
    lost = {**heard, "name": "Terrace", "seen_ms_ago": 600_000}
    desk.answers["health"] = {"devices": [heard, lost]}
    flow.act("tab_tapped:open")
    settle(flow, house)
    (card,) = flow.view().view.cards
    assert "Terrace" in card.title
    assert not next(a for a in flow.view().view.actions if a.id == "do:close_day").enabled
    flow.act(card.id)
    typed(flow, "x")
    flow.act("confirm")
    flow.act("do:close_day")
    settle(flow, house)
    assert house.venue.day is None
