"""Tables that people send: every bad cell named by its place, and nothing taken by halves."""

import io
from datetime import date

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet
from sqlalchemy import Connection
from sqlmodel import select

from sync_server.back_office.cards import read_book, technology_of
from sync_server.back_office.goods_tables import Ingredient
from sync_server.back_office.import_columns import Subject
from sync_server.back_office.importing import Plan, carry_out, dry_run
from sync_server.back_office.journal_entries import choose_account, journal_entries
from sync_server.back_office.menu_draft import outlook
from sync_server.back_office.paper_tables import PaperLine, PaperRow
from sync_server.back_office.papers import Actor
from sync_server.back_office.sheets import CellFault, Table, tables_in
from sync_server.back_office.tables import StockMove
from sync_server.back_office.typed import decimal_of
from sync_server.back_office.web.import_templates import card_rows, template_of
from sync_server.back_office.web.words import Words
from sync_server.domain.menu import Catalogue
from sync_server.domain.menu_changes import Change, changed
from sync_server.domain.recipes import Owner
from sync_server.store.database import Database, session_on
from tests.back_office.house import DAY, NOON_MS, Journal, furnish, take_all
from tests.builders import a_menu

HALYNA = Actor("halyna", NOON_MS, DAY)


HAPPY = Change("terms", "happy", "name_en", "Happy")


def tried(
    books: Database, subject: Subject, *files: tuple[str, bytes], menu: Catalogue | None = None
) -> Plan:
    tables: list[Table] = []
    for name, body in files:
        read = tables_in(name, body)
        assert not isinstance(read, CellFault), read
        tables += read

    def run(connection: Connection) -> Plan:
        session = session_on(connection)
        seen = outlook(session, menu, NOON_MS) if menu is not None else None
        return dry_run(session, subject, tables, DAY, seen)

    return books.read(run)


def csv(*lines: str) -> tuple[str, bytes]:
    return ("table.csv", "\n".join(lines).encode())


def places(plan: Plan) -> list[tuple[int, str, str]]:
    return [(one.row, one.column, one.code) for one in plan.faults]


@pytest.mark.parametrize(
    ("typed", "value"),
    [("1,5", "1.5"), ("1 234,50", "1234.50"), ("1,234.50", "1234.50"), ("−2", "-2"),
     ("1.2.3", None), ("1,5,5", None), ("ten", None), ("", None), ("nan", None),
     ("1.234,5", "1234.5")],
)  # fmt: skip
def test_a_typed_figure_is_read_as_people_write_it_or_not_at_all(
    typed: str, value: str | None
) -> None:
    read = decimal_of(typed)
    assert (None if read is None else str(read)) == value


async def test_goods_come_in_and_every_bad_cell_is_named(books: Database) -> None:
    await furnish(books)
    bad = csv(
        "код;назва;од.;група;постачальник;par",
        "beef;Яловичина;л;meat;rynok;1",
        "salt;;bushel;spices;nobody;1.2.3",
        "pepper;Перець;кг;meat;;-1",
        "pepper;Перець;кг;meat;;",
    )
    assert places(tried(books, Subject.GOODS, bad)) == [
        (2, "C", "unit_does_not_convert"),
        (3, "C", "no_unit"),
        (3, "D", "no_group"),
        (3, "E", "no_supplier_id"),
        (3, "B", "cell_empty"),
        (3, "F", "bad_number_cell"),
        (4, "F", "bad_quantity"),
        (5, "A", "twice"),
    ]
    odd = csv("id,name_uk,unit,group,tax,fat", "dill,Кріп,kg,meat,120,1.2345", "mint,М,kg,meat,x,")
    assert places(tried(books, Subject.GOODS, odd)) == [
        (2, "E", "bad_quantity"), (2, "F", "bad_quantity"), (3, "E", "bad_number_cell"),
    ]  # fmt: skip
    supplier = books.read(lambda c: session_on(c).get_one(Ingredient, "beef").supplier_id)
    good = csv(
        "id,name_uk,unit,group,par,tax,fat,ккал",
        "pepper,Перець,kg,meat,0.5,20,3.3,251",
        "beef,Яловичина,g,meat,,7,,",
    )
    plan = tried(books, Subject.GOODS, good)
    assert plan.faults == []
    await books.write(lambda c: carry_out(session_on(c), plan, HALYNA, []))
    rows = books.read(lambda c: session_on(c).exec(select(Ingredient)).all())
    found = {row.ingredient_id: (row.unit, row.par_milli) for row in rows}
    assert found["pepper"] == ("kg", 500_000)
    assert found["beef"][0] == "g"
    facts = {
        row.ingredient_id: (row.tax_bp, row.fat_milli, row.energy_milli, row.supplier_id)
        for row in rows
    }
    assert facts["pepper"] == (2_000, 3_300, 251_000, "")
    assert facts["beef"] == (700, 0, 0, supplier)


