"""Tables to fill in, one for each kind of import, with heads in the reader's language.

Needed columns are bold and stand first; a note at each head says what it takes. What is typed
below is read by `importing`; the columns are `import_columns`. Recipes come filled as well, with
the cards in force: what is changed in that table comes back as new versions.
"""

import io
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction

import xlsxwriter
from sqlmodel import Session, select

from sync_server.domain.recipes import Component, Owner
from sync_server.domain.stock import exact

from ..cards import read_book, technology_of
from ..goods_tables import Ingredient, Item, Unit
from ..import_columns import COLUMNS, Subject, asked_in
from ..names import Named, every_name, name_in
from .words import Words

Row = Mapping[str, str | Decimal]

LANGUAGE_ORDER = ("en", "uk", "pl")
WIDTH = 22
NAME_LENGTH = 31


def template_of(subject: Subject, words: Words, rows: Sequence[Row] = ()) -> bytes:
    """The file; `rows` are cells by column."""
    buffer, at = io.BytesIO(), LANGUAGE_ORDER.index(words.language)
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    title = words(f"import_{subject.value}")
    sheet = book.add_worksheet("".join(one for one in title if one not in "[]:*?/\\")[:NAME_LENGTH])
    look = {"font_name": "Noto Sans", "bg_color": "#F3F5F8", "bottom": 1}
    needed, besides = book.add_format({**look, "bold": True}), book.add_format(look)
    text = book.add_format({"num_format": "@"})
    must_have, may_have = asked_in(subject, words.language)
    for column, name in enumerate((*must_have, *may_have)):
        must = name in must_have
        sheet.set_column(column, column, WIDTH, text if name in ("id", "barcode") else None)
        sheet.write_string(0, column, COLUMNS[name][at], needed if must else besides)
        note = words(f"column_{name}")
        sheet.write_comment(0, column, note if must else f"{note} ({words.may_be_empty})")
        for number, row in enumerate(rows, start=1):
            value = row.get(name, "")
            if isinstance(value, Decimal):
                sheet.write_number(number, column, value)
            elif value:
                sheet.write_string(number, column, value)
    sheet.freeze_panes(1, 0)
    book.close()
    return buffer.getvalue()


def card_rows(session: Session, day: str, words: Words, house: str) -> Iterator[Row]:
    """The cards in force on a day, a row for each component; how a card is made stands in its first
    row. `house` is the language of texts that were written in none by name. What several goods or
    dishes are called alike is named by its id.
    """
    goods = {good.ingredient_id: good for good in session.exec(select(Ingredient))}
    units = {unit.code: unit.factor for unit in session.exec(select(Unit))}
    dishes = {item.item_id: item for item in session.exec(select(Item))}
    book = read_book(session)
    good_names = _own_names(goods, words.language)
    names = {Owner.ITEM: _own_names(dishes, words.language), Owner.SEMI: good_names}
    for owner, owner_id in sorted(book.versions):
        card = book.in_force(owner, owner_id, day)
        if card is None:
            continue
        made = units[goods[owner_id].unit] if owner is Owner.SEMI and owner_id in goods else 1
        said = technology_of(session, owner, owner_id, card.valid_from)
        first: dict[str, str | Decimal] = {
            f"technology_{language or house}": text for language, text in said.items()
        }
        for line in card.components:
            good = goods[line.ingredient_id]
            yield {
                "kind": words(f"kind_{owner.value}"),
                "owner": names.get(owner, {}).get(owner_id, owner_id),
                "component": good_names[line.ingredient_id],
                "qty": exact(_gross(line) / units[good.unit]).normalize(),
                "unit": words(f"unit_{good.unit}"),
                "cold_loss": Decimal(line.losses.cold_bp) / 100,
                "hot_loss": Decimal(line.losses.hot_bp) / 100,
                "in_yield": words.yes if line.counts_in_yield else words.no,
                "output": exact(Fraction(card.output) / made).normalize(),
                **first,
            }
            first = {}


def _gross(line: Component) -> Fraction:
    """What a component takes, as cards are typed: before any loss."""
    return line.gross(0) if line.weighed_net else Fraction(line.amount)


def _own_names(rows: Mapping[str, Named], language: str) -> dict[str, str]:
    """What each is called, or its id where another bears that name in some language."""
    bears: dict[str, set[str]] = {}
    for key, row in rows.items():
        for name in every_name(row):
            bears.setdefault(name.casefold(), set()).add(key)
    named = {key: name_in(row, language) for key, row in rows.items()}
    return {key: name if bears[name.casefold()] == {key} else key for key, name in named.items()}
