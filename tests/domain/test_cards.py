"""A card is charged once or not at all, whatever its terminal says, twice, late or never."""

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import balance
from sync_server.domain.figures import LateSum
from sync_server.domain.ids import CheckId, PaymentId, ShiftId
from sync_server.domain.menu import CardTerminal
from sync_server.domain.outward import CARD, CARD_ASIDE, CardJob, effects_of
from sync_server.domain.rejections import Accepted
from tests.builders import AHouse, a_line, a_menu
from tests.domain.test_till import P1, P2, SH, K, a_check, booked, drawer

TERMINALS = {"1": CardTerminal("ct1", "1", "127.0.0.1", 1)}


def a_house() -> AHouse:
    """A check of 185.00 beside a drawer with a card terminal."""
    return a_check(house=AHouse(replace(a_menu(), card_terminals=TERMINALS)))


def asked(house: AHouse, amount: int = 18_500, tip: int = 0) -> AHouse:
    """The terminal waits for the card."""
    house.must(c.AskCard(K, P1, SH, amount, tip), by="nadia")
    return house


def approve(amount: int = 18_500, reference: str = "A1", tip: int = 0) -> c.SettleCard:
    """What the terminal says when money moved."""
    return c.SettleCard(P1, "approved", amount, tip, reference)


def states(house: AHouse) -> list[tuple[str, int]]:
    """The payments of the check."""
    return [(p.state, p.amount_minor) for p in house.check().payments]


def test_an_approved_card_is_a_payment_like_any_other_and_closes_the_check() -> None:
    house = asked(a_house(), tip=1_000)
    assert (balance(house.check()), house.check().state) == (0, "open")
    assert not house.venue.shifts[SH].figures.card_minor
    house.must(approve(19_500))
    check = house.check()
    assert (check.state, states(house)) == ("closed", [("done", 18_500)])
    assert (check.payments[0].reference, check.payments[0].tip_minor) == ("A1", 1_000)
    assert house.venue.shifts[SH].figures.card_minor == 19_500 == booked(house)["card"]
    assert house.refused(approve(19_500)).code == "nothing_to_do"


def test_a_declined_card_leaves_the_balance_free_for_another_tender() -> None:
    house = asked(a_house())
    house.must(c.SettleCard(P1, "declined", code="declined", words="NOT SUFFICIENT"))
    assert (balance(house.check()), states(house)) == (18_500, [("refused", 18_500)])
    house.must(c.TakePayment(K, P2, SH, "cash", 18_500, 18_500), by="nadia")
    assert house.check().state == "closed"
    assert booked(house)["card"] == 0


def test_an_unknown_holds_the_balance_and_the_day_until_somebody_knows() -> None:
    house = asked(a_house())
    house.must(c.SettleCard(P1, "unknown", code="no answer"))
    assert (balance(house.check()), states(house)) == (0, [("unknown", 18_500)])
    (told,) = house.happened(e.NoticeRaised)
    assert (told.code, told.params["amount_minor"]) == ("card_unknown", 18_500)
    closing = house.refused(c.CloseDay(), by="nadia")
    assert closing.code == "day_has_open"
    assert house.refused(c.AskCard(K, P2, SH, 18_500), by="nadia").code == "amount_over_due"
    house.must(c.LookAtCard(P1), by="nadia")
    house.must(approve())
    assert house.check().state == "closed"
    assert house.refused(c.LookAtCard(P1), by="nadia").code == "card_settled"


@pytest.mark.parametrize(("charged", "left"), [(True, 0), (False, 18_500)])
def test_a_person_who_saw_the_slip_settles_an_unknown(charged: bool, left: int) -> None:
    house = asked(a_house())
    word = c.ResolveCard(P1, charged, "SLIP 17")
    assert house.refused(word, by="nadia").code == "card_settled"
    house.must(c.SettleCard(P1, "unknown"))
    assert house.refused(word).code == "not_allowed"
    house.must(word, by="nadia")
    assert balance(house.check()) == left
    assert booked(house)["card"] == 18_500 - left


def test_an_approval_after_a_person_said_no_is_money_and_is_never_lost() -> None:
    house = asked(a_house())
    house.must(c.SettleCard(P1, "unknown"))
    house.must(c.ResolveCard(P1, False), by="nadia")
    house.must(c.TakePayment(K, P2, SH, "cash", 18_500, 18_500), by="nadia")
    house.must(approve())
    (held,) = house.venue.suspense
    assert (held.payment.amount_minor, held.payment.reference) == (18_500, "A1")
    assert [n.code for n in house.happened(e.NoticeRaised)] == ["card_unknown", "card_twice"]
    sums = booked(house)
    assert (sums["card"], sums["suspense"], sums["guests"]) == (18_500, -18_500, 0)


