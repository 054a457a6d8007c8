"""Brings documents to paper: one owner for each printer, a fallback when it cannot, an honest end.

Rules (reliability 2.14, features-commercial B9.62):
- one job in flight for each printer; its thread (`worker`) is the only one that touches it;
- certainly not printed -> the fallback printer, headed for whom it prints;
- unknown -> printed again only where a double is better than a loss (`Job.reprint_unknown`), and
  headed as a possible duplicate; never a second unmarked original;
- a drawer is never kicked by a second attempt;
- a printer that goes or comes back is logged once each way.
Nothing here survives a crash: the caller's outbox does, and what was in flight is unknown then.
"""

import logging
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial

from hardware.device import DeviceError, Health, PaperLevel, Status
from hardware.documents import Document
from hardware.printer import Printer, PrintOutcome, PrintState, not_printed, unknown
from hardware.worker import ThreadWorker, Worker

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a kind of document is printed: names of printers. No fallback: None."""

    primary: str
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Headings:
    """The words on copies, in the venue's language. `{printer}` and `{title}` are filled in."""

    for_printer: str = "FOR: {printer}"
    possible_duplicate: str = "POSSIBLE DUPLICATE of {title}"
    replaces_torn: str = "REPLACES AN INCOMPLETE {title}"


@dataclass(frozen=True, slots=True)
class PrintJob:
    """One document on its way. `route` names a route; `reprint_unknown` is for kitchen tickets:
    with it an unknown end is followed by one marked copy, without it by nothing."""

    id: str
    route: str
    document: Document
    reprint_unknown: bool = False


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try of a job: on which printer, what exactly, which number it has from 1."""

    printer: str
    document: Document
    number: int


def first_attempt(job: PrintJob, route: Route) -> Attempt:
    """The original on the primary printer."""
    return Attempt(route.primary, job.document, 1)


def next_attempt(
    job: PrintJob, route: Route, last: Attempt, outcome: PrintOutcome, headings: Headings
) -> Attempt | None:
    """What follows `outcome`, None for nothing. At most two attempts: then people decide."""
    if outcome.done or last.number > 1:
        return None
    title = job.document.title
    if outcome.state is PrintState.UNKNOWN:
        if not job.reprint_unknown:
            return None
        words = [headings.possible_duplicate.format(title=title)]
        # Without another printer the same one gets a second chance: a ticket must reach the cook.
        target = route.fallback or route.primary
    else:
        if route.fallback is None:
            return None
        words = [headings.replaces_torn.format(title=title)] if outcome.partial else []
        target = route.fallback
    if target != route.primary:
        words.insert(0, headings.for_printer.format(printer=route.primary))
    return Attempt(target, job.document.reissued(" · ".join(words)), 2)


class Spooler:
    """Takes jobs from any thread and gives a future for each.

    `printers` by name, `routes` by the name that jobs use; routes that name an unknown printer are
    refused at once with `ValueError`. `worker` makes the thread of a printer. `on_health` is called
    on that thread whenever a printer goes or comes back.
    """

    def __init__(
        self,
        printers: Mapping[str, Printer],
        routes: Mapping[str, Route],
        headings: Headings | None = None,
        worker: Callable[[str], Worker] = ThreadWorker,
        on_health: Callable[[Health], None] | None = None,
    ) -> None:
        for name, route in routes.items():
            for target in (route.primary, route.fallback):
                if target is not None and target not in printers:
                    raise ValueError(f"route {name} leads to {target}, which is no printer here")
        self._printers = dict(printers)
        self._routes = dict(routes)
        self._headings = headings or Headings()
        self._on_health = on_health
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._health = {name: Health(name, None) for name in printers}
        self._waiting: dict[str, Future[PrintOutcome]] = {}
        self._worker = worker
        self._workers = {name: worker(name) for name in printers}

    def submit(self, job: PrintJob) -> "Future[PrintOutcome]":
        """Queue `job`. The future always ends with an outcome, never with an exception, and its
        callbacks run on the printer's thread: they must be quick.

        A job whose id is under way already gets the same future: one job, one paper.
        """
        with self._lock:
            waiting = self._waiting.get(job.id)
            if waiting is not None:
                return waiting
            future: Future[PrintOutcome] = Future()
            future.set_running_or_notify_cancel()
            self._waiting[job.id] = future
        route = self._routes.get(job.route)
        if route is None or self._stopped.is_set():
            self._finish(job, not_printed("no_route" if route is None else "stopped"))
        else:
            self._queue(job, route, first_attempt(job, route), None)
        return future

    def kick(
        self, printer: str, pin: int = 2, wanted: Callable[[], bool] = lambda: True
    ) -> "Future[PrintOutcome]":
        """Open the drawer on `printer` in its turn, once, with no fallback and no second try.

        `wanted` is asked on the printer's thread when its turn has come: it may be too late then.
        """
        future: Future[PrintOutcome] = Future()
        future.set_running_or_notify_cancel()

        def task() -> None:
            if self._stopped.is_set():
                future.set_result(not_printed("stopped"))
                return
            if not wanted():
                future.set_result(not_printed("too_late"))
                return
            try:
                future.set_result(self._printers[printer].kick(pin))
            except Exception:  # noqa: BLE001 - as in `_run`
                _LOG.exception("printer %s failed on its drawer", printer)
                future.set_result(unknown("driver_failed"))

        worker = self._workers.get(printer)
        if worker is None or not worker.submit(task):
            future.set_result(not_printed("no_route" if worker is None else "queue_full"))
        return future

    def poll(self) -> None:
        """Ask every printer that has nothing to do how it is. The caller says when."""
        for name, worker in list(self._workers.items()):
            if not worker.waiting:
                worker.submit(partial(self._ask, name))

    def fit(self, name: str, printer: Printer, route: Route) -> None:
        """Add a printer under `name`, or change the driver of the one that has it: what is in hand
        is finished on the old one, what waits is printed on the new."""
        if name not in self._printers:
            with self._lock:
                self._health[name] = Health(name, None)
            self._printers[name] = printer
            self._workers[name] = self._worker(name)
            self._routes[name] = route
            return

        def task() -> None:
            old, self._printers[name] = self._printers[name], printer
            old.close()

        if not self._workers[name].submit(task):
            _LOG.warning("printer %s is too busy to be changed", name)

    def look(self, printer: str) -> "Future[Status | None]":
        """Ask a printer that has nothing to do for its state; None when it is busy or silent."""
        future: Future[Status | None] = Future()
        future.set_running_or_notify_cancel()

        def task() -> None:
            self._ask(printer)
            future.set_result(self._printers[printer].seen)

        worker = self._workers.get(printer)
        if worker is None or worker.waiting or not worker.submit(task):
            future.set_result(None)
        return future

    def health(self) -> list[Health]:
        """What is known of every printer, in the order of the settings."""
        with self._lock:
            known = list(self._health.values())
        return [replace(one, waiting=self._workers[one.name].waiting) for one in known]

    def close(self) -> None:
        """Finish what is in hand; what was not begun is certainly not printed."""
        self._stopped.set()
        for name, worker in self._workers.items():
            for task in worker.close():
                # It sees that all is stopped, prints nothing and ends its own future.
                task()
            self._printers[name].close()

    def _queue(
        self, job: PrintJob, route: Route, attempt: Attempt, before: PrintOutcome | None
    ) -> None:
        """Hand `attempt` to its printer; where that is impossible, `before` remains the truth."""
        task = partial(self._run, job, route, attempt, before)
        if not self._workers[attempt.printer].submit(task):
            full = not_printed("queue_full")
            if before is None:
                self._follow(job, route, attempt, full)
            else:
                self._finish(job, before)

    def _run(
        self, job: PrintJob, route: Route, attempt: Attempt, before: PrintOutcome | None
    ) -> None:
        if self._stopped.is_set():
            self._finish(job, before or not_printed("stopped"))
            return
        printer = self._printers[attempt.printer]
        try:
            outcome = printer.print(attempt.document)
        except Exception:  # noqa: BLE001 - the end of a job must reach whoever waits for it
            # A driver that breaks its contract may have printed: that is what unknown means.
            _LOG.exception("printer %s failed on job %s", attempt.printer, job.id)
            outcome = unknown("driver_failed")
        outcome = replace(outcome, printer=attempt.printer, attempts=attempt.number)
        self._note(attempt.printer, outcome.reason, printer.seen)
        if before is not None and not outcome.done:
            outcome = _worse(before, outcome)
        self._follow(job, route, attempt, outcome)

    def _follow(self, job: PrintJob, route: Route, attempt: Attempt, outcome: PrintOutcome) -> None:
        following = next_attempt(job, route, attempt, outcome, self._headings)
        if following is None:
            self._finish(job, outcome)
        else:
            self._queue(job, route, following, outcome)

    def _finish(self, job: PrintJob, outcome: PrintOutcome) -> None:
        with self._lock:
            future = self._waiting.pop(job.id, None)
        if future is not None:
            future.set_result(outcome)

    def _ask(self, name: str) -> None:
        if self._stopped.is_set():
            return
        try:
            status = self._printers[name].status()
        except DeviceError as error:
            self._note(name, error.fault.value, None)
        else:
            self._note(name, status.obstacle, status)

    def _note(self, name: str, reason: str, seen: Status | None) -> None:
        """Remember how the printer is; log and tell only when it went or came back."""
        reason = "" if reason in ("document", "busy") else reason
        paper = seen.paper if seen is not None else PaperLevel.OK
        new = Health(name, not reason, reason, paper)
        with self._lock:
            old, self._health[name] = self._health[name], new
        if old.up != new.up and not (old.up is None and new.up):
            if new.up:
                _LOG.info("printer %s is back", name)
            else:
                _LOG.warning("printer %s is down: %s", name, reason)
        if self._on_health is not None and old != new:
            self._on_health(new)


def _worse(before: PrintOutcome, after: PrintOutcome) -> PrintOutcome:
    """Two attempts failed: if either may have printed, the job may be on paper."""
    if before.state is PrintState.UNKNOWN and after.state is not PrintState.UNKNOWN:
        return replace(before, attempts=after.attempts)
    return replace(after, partial=after.partial or before.partial)
