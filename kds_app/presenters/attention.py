"""What is new to the cook: which tickets to sound for, to ring, and to tell from another page.

Rule: a version of a ticket is announced once. A display that starts again announces nothing that
was acknowledged before or that stands on paper already (reliability 2.13); so nothing is cooked
twice because a screen was switched off.
"""

from collections.abc import Iterable

from sync_server.domain.kitchen import Ticket

FRESH_MS = 12_000
"""How long a ticket is ringed after it came or changed."""

TOLD_MS = 8_000
"""How long a ticket of another page is told in the side column at least."""

TOLD_AT_ONCE = 4
"""How many such tickets are told at one time; the others follow."""

TELL_WITHIN_MS = 60_000
"""Later than that a ticket of another page is no news any more: it stands among those counted."""

SOUNDS = ("void", "new", "changed", "late")
"""By weight: of several at once the first is played."""


def known(ticket: Ticket) -> bool:
    """Whether the kitchen has seen this version, on this glass before or on paper."""
    printed = ticket.paper in ("printed", "copy") and ticket.paper_version >= ticket.version
    return ticket.acked >= ticket.version or printed


class Attention:
    """Remembers what was announced in this run of the program."""

    def __init__(self) -> None:
        self._announced: dict[str, int] = {}
        self._fresh: dict[str, int] = {}
        self._late: set[str] = set()
        self._told: dict[str, int] = {}
        self._untold: dict[str, int] = {}
        self._looked = False

    def look(self, tickets: Iterable[Ticket], late: frozenset[str], now_ms: int) -> str:
        """Take in the open tickets of this screen's stations; gives the sound to play, or ""."""
        heard: set[str] = set()
        standing: set[str] = set()
        for ticket in tickets:
            standing.add(ticket.ticket_id)
            before = self._announced.get(ticket.ticket_id, 0)
            if before >= ticket.version:
                continue
            self._announced[ticket.ticket_id] = ticket.version
            if known(ticket):
                continue
            self._fresh[ticket.ticket_id] = now_ms + FRESH_MS
            self._untold[ticket.ticket_id] = now_ms + TELL_WITHIN_MS
            heard.add(_sound(ticket, before))
        if self._looked and late - self._late:
            heard.add("late")
        self._late = set(late)
        self._looked = True
        self._forget(standing)
        return next((sound for sound in SOUNDS if sound in heard), "")

    def _forget(self, standing: set[str]) -> None:
        for memory in (self._announced, self._fresh, self._told, self._untold):
            for ticket_id in memory.keys() - standing:
                del memory[ticket_id]

    def is_fresh(self, ticket: Ticket, now_ms: int) -> bool:
        """Whether the ticket came or changed a moment ago."""
        return self._fresh.get(ticket.ticket_id, 0) > now_ms

    def to_tell(self, elsewhere: Iterable[Ticket], now_ms: int) -> list[Ticket]:
        """Which tickets that are not on the page are told now; each for a while, oldest first."""
        chosen: list[Ticket] = []
        for ticket in elsewhere:
            if len(chosen) == TOLD_AT_ONCE:
                break
            if self._untold.pop(ticket.ticket_id, 0) > now_ms:
                self._told[ticket.ticket_id] = now_ms + TOLD_MS
            if self._told.get(ticket.ticket_id, 0) > now_ms:
                chosen.append(ticket)
        return chosen


def _sound(ticket: Ticket, before: int) -> str:
    if before == 0 and ticket.acked == 0:
        return "new"
    if any(line.void_ms and line.void_ms == ticket.changed_ms for line in ticket.lines):
        return "void"
    return "changed"
