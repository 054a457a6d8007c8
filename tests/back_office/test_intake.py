"""The journal becomes stock and sales, each event once, whatever crashes or comes twice."""

import json
from decimal import Decimal
from functools import partial
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import Connection, delete, text, update
from sqlalchemy.exc import DBAPIError
from sqlmodel import col, select

from sync_server.back_office.cards import add_version
from sync_server.back_office.intake import Intake, JournalEvent, JournalGap
from sync_server.back_office.moves import domain_move
from sync_server.back_office.paper_tables import PaperRow
from sync_server.back_office.seeding import BooksNotEmpty, FaultyCards
from sync_server.back_office.tables import Balance, IntakeException, SalesFact, StockMove
from sync_server.back_office.till_tables import TILL_FACT
from sync_server.domain.events import Line, LinesMoved
from sync_server.domain.ids import CheckId, LineId
from sync_server.domain.recipes import Component, Owner, Recipe
from sync_server.domain.stock import Holding, IngredientId, from_milli, holdings, store_place
from sync_server.store.database import Database, MemoryDisk, session_on
from sync_server.store.migrations import drift
from tests.back_office.house import (
    CHECK,
    NOON_MS,
    WAITER,
    Journal,
    SmallHouse,
    furnish,
    furnished_image,
    take_all,
)


def stock(database: Database) -> dict[str, tuple[Decimal, int]]:
    """Quantity and value of each ingredient; the small house keeps each in one store."""

    def read(connection: Connection) -> dict[str, tuple[Decimal, int]]:
        with session_on(connection) as session:
            rows = session.exec(select(Balance)).all()
            return {row.ingredient_id: (from_milli(row.qty_milli), row.value_minor) for row in rows}

    return database.read(read)


def rows(database: Database, table: type[Any]) -> list[Any]:
    def read(connection: Connection) -> list[Any]:
        with session_on(connection) as session:
            return list(session.exec(select(table)).all())

    return database.read(read)


def assert_balances_are_the_sum_of_moves(database: Database) -> None:
    sums = holdings(domain_move(move) for move in rows(database, StockMove))
    for balance in rows(database, Balance):
        place = store_place(balance.store_id)
        held = sums.get((place, balance.ingredient_id), Holding())
        assert held == Holding(from_milli(balance.qty_milli), balance.value_minor)


async def test_two_borschts_without_garlic_leave_the_kitchen_and_a_bottle_leaves_the_bar(
    books_on_both: Database,
) -> None:
    await furnish(books_on_both)
    journal = Journal()
    journal.fire("l1", "borscht", 2, "no-garlic")
    journal.fire("l2", "saperavi")
    assert await take_all(books_on_both, journal) == 2
    left = stock(books_on_both)
    assert left["broth"] == (Decimal("0.000"), 0)
    assert left["beef"] == (Decimal("18400.000"), 331_200)
    assert left["beet"] == (Decimal("9840.000"), 14_000 - 224)
    assert left["garlic"] == (Decimal("500.000"), 6_000)
    assert left["saperavi"] == (Decimal("47.000"), 846_000)
    assert_balances_are_the_sum_of_moves(books_on_both)


async def test_broth_that_is_used_up_is_made_up_from_its_beef(books: Database) -> None:
    await furnish(books)
    journal = Journal()
    journal.fire("l1", "borscht", 4)
    await take_all(books, journal)
    left = stock(books)
    assert left["broth"] == (Decimal("0.000"), 0)
    assert left["beef"][0] == Decimal("18400.000") - Decimal("117.647")


