"""Kitchen paper from the terminal itself, while the server is away (reliability 2.13).

The ticket is composed by the same code as the server's and goes straight to the station's printer,
else to its fallback. Only a ticket that certainly came out counts: then the command says so
(`route` local) and the server will not print it again. Printing blocks, so it runs in a thread.
"""

import asyncio
from collections.abc import Sequence

from hardware.network import network_printer
from hardware.printer import Evidence, PrintState
from sync_server.domain import events as e
from sync_server.domain.menu import Catalogue, Station
from sync_server.domain.outward import PaperJob
from sync_server.domain.venue import Venue
from sync_server.paper.composing import compose
from sync_server.paper.figures import zone_of

CERTAIN = frozenset({PrintState.CONFIRMED, PrintState.CONSUMED})
TOLD = (e.TicketOpened, e.TicketLinesAdded, e.TicketLinesFired)


class LocalPaper:
    """Prints what a send tells the kitchen. `first_id` marks this start's answers."""

    def __init__(self, first_id: int) -> None:
        self._first_id = first_id

    async def print(self, events: Sequence[object], venue: Venue, catalogue: Catalogue) -> bool:
        """Whether every station has its paper. `venue` is the state after the events."""
        jobs = [job for event in events if (job := self._job(event, venue, catalogue)) is not None]
        if not jobs:
            return False
        # One after the other: stations may share a printer, and it serves one at a time.
        outcomes = [
            await asyncio.to_thread(self._out, job, station, catalogue) for job, station in jobs
        ]
        return all(outcomes)

    def _job(
        self, event: object, venue: Venue, catalogue: Catalogue
    ) -> tuple[PaperJob, Station] | None:
        if not isinstance(event, TOLD):
            return None
        ticket = venue.tickets.get(event.ticket_id)
        station = catalogue.stations.get(ticket.station_id) if ticket is not None else None
        if ticket is None or station is None:
            return None
        fired = isinstance(event, e.TicketLinesFired)
        ids = event.line_ids if fired else [line.line_id for line in event.lines]  # type: ignore[union-attr]
        table = catalogue.tables.get(ticket.table_id)
        job = PaperJob(
            document="kitchen",
            printer_id=station.printer_id,
            language=station.kitchen_language,
            at_ms=event.at_ms,
            by=ticket.waiter,
            table=table.label if table is not None else ticket.name,
            ticket=ticket,
            ticket_version=ticket.version,
            lines=tuple(ids),
            fired=fired,
        )
        return job, station

    def _out(self, job: PaperJob, station: Station, catalogue: Catalogue) -> bool:
        document = compose(job, catalogue, zone_of(catalogue))
        for printer_id in (station.printer_id, station.fallback_printer_id):
            printer = catalogue.printers.get(printer_id)
            if printer is None or not printer.port:
                continue
            driver = network_printer(
                printer_id,
                printer.host,
                printer.port,
                printer.width_dots,
                Evidence.A,
                self._first_id,
            )
            try:
                if driver.print(document).state in CERTAIN:
                    return True
            finally:
                driver.close()
        return False
