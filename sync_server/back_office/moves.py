"""Rows of the stock ledger: how a move is written and read, and what few of them say.

`Moves` gathers what is added inside one write transaction, numbers it without gaps and puts rows
and sums of the day (`stock_day`) into the tables in one go. Callers: `ledger` for what happens,
`recosting` for what costs differ.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session

from sync_server.domain.stock import IngredientId, Move, MoveKind, Place, from_milli, to_milli
from sync_server.store.hot_insert import HotInsert, Row

from .tables import BackRow, StockMove

_TABLE = BackRow.metadata.tables["stock_move"]
_COLUMNS = (
    "n", "kind", "ingredient_id", "source", "target", "qty_milli", "value_minor", "day", "at_ms",
    "document", "line_id", "fire_no", "undoes", "event_n", "no_cost", "annuls", "corrects",
    "batch", "share", "shared", "passing",
)  # fmt: skip
_MOVES = HotInsert(_TABLE, _COLUMNS)
_DAY_KEY = ("ingredient_id", "day", "kind", "source", "target")
_DAYS = HotInsert(
    BackRow.metadata.tables["stock_day"],
    (*_DAY_KEY, "qty_milli", "value_minor", "moves"),
    key=_DAY_KEY,
    adds=True,
)
_CORRECTING = (MoveKind.COST_CORRECTION, MoveKind.ROUNDING)
READ_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class Entry:
    """What a posting is made for: business day, time, document, and the journal's line if any."""

    day: str
    at_ms: int
    document: str
    line_id: str = ""
    fire_no: int = 0
    event_n: int = 0


class Moves:
    """What is added to the ledger in one transaction; its owner calls `write` before that ends."""

    def __init__(self, session: Session) -> None:
        """Continue after the last numbered move."""
        self._session = session
        self._n = int(
            session.connection().execute(sa.select(sa.func.max(_TABLE.c.n))).scalar() or 0
        )
        self._rows: list[Row] = []
        self._days: dict[tuple[str, str, str, str, str], list[int]] = {}

    @property
    def next_n(self) -> int:
        """The number that the next move gets."""
        return self._n + 1

    def add(self, move: Move, entry: Entry, *, no_cost: bool = False) -> int:
        """Add a priced move; returns its number."""
        self._n += 1
        kind, qty = move.kind.value, to_milli(move.qty)
        self._rows.append(
            (
                self._n, kind, move.ingredient_id, move.source, move.target, qty,
                move.value_minor, entry.day, entry.at_ms, entry.document, entry.line_id,
                entry.fire_no, move.undoes, entry.event_n, no_cost, move.annuls, move.corrects,
                move.batch, move.share, move.shared, move.passing,
            )
        )  # fmt: skip
        key = (move.ingredient_id, entry.day, kind, move.source, move.target)
        sums = self._days.setdefault(key, [0, 0, 0])
        sums[0] += qty
        sums[1] += move.value_minor
        sums[2] += 1
        return self._n

    def write(self) -> None:
        """Put everything added so far into the tables."""
        connection = self._session.connection()
        _MOVES.rows(connection, self._rows)
        _DAYS.rows(connection, [(*key, *sums) for key, sums in self._days.items()])
        self._rows, self._days = [], {}


def domain_move(row: StockMove | Any) -> Move:
    """A row as the domain's entry.

    A correction from before they named their move stands right after it.
    """
    kind = MoveKind(row.kind)
    corrected = kind in _CORRECTING
    return Move(
        kind,
        IngredientId(row.ingredient_id),
        Place(row.source),
        Place(row.target),
        from_milli(row.qty_milli),
        row.value_minor,
        row.day,
        row.n,
        row.document,
        row.undoes,
        row.at_ms,
        row.annuls,
        (row.corrects or row.n - 1) if corrected else 0,
        row.batch,
        row.share,
        row.shared,
        row.passing,
    )


def moves_where(connection: Connection, *where: Any, by: Iterable[Any] = ()) -> Iterator[Move]:
    """Moves that answer a condition, in their order unless `by` names another; read in pieces."""
    query = sa.select(_TABLE).where(*where).order_by(*(tuple(by) or (_TABLE.c.n,)))
    rows = connection.execute(query, execution_options={"yield_per": READ_AT_ONCE})
    return map(domain_move, rows)
