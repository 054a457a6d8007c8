"""A room charge: asked, then posted, refused, deferred or unknown; never sent twice by itself.

The balance of the check is reserved from the asking on. `unknown` is a state of its own: only a
person who looked at the folio, or the property system's own record, turns it into one of the
others (reliability 2.15). What is sent stands in `RoomChargeAsked.parts`, split per revenue group
and tax so that the parts sum to the charge to the smallest unit.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from . import commands as c, events as e
from .amending import replace
from .checks import Check, balance, line_discounts, totals_of
from .events import FolioPart
from .ids import NO_CHARGE, ChargeId, CheckId, ShiftId, StaffId
from .limits import AMOUNT_MINOR, TEXT_LENGTH
from .money import allocate
from .rejections import Refused, refuse
from .staff import Facts, needs


@dataclass(frozen=True, slots=True)
class Charge:
    """A room charge. `state`: pending, posted, refused, deferred, unknown. With `reverses` it
    takes another one back: its sums are negative (`room_reversals`)."""

    charge_id: ChargeId
    check_id: CheckId
    number: str
    shift_id: ShiftId
    stay_id: str
    room: str
    guest: str
    amount_minor: int
    tip_minor: int
    asked_ms: int
    by: StaffId
    day: str
    request: e.RoomChargeAsked
    state: str = "pending"
    attempt: int = 1
    reference: str = ""
    code: str = ""
    words: str = ""
    settled_ms: int = 0
    reverses: ChargeId = NO_CHARGE
    reason: str = ""


def asked(event: e.RoomChargeAsked) -> Charge:
    """The charge that `RoomChargeAsked` begins."""
    return Charge(
        charge_id=event.charge_id,
        check_id=event.check_id,
        number=event.number,
        shift_id=event.shift_id,
        stay_id=event.stay_id,
        room=event.room,
        guest=event.guest,
        amount_minor=event.amount_minor,
        tip_minor=event.tip_minor,
        asked_ms=event.at_ms,
        by=event.by,
        day=event.day,
        request=event,
    )


_EVOLVE: dict[type, Callable[..., Charge]] = {
    e.RoomChargePosted: lambda charge, event: replace(
        charge, state="posted", reference=event.reference, settled_ms=event.at_ms
    ),
    e.RoomReversalPosted: lambda charge, event: replace(
        charge, state="posted", reference=event.reference, settled_ms=event.at_ms
    ),
    e.RoomChargeRefused: lambda charge, event: replace(
        charge, state="refused", code=event.code, words=event.words, settled_ms=event.at_ms
    ),
    e.RoomChargeUnknown: lambda charge, event: replace(charge, state="unknown"),
    e.RoomChargeDeferred: lambda charge, event: replace(charge, state="deferred", code=event.code),
    e.RoomChargeRetried: lambda charge, event: replace(
        charge, state="pending", attempt=event.attempt
    ),
}

CHARGE_EVENTS = frozenset(_EVOLVE)


def evolve(charge: Charge, event: object) -> Charge:
    """The charge after an event of `CHARGE_EVENTS`."""
    return _EVOLVE[type(event)](charge, event)


def parts(check: Check, amount_minor: int) -> tuple[FolioPart, ...]:
    """The charge by revenue group and tax rate, in the proportions of the check.

    Service is a group of its own. The parts sum to the amount (largest remainder).
    """
    weights: dict[tuple[str, int], int] = {}
    given = line_discounts(check)
    for line, off in zip(check.lines, given, strict=True):
        key = (line.revenue_group, line.tax_bp)
        weights[key] = weights.get(key, 0) + line.gross_minor - off
    service = totals_of(check).service_minor
    if service > 0:
        weights[("service", check.service_tax_bp)] = service
    keys = sorted(key for key, weight in weights.items() if weight)
    split = allocate(amount_minor, [weights[key] for key in keys]) if keys else []
    return tuple(
        FolioPart(group, tax_bp, gross)
        for (group, tax_bp), gross in zip(keys, split, strict=True)
        if gross
    )


def board_shares(
    charged: Sequence[FolioPart], allowances: Iterable[tuple[Sequence[str], int]]
) -> dict[str, int]:
    """What the guest's board pays of a charge, by revenue group: each allowance (its groups, what
    is left of it) pays for its groups in their order. The hotel has the last word on it."""
    left: dict[str, int] = {}
    for part in charged:
        left[part.revenue_group] = left.get(part.revenue_group, 0) + part.gross_minor
    paid: dict[str, int] = {}
    for groups, sum_minor in allowances:
        remaining = sum_minor
        for group in groups:
            share = max(0, min(remaining, left.get(group, 0)))
            if share:
                left[group] -= share
                remaining -= share
                paid[group] = paid.get(group, 0) + share
    return paid


def charge_room(check: Check, command: c.ChargeRoom, facts: Facts) -> object:
    """Ask the hotel; only with a link, because the guest must be looked up first."""
    if not facts.room_link:
        return refuse("room_offline")
    if command.over_limit and (lacking := needs(facts, "room_over_limit")):
        return lacking
    if not 0 < command.amount_minor <= AMOUNT_MINOR:
        return refuse("bad_amount", value=command.amount_minor)
    if not 0 <= command.tip_minor <= AMOUNT_MINOR:
        return refuse("bad_amount", value=command.tip_minor)
    due = balance(check)
    if command.amount_minor > due:
        return refuse("amount_over_due", due_minor=due)
    if check.unsent:
        return refuse("check_not_empty", number=check.number)
    texts = (command.stay_id, command.room, command.guest)
    if not command.stay_id or max(map(len, texts)) > TEXT_LENGTH:
        return refuse("bad_text", limit=TEXT_LENGTH)
    return e.RoomChargeAsked(
        check_id=check.check_id,
        charge_id=command.charge_id,
        number=check.number,
        shift_id=command.shift_id,
        stay_id=command.stay_id,
        room=command.room,
        guest=command.guest,
        amount_minor=command.amount_minor,
        tip_minor=command.tip_minor,
        parts=parts(check, command.amount_minor),
        covers=check.guests,
        by=facts.actor,
        at_ms=facts.now_ms,
        day=check.day,
        slip=command.slip,
        over_limit=command.over_limit,
    )


def settle_charge(charge: Charge | None, command: c.SettleCharge, facts: Facts) -> object:
    """What the hotel answered. A late answer may settle an unknown; a settled one stays."""
    if charge is None:
        return refuse("no_charge")
    if charge.state in ("posted", "refused"):
        return refuse("charge_settled")
    at_ms, check_id, charge_id = facts.now_ms, charge.check_id, charge.charge_id
    match command.outcome:
        case "posted":
            return e.RoomChargePosted(check_id, charge_id, command.reference, at_ms)
        case "refused":
            return e.RoomChargeRefused(check_id, charge_id, command.code, command.words, at_ms)
        case "unknown" if charge.state != "unknown":
            return e.RoomChargeUnknown(check_id, charge_id, at_ms)
        case "deferred" if charge.state != "deferred":
            return e.RoomChargeDeferred(check_id, charge_id, command.code, at_ms)
    return refuse("nothing_to_do")


def resolve_charge(charge: Charge | None, command: c.ResolveCharge, facts: Facts) -> object:
    """A person looked: on the folio it is posted; if not, it goes out again as a new attempt."""
    if charge is None:
        return refuse("no_charge")
    if charge.state != "unknown":
        return refuse("charge_settled")
    if command.on_folio:
        return e.RoomChargePosted(
            charge.check_id, charge.charge_id, f"seen by {facts.actor}", facts.now_ms
        )
    return e.RoomChargeRetried(
        charge.check_id,
        charge.charge_id,
        charge.attempt + 1,
        facts.actor,
        facts.now_ms,
    )


def state_total(command: c.StateHotelTotal, facts: Facts) -> e.HotelTotalStated | Refused:
    """What somebody read in the hotel's report is kept as it was read; negative when more was taken
    back than charged."""
    try:
        as_written = date.fromisoformat(command.day).isoformat() == command.day
    except ValueError:
        as_written = False
    if not as_written:
        return refuse("bad_text", limit=len("2026-11-22"))
    if abs(command.total_minor) > AMOUNT_MINOR:
        return refuse("bad_amount", value=command.total_minor)
    return e.HotelTotalStated(command.day, command.total_minor, facts.actor, facts.now_ms)
