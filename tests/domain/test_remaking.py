"""A dish that the kitchen has is made otherwise: void and new line in one step, old beside new."""

from dataclasses import replace

import pytest

from sync_server.domain import commands as c, events as e
from sync_server.domain.ids import CheckId, LineId, PaymentId, ShiftId
from sync_server.domain.limits import CHANGE_FREE_MS
from sync_server.domain.outward import PaperJob, effects_of
from sync_server.domain.records import LineBefore
from tests.builders import AHouse, a_line, a_menu, a_steak

K = CheckId("k")


@pytest.fixture
def house() -> AHouse:
    """Two ribeyes, rare, with pepper sauce (the first sauce is free), just fired."""
    house = AHouse()
    house.open()
    house.add("k", replace(a_steak("l1", "pepper"), qty_milli=2_000))
    house.send("k", "l1")
    return house


def _otherwise(*choices: str, qty: int = 2_000, **more: object) -> c.RemakeLine:
    chosen = tuple(c.Choice(x) for x in choices)
    made = c.RemakeLine(K, LineId("l1"), LineId("n1"), qty, chosen)
    return replace(made, **more)  # type: ignore[arg-type]


def test_a_fresh_dish_changes_in_its_place_and_price_and_recipe_follow(house: AHouse) -> None:
    version = house.ticket("grill").version
    house.must(_otherwise("well", "pepper", "mint"))
    old, new = house.line("l1"), house.line("n1")
    assert (old.state, old.gross_minor, new.state) == ("void", 0, "fired")
    assert new.gross_minor == 2 * (89_000 + 4_500)
    ticket = house.ticket("grill")
    (shown,) = ticket.lines
    assert (shown.line_id, shown.qty_milli, shown.state) == ("n1", 2_000, "queued")
    assert shown.chosen == (":well", ":pepper", ":mint")
    assert shown.before == LineBefore((":rare", ":pepper"), course=2)
    assert ticket.version == version + 1, "the kitchen has to acknowledge it"
    void, sold = house.happened(e.LineVoided)[-1], house.happened(e.LinesFired)[-1].sold[0]
    assert (void.kind, void.made, void.modifier_ids) == ("changed", False, ("rare", "pepper"))
    assert (sold.line_id, sold.modifier_ids) == ("n1", ("well", "pepper", "mint"))
    assert house.check().voids_count == 0, "nothing was lost"


def test_the_cooks_work_and_the_waiters_line_stay_the_same_dish_after_a_change(
    house: AHouse,
) -> None:
    house.must(_otherwise("well"))
    ticket = house.ticket("grill")
    house.must(c.BumpTicket(ticket.ticket_id), by="nadia", dev="kds")
    assert house.line("n1").state == "ready"
    house.must(c.ServeLines(K, (LineId("n1"),)))
    assert house.line("n1").state == "served"


def test_a_bump_that_crosses_a_change_leaves_what_the_cook_has_not_seen(house: AHouse) -> None:
    house.add("k", a_steak("l2", "pepper"))
    house.send("k", "l2")
    seen = house.ticket("grill")
    house.must(_otherwise("well"))
    bump = c.BumpTicket(seen.ticket_id, seen.version)
    house.must(bump, by="nadia", dev="kds")
    ticket = house.ticket("grill")
    assert [(line.line_id, line.state) for line in ticket.lines] == [
        ("n1", "queued"),
        ("l2", "ready"),
    ]
    assert (ticket.state, house.line("n1").state) == ("open", "fired")
    assert house.refused(bump, by="nadia", dev="kds").code == "ticket_changed"
    assert house.ticket("grill") == ticket, "twice says nothing new"
    house.must(c.BumpTicket(ticket.ticket_id, ticket.version), by="nadia", dev="kds")
    assert (house.ticket("grill").state, house.line("n1").state) == ("bumped", "ready")


