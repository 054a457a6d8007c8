"""The routes of recipe cards: a card with its cost, a new version, printed cards, what-if.

A version is never edited: a change is a new version with the day it begins. Registered by
`site`; what is shown is made in `recipe_view`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from fastapi import FastAPI
from sqlmodel import Session
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from sync_server.domain.menu import Catalogue
from sync_server.domain.recipes import Owner
from sync_server.domain.rejections import Refused

from ..accounts import RIGHT_APPROVE
from ..calculations import Calculation, Pricing, approve, approved, reckoned, whole
from ..cards import read_alternatives
from ..catalogue import CatalogueReader
from ..house_tables import CatalogueEdition
from ..kitchen_cards import NewCard, method_of, tell_kitchen
from ..names import Names, said_in
from ..recipes_book import Cookbook, OpenCard
from ..typed import decimal_of, minor_of
from .calculation_view import calculation_card, shown_columns
from .draft_routes import read_menu
from .frame import CARDS, WHAT_IF, render
from .printing import PrintForm, pdf_response
from .recipe_form import Begun, form_page, save_version, typed_of
from .recipe_view import (
    FIRST,
    address_of,
    allergens_text,
    choice_names,
    effects_grid,
    lines_grid,
    nutrients_text,
    substitutes,
    technology_card,
)
from .workplace import Call, Workplace

MARKUP_BP = 25_000
TAX_BP = 2_000
SHOWN = 6


@dataclass(frozen=True, slots=True)
class RecipePages:
    """Recipe cards on the site; `register` adds the routes.

    Costs are of the day in the house; the menu names its choices."""

    place: Workplace
    menu: CatalogueReader | None

    def register(self, app: FastAPI) -> None:
        """Add every route."""
        card = "/recipes/cards/{owner}/{owner_id}"
        app.add_api_route(card, self._show, methods=["GET"])
        app.add_api_route(card + "/new", self._edit, methods=["GET"])
        app.add_api_route(card + "/new", self._save, methods=["POST"])
        app.add_api_route(card + "/calculation", self._approve, methods=["POST"])
        app.add_api_route(card + "/kitchen", self._tell, methods=["POST"])
        app.add_api_route(card + "/{form}.pdf", self._print, methods=["GET"])
        app.add_api_route(WHAT_IF.path, self._what_if, methods=["GET"])

    async def _show(self, request: Request, owner: str, owner_id: str) -> Response:
        call, refused = self.place.call(request)
        if refused is not None:
            return refused
        day = request.query_params.get("day", "") or call.settings.today()
        edition = request.query_params.get("edition", "")
        choices = await self._choices()

        def show(session: Session) -> Response:
            book, opened = _opened(session, owner, owner_id, day, choices)
            if opened is None:
                card = book.blank(Owner(owner), owner_id) if owner in set(Owner) else None
                if card is None:
                    return call.refuse("not_found", 404)
                return RedirectResponse(f"{address_of(card)}/new", 303)
            told = _told(session, call, edition)
            return _card_page(session, call, book, opened, told, tells=self.menu is not None)

        return await self.place.read(show)

    async def _edit(self, request: Request, owner: str, owner_id: str) -> Response:
        call, refused = self.place.call(request)
        if refused is not None:
            return refused

        menu = await read_menu(self.menu)

        def edit(session: Session) -> Response:
            begun = _begun(session, owner, owner_id, call.settings.today(), menu)
            if begun is None:
                return call.refuse("not_found", 404)
            return form_page(session, call, begun, typed_of(call.desk(session), begun), ())

        return await self.place.read(edit)

    async def _save(self, request: Request, owner: str, owner_id: str) -> Response:
        call, refused = self.place.call(request)
        if refused is not None:
            return refused
        form = await request.form(max_fields=4_000)
        menu = await read_menu(self.menu)

        def save(session: Session) -> Response:
            begun = _begun(session, owner, owner_id, call.settings.today(), menu)
            if begun is None:
                return call.refuse("not_found", 404)
            reads = self.menu is not None
            return save_version(session, call, begun, form, menu, reads_menu=reads)

        return await self.place.write(save)

    async def _print(self, request: Request, owner: str, owner_id: str, form: str) -> Response:
        call, refused = self.place.call(request)
        if refused is not None:
            return refused
        params = request.query_params
        today, choices = call.settings.today(), await self._choices()

        def make(session: Session) -> PrintForm | None:
            day = params.get("day", "") or today
            book, opened = _opened(session, owner, owner_id, day, choices)
            if opened is None or form not in ("calculation", "technology"):
                return None
            if form == "technology":
                return technology_card(book, opened, call.words, call.formats)
            known = approved(session, opened.card.owner, owner_id)
            pricing = _pricing(today, params, known)
            columns = shown_columns(known, reckoned(book, opened, pricing))
            return calculation_card(book, opened.card, columns, call.words, call.formats)

        found = await self.place.read(make)
        return await pdf_response(found) if found is not None else call.refuse("not_found", 404)

    async def _approve(self, request: Request, owner: str, owner_id: str) -> Response:
        """Keep the calculation of now as the card's next one, if it says anything new."""
        call, refused = self.place.call(request)
        if refused is not None:
            return refused
        if RIGHT_APPROVE not in call.visitor.rights:
            return call.refuse("not_yours", 403)
        form = {key: str(value) for key, value in (await request.form()).items()}
        today, choices = call.settings.today(), await self._choices()

        def keep(session: Session) -> Response:
            book, opened = _opened(session, owner, owner_id, form.get("day") or today, choices)
            if opened is None:
                return call.refuse("not_found", 404)
            card = opened.card
            pricing = _pricing(today, form, approved(session, card.owner, owner_id))
            approve(session, card.owner, owner_id, reckoned(book, opened, pricing), call.actor)
            return RedirectResponse(address_of(card), 303)

        return await self.place.write(keep)

    async def _tell(self, request: Request, owner: str, owner_id: str) -> Response:
        """Tell the kitchen of a version once more: the menu could not be read when that was saved,
        or when a table brought it."""
        call, refused = self.place.call(request)
        if refused is not None:
            return refused
        day = str((await request.form()).get("day", ""))
        menu = await read_menu(self.menu)

        def tell(session: Session) -> Response:
            _, opened = _opened(session, owner, owner_id, day or call.settings.today(), {})
            if opened is None:
                return call.refuse("not_found", 404)
            told = "unread"
            if menu is not None:
                written = opened.technology
                said = _made_as(menu, owner, owner_id, written) if written else None
                card = NewCard(opened.sheet.recipe, said)
                made = tell_kitchen(session, menu, [card], call.actor)
                told = str(made[-1].number) if made else "same"
            address = address_of(opened.card)
            return RedirectResponse(f"{address}?day={day}&edition={told}", 303)

        return await self.place.write(tell)

    async def _what_if(self, request: Request) -> Response:
        call, refused = self.place.call(request)
        if refused is not None:
            return refused
        params = request.query_params
        price = decimal_of(params.get("price", ""))
        return await self.place.read(
            lambda session: _what_if_page(session, call, params.get("good", ""), price)
        )

    async def _choices(self) -> Mapping[str, Names]:
        return choice_names(await read_menu(self.menu))


