"""The printers that hang on a terminal: its own code, but the wires end at the house's presses. The
server's end is the real one as well; `apart` says how it waits."""

from collections.abc import Callable

from hardware.connections import PrinterSettings
from hardware.escpos_printer import EscposPrinter, Limits
from hardware.printer import Evidence
from pos_app.machines import Machines, Recipe

from .paper import Press, driver


def attached(presses: dict[str, Press], first_id: int) -> Machines:
    """As the terminal's windows have them; `presses` by printer's id."""
    return Machines(first_id, at_its_press(presses, lambda: False))


def at_its_press(presses: dict[str, Press], dies: Callable[[], bool]) -> Recipe:
    """How drivers are made there; `dies` is whether the terminal's power goes now."""

    def made(
        settings: PrinterSettings, evidence: Evidence, first_id: int, limits: Limits | None
    ) -> EscposPrinter:
        return driver(presses[settings.name], first_id, dies, evidence)

    return made