async def test_things_are_named_as_people_of_the_house_name_them(books: Database) -> None:
    await furnish(books)
    goods = csv("Код;Назва;Од.;Група;Постачальник", "veal;Телятина;кг;М’ясо;RYNOK")
    plan = tried(books, Subject.GOODS, goods)
    assert [(one.group_id, one.supplier_id) for one in plan.goods] == [("meat", "rynok")]
    cards = csv(
        "rodzaj;danie;składnik;ilość;jm.;wychodzi",
        "danie;Борщ;Beet;100;g;1",
        "півфабрикат;Бульйон;Beef;1;kg;2",
    )
    recipes = tried(books, Subject.RECIPES, cards).recipes
    assert [(one.owner, one.owner_id) for one in recipes] == [
        (Owner.ITEM, "borscht"), (Owner.SEMI, "broth"),
    ]  # fmt: skip
    stock = tried(books, Subject.OPENING, csv("склад;товар;кількість;сума", "Кухня;Буряк;1;14"))
    assert (list(stock.opening), stock.faults) == (["kitchen"], [])


async def test_merged_cells_and_dates_that_were_decimals_are_named(books: Database) -> None:
    await furnish(books)
    book = Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "Залишки"
    for row in (
        ["store", "good", "qty", "value"],
        ["kitchen", "Beef", "2,5", 100.5],
        ["kitchen", "Буряк", None, 5],
        ["moon", "unicorn", 0, "=1+1"],
    ):
        sheet.append(row)
    sheet["C3"] = date(2026, 5, 1)
    sheet.merge_cells("A2:A3")
    buffer = io.BytesIO()
    book.save(buffer)
    plan = tried(books, Subject.OPENING, ("stock.xlsx", buffer.getvalue()))
    assert places(plan) == [
        (2, "A", "merged_cells"),
        (3, "A", "cell_empty"),
        (3, "C", "date_for_figure"),
        (4, "A", "no_store_id"),
        (4, "B", "no_good"),
        (4, "C", "bad_quantity"),
    ]
    assert plan.faults[0].sheet == "Залишки"
    assert isinstance(tables_in("x.xlsx", b"no workbook"), CellFault)


async def test_recipes_become_versions_and_a_cycle_is_refused_as_a_whole(books: Database) -> None:
    await furnish(books)
    head = "kind,owner,component,qty,unit,cold_loss,output"
    bad = csv(head, "item,moon,Beef,0.000,kg,100,", "semi,broth,saperavi,1,g,,", "poem,x,y,1,kg,,")
    assert places(tried(books, Subject.RECIPES, bad)) == [
        (2, "B", "no_owner"),
        (2, "D", "bad_quantity"),
        (2, "F", "bad_loss"),
        (3, "E", "unit_does_not_convert"),
        (4, "A", "no_kind"),
    ]
    cycle = tried(books, Subject.RECIPES, csv(head, "semi,broth,Broth,1,kg,,1.7"))
    assert places(cycle) == [(2, "B", "recipe_cycle")]
    assert cycle.faults[0].text == "broth → broth"
    nothing = csv(head, "semi,broth,Beef,1,kg,,0", "semi,broth,Beef,1,kg,,-2")
    assert places(tried(books, Subject.RECIPES, nothing)) == [
        (2, "G", "bad_yield"),
        (3, "G", "bad_quantity"),
        (3, "G", "bad_yield"),
    ]
    sound = tried(books, Subject.RECIPES, csv(head, "item,borscht,Буряк,120,г,10,"))
    assert await books.write(lambda c: carry_out(session_on(c), sound, HALYNA, [])) == []
    card = books.read(lambda c: read_book(session_on(c))).in_force(Owner.ITEM, "borscht", DAY)
    assert card is not None
    assert [(str(one.amount), one.losses.cold_bp) for one in card.components] == [
        ("120.000", 1_000)
    ]


async def test_fifty_thousand_rows_become_drafts_that_somebody_posts(books: Database) -> None:
    await furnish(books)
    lines = ["store,good,qty,value", *["kitchen,beef,0.5,10"] * 50_000]
    plan = tried(books, Subject.OPENING, csv(*lines))
    assert (plan.rows, plan.faults) == (50_000, [])
    plan.opening["kitchen"] = plan.opening["kitchen"][:1_200]
    ids = ["a", "b", "c"]
    await books.write(lambda c: carry_out(session_on(c), plan, HALYNA, ids))
    papers = books.read(lambda c: session_on(c).exec(select(PaperRow)).all())
    assert [(row.paper, row.state) for row in papers] == [("opening", "draft")] * 3
    assert len(books.read(lambda c: session_on(c).exec(select(PaperLine)).all())) == 1_200