def _pricing(today: str, asked: Mapping[str, str], known: Sequence[Calculation]) -> Pricing:
    """What was asked for; else as the last calculation had it."""
    last = known[-1].pricing if known else Pricing(today, MARKUP_BP, TAX_BP)
    return Pricing(
        today,
        _percent(asked.get("markup"), last.markup_bp),
        _percent(asked.get("vat"), last.tax_bp),
    )


def _percent(text: str | None, otherwise: int) -> int:
    value = decimal_of(text or "")
    return int(value * 100) if value is not None and 0 <= value <= 10_000 else otherwise


def _typed(basis_points: int) -> str:
    """A rate as it is typed into a field."""
    return f"{(Decimal(basis_points) / 100).normalize():f}"


def _begun(
    session: Session, owner: str, owner_id: str, day: str, menu: Catalogue | None
) -> Begun | None:
    """The card to go on from, or an empty one for what has none yet."""
    book, opened = _opened(session, owner, owner_id, day, choice_names(menu))
    written = opened.technology if opened is not None else {}
    said = _made_as(menu, owner, owner_id, written)
    if opened is not None:
        return Begun.of(opened, said)
    card = book.blank(Owner(owner), owner_id) if owner in set(Owner) else None
    return Begun.blank(card, said) if card is not None else None


