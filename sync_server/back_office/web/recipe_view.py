"""Recipe cards as their pages and printed forms show them; plain values only."""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from sync_server.domain.card_sheet import Effect, Meal, SheetLine
from sync_server.domain.costing import food_cost_bp, markup_bp
from sync_server.domain.menu import Catalogue
from sync_server.domain.money import divide_half_up
from sync_server.domain.recipes import Alternative, Owner
from sync_server.domain.stock import exact

from ..calculations import weight_of, whole
from ..names import LANGUAGES, Names, alphabetical, said_in
from ..recipes_book import Card, Cookbook, OpenCard
from .formats import Formats
from .grid import Cell, Cells, Grid, Head, Kind, Row, RowKind
from .printing import PrintColumn, PrintForm
from .words import Words

LIST: tuple[tuple[str, Kind], ...] = (
    ("dish", Kind.TEXT),
    ("kind", Kind.TEXT),
    ("group", Kind.TEXT),
    ("in_force_since", Kind.TEXT),
    ("cost_now", Kind.MONEY),
    ("average_price", Kind.MONEY),
    ("cost_percent", Kind.PERCENT),
    ("markup", Kind.PERCENT),
)
LINES: tuple[tuple[str, Kind], ...] = (
    ("ingredient", Kind.TEXT),
    ("unit", Kind.TEXT),
    ("gross", Kind.QUANTITY),
    ("cold_loss", Kind.PERCENT),
    ("net", Kind.QUANTITY),
    ("hot_loss", Kind.PERCENT),
    ("yield_of", Kind.QUANTITY),
    ("unit_price", Kind.MONEY),
    ("value", Kind.MONEY),
)
EFFECTS: tuple[tuple[str, Kind], ...] = (
    ("dish", Kind.TEXT),
    ("kind", Kind.TEXT),
    ("now", Kind.MONEY),
    ("then", Kind.MONEY),
    ("change_percent", Kind.PERCENT),
    ("average_price", Kind.MONEY),
    ("cost_percent", Kind.PERCENT),
)
FIRST = "2000-01-01"


def address_of(card: Card) -> str:
    """The page of a card."""
    return f"/recipes/cards/{card.owner.value}/{card.owner_id}"


def choice_names(menu: Catalogue | None) -> dict[str, Names]:
    """The menu's choices by id, each behind the name of its group."""
    found = {}
    for group in menu.groups.values() if menu is not None else ():
        for one in group.modifiers:
            named = [
                f"{group.names.get(lang, '')}: {one.names.get(lang, one.modifier_id)}"
                for lang in LANGUAGES
            ]
            found[one.modifier_id] = Names(*named)
    return found


def allergens_text(meal: Meal, words: Words) -> str:
    """The allergens of a dish in words."""
    named = [words.get(f"allergen_{one}", one) for one in sorted(meal.allergens)]
    return ", ".join(named).capitalize() or words.no_allergens


def substitutes(
    book: Cookbook,
    known: Mapping[str, Sequence[Alternative]],
    opened: OpenCard,
    words: Words,
) -> list[str]:
    """What may stand in for a card's goods when they run short, so much for one."""
    said = []
    for line in opened.sheet.lines:
        for other in known.get(line.ingredient_id, ()):
            good = book.names_of(line.ingredient_id)[words.language]
            instead = book.names_of(other.ingredient_id)[words.language]
            share = f"{exact(other.ratio).normalize():f}"
            said.append(f"{good} → {instead} × {share}")
    return said


def cards_grid(cards: Sequence[Card], words: Words, formats: Formats) -> Grid:
    """All cards: dishes first, each with what it costs and what it sells for."""
    cells, language = Cells(formats), words.language
    order = list(Owner)
    rows = []
    for card in sorted(
        cards, key=lambda one: (order.index(one.owner), alphabetical(one.names[language]))
    ):
        shown = whole(card.cost * card.factor) if card.cost is not None else None
        cost = whole(card.cost) if card.cost is not None else 0
        price = card.price_minor
        rows.append(
            Row(
                RowKind.LINE,
                f"{card.owner.value}/{card.owner_id}",
                (
                    Cells.opening(cells.text(card.names[language]), address_of(card)),
                    cells.text(words(f"kind_{card.owner.value}")),
                    cells.text(card.group[language]),
                    cells.text(_since(card, words, formats)),
                    cells.money(shown),
                    cells.money(price),
                    cells.percent(food_cost_bp(cost, price) if price else None),
                    cells.percent(markup_bp(price, cost) if price and cost else None),
                ),
            )
        )
    heads = tuple(Head(words(key), kind) for key, kind in LIST)
    return Grid(words.cards, "", heads, tuple(rows))


def _since(card: Card, words: Words, formats: Formats) -> str:
    if not card.valid_from:
        return words.no_card
    return "—" if card.valid_from == FIRST else formats.day(card.valid_from)


