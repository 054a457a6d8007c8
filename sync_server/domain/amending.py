"""A changed copy of a frozen record, and a new one, made quickly: every event goes through here.

The `__init__` of a frozen dataclass sets each field through `object.__setattr__`, 0.3 µs a field; a
check has 27 fields and an order makes some fifty copies, on the server and again on every screen.
Here a record is filled as an instance of its twin, a class with the same slots that is not frozen,
and then given its own class: the same record at a third of the price, and as frozen as any other.
Only for dataclasses that are frozen, have slots and no `__post_init__`, as all aggregates of the
front are; others use `dataclasses.replace`.
"""

from collections.abc import Callable
from dataclasses import MISSING, field, fields, make_dataclass
from functools import wraps
from operator import attrgetter
from typing import Any, TypeVar

T = TypeVar("T")

_Plan = tuple[Callable[[Any], tuple[Any, ...]], Callable[..., Any]]

_plans: dict[type, _Plan] = {}


def replace(record: T, **changes: object) -> T:
    """As `dataclasses.replace`. Raises AttributeError for a field that the record does not have."""
    kind = type(record)
    plan = _plans.get(kind)
    if plan is None:
        plan = _plans[kind] = _plan_of(kind)
    read, twin = plan
    made = twin(*read(record))
    for name, value in changes.items():
        setattr(made, name, value)
    made.__class__ = kind
    copy: T = made
    return copy


def quick(kind: type[T]) -> type[T]:
    """Stands above `@dataclass(frozen=True, slots=True)` of a class that is made often."""
    twin = _twin_of(kind)
    fill: Callable[..., None] = twin.__init__
    become = object.__setattr__

    @wraps(kind.__init__)
    def made(self: Any, *given: object, **named: object) -> None:
        become(self, "__class__", twin)
        fill(self, *given, **named)
        self.__class__ = kind

    type.__setattr__(kind, "__init__", made)
    return kind


def _plan_of(kind: type) -> _Plan:
    names = [one.name for one in fields(kind)]
    assert len(names) > 1, "attrgetter gives a tuple for two names and more"
    return attrgetter(*names), _twin_of(kind)


def _twin_of(kind: Any) -> Any:
    """The same slots, open to be filled; what is made with it must get its class at the end."""
    assert not hasattr(kind, "__post_init__"), f"{kind.__name__} checks itself when it is made"
    slots: list[Any] = []
    for one in fields(kind):
        if one.default is not MISSING:
            slots.append((one.name, one.type, field(default=one.default)))
        elif one.default_factory is not MISSING:
            slots.append((one.name, one.type, field(default_factory=one.default_factory)))
        else:
            slots.append((one.name, one.type))
    return make_dataclass(f"{kind.__name__}Twin", slots, slots=True)
