"""The printers of a venue as drivers: made from the catalogue, their class of evidence found out.

A printer that answers is probed once at start (reliability 2.14); one that is off is taken for
class B, the cautious middle: it is asked again when the server starts next. The drivers know
nothing of orders, `effects.printing` owns the queues.
"""

import asyncio
import logging
from collections.abc import Mapping

from hardware.device import DeviceError
from hardware.escpos_printer import EscposPrinter
from hardware.network import network_printer
from hardware.printer import Evidence
from sync_server.domain.menu import Catalogue, Printer

log = logging.getLogger(__name__)


def driver(printer: Printer, evidence: Evidence, first_id: int) -> EscposPrinter:
    """The driver of a printer of the catalogue."""
    return network_printer(
        printer.printer_id, printer.host, printer.port, printer.width_dots, evidence, first_id
    )


async def open_printers(catalogue: Catalogue, first_id: int) -> Mapping[str, EscposPrinter]:
    """Drivers by printer id for all that have an address; each is probed."""
    addressed = [printer for printer in catalogue.printers.values() if printer.port]
    classes = await asyncio.gather(*(_evidence(printer, first_id) for printer in addressed))
    return {
        printer.printer_id: driver(printer, evidence, first_id)
        for printer, evidence in zip(addressed, classes, strict=True)
    }


async def _evidence(printer: Printer, first_id: int) -> Evidence:
    probe = driver(printer, Evidence.B, first_id)
    try:
        return await asyncio.to_thread(probe.probe)
    except DeviceError as fault:
        log.warning("printer %s does not answer: %s", printer.printer_id, fault)
        return Evidence.B
    finally:
        probe.close()
