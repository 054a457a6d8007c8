"""What may be done to a check, and the conflicts of two waiters (reliability 2.8)."""

from dataclasses import replace

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import balance, bill_is_stale, totals_of
from sync_server.domain.ids import CheckId, LineId, PaymentId, ShiftId, StaffId
from sync_server.domain.rejections import Accepted, Refused
from tests.builders import AHouse, a_line, a_menu, a_steak

K = CheckId("k")


def pay_in_full(house: AHouse, check: str = "k", name: str = "p1") -> Accepted:
    due = balance(house.check(check))
    return house.must(
        c.TakePayment(CheckId(check), PaymentId(name), ShiftId("sh"), "cash", due, due + 10)
    )


def test_a_line_is_priced_when_it_is_ordered_and_says_what_was_chosen() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_steak("l1", "pepper", "garlic", seat=2, allergy="nuts"))
    line = house.line("l1")
    assert (line.unit_minor, line.gross_minor, line.seat) == (93_500, 93_500, 2)
    assert [m.name for m in line.chosen] == ["rare", "pepper", "garlic"]
    assert line.allergy == "nuts"


def test_a_later_price_does_not_touch_a_line_that_was_ordered() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"))
    dearer = {"borscht": replace(house.menu.items["borscht"], price_minor=99_900)}
    house.menu = replace(house.menu, number=2, items={**house.menu.items, **dearer})
    assert house.line("l1").gross_minor == 18_500


def test_the_price_of_a_menu_shown_an_hour_ago_still_counts() -> None:
    house = AHouse()
    house.open()
    old = house.menu
    dearer = {"borscht": replace(old.items["borscht"], price_minor=99_900)}
    house.menu = replace(old, number=2, items={**old.items, **dearer})
    facts = replace(house.facts("olena", "T1", None, "", "T1"), old_menus={1: old})
    from sync_server.domain.decisions import decide

    shown = decide(house.venue, c.AddLines(K, (a_line("l1"),)), facts)
    assert isinstance(shown, Accepted)
    added = shown.events[0]
    assert isinstance(added, e.LinesAdded)
    assert added.lines[0].unit_minor == 18_500
    stale = decide(house.venue, c.AddLines(K, (a_line("l1"),)), replace(facts, old_menus={}))
    assert isinstance(stale, Accepted)
    assert stale.adjusted is not None
    assert stale.adjusted.code == "price_differs"


def test_what_was_not_sent_is_removed_without_a_trace_and_what_was_sent_is_not() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"), a_line("l2"))
    house.send("k", "l1")
    house.must(c.RemoveLines(K, (LineId("l2"),)))
    assert [line.line_id for line in house.check().lines] == ["l1"]
    assert house.refused(c.RemoveLines(K, (LineId("l1"),))).code == "line_sent"


def test_a_void_needs_the_right_a_reason_and_a_quantity_that_is_there() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1", qty_milli=3_000))
    house.send("k", "l1")
    void = c.VoidLine(K, LineId("l1"), 1_000, "guest-left", True)
    assert house.refused(void).code == "not_allowed"
    assert house.refused(replace(void, reason="why"), by="nadia").code == "no_reason"
    assert house.refused(replace(void, qty_milli=4_000), by="nadia").code == "bad_quantity"
    house.must(void, approver="nadia")
    line = house.line("l1")
    assert (line.qty_milli, line.gross_minor, line.void_milli, line.state) == (
        2_000,
        37_000,
        1_000,
        "fired",
    )
    assert house.happened(e.LineVoided)[0].approved_by == "nadia"
    house.must(replace(void, qty_milli=2_000), by="nadia")
    assert house.line("l1").state == "void"
    assert totals_of(house.check()).total_minor == 0
    assert house.refused(void, by="nadia").code == "line_voided"


def test_a_colleagues_table_is_touched_only_by_right() -> None:
    house = AHouse()
    house.open()
    command = c.AddLines(K, (a_line("l1"),))
    refused = house.refused(command, by="ihor", dev="T2")
    assert (refused.code, refused.params["owner"]) == ("other_waiter", "olena")
    house.must(command, by="nadia", dev="T2")


def test_lines_for_a_check_that_was_paid_meanwhile_stand_on_a_new_one() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"))
    house.send("k", "l1")
    pay_in_full(house)
    late = house.must(c.AddLines(K, (a_line("l2"), a_line("l3"))), dev="T2")
    assert late.adjusted is not None
    assert late.adjusted.code == "continued"
    assert late.adjusted.params["new_number"] == "T1-001/2"
    (new,) = house.venue.checks.values()
    assert (new.number, new.continues, len(new.lines)) == ("T1-001/2", "k", 2)
    house.must(c.SendLines(K, (LineId("l2"),)))
    assert house.line("l2", new.check_id).state == "fired"
    (raised,) = house.venue.notices.values()
    assert (raised.staff_id, raised.code) == ("olena", "continued")


