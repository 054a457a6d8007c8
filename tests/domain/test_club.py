"""Club cards: what a check earns, what points may pay, and what comes back (rule 13)."""

from dataclasses import replace

import pytest
from hypothesis import given, settings, strategies as st

from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import balance
from sync_server.domain.club import ClubCard, accrued, activated, lapsed, noted
from sync_server.domain.decisions import open_matters
from sync_server.domain.ids import NOBODY, CheckId, PaymentId
from sync_server.domain.limits import CLUB_CARDS, POINT_LOTS
from sync_server.domain.menu import Category, PointRules
from tests.builders import AHouse, a_line, a_menu, names
from tests.domain.test_till import P1, P2, SH, K, a_check, booked

CARD = "CLUB-7"
FIVE = PointRules(earn_bp=500, cap_bp=3_000)
DAY_MS = 24 * 3_600_000


def a_club(rules: PointRules = FIVE, *lines: c.NewLine, points: int = 0) -> AHouse:
    """A check on a club card; `points` were earned on another check and are there."""
    house = AHouse(a_menu(points=rules))
    house.must(c.IssueClubCard(CARD, "Ann"), by="nadia")
    if points:
        earn(house, points)
    a_check(*lines, house=house)
    house.must(c.AttachClubCard(K, CARD))
    return house


def earn(house: AHouse, points: int, name: str = "before") -> None:
    """A check that earns so many points at five percent."""
    dish = a_line(f"{name}1", "open", price_minor=points * 20, name="dinner")
    items = {**house.menu.items, "open": replace(house.menu.items["fries"], item_id="open")}
    items["open"] = replace(items["open"], sold_by="open")
    house.menu = replace(house.menu, items=items)
    house.open(name, f"T1-{name}")
    house.add(name, dish, by="nadia")
    house.send(name, f"{name}1")
    house.must(c.AttachClubCard(CheckId(name), CARD))
    paid = c.TakePayment(CheckId(name), PaymentId(f"{name}p"), SH, "card", points * 20)
    house.must(paid, by="nadia")


def card(house: AHouse) -> ClubCard:
    return house.venue.club[CARD]


def by_points(amount: int, payment: PaymentId = P1) -> c.TakePayment:
    return c.TakePayment(K, payment, SH, "points", amount, reference=CARD)


def the_rest(house: AHouse) -> None:
    """What is due, by card; the check is a sale then."""
    house.must(c.TakePayment(K, P2, SH, "card", balance(house.check())), by="nadia")
    assert house.check().state == "closed"


def dinner() -> c.NewLine:
    """A bill of 500.00."""
    return a_line("l1", "wine")


# -- earned and spent ----------------------------------------------------------------------------
def test_the_worked_number_a_bill_of_500_of_which_120_by_points_earns_19() -> None:
    house = a_club(FIVE, dinner(), points=15_000)
    house.must(by_points(12_000), by="nadia")
    the_rest(house)
    (*_, earned) = house.happened(e.PointsEarned)
    assert (earned.amount_minor, earned.paid_minor) == (1_900, 38_000)
    assert card(house).balance_minor == 15_000 - 12_000 + 1_900
    sums = booked(house)
    assert (sums["points"], sums["points_given"]) == (-4_900, 16_900)
    figures = house.venue.shifts[SH].figures
    assert (figures.points_minor, figures.cash_minor) == (16_900, 0)
    assert figures.sales_minor == 350_000, "points are a tender, and no sale less"
    assert [x.amount_minor for x in figures.tenders if x.tender == "points"] == [12_000]


def test_excluded_dishes_and_pages_earn_nothing_and_a_fraction_is_dropped() -> None:
    rules = replace(FIVE, without_items=("wine",))
    house = a_club(rules, a_line("l1", "wine"), a_line("l2", "borscht"))
    the_rest(house)
    assert card(house).balance_minor == 18_500 * 5 // 100
    drinks = replace(FIVE, earn_bp=333, without_categories=("drinks",))
    house = a_club(drinks, a_line("l1"), a_line("l2", "fries"))
    items = {**house.menu.items}
    items["fries"] = replace(items["fries"], category_id="drinks")
    house.menu = replace(
        house.menu, items=items, categories={"drinks": Category("drinks", names("Drinks"))}
    )
    the_rest(house)
    assert card(house).balance_minor == 616, "3.33 % of 185.00 is 6.1605"


