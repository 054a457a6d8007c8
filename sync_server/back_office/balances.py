"""What lies in every store, as rows: the running sums of the ledger with their costing states.

`Balances` reads them all at once (a house has some thousands), or those of some goods, and writes
back what was touched. It lives inside one write transaction. Callers: `ledger`, `recosting`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy import Connection

from sync_server.domain.costing import METHODS, Stock
from sync_server.domain.stock import IngredientId, Key, Place, store_of, store_place
from sync_server.store.hot_insert import HotInsert

from .states import figures_of, state_of
from .tables import BackRow

_TABLE = BackRow.metadata.tables["balance"]
_KEY = ("store_id", "ingredient_id")
_FIGURES = ("qty_milli", "value_minor", "cost_qty_milli", "cost_value_minor", "layers")
_ROWS = HotInsert(_TABLE, (*_KEY, *_FIGURES, "last_day", "last_ms"), key=_KEY)
Moment = tuple[str, int]
NEVER: Moment = ("", 0)


@dataclass(slots=True)
class Balances:
    """States by place and good under `method`; `moments` say how far each has come.

    `places` are the stores that ever had a good.
    """

    connection: Connection
    method: str
    states: dict[Key, Stock] = field(default_factory=dict)
    moments: dict[Key, Moment] = field(default_factory=dict)
    places: dict[IngredientId, list[Place]] = field(default_factory=dict)
    _touched: set[Key] = field(default_factory=set)
    _read: bool = False

    def load(self, goods: Sequence[str] = ()) -> None:
        """Read all balances, or those of some goods; once."""
        if self._read:
            return
        self._read = True
        query = sa.select(_TABLE)
        if goods:
            query = query.where(_TABLE.c.ingredient_id.in_(goods))
        for row in self.connection.execute(query).all():
            key = (store_place(row.store_id), IngredientId(row.ingredient_id))
            self.states[key] = state_of(row, self.method)
            self.moments[key] = (row.last_day, row.last_ms)
            self.places.setdefault(key[1], []).append(key[0])

    def touch(self, key: Key) -> Stock:
        """The state of a good in a store, which will be written."""
        self._touched.add(key)
        state = self.states.get(key)
        if state is None:
            state = self.states[key] = METHODS[self.method]()
            self.places.setdefault(key[1], []).append(key[0])
        return state

    def last_moment(self, good: IngredientId) -> Moment:
        """How far a good has come in whichever store is the furthest."""
        return max(
            (self.moments.get((place, good), NEVER) for place in self.places.get(good, ())),
            default=NEVER,
        )

    def held(self, good: IngredientId) -> dict[str, Stock]:
        """The states of a good by store."""
        return {
            store_of(place) or "": self.states[place, good] for place in self.places.get(good, ())
        }

    def write(self) -> None:
        """Put what was touched into the table."""
        rows = []
        for key in sorted(self._touched):
            store_id = store_of(key[0])
            assert store_id is not None, "only stores have a balance"
            moment = self.moments.get(key, NEVER)
            rows.append((store_id, key[1], *figures_of(self.states[key]), *moment))
        _ROWS.rows(self.connection, rows)
        self._touched = set()
