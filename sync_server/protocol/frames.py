"""Everything that travels between a terminal and the server, one class per frame.

A frame is one binary message of at most `limits.FRAME_BYTES`: a JSON object whose `f` names its
class. Each end has its own decoder, so a frame from the wrong side is as unknown as nonsense.
`decode_from_terminal` and `decode_from_server` give a frame or raise `FrameFault`, nothing else.
README.md shows each of them; the order in which they may come is in the two conversations.
"""

from enum import IntEnum
from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec

from sync_server.domain import limits

from . import shape
from .checkpoint import Checkpoint
from .envelope import Count, Hash, Name, Text, Whole
from .faults import FrameFault

PROTOCOL = (1, 1)
"""Oldest and newest protocol that this code speaks."""

Positive = Annotated[int, msgspec.Meta(ge=1, le=2**63 - 1)]
Outcome = Literal["accepted", "adjusted", "refused", "parked"]
RefuseCode = Literal["bad_proof", "revoked", "old_epoch", "bad_code"]
Problem = Literal["", "gap", "busy", "fork"]
Version = Annotated[int, msgspec.Meta(ge=0, le=10_000)]
Token = Annotated[str, msgspec.Meta(max_length=128)]
Chunk = Annotated[str, msgspec.Meta(max_length=limits.FRAME_BYTES)]


class CloseCode(IntEnum):
    """Why a connection ended. Codes below 4000 are the websocket's own."""

    NORMAL = 1000
    GOING_AWAY = 1001
    TOO_BIG = 1009
    INTERNAL = 1011
    OUT_OF_ORDER = 4001
    BAD_FRAME = 4002
    NOT_TRUSTED = 4003
    FORK = 4004
    REVOKED = 4005
    REPLACED = 4006
    TOO_LATE = 4007
    TOO_SLOW = 4008
    TOO_MANY = 4009
    SILENT = 4010
    BAD_CHAIN = 4011


class _Frame(msgspec.Struct, frozen=True, tag_field="f", forbid_unknown_fields=True):
    """What all frames share: immutable, named by `f`, no field beyond those written here."""


class Result(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of one command. `params` explains `code`; `n_from`..`n_to` are its events."""

    seq: Positive
    outcome: Outcome
    code: Name
    params: msgspec.Raw
    n_from: Count
    n_to: Count
    doc_no: Name


# Server to terminal


class Challenge(_Frame, frozen=True, tag="challenge"):
    """First word of the server: sign `nonce`. A terminal of another `site` hangs up."""

    proto: tuple[Version, Version]
    site: Name
    sep: Count
    nonce: Annotated[str, msgspec.Meta(min_length=16, max_length=128)]
    now_ms: Whole


class Enrolled(_Frame, frozen=True, tag="enrolled"):
    """The device's key is known from now on; `code` is its short name, such as T3."""

    dev: Name
    code: Name


class Welcome(_Frame, frozen=True, tag="welcome"):
    """The terminal is in. `last_seq`, `last_hash`: the newest command the server has of this
    device and epoch. `resume`: events go on from the terminal's cursor, or a snapshot comes first.
    `drain`: the terminal is too old for events, it may only hand over its commands."""

    proto: Version
    sep: Count
    now_ms: Whole
    last_seq: Count
    last_hash: Hash
    head_n: Count
    durable_n: Count
    window: Positive
    resume: Literal["tail", "snapshot"]
    drain: bool


class Refuse(_Frame, frozen=True, tag="refuse"):
    """The terminal is not let in; `code` says why, and a person must see to it."""

    code: RefuseCode


class Answer(_Frame, frozen=True, tag="answer"):
    """Outcomes of pushed commands. `upto` is the newest command that the server has now;
    with `gap` the terminal goes on from `upto` + 1, with `busy` after `retry_ms`."""

    upto: Count
    results: Annotated[list[Result], msgspec.Meta(max_length=limits.LIST_LENGTH)]
    problem: Problem
    retry_ms: Count


class Events(_Frame, frozen=True, tag="events"):
    """Contiguous records of the journal starting at `from_n`, as stored."""

    from_n: Positive
    head_n: Count
    durable_n: Count
    events: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=limits.LIST_LENGTH)]


