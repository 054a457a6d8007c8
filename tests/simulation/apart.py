"""What blocks its thread in a house, in virtual time: a greenlet, which lets the world go on
while it waits. There are no threads here (`loop`); printers' work runs so (`paper`)."""

from collections.abc import Callable
from concurrent.futures import Future
from contextvars import copy_context
from functools import partial

from greenlet import getcurrent, greenlet

from hardware.printer import PrintOutcome

from .loop import VirtualLoop


def apart(work: Callable[[], None], done: Callable[[], None]) -> None:
    """Run `work`, which may wait for promises, and `done` after it."""

    def whole() -> None:
        work()
        done()

    one = greenlet(whole)
    one.gr_context = copy_context()
    one.switch()


class Promise(Future[PrintOutcome]):
    """An outcome that a greenlet waits for."""

    def __init__(self, loop: VirtualLoop) -> None:
        super().__init__()
        self._virtual = loop

    def result(self, timeout: float | None = None) -> PrintOutcome:
        """See `Future.result`. Raises TimeoutError."""
        if not self.done() and timeout:
            here = getcurrent()
            assert here.parent is not None, "only apart from the loop"
            timer = self._virtual.call_later(timeout, self._wake, here)
            self.add_done_callback(
                lambda _: self._virtual.call_soon(self._wake, here, context=here.gr_context)
            )
            self._waits = True
            here.parent.switch()
            timer.cancel()
        return super().result(0)

    def _wake(self, one: greenlet) -> None:
        if self._waits:
            self._waits = False
            one.switch()


def promises(loop: VirtualLoop) -> Callable[[], Promise]:
    """What makes the promises of one loop."""
    return partial(Promise, loop)
