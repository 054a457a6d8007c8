"""Guests' data: where the house names a guest, given out as a file or erased with a reason.

The names are the front's and read there (`guest_offers.GuestReader`); what is ticked is asked for,
and the server erases it in a moment. Who is still in the house stays known, and is seen so here.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from fastapi import FastAPI
from sqlmodel import Session, col, func, select
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.documents import Fault
from sync_server.store.database import Database

from ..accounts import RIGHT_SETTINGS
from ..guest_offers import EraseOffer, GuestReader, GuestSeen, offer_erasure
from .frame import GUESTS, render
from .grid import Cells, Grid, Head, Kind, Row, RowKind
from .plain_form import Sheet, field_of, first, sheet_of, told
from .settled import SiteSettings
from .spreadsheet import XLSX, workbook
from .workplace import Call, Workplace

REASON_LENGTH = 200
NAME_LENGTH = 80
SHOWN = 500
OFFERS_SHOWN = 20


class GuestLine(NamedTuple):
    """A check, card or voucher as the page shows it. `waits`: it was asked for and is still
    there."""

    subject: str
    at: str
    what: str
    number: str
    names: str
    waits: bool


class GuestPages:
    """The page of guests' data and its file; `register` adds their routes."""

    def __init__(
        self, database: Database, settings: SiteSettings, reader: GuestReader | None
    ) -> None:
        """`reader` looks into the front; without it nobody is found."""
        self._place = Workplace(database, settings, RIGHT_SETTINGS)
        self._reader = reader

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(GUESTS.path, self._show, methods=["GET"])
        app.add_api_route(GUESTS.path, self._erase, methods=["POST"])
        app.add_api_route(GUESTS.path + "/given.xlsx", self._give, methods=["GET"])

    async def _found(self, text: str) -> Sequence[GuestSeen]:
        if self._reader is None or not text:
            return ()
        return await run_in_threadpool(self._reader.found, text)

    async def _show(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        return await self._list(call, request.query_params.get("q", ""), {}, ())

    async def _list(
        self, call: Call, asked: str, sheet: Sheet, faults: Sequence[Fault]
    ) -> Response:
        text = asked.strip()[:NAME_LENGTH]
        found = await self._found(text)
        days = self._reader.kept_days if self._reader is not None else 0
        return await self._place.read(
            lambda session: _page(session, call, text, found, days, sheet, faults)
        )

    async def _erase(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        sheet = sheet_of(await request.form(max_fields=SHOWN + 3))
        text = first(sheet, "q").strip()[:NAME_LENGTH]
        there = {one.subject for one in await self._found(text)}
        wanted = [one for one in dict.fromkeys(sheet.get("guest", [])) if one in there]
        reason = first(sheet, "guest_why").strip()[:REASON_LENGTH]
        if not wanted:
            return await self._list(call, text, sheet, (Fault("guest_whom", place="guest"),))
        if not reason:
            return await self._list(call, text, sheet, (Fault("no_reason", place="guest_why"),))

        def write(session: Session) -> Response:
            offer_erasure(session, wanted, reason, call.actor)
            return RedirectResponse(GUESTS.path, 303)

        return await self._place.write(write)

    async def _give(self, request: Request) -> Response:
        """What the house has of a guest, for that guest."""
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        text = request.query_params.get("q", "").strip()[:NAME_LENGTH]
        grid = _grid(call, text, await self._found(text))
        body = await run_in_threadpool(lambda: workbook(grid))
        headers = {"Content-Disposition": 'attachment; filename="guest.xlsx"'}
        return Response(body, media_type=XLSX, headers=headers)


def _lines(call: Call, found: Sequence[GuestSeen], asked: Collection[str]) -> list[GuestLine]:
    return [
        GuestLine(
            one.subject,
            call.formats.moment(one.at_ms),
            call.words.get(f"event_{one.type}", one.type),
            one.number or one.subject.partition(":")[2],
            " · ".join(one.texts),
            one.subject in asked,
        )
        for one in found
    ]


def _gathered(lines: Sequence[GuestLine]) -> list[GuestLine]:
    """One line of the page for all that is erased by one tick, at the place of its newest entry."""
    whole: dict[str, list[GuestLine]] = {}
    for one in lines:
        whole.setdefault(one.subject, []).append(one)
    return [
        parts[0]._replace(
            what=", ".join(_counted(one.what for one in parts)),
            names=" · ".join(dict.fromkeys(one.names for one in parts)),
        )
        for parts in whole.values()
    ]


def _counted(words: Iterable[str]) -> list[str]:
    return [f"{word} × {count}" if count > 1 else word for word, count in Counter(words).items()]


def _page(
    session: Session,
    call: Call,
    text: str,
    found: Sequence[GuestSeen],
    days: int,
    sheet: Sheet,
    faults: Sequence[Fault],
) -> Response:
    words, formats = call.words, call.formats
    asked = set(session.exec(select(EraseOffer.subject)))
    offers = session.exec(
        select(EraseOffer.at_ms, EraseOffer.login, EraseOffer.reason, func.count())
        .group_by(col(EraseOffer.at_ms), col(EraseOffer.login), col(EraseOffer.reason))
        .order_by(col(EraseOffer.at_ms).desc())
        .limit(OFFERS_SHOWN)
    )
    content = render(
        "guests.html",
        words=words,
        path=GUESTS.path,
        faults=told(words, faults),
        kept=words("guest_kept", days=days) if days else words.guest_kept_always,
        text=text,
        ticked=frozenset(sheet.get("guest", ())),
        lines=_gathered(_lines(call, found, asked)),
        most=words("guest_most", count=len(found)) if len(found) >= SHOWN else "",
        why=field_of(words, sheet, faults, "guest_why"),
        offers=[
            (formats.time(at_ms), login, reason, words("guest_count", count=count))
            for at_ms, login, reason, count in offers
        ],
    )
    status = 422 if faults else 200
    return call.page(session, GUESTS, words.guest_data, content, status=status)


def _grid(call: Call, text: str, found: Sequence[GuestSeen]) -> Grid:
    cells, words = Cells(call.formats), call.words
    titles = (words.guest_when, words.guest_what, words.guest_number, words.guest_names)
    rows = tuple(
        Row(
            RowKind.LINE,
            str(place),
            tuple(cells.text(one) for one in (line.at, line.what, line.number, line.names)),
        )
        for place, line in enumerate(_lines(call, found, ()))
    )
    return Grid(words.guest_data, text, tuple(Head(one, Kind.TEXT) for one in titles), rows)
