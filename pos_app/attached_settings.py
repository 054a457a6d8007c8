"""Which devices hang on this terminal: `devices.toml` in its folder, one line each.

    card = "usb:05e0:1200"                 # or "serial:/dev/ttyUSB0,9600", or "keyboard"
    barcode = "serial:/dev/ttyACM0,9600"   # the same three; a keyboard is the default
    typed_card = ";"                       # with this a typed code begins when it is a card
    scale = "serial:/dev/ttyUSB1,9600,7E1"
    scale_speaks = "toledo"                # or "sma"
    display = "serial:/dev/ttyUSB2,9600"
    display_page = "cp866"                 # its code page, "cp1251:73" where it is numbered so

Rule: a line is read strictly, and a wrong one is a ValueError in words. Neighbour: `attached` has
the devices in use.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

import msgspec

if TYPE_CHECKING:
    from hardware.line_display import CustomerDisplay
    from hardware.readers import Reader
    from hardware.scales import Scale
    from hardware.serial_link import SerialLink

FILE = "devices.toml"
KEYBOARD = "keyboard"
Role = Literal["card", "barcode", "scale", "display", "file"]


class AttachedSettings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What the file says; empty is not there."""

    card: str = ""
    barcode: str = ""
    typed_card: str = ""
    scale: str = ""
    scale_speaks: Literal["toledo", "sma"] = "toledo"
    display: str = ""
    display_page: str = "cp866"


NOTHING: Final = AttachedSettings()


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that is plugged in: its line for the file, what it calls itself, and whether it
    hangs on a serial line."""

    line: str
    name: str
    serial: bool


def read_settings(folder: Path) -> AttachedSettings:
    """What the file of a terminal says. Raises OSError, or ValueError in words."""
    path = folder / FILE
    if not path.exists():
        return NOTHING
    return msgspec.toml.decode(path.read_bytes(), type=AttachedSettings)


def write_settings(folder: Path, given: AttachedSettings) -> None:
    """Keep it: whole or not at all. Raises OSError."""
    said = msgspec.structs.asdict(given)
    text = "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items() if value)
    fresh = (folder / FILE).with_suffix(".new")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(folder / FILE)


def devices_of(
    given: AttachedSettings,
) -> "tuple[Mapping[Role, Reader], Scale | None, CustomerDisplay | None]":
    """The devices that are named, not opened yet. Raises ValueError with what is wrong."""
    lines: dict[Role, str] = {"card": given.card, "barcode": given.barcode}
    readers = {
        role: _reader(role, line) for role, line in lines.items() if line not in ("", KEYBOARD)
    }
    scale = _scale(given) if given.scale else None
    return readers, scale, _display(given) if given.display else None


def plugged_in() -> tuple[Seen, ...]:
    """Readers on USB and serial lines of this machine; waits, so call it in a thread."""
    from hardware import usb_bus
    from hardware.device import DeviceError
    from hardware.serial_link import lines_here

    try:
        usb = usb_bus.plugged_in()
    except DeviceError:  # without libusb there is nothing on USB for us
        usb = []
    found = [Seen(f"usb:{x.address}", x.name or str(x.address), False) for x in usb if x.reader]
    return (*found, *(Seen(f"serial:{x.port},9600", x.name, True) for x in lines_here()))


def _reader(name: str, line: str) -> "Reader":
    """Raises ValueError with what is wrong."""
    from hardware.readers import LineReader, UsbReader
    from hardware.usb_bus import UsbAddress

    kind, _, rest = line.partition(":")
    if kind == "usb":
        return UsbReader(name, UsbAddress.read(rest))
    if kind == "serial":
        return LineReader(name, _serial(line))
    raise ValueError(f"{line!r} is no reader: usb:…, serial:… or keyboard")


def _serial(line: str) -> "SerialLink":
    """Raises ValueError with what is wrong."""
    from hardware.serial_link import SerialAddress, SerialLink

    kind, _, rest = line.partition(":")
    if kind != "serial":
        raise ValueError(f"{line!r} is no serial line such as serial:/dev/ttyUSB0,9600")
    return SerialLink(SerialAddress.read(rest))


def _scale(given: AttachedSettings) -> "Scale":
    from hardware.scales import sma_scale, toledo_scale

    made = sma_scale if given.scale_speaks == "sma" else toledo_scale
    return made("scale", _serial(given.scale))


def _display(given: AttachedSettings) -> "CustomerDisplay":
    from hardware.code_pages import code_page
    from hardware.line_display import LineDisplay

    return LineDisplay("display", _serial(given.display), code_page(given.display_page))
