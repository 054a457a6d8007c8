"""A changed copy of a frozen record, made quickly: every event folds through here many times.

`dataclasses.replace` runs the frozen `__init__`, which costs 0.3 µs a field; a check has 27 fields
and an order makes some fifty copies, on the server and again on every screen. Here the slots are
filled directly: the same copy at a quarter of the price. Only for frozen dataclasses with slots and
without `__post_init__`, as all aggregates of the front are; others use `dataclasses.replace`.
"""

from collections.abc import Callable
from dataclasses import fields
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")

_Setter = Callable[[object, object], None]
_Plan = tuple[Callable[[Any], tuple[Any, ...]], tuple[_Setter, ...], dict[str, _Setter]]

_plans: dict[type, _Plan] = {}
_new = object.__new__


def replace(record: T, **changes: object) -> T:
    """As `dataclasses.replace`. Raises KeyError for a field that the record does not have."""
    kind = type(record)
    plan = _plans.get(kind)
    if plan is None:
        plan = _plans[kind] = _plan_of(kind)
    read, setters, by_name = plan
    made = _new(kind)
    for put, value in zip(setters, read(record), strict=True):
        put(made, value)
    for name, value in changes.items():
        by_name[name](made, value)
    return made


def _plan_of(kind: type) -> _Plan:
    names = [field.name for field in fields(kind)]
    assert len(names) > 1, "attrgetter gives a tuple for two names and more"
    assert not hasattr(kind, "__post_init__"), f"{kind.__name__} checks itself when it is made"
    by_name: dict[str, _Setter] = {name: kind.__dict__[name].__set__ for name in names}
    return attrgetter(*names), tuple(by_name.values()), by_name
