"""The calculation card on paper: a column of norm, price and sum for each calculation.

As the form has it (features-region 107): what was approved stands under its number and day, the
newest at the right; what is reckoned anew and says something else stands behind it without a
number. Below: the set, the price of one, its yield. Calculations are `../calculations`.
"""

from collections.abc import Sequence

from sync_server.domain.recipes import Owner

from ..calculations import Calculation
from ..recipes_book import Card, Cookbook
from .formats import Formats
from .printing import PrintColumn, PrintForm
from .words import Words

COLUMNS = 3
"""So many calculations have room on a page."""


def shown_columns(known: Sequence[Calculation], now: Calculation) -> Sequence[Calculation]:
    """The last approved ones, and the one of now if it is another."""
    fresh = [] if known and known[-1].says(now) else [now]
    return [*known[len(fresh) - COLUMNS :], *fresh]


def calculation_card(
    book: Cookbook,
    card: Card,
    columns: Sequence[Calculation],
    words: Words,
    formats: Formats,
) -> PrintForm:
    """The form with these columns."""
    goods = list(dict.fromkeys(line.good_id for one in columns for line in one.lines))
    by_good = [{line.good_id: line for line in one.lines} for one in columns]
    rows = []
    for number, good in enumerate(goods, start=1):
        unit, _ = book.unit_of(good)
        cells = [str(number), book.names_of(good)[words.language], words(f"unit_{unit}")]
        for lines in by_good:
            line = lines.get(good)
            cells += [
                formats.quantity(line.norm, unit) if line else "—",
                formats.money(line.price_minor) if line else "—",
                formats.money(line.value_minor) if line else "—",
            ]
        rows.append(cells)
    dish = card.owner is Owner.ITEM
    unit = "" if dish else words(f"unit_{card.unit or 'pcs'}")
    hundred = words.per_hundred if dish else words("per_hundred_of", unit=unit)
    narrow = len(columns) > 1
    heads = [
        PrintColumn(hundred, 22 if narrow else 30),
        PrintColumn(words.unit_price, 18 if narrow else 28),
        PrintColumn(words.value, 22 if narrow else 30),
    ]
    set_of = words.set_cost if dish else words("set_of", unit=unit)
    price_of = words.selling_price if dish else words("price_of", unit=unit)
    totals = [
        _below(set_of, [formats.money(one.set_minor) for one in columns]),
        _below(price_of, [formats.money(one.price_minor) for one in columns]),
    ]
    rates = [
        f"{formats.percent(one.pricing.markup_bp)} + {formats.percent(one.pricing.tax_bp)}"
        for one in columns
    ]
    totals.insert(1, _below(words.markup_and_tax, rates))
    if dish:
        grams = [formats.portions(one.yield_milli) for one in columns]
        totals.append(_below(words.yield_of_one, grams))
    return PrintForm(
        f"{words.calculation_card} · {card.names[words.language]}",
        words.language,
        [
            PrintColumn("№", 9),
            PrintColumn(words.ingredient, 0, right=False),
            PrintColumn(words.unit, 12, right=False),
            *heads * len(columns),
        ],
        rows,
        groups=[("", 3), *((_title(one, words, formats), len(heads)) for one in columns)],
        totals=totals,
        signatures=(words.head_of_production, words.compiled_by, words.approved_by),
        wide=narrow,
    )


def _below(title: str, values: Sequence[str]) -> list[str]:
    """A row under the lines: one figure for each calculation, under its sums."""
    return ["", title, "", *(cell for value in values for cell in ("", "", value))]


def _title(one: Calculation, words: Words, formats: Formats) -> str:
    day = formats.day(one.pricing.day)
    return f"№ {one.number} · {day}" if one.number else f"{words.not_approved} · {day}"
