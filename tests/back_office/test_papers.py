"""Documents in the books: posted whole or not at all, numbered, locked, counted, reversed."""

import itertools
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection
from sqlmodel import Session, col, select

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.goods_tables import Ingredient
from sync_server.back_office.moves import domain_move
from sync_server.back_office.paper_tables import PaperRow, PaperStep
from sync_server.back_office.papers import Actor, Draft, DraftLine, Refusal, price_checks, save
from sync_server.back_office.portions import portions_of_house
from sync_server.back_office.posting import (
    Posted,
    comparison,
    order_from_par,
    post,
    receipt_from_order,
    reverse,
    submit,
)
from sync_server.back_office.recosting import (
    choose_method,
    lock_through,
    recost,
    recost_step,
    unlock,
)
from sync_server.back_office.tables import Balance, CostChange, RecostDue, RecostRun, StockMove
from sync_server.domain.documents import Line, Paper, Split, State
from sync_server.domain.stock import IngredientId, holdings, store_place, to_milli
from sync_server.store.database import Database, session_on
from tests.back_office.house import DAY, NOON_MS, Journal, furnish, take_all
from tests.store.ready_made import BACK, lay

T = TypeVar("T")
_ids = itertools.count(1)
HALYNA = Actor("halyna", NOON_MS, DAY)
NADIA = Actor("nadia", NOON_MS + 1, DAY)


def kilos(good: str, qty: str, value: int = 0, **more: object) -> DraftLine:
    grams = Decimal(qty) * (1 if good == "saperavi" else 1000)
    return DraftLine(Line(IngredientId(good), grams, value, **more), "kg")  # type: ignore[arg-type]


def draft(paper: Paper, *lines: DraftLine, day: str = DAY, at: int = 0, **more: object) -> Draft:
    return Draft(paper, day, at, "kitchen", lines, **more)  # type: ignore[arg-type]


async def within(books: Database, act: Callable[[Session], T]) -> T:
    def run(connection: Connection) -> T:
        with session_on(connection) as session:
            done = act(session)
            session.flush()
            return done

    return await books.write(run)


async def drafted(books: Database, given: Draft, actor: Actor = HALYNA) -> PaperRow:
    row = await within(books, lambda s: save(s, given, f"p{next(_ids)}", 0, actor))
    assert isinstance(row, PaperRow)
    return row


async def posted(books: Database, given: Draft) -> str:
    row = await drafted(books, given)
    done = await within(books, lambda s: post(s, row.paper_id, row.revision, HALYNA))
    assert isinstance(done, Posted), done
    return row.paper_id


def receipt(*lines: DraftLine, day: str = DAY, at: int = 0, invoice: str = "") -> Draft:
    return draft(Paper.RECEIPT, *lines, day=day, at=at, supplier_id="rynok", reference=invoice)


def held(books: Database, good: str, store: str = "kitchen") -> tuple[int, int]:
    row = books.read(lambda c: session_on(c).get(Balance, (store, good)))
    return (row.qty_milli, row.value_minor) if row else (0, 0)


def all_rows(books: Database, table: type[T]) -> list[T]:
    return books.read(lambda c: list(session_on(c).exec(select(table)).all()))


def assert_balances_are_the_sums_of_their_moves(books: Database) -> None:
    sums = holdings(domain_move(row) for row in all_rows(books, StockMove))
    for row in all_rows(books, Balance):
        total = sums[store_place(row.store_id), IngredientId(row.ingredient_id)]
        assert (to_milli(total.qty), total.value_minor) == (row.qty_milli, row.value_minor)


