"""What shows one document, good, check, shift or dish never walks through all the books."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, event
from sqlmodel import Session

from sync_server.back_office.paper_tables import PaperRow
from sync_server.back_office.posting import check, comparison, reverse
from sync_server.back_office.recipes_book import Cookbook
from sync_server.back_office.reports.catalogue import BY_KEY, answer
from sync_server.back_office.reports.report import Asked
from sync_server.back_office.web.desk import Desk
from sync_server.back_office.web.formats import Formats
from sync_server.back_office.web.paper_view import row_view
from sync_server.back_office.web.words import Words
from sync_server.domain.documents import Paper
from sync_server.domain.recipes import Owner
from sync_server.store.database import Database, session_on
from tests.back_office.house import DAY, furnish
from tests.back_office.test_papers import HALYNA, draft, drafted, kilos, posted, receipt, within
from tests.back_office.test_till_reports import KYIV, evening, told

LONG = ("stock_move", "stock_day", "sales_fact", "cost_change", "till_fact", "journal_index",
        "room_charge")  # fmt: skip
"""Tables that grow with every evening."""
WORDS = Words("uk")
FORMATS = Formats("uk", ZoneInfo("Europe/Kyiv"))
REPORTS: Mapping[str, Mapping[str, str]] = {
    "item_card": {"store": "kitchen", "good": "beef"},
    "moves": {"place": "sales", "dish": "borscht"},
    "sold": {"item": "borscht"},
    "till_lines": {"of": "shift_cash", "shift": "s1"},
    "margin_by_check": {},
    "journal": {},
    "hours": {},
    "club": {},
    "speed": {},
    "room_charges": {},
}


def walks(connection: Connection, act: Any) -> list[str]:
    """The plans of an act's questions that go through a whole long table."""
    asked: list[tuple[str, Any]] = []

    def note(_c: Any, _cursor: Any, statement: str, given: Any, _x: Any, _many: Any) -> None:
        asked.append((statement, given))

    event.listen(connection, "before_cursor_execute", note)
    act(connection)
    event.remove(connection, "before_cursor_execute", note)
    found = []
    for statement, given in asked:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", given)
        steps = [str(row[3]) for row in plan]
        found += [
            f"{step}: {statement}"
            for step in steps
            if step.startswith(tuple(map("SCAN {}".format, LONG)))
        ]
    assert asked, "something was asked"
    return found


async def test_one_document_or_dish_is_looked_up_and_not_searched_for(books: Database) -> None:
    await furnish(books)
    await told(books, evening())
    await posted(books, receipt(kilos("beef", "5", 100_000)))
    bought = await drafted(books, receipt(kilos("beef", "2", 50_000), kilos("beet", "1", 200)))
    counted = await drafted(books, draft(Paper.COUNT, kilos("beef", "3")))

    def pages(connection: Connection) -> None:
        session = session_on(connection)
        desk = Desk.of(session, WORDS, FORMATS, KYIV)
        for paper_id in (bought.paper_id, counted.paper_id):
            row = session.get_one(PaperRow, paper_id)
            row_view(session, desk, row)
            check(session, row, DAY)
        comparison(session, session.get_one(PaperRow, counted.paper_id))
        Cookbook(session, DAY).open(Owner.ITEM, "borscht")
        for key, filters in REPORTS.items():
            answer(connection, BY_KEY[key], Asked(DAY, DAY, "en", KYIV, filters))

    assert books.read(lambda connection: walks(connection, pages)) == []

    def tied(connection: Connection) -> None:
        answer(connection, BY_KEY["tie_out"], Asked("2026-11-01", DAY, "en", KYIV))

    # That the balances are the sum of the whole ledger is proved by adding it up, once.
    (ledger,) = books.read(lambda connection: walks(connection, tied))
    assert ledger.startswith("SCAN stock_day")


async def test_a_form_shows_the_price_of_the_last_purchase_that_still_holds(
    books: Database,
) -> None:
    await furnish(books)

    def last(session: Session) -> int | None:
        goods = Desk.of(session, WORDS, FORMATS, KYIV).goods
        return next(good.last_minor for good in goods if good.good_id == "beef")

    async def bought(day: str, price: int) -> str:
        return await posted(books, receipt(kilos("beef", "1", price), day=day, invoice=day))

    assert await within(books, last) == 18_000
    dearer = await bought("2026-11-10", 25_000)
    await bought("2026-11-05", 21_000)
    assert await within(books, last) == 25_000, "the last by its day, not the last typed"
    await within(books, lambda s: reverse(s, dearer, s.get_one(PaperRow, dearer).revision, HALYNA))
    assert await within(books, last) == 21_000, "what was taken back was no purchase"
