"""A day's room charges against the property system's own sums, with everything that is odd. Pure.

Rule: what the journal holds as posted must be what the hotel says it posted for this outlet, to
the unit. A difference is explained by what is unclear, or by nothing: then somebody lied or was
mistaken, and only comparing the slips one by one finds it (folio 4.3).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from sync_server.domain.folio import Charge
from sync_server.hotel.gateway import DayTotals

EXCEPTIONS_MAX = 200


@dataclass(frozen=True, slots=True)
class OddCharge:
    """A charge that a person should look at. `why`: unknown, pending, deferred, refused,
    reversal, person (settled on somebody's word)."""

    charge_id: str
    why: str
    number: str
    room: str
    guest: str
    amount_minor: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class HotelDay:
    """The sums of one business day. `hotel_minor` -1: the hotel does not tell its own."""

    business_day: str
    posted: int
    posted_minor: int
    unclear_minor: int
    tips_minor: int
    groups: tuple[tuple[str, int], ...]
    hotel_minor: int = -1
    exceptions: tuple[OddCharge, ...] = ()

    @property
    def difference_minor(self) -> int:
        """What the hotel has more than we; 0 when it does not tell."""
        return self.hotel_minor - self.posted_minor if self.hotel_minor >= 0 else 0


def reconcile(
    business_day: str, charges: Iterable[Charge], told: DayTotals | None, outlet: str
) -> HotelDay:
    """The day's own sums, the hotel's beside them, and what does not explain itself."""
    posted, groups = [], dict[str, int]()
    odd: list[OddCharge] = []
    unclear = 0
    for charge in charges:
        total = charge.amount_minor + charge.tip_minor
        if charge.state == "posted":
            posted.append(charge)
            for part in charge.request.parts:
                groups[part.revenue_group] = groups.get(part.revenue_group, 0) + part.gross_minor
        elif charge.state != "refused":
            unclear += total
        if why := _odd(charge):
            odd.append(
                OddCharge(
                    charge.charge_id, why, charge.number, charge.room, charge.guest, total,
                    charge.asked_ms,
                )
            )  # fmt: skip
    hotel = -1
    if told is not None:
        hotel = sum(each.total_minor for each in told.outlets if each.outlet == outlet)
    return HotelDay(
        business_day=business_day,
        posted=len(posted),
        posted_minor=sum(charge.amount_minor + charge.tip_minor for charge in posted),
        unclear_minor=unclear,
        tips_minor=sum(charge.tip_minor for charge in posted),
        groups=tuple(sorted(groups.items())),
        hotel_minor=hotel,
        exceptions=tuple(odd[:EXCEPTIONS_MAX]),
    )


def _odd(charge: Charge) -> str:
    if charge.state != "posted":
        return charge.state
    if charge.reverses:
        return "reversal"
    return "person" if charge.reference.startswith("seen by ") else ""
