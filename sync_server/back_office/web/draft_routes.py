"""The draft of the menu as a whole: for when it is meant, what it changes, its publication.

Published now or for a date, it becomes an edition that the server takes by itself; terminals go on
meanwhile. A date before which other editions begin to hold shows the draft on them first, so that
nobody publishes what he has not seen. Neighbour: `catalogue_routes` (where it is typed).
"""

from collections.abc import Mapping, Sequence

from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.menu import Catalogue
from sync_server.domain.menu_changes import Preview
from sync_server.store.database import Database
from sync_server.store.errors import StoreError

from ..accounts import RIGHT_COSTING
from ..catalogue import CatalogueReader, Edition, read_changes
from ..house_tables import CatalogueEdition
from ..menu_draft import (
    Outlook,
    drop_draft,
    outlook,
    plan_for,
    publish_draft,
    take_out,
    withdraw_edition,
)
from .catalogue_view import name_of_input, preview_rows, said_later, thing_of_change
from .frame import MENU, render
from .paper_form import moment_of
from .settled import SiteSettings
from .workplace import Call, Workplace

EDITIONS_SHOWN = 20
FIELDS = 20_000
DRAFT_PATH = f"{MENU.path}/draft"
Form = Mapping[str, Sequence[str]]
Broken = Sequence[tuple[Edition, Preview]]


async def read_menu(reader: CatalogueReader | None) -> Catalogue | None:
    """The menu in force; None before the first, or while it cannot be read."""
    if reader is None:
        return None
    try:
        return await run_in_threadpool(reader.catalogue)
    except (StoreError, OSError):
        return None


def one_of(form: Form, name: str) -> str:
    """A form's one value of a name."""
    return (form.get(name) or [""])[-1]