class Snapshot(_Frame, frozen=True, tag="snapshot"):
    """Part `i` of `of` (from 0) of the state at `at_n`; `sha256` is of the whole, `hash` the
    journal's chain there, `data` base 64."""

    at_n: Count
    hash: Hash
    i: Count
    of: Annotated[int, msgspec.Meta(ge=1, le=limits.SNAPSHOT_CHUNKS)]
    sha256: Hash
    data: Chunk


class Digest(_Frame, frozen=True, tag="digest"):
    """What a replica at `at_n` must hash to; a terminal that differs asks for a snapshot."""

    at_n: Count
    scope: Name
    sha256: Hash


class Witness(_Frame, frozen=True, tag="witness"):
    """A signed checkpoint of the journal, for the terminal to keep beside its events."""

    checkpoint: Checkpoint


class WantTail(_Frame, frozen=True, tag="want_tail"):
    """After a restore: send the kept events from `from_n` on, as many as fit one frame."""

    from_n: Positive


class Reply(_Frame, frozen=True, tag="reply"):
    """Answer to a question; `code` is empty when it went well."""

    id: Positive
    code: Name
    params: msgspec.Raw
    body: msgspec.Raw


class Pulse(_Frame, frozen=True, tag="pulse"):
    """Answer to a beat: the terminal measures the way there and back, and sees the head."""

    mono_ms: Whole
    now_ms: Whole
    head_n: Count
    durable_n: Count


# Terminal to server


class Enrol(_Frame, frozen=True, tag="enrol"):
    """A new device asks to be known: one-time code, Ed25519 key and the proof that it holds it."""

    code: Annotated[str, msgspec.Meta(min_length=4, max_length=32)]
    dev: Annotated[str, msgspec.Meta(min_length=8, max_length=64)]
    key: Annotated[str, msgspec.Meta(min_length=64, max_length=64)]
    sig: Annotated[str, msgspec.Meta(min_length=128, max_length=128)]
    name: Name
    kind: Name


class Proof(_Frame, frozen=True, tag="proof"):
    """The challenge, signed with the device's key (hex)."""

    dev: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    sig: Annotated[str, msgspec.Meta(min_length=128, max_length=128)]


class Hello(_Frame, frozen=True, tag="hello"):
    """What the terminal has: its epochs, the newest command made and answered, its cursor.

    `mono_ms`, here and in its beats, is of the same clock as in its commands and means something
    within one `boot_id` only (reliability 2.10). `witness` is the newest signed checkpoint that it
    keeps, and `tail_from_n` where the events begin that it holds without a gap up to there (0 for
    none). `kept_n` is the newest event that it holds of any history."""

    proto: tuple[Version, Version]
    app: Name
    schema_hash: Name
    dev: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    dep: Positive
    sep: Count
    made_seq: Count
    answered_seq: Count
    cursor_n: Count
    cursor_hash: Hash
    outbox_len: Count
    oldest_pending_age_ms: Whole
    wall_ms: Whole
    mono_ms: Whole
    battery: Annotated[int, msgspec.Meta(ge=-1, le=100)]
    disk_free_mb: Annotated[int, msgspec.Meta(ge=-1, le=2**63 - 1)]
    boot_id: Name = ""
    tail_from_n: Count = 0
    witness: Checkpoint | None = None
    kept_n: Count = 0


class Push(_Frame, frozen=True, tag="push"):
    """Contiguous commands, as stored. `told` repeats outcomes given by a server that has been
    restored since; they are honoured."""

    cmds: Annotated[list[msgspec.Raw], msgspec.Meta(min_length=1, max_length=limits.LIST_LENGTH)]
    told: Annotated[list[Result], msgspec.Meta(max_length=limits.LIST_LENGTH)]


class Credit(_Frame, frozen=True, tag="credit"):
    """Everything up to `cursor_n` is on the terminal's disk."""

    cursor_n: Count


