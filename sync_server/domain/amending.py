"""A changed copy of a frozen record, and a new one, made quickly: every event goes through here.

The `__init__` of a frozen dataclass sets each field through `object.__setattr__`, 0.3 µs a field; a
check has 34 fields and an order makes some fifty copies, on the server and again on every screen.
Here a record is filled as an instance of its twin, a class with the same slots that is not frozen,
and gets its own class last: the same record at a fifth of the price, and as frozen as any other.
The lines that fill it are written out field by field, as `dataclasses` writes its own.
Only for dataclasses that are frozen, have slots and no `__post_init__`, as all aggregates of the
front are; others use `dataclasses.replace`.
"""

from collections.abc import Callable
from dataclasses import MISSING, fields, make_dataclass
from functools import wraps
from typing import Any, TypeVar

T = TypeVar("T")

_copies: dict[type, Callable[[Any], Any]] = {}


def replace(record: T, **changes: object) -> T:
    """As `dataclasses.replace`. Raises AttributeError for a field that the record does not have."""
    kind = type(record)
    copy_of = _copies.get(kind)
    if copy_of is None:
        copy_of = _copies[kind] = _copier(kind)
    made = copy_of(record)
    for name, value in changes.items():
        setattr(made, name, value)
    made.__class__ = kind
    copy: T = made
    return copy


def finish(made: object, name: str, value: object) -> None:
    """Set one more field of a record that the caller has made this moment and nobody else has."""
    object.__setattr__(made, name, value)


def quick(kind: type[T]) -> type[T]:
    """Stands above `@dataclass(frozen=True, slots=True)` of a class that is made often."""
    space: dict[str, Any] = {
        "_become": object.__setattr__,
        "_kind": kind,
        "_twin": _twin_of(kind),
        "_missing": MISSING,
    }
    given, body = ["self"], ['_become(self, "__class__", _twin)']
    for one in fields(kind):  # type: ignore[arg-type]
        name = one.name
        if one.default_factory is not MISSING:
            space[f"_new_{name}"] = one.default_factory
            given.append(f"{name}=_missing")
            body.append(f"self.{name} = _new_{name}() if {name} is _missing else {name}")
            continue
        if one.default is not MISSING:
            space[f"_usual_{name}"] = one.default
        given.append(name if one.default is MISSING else f"{name}=_usual_{name}")
        body.append(f"self.{name} = {name}")
    made = _written(given, [*body, "self.__class__ = _kind"], space)
    type.__setattr__(kind, "__init__", wraps(kind.__init__)(made))
    return kind


def _copier(kind: type) -> Callable[[Any], Any]:
    """A function that gives a copy of a record as its twin."""
    names = [one.name for one in fields(kind)]
    body = ["made = _blank(_twin)", *(f"made.{name} = old.{name}" for name in names)]
    space = {"_blank": object.__new__, "_twin": _twin_of(kind)}
    return _written(["old"], [*body, "return made"], space)


def _written(given: list[str], body: list[str], space: dict[str, Any]) -> Callable[..., Any]:
    """A function of these lines; they are made of the names of fields and of nothing else."""
    lines = "".join(f"\n    {line}" for line in body)
    exec(f"def written({', '.join(given)}):{lines}", space)  # noqa: S102 - see the head of the file
    written: Callable[..., Any] = space["written"]
    return written


def _twin_of(kind: Any) -> Any:
    """The same slots, open to be filled; what is made with it must get its class at the end."""
    assert not hasattr(kind, "__post_init__"), f"{kind.__name__} checks itself when it is made"
    slots: list[Any] = [(one.name, one.type) for one in fields(kind)]
    return make_dataclass(f"{kind.__name__}Twin", slots, slots=True, init=False)
