"""Prints on an ESC/POS printer and says what is known of the paper, never more.

Rule (reliability 2.14, its table of evidence):
- nothing was accepted of the document: `not_printed`; so is every obstacle seen before it;
- class A: `confirmed` when the id behind the document came back; `not_printed` when an error came
  first, the buffer was cleared, and the mark before the document's end was never answered;
- class B: `consumed` when GS r behind the document was answered; class C: `sent`;
- all else is `unknown`.
Every wait has a limit. The driver blocks: call it from the printer's own thread (`worker`).
Neighbours: `links` carries the bytes, `escpos_jobs` makes them, `escpos_answers` reads the replies.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import count

from hardware.device import DeviceError, Fault, Status
from hardware.documents import Document, DocumentError
from hardware.escpos_answers import Answers, status_of
from hardware.escpos_jobs import Encoder, Job, pulse
from hardware.fonts import FontsMissing
from hardware.links import Link
from hardware.printer import (
    CONFIRMED,
    CONSUMED,
    SENT,
    Evidence,
    PrintOutcome,
    not_printed,
    unknown,
)

_ASK = b"\x10\x04"
_ASK_IN_TURN = b"\x1dr\x01"
# DLE DC4 function 8 with its seven fixed bytes: throw away what waits.
_CLEAR = b"\x10\x14\x08\x01\x03\x14\x01\x06\x02\x08"
# GS a: from now on every change of state is told unasked, until ESC @ or power off.
_TELL_CHANGES = b"\x1da\xff"
_ROLL_END_IN_TURN = 0x0C


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds that each step may take. A receipt of 30 cm takes 2 s to print, a long one 10."""

    connect: float = 2.0
    answer: float = 1.0
    write: float = 10.0
    proof: float = 20.0
    job: float = 60.0
    probe: float = 3.0


