"""Approval from another terminal: who may give it, for what, and what waits meanwhile."""

from dataclasses import replace

from sync_server.domain import commands as c, events as e
from sync_server.domain.approvals import lends
from sync_server.domain.checks import Stamp
from sync_server.domain.decisions import decide
from sync_server.domain.ids import NOBODY, CheckId
from sync_server.domain.limits import REQUEST_MS
from sync_server.domain.rejections import Accepted
from tests.builders import AHouse, a_line

K = CheckId("k")
HALF = c.GiveDiscount(K, "g", "half")
ASK = c.AskApproval("r", K, "GiveDiscount", "digest", "over_limit", {"limit_bp": 1_000}, "birthday")


def a_request() -> AHouse:
    """Olena asked for half the price of a borscht."""
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"))
    house.send("k", "l1")
    assert house.refused(HALF).code == "over_limit"
    house.must(ASK)
    return house


def spent(house: AHouse) -> object:
    """The discount, given by the request."""
    request = house.venue.requests["r"]
    approver = lends(request, "olena", "GiveDiscount", "digest", house.now_ms)
    facts = replace(
        house.facts("olena", "T1", None, approver, "T1"), request_id="r", now_ms=house.now_ms
    )
    made = decide(house.venue, HALF, facts)
    if isinstance(made, Accepted):
        for event in made.events:
            house.venue.apply(event, Stamp(house.venue.n + 1, "T1"))
            house.events.append(event)
    return made


def test_a_manager_approves_from_another_terminal_and_the_approval_is_spent_once() -> None:
    house = a_request()
    house.must(c.AnswerApproval("r", True), by="nadia", dev="T2")
    assert isinstance(spent(house), Accepted)
    (given,) = house.happened(e.DiscountGiven)
    assert given.grant.approved_by == "nadia"
    assert house.venue.requests == {}
    assert house.refused(c.AnswerApproval("r", True), by="nadia").code == "approval_invalid"


def test_the_bill_waits_while_an_approval_is_asked_for_unless_nobody_could_know() -> None:
    house = a_request()
    assert house.refused(c.PrintPreBill(K)).code == "check_frozen"
    assert house.refused(replace(ASK, request_id="r2")).code == "check_frozen"
    house.must(c.PrintPreBill(K), basis_n=house.venue.n - 1, by="ihor", approver="nadia")
    house.must(c.CancelApproval("r"))
    house.must(c.PrintPreBill(K))


def test_a_request_that_nobody_answers_frees_the_bill_by_itself() -> None:
    house = a_request()
    house.now_ms += REQUEST_MS
    assert house.refused(c.AnswerApproval("r", True), by="nadia").code == "approval_invalid"
    house.must(c.PrintPreBill(K))


def test_a_denied_request_lends_nothing_and_frees_the_bill() -> None:
    house = a_request()
    house.must(c.AnswerApproval("r", False), by="nadia")
    assert lends(house.venue.requests["r"], "olena", "GiveDiscount", "digest", house.now_ms) == ""
    house.must(c.PrintPreBill(K))


def test_an_approval_fits_its_command_its_asker_and_its_time_only() -> None:
    house = a_request()
    request = house.venue.requests["r"]
    assert lends(request, "olena", "GiveDiscount", "digest", house.now_ms) == NOBODY
    house.must(c.AnswerApproval("r", True), by="nadia")
    granted, now = house.venue.requests["r"], house.now_ms
    assert lends(granted, "olena", "GiveDiscount", "digest", now) == "nadia"
    assert lends(granted, "ihor", "GiveDiscount", "digest", now) == NOBODY
    assert lends(granted, "olena", "VoidLine", "digest", now) == NOBODY
    assert lends(granted, "olena", "GiveDiscount", "another amount", now) == NOBODY
    assert lends(granted, "olena", "GiveDiscount", "digest", now + REQUEST_MS + 60_000) == NOBODY


def test_nobody_approves_for_himself_nor_without_the_right() -> None:
    house = AHouse()
    house.open(by="nadia")
    house.must(ASK, by="nadia")
    assert house.refused(c.AnswerApproval("r", True), by="nadia").code == "not_allowed"
    assert house.refused(c.AnswerApproval("r", True), by="ihor").code == "not_allowed"
    assert house.refused(c.CancelApproval("r"), by="ihor").code == "not_allowed"
