"""A FIAS link as a `FolioGateway`: inquiry, posting, answer, and what is known of it afterwards.

Rule: the attempt is on record (`sent_log`) before its bytes leave, and a posting is preceded by a
fresh inquiry that must show the same reservation under the same name. No answer is Unknown, and
stays so for this gateway: it has no way to ask a FIAS system what stands on a folio. A late answer
is noted under its number, and `look` then finds it.

Socket and reconnects: `link`. Site settings: `settings`. The contract: tests/hotel.
"""

import asyncio
import contextlib
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from sync_server.hotel.gateway import (
    Abilities,
    ByKeyCard,
    ByName,
    ByRoom,
    Deferred,
    FindOutcome,
    GuestQuery,
    GuestsFound,
    Health,
    Posting,
    PostOutcome,
    Refused,
    Timing,
    Unavailable,
    Unknown,
)
from sync_server.hotel.logged import LoggedGateway
from sync_server.hotel.rules import clean, folded
from sync_server.hotel.sent_log import Begun, SentLog, deferred_for_link
from sync_server.store.database import Database
from sync_server.store.errors import DiskFull, StoreBusy, StoreError

from .guests import GuestBook, matches
from .link import FiasLink, Silence
from .messages import (
    Block,
    Sender,
    Stamp,
    blocks,
    guest_of,
    inquiry,
    outcome_of,
    posting_record,
)
from .records import Record
from .security import NO_CREDENTIALS, Credentials
from .settings import FiasSettings

LATE_MAX = 1_000

_log = logging.getLogger(__name__)


