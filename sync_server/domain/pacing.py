"""When each dish should be begun, so that a course comes together and no station is overfilled.

Rules (features-commercial B5): a dish starts so long before its course is due as it takes; the
course is due when its slowest dish is, counted from the firing or from the moment the cook really
began; a station takes no more at once than its capacity, and what does not fit comes in a later
wave. A plan is computed from the tickets and the time whenever a screen wants it: nothing of it is
stored, so all displays agree and there is nothing to correct. Neighbours: `kitchen` has the
tickets, `menu` the capacities, `kds_app.presenters.ticket` shows the plan.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

from .ids import LineId, TicketId
from .kitchen import Ticket
from .menu import PACINGS, Catalogue, Item
from .records import TicketLine

DEFAULT_TARGET_S = 900
"""For dishes whose card in the catalogue states no time."""

DELAYS_TRIED = 64
"""How often a course is put off because a station is full, before it is planned regardless."""

FOR_EVER_MS = 1 << 62
"""Later than any moment."""

Key: TypeAlias = tuple[TicketId, LineId]
"""A dish at one of its stations."""


@dataclass(frozen=True, slots=True)
class Slot:
    """When a dish should be begun and when its course leaves; milliseconds since 1970."""

    start_ms: int
    due_ms: int


@dataclass(frozen=True, slots=True)
class _Job:
    """One dish at one station that is not ready yet."""

    key: Key
    station_id: str
    fired_ms: int
    started_ms: int
    target_ms: int
    usage: int
    paced: bool

    @property
    def begin_ms(self) -> int:
        return self.started_ms or self.fired_ms


class _Load:
    """How much of one station is taken over time: steps of a level, and what ends when."""

    def __init__(self) -> None:
        self._times: list[int] = []
        self._levels: list[int] = []
        self._ends: list[tuple[int, int]] = []

    def add(self, start_ms: int, end_ms: int, usage: int) -> None:
        """Something stands there from one moment up to, not with, another."""
        for at in range(self._step(start_ms), self._step(end_ms)):
            self._levels[at] += usage
        insort(self._ends, (end_ms, start_ms))

    def _step(self, at_ms: int) -> int:
        at = bisect_left(self._times, at_ms)
        if at == len(self._times) or self._times[at] != at_ms:
            self._times.insert(at, at_ms)
            self._levels.insert(at, self._levels[at - 1] if at else 0)
        return at

    def most(self, start_ms: int, end_ms: int) -> int:
        """The highest level between two moments."""
        first = bisect_right(self._times, start_ms) - 1
        return max(self._levels[max(first, 0) : bisect_left(self._times, end_ms)], default=0)

    def next_end(self, start_ms: int, end_ms: int) -> int | None:
        """When the first of what stands between two moments ends."""
        for at in range(bisect_right(self._ends, (start_ms, FOR_EVER_MS)), len(self._ends)):
            if self._ends[at][1] < end_ms:
                return self._ends[at][0]
        return None


class _Stove:
    """What each station is busy with, and when it has room. Capacity 0 is without bound."""

    def __init__(self, capacity: Mapping[str, int], now_ms: int) -> None:
        self._capacity = capacity
        self._now_ms = now_ms
        self._busy: dict[str, _Load] = {}

    def take(self, job: _Job, start_ms: int) -> None:
        """Occupy the station; a dish that is overdue and not ready still stands there."""
        end_ms = max(start_ms + job.target_ms, self._now_ms)
        if self._capacity.get(job.station_id, 0) and start_ms < end_ms:
            load = self._busy.setdefault(job.station_id, _Load())
            load.add(start_ms, end_ms, self._usage(job))

    def room_from(self, job: _Job, start_ms: int, others: Iterable[tuple[_Job, int]]) -> int:
        """`start_ms` when the dish fits there beside `others` that shall begin with it, else the
        next moment at which something ends."""
        capacity = self._capacity.get(job.station_id, 0)
        if not capacity:
            return start_ms
        end_ms = start_ms + job.target_ms
        beside = [
            (at_ms, at_ms + other.target_ms, self._usage(other))
            for other, at_ms in others
            if other.station_id == job.station_id
            and at_ms < end_ms
            and at_ms + other.target_ms > start_ms
        ]
        load = self._busy.get(job.station_id) or _Load()
        if _together_most(load, start_ms, end_ms, beside) + self._usage(job) <= capacity:
            return start_ms
        ends = [end for _, end, _ in beside]
        first = load.next_end(start_ms, end_ms)
        return min([*ends, first] if first is not None else ends)

    def _usage(self, job: _Job) -> int:
        """A dish larger than the whole station fills it alone."""
        capacity = self._capacity.get(job.station_id, 0)
        return min(job.usage, capacity) if capacity else job.usage

    def waves(self, jobs: Iterable[_Job]) -> list[list[_Job]]:
        """A course cut into groups of which each fits on its stations; slowest dishes first."""
        made: list[list[_Job]] = []
        for job in sorted(jobs, key=lambda job: (-job.target_ms, job.key)):
            capacity = self._capacity.get(job.station_id, 0)
            for wave in made:
                used = sum(self._usage(o) for o in wave if o.station_id == job.station_id)
                if not capacity or used + self._usage(job) <= capacity:
                    wave.append(job)
                    break
            else:
                made.append([job])
        return made


def _together_most(
    load: _Load, start_ms: int, end_ms: int, beside: list[tuple[int, int, int]]
) -> int:
    """The most that stands on a station at one moment between two, with what is planned beside:
    start, end and usage each."""
    if not beside:
        return load.most(start_ms, end_ms)
    cuts = {max(start_ms, start) for start, _, _ in beside} | {min(end_ms, e) for _, e, _ in beside}
    edges = sorted(cuts | {start_ms, end_ms})
    return max(
        load.most(one, other) + sum(usage for start, end, usage in beside if start <= one < end)
        for one, other in pairwise(edges)
    )


def plan(tickets: Iterable[Ticket], catalogue: Catalogue, now_ms: int) -> dict[Key, Slot]:
    """For every dish that is fired and not ready, at each of its stations, when to begin it."""
    capacity = {station.station_id: station.capacity for station in catalogue.stations.values()}
    stove = _Stove(capacity, now_ms)
    made: dict[Key, Slot] = {}
    courses = sorted(_courses(tickets, catalogue), key=lambda course: course[0])
    for _, jobs in courses:
        for job in jobs:
            if job.started_ms:
                stove.take(job, job.started_ms)
    for _, jobs in courses:
        for group in _together(jobs):
            _place(group, stove, made)
    return made


_Rank: TypeAlias = tuple[bool, int, str, int]


def _courses(tickets: Iterable[Ticket], catalogue: Catalogue) -> Iterable[tuple[_Rank, list[_Job]]]:
    """The dishes of each check and course, with the rank by which stations serve them."""
    found: dict[tuple[str, int], list[_Job]] = {}
    rushed: set[tuple[str, int]] = set()
    for ticket in tickets:
        if ticket.state != "open":
            continue
        key = (str(ticket.check_id), ticket.course)
        if ticket.rush:
            rushed.add(key)
        for line in ticket.lines:
            if line.state in ("queued", "started") and not line.held:
                found.setdefault(key, []).append(_job(ticket, line, catalogue))
    for key, jobs in found.items():
        yield (key not in rushed, min(job.fired_ms for job in jobs), *key), jobs


def _job(ticket: Ticket, line: TicketLine, catalogue: Catalogue) -> _Job:
    item = catalogue.items.get(line.item_id)
    portions = max(1, -(-line.qty_milli // 1000))
    return _Job(
        key=(ticket.ticket_id, line.line_id),
        station_id=ticket.station_id,
        # A recall starts the ticket's clock anew: what was before it no longer counts.
        fired_ms=max(line.added_ms, ticket.clock_ms),
        started_ms=max(line.started_ms, ticket.clock_ms) if line.started_ms else 0,
        target_ms=(line.target_s or DEFAULT_TARGET_S) * 1000,
        usage=(item.usage if item else 1) * portions,
        paced=_paced(ticket.kind, item, catalogue),
    )


def _paced(kind: str, item: Item | None, catalogue: Catalogue) -> bool:
    """Whether a dish waits for its course: as the kind of order forces it, else as its card says
    (features-commercial B5.41). A bag to go is closed once, so its bread waits for its soup."""
    forced = catalogue.settings.pacing.get(kind, "")
    if forced in PACINGS:
        return forced == PACINGS[0]
    return item.paced if item else True


def _together(jobs: list[_Job]) -> list[list[_Job]]:
    """Dishes that leave together. One ordered later joins when it can be ready in time; else it
    begins a group of its own, so that a late extra does not hold back what is on the stove."""
    groups: list[list[_Job]] = []
    due_ms = 0
    for job in sorted(jobs, key=lambda job: (job.fired_ms, job.key)):
        first_of_group = groups and job.fired_ms == groups[-1][0].fired_ms
        if groups and (first_of_group or job.fired_ms + job.target_ms <= due_ms):
            groups[-1].append(job)
        else:
            groups.append([job])
            due_ms = 0
        due_ms = max(due_ms, job.begin_ms + job.target_ms)
    return groups


def _place(group: list[_Job], stove: _Stove, made: dict[Key, Slot]) -> None:
    """Give every dish of a group its slot, in as many waves as its stations need."""
    begun = [job for job in group if job.started_ms]
    waiting = [job for job in group if not job.started_ms and job.paced]
    due_ms = max((job.begin_ms + job.target_ms for job in (*begun, *waiting)), default=0)
    for job in begun:
        made[job.key] = Slot(job.started_ms, max(due_ms, job.started_ms + job.target_ms))
    waves = stove.waves(waiting)
    for number, wave in enumerate(waves):
        if number:
            due_ms = max(job.fired_ms + job.target_ms for job in wave)
        due_ms = _when_it_fits(wave, due_ms, stove)
        for job in wave:
            start_ms = due_ms - job.target_ms
            stove.take(job, start_ms)
            made[job.key] = Slot(start_ms, due_ms)
        if not number:
            for job in begun:
                made[job.key] = Slot(job.started_ms, due_ms)
    for job in group:
        if not job.started_ms and not job.paced:
            start_ms = _when_it_fits([job], job.fired_ms + job.target_ms, stove) - job.target_ms
            stove.take(job, start_ms)
            made[job.key] = Slot(start_ms, start_ms + job.target_ms)


def _when_it_fits(wave: list[_Job], due_ms: int, stove: _Stove) -> int:
    """The earliest time at which the whole wave can be ready on stations with room for it."""
    for _ in range(DELAYS_TRIED):
        placed: list[tuple[_Job, int]] = []
        for job in wave:
            start_ms = due_ms - job.target_ms
            room_ms = stove.room_from(job, start_ms, placed)
            if room_ms > start_ms:
                due_ms = room_ms + job.target_ms
                break
            placed.append((job, start_ms))
        else:
            return due_ms
    return due_ms
