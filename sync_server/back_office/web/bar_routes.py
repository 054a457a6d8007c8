"""The bar on a scale: full bottles counted, open ones weighed, a draft stock-take made of it.

What a weighed bottle holds is `sync_server.domain.bar`; what a bottle weighs stands on the good's
sheet. The draft is finished and approved like any other stock-take.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from fastapi import FastAPI
from sqlmodel import Session, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.bar import Bottle as BottleShape
from sync_server.domain.documents import Fault, Line, Paper
from sync_server.domain.stock import IngredientId, exact
from sync_server.store.database import Database

from ..accounts import RIGHT_COSTING
from ..goods_tables import Bottle, Unit
from ..papers import Draft, DraftLine, Refusal, save
from ..tables import Balance
from .desk import Choices, Desk
from .frame import BAR, GOODS, render
from .paper_view import fault_text
from .plain_form import Sheet, first, sheet_of
from .settled import SiteSettings
from .workplace import Call, Workplace

SHOT_ML = 50
SHOTS = range(10, 501)
OPEN_AT_ONCE = 30
FIELDS = 4_000


@dataclass(frozen=True, slots=True)
class OnScale:
    """A good that comes in bottles, with what was typed about it."""

    good_id: str
    name: str
    shape: BottleShape
    by_bottle: bool
    bottle_minor: int | None
    held: str = ""
    full: str = ""
    weighed: str = ""

    def counted(self, full: int, weighed: tuple[int, ...]) -> Decimal:
        """What lies there in the good's base unit: millilitres, or bottles and parts of one."""
        ml = Decimal(self.shape.stock_ml(full, weighed))
        return exact(ml / self.shape.nominal_ml) if self.by_bottle else ml


