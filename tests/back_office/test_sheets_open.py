"""Each figure of turnover, food cost and variance opens lines whose sum is the figure itself."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import partial
from urllib.parse import parse_qsl, urlsplit
from zoneinfo import ZoneInfo

from hypothesis import example, given, settings

from sync_server.back_office.accounts import Visitor
from sync_server.back_office.food_cost import food_cost
from sync_server.back_office.reports.report import Line
from sync_server.back_office.turnover import Question, turnover_sheet
from sync_server.back_office.web.food_cost_page import COST, NET, PORTIONS, food_cost_grid
from sync_server.back_office.web.formats import Formats
from sync_server.back_office.web.grid import Cell, Grid, Kind, RowKind
from sync_server.back_office.web.report_grid import opened as way
from sync_server.back_office.web.turnover_page import OPENS, SUMS_OPEN, turnover_grid
from sync_server.back_office.web.words import Words
from sync_server.store.database import Database
from tests.back_office.test_every_figure_opens import (
    FIRST,
    LAST,
    OPERATIONS,
    RICH,
    Folios,
    Operation,
    books_after,
    lines_of,
)

WORDS, FORMATS = Words("en"), Formats("en", ZoneInfo("Europe/Kyiv"))
NOBODY = Folios(())
OPENING, CLOSING = (2, 3), (9, 11)
"""The columns of what was there before and after; their card tells both."""
UNIT_COST = 10
MARGIN = 5
SOLD = {PORTIONS: ("portions", 1_000), MARGIN: ("margin", 100)}
"""What of the firings and closes a figure is the sum of, and in what parts."""
OWNER = partial(way, Visitor("o", "O", "owner", frozenset({"costing", "reports"}), "en"))


def opened(books: Database, cell: Cell) -> tuple[str, Sequence[Line]]:
    """The report that a cell opens, and its lines."""
    parts = urlsplit(cell.href)
    key = parts.path.removeprefix("/reports/").replace("-", "_")
    return key, lines_of(books, key, NOBODY, dict(parse_qsl(parts.query)))


def summed(lines: Sequence[Line], column: str) -> Fraction:
    """A column of some lines added up."""
    figures = (line.values.get(column) for line in lines)
    return sum(
        (Fraction(one) for one in figures if isinstance(one, int | Decimal | Fraction)), Fraction(0)
    )


def figure_behind(key: str, lines: Sequence[Line], place: int, *, money: bool) -> Fraction:
    """What the lines that were opened come to, for a figure in a column."""
    if key == "item_card":
        line = lines[0] if place in OPENING else lines[-1]
        return summed([line], "value_after" if money else "balance") / (100 if money else 1)
    if key == "sold":
        column, parts = SOLD[place]
        return summed(lines, column) / parts
    column = "amount" if key == "till_lines" else "value" if money else "moved"
    return summed(lines, column) / (100 if money else 1)


def figures(grid: Grid, of_lines: Sequence[int], of_sums: Sequence[int]) -> Iterator[
    tuple[int, Cell, bool]
]:  # fmt: skip
    """The figures of a grid that have to open: their column, and whether they are money. In rows
    of sums every column is money."""
    for row in grid.rows:
        line = row.kind is RowKind.LINE
        for place in of_lines if line else of_sums:
            cell = row.cells[place]
            if isinstance(cell.value, Decimal) and cell.value:
                yield place, cell, not line or grid.heads[place].kind is Kind.MONEY


def assert_it_opens(
    books: Database, grid: Grid, of_lines: Sequence[int], of_sums: Sequence[int]
) -> int:
    """Every figure opens lines that come to it, and each leads to what made it; how many did."""
    count = 0
    for place, cell, money in figures(grid, of_lines, of_sums):
        assert cell.href, (grid.title, place, cell)
        key, lines = opened(books, cell)
        figure = cell.value or 0
        assert isinstance(figure, Decimal | int), (grid.title, place, cell)
        assert abs(figure_behind(key, lines, place, money=money)) == abs(Fraction(figure))
        made = lines[1:] if key == "item_card" else lines
        assert {line.drills[""].report for line in made} <= {"tap", "paper", "recosts"}
        count += 1
    return count


def assert_the_variance_opens(books: Database) -> int:
    """The same of the report of variances, whose quantities open too."""
    count = 0
    for line in lines_of(books, "variance_report", NOBODY, {}):
        for column in ("by_recipe_qty", "by_recipe", "explained", "found_qty", "found", "gap"):
            value = line.values.get(column)
            assert isinstance(value, int | Decimal)
            drill = line.drills[column]
            moves = lines_of(books, drill.report, NOBODY, drill.query)
            behind = summed(moves, "moved" if column.endswith("qty") else "value")
            assert abs(behind) == abs(Fraction(value)), (line.key, column)
            count += bool(value)
    return count


@settings(max_examples=4, deadline=None)
@given(OPERATIONS)
@example(RICH)
async def test_every_cell_of_the_sheets_opens_lines_whose_sum_is_the_cell(
    sequence: list[Operation],
) -> None:
    async with books_after(sequence) as (books, _):
        for store in ("kitchen", "bar"):
            question = Question(store, FIRST, LAST)
            sheet = books.read(partial(turnover_sheet, question=question))
            grid = turnover_grid(sheet, "", WORDS, FORMATS, OWNER)
            of_lines = [place for place in OPENS if place not in (0, UNIT_COST)]
            found = assert_it_opens(books, grid, of_lines, list(SUMS_OPEN))
            assert found > len(sheet.rows), "at least what was there and is there"
        report = books.read(lambda c: food_cost(c, FIRST, LAST))
        dishes = food_cost_grid(report, "", 3_000, WORDS, FORMATS, OWNER)
        columns = (PORTIONS, NET, COST, MARGIN)
        found = assert_it_opens(books, dishes, columns, columns)
        every = [cell for row in dishes.rows for cell in row.cells[1:] if cell.text]
        assert all(cell.href for cell in every), "ratios open what they are made of"
        found += assert_the_variance_opens(books)
        assert found > 4 or sequence != RICH
