"""Drivers of the printers that this terminal can reach, one job at a time on each.

For `local_paper` while the server is away, and `own_printers` for the server's papers: two threads
must not stand at one device. Loaded with the first paper, since printers' code is slow to load.
"""

import threading
from collections import defaultdict
from collections.abc import Callable
from itertools import count
from typing import Any, Protocol

from hardware.connections import PrinterSettings, printer_at
from hardware.device import DeviceError, Fault, Status
from hardware.documents import Document
from hardware.escpos_printer import EscposPrinter, Limits
from hardware.printer import CONFIRMED, Evidence, PrintOutcome, not_printed
from sync_server.domain.menu import Printer


class Recipe(Protocol):
    """Makes a driver, as `hardware.connections.printer_at` does."""

    def __call__(
        self, settings: PrinterSettings, evidence: Evidence, first_id: int, limits: Limits | None
    ) -> Any:
        """Raises `ValueError` for settings that cannot be."""


class Machines:
    """Drivers of printers that this terminal can reach, one job at a time on each."""

    def __init__(self, first_id: int, recipe: Recipe = printer_at) -> None:
        """`first_id` marks this start's answers."""
        self._first_ids = count(first_id, 1_000)
        self._recipe = recipe
        self._evidence: dict[str, Evidence] = {}
        self._taken: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def print(
        self, printer: Printer, document: Document, limits: Limits | None = None
    ) -> PrintOutcome:
        """Print on it. Blocks; call in a thread."""
        return self._use(printer, limits, lambda driver: driver.print(document))

    def kick(self, printer: Printer, pin: int, limits: Limits | None = None) -> PrintOutcome:
        """One pulse. Blocks; call in a thread."""
        return self._use(printer, limits, lambda driver: driver.kick(pin))

    def look(self, printer: Printer, limits: Limits | None = None) -> Status:
        """How it is. Blocks; call in a thread. Raises `DeviceError`."""
        found: list[Status] = []

        def ask(driver: Any) -> PrintOutcome:
            found.append(driver.status())
            return CONFIRMED

        outcome = self._use(printer, limits, ask, to_print=False)
        if not found:
            raise DeviceError(Fault(outcome.reason), printer.printer_id)
        return found[0]

    def _use(
        self,
        printer: Printer,
        limits: Limits | None,
        work: Callable[[Any], PrintOutcome],
        to_print: bool = True,
    ) -> PrintOutcome:
        wire = printer.wire
        settings = PrinterSettings(printer.printer_id, wire, printer.width_dots, printer.code_page)
        # It may stand in for another at this moment; it serves one at a time.
        with self._taken[wire]:
            known = self._evidence.get(wire)
            try:
                driver = self._recipe(settings, known or Evidence.A, next(self._first_ids), limits)
            except ValueError:
                return not_printed("set_up")
            try:
                if known is None and isinstance(driver, EscposPrinter):
                    self._probe(wire, driver, to_print)
                return work(driver)
            except DeviceError as fault:
                return not_printed(fault.fault.value)
            finally:
                driver.close()

    def _probe(self, wire: str, driver: EscposPrinter, to_print: bool) -> None:
        """Learn what it can prove. One without paper cannot show it now, but says what it lacks."""
        try:
            driver.evidence = self._evidence[wire] = driver.probe()
        except DeviceError as fault:
            if to_print or fault.fault is not Fault.BUSY:
                raise
