"""A unit that is not the good's: turned into it where that can be, refused at its place if not.

Tables that are imported say the same with sheet, row and column (`test_importing`).
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from sync_server.back_office.web.desk import goods_of
from sync_server.back_office.web.paper_form import LINE_FIELDS, TYPED, Good, Read, Typed, read_form
from sync_server.back_office.web.recipe_form import typed_component
from sync_server.back_office.web.words import Words
from sync_server.domain.documents import Fault, Paper
from sync_server.store.database import Database, session_on
from tests.back_office.house import DAY, furnish

COUNTED = (Paper.RECEIPT, Paper.COUNT, Paper.OPENING, Paper.WRITE_OFF, Paper.PRODUCTION)


async def goods(books: Database) -> Sequence[Good]:
    """The goods as a form of the small house knows them."""
    await furnish(books)
    return books.read(lambda c: goods_of(session_on(c), Words("en")))


def typed(paper: Paper, known: Sequence[Good], *lines: Mapping[str, str]) -> Read:
    """A form of a kind with these lines."""
    names = [name for name in LINE_FIELDS[paper] if name in TYPED]
    rows = [{name: line.get(name, "") for name in names} for line in lines]
    head = {"day": DAY, "time": "10:00", "store": "kitchen"}
    return read_form(paper, Typed(head, rows), known, ZoneInfo("Europe/Kyiv"))


@pytest.mark.parametrize("paper", COUNTED, ids=str)
async def test_litres_of_beef_are_refused_at_their_line_and_grams_are_kilograms(
    books: Database, paper: Paper
) -> None:
    known = await goods(books)
    read = typed(
        paper,
        known,
        {"good": "Beef", "qty": "1,5"},
        {"good": "Beef", "qty": "1500 g"},
        {"good": "beef", "qty": "1,5 кг"},
        {"good": "Beef", "qty": "2 l"},
        {"good": "Saperavi", "qty": "3 szt."},
        {"good": "Saperavi", "qty": "3 мл"},
        {"good": "Beef", "qty": "2 buckets"},
    )
    assert read.faults == [
        Fault("unit_does_not_convert", 4, "qty", {"unit": "l"}),
        Fault("unit_does_not_convert", 6, "qty", {"unit": "мл"}),
        Fault("bad_number", 7, "qty", {"text": "2 buckets"}),
    ]
    qty = [one.line.qty for one in read.draft.lines]
    assert qty[:3] == [Decimal(1500)] * 3
    assert qty[4] == Decimal(3)


async def test_a_price_is_of_the_goods_unit_whatever_unit_the_quantity_was_typed_in(
    books: Database,
) -> None:
    known = await goods(books)
    lines = [{"good": "Beef", "qty": qty, "price": "180"} for qty in ("2", "2 kg")]
    read = typed(Paper.RECEIPT, known, *lines, {"good": "Beef", "qty": "2000 g", "price": "180"})
    assert [one.line.value_minor for one in read.draft.lines] == [36_000] * 3


async def test_a_card_takes_grams_and_refuses_millilitres_of_beef_at_their_line(
    books: Database,
) -> None:
    known = {good.good_id: good for good in await goods(books)}
    faults: list[Fault] = []
    rest = {"cold": "", "hot": "", "counts": "yes"}
    amounts = [
        typed_component(number, {"qty": qty, **rest}, known["beef"], faults).amount
        for number, qty in enumerate(("0.08", "80 g", "80 ml", "80 g of it"), start=1)
    ]
    assert amounts[:2] == [Decimal(80), Decimal(80)]
    assert [(fault.code, fault.line, fault.place) for fault in faults] == [
        ("unit_does_not_convert", 3, "qty"),
        ("bad_number", 4, "qty"),
    ]
