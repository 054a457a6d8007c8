"""What forms of the stock lay out to choose from: goods with their last prices, stores, suppliers.

Read anew for each page out of the books. Neighbours: `paper_view`, `recipe_form`, `bar_routes`,
which put them on pages; `paper_form`, which finds a typed good among them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select

from sync_server.domain.stock import from_milli

from ..goods_tables import GoodPack, Ingredient, Store, Supplier, Unit
from ..import_columns import UNITS
from ..ledger import last_purchases
from ..names import alphabetical, name_in
from .formats import Formats
from .paper_form import Good
from .words import Words

Choices = Sequence[tuple[str, str]]


def plain_money(minor: int) -> str:
    """A sum as it is typed, and as a script reads it: no thousands, two places."""
    return f"{Decimal(minor).scaleb(-2):f}"


@dataclass(frozen=True, slots=True)
class Lists:
    """Stores and suppliers by id, in the order in which they are chosen from."""

    stores: Choices
    suppliers: Choices

    @staticmethod
    def of(session: Session, words: Words) -> "Lists":
        """As the books have them now."""
        stores = session.exec(select(Store).order_by(col(Store.position))).all()
        suppliers = session.exec(select(Supplier).order_by(col(Supplier.name))).all()
        return Lists(
            [(row.store_id, name_in(row, words.language)) for row in stores],
            [(row.supplier_id, row.name) for row in suppliers],
        )


@dataclass(frozen=True, slots=True)
class Desk:
    """What every document's page needs: words, figures, and the lists to choose from."""

    words: Words
    formats: Formats
    zone: ZoneInfo
    goods: Sequence[Good]
    stores: Choices
    suppliers: Choices

    @staticmethod
    def of(session: Session, words: Words, formats: Formats, zone: ZoneInfo) -> "Desk":
        """The lists as the books have them now."""
        lists = Lists.of(session, words)
        goods = goods_of(session, words)
        return Desk(words, formats, zone, goods, lists.stores, lists.suppliers)

    def goods_json(self) -> str:
        """The goods for the keyboard; a name can never end the script that it stands in."""
        listed = [
            {
                "id": good.good_id,
                "name": good.name,
                "unit_name": self.words(f"unit_{good.unit}"),
                "codes": list(good.codes),
                "last": None if good.last_minor is None else plain_money(good.last_minor),
            }
            for good in self.goods
        ]
        return json.dumps(listed, ensure_ascii=False).replace("<", "\\u003c")


def goods_of(session: Session, words: Words) -> list[Good]:
    """All goods in the order of their names, with what was last paid for a unit."""
    units = {unit.code: unit for unit in session.exec(select(Unit))}
    spelled = {code: units[code] for code in units} | {
        word: units[code] for word, code in UNITS.items() if code in units
    }
    last = last_purchases(session)
    packs: dict[str, dict[str, Decimal]] = {}
    for pack in session.exec(select(GoodPack)):
        packs.setdefault(pack.ingredient_id, {})[pack.name.casefold()] = from_milli(pack.base_milli)
    goods = []
    for row in session.exec(select(Ingredient)):
        name = name_in(row, words.language)
        factor, paid = units[row.unit].factor, last.get(row.ingredient_id)
        base = units[row.unit].base
        own = {word: Decimal(one.factor) for word, one in spelled.items() if one.base == base}
        price = paid.value_minor * 1000 * factor // paid.qty_milli if paid else None
        goods.append(
            Good(
                row.ingredient_id,
                name,
                row.unit,
                factor,
                tuple(row.barcodes.split()),
                price,
                packs.get(row.ingredient_id, {}),
                own,
                frozenset(spelled.keys() - own.keys()),
            )
        )
    return sorted(goods, key=lambda good: alphabetical(good.name))
