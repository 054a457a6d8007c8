"""Routes of the back office: the sign-in, the pages, their files. Built once by `office`.

What a page shows is a `leaf`, read in a thread of the readers; here it is drawn inside the frame
or sent as XLSX. A page that a person has no right to answers 403 in words, whatever the menu.
"""

from collections.abc import Callable, Mapping
from copy import copy
from functools import partial
from typing import Annotated

from fastapi import FastAPI, Form
from fastapi.exceptions import RequestValidationError
from nicegui import APIRouter, app as library, ui
from nicegui.language import Language
from sqlalchemy import Connection
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from sync_server.domain.limits import SESSION_MS
from sync_server.store.database import Database

from ..accounts import RIGHT_COSTING, Accounts, Admitted, Denied, Visitor
from ..catalogue import CatalogueReader
from ..device_offers import DeviceReader
from ..guest_offers import GuestReader
from ..intake import JournalReader
from ..reports.report import HotelSums
from .api import api_of
from .bar_routes import BarPages
from .catalogue_routes import CataloguePages
from .device_routes import DevicePages
from .door import COOKIE, Door, safe_target, visitor_of
from .draft_routes import DraftPages, read_menu
from .frame import (
    ASSETS,
    CARDS,
    ENTRIES,
    EXCEPTIONS,
    FOOD_COST,
    PAPERS,
    TURNOVER,
    Choice,
    PagePlace,
    allowed,
    first_page,
    navigation,
    render,
)
from .goods_routes import GoodPages
from .guest_routes import GuestPages
from .house_routes import HousePages
from .import_routes import ImportPages
from .leaves import (
    Asked,
    Leaf,
    cards_leaf,
    entries_leaf,
    exceptions_leaf,
    food_cost_leaf,
    turnover_leaf,
)
from .lending_routes import LendingPages
from .paper_list import papers_leaf
from .paper_routes import PaperPages
from .people_routes import PeoplePages
from .portions_routes import PortionPages
from .questions import BadQuestion, address
from .recipe_routes import RecipePages
from .recipe_view import choice_names
from .report_files import FILES, grid_file
from .report_pages import ReportPages
from .settled import SiteSettings, refusal
from .supplier_routes import SupplierPages
from .words import FIRST_LANGUAGE, LANGUAGE_NAMES, LANGUAGES, Words
from .workplace import Workplace

PATIENCE_S = 60.0
"""A year of a busy house on a busy machine takes longer than the library's three seconds."""
SPOKEN: Mapping[str, Language] = {"en": "en-US", "uk": "uk", "pl": "pl"}
"""Our languages as the page's `lang` and the library's own texts know them."""
LeafMaker = Callable[[Connection, Asked], Leaf]
LEAVES: Mapping[str, tuple[PagePlace, LeafMaker]] = {
    place.key: (place, partial(papers_leaf, paper=paper)) for paper, place in PAPERS.items()
} | {
    place.key: (place, make)
    for place, make in (
        (TURNOVER, turnover_leaf),
        (FOOD_COST, food_cost_leaf),
        (EXCEPTIONS, exceptions_leaf),
        (CARDS, cards_leaf),
        (ENTRIES, entries_leaf),
    )
}


