"""What evenings of the simulation found in the product, each told once more in a few lines."""

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import balance
from sync_server.domain.ids import CheckId, LineId, PaymentId, ShiftId
from tests.builders import AHouse, a_line


def test_a_dish_split_off_before_it_was_sent_is_one_of_its_own_in_the_kitchen() -> None:
    """It kept the name of the line it came from, so the cook never heard of its void."""
    house = AHouse()
    house.open()
    house.add("k", a_line("l1", qty_milli=2_000))
    split = c.Move(LineId("l1"), 1_000, LineId("l2"))
    house.must(c.MoveLines(CheckId("k"), CheckId("j"), (split,), "T1-002"))
    house.send("j", "l2")
    house.must(c.VoidLine(CheckId("j"), LineId("l2"), 1_000, "guest-left", False), by="nadia")
    assert [event.line_id for event in house.happened(e.TicketLineVoided)] == ["l2"]
    ticket = house.ticket("hot")
    assert [line.state for line in ticket.lines] == ["void"]


def test_what_is_paid_for_is_not_taken_off_without_a_refund() -> None:
    """A line that was not sent could be removed, or made smaller, below what had been paid."""
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"), a_line("l2", qty_milli=2_000))
    house.send("k", "l1")
    house.must(
        c.TakePayment(CheckId("k"), PaymentId("p"), ShiftId("sh"), "cash", 40_000, 40_000),
        by="olena",
    )
    off = house.refused(c.RemoveLines(CheckId("k"), (LineId("l2"),)))
    less = house.refused(c.ChangeLine(CheckId("k"), LineId("l2"), 1_000, (), 0, 1, "", ""))
    assert (off.code, less.code) == ("has_payments", "has_payments")
    house.must(c.ChangeLine(CheckId("k"), LineId("l2"), 3_000, (), 0, 1, "", ""))


def test_money_goes_back_to_a_guest_who_paid_no_tax() -> None:
    """The terminal fell over: the prices contain a tax that this guest had not paid."""
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"))
    house.send("k", "l1")
    house.must(c.ExemptTax(CheckId("k"), True, "embassy"), by="nadia")
    due = balance(house.check())
    paid = (CheckId("k"), PaymentId("p"), ShiftId("sh"), "cash", due, due + 1_000)
    house.must(c.TakePayment(*paid), by="nadia")
    assert house.check().state == "closed"
    back = (CheckId("k"), PaymentId("r"), PaymentId("p"), ShiftId("sh"), due // 3, "sorry")
    house.must(c.RefundPayment(*back), by="nadia")
    (event,) = house.happened(e.PaymentRefunded)
    assert [(one.base_minor, one.tax_minor) for one in event.taxes] == [(due // 3, 0)]
