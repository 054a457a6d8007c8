"""What concerns the whole house: stop list, notices, catalogue, who is here. `commands` gives these
on under its name; what happened then stands in `house_events`.
"""

from dataclasses import dataclass

from .ids import NO_CHECK, CheckId, NoticeId, StaffId


@dataclass(frozen=True, slots=True)
class StopItem:
    """Stop an item, or let `left_milli` more be sold."""

    item_id: str
    left_milli: int = 0


@dataclass(frozen=True, slots=True)
class FreeItem:
    item_id: str


@dataclass(frozen=True, slots=True)
class AcknowledgeNotice:
    notice_id: NoticeId


@dataclass(frozen=True, slots=True)
class TellStaff:
    """Raise a notice; only the server itself may say this (a print that failed, a late table)."""

    notice_id: NoticeId
    staff_id: StaffId
    code: str
    params: dict[str, str | int]
    check_id: CheckId = NO_CHECK


@dataclass(frozen=True, slots=True)
class PublishCatalogue:
    """A new catalogue version is in force; its content is fetched by number and hash."""

    number: int
    sha256: str


@dataclass(frozen=True, slots=True)
class RecordSignIn:
    """Someone signed in, out, or failed to; only the server itself may say this.

    `outcome`: in, offline, failed, locked, out, pin (chose another one)."""

    staff_id: StaffId
    outcome: str


@dataclass(frozen=True, slots=True)
class LendRights:
    """Lend rights of one's own to a colleague until `until_ms`, with a reason."""

    lent_id: str
    staff_id: StaffId
    rights: tuple[str, ...]
    until_ms: int
    reason: str


@dataclass(frozen=True, slots=True)
class TakeBackRights:
    """End a loan of rights before its time."""

    lent_id: str


@dataclass(frozen=True, slots=True)
class RevokeDevice:
    """A device is shut out for good; only the server itself may say this, for `login`, who asked in
    the back office."""

    device_id: str
    code: str
    reason: str
    login: str


@dataclass(frozen=True, slots=True)
class RecordReview:
    """What a revoked device had kept was looked through by `login`: what was taken over in the
    actor's name, what was refused, what was left out, by command. Only the server may say this."""

    review_id: str
    device_id: str
    code: str
    login: str
    taken: tuple[str, ...]
    refused: tuple[str, ...]
    left_out: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EraseGuests:
    """Forget the names of these guests, each a subject of `guest_data`: `login` asked for it in the
    back office, "" when their time is over. Only the server may say this."""

    subjects: tuple[str, ...]
    login: str
    reason: str


HOUSE_COMMANDS: tuple[type, ...] = (
    StopItem,
    FreeItem,
    AcknowledgeNotice,
    TellStaff,
    PublishCatalogue,
    RecordSignIn,
    LendRights,
    TakeBackRights,
    RevokeDevice,
    RecordReview,
    EraseGuests,
)
"""All of this file, for `commands.COMMANDS`."""
