"""What holds in the books whatever happened, and in whatever order it became known."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import given, settings, strategies as st
from sqlalchemy import Connection
from sqlmodel import select

from sync_server.back_office.goods_tables import Ingredient
from sync_server.back_office.intake import count
from sync_server.back_office.journal_entries import journal_entries
from sync_server.back_office.ledger import Entry, Ledger, Shelf, mark_due
from sync_server.back_office.moves import moves_where
from sync_server.back_office.recosting import choose_method, recost, recost_step
from sync_server.back_office.seeding import load_venue
from sync_server.back_office.tables import BackRow
from sync_server.back_office.turnover import Question, turnover_sheet
from sync_server.domain.costing import METHODS
from sync_server.domain.stock import (
    COUNT,
    SUPPLIER,
    WASTE,
    IngredientId,
    MoveKind,
    holdings,
    store_place,
    to_milli,
)
from sync_server.store.database import Database, MemoryDisk, session_on
from tests.back_office.house import NOON_MS, Journal, furnished_image
from tests.back_office.test_papers import held
from tests.bench.year import (
    FIRST_MS,
    FORTNIGHT,
    STORE_OF,
    Sales,
    deliver,
    furnished,
)
from tests.store.ready_made import BACK, image_of

WINE = IngredientId("saperavi")
TABLES = BackRow.metadata.tables


@dataclass(frozen=True)
class Act:
    """Something that happened at a moment of its own: `what`, how many bottles, for how much."""

    what: str
    bottles: int
    value: int

    def tell(self, connection: Connection, journal: Journal, moment: int) -> None:
        """It becomes known to the books."""
        day, at_ms = f"2026-11-{3 + moment * 3:02}", NOON_MS + moment * 1000
        if self.what in ("sell", "void", "remake"):
            before = len(journal.events)
            journal.fire(f"l{moment}", "saperavi", self.bottles, day=day)
            if self.what != "sell":
                made = self.what == "remake"
                journal.void(f"l{moment}", "saperavi", 1, made=made, day=day)
            journal.events[before:] = [
                type(event)(
                    event.n, at_ms + place, event.type, event.body, day, event.by, event.device
                )
                for place, event in enumerate(journal.events[before:])
            ]
            count(connection, journal.events[before:])
            return
        with session_on(connection) as session:
            ledger, entry = Ledger(session), Entry(day, at_ms, f"{self.what}/{moment}")
            shelf = Shelf("bar", WINE, Decimal(self.bottles))
            match self.what:
                case "buy":
                    ledger.receive(MoveKind.RECEIPT, SUPPLIER, shelf, self.value, entry)
                case "find":
                    ledger.receive(MoveKind.COUNT, COUNT, shelf, 0, entry)
                case "move":
                    ledger.issue(MoveKind.TRANSFER, store_place("kitchen"), shelf, entry)
                case _:
                    ledger.issue(MoveKind.WASTE, WASTE, shelf, entry)
            ledger.write()


ACTS = st.lists(
    st.builds(
        Act,
        st.sampled_from(["buy", "sell", "sell", "void", "remake", "find", "move", "waste"]),
        st.integers(1, 60),
        st.integers(1, 2_000_000),
    ),
    min_size=1,
    max_size=8,
)


async def books_of(database: Database, acts: list[Act], order: list[int], method: str) -> None:
    """The books after everything has been told, and worked out."""
    await database.write(lambda connection: choose_method(connection, method))
    journal = Journal()
    for moment in order:
        await database.write(partial(acts[moment].tell, journal=journal, moment=moment))
    await recost(database, NOON_MS)


def rows(database: Database, query: sa.Select[Any]) -> Sequence[Any]:
    """The answer to a question."""
    return database.read(lambda connection: connection.execute(query).all())


def cost_of_lines(database: Database) -> dict[str, int]:
    """By line what it cost, with what was corrected since."""
    costs: dict[str, int] = {}
    for name in ("sales_fact", "cost_change"):
        table = TABLES[name].c
        query = sa.select(table.line_id, sa.func.sum(table.cost_minor)).group_by(table.line_id)
        for line, cost in rows(database, query):
            costs[line] = costs.get(line, 0) + int(cost)
    return costs


def assert_the_books_add_up(database: Database) -> None:
    """Balances and days are the sums of moves; every sheet closes; entries balance."""
    sums = database.read(lambda c: holdings(moves_where(c)))
    balance, moves = TABLES["balance"], TABLES["stock_move"].c
    for row in rows(database, sa.select(balance)):
        total = sums[store_place(row.store_id), IngredientId(row.ingredient_id)]
        assert (to_milli(total.qty), total.value_minor) == (row.qty_milli, row.value_minor)
    key = (moves.ingredient_id, moves.day, moves.kind, moves.source, moves.target)
    added = (sa.func.sum(moves.qty_milli), sa.func.sum(moves.value_minor), sa.func.count())
    by_move = rows(database, sa.select(*key, *added).group_by(*key))
    by_day = rows(database, sa.select(TABLES["stock_day"]))
    assert sorted(map(tuple, by_move)) == sorted(map(tuple, by_day))
    for store in ("kitchen", "bar"):
        # The sheet itself refuses a row that does not close.
        question = Question(store, "2026-11-04", "2026-11-05")
        sheet = database.read(partial(turnover_sheet, question=question))
        assert all(row.turnover.balanced for row in sheet.rows)
    entries = database.read(lambda c: journal_entries(c, "2026-01-01", "2026-12-31"))
    assert all(entry.debit and entry.credit for entry in entries)


async def assert_nothing_is_left_to_correct(database: Database) -> None:
    """Everything priced anew from the first day on finds every figure as it is."""

    def everything(connection: Connection) -> None:
        with session_on(connection) as session:
            for good in session.exec(select(Ingredient.ingredient_id)).all():
                mark_due(session, good, "")
            session.flush()

    await database.write(everything)
    whole = await recost(database, NOON_MS)
    assert whole is not None
    assert whole.corrections == 0


@pytest.mark.parametrize("method", sorted(METHODS))
@settings(max_examples=8)
@given(acts=ACTS, data=st.data())
async def test_the_order_in_which_things_became_known_changes_no_figure(
    method: str, acts: list[Act], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(acts))))
    image = await furnished_image()
    with (
        Database.on_disk(MemoryDisk(image)) as punctual,
        Database.on_disk(MemoryDisk(image)) as late,
    ):
        await books_of(punctual, acts, list(range(len(acts))), method)
        await books_of(late, acts, order, method)
        for store in ("bar", "kitchen"):
            assert held(late, WINE, store) == held(punctual, WINE, store)
        assert cost_of_lines(late) == cost_of_lines(punctual)
        assert_the_books_add_up(late)
        await assert_nothing_is_left_to_correct(late)


async def test_a_busy_fortnight_adds_up_and_a_stopped_recalculation_ends_in_the_same_bytes(
    books_on_both: Database,
) -> None:
    house = furnished(FORTNIGHT)

    async def lived(database: Database, *, stop: bool) -> list[tuple[object, ...]]:
        await load_venue(
            database,
            house,
            [],
            day=house.day(0),
            at_ms=FIRST_MS,
            store_of_station=STORE_OF.__getitem__,
        )
        sales = Sales(house)
        for number in range(house.dose.days):
            await database.write(partial(deliver, house=house, number=number))
            events = list(sales.day(number))
            await database.write(partial(count, events=events))
        await database.write(lambda c: deliver(c, house, 7, late=1.5, goods=12))
        for _ in range(5 if stop else 0):
            await database.write(lambda c: recost_step(c, NOON_MS))
        done = await recost(database, NOON_MS + (99 if stop else 0))
        assert done is not None
        assert done.corrections > 0
        moves = TABLES["stock_move"]
        return [tuple(row) for row in rows(database, sa.select(moves).order_by("n"))]

    whole = await lived(books_on_both, stop=True)
    assert_the_books_add_up(books_on_both)
    await assert_nothing_is_left_to_correct(books_on_both)
    with Database.on_disk(MemoryDisk(image_of(BACK))) as other:
        assert await lived(other, stop=False) == whole
