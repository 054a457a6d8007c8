"""Payments, shifts, room charges, tickets: what must hold at the till and at the stove."""

from dataclasses import replace

import pytest

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import balance
from sync_server.domain.commands import COMMANDS
from sync_server.domain.decisions import open_matters
from sync_server.domain.figures import LateSum
from sync_server.domain.folio import parts
from sync_server.domain.ids import ChargeId, CheckId, LineId, NoticeId, PaymentId, ShiftId, StaffId
from sync_server.domain.kitchen import has_it
from sync_server.domain.ledger import Entry, entries
from sync_server.domain.staff import RIGHT_FOR
from tests.builders import AHouse, a_line, a_steak

K = CheckId("k")
SH = ShiftId("sh")


def cash(amount: int, tendered: int = 0, name: str = "p1", tip: int = 0) -> c.TakePayment:
    return c.TakePayment(K, PaymentId(name), SH, "cash", amount, tendered or amount + tip, tip)


def a_served_check(*lines: c.NewLine) -> AHouse:
    house = AHouse()
    house.open()
    house.add("k", *(lines or (a_line("l1"),)))
    house.send("k", *(line.line_id for line in house.check().lines))
    return house


# -- payments ------------------------------------------------------------------------------------
def test_the_rest_in_cash_is_rounded_and_the_change_is_exact() -> None:
    house = a_served_check(a_line("l1"), a_line("l2", "wine"))
    house.must(c.GiveDiscount(K, "g", "sum"), by="nadia")
    due = balance(house.check())
    assert due == 65_167
    house.must(cash(due, 70_000))
    (taken,) = house.happened(e.PaymentTaken)
    assert (taken.payment.rounding_minor, taken.payment.change_minor) == (3, 4_830)
    (sale,) = house.happened(e.CheckClosed)
    assert sale.totals.total_minor == 65_167
    assert house.venue.shifts[SH].drawer_minor == 200_000 + 65_170


def test_a_card_is_never_rounded() -> None:
    house = a_served_check(a_line("l1"), a_line("l2", "wine"))
    house.must(c.GiveDiscount(K, "g", "sum"), by="nadia")
    house.must(c.TakePayment(K, PaymentId("p"), SH, "card", 65_167, reference="slip 4821"))
    (taken,) = house.happened(e.PaymentTaken)
    assert (taken.payment.rounding_minor, taken.payment.change_minor) == (0, 0)
    assert house.check().state == "closed"


def test_several_tenders_close_the_check_at_the_last_and_a_tip_stands_apart() -> None:
    house = a_served_check()
    house.must(c.TakePayment(K, PaymentId("p1"), SH, "card", 10_000, tip_minor=1_500))
    assert balance(house.check()) == 8_500
    house.must(cash(8_500, 10_000, "p2"))
    (sale,) = house.happened(e.CheckClosed)
    assert (sale.totals.total_minor, sale.tips_minor) == (18_500, 1_500)


def test_a_second_device_paying_the_same_check_leaves_the_money_on_suspense() -> None:
    house = a_served_check()
    house.must(cash(18_500))
    twice = house.must(cash(18_500, name="p2"), by="ihor", dev="T2")
    assert twice.adjusted is not None
    assert (twice.adjusted.code, twice.adjusted.params["amount_minor"]) == ("paid_twice", 18_500)
    (kept,) = house.venue.suspense
    assert kept.payment.payment_id == "p2"
    assert house.venue.shifts[SH].drawer_minor == 200_000 + 2 * 18_500
    assert house.refused(cash(18_500, name="p1")).code == "duplicate_id"


def test_what_cannot_be_true_is_refused() -> None:
    house = a_served_check()
    assert house.refused(cash(0, 1)).code == "bad_amount"
    assert house.refused(cash(-5, 5)).code == "bad_amount"
    assert house.refused(cash(18_500, 10_000)).code == "tendered_short"
    assert house.refused(replace(cash(18_500), shift_id=ShiftId("?"))).code == "no_shift"
    assert house.refused(replace(cash(18_500), tender="gold")).code == "bad_amount"


def test_a_check_with_unsent_lines_stays_open_until_they_are_sent() -> None:
    house = a_served_check()
    house.add("k", a_line("l9"))
    house.must(cash(37_000))
    assert house.check().state == "open"
    house.send("k", "l9")
    assert house.check().state == "closed"