class Site:
    """The web application; `app` is what a server runs."""

    def __init__(
        self,
        database: Database,
        accounts: Accounts,
        settings: SiteSettings,
        new_id: Callable[[], str],
        menu: CatalogueReader | None = None,
        journal: JournalReader | None = None,
        hotel: HotelSums | None = None,
        devices: DeviceReader | None = None,
        guests: GuestReader | None = None,
    ) -> None:
        """Register every route. NiceGUI has one application in a process, so call this once."""
        self._database = database
        self._accounts = accounts
        self._settings = settings
        self._menu = menu
        self._fastapi = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
        self._sign_in_routes()
        pages = APIRouter()
        for place, make in LEAVES.values():
            self._page(pages, place, make)
        self._fastapi.include_router(pages)
        PaperPages(database, settings, new_id).register(self._fastapi)
        costing = Workplace(database, settings, RIGHT_COSTING)
        RecipePages(costing, menu).register(self._fastapi)
        HousePages(database, settings, new_id).register(self._fastapi)
        ImportPages(database, settings, new_id, menu).register(self._fastapi)
        ReportPages(database, settings, journal, hotel, menu, devices).register(self._fastapi)
        CataloguePages(database, settings, menu).register(self._fastapi)
        DraftPages(database, settings, menu).register(self._fastapi)
        PortionPages(database, settings).register(self._fastapi)
        LendingPages(database, settings, new_id, menu).register(self._fastapi)
        PeoplePages(database, settings, menu).register(self._fastapi)
        DevicePages(database, settings, new_id, menu, devices).register(self._fastapi)
        GuestPages(database, settings, guests).register(self._fastapi)
        GoodPages(costing, menu).register(self._fastapi)
        SupplierPages(database, settings).register(self._fastapi)
        BarPages(database, settings, new_id).register(self._fastapi)
        self._fastapi.mount("/api", api_of(database, settings, menu))
        ui.run_with(
            self._fastapi,
            title="Vitrylo",
            favicon="⛵",
            tailwind=False,
            show_welcome_message=False,
            reconnect_timeout=10.0,
        )
        self._refuse_in_words()
        self.app = Door(self._fastapi, accounts)

    # -- sign-in -----------------------------------------------------------------------------
    def _sign_in_routes(self) -> None:
        app = self._fastapi
        app.mount("/assets", StaticFiles(directory=ASSETS), name="assets")
        app.add_api_route("/", self._first, methods=["GET"])
        app.add_api_route("/sign-in", self._ask, methods=["GET"])
        app.add_api_route("/sign-in", self._sign_in, methods=["POST"])
        app.add_api_route("/sign-out", self._sign_out, methods=["POST"])
        app.add_api_route("/language", self._speak, methods=["POST"])

    async def _first(self, request: Request) -> Response:
        """The first page that the person has a right to."""
        visitor = visitor_of(request)
        place = first_page(visitor)
        if place is None:
            return refusal(Words(visitor.language).not_yours, visitor.language, 403)
        return RedirectResponse(place.path, 303)

    async def _ask(self, language: str = FIRST_LANGUAGE, next: str = "/") -> Response:
        return _sign_in_page(language, safe_target(next))

    async def _sign_in(
        self,
        request: Request,
        login: Annotated[str, Form(max_length=64)],
        password: Annotated[str, Form(max_length=1024)],
        next: Annotated[str, Form(max_length=2000)] = "/",
        language: Annotated[str, Form(max_length=8)] = FIRST_LANGUAGE,
    ) -> Response:
        address_of = request.client.host if request.client else ""
        answer = await self._accounts.sign_in(login, password, address_of)
        if isinstance(answer, Denied):
            return _sign_in_page(language, safe_target(next), login, answer)
        response = RedirectResponse(safe_target(next), 303)
        self._remember(response, answer)
        return response

    def _remember(self, response: Response, admitted: Admitted) -> None:
        response.set_cookie(
            COOKIE,
            admitted.token,
            max_age=SESSION_MS // 1000,
            httponly=True,
            samesite="strict",
            secure=self._settings.secure,
        )

    async def _sign_out(self, request: Request) -> Response:
        await self._accounts.sign_out(request.cookies.get(COOKIE, ""))
        response = RedirectResponse("/sign-in", 303)
        response.delete_cookie(COOKIE)
        return response

    async def _speak(
        self,
        request: Request,
        language: Annotated[str, Form(max_length=8)],
        next: Annotated[str, Form(max_length=2000)] = "/",
    ) -> Response:
        if language in LANGUAGES:
            await self._accounts.speak(request.cookies.get(COOKIE, ""), language)
        return RedirectResponse(safe_target(next), 303)

    def _refuse_in_words(self) -> None:
        """An address that leads nowhere, or holds letters where a number is meant."""

        async def nowhere(request: Request, _fault: Exception) -> Response:
            return _refused(request, "not_found", 404)

        async def unreadable(request: Request, _fault: Exception) -> Response:
            return _refused(request, "bad_address", 400)

        for application in (self._fastapi, library):
            application.add_exception_handler(404, nowhere)
        self._fastapi.add_exception_handler(RequestValidationError, unreadable)

    # -- pages -------------------------------------------------------------------------------
    def _page(self, pages: APIRouter, place: PagePlace, make: LeafMaker) -> None:
        async def show(request: Request) -> Response | None:
            leaf = await self._leaf(request, place, make)
            if isinstance(leaf, Response):
                return leaf
            _draw(leaf, request)
            return None

        async def send(request: Request) -> Response:
            leaf = await self._leaf(request, place, make)
            if isinstance(leaf, Response):
                return leaf
            suffix = request.url.path.rpartition(".")[2]
            return await grid_file(
                leaf.grid, place.key, suffix, Words(visitor_of(request).language)
            )

        pages.page(place.path, response_timeout=PATIENCE_S)(show)
        for suffix in FILES:
            self._fastapi.add_api_route(f"{place.path}.{suffix}", send, methods=["GET"])

    async def _leaf(self, request: Request, place: PagePlace, make: LeafMaker) -> Leaf | Response:
        """What the page shows, or why it does not."""
        visitor = visitor_of(request)
        words = Words(visitor.language)
        if not allowed(visitor, place):
            return refusal(words.not_yours, words.language, 403)
        settings = self._settings
        params = dict(request.query_params)
        choices = choice_names(await read_menu(self._menu)) if place is CARDS else {}
        asked = Asked(visitor, params, settings.today(), settings.zone, settings.target_bp, choices)
        try:
            return await self._database.read_async(lambda connection: make(connection, asked))
        except BadQuestion:
            return refusal(words.bad_question, words.language, 400)


