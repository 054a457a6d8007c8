"""One contract for every printer driver, and the truth of what drivers claim about the paper."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from hardware.code_pages import code_page, type_encoder
from hardware.device import DeviceError, Fault, PaperLevel
from hardware.documents import Document, KickDrawer, Space, Text
from hardware.escpos_jobs import Encoder, raster_encoder, text_encoder
from hardware.escpos_printer import EscposPrinter, Limits
from hardware.links import TcpLink
from hardware.machine import Machine
from hardware.memory import MemoryPrinter
from hardware.paper import PaperDocument
from hardware.printer import Evidence, Printer, PrintState
from hardware.raster import PAPER_58, Paper
from hardware.serial_link import SerialAddress, SerialLink
from hardware.simulated import SimulatedPrinter
from hardware.usb_bus import UsbAddress
from hardware.usb_link import UsbLink
from tests.hardware.fake_usb import FakeDevice, FakeUsb
from tests.hardware.far_ends import SerialMachine, touch

QUICK = Limits(connect=10, answer=1.5, write=10, proof=4, job=30, probe=1)
END = "— end of ticket 118 —"
TICKET = Document("GRILL", (Text("2 Борщ"), Text("no garlic", indent=3)), footer=END)
PROOF = {
    Evidence.A: PrintState.CONFIRMED,
    Evidence.B: PrintState.CONSUMED,
    Evidence.C: PrintState.SENT,
}


@dataclass
class Bench:
    """A driver, the machine that it drives, and hands that can touch the machine."""

    printer: Printer
    machine: Machine
    hand: Callable[[str], None]


def by_memory(encode: Encoder) -> Iterator[Bench]:
    """The twin in memory; its hand takes the control lines of the simulated printer."""
    printer = MemoryPrinter(encode=encode)

    def hand(line: str) -> None:
        match line:
            case "paper out":
                printer.run_out_of_paper()
            case "cover open":
                printer.open_cover()
            case "silent on":
                printer.fall_silent()
            case "garbled on":
                printer.garble()
            case "power off":
                printer.cut_power()
            case "mend":
                printer.mend()

    yield Bench(printer, printer.machine, hand)


def by_network() -> Iterator[Bench]:
    """The driver over TCP to the simulated printer."""
    with SimulatedPrinter() as simulated:
        link = TcpLink("127.0.0.1", simulated.port)
        printer = EscposPrinter("tcp", link, raster_encoder(), Evidence.A, QUICK)

        def hand(line: str) -> None:
            mending = ("power on", "paper ok", "cover shut", "silent off", "garbled off")
            for each in mending if line == "mend" else (line,):
                assert simulated.control(each) == "ok"

        yield Bench(printer, simulated.machine, hand)
        printer.close()


def by_usb(encode: Encoder) -> Iterator[Bench]:
    """The driver over pyusb to a bus without wires; power is the plug."""
    bus, machine = FakeUsb(), Machine()
    device = FakeDevice(0x04B8, 0x0E15, kind=7, machine=machine)
    bus.plug(device)
    link = UsbLink(UsbAddress(0x04B8, 0x0E15, "S1"), bus)

    def power(on: bool) -> None:
        machine.switch(on)
        if on is not (device in bus.devices):
            (bus.plug if on else bus.unplug)(device)

    printer = EscposPrinter("usb", link, encode, Evidence.A, QUICK)
    yield Bench(printer, machine, lambda line: touch(machine, line, power))
    printer.close()


def by_serial(encode: Encoder, folder: Path) -> Iterator[Bench]:
    """The driver over pyserial to a pseudo-terminal with a printer at its other end."""
    with SerialMachine(folder) as end:
        link = SerialLink(SerialAddress(str(end.port), 115_200))
        printer = EscposPrinter("serial", link, encode, Evidence.A, QUICK)
        yield Bench(printer, end.machine, lambda line: touch(end.machine, line, end.power))
        printer.close()


@pytest.fixture(
    params=["memory-text", "memory-raster", "tcp-raster", "usb-raster", "usb-type", "serial-type"]
)
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Every driver that there is, on wide paper and narrow."""
    in_type = type_encoder(code_page("cp1251"), PAPER_58)
    match request.param:
        case "tcp-raster":
            yield from by_network()
        case "usb-raster":
            yield from by_usb(raster_encoder(PAPER_58))
        case "usb-type":
            yield from by_usb(in_type)
        case "serial-type":
            yield from by_serial(in_type, tmp_path)
        case "memory-text":
            yield from by_memory(text_encoder())
        case _:
            yield from by_memory(raster_encoder())


def test_contract_a_job_is_printed_once_and_confirmed(bench: Bench) -> None:
    assert bench.printer.print(TICKET).state is PrintState.CONFIRMED
    assert len(bench.machine.documents) == 1
    assert not bench.machine.hanging.pieces
    seen = bench.printer.seen
    assert seen is not None
    assert not seen.obstacle


