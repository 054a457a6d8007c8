"""The menu's pages: lists and cards to type into, the draft that gathers it, its publication.

What is typed goes into the house's draft; the draft is looked at as a whole and published now or
for a date, as an edition that the server takes by itself. Terminals go on meanwhile.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.menu import Catalogue
from sync_server.domain.menu_changes import Change, Preview, changed
from sync_server.store.database import Database
from sync_server.store.errors import StoreError

from ..accounts import RIGHT_COSTING, RIGHT_SETTINGS
from ..catalogue import (
    CatalogueReader,
    draft_of,
    drop_draft,
    keep_in_draft,
    look_at,
    publish,
    read_changes,
    replace_draft,
    withdraw,
)
from ..offers import good_pin, offer_pin
from ..tables import CatalogueEdition
from .catalogue_fields import shown
from .catalogue_view import (
    SECTIONS,
    Shown,
    card_of,
    changes_in,
    list_of,
    name_of_input,
    new_thing,
    preview_rows,
    removal,
)
from .frame import MENU, render
from .paper_form import moment_of
from .questions import address
from .settled import SiteSettings
from .workplace import Call, Workplace

EDITIONS_SHOWN = 20
FIELDS = 20_000
DRAFT_PATH = f"{MENU.path}/draft"
PIN_PATH = f"{MENU.path}/pin"
PEOPLE = frozenset({"role", "staff"})
"""What only somebody with the right to settings may change: who may do what."""
Form = Mapping[str, Sequence[str]]


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
        app.add_api_route(DRAFT_PATH, self._look, methods=["GET"])
        app.add_api_route(DRAFT_PATH, self._decide, methods=["POST"])

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
        where = Where(_one(form, "section"), _one(form, "one"))
        if where.section not in SECTIONS:
            return call.refuse("bad_question", 400)
        return await self._place.write(lambda s: _kept(s, call, catalogue, where, form))

    async def _look(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        catalogue = await self._catalogue()
        return await self._place.read(lambda s: _draft_page(s, call, catalogue))

    async def _decide(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        catalogue = await self._catalogue()
        if catalogue is None:
            return call.refuse("no_menu_yet", 409)
        given = await request.form(max_fields=FIELDS)
        form = {name: [str(one) for one in given.getlist(name)] for name in given}
        return await self._place.write(lambda s: _decided(s, call, catalogue, form))

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


async def read_menu(reader: CatalogueReader | None) -> Catalogue | None:
    """The menu in force; None before the first, or while it cannot be read."""
    if reader is None:
        return None
    try:
        return await run_in_threadpool(reader.catalogue)
    except (StoreError, OSError):
        return None


def _sections(call: Call) -> dict[str, str]:
    """The lists that the person may change, with their words."""
    mine = SECTIONS if RIGHT_SETTINGS in call.visitor.rights else set(SECTIONS) - PEOPLE
    return {one: call.words(f"menus_{one}") for one in SECTIONS if one in mine}


def _one(form: Form, name: str) -> str:
    return (form.get(name) or [""])[-1]


def _kept(session: Session, call: Call, catalogue: Catalogue, where: Where, form: Form) -> Response:
    """What was typed, in the draft; with a fault nothing is kept and nothing typed is lost."""
    base = changed(catalogue, draft_of(session, catalogue))
    made, gone = new_thing(base, form), removal(form)
    changes = [*changes_in(base, form), *made, *gone]
    if {one.kind for one in changes} & PEOPLE - _sections(call).keys():
        return call.refuse("not_yours", 403)
    wrong = keep_in_draft(session, catalogue, changes, call.actor)
    if wrong:
        return _page(session, call, catalogue, where, changes, wrong, 422)
    if made and made[0].kind == where.section:
        where = Where(where.section, made[0].target)
    elif gone and gone[0].kind == where.section:
        where = Where(where.section)
    return RedirectResponse(where.path, 303)


def _decided(session: Session, call: Call, catalogue: Catalogue, form: Form) -> Response:
    act, draft = _one(form, "act"), draft_of(session, catalogue)
    if act == "withdraw":
        number = _one(form, "number")
        done = number.isdigit() and withdraw(session, int(number[:9]), call.actor.at_ms)
        return RedirectResponse(DRAFT_PATH, 303) if done else call.refuse("edition_due", 409)
    if act == "drop":
        drop_draft(session)
    elif act == "take_out":
        out = _one(form, "line")
        rest = [one for one in draft if name_of_input(one) != out]
        replace_draft(session, rest, call.actor)
    elif act == "publish":
        return _published(session, call, catalogue, draft, form)
    else:
        return call.refuse("bad_question", 400)
    return RedirectResponse(DRAFT_PATH, 303)


def _published(
    session: Session, call: Call, catalogue: Catalogue, draft: Sequence[Change], form: Form
) -> Response:
    day = _one(form, "day")
    try:
        at_ms = moment_of(day, _one(form, "time"), call.settings.zone) if day else 0
    except ValueError:
        return call.refuse("bad_question", 400)
    made = publish(session, catalogue, draft, (at_ms, _one(form, "note")), call.actor)
    if not isinstance(made, int):
        return _draft_page(session, call, catalogue, 422)
    drop_draft(session)
    return RedirectResponse(DRAFT_PATH, 303)


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
    draft = draft_of(session, catalogue) if catalogue is not None else []
    card = table = None
    rows: Sequence[tuple[str, ...]] = ()
    if catalogue is not None:
        base = changed(catalogue, draft)
        page = Shown(
            base,
            words,
            {name_of_input(one): shown(one, one.value) for one in typed},
            {name_of_input(one.change): "fault" for one in wrong},
        )
        card = card_of(page, where.section, where.one) if where.one else None
        if where.one and card is None:
            return call.refuse("not_found", 404)
        table = list_of(page, where.section) if card is None else None
        rows = preview_rows(base, wrong, words)
    content = render(
        "menu.html",
        words=words,
        number=catalogue.number if catalogue is not None else 0,
        section=where.section,
        sections=list(_sections(call).items()),
        draft_path=DRAFT_PATH,
        drafted=len(draft),
        card=card,
        table=table,
        wrong=rows,
        told=told,
        pin_path=PIN_PATH if call.settings.hash_pin is not None else "",
    )
    return call.page(session, MENU, words.menu, content, status=status)


def _draft_page(
    session: Session, call: Call, catalogue: Catalogue | None, status: int = 200
) -> Response:
    words = call.words
    draft = draft_of(session, catalogue) if catalogue is not None else []
    seen = look_at(catalogue, draft) if catalogue is not None and draft else []
    base = changed(catalogue, draft) if catalogue is not None else None
    content = render(
        "menu_draft.html",
        words=words,
        number=catalogue.number if catalogue is not None else 0,
        path=MENU.path,
        preview=preview_rows(base, seen, words) if base is not None else [],
        wrong=any(one.refused for one in seen),
        today=call.settings.today(),
        editions=_editions(session, call, catalogue),
    )
    return call.page(session, MENU, words.menu, content, status=status)


def _editions(session: Session, call: Call, catalogue: Catalogue | None) -> list[dict[str, object]]:
    """The latest editions: number, from when, by whom, what they change, state, may they go."""
    query = select(CatalogueEdition).order_by(col(CatalogueEdition.number).desc())
    rows, now = session.exec(query.limit(EDITIONS_SHOWN)).all(), call.actor.at_ms
    taken = (catalogue.edition_ms, catalogue.edition) if catalogue is not None else (0, 0)
    shown_ones: list[dict[str, object]] = []
    for row in rows:
        inside = (row.at_ms, row.number) <= taken
        state = "withdrawn" if row.withdrawn else "in_force" if inside else "waiting"
        changes = read_changes(row.changes)
        seen = [Preview(one, "") for one in changes]
        shown_ones.append(
            {
                "number": row.number,
                "when": call.formats.time(row.at_ms),
                "login": row.login,
                "note": row.note,
                "count": len(changes),
                "state": call.words(f"edition_{state}"),
                "waits": not row.withdrawn and row.at_ms > now,
                "changes": preview_rows(catalogue, seen, call.words) if catalogue else [],
            }
        )
    return shown_ones
