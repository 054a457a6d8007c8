"""The printers of the house, their paper as a witness, and what goes wrong with them.

A `Press` is a printer as it stands on the counter: it outlives every server. The drivers over it,
the spooler and `effects.printing` are the real ones, made anew at each start of the server; their
thread is a queue in virtual time. Every paper ends with a mark of the row it was printed for, so
that the rolls tell afterwards what was printed, where, how often and under which heading.
"""

import re
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from random import Random

from hardware.documents import Document
from hardware.escpos_jobs import text_encoder
from hardware.escpos_printer import EscposPrinter
from hardware.memory import MemoryLink, MemoryPrinter
from hardware.printer import Evidence
from hardware.worker import QUEUE, Task
from sync_server.domain.outward import PaperJob
from sync_server.effects.door import EffectRecord
from sync_server.effects.printing import Printing
from sync_server.paper.composing import KITCHEN, headings

from .apart import apart
from .history import History
from .loop import PowerCut, VirtualLoop

TEXT = text_encoder()
MARKS = tuple(
    words.partition("{title}")[0].strip()
    for language in ("uk", "en", "pl")
    for words in (headings(language).possible_duplicate, headings(language).replaces_torn)
)
_END_OF_PAPER = re.compile(r"<(\d+:\d+\.\d+)>")
FEW_BYTES = 1_200
FEW_DOTS = 600
SLOW_S = 12.0


class Press(MemoryPrinter):
    """One printer on the counter. `slow` is how long a paper may take today; `strikes` counts the
    pieces of data until something happens to it in the middle of a paper."""

    def __init__(self, name: str, evidence: Evidence, rng: Random) -> None:
        super().__init__(name, evidence)
        self.rng = rng
        self.slow = False
        self.strikes: tuple[int, Callable[[], None]] | None = None

    @property
    def roll(self) -> str:
        """All that ever came out, in order."""
        return "\n".join(self.paper_log)

    def lasts_s(self) -> float:
        """How long the next paper takes."""
        if self.slow:
            return SLOW_S * self.rng.random()
        return self.rng.choice((0.02, 0.1, 0.5))

    def suffer(self) -> None:
        """Something happens to it, now or in the middle of a paper."""
        rng = self.rng
        ways: tuple[Callable[[], None], ...] = (
            partial(self.cut_power, rng.randint(1, FEW_BYTES)),
            partial(self.run_out_of_paper, rng.randint(1, FEW_DOTS)),
            self.cut_power,
            self.run_out_of_paper,
            self.open_cover,
            self.jam_cutter,
            self.go_offline,
            self.fall_silent,
            self.garble,
        )
        what = rng.choice(ways)
        if rng.random() < 0.5:
            self.strikes = (rng.randint(1, 12), what)
        else:
            what()

    def recover(self) -> None:
        """Somebody mends it."""
        self.slow = False
        self.strikes = None
        self.mend()