@pytest.mark.parametrize(
    ("fault", "reason"),
    [
        ("paper out", "paper_out"),
        ("cover open", "cover_open"),
        ("silent on", "no_answer"),
        ("garbled on", "garbled_answer"),
        ("power off", "unreachable"),
    ],
)
def test_contract_a_fault_before_the_first_byte_means_not_printed(
    bench: Bench, fault: str, reason: str
) -> None:
    bench.hand(fault)
    outcome = bench.printer.print(TICKET)
    assert (outcome.state, outcome.reason) == (PrintState.NOT_PRINTED, reason)
    assert not outcome.partial
    bench.hand("mend")
    # Nothing of the refused job waited in the printer, and it works again at once.
    assert bench.printer.print(TICKET).state is PrintState.CONFIRMED
    assert len(bench.machine.documents) == 1


def test_contract_status_tells_or_raises(bench: Bench) -> None:
    assert bench.printer.status().paper is PaperLevel.OK
    bench.hand("paper out")
    assert bench.printer.status().obstacle == "paper_out"
    bench.hand("silent on")
    with pytest.raises(DeviceError) as caught:
        bench.printer.status()
    assert caught.value.fault is Fault.SILENT
    bench.printer.close()
    bench.printer.close()


def test_contract_the_drawer_opens_once_and_its_switch_is_read(bench: Bench) -> None:
    assert bench.printer.status().drawer_pin_high is False
    assert bench.printer.kick(5).state is PrintState.SENT
    assert bench.printer.status().drawer_pin_high is True
    assert bench.machine.kicks == [5]


def test_contract_a_drawer_is_not_kicked_into_a_printer_that_holds_its_data(bench: Bench) -> None:
    bench.hand("paper out")
    assert bench.printer.kick().state is PrintState.NOT_PRINTED
    bench.hand("mend")
    assert bench.machine.kicks == []


def test_contract_power_pulled_in_use_and_given_back_the_next_paper_comes_and_no_old_one(
    bench: Bench,
) -> None:
    assert bench.printer.print(TICKET).state is PrintState.CONFIRMED
    bench.machine.power_left = 40
    assert bench.printer.print(TICKET).state is PrintState.UNKNOWN
    bench.hand("power off")
    assert bench.printer.print(TICKET).reason == "unreachable"
    bench.hand("mend")
    assert bench.printer.print(TICKET).state is PrintState.CONFIRMED
    assert len(bench.machine.documents) == 2, "and nothing of the torn one is printed again"


@pytest.mark.parametrize("evidence", list(Evidence))
def test_a_kick_cut_off_at_any_byte_opens_once_at_most_and_never_when_power_returns(
    evidence: Evidence,
) -> None:
    whole = MemoryPrinter(evidence=evidence)
    whole.kick()
    assert whole.machine.kicks == [2]
    ends: set[PrintState] = set()
    for cut_at in range(1, whole.machine.received + 1):
        printer = MemoryPrinter(evidence=evidence)
        printer.cut_power(after_bytes=cut_at)
        outcome = printer.kick()
        opened = len(printer.machine.kicks)
        ends.add(outcome.state)
        assert opened <= 1, cut_at
        assert not (outcome.state is PrintState.NOT_PRINTED and opened), cut_at
        printer.mend()
        assert len(printer.machine.kicks) == opened, cut_at
    assert len(ends) > 1, "the cut was felt"


@pytest.mark.parametrize("evidence", list(Evidence))
def test_each_class_claims_exactly_what_it_can_prove(evidence: Evidence) -> None:
    printer = MemoryPrinter(evidence=evidence)
    assert printer.print(TICKET).state is PROOF[evidence]
    assert printer.probe() is evidence


def whole_on_paper(printer: MemoryPrinter) -> int:
    """How often the ticket with its footer is on paper, cut or hanging."""
    return sum(text.count(END) for text in printer.paper_log)


def inked(paper: PaperDocument) -> bytes:
    """Its dots without the white paper that follows."""
    return paper.image().tobytes().rstrip(b"\xff")


def bytes_of_a_job(evidence: Evidence) -> int:
    """How many bytes one ticket takes, questions included."""
    printer = MemoryPrinter(evidence=evidence)
    printer.print(TICKET)
    return printer.machine.received


