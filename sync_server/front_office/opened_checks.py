"""Which checks bore a number: written with the event that opens a check, read by the search.

Rule: the journal is the truth, this is its index; a row comes with its event in one transaction.
Neighbours: `journal` writes the group, `journal_search` asks.
"""

from collections.abc import Iterable

import msgspec
from sqlalchemy import Connection, select
from sqlmodel import col

from sync_server.protocol.envelope import read_event
from sync_server.store.hot_insert import HotInsert, Row

from .tables import FrontRow, OpenedCheckRow

LOOKED_UP = 1_000
"""Checks of one number, the newest: terminals give a number once a day."""

_OPENED = HotInsert(
    FrontRow.metadata.tables["opened_check"],
    ["n", "number", "check_id"],
)


class _Opened(msgspec.Struct, frozen=True):
    check_id: str
    number: str


_decoder = msgspec.json.Decoder(_Opened)


def note_opened(connection: Connection, opened: Iterable[tuple[int, bytes]]) -> None:
    """Enter events of the type CheckOpened (number, record) in the open transaction."""
    rows: list[Row] = []
    for n, data in opened:
        body = _decoder.decode(read_event(data).body)
        rows.append((n, body.number, body.check_id))
    _OPENED.rows(connection, rows)


def checks_of(connection: Connection, number: str) -> tuple[list[str], int]:
    """The checks that bore a number, and the event that opened the oldest of them; 0 for none."""
    query = (
        select(col(OpenedCheckRow.n), col(OpenedCheckRow.check_id))
        .where(col(OpenedCheckRow.number) == number)
        .order_by(col(OpenedCheckRow.n).desc())
        .limit(LOOKED_UP)
    )
    rows = connection.execute(query).all()
    return [check_id for _, check_id in rows], min((n for n, _ in rows), default=0)