class Cable(MemoryLink):
    """The line of one start of the server to a press; the server may die while it writes."""

    def __init__(self, press: Press, dies: Callable[[], bool]) -> None:
        super().__init__(press.machine)
        self._press = press
        self._dies = dies

    def write(self, data: bytes, timeout: float) -> int:
        """See `MemoryLink.write`."""
        press = self._press
        if press.strikes is not None:
            left, what = press.strikes
            press.strikes = (left - 1, what) if left > 1 else None
            if left == 1:
                what()
        if self._dies():
            super().write(data[: len(data) // 2], timeout)
            raise PowerCut
        return super().write(data, timeout)


def driver(
    press: Press, first_id: int, dies: Callable[[], bool], evidence: Evidence | None = None
) -> EscposPrinter:
    """The real driver over a press, as a start of a machine makes it; what the press can prove is
    known unless it says otherwise. `dies` is whether the power of that machine goes now."""
    cable = Cable(press, dies)
    return EscposPrinter(press.name, cable, TEXT, evidence or press.evidence, first_id=first_id)


class Hand:
    """The thread of a printer in virtual time: one task after another, each when its time is up."""

    def __init__(self, loop: VirtualLoop, press: Press) -> None:
        self._loop = loop
        self._press = press
        self._tasks: list[Task] = []
        self._closed = False

    def submit(self, task: Task) -> bool:
        """See `hardware.worker.Worker`."""
        if self._closed or len(self._tasks) >= QUEUE:
            return False
        self._tasks.append(task)
        if len(self._tasks) == 1:
            self._loop.call_later(self._press.lasts_s(), self._work)
        return True

    def _work(self) -> None:
        apart(self._tasks[0], self._worked)

    def _worked(self) -> None:
        del self._tasks[0]
        if self._tasks:
            self._loop.call_later(self._press.lasts_s(), self._work)

    @property
    def waiting(self) -> int:
        """See `hardware.worker.Worker`."""
        return len(self._tasks)

    def close(self) -> list[Task]:
        """See `hardware.worker.Worker`."""
        self._closed = True
        return self._tasks


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper is, whichever row it was printed for."""

    document: str
    about: str
    lines: tuple[str, ...]
    version: int
    copy: int
    fired: bool

    @classmethod
    def of(cls, job: PaperJob) -> "Paper":
        """The paper of a job."""
        about = job.ticket.ticket_id if job.ticket else ""
        about = about or (job.charge.charge_id if job.charge else "")
        about = about or (job.check.check_id if job.check else "")
        return cls(job.document, about, job.lines, job.ticket_version, job.copy, job.fired)


class MarkedPrinting(Printing):
    """The real worker; the last line of each paper names the server's epoch and the row."""

    history: History
    epoch: int

    def _composed(self, row: EffectRecord, job: PaperJob) -> Document | None:
        document = super()._composed(row, job)
        if document is None:
            return None
        mark = f"{self.epoch}:{row.effect_id}"
        self.history.papers[mark] = Paper.of(job)
        return replace(document, footer=f"<{mark}>")


@dataclass(frozen=True, slots=True)
class Print:
    """A whole paper that came out of a press, and whether its heading says what it may be."""

    press: str
    mark: str
    marked: bool


def prints(presses: dict[str, Press]) -> list[Print]:
    """Every whole paper on every roll. What was torn has no last line."""
    found = []
    for press in presses.values():
        begun = 0
        roll = press.roll
        for end in _END_OF_PAPER.finditer(roll):
            text = " ".join(roll[begun : end.start()].replace("*", " ").split())
            marked = any(mark in text for mark in MARKS)
            found.append(Print(press.name, end.group(1), marked))
            begun = end.end()
    return found


def unmarked_doubles(
    presses: dict[str, Press], papers: dict[str, object], reopened: Mapping[str, int]
) -> list[str]:
    """I-6: nothing is printed twice unmarked; a guest's paper is never printed twice (2.14).

    `reopened`: the event that opened a check again; its next receipt is another paper, though it
    may say the same."""
    found = []
    every = prints(presses)
    plain = Counter(one.mark for one in every if not one.marked)
    times = Counter(one.mark for one in every)
    for mark, count in times.items():
        paper = papers[mark]
        assert isinstance(paper, Paper)
        if plain[mark] > 1:
            found.append(f"I-6 paper {mark} ({paper.document}): {plain[mark]} times unmarked")
        if count > 1 and paper.document not in KITCHEN:
            found.append(f"I-6 paper {mark} ({paper.document}): {count} times for a guest")
    earlier: dict[Paper, int] = {}
    for one in every:
        paper = papers[one.mark]
        assert isinstance(paper, Paper)
        epoch = int(one.mark.partition(":")[0])
        earlier[paper] = min(earlier.get(paper, epoch), epoch)
    for one in every:
        paper = papers[one.mark]
        assert isinstance(paper, Paper)
        epoch, n = (int(part) for part in one.mark.partition(".")[0].split(":"))
        if n > reopened.get(paper.about, n):
            continue
        if paper.about and earlier[paper] < epoch and not one.marked:
            found.append(
                f"I-6 paper {one.mark} ({paper.document}): was out before the restore, unmarked"
            )
    return found
