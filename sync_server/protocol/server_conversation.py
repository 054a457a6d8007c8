"""The server's end of the protocol for one connection: bytes in, actions and bytes out.

No socket, clock or database: times are arguments (`now_ms` monotonic), what must be looked up is
asked for by an action and given back by a method. Order: challenge, proof, hello, then live. Fault
of the peer closes; nothing here raises for bad input. The other end is `terminal_conversation`, the
driver is `sync_server.transport.server`.
"""

import base64
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Literal, TypeAlias

from sync_server.domain import limits

from . import frames, proof, shape
from .checkpoint import Checkpoint
from .envelope import Received, raw, read_command
from .faults import FrameFault
from .frames import CloseCode

_EMPTY = raw(b"{}")
_NULL = raw(b"null")


@dataclass(frozen=True, slots=True)
class Identify:
    """Say who `dev` is with `identified`."""

    dev: str


@dataclass(frozen=True, slots=True)
class TryEnrol:
    """Redeem the code and answer with `enrolled`."""

    frame: frames.Enrol
    public_key: bytes


@dataclass(frozen=True, slots=True)
class Admit:
    """Look the device and its cursor up and answer with `admitted`."""

    hello: frames.Hello


@dataclass(frozen=True, slots=True)
class Submit:
    """Decide these commands and answer with `submitted`."""

    commands: list[Received]
    told: Mapping[int, frames.Result]


@dataclass(frozen=True, slots=True)
class Question:
    """Answer with `replied`."""

    frame: frames.Ask


@dataclass(frozen=True, slots=True)
class MakeSnapshot:
    """Take a snapshot and hand it over with `snapshot_ready`."""

    why: str


@dataclass(frozen=True, slots=True)
class Stored:
    """The terminal has everything up to `n` on its disk."""

    n: int


@dataclass(frozen=True, slots=True)
class TailGiven:
    """Events that the terminal had kept, as `want_tail` asked."""

    from_n: int
    events: list[bytes]


@dataclass(frozen=True, slots=True)
class Beaten:
    """A sign of life; answer with `pulse`."""

    frame: frames.Beat


@dataclass(frozen=True, slots=True)
class Close:
    """End the link now; the conversation is over."""

    code: CloseCode
    reason: str


ServerAction: TypeAlias = (
    Identify
    | TryEnrol
    | Admit
    | Submit
    | Question
    | MakeSnapshot
    | Stored
    | TailGiven
    | Beaten
    | Close
)


