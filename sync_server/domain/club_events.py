"""What happened to club cards and their points: `events` gives these on under its name.

Points are spent by a `PaymentTaken` of the tender `points`, whose reference is the card, and given
back by its `PaymentRefunded`, beside which stands a `PointsGivenBack`. Amounts are in the smallest
unit of money. Released classes are never edited; a new field gets a default.
"""

from dataclasses import dataclass

from .ids import CheckId, ShiftId, StaffId


@dataclass(frozen=True, slots=True)
class ClubCardIssued:
    card: str
    name: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class ClubCardAttached:
    """The check has this card from now on; "" is none."""

    check_id: CheckId
    card: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class PointsEarned:
    """A check was closed. `amount_minor` was earned for `paid_minor` that was paid with other than
    points; `withheld_minor` of it makes good what the card owed. The rest may be spent from
    `active_ms` up to, not with, `expires_ms` (0: for ever)."""

    check_id: CheckId
    card: str
    shift_id: ShiftId
    amount_minor: int
    withheld_minor: int
    paid_minor: int
    active_ms: int
    expires_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class PointsTakenBack:
    """What a check had earned, or a part of it, is undone. `why`: refund, reopen. `amount_minor`
    went off the card; `owed_minor` had been spent and is withheld from what is earned next."""

    check_id: CheckId
    card: str
    shift_id: ShiftId
    amount_minor: int
    owed_minor: int
    why: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class PointsGivenBack:
    """A payment with points was refunded: they may be spent at once, up to `expires_ms`."""

    check_id: CheckId
    card: str
    amount_minor: int
    expires_ms: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class PointsExpired:
    """Points of a card that were not spent in their time are nobody's any more."""

    card: str
    amount_minor: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class ClubCardBlocked:
    """Nobody pays with the card or shows it, until `blocked` is false again."""

    card: str
    blocked: bool
    reason: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class ClubPointsMoved:
    """All lots of a blocked card went to another as they were, with what it owed; what its checks
    still bring comes there as well. `amount_minor` is the sum of the lots."""

    card: str
    to_card: str
    amount_minor: int
    owes_minor: int
    reason: str
    by: StaffId
    at_ms: int


CLUB_EVENTS: tuple[type, ...] = (
    ClubCardIssued,
    ClubCardAttached,
    PointsEarned,
    PointsTakenBack,
    PointsGivenBack,
    PointsExpired,
    ClubCardBlocked,
    ClubPointsMoved,
)
"""All of this file, for `events.EVENTS`."""
