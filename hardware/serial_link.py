"""The wire to a device on a serial line: `/dev/ttyUSB0` at so many baud, by pyserial.

Rule: what the machine has taken may still wait in its buffer, so a line that stalled is emptied
when it is closed: nothing of a job that was given up comes out minutes later.
Neighbours: `links` for the promise, `scale` and `readers` use the same line.
"""

import contextlib
import re
from dataclasses import dataclass
from typing import Any

from hardware.device import DeviceError, Fault
from hardware.links import monotonic

# About a fifteenth of a second at 9,600 baud: so exact is the count of accepted bytes.
_PIECE = 64
LISTED = 32
_FORMAT = re.compile("[78][NEO][12]")
_BAUDS = (1200, 2400, 4800, 9600, 19_200, 38_400, 57_600, 115_200)


@dataclass(frozen=True, slots=True)
class SerialAddress:
    """`port` as the system names it; `format` is bits, parity (N, E, O) and stop bits.

    `flow` is how the device says stop: "" never, "rts" or "dtr" by a wire, "xon" by a character.
    """

    port: str
    baud: int = 9600
    format: str = "8N1"
    flow: str = ""

    def __post_init__(self) -> None:
        if self.baud not in _BAUDS:
            raise ValueError(f"{self.baud} baud is not one of {_BAUDS}")
        if not _FORMAT.fullmatch(self.format):
            raise ValueError(f"{self.format!r} is no format such as 8N1 or 7E1")
        if self.flow not in ("", "rts", "dtr", "xon"):
            raise ValueError(f"{self.flow!r} is no flow control: rts, dtr, xon or nothing")

    @classmethod
    def read(cls, text: str) -> "SerialAddress":
        """`/dev/ttyUSB0`, `/dev/ttyS0,19200,8N1,rts`. Raises `ValueError`."""
        port, *rest = text.split(",")
        if not port or len(rest) > 3:
            raise ValueError(f"{text!r} is no serial line such as /dev/ttyUSB0,9600,8N1,rts")
        baud, line_format, flow = (*rest, *("9600", "8N1", "")[len(rest) :])
        return cls(port, int(baud), line_format, flow)


@dataclass(frozen=True, slots=True)
class SerialLine:
    """A line of this machine and what is at its end, as far as the system knows."""

    port: str
    name: str


def lines_here() -> list[SerialLine]:
    """The serial lines of this machine, the first `LISTED`; those that are only sockets on the
    board, with nothing known of them, come last."""
    from serial.tools import list_ports

    found = [
        SerialLine(str(one.device), one.description if one.hwid != "n/a" else "")
        for one in list_ports.comports()
    ]
    return sorted(found, key=lambda line: (not line.name, line.port))[:LISTED]


class SerialLink:
    """A device on a serial line."""

    def __init__(self, address: SerialAddress) -> None:
        self._address = address
        self._line: Any = None
        self._stalled = False

    def open(self, timeout: float) -> None:
        """Take the line for this process alone. Raises `DeviceError`."""
        import serial

        self.close()
        given = self._address
        bits, parity, stops = given.format[0], given.format[1], given.format[2]
        try:
            self._line = serial.Serial(
                given.port,
                given.baud,
                bytesize=int(bits),
                parity=parity,
                stopbits=int(stops),
                rtscts=given.flow == "rts",
                dsrdtr=given.flow == "dtr",
                xonxoff=given.flow == "xon",
                exclusive=True,
            )
        except (OSError, ValueError) as error:
            raise DeviceError(Fault.UNREACHABLE, f"{given.port}: {error}") from error

    def write(self, data: bytes, timeout: float) -> int:
        """Send piece by piece; a piece that broke counts as begun."""
        end = self.now() + timeout
        sent = 0
        while sent < len(data):
            left = end - self.now()
            if self._line is None or left <= 0:
                self._stalled = True
                return sent
            piece = data[sent : sent + _PIECE]
            try:
                self._line.write_timeout = left
                self._line.write(piece)
            except OSError:
                self._stalled = True
                return max(sent, min(1, len(data) - 1))
            sent += len(piece)
        return sent

    def read(self, timeout: float) -> bytes:
        """What arrived, at most 256 bytes."""
        if self._line is None:
            raise DeviceError(Fault.LOST, "the line is not open")
        try:
            self._line.timeout = max(timeout, 0)
            first: bytes = self._line.read(1)
            if not first:
                return b""
            rest: bytes = self._line.read(min(self._line.in_waiting, 255))
        except OSError as error:
            raise DeviceError(Fault.LOST, str(error)) from error
        return first + rest

    def now(self) -> float:
        """The machine's clock."""
        return monotonic()

    def close(self) -> None:
        """Let go of the line; what was given up does not leave any more."""
        if self._line is None:
            return
        line, self._line = self._line, None
        with contextlib.suppress(OSError, *_of_the_line()):
            if self._stalled:
                line.reset_output_buffer()
        self._stalled = False
        with contextlib.suppress(OSError):
            line.close()


def _of_the_line() -> tuple[type[Exception], ...]:
    """What pyserial lets through when a line vanished: an error that is no OSError, on Unix."""
    try:
        import termios
    except ImportError:
        return ()
    return (termios.error,)
