"""New events for everybody: encoded once for all connections that stand at the same cursor.

Commits come in faster than screens can draw, so wake-ups keep a distance, `EVENTS_COALESCE_MS` or
more when many are connected; the first after a pause goes out at once. Nothing is kept per
connection here: each goes on from its own cursor when its link has room (reliability 2.12), see
`session`.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from sync_server.domain import limits
from sync_server.protocol.frames import encode_events
from sync_server.protocol.link import SharedFrame

from .authority import Authority

_BATCH_EVENTS = limits.CREDIT_EVENTS // 2
_BATCH_BYTES = limits.FRAME_BYTES - 1024
_KEPT = 64


@dataclass(frozen=True, slots=True)
class Batch:
    """One ready `Events` frame, up to event `upto`."""

    upto: int
    frame: SharedFrame


class Hub:
    """Shares batches and paces wake-ups.

    `wake_all` is called when there is something new and gives the number of those it concerns.
    """

    def __init__(self, authority: Authority, wake_all: Callable[[], int]) -> None:
        self._authority = authority
        self._wake_all = wake_all
        self._batches: dict[int, Batch] = {}
        self._announced_n = 0
        self._distance_s = limits.EVENTS_COALESCE_MS / 1000
        self._timer: asyncio.TimerHandle | None = None
        self._woken_at = 0.0
        self.encoded = 0

    @property
    def head_n(self) -> int:
        """How far connections may go now: what is newer waits for the next wake-up.

        Without this a credit would fetch what was committed since, at once and for one connection
        alone, and with fifty of them the pacing would be gone.
        """
        return self._authority.head_n if self._timer is None else self._announced_n

    def committed(self, _head_n: int) -> None:
        """Called by the authority after each commit, on the loop."""
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        due = self._woken_at + self._distance_s
        if loop.time() >= due:
            self._wake()
        else:
            self._timer = loop.call_at(due, self._wake)

    async def batch(self, n: int) -> Batch | None:
        """The events after `n` that fit one frame; None if the journal starts later."""
        ready = self._batches.get(n)
        if ready is not None:
            return ready
        head, round_n = self._authority.head_n, self._announced_n
        events = await self._authority.events_after(n, _BATCH_EVENTS, _BATCH_BYTES)
        return self._framed(n, head, events, round_n) if events else None

    def batch_at_hand(self, n: int) -> Batch | None:
        """The same where nobody has to wait for it."""
        ready = self._batches.get(n)
        if ready is not None:
            return ready
        authority = self._authority
        events = authority.events_at_hand(n, _BATCH_EVENTS, _BATCH_BYTES)
        return self._framed(n, authority.head_n, events, self._announced_n) if events else None

    def _framed(self, n: int, head: int, events: list[bytes], round_n: int) -> Batch:
        frame = SharedFrame(encode_events(n + 1, head, self._authority.durable_n, events))
        self.encoded += 1
        batch = Batch(n + len(events), frame)
        if round_n == self._announced_n:
            if len(self._batches) >= _KEPT:
                self._batches.clear()
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
        self._announced_n = self._authority.head_n
        self._batches.clear()
        concerned = self._wake_all()
        # A round costs a frame out and a credit back for each screen; spaced by their number it
        # leaves the processor to the commands, and 50 screens are still drawn 40 times a second.
        paced_ms = max(limits.EVENTS_COALESCE_MS, concerned * limits.EVENTS_PER_SCREEN_US / 1000)
        self._distance_s = paced_ms / 1000