class EscposPrinter:
    """One printer on one link, as class `evidence` of proof (see `probe`)."""

    def __init__(
        self,
        name: str,
        link: Link,
        encode: Encoder,
        evidence: Evidence,
        limits: Limits | None = None,
        first_id: int = 0,
    ) -> None:
        self.evidence = evidence
        self._seen: Status | None = None
        self._name = name
        self._link = link
        self._encode = encode
        self._limits = limits or Limits()
        self._ids = count(first_id)
        self._claim = threading.Lock()
        self._answers = Answers()

    @property
    def name(self) -> str:
        """The name that people gave the printer."""
        return self._name

    @property
    def seen(self) -> Status | None:
        """The state when it was last asked; None when it did not answer."""
        return self._seen

    def close(self) -> None:
        """Let go of the line; a job opens it again."""
        self._link.close()

    def status(self) -> Status:
        """Ask the printer now (DLE EOT). Raises `DeviceError`.

        One that never answers (class C) is well when its line opens: more cannot be known.
        """
        with self._owned():
            return Status() if self.evidence is Evidence.C else self._ask()

    def print(self, document: Document) -> PrintOutcome:
        """Print `document` and wait for the proof that this class of printer can give."""
        try:
            job = self._encode(document)
        except DocumentError:
            return not_printed("document")
        except FontsMissing:
            return not_printed(Fault.SET_UP.value)
        try:
            with self._owned():
                return self._print(job)
        except DeviceError as error:
            # Only steps before the first byte of the document raise out of `_print`.
            return not_printed(error.fault.value)

    def kick(self, pin: int = 2) -> PrintOutcome:
        """Send the drawer's pulse once. With an obstacle it is not sent at all: held in the
        printer's memory it would spring the drawer open when somebody changes the roll."""
        try:
            with self._owned():
                obstacle = self._obstacle()
                if obstacle:
                    return not_printed(obstacle)
                data = pulse(pin)
                accepted = self._link.write(data, self._limits.write)
        except DeviceError as error:
            return not_printed(error.fault.value)
        if not accepted:
            return not_printed(Fault.STALLED.value)
        return SENT if accepted == len(data) else unknown(Fault.LOST.value)

    def probe(self) -> Evidence:
        """Find the class by trying, at set-up: sends an id, waits, then asks in turn.

        A cheap printer may print the few letters of a command it does not know. Raises
        `DeviceError` when the printer cannot be asked or is not ready.
        """
        with self._owned():
            try:
                obstacle = self._ask().obstacle
            except DeviceError as error:
                if error.fault is Fault.SILENT:
                    return Evidence.C
                raise
            if obstacle:
                raise DeviceError(Fault.BUSY, obstacle)
            mark = self._next_id()
            self._send(_marked(mark))
            if self._wait(lambda: mark in self._answers.ids, self._limits.probe):
                return Evidence.A
            self._answers.turns.clear()
            self._send(_ASK_IN_TURN)
            if self._wait(lambda: bool(self._answers.turns), self._limits.probe):
                return Evidence.B
            return Evidence.C

    # The claim

    @contextmanager
    def _owned(self) -> Iterator[None]:
        """The open line, for this call alone: two jobs at once would mix on the paper."""
        if not self._claim.acquire(blocking=False):
            raise DeviceError(Fault.BUSY, "another job is in flight")
        try:
            self._link.open(self._limits.connect)
            self._answers = Answers()
            yield
        finally:
            self._link.close()
            self._claim.release()

    # One job

    def _print(self, job: Job) -> PrintOutcome:
        obstacle = self._obstacle()
        if obstacle:
            return not_printed(obstacle)
        # From here on nothing may raise: bytes of the document are under way.
        deadline = self._link.now() + self._limits.job
        checkpoint, end = self._next_id(), self._next_id()
        proves = self.evidence is Evidence.A and bool(job.ending)
        told = [_TELL_CHANGES] if self.evidence is Evidence.A else []
        chunks = [
            *job.body[:1],
            *told,
            *job.body[1:],
            *([_marked(checkpoint)] if proves else []),
            *job.ending,
        ]
        if self.evidence is not Evidence.C:
            chunks.append(_marked(end) if self.evidence is Evidence.A else _ASK_IN_TURN)
        sent = 0
        # Whatever was answered so far cannot have meant this document.
        self._answers.turns.clear()
        self._answers.automatic = None
        for chunk in chunks:
            left = min(self._limits.write, deadline - self._link.now())
            accepted = self._link.write(chunk, left) if left > 0 else 0
            sent += accepted
            if accepted < len(chunk):
                if not sent:
                    return not_printed(Fault.STALLED.value)
                return self._settle(checkpoint, end, Fault.STALLED.value)
        if self.evidence is Evidence.C:
            return SENT
        return self._proof(checkpoint, end)

    def _proof(self, checkpoint: bytes, end: bytes) -> PrintOutcome:
        """Wait for the answer behind the document, looking at the sensors while it is awaited."""
        deadline = self._link.now() + self._limits.proof
        while True:
            try:
                self._listen(min(self._limits.answer, deadline - self._link.now()))
                if proven := self._proven(end):
                    return proven
                if self._stopped():
                    return self._settle(checkpoint, end)
                # Looking at the sensors may have heard the answer that is waited for.
                if proven := self._proven(end):
                    return proven
            except DeviceError as error:
                return CONFIRMED if end in self._answers.ids else unknown(error.fault.value)
            if self._link.now() >= deadline:
                return unknown("no_confirmation")

    def _proven(self, end: bytes) -> PrintOutcome | None:
        if self.evidence is Evidence.A and end in self._answers.ids:
            self._look()
            return CONFIRMED
        if self.evidence is Evidence.B and self._answers.turns:
            return self._consumed(self._answers.turns[-1])
        return None

    def _stopped(self) -> bool:
        """The printer told of an obstacle by itself, or says so now that it is asked."""
        told = self._answers.automatic
        return bool(told is not None and told.obstacle) or bool(self._ask().obstacle)

    def _consumed(self, roll: int) -> PrintOutcome:
        self._look()
        # The roll ended within the document: consumed, but how much of it is on paper?
        return unknown("paper_out") if roll & _ROLL_END_IN_TURN else CONSUMED

    def _settle(self, checkpoint: bytes, end: bytes, reason: str = "") -> PrintOutcome:
        """The document stopped on its way: find out whether it can be called back."""
        try:
            reason = self._ask().obstacle or reason or "no_confirmation"
            if self.evidence is not Evidence.A:
                return unknown(reason)
            self._answers.cleared = False
            self._send(_CLEAR)
            cleared = self._wait(lambda: self._answers.cleared, self._limits.answer)
        except DeviceError as error:
            return unknown(reason or error.fault.value)
        if end in self._answers.ids:
            return CONFIRMED
        # The mark stands before the footer: unanswered and cleared, the end was never begun.
        if cleared and checkpoint not in self._answers.ids:
            return not_printed(reason, partial=True)
        return unknown(reason)

    # Questions

    def _obstacle(self) -> str:
        """Why nothing can be printed; "" when it can. A printer that never answers has none."""
        if self.evidence is Evidence.C:
            return ""
        return self._ask().obstacle

    def _look(self) -> None:
        """Note the state after a job; it is news for the health line and changes no outcome."""
        with suppress(DeviceError):
            self._ask()

    def _ask(self) -> Status:
        """DLE EOT 1, 2, 4, and 3 when 2 speaks of an error."""
        self._seen = None
        printer, offline, roll = self._query(1), self._query(2), self._query(4)
        error = self._query(3) if offline & 0x40 else 0x12
        status = status_of(printer, offline, error, roll)
        self._seen = status
        return status

    def _query(self, register: int) -> int:
        self._listen(0)
        self._answers.statuses.clear()
        self._answers.noise = 0
        self._send(_ASK + bytes((register,)))
        if self._wait(lambda: bool(self._answers.statuses), self._limits.answer):
            return self._answers.statuses[-1]
        garbled = self._answers.noise > 0
        raise DeviceError(Fault.GARBLED if garbled else Fault.SILENT, f"DLE EOT {register}")

    def _send(self, data: bytes) -> None:
        if self._link.write(data, self._limits.answer) < len(data):
            raise DeviceError(Fault.LOST, "the printer takes no data")

    def _listen(self, timeout: float) -> None:
        self._answers.feed(self._link.read(max(timeout, 0)))

    def _wait(self, arrived: Callable[[], bool], timeout: float) -> bool:
        end = self._link.now() + timeout
        while not arrived():
            left = end - self._link.now()
            if left <= 0:
                return False
            self._listen(left)
        return True

    def _next_id(self) -> bytes:
        return b"%04d" % (next(self._ids) % 10_000)


def _marked(mark: bytes) -> bytes:
    """GS ( H function 48: answer `mark` when the data before it is on paper."""
    return b"\x1d(H\x06\x0000" + mark
