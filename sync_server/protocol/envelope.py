"""Commands and events as they are stored: canonical JSON whose bytes never change again.

A command is written once on its terminal; the server stores and forwards those very bytes, and
`prev` chains each command to the one before it on the device, which is how a cloned tablet shows up
(reliability 2.2, 2.3). An event record is written once by the server; `chain` links the journal
(2.6). Bodies stay opaque here: `codec` reads them.
"""

from hashlib import sha256
from typing import Annotated, TypeVar

import msgspec

from sync_server.domain import limits

from . import shape
from .erasable import chained_form
from .faults import FrameFault

T = TypeVar("T", "Command", "EventRecord", "Lent")

GENESIS = "0" * 64
"""The chain's hash before the first event."""

Text = Annotated[str, msgspec.Meta(max_length=limits.TEXT_LENGTH)]
Name = Annotated[str, msgspec.Meta(max_length=64)]
Hash = Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{64})?$", max_length=64)]
Count = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]
Whole = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]


class Lent(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The approval by which a command was given: the id that the approver's answer named."""

    id: Name


class Command(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One intention or fact of a terminal. Fields stand in the order in which they are written.

    `dep` epoch of the device's store, `sep` epoch of the server when made, `seq` 1, 2, 3 … within
    `dep`, `prev` hash of the device's command before ("" for the first), `tv` version of the type,
    `basis_n` the event that the person had seen, `body` canonical JSON object.
    """

    v: Annotated[int, msgspec.Meta(ge=1, le=1)]
    cmd_id: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    dev: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    dep: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    sep: Count
    seq: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    prev: Hash
    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    tv: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    actor: Name
    session: Annotated[str, msgspec.Meta(max_length=128)]
    approval: Lent | None
    made_wall_ms: Whole
    made_mono_ms: Whole
    boot_id: Name
    basis_n: Count
    biz_day: Name
    body: msgspec.Raw


class EventRecord(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """One fact of the journal as it travels and is stored. `at_ms` is the server's time, `salt` is
    there as long as the body names a guest (`erasable`)."""

    n: Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
    at_ms: Whole
    type: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    tv: Annotated[int, msgspec.Meta(ge=1, le=1_000)]
    cmd_id: Name
    dev: Name
    actor: Name
    biz_day: Name
    body: msgspec.Raw
    salt: Annotated[str, msgspec.Meta(pattern="^([0-9a-f]{32})?$", max_length=32)] = ""


class FreshEvent(msgspec.Struct, frozen=True, omit_defaults=True):
    """An event record whose body is still the event: written in one go, to the same bytes as the
    `EventRecord` that it is when it is read."""

    n: int
    at_ms: int
    type: str
    tv: int
    cmd_id: str
    dev: str
    actor: str
    biz_day: str
    body: object
    salt: str = ""


class Received(msgspec.Struct, frozen=True):
    """A command read from the wire, with the bytes to store and their hash (hex)."""

    command: Command
    data: bytes
    hash: str


_encoder = msgspec.json.Encoder()
_command_decoder = msgspec.json.Decoder(Command)
_lent_decoder = msgspec.json.Decoder(Lent)
_event_decoder = msgspec.json.Decoder(EventRecord)


def raw(data: bytes) -> msgspec.Raw:
    """Ready JSON bytes as a part of a larger message; they are not looked at."""
    return msgspec.Raw(data)


def read_lent(data: bytes) -> Lent:
    """An approval from the answer to `approve`. Raises FrameFault."""
    return _read(_lent_decoder, data, limits.COMMAND_BYTES)


def command_hash(data: bytes) -> str:
    """SHA-256 of a command's bytes, hex."""
    return sha256(data).hexdigest()


def body_digest(body: bytes) -> str:
    """SHA-256 of a command's body as it is stored: what an approval is bound to, hex."""
    return sha256(body).hexdigest()


class _Target(msgspec.Struct, frozen=True):
    check_id: str = ""
    shift_id: str = ""
    item_id: str = ""


_targets = msgspec.json.Decoder(_Target)


def target_of(body: bytes | msgspec.Raw) -> str:
    """What a command is about, for an approval to be bound to: its check, else shift or dish."""
    try:
        target = _targets.decode(body)
    except msgspec.DecodeError:
        return ""
    return target.check_id or target.shift_id or target.item_id


def write_command(command: Command) -> bytes:
    """The bytes of a command. Raises FrameFault if they exceed `limits.COMMAND_BYTES`."""
    data = _encoder.encode(command)
    if len(data) > limits.COMMAND_BYTES:
        raise FrameFault("too_large", f"command of {len(data)} bytes")
    return data


def read_command(data: bytes) -> Received:
    """A command from its bytes; they must be spelled canonically outside the body.

    The body is not read here: what is wrong in it refuses the command, while a fault here closes
    the connection. Raises FrameFault.
    """
    command = _read(_command_decoder, data, limits.COMMAND_BYTES)
    return Received(command, bytes(data), command_hash(data))


def write_event(record: EventRecord | FreshEvent) -> bytes:
    """The bytes of an event record. Raises FrameFault if they exceed `limits.EVENT_BYTES`."""
    data = _encoder.encode(record)
    if len(data) > limits.EVENT_BYTES:
        raise FrameFault("too_large", f"event of {len(data)} bytes")
    return data


def read_event(data: bytes) -> EventRecord:
    """An event record from its bytes. Raises FrameFault."""
    return _read(_event_decoder, data, limits.EVENT_BYTES)


def chain(previous: str, n: int, data: bytes) -> str:
    """The journal's hash at `n`: SHA-256 of the hash before, `n` in 8 bytes, and the record as
    `erasable` spells it."""
    covered = chained_form(data)
    return sha256(bytes.fromhex(previous) + n.to_bytes(8, "big") + covered).hexdigest()


def _read(decoder: msgspec.json.Decoder[T], data: bytes, max_bytes: int) -> T:
    if len(data) > max_bytes:
        raise FrameFault("too_large", f"{len(data)} bytes")
    try:
        value = decoder.decode(data)
        again = _encoder.encode(value)
    except msgspec.ValidationError as error:
        raise FrameFault("bad_field", str(error)) from None
    except shape.READ_ERRORS as error:
        raise FrameFault("not_json", str(error)) from None
    if again != data:
        raise FrameFault("not_canonical")
    return value
