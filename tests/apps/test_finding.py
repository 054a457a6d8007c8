"""What a waiter types finds what he means: in any letters, with any keyboard, or with a scanner."""

from dataclasses import replace

import pytest

from pos_app.presenters.finding import find, matches
from pos_app.wedge import GAP_MS, Wedge
from tests.apps.house import House

BORSCHT = ("Борщ український", "Ukrainian borscht", "Barszcz ukraiński")


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("borsch", "Борщ український"),
        ("borshch", "Борщ український"),
        ("борщ", "Borshch"),
        ("vareniki", "Вареники з картоплею"),
        ("varenyky", "Вареники з картоплею"),
        ("holubci", "Голубці"),
        ("holubtsi", "Голубці"),
        ("golubci", "Голубці"),
        ("yushka", "Юшка рибна"),
        ("jushka", "Юшка рибна"),
        ("salo", "Сало по-домашньому"),
        ("стейк", "Steik"),
        ("zurek", "Żurek na zakwasie"),
        ("mlyn kart", "Млинці з картоплею"),
        (",jho", "Борщ український"),
        ("cfkj", "Сало по-домашньому"),
        ("мясо", "М'ясо по-французьки"),
    ],
)
def test_a_name_is_found_in_whatever_letters_it_is_typed(typed: str, name: str) -> None:
    assert matches(typed, (name,))


@pytest.mark.parametrize("typed", ["borshchyk", "стейк", "xyz"])
def test_what_is_not_meant_is_not_found(typed: str) -> None:
    assert not matches(typed, BORSCHT)


def test_dishes_that_begin_so_stand_first_and_a_barcode_is_found_whole() -> None:
    house = House()
    items = [replace(item) for item in house.catalogue.items.values()]
    found = find("bor", items, 9)
    assert found
    assert "borscht" in found[0].item_id
    items[5] = replace(items[5], barcode="4820000123456")
    assert [x.item_id for x in find("4820000123456", items, 9)] == [items[5].item_id]
    assert find("482000012345", items, 9) == []
    assert find("  ", items, 9) == []


def test_a_scanner_is_told_from_fingers_by_its_speed() -> None:
    def typed(signs: str, gap: int, wedge: Wedge, start: int = 0) -> list[str]:
        keys = [*signs, "enter"]
        return [wedge.key(sign, start + n * gap) for n, sign in enumerate(keys)]

    assert typed("4820000123456", 8, Wedge())[-1] == "4820000123456"
    assert typed("4820000123456", GAP_MS * 3, Wedge())[-1] == "", "a person at a keyboard"
    assert typed("48", 8, Wedge())[-1] == "", "too short for a code"
    wedge = Wedge()
    typed("9", 500, wedge)
    assert typed("4820000123456", 8, wedge, 10_000)[-1] == "4820000123456"
    assert typed("7" * 500, 1, Wedge())[-1] != "7" * 500, "never more than its bound"
