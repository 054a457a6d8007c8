"""The bounded way from the connection to the screen.

What the store has taken in is shown piece by piece, so that a long catch-up does not freeze the
display; when the screen falls behind, `put` waits, no credit goes out and the server stops sending.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable

from sync_server.domain import limits

logger = logging.getLogger(__name__)


class Inbox:
    """A queue of deliveries, carried out in order on the event loop."""

    def __init__(self, bound: int = limits.SCREEN_QUEUE_BATCHES) -> None:
        self._bound = bound
        self._waiting: deque[Callable[[], None]] = deque()
        self._changed = asyncio.Event()

    async def put(self, deliver: Callable[[], None]) -> None:
        """Queue a delivery; waits while the queue is full."""
        while len(self._waiting) >= self._bound:
            self._changed.clear()
            await self._changed.wait()
        self._waiting.append(deliver)
        self._changed.set()

    async def pump(self) -> None:
        """Deliver for ever. A screen that fails on one delivery still gets the next."""
        while True:
            while not self._waiting:
                self._changed.clear()
                await self._changed.wait()
            deliver = self._waiting.popleft()
            self._changed.set()
            try:
                deliver()
            except Exception:
                logger.exception("the screen failed on a delivery")
            await asyncio.sleep(0)
