"""What the socket side needs from the brain of the server, as plain values and one Protocol.

`sync_server.front_office` implements it; the tests have a small one of their own. Expected trouble
(busy, gap, fork, a wrong code) is a value; an exception means that the process is broken.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sync_server.domain.amending import quick
from sync_server.protocol.checkpoint import Checkpoint
from sync_server.protocol.envelope import Received
from sync_server.protocol.frames import Outcome, Problem


@dataclass(frozen=True, slots=True)
class DeviceRecord:
    """An enrolled device: short `code` (T3), Ed25519 key, how far its commands have come, and what
    it is (pos, kds)."""

    dev: str
    code: str
    public_key: bytes
    revoked: bool
    epoch: int
    last_seq: int
    last_hash: str
    kind: str = ""


@quick
@dataclass(frozen=True, slots=True)
class CommandResult:
    """What became of one command; `params` is a JSON object that explains `code`."""

    seq: int
    outcome: Outcome
    code: str = ""
    params: bytes = b"{}"
    n_from: int = 0
    n_to: int = 0
    doc_no: str = ""


@dataclass(frozen=True, slots=True)
class Submitted:
    """The fate of a push: `upto` is the newest sequence number that the server has now."""

    upto: int
    results: list[CommandResult]
    problem: Problem = ""
    retry_ms: int = 0


@dataclass(frozen=True, slots=True)
class AskResult:
    """Answer to a question: an empty `code` and a JSON `body`, or a code with JSON `params`."""

    code: str = ""
    params: bytes = b"{}"
    body: bytes = b"null"


@dataclass(frozen=True, slots=True)
class SnapshotImage:
    """The open state at event `n`, with the journal's hash there."""

    n: int
    hash: str
    data: bytes


@dataclass(frozen=True, slots=True)
class EnrolRequest:
    """A device that holds the key asks to be known."""

    code: str
    dev: str
    public_key: bytes
    name: str
    kind: str
    address: str


@dataclass(frozen=True, slots=True)
class Enrolment:
    """`dev_code` of the new device, or the `problem` that refused it."""

    problem: str = ""
    dev_code: str = ""


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a device last said about itself, at its hello and at every beat. `mono_ms` is worth
    something for commands of the same `boot_id` only; `tail_from_n`, `witness` and `kept_n`
    come with the hello (`frames.Hello`), and `linked` says that this is it."""

    dev: str
    dep: int
    made_seq: int
    answered_seq: int
    cursor_n: int
    mono_ms: int
    ui_ok: bool
    battery: int
    disk_free_mb: int
    app: str
    boot_id: str = ""
    tail_from_n: int = 0
    witness: Checkpoint | None = None
    kept_n: int = 0
    linked: bool = False


class Authority(Protocol):
    """The one who decides. All methods are called on the event loop of the server."""

    @property
    def site(self) -> str:
        """The house; terminals of another one hang up."""

    @property
    def schema_hash(self) -> str:
        """`Codec.schema_hash`; terminals that differ only hand over commands. "" checks nothing."""

    @property
    def server_epoch(self) -> int:
        """Raised at every restore from a backup."""

    @property
    def head_n(self) -> int:
        """The newest event."""

    @property
    def durable_n(self) -> int:
        """The newest event in a verified copy off the machine."""

    def device(self, dev: str) -> DeviceRecord | None:
        """An enrolled device, from memory."""

    async def hash_at(self, n: int) -> str | None:
        """The chain at `n` (64 zeros at 0), None below the floor or above the head."""

    async def events_after(self, n: int, max_events: int, max_bytes: int) -> list[bytes]:
        """Records from `n` + 1 on, contiguous; at least one if there is one. [] below the floor."""

    def events_at_hand(self, n: int, max_events: int, max_bytes: int) -> list[bytes]:
        """As `events_after` where nobody has to wait for them, else []."""

    async def submit(
        self, dev: str, commands: list[Received], told: Mapping[int, CommandResult]
    ) -> Submitted:
        """Decide commands in order. A repeat gets its first answer. `told` is honoured."""

    def push(
        self,
        dev: str,
        commands: list[Received],
        told: Mapping[int, CommandResult],
        answer: Callable[[Submitted], None],
    ) -> None:
        """As `submit`, for one who does not wait: `answer` is called once, on the loop, maybe
        before this returns."""

    async def snapshot(self) -> SnapshotImage:
        """The open state now."""

    async def digest(self) -> tuple[int, str, str] | None:
        """(at_n, scope, sha256) for replicas to compare, if there is one to give."""

    async def ask(self, dev: str, session: str, what: str, params: bytes) -> AskResult:
        """Answer a question; bad input is a code."""

    async def enrol(self, request: EnrolRequest) -> Enrolment:
        """Redeem a one-time code."""

    def seen(self, sighting: Sighting) -> None:
        """A device is alive."""

    def stored(self, dev: str, n: int) -> None:
        """A device has everything up to `n` on its disk: a second copy exists."""

    def checkpoint(self) -> Checkpoint | None:
        """The newest signed checkpoint of the journal, for terminals to keep."""

    def tail_wanted(self, dev: str) -> int:
        """From which event on this device shall send what it kept; 0 for nothing (2.20)."""

    async def tail_given(self, dev: str, from_n: int, events: list[bytes]) -> None:
        """Events that a device had kept, as asked; none if it has no more."""

    def subscribe(self, callback: Callable[[int], None]) -> None:
        """Call `callback(head_n)` on the loop after each commit."""
