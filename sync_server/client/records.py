"""Plain values that pass between a terminal's store, its connection and its screens."""

from dataclasses import dataclass, field
from typing import Literal

from sync_server.protocol import frames
from sync_server.protocol.checkpoint import Checkpoint
from sync_server.protocol.envelope import Command

Route = Literal["server", "local"]
"""Who prints for the kitchen; fixed before the command is first sent (reliability 2.13)."""


SaveCode = Literal[
    "disk_full", "disk_error", "outbox_full", "bad_body", "too_large", "forked", "stopped"
]


@dataclass(frozen=True, slots=True)
class Draft:
    """A command before it is stored: everything but its place in the device's chain."""

    cmd_id: str
    type: str
    tv: int
    body: bytes
    actor: str
    session: str
    approval: bytes | None
    made_wall_ms: int
    made_mono_ms: int
    boot_id: str
    basis_n: int
    biz_day: str
    route: Route = "server"


@dataclass(frozen=True, slots=True)
class StoredCommand:
    """A command that is on disk. `result` is None while the server has not answered."""

    command: Command
    data: bytes
    hash: str
    route: Route
    result: frames.Result | None = None

    @property
    def seq(self) -> int:
        """Its number within the device's epoch."""
        return self.command.seq


@dataclass(frozen=True, slots=True)
class CannotSave:
    """The tap was not stored and must be shown as refused."""

    code: SaveCode
    detail: str = ""


class StoreFailed(Exception):
    """The store could not write what it must; the connection ends and is tried again."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Notice:
    """Something a person must tap away: an outcome that was not plain acceptance, a salvage."""

    id: str
    cmd_id: str
    code: str
    params: str
    raised_ms: int


@dataclass(frozen=True, slots=True)
class StoreStanding:
    """What the store has, for a hello. `tail_from_n`: where the events begin that it holds without
    a gap up to `witness`, 0 for none; `kept_n` the newest event held of any history."""

    dev: str
    dep: int
    sep: int
    made_seq: int
    answered_seq: int
    pending: int
    oldest_pending_ms: int
    cursor_n: int
    cursor_hash: str
    durable_n: int
    witness: Checkpoint | None = None
    tail_from_n: int = 0
    kept_n: int = 0


Phase = Literal["offline", "connecting", "catching_up", "online", "refused", "forked", "upgrade"]


@dataclass(frozen=True, slots=True)
class LinkState:
    """What the status bar shows. `saving` counts commands without an answer; `latency_ms` is -1
    while unknown; `offline_since_ms` is the wall clock, 0 while connected. `drifts` counts how
    often, since the start, this replica was found to differ from the server: a fault of ours."""

    phase: Phase = "offline"
    saving: int = 0
    offline_since_ms: int = 0
    latency_ms: int = -1
    can_save: bool = True
    reason: str = ""
    drifts: int = 0


@dataclass(frozen=True, slots=True)
class AskReply:
    """Answer to a question; an empty `code` means `body` holds it."""

    code: str = ""
    params: bytes = b"{}"
    body: bytes = b"null"


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The confirmed state on disk: a snapshot and the events after it."""

    n: int
    snapshot: bytes | None
    events: list[tuple[int, bytes]] = field(default_factory=list)