async def test_every_kind_of_document_moves_what_its_paper_says(books_on_both: Database) -> None:
    books = books_on_both
    await furnish(books)
    await posted(books, receipt(kilos("beef", "5", 95_000), day="2026-11-02", invoice="A-1"))
    assert held(books, "beef") == (23_400_000, 426_200)
    await posted(books, draft(Paper.TRANSFER, kilos("beef", "3.4"), to_store_id="bar"))
    assert held(books, "beef", "bar")[0] == 3_400_000
    await posted(books, draft(Paper.WRITE_OFF, kilos("beet", "1"), reason="spoiled"))
    assert held(books, "beet") == (9_000_000, 12_600)
    await posted(books, draft(Paper.PRODUCTION, kilos("broth", "3.4")))
    assert held(books, "broth")[0] == 3_900_000
    assert held(books, "beef")[0] == 19_200_000
    cut = draft(
        Paper.BUTCHERING, kilos("beef", "10", raw=True), kilos("beet", "6", 3),
        kilos("garlic", "3", 1), split=Split.PRICE,
    )  # fmt: skip
    before = held(books, "beet")[1] + held(books, "garlic")[1]
    beef = held(books, "beef")[1]
    await posted(books, cut)
    gained = held(books, "beet")[1] + held(books, "garlic")[1] - before
    assert gained == beef - held(books, "beef")[1]
    back = draft(Paper.SUPPLIER_RETURN, kilos("beef", "1", 19_000), supplier_id="rynok")
    await posted(books, back)
    trial = kilos("garlic", "0.1", net=Decimal(80), ready=Decimal(60))
    await posted(books, draft(Paper.TRIAL, trial))
    assert_balances_are_the_sums_of_their_moves(books)
    names = sorted(f"{row.paper}/{row.number}" for row in all_rows(books, PaperRow) if row.number)
    assert names == sorted(f"{paper}/1" for paper in Paper if paper.value not in (
        "count", "order", "opening",
    ))  # fmt: skip


async def test_a_faulty_document_posts_nothing_and_an_invoice_counts_once(books: Database) -> None:
    await furnish(books)
    await posted(books, receipt(kilos("beef", "1", 100), invoice="A-7"))
    moves = len(all_rows(books, StockMove))
    again = await drafted(
        books, receipt(kilos("beef", "1", 100), kilos("moon", "1"), invoice="a-7 ")
    )
    refused = await within(books, lambda s: post(s, again.paper_id, again.revision, HALYNA))
    assert isinstance(refused, Refusal)
    assert [(fault.code, fault.line) for fault in refused.faults] == [
        ("invoice_twice", 0),
        ("unknown_good", 2),
    ]
    assert len(all_rows(books, StockMove)) == moves
    stale = await within(books, lambda s: post(s, again.paper_id, 7, HALYNA))
    assert isinstance(stale, Refusal)
    assert stale.faults[0].code == "changed_meanwhile"


async def test_a_receipt_knows_what_the_good_cost_last_time(books: Database) -> None:
    await furnish(books)
    await posted(books, receipt(kilos("beef", "2", 40_000), day="2026-11-10"))
    row = await drafted(books, receipt(kilos("beef", "1", 23_000), kilos("beet", "1", 1_400)))
    checks = books.read(lambda c: price_checks(session_on(c), row))
    assert [(one.last_minor, one.change_bp, one.jumped) for one in checks] == [
        (20_000, 1_500, True),
        (1_400, 0, False),
    ]


async def test_a_late_invoice_recosts_the_sales_after_it_and_shows_each_difference(
    books_on_both: Database,
) -> None:
    books = books_on_both
    await furnish(books)
    journal = Journal()
    journal.fire("l1", "borscht", 4, day="2026-11-05")
    journal.fire("l2", "borscht", 4, day="2026-11-12")
    journal.void("l2", "borscht", 1, made=True, day="2026-11-12")
    await take_all(books, journal)
    await posted(books, receipt(kilos("beet", "10", 26_000), day="2026-11-10", invoice="late"))
    assert [row.ingredient_id for row in all_rows(books, RecostDue)] == ["beet"]
    done = await recost(books, NOON_MS)
    assert done is not None
    assert await recost(books, NOON_MS) is None
    changes = all_rows(books, CostChange)
    assert {(row.line_id, row.item_id) for row in changes} == {("l2", "borscht")}
    # 320 g at 1.40 a kilo became 320 g at 2.01 (195 more); a quarter of it was voided.
    assert sum(row.cost_minor for row in changes) == 195 - 49
    assert_balances_are_the_sums_of_their_moves(books)
    assert [row.done for row in all_rows(books, RecostRun)] == [True]


