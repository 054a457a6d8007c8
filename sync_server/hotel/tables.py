"""Rows of the embedded property system: rooms, stays, folios, what was posted.

Rule: postings, folio lines and used allowances are only ever added (triggers of the migration
refuse anything else); a correction is a new line with the sign turned. Rooms and stays change.
`amount_minor` is what a line does to the balance: charges count up, payments are negative.
The rows' meaning is in `rules`, the only writer is `property` with `reception` and `loading`.
"""

from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

hotel_registry = registry()


class HotelRow(SQLModel, registry=hotel_registry):
    """The root of this context's tables, apart from those of every other context."""


METADATA = HotelRow.metadata


def _minor(**options: Any) -> Any:
    """A column of money, time or counters that may pass 32 bits."""
    return Field(sa_type=BigInteger, **options)


class HouseRow(HotelRow, table=True):
    """The one row of the house: its business day, and whether the night audit is running."""

    __tablename__: ClassVar[Any] = "house"

    house_id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    business_day: str
    night_audit: bool = False


class RoomRow(HotelRow, table=True):
    """A room. Numbers may hold letters; `room_key` is the number as it is compared."""

    __tablename__: ClassVar[Any] = "room"

    room_no: str = Field(primary_key=True)
    room_key: str = Field(unique=True)
    kind: str
    floor: str
    places: int
    rate_minor: int = _minor()
    state: str


class StayRow(HotelRow, table=True):
    """One guest's stay; sharers of a room have a stay each.

    `guest_folded` is the name as it is searched; `allowances` the board's rules as JSON.
    """

    __tablename__: ClassVar[Any] = "stay"

    stay_id: str = Field(primary_key=True)
    room_no: str = Field(foreign_key="room.room_no", index=True)
    guest: str
    guest_folded: str
    arrival: str
    departure: str
    status: str = Field(index=True)
    guests: int
    board: str
    allowances: str
    no_post: bool
    limit_minor: int | None = _minor(nullable=True)
    currency: str
    vip: str
    language: str
    country: str
    key_card: str = Field(index=True)


class PostingRow(HotelRow, table=True):
    """A posting that was answered finally, accepted or refused, with the answer given.

    `fingerprint` is over the body without the attempt: the same id must mean the same body.
    """

    __tablename__: ClassVar[Any] = "folio_posting"
    __table_args__ = (
        CheckConstraint("outcome IN ('posted', 'refused')", name="a_final_answer"),
        CheckConstraint(
            "outcome <> 'posted' OR charged_minor + allowance_minor = total_minor",
            name="charged_and_covered_make_the_total",
        ),
    )

    number: int = _minor(primary_key=True, sa_column_kwargs={"autoincrement": False})
    posting_id: str = Field(unique=True)
    fingerprint: str
    outcome: str
    code: str
    answer_text: str
    stay_id: str = Field(index=True)
    room: str
    guest: str
    check_no: str
    outlet: str
    covers: int
    total_minor: int = _minor()
    charged_minor: int = _minor()
    allowance_minor: int = _minor()
    currency: str
    business_day: str = Field(index=True)
    hotel_day: str
    at_ms: int = _minor()
    received_ms: int = _minor()
    waiter: str
    terminal: str
    note: str
    meal: str
    reverses: str | None = Field(index=True)


class EntryRow(HotelRow, table=True):
    """One line of a folio. `source` is the posting or the payment that brought it.

    `kind`: opening, charge, reversal, payment, deposit. `part_kind` and `part_group` tell the
    lines of one posting apart; `net_minor` is the part's sum before the board's allowance.
    """

    __tablename__: ClassVar[Any] = "folio_entry"
    __table_args__ = (UniqueConstraint("source", "part_kind", "part_group"),)

    stay_id: str = Field(primary_key=True, foreign_key="stay.stay_id")
    line_no: int = Field(primary_key=True)
    source: str
    kind: str
    part_kind: str
    part_group: str
    net_minor: int = _minor()
    amount_minor: int = _minor()
    hotel_day: str
    at_ms: int = _minor()
    note: str


class AllowanceUseRow(HotelRow, table=True):
    """What the board paid of one part of a posting; negative when a reversal gave it back."""

    __tablename__: ClassVar[Any] = "allowance_use"

    posting_id: str = Field(primary_key=True, foreign_key="folio_posting.posting_id")
    line_no: int = Field(primary_key=True)
    stay_id: str = Field(foreign_key="stay.stay_id", index=True)
    day: str
    allowance: str
    part_kind: str
    part_group: str
    covered_minor: int = _minor()


class SentRow(HotelRow, table=True):
    """One attempt to post at another property system, written before the attempt was made.

    `state`: sent, posted, refused, deferred, unsent. `number` names the record on the wire.
    `posting` is the whole posting as JSON; `at_ms` the time that it was sent under.
    """

    __tablename__: ClassVar[Any] = "link_sent"
    __table_args__ = (
        UniqueConstraint("link", "number"),
        Index("ix_link_sent_day", "link", "business_day"),
    )

    link: str = Field(primary_key=True)
    posting_id: str = Field(primary_key=True)
    attempt: int = Field(primary_key=True)
    number: int = _minor()
    state: str
    fingerprint: str
    stay_id: str = Field(index=True)
    total_minor: int = _minor()
    reverses: str | None = Field(index=True)
    at_ms: int = _minor()
    sent_ms: int = _minor()
    answer_ms: int = _minor(default=0)
    code: str = ""
    words: str = ""
    ref: str = ""
    posting: str
    business_day: str = ""
    outlet: str = ""


class LinkCounterRow(HotelRow, table=True):
    """The last number that a link has used."""

    __tablename__: ClassVar[Any] = "link_counter"

    link: str = Field(primary_key=True)
    number: int = _minor()


class LinkGuestRow(HotelRow, table=True):
    """A guest as another property system told; `fields` is the record's fields as JSON."""

    __tablename__: ClassVar[Any] = "link_guest"

    link: str = Field(primary_key=True)
    stay_id: str = Field(primary_key=True)
    room: str
    fields: str


APPEND_ONLY = ("folio_posting", "folio_entry", "allowance_use")
"""Tables whose rows are never changed or removed."""
