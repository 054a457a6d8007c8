"""What hangs on USB: devices by name, and the two pipes of one of them, by pyusb.

Rule: a device is known by its maker's numbers and, where it has one, its serial number, never by
the socket: it may be plugged in elsewhere. Endpoints are read from the descriptors, because models
differ. The kernel's own driver is asked to let go while we hold the device.
Neighbours: `usb_link` sends to a printer through the pipes, `hid` reads readers from them.
`backend` is pyusb's: None takes the machine's libusb, tests give one of their own.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from hardware.device import DeviceError, Fault

PRINTER_CLASS = 7
HID_CLASS = 3
VENDOR_CLASS = 255
LISTED = 64

_NO_DEVICE, _BUSY, _NO_ACCESS = 19, 16, 13
_MOST_NAME = 60


@dataclass(frozen=True, slots=True)
class UsbAddress:
    """A device by the numbers that it says of itself; an empty `serial` takes the first such."""

    vendor: int
    product: int
    serial: str = ""

    def __str__(self) -> str:
        numbers = f"{self.vendor:04x}:{self.product:04x}"
        return f"{numbers}:{self.serial}" if self.serial else numbers

    @classmethod
    def read(cls, text: str) -> "UsbAddress":
        """`04b8:0e15` or `04b8:0e15:SERIAL`. Raises `ValueError`."""
        vendor, _, rest = text.partition(":")
        product, _, serial = rest.partition(":")
        numbers = int(vendor, 16), int(product, 16)
        if not all(0 <= number <= 0xFFFF for number in numbers):
            raise ValueError(f"{text!r}: the numbers of a USB device have four hexadecimal figures")
        return cls(*numbers, serial)


@dataclass(frozen=True, slots=True)
class UsbDevice:
    """A device that is plugged in, and what it is by class; `name` as it calls itself."""

    address: UsbAddress
    name: str
    printer: bool
    reader: bool


def plugged_in(backend: Any = None) -> list[UsbDevice]:
    """Printers and readers on this machine, the first `LISTED`. Raises `DeviceError` (SET_UP)
    where there is no libusb."""
    found: list[UsbDevice] = []
    for device in _all(backend):
        classes = {interface.bInterfaceClass for interface in _interfaces(device)}
        listed = UsbDevice(
            UsbAddress(device.idVendor, device.idProduct, _said(device, "serial_number")),
            " ".join(filter(None, (_said(device, "manufacturer"), _said(device, "product")))),
            PRINTER_CLASS in classes,
            HID_CLASS in classes,
        )
        if listed.printer or listed.reader:
            found.append(listed)
        if len(found) == LISTED:
            break
    return found


class Pipes:
    """One interface of a device, claimed: bytes out and in, each call with its own limit."""

    def __init__(self, address: UsbAddress, classes: tuple[int, ...], backend: Any = None) -> None:
        """Opens it. Raises `DeviceError`: not plugged in, busy, or no right to it."""
        import usb.core
        import usb.util

        self._core, self._util = usb.core, usb.util
        self._device = _found(address, backend)
        interface = _chosen(self._device, classes)
        if interface is None:
            raise DeviceError(Fault.SET_UP, f"{address} has no interface of the kind wanted")
        self._number: int = interface.bInterfaceNumber
        self._out = self._endpoint(interface, usb.util.ENDPOINT_OUT)
        self._in = self._endpoint(interface, usb.util.ENDPOINT_IN)
        try:
            with contextlib.suppress(NotImplementedError):
                if self._device.is_kernel_driver_active(self._number):
                    self._device.detach_kernel_driver(self._number)
            usb.util.claim_interface(self._device, self._number)
        except usb.core.USBError as error:
            usb.util.dispose_resources(self._device)
            raise DeviceError(_fault(error), str(error)) from error

    @property
    def largest(self) -> int:
        """Bytes of the longest answer in one transfer."""
        return int(self._in.wMaxPacketSize) if self._in is not None else 0

    def write(self, data: bytes, timeout_ms: int) -> int:
        """How many bytes were taken. Raises `DeviceError` when the device is gone."""
        if self._out is None:
            raise DeviceError(Fault.SET_UP, "the device takes no data")
        try:
            return int(self._out.write(data, timeout_ms))
        except self._core.USBTimeoutError:
            return 0
        except self._core.USBError as error:
            raise DeviceError(Fault.LOST, str(error)) from error

    def read(self, timeout_ms: int) -> bytes:
        """One transfer, b"" when nothing came. Raises `DeviceError` when the device is gone."""
        if self._in is None:
            return b""
        try:
            return bytes(self._in.read(self.largest, timeout_ms))
        except self._core.USBTimeoutError:
            return b""
        except self._core.USBError as error:
            raise DeviceError(Fault.LOST, str(error)) from error

    def close(self) -> None:
        """Let go; never raises."""
        with contextlib.suppress(self._core.USBError):
            self._util.release_interface(self._device, self._number)
        with contextlib.suppress(self._core.USBError):
            self._util.dispose_resources(self._device)

    def _endpoint(self, interface: Any, direction: int) -> Any:
        return self._util.find_descriptor(
            interface,
            custom_match=lambda one: (
                self._util.endpoint_direction(one.bEndpointAddress) == direction
                # Bulk of a printer or interrupt of a reader; never isochronous or control.
                and one.bmAttributes & 3 in (2, 3)
            ),
        )


def _all(backend: Any) -> Iterator[Any]:
    import usb.core

    try:
        yield from usb.core.find(find_all=True, backend=backend)
    except usb.core.NoBackendError as error:
        raise DeviceError(Fault.SET_UP, "libusb is not on this machine") from error
    except usb.core.USBError as error:
        raise DeviceError(_fault(error), str(error)) from error


def _found(address: UsbAddress, backend: Any) -> Any:
    for device in _all(backend):
        if (device.idVendor, device.idProduct) != (address.vendor, address.product):
            continue
        if not address.serial or _said(device, "serial_number") == address.serial:
            return device
    raise DeviceError(Fault.UNREACHABLE, f"no USB device {address}")


def _interfaces(device: Any) -> Iterator[Any]:
    import usb.core

    # A device that is pulled out while it is looked at has none any more.
    with contextlib.suppress(usb.core.USBError):
        for configuration in device:
            yield from configuration


def _chosen(device: Any, classes: tuple[int, ...]) -> Any:
    """The first interface of the first of `classes` that the device has."""
    interfaces = [one for one in _interfaces(device) if not one.bAlternateSetting]
    for wanted in classes:
        for interface in interfaces:
            if interface.bInterfaceClass == wanted:
                return interface
    return None


def _said(device: Any, what: str) -> str:
    """A text that the device says of itself; "" where it has none or we may not ask."""
    import usb.core

    try:
        text = str(getattr(device, what) or "")
    except (usb.core.USBError, ValueError, NotImplementedError):
        return ""
    return "".join(char for char in text if char.isprintable()).strip()[:_MOST_NAME]


def _fault(error: Any) -> Fault:
    known = {_NO_DEVICE: Fault.UNREACHABLE, _BUSY: Fault.BUSY, _NO_ACCESS: Fault.SET_UP}
    return known.get(error.errno, Fault.LOST)
