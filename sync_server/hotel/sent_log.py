"""What was sent to a property system that keeps no ids of ours, written before it was sent.

Rule: a posting that may be out there is never given a second number by itself. An attempt is a row
in state `sent` before its first byte leaves; only an answer under its number changes that, however
late. The next attempt needs a higher number of attempt, which nobody gives but a person or a look
that proved the absence (`effects.posting_states`). Neighbours: `logged`, and by it
`fias.gateway` and `cloudbeds.gateway`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import cast

import msgspec
from sqlalchemy import Connection
from sqlmodel import Session, col, func, select

from sync_server.store.database import Database, session_on

from .gateway import (
    Answered,
    CannotTell,
    Deferred,
    LookOutcome,
    NotThere,
    Posted,
    Posting,
    PostOutcome,
    RefusalCode,
    Refused,
    Unknown,
)
from .property import fingerprint
from .rules import Part, clean, parts_of, takes_too_much
from .tables import LinkCounterRow, SentRow

NUMBER_MAX = 99_999_999
WORDS_LENGTH = 500
SECOND_MS = 1_000
BUMPS_MAX = 120
ERA = 1_000_000
"""Numbers of one life of the log, more than a link needs in years; the first life begins at 1."""
ERAS = NUMBER_MAX // ERA
ANY_LINK = "*"
"""The row that says where links begin that had said nothing when the backup was taken."""
SEEN_MAX = 10_000
ANSWERS_MAX = 5_000
"""Acknowledged charges of one day that are compared."""


def begin_era(connection: Connection) -> None:
    """What a restored log must know: a write for the store.

    Numbers that the hotel may have seen since the backup are not used again, or a late answer to a
    lost attempt would count for another one; and what is not on record proves nothing any more."""
    session = session_on(connection)
    counters = {row.link: row for row in session.exec(select(LinkCounterRow))}
    eras = [row.number // ERA for row in counters.values()]
    begins = (max(eras, default=0) % (ERAS - 1) + 1) * ERA
    for link in (*counters, ANY_LINK):
        counter = counters.get(link, LinkCounterRow(link=link, number=0))
        counter.number = begins
        session.add(counter)
    session.flush()


def forget_guests(connection: Connection, posting_ids: Sequence[str]) -> None:
    """Name the guests of these postings, and of what took them back, no more: a write for the
    store. Sums, numbers and answers stay; an answer that is still to come finds its attempt."""
    session = session_on(connection)
    whose = col(SentRow.posting_id).in_(posting_ids) | col(SentRow.reverses).in_(posting_ids)
    for row in session.exec(select(SentRow).where(whose)):
        sent = msgspec.json.decode(row.posting, type=Posting)
        plain = replace(sent, room="", guest_name="", text="")
        row.posting, row.words = msgspec.json.encode(plain).decode(), ""
        session.add(row)
    session.flush()


@dataclass(frozen=True, slots=True)
class Begun:
    """The attempt is on record: send it under this number and time."""

    number: int
    at_ms: int


class SentLog:
    """The attempts of one link."""

    def __init__(self, database: Database, link: str, clock: Callable[[], int]) -> None:
        """`database` is the hotel context's; `link` keeps several links apart."""
        self._database = database
        self._link = link
        self._clock = clock
        self._seen: dict[str, None] = {}

    async def next_number(self) -> int:
        """A number never used on this link, from 1; after the last possible one comes 1 again."""
        return await self._database.write(lambda connection: self._number(session_on(connection)))

    async def known(self, posting: Posting) -> PostOutcome | None:
        """The answer that stands for a posting already; None when it may be sent."""
        self._seen[posting.posting_id] = None
        if len(self._seen) > SEEN_MAX:
            del self._seen[next(iter(self._seen))]
        return await self._database.read_async(
            lambda connection: self._known(session_on(connection), posting)
        )

    async def begin(self, posting: Posting) -> Begun | PostOutcome:
        """Put an attempt on record; durable when this returns. An outcome: do not send."""
        return await self._database.write(lambda connection: self._begin(connection, posting))

    async def answered(self, number: int, outcome: PostOutcome) -> str | None:
        """Note what became of the attempt with this number: the id of its posting, or None when
        there is no such attempt or it is settled. `Unknown` changes nothing."""
        return await self._database.write(
            lambda connection: self._answered(session_on(connection), number, outcome)
        )

    async def unsent(self, number: int) -> None:
        """Not a byte of the attempt has left."""
        await self._database.write(
            lambda connection: self._close(session_on(connection), number, "unsent")
        )

    async def sent_under(self, number: int) -> Posting | None:
        """The posting of an attempt that waits for its answer."""

        def read(connection: Connection) -> Posting | None:
            row = self._row(session_on(connection), number)
            if row is None or row.state != "sent":
                return None
            return msgspec.json.decode(row.posting, type=Posting)

        return await self._database.read_async(read)

    async def total_of(self, posting_id: str) -> int | None:
        """The total of a posting that stands; None when none does."""

        def read(connection: Connection) -> int | None:
            rows = self._attempts(session_on(connection), posting_id)
            return next((row.total_minor for row in rows if row.state == "posted"), None)

        return await self._database.read_async(read)

    async def look(self, posting_id: str) -> LookOutcome:
        """What this log can prove: an answer that came, or that nothing ever left. A log that came
        from a backup proves the latter only of what passed through it since."""

        def read(connection: Connection) -> LookOutcome:
            session = session_on(connection)
            rows = self._attempts(session, posting_id)
            posted = next((row for row in rows if row.state == "posted"), None)
            if posted is not None:
                return _posted(posted)
            if any(row.state == "sent" for row in rows):
                return CannotTell("sent, and no answer came: ask reception")
            era = self._counter(session).number // ERA
            passed = posting_id in self._seen or (rows and rows[0].number // ERA == era)
            if era and not passed:
                return CannotTell("what was sent since the backup is not on record: ask reception")
            return NotThere()

        return await self._database.read_async(read)

    async def answered_on(self, business_day: str) -> tuple[Answered, ...]:
        """What the system acknowledged of a restaurant business day, in the order of sending; an
        acknowledgement under two references counts twice, since then it was posted twice."""

        def read(connection: Connection) -> tuple[Answered, ...]:
            query = (
                select(SentRow)
                .where(
                    SentRow.link == self._link,
                    SentRow.business_day == business_day,
                    SentRow.state == "posted",
                )
                .order_by(col(SentRow.sent_ms), col(SentRow.number))
                .limit(ANSWERS_MAX)
            )
            return tuple(_acknowledged(row) for row in session_on(connection).exec(query))

        return await self._database.read_async(read)

    # -- inside a transaction ------------------------------------------------------------------
    def _attempts(self, session: Session, posting_id: str) -> list[SentRow]:
        return list(
            session.exec(
                select(SentRow)
                .where(SentRow.link == self._link, SentRow.posting_id == posting_id)
                .order_by(col(SentRow.attempt).desc())
            ).all()
        )

    def _row(self, session: Session, number: int) -> SentRow | None:
        return session.exec(
            select(SentRow).where(SentRow.link == self._link, SentRow.number == number)
        ).first()

    def _counter(self, session: Session) -> LinkCounterRow:
        known = session.get(LinkCounterRow, self._link)
        if known is not None:
            return known
        begins = session.get(LinkCounterRow, ANY_LINK)
        return LinkCounterRow(link=self._link, number=begins.number if begins else 0)

    def _number(self, session: Session) -> int:
        counter = self._counter(session)
        counter.number = counter.number % NUMBER_MAX + 1
        while self._row(session, counter.number) is not None:
            counter.number = counter.number % NUMBER_MAX + 1
        session.add(counter)
        session.flush()
        return counter.number

    def _known(self, session: Session, posting: Posting) -> PostOutcome | None:
        rows = self._attempts(session, posting.posting_id)
        if not rows:
            return None
        if any(row.fingerprint != fingerprint(posting) for row in rows):
            return Refused("id_reused", "This posting id stands for another posting.")
        posted = next((row for row in rows if row.state == "posted"), None)
        if posted is not None:
            return _posted(posted)
        last = rows[0]
        if last.state == "refused":
            return Refused(cast(RefusalCode, last.code), last.words)
        if posting.attempt <= max(row.attempt for row in rows) and last.state == "sent":
            return Unknown("sent before, and no answer came")
        return None

    def _begin(self, connection: Connection, posting: Posting) -> Begun | PostOutcome:
        session = session_on(connection)
        known = self._known(session, posting) or self._reversal_fault(session, posting)
        if known is not None:
            return known
        rows = self._attempts(session, posting.posting_id)
        attempt = max(posting.attempt, 1 + max((row.attempt for row in rows), default=0))
        plain = _plain(posting)
        row = SentRow(
            link=self._link,
            posting_id=posting.posting_id,
            attempt=attempt,
            number=self._number(session),
            state="sent",
            fingerprint=fingerprint(posting),
            stay_id=posting.stay_id,
            total_minor=posting.total_minor,
            reverses=posting.reverses,
            at_ms=rows[-1].at_ms if rows else self._free_time(session, posting),
            sent_ms=self._clock(),
            posting=msgspec.json.encode(plain).decode(),
            business_day=plain.business_day,
            outlet=plain.outlet,
        )
        session.add(row)
        session.flush()
        return Begun(row.number, row.at_ms)

    def _free_time(self, session: Session, posting: Posting) -> int:
        """The charge's time, moved by seconds until sum and time, and check and time, tell it from
        others of the guest: a person finds it by the former, a reversal names it by the latter.

        A reversal keeps the time of what it takes back.
        """
        if posting.reverses is not None:
            return self._attempts(session, posting.reverses)[-1].at_ms
        check = f'"check_no":{msgspec.json.encode(clean(posting.check_no)).decode()}'
        taken = {
            at_ms // SECOND_MS
            for at_ms in session.exec(
                select(SentRow.at_ms).where(
                    SentRow.link == self._link,
                    SentRow.stay_id == posting.stay_id,
                    (col(SentRow.total_minor) == posting.total_minor)
                    | col(SentRow.posting).contains(check, autoescape=True),
                    SentRow.posting_id != posting.posting_id,
                )
            ).all()
        }
        at_ms = posting.at_ms
        for _ in range(BUMPS_MAX):
            if at_ms // SECOND_MS not in taken:
                break
            at_ms += SECOND_MS
        return at_ms

    def _reversal_fault(self, session: Session, posting: Posting) -> Refused | None:
        if posting.reverses is None:
            return None
        original = next(
            (row for row in self._attempts(session, posting.reverses) if row.state == "posted"),
            None,
        )
        if original is None or original.reverses is not None or original.stay_id != posting.stay_id:
            return Refused("original_not_found", "The posting to take back is not on this folio.")
        rows = session.exec(
            select(SentRow).where(
                SentRow.link == self._link,
                SentRow.reverses == posting.reverses,
                col(SentRow.state).in_(("sent", "posted")),
                SentRow.posting_id != posting.posting_id,
            )
        ).all()
        standing: dict[Part, int] = {}
        for text in [original.posting, *{row.posting_id: row.posting for row in rows}.values()]:
            for part, net in parts_of(msgspec.json.decode(text, type=Posting)).items():
                standing[part] = standing.get(part, 0) + net
        if takes_too_much(posting, standing):
            return Refused("over_reversal", "More would be taken back than was posted.")
        return None

    def _answered(self, session: Session, number: int, outcome: PostOutcome) -> str | None:
        row = self._row(session, number)
        if row is None or row.state != "sent" or isinstance(outcome, Unknown):
            return None
        if isinstance(outcome, Posted):
            row.ref = clean(outcome.ref, WORDS_LENGTH)
            row.state = "posted"
        else:
            row.code = outcome.code
            row.state = "refused" if isinstance(outcome, Refused) else "deferred"
        row.words = clean(outcome.text, WORDS_LENGTH)
        row.answer_ms = self._clock()
        session.add(row)
        session.flush()
        return row.posting_id

    def _close(self, session: Session, number: int, state: str) -> None:
        row = self._row(session, number)
        if row is not None and row.state == "sent":
            row.state = state
            session.add(row)
            session.flush()

    async def counted(self, state: str) -> int:
        """How many attempts of the link stand in a state."""

        def read(connection: Connection) -> int:
            return int(
                session_on(connection)
                .exec(
                    select(func.count()).where(SentRow.link == self._link, SentRow.state == state)
                )
                .one()
            )

        return await self._database.read_async(read)


def _plain(posting: Posting) -> Posting:
    """The posting with texts that JSON can hold."""
    return replace(
        posting,
        room=clean(posting.room),
        guest_name=clean(posting.guest_name),
        check_no=clean(posting.check_no),
        outlet=clean(posting.outlet),
        waiter=clean(posting.waiter),
        terminal=clean(posting.terminal),
        text=clean(posting.text),
    )


def _acknowledged(row: SentRow) -> Answered:
    sent = msgspec.json.decode(row.posting, type=Posting)
    return Answered(
        row.posting_id,
        sent.outlet,
        sent.room,
        sent.guest_name,
        sent.check_no,
        row.total_minor,
        row.at_ms,
        row.ref,
    )


def _posted(row: SentRow) -> Posted:
    return Posted(row.posting_id, row.ref, row.total_minor, 0, row.words)


def deferred_for_link(text: str) -> Deferred:
    """Certainly not posted, because nothing could be said."""
    return Deferred("link_down", text or "the hotel link is down")