def test_a_refund_never_exceeds_what_is_left_and_is_rounded_in_cash() -> None:
    house = a_served_check()
    house.must(cash(18_500))
    refund = c.RefundPayment(K, PaymentId("r1"), PaymentId("p1"), SH, 10_003, "cold soup")
    assert house.refused(refund).code == "not_allowed"
    house.must(refund, by="nadia")
    assert house.venue.shifts[SH].drawer_minor == 200_000 + 18_500 - 10_000
    over = house.refused(replace(refund, refund_id=PaymentId("r2")), by="nadia")
    assert (over.code, over.params["left_minor"]) == ("refund_over_paid", 8_497)


# -- room charges --------------------------------------------------------------------------------
def ask_room(house: AHouse, amount: int, name: str = "ch") -> None:
    house.must(c.ChargeRoom(K, ChargeId(name), SH, "stay-1", "304", "Kowalski", amount))


def test_half_to_the_room_half_in_cash_closes_when_the_hotel_has_posted() -> None:
    house = a_served_check()
    ask_room(house, 9_250)
    house.must(cash(9_250))
    assert house.check().state == "open"
    house.must(c.SettleCharge(ChargeId("ch"), "posted", "folio 7"))
    assert house.check().state == "closed"
    figures = house.venue.shifts[SH].figures
    assert (figures.room_minor, figures.cash_minor, figures.sales_minor) == (9_250, 9_250, 18_500)


def test_a_refused_charge_reopens_the_balance_and_tells_who_asked() -> None:
    house = a_served_check()
    ask_room(house, 18_500)
    assert balance(house.check()) == 0
    house.must(c.SettleCharge(ChargeId("ch"), "refused", code="over_limit", words="limit"))
    assert balance(house.check()) == 18_500
    (notice,) = house.venue.notices.values()
    assert (notice.staff_id, notice.code, notice.params["room"]) == (
        "olena",
        "charge_refused",
        "304",
    )


def test_an_unknown_charge_waits_for_a_person_and_is_never_settled_twice() -> None:
    house = a_served_check()
    ask_room(house, 18_500)
    house.must(c.SettleCharge(ChargeId("ch"), "unknown"))
    assert house.check().state == "open"
    assert house.refused(c.ResolveCharge(ChargeId("ch"), True)).code == "not_allowed"
    house.must(c.ResolveCharge(ChargeId("ch"), False), by="nadia")
    assert house.venue.charges[ChargeId("ch")].attempt == 2
    house.must(c.SettleCharge(ChargeId("ch"), "posted", "late"))
    assert house.check().state == "closed"
    assert house.refused(c.SettleCharge(ChargeId("ch"), "refused")).code == "charge_settled"


def test_a_charge_is_split_by_revenue_group_to_the_kopiyka() -> None:
    house = a_served_check(a_line("l1"), a_line("w", "wine"))
    split = parts(house.check(), 33_333)
    assert sum(part.gross_minor for part in split) == 33_333
    assert [part.revenue_group for part in split] == ["bar", "food"]


def test_a_room_is_charged_only_with_a_link_and_only_what_is_due() -> None:
    house = a_served_check()
    over = c.ChargeRoom(K, ChargeId("ch"), SH, "stay-1", "304", "Kowalski", 18_501)
    assert house.refused(over).code == "amount_over_due"
    beyond = replace(over, amount_minor=100, over_limit=True)
    assert house.refused(beyond).params == {"right": "room_over_limit"}
    from sync_server.domain.decisions import decide
    from sync_server.domain.rejections import Refused

    facts = replace(house.facts("olena", "T1", None, "", "T1"), room_link=False)
    away = decide(house.venue, replace(over, amount_minor=100), facts)
    assert isinstance(away, Refused)
    assert away.code == "room_offline"


# -- shifts --------------------------------------------------------------------------------------
def test_expected_cash_of_the_worked_shift_is_15_630_and_the_count_is_30_short() -> None:
    house = AHouse(shift=False)
    house.must(c.OpenShift(SH, "1", 200_000), by="nadia")
    house.open()
    house.add("k", *(a_line(f"l{i}", "wine", 3_690) for i in range(10)))
    house.send("k", *(f"l{i}" for i in range(10)))
    house.must(cash(1_845_000))
    refund = c.RefundPayment(K, PaymentId("r"), PaymentId("p1"), SH, 32_000, "complaint")
    house.must(refund, by="nadia")
    house.must(c.MoveCash(SH, "in", 50_000, "change from the bank"), by="nadia")
    house.must(c.MoveCash(SH, "drop", 500_000, "safe"), by="nadia")
    shift = house.venue.shifts[SH]
    assert shift.drawer_minor == 1_563_000
    assert house.refused(c.CloseShift(SH), by="nadia").code == "not_counted"
    count = c.CountDrawer(SH, (c.DenominationCount(100_00, 156),))
    house.must(count, by="nadia")
    assert house.refused(c.CloseShift(SH), by="nadia").code == "no_reason"
    house.must(c.CloseShift(SH, "a note stuck"), by="nadia")
    (z,) = house.happened(e.ShiftClosed)
    assert (z.z_no, z.expected_minor, z.counted_minor, z.over_minor) == (
        1,
        1_563_000,
        1_560_000,
        -3_000,
    )
    assert z.sales_minor == 1_845_000 == z.perpetual_minor


