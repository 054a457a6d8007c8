"""A grid as an XLSX file: the rows and values of the screen, figures as numbers, days as dates.

Text is always written as text and marked so (`quote_prefix`): a name that begins with an equals
sign stays a name, also when someone edits the cell (ARCHITECTURE section 8).
"""

import io
from datetime import date

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from .grid import Grid, Head, Kind, Row, RowKind

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTHS = {Kind.TEXT: 28, Kind.QUANTITY: 12, Kind.MONEY: 14, Kind.PERCENT: 12}
HEAD_ROW = 2
NAME_LENGTH = 31
DAY = -1
"""In the place of decimals: the cell is a date, shown as the reader's own program does."""
SHORT_DATE = 14


def workbook(grid: Grid) -> bytes:
    """The file. Title in A1, caption in A2, heads in row 3, rows below."""
    buffer = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(buffer, options)
    sheet = book.add_worksheet(_sheet_name(grid.title))
    styles = _Styles(book)
    sheet.write_string(0, 0, grid.title, styles.of(RowKind.TOTAL, Kind.TEXT, 0))
    sheet.write_string(1, 0, grid.caption, styles.of(RowKind.LINE, Kind.TEXT, 0))
    for column, head in enumerate(grid.heads):
        sheet.set_column(column, column, _width(head, column))
        sheet.write_string(HEAD_ROW, column, head.title, styles.of(RowKind.GROUP, head.kind, 0))
    for number, row in enumerate(grid.rows, start=HEAD_ROW + 1):
        _write_row(sheet, styles, number, row)
    sheet.freeze_panes(HEAD_ROW + 1, 1)
    book.close()
    return buffer.getvalue()


def _write_row(sheet: Worksheet, styles: "_Styles", number: int, row: Row) -> None:
    for column, cell in enumerate(row.cells):
        style = styles.of(row.kind, cell.kind, cell.places)
        if cell.value is None:
            sheet.write_blank(number, column, None, style)
        elif isinstance(cell.value, str):
            sheet.write_string(number, column, cell.value, style)
        elif isinstance(cell.value, date):
            sheet.write_datetime(number, column, cell.value, styles.of(row.kind, cell.kind, DAY))
        else:
            sheet.write_number(number, column, cell.value, style)


def _width(head: Head, column: int) -> int:
    return WIDTHS[head.kind] if column == 0 or head.kind is not Kind.TEXT else 12


def _sheet_name(title: str) -> str:
    """The title without what a sheet's name may not hold."""
    return "".join(" " if sign in "[]:*?/\\" else sign for sign in title)[:NAME_LENGTH]


class _Styles:
    """Cell formats, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[tuple[RowKind, Kind, int], Format] = {}

    def of(self, row: RowKind, kind: Kind, places: int) -> Format:
        key = (row, kind, places)
        if key not in self._made:
            look: dict[str, object] = {"font_name": "Noto Sans", "font_size": 10}
            if row is not RowKind.LINE:
                look |= {"bold": True, "bg_color": "#F3F5F8"}
            if places == DAY:
                look |= {"align": "left", "num_format": SHORT_DATE}
            elif kind is Kind.TEXT:
                look |= {"quote_prefix": True}
            else:
                look |= {
                    "align": "right",
                    "num_format": "#,##0" + ("." + "0" * places) * bool(places),
                }
            self._made[key] = self._book.add_format(look)
        return self._made[key]
