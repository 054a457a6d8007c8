"""A USB device that behaves as a keyboard, held by us: what it types reaches no other window.

Rule: it is found anew at each `open`, and what was half typed when it was pulled out is forgotten.
Neighbours: `readers` and `bump_bar` are made of it, `hid` reads its reports.
"""

from typing import Any

from hardware.device import DeviceError, Fault
from hardware.hid import Key, KeyReports
from hardware.usb_bus import HID_CLASS, Pipes, UsbAddress


class UsbKeyboard:
    """One such device by its USB numbers; `backend` is pyusb's."""

    def __init__(self, name: str, address: UsbAddress, backend: Any = None) -> None:
        self._name = name
        self._address = address
        self._backend = backend
        self._pipes: Pipes | None = None
        self._keys = KeyReports()

    @property
    def name(self) -> str:
        """The name that people gave it."""
        return self._name

    def open(self) -> None:
        """Find it on the bus and take it from the system. Raises `DeviceError`."""
        self.close()
        self._pipes = Pipes(self._address, (HID_CLASS,), self._backend)
        self._keys = KeyReports()

    def pressed(self, timeout: float) -> list[Key]:
        """Keys that went down with the next report. Raises `DeviceError` when it is gone."""
        if self._pipes is None:
            raise DeviceError(Fault.LOST, "the device is not open")
        return self._keys.feed(self._pipes.read(max(int(timeout * 1000), 1)))

    def close(self) -> None:
        """Give it back to the system."""
        if self._pipes is not None:
            pipes, self._pipes = self._pipes, None
            pipes.close()