def test_a_closed_shift_never_changes_and_the_next_takes_what_comes_late() -> None:
    house = a_served_check()
    house.must(c.CountDrawer(SH, (c.DenominationCount(200_000, 1),)), by="nadia")
    house.must(c.CloseShift(SH), by="nadia")
    closed = house.venue.shifts[SH]
    house.must(c.OpenShift(ShiftId("sh2"), "1", 100_000), by="nadia")
    house.must(cash(18_500))
    assert house.venue.shifts[SH] == closed
    taker = house.venue.shifts[ShiftId("sh2")]
    assert taker.drawer_minor == 118_500
    assert taker.figures.late == (LateSum(1, 1, 18_500),), "its Z names the old shift"
    assert not house.venue.late
    assert house.refused(c.MoveCash(SH, "in", 1, "x"), by="nadia").code == "shift_closed"


def test_what_comes_late_with_no_shift_at_the_drawer_is_told_and_stands_in_the_days_close() -> None:
    house = a_served_check()
    house.must(c.CountDrawer(SH, (c.DenominationCount(200_000, 1),)), by="nadia")
    house.must(c.CloseShift(SH), by="nadia")
    house.must(cash(18_500))
    assert house.venue.late == (LateSum(1, 1, 18_500),)
    told = [x for x in house.venue.notices.values() if x.code == "late_entry"]
    assert "nadia" in {notice.staff_id for notice in told}
    assert "olena" not in {notice.staff_id for notice in told}
    assert told[0].params["amount_minor"] == 18_500
    assert open_matters(house.venue) == ["late:1:18500", "loose:1:18500"]
    house.must(c.CloseDay(tuple(open_matters(house.venue)), ("seen", "seen")), by="nadia")
    assert not house.venue.late


def test_a_paper_of_which_nobody_knows_stands_in_the_days_close_until_it_is_tapped_away() -> None:
    house = AHouse(shift=False)
    told = c.TellStaff(
        NoticeId("n1"),
        StaffId("olena"),
        "print_unknown",
        {"document": "Receipt: 7", "printer": "A"},
    )
    house.must(told)
    assert open_matters(house.venue) == ["print:Receipt  7:n1"]
    house.must(c.AcknowledgeNotice(NoticeId("n1")))
    assert not open_matters(house.venue)


def test_one_drawer_has_one_shift_and_z_numbers_only_rise() -> None:
    house = AHouse()
    taken = house.refused(c.OpenShift(ShiftId("b"), "1", 0), by="nadia")
    assert (taken.code, taken.params["by"]) == ("shift_open", "nadia")
    for name in ("sh", "s2", "s3"):
        if name != "sh":
            house.must(c.OpenShift(ShiftId(name), "1", 0), by="nadia")
        house.must(c.CountDrawer(ShiftId(name), ()), by="nadia")
        house.must(c.CloseShift(ShiftId(name), "counted nothing"), by="nadia")
    assert [z.z_no for z in house.happened(e.ShiftClosed)] == [1, 2, 3]


def test_closing_hands_open_checks_to_a_colleague() -> None:
    house = AHouse(shift=False)
    house.must(c.OpenShift(SH, "1", 0), by="nadia")
    house.open(by="nadia")
    house.must(c.CountDrawer(SH, ()), by="nadia")
    house.must(c.CloseShift(SH, "", house.menu.staff["ihor"].staff_id), by="nadia")  # type: ignore[arg-type]
    assert house.check().owner == "ihor"


def test_the_day_closes_only_when_nothing_is_open_or_each_is_waived() -> None:
    house = a_served_check()
    refused = house.refused(c.CloseDay(), by="nadia")
    assert (refused.code, refused.params["count"]) == ("day_has_open", 2)
    house.must(c.CloseDay(("check:T1-001", "shift:1")), by="nadia")
    assert house.venue.day is None
    house.must(c.OpenDay("2026-11-22"), by="nadia")


