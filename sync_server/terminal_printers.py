"""Printers that hang on a terminal: the server's papers are handed to it over its connection.

    spooler's thread -> TerminalPrinter -> HandOut <- the terminal asks "printer_work" and reports

Rules (reliability 2.14): a job is handed out once, to the terminal that it is for, and to nobody
after it was withdrawn. Not fetched in `CLAIM_S`: certainly not printed, so the backup printer takes
it under its heading. Fetched and never reported, or the terminal asks for more without a report:
unknown, and what follows is the rule for unknown paper. A drawer's pulse goes the same way, once.
Neighbours: `devices` makes the drivers, `pos_app.own_printers` is the terminal's end.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import asdict, dataclass, field
from typing import Any

import msgspec

from hardware.device import DeviceError, Fault, PaperLevel, Status
from hardware.document_wire import to_data
from hardware.documents import Document
from hardware.printer import PrintOutcome, PrintState, not_printed, unknown
from sync_server.domain.menu import Printer

CLAIM_S = 5.0
DONE_S = 75.0
"""Longer than a driver of `hardware` may take for one job."""
ASKED_S = 8.0
"""How long a question for work waits before it is answered with nothing."""
HERE_S = 30.0
WAITING = 8
PRINTERS_MOST = 16
JOB_BYTES = 44 * 1024
_STATES = frozenset(state.value for state in PrintState)


class Report(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What became of a job, as its terminal says."""

    job: str
    state: str
    reason: str = ""
    partial: bool = False