class Tail(_Frame, frozen=True, tag="tail"):
    """Kept events from `from_n` on, as they were received; an answer to `want_tail`."""

    from_n: Positive
    events: Annotated[list[msgspec.Raw], msgspec.Meta(max_length=limits.LIST_LENGTH)]


class Resync(_Frame, frozen=True, tag="resync"):
    """The terminal's replica cannot go on; it asks for a snapshot and says why."""

    why: Name


class Ask(_Frame, frozen=True, tag="ask"):
    """A question or a request that is no command: a guest's name, a sign-in."""

    id: Positive
    what: Annotated[str, msgspec.Meta(min_length=1, max_length=64)]
    session: Token
    params: msgspec.Raw


class Beat(_Frame, frozen=True, tag="beat"):
    """Every 5 s: the terminal lives; `ui_ok` comes from its drawing loop, not its socket."""

    mono_ms: Whole
    made_seq: Count
    ui_ok: bool
    battery: Annotated[int, msgspec.Meta(ge=-1, le=100)]
    disk_free_mb: Annotated[int, msgspec.Meta(ge=-1, le=2**63 - 1)]


# Both ways


class Bye(_Frame, frozen=True, tag="bye"):
    """The sender is about to close, and why, in a code."""

    code: Name
    detail: Text


FromTerminal: TypeAlias = Enrol | Proof | Hello | Push | Credit | Tail | Resync | Ask | Beat | Bye
FromServer: TypeAlias = (
    Challenge
    | Enrolled
    | Welcome
    | Refuse
    | Answer
    | Events
    | Snapshot
    | Digest
    | Witness
    | WantTail
    | Reply
    | Pulse
    | Bye
)
Frame: TypeAlias = FromTerminal | FromServer

_F = TypeVar("_F")
_from_terminal: msgspec.json.Decoder[FromTerminal] = msgspec.json.Decoder(FromTerminal)
_from_server: msgspec.json.Decoder[FromServer] = msgspec.json.Decoder(FromServer)
_encoder = msgspec.json.Encoder()


def encode(frame: Frame) -> bytes:
    """The bytes of a frame. Raises FrameFault if it exceeds `limits.FRAME_BYTES`."""
    data = _encoder.encode(frame)
    if len(data) > limits.FRAME_BYTES:
        raise FrameFault("too_large", f"{type(frame).__name__} of {len(data)} bytes")
    return data


def encode_events(from_n: int, head_n: int, durable_n: int, events: list[bytes]) -> bytes:
    """An `Events` frame from stored records, without looking into them."""
    head = b'{"f":"events","from_n":%d,"head_n":%d,"durable_n":%d,"events":['
    return head % (from_n, head_n, durable_n) + b",".join(events) + b"]}"


def decode_from_terminal(data: bytes) -> FromTerminal:
    """A frame as the server receives it. Raises FrameFault."""
    return _decode(_from_terminal, data)


def decode_from_server(data: bytes) -> FromServer:
    """A frame as a terminal receives it. Raises FrameFault."""
    return _decode(_from_server, data)


def _decode(decoder: "msgspec.json.Decoder[_F]", data: bytes) -> _F:
    """Typed reading, then the spelling: the frame written again must be the same bytes.

    That refuses repeated keys, odd spaces and left-out fields. Parts kept raw are checked by those
    who read them: commands and events by `envelope`, questions by the conversation.
    """
    if len(data) > limits.FRAME_BYTES:
        raise FrameFault("too_large", f"{len(data)} bytes")
    try:
        frame = decoder.decode(data)
        again = _encoder.encode(frame)
    except msgspec.ValidationError as error:
        unknown = "Invalid value" in str(error) and str(error).endswith("`$.f`")
        raise FrameFault("unknown_frame" if unknown else "bad_field", str(error)) from None
    except shape.READ_ERRORS as error:
        raise FrameFault("not_json", str(error)) from None
    if again != data:
        raise FrameFault("not_canonical")
    return frame
