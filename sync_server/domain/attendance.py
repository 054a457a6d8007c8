"""The time clock: who is in the house, since when, and how long the breaks were.

Hours worked are computed from the journal by the back office; here stands only who is here now.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from . import commands as c, events as e
from .amending import replace
from .ids import StaffId
from .rejections import Refused, refuse
from .staff import Facts, needs


@dataclass(frozen=True, slots=True)
class Attendance:
    """A person in the house. `state`: in, break. `since_ms` is when that state began."""

    staff_id: StaffId
    state: str
    since_ms: int
    in_ms: int
    breaks_ms: int = 0


_FROM = {"in": ("",), "out": ("in", "break"), "break": ("in",), "back": ("break",)}
"""In which states each punch makes sense; empty is not in the house."""


def punch(
    present: Mapping[StaffId, Attendance], command: c.PunchClock, facts: Facts
) -> e.ClockPunched | Refused:
    """One punch of the clock; nobody comes twice or goes unseen."""
    staff_id = command.staff_id or facts.actor
    if staff_id != facts.actor and (fault := needs(facts, "approve")):
        return fault
    if staff_id not in facts.catalogue.staff:
        return refuse("unknown_staff")
    now = present.get(staff_id)
    state = now.state if now else ""
    if state not in _FROM.get(command.kind, ()):
        return refuse("clock_state", state=state or "out", at_ms=now.since_ms if now else 0)
    return e.ClockPunched(staff_id, command.kind, facts.actor, facts.now_ms)


def punched(present: dict[StaffId, Attendance], event: e.ClockPunched) -> None:
    """Who is in the house after a punch."""
    now = present.get(event.staff_id)
    if event.kind == "out":
        present.pop(event.staff_id, None)
    elif now is None:
        present[event.staff_id] = Attendance(event.staff_id, "in", event.at_ms, event.at_ms)
    elif event.kind == "break":
        present[event.staff_id] = replace(now, state="break", since_ms=event.at_ms)
    else:
        pause = event.at_ms - now.since_ms
        present[event.staff_id] = replace(
            now, state="in", since_ms=event.at_ms, breaks_ms=now.breaks_ms + pause
        )
