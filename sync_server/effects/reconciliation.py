"""A day's room charges against the property system's own word, with everything that is odd. Pure.

Rule: what the journal holds as posted must be what the hotel says it posted for this outlet, to
the unit. A hotel that tells sums is held to them; one that tells none (FIAS has no record for it,
nor has the web API a question) is held to its acknowledgements, charge by charge, and its own
report is for a person to read. A difference is explained by what is unclear, or by nothing: then
somebody lied or was mistaken, and only comparing the slips one by one finds it (folio 4.3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sync_server.domain.folio import Charge
from sync_server.hotel.gateway import Answered, DayTotals

EXCEPTIONS_MAX = 200


@dataclass(frozen=True, slots=True)
class OddCharge:
    """A charge that a person should look at. `why`: unknown, pending, deferred, refused,
    reversal, person (settled on somebody's word), sent_again (posted after somebody said that it
    was not there: if that was wrong, it stands twice); of acknowledgements compared one by one:
    silent (posted here, never acknowledged), other_sum, only_hotel (acknowledged, not posted
    here)."""

    charge_id: str
    why: str
    number: str
    room: str
    guest: str
    amount_minor: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class HotelDay:
    """The sums of one business day. `hotel_minor` -1: the hotel does not tell its own.

    `one_by_one`: the hotel's side is the sum of its acknowledgements, since it tells no sums;
    `stated`: it is what somebody read in the hotel's own report."""

    business_day: str
    posted: int
    posted_minor: int
    unclear_minor: int
    tips_minor: int
    groups: tuple[tuple[str, int], ...]
    hotel_minor: int = -1
    exceptions: tuple[OddCharge, ...] = ()
    one_by_one: bool = False
    stated: bool = False

    @property
    def told(self) -> bool:
        """Whether there is a side of the hotel's to compare with."""
        return self.one_by_one or self.stated or self.hotel_minor >= 0

    @property
    def difference_minor(self) -> int:
        """What the hotel has more than we; 0 when it does not tell."""
        return self.hotel_minor - self.posted_minor if self.told else 0


def reconcile(
    business_day: str,
    charges: Iterable[Charge],
    told: DayTotals | None,
    outlet: str,
    answers: Sequence[Answered] | None = None,
    stated_minor: int | None = None,
) -> HotelDay:
    """The day's own sums, the hotel's beside them, and what does not explain itself.

    `answers` are the hotel's acknowledgements, where it tells no sums; `stated_minor` is what a
    person read in its report of this outlet, which then is its side."""
    posted, groups = [], dict[str, int]()
    odd: list[OddCharge] = []
    unclear = 0
    for charge in charges:
        if charge.state == "posted":
            posted.append(charge)
            for part in charge.request.parts:
                groups[part.revenue_group] = groups.get(part.revenue_group, 0) + part.gross_minor
        elif charge.state != "refused":
            unclear += _total(charge)
        if why := _odd(charge):
            odd.append(_listed(charge, why))
    hotel = -1
    if told is not None:
        hotel = sum(each.total_minor for each in told.outlets if each.outlet == outlet)
    elif answers is not None:
        own = [each for each in answers if each.outlet == outlet]
        hotel = sum(each.total_minor for each in own)
        odd[:0] = _one_by_one(posted, own)
    stated = told is None and stated_minor is not None
    if stated_minor is not None and stated:
        hotel = stated_minor
    return HotelDay(
        business_day=business_day,
        posted=len(posted),
        posted_minor=sum(_total(charge) for charge in posted),
        unclear_minor=unclear,
        tips_minor=sum(charge.tip_minor for charge in posted),
        groups=tuple(sorted(groups.items())),
        hotel_minor=hotel,
        exceptions=tuple(odd[:EXCEPTIONS_MAX]),
        one_by_one=told is None and answers is not None and not stated,
        stated=stated,
    )


def _one_by_one(posted: Sequence[Charge], answers: Sequence[Answered]) -> list[OddCharge]:
    """Charges that the hotel never acknowledged, otherwise acknowledged, or that only it knows."""
    said: dict[str, int] = {}
    for answer in answers:
        said[answer.posting_id] = said.get(answer.posting_id, 0) + answer.total_minor
    ours = {str(charge.charge_id) for charge in posted}
    odd = []
    for charge in posted:
        acknowledged = said.get(charge.charge_id)
        if acknowledged is None and _odd(charge) == "person":
            continue
        if acknowledged is None:
            odd.append(_listed(charge, "silent"))
        elif acknowledged != _total(charge):
            odd.append(_listed(charge, "other_sum"))
    odd += [
        OddCharge(
            *(each.posting_id, "only_hotel", each.check_no, each.room, each.guest_name),
            each.total_minor,
            each.at_ms,
        )
        for each in answers
        if each.posting_id not in ours
    ]
    return odd


def _total(charge: Charge) -> int:
    return charge.amount_minor + charge.tip_minor


def _listed(charge: Charge, why: str) -> OddCharge:
    return OddCharge(
        *(charge.charge_id, why, charge.number, charge.room, charge.guest),
        _total(charge),
        charge.asked_ms,
    )


def _odd(charge: Charge) -> str:
    if charge.state != "posted":
        return charge.state
    if charge.reverses:
        return "reversal"
    if charge.reference.startswith("seen by "):
        return "person"
    return "sent_again" if charge.attempt > 1 else ""
