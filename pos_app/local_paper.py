"""Kitchen paper and cash drawers from the terminal itself, while the server is away (reliability
2.13, 2.14).

The ticket is composed by the same code as the server's and goes straight to the station's printer,
else to its fallback. Only a ticket that certainly came out counts: then the command says so
(`route` local) and the server will not print it again. Printing blocks, so it runs in threads.

Rule of time: taps after a send wait for the disk until its paper is known, so every step has a
limit (`QUICK`), printers work beside each other, and a printer that failed is left alone for
`REST_MS`, so a dead one costs a second once, not once a send.
"""

import asyncio
from collections.abc import Callable, Sequence

from hardware.escpos_printer import Limits
from hardware.printer import PrintState
from pos_app.machines import Machines
from sync_server.client.local_prints import Printed
from sync_server.domain.menu import Catalogue, Printer, Station
from sync_server.domain.outward import DrawerJob, PaperJob, kitchen_paper
from sync_server.domain.venue import Venue
from sync_server.paper.composing import compose
from sync_server.paper.figures import zone_of

CERTAIN = frozenset({PrintState.CONFIRMED, PrintState.CONSUMED})
QUICK = Limits(connect=1.0, answer=0.5, write=2.0, proof=4.0, job=4.0, probe=1.0)
"""Seconds. About 12 at most on a printer that stops in the middle of a ticket; 1 on a dead one, and
2 more, once, to learn what a printer can prove."""
REST_MS = 30_000

_Job = tuple[PaperJob, Station]


class LocalPaper:
    """Prints what a send, a fire, a void or a change tells the kitchen. `first_id` marks answers
    of this start, `mono` is a monotonic clock in milliseconds, `code` this terminal's."""

    def __init__(
        self, first_id: int, mono: Callable[[], int], code: Callable[[], str] = lambda: ""
    ) -> None:
        self.machines = Machines(first_id)
        self._mono = mono
        self._code = code
        self._resting: dict[str, int] = {}

    async def print(self, events: Sequence[object], venue: Venue, catalogue: Catalogue) -> Printed:
        """Which stations have their paper. `venue` is the state after the events."""
        jobs = [job for event in events if (job := self._job(event, venue, catalogue)) is not None]
        if not jobs:
            return Printed("nothing")
        by_printer: dict[str, list[_Job]] = {}
        for job in jobs:
            by_printer.setdefault(job[1].printer_id, []).append(job)
        # A printer serves one at a time; different ones need not wait for each other.
        outcomes = await asyncio.gather(
            *(asyncio.to_thread(self._all_out, some, catalogue) for some in by_printer.values())
        )
        wanting = {station_id for some in outcomes for station_id, out in some if not out}
        stations = dict.fromkeys(job[1].station_id for job in jobs)
        reached = tuple(station_id for station_id in stations if station_id not in wanting)
        return Printed("failed" if wanting else "printed", reached)

    async def open_drawers(self, jobs: Sequence[DrawerJob], catalogue: Catalogue) -> None:
        """One pulse each, where this terminal reaches the printer that the drawer hangs on."""
        for job in jobs:
            printer = catalogue.printers.get(job.printer_id)
            if printer is None or not self._reached(printer) or self._rests(job.printer_id):
                continue
            outcome = await asyncio.to_thread(self.machines.kick, printer, job.pin, QUICK)
            if outcome.state is PrintState.NOT_PRINTED:
                self._resting[job.printer_id] = self._mono() + REST_MS

    def _all_out(self, jobs: Sequence[_Job], catalogue: Catalogue) -> list[tuple[str, bool]]:
        # Every job is tried: what one station lacks another may have.
        return [(station.station_id, self._out(job, station, catalogue)) for job, station in jobs]

    def _job(self, event: object, venue: Venue, catalogue: Catalogue) -> _Job | None:
        job = kitchen_paper(event, venue, catalogue, regardless=True)
        if job is None or job.ticket is None:
            return None
        return job, catalogue.stations[job.ticket.station_id]

    def _out(self, job: PaperJob, station: Station, catalogue: Catalogue) -> bool:
        document = compose(job, catalogue, zone_of(catalogue))
        for printer_id in (station.printer_id, station.fallback_printer_id):
            printer = catalogue.printers.get(printer_id)
            if printer is None or not self._reached(printer) or self._rests(printer_id):
                continue
            if self.machines.print(printer, document, QUICK).state in CERTAIN:
                return True
            self._resting[printer_id] = self._mono() + REST_MS
        return False

    def _reached(self, printer: Printer) -> bool:
        """What is on the network or hangs here; USB and serial lines elsewhere end elsewhere."""
        if printer.terminal:
            return printer.terminal == self._code()
        return printer.reached_by.startswith("tcp:")

    def _rests(self, printer_id: str) -> bool:
        return self._mono() < self._resting.get(printer_id, 0)
