"""The costing state of a good between its rows and the domain's methods.

A balance keeps quantity, value and last cost in columns and the layers of FIFO as text; a
checkpoint keeps the states of all stores as one text. Both are exact: whole numbers only.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Protocol

from sync_server.domain.costing import Average, Fifo, Part, Stock, UnitCost
from sync_server.domain.stock import from_milli, to_milli

AVERAGE, FIFO = "average", "fifo"
Pairs = Sequence[tuple[int, int]]


class Kept(Protocol):
    """The columns of a balance that are its state."""

    @property
    def qty_milli(self) -> int: ...
    @property
    def value_minor(self) -> int: ...
    @property
    def cost_qty_milli(self) -> int: ...
    @property
    def cost_value_minor(self) -> int: ...
    @property
    def layers(self) -> str: ...


def state_of(balance: Kept, method: str) -> Stock:
    """The state that a balance stands for."""
    cost = None
    if balance.cost_qty_milli:
        cost = UnitCost(balance.cost_value_minor, from_milli(balance.cost_qty_milli))
    qty = from_milli(balance.qty_milli)
    if method == AVERAGE:
        return Average(qty, balance.value_minor, cost)
    kept: Mapping[str, Pairs] = json.loads(balance.layers or "{}")
    return Fifo(_parts(kept.get("layers", ())), _parts(kept.get("shortages", ())), cost)


def figures_of(state: Stock) -> tuple[int, int, int, int, str]:
    """A state as a balance keeps it: quantity, value, the last cost's two, layers."""
    cost = _cost(state)
    return (
        to_milli(state.qty),
        state.value_minor,
        to_milli(cost.qty) if cost else 0,
        cost.value_minor if cost else 0,
        _layers(state) if isinstance(state, Fifo) else "",
    )


def body_of(states: Mapping[str, Stock], price: UnitCost | None) -> str:
    """The text of a checkpoint: the states by store, and what was last paid."""
    stores = {}
    for store_id, state in sorted(states.items()):
        cost = _cost(state)
        layers, shortages = (
            (_pairs(state.layers), _pairs(state.shortages)) if isinstance(state, Fifo) else ([], [])
        )
        stores[store_id] = {
            "held": [to_milli(state.qty), state.value_minor],
            "cost": [to_milli(cost.qty), cost.value_minor] if cost else None,
            "layers": layers,
            "shortages": shortages,
        }
    last = [to_milli(price.qty), price.value_minor] if price else None
    return json.dumps({"stores": stores, "price": last}, separators=(",", ":"))


def states_in(body: str, kept: str, method: str) -> tuple[dict[str, Stock], UnitCost | None]:
    """The states of a checkpoint that was `kept` under one method, for another if need be.

    Changing to FIFO makes one layer of what lies there, changing to the average adds them up.
    """
    read = json.loads(body)
    states: dict[str, Stock] = {}
    for store_id, row in read["stores"].items():
        qty, value = from_milli(row["held"][0]), row["held"][1]
        cost = _unit_cost(row["cost"])
        if method == AVERAGE:
            states[store_id] = Average(qty, value, cost)
            continue
        layers, shortages = _parts(row["layers"]), _parts(row["shortages"])
        if kept != FIFO:
            layers = (Part(qty, value),) if qty > 0 else ()
            shortages = (Part(-qty, -value),) if qty < 0 else ()
        states[store_id] = Fifo(layers, shortages, cost)
    return states, _unit_cost(read["price"])


def _cost(state: Stock) -> UnitCost | None:
    assert isinstance(state, Average | Fifo), "every method has a last cost"
    return state.cost


def _unit_cost(pair: Sequence[int] | None) -> UnitCost | None:
    return UnitCost(pair[1], from_milli(pair[0])) if pair else None


def _layers(state: Fifo) -> str:
    kept = {"layers": _pairs(state.layers), "shortages": _pairs(state.shortages)}
    return json.dumps(kept, separators=(",", ":"))


def _pairs(parts: Sequence[Part]) -> list[tuple[int, int]]:
    return [(to_milli(part.qty), part.value_minor) for part in parts]


def _parts(pairs: Pairs) -> tuple[Part, ...]:
    return tuple(Part(from_milli(qty), value) for qty, value in pairs)
