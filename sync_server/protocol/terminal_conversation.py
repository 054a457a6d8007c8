"""The terminal's end of the protocol for one connection: bytes in, actions and bytes out.

No socket, clock or disk: `now_ms` is monotonic, what the terminal has is given at the start, what
must be stored leaves as an action and is confirmed by a method (`ready`, `stored`). Events are
accepted only as the continuation of the cursor and of the journal's chain. The other end is
`server_conversation`, the driver is `sync_server.client.connection`.
"""

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, TypeAlias

import msgspec

from sync_server.domain import limits

from . import frames, proof
from .checkpoint import Checkpoint
from .envelope import EventRecord, chain, raw, read_event
from .faults import FrameFault
from .frames import CloseCode


@dataclass(frozen=True, slots=True)
class Enrolled:
    """The server knows this device now, under the short `code`."""

    dev: str
    code: str
    site: str


@dataclass(frozen=True, slots=True)
class Welcomed:
    """In. Adopt the server's epoch if it changed, then say where to go on with `ready`."""

    frame: frames.Welcome


@dataclass(frozen=True, slots=True)
class Refused:
    """Not let in, see `frames.Refuse`."""

    code: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Outcomes to store and show."""

    results: list[frames.Result]


@dataclass(frozen=True, slots=True)
class Forked:
    """The server has another history of this device; a person must look."""

    why: str


@dataclass(frozen=True, slots=True)
class NewEvent:
    """One record with the bytes to keep and the chain's hash there."""

    record: EventRecord
    data: bytes
    hash: str


@dataclass(frozen=True, slots=True)
class ApplyEvents:
    """Contiguous new records: store them with the cursor, then call `stored`."""

    events: list[NewEvent]
    durable_n: int


@dataclass(frozen=True, slots=True)
class ApplySnapshot:
    """A whole state at `n`: swap it in, then call `stored`."""

    n: int
    hash: str
    data: bytes


@dataclass(frozen=True, slots=True)
class CheckDigest:
    """Compare the replica, which stands exactly at `at_n`; call `resync` if it differs."""

    at_n: int
    scope: str
    sha256: str


@dataclass(frozen=True, slots=True)
class KeepWitness:
    """Keep a checkpoint of the journal if it is of the events that are on disk."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True)
class TailWanted:
    """A restored server asks for kept events: answer with `give_tail`."""

    from_n: int


@dataclass(frozen=True, slots=True)
class Replied:
    """The answer to a question."""

    frame: frames.Reply


@dataclass(frozen=True, slots=True)
class Pulsed:
    """The server lives."""

    latency_ms: int
    server_ms: int
    durable_n: int


@dataclass(frozen=True, slots=True)
class BeatDue:
    """Say how the terminal is with `beat`."""


@dataclass(frozen=True, slots=True)
class Close:
    """End the link now; the conversation is over."""

    code: CloseCode
    reason: str


TerminalAction: TypeAlias = (
    Enrolled
    | Welcomed
    | Refused
    | Answers
    | Forked
    | ApplyEvents
    | ApplySnapshot
    | CheckDigest
    | KeepWitness
    | TailWanted
    | Replied
    | Pulsed
    | BeatDue
    | Close
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A stored command on its way up, with the outcome it was once told, if any."""

    seq: int
    data: bytes
    told: frames.Result | None = None


@dataclass(slots=True)
class _Assembly:
    at_n: int
    hash: str
    of: int
    sha: str
    parts: list[bytes] = field(default_factory=list)


State = Literal["challenge", "enrolling", "waiting", "welcomed", "live", "closed"]


