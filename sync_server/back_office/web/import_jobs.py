"""Imports under way: a file is read and tried in the background, and the page says how far it is.

How far a trial is lives in memory; the table itself is kept with the books (`../sent_tables`), so
after a restart it is tried again when its sender looks. Few at once, and one at a time is worked
on, so that a table of fifty thousand rows takes no page away from anybody. Neighbour:
`import_routes`.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from ..import_columns import Subject
from ..sheets import CellFault

JOBS = 8
"""Each may hold `sheets.FAULTS` wrong cells."""


class Stage(StrEnum):
    """How far an import has come."""

    WAITING = "waiting"
    READING = "reading"
    CHECKING = "checking"
    TAKING = "taking"
    TRIED = "tried"
    TAKEN = "taken"
    WRONG = "wrong"
    BROKEN = "broken"
    GONE = "gone"


ENDS = frozenset({Stage.TRIED, Stage.TAKEN, Stage.WRONG, Stage.BROKEN, Stage.GONE})


@dataclass(slots=True)
class Job:
    """One table on its way; `done` of `rows` rows are looked at. `untold`: its cards are in the
    books, but the kitchen could not be told."""

    key: str
    login: str
    subject: Subject
    name: str
    stage: Stage = Stage.WAITING
    done: int = 0
    rows: int = 0
    faults: Sequence[CellFault] = ()
    untold: bool = False
    work: "asyncio.Task[None] | None" = field(default=None, repr=False)

    @property
    def over(self) -> bool:
        """Whether nothing more comes by itself."""
        return self.stage in ENDS


class ImportJobs:
    """The imports of this process."""

    def __init__(self) -> None:
        """None yet."""
        self._jobs: dict[str, Job] = {}
        self._turn = asyncio.Semaphore(1)

    def begin(self, job: Job, work: Callable[[Job], Awaitable[None]]) -> bool:
        """Work on it in its turn; False when too many are under way. Of those that are over the
        oldest is forgotten."""
        if job.key not in self._jobs and len(self._jobs) >= JOBS:
            old = next((one.key for one in self._jobs.values() if one.over), None)
            if old is None:
                return False
            del self._jobs[old]
        self._jobs[job.key] = job
        job.stage, job.work = Stage.WAITING, asyncio.create_task(self._run(job, work))
        return True

    async def _run(self, job: Job, work: Callable[[Job], Awaitable[None]]) -> None:
        try:
            async with self._turn:
                await work(job)
        finally:
            if not job.over:
                job.stage = Stage.BROKEN

    def drop(self, key: str) -> None:
        """Know of it no longer."""
        self._jobs.pop(key, None)

    def of(self, key: str, login: str) -> Job | None:
        """A person's own import."""
        job = self._jobs.get(key)
        return job if job is not None and job.login == login else None