# -- kitchen -------------------------------------------------------------------------------------
def test_lines_of_a_course_at_a_station_are_one_ticket_and_later_ones_join_it() -> None:
    house = a_served_check(a_line("l1"), a_line("l2", "fries", course=1), a_steak("s"))
    assert {(t.station_id, t.course) for t in house.venue.tickets.values()} == {
        ("hot", 1),
        ("grill", 2),
    }
    house.add("k", a_line("l3"))
    house.send("k", "l3")
    ticket = house.ticket("hot")
    assert [(line.line_id, line.added_ms > 0) for line in ticket.lines] == [
        ("l1", False),
        ("l2", False),
        ("l3", True),
    ]
    assert ticket.version == 2


def test_a_held_steak_is_announced_and_made_only_when_fired() -> None:
    house = a_served_check(a_line("l1"), a_steak("s", held=True))
    ticket = house.ticket("grill")
    assert ticket.upcoming
    assert house.line("s").state == "held"
    assert [s.line_id for f in house.happened(e.LinesFired) for s in f.sold] == ["l1"]
    assert house.refused(c.BumpTicket(ticket.ticket_id), by="nadia").code == "nothing_to_do"
    house.must(c.FireLines(K, (LineId("s"),)))
    assert not house.ticket("grill").upcoming
    assert house.ticket("grill").clock_ms == house.now_ms
    assert [s.line_id for f in house.happened(e.LinesFired) for s in f.sold] == ["l1", "s"]


def test_the_kitchen_has_a_ticket_when_its_present_version_was_drawn_or_printed() -> None:
    house = a_served_check()
    ticket = house.ticket("hot")
    assert not has_it(ticket)
    seen = c.AcknowledgeTickets((c.TicketSeen(ticket.ticket_id, 1),))
    house.must(seen, by="nadia")
    assert has_it(house.ticket("hot"))
    assert house.must(seen, by="nadia").events == ()
    house.add("k", a_line("l2"))
    house.send("k", "l2")
    assert not has_it(house.ticket("hot"))
    paper = c.RecordPaper(ticket.ticket_id, 2, "copy", "printer-hot")
    house.must(paper)
    assert has_it(house.ticket("hot"))


def test_a_dish_of_two_stations_is_ready_when_both_are() -> None:
    house = a_served_check(a_line("p", "plate"))
    hot, grill = house.ticket("hot"), house.ticket("grill")
    assert hot.lines[0].also_at == ("grill",)
    house.must(c.BumpTicket(hot.ticket_id), by="nadia")
    assert house.line("p").state == "fired"
    house.must(c.MarkReady(grill.ticket_id, (LineId("p"),)), by="nadia")
    assert house.line("p").state == "ready"
    house.must(c.ServeLines(K, (LineId("p"),)))
    assert house.line("p").state == "served"


def test_undo_brings_back_exactly_what_was_and_recall_starts_the_timer_anew() -> None:
    house = a_served_check(a_line("l1"), a_line("l2", "fries", course=1))
    before = house.ticket("hot")
    house.must(c.MarkReady(before.ticket_id, (LineId("l1"),)), by="nadia")
    marked = house.ticket("hot")
    house.must(c.BumpTicket(before.ticket_id), by="nadia")
    house.must(c.RecallTicket(before.ticket_id, True), by="nadia")
    assert house.ticket("hot") == marked
    house.must(c.BumpTicket(before.ticket_id), by="nadia")
    house.now_ms += 60_000
    late = house.refused(c.RecallTicket(before.ticket_id, True), by="nadia")
    assert late.code == "undo_late"
    house.must(c.RecallTicket(before.ticket_id, False), by="nadia")
    assert house.ticket("hot").clock_ms == house.now_ms
    assert house.line("l1").state == "fired"


def test_a_voided_line_stays_on_the_ticket_until_the_cook_has_seen_it() -> None:
    house = a_served_check(a_line("l1", qty_milli=2_000))
    ticket = house.ticket("hot").ticket_id
    house.must(c.VoidLine(K, LineId("l1"), 1_000, "guest-left", True), by="nadia")
    shown = house.ticket("hot").lines[0]
    assert (shown.qty_milli, shown.was, shown.state) == (1_000, "2000", "queued")
    house.must(c.VoidLine(K, LineId("l1"), 1_000, "guest-left", False), by="nadia")
    assert (house.ticket("hot").lines[0].state, house.ticket("hot").lines[0].void_seen) == (
        "void",
        False,
    )
    house.must(c.AcknowledgeVoid(ticket, (LineId("l1"),)), by="nadia")
    assert house.ticket("hot").lines[0].void_seen


# -- rights and the ledger -----------------------------------------------------------------------
@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_nobody_does_without_the_right_what_needs_one(name: str) -> None:
    right = RIGHT_FOR[name]
    house = AHouse()
    facts = replace(house.facts("olena", "T1", None, "", "T1"), rights=frozenset())
    from sync_server.domain.decisions import decide
    from sync_server.domain.rejections import Refused

    body = _empty(COMMANDS[name])
    answer = decide(house.venue, body, facts)
    if right:
        assert isinstance(answer, Refused)
        assert (answer.code, answer.params["right"]) == ("not_allowed", right)


