"""Speed of service: how long dishes and tickets took since the day was opened.

Counted when a ticket is bumped and taken back when it is recalled, so an undone bump leaves no
trace. Outliers and tickets on which nothing was cooked do not count (features-commercial B7.54).
All displays fold the same events and so show the same figures; the back office reads the journal.
"""

from dataclasses import dataclass

from .amending import quick
from .kitchen import Ticket
from .limits import SPEEDS_KEPT
from .records import TicketLine

SHORTEST_MS = 20_000
LONGEST_MS = 240 * 60_000
"""Sooner or later than this says nothing about the kitchen's pace."""

HOUR_MS = 3_600_000


@dataclass(frozen=True, slots=True)
class Speed:
    """`count` things took `total_ms` together; `late` of them longer than their target."""

    count: int = 0
    total_ms: int = 0
    late: int = 0

    @property
    def average_ms(self) -> int:
        """0 when nothing was counted."""
        return self.total_ms // self.count if self.count else 0


def counts(span_ms: int) -> bool:
    """Whether a time belongs into an average."""
    return SHORTEST_MS <= span_ms <= LONGEST_MS


@quick
@dataclass(frozen=True, slots=True)
class Took:
    """How long a bumped ticket took (`item_id` empty), or one of its dishes."""

    item_id: str
    took_ms: int
    late: bool


def took(ticket: Ticket) -> list[Took]:
    """The times of a bumped ticket that count, its own first."""
    made = [line for line in ticket.lines if line.state == "ready"]
    if not made:
        return []
    whole_ms = ticket.bumped_ms - ticket.clock_ms
    late = whole_ms > max(line.target_s for line in made) * 1000 > 0
    times = [Took("", whole_ms, late), *(_of_line(ticket, line) for line in made)]
    return [one for one in times if counts(one.took_ms)]


def _keys(ticket: Ticket, one: Took) -> tuple[str, ...]:
    if one.item_id:
        return (f"item:{one.item_id}",)
    hour = ticket.bumped_ms // HOUR_MS
    return (f"station:{ticket.station_id}", f"hour:{ticket.station_id}:{hour}")


def _of_line(ticket: Ticket, line: TicketLine) -> Took:
    """From its start if the cook tapped it, else from the firing. A quick dish waits for the slow
    ones of its course, so without a start nobody can say that it was late itself."""
    begun_ms = max(line.started_ms, ticket.clock_ms, line.added_ms)
    took_ms = line.ready_ms - begun_ms
    late = line.started_ms > 0 and took_ms > line.target_s * 1000 > 0
    return Took(line.item_id, took_ms, late)


def noted(speeds: dict[str, Speed], ticket: Ticket, sign: int) -> None:
    """A bumped ticket counts, or by `sign` -1 no longer does. Keys: `station:<id>`,
    `hour:<station>:<hours since 1970>`, `item:<id>`."""
    pairs = [(key, one) for one in took(ticket) for key in _keys(ticket, one)]
    for key, one in pairs:
        old = speeds.get(key, Speed())
        now = Speed(old.count + sign, old.total_ms + sign * one.took_ms, old.late + sign * one.late)
        if now.count > 0:
            speeds[key] = now
        else:
            speeds.pop(key, None)
    while len(speeds) > SPEEDS_KEPT:
        del speeds[next(iter(speeds))]
