"""A table that was sent for import outlives its process: tried again, taken once, let go."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import httpx
from fastapi import FastAPI
from sqlalchemy import Connection
from sqlmodel import func, select
from starlette.requests import Request
from starlette.responses import Response

from sync_server.back_office.accounts import Visitor
from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.goods_tables import Ingredient
from sync_server.back_office.house_tables import SentTable
from sync_server.back_office.sent_tables import ALL, EACH, KEPT_MS, Sent, keep, sent_by
from sync_server.back_office.web.import_routes import ImportPages
from sync_server.back_office.web.settled import SiteSettings
from sync_server.store.database import Database, session_on
from tests.back_office.house import NOON_MS, PASSWORDS, furnish
from tests.store.ready_made import BACK, lay

GOOD = "код;назва;од.;група\nhoney;Мед;кг;meat\n"
BAD = "код;назва;од.;група\nhoney;Мед;фунт;meat\n"
HALYNA = Visitor("halyna", "Halyna", "accountant", frozenset({"costing"}), "en")


def process(books: Database, who: Visitor, ids: str, at_ms: int = NOON_MS) -> httpx.AsyncClient:
    """The import pages as one process has them, and a person in front."""
    app = FastAPI()

    @app.middleware("http")
    async def let_in(request: Request, on: Callable[[Request], Awaitable[Response]]) -> Response:
        request.scope["visitor"] = who
        return await on(request)

    names = iter(f"{ids}-{number}" for number in range(1_000_000))
    settings = SiteSettings(
        ZoneInfo("UTC"), lambda: at_ms, 3_000, False, PASSWORDS.hash, lambda _who, pin: pin
    )
    ImportPages(books, settings, lambda: next(names), None).register(app)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://office")


async def send(client: httpx.AsyncClient, text: str) -> str:
    """Send a table for a trial; the address of its page."""
    file = {"file": ("goods.csv", text.encode())}
    answer = await client.post("/house/import", data={"subject": "goods", "act": "try"}, files=file)
    assert answer.status_code == 303
    return answer.headers["location"]


def honey(books: Database) -> int:
    wanted = select(func.count()).where(Ingredient.ingredient_id == "honey")
    return books.read(lambda connection: session_on(connection).exec(wanted).one())


async def test_a_trial_is_taken_up_again_after_a_restart_and_taken_in_once(tmp_path: Path) -> None:
    url = file_url(lay(BACK, tmp_path / "back.db"))
    with open_books(url) as books:
        await furnish(books)
        async with process(books, HALYNA, "a") as office:
            sound, wrong = await send(office, GOOD), await send(office, BAD)
    with open_books(url) as books:
        async with process(books, HALYNA, "b") as office:
            listed = (await office.get("/house/import")).text
            assert listed.count("goods.csv</a>") == 2
            assert "kept; open it" in listed
            assert "1 rows are sound" in (await office.get(sound)).text
            faulty = await office.get(wrong)
            assert (faulty.status_code, "фунт" in faulty.text) == (422, True)
            await office.post(wrong, data={"act": "take"})
            assert honey(books) == 0, "what is wrong is not taken in"
            assert (await office.post(sound, data={"act": "steal"})).status_code == 400
            assert (await office.post(sound, data={"act": "take"})).status_code == 303
            assert honey(books) == 1
    with open_books(url) as books:
        async with process(books, HALYNA, "c") as office:
            assert "1 rows have been taken in" in (await office.get(sound)).text
            await office.post(sound, data={"act": "take"})
            await office.post(sound, data={"act": "forget"})
            assert (await office.get(sound)).status_code == 404
        async with process(books, replace(HALYNA, login="marko"), "d") as other:
            assert (await other.get(wrong)).status_code == 404, "it is hers alone"
        async with process(books, HALYNA, "e", NOON_MS + KEPT_MS) as later:
            assert (await later.get(wrong)).status_code == 404
            assert "goods.csv" not in (await later.get("/house/import")).text


async def test_a_person_and_a_house_keep_only_so_many_tables(books: Database) -> None:
    async def sent(number: int, login: str, at_ms: int) -> None:
        one = Sent(f"{login}{number}", login, "goods", "t.csv", at_ms, 0, 0)

        def run(connection: Connection) -> None:
            with session_on(connection) as session:
                keep(session, one, b"x")
                session.flush()

        await books.write(run)

    def held(login: str, at_ms: int) -> list[str]:
        return books.read(
            lambda connection: [one.key for one in sent_by(session_on(connection), login, at_ms)]
        )

    for number in range(EACH + 2):
        await sent(number, "halyna", NOON_MS + number)
    assert held("halyna", NOON_MS + 9) == [f"halyna{n}" for n in range(EACH + 1, 1, -1)]
    for number in range(ALL):
        await sent(number, f"person{number}", NOON_MS + 10 + number)
    assert held("halyna", NOON_MS + 30) == []
    await sent(0, "late", NOON_MS + 10 + KEPT_MS)
    kept = select(func.count()).select_from(SentTable)
    assert books.read(lambda connection: session_on(connection).exec(kept).one()) == ALL
