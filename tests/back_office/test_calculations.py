"""Calculations of a card: a dearer good opens a new column, what was approved stays as it was."""

from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.calculations import Pricing, approve, approved, reckoned
from sync_server.back_office.ledger import Entry, Ledger, Shelf
from sync_server.back_office.papers import Actor
from sync_server.back_office.recipes_book import Cookbook, OpenCard
from sync_server.back_office.web.calculation_view import calculation_card, shown_columns
from sync_server.back_office.web.formats import Formats
from sync_server.back_office.web.words import Words
from sync_server.domain.recipes import Owner
from sync_server.domain.stock import SUPPLIER, IngredientId, MoveKind, from_milli
from sync_server.store.database import session_on
from tests.back_office.house import DAY, NOON_MS, furnish
from tests.store.ready_made import BACK, lay

OKSANA = Actor("oksana", NOON_MS, DAY)
PRICING = Pricing(DAY, 25_000, 2_000)


def approve_borscht(connection: Connection) -> int | None:
    with session_on(connection) as session:
        book = Cookbook(session, DAY)
        opened = book.open(Owner.ITEM, "borscht")
        assert isinstance(opened, OpenCard)
        found = reckoned(book, opened, PRICING)
        return approve(session, Owner.ITEM, "borscht", found, OKSANA)


def dearer_beef(connection: Connection) -> None:
    with session_on(connection) as session:
        ledger = Ledger(session)
        beef = Shelf("kitchen", IngredientId("beef"), from_milli(18_400_000))
        entry = Entry(DAY, NOON_MS, "receipt/1")
        ledger.receive(MoveKind.RECEIPT, SUPPLIER, beef, 400_000, entry)
        ledger.write()


def printed(connection: Connection) -> tuple[list[str], list[list[str]], list[list[str]]]:
    """Titles of the calculations, and the rows of the form."""
    with session_on(connection) as session:
        book = Cookbook(session, DAY)
        opened = book.open(Owner.ITEM, "borscht")
        assert isinstance(opened, OpenCard)
        known = approved(session, Owner.ITEM, "borscht")
        columns = shown_columns(known, reckoned(book, opened, PRICING))
        formats = Formats("en", ZoneInfo("UTC"))
        form = calculation_card(book, opened.card, columns, Words("en"), formats)
        titles = [title for title, _ in form.groups if title]
        return titles, [list(row) for row in form.rows], [list(row) for row in form.totals]


async def test_a_changed_price_opens_a_column_and_nothing_approved_changes(tmp_path: Path) -> None:
    url = file_url(lay(BACK, tmp_path / "back.db"))
    with open_books(url) as books:
        await furnish(books)
        assert books.read(printed)[0] == ["not approved · 21 Nov 2026"]
        assert await books.write(approve_borscht) == 1
        assert await books.write(approve_borscht) is None, "it would say the same"
        first = books.read(printed)
        assert first[0] == ["№ 1 · 21 Nov 2026"]
        await books.write(dearer_beef)
        assert books.read(printed)[0] == ["№ 1 · 21 Nov 2026", "not approved · 21 Nov 2026"]
        assert await books.write(approve_borscht) == 2
    with open_books(url) as books:
        titles, rows, totals = books.read(printed)
        assert titles == ["№ 1 · 21 Nov 2026", "№ 2 · 21 Nov 2026"]
        assert [row[:6] for row in rows] == first[1]
        assert [row[:6] for row in totals] == first[2]
        assert rows[0][1:] == ["Broth", "kg", "25.000", "42.35", "1,058.82", "25.000", "46.75",
                               "1,168.80"]  # fmt: skip
        below = {row[1]: (row[5], row[8]) for row in totals}
        assert below["Yield of a portion, g"] == ("334", "334")
        assert below["Selling price of a portion"] == ("52.00", "56.00")
