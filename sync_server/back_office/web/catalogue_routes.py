"""The menu's pages: lists and cards to type into. What is typed goes into the house's draft.

The pages show the menu for the moment that the draft is meant for, and beside a field what a later
edition makes of it. Neighbours: `draft_routes` (the draft looked at and published),
`catalogue_view` (lists and cards).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.menu import Catalogue
from sync_server.domain.menu_changes import Change, Preview
from sync_server.store.database import Database

from ..accounts import RIGHT_ACCOUNTS, RIGHT_COSTING, RIGHT_SETTINGS
from ..catalogue import CatalogueReader
from ..menu_draft import Outlook, keep_in_draft, outlook
from ..offers import good_pin, offer_pin
from .catalogue_fields import shown
from .catalogue_view import (
    SECTIONS,
    Shown,
    card_of,
    changes_in,
    list_of,
    name_of_input,
    new_thing,
    only_of,
    preview_rows,
    removal,
    said_later,
)
from .draft_routes import DRAFT_PATH, FIELDS, Form, one_of, read_menu, when_of
from .frame import MENU, render
from .questions import address
from .settled import SiteSettings
from .workplace import Call, Workplace

PIN_PATH = f"{MENU.path}/pin"
ASKS = {"role": RIGHT_SETTINGS, "staff": RIGHT_SETTINGS, "house_account": RIGHT_ACCOUNTS}
"""Lists that ask more than the menu's own right: who may do what, and who may eat on credit."""


@dataclass(frozen=True, slots=True)
class Where:
    """Which list, and which of its things, a page is about."""

    section: str
    one: str = ""

    @property
    def path(self) -> str:
        """The address of the page."""
        query = {"section": self.section} | ({"one": self.one} if self.one else {})
        return address(MENU.path, query)


class CataloguePages:
    """The pages of the menu; `register` adds their routes."""

    def __init__(
        self, database: Database, settings: SiteSettings, menu: CatalogueReader | None
    ) -> None:
        """Without a reader of the menu the page says that there is none yet."""
        self._place = Workplace(database, settings, RIGHT_COSTING)
        self._menu = menu

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(MENU.path, self._show, methods=["GET"])
        app.add_api_route(MENU.path, self._keep, methods=["POST"])
        app.add_api_route(PIN_PATH, self._pin, methods=["POST"])

    async def _show(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        catalogue = await self._catalogue()
        params = request.query_params
        where = Where(params.get("section", "item"), params.get("one", ""))
        if where.section not in SECTIONS:
            return call.refuse("bad_question", 400)
        if where.section not in _sections(call):
            return call.refuse("not_yours", 403)
        told = call.words.pin_taken if params.get("told") == "pin_taken" else ""
        return await self._place.read(lambda s: _page(s, call, catalogue, where, told=told))

    async def _keep(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        catalogue = await self._catalogue()
        if catalogue is None:
            return call.refuse("no_menu_yet", 409)
        given = await request.form(max_fields=FIELDS)
        form = {name: [str(one) for one in given.getlist(name)] for name in given}
        where = Where(one_of(form, "section"), one_of(form, "one"))
        if where.section not in SECTIONS:
            return call.refuse("bad_question", 400)
        return await self._place.write(lambda s: _kept(s, call, catalogue, where, form))

    async def _pin(self, request: Request) -> Response:
        """A person's PIN at the terminals, which the server takes at once."""
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        if RIGHT_SETTINGS not in call.visitor.rights:
            return call.refuse("not_yours", 403)
        catalogue, hash_pin = await self._catalogue(), call.settings.hash_pin
        form = await request.form()
        staff_id, pin = str(form.get("one", "")), str(form.get("pin", ""))
        if catalogue is None or hash_pin is None or staff_id not in catalogue.staff:
            return call.refuse("no_person_yet", 409)
        if not good_pin(pin):
            return call.refuse("bad_pin", 422)
        hashed = await run_in_threadpool(hash_pin, staff_id, pin)

        def keep(session: Session) -> Response:
            offer_pin(session, staff_id, hashed, call.actor)
            return RedirectResponse(f"{Where('staff', staff_id).path}&told=pin_taken", 303)

        return await self._place.write(keep)

    async def _catalogue(self) -> Catalogue | None:
        return await read_menu(self._menu)


def _sections(call: Call) -> dict[str, str]:
    """The lists that the person may change, with their words."""
    held = call.visitor.rights
    mine = [one for one in SECTIONS if one not in ASKS or ASKS[one] in held]
    return {one: call.words(f"menus_{one}") for one in mine}


def _kept(session: Session, call: Call, catalogue: Catalogue, where: Where, form: Form) -> Response:
    """What was typed, in the draft; with a fault nothing is kept and nothing typed is lost."""
    seen = outlook(session, catalogue, call.actor.at_ms)
    made, gone = new_thing(seen.ahead, form), removal(form)
    changes = [*changes_in(seen.menu, form), *made, *gone]
    if {one.kind for one in changes} & ASKS.keys() - _sections(call).keys():
        return call.refuse("not_yours", 403)
    wrong = keep_in_draft(session, seen, changes, call.actor)
    if wrong:
        return _page(session, call, catalogue, where, changes, wrong, 422)
    if made and made[0].kind == where.section:
        where = Where(where.section, made[0].target)
    elif gone and gone[0].kind == where.section:
        where = Where(where.section)
    return RedirectResponse(where.path, 303)


def _page(
    session: Session,
    call: Call,
    catalogue: Catalogue | None,
    where: Where,
    typed: Sequence[Change] = (),
    wrong: Sequence[Preview] = (),
    status: int = 200,
    told: str = "",
) -> Response:
    words = call.words
    seen: Outlook | None = None
    card = table = None
    rows: Sequence[tuple[str, ...]] = ()
    if catalogue is not None:
        seen = outlook(session, catalogue, call.actor.at_ms)
        page = Shown(
            seen.menu,
            words,
            {name_of_input(one): shown(one, one.value) for one in typed},
            {name_of_input(one.change): "fault" for one in wrong},
            said_later(seen, words, call.formats),
        )
        one = where.one or only_of(where.section)
        card = card_of(page, where.section, one) if one else None
        if one and card is None:
            return call.refuse("not_found", 404)
        table = list_of(page, where.section) if card is None else None
        rows = preview_rows(seen.menu, wrong, words)
    content = render(
        "menu.html",
        words=words,
        number=catalogue.number if catalogue is not None else 0,
        section=where.section,
        sections=list(_sections(call).items()),
        draft_path=DRAFT_PATH,
        drafted=len(seen.draft) if seen is not None else 0,
        when=when_of(seen, call),
        card=card,
        table=table,
        wrong=rows,
        told=told,
        pin_path=PIN_PATH if call.settings.hash_pin is not None else "",
    )
    return call.page(session, MENU, words.menu, content, status=status)
