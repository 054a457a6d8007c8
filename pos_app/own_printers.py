"""Printers on this terminal's own USB, serial lines or spooler: the server's papers come out there.

The terminal asks the server for work, prints with the real driver, and says what is known of the
paper with its next question. Rule: what it once fetched it prints once; after a restart it asks
anew and so says that it knows nothing of the last one (`sync_server.terminal_printers`). Between
jobs it looks how its printers are, also while the server is away, and logs each once when it goes
and once when it is back; the server tells every terminal. Without such a printer in the catalogue
nothing is asked. Neighbour: `local_paper` uses the same printers while the server is away.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import msgspec

from hardware.device import DeviceError
from hardware.document_wire import from_data
from hardware.documents import DocumentError
from hardware.printer import PrintOutcome, not_printed
from sync_server.domain.menu import Catalogue, Printer

if TYPE_CHECKING:
    from pos_app.machines import Machines

Ask = Callable[[str, dict[str, object]], Awaitable[tuple[str, bytes]]]
"""A question and its parameters -> a code, or "" and the body."""

LOOK_S = 2.0
"""How soon a printer that was given to this terminal is served."""
LOOK_ALONE = 5
"""Of so many looks for work without a server one is a look at the printers."""

_LOG = logging.getLogger(__name__)


class _Work(msgspec.Struct):
    """The server's answer; an empty `job` is none."""

    job: str = ""
    printer: Printer | None = None
    document: dict[str, Any] | None = None
    pin: int = 0


class OwnPrinters:
    """Serves the printers of the catalogue that hang on this terminal, for as long as it runs."""

    def __init__(
        self,
        machines: "Callable[[], Machines]",
        ask: Ask,
        catalogue: Callable[[], Catalogue],
        code: Callable[[], str],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`machines` are made with the first job: printers' code is a third of a start."""
        self._machines, self._ask = machines, ask
        self._catalogue, self._code, self._changed = catalogue, code, changed
        self.seen: dict[str, str] = {}
        """What is wrong with each printer here, as a code; empty for nothing."""
        self.expected = False
        """Somebody sets up a printer here: it is tried before it stands in the catalogue."""

    async def run(self, away: Callable[[], bool]) -> None:
        """Ask and print until cancelled."""
        done: dict[str, object] | None = None
        turns = 0
        while True:
            if away() or not (self.expected or self._mine()):
                done, turns = None, turns + 1
                if turns % LOOK_ALONE == 0:
                    await self._looked()
                await asyncio.sleep(LOOK_S)
                continue
            # What was printed is told at once; a look can wait for the next question.
            question: dict[str, object] = {"done": done} if done else {"seen": await self._looked()}
            code, body = await self._ask("printer_work", question)
            done = None
            if code:
                await asyncio.sleep(LOOK_S)
                continue
            work = msgspec.json.decode(body, type=_Work)
            if work.job:
                done = await asyncio.to_thread(self._carried_out, work)

    def _mine(self) -> list[Printer]:
        here = self._code()
        return [x for x in self._catalogue().printers.values() if here and x.terminal == here]

    async def _looked(self) -> list[dict[str, object]]:
        """How each printer here is."""
        mine = self._mine()
        looks = (asyncio.to_thread(self._look, printer) for printer in mine)
        found = await asyncio.gather(*looks)
        for one in found:
            self._note(str(one["printer_id"]), str(one.pop("wrong")))
        return list(found)

    def _look(self, printer: Printer) -> dict[str, object]:
        """As the server is told it, with what is `wrong` as a code."""
        from hardware.escpos_printer import Limits

        said: dict[str, object] = {"printer_id": printer.printer_id}
        quick = Limits(connect=1.0, answer=0.5, write=1.0, proof=1.0, job=2.0, probe=1.0)
        try:
            status = self._machines().look(printer, quick)
        except DeviceError as fault:
            return said | {"fault": fault.fault.value, "wrong": fault.fault.value}
        told = {**asdict(status), "paper": status.paper.value}
        return said | told | {"wrong": status.obstacle}

    def _note(self, printer_id: str, wrong: str) -> None:
        before = self.seen.get(printer_id, "")
        self.seen[printer_id] = wrong
        if wrong != before:
            self._changed()
        if wrong and not before:
            _LOG.warning("printer %s here is down: %s", printer_id, wrong)
        elif before and not wrong:
            _LOG.info("printer %s here is back", printer_id)

    def _carried_out(self, work: _Work) -> dict[str, object]:
        outcome = self._outcome(work)
        return {
            "job": work.job,
            "state": outcome.state.value,
            "reason": outcome.reason,
            "partial": outcome.partial,
        }

    def _outcome(self, work: _Work) -> PrintOutcome:
        printer = work.printer
        if printer is None or printer.terminal != self._code():
            return not_printed("set_up")
        if work.document is None:
            return self._machines().kick(printer, work.pin)
        try:
            document = from_data(work.document)
        except DocumentError:
            return not_printed("document")
        return self._machines().print(printer, document)