def test_two_checks_opened_on_one_table_both_stand_and_the_second_is_told() -> None:
    house = AHouse()
    basis = house.venue.n
    house.open("a", "T1-001")
    second = house.must(
        c.OpenCheck(CheckId("b"), "T2-001", "table", "t3"), by="ihor", dev="T2", basis_n=basis
    )
    assert second.adjusted is not None
    assert second.adjusted.params["number"] == "T1-001"
    assert len(house.venue.checks) == 2
    knowingly = house.must(c.OpenCheck(CheckId("d"), "T2-002", "table", "t3"), by="ihor", dev="T2")
    assert knowingly.adjusted is None


def test_a_line_that_a_colleague_changed_since_is_not_changed_blindly() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"))
    basis = house.venue.n
    change = c.ChangeLine(K, LineId("l1"), 2_000, (), 1, 1, "", "")
    house.must(change, by="nadia", dev="T2")
    refused = house.refused(replace(change, qty_milli=3_000), basis_n=basis)
    assert (refused.code, refused.params["by"]) == ("line_changed", "nadia")
    house.must(replace(change, qty_milli=3_000))
    assert house.line("l1").qty_milli == 3_000


def test_ones_own_later_change_wins_over_ones_own_earlier_one() -> None:
    house = AHouse()
    house.open()
    basis = house.venue.n
    house.add("k", a_line("l1"))
    change = c.ChangeLine(K, LineId("l1"), 2_000, (), 1, 1, "", "")
    house.must(change, basis_n=basis)
    house.must(replace(change, qty_milli=3_000), basis_n=basis)
    assert house.line("l1").qty_milli == 3_000


def test_of_a_sent_line_only_seat_and_course_may_change_and_the_ticket_follows() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"))
    house.send("k", "l1")
    house.must(c.ChangeLine(K, LineId("l1"), 1_000, (), 4, 2, "", ""))
    assert house.ticket("hot").lines[0].seat == 4
    more = c.ChangeLine(K, LineId("l1"), 2_000, (), 4, 2, "", "")
    assert house.refused(more).code == "line_sent"


def test_sending_twice_fires_once() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"), a_line("l2"))
    house.send("k", "l1", "l2")
    assert house.refused(c.SendLines(K, (LineId("l1"),))).code == "nothing_to_send"
    house.add("k", a_line("l3"))
    partly = house.must(c.SendLines(K, (LineId("l1"), LineId("l2"), LineId("l3"))))
    assert partly.adjusted is not None
    assert partly.adjusted.params["count"] == 2
    sold = [sold.line_id for fired in house.happened(e.LinesFired) for sold in fired.sold]
    assert sold == ["l1", "l2", "l3"]


def test_a_split_keeps_every_kopiyka_and_tells_the_kitchen_nothing_again() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("w", "wine"), a_line("l1"), a_line("l2", qty_milli=3_000))
    house.send("k", "w", "l1", "l2")
    before = totals_of(house.check()).total_minor
    told = len(house.happened(e.TicketOpened)) + len(house.happened(e.TicketLinesAdded))
    moves = (
        c.Move(LineId("w"), 333, LineId("w2")),
        c.Move(LineId("l1"), 1_000, LineId("l1")),
        c.Move(LineId("l2"), 1_000, LineId("l22")),
    )
    house.must(c.MoveLines(K, CheckId("k2"), moves, "T1-002"))
    a, b = house.check("k"), house.check("k2")
    assert totals_of(a).total_minor + totals_of(b).total_minor == before
    assert [line.line_id for line in b.lines] == ["w2", "l1", "l22"]
    assert len(house.happened(e.TicketOpened)) + len(house.happened(e.TicketLinesAdded)) == told
    house.must(c.BumpTicket(house.ticket("bar").ticket_id), by="nadia")
    assert {house.line("w", "k").state, house.line("w2", "k2").state} == {"ready"}


def test_merging_moves_everything_and_relabels_the_tickets() -> None:
    house = AHouse()
    house.open("a", "T1-001", "t3")
    house.open("b", "T1-002", "t5")
    house.add("a", a_line("l1"))
    house.add("b", a_line("l2"))
    house.send("a", "l1")
    house.must(c.MergeChecks(CheckId("a"), CheckId("b")))
    assert [line.line_id for line in house.check("b").lines] == ["l2", "l1"]
    assert house.check("a").state == "abandoned"
    ticket = house.ticket("hot")
    assert (ticket.check_id, ticket.table_id) == ("b", "t5")


def test_moving_to_another_table_and_to_a_colleague_shows_on_the_ticket() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"))
    house.send("k", "l1")
    house.must(c.MoveCheck(K, "t7"))
    house.must(c.TransferCheck(K, StaffId("ihor")), by="nadia")
    ticket = house.ticket("hot")
    assert (ticket.table_id, ticket.waiter, ticket.version) == ("t7", "ihor", 3)
    assert house.refused(c.MoveCheck(K, "nowhere"), by="nadia").code == "no_table"