def test_an_approval_after_a_person_said_yes_is_the_same_money() -> None:
    house = asked(a_house())
    house.must(c.SettleCard(P1, "unknown"))
    house.must(c.ResolveCard(P1, True), by="nadia")
    assert house.refused(approve()).code == "nothing_to_do"
    house.must(c.SettleCard(P1, "declined"))
    assert house.happened(e.NoticeRaised)[-1].code == "card_disagrees"
    assert booked(house)["card"] == 18_500


def test_two_approvals_of_one_request_are_money_twice_and_the_second_goes_to_suspense() -> None:
    house = asked(a_house())
    house.must(approve())
    house.must(approve(reference="A2"))
    (held,) = house.venue.suspense
    assert (held.payment.amount_minor, held.payment.reference) == (18_500, "A2")
    assert booked(house)["card"] == 37_000
    house.must(
        c.SettleSuspense(held.payment.payment_id, SH, "returned", "charged twice"), by="nadia"
    )
    assert booked(house)["card"] == 18_500


@pytest.mark.parametrize(
    ("said", "tip_said", "paid", "tip", "over"),
    [
        (10_000, 0, 10_000, 0, 0),  # a part of it
        (19_000, 0, 18_500, 500, 0),  # not all of the tip
        (20_000, 0, 18_500, 1_000, 500),  # more than was asked
        (21_500, 2_000, 18_500, 3_000, 0),  # the guest added a tip on the terminal
    ],
)
def test_another_sum_than_was_asked_is_divided_to_the_unit(
    said: int, tip_said: int, paid: int, tip: int, over: int
) -> None:
    house = asked(a_house(), tip=1_000)
    house.must(approve(said, tip=tip_said))
    (done,) = [p for p in house.check().payments if p.state == "done"]
    assert (done.amount_minor, done.tip_minor) == (paid, tip)
    assert sum(held.payment.amount_minor for held in house.venue.suspense) == over
    assert booked(house)["card"] == said
    assert balance(house.check()) == 18_500 - paid


def test_a_refund_goes_to_the_card_and_is_one_only_when_the_terminal_says_so() -> None:
    house = asked(a_house())
    house.must(approve())
    back = c.BackToCard(K, P2, P1, SH, 8_500, "cold soup")
    assert house.refused(replace(back, amount_minor=18_501), by="nadia").code == "refund_over_paid"
    house.must(back, by="nadia")
    again = replace(back, refund_id=PaymentId("p3"))
    assert house.refused(again, by="nadia").code == "card_busy"
    by_hand = c.RefundPayment(K, PaymentId("p4"), P1, SH, 18_500, "cold soup")
    was_cash = c.CorrectTender(K, P1, PaymentId("p5"), "cash", "sorry")
    for meanwhile in (by_hand, was_cash):
        assert house.refused(meanwhile, by="nadia").code == "card_busy"
    assert not house.happened(e.PaymentRefunded)
    house.must(c.SettleCard(P2, "approved", 8_500, 0, "A2"))
    (refund,) = house.happened(e.PaymentRefunded)
    assert (refund.amount_minor, refund.tender, refund.reference) == (8_500, "card", "A2")
    assert booked(house)["card"] == 10_000
    assert drawer(house) == 200_000
    house.must(again, by="nadia")
    house.must(c.SettleCard(PaymentId("p3"), "declined", code="too_much"))
    assert booked(house)["card"] == 10_000


def test_a_card_that_answers_after_the_shift_was_closed_is_a_late_entry() -> None:
    house = asked(a_house())
    house.must(c.SettleCard(P1, "unknown"))
    house.must(c.CountDrawer(SH, (c.DenominationCount(100_000, 2),)), by="nadia")
    house.must(c.CloseShift(SH), by="nadia")
    house.must(c.OpenShift(ShiftId("next"), "1", 100_000), by="nadia")
    house.must(approve())
    assert house.venue.shifts[SH].figures.card_minor == 0
    later = house.venue.shifts[ShiftId("next")].figures
    assert (later.card_minor, later.late[0].shift_no) == (18_500, 1)


