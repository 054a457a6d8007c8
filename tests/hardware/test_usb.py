"""USB under pyusb: what is plugged in, and a plug that is pulled at every moment."""

import errno

import pytest

from hardware.device import DeviceError, Fault
from hardware.documents import Document, Text
from hardware.escpos_jobs import text_encoder
from hardware.escpos_printer import EscposPrinter, Limits
from hardware.machine import Machine
from hardware.printer import Evidence, PrintState
from hardware.usb_bus import UsbAddress, plugged_in
from hardware.usb_link import UsbLink
from tests.hardware.fake_usb import FakeDevice, FakeUsb

QUICK = Limits(answer=0.05, write=0.05, proof=0.2, job=30)
END = "— end 118 —"
TICKET = Document("GRILL", (Text("2 Борщ"), Text("1 Деруни")), footer=END)
ADDRESS = UsbAddress(0x04B8, 0x0E15, "S1")


def bench(bus: FakeUsb, evidence: Evidence = Evidence.A) -> tuple[EscposPrinter, FakeDevice]:
    """A printer on the bus and its driver."""
    device = FakeDevice(0x04B8, 0x0E15, kind=7, machine=Machine(evidence))
    bus.plug(device)
    link = UsbLink(ADDRESS, bus)
    return EscposPrinter("usb", link, text_encoder(), evidence, QUICK), device


def test_printers_and_readers_are_listed_by_the_names_they_give_themselves() -> None:
    bus = FakeUsb()
    bus.plug(FakeDevice(0x04B8, 0x0E15, kind=7, names=("EPSON", "TM-T20III\x1b@", "X5")))
    bus.plug(FakeDevice(0x05E0, 0x1200, kind=3, names=("Symbol", "Scanner", "")))
    bus.plug(FakeDevice(0x1D6B, 0x0002, kind=9, names=("Linux", "Hub", "")))
    printer, reader = plugged_in(bus)
    assert (printer.name, str(printer.address)) == ("EPSON TM-T20III@", "04b8:0e15:X5")
    assert (printer.printer, printer.reader) == (True, False)
    assert (reader.printer, reader.reader) == (False, True)


def test_of_two_equal_printers_the_serial_number_finds_the_right_one() -> None:
    bus = FakeUsb()
    other = FakeDevice(0x04B8, 0x0E15, 7, ("EPSON", "TM", "S0"), machine=Machine())
    bus.plug(other)
    printer, device = bench(bus)
    assert printer.print(TICKET).done
    assert device.machine is not None
    assert other.machine is not None
    assert (len(device.machine.documents), len(other.machine.documents)) == (1, 0)


@pytest.mark.parametrize(
    ("number", "fault"),
    [(errno.EBUSY, Fault.BUSY), (errno.EACCES, Fault.SET_UP), (errno.EIO, Fault.LOST)],
)
def test_a_device_that_may_not_be_had_says_why(number: int, fault: Fault) -> None:
    bus = FakeUsb()
    printer, device = bench(bus)
    bus.refuse = number
    assert printer.print(TICKET).reason == fault.value
    bus.refuse = 0
    assert printer.print(TICKET).state is PrintState.CONFIRMED
    # Let go after each job, so that another program gets its turn.
    assert not device.claimed


@pytest.mark.parametrize("evidence", list(Evidence))
def test_a_plug_pulled_after_any_byte_never_claims_paper_that_is_not_there(
    evidence: Evidence,
) -> None:
    bus = FakeUsb()
    printer, device = bench(bus, evidence)
    assert printer.print(TICKET).done
    assert device.machine is not None
    whole = device.machine.received
    for cut_at in range(1, whole + 1, 3):
        bus = FakeUsb()
        printer, device = bench(bus, evidence)
        machine = device.machine
        assert machine is not None
        machine.power_left = cut_at
        receive = machine.receive

        def pulled(data: bytes, receive=receive, bus=bus, device=device) -> int:  # type: ignore[no-untyped-def]
            taken: int = receive(data)
            if not device.machine.condition.powered and device in bus.devices:
                bus.unplug(device)
            return taken

        machine.receive = pulled  # type: ignore[method-assign]
        outcome = printer.print(TICKET)
        papers = [*machine.documents, machine.hanging]
        copies = sum(paper.text.count(END) for paper in papers)
        if outcome.state in (PrintState.CONFIRMED, PrintState.CONSUMED):
            assert copies == 1
        if outcome.state is PrintState.NOT_PRINTED:
            assert not any(paper.text for paper in papers), cut_at
        # Plugged in again it is found and works, and nothing of the old job comes out.
        machine.switch(True)
        machine.receive = receive  # type: ignore[method-assign]
        if device not in bus.devices:
            bus.plug(device)
        assert printer.print(TICKET).done
        papers = [*machine.documents, machine.hanging]
        assert sum(paper.text.count(END) for paper in papers) == copies + 1


def test_without_libusb_the_settings_page_is_told_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    import usb.backend.libusb0
    import usb.backend.libusb1
    import usb.backend.openusb

    for backend in (usb.backend.libusb0, usb.backend.libusb1, usb.backend.openusb):
        monkeypatch.setattr(backend, "get_backend", lambda: None)
    with pytest.raises(DeviceError) as caught:
        plugged_in()
    assert caught.value.fault is Fault.SET_UP
