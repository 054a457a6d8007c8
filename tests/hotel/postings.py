"""How the tests write a posting."""

from dataclasses import replace
from typing import Any

from sync_server.hotel.gateway import Posting, RevenueLine

DAY = "2026-11-21"


def posting_of(food: int = 0, bar: int = 0, **changes: Any) -> Posting:
    """A posting for Anna Kowalski in 304 that adds up, with changes."""
    lines = tuple(
        RevenueLine(group, sum_) for group, sum_ in (("food", food), ("bar", bar)) if sum_
    )
    made = Posting(
        posting_id="p1",
        attempt=1,
        stay_id="3041",
        room="304",
        guest_name="Kowalski, Anna",
        check_no="T1-18",
        outlet="main",
        covers=2,
        lines=lines,
        service_minor=0,
        tip_minor=0,
        total_minor=food + bar,
        currency="UAH",
        business_day=DAY,
        at_ms=0,
        waiter="olena",
        terminal="T1",
    )
    return replace(made, **changes)
