"""A printer from what a venue's settings say of it, whatever wire it hangs on.

The one recipe for server, terminals and set-up pages. A connection is one line of text:

    tcp:10.0.0.31:9100           a printer on the network
    usb:04b8:0e15                on USB, by its maker's numbers; `usb:04b8:0e15:SERIAL` if several
    serial:/dev/ttyUSB0,19200    on a serial line; `,8N1,rts` where it differs
    queue:Office                 behind the system's own spooler

Rule: faulty text is refused here in words, before anything is connected; nothing is connected
before the first use. Drivers are in `escpos_printer` and `queue_printer`, links beside them.
"""

from dataclasses import dataclass
from typing import Any

from hardware.code_pages import code_page, type_encoder
from hardware.device import DeviceError
from hardware.escpos_jobs import Encoder, raster_encoder
from hardware.escpos_printer import EscposPrinter, Limits
from hardware.links import Link, TcpLink
from hardware.printer import Evidence, Printer
from hardware.queue_printer import QueuePrinter
from hardware.raster import PAPER_58, PAPER_80
from hardware.serial_link import SerialAddress, SerialLink
from hardware.usb_bus import UsbAddress
from hardware.usb_link import UsbLink

RAW_PORT = 9100
WIDE_DOTS = 576
KINDS = ("tcp", "usb", "serial", "queue")


@dataclass(frozen=True, slots=True)
class PrinterSettings:
    """A printer as it is set up. `code_page` empty: everything is drawn, right in any language and
    best where the wire is fast; `cp1251` or another: the printer's own type, for slow wires."""

    name: str
    connection: str
    width_dots: int = WIDE_DOTS
    code_page: str = ""


def printer_at(
    settings: PrinterSettings,
    evidence: Evidence = Evidence.B,
    first_id: int = 0,
    limits: Limits | None = None,
    usb: Any = None,
) -> Printer:
    """The driver. `first_id` should differ at each start, so that an old answer is not taken for a
    new one; `usb` is pyusb's backend. Raises `ValueError` with what is wrong in the settings."""
    encode = _encoder(settings)
    kind, _, rest = settings.connection.partition(":")
    if kind == "queue":
        return QueuePrinter(settings.name, rest, encode)
    link = _link(kind, rest, usb)
    return EscposPrinter(settings.name, link, encode, evidence, limits, first_id)


def evidence_of(settings: PrinterSettings, first_id: int = 0, usb: Any = None) -> Evidence:
    """What the printer can prove, by trying (`EscposPrinter.probe`). Raises `DeviceError`."""
    printer = printer_at(settings, Evidence.B, first_id, usb=usb)
    if not isinstance(printer, EscposPrinter):
        return Evidence.C
    try:
        return printer.probe()
    finally:
        printer.close()


def fault_of(settings: PrinterSettings) -> str:
    """What is wrong with the settings, in words; "" for nothing."""
    try:
        printer_at(settings).close()
    except (ValueError, DeviceError) as error:
        return str(error)
    return ""


def _encoder(settings: PrinterSettings) -> Encoder:
    paper = PAPER_80 if settings.width_dots >= WIDE_DOTS else PAPER_58
    if not settings.code_page:
        return raster_encoder(paper)
    return type_encoder(code_page(settings.code_page), paper)


def _link(kind: str, rest: str, usb: Any) -> Link:
    if kind == "tcp":
        host, _, port = rest.rpartition(":")
        if not host or not port.isascii() or not port.isdecimal() or not 0 < int(port) < 65_536:
            raise ValueError(f"{rest!r} is no address such as 10.0.0.31:9100")
        return TcpLink(host, int(port))
    if kind == "usb":
        return UsbLink(UsbAddress.read(rest), usb)
    if kind == "serial":
        return SerialLink(SerialAddress.read(rest))
    raise ValueError(f"{kind!r} is no kind of connection: {', '.join(KINDS)}")