@pytest.mark.parametrize("evidence", list(Evidence))
def test_power_cut_at_every_byte_never_claims_paper_that_is_not_there(evidence: Evidence) -> None:
    seen: set[PrintState] = set()
    questions = 0 if evidence is Evidence.C else 9
    for cut_at in range(1, bytes_of_a_job(evidence) + 1):
        printer = MemoryPrinter(evidence=evidence)
        printer.cut_power(after_bytes=cut_at)
        outcome = printer.print(TICKET)
        copies = whole_on_paper(printer)
        seen.add(outcome.state)
        if outcome.state in (PrintState.CONFIRMED, PrintState.CONSUMED):
            assert copies == 1, cut_at
        # Without one byte of the document it is certain; with one, and then silence, it is not.
        certain = cut_at <= questions
        assert (outcome.state is PrintState.NOT_PRINTED) is certain, cut_at
        assert not (certain and printer.paper_log), cut_at
        # After power returns nothing of the old job may come out any more.
        printer.mend()
        assert whole_on_paper(printer) == copies, cut_at
    assert PrintState.UNKNOWN in seen
    assert PROOF[evidence] in seen


@pytest.mark.parametrize("evidence", list(Evidence))
def test_the_same_for_dots_and_a_power_cut_within_every_row_of_dots(
    evidence: Evidence,
) -> None:
    encode = raster_encoder(Paper("strip", 96), rows=16)
    whole = MemoryPrinter(evidence=evidence, encode=encode)
    whole.print(TICKET)
    dots = inked(whole.machine.documents[0])
    for cut_at in range(1, whole.machine.received, 23):
        printer = MemoryPrinter(evidence=evidence, encode=encode)
        printer.cut_power(after_bytes=cut_at)
        outcome = printer.print(TICKET)
        printed = [*printer.machine.documents, printer.machine.hanging]
        complete = any(inked(one) == dots for one in printed)
        if outcome.state in (PrintState.CONFIRMED, PrintState.CONSUMED):
            assert complete, cut_at
        if outcome.state is PrintState.NOT_PRINTED:
            assert not complete, cut_at


@pytest.mark.parametrize("evidence", list(Evidence))
def test_paper_out_at_every_row_is_told_right_and_nothing_is_doubled_unmarked(
    evidence: Evidence,
) -> None:
    whole = MemoryPrinter(evidence=evidence)
    whole.print(TICKET)
    for left in range(1, whole.machine.documents[0].height + 1):
        printer = MemoryPrinter(evidence=evidence)
        printer.run_out_of_paper(after_dots=left)
        outcome = printer.print(TICKET)
        if outcome.state is PrintState.CONFIRMED:
            assert whole_on_paper(printer) == 1, left
        if outcome.state is PrintState.NOT_PRINTED:
            assert (outcome.partial, outcome.reason) == (True, "paper_out")
            assert whole_on_paper(printer) == 0, left
        printer.mend()
        if outcome.state is PrintState.NOT_PRINTED:
            # Called back for good: the new roll brings nothing, so a second original is right.
            assert whole_on_paper(printer) == 0, left
    if evidence is Evidence.B:
        assert outcome.state is PrintState.CONSUMED


def test_a_printer_that_falls_silent_within_a_job_leaves_it_unknown() -> None:
    printer = MemoryPrinter()
    asked = 3 * 3
    machine = printer.machine
    receive = machine.receive

    def deaf_after_the_questions(data: bytes) -> int:
        if machine.received >= asked:
            printer.fall_silent()
        return receive(data)

    machine.receive = deaf_after_the_questions  # type: ignore[method-assign]
    outcome = printer.print(TICKET)
    assert (outcome.state, outcome.reason) == (PrintState.UNKNOWN, "no_answer")
    assert whole_on_paper(printer) == 1


def test_a_roll_that_ended_within_the_document_was_not_consumed_in_full() -> None:
    printer = MemoryPrinter(evidence=Evidence.B)
    # Some models go on answering in turn at the end of the roll, and say so in bits 2 and 3.
    printer.machine.asked = lambda what: printer.machine._answer(b"\x0c")  # type: ignore[method-assign]
    outcome = printer.print(TICKET)
    assert (outcome.state, outcome.reason) == (PrintState.UNKNOWN, "paper_out")


def test_a_document_that_cannot_be_drawn_is_not_printed_and_no_byte_leaves() -> None:
    printer = MemoryPrinter(encode=raster_encoder())
    too_long = Document("x", (Space(400),) * 101)
    assert printer.print(too_long).reason == "document"
    assert printer.machine.received == 0


def test_the_drawer_in_a_receipt_opens_before_the_paper_and_once() -> None:
    printer = MemoryPrinter()
    printer.print(Document("Receipt", (Text("tea"), KickDrawer(5)), footer="end"))
    assert printer.machine.kicks == [5]
    assert list(printer.machine.interpreter.commands)[:2] == ["ESC @", "ESC p"]


def test_a_second_caller_is_refused_while_a_job_is_in_flight() -> None:
    inner: list[str] = []

    printer = MemoryPrinter()
    receive = printer.machine.receive

    def meddle(data: bytes) -> int:
        inner.append(printer.kick().reason)
        return receive(data)

    printer.machine.receive = meddle  # type: ignore[method-assign]
    assert printer.print(TICKET).state is PrintState.CONFIRMED
    assert set(inner) == {"busy"}
    assert printer.machine.kicks == []
