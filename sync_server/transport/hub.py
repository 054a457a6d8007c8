"""New events for everybody: encoded once for all connections that stand at the same cursor.

Commits come in faster than screens can draw, so wake-ups keep a distance; the first after a pause
goes out at once. The kitchen is told first: a display waits at most `EVENTS_COALESCE_MS` and has a
pace of its own, while terminals, which see their own taps anyway, wait the longer the more of them
are connected. Nothing is kept per connection here: each goes on from its own cursor when its link
has room (reliability 2.12), see `session`.
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


class Pace:
    """When the screens of one kind are told; `screen_us` is what each of them adds to the wait.

    A round costs a frame out and a credit back for each screen; spaced by their number it leaves
    the processor to the commands. `wake` is called when there is something new and gives the number
    of those it concerns.
    """

    def __init__(self, authority: Authority, wake: Callable[["Pace"], int], screen_us: int) -> None:
        self._authority = authority
        self._wake_all = wake
        self._screen_s = screen_us / 1_000_000
        self._announced_n = 0
        self._distance_s = limits.EVENTS_COALESCE_MS / 1000
        self._timer: asyncio.TimerHandle | None = None
        self._woken_at = 0.0

    @property
    def head_n(self) -> int:
        """How far connections may go now: what is newer waits for the next wake-up.

        Without this a credit would fetch what was committed since, at once and for one connection
        alone, and with fifty of them the pacing would be gone.
        """
        return self._authority.head_n if self._timer is None else self._announced_n

    def committed(self) -> None:
        """There are new events."""
        if self._timer is not None:
            return
        loop = asyncio.get_running_loop()
        due = self._woken_at + self._distance_s
        if loop.time() >= due:
            self._wake()
        else:
            self._timer = loop.call_at(due, self._wake)

    def stop(self) -> None:
        """Forget a wake-up that is still to come."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wake(self) -> None:
        self._timer = None
        self._woken_at = asyncio.get_running_loop().time()
        self._announced_n = self._authority.head_n
        concerned = self._wake_all(self)
        self._distance_s = max(limits.EVENTS_COALESCE_MS / 1000, concerned * self._screen_s)


class Hub:
    """Shares batches; `kitchen` and `halls` are the paces at which connections are told."""

    def __init__(self, authority: Authority, wake: Callable[[Pace], int]) -> None:
        self._authority = authority
        self._batches: dict[int, Batch] = {}
        self._batched_n = 0
        self.kitchen = Pace(authority, wake, 0)
        self.halls = Pace(authority, wake, limits.EVENTS_PER_SCREEN_US)
        self.encoded = 0

    def committed(self, _head_n: int) -> None:
        """Called by the authority after each commit, on the loop."""
        self.kitchen.committed()
        self.halls.committed()

    async def batch(self, n: int) -> Batch | None:
        """The events after `n` that fit one frame; None if the journal starts later."""
        ready = self._ready(n)
        if ready is not None:
            return ready
        head = self._authority.head_n
        events = await self._authority.events_after(n, _BATCH_EVENTS, _BATCH_BYTES)
        return self._framed(n, head, events) if events else None

    def batch_at_hand(self, n: int) -> Batch | None:
        """The same where nobody has to wait for it."""
        ready = self._ready(n)
        if ready is not None:
            return ready
        authority = self._authority
        events = authority.events_at_hand(n, _BATCH_EVENTS, _BATCH_BYTES)
        return self._framed(n, authority.head_n, events) if events else None

    def stop(self) -> None:
        """Forget wake-ups that are still to come."""
        self.kitchen.stop()
        self.halls.stop()

    def _ready(self, n: int) -> Batch | None:
        """A batch made since the newest commit; older ones would leave out what is new."""
        if self._batched_n != self._authority.head_n:
            self._batched_n = self._authority.head_n
            self._batches.clear()
        return self._batches.get(n)

    def _framed(self, n: int, head: int, events: list[bytes]) -> Batch:
        frame = SharedFrame(encode_events(n + 1, head, self._authority.durable_n, events))
        self.encoded += 1
        batch = Batch(n + len(events), frame)
        if head == self._batched_n:
            if len(self._batches) >= _KEPT:
                self._batches.clear()
            self._batches[n] = batch
        return batch
