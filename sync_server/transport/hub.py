"""New events for everybody: encoded once for all connections that stand at the same cursor.

Commits come in faster than screens can draw, so wake-ups are at least `EVENTS_COALESCE_MS` apart;
the first after a pause goes out at once. Nothing is kept per connection here: each goes on from its
own cursor when its link has room (reliability 2.12), see `session`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sync_server.domain import limits
from sync_server.protocol.frames import encode_events

from .authority import Authority

_BATCH_EVENTS = limits.CREDIT_EVENTS // 2
_BATCH_BYTES = limits.FRAME_BYTES - 1024
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Batch:
    """One ready `Events` frame, up to event `upto`."""

    upto: int
    frame: bytes


class Hub:
    """Shares batches and paces wake-ups. `wake_all` is called when there is something new."""

    def __init__(self, authority: Authority, wake_all: Callable[[], None]) -> None:
        self._authority = authority
        self._wake_all = wake_all
        self._batches: dict[int, Batch] = {}
        self._batches_head = -1
        self._timer: asyncio.TimerHandle | None = None
        self._woken_at = 0.0
        self.encoded = 0

    def committed(self, _head_n: int) -> None:
        """Called by the authority after each commit, on the loop."""
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        due = self._woken_at + limits.EVENTS_COALESCE_MS / 1000
        if loop.time() >= due:
            self._wake()
        else:
            self._timer = loop.call_at(due, self._wake)

    async def batch(self, n: int) -> Batch | None:
        """The events after `n` that fit one frame; None if the journal starts later."""
        head = self._authority.head_n
        if head != self._batches_head or len(self._batches) >= _KEPT:
            self._batches.clear()
            self._batches_head = head
        ready = self._batches.get(n)
        if ready is not None:
            return ready
        events = await self._authority.events_after(n, _BATCH_EVENTS, _BATCH_BYTES)
        if not events:
            return None
        frame = encode_events(n + 1, head, self._authority.durable_n, events)
        self.encoded += 1
        batch = Batch(n + len(events), frame)
        if head == self._batches_head:
            self._batches[n] = batch
        return batch

    def stop(self) -> None:
        """Forget a wake-up that is still to come."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        self._timer = None
        self._woken_at = asyncio.get_running_loop().time()
        self._wake_all()
