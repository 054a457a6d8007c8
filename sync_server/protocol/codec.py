"""Bodies of commands and events as frozen dataclasses of the domain, and back.

Rule: what cannot be written again to the same bytes is refused, so two spellings of one thing do
not exist. Older versions of a type are raised step by step by up-casters on plain values; a version
from the future is refused (reliability 2.11). Decoders are made once per type. The envelope around
a body is `envelope`'s.
"""

from collections.abc import Callable, Mapping
from dataclasses import is_dataclass
from hashlib import sha256
from typing import Any, get_args, get_type_hints

import msgspec

from sync_server.domain import limits

from . import shape
from .erasable import without_digests
from .faults import FrameFault

UpCaster = Callable[[dict[str, Any]], dict[str, Any]]


class Codec:
    """Reads and writes the bodies of the types it was given.

    `versions` names the current version of a type where it is not 1; it is raised whenever a field
    is added, which then needs a default. `upcasts` maps (type, version) to a function that gives
    the plain body of the next version, where defaults are not enough. Raises TypeError for classes
    without slots: those would keep the spelling of their input.
    """

    def __init__(
        self,
        commands: Mapping[str, type[Any]],
        events: Mapping[str, type[Any]],
        versions: Mapping[str, int] | None = None,
        upcasts: Mapping[tuple[str, int], UpCaster] | None = None,
    ) -> None:
        self._versions = dict(versions or {})
        self._upcasts = dict(upcasts or {})
        self._commands = {name: _decoder(kind) for name, kind in commands.items()}
        self._events = {name: _decoder(kind) for name, kind in events.items()}
        self._names = {kind: name for name, kind in [*commands.items(), *events.items()]}
        self._kinds = {kind: (name, self.version(name)) for kind, name in self._names.items()}
        self._encoder = msgspec.json.Encoder()
        self.schema_hash = _schema_hash(commands, events, self._versions)

    def version(self, name: str) -> int:
        """The version in which a type is written now."""
        return self._versions.get(name, 1)

    def type_of(self, body: object) -> str:
        """The wire name of a body. Raises KeyError for a class that was not registered."""
        return self._names[type(body)]

    def kind_of(self, body: object) -> tuple[str, int]:
        """The wire name of a body and the version in which it is written now."""
        return self._kinds[type(body)]

    def encode(self, body: object) -> bytes:
        """The canonical bytes of a body."""
        return self._encoder.encode(body)

    def decode_command(self, name: str, version: int, data: bytes | msgspec.Raw) -> Any:
        """The command that a body spells. Raises FrameFault."""
        return self._decode(self._commands, name, version, bytes(data), limits.COMMAND_BYTES)

    def decode_event(self, name: str, version: int, data: bytes | msgspec.Raw) -> Any:
        """The event that a body spells, with nothing in the place of what was erased. Raises
        FrameFault; an unknown type is never skipped."""
        event = self._decode(self._events, name, version, bytes(data), limits.EVENT_BYTES)
        return without_digests(event)

    def _decode(
        self,
        decoders: Mapping[str, "msgspec.json.Decoder[Any]"],
        name: str,
        version: int,
        data: bytes,
        max_bytes: int,
    ) -> Any:
        decoder = decoders.get(name)
        if decoder is None:
            raise FrameFault("unknown_type", name)
        current = self.version(name)
        if version > current or version < 1:
            raise FrameFault("unknown_version", f"{name} {version}")
        if version < current:
            return self._raise_version(decoder, name, version, data, max_bytes)
        if not shape.fits(data):
            shape.parse(data, max_bytes)
        try:
            body = decoder.decode(data)
            again = self._encoder.encode(body)
        except msgspec.ValidationError as error:
            raise FrameFault("bad_field", str(error)) from None
        except shape.READ_ERRORS as error:
            raise FrameFault("not_json", str(error)) from None
        if again != data:
            raise FrameFault("not_canonical", name)
        return body

    def _raise_version(
        self,
        decoder: "msgspec.json.Decoder[Any]",
        name: str,
        version: int,
        data: bytes,
        max_bytes: int,
    ) -> Any:
        plain = shape.canonical(data, max_bytes)
        if not isinstance(plain, dict):
            raise FrameFault("bad_field", name)
        for step in range(version, self.version(name)):
            upcast = self._upcasts.get((name, step))
            try:
                plain = upcast(plain) if upcast is not None else plain
            except (KeyError, TypeError, ValueError) as error:
                raise FrameFault("bad_field", f"{name} {step}: {error!r}") from None
        try:
            body = decoder.decode(self._encoder.encode(plain))
        except shape.READ_ERRORS as error:
            raise FrameFault("bad_field", str(error)) from None
        if not plain.keys() <= msgspec.to_builtins(body).keys():
            raise FrameFault("bad_field", f"{name}: unknown field")
        return body


def _decoder(kind: type[Any]) -> "msgspec.json.Decoder[Any]":
    _require_slots(kind, set())
    return msgspec.json.Decoder(kind)


def _require_slots(kind: Any, seen: set[Any]) -> None:
    for part in get_args(kind):
        _require_slots(part, seen)
    if not isinstance(kind, type) or not is_dataclass(kind) or kind in seen:
        return
    seen.add(kind)
    if "__slots__" not in vars(kind):
        raise TypeError(f"{kind.__name__} needs slots")
    for hint in get_type_hints(kind).values():
        _require_slots(hint, seen)


def _schema_hash(
    commands: Mapping[str, type[Any]],
    events: Mapping[str, type[Any]],
    versions: Mapping[str, int],
) -> str:
    """One word for the set of types and versions: equal on both ends means nothing is unknown."""
    names = [f"c:{name}:{versions.get(name, 1)}" for name in commands]
    names += [f"e:{name}:{versions.get(name, 1)}" for name in events]
    return sha256("\n".join(sorted(names)).encode()).hexdigest()[:16]
