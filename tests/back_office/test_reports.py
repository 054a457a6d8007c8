"""Turnover and food cost out of the books: figures by hand, identities by chance."""

from decimal import Decimal

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import Connection

from sync_server.back_office.food_cost import food_cost, food_cost_before
from sync_server.back_office.ledger import Entry, Ledger, Shelf
from sync_server.back_office.turnover import Question, Sheet, turnover_sheet
from sync_server.domain.costing import METHODS
from sync_server.domain.stock import (
    COUNT,
    SUPPLIER,
    WASTE,
    Column,
    Holding,
    IngredientId,
    MoveKind,
    from_milli,
)
from sync_server.store.database import Database, MemoryDisk, session_on
from tests.back_office.house import DAY, NOON_MS, Journal, furnish, furnished_image, take_all

BEEF = IngredientId("beef")


async def post(
    database: Database, kind: MoveKind, qty: str, value: int = 0, day: str = DAY
) -> None:
    """A movement of beef in the kitchen, as a document would post it."""

    def write(connection: Connection) -> None:
        with session_on(connection) as session:
            ledger, entry = Ledger(session), Entry(day, NOON_MS, "test/1")
            shelf = Shelf("kitchen", BEEF, Decimal(qty))
            if kind is MoveKind.RECEIPT:
                ledger.receive(kind, SUPPLIER, shelf, value, entry)
            else:
                ledger.issue(kind, COUNT if kind is MoveKind.COUNT else WASTE, shelf, entry)
            ledger.write()

    await database.write(write)


def sheet(
    database: Database, first: str = "2026-11-01", last: str = DAY, method: str = "average"
) -> Sheet:
    question = Question("kitchen", first, last, method)
    return database.read(lambda connection: turnover_sheet(connection, question))


async def test_a_turnover_sheet_tells_the_story_of_the_beef(books_on_both: Database) -> None:
    await furnish(books_on_both)
    journal = Journal()
    journal.fire("l1", "borscht", 2, day="2026-11-05")
    journal.fire("l2", "borscht", 6, day="2026-11-21")
    await take_all(books_on_both, journal)
    await post(books_on_both, MoveKind.RECEIPT, "5000", 95_000)
    await post(books_on_both, MoveKind.WASTE, "100")
    await post(books_on_both, MoveKind.COUNT, "50")
    found = {row.ingredient_id: row for row in sheet(books_on_both).rows}
    beef = found["beef"].turnover
    sold = Decimal("352.941")
    assert beef.opening == Holding(Decimal("18400.000"), 331_200)
    assert beef.of(Column.RECEIVED) == Holding(Decimal(5000), 95_000)
    assert beef.of(Column.SOLD).qty == sold
    assert beef.of(Column.WRITTEN_OFF).qty == 100
    assert beef.of(Column.VARIANCE).qty == -50
    assert beef.closing.qty == Decimal("18400") + 5000 - sold - 150
    assert [row.ingredient_id for row in sheet(books_on_both).largest_variances()] == ["beef"]
    later = {row.ingredient_id: row for row in sheet(books_on_both, "2026-11-06").rows}
    assert "broth" not in later  # all gone by then, and nothing moved since
    assert later["beet"].turnover.opening.qty == Decimal("9840.000")
    assert "saperavi" not in later


@pytest.mark.parametrize("method", sorted(METHODS))
async def test_sheets_of_neighbouring_periods_fit_together(books: Database, method: str) -> None:
    await furnish(books)
    journal = Journal()
    for day in range(2, 20):
        journal.fire(f"l{day}", "borscht", 20, day=f"2026-11-{day:02}")
    await take_all(books, journal)
    await post(books, MoveKind.RECEIPT, "9000", 200_000, "2026-11-21")
    halves = (
        sheet(books, last="2026-11-10", method=method),
        sheet(books, "2026-11-11", method=method),
    )
    closed = {row.ingredient_id: row.turnover.closing for row in halves[0].rows}
    opened = {row.ingredient_id: row.turnover.opening for row in halves[1].rows}
    assert all(closed[name] == held for name, held in opened.items())
    whole = sheet(books, method=method)
    assert {row.ingredient_id for row in whole.rows} >= {"beef", "beet", "garlic", "broth"}
    for group in whole.groups:
        assert group.sums.closing == sum(row.turnover.closing.value_minor for row in group.rows)


movements = st.lists(
    st.tuples(
        st.sampled_from([MoveKind.RECEIPT, MoveKind.WASTE, MoveKind.COUNT]),
        st.integers(1, 30_000_000),
        st.integers(0, 500_000),
        st.integers(1, 21),
    ),
    max_size=12,
)


@settings(max_examples=20)
@given(movements, st.integers(1, 21), st.integers(0, 20))
async def test_opening_and_movements_always_make_the_closing(
    history: list[tuple[MoveKind, int, int, int]], first: int, length: int
) -> None:
    with Database.on_disk(MemoryDisk(await furnished_image())) as database:
        for kind, milli, value, day in history:
            await post(database, kind, str(from_milli(milli)), value, f"2026-11-{day:02}")
        last = f"2026-11-{min(21, first + length):02}"
        for method in METHODS:
            rows = sheet(database, f"2026-11-{first:02}", last, method).rows
            assert all(row.turnover.balanced for row in rows)


async def test_food_cost_by_dish_and_day_is_recipe_cost_by_net_sales(
    books_on_both: Database,
) -> None:
    await furnish(books_on_both)
    journal = Journal()
    journal.fire("l1", "saperavi", 1, day="2026-10-15")
    journal.close(("l1", "saperavi", 60_000), day="2026-10-15")
    journal.fire("l2", "saperavi", 2)
    journal.void("l2", "saperavi", 1, made=True)
    journal.fire("l3", "borscht")
    journal.fire("l4", "ghost")
    journal.close(("l2", "saperavi", 40_000), ("l3", "borscht", 10_000), ("l4", "ghost", 500))
    await take_all(books_on_both, journal)
    report = books_on_both.read(lambda connection: food_cost(connection, "2026-11-01", DAY))
    found = {row.item_id: row.sales for group in report.categories for row in group.rows}
    assert found["saperavi"].qty_milli == 1000
    assert (found["saperavi"].cost_minor, found["saperavi"].cost_bp) == (18_000, 4_500)
    assert found["borscht"].cost_minor == 1_091 + 112 + 48
    assert found["ghost"].cost_minor == 0
    assert report.categories[-1].category_id == "unlisted"
    assert [day.day for day in report.days] == [DAY]
    assert report.sales.net_minor == 50_500
    before = books_on_both.read(lambda connection: food_cost_before(connection, "2026-11-05"))
    assert before == ("2026-10-31", 3_000)
