"""What is unusual of one person within an hour, and is told to who may approve (reliability S-40).

Rule: single voids, returns or drawers opened without a sale are daily work; many of one kind by one
person are a matter for a manager, whoever it is. Counted is by the record's own times, so a tablet
that was away counts as if it had been here. After a word to the managers counting begins anew. The
thresholds are the venue's (`menu.Settings.unusual`); `front_office.unusual` listens and tells.
"""

from collections import deque
from collections.abc import Iterable

from . import events as e
from .ids import StaffId
from .limits import UNUSUAL_WATCHED
from .menu import Unusual

MINUTE_MS = 60_000


def deed(event: object) -> tuple[str, StaffId, int] | None:
    """What somebody did that is counted: its kind, by whom, when; None for all other events."""
    match event:
        case e.LineVoided() if event.fired:
            return ("void" if event.kind == "void" else "return"), event.by, event.at_ms
        case e.DiscountGiven() if event.grant.kind == "comp":
            return "comp", event.grant.by, event.at_ms
        case e.PaymentRefunded():
            return "refund", event.by, event.at_ms
        case e.TenderCorrected():
            return "tender", event.by, event.at_ms
        case e.CheckReopened():
            return "reopen", event.by, event.at_ms
        case e.DrawerOpened():
            return "no_sale", event.by, event.at_ms
        case e.ReceiptCopied():
            return "reprint", event.by, event.at_ms
        case e.PreBillPrinted() if event.copy > 1:
            return "reprint", event.by, event.at_ms
        case e.StaffSignedIn() if event.outcome in ("failed", "locked"):
            return "pin", event.staff_id, event.at_ms
    return None


COUNTED = (
    *(e.LineVoided, e.DiscountGiven, e.PaymentRefunded, e.TenderCorrected, e.CheckReopened),
    *(e.DrawerOpened, e.ReceiptCopied, e.PreBillPrinted, e.StaffSignedIn),
)
"""The events among which `deed` finds something."""


class Tally:
    """How often each person did each thing lately; bounded, the longest unheard of goes first."""

    def __init__(self) -> None:
        self._times: dict[tuple[str, StaffId], deque[int]] = {}

    def add(self, event: object, rules: Iterable[Unusual]) -> tuple[Unusual, StaffId, int] | None:
        """Count an event: the rule that it has met, of whom and when, if it has."""
        done = deed(event)
        if done is None:
            return None
        kind, who, at_ms = done
        rule = next((one for one in rules if one.kind == kind and one.times > 0), None)
        if rule is None or not who:
            return None
        times = self._times.pop((kind, who), deque())
        times.append(at_ms)
        while len(times) > rule.times:
            times.popleft()
        if len(times) == rule.times and max(times) - min(times) <= rule.minutes * MINUTE_MS:
            return rule, who, at_ms
        while len(self._times) >= UNUSUAL_WATCHED:
            del self._times[next(iter(self._times))]
        self._times[kind, who] = times
        return None
