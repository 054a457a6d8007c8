"""Calculations of a card: what a hundred of it takes, costs and should sell for, as approved.

The paper form has a column for each calculation under a number and a day; a changed price opens a
new column, never a new card (features-region 107 and rule 11). So an approved calculation is kept
as it was and only added to; one that would say the same again is none. The form is drawn by
`web/calculation_view`.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from sqlmodel import Session, col, select

from sync_server.domain.card_sheet import Sheet
from sync_server.domain.costing import card_price_minor
from sync_server.domain.money import divide_half_up
from sync_server.domain.recipes import Owner
from sync_server.domain.stock import exact, to_milli

from .goods_tables import CalculationRow
from .papers import Actor
from .recipes_book import Cookbook, OpenCard

HUNDRED = 100
STEP_MINOR = 100
"""A price is rounded up to a whole unit of money."""


@dataclass(frozen=True, slots=True)
class Pricing:
    """What a calculation is made for: its day, markup and tax in basis points."""

    day: str
    markup_bp: int
    tax_bp: int


@dataclass(frozen=True, slots=True)
class CalculationLine:
    """A component for a hundred: how much in its unit, the price of a unit, the sum."""

    good_id: str
    norm: Decimal
    price_minor: int
    value_minor: int


@dataclass(frozen=True, slots=True)
class Calculation:
    """One column of the form; `number` 0: nobody has approved it. `yield_milli`: of one, in g."""

    number: int
    pricing: Pricing
    valid_from: str
    lines: tuple[CalculationLine, ...]
    yield_milli: int
    set_minor: int
    price_minor: int

    def says(self, other: "Calculation") -> bool:
        """Whether it says the same, whenever it was made."""
        day = self.pricing.day
        same = replace(other, number=self.number, pricing=replace(other.pricing, day=day))
        return same == self


def whole(value: Fraction) -> int:
    """A cost in whole minor units, half up."""
    return divide_half_up(value.numerator, value.denominator)


def weight_of(book: Cookbook, sheet: Sheet) -> Fraction:
    """What all of a card weighs ready, in grams: two dumplings are no two grams, so what is
    counted in pieces has no part in it."""
    counted = (one for one in sheet.lines if one.counts)
    return sum(
        (one.ready for one in counted if book.unit_of(one.ingredient_id)[0] != "pcs"), Fraction(0)
    )


def reckoned(book: Cookbook, opened: OpenCard, pricing: Pricing) -> Calculation:
    """The calculation of a card at the costs of now: for a hundred portions, or units of what is
    prepared; its price with markup and tax, rounded up to a whole."""
    output = Fraction(opened.sheet.recipe.output)
    hundred = HUNDRED * opened.card.factor
    lines = []
    for line in opened.sheet.lines:
        _, factor = book.unit_of(line.ingredient_id)
        norm = line.gross * hundred / output / factor
        value = whole(norm * factor * line.unit_cost)
        price = whole(line.unit_cost * factor)
        lines.append(CalculationLine(line.ingredient_id, exact(norm), price, value))
    total = sum(line.value_minor for line in lines)
    one = weight_of(book, opened.sheet) * opened.card.factor / output
    return Calculation(
        0,
        pricing,
        opened.sheet.recipe.valid_from,
        tuple(lines),
        to_milli(exact(one)),
        total,
        card_price_minor(total, HUNDRED, pricing.markup_bp, pricing.tax_bp, STEP_MINOR),
    )


def approved(session: Session, owner: Owner, owner_id: str) -> Sequence[Calculation]:
    """What was approved of a card, by number."""
    wanted = select(CalculationRow).where(
        CalculationRow.owner == owner.value, CalculationRow.owner_id == owner_id
    )
    return [
        Calculation(
            row.number,
            Pricing(row.day, row.markup_bp, row.tax_bp),
            row.valid_from,
            tuple(
                CalculationLine(good, Decimal(norm), price, value)
                for good, norm, price, value in json.loads(row.lines)
            ),
            row.yield_milli,
            row.set_minor,
            row.price_minor,
        )
        for row in session.exec(wanted.order_by(col(CalculationRow.number)))
    ]


def approve(
    session: Session, owner: Owner, owner_id: str, found: Calculation, actor: Actor
) -> int | None:
    """Keep a calculation under the next number of its card; None when the last one says it."""
    known = approved(session, owner, owner_id)
    if known and known[-1].says(found):
        return None
    number = known[-1].number + 1 if known else 1
    lines = [[one.good_id, str(one.norm), one.price_minor, one.value_minor] for one in found.lines]
    session.add(
        CalculationRow(
            owner=owner.value,
            owner_id=owner_id,
            number=number,
            day=found.pricing.day,
            at_ms=actor.at_ms,
            login=actor.login,
            valid_from=found.valid_from,
            markup_bp=found.pricing.markup_bp,
            tax_bp=found.pricing.tax_bp,
            yield_milli=found.yield_milli,
            set_minor=found.set_minor,
            price_minor=found.price_minor,
            lines=json.dumps(lines),
        )
    )
    session.flush()
    return number
