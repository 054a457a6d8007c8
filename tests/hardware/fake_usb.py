"""A USB bus without wires: pyusb's backend interface over devices that are plugged in by hand.

pyusb itself runs: descriptors, claims, endpoints and errors are those that libusb would give it.
"""

import errno
import threading
from array import array
from collections import deque
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import usb.backend
import usb.core

from hardware.machine import Machine

IN, OUT = 0x81, 0x02


@dataclass
class FakeDevice:
    """Numbers and names of a device; `kind` is the class of its one interface."""

    vendor: int
    product: int
    kind: int
    names: tuple[str, str, str] = ("Maker", "Thing", "S1")
    kernel_holds: bool = True
    claimed: bool = False
    machine: Machine | None = None
    reports: "deque[bytes]" = field(default_factory=deque)
    arrived: threading.Condition = field(default_factory=threading.Condition)
    present: bool = True

    def report(self, *reports: bytes) -> None:
        """Reports of a reader, one transfer each."""
        with self.arrived:
            self.reports.extend(reports)
            self.arrived.notify_all()

    def answer(self, timeout_ms: int) -> bytes:
        """The next transfer towards the host; b"" when the time is up."""
        with self.arrived:
            self.arrived.wait_for(self._ready, timeout_ms / 1000)
            if not self.present:
                raise usb.core.USBError("No such device", -4, errno.ENODEV)
            if self.machine is not None:
                return self.machine.answers()
            return self.reports.popleft() if self.reports else b""

    def _ready(self) -> bool:
        if not self.present or self.reports:
            return True
        return self.machine is not None and bool(self.machine._answers)


class FakeUsb(usb.backend.IBackend):  # type: ignore[misc]
    """The bus. `plug` and `unplug` are the hands; `refuse` is an error number for claims."""

    def __init__(self) -> None:
        self.devices: list[FakeDevice] = []
        self.refuse = 0

    def plug(self, device: FakeDevice) -> None:
        """Put it in, as a new device of the bus."""
        device.present, device.claimed, device.kernel_holds = True, False, True
        self.devices.append(device)

    def unplug(self, device: FakeDevice) -> None:
        """Pull it out, in the midst of whatever."""
        self.devices.remove(device)
        with device.arrived:
            device.present = False
            device.arrived.notify_all()

    # What pyusb asks of a backend

    def enumerate_devices(self) -> Any:
        return iter(list(self.devices))

    def get_parent(self, dev: FakeDevice) -> None:
        return None

    def get_device_descriptor(self, dev: FakeDevice) -> Any:
        return SimpleNamespace(
            bLength=18,
            bDescriptorType=1,
            bcdUSB=0x200,
            bDeviceClass=0,
            bDeviceSubClass=0,
            bDeviceProtocol=0,
            bMaxPacketSize0=64,
            idVendor=dev.vendor,
            idProduct=dev.product,
            bcdDevice=1,
            iManufacturer=1,
            iProduct=2,
            iSerialNumber=3,
            bNumConfigurations=1,
            address=1,
            bus=1,
            port_number=1,
            port_numbers=(1,),
            speed=3,
        )

    def get_configuration_descriptor(self, dev: FakeDevice, config: int) -> Any:
        if config:
            raise IndexError
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=2,
            wTotalLength=0,
            bNumInterfaces=1,
            bConfigurationValue=1,
            iConfiguration=0,
            bmAttributes=0x80,
            bMaxPower=50,
            extra_descriptors=[],
        )

    def get_interface_descriptor(self, dev: FakeDevice, intf: int, alt: int, config: int) -> Any:
        if intf or alt or config:
            raise IndexError
        return SimpleNamespace(
            bLength=9,
            bDescriptorType=4,
            bInterfaceNumber=0,
            bAlternateSetting=0,
            bNumEndpoints=2 if dev.kind == 7 else 1,
            bInterfaceClass=dev.kind,
            bInterfaceSubClass=1,
            bInterfaceProtocol=1,
            iInterface=0,
            extra_descriptors=[],
        )

    def get_endpoint_descriptor(
        self, dev: FakeDevice, ep: int, intf: int, alt: int, config: int
    ) -> Any:
        ends = (IN, OUT) if dev.kind == 7 else (IN,)
        return SimpleNamespace(
            bLength=7,
            bDescriptorType=5,
            bEndpointAddress=ends[ep],
            bmAttributes=2 if dev.kind == 7 else 3,
            wMaxPacketSize=64 if dev.kind == 7 else 8,
            bInterval=10,
            bRefresh=0,
            bSynchAddress=0,
            extra_descriptors=[],
        )

    def open_device(self, dev: FakeDevice) -> FakeDevice:
        return self._here(dev)

    def close_device(self, dev_handle: FakeDevice) -> None:
        dev_handle.claimed = False

    def set_configuration(self, dev_handle: FakeDevice, config_value: int) -> None:
        self._here(dev_handle)

    def get_configuration(self, dev_handle: FakeDevice) -> int:
        self._here(dev_handle)
        return 1

    def claim_interface(self, dev_handle: FakeDevice, intf: int) -> None:
        self._here(dev_handle)
        if self.refuse:
            raise usb.core.USBError("refused", -3, self.refuse)
        if dev_handle.kernel_holds or dev_handle.claimed:
            raise usb.core.USBError("Resource busy", -6, errno.EBUSY)
        dev_handle.claimed = True

    def release_interface(self, dev_handle: FakeDevice, intf: int) -> None:
        self._here(dev_handle)
        dev_handle.claimed = False

    def is_kernel_driver_active(self, dev_handle: FakeDevice, intf: int) -> bool:
        return self._here(dev_handle).kernel_holds

    def detach_kernel_driver(self, dev_handle: FakeDevice, intf: int) -> None:
        dev_handle.kernel_holds = False

    def bulk_write(
        self, dev_handle: FakeDevice, ep: int, intf: int, data: Any, timeout: int
    ) -> int:
        machine = self._here(dev_handle).machine
        assert machine is not None
        assert (ep, dev_handle.claimed) == (OUT, True)
        taken = machine.receive(bytes(data))
        if not taken:
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        return taken

    def bulk_read(self, dev_handle: FakeDevice, ep: int, intf: int, buff: Any, timeout: int) -> int:
        return self._read(dev_handle, ep, buff, timeout)

    def intr_read(self, dev_handle: FakeDevice, ep: int, intf: int, buff: Any, timeout: int) -> int:
        return self._read(dev_handle, ep, buff, timeout)

    def ctrl_transfer(
        self,
        dev_handle: FakeDevice,
        bmRequestType: int,
        bRequest: int,
        wValue: int,
        wIndex: int,
        data: "array[int]",
        timeout: int,
    ) -> int:
        """Strings only: number 0 is the list of languages."""
        self._here(dev_handle)
        if bRequest != 6 or wValue >> 8 != 3:
            return 0
        number = wValue & 0xFF
        text = b"\x09\x04" if not number else dev_handle.names[number - 1].encode("utf-16-le")
        answer = bytes((len(text) + 2, 3)) + text
        data[: len(answer)] = array("B", answer)
        return len(answer)

    def _read(self, device: FakeDevice, ep: int, buff: "array[int]", timeout: int) -> int:
        assert ep == IN
        data = self._here(device).answer(timeout)
        if not data:
            raise usb.core.USBTimeoutError("Operation timed out", -7, errno.ETIMEDOUT)
        buff[: len(data)] = array("B", data)
        return len(data)

    def _here(self, device: FakeDevice) -> FakeDevice:
        if device not in self.devices:
            raise usb.core.USBError("No such device", -4, errno.ENODEV)
        return device