def test_all_dishes_excluded_earn_nothing_also_of_the_service_on_them() -> None:
    rules = replace(FIVE, without_items=("borscht",))
    house = AHouse(a_menu(points=rules, service_bp=1_000))
    house.must(c.IssueClubCard(CARD), by="nadia")
    a_check(house=house)
    house.must(c.AttachClubCard(K, CARD))
    the_rest(house)
    assert (house.check().points_minor, card(house).balance_minor) == (0, 0)


@pytest.mark.parametrize(
    ("amount", "code", "params"),
    [
        (15_001, "points_cap", {"rate_bp": 3_000, "most_minor": 15_000}),
        (10_001, "points_short", {"card": CARD, "left_minor": 10_000, "wait_minor": 0}),
        (50_001, "nothing_due", {}),
    ],
)
def test_points_pay_no_more_than_is_activated_and_no_more_than_the_cap(
    amount: int, code: str, params: dict[str, object]
) -> None:
    house = a_club(FIVE, dinner(), points=10_000)
    said = house.refused(by_points(amount), by="nadia")
    assert (said.code, said.params) == (code, params)


def test_the_cap_holds_for_all_payments_with_points_together() -> None:
    house = a_club(FIVE, dinner(), points=40_000)
    house.must(by_points(10_000), by="nadia")
    assert house.refused(by_points(5_001, P2), by="nadia").params["most_minor"] == 5_000
    house.must(by_points(5_000, P2), by="nadia")
    assert card(house).balance_minor == 25_000


def test_points_pay_no_tip_and_only_with_the_server() -> None:
    house = a_club(FIVE, dinner(), points=10_000)
    tip = replace(by_points(5_000), tip_minor=100)
    assert house.refused(tip, by="nadia").code == "points_no_tip"
    house.server_link = False
    assert house.refused(by_points(5_000), by="nadia").code == "needs_server"
    assert house.refused(c.IssueClubCard("NEW-1"), by="nadia").code == "needs_server"
    the_rest(house)
    assert card(house).balance_minor == 12_500, "earning needs no server"


def test_a_whole_check_may_be_paid_with_points_and_earns_nothing_then() -> None:
    house = a_club(replace(FIVE, cap_bp=10_000), points=20_000)
    house.must(by_points(18_500), by="nadia")
    assert house.check().state == "closed"
    assert card(house).balance_minor == 1_500


# -- time ----------------------------------------------------------------------------------------
def test_points_wait_for_their_day_and_are_written_off_after_their_last() -> None:
    house = a_club(replace(FIVE, wait_days=2, good_days=3), dinner(), points=10_000)
    (earned,) = house.happened(e.PointsEarned)
    day = 1_795_212_000_000  # the midnight in Kyiv before that evening
    assert (earned.active_ms - day, earned.expires_ms - day) == (2 * DAY_MS, 5 * DAY_MS)
    said = house.refused(by_points(5_000), by="nadia")
    assert said.params == {"card": CARD, "left_minor": 0, "wait_minor": 10_000}
    house.now_ms = earned.active_ms
    house.must(by_points(5_000), by="nadia")
    house.now_ms = earned.expires_ms - 1_001
    house.must(by_points(1_000, P2), by="nadia")
    said = house.refused(by_points(1_000, PaymentId("p3")), by="nadia")
    assert (said.code, said.params["left_minor"]) == ("points_expired", 0)
    assert (lapsed(card(house), house.now_ms), accrued(card(house), house.now_ms)) == (4_000, 0)
    house.must(c.TakePayment(K, PaymentId("p4"), SH, "card", 44_000), by="nadia")
    house.must(c.CountDrawer(SH, (c.DenominationCount(200_000, 1),)), by="nadia")
    house.must(c.CloseShift(SH), by="nadia")
    house.must(c.CloseDay(), by="nadia")
    assert [x.amount_minor for x in house.happened(e.PointsExpired)] == [4_000]
    assert card(house).balance_minor == 2_200
    assert booked(house)["points_expired"] == -4_000


