"""Cash drawers: opened once for cash, never a second time, and watched by their switch.

Rules (reliability 2.14, features-commercial C28): a drawer opens when cash is taken, given back or
moved, and for nothing else. The row says "sending" on the disk before the pulse, so after a crash a
pulse that may have gone out is never sent again; one that is late (`DRAWER_LATEST_MS`) is not sent
at all, since nobody stands there any more, and neither is one for cash that a terminal took while
it had no server: it opened the drawer itself. A drawer that opens without such a reason is told to
the managers and stays on record as their notice; one that is left open is told to whoever opened
it. While a terminal is cut off that may have opened it for a sale, the managers are told that once,
and what its sales do not explain when it is back (`Doubts`).
Neighbour: `printing` owns the printers that the drawers hang on; pulse and switch go through them.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeVar

import msgspec

from hardware.device import Status
from hardware.printer import PrintOutcome, PrintState
from hardware.spooler import Spooler
from sync_server.domain.commands import TellStaff
from sync_server.domain.ids import NoticeId, StaffId, derived
from sync_server.domain.limits import (
    DRAWER_DOUBTS,
    DRAWER_EXCUSED_MS,
    DRAWER_LATEST_MS,
    DRAWER_LOOK_MS,
    DRAWER_OPEN_MS,
    TOLD_OF_A_DRAWER,
)
from sync_server.domain.menu import Drawer
from sync_server.domain.outward import DRAWER, DrawerJob
from sync_server.domain.staff import rights_of
from sync_server.paper.words import words_of

from .door import CLAIMED, DONE, DROPPED, FAILED, SENDING, UNKNOWN, EffectRecord, EffectsDoor, kept

LOOK_S = 1
MANAGES = "close_day"
QUIET_LOOKS = 2

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_read = msgspec.json.Decoder(DrawerJob)
_STATES = {
    PrintState.SENT: DONE,
    PrintState.CONFIRMED: DONE,
    PrintState.CONSUMED: DONE,
    PrintState.NOT_PRINTED: FAILED,
    PrintState.UNKNOWN: UNKNOWN,
}


@dataclass(slots=True)
class Watched:
    """One drawer's switch over time; pure. `excused_ms` is the end of the time in which it may be
    open because it was asked to."""

    opened_ms: int = 0
    excused_ms: int = 0
    told: bool = True
    known: bool = False

    def expected(self, now_ms: int) -> None:
        """It was just asked to open."""
        self.excused_ms = now_ms + DRAWER_EXCUSED_MS

    def seen(self, is_open: bool, now_ms: int) -> str:
        """What is to be told: `drawer_open` (nobody asked), `drawer_left` (too long), or ""."""
        before, self.known = self.known, True
        if not is_open:
            self.opened_ms = 0
            return ""
        if not self.opened_ms:
            self.opened_ms, self.told = now_ms, False
            # At the first look it may have stood open since yesterday: told when it stays so.
            if before and now_ms > self.excused_ms:
                self.told = True
                return "drawer_open"
        if not self.told and now_ms - self.opened_ms >= DRAWER_OPEN_MS:
            self.told = True
            return "drawer_left"
        return ""


@dataclass(slots=True)
class Doubts:
    """Times at which a drawer opened while a terminal was cut off; pure. `quiet` counts the looks
    since nobody is any more: what the terminal sold is being read meanwhile."""

    opened_ms: list[int] = field(default_factory=list)
    terminal: str = ""
    quiet: int = 0

    def opened(self, at_ms: int, terminal: str) -> bool:
        """It opened, perhaps by that terminal. Whether this is the first time."""
        first = not self.opened_ms
        self.terminal, self.quiet = terminal, 0
        self.opened_ms = [*self.opened_ms, at_ms][-DRAWER_DOUBTS:]
        return first

    def sold(self, at_ms: int) -> None:
        """The terminal opened it for a sale then."""
        near = [x for x in self.opened_ms if abs(x - at_ms) <= DRAWER_EXCUSED_MS]
        if near:
            self.opened_ms.remove(min(near, key=lambda x: abs(x - at_ms)))

    def unexplained(self, cut_off: bool) -> list[int]:
        """What no sale explains, once everybody is back and was heard."""
        self.quiet = 0 if cut_off else self.quiet + 1
        if self.quiet < QUIET_LOOKS:
            return []
        left, self.opened_ms = self.opened_ms, []
        return left


class CashDrawers:
    """Opens and watches the drawers of the catalogue. `run` until cancelled."""

    def __init__(
        self, door: EffectsDoor, spooler: Spooler, *, sleep: Callable[[int], Awaitable[None]]
    ) -> None:
        """`sleep` takes milliseconds of the door's clock."""
        self._door = door
        self._spooler = spooler
        self._sleep = sleep
        self._watched: dict[str, Watched] = {}
        self._last_by: dict[str, str] = {}
        self._doubts: dict[str, Doubts] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        for row in await self._kept(lambda: self._door.unfinished(DRAWER)):
            # Claimed only: no pulse had left, but it is late by now, and a start is no sale.
            state = DROPPED if row.state == CLAIMED else UNKNOWN
            await self._mark(row, state, "restarted")
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._watch())
            while True:
                for target in self._door.targets(DRAWER):
                    await self._drain(target)
                await self._door.wait(DRAWER, LOOK_S)

    async def _drain(self, target: str) -> None:
        while rows := await self._kept(lambda: self._door.claim(DRAWER, target, 1)):
            await self._open(rows[0])

    async def _open(self, row: EffectRecord) -> None:
        try:
            job = _read.decode(row.payload)
        except msgspec.MsgspecError:
            _log.exception("the drawer job of effect %s cannot be read", row.effect_id)
            await self._mark(row, FAILED, "unreadable")
            return
        there = self._opened_there(row, job)
        if there or self._late(job):
            if there and job.drawer in self._doubts:
                self._doubts[job.drawer].sold(job.at_ms)
            await self._mark(row, DROPPED, "opened at the terminal" if there else "late")
            return
        await self._mark(row, SENDING, job.drawer)
        self._last_by[job.drawer] = job.by
        self._watched.setdefault(job.drawer, Watched()).expected(self._door.now_ms())
        outcome = await asyncio.wrap_future(
            self._spooler.kick(job.printer_id, job.pin, lambda: not self._late(job))
        )
        await self._settle(row, job, outcome)

    async def _settle(self, row: EffectRecord, job: DrawerJob, outcome: PrintOutcome) -> None:
        state = _STATES[outcome.state]
        if state != DONE:
            _log.warning("drawer %s: %s (%s)", job.drawer, state, outcome.reason)
            words = words_of(self._language(job.by))
            params: dict[str, str | int] = {"drawer": job.drawer}
            params["reason"] = words.fault(outcome.reason)
            await self._tell(row.effect_id, job.by, "drawer_shut", params)
        await self._mark(row, state, outcome.reason)

    def _opened_there(self, row: EffectRecord, job: DrawerJob) -> bool:
        """A terminal that has no server opens the drawer itself (`pos_app.local_paper`), where it
        reaches the printer."""
        printer = self._door.catalogue.printers.get(job.printer_id)
        reached = printer is not None and (
            bool(printer.terminal) or printer.reached_by.startswith("tcp:")
        )
        return reached and self._door.was_away(row.dev, job.at_ms)

    def _late(self, job: DrawerJob) -> bool:
        return self._door.now_ms() - job.at_ms > DRAWER_LATEST_MS

    # -- the switch ----------------------------------------------------------------------------
    async def _watch(self) -> None:
        while True:
            await self._sleep(DRAWER_LOOK_MS)
            for drawer in list(self._door.catalogue.drawers.values()):
                status = await asyncio.wrap_future(self._spooler.look(drawer.printer_id))
                if status is not None:
                    await self._noticed(drawer, status)
                await self._cleared_up(drawer)

    async def _noticed(self, drawer: Drawer, status: Status) -> None:
        now_ms = self._door.now_ms()
        is_open = status.drawer_pin_high is drawer.open_is_high
        code = self._watched.setdefault(drawer.drawer, Watched()).seen(is_open, now_ms)
        if not code:
            return
        terminal = self._cut_off(drawer)
        if code == "drawer_open" and terminal:
            doubts = self._doubts.setdefault(drawer.drawer, Doubts())
            if doubts.opened(now_ms, terminal):
                params: dict[str, str | int] = {"drawer": drawer.drawer, "terminal": terminal}
                await self._tell_managers(f"{drawer.drawer}/{now_ms}", "drawer_unsure", params)
            return
        _log.warning("drawer %s: %s", drawer.drawer, code)
        last = self._last_by.get(drawer.drawer, "")
        people = [last] if code == "drawer_left" and last else self._managers()
        about = f"{drawer.drawer}/{code}/{now_ms}"
        for person in people:
            await self._tell(f"{about}/{person}", person, code, {"drawer": drawer.drawer})

    def _cut_off(self, drawer: Drawer) -> str:
        """The code of a terminal without a link that may open this drawer."""
        printer = self._door.catalogue.printers.get(drawer.printer_id)
        return self._door.cut_off(printer.terminal if printer is not None else "")

    async def _cleared_up(self, drawer: Drawer) -> None:
        doubts = self._doubts.get(drawer.drawer)
        if doubts is None or not doubts.opened_ms:
            return
        for at_ms in doubts.unexplained(bool(self._cut_off(drawer))):
            params: dict[str, str | int] = {
                "drawer": drawer.drawer,
                "terminal": doubts.terminal,
                "at_ms": at_ms,
            }
            await self._tell_managers(f"{drawer.drawer}/{at_ms}", "drawer_unexplained", params)

    async def _tell_managers(self, about: str, code: str, params: dict[str, str | int]) -> None:
        _log.warning("drawer %s: %s", params["drawer"], code)
        for person in self._managers():
            await self._tell(f"{about}/{code}/{person}", person, code, params)

    def _managers(self) -> list[str]:
        catalogue = self._door.catalogue
        managers = [who for who in catalogue.staff if MANAGES in rights_of(catalogue, who)]
        return managers[:TOLD_OF_A_DRAWER]

    # -- the store -----------------------------------------------------------------------------
    def _language(self, staff_id: str) -> str:
        person = self._door.catalogue.staff.get(staff_id)
        return person.language if person else self._door.catalogue.settings.language

    async def _tell(
        self, about: str, staff_id: str, code: str, params: dict[str, str | int]
    ) -> None:
        notice_id = NoticeId(derived(about, "drawer"))
        command = TellStaff(notice_id, StaffId(staff_id), code, params)
        await self._kept(lambda: self._door.report(command))

    async def _mark(self, row: EffectRecord, state: str, outcome: str) -> None:
        await self._kept(lambda: self._door.mark(row.effect_id, state, outcome))

    async def _kept(self, call: Callable[[], Awaitable[_T]]) -> _T:
        return await kept(call, self._sleep)
