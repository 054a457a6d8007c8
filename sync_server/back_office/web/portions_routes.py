"""Portions left: what stock and recipes allow, offered to the stop list and taken by one tap.

A tap writes an offer that the server does at once, on every terminal; see `offers`. How many
portions are left is `portions`.
"""

from dataclasses import dataclass

from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.store.database import Database

from ..accounts import RIGHT_COSTING
from ..goods_tables import Item
from ..house_tables import StopOffer
from ..names import alphabetical, name_in
from ..offers import offer_stops
from ..portions import portions_of_house
from .frame import PORTIONS, render
from .settled import SiteSettings
from .workplace import Call, Workplace

FEW = 10
OFFERS_SHOWN = 12


@dataclass(frozen=True, slots=True)
class Left:
    """A dish and for how many portions the house is enough."""

    item_id: str
    name: str
    left: int


class PortionPages:
    """The page of portions; `register` adds its routes."""

    def __init__(self, database: Database, settings: SiteSettings) -> None:
        """By the stock of now and the recipes of the day in the house."""
        self._place = Workplace(database, settings, RIGHT_COSTING)

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(PORTIONS.path, self._show, methods=["GET"])
        app.add_api_route(PORTIONS.path, self._offer, methods=["POST"])

    async def _show(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        return await self._place.read(lambda session: _page(session, call))

    async def _offer(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        form = await request.form()
        stop, count = str(form.get("stop", "")), str(form.get("count", ""))
        out = form.get("act") == "out"

        def offer(session: Session) -> Response:
            left = {one.item_id: one.left for one in _left(session, call)}
            wanted = [(key, 0) for key, count in left.items() if count <= 0] if out else []
            wanted += [(stop, 0)] if stop in left else []
            wanted += [(count, left[count])] if count in left else []
            if not wanted and not out:
                return call.refuse("bad_question", 400)
            offer_stops(session, wanted, call.actor)
            return RedirectResponse(PORTIONS.path, 303)

        return await self._place.write(offer)


def _names(session: Session, call: Call) -> dict[str, str]:
    language = call.words.language
    return {row.item_id: name_in(row, language) for row in session.exec(select(Item))}


def _left(session: Session, call: Call) -> list[Left]:
    """All dishes with a card, the scarcest first."""
    names = _names(session, call)
    found = portions_of_house(session.connection(), call.settings.today())
    rows = [Left(key, names.get(key, key), max(count, 0)) for key, count in found.items()]
    return sorted(rows, key=lambda one: (one.left, alphabetical(one.name)))


def _page(session: Session, call: Call) -> Response:
    words, names = call.words, _names(session, call)
    latest = select(StopOffer).order_by(col(StopOffer.number).desc()).limit(OFFERS_SHOWN)
    made = [
        (names.get(row.item_id, row.item_id), row.left_milli // 1000, row.login,
         call.formats.time(row.at_ms))
        for row in session.exec(latest)
    ]  # fmt: skip
    rows = _left(session, call)
    content = render(
        "portions.html",
        words=words,
        few=[one for one in rows if one.left <= FEW],
        rest=[one for one in rows if one.left > FEW],
        out=sum(1 for one in rows if not one.left),
        made=made,
    )
    return call.page(session, PORTIONS, words.portions_left, content)