class Seen(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How a terminal found one of its printers: what kept it from asking, or what it answered."""

    printer_id: str
    fault: str = ""
    online: bool = True
    paper: str = "ok"
    cover_shut: bool = True
    cutter_ok: bool = True
    error: bool = False
    drawer_pin_high: bool = False

    def status(self) -> Status:
        """As a driver says it. Raises `DeviceError`."""
        if self.fault in _FAULTS:
            raise DeviceError(Fault(self.fault), f"{self.printer_id} on its terminal")
        paper = PaperLevel(self.paper) if self.paper in _LEVELS else PaperLevel.OK
        return Status(
            self.online,
            paper,
            self.cover_shut,
            self.cutter_ok,
            self.error,
            self.drawer_pin_high,
        )


_FAULTS = frozenset(fault.value for fault in Fault)
_LEVELS = frozenset(level.value for level in PaperLevel)


class Asked(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A terminal's question for work, with what it did since it last asked, and how it found its
    printers if it looked."""

    done: Report | None = None
    seen: tuple[Seen, ...] = ()


@dataclass(slots=True)
class _Job:
    """One paper, or with a `pin` one pulse, for a printer on a terminal."""

    job_id: str
    printer: dict[str, Any]
    document: dict[str, Any] | None
    pin: int
    claimed: bool = False
    ended: "Future[PrintOutcome]" = field(default_factory=Future)


@dataclass(slots=True)
class _Terminal:
    """What waits for one terminal, what it has in hand, and when it last asked."""

    waiting: deque[_Job] = field(default_factory=deque)
    in_hand: _Job | None = None
    asked_s: float = -HERE_S
    seen: dict[str, Seen] = field(default_factory=dict)


class HandOut:
    """The jobs of all terminals. Drivers call from their threads, `work` from the event loop."""

    def __init__(
        self,
        mono_s: Callable[[], float],
        start_id: int,
        claim_s: float = CLAIM_S,
        done_s: float = DONE_S,
        asked_s: float = ASKED_S,
        promise: "Callable[[], Future[PrintOutcome]]" = Future,
    ) -> None:
        """`mono_s` is a clock that nobody sets; `start_id` tells this start's jobs from others';
        `promise` is what a driver's thread waits for."""
        self.claim_s, self.done_s, self.asked_s = claim_s, done_s, asked_s
        self._mono_s = mono_s
        self._start_id = start_id
        self._promise = promise
        self._count = 0
        self._lock = threading.Lock()
        self._terminals: dict[str, _Terminal] = {}
        self._closed = False
        self._bells: dict[str, tuple[asyncio.AbstractEventLoop, asyncio.Event]] = {}

    # -- the terminal's side -------------------------------------------------------------------
    async def work(self, code: str, params: bytes) -> tuple[str, Mapping[str, Any]]:
        """The next job for a terminal, or nothing when there was none for a while."""
        try:
            asked = msgspec.json.decode(params, type=Asked)
        except (msgspec.DecodeError, RecursionError):
            return "bad_text", {}
        bell = asyncio.Event()
        self._bells[code] = (asyncio.get_running_loop(), bell)
        self._reported(code, asked.done)
        self._looked(code, asked.seen[:PRINTERS_MOST])
        end_s = self._mono_s() + self.asked_s
        while (job := self._claim(code)) is None:
            left_s = end_s - self._mono_s()
            if left_s <= 0 or self._bells.get(code, (None, None))[1] is not bell:
                return "", {"job": ""}
            bell.clear()
            try:
                async with asyncio.timeout(left_s):
                    await bell.wait()
            except TimeoutError:
                continue
        return "", {
            "job": job.job_id,
            "printer": job.printer,
            "document": job.document,
            "pin": job.pin,
        }

    def _reported(self, code: str, done: Report | None) -> None:
        """Settle what the terminal had in hand: as it says, else nobody knows."""
        with self._lock:
            terminal = self._terminals.setdefault(code, _Terminal())
            terminal.asked_s = self._mono_s()
            job, terminal.in_hand = terminal.in_hand, None
        if job is None:
            return
        if done is None or done.job != job.job_id or done.state not in _STATES:
            job.ended.set_result(unknown("no_confirmation"))
            return
        reason = done.reason[:40]
        job.ended.set_result(PrintOutcome(PrintState(done.state), reason, done.partial))

    def _looked(self, code: str, seen: tuple[Seen, ...]) -> None:
        if seen:
            with self._lock:
                self._terminals[code].seen = {one.printer_id[:64]: one for one in seen}

    def _claim(self, code: str) -> _Job | None:
        with self._lock:
            terminal = self._terminals.setdefault(code, _Terminal())
            terminal.asked_s = self._mono_s()
            if not terminal.waiting:
                return None
            job = terminal.waiting.popleft()
            job.claimed, terminal.in_hand = True, job
            return job

    # -- the driver's side ---------------------------------------------------------------------
    def here(self, code: str) -> bool:
        """Whether the terminal asked for work lately."""
        with self._lock:
            terminal = self._terminals.get(code)
            return terminal is not None and self._mono_s() - terminal.asked_s < HERE_S

    def seen(self, code: str, printer_id: str) -> Seen:
        """How its terminal found a printer; well as long as it has said nothing."""
        with self._lock:
            terminal = self._terminals.get(code)
            found = terminal.seen.get(printer_id) if terminal is not None else None
        return found or Seen(printer_id)

    def carry(
        self, code: str, printer: dict[str, Any], document: dict[str, Any] | None, pin: int = 0
    ) -> PrintOutcome:
        """Have a terminal print (or pulse) and wait for what it says. Blocks; call in a thread."""
        with self._lock:
            self._count += 1
            name = f"{self._start_id}-{self._count}"
            job = _Job(name, printer, document, pin, ended=self._promise())
            terminal = self._terminals.setdefault(code, _Terminal())
            if self._closed:
                return not_printed("stopped")
            if len(terminal.waiting) >= WAITING:
                return not_printed("busy")
            terminal.waiting.append(job)
        self._ring(code)
        try:
            return job.ended.result(self.claim_s)
        except TimeoutError:
            pass
        if self._withdrawn(code, job):
            return not_printed("unreachable")
        try:
            return job.ended.result(self.done_s)
        except TimeoutError:
            return self._given_up(code, job)

    def close(self) -> None:
        """The server ends: what nobody fetched is not printed, what is in hand nobody knows."""
        with self._lock:
            self._closed = True
            for terminal in self._terminals.values():
                while terminal.waiting:
                    job = terminal.waiting.popleft()
                    job.claimed = True
                    job.ended.set_result(not_printed("stopped"))
                if terminal.in_hand is not None:
                    terminal.in_hand.ended.set_result(unknown("stopped"))
                    terminal.in_hand = None

    def _ring(self, code: str) -> None:
        loop, bell = self._bells.get(code, (None, None))
        if loop is not None and bell is not None and not loop.is_closed():
            loop.call_soon_threadsafe(bell.set)

    def _withdrawn(self, code: str, job: _Job) -> bool:
        """Take it back unless the terminal has it: from then on nobody prints it."""
        with self._lock:
            if job.claimed:
                return False
            self._terminals[code].waiting.remove(job)
            return True

    def _given_up(self, code: str, job: _Job) -> PrintOutcome:
        """Nothing was heard of it: a report that comes later settles nothing any more."""
        with self._lock:
            if self._terminals[code].in_hand is job:
                self._terminals[code].in_hand = None
        return unknown("no_confirmation")


class TerminalPrinter:
    """The server's driver of a printer on a terminal (`hardware.printer.Printer`)."""

    def __init__(self, printer: Printer, hand_out: HandOut) -> None:
        self._printer, self._code, self._hand_out = asdict(printer), printer.terminal, hand_out
        self._seen: Status | None = None

    @property
    def name(self) -> str:
        """Its id."""
        return str(self._printer["printer_id"])

    @property
    def seen(self) -> Status | None:
        """As its terminal found it; the terminal looks between its jobs."""
        return self._seen

    def status(self) -> Status:
        """Whether its terminal is there, and how that found it. Raises `DeviceError`."""
        self._seen = None
        if not self._hand_out.here(self._code):
            raise DeviceError(Fault.UNREACHABLE, f"terminal {self._code} is away")
        self._seen = self._hand_out.seen(self._code, self.name).status()
        return self._seen

    def print(self, document: Document) -> PrintOutcome:
        """Print on the terminal and wait for its word."""
        data = to_data(document)
        if len(msgspec.json.encode(data)) > JOB_BYTES:
            return not_printed("document")
        return self._hand_out.carry(self._code, self._printer, data)

    def kick(self, pin: int = 2) -> PrintOutcome:
        """One pulse for the drawer on that printer's cable."""
        return self._hand_out.carry(self._code, self._printer, None, pin)

    def close(self) -> None:
        """Nothing is held."""