def test_what_expires_first_is_spent_first() -> None:
    house = a_club(replace(FIVE, cap_bp=10_000), points=1_000)
    house.menu = replace(
        house.menu,
        settings=replace(house.menu.settings, points=replace(FIVE, good_days=5, cap_bp=10_000)),
    )
    earn(house, 2_000, "later")
    house.must(by_points(1_500), by="nadia")
    assert [(x.amount_minor, x.expires_ms > 0) for x in card(house).lots] == [
        (1_000, False),
        (500, True),
    ]


# -- back ----------------------------------------------------------------------------------------
def test_a_refund_takes_back_what_was_earned_and_gives_back_what_was_spent() -> None:
    house = a_club(FIVE, dinner(), points=15_000)
    house.must(by_points(12_000), by="nadia")
    the_rest(house)
    back = c.RefundPayment(K, PaymentId("r1"), P2, SH, 19_000, "cold")
    house.must(back, by="nadia")
    assert card(house).balance_minor == 3_000 + 950, "half of what was paid, half of what it earned"
    house.must(replace(back, refund_id=PaymentId("r2")), by="nadia")
    assert card(house).balance_minor == 3_000
    points = c.RefundPayment(K, PaymentId("r3"), P1, SH, 12_000, "cold")
    house.must(points, by="nadia")
    assert activated(card(house), house.now_ms) == 15_000
    assert booked(house)["points"] == -15_000


def test_a_payment_with_points_on_an_open_check_is_taken_back_whole() -> None:
    house = a_club(FIVE, dinner(), points=15_000)
    house.must(by_points(12_000), by="nadia")
    house.must(c.RefundPayment(K, PaymentId("r"), P1, SH, 12_000, "wrong"), by="nadia")
    assert (balance(house.check()), card(house).balance_minor) == (50_000, 15_000)
    the_rest(house)
    assert card(house).balance_minor == 17_500


def test_a_reopened_check_takes_its_points_back_and_earns_anew() -> None:
    house = a_club(FIVE, dinner())
    the_rest(house)
    assert card(house).balance_minor == 2_500
    house.must(c.ReopenCheck(K, SH, "forgot the soup"), by="nadia")
    assert (card(house).balance_minor, house.venue.shifts[SH].figures.points_minor) == (0, 0)
    house.add("k", a_line("l2"))
    house.send("k", "l2")
    house.must(c.TakePayment(K, PaymentId("p3"), SH, "card", 18_500), by="nadia")
    assert (house.check().state, card(house).balance_minor) == ("closed", 3_425)


def test_points_that_were_spent_before_their_check_was_refunded_are_withheld_later() -> None:
    """A card never holds less than nothing: it owes, and what it earns next makes that good."""
    house = a_club(replace(FIVE, cap_bp=10_000), dinner())
    the_rest(house)
    a_check(house=house, name="j")
    spend = c.TakePayment(CheckId("j"), PaymentId("j1"), SH, "points", 2_000, reference=CARD)
    house.must(c.AttachClubCard(CheckId("j"), CARD))
    house.must(spend, by="nadia")
    house.must(c.RefundPayment(K, PaymentId("r"), P2, SH, 50_000, "cold"), by="nadia")
    assert (card(house).balance_minor, card(house).owes_minor) == (0, 2_000)
    house.must(c.TakePayment(CheckId("j"), PaymentId("j2"), SH, "card", 16_500), by="nadia")
    assert (card(house).balance_minor, card(house).owes_minor) == (0, 2_000 - 825)
    earn(house, 5_000, "next")
    assert (card(house).balance_minor, card(house).owes_minor) == (5_000 - 1_175, 0)
    assert booked(house)["points"] == -card(house).balance_minor


# -- cards ---------------------------------------------------------------------------------------
def test_a_check_has_one_card_until_it_is_paid_on() -> None:
    house = a_club()
    house.must(c.IssueClubCard("CLUB-8"), by="nadia")
    other = c.AttachClubCard(K, "CLUB-8")
    assert house.refused(other).params == {"card": CARD, "number": "T1-k"}
    assert house.refused(c.AttachClubCard(K, f" {CARD.lower()}")).code == "nothing_to_do"
    assert house.refused(c.AttachClubCard(K, "CLUB-9")).code == "no_club_card"
    house.must(c.AttachClubCard(K, ""))
    house.must(other)
    wrong = house.refused(by_points(100), by="nadia")
    assert (wrong.code, wrong.params) == ("club_card_other", {"card": CARD, "number": "T1-k"})
    assert house.refused(replace(by_points(1), reference="X"), by="nadia").code == "no_club_card"
    house.must(c.TakePayment(K, P1, SH, "card", 100), by="nadia")
    assert house.refused(c.AttachClubCard(K, "")).code == "has_payments"


