"""What concerned the whole house: stop list, notices, catalogue, who is here. `events` gives these
on under its name.
"""

from dataclasses import dataclass

from .ids import NO_CHECK, CheckId, NoticeId, StaffId


@dataclass(frozen=True, slots=True)
class ItemStopped:
    item_id: str
    left_milli: int
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class ItemFreed:
    item_id: str
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class NoticeRaised:
    """Something a person must tap away. `code` and `params` become a sentence on the screen."""

    notice_id: NoticeId
    staff_id: StaffId
    code: str
    params: dict[str, str | int]
    at_ms: int
    check_id: CheckId = NO_CHECK


@dataclass(frozen=True, slots=True)
class NoticeAcknowledged:
    notice_id: NoticeId
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class CataloguePublished:
    number: int
    sha256: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class StaffSignedIn:
    """`outcome`: in, offline, failed, locked, out."""

    staff_id: StaffId
    outcome: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class RightsLent:
    """`by` lent rights of their own to `staff_id`; they end by themselves at `until_ms`."""

    lent_id: str
    staff_id: StaffId
    by: StaffId
    rights: tuple[str, ...]
    from_ms: int
    until_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class RightsTakenBack:
    """A loan of rights ended before its time."""

    lent_id: str
    staff_id: StaffId
    by: StaffId
    at_ms: int


@dataclass(frozen=True, slots=True)
class DeviceRevoked:
    """A device is shut out for good; `login` asked for it in the back office."""

    device_id: str
    code: str
    reason: str
    login: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class UnsentReviewed:
    """Commands that a revoked device had kept: `by` took some over, as `login` of the back office;
    each list holds ids of commands. A long review is several of these."""

    review_id: str
    device_id: str
    code: str
    by: StaffId
    login: str
    taken: tuple[str, ...]
    refused: tuple[str, ...]
    left_out: tuple[str, ...]
    at_ms: int


@dataclass(frozen=True, slots=True)
class GuestsErased:
    """The names of these guests were erased; each is a subject of `guest_data`. `login` asked for
    it in the back office, "" when their time was over."""

    subjects: tuple[str, ...]
    login: str
    reason: str
    at_ms: int


HOUSE_EVENTS: tuple[type, ...] = (
    ItemStopped,
    ItemFreed,
    NoticeRaised,
    NoticeAcknowledged,
    CataloguePublished,
    StaffSignedIn,
    RightsLent,
    RightsTakenBack,
    DeviceRevoked,
    UnsentReviewed,
    GuestsErased,
)
"""All of this file, for `events.EVENTS`."""
