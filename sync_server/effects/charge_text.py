"""From the journal's room charge to a posting for the hotel, and what is stored of its way.

Rule: the posting of a charge is the same at every attempt, whatever was configured since: it is
made once, when the charge is taken over, and stored together with the state.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import msgspec

from sync_server.domain.events import FolioPart
from sync_server.domain.money import tax_inside
from sync_server.domain.outward import FolioJob
from sync_server.hotel.gateway import Posting, RevenueLine, TaxPart

from .posting_states import PostingState

SERVICE_GROUP = "service"
"""The revenue group under which `domain.folio.parts` puts the service charge."""


@dataclass(frozen=True, slots=True)
class ChargeSettings:
    """What the venue adds to every posting. `meal_of` names the meal of a time, "" for none."""

    outlet: str
    currency: str
    meal_of: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class ChargeRecord:
    """What the row of a charge tells after a restart."""

    posting: Posting
    state: PostingState


def posting_of(job: FolioJob, settings: ChargeSettings) -> Posting:
    """The posting that a charge asks for; its id is the charge's.

    The parts of the charge hold their tax whatever the menu's prices do, so the taxes are told
    and not added.
    """
    asked = job.asked
    groups: dict[str, list[FolioPart]] = {}
    for part in asked.parts:
        groups.setdefault(part.revenue_group, []).append(part)
    service = groups.pop(SERVICE_GROUP, [])
    return Posting(
        posting_id=asked.charge_id,
        attempt=job.attempt,
        stay_id=asked.stay_id,
        room=asked.room,
        guest_name=asked.guest,
        check_no=asked.number,
        outlet=settings.outlet,
        covers=asked.covers,
        lines=tuple(_line(group, parts) for group, parts in groups.items()),
        service_minor=sum(part.gross_minor for part in service),
        tip_minor=asked.tip_minor,
        total_minor=asked.amount_minor + asked.tip_minor,
        currency=settings.currency,
        business_day=asked.day,
        at_ms=asked.at_ms,
        waiter=asked.by,
        # Check numbers are `terminal code - counter`.
        terminal=asked.number.rpartition("-")[0],
        text=job.table,
        meal=settings.meal_of(asked.at_ms),
        reverses=job.reverses or None,
        over_limit=asked.over_limit,
    )


def _line(group: str, parts: list[FolioPart]) -> RevenueLine:
    return RevenueLine(
        group,
        sum(part.gross_minor for part in parts),
        taxes=tuple(TaxPart(part.tax_bp, _tax(part)) for part in parts if part.tax_bp),
    )


def _tax(part: FolioPart) -> int:
    """The tax inside; a reversal mirrors its original to the unit."""
    sign = -1 if part.gross_minor < 0 else 1
    return sign * tax_inside(abs(part.gross_minor), part.tax_bp)


def write_record(posting: Posting, state: PostingState) -> str:
    """Posting and state as the text of the row."""
    return msgspec.json.encode(ChargeRecord(replace(posting, attempt=1), state)).decode()


def read_record(text: str) -> ChargeRecord:
    """The record of `write_record`; `msgspec.ValidationError` if it is something else."""
    return msgspec.json.decode(text, type=ChargeRecord)
