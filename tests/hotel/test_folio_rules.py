"""Claims about folios: limits, the board's allowance, reversals. Figures of features-region 15,
features-commercial E and folio 1.6."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, strategies as st

from sync_server.hotel.gateway import Deferred, Posting, Refused, RevenueLine, TaxPart
from sync_server.hotel.rules import (
    Accepted,
    Allowance,
    Cover,
    Folio,
    Original,
    Part,
    Stay,
    allowances_left,
    balance,
    clean,
    decide,
    evolve,
    limit_left,
    name_matches,
    room_key,
)
from tests.hotel import postings
from tests.hotel.postings import DAY

FOOD = Part("revenue", "food")
STAY = Stay("s1", "304", "Kowalski, Anna", "2026-11-19", "2026-11-23", "in_house")


def posting_of(food: int = 0, bar: int = 0, **changes: Any) -> Posting:
    """A posting for the stay of these tests."""
    return postings.posting_of(food, bar, **{"stay_id": "s1", **changes})


def accepted(outcome: object) -> Accepted:
    """The outcome, which must be an acceptance."""
    assert isinstance(outcome, Accepted), outcome
    return outcome


def test_the_balance_is_charges_less_payments_and_the_rest_of_the_limit_is_free() -> None:
    amounts = [320_000, 45_000, -200_000]
    assert balance(amounts) == 165_000
    assert limit_left(replace(STAY, limit_minor=250_000), balance(amounts)) == 85_000


def test_a_charge_up_to_the_limit_stands_and_one_unit_more_does_not() -> None:
    folio = Folio(replace(STAY, limit_minor=250_000), 165_000)
    after = evolve(folio, accepted(decide(folio, posting_of(85_000), False)), DAY)
    assert after.balance_minor == 250_000
    assert decide(folio, posting_of(85_001), False) == Refused(
        "over_limit", "The limit of the folio would be exceeded."
    )


@pytest.mark.parametrize(
    ("stay", "code"),
    [
        (replace(STAY, no_post=True), "no_post"),
        (replace(STAY, status="checked_out"), "checked_out"),
        (replace(STAY, status="booked"), "not_arrived"),
        (replace(STAY, guest="Kowalski, Piotr"), "wrong_guest"),
        (replace(STAY, currency="EUR"), "wrong_currency"),
        (replace(STAY, stay_id="s2"), "guest_not_found"),
    ],
)
def test_a_charge_is_refused_by_name(stay: Stay, code: str) -> None:
    outcome = decide(Folio(stay), posting_of(100), False)
    assert isinstance(outcome, Refused)
    assert outcome.code == code


def test_during_the_night_audit_a_posting_waits_and_a_broken_one_is_still_refused() -> None:
    assert isinstance(decide(Folio(STAY), posting_of(100), True), Deferred)
    outcome = decide(Folio(STAY), posting_of(100, total_minor=99), True)
    assert isinstance(outcome, Refused)
    assert outcome.code == "bad_sum"


def test_the_board_pays_for_two_guests_and_the_remainder_is_charged() -> None:
    """E20: 2 x 20.00; drinks 10.00, food 23.00, lamb 14.00, coffees 7.00; the folio has 14.00."""
    allowance = Allowance("dinner", ("food", "coffee"), 2_000)
    folio = Folio(replace(STAY, guests=2, allowances=(allowance,)))
    owed = []
    for group, minor in (("bar", 1_000), ("food", 2_300), ("food", 1_400), ("coffee", 700)):
        posting = posting_of(lines=(RevenueLine(group, minor),), total_minor=minor)
        outcome = accepted(decide(folio, posting, False))
        folio = evolve(folio, outcome, DAY)
        owed.append(outcome.charged_minor)
    assert owed == [1_000, 0, 0, 400]
    assert folio.balance_minor == 1_400
    assert allowances_left(folio.stay, DAY, folio.used)[0].left_minor == 0
    assert allowances_left(folio.stay, "2026-11-24", {}) == (), "the stay is over by then"


def test_a_barred_guest_may_use_the_allowance_and_not_a_unit_more() -> None:
    """E22, decided: allowance 25.00, 35.00 is refused whole; 25.00 is accepted."""
    stay = replace(STAY, no_post=True, allowances=(Allowance("dinner", ("food",), 2_500),))
    refused = decide(Folio(stay), posting_of(3_500), False)
    assert isinstance(refused, Refused)
    assert refused.code == "no_post"
    assert accepted(decide(Folio(stay), posting_of(2_500), False)).charged_minor == 0


def test_a_meal_is_paid_only_by_its_own_allowance() -> None:
    stay = replace(
        STAY, allowances=(Allowance("lunch", ("food",), 300), Allowance("dinner", ("food",), 500))
    )
    outcome = accepted(decide(Folio(stay), posting_of(1_000, meal="dinner"), False))
    assert (outcome.allowance_minor, outcome.charged_minor) == (500, 500)


def test_the_allowance_pays_the_price_after_discount() -> None:
    stay = replace(STAY, allowances=(Allowance("dinner", ("food",), 8_000),))
    line = RevenueLine("food", 10_000, -5_000)
    outcome = accepted(decide(Folio(stay), posting_of(lines=(line,), total_minor=5_000), False))
    assert (outcome.allowance_minor, outcome.charged_minor) == (5_000, 0)


@pytest.mark.parametrize("wrong", [-1, 1])
def test_a_posting_adds_up_to_the_unit(wrong: int) -> None:
    """folio 1.6: 228.50 = 80 + 60 + 40 + 25.75 + 15.25 + 10.50 - 10 + 5 + 2."""
    posting = posting_of(
        lines=(
            RevenueLine("food", 8_000, -1_000, (TaxPart(1_000, 2_575),)),
            RevenueLine("bar", 6_000, 0, (TaxPart(1_000, 1_525),)),
            RevenueLine("other", 4_000, 0, (TaxPart(1_000, 1_050),)),
        ),
        tax_included=False,
        tip_minor=500,
        service_minor=200,
        total_minor=22_850,
    )
    assert accepted(decide(Folio(STAY), posting, False)).charged_minor == 22_850
    outcome = decide(Folio(STAY), replace(posting, total_minor=22_850 + wrong), False)
    assert isinstance(outcome, Refused)
    assert outcome.code == "bad_sum"


@pytest.mark.parametrize(
    "changes",
    [
        {"posting_id": ""},
        {"posting_id": "p\x03"},
        {"stay_id": "s" * 500},
        {"lines": (RevenueLine("food", 100), RevenueLine("food", 100)), "total_minor": 200},
        {"lines": (RevenueLine("food", -100),), "total_minor": -100},
        {"lines": (RevenueLine("food", 10**12),), "total_minor": 10**12},
        {"covers": -1},
        {"attempt": 0},
    ],
)
def test_a_malformed_posting_is_refused_and_not_recorded(changes: dict[str, Any]) -> None:
    outcome = decide(Folio(STAY), posting_of(100, **changes), False)
    assert isinstance(outcome, Refused)
    assert outcome.code == "bad_posting"


def test_a_reversal_gives_money_back_first_and_then_the_allowance() -> None:
    original = Original("p0", "s1", {FOOD: 3_000}, (Cover(FOOD, "dinner", DAY, 2_000),))
    folio = Folio(STAY, 1_000, {"dinner": 2_000}, original)
    part = accepted(decide(folio, posting_of(-800, reverses="p0"), False))
    assert (part.charged_minor, part.allowance_minor) == (-800, 0)
    whole = accepted(decide(folio, posting_of(-3_000, reverses="p0"), False))
    assert (whole.charged_minor, whole.allowance_minor) == (-1_000, -2_000)
    after = evolve(folio, whole, DAY)
    assert (after.balance_minor, after.used["dinner"]) == (0, 0)


def test_no_more_can_be_taken_back_than_stands() -> None:
    folio = Folio(STAY, 3_000, {}, Original("p0", "s1", {FOOD: 3_000}))
    for posting, code in (
        (posting_of(-3_001, reverses="p0"), "over_reversal"),
        (posting_of(0, -1, reverses="p0"), "over_reversal"),
        (posting_of(100, reverses="p0"), "bad_posting"),
    ):
        outcome = decide(folio, posting, False)
        assert isinstance(outcome, Refused)
        assert outcome.code == code
    nothing = decide(Folio(STAY), posting_of(-1, reverses="p9"), False)
    assert isinstance(nothing, Refused)
    assert nothing.code == "original_not_found"


def test_a_guest_over_the_limit_or_barred_can_still_get_a_correction() -> None:
    stay = replace(STAY, limit_minor=0, no_post=True)
    folio = Folio(stay, 3_000, {}, Original("p0", "s1", {FOOD: 3_000}))
    assert accepted(decide(folio, posting_of(-3_000, reverses="p0"), False)).charged_minor == -3_000


@given(
    food=st.integers(0, 10_000),
    bar=st.integers(0, 10_000),
    allowed=st.integers(0, 12_000),
    back=st.integers(0, 10_000),
)
def test_what_is_owed_and_what_is_covered_always_make_the_total(
    food: int, bar: int, allowed: int, back: int
) -> None:
    stay = replace(STAY, allowances=(Allowance("dinner", ("food",), allowed),))
    posting = posting_of(food, bar)
    first = accepted(decide(Folio(stay), posting, False))
    assert first.charged_minor + first.allowance_minor == posting.total_minor
    assert first.allowance_minor == min(food, allowed)
    folio = evolve(Folio(stay), first, DAY)
    net = {charge.part: charge.net_minor for charge in first.charges}
    folio = replace(folio, original=Original("p1", "s1", net, first.covers))
    taken = min(back, food)
    second = accepted(decide(folio, posting_of(-taken, posting_id="p2", reverses="p1"), False))
    assert second.charged_minor + second.allowance_minor == -taken
    after = evolve(folio, second, DAY)
    assert 0 <= after.used.get("dinner", 0) <= allowed
    assert after.balance_minor == bar + max(food - taken - min(food, allowed), 0)


def test_room_1_is_not_room_101_and_leading_zeros_count() -> None:
    assert room_key(" a12 ") == room_key("A12")
    assert len({room_key(room) for room in ("1", "101", "0101")}) == 3


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("kow", "Kowalski, Anna"),
        ("ANNA KOWALSKI", "Kowalski, Anna"),
        ("lodz", "Łódź, Żaneta"),
        ("zaneta", "Łódź, Żaneta"),
        ("шевч", "Шевченко, Олена"),
        ("o'brien", "O\u2019Brien, Liam"),
        ("strasse", "Straße, Jörg"),
    ],
)
def test_a_name_is_found_by_its_parts_in_any_spelling_of_case_and_marks(
    query: str, name: str
) -> None:
    assert name_matches(query, name)


def test_an_empty_or_punctuation_query_matches_nobody() -> None:
    assert not any(name_matches(query, "Kowalski, Anna") for query in ("", " ", ",", "%", "\x00"))


def test_control_bytes_and_lone_surrogates_never_get_in() -> None:
    assert clean("A\x1b@\x00B\ud800|;<b>") == "A @ B |;<b>"