def test_a_bump_that_crosses_an_addition_a_void_or_a_firing_leaves_just_these(
    house: AHouse,
) -> None:
    house.add("k", replace(a_steak("h", "pepper"), held=True))
    house.add("k", a_steak("gone", "pepper"))
    house.send("k", "h", "gone")
    seen = house.ticket("grill")
    house.add("k", a_steak("more", "pepper"))
    house.send("k", "more")
    house.must(c.FireLines(K, (LineId("h"),)))
    house.must(c.VoidLine(K, LineId("gone"), 1_000, "guest-left", False), by="nadia")
    house.must(c.BumpTicket(seen.ticket_id, seen.version), by="nadia", dev="kds")
    ticket = house.ticket("grill")
    assert {line.line_id: line.state for line in ticket.lines} == {
        "l1": "ready",
        "h": "queued",
        "gone": "void",
        "more": "queued",
    }
    assert (ticket.state, ticket.line("gone").void_seen) == ("open", False)  # type: ignore[union-attr]
    before = house.ticket("grill")
    assert dict(before.changes) == {"h": 4, "gone": 5, "more": 3}
    house.must(c.BumpTicket(seen.ticket_id), by="nadia", dev="kds")
    assert house.ticket("grill").state == "bumped", "whoever says no version means all of it"


def test_guests_who_moved_do_not_keep_a_ticket_open(house: AHouse) -> None:
    seen = house.ticket("grill")
    house.must(c.MoveCheck(K, "t2"))
    assert house.ticket("grill").version > seen.version
    house.must(c.BumpTicket(seen.ticket_id, seen.version), by="nadia", dev="kds")
    assert house.ticket("grill").state == "bumped"


def test_one_portion_of_two_is_a_line_of_its_own_and_shows_what_it_was(house: AHouse) -> None:
    house.must(_otherwise("well", "garlic", qty=1_000))
    assert (house.line("l1").qty_milli, house.line("n1").qty_milli) == (1_000, 1_000)
    old, new = house.ticket("grill").lines
    assert (old.line_id, old.qty_milli, old.was) == ("l1", 1_000, "2000")
    assert (new.line_id, new.qty_milli) == ("n1", 1_000)
    assert new.before is not None
    assert new.before.chosen == (":rare", ":pepper")


def test_what_a_cook_has_begun_changes_for_a_reason_by_whoever_may_void(house: AHouse) -> None:
    ticket = house.ticket("grill").ticket_id
    house.must(c.StartLines(ticket, (LineId("l1"),)), by="nadia", dev="kds")
    assert house.refused(_otherwise("well")).code == "dish_begun"
    assert house.refused(_otherwise("well", reason="hair")).code == "no_reason"
    told = _otherwise("well", reason="guest-left", made=True)
    assert house.refused(told).code == "not_allowed"
    house.must(told, approver="nadia")
    void = house.happened(e.LineVoided)[-1]
    assert (void.kind, void.made, void.approved_by) == ("void", True, "nadia")
    assert house.check().voids_count == 1
    (shown,) = house.ticket("grill").lines
    assert (shown.state, shown.started_ms) == ("queued", 0), "it is to be begun anew"
    assert shown.before is not None


def test_a_cook_who_never_taps_start_is_believed_to_have_begun_after_a_while(
    house: AHouse,
) -> None:
    house.now_ms += CHANGE_FREE_MS
    assert house.refused(_otherwise("well")).code == "dish_begun"


def test_of_what_a_station_has_bumped_already_it_gets_a_new_ticket() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1", "plate"))
    house.send("k", "l1")
    by_station = {t.station_id: t for t in house.venue.tickets.values()}
    house.must(c.BumpTicket(by_station["hot"].ticket_id), by="nadia", dev="kds")
    change = c.RemakeLine(K, LineId("l1"), LineId("n1"), 1_000, (), "no salt")
    house.must(replace(change, reason="guest-left"), by="nadia")
    fresh = [
        t.station_id
        for t in house.venue.tickets.values()
        if t.state == "open" and t.line("n1") is not None
    ]
    assert sorted(fresh) == ["grill", "hot"]
    assert house.venue.tickets[by_station["grill"].ticket_id].line("n1") is not None


@pytest.mark.parametrize(
    ("deed", "code"),
    [
        (_otherwise("rare", "pepper"), "nothing_to_do"),
        (_otherwise("well", qty=3_000), "bad_quantity"),
        (_otherwise("pepper"), "modifier_missing"),
        (_otherwise("well", "unheard-of"), "modifier_unknown"),
        (_otherwise("well", line_id=LineId("x")), "no_line"),
        (_otherwise("well", new_line_id=LineId("l1")), "duplicate_id"),
    ],
)
def test_what_cannot_be_made_otherwise_is_refused_with_a_word(
    house: AHouse, deed: c.RemakeLine, code: str
) -> None:
    assert house.refused(deed).code == code
    assert house.line("l1").qty_milli == 2_000


