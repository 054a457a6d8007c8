"""The house's own page: the lock of the books, the costing method, recalculations, keys, accounts.

Everything here asks the right to approve. Locking waits for what is due; the method changes from
the last lock on, and every difference is booked. Registered by `site`.
"""

from collections.abc import Callable
from datetime import date, timedelta

from fastapi import FastAPI
from sqlalchemy import Connection
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.costing import METHODS
from sync_server.domain.stock import OUTSIDE
from sync_server.store.database import Database

from ..accounts import RIGHT_APPROVE, RIGHT_COSTING, RIGHT_REPORTS
from ..house_tables import AccountMap, ApiKey
from ..journal_entries import STANDARD, STOCK_ACCOUNT, choose_account
from ..keys import add_key, end_key
from ..recosting import choose_method, lock_through, unlock
from ..settings import costing_method, locked_through
from ..tables import RecostDue, RecostRun
from .frame import BOOKS, render
from .questions import DAYS_AT_MOST, address
from .report_grid import path_of
from .settled import SiteSettings
from .workplace import Call, Workplace

RUNS_SHOWN = 12
ACCOUNT_LENGTH = 20
ACCOUNT = "account:"


class HousePages:
    """The page of the books; `register` adds its routes."""

    def __init__(
        self, database: Database, settings: SiteSettings, new_token: Callable[[], str]
    ) -> None:
        """`new_token` makes the keys of programs."""
        self._database = database
        self._place = Workplace(database, settings, RIGHT_APPROVE)
        self._new_token = new_token

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(BOOKS.path, self._show, methods=["GET"])
        app.add_api_route(BOOKS.path, self._act, methods=["POST"])

    async def _show(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        return await self._place.read(lambda session: _page(session, call))

    async def _act(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        form = await request.form()
        given = {name: str(value) for name, value in form.items()}
        key = self._new_token()
        return await self._place.write(lambda session: _act(session, call, given, key))


def _act(session: Session, call: Call, given: dict[str, str], key: str) -> Response:
    connection: Connection = session.connection()
    actor, act = call.actor, given.get("act", "")
    if act == "lock":
        day = given.get("day", "")
        if not _may_lock(day, locked_through(session), actor.today):
            return call.refuse("bad_lock", 400)
        lock_through(connection, day, actor.login, actor.at_ms)
    elif act == "unlock" and locked_through(session):
        unlock(connection, actor.login, actor.at_ms)
    elif act == "method" and given.get("method") in METHODS:
        choose_method(connection, given["method"])
    elif act == "key":
        rights = frozenset({RIGHT_COSTING, RIGHT_REPORTS}) & set(given)
        if not add_key(session, key, given.get("name", ""), rights, actor.login, actor.at_ms):
            return call.refuse("bad_key", 400)
        session.flush()
        return _page(session, call, key)
    elif act == "end_key":
        end_key(session, given.get("key", ""))
    elif act == "account":
        for place in sorted({*OUTSIDE, "store"} & {name.removeprefix(ACCOUNT) for name in given}):
            account = given.get(f"{ACCOUNT}{place}", "").strip()[:ACCOUNT_LENGTH]
            choose_account(session, place, "", account)
    else:
        return call.refuse("bad_question", 400)
    return RedirectResponse(BOOKS.path, 303)


def _may_lock(day: str, locked: str, today: str) -> bool:
    try:
        date.fromisoformat(day)
    except ValueError:
        return False
    return locked < day < today


def _page(session: Session, call: Call, new_key: str = "") -> Response:
    words, formats = call.words, call.formats
    locked = locked_through(session)
    runs = session.exec(select(RecostRun).order_by(col(RecostRun.number).desc())).fetchmany(
        RUNS_SHOWN
    )
    chosen = {row.kind: row.debit for row in session.exec(select(AccountMap))}
    accounts = [("store", words.place_store, chosen.get("store", STOCK_ACCOUNT))] + [
        (place, words(f"place_{place.replace('-', '_')}"), chosen.get(place, STANDARD[place]))
        for place in sorted(OUTSIDE)
    ]
    today = date.fromisoformat(call.settings.today())
    ever = {"from": (today - timedelta(days=DAYS_AT_MOST)).isoformat(), "to": today.isoformat()}
    content = render(
        "books.html",
        words=words,
        locked=formats.day(locked) if locked else "",
        method=costing_method(session),
        methods=sorted(METHODS),
        due=len(session.exec(select(RecostDue.ingredient_id)).all()),
        runs=[
            (
                run.number,
                formats.time(run.at_ms),
                run.goods,
                run.corrections,
                run.done,
                address(path_of("recosts"), {**ever, "run": str(run.number)}),
            )
            for run in runs
        ],
        keys=session.exec(select(ApiKey).where(col(ApiKey.active).is_(True))).all(),
        new_key=new_key,
        accounts=accounts,
    )
    return call.page(session, BOOKS, words.books, content)
