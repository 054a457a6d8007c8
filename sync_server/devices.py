"""The printers of a venue as drivers: made from the catalogue, their class of evidence found out.

A printer that answers is probed once at start (reliability 2.14); one that is off is taken for
class B, the cautious middle: it is asked again when the server starts next. The drivers know
nothing of orders, `effects.printing` owns the queues.
"""

import asyncio
import logging
from collections.abc import Mapping

from hardware.connections import PrinterSettings, evidence_of, fault_of, printer_at
from hardware.device import DeviceError
from hardware.printer import Evidence, Printer as Driver
from sync_server.domain.menu import Catalogue, Printer
from sync_server.terminal_printers import HandOut, TerminalPrinter

log = logging.getLogger(__name__)


def settings_of(printer: Printer) -> PrinterSettings:
    """A printer of the catalogue as `hardware` understands it."""
    return PrinterSettings(printer.printer_id, printer.wire, printer.width_dots, printer.code_page)


async def open_printers(
    catalogue: Catalogue,
    first_id: int,
    before: Catalogue | None = None,
    hand_out: HandOut | None = None,
) -> Mapping[str, Driver]:
    """Drivers by printer id for all that have an address and were not the same `before`; each is
    probed. One whose settings are faulty is left out and said: the others print, and its own
    papers go to its fallback. `hand_out` reaches those that hang on terminals."""
    old = {one.printer_id: _place(one) for one in before.printers.values()} if before else {}
    changed = (
        printer
        for printer in catalogue.printers.values()
        if old.get(printer.printer_id) != _place(printer)
    )
    usable = [printer for printer in changed if _usable(printer)]
    away: dict[str, Driver] = {}
    if hand_out is not None:
        away = {one.printer_id: TerminalPrinter(one, hand_out) for one in usable if one.terminal}
    addressed = [printer for printer in usable if not printer.terminal]
    classes = await asyncio.gather(*(_evidence(printer, first_id) for printer in addressed))
    return away | {
        printer.printer_id: printer_at(settings_of(printer), evidence, first_id)
        for printer, evidence in zip(addressed, classes, strict=True)
    }


def _place(printer: Printer) -> tuple[str, PrinterSettings]:
    return printer.terminal, settings_of(printer)


def _usable(printer: Printer) -> bool:
    if not printer.reached_by:
        return False
    fault = fault_of(settings_of(printer))
    if fault:
        log.error("printer %s is set up wrongly: %s", printer.printer_id, fault)
    return not fault


async def _evidence(printer: Printer, first_id: int) -> Evidence:
    try:
        return await asyncio.to_thread(evidence_of, settings_of(printer), first_id)
    except DeviceError as fault:
        log.warning("printer %s does not answer: %s", printer.printer_id, fault)
        return Evidence.B