async def test_a_card_changed_between_two_batches_holds_from_its_day_on(books: Database) -> None:
    await furnish(books)
    journal = Journal()
    reading = Intake(books, journal)
    beet = []
    for line, day in (("l1", "2026-11-20"), ("l2", "2026-11-20"), ("l3", "2026-11-19")):
        journal.fire(line, "borscht", 1, day=day)
        await reading.take(reading.fetch())
        beet.append(stock(books)["beet"][0])
        if line == "l1":
            richer = Component(IngredientId("beet"), Decimal(300))
            new = Recipe(Owner.ITEM, "borscht", "2026-11-20", Decimal(1), (richer,))

            def add(connection: Connection, new: Recipe = new) -> None:
                with session_on(connection) as session:
                    assert add_version(session, new, {}, "marko", NOON_MS) == []

            await books.write(add)
    assert beet == [Decimal(9_920), Decimal(9_620), Decimal(9_540)]


async def test_a_void_not_made_goes_back_and_a_void_made_is_waste_at_the_same_value(
    books: Database,
) -> None:
    await furnish(books)
    before = stock(books)
    journal = Journal()
    journal.fire("l1", "borscht", 3)
    journal.void("l1", "borscht", 1, made=False)
    await take_all(books, journal)
    one_back = stock(books)
    journal.void("l1", "borscht", 1, made=True)
    await take_all(books, journal)
    assert stock(books) == one_back
    journal.void("l1", "borscht", 1, made=False)
    await take_all(books, journal)
    wasted = [move for move in rows(books, StockMove) if move.kind == "waste"]
    after = stock(books)
    for move in wasted:
        qty, value = before[move.ingredient_id]
        assert after[move.ingredient_id] == (
            qty - from_milli(move.qty_milli),
            value - move.value_minor,
        )
    facts = rows(books, SalesFact)
    assert sum(fact.qty_milli for fact in facts) == 0
    assert sum(fact.cost_minor for fact in facts) == 0
    assert_balances_are_the_sum_of_moves(books)


async def test_a_void_of_a_part_that_was_moved_to_another_check_finds_its_line(
    books: Database,
) -> None:
    await furnish(books)
    before = stock(books)
    journal = Journal()
    journal.fire("l1", "borscht", 2)
    half = Line(
        LineId("l1b"), "borscht", "Borscht", 1, 1000, 100, 100, "vat", 0, ("hot",), 0, 0, 0,
        WAITER, origin=LineId("l1"),
    )  # fmt: skip
    journal.add(LinesMoved(CHECK, CheckId("c2"), (), (), (half,), WAITER, NOON_MS))
    journal.void("l1b", "borscht", 1, made=False)
    journal.void("l1", "borscht", 1, made=False)
    await take_all(books, journal)
    assert stock(books) == before


async def test_a_held_line_that_is_voided_never_touched_the_stock(books: Database) -> None:
    await furnish(books)
    before = stock(books)
    journal = Journal()
    journal.void("l9", "borscht", 1, made=False, fired=False)
    await take_all(books, journal)
    assert stock(books) == before
    assert rows(books, IntakeException) == []


async def test_what_cannot_be_consumed_is_listed_and_what_is_foreign_is_passed_by(
    books: Database,
) -> None:
    await furnish(books)
    journal = Journal()
    journal.fire("l1", "saltless")
    journal.fire("l2", "borscht", station="garden")
    journal.void("l7", "borscht", 1, made=False)
    journal.events.append(JournalEvent(4, NOON_MS, "LinesFired", {"check_id": 5}))
    journal.events.append(JournalEvent(5, NOON_MS, "TicketBumped", {"ticket_id": "t"}))
    assert await take_all(books, journal) == 5
    problems = rows(books, IntakeException)
    assert [problem.code for problem in problems] == [
        "no_recipe",
        "no_store",
        "no_line",
        "bad_event",
    ]
    assert json.loads(problems[0].body)["sold"][0]["item_id"] == "saltless"
    sold = [fact for fact in rows(books, SalesFact) if fact.kind == "fired"]
    assert {fact.line_id for fact in sold} == {"l1", "l2"}


