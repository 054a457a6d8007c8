"""What every device has: a name, a state that can be asked, an end. And how devices fail.

Rule: a fault of the world is a `DeviceError` with a kind, never an assertion; who drives the
device catches it at the edge and turns it into a value. No call may wait without a limit.
Neighbours: `printer` adds paper, `links` carries the bytes, `spooler` watches over all.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Protocol


class Fault(Enum):
    """Kinds of failure, as words that settings pages and logs may show."""

    UNREACHABLE = "unreachable"
    BUSY = "busy"
    SILENT = "no_answer"
    GARBLED = "garbled_answer"
    LOST = "connection_lost"
    STALLED = "takes_no_data"
    SET_UP = "set_up"


class DeviceError(Exception):
    """A device did not do its part. `fault` is for programs, `detail` for people."""

    def __init__(self, fault: Fault, detail: str = "") -> None:
        super().__init__(f"{fault.value}: {detail}" if detail else fault.value)
        self.fault = fault
        self.detail = detail


class PaperLevel(Enum):
    """What the sensors say about the roll."""

    OK = "ok"
    LOW = "low"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Status:
    """The state of a printer at one moment; True and OK are what one hopes for.

    `drawer_pin_high` is the bare signal of the drawer's switch: which level means open depends
    on the drawer, and whoever set it up knows which.
    """

    online: bool = True
    paper: PaperLevel = PaperLevel.OK
    cover_shut: bool = True
    cutter_ok: bool = True
    error: bool = False
    drawer_pin_high: bool = False

    @property
    def obstacle(self) -> str:
        """The reason why nothing can be printed now, as a code; "" when something can."""
        if self.paper is PaperLevel.OUT:
            return "paper_out"
        if not self.cover_shut:
            return "cover_open"
        if not self.cutter_ok:
            return "cutter_jammed"
        if self.error:
            return "printer_error"
        return "" if self.online else "offline"


@dataclass(frozen=True, slots=True)
class Health:
    """What is known of one device, for the terminals' health line.

    `up` is None until something was heard or missed. `reason` is the code of what is wrong.
    """

    name: str
    up: bool | None
    reason: str = ""
    paper: PaperLevel = PaperLevel.OK
    waiting: int = 0


class Device(Protocol):
    """A thing with a plug. Methods block, each within its own time-outs; one thread calls them."""

    @property
    def name(self) -> str:
        """The name that people gave it."""

    def status(self) -> Status:
        """Ask it now. Raises `DeviceError`."""

    def close(self) -> None:
        """Let go of it. Never raises; may be called twice."""
