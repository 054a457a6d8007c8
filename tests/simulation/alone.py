"""Terminals that print for the kitchen themselves while the server is away: their own code over the
house's presses, which may die in the middle of a paper, as may the terminal.

Every such paper ends with a mark of its own, so the rolls tell what of it came out. `claimed` is
what a terminal took for certain when the order was stored: it has to lie on a roll (I-6), and what
the server took over as printed it does not print again. (Two who fire one dish while both are alone
have two papers; the void of the one that is refused is the waiter's own code.)
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from hardware.documents import Document
from hardware.escpos_printer import Limits
from hardware.printer import PrintOutcome
from pos_app.local_paper import LocalPaper
from pos_app.machines import Machines
from sync_server.client.local_prints import Printed
from sync_server.domain.menu import Catalogue, Printer, Station
from sync_server.domain.outward import PaperJob
from sync_server.domain.venue import Venue

from .attached import at_its_press
from .paper import Paper, Press

END_OF_PAPER = re.compile(r"<(\w+-\d+~\d+)>")


@dataclass(frozen=True, slots=True)
class Claim:
    """A paper that certainly came out, as a terminal said when its order was stored."""

    mark: str
    printer_id: str
    paper: Paper


class _Marking(Machines):
    """The real drivers; each paper ends with the mark in hand."""

    mark = ""
    tried = ""
    """The printer of the last paper."""

    def print(
        self, printer: Printer, document: Document, limits: Limits | None = None
    ) -> PrintOutcome:
        """See `Machines.print`."""
        self.tried = printer.printer_id
        return super().print(printer, replace(document, footer=f"<{self.mark}>"), limits)


class PaperAlone(LocalPaper):
    """One start of a terminal that reaches the house's printers."""

    def __init__(
        self,
        start: str,
        first_id: int,
        mono: Callable[[], int],
        presses: dict[str, Press],
        dies: Callable[[], bool],
    ) -> None:
        """`start` names the terminal and its start in marks; `dies` is whether its power goes while
        a piece of data is on its way."""
        super().__init__(first_id, mono)
        self.machines: _Marking = _Marking(first_id, at_its_press(presses, dies))
        self._start = start
        self._serial = 0
        self._out_now: list[Claim] = []

    async def print(self, events: Sequence[object], venue: Venue, catalogue: Catalogue) -> Printed:
        """See `LocalPaper.print`."""
        self._out_now = []
        return await super().print(events, venue, catalogue)

    def _out(self, job: PaperJob, station: Station, catalogue: Catalogue) -> bool:
        self._serial += 1
        self.machines.mark = mark = f"{self._start}~{self._serial}"
        out = super()._out(job, station, catalogue)
        if out:
            self._out_now.append(Claim(mark, self.machines.tried, Paper.of(job)))
        return out

    def after_store(self, saved: bool) -> list[Claim]:
        """What came out for the order that is stored now, if it is."""
        claims, self._out_now = self._out_now, []
        return claims if saved else []
