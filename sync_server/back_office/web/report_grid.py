"""A report's answer as a grid: groups with sums, cells that open, headings that sort.

The same grid is drawn on the page and written to every file (`report_files`), so they cannot
differ. Reports themselves are `reports`; routes are `report_pages`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import islice

from ..accounts import Visitor
from ..reports.catalogue import BY_KEY, Answer
from ..reports.report import (
    Chart,
    Column,
    Drill,
    Kind as Figure,
    Line,
    Report,
    Value,
    Word,
    arranged,
    may_open,
    sums,
)
from .formats import Formats
from .grid import Cell, Cells, Grid, Head, Kind, Row, RowKind
from .questions import address
from .words import Words

KINDS: Mapping[Figure, Kind] = {
    Figure.TEXT: Kind.TEXT,
    Figure.DAY: Kind.TEXT,
    Figure.TIME: Kind.TEXT,
    Figure.MONEY: Kind.MONEY,
    Figure.PERCENT: Kind.PERCENT,
    Figure.COUNT: Kind.QUANTITY,
    Figure.PORTIONS: Kind.QUANTITY,
    Figure.QUANTITY: Kind.QUANTITY,
    Figure.HOURS: Kind.QUANTITY,
}
MINUTES = 60


def path_of(key: str) -> str:
    """The address of a report's page."""
    return f"/reports/{key.replace('_', '-')}"


def opened(visitor: Visitor, key: str, query: Mapping[str, str]) -> str:
    """Where a figure leads: a report with its question, if the person may open it, else nowhere."""
    return address(path_of(key), query) if may_open(visitor, BY_KEY[key]) else ""


@dataclass(frozen=True, slots=True)
class Shown:
    """How a person wants it: text to find, column to sort by, falling or rising."""

    find: str = ""
    sort: str = ""
    falling: bool = False


@dataclass(frozen=True, slots=True)
class GridMaker:
    """Makes the grid of an answer for one person."""

    visitor: Visitor
    words: Words
    formats: Formats
    sorted_by: Callable[[str], str] = lambda _column: ""

    def grid(self, answer: Answer, shown: Shown, caption: str) -> Grid:
        """Groups in the order in which they first appear; the sum of all at the end."""
        report = answer.report
        lines = arranged(
            answer.lines, shown.find, shown.sort, falling=shown.falling, words=self.text
        )
        groups: dict[str, list[Line]] = {}
        for line in lines:
            groups.setdefault(self.text(line.group), []).append(line)
        rows: list[Row] = []
        for title, members in groups.items():
            if title:
                rows.append(self._summed(report, RowKind.GROUP, title, members))
            rows += [self._row(report, line) for line in members]
        if lines and any(column.total for column in report.columns):
            rows.append(self._summed(report, RowKind.TOTAL, self.words.total, lines))
        heads = tuple(
            Head(self.words(f"col_{column.key}"), KINDS[column.kind], self.sorted_by(column.key))
            for column in report.columns
        )
        return Grid(self.words(f"report_{report.key}"), caption, heads, tuple(rows))

    def bars(self, answer: Answer, most: int) -> tuple[tuple[str, int, str], ...]:
        """The chart: name, length in percent of the longest, figure; what is called the same is one
        bar, and the first `most` are shown."""
        chart = answer.report.chart
        if chart is None:
            return ()
        column, sums_of = answer.report.column(chart.value), dict[str, int]()
        for line in answer.lines:
            name, value = self._named(answer.report, chart, line), line.values.get(chart.value)
            if isinstance(value, int):
                sums_of[name] = sums_of.get(name, 0) + value
        longest = max(map(abs, sums_of.values()), default=0) or 1
        return tuple(
            (name, abs(value) * 100 // longest, self._figure(column, value).text)
            for name, value in islice(sums_of.items(), most)
        )

    def _named(self, report: Report, chart: Chart, line: Line) -> str:
        if not chart.label:
            return self.text(line.group)
        return self._cell(report.column(chart.label), line.values.get(chart.label), "").text

    def text(self, value: Value) -> str:
        """Any value as words."""
        if isinstance(value, Word):
            return self.words.get(value.key, value.plain) + value.after
        if isinstance(value, date):
            return self.formats.day(value.isoformat())
        return "" if value is None else str(value)

    def _summed(self, report: Report, kind: RowKind, title: str, lines: Sequence[Line]) -> Row:
        figures = sums(report, lines)
        cells = [self._cell(column, figures.get(column.key), "") for column in report.columns]
        cells[0] = Cells(self.formats).text(title)
        return Row(kind, "total" if kind is RowKind.TOTAL else title, tuple(cells))

    def _row(self, report: Report, line: Line) -> Row:
        unit = self._unit(line)
        cells = []
        for column in report.columns:
            cell = self._cell(column, line.values.get(column.key), unit)
            drill = line.drills.get(column.key) or line.drills.get("")
            figure = column.kind not in (Figure.TEXT, Figure.DAY) or column is report.columns[0]
            made = drill is not None and cell.text and cell.value != 0
            href = self._opens(drill) if drill is not None and made and figure else ""
            cells.append(Cells.opening(cell, href) if href else cell)
        return Row(RowKind.LINE, line.key, tuple(cells))

    @staticmethod
    def _unit(line: Line) -> str:
        unit = line.values.get("unit")
        return unit.plain if isinstance(unit, Word) else ""

    def _opens(self, drill: Drill) -> str:
        """Where a figure leads, if the person may go there."""
        if drill.report == "tap":
            return f"/journal/{drill.query['n']}" if self._may("journal") else ""
        if drill.report == "paper":
            return address("/reports/paper", drill.query)
        return opened(self.visitor, drill.report, drill.query)

    def _may(self, key: str) -> bool:
        return may_open(self.visitor, BY_KEY[key])

    def _cell(self, column: Column, value: Value, unit: str) -> Cell:
        cells, kind = Cells(self.formats), column.kind
        if kind is Figure.DAY and isinstance(value, str) and value:
            value = date.fromisoformat(value)
        if kind in (Figure.TEXT, Figure.DAY):
            return cells.day(value) if isinstance(value, date) else cells.text(self.text(value))
        if value is None or isinstance(value, Word | date):
            return cells.nothing(KINDS[kind])
        if isinstance(value, Decimal):
            return cells.quantity(value, unit, signed=column.signed)
        if isinstance(value, str):
            return cells.text(value)
        return self._figure(column, value)

    def _figure(self, column: Column, value: int | Fraction) -> Cell:
        cells, kind = Cells(self.formats), column.kind
        if kind is Figure.MONEY:
            return cells.money(value, signed=column.signed)
        whole = int(value)
        if kind is Figure.PERCENT:
            return cells.percent(whole)
        if kind is Figure.TIME:
            return cells.text(self.formats.time(whole))
        if kind is Figure.HOURS:
            text = f"{whole // MINUTES}:{whole % MINUTES:02}"
            return Cell(Kind.QUANTITY, text, Decimal(whole) / MINUTES, 2)
        return cells.portions(whole if kind is Figure.PORTIONS else whole * 1000)