@dataclass(slots=True)
class TerminalConversation:
    """One connection as the terminal sees it. Feed `receive` and `tick`, drain `take_output`.

    `hello` is what the terminal has at the start, `sign` its key, `site` the house it belongs to
    ("" before enrolment), `enrol` the frame's code, name and kind on the first connection.
    """

    hello: frames.Hello
    sign: Callable[[bytes], bytes]
    public_key: bytes
    site: str
    opened_ms: int
    fingerprint: str = ""
    enrol: tuple[str, str, str] | None = None
    state: State = "challenge"
    cursor_n: int = 0
    cursor_hash: str = ""
    head_n: int = 0
    next_seq: int = 0
    drain: bool = False
    _out: list[bytes] = field(default_factory=list)
    _flight: dict[int, None] = field(default_factory=dict)
    _window: int = limits.WINDOW_COMMANDS
    _paused_ms: int = 0
    _heard_ms: int = 0
    _beat_ms: int = 0
    _assembly: _Assembly | None = None
    _snapshot_only: bool = False
    _digest: frames.Digest | None = None

    def __post_init__(self) -> None:
        self.cursor_n = self.hello.cursor_n
        self.cursor_hash = self.hello.cursor_hash
        self._heard_ms = self.opened_ms

    def take_output(self) -> list[bytes]:
        """Frames to send now, in order. The caller owns the list."""
        out, self._out = self._out, []
        return out

    def receive(self, data: bytes, now_ms: int) -> list[TerminalAction]:
        """One frame from the server. Bad bytes or a broken chain close the connection."""
        if self.state == "closed":
            return []
        self._heard_ms = now_ms
        try:
            return self._dispatch(frames.decode_from_server(data), now_ms)
        except FrameFault as fault:
            return self.close(CloseCode.BAD_FRAME, fault.code)

    def tick(self, now_ms: int) -> list[TerminalAction]:
        """Time passes: call every second or so. A server silent for 12 s counts as gone."""
        if self.state == "closed":
            return []
        if now_ms - self._heard_ms >= limits.SILENCE_MS:
            return self.close(CloseCode.SILENT, "silent")
        if self.state == "live" and now_ms - self._beat_ms >= limits.BEAT_MS:
            self._beat_ms = now_ms
            return [BeatDue()]
        return []

    def close(self, code: CloseCode, reason: str) -> list[TerminalAction]:
        """End the conversation from this side."""
        self.state = "closed"
        return [Close(code, reason)]

    # What the driver did

    def ready(self, next_seq: int, cursor_n: int, cursor_hash: str, now_ms: int) -> None:
        """The store has taken the welcome in: go on with `next_seq` and from this cursor."""
        if self.state != "welcomed":
            return
        self.state = "live"
        self.next_seq = next_seq
        self.cursor_n, self.cursor_hash = cursor_n, cursor_hash
        self._beat_ms = now_ms - limits.BEAT_MS

    def room(self, now_ms: int) -> int:
        """How many more commands may be pushed now."""
        if self.state != "live" or now_ms < self._paused_ms:
            return 0
        return max(0, self._window - len(self._flight))

    def paused_for(self, now_ms: int) -> int:
        """Milliseconds until pushing may go on after a busy answer, else 0."""
        return max(0, self._paused_ms - now_ms)

    def push(self, commands: Sequence[Outgoing]) -> None:
        """Send stored commands; they must start at `next_seq` and be contiguous."""
        batch: list[Outgoing] = []
        size = 0
        for command in commands:
            assert command.seq == self.next_seq, "commands go up in order, none left out"
            cost = len(command.data) + 1
            if command.told is not None:
                cost += len(bytes(command.told.params)) + 512
            if batch and size + cost > limits.FRAME_BYTES - 256:
                self._say_push(batch)
                batch, size = [], 0
            batch.append(command)
            size += cost
            self.next_seq += 1
            self._flight[command.seq] = None
        if batch:
            self._say_push(batch)

    def stored(self, n: int) -> None:
        """Everything up to `n` is on disk: tell the server, which may go on."""
        if self.state == "live":
            self._say(frames.Credit(n))

    def ask(self, ask_id: int, what: str, session: str, params: bytes) -> None:
        """Send a question. Raises FrameFault if it fits no frame."""
        self._say(frames.Ask(ask_id, what, session, raw(params)))

    def beat(
        self, mono_ms: int, made_seq: int, ui_ok: bool, battery: int, disk_free_mb: int
    ) -> None:
        """Answer to `BeatDue`."""
        self._say(frames.Beat(mono_ms, made_seq, ui_ok, battery, disk_free_mb))

    def give_tail(self, from_n: int, events: Sequence[bytes]) -> None:
        """Kept events from `from_n` on, as many as fit one frame; none if they are gone."""
        taken: list[msgspec.Raw] = []
        size = 0
        for data in events[: limits.LIST_LENGTH]:
            size += len(data) + 1
            if size > limits.FRAME_BYTES - 256:
                break
            taken.append(raw(data))
        self._say(frames.Tail(from_n, taken))

    def resync(self, why: str) -> None:
        """Ask for a snapshot; events are ignored until it is here."""
        self._snapshot_only = True
        self._say(frames.Resync(why))

    def take_digest(self) -> CheckDigest | None:
        """A digest that waited for the replica to reach its event; ask after each `stored`."""
        waiting = self._digest
        if waiting is None or self._snapshot_only or waiting.at_n > self.cursor_n:
            return None
        self._digest = None
        if waiting.at_n < self.cursor_n:
            return None
        return CheckDigest(waiting.at_n, waiting.scope, waiting.sha256)

    def bye(self, reason: str) -> None:
        """Say that the terminal leaves on purpose."""
        if self.state != "closed":
            self._say(frames.Bye(reason, ""))

    # Frames

    def _dispatch(self, frame: frames.FromServer, now_ms: int) -> list[TerminalAction]:
        match frame:
            case frames.Bye():
                return self.close(CloseCode.GOING_AWAY, frame.code)
            case frames.Challenge() if self.state in ("challenge", "enrolling"):
                return self._challenged(frame)
            case frames.Enrolled() if self.state == "enrolling" and self.enrol is not None:
                self.enrol = None
                return [Enrolled(frame.dev, frame.code, self.site)]
            case frames.Refuse() if self.state in ("waiting", "enrolling"):
                self.state = "closed"
                return [Refused(frame.code)]
            case frames.Welcome() if self.state == "waiting":
                return self._welcomed(frame)
            case _ if self.state == "live":
                return self._live(frame, now_ms)
        return self.close(CloseCode.OUT_OF_ORDER, type(frame).__name__.lower())

    def _live(self, frame: frames.FromServer, now_ms: int) -> list[TerminalAction]:
        match frame:
            case frames.Answer():
                return self._answer(frame, now_ms)
            case frames.Events():
                return self._events(frame)
            case frames.Snapshot():
                return self._snapshot(frame)
            case frames.Digest():
                self._digest = frame
                check = self.take_digest()
                return [check] if check else []
            case frames.Witness():
                return [KeepWitness(frame.checkpoint)]
            case frames.WantTail():
                return [TailWanted(frame.from_n)]
            case frames.Reply():
                return [Replied(frame)]
            case frames.Pulse():
                self.head_n = max(self.head_n, frame.head_n)
                latency = max(0, now_ms - frame.mono_ms)
                return [Pulsed(latency, frame.now_ms, frame.durable_n)]
            case _:
                return self.close(CloseCode.OUT_OF_ORDER, type(frame).__name__.lower())

    def _challenged(self, frame: frames.Challenge) -> list[TerminalAction]:
        if self.site and frame.site != self.site:
            return self.close(CloseCode.NOT_TRUSTED, "other_site")
        self.site = frame.site
        dev = self.hello.dev
        purpose = "proof" if self.enrol is None else "enrol"
        text = proof.challenge_text(purpose, frame.site, dev, frame.nonce, self.fingerprint)
        signature = self.sign(text).hex()
        if self.enrol is not None:
            if self.state == "enrolling":
                return self.close(CloseCode.OUT_OF_ORDER, "challenge")
            code, name, kind = self.enrol
            key = self.public_key.hex()
            self._say(frames.Enrol(code, dev, key, signature, name, kind))
            self.state = "enrolling"
            return []
        self._say(frames.Proof(dev, signature))
        self._say(self.hello)
        self.state = "waiting"
        return []

    def _welcomed(self, frame: frames.Welcome) -> list[TerminalAction]:
        self.state = "welcomed"
        self.head_n = frame.head_n
        self.drain = frame.drain
        self._window = min(frame.window, limits.WINDOW_COMMANDS)
        self._snapshot_only = frame.resume == "snapshot"
        return [Welcomed(frame)]

    def _answer(self, frame: frames.Answer, now_ms: int) -> list[TerminalAction]:
        actions: list[TerminalAction] = []
        if frame.results:
            actions.append(Answers(list(frame.results)))
        for result in frame.results:
            self._flight.pop(result.seq, None)
        if frame.problem == "fork":
            return [*actions, Forked("server")]
        if frame.problem == "gap":
            self._flight.clear()
            self.next_seq = frame.upto + 1
        elif frame.problem == "busy":
            again = [seq for seq in self._flight if seq > frame.upto]
            self.next_seq = min(again, default=self.next_seq)
            for seq in again:
                del self._flight[seq]
            self._paused_ms = now_ms + max(1, min(frame.retry_ms, limits.SILENCE_MS))
        return actions

    def _events(self, frame: frames.Events) -> list[TerminalAction]:
        self.head_n = max(self.head_n, frame.head_n)
        if self._snapshot_only or not frame.events:
            return []
        skip = self.cursor_n + 1 - frame.from_n
        if skip < 0:
            return self.close(CloseCode.BAD_CHAIN, "gap")
        fresh: list[NewEvent] = []
        n, link = self.cursor_n, self.cursor_hash
        for part in frame.events[skip:]:
            data = bytes(part)
            record = read_event(data)
            n += 1
            if record.n != n:
                return self.close(CloseCode.BAD_CHAIN, "number")
            link = chain(link, n, data)
            fresh.append(NewEvent(record, data, link))
        if not fresh:
            return []
        self.cursor_n, self.cursor_hash = n, link
        return [ApplyEvents(fresh, frame.durable_n)]

    def _snapshot(self, frame: frames.Snapshot) -> list[TerminalAction]:
        parts = self._assembly
        if frame.i == 0:
            parts = self._assembly = _Assembly(frame.at_n, frame.hash, frame.of, frame.sha256)
        same = parts is not None and (parts.at_n, parts.hash, parts.of, parts.sha) == (
            frame.at_n,
            frame.hash,
            frame.of,
            frame.sha256,
        )
        if parts is None or not same or frame.i != len(parts.parts) or len(frame.hash) != 64:
            return self.close(CloseCode.BAD_CHAIN, "snapshot_order")
        try:
            parts.parts.append(base64.b64decode(frame.data, validate=True))
        except (binascii.Error, ValueError):
            return self.close(CloseCode.BAD_FRAME, "snapshot_text")
        if len(parts.parts) < parts.of:
            return []
        self._assembly = None
        data = b"".join(parts.parts)
        if sha256(data).hexdigest() != frame.sha256:
            return self.close(CloseCode.BAD_CHAIN, "snapshot_hash")
        self._snapshot_only = False
        self.cursor_n, self.cursor_hash = frame.at_n, frame.hash
        self.head_n = max(self.head_n, frame.at_n)
        return [ApplySnapshot(frame.at_n, frame.hash, data)]

    def _say_push(self, batch: Sequence[Outgoing]) -> None:
        told = [command.told for command in batch if command.told is not None]
        self._say(frames.Push([raw(command.data) for command in batch], told))

    def _say(self, frame: frames.Frame) -> None:
        self._out.append(frames.encode(frame))
