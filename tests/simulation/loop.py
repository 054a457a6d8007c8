"""An event loop whose time passes only when nothing is left to do, and whose machines can die.

Rule: one thread, one order. When nothing is ready, time jumps to the next timer; real sleeping,
threads and sockets are impossible here: what a thread would do is one step, `thread_s` later. Every
step belongs to the life of a machine (a context variable that tasks inherit); when a life ends, its
steps are never run again, as after a power cut: no `finally`, no goodbye. `Life.dies_at` ends it
before its n-th step, which is any await point.
"""

import asyncio
from collections.abc import Callable
from contextvars import Context, ContextVar, copy_context
from hashlib import sha256
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


class _Timers:
    """Stands where a loop has its selector: instead of waiting it moves the time."""

    def __init__(self, loop: "VirtualLoop") -> None:
        self._loop = loop

    def select(self, timeout: float | None) -> list[Any]:
        """`timeout` until the next timer, None without one."""
        if timeout is None:
            raise Stuck
        if timeout > 0:
            self._loop.now += timeout
            self._loop.spinning = 0
        return []

    def close(self) -> None:
        """Nothing is open."""


class VirtualLoop(asyncio.BaseEventLoop):
    """See the head of the file. `steps` counts everything that ran."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.steps = 0
        self.spinning = 0
        self._thread = get_ident()
        self.burying = False
        self.thread_s: Callable[[], float] = lambda: 0.0
        self._unsent: list[tuple[Callable[..., object], tuple[Any, ...], Context]] = []
        self.faults: list[dict[str, Any]] = []
        self.lan: Any = None
        """Where connections of asyncio's own streams are made (`lan`)."""
        self._selector = _Timers(self)
        self._trace = sha256()
        self.set_exception_handler(lambda _, fault: self.faults.append(fault))

    def note(self, data: bytes) -> None:
        """Something that went over a wire now becomes part of the trace."""
        self._trace.update(b"%d %.9f " % (self.steps, self.now))
        self._trace.update(data)

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
        life = context.get(LIFE, WORLD)
        return super().call_soon(self._step, life, callback, args, context=context)

    def call_at(  # type: ignore[override]
        self,
        when: float,
        callback: Callable[..., object],
        *args: Any,
        context: Context | None = None,
    ) -> asyncio.TimerHandle:
        """As ever, but the step belongs to a life."""
        context = copy_context() if context is None else context
        life = context.get(LIFE, WORLD)
        return super().call_at(when, self._step, life, callback, args, context=context)

    def _step(self, life: Life, callback: Callable[..., object], args: tuple[Any, ...]) -> None:
        if not life.alive and not self.burying:
            self._unsent.append((callback, args, copy_context()))
            return
        self.steps += 1
        self.spinning += 1
        if self.spinning > STEPS_WITHOUT_TIME:
            raise Stuck
        life.steps += 1
        if life.steps == life.dies_at:
            life.place = _place(callback)
            life.end()
            self._unsent.append((callback, args, copy_context()))
            return
        callback(*args)

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
        for callback, args, context in self._unsent:
            self.call_soon(callback, *args, context=context)
        if left:
            self.run_until_complete(asyncio.wait(left, timeout=60))

    def _write_to_self(self) -> None:
        """Nobody sleeps, so nobody is woken."""

    def _process_events(self, event_list: list[Any]) -> None:
        """There are no files to watch."""
