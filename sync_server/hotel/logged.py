"""What gateways to systems that keep no ids of ours have in common: post once, look into the log.

Rule: a posting has the turn of the link from the first question to the answer, and what stands for
it in `sent_log` is its answer: it is sent only when nothing does. An attempt that the store could
not write down was not sent either, so it comes again; an answer that it could not write down is the
answer all the same, and nothing more is sent before it stands there. What nobody can say is
Unknown. Such a system can be asked neither for one posting nor for its sums of a day; it has
acknowledged each charge, and that is what a day is compared with.

Neighbours: `fias.gateway` and `cloudbeds.gateway` say how one is sent.
"""

import asyncio
from abc import ABC, abstractmethod
from contextlib import suppress

from sync_server.store.errors import DiskFull, StoreBusy, StoreClosed, StoreError

from .gateway import (
    Answered,
    CannotTell,
    DayTotals,
    Deferred,
    LookOutcome,
    Posting,
    PostOutcome,
    Refused,
    Timing,
    Unavailable,
    Unknown,
)
from .rules import fault_of
from .sent_log import Begun, SentLog, deferred_for_link

_BUSY = Deferred("busy", "the link is busy with another charge")


class LoggedGateway(ABC):
    """`post`, `look` and `totals` over a log of what was sent."""

    def __init__(self, log: SentLog, currency: str) -> None:
        """`log` is the link's own; `currency` is the one of the hotel's folios."""
        self._log = log
        self._currency = currency
        self._unwritten: tuple[int, PostOutcome] | None = None

    @property
    @abstractmethod
    def timing(self) -> Timing:
        """See `FolioGateway.timing`."""

    @abstractmethod
    def _turn(self) -> asyncio.Lock:
        """Held while a posting is under way: one at a time."""

    @abstractmethod
    async def _send(self, posting: Posting, until_s: float) -> PostOutcome:
        """Send a posting that nothing stands for; the turn is held. Not begun after `until_s`."""

    async def _begin(self, posting: Posting, until_s: float) -> Begun | PostOutcome:
        """Put the attempt on record, unless its caller has stopped waiting. An attempt that waited
        here until another one was allowed in its place would go out beside it."""
        if asyncio.get_running_loop().time() > until_s:
            return _BUSY
        return await self._log.begin(posting)

    async def _answered(self, number: int, outcome: PostOutcome) -> PostOutcome:
        """What the system said of the attempt with this number, noted now or before the next one:
        to put off what it has taken would send it twice."""
        self._unwritten = number, outcome
        with suppress(StoreError):
            await self._write_down()
        return outcome

    async def _write_down(self) -> None:
        unwritten = self._unwritten
        if unwritten is not None:
            await self._log.answered(*unwritten)
            if self._unwritten is unwritten:
                self._unwritten = None

    async def post(self, posting: Posting) -> PostOutcome:
        """Post once; the answer that stands for this posting already, if there is one."""
        fault = fault_of(posting)
        if fault is not None:
            return fault
        if posting.currency != self._currency:
            return Refused("wrong_currency", "The hotel keeps its folios in another currency.")
        turn, timing = self._turn(), self.timing
        until_s = asyncio.get_running_loop().time() + timing.answer_ms / 1_000
        try:
            async with asyncio.timeout(timing.find_ms / 1_000):
                await turn.acquire()
        except TimeoutError:
            return _BUSY
        try:
            await self._write_down()
            known = await self._log.known(posting)
            return known if known is not None else await self._send(posting, until_s)
        except (StoreBusy, DiskFull) as error:
            return Deferred("busy", str(error))
        except StoreClosed as error:
            return deferred_for_link(str(error))
        except StoreError as error:
            return Unknown(str(error))
        finally:
            turn.release()

    async def look(self, posting_id: str) -> LookOutcome:
        """What the log proves; the system has no question for one posting."""
        try:
            await self._write_down()
            return await self._log.look(posting_id)
        except StoreError as error:
            return CannotTell(str(error))

    async def answered_on(self, business_day: str) -> tuple[Answered, ...] | Unavailable:
        """Its own answers of a restaurant business day: what the day is compared with, charge by
        charge."""
        try:
            await self._write_down()
            return await self._log.answered_on(business_day)
        except StoreError as error:
            return Unavailable(str(error))

    async def totals(self, business_day: str) -> DayTotals | Unavailable:
        """Not told: neither protocol has a question for it. See `answered_on`."""
        return Unavailable("this link tells no totals")
