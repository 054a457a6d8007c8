"""The routes of recipe cards: a card with its cost, a new version, printed cards, what-if.

A version is never edited: a change is a new version with the day it begins. Registered by
`site`; what is shown is made in `recipe_view`.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

from fastapi import FastAPI
from markupsafe import escape
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.documents import Fault, State
from sync_server.domain.recipes import Component, Losses, Owner, Recipe
from sync_server.domain.rejections import Refused
from sync_server.domain.stock import IngredientId, exact
from sync_server.store.database import Database

from ..accounts import RIGHT_COSTING
from ..cards import add_version
from ..goods import method_losses
from ..recipes_book import Cookbook, OpenCard
from ..typed import decimal_of, minor_of
from .frame import CARDS, WHAT_IF, render
from .paper_form import Good
from .paper_view import Button, Desk, HeadField, LineColumn, LineRow, PaperView, fault_text
from .printing import PrintForm, pdf_response
from .recipe_view import (
    Pricing,
    address_of,
    calculation_card,
    effects_grid,
    lines_grid,
    nutrients_text,
    technology_card,
    whole,
)
from .settled import SiteSettings
from .workplace import Call, Workplace

EDITED = ("good", "qty", "cold", "hot")
TEXT_LENGTH = 8_000
MARKUP_BP = 25_000
TAX_BP = 2_000


class RecipePages:
    """Recipe cards on the site; `register` adds the routes."""

    def __init__(self, database: Database, settings: SiteSettings) -> None:
        """Costs are of the day in the house."""
        self._place = Workplace(database, settings, RIGHT_COSTING)

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        card = "/recipes/cards/{owner}/{owner_id}"
        app.add_api_route(card, self._show, methods=["GET"])
        app.add_api_route(card + "/new", self._edit, methods=["GET"])
        app.add_api_route(card + "/new", self._save, methods=["POST"])
        app.add_api_route(card + "/{form}.pdf", self._print, methods=["GET"])
        app.add_api_route(WHAT_IF.path, self._what_if, methods=["GET"])

    async def _show(self, request: Request, owner: str, owner_id: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        day = request.query_params.get("day", "") or call.settings.today()

        def show(session: Session) -> Response:
            book, opened = _opened(session, owner, owner_id, day)
            if opened is None:
                return call.refuse("not_found", 404)
            return _card_page(session, call, book, opened)

        return await self._place.read(show)

    async def _edit(self, request: Request, owner: str, owner_id: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused

        def edit(session: Session) -> Response:
            _, opened = _opened(session, owner, owner_id, call.settings.today())
            if opened is None:
                return call.refuse("not_found", 404)
            return _form_page(session, call, opened, _typed_of(call.desk(session), opened), ())

        return await self._place.read(edit)

    async def _save(self, request: Request, owner: str, owner_id: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        form = await request.form(max_fields=4_000)

        def save(session: Session) -> Response:
            _, opened = _opened(session, owner, owner_id, call.settings.today())
            if opened is None:
                return call.refuse("not_found", 404)
            return _save(session, call, opened, form)

        return await self._place.write(save)

    async def _print(self, request: Request, owner: str, owner_id: str, form: str) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        params = request.query_params
        today = call.settings.today()

        def make(session: Session) -> PrintForm | None:
            book, opened = _opened(session, owner, owner_id, params.get("day", "") or today)
            if opened is None or form not in ("calculation", "technology"):
                return None
            if form == "technology":
                return technology_card(book, opened, call.words, call.formats)
            pricing = Pricing(
                today,
                _percent(params.get("markup"), MARKUP_BP),
                _percent(params.get("vat"), TAX_BP),
            )
            return calculation_card(book, opened, call.words, call.formats, pricing)

        found = await self._place.read(make)
        return await pdf_response(found) if found is not None else call.refuse("not_found", 404)

    async def _what_if(self, request: Request) -> Response:
        call, refused = self._place.call(request)
        if refused is not None:
            return refused
        params = request.query_params
        price = decimal_of(params.get("price", ""))
        return await self._place.read(
            lambda session: _what_if_page(session, call, params.get("good", ""), price)
        )


def _percent(text: str | None, otherwise: int) -> int:
    value = decimal_of(text or "")
    return int(value * 100) if value is not None and 0 <= value <= 10_000 else otherwise


def _opened(
    session: Session, owner: str, owner_id: str, day: str
) -> tuple[Cookbook, OpenCard | None]:
    book = Cookbook(session, day)
    if owner not in set(Owner):
        return book, None
    found = book.open(Owner(owner), owner_id)
    return book, None if isinstance(found, Refused) else found


def _card_page(session: Session, call: Call, book: Cookbook, opened: OpenCard) -> Response:
    words, formats, card = call.words, call.formats, opened.card
    foods = sorted(book.names_of(good)[words.language] for good in opened.meal.unknown)
    cost = whole(opened.sheet.unit_cost * card.factor)
    address = address_of(card)
    content = render(
        "card.html",
        words=words,
        title=card.names[words.language],
        kind=words(f"kind_{card.owner.value}"),
        grid=lines_grid(book, opened, words, formats),
        cost=formats.money(cost),
        output=formats.portions(int(opened.sheet.recipe.output * 1000)),
        unit=words.portions if card.owner is Owner.ITEM else words(f"unit_{_base(card.unit)}"),
        price=formats.money(card.price_minor),
        allergens=", ".join(sorted(opened.meal.allergens)) or words.no_allergens,
        nutrients=nutrients_text(opened.meal, words, formats) if opened.meal.energy_milli else "—",
        missing=words("facts_missing", goods=", ".join(foods)) if foods else "",
        warning=words.yield_differs if opened.sheet.yield_differs else "",
        technology=opened.technology,
        versions=[(day, f"{address}?day={day}") for day in opened.versions],
        current=opened.sheet.recipe.valid_from,
        address=address,
    )
    return call.page(session, CARDS, card.names[words.language], content)


def _base(unit: str) -> str:
    return {"kg": "g", "l": "ml"}.get(unit, unit or "pcs")


def _typed_of(desk: Desk, opened: OpenCard) -> Sequence[Mapping[str, str]]:
    goods = {good.good_id: good for good in desk.goods}
    typed = []
    for component in opened.sheet.recipe.components:
        good = goods.get(component.ingredient_id)
        amount = component.gross(0) if component.weighed_net else Fraction(component.amount)
        factor = good.factor if good else 1
        typed.append(
            {
                "good": good.name if good else component.ingredient_id,
                "qty": f"{exact(amount / factor).normalize():f}",
                "cold": f"{Decimal(component.losses.cold_bp) / 100:f}",
                "hot": f"{Decimal(component.losses.hot_bp) / 100:f}",
            }
        )
    return typed


def _save(session: Session, call: Call, opened: OpenCard, form: FormData) -> Response:
    desk = call.desk(session)
    faults: list[Fault] = []
    typed = [
        dict(zip(EDITED, values, strict=True))
        for values in zip(*([str(v) for v in form.getlist(name)] for name in EDITED), strict=False)
    ]
    typed = [line for line in typed if line["good"].strip() or line["qty"].strip()]
    goods = {good.name.casefold(): good for good in desk.goods}
    goods |= {good.good_id: good for good in desk.goods}
    components, methods = [], method_losses(session)
    for number, line in enumerate(typed, start=1):
        good = goods.get(line["good"].casefold())
        ways = (good.good_id if good else "", line["hot"].strip().casefold())
        if ways in methods:
            line = {**line, "hot": f"{Decimal(methods[ways]) / 100:f}"}
        components.append(_component(number, line, good, faults))
    day, technology = str(form.get("valid_from", "")), str(form.get("technology", ""))
    output = decimal_of(str(form.get("output", "")))
    if output is None or output <= 0:
        faults.append(Fault("recipe_output", place="output"))
    if len(day) != 10:
        faults.append(Fault("bad_day", place="valid_from"))
    if not faults and output is not None:
        recipe = Recipe(
            opened.card.owner, opened.card.owner_id, day, exact(output), tuple(components)
        )
        faults = add_version(
            session, recipe, technology[:TEXT_LENGTH], call.visitor.login, call.actor.at_ms
        )
    if faults:
        return _form_page(session, call, opened, typed, faults, form, 422)
    return RedirectResponse(f"{address_of(opened.card)}?day={day}", 303)


def _component(
    number: int, line: Mapping[str, str], good: Good | None, faults: list[Fault]
) -> Component:
    def figure(name: str) -> Decimal:
        value = decimal_of(line[name]) if line[name].strip() else Decimal(0)
        if value is None:
            faults.append(Fault("bad_number", number, name, {"text": line[name]}))
        return value or Decimal(0)

    if good is None:
        faults.append(Fault("unknown_good", number, "good", {"good": line["good"]}))
    amount = exact(figure("qty") * (good.factor if good else 1))
    losses = Losses(int(figure("cold") * 100), int(figure("hot") * 100))
    return Component(IngredientId(good.good_id if good else line["good"]), amount, losses)


def _form_page(
    session: Session,
    call: Call,
    opened: OpenCard,
    typed: Sequence[Mapping[str, str]],
    faults: Sequence[Fault],
    form: FormData | None = None,
    status: int = 200,
) -> Response:
    """The form of a new version, filled with the one in force or with what was typed."""
    words, desk = call.words, call.desk(session)
    wrong: dict[int, set[str]] = {}
    for fault in faults:
        wrong.setdefault(fault.line, set()).add(fault.place)
    kept = {
        "valid_from": call.settings.today(),
        "output": f"{opened.sheet.recipe.output.normalize():f}",
        "technology": opened.technology,
    } | {name: str(value) for name, value in (form.items() if form else ())}
    fields = [
        HeadField(name, words(f"field_{name}"), kept[name], kind, None,
                  "fault" if name in wrong.get(0, ()) else "")
        for name, kind in (("valid_from", "date"), ("output", "text"))
    ]  # fmt: skip
    columns = [
        LineColumn("good", words.field_good, "text"),
        LineColumn("unit", words.field_unit, "text", shown=True),
        LineColumn("qty", words.gross, "quantity"),
        LineColumn("cold", words.field_cold, "percent"),
        LineColumn("hot", words.field_hot, "percent"),
    ]
    rows = [
        LineRow(dict(line), {}, frozenset(wrong.get(number, set())))
        for number, line in enumerate(typed, start=1)
    ]
    label = escape(words.technology)
    text = escape(kept["technology"])
    view = PaperView(
        f"{opened.card.names[words.language]} · {words.new_version}",
        f"{address_of(opened.card)}/new",
        State.DRAFT.value,
        0,
        fields,
        columns,
        rows or [LineRow()],
        LineRow(),
        [Button(words.save, "post", main=True, hint="Ctrl+Enter")],
        desk.goods,
        desk.goods_json(),
        [fault_text(words, fault) for fault in faults],
        extra=f'<div class="form"><label>{label}'
        f'<textarea name="technology" rows="6">{text}</textarea></label></div>',
    )
    content = render("paper.html", words=words, view=view)
    return call.page(session, CARDS, view.title, content, status=status, scripts=("papers.js",))


def _what_if_page(session: Session, call: Call, good: str, price: Decimal | None) -> Response:
    desk, words = call.desk(session), call.words
    book = Cookbook(session, call.settings.today())
    chosen = next((one for one in desk.goods if one.good_id == good), None)
    grid = None
    if chosen is not None and price is not None and price >= 0:
        unit = Fraction(minor_of(price), chosen.factor)
        grid = effects_grid(book.effects(chosen.good_id, unit), words, call.formats)
    content = render(
        "what_if.html", words=words, goods=desk.goods, chosen=good, price=price, grid=grid
    )
    return call.page(session, WHAT_IF, words.what_if, content)
