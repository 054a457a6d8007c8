"""Rights lent to a colleague until a date: who lends them, which, and that they end by themselves.

Rule: one lends only what one has by one's own role, never what was lent, and never the right to
approve, so that no chain grows and no one else answers for it. The end is a time, not an event:
from that moment no decision counts it any more, on the server as on a terminal without it. `decide`
adds what was lent to the facts of every command; each loan and each end by hand is on record.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from . import commands as c, events as e
from .amending import replace
from .ids import StaffId
from .limits import LENT_KEPT, LENT_MS, TEXT_LENGTH
from .rejections import Refused, refuse
from .staff import RIGHTS, Facts, discount_limit, discount_sum_limit, refund_limit, rights_of, wider

LENDABLE = frozenset(RIGHTS) - {"approve", "settings"}


@dataclass(frozen=True, slots=True)
class Lent:
    """What `by` lent `to` until `until_ms`."""

    lent_id: str
    to: StaffId
    by: StaffId
    rights: tuple[str, ...]
    from_ms: int
    until_ms: int
    reason: str


def running(lent: Iterable[Lent], staff_id: str, now_ms: int) -> list[Lent]:
    """What somebody has been lent and has still."""
    return [each for each in lent if each.to == staff_id and each.from_ms <= now_ms < each.until_ms]


def rights_lent(lent: Iterable[Lent], staff_id: str, now_ms: int) -> frozenset[str]:
    """The rights somebody has for a while."""
    return frozenset(right for each in running(lent, staff_id, now_ms) for right in each.rights)


def with_lent(lent: Mapping[str, Lent], facts: Facts) -> Facts:
    """The facts with what the actor was lent, and with the lender's limits where they matter."""
    for each in running(lent.values(), facts.actor, facts.now_ms):
        now = facts
        facts = replace(facts, rights=facts.rights | frozenset(each.rights))
        if "refund" in each.rights:
            refund = refund_limit(facts.catalogue, each.by)
            facts = replace(facts, refund_limit_minor=wider(now.refund_limit_minor, refund))
        if "discount" in each.rights:
            percent = discount_limit(facts.catalogue, each.by)
            sums = discount_sum_limit(facts.catalogue, each.by)
            facts = replace(
                facts,
                discount_limit_bp=max(now.discount_limit_bp, percent),
                discount_limit_minor=wider(now.discount_limit_minor, sums),
            )
    return facts


def lend(lent: Mapping[str, Lent], command: c.LendRights, facts: Facts) -> e.RightsLent | Refused:
    """Lend rights of one's own until a time."""
    if command.lent_id in lent:
        return refuse("duplicate_id", id=command.lent_id)
    person = facts.catalogue.staff.get(command.staff_id)
    if person is None or not person.active or command.staff_id == facts.actor:
        return refuse("unknown_staff")
    own = rights_of(facts.catalogue, facts.actor)
    lacks = next((x for x in command.rights if x not in own or x not in LENDABLE), "")
    if lacks or not command.rights or len(command.rights) > len(RIGHTS):
        return refuse("not_allowed", right=lacks or "approve")
    if not facts.now_ms < command.until_ms <= facts.now_ms + LENT_MS:
        return refuse("too_late", at_ms=command.until_ms)
    if not command.reason.strip() or len(command.reason) > TEXT_LENGTH:
        return refuse("no_reason")
    if sum(each.until_ms > facts.now_ms for each in lent.values()) >= LENT_KEPT:
        return refuse("too_many", limit=LENT_KEPT)
    return e.RightsLent(
        command.lent_id,
        command.staff_id,
        facts.actor,
        tuple(dict.fromkeys(command.rights)),
        facts.now_ms,
        command.until_ms,
        command.reason,
    )


def take_back(
    lent: Mapping[str, Lent], command: c.TakeBackRights, facts: Facts
) -> e.RightsTakenBack | Refused:
    """End a loan before its time; whoever may lend may end."""
    each = lent.get(command.lent_id)
    if each is None or each.until_ms <= facts.now_ms:
        return refuse("nothing_to_do")
    return e.RightsTakenBack(command.lent_id, each.to, facts.actor, facts.now_ms)


def noted(lent: dict[str, Lent], event: e.RightsLent) -> None:
    """One more; what has ended is forgotten."""
    for key in [key for key, each in lent.items() if each.until_ms <= event.from_ms]:
        del lent[key]
    lent[event.lent_id] = Lent(
        event.lent_id,
        event.staff_id,
        event.by,
        event.rights,
        event.from_ms,
        event.until_ms,
        event.reason,
    )
