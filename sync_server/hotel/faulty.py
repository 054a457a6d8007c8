"""A gateway that misbehaves on purpose, around one that does not: for tests and the simulation.

Rule: it never decides by itself what stands on a folio; it only loses, delays, repeats and
falsifies what passes. All chance comes from the `rng` given, all waiting from the `sleep` given,
so a seed replays a bad day. A request once on its way goes on when its caller is cancelled, as a
request on a wire would.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from .gateway import (
    Abilities,
    CannotTell,
    DayTotals,
    Deferred,
    FindOutcome,
    FolioGateway,
    GuestQuery,
    Health,
    LookOutcome,
    NotThere,
    Posted,
    Posting,
    PostOutcome,
    Refused,
    Timing,
    Unavailable,
    Unknown,
)

FLYING_MAX = 1_000


@dataclass(frozen=True, slots=True)
class Faults:
    """How often each fault happens, in basis points of the calls, and how slow a slow call is.

    `slow` waits up to `slow_ms_max` before the hotel sees the request, `slow_answer` after.
    `lost_before`: the request never arrives. `lost_after`: it is posted, the answer is lost.
    `twice`: the request arrives twice. `foreign`: the answer of another posting. `lies`: posted,
    and answered as refused; nobody but a reconciliation can find that. `blind`: a look fails.
    `forgetful`: a look does not find what is there. `audit`: answered as during a night audit.
    """

    slow: int = 0
    slow_answer: int = 0
    slow_ms_max: int = 180_000
    lost_before: int = 0
    lost_after: int = 0
    twice: int = 0
    foreign: int = 0
    lies: int = 0
    blind: int = 0
    forgetful: int = 0
    audit: int = 0
    deaf: int = 0


NO_FAULTS = Faults()


class FaultyGateway:
    """A `FolioGateway` with faults; `faults` may be changed while it runs."""

    def __init__(
        self,
        inner: FolioGateway,
        rng: random.Random,
        sleep: Callable[[int], Awaitable[None]],
        faults: Faults = NO_FAULTS,
    ) -> None:
        """`sleep` takes milliseconds of the caller's kind of time, real or virtual."""
        self._inner = inner
        self._rng = rng
        self._sleep = sleep
        self.faults = faults
        self._flying: set[asyncio.Task[PostOutcome]] = set()

    @property
    def timing(self) -> Timing:
        """How long the caller should wait."""
        return self._inner.timing

    @property
    def abilities(self) -> Abilities:
        """As the inner gateway."""
        return self._inner.abilities

    async def find_guests(
        self, query: GuestQuery, *, business_day: str, count_max: int
    ) -> FindOutcome:
        """As the inner gateway, unless it is deaf."""
        if self._happens(self.faults.deaf):
            return Unavailable("the link is down")
        return await self._inner.find_guests(query, business_day=business_day, count_max=count_max)

    async def post(self, posting: Posting) -> PostOutcome:
        """Post through the faults; the request goes on if the caller stops waiting."""
        if len(self._flying) >= FLYING_MAX:
            return Deferred("busy", "too many requests are on their way")
        task = asyncio.ensure_future(self._carried(posting))
        self._flying.add(task)
        task.add_done_callback(self._flying.discard)
        return await asyncio.shield(task)

    async def look(self, posting_id: str) -> LookOutcome:
        """As the inner gateway, unless it is blind or forgetful."""
        if self._happens(self.faults.blind):
            return CannotTell("the link is down")
        if self._happens(self.faults.forgetful):
            return NotThere()
        return await self._inner.look(posting_id)

    async def totals(self, business_day: str) -> DayTotals | Unavailable:
        """As the inner gateway, unless it is deaf."""
        if self._happens(self.faults.deaf):
            return Unavailable("the link is down")
        return await self._inner.totals(business_day)

    async def health(self) -> Health:
        """As the inner gateway, unless it is deaf."""
        if self._happens(self.faults.deaf):
            return Health(up=False, text="the link is down")
        return await self._inner.health()

    async def landed(self) -> None:
        """Wait until no request is on its way."""
        while self._flying:
            await asyncio.wait(set(self._flying))

    async def _carried(self, posting: Posting) -> PostOutcome:
        # Drawn before anything is awaited, so that the order of tasks does not change the fate.
        faults, rng = self.faults, self._rng
        before_ms = rng.randint(0, faults.slow_ms_max) if self._happens(faults.slow) else 0
        after_ms = rng.randint(0, faults.slow_ms_max) if self._happens(faults.slow_answer) else 0
        lost_before, lost_after = (
            self._happens(faults.lost_before),
            self._happens(faults.lost_after),
        )
        twice, foreign = self._happens(faults.twice), self._happens(faults.foreign)
        lies, audit = self._happens(faults.lies), self._happens(faults.audit)
        if before_ms:
            await self._sleep(before_ms)
        if lost_before:
            return Unknown("the link was lost while sending")
        if audit:
            return Deferred("night_audit", "The night audit is running.")
        outcome = await self._inner.post(posting)
        if twice:
            outcome = await self._inner.post(posting)
        if after_ms:
            await self._sleep(after_ms)
        if lost_after:
            return Unknown("the link was lost before the answer")
        if lies and isinstance(outcome, Posted):
            return Refused("denied", "Request denied.")
        if foreign and isinstance(outcome, Posted):
            return replace(outcome, posting_id=f"{posting.posting_id}.other", ref="F999999")
        return outcome

    def _happens(self, basis_points: int) -> bool:
        return basis_points > 0 and self._rng.randrange(10_000) < basis_points
