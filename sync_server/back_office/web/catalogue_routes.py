"""The menu's page: change fields, see what would change, publish it now or for a date.

What is published becomes an edition that the server takes by itself; terminals go on meanwhile.
"""

import json
from collections.abc import Sequence
from dataclasses import astuple

from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.menu import Catalogue
from sync_server.domain.menu_changes import Preview, previewed
from sync_server.store.database import Database
from sync_server.store.errors import StoreError

from ..accounts import RIGHT_COSTING
from ..catalogue import CatalogueReader, publish, read_changes, withdraw
from ..portions import portions_of_house
from ..tables import CatalogueEdition, Item
from .catalogue_view import FIELDS, SECTIONS, as_typed, changes_in, preview_rows, rows_of
from .frame import MENU, render
from .paper_form import moment_of
from .settled import SiteSettings
from .workplace import Call, Workplace

EDITIONS_SHOWN = 20
FEW_PORTIONS = 5


class CataloguePages:
    """The page of the menu; `register` adds its routes."""

    def __init__(
        self, database: Database, settings: SiteSettings, menu: CatalogueReader | None
    ) -> None:
        """Without a reader of the menu the page says that there is none yet."""
        self._place = Workplace(database, settings, RIGHT_COSTING)
        self._menu = menu

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(MENU.path, self._show, methods=["GET"])
        app.add_api_route(MENU.path, self._act, methods=["POST"])

    async def _show(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        catalogue = await self._catalogue()
        section = request.query_params.get("section", "item")
        if section not in SECTIONS:
            return call.refuse("bad_question", 400)
        return await self._place.read(lambda s: _page(s, call, catalogue, section))

    async def _act(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        catalogue = await self._catalogue()
        given = await request.form(max_fields=20_000)
        form = {name: str(value) for name, value in given.items()}
        if catalogue is None:
            return call.refuse("no_menu_yet", 409)
        if form.get("act") == "withdraw":
            number = int(form["number"]) if form.get("number", "").isdigit() else 0
            return await self._place.write(lambda s: _withdrawn(s, call, number))
        if form.get("act") == "publish":
            return await self._place.write(lambda s: _published(s, call, catalogue, form))
        seen = previewed(catalogue, changes_in(catalogue, form))
        section = form.get("section", "")
        shown = section if section in SECTIONS else "item"
        return await self._place.read(lambda s: _page(s, call, catalogue, shown, seen))

    async def _catalogue(self) -> Catalogue | None:
        if self._menu is None:
            return None
        try:
            return await run_in_threadpool(self._menu.catalogue)
        except (StoreError, OSError):
            return None


def _published(
    session: Session, call: Call, catalogue: Catalogue, form: dict[str, str]
) -> Response:
    try:
        changes = read_changes(form.get("changes", "[]"))
        day = form.get("day", "")
        at_ms = moment_of(day, form.get("time", ""), call.settings.zone) if day else 0
    except (ValueError, TypeError):
        return call.refuse("bad_question", 400)
    made = publish(session, catalogue, changes, (at_ms, form.get("note", "")), call.actor)
    if isinstance(made, int):
        return RedirectResponse(MENU.path, 303)
    return _page(session, call, catalogue, "item", made, 422)


def _withdrawn(session: Session, call: Call, number: int) -> Response:
    if withdraw(session, number, call.actor.at_ms):
        return RedirectResponse(MENU.path, 303)
    return call.refuse("edition_due", 409)


def _page(
    session: Session,
    call: Call,
    catalogue: Catalogue | None,
    section: str,
    seen: Sequence[Preview] | None = None,
    status: int = 200,
) -> Response:
    words = call.words
    sound = [one.change for one in seen or [] if not one.refused]
    rows = rows_of(catalogue, section, words) if catalogue is not None else []
    categories = catalogue.categories if catalogue is not None else {}
    content = render(
        "menu.html",
        words=words,
        number=catalogue.number if catalogue is not None else 0,
        section=section,
        sections=[(one, words(f"menu_{one}")) for one in SECTIONS],
        heads=[words(f"menu_{name}") for name in FIELDS[section]] or [words.menu_price_minor],
        rows=as_typed(rows, seen or ()),
        categories=[(key, one.names.get(words.language) or key) for key, one in categories.items()],
        preview=preview_rows(seen, words) if seen is not None else None,
        wrong=len(sound) != len(seen or []),
        changes=json.dumps([astuple(one) for one in sound], ensure_ascii=False),
        today=call.settings.today(),
        editions=_editions(session, call, catalogue),
        few=_few_portions(session, call),
    )
    return call.page(session, MENU, words.menu, content, status=status)


def _editions(
    session: Session, call: Call, catalogue: Catalogue | None
) -> list[tuple[int, str, str, int, str, bool]]:
    """The latest editions: number, from when, by whom, how many changes, state, may it go back."""
    query = select(CatalogueEdition).order_by(col(CatalogueEdition.number).desc())
    rows, now = session.exec(query.limit(EDITIONS_SHOWN)).all(), call.actor.at_ms
    taken = (catalogue.edition_ms, catalogue.edition) if catalogue is not None else (0, 0)
    shown = []
    for row in rows:
        inside = (row.at_ms, row.number) <= taken
        state = "withdrawn" if row.withdrawn else "in_force" if inside else "waiting"
        waits = not row.withdrawn and row.at_ms > now
        count = len(read_changes(row.changes))
        when = call.formats.time(row.at_ms)
        shown.append((row.number, when, row.login, count, call.words(f"edition_{state}"), waits))
    return shown


def _few_portions(session: Session, call: Call) -> list[tuple[str, int]]:
    """Dishes that the stock is enough for only a few times: to be stopped or counted down."""
    left = portions_of_house(session.connection(), call.settings.today())
    names = {
        row.item_id: row.name_uk if call.words.language == "uk" else row.name_en
        for row in session.exec(select(Item))
    }
    few = [(names.get(item, item), count) for item, count in left.items() if count <= FEW_PORTIONS]
    return sorted(few, key=lambda one: (one[1], one[0]))
