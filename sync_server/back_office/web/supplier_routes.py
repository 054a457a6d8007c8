"""Suppliers: the list, and a sheet for each with the least stock of what it brings.

What may be typed and kept is `goods.keep_supplier`; orders up to those levels are papers.
"""

from collections.abc import Sequence

from fastapi import FastAPI
from sqlmodel import Session, col, func, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.documents import Fault
from sync_server.domain.stock import from_milli
from sync_server.store.database import Database

from ..accounts import RIGHT_COSTING
from ..goods import keep_supplier
from ..goods_tables import Ingredient, Supplier, Unit
from ..names import alphabetical, name_in
from ..tables import Balance
from .frame import SUPPLIERS, render
from .plain_form import Sheet, field_of, first, sheet_of, told
from .settled import SiteSettings
from .workplace import Call, Workplace

NAMES = ("name", "tax_number", "phone", "address", "lead_days")
FIELDS = 4_000


class SupplierPages:
    """The pages of suppliers; `register` adds the routes."""

    def __init__(self, database: Database, settings: SiteSettings) -> None:
        """Suppliers belong to the whole house."""
        self._place = Workplace(database, settings, RIGHT_COSTING)

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(SUPPLIERS.path, self._list, methods=["GET"])
        app.add_api_route(SUPPLIERS.path + "/{supplier_id}", self._show, methods=["GET"])
        app.add_api_route(SUPPLIERS.path + "/{supplier_id}", self._keep, methods=["POST"])

    async def _list(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        return await self._place.read(lambda session: _list_page(session, call))

    async def _show(self, request: Request, supplier_id: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        kept = request.query_params.get("kept") == "yes"

        def show(session: Session) -> Response:
            row = session.get(Supplier, supplier_id)
            if row is None and supplier_id != "new":
                return call.refuse("not_found", 404)
            sheet = {name: [str(getattr(row, name))] for name in NAMES} if row is not None else {}
            return _page(session, call, supplier_id, sheet, kept=kept)

        return await self._place.read(show)

    async def _keep(self, request: Request, supplier_id: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        sheet = sheet_of(await request.form(max_fields=FIELDS))

        def keep(session: Session) -> Response:
            known = "" if supplier_id == "new" else supplier_id
            if known and session.get(Supplier, known) is None:
                return call.refuse("not_found", 404)
            kept, faults = keep_supplier(session, known, sheet)
            if faults:
                return _page(session, call, supplier_id, sheet, faults, 422)
            return RedirectResponse(f"{SUPPLIERS.path}/{kept}?kept=yes", 303)

        return await self._place.write(keep)


def _goods(session: Session, call: Call, supplier_id: str) -> list[dict[str, str]]:
    """What a supplier brings: what lies in all stores, and the least that should."""
    factors = {one.code: one.factor for one in session.exec(select(Unit))}
    total = select(Balance.ingredient_id, func.sum(Balance.qty_milli))
    held = dict(session.exec(total.group_by(col(Balance.ingredient_id))).all())
    rows = []
    for row in session.exec(select(Ingredient).where(Ingredient.supplier_id == supplier_id)):
        factor, qty = factors[row.unit], int(held.get(row.ingredient_id, 0))
        par = from_milli(row.par_milli) / factor
        rows.append(
            {
                "id": row.ingredient_id,
                "name": name_in(row, call.words.language),
                "unit": call.words(f"unit_{row.unit}"),
                "held": call.formats.quantity(from_milli(qty) / factor, row.unit),
                "tone": "bad" if qty < row.par_milli else "",
                "par": f"{par.normalize():f}" if row.par_milli else "",
            }
        )
    return sorted(rows, key=lambda one: alphabetical(one["name"]))


def _page(
    session: Session,
    call: Call,
    supplier_id: str,
    sheet: Sheet,
    faults: Sequence[Fault] = (),
    status: int = 200,
    kept: bool = False,
) -> Response:
    words = call.words
    title = words.new_supplier if supplier_id == "new" else first(sheet, "name")
    goods = [] if supplier_id == "new" else _goods(session, call, supplier_id)
    pars = dict(zip(sheet.get("good_id", ()), sheet.get("par", ()), strict=False))
    for good in goods:
        good["par"] = pars.get(good["id"], good["par"])
    content = render(
        "supplier.html",
        words=words,
        title=title,
        faults=told(words, faults),
        fields=[field_of(words, sheet, faults, name) for name in NAMES],
        goods=goods,
        path=SUPPLIERS.path,
        kept=kept,
    )
    return call.page(session, SUPPLIERS, title, content, status=status)


def _list_page(session: Session, call: Call) -> Response:
    counts = select(Ingredient.supplier_id, func.count()).group_by(col(Ingredient.supplier_id))
    goods = dict(session.exec(counts).all())
    rows = [
        (row.supplier_id, row.name, row.tax_number, row.phone, row.lead_days,
         goods.get(row.supplier_id, 0))
        for row in session.exec(select(Supplier).order_by(col(Supplier.name)))
    ]  # fmt: skip
    words = call.words
    content = render("suppliers.html", words=words, rows=rows, path=SUPPLIERS.path)
    return call.page(session, SUPPLIERS, words.suppliers, content)