def _draw(leaf: Leaf, request: Request) -> None:
    """The page: navigation at the left, head, figures, then the table with the chart beside."""
    visitor = visitor_of(request)
    words = Words(visitor.language)
    ui.add_head_html(
        '<script src="/assets/frame.js" defer></script>'
        '<link rel="stylesheet" href="/assets/office.css">'
        '<link rel="stylesheet" href="/assets/papers.css">'
    )
    ui.page_title(f"{leaf.grid.title} · Vitrylo")
    # One page object serves all readers: this one gets its own, to say whose language it is in.
    client = ui.context.client
    client.page = copy(client.page)
    client.page.language = SPOKEN[words.language]
    here = address(request.url.path, dict(request.query_params))
    with ui.element("div").classes("office"):
        with ui.element("nav"):
            _markup(navigation(visitor, leaf.place, here, leaf.exceptions))
        with ui.element("main"):
            with ui.element("header").classes("page-head"):
                _markup(
                    render(
                        "head.html",
                        words=words,
                        title=leaf.grid.title,
                        chips=leaf.chips,
                        exports=[
                            Choice(kind.upper(), leaf.export.replace(".xlsx", f".{kind}", 1))
                            for kind in (FILES if leaf.export else ())
                        ],
                        actions=leaf.actions,
                    )
                )
            if leaf.cards:
                with ui.element("section").classes("figures"):
                    _markup(render("cards.html", cards=leaf.cards))
            with ui.element("div").classes("columns" if leaf.ranking else ""):
                with ui.element("section").classes("card wide sheet"):
                    _markup(render("grid.html", grid=leaf.grid, empty=leaf.empty, foot=leaf.foot))
                if leaf.ranking is not None:
                    _draw_beside(leaf, words)


def _draw_beside(leaf: Leaf, words: Words) -> None:
    ranking = leaf.ranking
    assert ranking is not None, "the caller has looked"
    with ui.element("aside"):
        if leaf.chart is not None:
            with ui.element("section").classes("card"):
                _markup(render("chart_head.html", words=words, target=leaf.target))
                ui.echart(dict(leaf.chart)).classes("chart")
        with ui.element("section").classes("card"):
            _markup(
                render(
                    "ranking.html",
                    title=ranking.title,
                    entries=ranking.entries,
                    empty=ranking.empty,
                )
            )


def _markup(html: str) -> None:
    """Markup out of our own templates, in which every value has been escaped."""
    ui.html(html, sanitize=False)


def _refused(request: Request, key: str, status: int) -> Response:
    visitor = request.scope.get("visitor")
    words = Words(visitor.language if isinstance(visitor, Visitor) else FIRST_LANGUAGE)
    return refusal(words(key), words.language, status)


def _sign_in_page(
    language: str, target: str, login: str = "", denied: Denied | None = None
) -> Response:
    words = Words(language)
    problem, status = "", 200
    if denied is not None:
        seconds = -(-denied.wait_ms // 1000)
        locked = denied.code == "locked"
        problem = words("sign_in_locked", seconds=seconds) if locked else words.sign_in_wrong
        status = 429 if locked else 401
    page = render(
        "sign_in.html",
        words=words,
        next=target,
        login=login,
        problem=problem,
        languages=LANGUAGE_NAMES,
    )
    return HTMLResponse(page, status)