async def test_a_stopped_run_goes_on_to_the_same_rows(books: Database, tmp_path: Path) -> None:
    async def story(database: Database, stop: bool) -> list[dict[str, object]]:
        await furnish(database)
        journal = Journal()
        for number in range(3, 9):
            journal.fire(f"l{number}", "borscht", number, day=f"2026-11-{number:02}")
        await take_all(database, journal)
        lines = (kilos("beet", "10", 26_000), kilos("beef", "3", 90_000), kilos("garlic", "1", 900))
        await posted(database, receipt(*lines, day="2026-11-04"))
        if stop:
            await database.write(lambda c: recost_step(c, NOON_MS))
            await recost(database, NOON_MS + 99_999)
        else:
            await recost(database, NOON_MS)
        return [row.model_dump() for row in all_rows(database, StockMove)]

    whole = await story(books, stop=False)
    with open_books(file_url(lay(BACK, tmp_path / "other.db"))) as other:
        assert await story(other, stop=True) == whole


async def test_a_reversed_receipt_leaves_the_books_as_if_it_had_never_been(
    books: Database,
) -> None:
    await furnish(books)
    journal = Journal()
    journal.fire("l1", "borscht", 4, day="2026-11-05")
    await take_all(books, journal)
    before = held(books, "beet")
    paper = await posted(books, receipt(kilos("beet", "5", 99_000), day="2026-11-03"))
    await recost(books, NOON_MS)
    assert held(books, "beet") != before
    done = await within(books, lambda s: reverse(s, paper, 2, NADIA))
    assert isinstance(done, PaperRow)
    assert held(books, "beet") == before
    assert sum(row.cost_minor for row in all_rows(books, CostChange)) == 0
    assert_balances_are_the_sums_of_their_moves(books)
    steps = [(row.step, row.login) for row in all_rows(books, PaperStep)]
    assert steps == [("draft", "halyna"), ("posted", "halyna"), ("reversed", "nadia")]
    assert all_rows(books, PaperRow)[0].state == State.REVERSED


async def test_a_locked_period_refuses_papers_and_late_sales_count_on_the_next_day(
    books: Database,
) -> None:
    await furnish(books)
    await posted(books, receipt(kilos("beet", "5", 10_000), day="2026-11-03", invoice="x"))
    await books.write(lambda c: lock_through(c, "2026-11-10", "halyna", NOON_MS))
    late = await drafted(books, receipt(kilos("beet", "1", 1), day="2026-11-10"))
    refused = await within(books, lambda s: post(s, late.paper_id, late.revision, HALYNA))
    assert isinstance(refused, Refusal)
    assert [fault.code for fault in refused.faults] == ["period_locked"]
    journal = Journal()
    journal.fire("l1", "borscht", 1, day="2026-11-09")
    await take_all(books, journal)
    sale = [row for row in all_rows(books, StockMove) if row.line_id == "l1"]
    assert {row.day for row in sale} == {"2026-11-11"}
    await posted(books, receipt(kilos("beet", "5", 30_000), day="2026-11-11"))
    await recost(books, NOON_MS)
    assert_balances_are_the_sums_of_their_moves(books)
    assert await books.write(lambda c: unlock(c, "halyna", NOON_MS)) == ""
    done = await within(books, lambda s: post(s, late.paper_id, late.revision, HALYNA))
    assert isinstance(done, Posted)
    await recost(books, NOON_MS)
    assert_balances_are_the_sums_of_their_moves(books)


async def test_a_house_may_change_to_fifo_and_the_difference_is_booked(books: Database) -> None:
    await furnish(books)
    await posted(books, receipt(kilos("beef", "10", 400_000), day="2026-11-02"))
    await posted(books, draft(Paper.WRITE_OFF, kilos("beef", "20"), reason="other"))
    average = held(books, "beef")
    await books.write(lambda c: choose_method(c, "fifo"))
    await recost(books, NOON_MS)
    # 18.4 kg came first at 18.00, so 1.6 of the dear ones are gone and 8.4 at 40.00 are left.
    assert held(books, "beef") == (8_400_000, 336_000)
    await books.write(lambda c: choose_method(c, "average"))
    await recost(books, NOON_MS)
    assert held(books, "beef") == average
    assert_balances_are_the_sums_of_their_moves(books)


