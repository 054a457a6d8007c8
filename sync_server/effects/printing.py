"""The worker that brings committed paper jobs to paper and tells what became of them.

Rule: a row says "sending" on the disk before the first byte leaves (reliability 2.14), so after a
crash a claimed row was certainly not printed and a sending one perhaps was. One queue for each
printer, in the order of the journal; a row that waits for its printer holds up those behind it.
What follows an outcome is in `paper` (pure); papers are made by `sync_server.paper`.

Everything from outside is given: rows and reports (`door`), printers, their threads, sleep.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from hardware.device import PaperLevel
from hardware.documents import Document
from hardware.printer import Printer, PrintOutcome
from hardware.spooler import PrintJob, Route, Spooler
from hardware.worker import ThreadWorker, Worker
from sync_server.domain.commands import RecordPaper, TellStaff
from sync_server.domain.ids import NO_CHECK, CheckId, NoticeId, StaffId, derived
from sync_server.domain.outward import PAPER, PaperJob
from sync_server.paper.composing import KITCHEN, compose, headings
from sync_server.paper.figures import zone_of
from sync_server.paper.words import words_of

from .door import (
    CLAIMED,
    DONE,
    FAILED,
    QUEUED,
    SENDING,
    UNKNOWN,
    EffectRecord,
    EffectsDoor,
    kept,
)
from .paper import (
    ATTEMPTS,
    PATIENT_ATTEMPTS,
    Carrying,
    Mark,
    Marks,
    Step,
    after,
    begin,
    fallback_of,
    headed,
    marks_of,
    note,
)

LOOK_S = 1
POLL_MS = 30_000

_log = logging.getLogger(__name__)
_read = msgspec.json.Decoder(PaperJob)
_T = TypeVar("_T")


@dataclass(slots=True)
class _Queue:
    """What is remembered of a printer while the process lives."""

    down: bool = False
    hopeless: bool = False


class Printing:
    """Prints for one venue on the printers given. `run` until `stop`, then `close`."""

    def __init__(
        self,
        door: EffectsDoor,
        printers: Mapping[str, Printer],
        *,
        sleep: Callable[[int], Awaitable[None]],
        worker: Callable[[str], Worker] = ThreadWorker,
    ) -> None:
        """`printers` by the ids of the catalogue. `sleep` takes milliseconds of the door's clock.
        `worker` makes the thread of a printer; `hardware.worker.InlineWorker` makes none."""
        self._door = door
        self._sleep = sleep
        self._printers = set(printers)
        # Each route is one printer: what follows an outcome is decided and stored here.
        self._spooler = Spooler(printers, {name: Route(name) for name in printers}, worker=worker)
        self._queues: dict[str, _Queue] = {}
        self._stopping = asyncio.Event()
        self._serial = 0

    async def run(self) -> None:
        """Work until `stop`, or until cancelled; then what is in hand is doubtful at next start.

        Ends with an exception group when the store is dead or a part of this has a fault.
        """
        await self._recover()
        draining: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as tasks:
            watching = tasks.create_task(self._watch())
            while not self._stopping.is_set():
                for target in self._door.targets(PAPER):
                    task = draining.get(target)
                    if task is None or task.done():
                        draining[target] = tasks.create_task(self._drain(target))
                await self._unless_stopping(self._door.wait(PAPER, LOOK_S))
            watching.cancel()

    def fit(self, printers: Mapping[str, Printer]) -> None:
        """Printers that are new in the catalogue, or changed there, from now on."""
        for name, printer in printers.items():
            self._spooler.fit(name, printer, Route(name))
            self._printers.add(name)

    def stop(self) -> None:
        """Take no more rows; `run` returns when the papers in hand are settled."""
        self._stopping.set()

    def close(self) -> None:
        """Let go of the printers. Blocks until their threads have ended."""
        self._spooler.close()

    @property
    def spooler(self) -> Spooler:
        """The owner of the printers' threads; drawers hang on the same cables."""
        return self._spooler

    def health(self) -> list[dict[str, str | int]]:
        """Every printer for the terminals: printer_id, name, state (ok, low, down, unknown), the
        state in words of the venue's language, and how many papers wait."""
        catalogue = self._door.catalogue
        words = words_of(catalogue.settings.language)
        found: list[dict[str, str | int]] = []
        for one in self._spooler.health():
            state, said = "ok", words.say("printer_ok")
            if one.up is None:
                state, said = "unknown", words.say("printer_unasked")
            elif not one.up:
                state, said = "down", words.fault(one.reason)
            elif one.paper is PaperLevel.LOW:
                state, said = "low", words.say("paper_low")
            name = self._name(one.name, words.code)
            found.append(
                {
                    "printer_id": one.name,
                    "name": name,
                    "state": state,
                    "words": said,
                    "waiting": one.waiting,
                }
            )
        return found

    # -- the loops -----------------------------------------------------------------------------
    async def _recover(self) -> None:
        """Sort what a stopped process left: not begun, begun, or printed and not reported."""
        for row in await self._kept(lambda: self._door.unfinished(PAPER)):
            job = self._job(row)
            marks = marks_of(row.outcome)
            if job is None:
                await self._mark(row, FAILED, "- unreadable")
            elif row.state == CLAIMED:
                await self._mark(row, QUEUED, note(marks, "begun again"))
            elif Mark.PRINTED in marks:
                await self._done(row, job, row.outcome.split(" ", 2)[2])
            elif job.document in KITCHEN and row.attempt < ATTEMPTS:
                await self._mark(row, QUEUED, note(marks | {Mark.DOUBTFUL}, "restarted"))
            else:
                await self._leave(row, job, UNKNOWN, job.printer_id, "restarted")

    async def _watch(self) -> None:
        """Ask idle printers how they are: a dead one is known before it is needed."""
        while True:
            self._spooler.poll()
            await self._sleep(POLL_MS)

    async def _drain(self, target: str) -> None:
        """Print the rows of one printer until none is due."""
        while not self._stopping.is_set():
            rows = await self._kept(lambda: self._door.claim(PAPER, target, 1))
            if not rows:
                return
            pause_ms = await self._one(rows[0])
            if pause_ms:
                await self._unless_stopping(self._sleep(pause_ms))

    async def _one(self, row: EffectRecord) -> int:
        """Carry one row as far as it goes now; milliseconds to wait before the next."""
        job = self._job(row)
        if job is None:
            await self._mark(row, FAILED, "- unreadable")
            return 0
        document = self._composed(row, job)
        if document is None:
            await self._leave(row, job, FAILED, job.printer_id, "document")
            return 0
        queue = self._queues.setdefault(row.target, _Queue())
        fallback = fallback_of(job, self._door.catalogue)
        carrying = begin(
            job,
            marks_of(row.outcome),
            row.attempt,
            fallback if fallback in self._printers else "",
            down=queue.down,
            hopeless=queue.hopeless,
        )
        reason = ""
        while carrying.step is Step.PRINT:
            printer_id = carrying.to_try[0]
            outcome = await self._attempt(row, job, document, carrying)
            following = after(carrying, outcome)
            if printer_id == carrying.primary:
                queue.down = not outcome.done and (queue.down or row.attempt >= PATIENT_ATTEMPTS)
            if isinstance(following, Step):
                queue.hopeless = False
                await self._printed(row, job, printer_id, carrying.marks, outcome)
                return 0
            carrying, reason = following, outcome.reason
        return await self._unprinted(row, job, carrying, reason)

    async def _unprinted(
        self, row: EffectRecord, job: PaperJob, carrying: Carrying, reason: str
    ) -> int:
        """The row goes back into its queue, or a person is told."""
        if carrying.step is Step.PAUSE:
            due_ms = self._door.now_ms() + carrying.pause_ms
            await self._mark(row, QUEUED, note(carrying.marks, reason), due_ms)
            return carrying.pause_ms
        state = UNKNOWN if carrying.step is Step.UNKNOWN else FAILED
        if state == FAILED:
            self._queues[row.target].hopeless = True
        await self._leave(row, job, state, job.printer_id, reason)
        return 0

    # -- one attempt ---------------------------------------------------------------------------
    async def _attempt(
        self, row: EffectRecord, job: PaperJob, document: Document, carrying: Carrying
    ) -> PrintOutcome:
        """Print on the first printer to try. The row is on the disk as sending before a byte is."""
        printer_id = carrying.to_try[0]
        own_name = self._name(job.printer_id, job.language)
        paper = headed(document, carrying, printer_id, own_name, headings(job.language))
        await self._mark(row, SENDING, note(carrying.marks, printer_id))
        self._serial += 1
        task = PrintJob(f"{row.effect_id}/{self._serial}", printer_id, paper)
        return await asyncio.wrap_future(self._spooler.submit(task))

    def _job(self, row: EffectRecord) -> PaperJob | None:
        try:
            return _read.decode(row.payload)
        except msgspec.MsgspecError:
            _log.exception("the paper job of effect %s cannot be read", row.effect_id)
            return None

    def _composed(self, row: EffectRecord, job: PaperJob) -> Document | None:
        catalogue = self._door.catalogue
        try:
            return compose(job, catalogue, zone_of(catalogue))
        except Exception:  # noqa: BLE001 - one odd job must not keep all other paper from coming
            _log.exception("the paper of effect %s cannot be composed", row.effect_id)
            return None

    # -- what became of it ---------------------------------------------------------------------
    async def _printed(
        self,
        row: EffectRecord,
        job: PaperJob,
        printer_id: str,
        marks: Marks,
        outcome: PrintOutcome,
    ) -> None:
        if job.document in KITCHEN:
            # Stored before it is told: a crash in between neither prints again nor forgets to tell.
            known = note(marks | {Mark.PRINTED}, f"{outcome.state.value} {printer_id}")
            await self._mark(row, SENDING, known)
        await self._done(row, job, printer_id, outcome.state.value)

    async def _done(
        self, row: EffectRecord, job: PaperJob, printer_id: str, how: str = "reported"
    ) -> None:
        await self._record(job, "copy" if job.instead_of_display else "printed", printer_id)
        await self._mark(row, DONE, f"- {how} {printer_id}")

    async def _leave(
        self, row: EffectRecord, job: PaperJob, state: str, printer_id: str, reason: str
    ) -> None:
        """Nothing more is tried: the kitchen's record and the person's notice say so."""
        _log.warning("paper %s on %s: %s (%s)", row.effect_id, printer_id, state, reason)
        await self._record(job, state, printer_id)
        await self._tell(row, job, state, reason)
        await self._mark(row, state, f"- {printer_id} {reason}".strip())

    async def _record(self, job: PaperJob, outcome: str, printer_id: str) -> None:
        if job.ticket is None or job.document not in KITCHEN:
            return
        command = RecordPaper(job.ticket.ticket_id, job.ticket_version, outcome, printer_id)
        await self._kept(lambda: self._door.report(command))

    async def _tell(self, row: EffectRecord, job: PaperJob, state: str, reason: str) -> None:
        """The notice to whom it concerns, in that person's language; once for a row."""
        person = self._door.catalogue.staff.get(job.by)
        language = person.language if person else self._door.catalogue.settings.language
        document = self._composed(row, replace(job, language=language))
        command = TellStaff(
            notice_id=NoticeId(derived(row.effect_id, "paper")),
            staff_id=StaffId(job.by),
            code="printer_failed" if state == FAILED else "print_unknown",
            params={
                "document": (document.title if document else "") or job.document,
                "printer": self._name(job.printer_id, language),
                "reason": words_of(language).fault(reason),
            },
            check_id=_check_of(job),
        )
        await self._kept(lambda: self._door.report(command))

    def _name(self, printer_id: str, language: str) -> str:
        catalogue = self._door.catalogue
        printer = catalogue.printers.get(printer_id)
        return catalogue.name(printer.names, language) if printer else printer_id

    # -- the store and the clock ---------------------------------------------------------------
    async def _mark(self, row: EffectRecord, state: str, outcome: str, due_ms: int = 0) -> None:
        await self._kept(lambda: self._door.mark(row.effect_id, state, outcome, due_ms))

    async def _kept(self, call: Callable[[], Awaitable[_T]]) -> _T:
        return await kept(call, self._sleep)

    async def _unless_stopping(self, what: Awaitable[None]) -> None:
        """Wait for it, or for `stop`."""
        waiting = asyncio.ensure_future(what)
        stopping = asyncio.ensure_future(self._stopping.wait())
        try:
            await asyncio.wait({waiting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            stopping.cancel()


def _check_of(job: PaperJob) -> CheckId:
    about = job.ticket or job.check or job.charge
    return about.check_id if about else NO_CHECK
