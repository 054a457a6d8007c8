"""The statement of a house account: its lines as the ledger has them, the newest first, in pages.

Read from the ledger, which is never changed, joined with the journal for the time and the kind of
each entry; what is owed in all is in the live state (`domain.accounts`). Asked by `asks`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from sync_server.domain.records import FigureRow
from sync_server.domain.venue import Venue
from sync_server.store.database import Database

from .tables import JournalRow, LedgerRow

LINES = 40
"""Lines of one answer; more are asked for with the number of the last one."""


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
            select(  # type: ignore[call-overload]
                LedgerRow.n,
                JournalRow.at_ms,
                JournalRow.type,
                LedgerRow.document,
                LedgerRow.biz_day,
                LedgerRow.amount_minor,
            )
            .join(JournalRow, JournalRow.n == LedgerRow.n)
            .where(LedgerRow.account == f"account:{account_id}")
            .order_by(LedgerRow.n.desc(), LedgerRow.pos.desc())  # type: ignore[attr-defined]
            .limit(LINES)
        )
        if before_n:
            query = query.where(LedgerRow.n < before_n)
        return [StatementLine(*row) for row in connection.execute(query)]

    return await database.read_async(read)


def paper_rows(
    document: str, lines: list[StatementLine], owed_minor: int, venue: Venue
) -> tuple[tuple[FigureRow, ...], int]:
    """The rows of a paper and its total, the oldest first. A statement has the newest page of
    lines and what was carried forward; an invoice only what is owed, so that what was paid already
    is in it no more. Empty when there is nothing to say."""
    rows: list[FigureRow] = []
    left = owed_minor
    for line in lines:
        if document == "invoice" and (line.amount_minor <= 0 or left <= 0):
            continue
        amount = min(line.amount_minor, left) if document == "invoice" else line.amount_minor
        left -= amount
        check = venue.check(line.document)
        rows.append(FigureRow(f"{line.day} {check.number if check else ''}".strip(), amount))
    if left and (rows or document == "invoice") and (document != "invoice" or left > 0):
        rows.append(FigureRow("", left))
    return tuple(reversed(rows)), owed_minor