def test_a_check_that_joins_another_brings_its_card_along() -> None:
    house = a_club()
    a_check(a_line("j1"), house=house, name="j")
    house.must(c.MergeChecks(K, CheckId("j")))
    assert house.check("j").club_card == CARD
    a_check(a_line("i1"), house=house, name="i")
    house.must(c.IssueClubCard("CLUB-8"), by="nadia")
    house.must(c.AttachClubCard(CheckId("i"), "CLUB-8"))
    house.must(c.MergeChecks(CheckId("i"), CheckId("j")))
    assert house.check("j").club_card == CARD, "each check has one, and keeps its own"


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("12", "club_card_number"),
        ("9" * 129, "club_card_number"),
        ("4111 1111 1111 1111", "card_number"),
        ("club-7", "club_card_taken"),
        ("G-77", "club_card_taken"),
    ],
)
def test_a_number_that_cannot_be_a_club_card_is_refused(number: str, code: str) -> None:
    house = a_club()
    house.must(c.SellVoucher("G-77", "gift", P2, SH, "card", 1_000), by="nadia")
    assert house.refused(c.IssueClubCard(number), by="nadia").code == code
    assert house.refused(c.IssueClubCard("NEW-1"), by="ihor").code == "not_allowed"
    club = c.SellVoucher("club-7", "gift", PaymentId("p3"), SH, "card", 1_000)
    assert house.refused(club, by="nadia").code == "duplicate_id"


def test_a_card_of_very_many_visits_holds_a_bounded_number_of_lots() -> None:
    house = a_club(points=100)
    for visit in range(POINT_LOTS + 5):
        earn(house, 100, f"v{visit}")
    assert len(card(house).lots) == POINT_LOTS
    assert card(house).balance_minor == 100 * (POINT_LOTS + 6)


OPERATIONS = ("earn", "points", "pay", "refund", "reopen", "day", "close")
steps = st.lists(
    st.tuples(st.sampled_from(OPERATIONS), st.integers(0, 3), st.integers(1, 30_000)), max_size=40
)


@settings(max_examples=60, deadline=None)
@given(steps, st.integers(0, 2), st.integers(0, 3))
def test_balance_is_what_came_less_what_went_after_any_sequence(
    sequence: list[tuple[str, int, int]], wait: int, good: int
) -> None:
    house = AHouse(a_menu(points=PointRules(2_000, 6_000, wait, good)))
    house.must(c.IssueClubCard(CARD), by="nadia")
    for number, (what, which, amount) in enumerate(sequence):
        _step(house, what, which, amount, number)
        assert card(house).balance_minor >= 0
    earned = house.happened(e.PointsEarned)
    came = sum(x.amount_minor - x.withheld_minor for x in earned)
    came += sum(x.amount_minor for x in house.happened(e.PointsGivenBack))
    went = sum(x.amount_minor for x in house.happened(e.PointsTakenBack))
    went += sum(x.amount_minor for x in house.happened(e.PointsExpired))
    by_points = [x.payment for x in house.happened(e.PaymentTaken) if x.payment.tender == "points"]
    went += sum(payment.amount_minor for payment in by_points)
    assert card(house).balance_minor == came - went == -booked(house)["points"]
    owed = sum(x.owed_minor for x in house.happened(e.PointsTakenBack))
    assert card(house).owes_minor == owed - sum(x.withheld_minor for x in earned) >= 0
    now_ms = house.now_ms
    parts = (activated(card(house), now_ms), accrued(card(house), now_ms))
    assert sum(parts) + lapsed(card(house), now_ms) == card(house).balance_minor
    given = sum(check.points_minor for check in house.venue.closed.values())
    assert given <= came + sum(x.withheld_minor for x in earned)