def _made_as(
    menu: Catalogue | None, owner: str, owner_id: str, written: Mapping[str, str]
) -> Mapping[str, str]:
    """How it is made; of dishes the menu says so, too."""
    return method_of(menu if owner == Owner.ITEM else None, owner_id, written)


def _told(session: Session, call: Call, edition: str) -> str:
    """What the kitchen gets of the card that was just saved: from when, or nothing new, or nothing
    because the menu could not be read."""
    if edition in ("same", "unread"):
        return call.words(f"kitchen_{edition}")
    found = session.get(CatalogueEdition, int(edition[:9])) if edition.isdecimal() else None
    if found is None:
        return ""
    return call.words("kitchen_told", number=found.number, time=call.formats.moment(found.at_ms))


def _opened(
    session: Session, owner: str, owner_id: str, day: str, choices: Mapping[str, Names]
) -> tuple[Cookbook, OpenCard | None]:
    book = Cookbook(session, day, choices)
    if owner not in set(Owner):
        return book, None
    found = book.open(Owner(owner), owner_id)
    return book, None if isinstance(found, Refused) else found


def _card_page(
    session: Session, call: Call, book: Cookbook, opened: OpenCard, told: str, *, tells: bool
) -> Response:
    words, formats, card = call.words, call.formats, opened.card
    foods = sorted(book.names_of(good)[words.language] for good in opened.meal.unknown)
    cost = whole(opened.sheet.unit_cost * card.factor)
    address = address_of(card)
    known = approved(session, card.owner, card.owner_id)
    pricing = _pricing(call.settings.today(), {}, known)
    now = reckoned(book, opened, pricing)
    content = render(
        "card.html",
        words=words,
        title=card.names[words.language],
        kind=words(f"kind_{card.owner.value}"),
        grid=lines_grid(book, opened, words, formats),
        cost=formats.money(cost),
        output=formats.portions(int(opened.sheet.recipe.output * 1000 / card.factor)),
        unit="" if card.owner is Owner.ITEM else words(f"unit_{card.unit or 'pcs'}"),
        output_label=words.output_portions if card.owner is Owner.ITEM else words.output,
        price=formats.money(card.price_minor),
        allergens=allergens_text(opened.meal, words),
        nutrients=nutrients_text(opened.meal, words, formats),
        missing=words("facts_missing", goods=", ".join(foods)) if foods else "",
        told=told,
        tells=tells,
        warning=words.yield_differs if opened.sheet.yield_differs else "",
        technology=said_in(opened.technology, words.language),
        versions=[
            (since, f"{address}?day={since}", words.from_the_start if since == FIRST else shown)
            for since in opened.versions
            for shown in [formats.day(since)]
        ],
        current=opened.sheet.recipe.valid_from,
        address=address,
        day=opened.sheet.recipe.valid_from,
        dish=card.owner is Owner.ITEM,
        markup=_typed(pricing.markup_bp),
        vat=_typed(pricing.tax_bp),
        calculations=[
            (one.number, formats.day(one.pricing.day), formats.money(one.price_minor))
            for one in reversed(known[-SHOWN:])
        ],
        reckoned=formats.money(now.price_minor),
        fresh=not known or not known[-1].says(now),
        approves=RIGHT_APPROVE in call.visitor.rights,
        instead=substitutes(book, read_alternatives(session), opened, words),
    )
    return call.page(session, CARDS, card.names[words.language], content)


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
