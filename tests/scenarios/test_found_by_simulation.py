"""What evenings of the simulation found in the product, each told once more in a few lines."""

from sync_server.domain import commands as c
from sync_server.domain import events as e
from sync_server.domain.ids import CheckId, LineId
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