def _step(house: AHouse, what: str, which: int, amount: int, number: int) -> None:
    """One operation on one of the checks, sensible or not."""
    checks = [*house.venue.checks, *house.venue.closed] or [CheckId("none")]
    check_id = checks[which % len(checks)]
    check = house.venue.check(check_id)
    new = PaymentId(f"p{number}")
    payments = check.payments if check else ()
    of = payments[amount % len(payments)].payment_id if payments else PaymentId("none")
    due = balance(check) if check and check.state == "open" else amount
    match what:
        case "earn":
            a_check(a_line(f"l{number}", "wine"), house=house, name=f"o{number}")
            house.do(c.AttachClubCard(CheckId(f"o{number}"), CARD))
        case "points":
            part = min(amount, due)
            paid = c.TakePayment(check_id, new, SH, "points", part, reference=CARD)
            house.do(paid, by="nadia")
        case "pay":
            house.do(c.TakePayment(check_id, new, SH, "card", due), by="nadia")
        case "refund":
            house.do(c.RefundPayment(check_id, new, of, SH, amount, "why"), by="nadia")
        case "reopen":
            house.do(c.ReopenCheck(check_id, SH, "why"), by="nadia")
        case "close":
            house.do(c.CloseCheck(check_id, SH), by="nadia")
        case "day":
            house.now_ms += DAY_MS
            house.must(c.CloseDay(tuple(open_matters(house.venue))), by="nadia")
            house.must(c.OpenDay("2026-11-22"), by="nadia")


# -- a card that was lost ------------------------------------------------------------------------
LOST = c.BlockClubCard(CARD, "lost")
NEW = "CLUB-8"


def test_a_lost_card_is_neither_shown_nor_paid_with_until_it_is_found() -> None:
    house = a_club(FIVE, dinner(), points=10_000)
    house.must(LOST, by="nadia")
    said = house.refused(by_points(1_000), by="nadia")
    assert (said.code, said.params["card"], said.params["by"]) == (
        "club_card_blocked",
        CARD,
        "nadia",
    )
    a_check(house=house, name="j")
    assert house.refused(c.AttachClubCard(CheckId("j"), CARD)).code == "club_card_blocked"
    assert house.refused(LOST, by="nadia").code == "nothing_to_do"
    assert house.refused(c.BlockClubCard(CARD, " ", blocked=False), by="nadia").code == "no_reason"
    assert house.refused(c.BlockClubCard("X", "lost"), by="nadia").code == "no_club_card"
    house.must(c.BlockClubCard(CARD, "in the coat", blocked=False), by="nadia")
    house.must(by_points(1_000), by="nadia")


def test_points_of_a_lost_card_go_with_their_times_to_one_that_nobody_had() -> None:
    """The open check goes on with the new card, and what older checks still bring follows."""
    house = a_club(replace(FIVE, wait_days=2, good_days=3), dinner(), points=10_000)
    old = card(house).lots
    house.must(c.MoveClubPoints(CARD, " club-8 ", "lost"), by="nadia")
    lost, new = house.venue.club[CARD], house.venue.club[NEW]
    assert (lost.lots, lost.moved_to, bool(lost.blocked_ms)) == ((), NEW, True)
    assert (new.lots, new.name) == (old, "Ann")
    assert house.check().club_card == NEW
    the_rest(house)
    assert house.venue.club[NEW].balance_minor == 10_000 + 2_500
    house.must(c.RefundPayment(K, PaymentId("r"), P2, SH, 50_000, "cold"), by="nadia")
    assert house.venue.club[NEW].balance_minor == 10_000
    assert booked(house)["points"] == -10_000, "the house owes the same as before"
    again = c.MoveClubPoints(CARD, "CLUB-9", "lost")
    said = house.refused(again, by="nadia")
    assert (said.code, said.params["to_card"]) == ("club_card_moved", NEW)
    free = c.BlockClubCard(CARD, "found", blocked=False)
    assert house.refused(free, by="nadia").code == "club_card_moved"