@pytest.mark.parametrize("taken_over", [True, False])
def test_money_that_goes_back_after_the_shift_was_closed_is_a_late_entry(taken_over: bool) -> None:
    """It was in no Z: the terminal had been silent while the drawer was counted and closed."""
    house = asked(a_house())
    house.must(approve())
    house.must(c.BackToCard(K, P2, P1, SH, 8_500, "cold soup"), by="nadia")
    house.must(c.SettleCard(P2, "unknown"))
    house.must(c.CountDrawer(SH, (c.DenominationCount(100_000, 2),)), by="nadia")
    house.must(c.CloseShift(SH), by="nadia")
    if taken_over:
        house.must(c.OpenShift(ShiftId("next"), "1", 100_000), by="nadia")
    house.must(c.SettleCard(P2, "approved", 8_500, 0, "A2"))
    assert house.venue.shifts[SH].figures.refunds_minor == 0
    if taken_over:
        later = house.venue.shifts[ShiftId("next")].figures
        assert (later.refunds_minor, later.late) == (8_500, (LateSum(1, 1, -8_500),))
        assert not house.venue.late
    else:
        assert house.venue.late == (LateSum(1, 1, -8_500),)
        assert house.happened(e.NoticeRaised)[-1].code == "late_entry"
    assert booked(house)["card"] == 10_000


def test_what_makes_no_sense_is_refused_and_nothing_is_asked() -> None:
    house = a_house()
    ask = c.AskCard(K, P1, SH, 18_500)
    for amount in (0, -1, 10**12):
        assert house.refused(replace(ask, amount_minor=amount), by="nadia").code == "bad_amount"
    assert house.refused(replace(ask, tip_minor=-1), by="nadia").code == "bad_amount"
    assert house.refused(replace(ask, amount_minor=18_501), by="nadia").code == "amount_over_due"
    assert house.refused(replace(ask, shift_id=ShiftId("x")), by="nadia").code == "no_shift"
    assert house.refused(c.SettleCard(P1, "approved", 1, 0, "A1")).code == "no_card"
    house.server_link = False
    assert house.refused(ask, by="nadia").code == "needs_server"
    house.server_link = True
    asked(house)
    a_check(a_line("l9"), house=house, name="k9")
    other = replace(ask, check_id=CheckId("k9"), payment_id=P2)
    assert house.refused(other, by="nadia").params == {"number": "T1-k"}
    assert house.refused(approve(0)).code == "bad_amount"
    house.menu = replace(house.menu, card_terminals={})
    assert house.refused(other, by="nadia").code == "no_card_terminal"


def test_the_terminal_is_asked_through_the_outbox_and_looks_do_not_queue_behind_a_card() -> None:
    house = asked(a_house(), tip=500)
    (event,) = house.happened(e.CardAsked)
    (effect,) = effects_of(event, house.venue, house.menu)
    assert isinstance(effect.payload, CardJob)
    assert (effect.kind, effect.target, effect.payload.task) == (CARD, "ct1", "sale")
    assert (effect.payload.amount_minor, effect.payload.number) == (19_000, "T1-k")
    house.must(c.CancelCard(P1), by="nadia")
    (wish,) = house.happened(e.CardCancelAsked)
    (aside,) = effects_of(wish, house.venue, house.menu)
    assert aside.target == "ct1" + CARD_ASIDE


answers = st.lists(
    st.tuples(
        st.sampled_from(["approved", "declined", "unknown", "yes", "no", "cash"]),
        st.sampled_from([1, 9_000, 18_500, 20_000]),
        st.sampled_from(["A1", "A2"]),
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(answers)
def test_whatever_is_answered_each_reference_is_money_once(
    sequence: list[tuple[str, int, str]],
) -> None:
    house = asked(a_house())
    moved: dict[str, int] = {}
    for step, (what, amount, reference) in enumerate(sequence):
        if what == "cash":
            due = balance(house.check())
            pay = c.TakePayment(K, PaymentId(f"c{step}"), SH, "cash", due or 1, due or 1)
            house.do(pay, by="nadia")
        elif what in ("yes", "no"):
            if isinstance(house.do(c.ResolveCard(P1, what == "yes"), by="nadia"), Accepted):
                moved |= {"seen": 18_500} if what == "yes" else {}
        else:
            told = c.SettleCard(P1, what, amount, 0, reference)
            if isinstance(house.do(told), Accepted) and what == "approved":
                assert reference not in moved
                moved[reference] = amount
    sums = booked(house)
    assert sums["card"] == sum(moved.values()) == house.venue.shifts[SH].figures.card_minor
    held = sum(s.payment.amount_minor for s in house.venue.suspense)
    assert sums["suspense"] == -held
    assert sum(sums.values()) == 0
