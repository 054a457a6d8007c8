"""The import page: a file is tried first, every fault named, and taken only when there is none.

A file is kept with the books (`../sent_tables`) and worked on in the background (`import_jobs`);
its page looks how far it is. Empty tables with the right heads come from `import_templates`.
"""

import asyncio
from collections.abc import Callable, Sequence
from typing import NamedTuple

from fastapi import FastAPI
from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from sync_server.store.database import Database

from ..accounts import RIGHT_COSTING
from ..catalogue import CatalogueReader
from ..import_columns import COLUMNS, Subject, asked_in
from ..importing import Plan, carry_out, dry_run, papers_of
from ..kitchen_cards import NewCard, tell_kitchen
from ..menu_draft import outlook
from ..sent_tables import Sent, body_of, keep, let_go, mark_taken, sent_by
from ..sheets import BYTES, CellFault, tables_in
from .draft_routes import read_menu
from .frame import IMPORTS, render
from .grid import Cells, Grid, Head, Kind, Row, RowKind
from .import_jobs import ImportJobs, Job, Stage
from .import_templates import LANGUAGE_ORDER, card_rows, template_of
from .settled import SiteSettings
from .spreadsheet import XLSX, workbook
from .words import FIRST_LANGUAGE, Words
from .workplace import Call, Workplace

PAPERS = 200
SHOWN = 300
ACTS = ("try", "take", "forget")
SOON_S = 1.5
"""A small file is done before the page would have to ask."""


