"""The import page: a file is tried first, every fault named, and taken only when there is none."""

from collections.abc import Callable, Sequence

from fastapi import FastAPI
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import Response

from sync_server.store.database import Database

from ..accounts import RIGHT_COSTING
from ..catalogue import CatalogueReader
from ..importing import NAMES, NEEDED, OPTIONAL, Plan, Subject, carry_out, dry_run, papers_of
from ..menu_draft import outlook
from ..sheets import BYTES, CellFault, tables_in
from .draft_routes import read_menu
from .frame import IMPORTS, render
from .settled import SiteSettings
from .words import Words
from .workplace import Call, Workplace

PAPERS = 200


class ImportPages:
    """The page of imports; `register` adds its routes."""

    def __init__(
        self,
        database: Database,
        settings: SiteSettings,
        new_id: Callable[[], str],
        menu: CatalogueReader | None,
    ) -> None:
        """`new_id` names the draft documents that opening stock becomes; prices need a menu."""
        self._menu = menu
        self._place = Workplace(database, settings, RIGHT_COSTING)
        self._new_id = new_id

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(IMPORTS.path, self._show, methods=["GET"])
        app.add_api_route(IMPORTS.path, self._try, methods=["POST"])

    async def _show(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        return await self._place.read(lambda session: _page(session, call, Subject.GOODS))

    async def _try(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        form = await request.form(max_files=1)
        upload, wanted = form.get("file"), str(form.get("subject", ""))
        if not isinstance(upload, UploadFile) or wanted not in set(Subject):
            return call.refuse("bad_question", 400)
        body = await upload.read(BYTES + 1)
        tables = await run_in_threadpool(tables_in, upload.filename or "", body)
        subject, take = Subject(wanted), form.get("act") == "take"
        if isinstance(tables, CellFault):
            fault = tables
            return await self._place.read(lambda s: _page(s, call, subject, [fault], status=422))
        day = call.settings.today()
        menu = await read_menu(self._menu) if subject is Subject.PRICES else None

        def tried(session: Session) -> Plan:
            seen = outlook(session, menu, call.actor.at_ms) if menu is not None else None
            return dry_run(session, subject, tables, day, seen)

        if not take:
            return await self._place.read(lambda s: _dry(s, call, tried(s)))
        ids = [self._new_id() for _ in range(PAPERS)]
        return await self._place.write(lambda s: _taken(s, call, tried(s), ids))


def _dry(session: Session, call: Call, plan: Plan) -> Response:
    told = "" if plan.faults else call.words("import_ready", rows=plan.rows)
    status = 422 if plan.faults else 200
    return _page(session, call, plan.subject, plan.faults, told, status)


def _taken(session: Session, call: Call, plan: Plan, ids: Sequence[str]) -> Response:
    subject = plan.subject
    faults = plan.faults
    if not faults and papers_of(plan) > len(ids):
        faults = [CellFault("", 0, "", "too_many_rows")]
    if not faults:
        faults = carry_out(session, plan, call.actor, ids)
    if faults:
        return _page(session, call, subject, faults, status=422)
    return _page(session, call, subject, told=call.words("import_done", rows=plan.rows))


def _page(
    session: Session,
    call: Call,
    subject: Subject,
    faults: Sequence[CellFault] = (),
    told: str = "",
    status: int = 200,
) -> Response:
    words = call.words
    content = render(
        "import.html",
        words=words,
        subjects=[(one.value, words(f"import_{one.value}")) for one in Subject],
        chosen=subject.value,
        columns=[
            (
                words(f"import_{one.value}"),
                ", ".join(NAMES[name][0] for name in NEEDED[one]),
                ", ".join(NAMES[name][0] for name in OPTIONAL[one]),
            )
            for one in Subject
        ],
        faults=[
            (one.sheet, one.row or "", one.column, _said(words, one), one.text) for one in faults
        ],
        told=told,
    )
    return call.page(session, IMPORTS, words.imports, content, status=status)


def _said(words: Words, fault: CellFault) -> str:
    """A fault in words; what it speaks of is what stood in the cell."""
    return words.fault(fault.code, dict.fromkeys(("path", "ingredient", "day"), fault.text))
