"""The statement of a house account: its lines as the ledger has them, the newest first, in pages.

Read from the ledger, which is never changed, joined with the journal for the time and the kind of
each entry; what is owed in all is in the live state (`domain.accounts`). Asked by `asks`.
"""

from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection, func, select
from sqlmodel import col

from sync_server.domain.invoices import Sold, summed, taxes_in
from sync_server.domain.limits import FIGURE_ROWS
from sync_server.domain.records import FigureRow, TaxSum
from sync_server.domain.venue import Venue
from sync_server.store.database import Database

from .tables import JournalRow, LedgerRow

LINES = 40
"""Lines of one answer; more are asked for with the number of the last one."""

INVOICE_PAGES = 25
"""Pages that one invoice looks through; what is older stays for the next one."""


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry: `amount_minor` above zero is owed, below is paid. `n` is its event's number."""

    n: int
    at_ms: int
    kind: str
    document: str
    day: str
    amount_minor: int


async def statement(database: Database, account_id: str, before_n: int) -> list[StatementLine]:
    """Lines of an account before an event, at most one page; 0 is from the newest."""

    def read(connection: Connection) -> list[StatementLine]:
        query = (
            select(
                col(LedgerRow.n),
                col(JournalRow.at_ms),
                col(JournalRow.type),
                col(LedgerRow.document),
                col(LedgerRow.biz_day),
                col(LedgerRow.amount_minor),
            )
            .join(JournalRow, col(JournalRow.n) == col(LedgerRow.n))
            .where(col(LedgerRow.account) == f"account:{account_id}")
            .order_by(col(LedgerRow.n).desc(), col(LedgerRow.pos).desc())
            .limit(LINES)
        )
        if before_n:
            query = query.where(col(LedgerRow.n) < before_n)
        return [StatementLine(*row) for row in connection.execute(query)]

    return await database.read_async(read)


Paper = tuple[tuple[FigureRow, ...], int, tuple[TaxSum, ...]]
"""Rows, total and, of an invoice, its taxes by rate."""


def statement_rows(lines: list[StatementLine], owed_minor: int, venue: Venue) -> Paper:
    """The newest page of lines, the oldest first, after what was carried forward."""
    rows = [FigureRow(_named(line, venue), line.amount_minor) for line in lines]
    left = owed_minor - sum(line.amount_minor for line in lines)
    if left and rows:
        rows.append(FigureRow("", left))
    return tuple(reversed(rows)), owed_minor, ()


async def invoice_rows(database: Database, account_id: str, owed_minor: int, venue: Venue) -> Paper:
    """What an account owes by its checks, the oldest first, with the tax in each: what was paid
    already, and what is not a sale yet, is not in it. Empty when there is nothing to say."""
    rows: list[FigureRow] = []
    taxes: list[tuple[TaxSum, ...]] = []
    left, before_n = owed_minor, 0
    for _ in range(INVOICE_PAGES):
        lines = await statement(database, account_id, before_n)
        owing = [line for line in lines if line.amount_minor > 0]
        sales = await database.read_async(partial(_sales, [line.document for line in owing]))
        for line in owing:
            sold, tips = sales.get(line.document, ({}, 0))
            amount = min(line.amount_minor, left)
            if amount <= 0 or not sold:
                continue
            left -= amount
            rows.append(FigureRow(_named(line, venue), amount))
            taxes.append(taxes_in(amount, sold, tips))
        if left <= 0 or len(lines) < LINES:
            break
        before_n = lines[-1].n
    total = sum(row.amount_minor for row in rows)
    if len(rows) > FIGURE_ROWS:
        kept = rows[: FIGURE_ROWS - 1]
        rows = [*kept, FigureRow("", total - sum(row.amount_minor for row in kept))]
    return tuple(reversed(rows)), total, summed(taxes)


def _named(line: StatementLine, venue: Venue) -> str:
    check = venue.check(line.document)
    return f"{line.day} {check.number if check else ''}".strip()


def _sales(documents: list[str], connection: Connection) -> dict[str, tuple[Sold, int]]:
    """What the ledger booked as sold, by rate, and as tips, for each check."""
    query = (
        select(
            col(LedgerRow.document), col(LedgerRow.account), func.sum(col(LedgerRow.amount_minor))
        )
        .where(col(LedgerRow.document).in_(documents))
        .group_by(LedgerRow.document, LedgerRow.account)
    )
    found: dict[str, tuple[dict[int, tuple[int, int]], int]] = {}
    for document, account, minor in connection.execute(query):
        kind, _, rate = account.partition(":")
        sold, tips = found.setdefault(document, ({}, 0))
        if kind in ("sales", "tax"):
            net, tax = sold.get(int(rate), (0, 0))
            sold[int(rate)] = (
                (net - int(minor), tax) if kind == "sales" else (net, tax - int(minor))
            )
        elif account == "tips":
            found[document] = (sold, tips - int(minor))
    return {document: (sold, tips) for document, (sold, tips) in found.items()}
