"""The printers that hang on a terminal: real drivers over presses, used by the terminal's own code.
The server's end is the real one as well; `apart` says how it waits."""

from collections.abc import Callable
from random import Random
from typing import Any

from hardware.device import DeviceError
from hardware.escpos_printer import Limits
from hardware.printer import PrintOutcome, not_printed
from pos_app.machines import Machines
from sync_server.domain.menu import Printer

from .paper import Press, driver


class Attached(Machines):
    """As the terminal's windows have them, but the wires end at `presses`, by printer's id."""

    def __init__(self, presses: dict[str, Press], luck: Random) -> None:
        super().__init__(1)
        self._presses = presses
        self._luck = luck

    def _use(
        self,
        printer: Printer,
        limits: Limits | None,
        work: Callable[[Any], PrintOutcome],
        to_print: bool = True,
    ) -> PrintOutcome:
        try:
            return work(driver(self._presses[printer.printer_id], self._luck, lambda: False))
        except DeviceError as fault:
            return not_printed(fault.fault.value)
