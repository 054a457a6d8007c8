"""Attends to a reader or a bump bar: one thread waits for it and hands on what it says.

Rule: a device that is pulled out is said once, and once when it is back, in the log and to
`on_health`; in between it is looked for every `LOOK_S`. Nobody who uses a card waits for a screen:
what `on_scan` does is its caller's business and has to be quick.
Neighbours: `readers`, `bump_bar`; `worker` is the thread of devices that are told, not asked.
"""

import logging
import threading
from collections.abc import Callable

from hardware.device import DeviceError, Health
from hardware.readers import Reader

LOOK_S = 1.0
READ_S = 0.5
_LOG = logging.getLogger(__name__)


class Listening:
    """`start` and `stop` it. `on_scan` and `on_health` are called on its thread."""

    def __init__(
        self,
        reader: Reader,
        on_scan: Callable[[str], None],
        on_health: Callable[[Health], None] | None = None,
        look_s: float = LOOK_S,
        read_s: float = READ_S,
    ) -> None:
        self._reader = reader
        self._on_scan = on_scan
        self._on_health = on_health
        self._look_s, self._read_s = look_s, read_s
        self._ending = threading.Event()
        self._health = Health(reader.name, None)
        self._thread = threading.Thread(target=self._run, name=f"device {reader.name}", daemon=True)

    @property
    def health(self) -> Health:
        """What is known of the device."""
        return self._health

    def start(self) -> None:
        """Begin to listen."""
        self._thread.start()

    def stop(self) -> None:
        """Let go of the device; waits at most for the read in hand."""
        self._ending.set()
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join()

    def turn(self) -> bool:
        """One round: open if need be, read once. Whether the device is there."""
        try:
            if not self._health.up:
                self._reader.open()
                self._note("")
            scans = self._reader.read(self._read_s)
        except DeviceError as error:
            self._reader.close()
            self._note(error.fault.value)
            return False
        for scan in scans:
            try:
                self._on_scan(scan)
            except Exception:  # noqa: BLE001 - one faulty screen must not silence a reader for good
                _LOG.exception("what %s read could not be used", self._reader.name)
        return True

    def _run(self) -> None:
        while not self._ending.is_set():
            if not self.turn():
                self._ending.wait(self._look_s)
        self._reader.close()

    def _note(self, reason: str) -> None:
        before, self._health = self._health, Health(self._reader.name, not reason, reason)
        if before.up == self._health.up:
            return
        if reason:
            _LOG.warning("device %s is gone: %s", self._reader.name, reason)
        elif before.up is not None:
            _LOG.info("device %s is back", self._reader.name)
        if self._on_health is not None:
            self._on_health(self._health)
