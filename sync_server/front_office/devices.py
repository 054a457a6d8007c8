"""Enrolled devices in memory: how far their commands have come, and what their clocks are worth.

A command's time is the server's time by the device's monotonic clock where that is known, else the
device's wall clock within bounds (reliability 2.10). Nothing is ordered by it. The rows are in
`tables`; enrolment is in `office`.
"""

from dataclasses import dataclass

from sync_server.protocol.envelope import Command

PAST_MS = 7 * 24 * 3_600_000
"""How far back a device's clock is believed: the longest time a terminal works alone."""


@dataclass(slots=True)
class Device:
    """One device. `offset_ms` = server time - monotonic time at its last beat, if it had one."""

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
    offset_ms: int | None = None
    mono_ms: int = 0
    made_seq: int = 0
    seen_ms: int = 0
    ui_ok: bool = True
    cursor_n: int = 0

    def time_of(self, command: Command, now_ms: int) -> int:
        """When the command was made, in server time; never before the device's last command."""
        at_ms = command.made_wall_ms
        if self.offset_ms is not None and command.made_mono_ms <= self.mono_ms + PAST_MS:
            by_mono = command.made_mono_ms + self.offset_ms
            if abs(by_mono - at_ms) < abs(now_ms - at_ms) or by_mono <= now_ms:
                at_ms = by_mono
        floor = max(self.last_at_ms, now_ms - PAST_MS)
        return min(now_ms, max(floor, at_ms))

    def beat(self, now_ms: int, mono_ms: int) -> None:
        """Learn the offset of its clock."""
        self.offset_ms = now_ms - mono_ms
        self.mono_ms = mono_ms
        self.seen_ms = now_ms
