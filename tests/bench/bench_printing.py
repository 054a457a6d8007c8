"""(h) How many papers a second reach a printer that reads as fast as it can.

The printer is the simulated one, in a process of its own; its counterpart is a process that only
reads. So the figure is the way from a document to proven paper, beside the same bytes on a socket.
"""

import asyncio
import socket
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

from hardware.escpos_jobs import raster_encoder
from hardware.escpos_printer import EscposPrinter, Limits
from hardware.links import TcpLink
from hardware.printer import Evidence
from hardware.raster import PAPER_80
from tests.hardware.samples import RECEIPT, TICKET

from .child import ROOT
from .machine import Watched
from .report import Report, Section
from .scale import Scale

TIMES = 40
PAPERS_PER_S = 2.0


async def run(scale: Scale, report: Report, folder: Path) -> None:
    """Measure and add the section."""
    section = Section(
        "h",
        "Printing, against a printer that reads as fast as it can",
        "A receipt and a kitchen ticket by turns, drawn anew each time, over TCP to the simulated "
        "printer in its own process, each with the proof that it is on paper (class A). Beside "
        "it: the same bytes sent to a socket that is only read, and the drawing alone.",
    )
    report.sections.append(section)
    times = TIMES if scale.windows else 4
    with Watched(section):
        await asyncio.to_thread(_measure, section, times)


def _measure(section: Section, times: int) -> None:
    documents = [RECEIPT if n % 2 else TICKET for n in range(times)]
    encode = raster_encoder(PAPER_80)
    begun = time.perf_counter()
    jobs = [encode(document) for document in documents]
    drawing_s = (time.perf_counter() - begun) / times
    whole = [b"".join((*job.body, *job.ending)) for job in jobs]
    size = statistics.mean(len(data) for data in whole)
    with subprocess.Popen(
        [sys.executable, "-m", "hardware.simulated", "--port", "0", "--control", "0"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        ports = dict(word.split("=") for word in process.stdout.readline().split()[1:])
        link = TcpLink("127.0.0.1", int(ports["port"]))
        printer = EscposPrinter("bench", link, encode, Evidence.A, Limits())
        begun = time.perf_counter()
        done = sum(printer.print(document).done for document in documents)
        took_s = time.perf_counter() - begun
        process.terminate()
    assert done == times, "every paper must be proven"
    bare_s = _bare(whole)
    section.at_least("papers proven", times / took_s, "/s", PAPERS_PER_S)
    section.add("one paper, drawn, sent and proven", took_s / times * 1000, "ms")
    section.add("of that, drawing and encoding", drawing_s * 1000, "ms")
    section.add("bytes of one paper", size / 1024, "KiB")
    section.add("the same bytes on a bare socket, connection included", bare_s * 1000, "ms")
    section.add("ratio to the bare socket", took_s / times / bare_s, "times")
    section.notes.append("a thermal printer of 250 mm/s takes 1 to 2 s for such a receipt")


def _bare(papers: list[bytes]) -> float:
    """Seconds for one paper, each on a connection of its own that is read to its end."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def read() -> None:
            for _ in papers:
                end, _ = listener.accept()
                with end:
                    while end.recv(65_536):
                        pass

        reader = threading.Thread(target=read)
        reader.start()
        begun = time.perf_counter()
        for data in papers:
            with socket.create_connection(listener.getsockname()) as end:
                end.sendall(data)
                end.shutdown(socket.SHUT_WR)
                end.recv(1)
        took_s = time.perf_counter() - begun
        reader.join()
    return took_s / len(papers)
