"""The cash drawer on a printer's cable: opened by a pulse, watched by its switch.

Rule: a kick is never retried, whatever is unknown about it (reliability 2.14): a drawer that opens
by itself minutes later is worse than one that the cashier opens with the key.
Neighbour: `printer`, through which both the pulse and the switch go (DLE EOT 1, bit 2).
"""

from dataclasses import dataclass

from hardware.device import DeviceError
from hardware.printer import Printer, PrintOutcome


@dataclass(frozen=True, slots=True)
class CashDrawer:
    """`pin` as the cable says; `open_is_high` tells which level of the switch means open (it
    differs by drawer: try with the drawer shut)."""

    printer: Printer
    pin: int = 2
    open_is_high: bool = True

    def kick(self) -> PrintOutcome:
        """Send the pulse once: `sent`, `not_printed` (it did not go out) or `unknown`."""
        return self.printer.kick(self.pin)

    def is_open(self) -> bool | None:
        """What the switch says now; None when the printer cannot be asked."""
        try:
            return self.printer.status().drawer_pin_high is self.open_is_high
        except DeviceError:
            return None
