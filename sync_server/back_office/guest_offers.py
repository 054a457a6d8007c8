"""Guests as the page sees them: where the house names them, and whose names shall be erased.

Rule: the page asks, the server does, by the moment (as `offers`); what is asked for names subjects
(`domain.ids`) and never a name, so that the request itself may stay. The names come from a
`GuestReader`, which `sync_server.guest_book` is. `forget` takes them out of these books.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy import Connection, inspect
from sqlmodel import Field, Session, col, select

from sync_server.domain.ids import OF_CARD, OF_CHECK
from sync_server.store.database import session_on

from .offers import moment_after, next_number
from .papers import Actor
from .tables import BackRow
from .till_tables import TILL_FACT


class EraseOffer(BackRow, table=True):
    """A guest to be forgotten, asked for here and done by the server."""

    __tablename__ = "erase_offer"
    number: int = Field(primary_key=True)
    subject: str
    reason: str = Field(sa_type=sa.Text)
    login: str
    at_ms: int = Field(sa_column=sa.Column(sa.BigInteger, nullable=False))


@dataclass(frozen=True, slots=True)
class GuestSeen:
    """An event of the journal that names a guest; `number` is that of its check, "" for none."""

    n: int
    at_ms: int
    type: str
    subject: str
    number: str
    texts: tuple[str, ...]


class GuestReader(Protocol):
    """Reads where the front names guests. Raises the store's errors. Blocks."""

    @property
    def kept_days(self) -> int:
        """After how many days names of checks are erased by themselves; 0 for never."""

    def found(self, text: str) -> Sequence[GuestSeen]:
        """The newest events that name this guest or card, all of them without a text."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Guests to be forgotten, asked for in one moment."""

    subjects: tuple[str, ...]
    reason: str
    login: str
    at_ms: int


def offer_erasure(session: Session, subjects: Sequence[str], reason: str, actor: Actor) -> None:
    """Ask for these to be forgotten."""
    first = next_number(session, EraseOffer.number)
    at_ms = moment_after(session, EraseOffer.at_ms, actor.at_ms)
    for number, subject in enumerate(subjects, start=first):
        whose = {"subject": subject, "reason": reason, "login": actor.login}
        session.add(EraseOffer(number=number, at_ms=at_ms, **whose))


def erasures_after(connection: Connection, after_ms: int) -> Sequence[Erasure]:
    """What was asked for after a moment, in its order."""
    if not inspect(connection).has_table("erase_offer"):
        return ()
    asked: dict[int, Erasure] = {}
    with session_on(connection) as session:
        query = select(EraseOffer).where(EraseOffer.at_ms > after_ms)
        for one in session.exec(query.order_by(col(EraseOffer.number))):
            before = asked[one.at_ms].subjects if one.at_ms in asked else ()
            subjects = (*before, one.subject)
            asked[one.at_ms] = Erasure(subjects, one.reason, one.login, one.at_ms)
    return [asked[at_ms] for at_ms in sorted(asked)]


def forget(connection: Connection, subjects: Collection[str]) -> None:
    """The facts of the till name these guests no longer; their sums stay."""
    if not subjects:
        return
    checks = [one.removeprefix(OF_CHECK) for one in subjects if one.startswith(OF_CHECK)]
    cards = [one.removeprefix(OF_CARD) for one in subjects if one.startswith(OF_CARD)]
    rooms = TILL_FACT.c.check_id.in_(checks) & (TILL_FACT.c.kind == "room_asked")
    holders = TILL_FACT.c.line_id.in_(cards) & (TILL_FACT.c.kind == "club")
    connection.execute(sa.update(TILL_FACT).where(rooms | holders).values(reason=""))
