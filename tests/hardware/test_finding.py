"""Printers are found where they are, and nothing else is searched."""

import socket

import pytest
import zeroconf

from hardware.finding import SERVICE, Found, announced, listening, on_usb, own_networks, together
from hardware.simulated import SimulatedPrinter
from tests.hardware.fake_usb import FakeDevice, FakeUsb


def test_a_printer_that_listens_is_found_and_asked_whether_it_is_one() -> None:
    with SimulatedPrinter() as printer:
        (found,) = listening(["127.0.0.0/29"], printer.port)
        assert found == Found(f"tcp:127.0.0.1:{printer.port}", "", True)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        (found,) = listening(["127.0.0.1/32"], port)
        assert not found.answers
    assert listening(["127.0.0.0/29"], port) == []


@pytest.mark.parametrize("network", ["8.8.8.0/24", "::1/128", "house", ""])
def test_only_networks_of_a_house_are_searched(network: str) -> None:
    with pytest.raises(ValueError, match=r"house|network|address"):
        listening([network])
    for own in own_networks():
        assert own.endswith("/24")


def test_a_printer_that_announces_itself_is_found_by_its_name() -> None:
    info = zeroconf.ServiceInfo(
        SERVICE,
        f"Kitchen TM-m30.{SERVICE}",
        addresses=[socket.inet_aton("127.0.0.1")],
        port=9100,
        server="tm-m30.local.",
    )
    with zeroconf.Zeroconf(interfaces=["127.0.0.1"]) as mouth:
        mouth.register_service(info, cooperating_responders=True)
        found = announced(3.0, ["127.0.0.1"])
    assert found == [Found("tcp:127.0.0.1:9100", "Kitchen TM-m30")]


def test_usb_is_listed_and_each_printer_stands_once() -> None:
    bus = FakeUsb()
    bus.plug(FakeDevice(0x04B8, 0x0E15, 7, ("EPSON", "TM", "X")))
    bus.plug(FakeDevice(0x05E0, 0x1200, 3))
    (usb,) = on_usb(bus)
    assert usb == Found("usb:04b8:0e15:X", "EPSON TM")
    one = Found("tcp:10.0.0.3:9100", "Bar")
    both = together([one], [Found("tcp:10.0.0.3:9100", "", True)], [usb])
    assert both == [Found("tcp:10.0.0.3:9100", "Bar", True), usb]
