"""A bank card's number is kept nowhere, whichever field it is typed into."""

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from sync_server.domain import commands as c
from sync_server.domain.card_numbers import carries_card_number, holds_card_number
from sync_server.domain.ids import CheckId, LineId, PaymentId, ShiftId
from tests.builders import AHouse, a_line

PUBLISHED = ("4111 1111 1111 1111", "5555-5555-5555-4444", "378282246310005", "6011000990139424")
"""Numbers that card schemes publish for tests."""
LINE = c.NewLine(LineId("l1"), "borscht", 1)
PAID = c.TakePayment(CheckId("k"), PaymentId("p"), ShiftId("s"), "card", 100)


@pytest.mark.parametrize("number", PUBLISHED)
def test_a_number_is_seen_within_any_words(number: str) -> None:
    assert holds_card_number(number)
    assert holds_card_number(f"Карта {number}, до 12/29")


@given(st.lists(st.integers(0, 9), min_size=12, max_size=18))
def test_one_check_figure_of_ten_makes_a_card(digits: list[int]) -> None:
    text = "".join(map(str, digits))
    assert sum(holds_card_number(f"{text}{last}") for last in range(10)) == 1


@pytest.mark.parametrize("text", ["", "+380 44 123 45 67", "UA213223130000026007233566001", "1234"])
def test_phones_accounts_and_room_numbers_are_none(text: str) -> None:
    assert not holds_card_number(text)


@pytest.mark.parametrize(
    "command",
    [
        c.AddLines(CheckId("k"), (replace(LINE, note=PUBLISHED[0]),)),
        c.AddLines(CheckId("k"), (replace(LINE, parts=(c.NewPart(LineId("x"), "a", "b", (),
            PUBLISHED[0]),)),)),
        replace(PAID, reference=PUBLISHED[2]),
        c.RenameCheck(CheckId("k"), PUBLISHED[1]),
        c.ChangeLine(CheckId("k"), LineId("l1"), 1000, (), 0, 0, PUBLISHED[3], ""),
    ],
)  # fmt: skip
def test_it_is_found_wherever_a_person_types(command: object) -> None:
    assert carries_card_number(command)


def test_a_voucher_is_a_code_and_no_card() -> None:
    assert not carries_card_number(replace(PAID, tender="voucher", reference=PUBLISHED[2]))


def test_the_line_is_refused_with_the_reason_and_nothing_changes() -> None:
    house = AHouse()
    house.open()
    house.add("k", a_line("l1"))
    before = house.check()
    typed = replace(a_line("l9"), note=PUBLISHED[0])
    assert house.refused(c.AddLines(CheckId("k"), (typed,))).code == "card_number"
    assert house.check() == before
