"""The system's spooler: what `lp` said is claimed, and the name of a queue is never an option."""

import os
from pathlib import Path

import pytest

from hardware.connections import PrinterSettings, fault_of, printer_at
from hardware.device import DeviceError, Fault
from hardware.documents import Document, Text
from hardware.escpos_jobs import text_encoder
from hardware.machine import Machine
from hardware.printer import Evidence, PrintState
from hardware.queue_printer import QueuePrinter
from hardware.usb_bus import UsbAddress

TICKET = Document("GRILL", (Text("2 Борщ"),), footer="— end —")


def programs(folder: Path, lp: str, lpstat: str = 'echo "printer Office is idle.  enabled"') -> str:
    """A folder with an `lp` and an `lpstat` that do as told; the search path that finds them."""
    for name, script in (("lp", lp), ("lpstat", lpstat)):
        file = folder / name
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)
    return f"{folder}{os.pathsep}/usr/bin{os.pathsep}/bin"


def queue(path: str, job_s: float = 5) -> QueuePrinter:
    """A printer on the queue `Office`."""
    return QueuePrinter("office", "Office", text_encoder(), path, job_s=job_s)


def test_a_document_goes_raw_through_lp_and_is_sent_not_printed(tmp_path: Path) -> None:
    path = programs(tmp_path, f'echo "$@" > {tmp_path}/args; cat > {tmp_path}/job')
    printer = queue(path)
    assert printer.print(TICKET).state is PrintState.SENT
    assert (tmp_path / "args").read_text().split()[:4] == ["-d", "Office", "-o", "raw"]
    machine = Machine(Evidence.C)
    machine.receive((tmp_path / "job").read_bytes())
    assert "2 Борщ" in machine.documents[0].text


def test_what_lp_said_is_what_is_claimed(tmp_path: Path) -> None:
    printer = queue(programs(tmp_path, "cat > /dev/null; exit 1"))
    assert printer.print(TICKET).state is PrintState.NOT_PRINTED
    # It took the job and never came back: it may be printed, so nobody prints it again unmarked.
    printer = queue(programs(tmp_path, "cat > /dev/null; exec sleep 30"), job_s=0.3)
    assert printer.print(TICKET).state is PrintState.UNKNOWN
    stopped = 'echo "printer Office disabled since Sat - Paused"'
    printer = queue(programs(tmp_path, "exit 0", stopped))
    assert printer.print(TICKET).reason == "offline"
    printer = queue(programs(tmp_path, "exit 0", 'echo "no such printer" >&2; exit 1'))
    assert printer.print(TICKET).reason == "unreachable"
    with pytest.raises(DeviceError):
        printer.status()


def test_a_machine_without_lp_says_that_it_is_not_set_up(tmp_path: Path) -> None:
    assert queue(str(tmp_path)).print(TICKET).reason == Fault.SET_UP.value


def test_no_drawer_is_kicked_through_a_queue(tmp_path: Path) -> None:
    path = programs(tmp_path, f"touch {tmp_path}/kicked")
    assert queue(path).kick().state is PrintState.NOT_PRINTED
    assert not (tmp_path / "kicked").exists()


@pytest.mark.parametrize(
    "connection",
    [
        *("queue:-o", "queue:a b", "queue:", "tcp:host", "tcp::9100", "tcp:h:70000", "bus:1"),
        *("usb:zz", "usb:12345:1", "serial:", "serial:/dev/x,9601", "serial:/dev/x,9600,9X9"),
        *("serial:/dev/x,9600,8N1,odd", "serial:/dev/x,9600,8N1,rts,more", ""),
    ],
)
def test_faulty_settings_are_told_in_words_before_anything_is_connected(connection: str) -> None:
    assert fault_of(PrinterSettings("p", connection))


@pytest.mark.parametrize(
    "connection",
    ["tcp:10.0.0.31:9100", "usb:04b8:0e15:S:1", "serial:/dev/ttyUSB0,19200,7E1,xon", "queue:Офіс"],
)
def test_sound_settings_make_a_driver_and_connect_nothing(connection: str) -> None:
    settings = PrinterSettings("p", connection, 384, "cp852")
    assert not fault_of(settings)
    printer_at(settings).close()
    assert UsbAddress.read(str(UsbAddress(0x4B8, 0xE15, "S:1"))).serial == "S:1"
