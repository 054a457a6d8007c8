"""Tables that people sent for import, kept with the books so that a restart loses no dry run.

A table waits until its sender takes it in or lets it go, at most `KEPT_MS`; of more than `EACH` of
a person or `ALL` of the house the oldest go. Taking one in is marked in the transaction that does
it, so nothing is taken in twice. Who works on them is `web/import_jobs`.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlmodel import Session, col

from .house_tables import SentTable

KEPT_MS = 3 * 86_400_000
EACH = 4
ALL = 12


@dataclass(frozen=True, slots=True)
class Sent:
    """What is known of a kept table without reading it; `taken_ms` 0: it waits."""

    key: str
    login: str
    subject: str
    name: str
    at_ms: int
    taken_ms: int
    row_count: int


def keep(session: Session, sent: Sent, body: bytes) -> None:
    """Keep one more; what is too old or too much goes."""
    session.execute(delete(SentTable).where(col(SentTable.at_ms) <= sent.at_ms - KEPT_MS))
    held = _heads(session)
    own = [one.key for one in held if one.login == sent.login]
    gone = set(own[EACH - 1 :]) | {one.key for one in held[ALL - 1 :]}
    session.execute(delete(SentTable).where(col(SentTable.key).in_(gone)))
    session.add(
        SentTable(
            key=sent.key,
            login=sent.login,
            subject=sent.subject,
            name=sent.name,
            at_ms=sent.at_ms,
            body=body,
        )
    )


def sent_by(session: Session, login: str, now_ms: int) -> Sequence[Sent]:
    """A person's own, the newest first."""
    return [one for one in _heads(session) if one.login == login and one.at_ms > now_ms - KEPT_MS]


def body_of(session: Session, key: str) -> bytes | None:
    """What was sent; None when it is gone or taken in."""
    row = session.get(SentTable, key)
    return row.body if row is not None and not row.taken_ms else None


def mark_taken(session: Session, key: str, now_ms: int, rows: int) -> None:
    """It is in the books now; only its name stays."""
    row = session.get(SentTable, key)
    assert row is not None, "whoever takes a table in has just read it"
    row.taken_ms, row.row_count, row.body = now_ms, rows, b""


def let_go(session: Session, key: str) -> None:
    """Keep it no longer."""
    session.execute(delete(SentTable).where(col(SentTable.key) == key))


def _heads(session: Session) -> list[Sent]:
    """All that are kept, the newest first, without their bodies."""
    columns = (
        SentTable.key,
        SentTable.login,
        SentTable.subject,
        SentTable.name,
        SentTable.at_ms,
        SentTable.taken_ms,
        SentTable.row_count,
    )
    wanted = select(*map(col, columns)).order_by(col(SentTable.at_ms).desc(), col(SentTable.key))
    return [Sent(*row) for row in session.execute(wanted)]