class Waiting(NamedTuple):
    """A table that a person has sent, in words: what it is, when it came, how far it is."""

    key: str
    name: str
    what: str
    at: str
    told: str


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
        self._jobs = ImportJobs()

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        one = IMPORTS.path + "/{key}"
        app.add_api_route(IMPORTS.path, self._show, methods=["GET"])
        app.add_api_route(IMPORTS.path, self._send, methods=["POST"])
        app.add_api_route(IMPORTS.path + "/template/{subject}.xlsx", self._empty, methods=["GET"])
        app.add_api_route(IMPORTS.path + "/present/recipes.xlsx", self._present, methods=["GET"])
        app.add_api_route(one, self._look, methods=["GET"])
        app.add_api_route(one, self._act, methods=["POST"])
        app.add_api_route(one + "/state", self._state, methods=["GET"])
        app.add_api_route(one + "/faults.xlsx", self._faults, methods=["GET"])

    async def _show(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        return await self._place.read(lambda session: self._page(session, call, None))

    async def _empty(self, request: Request, subject: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        if subject not in set(Subject):
            return call.refuse("not_found", 404)
        body = await run_in_threadpool(template_of, Subject(subject), call.words)
        return _file(body, f"{subject}.xlsx")

    async def _present(self, request: Request) -> Response:
        """The cards in force as the table that changes them."""
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        today, words, menu = call.settings.today(), call.words, await read_menu(self._menu)
        house = menu.settings.language if menu is not None else FIRST_LANGUAGE
        rows = await self._place.read(lambda s: list(card_rows(s, today, words, house)))
        body = await run_in_threadpool(template_of, Subject.RECIPES, words, rows)
        return _file(body, f"{Subject.RECIPES}.xlsx")

    async def _send(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        async with request.form(max_files=1) as form:
            upload, wanted = form.get("file"), str(form.get("subject", ""))
            if not isinstance(upload, UploadFile) or wanted not in set(Subject):
                return call.refuse("bad_question", 400)
            body = await upload.read(BYTES + 1)
        if len(body) > BYTES:
            return call.refuse("import_too_large", 413)
        name = (upload.filename or "")[:80]
        sent = Sent(
            self._new_id(), call.visitor.login, wanted, name, call.settings.clock(), 0, 0
        )  # fmt: skip

        def kept(session: Session) -> Response:
            keep(session, sent, body)
            return Response(status_code=204)

        await self._place.write(kept)
        return await self._go(_job_of(sent), call, take=form.get("act") == "take")

    async def _act(self, request: Request, key: str) -> Response:
        """Take a sound table in, try one anew, or let it go."""
        call, job = await self._found(request, key)
        if isinstance(job, Response):
            return job
        wanted = str((await request.form()).get("act", ""))
        if wanted not in ACTS:
            return call.refuse("bad_question", 400)
        if not job.over or (wanted == "take" and job.stage is not Stage.TRIED):
            return RedirectResponse(f"{IMPORTS.path}/{key}", 303)
        if wanted != "forget":
            return await self._go(job, call, take=wanted == "take")

        def gone(session: Session) -> Response:
            let_go(session, key)
            return RedirectResponse(IMPORTS.path, 303)

        self._jobs.drop(key)
        return await self._place.write(gone)

    async def _go(self, job: Job, call: Call, *, take: bool) -> Response:
        if not self._jobs.begin(job, lambda one: self._work(one, call, take)):
            return call.refuse("import_busy", 503)
        assert job.work is not None, "it has just begun"
        await asyncio.wait({job.work}, timeout=SOON_S)
        return RedirectResponse(f"{IMPORTS.path}/{job.key}", 303)

    async def _found(self, request: Request, key: str) -> tuple[Call, Job | Response]:
        """Who asks, and that person's job, or the page of refusal. A table that this process knows
        nothing of is tried anew."""
        call, refused = self._place.call(request)
        if refused is not None:
            return call, refused
        login = call.visitor.login
        job = self._jobs.of(key, login)
        if job is not None:
            return call, job
        now = call.settings.clock()
        own = await self._place.read(lambda session: sent_by(session, login, now))
        sent = next((one for one in own if one.key == key), None)
        if sent is None:
            return call, call.refuse("import_forgotten", 404)
        job = self._jobs.of(key, login) or _job_of(sent)
        if not sent.taken_ms and job.work is None:
            told = await self._go(job, call, take=False)
            if told.status_code >= 400:
                return call, told
        return call, job

    async def _look(self, request: Request, key: str) -> Response:
        call, job = await self._found(request, key)
        if isinstance(job, Response):
            return job
        status = 422 if job.stage is Stage.WRONG else 200
        return await self._place.read(lambda session: self._page(session, call, job, status))

    async def _state(self, request: Request, key: str) -> Response:
        call, job = await self._found(request, key)
        if isinstance(job, Response):
            return job
        return JSONResponse({"over": job.over, "said": _said_of(job, call.words)})

    async def _faults(self, request: Request, key: str) -> Response:
        """Every bad cell as a table, however many there are."""
        call, job = await self._found(request, key)
        if isinstance(job, Response):
            return job
        if not job.over:
            return RedirectResponse(f"{IMPORTS.path}/{key}", 303)
        body = await run_in_threadpool(lambda: workbook(_fault_grid(job, call)))
        return _file(body, "faults.xlsx")

    # -- work --------------------------------------------------------------------------------
    async def _work(self, job: Job, call: Call, take: bool) -> None:
        """Read, try, and take if nothing is wrong."""
        job.stage, job.done = Stage.READING, 0
        body = await self._place.read(lambda session: body_of(session, job.key))
        if body is None:
            job.stage = Stage.GONE
            return
        tables = await run_in_threadpool(tables_in, job.name, body)
        if isinstance(tables, CellFault):
            job.faults, job.stage = [tables], Stage.WRONG
            return
        job.rows, job.stage = sum(len(table.rows) for table in tables), Stage.CHECKING
        of_menu = job.subject in (Subject.PRICES, Subject.RECIPES)
        menu = await read_menu(self._menu) if of_menu else None

        def tell(rows: int) -> None:
            job.done = rows

        def tried(session: Session) -> Plan:
            priced = menu if job.subject is Subject.PRICES else None
            seen = outlook(session, priced, call.actor.at_ms) if priced is not None else None
            return dry_run(session, job.subject, tables, call.settings.today(), seen, tell)

        if not take:
            plan = await self._place.read(tried)
            self._end(job, plan.faults, plan.rows, Stage.TRIED)
            return
        ids = [self._new_id() for _ in range(PAPERS)]

        def carried(session: Session) -> Response:
            plan = tried(session)
            job.stage = Stage.TAKING
            faults = _carried(session, plan, call, ids)
            if not faults:
                mark_taken(session, job.key, call.actor.at_ms, plan.rows)
            if plan.recipes and not faults:
                job.untold = menu is None and self._menu is not None
                if menu is not None:
                    tell_kitchen(session, menu, _new_cards(plan), call.actor)
            self._end(job, faults, plan.rows, Stage.TAKING)
            return Response(status_code=422 if faults else 204)

        told = await self._place.write(carried)
        if told.status_code < 400:
            job.stage = Stage.TAKEN

    def _page(self, session: Session, call: Call, job: Job | None, status: int = 200) -> Response:
        """The page, below it what else this person has sent."""
        login, words = call.visitor.login, call.words
        waiting = []
        for sent in sent_by(session, login, call.settings.clock()):
            known = self._jobs.of(sent.key, login) or (_job_of(sent) if sent.taken_ms else None)
            told = _said_of(known, words) if known is not None else words.import_is_kept
            what = words(f"import_{sent.subject}")
            waiting.append(Waiting(sent.key, sent.name, what, call.formats.time(sent.at_ms), told))
        return _page(session, call, job, waiting, status)

    @staticmethod
    def _end(job: Job, faults: Sequence[CellFault], rows: int, sound: Stage) -> None:
        job.faults, job.rows = tuple(faults), rows
        job.stage = Stage.WRONG if faults else sound


def _job_of(sent: Sent) -> Job:
    """A kept table as it is worked on here; one that was taken in is over."""
    job = Job(sent.key, sent.login, Subject(sent.subject), sent.name, rows=sent.row_count)
    if sent.taken_ms:
        job.stage = Stage.TAKEN
    return job


def _carried(session: Session, plan: Plan, call: Call, ids: Sequence[str]) -> Sequence[CellFault]:
    """Do it, or say why not; then nothing of it is kept."""
    if plan.faults:
        return plan.faults
    if papers_of(plan) > len(ids):
        return [CellFault("", 0, "", "too_many_rows")]
    return carry_out(session, plan, call.actor, ids)


def _new_cards(plan: Plan) -> list[NewCard]:
    """The versions that a plan adds, each with what its rows say of how it is made."""
    return [
        NewCard(one, plan.technology.get((one.owner, one.owner_id)) or None) for one in plan.recipes
    ]


def _file(body: bytes, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, media_type=XLSX, headers=headers)


def _said_of(job: Job, words: Words) -> str:
    """How far an import is, or how it ended."""
    values = {"name": job.name, "rows": job.rows, "done": job.done, "count": len(job.faults)}
    said = words(f"import_is_{job.stage.value}", **values)
    return f"{said} {words.import_untold}" if job.untold else said


def _page(
    session: Session, call: Call, job: Job | None, waiting: Sequence[Waiting], status: int = 200
) -> Response:
    words = call.words
    at = LANGUAGE_ORDER.index(words.language)
    chosen = job.subject if job is not None else Subject.GOODS
    faults = job.faults[:SHOWN] if job is not None else ()
    content = render(
        "import.html",
        words=words,
        path=IMPORTS.path,
        subjects=[(one.value, words(f"import_{one.value}")) for one in Subject],
        chosen=chosen.value,
        columns=[
            (
                one.value,
                words(f"import_{one.value}"),
                *(
                    ", ".join(COLUMNS[name][at] for name in names)
                    for names in asked_in(one, words.language)
                ),
            )
            for one in Subject
        ],
        faults=[
            (one.sheet, one.row or "", one.column, _said(words, one), one.text) for one in faults
        ],
        count=len(job.faults) if job is not None else 0,
        job=job,
        waiting=waiting,
        told=_said_of(job, words) if job is not None else "",
        ready=job is not None and job.stage is Stage.TRIED,
    )
    return call.page(
        session, IMPORTS, words.imports, content, status=status, scripts=("import.js",)
    )


def _fault_grid(job: Job, call: Call) -> Grid:
    cells, words = Cells(call.formats), call.words
    titles = (words.sheet, words.row, words.column, words.what_is_wrong, words.what_stood)
    rows = tuple(
        Row(
            RowKind.LINE,
            str(number),
            tuple(
                cells.text(text)
                for text in (
                    one.sheet, str(one.row or ""), one.column, _said(words, one), one.text
                )
            ),
        )
        for number, one in enumerate(job.faults)
    )  # fmt: skip
    heads = tuple(Head(title, Kind.TEXT) for title in titles)
    return Grid(words("import_faults", count=len(job.faults)), job.name, heads, rows)


def _said(words: Words, fault: CellFault) -> str:
    """A fault in words; what it speaks of is what stood in the cell."""
    return words.fault(fault.code, dict.fromkeys(("path", "ingredient", "day"), fault.text))
