"""The statement of a house account: its lines as the ledger has them, the newest first, in pages.

Read from the ledger, which is never changed, joined with the journal for the time and the kind of
each entry; what is owed in all is in the live state (`domain.accounts`). Asked by `asks`.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, select

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