def test_a_discount_is_set_once_and_within_the_limit() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"))
    over = house.refused(c.GiveDiscount(K, "g1", "half"))
    assert (over.code, over.params["limit"]) == ("over_limit", 1_000)
    house.must(c.GiveDiscount(K, "g1", "half"), approver="nadia")
    assert house.check().grants[0].approved_by == "nadia"
    again = house.refused(c.GiveDiscount(K, "g2", "gold"))
    assert (again.code, again.params["name"]) == ("discount_set", "Half")
    house.must(c.TakeBackDiscount(K, "g1"))
    house.must(c.GiveDiscount(K, "g2", "gold"))
    assert totals_of(house.check()).total_minor == 18_500 - 925


def test_a_bill_goes_stale_when_something_is_added() -> None:
    house = AHouse()
    house.open()
    assert house.refused(c.PrintPreBill(K)).code == "bill_empty"
    house.add("k", a_line("l1"))
    house.must(c.PrintPreBill(K))
    assert not bill_is_stale(house.check())
    house.add("k", a_line("l2"))
    assert bill_is_stale(house.check())
    house.must(c.PrintPreBill(K))
    assert (house.check().bill_copies, bill_is_stale(house.check())) == (2, False)


def test_the_last_portion_goes_to_whoever_is_decided_first() -> None:
    house = AHouse()
    house.must(c.StopItem("borscht", 1_000), by="nadia")
    house.open("a", "T1-001", "t1")
    house.open("b", "T2-001", "t2", by="ihor", dev="T2")
    house.add("a", a_line("l1"))
    house.add("b", a_line("l2"), by="ihor", dev="T2")
    house.send("a", "l1")
    refused = house.refused(c.SendLines(CheckId("b"), (LineId("l2"),)), by="ihor", dev="T2")
    assert (refused.code, refused.params["item"]) == ("item_stopped", "borscht")
    assert house.refused(c.AddLines(CheckId("a"), (a_line("l3"),))).code == "item_stopped"
    house.must(c.VoidLine(CheckId("a"), LineId("l1"), 1_000, "guest-left", False), by="nadia")
    house.must(c.SendLines(CheckId("b"), (LineId("l2"),)), by="ihor", dev="T2")


def test_a_stopped_dish_that_a_terminal_printed_itself_is_kept_and_told() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"))
    house.must(c.StopItem("borscht"), by="nadia")
    local = house.must(c.SendLines(K, (LineId("l1"),), "local"))
    assert local.adjusted is not None
    assert local.adjusted.code == "stopped_but_printed"
    assert house.ticket("hot").paper == "printed"


def test_impossible_input_is_refused_in_words() -> None:
    house = AHouse()
    house.open()
    bad = {
        "bad_quantity": a_line("x", qty_milli=0),
        "no_item": a_line("x", "unicorn"),
        "bad_text": a_line("x", note="n" * 141),
        "modifier_missing": a_line("x", "ribeye"),
    }
    for code, line in bad.items():
        assert house.refused(c.AddLines(K, (line,))).code == code
    assert house.refused(c.AddLines(K, ())).code == "nothing_to_do"
    many = tuple(a_line(f"m{i}") for i in range(41))
    assert house.refused(c.AddLines(K, many)).code == "too_many"
    house.add("k", a_line("l1"))
    assert house.refused(c.AddLines(K, (a_line("l1"),))).code == "duplicate_id"
    foreign = c.OpenCheck(CheckId("z"), "T9-001", "table", "t1")
    assert house.refused(foreign).code == "bad_number"
    assert house.refused(replace(foreign, number="T1-9", table_id="?")).code == "no_table"
    assert house.refused(replace(foreign, number="T1-9", guests=0)).code == "bad_quantity"


def test_nothing_is_ordered_before_the_day_is_open() -> None:
    house = AHouse(shift=False)
    house.must(c.CloseDay(), by="nadia")
    assert house.refused(c.OpenCheck(K, "T1-001", "table", "t1")).code == "day_closed"
    assert house.refused(c.OpenShift(ShiftId("x"), "1", 0), by="nadia").code == "day_closed"


def test_a_menu_with_tax_on_top_says_so_on_the_check() -> None:
    house = AHouse(a_menu(tax_inclusive=False, service_bp=1_000))
    house.open()
    house.add("k", a_line("l1"))
    totals = totals_of(house.check())
    assert totals.total_minor == 18_500 + 1_850 + (18_500 + 1_850) // 5


def test_every_refusal_code_that_the_rules_can_give_is_listed() -> None:
    import re
    from pathlib import Path

    from sync_server.domain.rejections import CODES

    used = set()
    for path in Path("sync_server/domain").glob("*.py"):
        used |= set(re.findall(r'refuse\(\s*"(\w+)"', path.read_text()))
    assert len(used) > 40
    assert used <= CODES.keys()
    assert isinstance(AHouse().refused(c.FreeItem("borscht"), by="nadia"), Refused)
