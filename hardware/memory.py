"""The twin of a printer in memory, for tests and simulation: no socket, no thread, no clock.

It is the real driver over a link that ends in a simulated machine, so a fault is met by the code
that meets it in the kitchen. By default it prints text, which costs microseconds; the raster
encoder of `escpos_jobs` works as well. Waiting costs no time: a silent read moves its own clock.
Neighbours: `machine` is the printer, `escpos_printer` the driver.
"""

from typing import Unpack

from hardware.device import DeviceError, Fault, PaperLevel
from hardware.escpos_jobs import Encoder, text_encoder
from hardware.escpos_printer import EscposPrinter, Limits
from hardware.machine import Changes, Machine
from hardware.printer import Evidence


class MemoryLink:
    """A link whose other end is a machine in this process."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._now = 0.0

    def open(self, timeout: float) -> None:
        """Succeeds when the machine has power."""
        if not self._machine.condition.powered:
            self._now += timeout
            raise DeviceError(Fault.UNREACHABLE, "no power")

    def write(self, data: bytes, timeout: float) -> int:
        """Hand over; when not everything is taken, the time-out has passed."""
        accepted = self._machine.receive(data)
        if accepted < len(data):
            self._now += timeout
        return accepted

    def read(self, timeout: float) -> bytes:
        """The machine's answers, or nothing and `timeout` later."""
        answers = self._machine.answers()
        if not answers:
            self._now += timeout
        return answers

    def now(self) -> float:
        """Seconds that were waited on this link."""
        return self._now

    def close(self) -> None:
        """Answers that nobody fetched are lost."""
        self._machine.answers()


class MemoryPrinter(EscposPrinter):
    """A printer of the contract with its machine at hand, so that faults can be asked for."""

    def __init__(
        self,
        name: str = "memory",
        evidence: Evidence = Evidence.A,
        encode: Encoder | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.machine = Machine(evidence)
        super().__init__(name, MemoryLink(self.machine), encode or text_encoder(), evidence, limits)

    @property
    def paper_log(self) -> tuple[str, ...]:
        """The text of every cut document in order, and last what hangs out uncut, if anything."""
        cut = tuple(document.text for document in self.machine.documents)
        hanging = self.machine.hanging.text
        return (*cut, hanging) if hanging else cut

    def go_offline(self) -> None:
        """As by its button: answers, takes data, prints nothing."""
        self._set(online=False)

    def run_out_of_paper(self, after_dots: int = 0) -> None:
        """Now, or when `after_dots` more rows were printed."""
        if after_dots:
            self.machine.paper_left = after_dots
        else:
            self._set(paper=PaperLevel.OUT)

    def open_cover(self) -> None:
        """Somebody looks inside."""
        self._set(cover_open=True)

    def jam_cutter(self) -> None:
        """The blade is stuck."""
        self._set(cutter_jammed=True)

    def cut_power(self, after_bytes: int = 0) -> None:
        """Now, or after `after_bytes` more bytes from the wire (questions count too)."""
        if after_bytes:
            self.machine.power_left = after_bytes
        else:
            self.machine.switch(False)

    def fall_silent(self, after_bytes: int = 0) -> None:
        """Goes on printing but answers nothing, now or after so many bytes."""
        if after_bytes:
            self.machine.words_left = after_bytes
        else:
            self._set(silent=True)

    def garble(self) -> None:
        """Answers with bytes that are no answers."""
        self._set(garbled=True)

    def mend(self) -> None:
        """Power, paper, cover, cutter and line are right again; what was held is printed."""
        if not self.machine.condition.powered:
            self.machine.switch(True)
        machine = self.machine
        machine.paper_left = machine.power_left = machine.words_left = None
        self._set(
            powered=True,
            online=True,
            paper=PaperLevel.OK,
            cover_open=False,
            cutter_jammed=False,
            silent=False,
            garbled=False,
        )

    def _set(self, **changes: Unpack[Changes]) -> None:
        self.machine.change(**changes)
