"""What the hotel has of one outlet of the restaurant, by business day: sums, and each charge.

Two sources, by the same two questions: the folios of our own hotel, and the acknowledgements of a
property system that tells no sums. Each is looked up by day in an index, for any number of days;
reversals are below zero. Neighbours: `property` and `sent_log` write the rows; the tie-out of the
back office asks.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
from sqlalchemy import Connection
from sqlalchemy.orm import Mapped
from sqlmodel import col, func, select

from sync_server.store.database import session_on

from .gateway import Posting
from .tables import PostingRow, SentRow

_Row = TypeVar("_Row", PostingRow, SentRow)


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
class _Days(ABC, Generic[_Row]):
    """The two questions; whose rows answer them is said by each source."""

    outlet: str

    def sums(self, connection: Connection, first: str, last: str) -> dict[str, int]:
        """By day (both included) what the hotel took; a day without anything is missing."""
        rows = self._rows()
        query = (
            select(rows.business_day, func.sum(rows.total_minor))
            .where(*self._within(first, last))
            .group_by(rows.business_day)
        )
        return {day: int(total) for day, total in session_on(connection).exec(query)}

    def listed(
        self, connection: Connection, first: str, last: str, most: int
    ) -> Sequence[OutletCharge]:
        """Each charge of the days, at most `most`, in the order of days and of their coming."""
        rows = self._rows()
        query = (
            select(rows)
            .where(*self._within(first, last))
            .order_by(rows.business_day, *self._as_they_came())
            .limit(most)
        )
        return list(map(self._charge, session_on(connection).exec(query)))

    def _charge(self, row: _Row) -> OutletCharge:
        room, check_no = self._room_and_check(row)
        told = (row.posting_id, row.business_day, room, check_no)
        return OutletCharge(*told, row.total_minor, row.at_ms)

    def _within(self, first: str, last: str) -> tuple[bool, ...]:
        rows = self._rows()
        ours = rows.outlet == self.outlet
        return (rows.business_day >= first, rows.business_day <= last, ours, *self._taken())

    @abstractmethod
    def _rows(self) -> type[_Row]: ...

    @abstractmethod
    def _taken(self) -> tuple[bool, ...]:
        """Which of the rows the hotel has taken."""

    @abstractmethod
    def _as_they_came(self) -> tuple[Mapped[int], ...]: ...

    @abstractmethod
    def _room_and_check(self, row: _Row) -> tuple[str, str]: ...


@dataclass(frozen=True, slots=True)
class Folios(_Days[PostingRow]):
    """Our own hotel's folios."""

    def _rows(self) -> type[PostingRow]:
        return PostingRow

    def _taken(self) -> tuple[bool, ...]:
        return (PostingRow.outcome == "posted",)

    def _as_they_came(self) -> tuple[Mapped[int], ...]:
        return (col(PostingRow.number),)

    def _room_and_check(self, row: PostingRow) -> tuple[str, str]:
        return row.room, row.check_no


@dataclass(frozen=True, slots=True)
class Answers(_Days[SentRow]):
    """What another property system acknowledged over a link."""

    link: str

    def _rows(self) -> type[SentRow]:
        return SentRow

    def _taken(self) -> tuple[bool, ...]:
        return (SentRow.link == self.link, SentRow.state == "posted")

    def _as_they_came(self) -> tuple[Mapped[int], ...]:
        return (col(SentRow.sent_ms), col(SentRow.number))

    def _room_and_check(self, row: SentRow) -> tuple[str, str]:
        sent = msgspec.json.decode(row.posting, type=Posting)
        return sent.room, sent.check_no