class DraftPages:
    """The draft's page; `register` adds its routes."""

    def __init__(
        self, database: Database, settings: SiteSettings, menu: CatalogueReader | None
    ) -> None:
        """Without a reader of the menu the page says that there is none yet."""
        self._place = Workplace(database, settings, RIGHT_COSTING)
        self._menu = menu

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(DRAFT_PATH, self._look, methods=["GET"])
        app.add_api_route(DRAFT_PATH, self._decide, methods=["POST"])

    async def _look(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        catalogue = await read_menu(self._menu)
        again = request.query_params.get("told") == "look_again"
        told = call.words.look_again if again else ""
        return await self._place.read(lambda s: _page(s, call, catalogue, told=told))

    async def _decide(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        catalogue = await read_menu(self._menu)
        if catalogue is None:
            return call.refuse("no_menu_yet", 409)
        given = await request.form(max_fields=FIELDS)
        form = {name: [str(one) for one in given.getlist(name)] for name in given}
        return await self._place.write(lambda s: _decided(s, call, catalogue, form))


def _decided(session: Session, call: Call, catalogue: Catalogue, form: Form) -> Response:
    act = one_of(form, "act")
    if act == "withdraw":
        number = one_of(form, "number")
        told = (
            withdraw_edition(session, catalogue, int(number[:9]), call.actor.at_ms)
            if number.isdigit()
            else None
        )
        if told is None:
            return call.refuse("edition_due", 409)
        if told:
            return _page(session, call, catalogue, told, 409)
    elif act == "drop":
        drop_draft(session)
    elif act == "take_out":
        seen, out = outlook(session, catalogue, call.actor.at_ms), one_of(form, "line")
        lines = [one for one in seen.draft if name_of_input(one) == out]
        take_out(session, [(one.kind, one.target, one.field) for one in lines], call.actor)
    elif act in ("plan", "publish"):
        return _published(session, call, catalogue, form)
    else:
        return call.refuse("bad_question", 400)
    return RedirectResponse(DRAFT_PATH, 303)


def _published(session: Session, call: Call, catalogue: Catalogue, form: Form) -> Response:
    """The draft as an edition; or, for another date with other editions before it, looked at."""
    day, now_ms = one_of(form, "day"), call.actor.at_ms
    try:
        at_ms = moment_of(day, one_of(form, "time"), call.settings.zone) if day else 0
    except ValueError:
        return call.refuse("bad_question", 400)
    before = outlook(session, catalogue, now_ms)
    plan_for(session, at_ms)
    seen = outlook(session, catalogue, now_ms)
    if one_of(form, "act") == "plan":
        return RedirectResponse(DRAFT_PATH, 303)
    if seen.before != before.before:
        return RedirectResponse(f"{DRAFT_PATH}?told=look_again", 303)
    made = publish_draft(session, seen, one_of(form, "note"), call.actor)
    if not isinstance(made, int):
        return _page(session, call, catalogue, status=422)
    return RedirectResponse(DRAFT_PATH, 303)


def _page(
    session: Session,
    call: Call,
    catalogue: Catalogue | None,
    needed: Broken = (),
    status: int = 200,
    told: str = "",
) -> Response:
    words = call.words
    seen = outlook(session, catalogue, call.actor.at_ms) if catalogue is not None else None
    previews = seen.seen() if seen is not None else []
    broken = seen.broken() if seen is not None else []
    later = said_later(seen, words, call.formats) if seen is not None else {}
    rows = preview_rows(seen.menu, previews, words) if seen is not None else []
    content = render(
        "menu_draft.html",
        words=words,
        number=catalogue.number if catalogue is not None else 0,
        path=MENU.path,
        preview=[(*row, later.get(row[0], "")) for row in rows],
        wrong=any(one.refused for one in previews) or bool(broken),
        broken=_said(seen, broken, call),
        needed=_said(seen, needed, call),
        told=told,
        today=call.settings.today(),
        when=when_of(seen, call),
        editions=_editions(session, call, catalogue, seen),
    )
    return call.page(session, MENU, words.menu, content, status=status)


def when_of(seen: Outlook | None, call: Call) -> dict[str, object]:
    """For when the pages show the menu: the day and time chosen, and which editions are in it."""
    words, formats = call.words, call.formats
    holds_ms = seen.holds_ms if seen is not None else 0
    day, clock = formats.day_and_clock(holds_ms) if holds_ms else ("", "")
    return {
        "day": day,
        "clock": clock,
        "text": words("menu_from", time=formats.moment(holds_ms)) if holds_ms else "",
        "before": [_named(one, call) for one in seen.before] if seen is not None else [],
        "after": [_named(one, call) for one in seen.after] if seen is not None else [],
    }


def _named(edition: Edition, call: Call) -> str:
    when = call.formats.moment(edition.at_ms)
    return call.words("edition_named", number=edition.number, time=when, count=len(edition.changes))


def _said(seen: Outlook | None, broken: Broken, call: Call) -> list[str]:
    """What would be impossible, by edition, thing and field."""
    if seen is None:
        return []
    return [
        f"{_named(edition, call)} · {thing_of_change(seen.ahead, one.change, call.words)}: "
        f"{call.words.fault(f'menu_{one.refused}', {})}"
        for edition, one in broken
    ]


def _editions(
    session: Session, call: Call, catalogue: Catalogue | None, seen: Outlook | None
) -> list[dict[str, object]]:
    """The latest editions: number, from when, by whom, what they change, state, may they go."""
    query = select(CatalogueEdition).order_by(col(CatalogueEdition.number).desc())
    rows, now = session.exec(query.limit(EDITIONS_SHOWN)).all(), call.actor.at_ms
    taken = (catalogue.edition_ms, catalogue.edition) if catalogue is not None else (0, 0)
    shown_ones: list[dict[str, object]] = []
    for row in rows:
        inside = (row.at_ms, row.number) <= taken
        state = "withdrawn" if row.withdrawn else "in_force" if inside else "waiting"
        changes = read_changes(row.changes)
        previews = [Preview(one, "") for one in changes]
        shown_ones.append(
            {
                "number": row.number,
                "when": call.formats.moment(row.at_ms),
                "login": row.login,
                "note": row.note,
                "count": len(changes),
                "state": call.words(f"edition_{state}"),
                "waits": not row.withdrawn and row.at_ms > now,
                "changes": preview_rows(seen.ahead, previews, call.words) if seen else [],
            }
        )
    return shown_ones