def _empty(kind: type) -> object:
    from dataclasses import fields
    from typing import get_type_hints

    hints = get_type_hints(kind)
    blanks = {int: 1, bool: True, str: "x"}
    made = {}
    for field in fields(kind):
        hint = hints[field.name]
        base = getattr(hint, "__supertype__", hint)
        made[field.name] = blanks.get(base, () if "tuple" in str(hint) else {})
    return kind(**made)


def test_every_event_of_an_evening_balances_in_the_ledger_and_the_accounts_agree() -> None:
    house = a_served_check(a_line("l1"), a_line("w", "wine"), a_steak("s", "pepper", "mint"))
    house.must(c.GiveDiscount(K, "g", "sum"), by="nadia")
    ask_room(house, 50_000)
    house.must(c.SettleCharge(ChargeId("ch"), "posted", "x"))
    house.must(cash(balance(house.check()), 200_000, tip=700))
    house.must(c.MoveCash(SH, "out", 64_000, "courier"), by="nadia")
    house.must(c.CountDrawer(SH, (c.DenominationCount(100, 2_500),)), by="nadia")
    house.must(c.CloseShift(SH, "counted badly"), by="nadia")
    posted: list[Entry] = []
    for event in house.events:
        posted += entries(event, (50_000, 0), False)
    sums: dict[str, int] = {}
    for entry in posted:
        sums[entry.account] = sums.get(entry.account, 0) + entry.amount_minor
    assert sum(sums.values()) == 0
    assert sums["guests"] == 0
    assert sums["room"] == 50_000
    assert sums["tips"] == -700
    assert sums.get("drawer:sh", 0) == 0
    (sale,) = house.happened(e.CheckClosed)
    assert -sums["sales:2000"] - sums["tax:2000"] == sale.totals.total_minor


def test_a_notice_is_tapped_away_by_whom_it_concerns() -> None:
    house = AHouse()
    told = c.TellStaff(NoticeId("n"), house.menu.staff["olena"].staff_id, "printer_failed", {})  # type: ignore[arg-type]
    house.must(told)
    assert house.refused(c.AcknowledgeNotice(NoticeId("n")), by="ihor").code == "not_allowed"
    house.must(c.AcknowledgeNotice(NoticeId("n")))
    assert house.venue.notices == {}


def test_a_rushed_ticket_stands_out_without_a_second_ticket_on_paper() -> None:
    house = a_served_check()
    ticket = house.ticket("hot")
    house.must(c.RushTickets((ticket.ticket_id,)), by="nadia")
    assert house.ticket("hot").rush
    assert house.ticket("hot").version == ticket.version
    again = house.refused(c.RushTickets((ticket.ticket_id,)), by="nadia")
    assert again.code == "nothing_to_do"


def test_a_ticket_moved_to_another_station_has_to_be_seen_there() -> None:
    house = a_served_check()
    ticket = house.ticket("hot")
    house.must(c.AcknowledgeTickets((c.TicketSeen(ticket.ticket_id, 1),)), by="nadia")
    house.must(c.MoveTicket(ticket.ticket_id, "grill"), by="nadia")
    assert not has_it(house.ticket("grill"))
    assert (
        house.refused(c.MoveTicket(ticket.ticket_id, "grill"), by="nadia").code == "nothing_to_do"
    )
    assert house.refused(c.MoveTicket(ticket.ticket_id, "attic"), by="nadia").code == "no_station"
    house.must(c.BumpTicket(ticket.ticket_id), by="nadia")
    assert house.line("l1").state == "ready"
    assert house.refused(c.MoveTicket(ticket.ticket_id, "hot"), by="nadia").code == "ticket_done"


def test_the_pass_lets_a_table_go_only_when_every_station_is_ready() -> None:
    house = a_served_check(a_line("p", "plate"))
    house.must(c.BumpTicket(house.ticket("hot").ticket_id), by="nadia")
    early = house.refused(c.PassLines(K, (LineId("p"),)), by="nadia")
    assert (early.code, early.params) == ("not_ready", {"count": 1})
    house.must(c.BumpTicket(house.ticket("grill").ticket_id), by="nadia")
    house.must(c.PassLines(K, (LineId("p"),)), by="nadia")
    assert house.line("p").state == "served"
    assert house.refused(c.PassLines(K, (LineId("p"),)), by="nadia").code == "nothing_to_do"