async def test_entries_for_accounting_add_up_to_the_ledger(books: Database) -> None:
    await furnish(books)
    journal = Journal()
    journal.fire("l1", "borscht", 3)
    journal.void("l1", "borscht", 1, made=True)
    await take_all(books, journal)
    await books.write(lambda c: choose_account(session_on(c), "sales", "", "902"))
    entries = books.read(lambda c: journal_entries(c, "2026-11-01", DAY))
    moves = books.read(lambda c: session_on(c).exec(select(StockMove)).all())
    assert sum(one.value_minor for one in entries) == sum(row.value_minor for row in moves)
    accounts = {(one.kind, one.debit, one.credit) for one in entries}
    assert accounts == {
        ("opening", "201", "40"),
        ("sale", "902", "201"),
        ("sale-reversal", "201", "902"),
        ("waste", "947", "201"),
    }


async def test_prices_go_into_the_draft_and_every_bad_one_is_named(books: Database) -> None:
    await furnish(books)
    menu = changed(a_menu(), [Change("terms", "happy", "new", ""), HAPPY])
    bad = csv(
        "страва;ціна;правило", "borscht;190,00;", "moon;5;", "fries;ten;", "fries;1,005;night",
        "borscht;191;", "ribeye;;", ";1;", "wine;2000000;",
    )  # fmt: skip
    plan = tried(books, Subject.PRICES, bad, menu=menu)
    assert places(plan) == [
        (3, "A", "no_dish"),
        (4, "B", "bad_number_cell"),
        (5, "C", "no_rule"),
        (5, "B", "bad_price"),
        (6, "A", "twice"),
        (7, "B", "cell_empty"),
        (8, "A", "cell_empty"),
        (9, "B", "bad_price"),
    ]
    assert tried(books, Subject.PRICES, bad).faults[0].code == "no_menu"
    good = csv("dish,price,rule", "borscht,190.00,", "Wine,90.50,Happy")
    plan = tried(books, Subject.PRICES, good, menu=menu)
    assert await books.write(lambda c: carry_out(session_on(c), plan, HALYNA, [])) == []
    draft = books.read(lambda c: outlook(session_on(c), menu, NOON_MS)).draft
    assert [(one.target, one.field, one.value) for one in draft] == [
        ("borscht", "price_minor", "19000"),
        ("happy", "wine", "9050"),
    ]


@pytest.mark.parametrize("language", ["en", "uk", "pl"])
async def test_the_table_of_the_cards_in_force_comes_back_as_the_same_cards(
    books: Database, language: str
) -> None:
    await furnish(books)
    table = csv(
        "kind,dish,ingredient,quantity,unit,hot loss,makes,in the yield,method,технологія",
        "dish,Borscht,Beet,0.9,kg,25,10,yes,Simmer.,Варити тихо.",
        "dish,Borscht,Beef,400,g,,10,no,,",
    )
    plan = tried(books, Subject.RECIPES, table)
    assert places(plan) == []
    assert await books.write(lambda c: carry_out(session_on(c), plan, HALYNA, ())) == []
    words, owner = Words(language), (Owner.ITEM, "borscht")

    def file(connection: Connection) -> bytes:
        rows = list(card_rows(session_on(connection), DAY, words, "uk"))
        return template_of(Subject.RECIPES, words, rows)

    again = tried(books, Subject.RECIPES, ("cards.xlsx", books.read(file)))
    assert {one.code for one in again.faults} == {"card_exists"}, "this day has a version"
    book = books.read(lambda c: read_book(session_on(c)))
    in_force = {key: book.in_force(*key, DAY) for key in book.versions}
    for came in again.recipes:
        card = in_force.pop((came.owner, came.owner_id))
        assert card is not None
        assert (came.output, came.components) == (card.output, card.components)
    assert in_force == {}
    said = {"en": "Simmer.", "uk": "Варити тихо."}
    assert again.technology[owner] == said
    assert books.read(lambda c: technology_of(session_on(c), *owner, DAY)) == said


async def test_a_card_whose_rows_say_two_things_or_too_much_is_not_taken(books: Database) -> None:
    await furnish(books)
    table = csv(
        "kind,dish,ingredient,quantity,unit,in the yield,method",
        "dish,Borscht,Beet,0.9,kg,perhaps,Simmer.",
        f"dish,Borscht,Beef,400,g,no,{'long ' * 2_000}",
    )
    assert places(tried(books, Subject.RECIPES, table)) == [
        (2, "F", "yes_or_no"),
        (3, "G", "cell_too_long"),
        (3, "G", "says_otherwise"),
    ]
