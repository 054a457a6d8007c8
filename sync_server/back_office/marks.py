"""Where the costs of a good stood when each month began, so that a recalculation begins there.

A mark holds the states of a good in all its stores before its first move of a month, in the order
of costing. The ledger leaves one in passing, a recalculation leaves those behind its start anew;
marks behind a late document's day are not looked at before that. Callers: `ledger`, `recosting`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

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
MONTH = len("2026-11")


def month_of(day: str) -> str:
    """The month of an ISO day."""
    return day[:MONTH]


def first_day(month: str) -> str:
    """The first day of a month; every day of an earlier month is before it."""
    return f"{month}-01"


def day_before(day: str) -> str:
    """The ISO day before."""
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


@dataclass(slots=True)
class Marks:
    """Marks left in one transaction; their owner calls `write` before that ends.

    `months` says by good which month its history has reached.
    """

    method: str
    months: dict[str, str] = field(default_factory=dict)
    _rows: list[Row] = field(default_factory=list)

    def leave(self, good: str, month: str, states: Mapping[str, Stock]) -> None:
        """The history of a good comes to a new month; so it stood before."""
        self.months[good] = month
        body = body_of(states, None)
        self._rows.append((good, first_day(month), self.method, body))

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
    """The states of a good by store before a month's first `day`; None where no mark tells.

    A month without a move has no mark: then the next mark tells, or what lies there now, unless
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
