"""The card terminal on the counter: it charges once per id, and what it says may be lost or late.

A `CardBox` outlives every server, as the terminal does; its own record is the witness of what was
charged and given back (I-11). `Line` is how one start of the server reaches it, the real worker
over it.
"""

import asyncio
from dataclasses import dataclass, field
from random import Random

from hardware.card_terminal import Absent, Answer, Approved, Declined, Found, Silent
from sync_server.domain.limits import CARD_ANSWER_MS

from .loop import WORLD, VirtualLoop

NEVER_S = 2 * CARD_ANSWER_MS / 1000


@dataclass(slots=True)
class CardBox:
    """`charged` are the sums by request, each as often as it was, what was given back below
    nothing; `codes` are the requests for which it showed a code; `bad` is its day."""

    loop: VirtualLoop
    rng: Random
    bad: bool = False
    charged: dict[str, list[int]] = field(default_factory=dict)
    said: dict[str, Answer] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)

    async def move(self, request_id: str, amount: int) -> None:
        """A guest holds a card or a telephone to it; takes its time, whoever still listens."""
        rng = self.rng
        await asyncio.sleep(rng.choice((1, 4, 40)) * rng.random() if self.bad else rng.random())
        self.waiting.discard(request_id)
        if rng.random() < 0.15:
            self.said[request_id] = Declined("declined")
            return
        self.charged.setdefault(request_id, []).append(amount)
        self.said[request_id] = Approved(abs(amount), reference_of(request_id))


def reference_of(request_id: str) -> str:
    """How the terminal itself calls what it charged."""
    return f"ref-{request_id[-6:]}"


class Line:
    """What one start of the server has of the box (`hardware.card_terminal.CardTerminal`)."""

    def __init__(self, box: CardBox) -> None:
        self._box = box

    async def sale(self, request_id: str, amount: int, currency: str, text: str) -> Answer:
        """Charge; the answer may be lost on a bad day."""
        box = self._box
        box.waiting.add(request_id)
        work = box.loop.create_task(box.move(request_id, amount), context=WORLD.context())
        await asyncio.shield(work)
        if box.bad and box.rng.random() < 0.4:
            if box.rng.random() < 0.5:
                await asyncio.sleep(NEVER_S)
            return Silent("the line went away")
        return box.said[request_id]

    async def code(self, request_id: str, amount: int, currency: str, text: str) -> Answer:
        """A code instead of a card: the same money, and the same silence."""
        self._box.codes.add(request_id)
        return await self.sale(request_id, amount, currency, text)

    async def give_back(
        self, request_id: str, of: str, amount: int, currency: str, *, whole: bool
    ) -> Answer:
        """Give back of what it knows; the same in the other direction."""
        known = (one for one in self._box.charged if reference_of(one) == of)
        if next(known, None) is None:
            return Declined("unknown_original")
        return await self.sale(request_id, -amount, currency, "")

    async def look(self, request_id: str) -> Found:
        """Its own record."""
        box = self._box
        if (box.bad and box.rng.random() < 0.3) or request_id in box.waiting:
            return Silent("busy")
        return box.said.get(request_id, Absent())

    async def cancel(self, request_id: str) -> None:
        """It is too late for that."""

    async def close(self) -> None:
        """There is nothing to hang up."""