def lines_grid(book: Cookbook, opened: OpenCard, words: Words, formats: Formats) -> Grid:
    """The lines of a card from gross to yield, with the cost of each."""
    cells = Cells(formats)
    rows = [_line_row(book, line, words, cells) for line in opened.sheet.lines]
    nothing = cells.nothing(Kind.PERCENT)
    weighed = weight_of(book, opened.sheet)
    rows.append(
        Row(
            RowKind.TOTAL,
            "total",
            (
                cells.text(words.total),
                *[cells.text("")] * 1,
                *[nothing] * 4,
                _amount(cells, weighed / 1000, "kg"),
                nothing,
                cells.money(whole(opened.sheet.cost)),
            ),
        )
    )
    heads = tuple(Head(words(key), kind) for key, kind in LINES)
    return Grid(opened.card.names[words.language], "", heads, tuple(rows))


def _line_row(book: Cookbook, line: SheetLine, words: Words, cells: Cells) -> Row:
    inner = book.card(Owner.SEMI, line.ingredient_id)
    name = cells.text(book.names_of(line.ingredient_id)[words.language])
    unit, factor = book.unit_of(line.ingredient_id)
    return Row(
        RowKind.LINE,
        line.ingredient_id,
        (
            Cells.opening(name, address_of(inner)) if inner is not None else name,
            cells.text(words(f"unit_{unit}") if unit else ""),
            _amount(cells, line.gross / factor, unit),
            cells.percent(line.cold_bp),
            _amount(cells, line.net / factor, unit),
            cells.percent(line.hot_bp),
            _amount(cells, line.ready / factor, unit),
            cells.money(whole(line.unit_cost * factor)),
            cells.money(whole(line.cost)),
        ),
    )


def _amount(cells: Cells, amount: Fraction, unit: str) -> Cell:
    return cells.quantity(exact(amount), unit)


def effects_grid(effects: Sequence[tuple[Effect, Card]], words: Words, formats: Formats) -> Grid:
    """What a price changes: every card it touches, before and after."""
    cells = Cells(formats)
    rows = []
    for effect, card in effects:
        before, after = effect.before * card.factor, effect.after * card.factor
        change = (after - before) * 10_000 / before if before else None
        price = card.price_minor
        rows.append(
            Row(
                RowKind.LINE,
                f"{card.owner.value}/{card.owner_id}",
                (
                    Cells.opening(cells.text(card.names[words.language]), address_of(card)),
                    cells.text(words(f"kind_{card.owner.value}")),
                    cells.money(whole(before)),
                    cells.money(whole(after)),
                    cells.percent(whole(change) if change is not None else None, limit=0),
                    cells.money(price),
                    cells.percent(food_cost_bp(whole(effect.after), price) if price else None),
                ),
            )
        )
    heads = tuple(Head(words(key), kind) for key, kind in EFFECTS)
    return Grid(words.what_if, "", heads, tuple(rows))


def nutrients_text(meal: Meal, words: Words, formats: Formats) -> str:
    """The nutrients of a portion in words; a dash where nothing is known of any."""
    if not meal.energy_milli:
        return "—"

    def figure(milli: Fraction) -> str:
        return formats.portions(divide_half_up(milli.numerator, milli.denominator * 100) * 100)

    return words(
        "nutrients_text",
        energy=figure(meal.energy_milli),
        protein=figure(meal.protein_milli),
        fat=figure(meal.fat_milli),
        carbohydrate=figure(meal.carbohydrate_milli),
    )


def technology_card(book: Cookbook, opened: OpenCard, words: Words, formats: Formats) -> PrintForm:
    """The technology card: gross, losses, net and yield of each line, how it is made, what the
    guest has to know."""
    grid = lines_grid(book, opened, words, formats)
    shown = range(7)
    columns = [PrintColumn(grid.heads[0].title, 0, right=False)]
    columns.append(PrintColumn(grid.heads[1].title, 16, right=False))
    columns += [PrintColumn(grid.heads[index].title, 24) for index in list(shown)[2:]]
    texts = [[row.cells[index].text for index in shown] for row in grid.rows]
    allergens = allergens_text(opened.meal, words)
    remarks = [
        (words.technology, said_in(opened.technology, words.language) or "—"),
        (words.allergens, allergens),
        (words.nutrients, nutrients_text(opened.meal, words, formats)),
    ]
    card = opened.card
    made = formats.portions(int(opened.sheet.recipe.output * 1000 / card.factor))
    unit = words.portions if card.owner is Owner.ITEM else words(f"unit_{card.unit or 'pcs'}")
    return PrintForm(
        f"{words.technology_card} · {opened.card.names[words.language]}",
        words.language,
        columns,
        texts[:-1],
        facts=[
            (f"{words.output}, {unit}", made),
            (words.in_force_since, _since(card, words, formats).replace("—", words.from_the_start)),
        ],
        totals=texts[-1:],
        remarks=remarks,
        signatures=(words.head_of_production, words.compiled_by),
        wide=True,
    )
