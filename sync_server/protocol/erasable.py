"""Records of which a part can be erased while the chain still follows (reliability S-29).

A record that names a guest bears a random salt. What the chain covers of it is another spelling:
without the salt, and with a digest in the place of each text that names somebody. To erase is to
keep that spelling alone. Which texts these are says `domain.guest_data`; `envelope.chain` goes
through here, `front_office.guest_records` erases.
"""

import re
from dataclasses import replace
from hashlib import sha256
from typing import Any, TypeVar

import msgspec

from sync_server.domain.guest_data import PERSONAL

T = TypeVar("T")

SALT_LETTERS = 32
_MARK = b',"salt":"'
_MARK_AT = slice(-(len(_MARK) + SALT_LETTERS + 2), -(SALT_LETTERS + 2))
_DIGEST = "sha256:"
_ERASED = re.compile(r"sha256:[0-9a-f]{64}")
_NAMING = frozenset(field for fields in PERSONAL.values() for field in fields)
_SIGNS = tuple(f'"{field}":"'.encode() for field in sorted(_NAMING))
_FIELDS = {kind.__name__: fields for kind, fields in PERSONAL.items()}

_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder()


def salt_of(chance: str) -> str:
    """A salt from something that nobody can guess."""
    return sha256(chance.encode()).hexdigest()[:SALT_LETTERS]


def is_salted(data: bytes) -> bool:
    """Whether a record still holds what can be erased. The salt is what it ends with."""
    return data[_MARK_AT] == _MARK


def chained_form(data: bytes) -> bytes:
    """What the chain covers of a record; of most that is the record itself."""
    if not is_salted(data):
        return data
    record = _decoder.decode(data)
    salt, body = record.pop("salt"), record["body"]
    for field in _FIELDS.get(record["type"], ()):
        if body.get(field):
            text = f"{salt}{field}:{body[field]}"
            body[field] = _DIGEST + sha256(text.encode()).hexdigest()
    return _encoder.encode(record)


def without_digests(event: T) -> T:
    """The event with nothing where a text was erased; a guest whose name looks like a digest has
    none from the start."""
    fields = PERSONAL.get(type(event))
    if fields is None:
        return event
    gone = {one: "" for one in fields if _ERASED.fullmatch(getattr(event, one))}
    return replace(event, **gone) if gone else event  # type: ignore[type-var]


def erased_fields(kind: str, body: dict[str, Any]) -> tuple[str, ...]:
    """Fields of a plain body whose text was erased."""
    fields = _FIELDS.get(kind, ())
    return tuple(one for one in fields if _ERASED.fullmatch(str(body.get(one, ""))))


def names_nobody(command: bytes) -> bytes:
    """A command's bytes without the texts that name a guest. Its hash was of what it said."""
    if not any(sign in command for sign in _SIGNS):
        return command
    plain = _decoder.decode(command)
    for field in _NAMING & plain["body"].keys():
        if isinstance(plain["body"][field], str):
            plain["body"][field] = ""
    return _encoder.encode(plain)
