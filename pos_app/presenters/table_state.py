"""What state a check is in for those who walk past its table: one word, one colour, one icon.

Late is when a fired dish is past its target; ready when something waits to be carried; then the
bill, then cooking, then seated. Pure: venue and time in, value out.
"""

from dataclasses import dataclass

from sync_server.domain.checks import Check, bill_is_stale

MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class TableState:
    """`state` is the colour token: seated, cooking, ready, bill, late. Names are of dishes."""

    state: str
    icon: str
    late_ms: int = 0
    late_names: tuple[str, ...] = ()
    ready: int = 0
    ready_names: tuple[tuple[str, int], ...] = ()
    held: int = 0


def state_of(check: Check, now_ms: int) -> TableState:
    """The state of an open check."""
    late_ms, held, cooking = 0, 0, 0
    late: list[str] = []
    ready: dict[str, int] = {}
    for line in check.live:
        if line.state == "ready":
            ready[line.item_id] = ready.get(line.item_id, 0) + line.qty_milli
        elif line.state == "held":
            held += 1
        elif line.state == "fired":
            cooking += 1
            over = now_ms - line.fired_ms - line.target_s * 1000
            if line.target_s and over >= MINUTE_MS:
                late.append(line.item_id)
                late_ms = max(late_ms, over)
    count = sum(1 for line in check.live if line.state == "ready")
    billed = check.billed is not None and not bill_is_stale(check)
    working = cooking or held or any(line.sent for line in check.live)
    state, icon = next(
        (state, icon)
        for state, icon, true in (
            ("late", "timer", bool(late)),
            ("ready", "room_service", bool(count)),
            ("bill", "receipt_long", billed),
            ("cooking", "local_fire_department", bool(working)),
            ("seated", "groups", True),
        )
        if true
    )
    return TableState(state, icon, late_ms, tuple(late), count, tuple(ready.items()), held)
