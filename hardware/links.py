"""The wire to a device: bytes out, bytes in, each call with its own limit of time.

Rule: `write` says how many bytes were accepted even when it fails, because "no byte accepted" is
the only proof a simple printer gives that it printed nothing (reliability 2.14).
Neighbours: `escpos_printer` speaks over a link; `memory` has the one without a socket.
"""

import contextlib
import socket
import time
from typing import Protocol

from hardware.device import DeviceError, Fault

_DRAIN_READS = 16


def monotonic() -> float:
    """Seconds of the machine's clock that only goes forward: the one clock of all wires."""
    return time.monotonic()


class Link(Protocol):
    """A byte stream that can be opened again after it was closed."""

    def open(self, timeout: float) -> None:
        """Connect within `timeout` seconds. Raises `DeviceError`."""

    def write(self, data: bytes, timeout: float) -> int:
        """Send `data`; how many bytes were accepted before it stopped being possible."""

    def read(self, timeout: float) -> bytes:
        """What arrived, waiting up to `timeout` seconds for the first byte; b"" if nothing.

        Raises `DeviceError` (LOST) when the other side is gone.
        """

    def now(self) -> float:
        """Seconds of a clock that only goes forward, for limits over several calls."""

    def close(self) -> None:
        """Disconnect; never raises."""


class TcpLink:
    """A printer on the network, port 9100 as a rule."""

    def __init__(self, host: str, port: int = 9100) -> None:
        self._address = (host, port)
        self._socket: socket.socket | None = None

    def open(self, timeout: float) -> None:
        """Connect; a refusal takes a millisecond, a printer without power the whole time-out."""
        self.close()
        try:
            self._socket = socket.create_connection(self._address, timeout)
            # A status request is 3 bytes: without this it waits for company.
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        except OSError as error:
            self.close()
            host, port = self._address
            raise DeviceError(Fault.UNREACHABLE, f"{host}:{port}: {error}") from error

    def write(self, data: bytes, timeout: float) -> int:
        """Send piece by piece, so that the count of accepted bytes is right when it breaks."""
        end = self.now() + timeout
        sent = 0
        view = memoryview(data)
        while sent < len(data):
            left = end - self.now()
            if left <= 0:
                return sent
            try:
                link = self._opened()
                link.settimeout(left)
                sent += link.send(view[sent:])
            except OSError:
                return sent
        return sent

    def read(self, timeout: float) -> bytes:
        """At most 256 bytes; the printer's answers are short."""
        try:
            link = self._opened()
            link.settimeout(max(timeout, 0.001))
            data = link.recv(256)
        except TimeoutError:
            return b""
        except OSError as error:
            raise DeviceError(Fault.LOST, str(error)) from error
        if not data:
            raise DeviceError(Fault.LOST, "the printer closed the connection")
        return data

    def now(self) -> float:
        """The machine's clock."""
        return monotonic()

    def close(self) -> None:
        """An orderly end, so that data under way is still delivered."""
        if self._socket is None:
            return
        link, self._socket = self._socket, None
        with link, contextlib.suppress(OSError):
            link.shutdown(socket.SHUT_WR)
            # A socket closed with unread answers resets the connection, and the reset may throw
            # away data that the printer has not read yet.
            link.settimeout(0)
            for _ in range(_DRAIN_READS):
                if not link.recv(256):
                    return

    def _opened(self) -> socket.socket:
        if self._socket is None:
            raise OSError("the link is not open")
        return self._socket
