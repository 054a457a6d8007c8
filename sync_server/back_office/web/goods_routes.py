"""Goods: the list, and a sheet for each with everything that is known of it.

What may be typed and kept is `goods`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from fastapi import FastAPI
from sqlmodel import Session, col, select
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.documents import Fault
from sync_server.domain.recipes import Policy
from sync_server.domain.stock import from_milli

from ..catalogue import CatalogueReader
from ..goods import ALLERGENS, MONTHS, NUTRIENTS, keep_good
from ..goods_tables import (
    Bottle,
    GoodPack,
    Ingredient,
    IngredientGroup,
    IngredientLoss,
    MethodLoss,
    Substitute,
    Supplier,
    Unit,
)
from ..kitchen_cards import tell_contents
from ..names import LANGUAGES, alphabetical, every_name, name_in
from .desk import Choices
from .draft_routes import read_menu
from .frame import GOODS, render
from .plain_form import Sheet, field_of, first, sheet_of, told
from .words import Words
from .workplace import Call, Workplace

SPARE_ROWS = 2
FIELDS = 400


@dataclass(frozen=True, slots=True)
class GoodPages:
    """The pages of goods; `register` adds the routes.

    Goods belong to the whole house; what they contain goes to the dishes of its menu."""

    place: Workplace
    menu: CatalogueReader | None

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        app.add_api_route(GOODS.path, self._list, methods=["GET"])
        app.add_api_route(GOODS.path + "/{good_id}", self._show, methods=["GET"])
        app.add_api_route(GOODS.path + "/{good_id}", self._keep, methods=["POST"])

    async def _list(self, request: Request) -> Response:
        call, refused = self.place.call(request)
        if refused is not None:
            return refused
        query = request.query_params.get("q", "").strip()[:80]
        return await self.place.read(lambda session: _list_page(session, call, query))

    async def _show(self, request: Request, good_id: str) -> Response:
        call, refused = self.place.call(request)
        if refused is not None:
            return refused
        kept = request.query_params.get("kept", "")

        def show(session: Session) -> Response:
            if good_id == "new":
                return _page(session, call, "new", {})
            row = session.get(Ingredient, good_id)
            if row is None:
                return call.refuse("not_found", 404)
            sheet = sheet_for(session, row, call.words.language)
            return _page(session, call, good_id, sheet, kept=kept)

        return await self.place.read(show)

    async def _keep(self, request: Request, good_id: str) -> Response:
        call, refused = self.place.call(request)
        if refused is not None:
            return refused
        sheet = sheet_of(await request.form(max_fields=FIELDS))
        menu = await read_menu(self.menu)

        def keep(session: Session) -> Response:
            known = "" if good_id == "new" else good_id
            if known and session.get(Ingredient, known) is None:
                return call.refuse("not_found", 404)
            kept, faults = keep_good(session, known, sheet)
            if faults:
                return _page(session, call, good_id, sheet, faults, 422)
            if menu is not None and known:
                tell_contents(session, menu, kept, call.actor)
            untold = known and menu is None and self.menu is not None
            return RedirectResponse(
                f"{GOODS.path}/{kept}?kept={'untold' if untold else 'yes'}", 303
            )

        return await self.place.write(keep)


def sheet_for(session: Session, row: Ingredient, language: str) -> dict[str, list[str]]:
    """A good as its sheet shows it."""
    key, factor = row.ingredient_id, session.get_one(Unit, row.unit).factor

    def shown(value: Decimal) -> str:
        return f"{value.normalize():f}" if value else ""

    sheet = {
        **{f"name_{lang}": [getattr(row, f"name_{lang}")] for lang in LANGUAGES},
        "group": [row.group_id],
        "unit": [row.unit],
        "supplier": [row.supplier_id],
        "par": [shown(from_milli(row.par_milli) / factor)],
        "tax": [shown(Decimal(row.tax_bp) / 100)],
        "shelf_days": [str(row.shelf_days or "")],
        "barcodes": [row.barcodes],
        "allergens": row.allergens.split(),
        "facts_known": ["yes"] if row.facts_known else [],
    }
    sheet["semi_policy"] = [row.semi_policy]
    stand_ins = select(Substitute).where(Substitute.ingredient_id == key)
    others = session.exec(stand_ins.order_by(col(Substitute.position))).all()
    names = [session.get_one(Ingredient, one.substitute_id) for one in others]
    sheet["instead"] = [name_in(one, language) for one in names]
    sheet["instead_ratio"] = [shown(from_milli(one.ratio_milli)) for one in others]
    for name in NUTRIENTS:
        sheet[name] = [shown(from_milli(getattr(row, f"{name}_milli")))]
    packs = session.exec(select(GoodPack).where(GoodPack.ingredient_id == key)).all()
    sheet["pack_name"] = [one.name for one in packs]
    sheet["pack_qty"] = [shown(from_milli(one.base_milli) / factor) for one in packs]
    losses = select(IngredientLoss).where(IngredientLoss.ingredient_id == key)
    months = {one.month: one.cold_bp for one in session.exec(losses)}
    sheet["cold"] = [_percent(months.get(month)) for month in MONTHS]
    methods = session.exec(select(MethodLoss).where(MethodLoss.ingredient_id == key)).all()
    sheet["method"] = [one.method for one in methods]
    sheet["method_loss"] = [_percent(one.hot_bp) for one in methods]
    bottle = session.get(Bottle, key)
    for name in ("nominal_ml", "full_g", "tare_g"):
        sheet[name] = [str(getattr(bottle, name))] if bottle is not None else [""]
    return sheet


def _percent(bp: int | None) -> str:
    return "" if bp is None else f"{(Decimal(bp) / 100).normalize():f}"


def _rows(sheet: Sheet, *names: str) -> list[tuple[str, ...]]:
    """Rows of typed lines, with a few empty ones behind."""
    columns = [list(sheet.get(name, ())) for name in names]
    count = max(len(column) for column in columns)
    rows = [
        tuple(column[at] if at < len(column) else "" for column in columns) for at in range(count)
    ]
    return [*(row for row in rows if any(row)), *[("",) * len(names)] * SPARE_ROWS]


def _choices(session: Session, call: Call) -> dict[str, Choices]:
    groups = session.exec(select(IngredientGroup).order_by(col(IngredientGroup.position)))
    suppliers = session.exec(select(Supplier).order_by(col(Supplier.name)))
    return {
        "group": [(one.group_id, name_in(one, call.words.language)) for one in groups],
        "unit": [(one.code, call.words(f"unit_{one.code}")) for one in session.exec(select(Unit))],
        "semi_policy": [
            (one, call.words(f"policy_{one.replace('-', '_') or 'bought'}"))
            for one in ("", *Policy)
        ],
        "supplier": [("", "—"), *((one.supplier_id, one.name) for one in suppliers)],
    }


def _page(
    session: Session,
    call: Call,
    good_id: str,
    sheet: Sheet,
    faults: Sequence[Fault] = (),
    status: int = 200,
    kept: str = "",
) -> Response:
    words, choices = call.words, _choices(session, call)

    def field(name: str, kind: str = "text") -> object:
        return field_of(words, sheet, faults, name, kind, choices.get(name))

    own = first(sheet, f"name_{words.language}") or first(sheet, "name_en")
    title = words.new_good if good_id == "new" else own or first(sheet, "name_uk")
    held = sheet.get("allergens", ())
    content = render(
        "good.html",
        words=words,
        title=title,
        faults=told(words, faults),
        main=[
            field(one)
            for one in (
                "name_uk",
                "name_en",
                "name_pl",
                "group",
                "new_group",
                "unit",
            )
        ],
        buying=[
            field(one)
            for one in ("semi_policy", "supplier", "par", "tax", "shelf_days", "barcodes")
        ],
        nutrients=[field(one) for one in NUTRIENTS],
        facts_known=bool(sheet.get("facts_known")),
        allergens=[(one, words(f"allergen_{one}"), one in held) for one in ALLERGENS],
        packs=_rows(sheet, "pack_name", "pack_qty"),
        methods=_rows(sheet, "method", "method_loss"),
        instead=_rows(sheet, "instead", "instead_ratio"),
        goods=_good_names(session, words),
        card=f"/recipes/cards/semi/{good_id}" if first(sheet, "semi_policy") else "",
        months=list(zip(words.months.split(), _twelve(sheet), strict=True)),
        bottle=[field(one) for one in ("nominal_ml", "full_g", "tare_g")],
        path=GOODS.path,
        kept={"yes": words.kept, "untold": words.kept_untold}.get(kept, ""),
    )
    return call.page(session, GOODS, title, content, status=status)


def _good_names(session: Session, words: Words) -> list[str]:
    named = [name_in(one, words.language) for one in session.exec(select(Ingredient))]
    return sorted(named, key=alphabetical)


def _twelve(sheet: Sheet) -> list[str]:
    given = list(sheet.get("cold", ()))
    return [given[at] if at < len(given) else "" for at in range(len(MONTHS))]


def _list_page(session: Session, call: Call, query: str) -> Response:
    words, choices = call.words, _choices(session, call)
    groups, suppliers = dict(choices["group"]), dict(choices["supplier"])
    factors = {one.code: one.factor for one in session.exec(select(Unit))}
    rows = []
    for row in session.exec(select(Ingredient)):
        name = name_in(row, words.language)
        found = f"{' '.join(every_name(row))} {row.barcodes} {row.ingredient_id}".casefold()
        if query.casefold() not in found:
            continue
        par = from_milli(row.par_milli) / factors[row.unit]
        least = call.formats.quantity(par, row.unit) if row.par_milli else ""
        group = groups.get(row.group_id, row.group_id)
        supplier = suppliers.get(row.supplier_id, "") if row.supplier_id else ""
        unit = words(f"unit_{row.unit}")
        rows.append((row.ingredient_id, name, group, unit, supplier, least))
    rows.sort(key=lambda one: (alphabetical(one[2]), alphabetical(one[1])))
    content = render("goods.html", words=words, rows=rows, query=query, path=GOODS.path)
    return call.page(session, GOODS, words.goods_list, content)