async def test_a_stock_take_goes_from_a_frozen_moment_to_a_variance_by_another_person(
    books: Database,
) -> None:
    await furnish(books)
    journal = Journal()
    journal.fire("l1", "borscht", 2, day=DAY)
    await take_all(books, journal)
    frozen = NOON_MS + 500
    count = draft(Paper.COUNT, kilos("beef", "18"), kilos("beet", "9.84"), at=frozen)
    row = await drafted(books, count)
    journal.fire("l2", "borscht", 1, day=DAY)
    journal.events[-1] = type(journal.events[-1])(
        2, frozen + 1, journal.events[-1].type, journal.events[-1].body
    )
    await take_all(books, journal)
    handed = await within(books, lambda s: submit(s, row.paper_id, row.revision, HALYNA))
    assert isinstance(handed, PaperRow)
    own = await within(books, lambda s: post(s, row.paper_id, handed.revision, HALYNA))
    assert isinstance(own, Refusal)
    assert own.faults[0].code == "own_count"
    sheet = books.read(lambda c: comparison(session_on(c), handed))
    assert {one.ingredient_id: str(one.difference) for one in sheet} == {
        "beef": "-400.000", "beet": "0.000",
    }  # fmt: skip
    done = await within(books, lambda s: post(s, row.paper_id, handed.revision, NADIA))
    assert isinstance(done, Posted)
    await recost(books, NOON_MS)
    # The soup after the frozen moment took beet, and beef for the broth that had run out.
    assert held(books, "beef")[0] == 18_000_000 - 58_824
    assert held(books, "beet")[0] == 9_760_000
    twice = await within(books, lambda s: post(s, row.paper_id, handed.revision, NADIA))
    assert isinstance(twice, Refusal)
    assert twice.faults[0].code == "wrong_state"
    early = await drafted(books, receipt(kilos("beef", "1", 1), at=NOON_MS))
    refused = await within(books, lambda s: post(s, early.paper_id, 1, HALYNA))
    assert isinstance(refused, Refusal)
    assert refused.faults[0].code == "counted_since"
    assert_balances_are_the_sums_of_their_moves(books)


async def test_an_order_comes_from_par_and_becomes_a_receipt(books: Database) -> None:
    await furnish(books)

    def par(session: Session) -> None:
        good = session.exec(select(Ingredient).where(col(Ingredient.ingredient_id) == "beef")).one()
        good.par_milli = 24_000_000

    await within(books, par)
    order = await within(books, lambda s: order_from_par(s, "rynok", "kitchen", "o1", HALYNA))
    assert isinstance(order, PaperRow)
    made = await within(books, lambda s: receipt_from_order(s, order, "r1", HALYNA))
    assert made.origin == "o1"
    # 5.6 kg of beef are missing, and exactly half a kilo of garlic.
    assert made.total_minor == 6 * 18_000 + 12_000


async def test_portions_are_those_of_the_house_wherever_the_good_lies(books: Database) -> None:
    """0.5 kg of garlic at 4 g a borscht: 125 portions, also when a part of it stands at the bar."""
    await furnish(books)
    await posted(books, receipt(kilos("beet", "40", 60_000), kilos("beef", "400", 720_000)))
    before = books.read(lambda c: portions_of_house(c, DAY))
    assert before["borscht"] == 125
    await posted(books, draft(Paper.TRANSFER, kilos("garlic", "0.3"), to_store_id="bar"))
    assert books.read(lambda c: portions_of_house(c, DAY)) == before
    await posted(books, draft(Paper.WRITE_OFF, kilos("garlic", "0.1"), reason="spoiled"))
    assert books.read(lambda c: portions_of_house(c, DAY))["borscht"] == 100