class BarPages:
    """The page of the scale; `register` adds its routes."""

    def __init__(
        self, database: Database, settings: SiteSettings, new_id: Callable[[], str]
    ) -> None:
        """`new_id` names the draft that a weighing becomes."""
        self._place = Workplace(database, settings, RIGHT_COSTING)
        self._new_id = new_id

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(BAR.path, self._show, methods=["GET"])
        app.add_api_route(BAR.path, self._weigh, methods=["POST"])

    async def _show(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        sheet = {name: [value] for name, value in request.query_params.items()}
        return await self._place.read(lambda session: _page(session, call, sheet))

    async def _weigh(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        sheet, paper_id = sheet_of(await request.form(max_fields=FIELDS)), self._new_id()
        return await self._place.write(lambda s: _weighed(s, call, sheet, paper_id))


def _weighed(session: Session, call: Call, sheet: Sheet, paper_id: str) -> Response:
    desk = call.desk(session)
    store, faults = first(sheet, "store"), list[Fault]()
    bottles = {one.good_id: one for one in _bottles(session, desk, store)}
    if store not in dict(desk.stores):
        return call.refuse("bad_question", 400)
    lines = []
    for good_id, full_text, open_text in _typed(sheet):
        bottle = bottles.get(good_id)
        if bottle is None or not (full_text or open_text):
            continue
        full, weighed = _whole(full_text), _weights(open_text)
        if full is None or weighed is None:
            text = full_text if full is None else open_text
            faults.append(Fault("bad_weight", params={"good": bottle.name, "text": text[:40]}))
            continue
        light = [one for one in weighed if one < bottle.shape.tare_g]
        if light or any(one > bottle.shape.full_g * 11 // 10 for one in weighed):
            faults.append(_odd(bottle))
            continue
        qty = bottle.counted(full, weighed)
        unit = "pcs" if bottle.by_bottle else "ml"
        note = f"{full} + {open_text}" if open_text else str(full)
        lines.append(DraftLine(Line(IngredientId(good_id), qty), unit, note=note[:80]))
    if not lines and not faults:
        faults.append(Fault("no_lines"))
    if faults:
        return _page(session, call, sheet, faults, 422)
    draft = Draft(
        Paper.COUNT,
        call.settings.today(),
        call.actor.at_ms,
        store,
        lines,
        note=call.words.bar_scale,
    )
    saved = save(session, draft, paper_id, 0, call.actor)
    if isinstance(saved, Refusal):
        return _page(session, call, sheet, saved.faults, 422)
    return RedirectResponse(f"/stock/papers/{paper_id}", 303)


def _odd(bottle: OnScale) -> Fault:
    shape = bottle.shape
    params: dict[str, str | int] = {"good": bottle.name}
    return Fault("odd_weight", params=params | {"tare": shape.tare_g, "full": shape.full_g})


def _typed(sheet: Sheet) -> list[tuple[str, str, str]]:
    columns = [sheet.get(name, ()) for name in ("good", "full", "weighed")]
    return [(a, b.strip(), c.strip()) for a, b, c in zip(*columns, strict=False)]


def _whole(text: str) -> int | None:
    """A typed count of bottles; nothing is none of them."""
    if not text:
        return 0
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _weights(text: str) -> tuple[int, ...] | None:
    """Grams of the open bottles, parted by blanks, commas or pluses."""
    parts = text.replace(",", " ").replace("+", " ").replace(";", " ").split()
    found = [_whole(part) for part in parts[:OPEN_AT_ONCE]]
    known = tuple(one for one in found if one is not None)
    return known if len(known) == len(parts) else None


def _bottles(session: Session, desk: Desk, store: str) -> list[OnScale]:
    """The goods of a house that have a bottle, with what the store's book says."""
    held = {
        row.ingredient_id: row.qty_milli
        for row in session.exec(select(Balance).where(Balance.store_id == store))
    }
    rows = {row.ingredient_id: row for row in session.exec(select(Bottle))}
    bases = {row.code: row.base for row in session.exec(select(Unit))}
    found = []
    for good in desk.goods:
        row = rows.get(good.good_id)
        if row is None:
            continue
        by_bottle = bases[good.unit] == "pcs"
        price = good.last_minor
        if price is not None and not by_bottle:
            price = price * row.nominal_ml // good.factor
        qty = Decimal(held.get(good.good_id, 0)).scaleb(-3) / good.factor
        shape = BottleShape(row.nominal_ml, row.full_g, row.tare_g)
        shown = f"{desk.formats.quantity(qty, good.unit)} {desk.words(f'unit_{good.unit}')}"
        found.append(OnScale(good.good_id, good.name, shape, by_bottle, price, shown))
    return found


def _page(
    session: Session,
    call: Call,
    sheet: Sheet,
    faults: Sequence[Fault] = (),
    status: int = 200,
) -> Response:
    desk, words = call.desk(session), call.words
    store = first(sheet, "store") or _bar_of(desk.stores)
    shot = _whole(first(sheet, "shot")) or SHOT_ML
    shot = shot if shot in SHOTS else SHOT_ML
    typed = {good: (full, weighed) for good, full, weighed in _typed(sheet)}
    rows = [_row(desk, one, shot, typed) for one in _bottles(session, desk, store)]
    content = render(
        "bar.html",
        words=words,
        rows=rows,
        store=store,
        stores=desk.stores,
        shot=shot,
        faults=[fault_text(words, fault) for fault in faults],
        shapes=json.dumps({row["id"]: row["shape"] for row in rows}).replace("<", "\\u003c"),
        goods_path=GOODS.path,
    )
    scripts = ("bar.js",)
    return call.page(session, BAR, words.bar_scale, content, status=status, scripts=scripts)


def _bar_of(stores: Choices) -> str:
    """The store that is called the bar, else the first."""
    keys = [key for key, _ in stores]
    return "bar" if "bar" in keys else keys[0] if keys else ""


def _row(
    desk: Desk, one: OnScale, shot: int, typed: Mapping[str, tuple[str, str]]
) -> dict[str, object]:
    full, weighed = typed.get(one.good_id, ("", ""))
    shots = one.shape.portions(shot)
    cost = one.shape.shot_cost_minor(one.bottle_minor, shot) if one.bottle_minor and shots else None
    return {
        "id": one.good_id,
        "name": one.name,
        "size": f"{one.shape.nominal_ml}",
        "weights": f"{one.shape.tare_g}–{one.shape.full_g}",
        "shots": shots,
        "shot_cost": desk.formats.money(cost),
        "held": one.held,
        "full": full,
        "weighed": weighed,
        "shape": [one.shape.nominal_ml, one.shape.full_g, one.shape.tare_g],
    }
