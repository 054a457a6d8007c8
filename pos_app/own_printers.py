"""Printers on this terminal's own USB, serial lines or spooler: the server's papers come out there.

The terminal asks the server for work, prints with the real driver, and says what is known of the
paper with its next question. Rule: what it once fetched it prints once; after a restart it asks
anew and so says that it knows nothing of the last one (`sync_server.terminal_printers`). Without
such a printer in the catalogue nothing is asked. Neighbour: `local_paper` uses the same printers
while the server is away.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any

import msgspec

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
    ) -> None:
        """`machines` are made with the first job: printers' code is a third of a start."""
        self._machines, self._ask = machines, ask
        self._catalogue, self._code = catalogue, code
        self.expected = False
        """Somebody sets up a printer here: it is tried before it stands in the catalogue."""

    async def run(self, away: Callable[[], bool]) -> None:
        """Ask and print until cancelled."""
        done: dict[str, object] | None = None
        while True:
            if away() or not (self.expected or self._mine()):
                done = None
                await asyncio.sleep(LOOK_S)
                continue
            code, body = await self._ask("printer_work", {"done": done} if done else {})
            done = None
            if code:
                await asyncio.sleep(LOOK_S)
                continue
            work = msgspec.json.decode(body, type=_Work)
            if work.job:
                done = await asyncio.to_thread(self._carried_out, work)

    def _mine(self) -> bool:
        here = self._code()
        printers = self._catalogue().printers.values()
        return bool(here) and any(one.terminal == here for one in printers)

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
