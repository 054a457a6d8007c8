"""Commands of this device that the confirmed state does not hold yet, and what they are about."""

from dataclasses import dataclass

from sync_server.domain.staff import Facts


@dataclass(slots=True)
class Pending:
    """One of them. `n_to` is the last event that it led to, 0 while the server has not answered."""

    cmd_id: str
    command: object
    facts: Facts
    stored: bool = False
    n_to: int = 0


def names_of(command: object) -> set[str]:
    """Ids of the lines, checks and other things that a command names."""
    found: set[str] = set()
    for attribute in ("check_id", "line_id", "charge_id", "ticket_id"):
        found.add(getattr(command, attribute, ""))
    found.update(getattr(command, "line_ids", ()))
    found.update(line.line_id for line in getattr(command, "lines", ()))
    found.update(move.line_id for move in getattr(command, "moves", ()))
    found.discard("")
    return found
