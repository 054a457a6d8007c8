"""The wire to a printer on USB: its bulk pipes as a `Link`.

Rule: a transfer that broke may have taken part of its bytes and pyusb cannot say how many, so it
counts as begun; "no byte was accepted" is said only when that is certain (`links`).
Neighbour: `usb_bus`, which finds the device anew at each opening: unplugged and plugged in again,
perhaps into another socket, it is simply there.
"""

from typing import Any

from hardware.device import DeviceError, Fault
from hardware.links import monotonic
from hardware.usb_bus import PRINTER_CLASS, VENDOR_CLASS, Pipes, UsbAddress

# Cheap printers time out on long transfers; so large a piece is through in a moment.
_PIECE = 4_096


class UsbLink:
    """A printer by its USB numbers."""

    def __init__(self, address: UsbAddress, backend: Any = None) -> None:
        self._address = address
        self._backend = backend
        self._pipes: Pipes | None = None

    def open(self, timeout: float) -> None:
        """Find it and claim it; nothing is waited for."""
        self.close()
        self._pipes = Pipes(self._address, (PRINTER_CLASS, VENDOR_CLASS), self._backend)

    def write(self, data: bytes, timeout: float) -> int:
        """Send piece by piece; a piece that broke counts as begun."""
        end = self.now() + timeout
        sent = 0
        while sent < len(data):
            left_ms = int((end - self.now()) * 1000)
            if self._pipes is None or left_ms <= 0:
                return sent
            try:
                taken = self._pipes.write(data[sent : sent + _PIECE], left_ms)
            except DeviceError:
                return max(sent, min(1, len(data) - 1))
            sent += taken
        return sent

    def read(self, timeout: float) -> bytes:
        """One answer; an empty transfer is no answer and is waited over."""
        if self._pipes is None:
            raise DeviceError(Fault.LOST, "the link is not open")
        end = self.now() + timeout
        while True:
            data = self._pipes.read(max(int((end - self.now()) * 1000), 1))
            if data or self.now() >= end:
                return data

    def now(self) -> float:
        """The machine's clock."""
        return monotonic()

    def close(self) -> None:
        """Let go of the device."""
        if self._pipes is not None:
            pipes, self._pipes = self._pipes, None
            pipes.close()
