"""What a report is: a question, columns with kinds, a pure query for its lines, and its drill.

Sums of groups and of all are made here, from the lines, by column: `total` adds up, `ratio`
divides two other columns anew (never an average of averages). Every line, and where it says so
every column, names what opens behind it (`Drill`). Reports are listed in `catalogue`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from sync_server.domain.money import divide_half_up

from ..accounts import Visitor
from ..names import alphabetical

MOST_LINES = 5_000
WHOLE_BP = 10_000


class Kind(StrEnum):
    """What stands in a column. Money is minor units, percent basis points, time epoch ms,
    portions thousandths, quantity `Decimal` in the unit that stands in the column `unit`."""

    TEXT = "text"
    DAY = "day"
    TIME = "time"
    MONEY = "money"
    PERCENT = "percent"
    COUNT = "count"
    PORTIONS = "portions"
    QUANTITY = "quantity"
    HOURS = "hours"


@dataclass(frozen=True, slots=True)
class Word:
    """A text that the page says in its language: a key of its words, else `plain`; `after` it
    stands what needs no language, such as a number."""

    key: str
    plain: str = ""
    after: str = ""


Value = str | int | Decimal | Fraction | Word | date | None
"""A date is a business day among other things; a page writes it as its language does."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column; its heading is the word `col_<key>`. `ratio`: basis points of one by another."""

    key: str
    kind: Kind = Kind.TEXT
    total: bool = False
    signed: bool = False
    ratio: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """What opens: a report with a question; `tap` (journal number n), `paper` (a document)."""

    report: str
    query: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Line:
    """Values by the columns' keys; `group` is a heading; `drills` by column, "" is the line's."""

    key: str
    values: Mapping[str, Value]
    group: str | Word = ""
    drills: Mapping[str, Drill] = field(default_factory=dict)


class HotelCharge(Protocol):
    """A charge as the hotel has it, under the id that it was asked by; a reversal is below zero."""

    @property
    def charge_id(self) -> str: ...
    @property
    def day(self) -> str: ...
    @property
    def room(self) -> str: ...
    @property
    def number(self) -> str: ...
    @property
    def amount_minor(self) -> int: ...
    @property
    def at_ms(self) -> int: ...


class HotelSums(Protocol):
    """The hotel's own word; given by whoever puts the processes up."""

    @property
    def by_answers(self) -> bool:
        """It tells no sums: what `between` gives are its answers, added up here."""

    def between(self, first: str, last: str) -> Mapping[str, int] | None:
        """By business day (both included) what it says this outlet put on folios, reversals taken
        off; a day without any may be missing. None: this hotel does not tell, or not now."""

    def listed(self, first: str, last: str, most: int) -> Sequence[HotelCharge]:
        """What `between` adds up: each charge in the order of days, the first `most` of them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """The question: days (both included), language of names, the house's zone, chosen filters.

    `hotel` tells what the property system itself counted, where one can be asked.
    """

    first: str
    last: str
    language: str
    zone: ZoneInfo
    filters: Mapping[str, str] = field(default_factory=dict)
    hotel: HotelSums | None = None

    def get(self, name: str) -> str:
        """A filter; empty when it is not set."""
        return self.filters.get(name, "")

    @property
    def period(self) -> dict[str, str]:
        """The days as a question."""
        return {"from": self.first, "to": self.last}


Choices = Callable[[Connection, Asked], Sequence[tuple[str, str | Word]]]


@dataclass(frozen=True, slots=True)
class Filter:
    """A choice in the head. The first choice holds when nothing is chosen."""

    name: str
    choices: Choices


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of a column's texts against a figure, lines of one text together. `label` "" is the
    heading of the group. `kind`: bar, line."""

    label: str
    value: str
    kind: str = "bar"


@dataclass(frozen=True, slots=True)
class Report:
    """A definition. `listed`: stands in the menu, else it only opens from a figure. `dated`: asks
    a period. `searched`: questions that are free text."""

    key: str
    right: str
    columns: tuple[Column, ...]
    lines: Callable[[Connection, Asked], Sequence[Line]]
    filters: tuple[Filter, ...] = ()
    chart: Chart | None = None
    listed: bool = True
    dated: bool = True
    searched: tuple[str, ...] = ()
    keeps: tuple[str, ...] = ()

    def column(self, key: str) -> Column:
        """A column by its key."""
        return next(column for column in self.columns if column.key == key)

    @property
    def asks(self) -> tuple[str, ...]:
        """Every name that its question may hold beside the days."""
        return (*(each.name for each in self.filters), *self.searched, *self.keeps)


def may_open(visitor: Visitor, report: Report) -> bool:
    """Whether a person may open a report: by right, or by this report's own grant or ban.

    Among a person's rights `report:abc` gives one report, `no-report:abc` takes one away.
    """
    return may_see(visitor, report.key, report.right)


def may_see(visitor: Visitor, key: str, right: str) -> bool:
    """The same by the report's key and right."""
    if f"no-report:{key}" in visitor.rights:
        return False
    return right in visitor.rights or f"report:{key}" in visitor.rights


def sums(report: Report, lines: Iterable[Line]) -> dict[str, Value]:
    """The totals of lines: what adds up, and ratios of what was added."""
    made: dict[str, Value] = {}
    listed = list(lines)
    for column in report.columns:
        found = [line.values.get(column.key) for line in listed]
        if column.total and any(value is not None for value in found):
            made[column.key] = sum(_figure(value) for value in found)
    return made | ratios(report, made)


def ratios(report: Report, values: Mapping[str, Value]) -> dict[str, Value]:
    """The ratio columns of one row of values; nothing is no share of nothing."""
    made: dict[str, Value] = {}
    for column in report.columns:
        if column.ratio is not None:
            upper, lower = (_figure(values.get(key)) for key in column.ratio)
            made[column.key] = divide_half_up(upper * WHOLE_BP, lower) if lower > 0 else None
    return made


def _figure(value: Value) -> int:
    return value if isinstance(value, int) else 0


def arranged(
    lines: Sequence[Line], text: str, sort: str, *, falling: bool, words: Callable[[Value], str]
) -> list[Line]:
    """Lines that hold a text, in the order of a column (as they come when none is named)."""
    wanted = text.casefold().strip()
    kept = [
        line
        for line in lines
        if not wanted or any(wanted in words(value).casefold() for value in line.values.values())
    ]
    if not sort:
        return kept

    def order(line: Line) -> tuple[bool, bool, Fraction, tuple[int, ...]]:
        value = line.values.get(sort)
        if isinstance(value, date):
            value = value.toordinal()
        figure = isinstance(value, int | Decimal | Fraction)
        exact = Fraction(value) if isinstance(value, int | Decimal | Fraction) else Fraction(0)
        return (value is not None, figure, exact, () if figure else alphabetical(words(value)))

    return sorted(kept, key=order, reverse=falling)