def stamps_of(zone: str) -> Stamp:
    """Milliseconds to FIAS date and time in the house's zone."""
    place = ZoneInfo(zone)

    def stamp(at_ms: int) -> tuple[str, str]:
        when = datetime.fromtimestamp(at_ms // 1_000, UTC).astimezone(place)
        return when.strftime("%y%m%d"), when.strftime("%H%M%S")

    return stamp


class FiasGateway(LoggedGateway):
    """One link to one property system. `run` keeps it connected."""

    def __init__(
        self,
        settings: FiasSettings,
        database: Database,
        clock: Callable[[], int],
        *,
        zone: str,
        currency: str,
        credentials: Credentials = NO_CREDENTIALS,
    ) -> None:
        """`database` is the hotel context's, for what was sent and who is in house."""
        super().__init__(SentLog(database, settings.link, clock), currency)
        self._settings = settings
        self._clock = clock
        self._stamp = stamps_of(zone)
        self._work = asyncio.Event()
        self._late: list[Record] = []
        self.book = GuestBook(database, settings.link, self._work.set)
        self._audit_answered = False
        self.link = FiasLink(
            settings,
            self._stamp,
            clock,
            on_record=self._unasked,
            feed_empty=lambda: settings.lookup == "feed" and self.book.empty,
            credentials=credentials,
        )

    @property
    def timing(self) -> Timing:
        """As the site set it; a lookup has an inquiry's time and a little more. A posting waits as
        long for its turn, inquires by room and by name, and waits for its answer."""
        settings = self._settings
        find_ms = settings.inquiry_ms + 1_000
        asked_ms = find_ms + 2 * settings.inquiry_ms
        return Timing(
            find_ms=find_ms,
            answer_ms=asked_ms + settings.answer_ms,
            quarantine_ms=asked_ms + settings.quarantine_ms,
            look_gap_ms=max(settings.quarantine_ms // 3, 1),
        )

    @property
    def abilities(self) -> Abilities:
        """Nothing can be looked up, no totals are told."""
        by_card = self._settings.lookup == "inquiry"
        return Abilities(looks=False, totals=False, allowance_taken=False, key_cards=by_card)

    @property
    def up(self) -> bool:
        """Whether data may flow now."""
        return self.link.up

    async def run(self) -> None:
        """Keep the link up and note what comes unasked, until cancelled."""
        await self.book.load()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self.link.run())
            tasks.create_task(self._note())

    # -- finding -------------------------------------------------------------------------------
    async def find_guests(
        self, query: GuestQuery, *, business_day: str, count_max: int
    ) -> FindOutcome:
        """Guests in house that match; from the fed list at once, else by an inquiry."""
        empty = isinstance(query, ByName) and not folded(query.name)
        if empty or (isinstance(query, ByKeyCard) and not clean(query.key)):
            return Refused("query_too_short", "At least one letter is needed.")
        if self._settings.lookup == "feed":
            found = self.book.find(query)
        else:
            try:
                async with self.link.turn():
                    answer = await self._inquire(query, Sender(), count_max + 1)
            except StoreError as error:
                return Unavailable(str(error))
            if isinstance(answer, Silence):
                return Unavailable(self.link.text or "the hotel did not answer")
            found = [block for block in answer if _fits(block, query)]
        guests = tuple(guest_of(block, self._settings) for block in found[:count_max])
        return GuestsFound(guests, more=len(found) > count_max)

    async def _inquire(
        self, query: GuestQuery, sender: Sender, matches_max: int = 0
    ) -> list[Block] | Silence:
        """The guests that the hotel names; nobody when it knows nobody. Hold the turn."""
        number = await self._log.next_number()
        when = self._stamp(self._clock())
        asked = inquiry(query, number, self._settings, sender, when, matches_max)
        answer = await self.link.ask(asked, self._settings.inquiry_ms)
        if isinstance(answer, Silence):
            return answer
        return [*blocks(answer)] if answer.kind == "PL" else []

    # -- posting -------------------------------------------------------------------------------
    def _turn(self) -> asyncio.Lock:
        return self.link.turn()

    async def _send(self, posting: Posting, until_s: float) -> PostOutcome:
        if self.link.audit:
            return Deferred("night_audit", "The hotel is closing its day.")
        guest = await self._signer(posting)
        if not isinstance(guest, Block):
            return guest
        begun = await self._begin(posting, until_s)
        if not isinstance(begun, Begun):
            return begun
        when = self._stamp(begun.at_ms)
        record = posting_record(posting, guest, begun.number, self._settings, when)
        answer = await self.link.ask(record, self._settings.answer_ms)
        if answer is Silence.UNSENT:
            await self._log.unsent(begun.number)
            return deferred_for_link(self.link.text)
        if isinstance(answer, Silence):
            return Unknown("the link was lost" if answer is Silence.LOST else "no answer in time")
        outcome = _answer_of(answer, posting)
        self._audit_answered = isinstance(outcome, Deferred) and outcome.code == "night_audit"
        return await self._answered(begun.number, outcome)

    async def _signer(self, posting: Posting) -> Block | PostOutcome:
        """The guest as the hotel knows one now: by the room, and by name for one who moved."""
        if self._settings.lookup == "feed":
            known = self.book.by_number(posting.stay_id)
            return self._checked(known, posting)
        sender = Sender(posting.terminal or "POS", posting.outlet, posting.waiter)
        surname = posting.guest_name.partition(",")[0]
        for query in (ByRoom(posting.room), ByName(surname)):
            found = await self._inquire(query, sender)
            if isinstance(found, Silence):
                return deferred_for_link(self.link.text or "the hotel did not answer")
            known = next((each for each in found if each.number == posting.stay_id), None)
            if known is not None:
                return self._checked(known, posting)
        return self._checked(None, posting)

    def _checked(self, guest: Block | None, posting: Posting) -> Block | Refused:
        if guest is None:
            return Refused("guest_not_found", "The guest is not in house.")
        if folded(guest.get("GN")) != folded(posting.guest_name):
            return Refused("wrong_guest", "The reservation belongs to another guest.")
        no_post = guest.get("NP").upper() == "Y" and self._settings.posting == "PS"
        if no_post and posting.reverses is None:
            # A posting by room is not checked against the guest: then it is ours to do.
            return Refused("no_post", "The guest may not charge.")
        return guest

    # -- how it is ----------------------------------------------------------------------------
    async def health(self) -> Health:
        """Up while data may flow."""
        audit = self.link.audit or self._audit_answered
        return Health(up=self.link.up, night_audit=audit, text=self.link.text)

    # -- what comes unasked --------------------------------------------------------------------
    def _unasked(self, record: Record) -> None:
        if record.kind == "PA":
            if len(self._late) < LATE_MAX:
                self._late.append(record)
                self._work.set()
        elif record.kind in ("GI", "GC", "GO", "DS", "DE"):
            self.book.heard(record)

    async def _note(self) -> None:
        """Store late answers and guests, one batch after the other."""
        while True:
            await self._work.wait()
            self._work.clear()
            try:
                while self._late:
                    await self._settle(self._late[0])
                    self._late.pop(0)
                await self.book.store()
            except (StoreBusy, DiskFull):
                await asyncio.sleep(1)
                self._work.set()

    async def _settle(self, answer: Record) -> None:
        """A late answer settles the attempt with its number; an unknown number settles nothing."""
        number = 0
        with contextlib.suppress(ValueError):
            number = int(answer.get("P#"))
        posting = await self._log.sent_under(number)
        if posting is None:
            _log.warning("fias: an answer that belongs to nothing: %r", answer)
            return
        await self._log.answered(number, _answer_of(answer, posting))


def _answer_of(answer: Record, posting: Posting) -> PostOutcome:
    if answer.kind != "PA":
        return Unknown(f"the hotel answered with {answer.kind}")
    return outcome_of(answer, posting)


def _fits(block: Block, query: GuestQuery) -> bool:
    """Whether a guest of a list was asked for: the hotel may take a room for a name."""
    return isinstance(query, ByKeyCard) or matches(block, query)
