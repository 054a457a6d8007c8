"""A table as a report means it, before any screen or file: columns, rows, typed cells.

The page and the spreadsheet are both made of one `Grid`, so that they cannot tell different
figures. A cell keeps its exact value (`Decimal` figures, days) and its text.
"""

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from .formats import Formats, hundredths, tenths


class Kind(StrEnum):
    """What a column holds: text stands left, figures right."""

    TEXT = "text"
    QUANTITY = "quantity"
    MONEY = "money"
    PERCENT = "percent"


class RowKind(StrEnum):
    """A line, the sum of a group above its lines, or the sum of all."""

    LINE = "line"
    GROUP = "group"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Head:
    """A column; `href` sorts by it."""

    title: str
    kind: Kind
    href: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """`value` is what a spreadsheet gets; `text` what the screen shows; `tone`: good, bad, zero.

    `href` opens what the figure is made of.
    """

    kind: Kind
    text: str
    value: str | Decimal | date | None
    places: int = 0
    tone: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Cells in the order of the columns; `key` tells tests and links which row it is."""

    kind: RowKind
    key: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A whole table with its heading; `caption` says of what, for the file."""

    title: str
    caption: str
    heads: tuple[Head, ...]
    rows: tuple[Row, ...]


class Cells:
    """Makes cells in one language."""

    def __init__(self, formats: Formats) -> None:
        """All figures by the same formats."""
        self._formats = formats

    def text(self, text: str) -> Cell:
        """Words."""
        return Cell(Kind.TEXT, text, text)

    def day(self, day: date) -> Cell:
        """A day: as the language writes it on the screen, a real date in a file."""
        return Cell(Kind.TEXT, self._formats.day(day.isoformat()), day)

    @staticmethod
    def opening(cell: Cell, href: str) -> Cell:
        """The same cell as a link."""
        return replace(cell, href=href)

    def nothing(self, kind: Kind) -> Cell:
        """An empty place."""
        return Cell(kind, "", None)

    def money(self, minor: int | Fraction | None, *, signed: bool = False) -> Cell:
        """A sum; `signed` colours what is missing and what is too much."""
        if minor is None:
            return self.nothing(Kind.MONEY)
        tone = _tone(minor) if signed or not minor else ""
        return Cell(Kind.MONEY, self._formats.money(minor), hundredths(minor), 2, tone)

    def quantity(self, qty: Decimal, unit: str, *, signed: bool = False) -> Cell:
        """A quantity in a unit."""
        text = self._formats.quantity(qty, unit)
        places = 0 if unit == "pcs" and qty == qty.to_integral_value() else 3
        return Cell(Kind.QUANTITY, text, qty, places, _tone(qty) if signed or not qty else "")

    @staticmethod
    def worse(cell: Cell) -> Cell:
        """The same cell marked as wrong."""
        return replace(cell, tone="bad")

    def portions(self, qty_milli: int) -> Cell:
        """Portions sold."""
        qty = Decimal(qty_milli).scaleb(-3)
        places = 0 if qty == qty.to_integral_value() else 3
        return Cell(Kind.QUANTITY, self._formats.portions(qty_milli), qty, places)

    def percent(self, basis_points: int | None, *, limit: int | None = None) -> Cell:
        """A percentage; above `limit` it is bad."""
        if basis_points is None:
            return self.nothing(Kind.PERCENT)
        tone = "bad" if limit is not None and basis_points > limit else ""
        text = self._formats.percent(basis_points)
        return Cell(Kind.PERCENT, text, tenths(basis_points), 1, tone)


def _tone(value: int | Fraction | Decimal) -> str:
    return "bad" if value < 0 else "good" if value > 0 else "zero"
