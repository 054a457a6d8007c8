"""Finds printers for the set-up page: those that announce themselves, those that listen, USB.

Rule: it looks at this machine's own networks only, at one port, at so many addresses at once, and
then it ends; nobody's network is searched twice in a row. A found address is asked for its status
(DLE EOT), because not all that listens there is a printer.
Neighbours: `connections` makes a driver of what was found, `usb_bus` lists USB.
"""

import contextlib
import ipaddress
import socket
import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from hardware.connections import RAW_PORT
from hardware.device import DeviceError
from hardware.usb_bus import plugged_in

HOSTS = 254
AT_ONCE = 64
CONNECT_S = 0.4
ANSWER_S = 0.4
LISTEN_S = 1.5
ANNOUNCED = 64
SERVICE = "_pdl-datastream._tcp.local."
_ASK = b"\x10\x04\x01"


@dataclass(frozen=True, slots=True)
class Found:
    """A printer that may be set up. `connection` as in `connections`; `answers`: it told its status
    as an ESC/POS printer does (one on USB is not asked)."""

    connection: str
    name: str = ""
    answers: bool = False


def own_networks() -> list[str]:
    """The networks of this machine as /24, by the address it would use to reach another."""
    found: dict[str, None] = {}
    for far in ("192.0.2.1", "198.51.100.1"):
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as end:
            # Nothing is sent: the system only chooses the way, and with it the own address.
            end.connect((far, 9))
            address = ipaddress.ip_address(end.getsockname()[0])
            if address.is_private and not address.is_loopback:
                found[str(ipaddress.ip_network(f"{address}/24", strict=False))] = None
    return list(found)


def listening(networks: Sequence[str], port: int = RAW_PORT) -> list[Found]:
    """Addresses of `networks` where somebody listens on `port`, at most `HOSTS` in all.

    Raises `ValueError` for text that is no network.
    """
    hosts: dict[str, None] = {}
    for text in networks:
        network = ipaddress.ip_network(text, strict=False)
        if not (network.is_private or network.is_loopback) or network.version != 4:
            raise ValueError(f"{text} is no network of a house")
        for host in network.hosts():
            if len(hosts) >= HOSTS:
                break
            hosts[str(host)] = None
    with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="find") as workers:
        return [found for found in workers.map(lambda host: _asked(host, port), hosts) if found]


def _asked(host: str, port: int) -> Found | None:
    try:
        with socket.create_connection((host, port), CONNECT_S) as end:
            end.settimeout(ANSWER_S)
            answer = b""
            with contextlib.suppress(OSError):
                end.sendall(_ASK)
                answer = end.recv(16)
            printer = any(byte & 0x93 == 0x12 for byte in answer)
            return Found(f"tcp:{host}:{port}", "", printer)
    except OSError:
        return None


def announced(listen_s: float = LISTEN_S, interfaces: Any = None) -> list[Found]:
    """Printers that announce raw printing by mDNS (Bonjour) within `listen_s` seconds."""
    import zeroconf

    names: dict[str, None] = {}
    enough = threading.Event()

    def heard(name: str, **_: object) -> None:
        names[name] = None
        if len(names) >= ANNOUNCED:
            enough.set()

    chosen = zeroconf.InterfaceChoice.Default if interfaces is None else interfaces
    try:
        with zeroconf.Zeroconf(interfaces=chosen) as ear:
            zeroconf.ServiceBrowser(ear, SERVICE, handlers=[heard])
            enough.wait(listen_s)
            told = [ear.get_service_info(SERVICE, name, 1_000) for name in list(names)]
    except OSError:
        # A machine without any network has nobody to listen to.
        return []
    return [found for info in told if info is not None for found in _addresses(info)]


def _addresses(info: Any) -> Iterable[Found]:
    name = str(info.name).removesuffix("." + SERVICE)
    shown = "".join(char for char in name if char.isprintable())[:60]
    for address in info.parsed_addresses():
        if ipaddress.ip_address(address).version == 4 and info.port:
            yield Found(f"tcp:{address}:{info.port}", shown)
            return


def on_usb(backend: Any = None) -> list[Found]:
    """Printers on USB; none where there is no libusb."""
    try:
        devices = plugged_in(backend)
    except DeviceError:
        return []
    return [Found(f"usb:{one.address}", one.name) for one in devices if one.printer]


def on_serial() -> list[Found]:
    """Serial lines behind USB: nobody asks them, since a scale or a reader may hang there."""
    from serial.tools.list_ports import comports

    return [
        Found(f"serial:{port.device}", str(port.product or ""))
        for port in comports()
        if port.vid is not None
    ]


def on_wires() -> list[Found]:
    """What hangs on this machine itself."""
    return [*on_usb(), *on_serial()]


def together(*lists: Sequence[Found]) -> list[Found]:
    """Each printer once, with the name that it announced and whether it answered."""
    found: dict[str, Found] = {}
    for one in (one for some in lists for one in some):
        before = found.get(one.connection)
        name = (before.name if before else "") or one.name
        answers = one.answers or (before.answers if before else False)
        found[one.connection] = Found(one.connection, name, answers)
    return list(found.values())
