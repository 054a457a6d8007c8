"""An event loop whose time passes only when nothing is left to do, and whose machines can die.

Rule: one thread, one order. When nothing is ready, time jumps to the next timer; real sleeping,
threads and sockets are impossible here: what a thread would do is one step, `thread_s` later. Every
step belongs to the life of a machine (a context variable that tasks inherit); when a life ends, its
steps are never run again, as after a power cut: no `finally`, no goodbye. `Life.dies_at` ends it
before its n-th step, which is any await point.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from hashlib import sha256
from heapq import heapify, heappop, heappush
from threading import get_ident
from typing import Any


class Life:
    """One start of a machine until it ends. `steps` counts what it did; `died` is told once."""

    def __init__(self, name: str, died: Callable[["Life"], None] = lambda life: None) -> None:
        self.name = name
        self.alive = True
        self.steps = 0
        self.dies_at = 0
        self.place = ""
        self._died = died

    def end(self) -> None:
        """Nothing of this life runs any more."""
        if self.alive:
            self.alive = False
            self._died(self)

    def context(self) -> Context:
        """A context whose tasks belong to this life."""
        context = copy_context()
        context.run(LIFE.set, self)
        return context


WORLD = Life("world")
LIFE: ContextVar[Life] = ContextVar("life", default=WORLD)


class PowerCut(BaseException):
    """Unwinds the step in which a machine died; nothing of it goes on."""


class Stuck(Exception):
    """Nothing is ready and no timer is set: everybody waits for something that cannot come; or
    much runs and no time passes."""


STEPS_WITHOUT_TIME = 200_000


def _place(callback: Callable[..., object]) -> str:
    """Where a step would have gone on: the await in the task that it belongs to."""
    task = getattr(callback, "__self__", None)
    waiting = task.get_coro() if isinstance(task, asyncio.Task) else None
    place = ""
    while (frame := getattr(waiting, "cr_frame", None)) is not None:
        place = f"await {frame.f_code.co_qualname}:{frame.f_lineno}"
        waiting = getattr(waiting, "cr_await", None)
    return place or f"await {getattr(callback, '__qualname__', '')}"


class _Step(asyncio.TimerHandle):
    """One step of a life, ready or due at a time. asyncio's own handle is made for every loop there
    may be, and was a tenth of what an evening costs."""

    __slots__ = ("life",)

    def __init__(  # what asyncio's own does at length
        self,
        loop: "VirtualLoop",
        when: float,
        life: Life,
        callback: Callable[..., object],
        args: tuple[Any, ...],
        context: Context,
    ) -> None:
        self._loop: Any = loop
        self._when = when
        self._scheduled = False
        self._cancelled = False
        self._callback: Any = callback
        self._args: Any = args
        self._context = context
        self.life = life

    def __lt__(self, other: object) -> bool:
        """Steps due at one moment have no order of their own."""
        return False

    __eq__ = object.__eq__
    __hash__ = object.__hash__

    def cancel(self) -> None:
        """See `asyncio.Handle.cancel`."""
        if not self._cancelled:
            self._cancelled = True
            self._callback = self._args = None
            if self._scheduled:
                self._loop.given_up += 1


MANY = 100
"""How many timers are worth a look for those that were given up, if they are more than half."""


class VirtualLoop(asyncio.BaseEventLoop):
    """See the head of the file. `steps` counts everything that ran."""

    # What asyncio's own has and its stubs do not tell of.
    _stopping: bool
    _clock_resolution: float

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.steps = 0
        self.spinning = 0
        self.given_up = 0
        """Timers that were cancelled before their time and still stand among the others."""
        self._ready: deque[_Step] = deque()
        self._scheduled: list[tuple[float, _Step]] = []
        self._thread = get_ident()
        self.burying = False
        self.thread_s: Callable[[], float] = lambda: 0.0
        self._unsent: list[_Step] = []
        self.faults: list[dict[str, Any]] = []
        self.lan: Any = None
        """Where connections of asyncio's own streams are made (`lan`)."""
        self._trace = sha256()
        self.set_exception_handler(lambda _, fault: self.faults.append(fault))

    def note(self, data: bytes) -> None:
        """Something that went over a wire now becomes part of the trace."""
        self._trace.update(b"%d %.9f %b" % (self.steps, self.now, data))

    @property
    def trace(self) -> str:
        """A digest of all that went over wires, when, and after how many steps."""
        return self._trace.hexdigest()

    def time(self) -> float:
        """Virtual seconds since the start."""
        return self.now

    def call_soon(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """As ever, but the step belongs to a life."""
        context = copy_context() if context is None else context
        step = _Step(self, 0.0, context.get(LIFE, WORLD), callback, args, context)
        self._ready.append(step)
        return step

    def call_later(  # type: ignore[override]
        self,
        delay: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As ever, but the step belongs to a life."""
        return self.call_at(self.now + delay, callback, *args, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As ever, but the step belongs to a life."""
        context = copy_context() if context is None else context
        step = _Step(self, when, context.get(LIFE, WORLD), callback, args, context)
        step._scheduled = True
        heappush(self._scheduled, (when, step))
        return step

    def _run_once(self) -> None:
        """asyncio's loop comes here for each round; all rounds are gone through in one call."""
        ready = self._ready
        while True:
            self._time_passes()
            for _ in range(len(ready)):
                step = ready.popleft()
                if not step._cancelled:
                    self._take(step)
            if self._stopping:
                return

    def _time_passes(self) -> None:
        """Until the next timer, if nothing is ready; what is due becomes ready."""
        due, ready = self._scheduled, self._ready
        if len(due) > MANY and 2 * self.given_up > len(due):
            due[:] = [one for one in due if not one[1]._cancelled]
            heapify(due)
            self.given_up = 0
        while due and due[0][1]._cancelled:
            heappop(due)
            self.given_up -= 1
        if not ready:
            if not due:
                raise Stuck
            wait = due[0][0] - self.now
            if wait > 0:
                self.now += wait
                self.spinning = 0
        end = self.now + self._clock_resolution
        while due and due[0][0] < end:
            step = heappop(due)[1]
            step._scheduled = False
            ready.append(step)

    def _take(self, step: _Step) -> None:
        """Run one step, unless its life is over or ends here."""
        life = step.life
        if not life.alive and not self.burying:
            self._unsent.append(step)
            return
        self.steps += 1
        self.spinning += 1
        if self.spinning > STEPS_WITHOUT_TIME:
            raise Stuck
        life.steps += 1
        if life.steps == life.dies_at:
            life.place = _place(step._callback)
            life.end()
            self._unsent.append(step)
            return
        try:
            step._context.run(step._callback, *step._args)
        except Exception as fault:  # noqa: BLE001 - as asyncio has it: told, and the loop goes on
            self.call_exception_handler({"message": "a step failed", "exception": fault})
        except PowerCut:
            return

    def call_soon_threadsafe(  # type: ignore[override]
        self, callback: Callable[..., object], *args: Any, context: Context | None = None
    ) -> asyncio.Handle:
        """There is one thread, which may call this of itself."""
        assert get_ident() == self._thread, "a thread in virtual time"
        return self.call_soon(callback, *args, context=context)

    def run_in_executor(  # type: ignore[override]
        self, executor: None, work: Callable[..., Any], *args: Any
    ) -> "asyncio.Future[Any]":
        """There is one thread: the work is done at one moment, whoever waits for it."""
        done: asyncio.Future[Any] = self.create_future()

        def at_once() -> None:
            found = work(*args)
            if not done.done():
                done.set_result(found)

        self.call_later(self.thread_s(), at_once)
        return done

    async def create_connection(  # type: ignore[override]
        self, made: Callable[[], asyncio.BaseProtocol], host: str, port: int, **_: object
    ) -> Any:
        """For `asyncio.open_connection`: over the house's own cables."""
        return await self.lan.connect(made, port)

    async def create_server(  # type: ignore[override]
        self, made: Callable[[], asyncio.BaseProtocol], host: str, port: int, **_: object
    ) -> Any:
        """For `asyncio.start_server`."""
        return self.lan.listen(made, port)

    def bury(self) -> None:
        """After the run: end every task that is left, of the dead too, so that nothing leaks."""
        self.burying = True
        left = asyncio.all_tasks(self)
        for task in left:
            task.cancel()
        for step in self._unsent:
            if not step._cancelled:
                self.call_soon(step._callback, *step._args, context=step._context)
        if left:
            self.run_until_complete(asyncio.wait(left, timeout=60))
