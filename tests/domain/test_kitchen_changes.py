"""What a ticket is told after it was sent: old and new side by side, on paper where it is used."""

from dataclasses import replace

import pytest

from sync_server.domain import commands as c, events as e
from sync_server.domain.ids import CheckId, LineId, StaffId
from sync_server.domain.outward import Effect, PaperJob, effects_of
from sync_server.domain.records import LineBefore
from tests.builders import AHouse, a_line, a_menu, a_steak

K = CheckId("k")


@pytest.fixture
def house() -> AHouse:
    house = AHouse()
    house.open()
    return house


def _change(line_id: str, *choices: str, seat: int = 0, note: str = "", allergy: str = "",
            course: int = 2) -> c.ChangeLine:  # fmt: skip
    chosen = tuple(c.Choice(x) for x in choices)
    return c.ChangeLine(K, LineId(line_id), 1_000, chosen, seat, course, note, allergy)


def test_note_allergy_seat_and_course_of_a_line_at_work_may_change_and_old_stands_by_new(
    house: AHouse,
) -> None:
    house.add("k", a_line("l1", note="no salt", seat=1))
    house.send("k", "l1")
    house.must(_change("l1", seat=2, note="hot", allergy="nuts"))
    shown = house.ticket("hot").lines[0]
    assert (shown.note, shown.allergy, shown.seat, shown.course) == ("hot", "nuts", 2, 2)
    assert shown.before == LineBefore(note="no salt", seat=1, course=1)
    assert house.ticket("hot").version == 2


def test_of_two_changes_the_cook_sees_what_he_knew_and_one_taken_back_is_none(
    house: AHouse,
) -> None:
    house.add("k", a_line("l1", note="hot", course=2))
    house.send("k", "l1")
    house.must(_change("l1", note="cold"))
    house.must(_change("l1", note="icy"))
    shown = house.ticket("hot").lines[0]
    assert shown.before is not None
    assert (shown.before.note, shown.note) == ("hot", "icy")
    house.must(_change("l1", note="hot"))
    assert house.ticket("hot").lines[0].before is None


def test_a_seen_change_is_old_news_and_the_next_one_begins_there(house: AHouse) -> None:
    house.add("k", a_line("l1", course=2))
    house.send("k", "l1")
    house.must(_change("l1", note="hot"))
    ticket = house.ticket("hot")
    house.must(c.AcknowledgeVoid(ticket.ticket_id, (LineId("l1"),)), by="nadia", dev="kds")
    assert house.ticket("hot").lines[0].before is None
    house.must(_change("l1", note="cold"))
    before = house.ticket("hot").lines[0].before
    assert before is not None
    assert before.note == "hot"


def test_choices_change_while_a_line_is_on_hold_and_never_once_it_is_made(house: AHouse) -> None:
    house.add("k", a_steak("l1", "pepper", held=True), a_steak("l2"))
    house.send("k", "l1", "l2")
    due = house.line("l1").gross_minor
    house.must(_change("l1", "well", "garlic", "mint"))
    line, shown = house.line("l1"), house.ticket("grill").lines[0]
    assert (line.state, line.sent, line.gross_minor) == ("held", True, due + 4_500)
    assert shown.chosen == (":well", ":garlic", ":mint")
    assert shown.before is not None
    assert shown.before.chosen == (":rare", ":pepper")
    assert house.refused(_change("l2", "well")).code == "line_sent"
    house.must(c.FireLines(K, (LineId("l1"),)))
    assert house.happened(e.LinesFired)[-1].sold[0].modifier_ids == ("well", "garlic", "mint")


def test_a_choice_that_ran_out_is_refused_and_the_old_one_is_given_back(house: AHouse) -> None:
    house.add("k", a_steak("l1", "pepper", held=True))
    house.send("k", "l1")
    house.must(c.StopItem("garlic", 0), by="nadia")
    house.must(c.StopItem("pepper", 1_000), by="nadia")
    assert house.refused(_change("l1", "rare", "garlic")).code == "item_stopped"
    house.must(_change("l1", "rare"))
    assert house.venue.stops["pepper"].left_milli == 2_000


def test_what_is_ready_is_not_changed_any_more(house: AHouse) -> None:
    house.add("k", a_line("l1", course=2))
    house.send("k", "l1")
    ready = c.MarkReady(house.ticket("hot").ticket_id, (LineId("l1"),), True)
    house.must(ready, by="nadia", dev="kds")
    assert house.refused(_change("l1", note="hot")).code == "line_sent"


def _papers(house: AHouse, command: object, by: str = "olena") -> list[tuple[str, PaperJob]]:
    """The papers that a command brings."""
    done = house.must(command, by)
    effects: list[Effect] = [
        effect for event in done.events for effect in effects_of(event, house.venue, house.menu)
    ]
    return [(one.target, one.payload) for one in effects if isinstance(one.payload, PaperJob)]


def test_paper_follows_a_change_a_move_and_a_push_where_paper_is_what_the_cook_works_from() -> None:
    menu = a_menu()
    stations = {x: replace(one, paper="always") for x, one in menu.stations.items()}
    stations["bar"] = menu.stations["bar"]
    house = AHouse(replace(menu, stations=stations))
    house.open()
    house.add("k", a_line("l1", course=2), a_line("w", "wine"))
    house.send("k", "l1", "w")
    ((target, job),) = _papers(house, _change("l1", note="hot"))
    assert (target, job.document, job.lines) == ("printer-hot", "change", ("l1",))
    ((target, job),) = _papers(house, c.MoveCheck(K, "t5"))
    assert (target, job.document, job.was_at, job.table) == ("printer-hot", "move", "3", "5")
    ((_, job),) = _papers(house, c.JoinTables(K, ("t4",)))
    assert (job.document, job.was_at, job.table) == ("move", "5", "5+4")
    assert _papers(house, c.TransferCheck(K, StaffId("ihor")), "nadia") == []
    pushed = c.MoveTicket(house.ticket("hot").ticket_id, "grill")
    ((target, job),) = _papers(house, pushed, "nadia")
    assert (target, job.document, job.lines) == ("printer-grill", "kitchen", ())
