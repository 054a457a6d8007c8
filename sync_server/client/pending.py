"""Commands of this device that the confirmed state does not hold yet, and what they are about.

`progress_of` and `mark_of` say it for the screen: a line is *saving* until the disk has it, then
*saved*, then *server* when it is in the base, then *kitchen*. `desk` keeps the list.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from sync_server.domain.events import Line
from sync_server.domain.kitchen import has_it
from sync_server.domain.staff import Facts
from sync_server.domain.venue import Venue

Mark = Literal["saving", "saved", "server", "kitchen"]
Progress = Literal["", "saving", "saved"]


@dataclass(slots=True)
class Pending:
    """One of them. `n_to` is the last event that it led to, 0 while the server has not answered;
    `printed` what this device itself put on paper for it, with the state then."""

    cmd_id: str
    command: object
    facts: Facts
    stored: bool = False
    n_to: int = 0
    printed: tuple[Sequence[object], Venue] | None = None


def names_of(command: object) -> set[str]:
    """Ids of the lines, checks and other things that a command names."""
    found: set[str] = set()
    for attribute in ("check_id", "line_id", "new_line_id", "charge_id", "ticket_id"):
        found.add(getattr(command, attribute, ""))
    found.update(getattr(command, "line_ids", ()))
    found.update(line.line_id for line in getattr(command, "lines", ()))
    found.update(move.line_id for move in getattr(command, "moves", ()))
    found.discard("")
    return found


def progress_of(pendings: Sequence[Pending], name: str) -> Progress:
    """How far the newest command that names a line or check is: on its way to the disk, saved
    without an answer, or answered (empty)."""
    for pending in reversed(pendings):
        if not pending.n_to and name in names_of(pending.command):
            return "saved" if pending.stored else "saving"
    return ""


def mark_of(pendings: Sequence[Pending], base: Venue, check_id: str, line: Line) -> Mark:
    """How far a line has come: the disk, the server, the kitchen."""
    confirmed = base.check(check_id)
    known = confirmed.line(line.line_id) if confirmed is not None else None
    if known is None or known.state != line.state or known.sent != line.sent:
        waiting = any(
            not pending.stored and line.line_id in names_of(pending.command) for pending in pendings
        )
        return "saving" if waiting else "saved"
    tickets = [
        ticket
        for ticket in base.tickets_of(check_id)
        if ticket.line(line.origin or line.line_id) is not None
    ]
    if line.sent and tickets and all(has_it(ticket) for ticket in tickets):
        return "kitchen"
    return "server"
