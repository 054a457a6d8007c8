"""The form of a recipe card's new version, and of the first card of what has none yet.

It begins with the card in force, so a version is typed as the difference; with a fault it comes
back as typed. Figures are in the unit that people read a good in; what a prepared good makes too.
Neighbours: `recipe_routes` (its routes), `recipe_view` (how a card looks).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from markupsafe import escape
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from sync_server.domain.documents import Fault, State
from sync_server.domain.menu import Catalogue
from sync_server.domain.recipes import Component, Losses, Owner, Recipe
from sync_server.domain.stock import ZERO, IngredientId, exact

from ..cards import add_version
from ..goods import method_losses
from ..kitchen_cards import NewCard, tell_kitchen
from ..names import LANGUAGES
from ..recipes_book import Card, OpenCard
from ..typed import decimal_of
from .desk import Desk
from .frame import CARDS, render
from .paper_form import Good
from .paper_view import Button, HeadField, LineColumn, LineRow, PaperView, fault_text
from .recipe_view import address_of
from .words import LANGUAGE_NAMES
from .workplace import Call

EDITED = ("good", "qty", "cold", "hot", "counts")
TEXT_LENGTH = 8_000
YES, NO = "yes", "no"


@dataclass(frozen=True, slots=True)
class Begun:
    """What the form begins with: the card, how much it makes (base units), lines, technology."""

    card: Card
    output: Decimal
    components: Sequence[Component]
    technology: Mapping[str, str]

    @staticmethod
    def of(opened: OpenCard, technology: Mapping[str, str]) -> "Begun":
        """The card in force, made as `technology` says by language."""
        recipe = opened.sheet.recipe
        return Begun(opened.card, recipe.output, recipe.components, technology)

    @staticmethod
    def blank(card: Card, said: Mapping[str, str]) -> "Begun":
        """The first card of a dish, a prepared good (of one unit of it) or a choice."""
        return Begun(card, Decimal(card.factor), (), said)


def typed_of(desk: Desk, begun: Begun) -> Sequence[Mapping[str, str]]:
    """The lines of a card as they would be typed."""
    goods = {good.good_id: good for good in desk.goods}
    typed = []
    for component in begun.components:
        good = goods.get(component.ingredient_id)
        amount = component.gross(0) if component.weighed_net else Fraction(component.amount)
        factor = good.factor if good else 1
        typed.append(
            {
                "good": good.name if good else component.ingredient_id,
                "qty": f"{exact(amount / factor).normalize():f}",
                "cold": f"{Decimal(component.losses.cold_bp) / 100:f}",
                "hot": f"{Decimal(component.losses.hot_bp) / 100:f}",
                "counts": YES if component.counts_in_yield else NO,
            }
        )
    return typed


def save_version(
    session: Session,
    call: Call,
    begun: Begun,
    form: FormData,
    menu: Catalogue | None,
    *,
    reads_menu: bool,
) -> Response:
    """A new version as typed, and the edition that brings it to the kitchen; with any fault the
    form again, and nothing kept. `reads_menu`: there is a menu to be read, so a missing one is one
    that cannot be read now."""
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
        components.append(typed_component(number, line, good, faults))
    if not components:
        faults.append(Fault("no_lines"))
    day = str(form.get("valid_from", ""))
    texts = {language: _text(form, f"technology_{language}") for language in LANGUAGES}
    technology = {language: text for language, text in texts.items() if text.strip()}
    output = decimal_of(str(form.get("output", "")))
    if output is None or output <= 0:
        faults.append(Fault("recipe_output", place="output"))
    if len(day) != 10:
        faults.append(Fault("bad_day", place="valid_from"))
    if not faults and output is not None:
        card = begun.card
        made = exact(output * card.factor)
        recipe = Recipe(card.owner, card.owner_id, day, made, tuple(components))
        faults = add_version(session, recipe, technology, call.visitor.login, call.actor.at_ms)
    if faults:
        return form_page(session, call, begun, typed, faults, form, 422)
    told = "unread" if reads_menu else "none"
    if menu is not None:
        told = "same"
        said = technology if technology or begun.technology else None
        for edition in tell_kitchen(session, menu, [NewCard(recipe, said)], call.actor):
            told = str(edition.number)
    return RedirectResponse(f"{address_of(begun.card)}?day={day}&edition={told}", 303)


def _text(form: FormData, name: str) -> str:
    """Lines as a person typed them, without what a browser puts at their ends."""
    return "\n".join(str(form.get(name, ""))[:TEXT_LENGTH].splitlines())


def typed_component(
    number: int, line: Mapping[str, str], good: Good | None, faults: list[Fault]
) -> Component:
    """A line of a card as typed; what cannot be read becomes a fault with its line and field."""

    def figure(name: str) -> Decimal:
        value = decimal_of(line[name]) if line[name].strip() else Decimal(0)
        if value is None:
            faults.append(Fault("bad_number", number, name, {"text": line[name]}))
        return value or Decimal(0)

    if good is None:
        faults.append(Fault("unknown_good", number, "good", {"good": line["good"]}))
    measured = good.measure(line["qty"]) if good else None
    if good and (unit := good.foreign_unit(line["qty"])):
        faults.append(Fault("unit_does_not_convert", number, "qty", {"unit": unit}))
        amount = ZERO
    elif measured is not None and (count := decimal_of(measured[0])) is not None:
        amount = exact(count * measured[1])
    else:
        amount = exact(figure("qty") * (good.factor if good else 1))
    losses = Losses(int(figure("cold") * 100), int(figure("hot") * 100))
    part = IngredientId(good.good_id if good else line["good"])
    return Component(part, amount, losses, counts_in_yield=line["counts"] != NO)


def form_page(
    session: Session,
    call: Call,
    begun: Begun,
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
        "output": f"{exact(begun.output / begun.card.factor).normalize():f}",
    } | {f"technology_{lang}": begun.technology.get(lang, "") for lang in LANGUAGES}
    kept |= {name: str(value) for name, value in (form.items() if form else ())}
    unit = (
        words.portions
        if begun.card.owner is Owner.ITEM
        else words(f"unit_{begun.card.unit or 'pcs'}")
    )
    fields = [
        HeadField(name, label, kept[name], kind, None, "fault" if name in wrong.get(0, ()) else "")
        for name, label, kind in (
            ("valid_from", words.field_valid_from, "date"),
            ("output", f"{words.field_output}, {unit}", "text"),
        )
    ]
    columns = [
        LineColumn("good", words.field_good, "text"),
        LineColumn("unit", words.field_unit, "text", shown=True),
        LineColumn("qty", words.gross, "quantity"),
        LineColumn("cold", words.field_cold, "percent"),
        LineColumn("hot", words.field_hot, "percent"),
        LineColumn(
            "counts", words.counts_in_yield, "text", choices=[(YES, words.yes), (NO, words.no)]
        ),
    ]
    rows = [
        LineRow(dict(line), {}, frozenset(wrong.get(number, set())))
        for number, line in enumerate(typed, start=1)
    ]
    told = words.new_version if begun.components else words.first_card
    texts = "".join(
        f"<label>{escape(words.technology)} · {escape(LANGUAGE_NAMES[lang])}"
        f'<textarea name="technology_{lang}" rows="6" lang="{lang}">'
        f"{escape(kept[f'technology_{lang}'])}</textarea></label>"
        for lang in sorted(LANGUAGES, key=lambda one: one != words.language)
    )
    view = PaperView(
        f"{begun.card.names[words.language]} · {told}",
        f"{address_of(begun.card)}/new",
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
        extra=f'<div class="form texts">{texts}</div>',
    )
    content = render("paper.html", words=words, view=view)
    return call.page(session, CARDS, view.title, content, status=status, scripts=("papers.js",))
