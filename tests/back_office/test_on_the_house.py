"""What was made and not paid for: given on the house, eaten by the staff, returned by a guest."""

from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.back_office.ledger import Entry, Ledger, Shelf
from sync_server.back_office.moves import moves_where
from sync_server.back_office.recosting import recost
from sync_server.domain.events import CheckClosed, CheckReopened, Given, SoldSum, Totals
from sync_server.domain.ids import LineId, ShiftId
from sync_server.domain.stock import SUPPLIER, IngredientId, MoveKind, holdings
from sync_server.store.database import Database, session_on
from tests.back_office.house import CHECK, DAY, NOON_MS, WAITER, Journal, furnish, take_all
from tests.back_office.test_intake import stock


def on_the_house(journal: Journal, kind: type[CheckClosed] | type[CheckReopened]) -> None:
    """The check of a wine and a soup of which two were given and one the staff ate."""
    given = (Given("comp-guest", 2_000), Given("comp-staff", 1_000))
    sold = (
        SoldSum(LineId("l1"), "borscht", 4_000, 48_000, 36_000, 10_000, "food", given),
        SoldSum(LineId("l2"), "saperavi", 1_000, 60_000, 0, 50_000),
    )
    if kind is CheckClosed:
        journal.add(
            CheckClosed(CHECK, "A-1", ShiftId("s1"), WAITER, Totals(), sold, 0, 2, NOON_MS, DAY)
        )
        return
    journal.add(
        CheckReopened(
            CHECK, "A-1", ShiftId("s1"), Totals(), sold, 0, 2, 0, 0, "wrong", WAITER, NOON_MS
        )
    )


async def test_what_is_given_eaten_by_staff_or_returned_is_no_sale_and_has_a_place_of_its_own(
    books_on_both: Database,
) -> None:
    books = books_on_both
    await furnish(books)
    journal = Journal()
    journal.fire("l1", "borscht", 4)
    journal.fire("l2", "saperavi", 1)
    journal.fire("l3", "saperavi", 1)
    journal.void("l3", "saperavi", 1, made=True, kind="return")
    await take_all(books, journal)
    before = stock(books)
    whole = cost_by_place(books)
    assert whole["returned"] == 18_000
    soup = whole["sales"] - 18_000
    on_the_house(journal, CheckClosed)
    await take_all(books, journal)
    places = cost_by_place(books)
    assert places["comp"] + places["staff"] + places["sales"] == whole["sales"]
    assert abs(places["comp"] - soup / 2) <= 4  # each good rounds by itself
    assert abs(places["staff"] - soup / 4) <= 4
    assert stock(books) == before, "what was eaten was gone before"
    assert cost_of_sales(books) == places["sales"]
    on_the_house(journal, CheckReopened)
    await take_all(books, journal)
    again = cost_by_place(books)
    assert (again["comp"], again["staff"], again["sales"]) == (0, 0, whole["sales"])
    on_the_house(journal, CheckClosed)
    await take_all(books, journal)
    assert cost_by_place(books) == places
    assert cost_of_sales(books) == places["sales"]


async def test_a_late_invoice_changes_what_the_house_gave_as_it_changes_what_was_sold(
    books: Database,
) -> None:
    await furnish(books)
    journal = Journal()
    journal.fire("l1", "borscht", 4)
    journal.fire("l2", "saperavi", 1)
    on_the_house(journal, CheckClosed)
    await take_all(books, journal)
    before = cost_by_place(books)

    def late(connection: Connection) -> None:
        with session_on(connection) as session:
            ledger = Ledger(session)
            shelf = Shelf("kitchen", IngredientId("beet"), Decimal(10_000))
            entry = Entry("2026-11-02", NOON_MS, "receipt/late")
            ledger.receive(MoveKind.RECEIPT, SUPPLIER, shelf, 42_000, entry)
            ledger.write()

    await books.write(late)
    await recost(books, NOON_MS)
    after = cost_by_place(books)
    # 320 g of beet at 2.80 a kilo instead of 1.40: half on the house, a quarter for the staff.
    assert {place: after[place] - before[place] for place in ("sales", "comp", "staff")} == {
        "sales": 112,
        "comp": 224,
        "staff": 112,
    }
    assert cost_of_sales(books) == after["sales"]


def cost_by_place(books: Database) -> dict[str, int]:
    """What the ledger says went to each place outside."""
    sums: dict[str, int] = {"comp": 0, "staff": 0, "sales": 0, "returned": 0}
    for (place, _), held in books.read(lambda c: holdings(moves_where(c))).items():
        sums[place] = sums.get(place, 0) + held.value_minor
    return sums


def cost_of_sales(books: Database) -> int:
    """Recipe cost of what was sold, with what was corrected."""
    facts, changes = (
        sa.text(f"SELECT sum(cost_minor) FROM {table}") for table in ("sales_fact", "cost_change")
    )
    found = (
        books.read(lambda c: c.execute(facts).scalar()),
        books.read(lambda c: c.execute(changes).scalar()),
    )
    return sum(int(each or 0) for each in found)
