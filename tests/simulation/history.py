"""What people saw and were told during a run: the evidence that no database can give.

Filled by the machines and the people, read by `invariants`. Nothing here is looked at by the code
under test.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sync_server.client.records import StoredCommand
from sync_server.domain.events import RoomChargeAsked
from sync_server.front_office.reoffers import Reoffers

if TYPE_CHECKING:
    from .alone import Claim


@dataclass(frozen=True, slots=True)
class Tap:
    """A command whose tap was confirmed to a person."""

    dev: str
    dep: int
    seq: int
    cmd_id: str
    hash: str
    type: str


@dataclass(frozen=True, slots=True)
class Told:
    """An outcome as a terminal was told it."""

    outcome: str
    code: str
    n_from: int
    n_to: int


@dataclass(slots=True)
class History:
    """One run. `drawn` are (display, ticket, version) that stood on glass; `claimed` is what
    terminals said that they had printed themselves; `papers` tells what each mark on a roll
    stands for; `committed_s` is when each event really was, whatever the clocks said;
    `lost` is what told commands had led to in a journal that burnt, `lost_n` their first event
    there, `last_lost` the command at its end; `recoveries` say which tablets the house then opened
    without;
    `drifts` are screens that had to be mended by their digest, though they are right in the end;
    `asked_n` is the event that asked for a room charge; `points` are the places, awaits and
    commits, at which machines died."""

    taps: dict[str, Tap] = field(default_factory=dict)
    told: dict[tuple[str, int, int], Told] = field(default_factory=dict)
    flips: list[str] = field(default_factory=list)
    drawn: set[tuple[str, str, int]] = field(default_factory=set)
    outlived: list[str] = field(default_factory=list)
    drifts: list[str] = field(default_factory=list)
    crashes: int = 0
    points: set[str] = field(default_factory=set)
    refused_taps: int = 0
    full_disks: int = 0
    committed_s: dict[int, float] = field(default_factory=dict)
    asked_n: dict[str, int] = field(default_factory=dict)
    papers: dict[str, object] = field(default_factory=dict)
    lost: dict[str, list[str]] = field(default_factory=dict)
    lost_n: dict[str, int] = field(default_factory=dict)
    last_lost: str = ""
    recoveries: list[Reoffers] = field(default_factory=list)
    claimed: list["Claim"] = field(default_factory=list)

    @property
    def opened_without(self) -> set[str]:
        """The tablets that were missing when the house opened after a restore."""
        return {dev for one in self.recoveries for dev in one.left_out}

    def confirmed(self, stored: StoredCommand) -> None:
        """A person saw the tap as saved."""
        one = stored.command
        self.taps[one.cmd_id] = Tap(one.dev, one.dep, one.seq, one.cmd_id, stored.hash, one.type)

    def stood(self, head_n: int, events: Sequence[object], now_s: float) -> None:
        """The server's journal has come to `head_n` by these events, or a start found it there."""
        for n in range(head_n, 0, -1):
            if n in self.committed_s:
                break
            self.committed_s[n] = now_s
        for n, event in enumerate(events, head_n - len(events) + 1):
            if isinstance(event, RoomChargeAsked):
                self.asked_n[event.charge_id] = n

    def burnt(self, n: int) -> None:
        """The journal after `n` is lost; what nobody was told of it may be decided otherwise."""
        keys = {tap.cmd_id: (tap.dev, tap.dep, tap.seq) for tap in self.taps.values()}
        self.lost = {one: made for one, made in self.lost.items() if keys.get(one) in self.told}
        for lost in [one for one in self.committed_s if one > n]:
            del self.committed_s[lost]

    def answered(self, stored: StoredCommand) -> None:
        """A person was told the outcome."""
        result, one = stored.result, stored.command
        assert result is not None
        told = Told(result.outcome, result.code, result.n_from, result.n_to)
        key = (one.dev, one.dep, one.seq)
        before = self.told.setdefault(key, told)
        if before != told:
            self.flips.append(f"{key} was told {before}, then {told}")