def test_what_is_unsent_held_or_ready_is_no_matter_of_this(house: AHouse) -> None:
    house.add("k", a_steak("l2"), a_steak("l3", held=True))
    fresh = replace(_otherwise("well", qty=1_000), line_id=LineId("l2"))
    assert house.refused(fresh).code == "line_not_sent"
    house.send("k", "l3")
    held = replace(_otherwise("well", qty=1_000), line_id=LineId("l3"))
    assert house.refused(held).code == "line_not_sent"
    house.must(c.BumpTicket(house.ticket("grill").ticket_id), by="nadia", dev="kds")
    assert house.refused(_otherwise("well")).code == "dish_ready"


def test_of_two_waiters_the_second_is_told_and_nothing_is_made_twice(house: AHouse) -> None:
    basis = house.venue.n
    house.must(_otherwise("well", qty=1_000))
    second = replace(_otherwise("well", "mint", qty=1_000), new_line_id=LineId("n2"))
    assert house.refused(second, dev="T2", basis_n=basis).code == "line_changed"


def test_the_stop_list_counts_what_is_taken_and_gives_back_what_is_not(house: AHouse) -> None:
    house.must(c.StopItem("garlic", 1_000), by="nadia")
    house.must(c.StopItem("pepper", 0), by="nadia")
    house.must(c.StopItem("ribeye", 0), by="nadia")
    assert house.refused(_otherwise("rare", "garlic")).code == "item_stopped"
    house.must(_otherwise("rare", "garlic", qty=1_000))
    left = {item: stop.left_milli for item, stop in house.venue.stops.items()}
    assert left == {"garlic": 0, "pepper": 1_000, "ribeye": 0}


def test_a_discount_on_the_dish_holds_for_it_after_a_change(house: AHouse) -> None:
    house.must(c.GiveDiscount(K, "g1", "half", (LineId("l1"),), "sorry"), by="nadia")
    house.must(_otherwise("well", qty=1_000))
    assert house.check().grants[0].line_ids == ("l1", "n1")


def test_what_was_paid_already_is_not_undercut(house: AHouse) -> None:
    house.add("k", a_steak("l4", "pepper", "mint"))
    house.send("k", "l4")
    due = 3 * 89_000 + 4_500
    paid = c.TakePayment(K, PaymentId("p1"), ShiftId("sh"), "cash", due - 10, due - 10)
    house.must(paid, by="nadia")
    less = c.RemakeLine(K, LineId("l4"), LineId("n4"), 1_000, (c.Choice("rare"),))
    assert house.refused(less, by="nadia").code == "has_payments"


def test_paper_shows_old_struck_above_new_and_a_terminals_own_paper_is_not_repeated() -> None:
    menu = a_menu()
    stations = {x: replace(one, paper="always") for x, one in menu.stations.items()}
    house = AHouse(replace(menu, stations=stations))
    house.open()
    house.add("k", a_steak("l1", "pepper"), a_steak("l2"))
    house.send("k", "l1", "l2")

    def papers(command: object) -> list[tuple[str, tuple[str, ...]]]:
        done = house.must(command)
        found = [x for one in done.events for x in effects_of(one, house.venue, house.menu)]
        jobs = [x.payload for x in found if isinstance(x.payload, PaperJob)]
        return [(job.document, job.lines) for job in jobs]

    assert papers(_otherwise("well", qty=1_000)) == [("change", ("n1",))]
    alone = c.RemakeLine(K, LineId("l2"), LineId("n2"), 1_000, (c.Choice("well"),))
    assert papers(replace(alone, printed_at=("grill",))) == []
    assert house.ticket("grill").paper == "printed"


def test_a_terminals_paper_of_a_change_does_not_vouch_for_what_nobody_saw() -> None:
    """The rest of the ticket was never drawn: paper still takes over for it."""
    house = AHouse()
    house.open()
    house.add("k", a_steak("l1"), a_steak("l2"))
    house.send("k", "l1", "l2")
    house.must(replace(_otherwise("well", qty=1_000), printed_at=("grill",)))
    ticket = house.ticket("grill")
    assert (ticket.paper, ticket.paper_version < ticket.version) == ("printed", True)
