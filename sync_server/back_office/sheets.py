"""Tables that people send: XLSX and CSV become rows of texts, each cell with its place.

Nothing is guessed: a merged cell, a date where a figure was meant, a row too many are faults with
sheet, row and column. Formulas are never run: only the value that was stored is read. What the
columns mean is `importing`.
"""

import csv
import io
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from sync_server.domain.menu_cards import METHOD_LENGTH

ROWS = 60_000
COLUMNS = 60
BYTES = 20 * 1024 * 1024
UNPACKED = 400 * 1024 * 1024
FAULTS = 20_000
TEXT_LENGTH = METHOD_LENGTH + 1
"""One more than the longest text that is kept, so that a longer one is seen."""


@dataclass(frozen=True, slots=True)
class CellFault:
    """What is wrong with a cell: sheet, row from 1, column letter, and what was there."""

    sheet: str
    row: int
    column: str
    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row with its number in the file."""

    number: int
    cells: Sequence[str]


@dataclass(slots=True)
class Table:
    """A sheet: its heads from the first row that has any, the rows below, and what is wrong."""

    name: str
    heads: Sequence[str] = ()
    rows: list[TableRow] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)


def tables_in(name: str, body: bytes) -> list[Table] | CellFault:
    """Every sheet of a file; a fault when it cannot be read at all."""
    if len(body) > BYTES:
        return CellFault(name, 0, "", "file_too_large")
    if name.lower().endswith(".csv"):
        return _csv(name, body)
    try:
        with zipfile.ZipFile(io.BytesIO(body)) as packed:
            if sum(one.file_size for one in packed.infolist()) > UNPACKED:
                return CellFault(name, 0, "", "file_too_large")
        book = load_workbook(io.BytesIO(body), data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, OSError):
        return CellFault(name, 0, "", "file_unreadable")
    return [_sheet(sheet) for sheet in book.worksheets if isinstance(sheet, Worksheet)]


def _csv(name: str, body: bytes) -> list[Table] | CellFault:
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = body.decode("cp1251")
        except UnicodeDecodeError:
            return CellFault(name, 0, "", "file_unreadable")
    first = text.partition("\n")[0]
    mark = max(";,\t", key=first.count)
    table = Table(name)
    try:
        for number, cells in enumerate(csv.reader(io.StringIO(text), delimiter=mark), start=1):
            if not _take(table, number, [cell.strip()[:TEXT_LENGTH] for cell in cells[:COLUMNS]]):
                break
    except csv.Error:
        return CellFault(name, 0, "", "file_unreadable")
    return [table]


def _sheet(sheet: Worksheet) -> Table:
    table = Table(sheet.title)
    for merged in sheet.merged_cells.ranges:
        if len(table.faults) < FAULTS:
            place = get_column_letter(merged.min_col)
            fault = CellFault(sheet.title, merged.min_row, place, "merged_cells", merged.coord)
            table.faults.append(fault)
    for number, cells in enumerate(sheet.iter_rows(max_col=COLUMNS, values_only=True), start=1):
        if not _take(table, number, [_text(cell) for cell in cells]):
            break
    return table


def _take(table: Table, number: int, cells: list[str]) -> bool:
    """Add a row; False when there are too many."""
    if not any(cells):
        return True
    if not table.heads:
        table.heads = [cell.casefold() for cell in cells]
        return True
    if len(table.rows) >= ROWS:
        table.faults.append(CellFault(table.name, number, "", "too_many_rows", str(ROWS)))
        return False
    table.rows.append(TableRow(number, cells))
    return True


def _text(value: object) -> str:
    """A cell as text; a date says that it is one, so that no figure is made of it."""
    match value:
        case None:
            return ""
        case bool():
            return str(value).lower()
        case datetime() | date() | time():
            return f"date:{value.isoformat()}"
        case int() | Decimal():
            return str(value)
        case str():
            return value.strip()[:TEXT_LENGTH]
        case _:
            return format(Decimal(repr(value)).normalize(), "f")


def letter(index: int) -> str:
    """The letter of a column, as spreadsheets name it."""
    return get_column_letter(index + 1)


def named(table: Table, names: Sequence[str]) -> int | None:
    """The column that bears one of the names; None when there is none."""
    wanted = {name.casefold() for name in names}
    return next((index for index, head in enumerate(table.heads) if head in wanted), None)
