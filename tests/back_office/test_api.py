"""The JSON interface under questions that nobody would think of, each answered as it says."""

import asyncio
import itertools
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.core.result import Ok
from sqlalchemy import Connection

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.keys import QUESTIONS_A_MINUTE, Keys, TooMany, add_key
from sync_server.back_office.posting import post
from sync_server.back_office.reports.catalogue import REPORTS
from sync_server.back_office.web.api import api_of
from sync_server.back_office.web.settled import SiteSettings
from sync_server.domain.documents import Paper
from sync_server.domain.menu import Catalogue
from sync_server.store.database import Database, session_on
from tests.back_office.house import DAY, NOON_MS, PASSWORDS, Journal, furnish, take_all
from tests.back_office.test_papers import HALYNA, draft, drafted, kilos, within
from tests.builders import a_menu
from tests.store.ready_made import BACK, lay

KEY = "a-good-key"
HEADERS = {"Authorization": f"Bearer {KEY}"}
PERIOD = {"first": "2026-11-01", "last": "2026-11-30"}


class Menu:
    """The front's catalogue, as it would be read there."""

    def catalogue(self) -> Catalogue:
        """Always the same."""
        return a_menu()


def interface(books: Database) -> FastAPI:
    """The interface on a clock that goes a second with every question."""
    ticks = itertools.count(NOON_MS, 1_000)
    zone = ZoneInfo("Europe/Kyiv")
    house = SiteSettings(zone, lambda: next(ticks), 3_000, False, PASSWORDS.hash)
    return api_of(books, house, Menu())


async def fill(books: Database) -> None:
    """A day's sales, a program that may ask for everything, and one that may not."""
    await furnish(books)
    journal = Journal()
    journal.fire("l1", "borscht", 3)
    journal.close(("l1", "borscht", 30_000))
    await take_all(books, journal)
    await fill_keys(books)


async def fill_keys(books: Database) -> None:
    """A program that may ask for everything, and one for reports only."""

    def let_in(connection: Connection) -> None:
        with session_on(connection) as session:
            every = frozenset({"costing", "reports"})
            add_key(session, KEY, "accounting", every, "halyna", NOON_MS)
            add_key(session, "poor", "board", frozenset({"reports"}), "halyna", NOON_MS)
            session.flush()

    await books.write(let_in)


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    """One interface for all of these."""
    folder = tmp_path_factory.mktemp("api")
    with open_books(file_url(lay(BACK, folder / "back.db"))) as books:
        asyncio.run(fill(books))
        yield interface(books)


SMALL = settings(
    max_examples=3,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


def test_every_question_is_answered_as_the_description_says(app: FastAPI) -> None:
    """Schemathesis asks what the description allows and what it does not."""
    described = schemathesis.openapi.from_asgi("/openapi.json", app)
    asked = []
    for found in described.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        asked.append(operation.label)

        @given(case=operation.as_strategy())
        @SMALL
        def ask(case: Any) -> None:
            case.call_and_validate(headers=HEADERS)

        ask()
    assert len(asked) == 10


async def test_every_report_and_the_menu_can_be_asked_for_within_the_rights_of_a_key(
    app: FastAPI,
) -> None:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
        listed = (await client.get("/v1/reports", headers=HEADERS)).json()
        assert [one["key"] for one in listed] == [one.key for one in REPORTS if one.listed]
        for one in listed:
            answer = await client.get(f"/v1/reports/{one['key']}", params=PERIOD, headers=HEADERS)
            assert answer.status_code == 200, one
        sold = await client.get("/v1/reports/dish_cost", params=PERIOD, headers=HEADERS)
        dishes = sold.json()
        assert [row["values"]["net"] for row in dishes["rows"]] == [30_000]
        poor = {"Authorization": "Bearer poor"}
        seen = {one["key"] for one in (await client.get("/v1/reports", headers=poor)).json()}
        hidden = {one["key"] for one in listed} - seen
        assert hidden
        for key in sorted(hidden):
            answer = await client.get(f"/v1/reports/{key}", params=PERIOD, headers=poor)
            assert answer.status_code == 403
        menu = (await client.get("/v1/menu", headers=poor)).json()
        assert menu["version"] == a_menu().number
        assert {"item_id": "borscht", "price_minor": 18_500}.items() <= menu["items"][0].items()
        wrong = ({"first": DAY, "last": "2026-01-01"}, {**PERIOD, "filter": "moon:1"})
        for params in wrong:
            bad = await client.get("/v1/reports/on_hand", params=params, headers=HEADERS)
            assert bad.status_code == 400
        poem = await client.get("/v1/reports/poem", params=PERIOD, headers=HEADERS)
        assert poem.status_code == 404


async def test_a_document_is_told_whole_with_its_lines_and_its_history(books: Database) -> None:
    await furnish(books)
    await fill_keys(books)
    row = await drafted(books, draft(Paper.WRITE_OFF, kilos("beef", "1.5"), reason="spoiled"))
    await within(books, lambda s: post(s, row.paper_id, row.revision, HALYNA))
    transport = httpx.ASGITransport(interface(books))
    async with httpx.AsyncClient(transport=transport, base_url="http://office") as client:
        listed = (await client.get("/v1/documents", params=PERIOD, headers=HEADERS)).json()
        assert [one["document_id"] for one in listed] == [row.paper_id]
        told = (await client.get(f"/v1/documents/{row.paper_id}", headers=HEADERS)).json()
        assert listed[0].items() <= told.items()
        lines = [(one["good_id"], one["qty"]) for one in told["lines"]]
        assert (lines, told["reason"]) == ([("beef", "1500.000")], "spoiled")
        assert [(one["step"], one["login"]) for one in told["steps"]][-1] == ("posted", "halyna")
        assert (await client.get("/v1/documents/none", headers=HEADERS)).status_code == 404
        poor = {"Authorization": "Bearer poor"}
        assert (await client.get("/v1/documents/none", headers=poor)).status_code == 403
        entries = (await client.get("/v1/journal-entries", params=PERIOD, headers=HEADERS)).json()
        out = [one for one in entries if one["debit"] == "947"]
        assert [(one["store_from"], one["store_to"]) for one in out] == [("kitchen", "")]


async def test_a_program_that_asks_too_often_waits_for_the_next_minute(books: Database) -> None:
    await fill(books)
    now = [NOON_MS]
    keys = Keys(books, lambda: now[0])
    for _ in range(QUESTIONS_A_MINUTE):
        assert await keys.program(KEY, "::1") is not None
    with pytest.raises(TooMany):
        await keys.program(KEY, "::1")
    assert await keys.program("poor", "::1") is not None
    for _ in range(QUESTIONS_A_MINUTE):
        assert await keys.program("a guess", "::2") is None
    with pytest.raises(TooMany):
        await keys.program("another guess", "::2")
    now[0] += 60_000
    assert await keys.program(KEY, "::1") is not None
