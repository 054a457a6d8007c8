"""What the hotel has of one outlet of the restaurant, by business day: sums, and each charge.

Two sources, by the same two questions: the folios of our own hotel, and the acknowledgements of a
property system that tells no sums. Each is looked up by day in an index, for any number of days;
reversals are below zero. Neighbours: `property` and `sent_log` write the rows; the tie-out of the
back office asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection
from sqlmodel import col, func, select

from sync_server.store.database import session_on

from .gateway import Posting
from .tables import PostingRow, SentRow


@dataclass(frozen=True, slots=True)
class OutletCharge:
    """A charge as the hotel has it; no guest is named."""

    charge_id: str
    day: str
    room: str
    number: str
    amount_minor: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Folios:
    """Our own hotel's folios."""

    outlet: str

    def sums(self, connection: Connection, first: str, last: str) -> dict[str, int]:
        """By day (both included) what was posted; a day without anything is missing."""
        query = (
            select(PostingRow.business_day, func.sum(PostingRow.total_minor))
            .where(*self._ours(first, last))
            .group_by(PostingRow.business_day)
        )
        return {day: int(total) for day, total in session_on(connection).exec(query)}

    def listed(
        self, connection: Connection, first: str, last: str, most: int
    ) -> Sequence[OutletCharge]:
        """Each charge of the days, at most `most`, in the order of days."""
        query = (
            select(PostingRow)
            .where(*self._ours(first, last))
            .order_by(PostingRow.business_day, col(PostingRow.number))
            .limit(most)
        )
        return [
            OutletCharge(
                *(row.posting_id, row.business_day, row.room, row.check_no),
                *(row.total_minor, row.at_ms),
            )
            for row in session_on(connection).exec(query)
        ]

    def _ours(self, first: str, last: str) -> tuple[bool, ...]:
        return (
            PostingRow.business_day >= first,
            PostingRow.business_day <= last,
            PostingRow.outcome == "posted",
            PostingRow.outlet == self.outlet,
        )


@dataclass(frozen=True, slots=True)
class Answers:
    """What another property system acknowledged over a link."""

    link: str
    outlet: str

    def sums(self, connection: Connection, first: str, last: str) -> dict[str, int]:
        """By day (both included) what it acknowledged; a day without anything is missing."""
        query = (
            select(SentRow.business_day, func.sum(SentRow.total_minor))
            .where(*self._ours(first, last))
            .group_by(SentRow.business_day)
        )
        return {day: int(total) for day, total in session_on(connection).exec(query)}

    def listed(
        self, connection: Connection, first: str, last: str, most: int
    ) -> Sequence[OutletCharge]:
        """Each acknowledgement of the days, at most `most`, in the order of days."""
        query = (
            select(SentRow)
            .where(*self._ours(first, last))
            .order_by(SentRow.business_day, col(SentRow.sent_ms), col(SentRow.number))
            .limit(most)
        )
        return [
            OutletCharge(
                *(row.posting_id, row.business_day, *_room_and_check(row)),
                *(row.total_minor, row.at_ms),
            )
            for row in session_on(connection).exec(query)
        ]

    def _ours(self, first: str, last: str) -> tuple[bool, ...]:
        return (
            SentRow.link == self.link,
            SentRow.business_day >= first,
            SentRow.business_day <= last,
            SentRow.state == "posted",
            SentRow.outlet == self.outlet,
        )


def _room_and_check(row: SentRow) -> tuple[str, str]:
    sent = msgspec.json.decode(row.posting, type=Posting)
    return sent.room, sent.check_no
