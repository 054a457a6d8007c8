"""Polish pages are Polish: names of the demo, tables that come in, what an older house learns."""

from datetime import date

import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.back_office.catalogue import learn_polish_names
from sync_server.back_office.goods_tables import Bottle
from sync_server.back_office.import_columns import Subject
from sync_server.back_office.importing import carry_out
from sync_server.back_office.reports.naming import TABLES, categories, named
from sync_server.back_office.turnover import Question, turnover_sheet
from sync_server.demo.catalogue import catalogue_of
from sync_server.demo.furnish_books import furnish_books
from sync_server.domain.bar import Bottle as BottleShape
from sync_server.store.database import Database, session_on
from tests.back_office.house import NOON_MS, PASSWORDS, furnish
from tests.back_office.test_importing import HALYNA, csv, tried
from tests.demo.loaded import demo_venue

NAMED = ("ingredient", "ingredient_group", "item", "item_category", "store")


async def test_the_demo_is_polish_throughout_and_its_bar_can_be_weighed(books: Database) -> None:
    venue = demo_venue()
    menu = catalogue_of(venue, 1, NOON_MS)
    await furnish_books(books, venue, menu, PASSWORDS, date(2026, 11, 1), NOON_MS)

    def look(connection: Connection) -> None:
        session = session_on(connection)
        for table in NAMED:
            name = TABLES[table].c.name_pl
            assert connection.execute(sa.select(name).where(name == "")).all() == [], table
        sheet = turnover_sheet(connection, Question("bar", "2026-11-01", "2026-11-30"))
        assert {group.names["pl"] for group in sheet.groups} >= {"Wino", "Alkohole mocne"}
        row = session.get_one(Bottle, "gin")
        shape = BottleShape(row.nominal_ml, row.full_g, row.tare_g)
        assert (shape.left_ml(860), shape.stock_ml(3, (860,))) == (400, 2_500)

    books.read(look)


async def test_a_name_that_is_missing_is_english_until_a_table_or_the_menu_brings_it(
    books: Database,
) -> None:
    await furnish(books)
    menu = catalogue_of(demo_venue(), 1, NOON_MS)

    def shown(connection: Connection) -> tuple[str, str, str]:
        dishes = named(connection, "item", "item_id", "pl")
        goods = named(connection, "ingredient", "ingredient_id", "pl")
        return dishes["borscht"], goods["beef"], categories(connection, "pl")["borscht"][1]

    assert books.read(shown) == ("Borscht", "Beef", "Soups")
    await books.write(lambda connection: learn_polish_names(connection, menu))
    assert books.read(shown) == (menu.items["borscht"].names["pl"], "Beef", "Zupy")
    plan = tried(books, Subject.GOODS, csv("kod;nazwa;jm.;grupa", "beef;Wołowina;kg;meat"))
    assert await books.write(lambda c: carry_out(session_on(c), plan, HALYNA, ())) == []
    assert books.read(shown)[1] == "Wołowina"
    ukrainian = books.read(lambda c: named(c, "ingredient", "ingredient_id", "uk"))
    assert ukrainian["beef"] == "Яловичина", "what a table does not say stays"
    nameless = tried(books, Subject.GOODS, csv("код;од.;група", "beef;кг;meat"))
    assert [(one.code, one.text) for one in nameless.faults] == [("column_missing", "name_uk")]