def test_what_a_lost_card_owes_is_withheld_from_what_the_next_one_earns() -> None:
    house = a_club(replace(FIVE, cap_bp=10_000), dinner())
    the_rest(house)
    a_check(house=house, name="j")
    house.must(c.AttachClubCard(CheckId("j"), CARD))
    spend = c.TakePayment(CheckId("j"), PaymentId("j1"), SH, "points", 2_000, reference=CARD)
    house.must(spend, by="nadia")
    house.must(c.RefundPayment(K, PaymentId("r"), P2, SH, 50_000, "cold"), by="nadia")
    house.must(c.MoveClubPoints(CARD, NEW, "lost"), by="nadia")
    assert (card(house).owes_minor, house.venue.club[NEW].owes_minor) == (0, 2_000)
    house.must(c.TakePayment(CheckId("j"), PaymentId("j2"), SH, "card", 16_500), by="nadia")
    assert house.venue.club[NEW].owes_minor == 2_000 - 825


def test_points_that_had_paid_a_check_come_back_to_the_card_that_goes_on() -> None:
    house = a_club(FIVE, dinner(), points=10_000)
    house.must(by_points(4_000), by="nadia")
    house.must(c.MoveClubPoints(CARD, NEW, "lost"), by="nadia")
    house.must(c.MoveClubPoints(NEW, "CLUB-9", "lost too"), by="nadia")
    assert house.venue.club["CLUB-9"].balance_minor == 6_000
    house.must(c.RefundPayment(K, PaymentId("r"), P1, SH, 4_000, "wrong"), by="nadia")
    assert house.venue.club["CLUB-9"].balance_minor == 10_000
    assert house.venue.club[CARD].balance_minor == 0


def test_points_go_only_where_a_card_may_be_and_with_the_right() -> None:
    house = a_club(points=10_000)
    house.must(c.IssueClubCard(NEW, "Ann"), by="nadia")
    assert house.refused(c.MoveClubPoints(CARD, CARD, "lost"), by="nadia").code == "nothing_to_do"
    assert house.refused(c.MoveClubPoints("X", NEW, "lost"), by="nadia").code == "no_club_card"
    assert house.refused(c.MoveClubPoints(CARD, "12", "lost"), by="nadia").code.startswith("club_")
    assert house.refused(c.MoveClubPoints(CARD, NEW, ""), by="nadia").code == "no_reason"
    denied = house.refused(c.MoveClubPoints(CARD, NEW, "lost"), by="olena")
    assert (denied.code, denied.params) == ("not_allowed", {"right": "club_points"})
    house.must(c.BlockClubCard(NEW, "lost"), by="nadia")
    told = c.MoveClubPoints(NEW, CARD, "x" * 501)
    assert house.refused(told, by="nadia").code == "bad_text", "also of one that is blocked already"
    there = house.refused(c.MoveClubPoints(CARD, NEW, "lost"), by="nadia")
    assert there.code == "club_card_blocked"
    house.server_link = False
    assert house.refused(c.MoveClubPoints(CARD, "N-1", "x"), by="nadia").code == "needs_server"


def test_the_bound_of_cards_takes_an_empty_card_and_none_that_was_lost_or_owes() -> None:
    house = a_club(points=1_000)
    house.must(c.MoveClubPoints(CARD, NEW, "lost"), by="nadia")
    house.must(c.IssueClubCard("SHUT-1", ""), by="nadia")
    house.must(c.BlockClubCard("SHUT-1", "lost"), by="nadia")
    club = house.venue.club
    club["OWES-1"] = ClubCard("OWES-1", "", 0, NOBODY, owes_minor=100)
    for number in range(CLUB_CARDS - len(club)):
        club[f"C-{number}"] = ClubCard(f"C-{number}", "", 0, NOBODY)
    kept = {CARD, NEW, "SHUT-1", "OWES-1"}
    house.must(c.IssueClubCard("LATE-1", ""), by="nadia")
    noted(club, e.ClubPointsMoved("X-1", "X-2", 0, 0, "lost", NOBODY, 0))
    assert len(club) <= CLUB_CARDS + 1
    assert kept <= club.keys()
    assert "C-0" not in club
    for empty in list(club.keys() - kept):
        club[empty] = replace(club[empty], moved_to=NEW)
    assert house.refused(c.IssueClubCard("LATE-2", ""), by="nadia").code == "too_many"
