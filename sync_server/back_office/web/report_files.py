"""A report's grid as XLSX (`spreadsheet`), CSV and PDF: the same rows as the screen.

Text that a spreadsheet would take for a formula gets an apostrophe in front (ARCHITECTURE
section 8); figures are plain decimals.
"""

import csv
import io
from collections.abc import Mapping
from datetime import date

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from .grid import Cell, Grid, Kind, RowKind
from .printing import PrintColumn, PrintForm, pdf_of
from .spreadsheet import XLSX, workbook
from .words import Words

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
PRINTED_AT_MOST = 2_000
PADDING_MM, LETTER_MM, LEAST_MM, NAME_MM, UPRIGHT_MM = 4, 1.75, 14, 45, 182
SHORT = 16
"""Letters of a text that needs no more room than it has."""

FILES: Mapping[str, str] = {
    "xlsx": XLSX,
    "csv": "text/csv; charset=utf-8",
    "pdf": "application/pdf",
}
"""The kinds of files by their endings."""


async def grid_file(grid: Grid, name: str, suffix: str, words: Words) -> Response:
    """A grid as a file of a kind of `FILES`, to be kept."""
    make = {
        "xlsx": lambda: workbook(grid),
        "csv": lambda: csv_of(grid),
        "pdf": lambda: report_pdf(grid, words),
    }[suffix]
    body = await run_in_threadpool(make)
    headers = {"Content-Disposition": f'attachment; filename="{name}.{suffix}"'}
    return Response(body, media_type=FILES[suffix], headers=headers)


def csv_of(grid: Grid) -> bytes:
    """Heads and rows as comma-separated UTF-8 with the mark that spreadsheets look for."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([plain(head.title) for head in grid.heads])
    for row in grid.rows:
        writer.writerow([_value(cell) for cell in row.cells])
    return buffer.getvalue().encode("utf-8-sig")


def plain(text: str) -> str:
    """Text that is no formula in any spreadsheet."""
    return f"'{text}" if text.startswith(FORMULA_SIGNS) else text


def _value(cell: Cell) -> str:
    if cell.value is None:
        return ""
    if isinstance(cell.value, str):
        return plain(cell.value)
    if isinstance(cell.value, date):
        return cell.value.isoformat()
    return format(round(cell.value, cell.places), "f")


def report_pdf(grid: Grid, words: Words) -> bytes:
    """The grid on paper; a very long one is cut and says so."""
    lines = [row for row in grid.rows if row.kind is not RowKind.TOTAL]
    total = [row for row in grid.rows if row.kind is RowKind.TOTAL]
    printed = lines[:PRINTED_AT_MOST]
    while len(printed) < len(lines) and printed[-1].kind is RowKind.GROUP:
        printed.pop()
    cut = len(lines) - len(printed)
    remarks = [(words.cut_on_paper, str(cut))] if cut > 0 else []
    widths = [_width(grid, number) for number in range(len(grid.heads))]
    form = PrintForm(
        grid.title,
        words.language,
        [
            PrintColumn(head.title, width, head.kind is not Kind.TEXT)
            for head, width in zip(grid.heads, widths, strict=True)
        ],
        [[cell.text for cell in row.cells] for row in printed],
        facts=[(words.report_of, grid.caption)],
        totals=[[cell.text for cell in row.cells] for row in total],
        remarks=remarks,
        wide=sum(width or NAME_MM for width in widths) > UPRIGHT_MM,
        heavy=[number for number, row in enumerate(printed) if row.kind is RowKind.GROUP],
    )
    return pdf_of(form)


def _width(grid: Grid, number: int) -> int:
    """Millimetres of a column on paper: as its longest figure and the longest word of its head
    need; what is left (0) goes to names, a short text beside them keeps to its own width."""
    head = grid.heads[number]
    longest = max((len(row.cells[number].text) for row in grid.rows), default=0)
    word = max(map(len, head.title.split()), default=0)
    needed = PADDING_MM + round(max(longest, word + 1) * LETTER_MM)
    if head.kind is Kind.TEXT:
        return 0 if number == 0 or longest > SHORT else needed
    return max(needed, LEAST_MM)
