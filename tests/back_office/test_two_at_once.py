"""Two people at one document: one of them posts it, the other is told, nothing counts twice."""

import asyncio
from decimal import Decimal
from pathlib import Path

from sqlmodel import Session

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.cards import add_version
from sync_server.back_office.paper_tables import PaperRow
from sync_server.back_office.papers import Refusal
from sync_server.back_office.posting import Posted, post, submit
from sync_server.back_office.recosting import lock_through
from sync_server.back_office.tables import StockMove
from sync_server.domain.documents import Paper
from sync_server.domain.recipes import Component, Losses, Owner, Recipe
from sync_server.domain.stock import IngredientId, exact
from sync_server.store.database import Database
from tests.back_office.house import DAY, furnish
from tests.back_office.test_papers import (
    HALYNA,
    NADIA,
    all_rows,
    draft,
    drafted,
    held,
    kilos,
    receipt,
    within,
)
from tests.store.ready_made import BACK, lay


async def test_two_people_posting_one_stock_take_post_it_once(books_on_both: Database) -> None:
    books = books_on_both
    await furnish(books)
    row = await drafted(books, draft(Paper.COUNT, kilos("beef", "18")))
    handed = await within(books, lambda s: submit(s, row.paper_id, row.revision, HALYNA))
    assert isinstance(handed, PaperRow)
    revision = handed.revision
    before = len(all_rows(books, StockMove))
    done = await asyncio.gather(
        *(within(books, lambda s: post(s, row.paper_id, revision, NADIA)) for _ in range(2))
    )
    assert sum(isinstance(one, Posted) for one in done) == 1
    told = next(one for one in done if isinstance(one, Refusal))
    assert [one.code for one in told.faults] == ["wrong_state"]
    assert len(all_rows(books, StockMove)) == before + 1
    assert held(books, "beef")[0] == 18_000_000


async def test_the_same_invoice_by_two_people_is_booked_once(tmp_path: Path) -> None:
    with open_books(file_url(lay(BACK, tmp_path / "back.db"))) as books:
        await furnish(books)
        invoice = receipt(kilos("beef", "1", 18_000), invoice="A-77")
        first, second = await drafted(books, invoice), await drafted(books, invoice, NADIA)
        done = await asyncio.gather(
            within(books, lambda s: post(s, first.paper_id, 1, HALYNA)),
            within(books, lambda s: post(s, second.paper_id, 1, NADIA)),
        )
        told = [one for one in done if isinstance(one, Refusal)]
        assert [(f.code, f.place, f.params) for one in told for f in one.faults] == [
            ("invoice_twice", "reference", {"document": "receipt/2026/1"})
        ]
        assert held(books, "beef")[0] == 19_400_000


async def test_cards_that_make_nothing_lose_all_or_eat_themselves_are_named(
    books: Database,
) -> None:
    await furnish(books)
    await books.write(lambda c: lock_through(c, "2026-11-10", "halyna", HALYNA.at_ms))

    def version(output: str, part: str, losses: Losses, day: str = DAY) -> Recipe:
        made_of = Component(IngredientId(part), exact(400), losses)
        return Recipe(Owner.SEMI, "broth", day, exact(Decimal(output)), (made_of,))

    wrong = {
        "recipe_output": (version("0", "beef", Losses()), {"owner": "broth"}),
        "recipe_loss": (
            version("1", "beef", Losses(10_000)),
            {"owner": "broth", "ingredient": "beef"},
        ),
        "recipe_cycle": (version("1", "broth", Losses()), {"path": "broth → broth"}),
        "period_locked": (version("1", "beef", Losses(), "2026-11-10"), {"day": "2026-11-10"}),
    }
    for code, (recipe, place) in wrong.items():

        def add(session: Session, recipe: Recipe = recipe) -> list[tuple[str, object]]:
            found = add_version(session, recipe, {}, "halyna", HALYNA.at_ms)
            return [(one.code, one.params) for one in found]

        assert await within(books, add) == [(code, place)]
    negative = version("-1", "beef", Losses())
    found = await within(books, lambda s: add_version(s, negative, {}, "halyna", 0))
    assert [one.code for one in found] == ["recipe_output"]
