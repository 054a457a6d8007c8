"""What a printer is to its caller: takes a document, says honestly what is known of the paper.

Rule (reliability 2.14): "written" is not "printed". What may be claimed depends on what the model
can prove, its class of evidence; every claim stronger than the proof is a bug.
Neighbours: `escpos_printer` and `memory` are printers, `spooler` decides what follows an outcome.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol

from hardware.device import Device, Status
from hardware.documents import Document


class Evidence(Enum):
    """What a model can prove after data was sent.

    A answers a process id once the data before it is on paper (GS ( H function 48).
    B answers a status request in its turn (GS r): the data was consumed, perhaps not printed.
    C answers nothing about the past.
    """

    A = "printed"
    B = "consumed"
    C = "nothing"


class PrintState(Enum):
    """The end of one attempt."""

    CONFIRMED = "confirmed"
    CONSUMED = "consumed"
    SENT = "sent"
    NOT_PRINTED = "not_printed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class PrintOutcome:
    """What is known of a job. `reason` is a code, "" when all went well.

    `partial` comes with `not_printed` only: the job certainly did not end on paper, but its
    beginning may hang out of the printer. `printer` and `attempts` are filled by the spooler.
    """

    state: PrintState
    reason: str = ""
    partial: bool = False
    printer: str = ""
    attempts: int = 1

    @property
    def done(self) -> bool:
        """Nothing more will be tried: as far as this printer can know, the paper is there."""
        return self.state in (PrintState.CONFIRMED, PrintState.CONSUMED, PrintState.SENT)


CONFIRMED = PrintOutcome(PrintState.CONFIRMED)
CONSUMED = PrintOutcome(PrintState.CONSUMED)
SENT = PrintOutcome(PrintState.SENT)


def not_printed(reason: str, partial: bool = False) -> PrintOutcome:
    """The document is certainly not on paper as a whole."""
    return PrintOutcome(PrintState.NOT_PRINTED, reason, partial)


def unknown(reason: str) -> PrintOutcome:
    """Nobody can tell from here; somebody has to look at the paper."""
    return PrintOutcome(PrintState.UNKNOWN, reason)


class Printer(Device, Protocol):
    """A device with paper. Neither `print` nor `kick` raises for a fault of the printer."""

    @property
    def seen(self) -> Status | None:
        """The state when it was last asked; None when it has not answered."""

    def print(self, document: Document) -> PrintOutcome:
        """Print one document and wait for whatever proof there is."""

    def kick(self, pin: int = 2) -> PrintOutcome:
        """Send the drawer's pulse once. Never repeated by anybody (reliability 2.14)."""
