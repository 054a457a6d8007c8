"""What follows an attempt to print: pure rules, driven by `printing`.

Rules (reliability 2.14, features-commercial B9.62):
- certainly not printed: again after a pause on its own printer, then also on the fallback, headed
  for whom it prints; after the last attempt a person is told;
- unknown: a cook's paper comes once more, headed as a possible duplicate, because a dish twice is
  better than a dish never; a guest's or a cashier's paper never comes a second time by itself;
- what is suspected of a row is stored with it (`note`), so a restart suspects no less.
"""

from dataclasses import dataclass, replace
from enum import Enum

from hardware.documents import Document
from hardware.printer import PrintOutcome, PrintState
from hardware.spooler import Headings
from sync_server.domain.menu import Catalogue
from sync_server.domain.outward import PaperJob
from sync_server.paper.composing import KITCHEN

PAUSES_MS = (1_000, 2_000, 5_000, 10_000)
"""After each attempt that printed nothing; one more attempt follows the last pause."""
ATTEMPTS = len(PAUSES_MS) + 1
PATIENT_ATTEMPTS = 2
"""Attempts on the own printer alone: somebody may just be changing the roll."""

_NOTHING = "-"


class Mark(Enum):
    """What is suspected of a row, or known: `PRINTED` waits to be reported only."""

    DOUBTFUL = "doubtful"
    TORN = "torn"
    PRINTED = "printed"


Marks = frozenset[Mark]


def note(marks: Marks, words: str) -> str:
    """Marks and words as the `outcome` of a row."""
    names = "+".join(sorted(mark.value for mark in marks)) or _NOTHING
    return f"{names} {words}"


def marks_of(outcome: str) -> Marks:
    """The marks in the `outcome` of a row; other words carry none."""
    names = set(outcome.partition(" ")[0].split("+"))
    return frozenset(mark for mark in Mark if mark.value in names)


class Step(Enum):
    """What to do next with a row."""

    PRINT = "print"
    DONE = "done"
    PAUSE = "pause"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Carrying:
    """One row in hand: what is suspected of it and which printers are still to be tried.

    `attempt` counts its claims. `hopeless` says that the paper before it came out nowhere and
    nothing was printed since: then one round is enough and the person is told at once.
    """

    again: bool
    primary: str
    fallback: str
    attempt: int
    hopeless: bool
    marks: Marks
    to_try: tuple[str, ...]
    pause_ms: int = 0

    @property
    def step(self) -> Step:
        """Print on the first of `to_try` as long as there is one."""
        if self.to_try:
            return Step.PRINT
        if self.pause_ms:
            return Step.PAUSE
        return Step.UNKNOWN if Mark.DOUBTFUL in self.marks else Step.FAILED


def begin(
    job: PaperJob, marks: Marks, attempt: int, fallback: str, *, down: bool, hopeless: bool
) -> Carrying:
    """A row that was just claimed. `down`: its printer failed the paper before it as well."""
    again = job.document in KITCHEN
    to_try = [job.printer_id]
    patient = attempt <= PATIENT_ATTEMPTS and not down
    if fallback and not patient:
        to_try.append(fallback)
    if Mark.DOUBTFUL in marks and not again:
        to_try = []
    return Carrying(
        again, job.printer_id, fallback, attempt, hopeless, marks - {Mark.PRINTED}, tuple(to_try)
    )


def after(carrying: Carrying, outcome: PrintOutcome) -> Carrying | Step:
    """What follows the outcome of the attempt on `to_try[0]`; `Step.DONE` when paper is out."""
    if outcome.done:
        return Step.DONE
    rest = carrying.to_try[1:]
    marks = carrying.marks
    if outcome.state is PrintState.UNKNOWN:
        if not carrying.again or Mark.DOUBTFUL in marks:
            # Nobody knows, and more paper would not make it known.
            return replace(carrying, marks=marks | {Mark.DOUBTFUL}, to_try=(), pause_ms=0)
        both = (carrying.fallback, carrying.primary) if carrying.fallback else (carrying.primary,)
        return replace(carrying, marks=marks | {Mark.DOUBTFUL}, to_try=both)
    if outcome.partial:
        marks |= {Mark.TORN}
        tried_both = len(carrying.to_try) > 1 or carrying.to_try[0] == carrying.fallback
        if carrying.fallback and not tried_both:
            rest = (carrying.fallback,)
    pause_ms = 0
    if not rest and carrying.attempt < ATTEMPTS and not carrying.hopeless:
        pause_ms = PAUSES_MS[max(carrying.attempt, 1) - 1]
    return replace(carrying, marks=marks, to_try=rest, pause_ms=pause_ms)


def fallback_of(job: PaperJob, catalogue: Catalogue) -> str:
    """The printer that stands in: the station's choice, else the printer's own; "" for none."""
    station = catalogue.stations.get(job.ticket.station_id) if job.ticket else None
    printer = catalogue.printers.get(job.printer_id)
    chosen = (station.fallback_printer_id if station else "") or (
        printer.fallback_printer_id if printer else ""
    )
    return "" if chosen == job.printer_id else chosen


def headed(
    document: Document, carrying: Carrying, printer_id: str, own_name: str, headings: Headings
) -> Document:
    """The document as it may come out of `printer_id` now; as it is when nothing is to be said."""
    said = []
    if printer_id != carrying.primary:
        said.append(headings.for_printer.format(printer=own_name))
    if Mark.DOUBTFUL in carrying.marks:
        said.append(headings.possible_duplicate.format(title=document.title))
    elif Mark.TORN in carrying.marks:
        said.append(headings.replaces_torn.format(title=document.title))
    return document.reissued(" · ".join(said)) if said else document
