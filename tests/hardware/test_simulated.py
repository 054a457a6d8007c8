"""The simulated printer as a process: it prints, keeps pictures, and takes faults by line."""

import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PIL import Image

from hardware.documents import Document, Text
from hardware.escpos_jobs import raster_encoder
from hardware.escpos_printer import EscposPrinter, Limits
from hardware.links import TcpLink
from hardware.printer import Evidence, PrintState
from hardware.raster import render
from hardware.simulated import SimulatedPrinter
from tests.hardware.samples import RECEIPT, TICKET

ROOT = Path(__file__).resolve().parents[2]
QUICK = Limits(connect=10, answer=1.5, write=10, proof=4, job=30, probe=1)


def driver(port: int, evidence: Evidence = Evidence.A) -> EscposPrinter:
    """The real driver to that port."""
    return EscposPrinter("kitchen", TcpLink("127.0.0.1", port), raster_encoder(), evidence, QUICK)


@dataclass
class Running:
    """The process, its ports and its folder."""

    port: int
    control_port: int
    folder: Path

    def say(self, line: str) -> str:
        """One line to the control port."""
        with socket.create_connection(("127.0.0.1", self.control_port), 5) as end:
            end.sendall(line.encode() + b"\n")
            return end.makefile(encoding="utf-8").readline().strip()


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Running]:
    """`python -m hardware.simulated` on free ports."""
    command = [sys.executable, "-m", "hardware.simulated", "--port", "0", "--control", "0"]
    with subprocess.Popen(
        [*command, "--name", "kitchen", "--paper", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        words = dict(word.split("=") for word in process.stdout.readline().split()[1:])
        yield Running(int(words["port"]), int(words["control"]), tmp_path)
        process.terminate()


def test_a_process_prints_saves_and_survives_every_fault(running: Running) -> None:
    printer = driver(running.port)
    assert printer.probe() is Evidence.A
    assert printer.print(RECEIPT).state is PrintState.CONFIRMED
    assert running.say("paper 200") == "ok"
    torn = printer.print(TICKET)
    assert (torn.state, torn.partial) == (PrintState.NOT_PRINTED, True)
    assert json.loads(running.say("status"))["hanging_dots"] == 200
    assert running.say("paper ok") == "ok"
    assert running.say("power off") == "ok"
    assert printer.print(TICKET).reason == "unreachable"
    assert running.say("power on") == "ok"
    assert running.say("cover open") == "ok"
    assert printer.print(TICKET).reason == "cover_open"
    assert running.say("cover shut") == "ok"
    assert running.say("nonsense").startswith("error")
    assert printer.print(TICKET).state is PrintState.CONFIRMED

    index = (running.folder / "index.jsonl").read_text(encoding="utf-8")
    entries = [json.loads(line) for line in index.splitlines()]
    assert [entry["file"] for entry in entries] == ["0001.png", "0002.png"]
    (sheet,) = render(RECEIPT)
    with Image.open(running.folder / "0001.png") as picture:
        top = picture.convert("1").crop((0, 0, 576, sheet.image.height))
        assert top.tobytes() == sheet.image.tobytes()
    # The torn beginning hangs on the ticket that was printed next, as it would on a real roll.
    (whole,) = render(TICKET)
    assert entries[1]["height"] == 200 + whole.image.height + 40


def test_a_second_host_waits_until_the_first_has_let_go() -> None:
    with SimulatedPrinter() as simulated:
        with socket.create_connection(("127.0.0.1", simulated.port), 5):
            held = driver(simulated.port).print(TICKET)
            assert (held.state, held.reason) == (PrintState.NOT_PRINTED, "no_answer")
        assert driver(simulated.port).print(TICKET).state is PrintState.CONFIRMED
        assert len(simulated.documents()) == 1


def test_power_that_fails_on_the_wire_leaves_the_job_unknown() -> None:
    with SimulatedPrinter() as simulated:
        simulated.control("power 30000")
        outcome = driver(simulated.port).print(RECEIPT)
        assert outcome.state is PrintState.UNKNOWN
        assert simulated.control("power on") == "ok"
        assert simulated.machine.hanging.height > 0
        assert driver(simulated.port).print(TICKET).state is PrintState.CONFIRMED


def test_a_host_that_talks_nonsense_does_no_harm() -> None:
    with SimulatedPrinter() as simulated:
        with socket.create_connection(("127.0.0.1", simulated.port), 5) as end:
            end.sendall(bytes(range(256)) * 20 + b"GET / HTTP/1.1\r\n\r\n" + b"\0" * 300 * 70)
        simulated.control("power off")
        simulated.control("power on")
        assert driver(simulated.port).print(TICKET).state is PrintState.CONFIRMED


def test_class_c_over_the_wire_ends_at_sent_and_the_paper_is_there() -> None:
    with SimulatedPrinter(evidence=Evidence.C) as simulated:
        document = Document("tea", (Text("1"),), footer="end")
        assert driver(simulated.port, Evidence.C).print(document).state is PrintState.SENT
        # The next connection is served only when the first was read to its end.
        assert driver(simulated.port, Evidence.C).probe() is Evidence.C
        assert len(simulated.documents()) == 1
