"""The gateway of a house whose link cannot be opened: a secret is missing or no good.

Rule: a fault of the hotel's link never keeps the restaurant from opening. Nobody is found, nothing
is posted, and why is told wherever the link's health is shown, until somebody puts it right and
starts the server again. `opening` makes it.
"""

import asyncio

from .gateway import (
    Abilities,
    CannotTell,
    DayTotals,
    Deferred,
    FindOutcome,
    GuestQuery,
    Health,
    LookOutcome,
    Posting,
    PostOutcome,
    Timing,
    Unavailable,
)


class AbsentGateway:
    """Always down; `text` says why."""

    def __init__(self, text: str) -> None:
        self.up = False
        self.text = text

    async def run(self) -> None:
        """There is nothing to connect, until cancelled."""
        await asyncio.Event().wait()

    @property
    def timing(self) -> Timing:
        """The defaults; every answer is immediate."""
        return Timing()

    @property
    def abilities(self) -> Abilities:
        """None."""
        return Abilities(*[False] * 7)

    async def find_guests(
        self, query: GuestQuery, *, business_day: str, count_max: int
    ) -> FindOutcome:
        """Nobody can be asked."""
        return Unavailable(self.text)

    async def post(self, posting: Posting) -> PostOutcome:
        """Nothing leaves."""
        return Deferred("link_down", self.text)

    async def look(self, posting_id: str) -> LookOutcome:
        """Nobody can be asked."""
        return CannotTell(self.text)

    async def totals(self, business_day: str) -> DayTotals | Unavailable:
        """Nobody can be asked."""
        return Unavailable(self.text)

    async def health(self) -> Health:
        """Down."""
        return Health(up=False, text=self.text)
