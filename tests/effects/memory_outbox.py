"""The service's door over rows in memory, which survive the worker as a database would.

Every committed call can be made to fail, or to be the last thing a process did, before or after
it took effect. Claims and marks are kept in `history`, reports in `reports`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace

import msgspec

from sync_server.domain.commands import RecordPaper, TellStaff
from sync_server.domain.menu import Catalogue
from sync_server.domain.outward import DRAWER, PAPER, DrawerJob, PaperJob
from sync_server.effects.door import CLAIMED, QUEUED, SENDING, EffectRecord
from tests.effects.virtual_time import VirtualTime


class Crash(Exception):
    """The process ended here."""


class MemoryOutbox:
    """`sync_server.effects.door.EffectsDoor`; `crashes` are numbers of committed calls, from 1."""

    def __init__(self, catalogue: Catalogue, time: VirtualTime) -> None:
        self.rows: dict[str, EffectRecord] = {}
        self.due_ms: dict[str, int] = {}
        self.history: list[tuple[str, str]] = []
        self.reports: list[object] = []
        self.linked_ms: dict[str, int] = {}
        self.alone = ""
        self.calls = 0
        self.crashes: set[int] = set()
        self.crash_after = False
        self.refuse: list[Exception] = []
        self.before_mark: Callable[[str, str], None] = lambda effect_id, state: None
        self._catalogue = catalogue
        self._time = time
        self._wake = asyncio.Event()

    # -- what tests do with it -----------------------------------------------------------------
    def put(self, job: PaperJob | DrawerJob | bytes, printer_id: str = "") -> str:
        """A row as a committed event leaves it."""
        n = len(self.rows) + 1
        effect_id = f"{n}.0"
        payload = job if isinstance(job, bytes) else msgspec.json.encode(job)
        target = printer_id or ("" if isinstance(job, bytes) else job.printer_id)
        kind = DRAWER if isinstance(job, DrawerJob) else PAPER
        self.rows[effect_id] = EffectRecord(effect_id, n, kind, target, QUEUED, 0, "d1", payload)
        self.due_ms[effect_id] = 0
        self._wake.set()
        return effect_id

    def state(self, effect_id: str) -> str:
        """The committed state of a row."""
        return self.rows[effect_id].state

    @property
    def settled(self) -> bool:
        """Nothing is queued or in hand."""
        return not any(row.state in (QUEUED, CLAIMED, SENDING) for row in self.rows.values())

    @property
    def papers(self) -> list[RecordPaper]:
        """What the kitchen's tickets were told."""
        return [report for report in self.reports if isinstance(report, RecordPaper)]

    @property
    def notices(self) -> list[TellStaff]:
        """What people were told; the service takes each notice once."""
        told = [report for report in self.reports if isinstance(report, TellStaff)]
        return list({notice.notice_id: notice for notice in told}.values())

    # -- the door ------------------------------------------------------------------------------
    @property
    def catalogue(self) -> Catalogue:
        return self._catalogue

    def now_ms(self) -> int:
        return self._time.now_ms

    def was_away(self, dev: str, at_ms: int) -> bool:
        return at_ms < self.linked_ms.get(dev, 0)

    def cut_off(self, code: str) -> str:
        return self.alone

    def charge_state(self, charge_id: str) -> str:
        return ""

    def targets(self, kind: str) -> list[str]:
        queued = (row for row in self.rows.values() if row.state == QUEUED)
        return sorted({row.target for row in queued if row.kind == kind})

    async def claim(self, kind: str, target: str, limit: int) -> list[EffectRecord]:
        due = [
            row
            for row in self.rows.values()
            if (row.kind, row.target) == (kind, target)
            and row.state == QUEUED
            and self.due_ms[row.effect_id] <= self._time.now_ms
        ]
        taken = [replace(row, state=CLAIMED, attempt=row.attempt + 1) for row in due[:limit]]
        await self._commit(lambda: self.rows.update({row.effect_id: row for row in taken}))
        return taken

    async def mark(self, effect_id: str, state: str, outcome: str = "", due_ms: int = 0) -> None:
        self.before_mark(effect_id, state)

        def write() -> None:
            row = self.rows[effect_id]
            self.rows[effect_id] = replace(row, state=state, outcome=outcome)
            self.due_ms[effect_id] = due_ms
            self.history.append((effect_id, state))

        await self._commit(write)

    async def report(self, command: object) -> None:
        await self._commit(lambda: self.reports.append(command))

    async def unfinished(self, kind: str) -> list[EffectRecord]:
        begun = (row for row in self.rows.values() if row.state in (CLAIMED, SENDING))
        return [row for row in begun if row.kind == kind]

    async def wait(self, kind: str, timeout_s: float) -> None:
        woken = asyncio.ensure_future(self._wake.wait())
        slept = asyncio.ensure_future(self._time.sleep(int(timeout_s * 1000)))
        try:
            await asyncio.wait({woken, slept}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            slept.cancel()
            self._wake.clear()

    async def _commit(self, write: Callable[[], object]) -> None:
        await asyncio.sleep(0)
        if self.refuse:
            raise self.refuse.pop(0)
        self.calls += 1
        crashes = self.calls in self.crashes
        if not crashes or self.crash_after:
            write()
        if crashes:
            raise Crash
