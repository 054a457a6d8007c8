"""Speed of service: how long dishes and tickets took since the day was opened.

Counted when a ticket is bumped and taken back when it is recalled, so an undone bump leaves no
trace. Outliers and tickets on which nothing was cooked do not count (features-commercial B7.54).
All displays fold the same events and so show the same figures; the back office reads the journal.
"""

from dataclasses import dataclass

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


def _spans(ticket: Ticket) -> list[tuple[str, int, bool]]:
    """What a bumped ticket adds: key, time, whether it was late. Keys: `station:<id>`,
    `hour:<station>:<hours since 1970>`, `item:<id>`."""
    made = [line for line in ticket.lines if line.state == "ready"]
    if not made:
        return []
    took = ticket.bumped_ms - ticket.clock_ms
    late = took > max(line.target_s for line in made) * 1000 > 0
    hour = ticket.bumped_ms // HOUR_MS
    spans = [
        (f"station:{ticket.station_id}", took, late),
        (f"hour:{ticket.station_id}:{hour}", took, late),
    ]
    spans += [_of_line(ticket, line) for line in made]
    return [span for span in spans if counts(span[1])]


def _of_line(ticket: Ticket, line: TicketLine) -> tuple[str, int, bool]:
    """From its start if the cook tapped it, else from the firing. A quick dish waits for the slow
    ones of its course, so without a start nobody can say that it was late itself."""
    begun_ms = max(line.started_ms, ticket.clock_ms, line.added_ms)
    took = line.ready_ms - begun_ms
    return f"item:{line.item_id}", took, line.started_ms > 0 and took > line.target_s * 1000 > 0


def noted(speeds: dict[str, Speed], ticket: Ticket, sign: int) -> None:
    """A bumped ticket counts, or by `sign` -1 no longer does."""
    for key, took, late in _spans(ticket):
        old = speeds.get(key, Speed())
        now = Speed(old.count + sign, old.total_ms + sign * took, old.late + sign * late)
        if now.count > 0:
            speeds[key] = now
        else:
            speeds.pop(key, None)
    while len(speeds) > SPEEDS_KEPT:
        del speeds[next(iter(speeds))]
