"""Devices of the house: who is let in, shutting one out, and taking over what such a one had kept.

A device that is shut out is cut off within seconds and never heard again. What it had not sent
comes here as a file (`sync_server.client.handing_over`); every command of it is shown in words with
what would come of it now, and whoever is chosen stands behind those that are taken. The server
decides; what it decided stands here afterwards (`device_offers`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.documents import Fault
from sync_server.domain.limits import OUTBOX_COMMANDS, UNSENT_BYTES
from sync_server.domain.menu import Catalogue
from sync_server.domain.staff import rights_of
from sync_server.store.database import Database

from ..accounts import RIGHT_SETTINGS
from ..catalogue import CatalogueReader
from ..device_offers import (
    DeviceReader,
    DeviceSeen,
    KeptCommand,
    decide,
    keep_file,
    offer_revoke,
)
from ..device_tables import RevokeOffer, UnsentFile
from .draft_routes import read_menu
from .frame import DEVICES, render
from .plain_form import Sheet, field_of, first, sheet_of, told
from .settled import SiteSettings
from .workplace import Call, Workplace

REASON_LENGTH = 200
NAME_LENGTH = 80
SHOWN = 40
FILE = DEVICES.path + "/file/{key}"


@dataclass(frozen=True, slots=True)
class DeviceRow:
    """A device as the page shows it. `waits`: it shall be shut out, and is not yet."""

    dev: str
    code: str
    name: str
    kind: str
    since: str
    last: str
    revoked: bool
    waits: bool


@dataclass(frozen=True, slots=True)
class CommandRow:
    """A command as the page shows it. `kind`: known, fits, refused."""

    cmd_id: str
    what: str
    at: str
    who: str
    check: str
    detail: str
    amount: str
    kind: str
    outcome: str


class DevicePages:
    """The page of devices and that of a file; `register` adds their routes."""

    def __init__(
        self,
        database: Database,
        settings: SiteSettings,
        new_id: Callable[[], str],
        menu: CatalogueReader | None,
        reader: DeviceReader | None,
    ) -> None:
        """`reader` looks into the front; without it the page says that there is none."""
        self._place = Workplace(database, settings, RIGHT_SETTINGS)
        self._new_id, self._menu, self._reader = new_id, menu, reader

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(DEVICES.path, self._show, methods=["GET"])
        app.add_api_route(DEVICES.path, self._revoke, methods=["POST"])
        app.add_api_route(DEVICES.path + "/file", self._bring, methods=["POST"])
        app.add_api_route(FILE, self._look, methods=["GET"])
        app.add_api_route(FILE, self._decide, methods=["POST"])

    async def _show(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        return await self._list(call, {}, ())

    async def _list(self, call: Call, sheet: Sheet, faults: Sequence[Fault]) -> Response:
        devices = await self._devices()
        catalogue = await read_menu(self._menu)
        return await self._place.read(
            lambda session: _page(session, call, devices, catalogue, sheet, faults)
        )

    async def _devices(self) -> Sequence[DeviceSeen]:
        return await run_in_threadpool(self._reader.devices) if self._reader else ()

    async def _revoke(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        sheet = sheet_of(await request.form())
        devices = {one.dev: one for one in await self._devices() if not one.revoked}
        device = devices.get(first(sheet, "revoke"))
        if device is None:
            return await self._list(call, sheet, (Fault("revoke_whom", place="revoke"),))
        reason = first(sheet, "revoke_why").strip()[:REASON_LENGTH]
        if not reason:
            return await self._list(call, sheet, (Fault("no_reason", place="revoke_why"),))

        def write(session: Session) -> Response:
            offer_revoke(session, device, reason, call.actor)
            return RedirectResponse(DEVICES.path, 303)

        return await self._place.write(write)

    async def _bring(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        async with request.form(max_files=1) as form:
            upload, by = form.get("file"), str(form.get("stands", ""))
            if not isinstance(upload, UploadFile) or self._reader is None:
                return call.refuse("bad_question", 400)
            body, name = await upload.read(UNSENT_BYTES + 1), (upload.filename or "")[:NAME_LENGTH]
        if by not in dict(_approvers(await read_menu(self._menu))):
            return call.refuse("bad_question", 400)
        head = await run_in_threadpool(self._reader.head, body)
        if head.fault:
            return await self._list(call, {}, (Fault(f"unsent_{head.fault}"),))
        key = self._new_id()

        def write(session: Session) -> Response:
            keep_file(session, key, head, name, by, body, call.actor)
            return RedirectResponse(FILE.format(key=key), 303)

        return await self._place.write(write)

    async def _look(self, request: Request, key: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        row = await self._place.read(lambda session: session.get(UnsentFile, key))
        if row is None or self._reader is None:
            return call.refuse("not_found", 404)
        now, language = call.settings.clock(), call.words.language
        found = await run_in_threadpool(self._reader.review, row.body, row.by, now, language)
        catalogue = await read_menu(self._menu)
        return await self._place.read(
            lambda session: _file_page(session, call, row, found, catalogue)
        )

    async def _decide(self, request: Request, key: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        form = await request.form(max_fields=OUTBOX_COMMANDS + 1)
        wanted = " ".join(str(one) for one in form.getlist("take"))

        def write(session: Session) -> Response:
            row = session.get(UnsentFile, key)
            if row is None:
                return call.refuse("not_found", 404)
            decide(session, row, wanted, call.actor)
            return RedirectResponse(FILE.format(key=key), 303)

        return await self._place.write(write)


def _approvers(catalogue: Catalogue | None) -> list[tuple[str, str]]:
    """Who may stand behind commands of others."""
    if catalogue is None:
        return []
    return [
        (str(one.staff_id), one.name)
        for one in catalogue.staff.values()
        if one.active and "approve" in rights_of(catalogue, one.staff_id)
    ]


def _revocable(rows: Sequence[DeviceRow]) -> list[tuple[str, str]]:
    """Nobody is chosen by itself: a till that is shut out is shut out for good."""
    still = [one for one in rows if not one.revoked and not one.waits]
    return [("", "—"), *((one.dev, f"{one.code} · {one.name}") for one in still)]


def _page(
    session: Session,
    call: Call,
    devices: Sequence[DeviceSeen],
    catalogue: Catalogue | None,
    sheet: Sheet,
    faults: Sequence[Fault],
) -> Response:
    words, formats = call.words, call.formats
    asked = set(session.exec(select(RevokeOffer.dev)))
    rows = [
        DeviceRow(
            *(one.dev, one.code, one.name, words.get(f"device_{one.kind}", one.kind)),
            *(formats.time(one.enrolled_ms), formats.time(one.last_ms) if one.last_ms else "—"),
            *(one.revoked, not one.revoked and one.dev in asked),
        )
        for one in devices
    ]
    why = {
        row.dev: row.reason
        for row in session.exec(select(RevokeOffer).order_by(col(RevokeOffer.number)))
    }
    files = session.exec(select(UnsentFile).order_by(col(UnsentFile.at_ms).desc()).limit(SHOWN))
    content = render(
        "devices.html",
        words=words,
        path=DEVICES.path,
        faults=told(words, faults),
        running=[one for one in rows if not one.revoked],
        over=[(one, why.get(one.dev, "")) for one in rows if one.revoked],
        fields=[
            field_of(words, sheet, faults, "revoke", choices=_revocable(rows)),
            field_of(words, sheet, faults, "revoke_why"),
        ],
        stands=field_of(words, {}, (), "stands", choices=_approvers(catalogue)),
        files=[
            (
                *(FILE.format(key=one.key), one.code, one.name, formats.time(one.at_ms)),
                words.unsent_decided if one.asked_ms else words.unsent_waits,
            )
            for one in files
        ],
    )
    status = 422 if faults else 200
    scripts = ("import.js",)
    return call.page(session, DEVICES, words.devices, content, status=status, scripts=scripts)


def _file_page(
    session: Session,
    call: Call,
    row: UnsentFile,
    found: Sequence[KeptCommand],
    catalogue: Catalogue | None,
) -> Response:
    words = call.words
    wanted = frozenset(row.wanted.split()) if row.asked_ms else None
    rows = [_shown(call, one) for one in found if not one.known or row.asked_ms]
    new = sum(not one.known for one in found)
    content = render(
        "unsent.html",
        words=words,
        path=FILE.format(key=row.key),
        back=DEVICES.path,
        title=words("unsent_of", code=row.code),
        told=words("unsent_count", count=len(found), known=len(found) - new),
        behind=words("unsent_behind", name=dict(_approvers(catalogue)).get(row.by, row.by)),
        rows=rows,
        decided=bool(row.asked_ms),
        waits=bool(row.asked_ms) and new > 0,
        new=new,
        wanted=wanted,
    )
    return call.page(session, DEVICES, words("unsent_of", code=row.code), content)


def _shown(call: Call, one: KeptCommand) -> CommandRow:
    words, fits = call.words, one.outcome in ("accepted", "adjusted")
    key = "unsent_is_there" if one.known else "unsent_fits"
    return CommandRow(
        one.cmd_id,
        words.get(f"command_{one.type}", one.type),
        call.formats.moment(one.at_ms),
        one.who,
        one.check,
        one.detail,
        call.formats.money(one.sum_minor) if one.sum_minor else "",
        "known" if one.known else "fits" if fits else "refused",
        (one.said or words(key)) if fits else one.said,
    )
