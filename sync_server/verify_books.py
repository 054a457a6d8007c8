"""What `verify` reads of a front database, and what it says of it. The checks stand in `verify`
(journal, inbox, effects), `verify_money` and `verify_kitchen`."""

from dataclasses import dataclass, field
from typing import Any

from sync_server.domain.venue import Venue
from sync_server.protocol.checkpoint import Checkpoint
from sync_server.protocol.envelope import EventRecord


@dataclass(frozen=True, slots=True)
class Finding:
    """A broken invariant: its number in reliability 3.1, where, and what is wrong."""

    invariant: str
    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.invariant} {self.where}: {self.what}"


@dataclass(slots=True)
class Books:
    """All rows of one moment, and the journal replayed."""

    journal: list[Any]
    inbox: list[Any]
    ledger: list[Any]
    devices: list[Any]
    effects: list[Any]
    parked: list[Any]
    states: list[Any]
    adoptions: list[Any]
    erasures: list[Any]
    checkpoints: list[Checkpoint]
    key: bytes = b""
    records: list[EventRecord] = field(default_factory=list)
    events: list[object] = field(default_factory=list)
    digests: dict[int, str] = field(default_factory=dict)
    venue: Venue = field(default_factory=Venue)
