"""A report's grid as XLSX (`spreadsheet`), CSV and PDF: the same rows as the screen.

Text that a spreadsheet would take for a formula gets an apostrophe in front (ARCHITECTURE
section 8); figures are plain decimals.
"""

import csv
import io
from collections.abc import Mapping

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from .grid import Cell, Grid, Kind, RowKind
from .printing import PrintColumn, PrintForm, pdf_of
from .spreadsheet import XLSX, workbook
from .words import Words

FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")
PRINTED_AT_MOST = 2_000
WIDE_FROM = 8
WIDTHS = {Kind.TEXT: 0, Kind.QUANTITY: 19, Kind.MONEY: 23, Kind.PERCENT: 15}


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
    return format(round(cell.value, cell.places), "f")


def report_pdf(grid: Grid, words: Words) -> bytes:
    """The grid on paper; a very long one is cut and says so."""
    lines = [row for row in grid.rows if row.kind is not RowKind.TOTAL]
    total = [row for row in grid.rows if row.kind is RowKind.TOTAL]
    cut = len(lines) - PRINTED_AT_MOST
    remarks = [(words.cut_on_paper, str(cut))] if cut > 0 else []
    form = PrintForm(
        grid.title,
        words.language,
        [
            PrintColumn(head.title, WIDTHS[head.kind], head.kind is not Kind.TEXT)
            for head in grid.heads
        ],
        [[cell.text for cell in row.cells] for row in lines[:PRINTED_AT_MOST]],
        facts=[(words.report_of, grid.caption)],
        totals=[[cell.text for cell in row.cells] for row in total],
        remarks=remarks,
        wide=len(grid.heads) >= WIDE_FROM,
    )
    return pdf_of(form)
