"""The routes of stock documents: list, form, posting, files. Registered by `site`.

A form that is refused comes back as it was typed with every fault at its place; what was posted
can only be looked at, reversed or printed. What is shown is made in `paper_view`, what is typed
is read by `paper_form`, and the rules are the domain's.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from fastapi import FastAPI
from sqlmodel import Session, func, select
from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.documents import Fault, Paper, State
from sync_server.store.database import Database

from ..accounts import RIGHT_APPROVE, RIGHT_COSTING
from ..paper_tables import PaperFile, PaperRow
from ..papers import Actor, Refusal, save, step
from ..posting import (
    Posted,
    check,
    discard,
    order_from_par,
    post,
    receipt_from_order,
    reverse,
    submit,
    take_back,
)
from ..tables import Balance
from .desk import Desk
from .frame import PAPERS, render
from .paper_form import Read, Typed, read_form, typed_form
from .paper_prints import paper_print
from .paper_view import (
    PaperView,
    comparison_grid,
    losses_grid,
    new_view,
    row_view,
    typed_view,
)
from .printing import PrintForm, pdf_response
from .settled import SiteSettings
from .workplace import Call, Workplace

FILE_BYTES = 5 * 1024 * 1024
FILES = 20
SAFE_TYPES = frozenset({"application/pdf", "image/png", "image/jpeg", "image/webp"})


class PaperPages:
    """Documents on the site; `register` adds the routes."""

    def __init__(
        self, database: Database, settings: SiteSettings, new_id: Callable[[], str]
    ) -> None:
        """`new_id` names a new document."""
        self._place = Workplace(database, settings, RIGHT_COSTING)
        self._settings = settings
        self._new_id = new_id

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route("/stock/new/{kind}", self._new, methods=["GET"])
        app.add_api_route("/stock/new/{kind}", self._create, methods=["POST"])
        app.add_api_route("/stock/papers/{paper_id}", self._show, methods=["GET"])
        app.add_api_route("/stock/papers/{paper_id}", self._act, methods=["POST"])
        app.add_api_route("/stock/papers/{paper_id}/files/{position}", self._file, methods=["GET"])
        app.add_api_route("/stock/papers/{paper_id}/print", self._print, methods=["GET"])

    # -- pages ---------------------------------------------------------------------------------
    async def _new(self, request: Request, kind: str, store: str = "") -> Response:
        call, refused = self._place.call(request)
        paper = _paper(kind)
        if refused is not None or paper is None:
            return refused or call.refuse("not_found", 404)
        now = self._settings.clock()
        return await self._place.read(
            lambda s: _page(s, call, paper, new_view(call.desk(s), paper, now, store))
        )

    async def _show(self, request: Request, paper_id: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused

        def show(session: Session) -> Response:
            row = session.get(PaperRow, paper_id)
            if row is None:
                return call.refuse("not_found", 404)
            return _row_page(session, call, row)

        return await self._place.read(show)

    async def _create(self, request: Request, kind: str) -> Response:
        call, refused = self._place.call(request)
        paper = _paper(kind)
        if refused is not None or paper is None:
            return refused or call.refuse("not_found", 404)
        form = await request.form(max_files=1, max_fields=8_000)
        paper_id, new_id = self._new_id(), self._new_id()
        asked = Asked(form, paper_id, 0, new_id)
        return await self._place.write(lambda s: _typed_act(s, call, paper, asked))

    async def _act(self, request: Request, paper_id: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        form = await request.form(max_files=1, max_fields=8_000)
        upload = form.get("file")
        body = await upload.read(FILE_BYTES + 1) if isinstance(upload, UploadFile) else b""
        new_id = self._new_id()

        def act(session: Session) -> Response:
            row = session.get(PaperRow, paper_id)
            if row is None:
                return call.refuse("not_found", 404)
            wanted = str(form.get("act", "save"))
            if wanted == "attach" and isinstance(upload, UploadFile):
                return _attach(session, call, row, upload, body)
            revision = _number(form.get("revision"))
            if row.state == State.DRAFT.value and wanted not in ("discard", "attach"):
                paper = Paper(row.paper)
                asked = Asked(form, paper_id, revision, new_id)
                return _typed_act(session, call, paper, asked)
            return _plain_act(session, call, row, wanted, revision, new_id)

        return await self._place.write(act)

    async def _file(self, request: Request, paper_id: str, position: int) -> Response:
        _, refused = self._place.call(request)
        if refused is not None:
            return refused

        def send(session: Session) -> Response:
            found = session.get(PaperFile, (paper_id, position))
            if found is None:
                return Response(status_code=404)
            name = quote(found.name, safe="")
            headers = {"Content-Disposition": f"attachment; filename*=utf-8''{name}"}
            return Response(found.body, media_type=found.media_type, headers=headers)

        return await self._place.read(send)

    async def _print(self, request: Request, paper_id: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused

        def form(session: Session) -> PrintForm | None:
            row = session.get(PaperRow, paper_id)
            return paper_print(session, call.desk(session), row) if row is not None else None

        found = await self._place.read(form)
        if found is None:
            return call.refuse("not_found", 404)
        return await pdf_response(found)


def _paper(kind: str) -> Paper | None:
    return Paper(kind) if kind in set(Paper) else None


def _number(value: object) -> int:
    text = str(value or "0")
    return int(text) if text.isdigit() and len(text) < 9 else 0


@dataclass(frozen=True, slots=True)
class Asked:
    """A form that came: for which document, which revision of it the person saw (0: a new one),
    and the name of another document that it may make."""

    form: FormData
    paper_id: str
    revision: int
    new_id: str


def _typed_act(session: Session, call: Call, paper: Paper, asked: Asked) -> Response:
    """Save what was typed, and post or hand in if that was asked."""
    form, paper_id, revision, new_id = asked.form, asked.paper_id, asked.revision, asked.new_id
    lists = {name: [str(value) for value in form.getlist(name)] for name in form}
    typed, wanted = typed_form(paper, lists), str(form.get("act", "save"))
    desk = call.desk(session)
    shown_id = paper_id if revision else "new"
    if wanted == "par":
        supplier, store = typed.head.get("supplier", ""), typed.head.get("store", "")
        order_from_par(session, supplier, store, new_id, call.actor)
        return RedirectResponse(f"/stock/papers/{new_id}", 303)
    if wanted == "fill":
        filled = _filled(session, desk, typed)
        view = typed_view(desk, paper, filled, (), shown_id, revision)
        return _page(session, call, paper, view)
    read = read_form(paper, typed, desk.goods, desk.zone)

    def refused(faults: Sequence[Fault]) -> Response:
        view = typed_view(desk, paper, typed, faults, shown_id, revision)
        return _page(session, call, paper, view, status=422)

    if read.faults:
        more = _other_faults(session, read, paper_id, call) if wanted in ("post", "submit") else []
        return refused([*read.faults, *more])
    saved = save(session, read.draft, paper_id, revision, call.actor)
    if isinstance(saved, Refusal):
        return refused(saved.faults)
    if wanted in ("post", "submit"):
        act = post if wanted == "post" else submit
        done = act(session, paper_id, saved.revision, call.actor)
        if isinstance(done, Refusal):
            return refused(done.faults)
    return RedirectResponse(f"/stock/papers/{paper_id}", 303)


def _other_faults(session: Session, read: Read, paper_id: str, call: Call) -> list[Fault]:
    """What keeps the rest of a form from being posted, so that everything is told at once. What is
    written for that is taken back: the answer is a refusal."""
    unread = {fault.line for fault in read.faults}
    if 0 in unread:
        return []
    lines = [one for one in enumerate(read.draft.lines, start=1) if one[0] not in unread]
    rest = replace(read.draft, lines=[line for _, line in lines])
    row = session.get(PaperRow, paper_id)
    saved = save(session, rest, paper_id, row.revision if row is not None else 0, call.actor)
    if isinstance(saved, Refusal):
        return []
    found = check(session, saved, call.actor.today)
    return [
        replace(fault, line=lines[fault.line - 1][0] if fault.line else 0)
        for fault in found
        if fault.code != "no_lines"
    ]


def _plain_act(
    session: Session, call: Call, row: PaperRow, wanted: str, revision: int, new_id: str
) -> Response:
    """What is done with a document that is not typed into any more."""
    approving = wanted == "reverse" or (wanted == "post" and row.paper == Paper.COUNT.value)
    if approving and RIGHT_APPROVE not in call.visitor.rights:
        return call.refuse("not_yours", 403)
    if wanted == "receive":
        made = receipt_from_order(session, row, new_id, call.actor)
        return RedirectResponse(f"/stock/papers/{made.paper_id}", 303)
    acts: dict[str, Callable[[Session, str, int, Actor], PaperRow | Posted | Refusal]] = {
        "post": post,
        "take_back": take_back,
        "discard": discard,
        "reverse": reverse,
    }
    if wanted not in acts:
        return call.refuse("bad_question", 400)
    done = acts[wanted](session, row.paper_id, revision, call.actor)
    if isinstance(done, Refusal):
        return _row_page(session, call, row, done.faults, 422)
    return RedirectResponse(f"/stock/papers/{row.paper_id}", 303)


def _attach(
    session: Session, call: Call, row: PaperRow, upload: UploadFile, body: bytes
) -> Response:
    """Keep a scan with its document, also after posting: it changes no figure."""
    last = select(func.max(PaperFile.position)).where(PaperFile.paper_id == row.paper_id)
    position = (session.exec(last).one() or 0) + 1
    media = upload.content_type or ""
    if not body or len(body) > FILE_BYTES or position > FILES or media not in SAFE_TYPES:
        return call.refuse("bad_file", 413)
    session.add(
        PaperFile(
            paper_id=row.paper_id,
            position=position,
            name=(upload.filename or "file")[-80:],
            media_type=media,
            at_ms=call.actor.at_ms,
            login=call.visitor.login,
            body=body,
        )
    )
    step(session, row.paper_id, "attached", call.actor)
    return RedirectResponse(f"/stock/papers/{row.paper_id}", 303)


def _filled(session: Session, desk: Desk, typed: Typed) -> Typed:
    """A count sheet with everything that the chosen store has held, beside what was typed."""
    typed_goods = {line["good"].casefold() for line in typed.lines}
    store = typed.head.get("store", "")
    held = set(session.exec(select(Balance.ingredient_id).where(Balance.store_id == store)))
    lines = [
        {"good": good.name, "qty": ""}
        for good in desk.goods
        if good.good_id in held and good.name.casefold() not in typed_goods
    ]
    return Typed(typed.head, [*typed.lines, *lines])


def _row_page(
    session: Session,
    call: Call,
    row: PaperRow,
    faults: Sequence[Fault] = (),
    status: int = 200,
) -> Response:
    desk = call.desk(session)
    view = row_view(session, desk, row, faults)
    if row.paper == Paper.COUNT.value and row.state != State.DRAFT.value:
        grid = comparison_grid(session, desk, row)
        view = replace(view, extra=render("grid.html", grid=grid, empty="", foot=""))
    if row.paper == Paper.TRIAL.value and row.state != State.DRAFT.value:
        grid = losses_grid(session, desk, row)
        view = replace(view, extra=render("grid.html", grid=grid, empty="", foot=""))
    return _page(session, call, Paper(row.paper), view, status)


def _page(
    session: Session, call: Call, paper: Paper, view: PaperView, status: int = 200
) -> Response:
    """The page around a document's form."""
    content = render("paper.html", words=call.words, view=view)
    return call.page(
        session, PAPERS[paper], view.title, content, status=status, scripts=("papers.js",)
    )
