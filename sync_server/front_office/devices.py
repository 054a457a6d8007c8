"""Enrolled devices in memory: how far their commands have come, and what their clocks are worth.

A command's time is the server's time by the device's monotonic clock if the device has not been
started anew since, else the device's wall clock within bounds (reliability 2.10). Nothing is
ordered by it. A beat can be heard late and never early, so of the last beats the one that was heard
soonest compares the clocks, as in NTP's clock filter. The rows are in `tables`; enrolment is in
`register`.
"""

from collections import deque
from dataclasses import dataclass, field

from sync_server.domain import limits
from sync_server.protocol.checkpoint import Checkpoint
from sync_server.protocol.envelope import Command
from sync_server.transport.authority import Sighting


@dataclass(slots=True)
class Device:
    """One device. `offset_ms` is the server's time less its monotonic time, known for its start
    `boot_id`; `answered_seq` the newest command of this epoch that any
    server had answered when it said hello; `witness` the checkpoint it keeps, with its events from
    `tail_from_n` on; `kept_n` the newest event it holds of any history; `linked_ms` when its
    present link began."""

    dev: str
    code: str
    kind: str
    name: str
    public_key: bytes
    revoked: bool
    epoch: int
    last_seq: int
    last_hash: str
    last_at_ms: int
    offset_ms: int = 0
    boot_id: str = ""
    made_seq: int = 0
    answered_seq: int = 0
    seen_ms: int = 0
    ui_ok: bool = True
    cursor_n: int = 0
    tail_from_n: int = 0
    kept_n: int = 0
    linked_ms: int = 0
    witness: Checkpoint | None = None
    _offsets: deque[int] = field(default_factory=lambda: deque(maxlen=limits.BEATS_COMPARED))
    """The offset as each of the last beats told it, too great by its delay."""

    def time_of(self, command: Command, now_ms: int, last_at_ms: int) -> int:
        """When the command was made, in server time: not before the device's command before it
        (`last_at_ms`), not after now, and no older than a terminal may work alone."""
        at_ms = command.made_wall_ms
        if self.boot_id and command.boot_id == self.boot_id:
            at_ms = command.made_mono_ms + self.offset_ms
        return min(now_ms, max(last_at_ms, now_ms - limits.ALONE_MS, at_ms))

    def is_cut_off(self, now_ms: int) -> bool:
        """Whether it was here lately and is not, or has not told everything since it is back."""
        ago_ms = now_ms - self.seen_ms
        if self.revoked or not self.seen_ms or ago_ms > limits.DRAWER_DOUBT_MS:
            return False
        settling = now_ms - self.linked_ms < limits.DRAWER_EXCUSED_MS
        return ago_ms > 2 * limits.PING_MS or settling or self.made_seq > self.last_seq

    def seen(self, sighting: Sighting, now_ms: int) -> None:
        """Learn its clock and how far it is."""
        self._compare(sighting, now_ms)
        self.seen_ms = now_ms
        if sighting.linked:
            self.linked_ms = now_ms
        self.made_seq = sighting.made_seq
        self.answered_seq = sighting.answered_seq if sighting.dep == self.epoch else 0
        self.ui_ok = sighting.ui_ok
        self.cursor_n = sighting.cursor_n
        self.tail_from_n, self.witness = sighting.tail_from_n, sighting.witness
        self.kept_n = sighting.kept_n

    def _compare(self, sighting: Sighting, now_ms: int) -> None:
        """Learn its clock. Later than a link lives without an answer no beat is: then it has slept,
        or a clock was set, and what was known is worth nothing. A smaller step is followed when the
        beats before it are forgotten, one back at once."""
        offset_ms = now_ms - sighting.mono_ms
        jumped = offset_ms - self.offset_ms > 2 * limits.PING_MS
        if jumped or sighting.boot_id != self.boot_id:
            self._offsets.clear()
        self._offsets.append(offset_ms)
        self.offset_ms = min(self._offsets)
        self.boot_id = sighting.boot_id