async def test_events_that_come_again_count_once_and_a_gap_stops_the_intake(
    books: Database,
) -> None:
    await furnish(books)
    journal = Journal()
    journal.fire("l1", "borscht")
    journal.close(("l1", "borscht", 10_000))
    await take_all(books, journal)
    once = stock(books)
    intake = Intake(books, journal)
    assert await intake.take(journal.events) == 2
    # The kitchen's second notice of the same firing is a new event about an old fact.
    journal.fire("l1", "borscht")
    await take_all(books, journal)
    assert stock(books) == once
    with pytest.raises(JournalGap, match="after event 3 came event 5"):
        await intake.take([JournalEvent(5, NOON_MS, "LinesFired", {})])
    assert intake.cursor() == 3


class Crash(BaseException):
    """The machine stops here."""


acts = st.lists(
    st.sampled_from(["borscht", "saperavi", "saltless", "void", "waste", "close"]), max_size=12
)


@settings(max_examples=20)
@given(acts, st.lists(st.integers(1, 3), max_size=6), st.booleans())
async def test_crashes_around_the_commit_change_nothing_in_the_books(
    history: list[str], batches: list[int], after: bool
) -> None:
    journal = Journal()
    for number, act in enumerate(history, start=1):
        if act in ("void", "waste"):
            journal.void(f"l{number - 1}", history[number - 2], 1, made=act == "waste")
        elif act == "close":
            journal.close((f"l{number - 1}", "borscht", 100 * number))
        else:
            journal.fire(f"l{number}", act, number)
    steady, shaken = MemoryDisk(await furnished_image()), MemoryDisk(await furnished_image())
    with Database.on_disk(steady) as database:
        await take_all(database, journal)
        expected = _contents(database)
    # Crashed machines are kept to the end: collecting one would roll back on the disk it shares.
    crashed = []
    for size in batches:
        with Database.on_disk(shaken) as database:
            events = journal.read_after(Intake(database, journal).cursor(), size)
        crashed.append(_crashing(shaken, after=after))
        with pytest.raises(Crash):
            await Intake(crashed[-1], journal).take(events)
    with Database.on_disk(shaken) as database:
        await take_all(database, journal)
        assert _contents(database) == expected
        assert_balances_are_the_sum_of_moves(database)


def _contents(database: Database) -> list[list[dict[str, Any]]]:
    tables = (StockMove, Balance, SalesFact, IntakeException)
    return [[row.model_dump() for row in rows(database, table)] for table in tables]


def _crashing(disk: MemoryDisk, *, after: bool) -> Database:
    def stop() -> None:
        raise Crash

    if after:
        return Database.on_disk(disk, after_commit=stop)
    return Database.on_disk(disk, before_commit=stop)


async def test_the_ledger_can_only_be_added_to(books_on_both: Database) -> None:
    await furnish(books_on_both)
    for change in (
        update(StockMove).values(value_minor=1),
        delete(StockMove).where(col(StockMove.n) == 1),
        text("DELETE FROM sales_fact"),
    ):
        if "sales_fact" in str(change):
            journal = Journal()
            journal.fire("l1", "saperavi")
            await take_all(books_on_both, journal)
        with pytest.raises(DBAPIError):
            await books_on_both.write(partial(Connection.execute, statement=change))


async def test_the_migrations_make_exactly_the_tables_of_the_code(books_on_both: Database) -> None:
    import_module("sync_server.back_office.office")  # which brings every table
    assert TILL_FACT.metadata is PaperRow.metadata
    assert drift(books_on_both, PaperRow.metadata) == []


async def test_a_venue_is_loaded_once_and_only_with_sound_cards(books: Database) -> None:
    house = SmallHouse()
    sound = house.recipes
    house.recipes = [
        line if line.owner_id != "broth" else type(line)(
            "semi", "broth", "semi", "broth", Decimal(1), Decimal(0)
        )
        for line in sound
    ]  # fmt: skip
    with pytest.raises(FaultyCards, match="broth → broth"):
        await furnish(books, house)
    assert stock(books) == {}
    await furnish(books)
    with pytest.raises(BooksNotEmpty):
        await furnish(books)
