"""FIAS records as bytes: framing, fields, and what may not stand in a value (folio 1.1, 1.2).

Rule: reading never fails. Whatever arrives becomes a `Record` or a `Garbled` that says why, and
the memory it may take is bounded. Fields keep their order and may repeat; unknown ones stay. What
is written is clean: a separator or control character in a value becomes a blank, a letter that the
link's code page lacks loses its accent, or becomes a question mark.

What the fields mean is in `messages`; when they are said, in `conversation`.
"""

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

STX, ETX = 0x02, 0x03
SEPARATOR = "|"
RECORD_MAX = 2_000
"""Characters of a record, its kind and separators included."""
FRAME_BYTES_MAX = 4 * RECORD_MAX


class Field(NamedTuple):
    """One field: a name of two characters and its value."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Record:
    """A record of two characters' kind with its fields in order."""

    kind: str
    fields: tuple[Field, ...] = ()

    def get(self, name: str, otherwise: str = "") -> str:
        """The first value under a name."""
        return next((field.value for field in self.fields if field.name == name), otherwise)


@dataclass(frozen=True, slots=True)
class Garbled:
    """What stood between two marks and is no record; `shown` is its beginning, printable."""

    why: str
    shown: str


class RecordFault(ValueError):
    """A record that we made ourselves and that may not be sent."""


def record(kind: str, *fields: tuple[str, str | int]) -> Record:
    """A record with cleaned values. Fields may be empty; names are ours and have two signs."""
    return Record(kind, tuple(Field(name, clean(str(value))) for name, value in fields))


def clean(value: str) -> str:
    """A value as it may be sent: separators and control characters become blanks."""
    return "".join(" " if _forbidden(char) else char for char in value)


def _forbidden(char: str) -> bool:
    return char == SEPARATOR or unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp"}


def text_of(message: Record) -> str:
    """The record as it stands between the marks; every field ends with a separator."""
    parts = [message.kind, *(f"{field.name}{field.value}" for field in message.fields)]
    return SEPARATOR.join(parts) + SEPARATOR


def encode(message: Record, encoding: str) -> bytes:
    """The frame on the wire. `RecordFault` when a name is not of two signs or it is too long."""
    if any(len(field.name) != 2 or _unsafe(field) for field in message.fields):
        raise RecordFault(f"a field of {message.kind} is not clean")
    text = text_of(message)
    if len(message.kind) != 2 or len(text) > RECORD_MAX:
        raise RecordFault(f"{message.kind}: {len(text)} characters, at most {RECORD_MAX}")
    body = "".join(_in_page(char, encoding) for char in text).encode(encoding, "replace")
    return bytes([STX]) + body + bytes([ETX])


def _unsafe(field: Field) -> bool:
    return any(_forbidden(char) for char in field.name + field.value)


def _in_page(char: str, encoding: str) -> str:
    """The character, or its bare letter where the code page lacks the accent."""
    if char.isascii():
        return char
    try:
        char.encode(encoding)
    except UnicodeEncodeError:
        bare = unicodedata.normalize("NFKD", char)
        return "".join(part for part in bare if not unicodedata.combining(part)) or "?"
    return char


def decode(body: bytes, encoding: str) -> Record | Garbled:
    """What stood between STX and ETX."""
    text = body.decode(encoding, "replace")
    kind, _, rest = text.partition(SEPARATOR)
    if len(kind) != 2 or not kind.isascii() or not kind.isalnum():
        return Garbled("no record kind", _shown(text))
    if any(ord(char) < 0x20 or ord(char) == 0x7F for char in text):
        return Garbled("control characters inside", _shown(text))
    fields = []
    for part in rest.split(SEPARATOR):
        if len(part) == 1:
            return Garbled("a field without a name", _shown(text))
        if part:
            fields.append(Field(part[:2], part[2:]))
    return Record(kind, tuple(fields))


def _shown(text: str) -> str:
    return "".join(char if char.isprintable() else "." for char in text[:80])


class Framer:
    """Cuts a stream into records, however it is torn; bytes outside of frames are dropped."""

    def __init__(self, encoding: str) -> None:
        """`encoding` is the link's code page, which FIAS does not negotiate."""
        self._encoding = encoding
        self._buffer = bytearray()
        self._inside = False

    def feed(self, data: bytes) -> list[Record | Garbled]:
        """The records that end within these bytes, in order."""
        found: list[Record | Garbled] = []
        for byte in data:
            if byte == STX:
                if self._inside:
                    found.append(self._cut("a frame that never ended"))
                self._inside = True
            elif self._inside and byte == ETX:
                found.append(decode(bytes(self._buffer), self._encoding))
                self._buffer.clear()
                self._inside = False
            elif self._inside:
                self._buffer.append(byte)
                if len(self._buffer) > FRAME_BYTES_MAX:
                    found.append(self._cut("longer than a record may be"))
                    self._inside = False
        return found

    def _cut(self, why: str) -> Garbled:
        shown = bytes(self._buffer[:80]).decode(self._encoding, "replace")
        self._buffer.clear()
        return Garbled(why, _shown(shown))