class RateLimit:
    """A bucket of commands for one device; it outlives connections (reliability 2.12).

    What was told to wait is not overtaken: of two pushes in the air a small one would go on using
    up what a large one waits for, to be told of the gap before it, for ever."""

    def __init__(
        self,
        per_second: int = limits.COMMANDS_PER_SECOND,
        burst: int = limits.COMMANDS_BURST,
        now_ms: int = 0,
    ) -> None:
        self._per_second = per_second
        self._full = burst * 1000
        self._level = self._full
        self._promised = 0
        self._at_ms = now_ms

    def take(self, count: int, now_ms: int) -> int:
        """0 if `count` commands may pass now, else the milliseconds until they may."""
        self._level = min(self._full, self._level + max(0, now_ms - self._at_ms) * self._per_second)
        self._at_ms = max(self._at_ms, now_ms)
        need = min(count * 1000, self._full)
        first = max(need, self._promised)
        if self._level >= first:
            self._level -= need
            self._promised = 0
            return 0
        self._promised = first
        return -(-(first - self._level) // self._per_second)


@dataclass(frozen=True, slots=True)
class Standing:
    """What the server knows about a device at its hello.

    `hash_at_cursor` is the chain at the hello's cursor, None if the journal does not reach there.
    """

    epoch: int
    last_seq: int
    last_hash: str
    sep: int
    head_n: int
    durable_n: int
    hash_at_cursor: str | None
    schema_hash: str = ""


@dataclass(slots=True)
class _Image:
    at_n: int
    hash: str
    data: bytes
    sha: str
    sent: int = 0


State = Literal["challenge", "proving", "hello", "admitting", "live", "closed"]


@dataclass(slots=True)
class ServerConversation:
    """One connection as the server sees it. Feed `receive` and `tick`, drain `take_output`."""

    site: str
    nonce: str
    opened_ms: int
    fingerprint: str = ""
    rate: RateLimit = field(default_factory=RateLimit)
    state: State = "challenge"
    dev: str = ""
    hello: frames.Hello | None = None
    drain: bool = False
    sent_n: int = 0
    acked_n: int = 0
    _proof: frames.Proof | None = None
    _out: list[bytes] = field(default_factory=list)
    _flight: deque[tuple[int, int, int]] = field(default_factory=deque)
    _flight_bytes: int = 0
    _credit_ms: int = 0
    _heard_ms: int = 0
    _step_ms: int = 0
    _asks: int = 0
    _image: _Image | None = None
    _snapshot_due: bool = False
    _witnessed_n: int = 0
    _tail_wanted: int = 0

    def open(self, sep: int, wall_ms: int) -> None:
        """Begin: the challenge is the first thing said."""
        self._step_ms = self._heard_ms = self.opened_ms
        self._challenge(sep, wall_ms)

    def take_output(self) -> list[bytes]:
        """Frames to send now, in order. The caller owns the list."""
        out, self._out = self._out, []
        return out

    def next_output(self) -> bytes | None:
        """The frame to send next, for a driver that sends one at a time; None when there is none.
        It counts as sent."""
        return self._out.pop(0) if self._out else None

    @property
    def waiting_output(self) -> int:
        """How many frames wait to be sent."""
        return len(self._out)

    def receive(self, data: bytes, now_ms: int) -> list[ServerAction]:
        """One frame from the terminal. Bad bytes or a frame out of turn close the connection."""
        if self.state == "closed":
            return []
        self._heard_ms = now_ms
        try:
            frame = frames.decode_from_terminal(data)
            return self._dispatch(frame, now_ms)
        except FrameFault as fault:
            return self.close(CloseCode.BAD_FRAME, fault.code)

    def tick(self, now_ms: int) -> list[ServerAction]:
        """Time passes: call every second or so."""
        if self.state == "closed":
            return []
        if self.state != "live":
            if now_ms - self._step_ms >= limits.HELLO_TIMEOUT_MS:
                return self.close(CloseCode.TOO_LATE, "hello_timeout")
            return []
        if now_ms - self._heard_ms >= limits.SILENCE_MS:
            return self.close(CloseCode.SILENT, "silent")
        if self._flight:
            since = max(self._credit_ms, self._flight[0][2])
            if now_ms - since >= limits.CREDIT_STALL_MS:
                return self.close(CloseCode.TOO_SLOW, "no_credit")
        return []

    def close(self, code: CloseCode, reason: str) -> list[ServerAction]:
        """End the conversation from this side; the reason is said before."""
        self._say(frames.Bye(reason, ""))
        self.state = "closed"
        return [Close(code, reason)]

    # What the driver found out

    def identified(
        self, public_key: bytes | None, revoked: bool, now_ms: int
    ) -> list[ServerAction]:
        """The device's key, None if nobody knows it. One answer for unknown and wrong."""
        frame, self._proof = self._proof, None
        if self.state != "proving" or frame is None:
            return []
        text = proof.challenge_text("proof", self.site, frame.dev, self.nonce, self.fingerprint)
        if public_key is None or not proof.is_signed(public_key, frame.sig, text):
            return self._refuse("bad_proof", CloseCode.NOT_TRUSTED)
        if revoked:
            return self._refuse("revoked", CloseCode.REVOKED)
        self.dev = frame.dev
        self.state = "hello"
        self._step_ms = now_ms
        return []

    def enrolled(
        self, dev: str, dev_code: str, nonce: str, sep: int, now_ms: int, wall_ms: int
    ) -> list[ServerAction]:
        """The outcome of an enrolment; an empty `dev_code` is a refusal. A new proof follows."""
        if self.state != "proving":
            return []
        if not dev_code:
            return self._refuse("bad_code", CloseCode.NOT_TRUSTED)
        self._say(frames.Enrolled(dev, dev_code))
        self.nonce = nonce
        self.state = "challenge"
        self._step_ms = now_ms
        self._challenge(sep, wall_ms)
        return []

    def admitted(self, standing: Standing, now_ms: int, wall_ms: int) -> list[ServerAction]:
        """Let the device in, as far as its epochs, cursor and protocol allow."""
        hello = self.hello
        if self.state != "admitting" or hello is None:
            return []
        if hello.dep < standing.epoch:
            return self._refuse("old_epoch", CloseCode.FORK)
        known = hello.dep == standing.epoch
        self.drain = not _speaks(hello.proto) or bool(
            standing.schema_hash and hello.schema_hash != standing.schema_hash
        )
        fits = (
            hello.sep == standing.sep
            and standing.hash_at_cursor is not None
            and standing.hash_at_cursor == hello.cursor_hash
            and hello.cursor_n <= standing.head_n
            and standing.head_n - hello.cursor_n <= limits.SNAPSHOT_LAG_EVENTS
        )
        self.state = "live"
        self._heard_ms = self._credit_ms = now_ms
        self.sent_n = self.acked_n = hello.cursor_n
        self._say(
            frames.Welcome(
                proto=min(hello.proto[1], frames.PROTOCOL[1]),
                sep=standing.sep,
                now_ms=wall_ms,
                last_seq=standing.last_seq if known else 0,
                last_hash=standing.last_hash if known else "",
                head_n=standing.head_n,
                durable_n=standing.durable_n,
                window=limits.WINDOW_COMMANDS,
                resume="tail" if fits or self.drain else "snapshot",
                drain=self.drain,
            )
        )
        if fits or self.drain:
            return []
        return self._need_snapshot("cursor")

    def submitted(
        self, upto: int, results: list[frames.Result], problem: frames.Problem, retry_ms: int
    ) -> list[ServerAction]:
        """What became of a push. A fork ends the connection after it was told."""
        if self.state != "live":
            return []
        for part in _pages(results):
            self._say(frames.Answer(upto, part, problem, retry_ms))
        if problem == "fork":
            return self.close(CloseCode.FORK, "fork")
        return []

    def replied(self, reply: frames.Reply) -> None:
        """The answer to a question; one that fits no frame is replaced by a code."""
        self._asks -= 1
        if self.state != "live":
            return
        try:
            self._say(reply)
        except FrameFault:
            self._say(frames.Reply(reply.id, "too_large", _EMPTY, _NULL))

    def pulse(self, beat: frames.Beat, wall_ms: int, head_n: int, durable_n: int) -> None:
        """Answer a beat."""
        self._say(frames.Pulse(beat.mono_ms, wall_ms, head_n, durable_n))

    def snapshot_ready(self, at_n: int, chain_hash: str, data: bytes) -> None:
        """A snapshot to send in parts; `next_chunk` gives them out."""
        self._snapshot_due = False
        self._image = _Image(at_n, chain_hash, data, sha256(data).hexdigest())

    def digest(self, at_n: int, scope: str, sha: str) -> None:
        """Let the terminal compare its replica, if it takes events at all."""
        if self.state == "live" and not self.drain and self._image is None:
            self._say(frames.Digest(at_n, scope, sha))

    def witness(self, checkpoint: Checkpoint) -> None:
        """Let the terminal keep a checkpoint, once its event is on the way."""
        if self.state != "live" or self.drain or self._image is not None or self._snapshot_due:
            return
        if self._witnessed_n < checkpoint.n <= self.sent_n:
            self._witnessed_n = checkpoint.n
            self._say(frames.Witness(checkpoint))

    def want_tail(self, from_n: int) -> None:
        """Ask for kept events from `from_n` on, once."""
        if self.state == "live" and self._tail_wanted != from_n:
            self._tail_wanted = from_n
            self._say(frames.WantTail(from_n))

    # Events and snapshots, pulled by the driver as the link drains

    def next_chunk(self, now_ms: int) -> bytes | None:
        """The next part of a snapshot that is under way, or None."""
        image = self._image
        if image is None or self.state != "live":
            return None
        size = limits.SNAPSHOT_CHUNK_BYTES
        count = max(1, -(-len(image.data) // size))
        part = image.data[image.sent * size : (image.sent + 1) * size]
        text = base64.b64encode(part).decode()
        chunk = frames.Snapshot(image.at_n, image.hash, image.sent, count, image.sha, text)
        image.sent += 1
        if image.sent == count:
            self._image = None
            self._flight.clear()
            self._flight_bytes = 0
            self.sent_n = image.at_n
            self.acked_n = min(self.acked_n, image.at_n)
            self._flight.append((image.at_n, 0, now_ms))
            self._credit_ms = now_ms
        return frames.encode(chunk)

    def events_wanted(self, head_n: int) -> int | None:
        """The cursor to go on from if the terminal may get events now, else None."""
        if (
            self.state != "live"
            or self.drain
            or self._snapshot_due
            or self._image is not None
            or head_n <= self.sent_n
            or self.sent_n - self.acked_n >= limits.CREDIT_EVENTS
            or self._flight_bytes >= limits.CREDIT_BYTES
        ):
            return None
        return self.sent_n

    def events_sent(self, upto_n: int, size: int, now_ms: int) -> None:
        """An events frame up to `upto_n` is on its way."""
        if not self._flight:
            self._credit_ms = now_ms
        self._flight.append((upto_n, size, now_ms))
        self._flight_bytes += size
        self.sent_n = upto_n

    def snapshot_needed(self) -> list[ServerAction]:
        """The journal no longer reaches the terminal's cursor."""
        return self._need_snapshot("floor")

    # Frames

    def _dispatch(self, frame: frames.FromTerminal, now_ms: int) -> list[ServerAction]:
        if isinstance(frame, frames.Bye):
            return self.close(CloseCode.NORMAL, "bye")
        if self.state == "challenge":
            if isinstance(frame, frames.Proof):
                self._proof = frame
                self.state = "proving"
                return [Identify(frame.dev)]
            if isinstance(frame, frames.Enrol):
                return self._enrol(frame)
        elif self.state == "hello" and isinstance(frame, frames.Hello):
            if frame.dev != self.dev:
                return self.close(CloseCode.NOT_TRUSTED, "forged_dev")
            self.hello = frame
            self.state = "admitting"
            return [Admit(frame)]
        elif self.state == "live":
            return self._live(frame, now_ms)
        return self.close(CloseCode.OUT_OF_ORDER, type(frame).__name__.lower())

    def _live(self, frame: frames.FromTerminal, now_ms: int) -> list[ServerAction]:
        match frame:
            case frames.Push():
                return self._push(frame, now_ms)
            case frames.Credit():
                return self._credit(frame, now_ms)
            case frames.Beat():
                return [Beaten(frame)]
            case frames.Ask():
                return self._ask(frame)
            case frames.Tail():
                if frame.from_n != self._tail_wanted:
                    return self.close(CloseCode.OUT_OF_ORDER, "tail")
                return [TailGiven(frame.from_n, [bytes(part) for part in frame.events])]
            case frames.Resync():
                if self._snapshot_due or self._image is not None or self.drain:
                    return []
                return self._need_snapshot(frame.why)
            case _:
                return self.close(CloseCode.OUT_OF_ORDER, type(frame).__name__.lower())

    def _enrol(self, frame: frames.Enrol) -> list[ServerAction]:
        self.state = "proving"
        try:
            key = bytes.fromhex(frame.key)
        except ValueError:
            return self.close(CloseCode.BAD_FRAME, "bad_field")
        text = proof.challenge_text("enrol", self.site, frame.dev, self.nonce, self.fingerprint)
        if not proof.is_signed(key, frame.sig, text):
            return self._refuse("bad_proof", CloseCode.NOT_TRUSTED)
        return [TryEnrol(frame, key)]

    def _push(self, frame: frames.Push, now_ms: int) -> list[ServerAction]:
        hello = self.hello
        assert hello is not None, "live only after a hello"
        if len(frame.cmds) > limits.WINDOW_COMMANDS:
            return self.close(CloseCode.TOO_MANY, "window")
        commands: list[Received] = []
        for part in frame.cmds:
            received = read_command(bytes(part))
            command = received.command
            if command.dev != self.dev:
                return self.close(CloseCode.NOT_TRUSTED, "forged_dev")
            if command.dep != hello.dep:
                return self.close(CloseCode.OUT_OF_ORDER, "dep")
            if commands:
                before = commands[-1]
                if command.seq != before.command.seq + 1 or command.prev != before.hash:
                    return self.close(CloseCode.OUT_OF_ORDER, "seq")
            commands.append(received)
        wait_ms = self.rate.take(len(commands), now_ms)
        if wait_ms:
            self._say(frames.Answer(commands[0].command.seq - 1, [], "busy", wait_ms))
            return []
        told = {result.seq: result for result in frame.told}
        return [Submit(commands, told)]

    def _credit(self, frame: frames.Credit, now_ms: int) -> list[ServerAction]:
        if frame.cursor_n > self.sent_n:
            return self.close(CloseCode.OUT_OF_ORDER, "credit")
        while self._flight and self._flight[0][0] <= frame.cursor_n:
            _, size, _ = self._flight.popleft()
            self._flight_bytes -= size
        self._credit_ms = now_ms
        if frame.cursor_n <= self.acked_n:
            return []
        self.acked_n = frame.cursor_n
        return [Stored(frame.cursor_n)]

    def _ask(self, frame: frames.Ask) -> list[ServerAction]:
        shape.canonical(bytes(frame.params), limits.COMMAND_BYTES)
        if self._asks >= limits.ASKS_WAITING:
            self._say(frames.Reply(frame.id, "busy", _EMPTY, _NULL))
            return []
        self._asks += 1
        return [Question(frame)]

    def _need_snapshot(self, why: str) -> list[ServerAction]:
        if self._snapshot_due or self._image is not None:
            return []
        self._snapshot_due = True
        return [MakeSnapshot(why)]

    def _challenge(self, sep: int, wall_ms: int) -> None:
        self._say(frames.Challenge(frames.PROTOCOL, self.site, sep, self.nonce, wall_ms))

    def _refuse(self, code: frames.RefuseCode, close: CloseCode) -> list[ServerAction]:
        self._say(frames.Refuse(code))
        self.state = "closed"
        return [Close(close, code)]

    def _say(self, frame: frames.Frame) -> None:
        self._out.append(frames.encode(frame))


def _speaks(proto: tuple[int, int]) -> bool:
    return proto[0] <= frames.PROTOCOL[1] and proto[1] >= frames.PROTOCOL[0]


def _pages(results: list[frames.Result]) -> list[list[frames.Result]]:
    """Answers with long explanations may need more than one frame."""
    pages: list[list[frames.Result]] = [[]]
    size = 0
    for result in results:
        size += len(bytes(result.params)) + 600
        if size > limits.FRAME_BYTES - 1024 and pages[-1]:
            pages.append([])
            size = len(bytes(result.params)) + 600
        pages[-1].append(result)
    return pages
