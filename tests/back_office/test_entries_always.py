"""Entries for accounting balance whatever happened; page, CSV, XLSX and JSON say the same."""

import asyncio
import csv
import io
from collections import Counter
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from hypothesis import given, settings, strategies as st
from openpyxl import load_workbook

from sync_server.back_office.journal_entries import JournalEntry, journal_entries
from sync_server.back_office.moves import moves_where
from sync_server.back_office.web.entries_page import entries_grid
from sync_server.back_office.web.formats import Formats
from sync_server.back_office.web.grid import RowKind
from sync_server.back_office.web.report_files import csv_of
from sync_server.back_office.web.spreadsheet import workbook
from sync_server.back_office.web.words import Words
from sync_server.domain.stock import holdings, store_of
from sync_server.store.database import Database, MemoryDisk
from tests.back_office.house import furnished_image
from tests.back_office.test_api import HEADERS, fill_keys, interface
from tests.back_office.test_books_always import ACTS, Act, books_of

FIRST, LAST = "2026-01-01", "2027-01-31"


def balances(entries: list[JournalEntry]) -> Counter[str]:
    """By account what was debited less what was credited."""
    sums: Counter[str] = Counter()
    for one in entries:
        sums[one.debit] += one.value_minor
        sums[one.credit] -= one.value_minor
    return sums


async def told(books: Database) -> list[dict[str, Any]]:
    """What a program with a key is answered."""
    await fill_keys(books)
    asks = httpx.ASGITransport(interface(books))
    async with httpx.AsyncClient(transport=asks, base_url="http://books", headers=HEADERS) as http:
        query = {"first": FIRST, "last": LAST}
        answer = await http.get("/v1/journal-entries", params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


@settings(max_examples=6, deadline=None)
@given(acts=ACTS, data=st.data())
def test_entries_balance_and_page_csv_xlsx_and_json_hold_the_same(
    acts: list[Act], data: st.DataObject
) -> None:
    order = data.draw(st.permutations(range(len(acts))))

    async def lived() -> tuple[list[JournalEntry], int, list[dict[str, Any]]]:
        with Database.on_disk(MemoryDisk(await furnished_image())) as books:
            await books_of(books, acts, order, "average")
            held = books.read(lambda c: holdings(moves_where(c)))
            stock = sum(one.value_minor for (place, _), one in held.items() if store_of(place))
            return books.read(lambda c: journal_entries(c, FIRST, LAST)), stock, await told(books)

    entries, stock, answer = asyncio.run(lived())
    sums = balances(entries)
    assert sum(sums.values()) == 0
    # What the goods are worth on their account is what lies in the stores.
    assert sums["201"] == stock
    grid = entries_grid(entries, "", Words("en"), Formats("en", ZoneInfo("Europe/Kyiv")), {})
    shown = [row for row in grid.rows if row.kind is RowKind.LINE]
    values = [Decimal(one.value_minor).scaleb(-2) for one in entries]
    assert [row.cells[-1].value for row in shown] == values
    table = list(csv.reader(io.StringIO(csv_of(grid).decode("utf-8-sig"))))[1:-1]
    assert [Decimal(line[-1]) for line in table] == values
    sheet = load_workbook(io.BytesIO(workbook(grid))).active
    assert sheet is not None
    kept = list(sheet.iter_rows(min_row=4, values_only=True))[:-1]
    assert [Decimal(str(line[-1])).quantize(Decimal("0.01")) for line in kept] == values
    # A program is told the same rows, sums in minor units, and no row more or less.
    assert [Decimal(one["value_minor"]).scaleb(-2) for one in answer] == values
    assert [[one["debit"], one["credit"]] for one in answer] == [line[5:7] for line in table]
    where = ("day", "kind", "group_id", "store_from", "store_to")
    assert [[one[key] for key in where] for one in answer] == [
        [getattr(one, key) for key in where] for one in entries
    ]
    assert [line[:-1] for line in table] == [[str(cell or "") for cell in row[:-1]] for row in kept]
