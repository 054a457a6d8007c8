"""The stock turnover as a page: grid, figures, chips. The figures are `turnover`'s."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from sync_server.domain.costing import METHODS
from sync_server.domain.stock import KINDS_OF, Column

from ..food_cost import FoodCost
from ..names import Names, alphabetical
from ..turnover import GoodRow, Question, Sheet, Sums
from .food_cost_page import Opens
from .formats import Formats
from .frame import TURNOVER, Card, Chip, Choice, Dates, Ranked
from .grid import Cell, Cells, Grid, Head, Kind, Row, RowKind
from .questions import Period, address, presets
from .words import Words

COLUMNS: tuple[tuple[str, Kind], ...] = (
    ("ingredient", Kind.TEXT),
    ("unit", Kind.TEXT),
    ("open_qty", Kind.QUANTITY),
    ("value", Kind.MONEY),
    ("in", Kind.QUANTITY),
    ("sold_qty", Kind.QUANTITY),
    ("write_off", Kind.QUANTITY),
    ("variance", Kind.QUANTITY),
    ("correction", Kind.MONEY),
    ("close_qty", Kind.QUANTITY),
    ("avg_cost", Kind.MONEY),
    ("value", Kind.MONEY),
)

OPENS: Mapping[int, Column | None] = {
    0: None,
    2: None,
    3: None,
    4: Column.RECEIVED,
    5: Column.SOLD,
    6: Column.WRITTEN_OFF,
    7: Column.VARIANCE,
    8: Column.CORRECTION,
    9: None,
    10: None,
    11: None,
}
"""By the place of a cell the movement behind it; None opens the card of the good."""

SUMS_OPEN: Mapping[int, Column | None] = {number: OPENS[number] for number in range(4, 9)}


def turnover_grid(sheet: Sheet, caption: str, words: Words, formats: Formats, opens: Opens) -> Grid:
    """Group rows with sums of values, lines with quantities, and the total of the store.

    Each figure opens the moves it is made of; those of another method than the books' do not, for
    no move was booked at them.
    """
    cells = Cells(formats)
    rows: list[Row] = []
    for group in sheet.groups:
        sums = _sums(group.names[words.language], group.sums, cells)
        rows.append(_opened(Row(RowKind.GROUP, group.group_id, sums), sheet, opens, "group"))
        by_name = sorted(group.rows, key=lambda row: alphabetical(row.names[words.language]))
        rows += [_opened(_good_row(row, words, cells), sheet, opens, "good") for row in by_name]
    if rows:
        total = Row(RowKind.TOTAL, "total", _sums(words.total, sheet.sums, cells))
        rows.append(_opened(total, sheet, opens))
    heads = tuple(Head(words(key), kind) for key, kind in COLUMNS)
    return Grid(words.turnover, caption, heads, tuple(rows))


def _opened(row: Row, sheet: Sheet, opens: Opens, of: str = "") -> Row:
    """The same row with what opens behind its figures; `of`: a good or a group."""
    question = sheet.question
    if not sheet.booked:
        return row
    place = {"store": question.store_id} | ({of: row.key} if of else {})
    period = Period(question.first_day, question.last_day).query
    cells = list(row.cells)
    for number, column in OPENS.items() if of == "good" else SUMS_OPEN.items():
        if not cells[number].text or cells[number].value == 0:
            continue
        kinds = ",".join(sorted(KINDS_OF[column])) if column else ""
        if kinds:
            way = opens("moves", period | place | {"kind": kinds, "sheet": "1"})
        elif of == "good":
            way = opens("item_card", period | place)
        else:
            continue
        cells[number] = Cells.opening(cells[number], way)
    return replace(row, cells=tuple(cells))


def _sums(title: str, sums: Sums, cells: Cells) -> tuple[Cell, ...]:
    """A row of values: in it every column counts money, so that it adds up to its end."""
    return (
        cells.text(title),
        cells.text(""),
        cells.nothing(Kind.QUANTITY),
        cells.money(sums.opening),
        cells.money(sums.columns[Column.RECEIVED]),
        cells.money(sums.columns[Column.SOLD]),
        cells.money(sums.columns[Column.WRITTEN_OFF]),
        cells.money(sums.columns[Column.VARIANCE], signed=True),
        cells.money(sums.columns[Column.CORRECTION], signed=True),
        cells.nothing(Kind.QUANTITY),
        cells.nothing(Kind.MONEY),
        cells.money(sums.closing),
    )


def _good_row(row: GoodRow, words: Words, cells: Cells) -> Row:
    moved, unit = row.turnover, row.unit

    def shown(qty: Decimal, *, signed: bool = False) -> Cell:
        return cells.quantity(row.shown(qty), unit, signed=signed)

    closing = moved.closing
    correction = moved.of(Column.CORRECTION).value_minor
    below = Cells.worse(shown(closing.qty)) if closing.qty < 0 else shown(closing.qty)
    return Row(
        RowKind.LINE,
        row.ingredient_id,
        (
            cells.text(row.names[words.language]),
            cells.text(words(f"unit_{unit}")),
            shown(moved.opening.qty),
            cells.money(moved.opening.value_minor),
            shown(moved.of(Column.RECEIVED).qty),
            shown(moved.of(Column.SOLD).qty),
            shown(moved.of(Column.WRITTEN_OFF).qty),
            shown(moved.of(Column.VARIANCE).qty, signed=True),
            cells.money(correction, signed=True) if correction else cells.nothing(Kind.MONEY),
            below,
            cells.money(row.unit_cost_minor),
            cells.money(closing.value_minor),
        ),
    )


def turnover_cards(
    sheet: Sheet,
    sold: FoodCost,
    before: tuple[str, int] | None,
    words: Words,
    formats: Formats,
    opens: Opens,
) -> list[Card]:
    """The five figures above the table, which open what the sum below them does; the last is of the
    whole house."""
    sums = sheet.sums
    period = Period(sold.first_day, sold.last_day).query
    total = _opened(Row(RowKind.TOTAL, "total", _sums("", sums, Cells(formats))), sheet, opens)
    cost = sold.sales.cost_bp
    note, tone = "", ""
    if cost is not None and before is not None:
        month, was = before
        change = cost - was
        sign = "+" if change > 0 else ""
        points = sign + formats.percent(change)
        note = words("points_to", points=points, month=formats.month(month))
        tone = "bad" if change > 0 else "good"
    percent = f"{formats.percent(cost)} %" if cost is not None else "—"
    return [
        Card("opening", words.opening_value, formats.money(sums.opening)),
        Card("received", words.received, total.cells[4].text, href=total.cells[4].href),
        Card("sold", words.sold, total.cells[5].text, href=total.cells[5].href),
        Card("closing", words.closing_value, formats.money(sums.closing)),
        Card("food_cost", words.food_cost, percent, note, tone, opens("sold", period)),
    ]


def turnover_chips(
    question: Question,
    stores: Sequence[tuple[str, Names]],
    today: str,
    words: Words,
    formats: Formats,
) -> list[Chip]:
    """Period, store and method; each choice keeps the other two."""
    period = Period(question.first_day, question.last_day)
    place = {"store": question.store_id, "method": question.method}
    names = {store_id: name[words.language] for store_id, name in stores}
    by_store = [
        Choice(name, address(TURNOVER.path, period.query | place | {"store": store_id}))
        for store_id, name in names.items()
    ]
    by_method = [
        Choice(
            words(f"method_{method}"),
            address(TURNOVER.path, period.query | place | {"method": method}),
        )
        for method in METHODS
    ]
    return [
        period_chip(TURNOVER.path, period, place, today, words, formats),
        Chip(names[question.store_id], by_store),
        Chip(words(f"method_{question.method}"), by_method),
    ]


def period_chip(
    path: str,
    period: Period,
    keep: dict[str, str],
    today: str,
    words: Words,
    formats: Formats,
) -> Chip:
    """The usual periods, and two free dates."""
    usual = [
        Choice(words(key), address(path, preset.query | keep))
        for key, preset in presets(today).items()
    ]
    dates = Dates(path, period.first, period.last, keep)
    return Chip(formats.period(period.first, period.last), usual, dates)


def turnover_caption(
    question: Question, stores: Sequence[tuple[str, Names]], words: Words, formats: Formats
) -> str:
    """Of what the sheet is, for the file."""
    store = dict(stores)[question.store_id][words.language]
    period = formats.period(question.first_day, question.last_day)
    return f"{store} · {period} · {words(f'method_{question.method}')}"


def largest_variances(sheet: Sheet, words: Words, formats: Formats) -> list[Ranked]:
    """The counts that differed most, by value."""
    ranked = []
    for row in sheet.largest_variances():
        value = row.turnover.of(Column.VARIANCE).value_minor
        tone = "bad" if value < 0 else "good"
        ranked.append(Ranked(row.names[words.language], formats.money(value), tone))
    return ranked
