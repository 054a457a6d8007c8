"""Where the costs of a good stood when each week began, so that a recalculation begins there.

A mark holds the states of a good in all its stores before its first move of a week, in the order of
costing. The ledger leaves one in passing, a recalculation leaves those behind its start anew;
marks behind a late document's day are not looked at before that. Callers: `ledger`, `recosting`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

import sqlalchemy as sa
from sqlalchemy import Connection
from sqlmodel import Session, col, select

from sync_server.domain.costing import Stock
from sync_server.domain.stock import IngredientId
from sync_server.store.hot_insert import HotInsert, Row

from .states import body_of, state_of, states_in
from .tables import BackRow, Balance, CostMark, StockDay

_TABLE = BackRow.metadata.tables["cost_mark"]
_KEY = ("ingredient_id", "day")
_ROWS = HotInsert(_TABLE, (*_KEY, "method", "body"), key=_KEY)
DAYS_KNOWN = 1_000


@lru_cache(DAYS_KNOWN)
def week_of(day: str) -> str:
    """The Monday of an ISO day; nothing of nothing, which is before every week."""
    if not day:
        return ""
    known = date.fromisoformat(day)
    return (known - timedelta(days=known.weekday())).isoformat()


def day_before(day: str) -> str:
    """The ISO day before."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


@dataclass(slots=True)
class Marks:
    """Marks left in one transaction; their owner calls `write` before that ends.

    `weeks` says by good which week its history has reached.
    """

    method: str
    weeks: dict[str, str] = field(default_factory=dict)
    _rows: list[Row] = field(default_factory=list)

    def leave(self, good: str, week: str, states: Mapping[str, Stock]) -> None:
        """The history of a good comes to a new week; so it stood before."""
        self.weeks[good] = week
        body = body_of(states, None)
        self._rows.append((good, week, self.method, body))

    def write(self, connection: Connection) -> None:
        """Put the marks into their table."""
        _ROWS.rows(connection, self._rows)
        self._rows = []


def forget(connection: Connection, goods: Sequence[str], after: str) -> None:
    """Drop the marks of goods behind a day, because they are left anew."""
    connection.execute(
        sa.delete(_TABLE).where(_TABLE.c.ingredient_id.in_(goods), _TABLE.c.day > after)
    )


def standing(session: Session, good: str, day: str, method: str) -> dict[str, Stock] | None:
    """The states of a good by store before the first `day` of a week; None where no mark tells.

    A week without a move has no mark: then the next mark tells, or what lies there now, unless
    something was dated in between since.
    """
    marks = select(CostMark).where(CostMark.ingredient_id == good, CostMark.day >= day)
    mark = session.exec(marks.order_by(col(CostMark.day)).limit(1)).first()
    moved = select(StockDay.day).where(StockDay.ingredient_id == good, StockDay.day >= day)
    if mark is not None:
        moved = moved.where(StockDay.day < mark.day)
    if session.exec(moved.limit(1)).first() is not None or (mark and mark.method != method):
        return None
    if mark is not None:
        return states_in(mark.body, mark.method, method)[0]
    return _lying(session, IngredientId(good), method)


def _lying(session: Session, good: IngredientId, method: str) -> dict[str, Stock]:
    rows = session.exec(select(Balance).where(Balance.ingredient_id == good)).all()
    return {row.store_id: state_of(row, method) for row in rows}
