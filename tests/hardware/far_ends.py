"""Far ends of wires for tests: a printer at the other end of a serial line, hands for a machine."""

import contextlib
import os
import select
import threading
import tty
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from hardware.device import PaperLevel
from hardware.machine import Condition, Machine


def touch(machine: Machine, line: str, power: Callable[[bool], None]) -> None:
    """The control lines of the simulated printer, by hand; `power` pulls the plug."""
    if line in ("power off", "mend"):
        power(line == "mend")
        if line == "mend":
            machine.set(Condition())
        return
    changes: dict[str, Condition] = {
        "paper out": replace(machine.condition, paper=PaperLevel.OUT),
        "cover open": replace(machine.condition, cover_open=True),
        "silent on": replace(machine.condition, silent=True),
        "garbled on": replace(machine.condition, garbled=True),
    }
    machine.set(changes[line])


class SerialFarEnd:
    """A pseudo-terminal under a name of its own, with a thread at the far end.

    `hear` takes what the driver sent and returns what the device answers.
    """

    def __init__(self, folder: Path, hear: Callable[[bytes], bytes]) -> None:
        self.port = folder / "tty-device"
        self._hear = hear
        self._ends: tuple[int, int] | None = None
        self._thread: threading.Thread | None = None
        self._woken, self._knock = -1, -1
        self._reading = threading.Lock()

    def __enter__(self) -> "SerialFarEnd":
        self.power(True)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.power(False)

    def power(self, on: bool) -> None:
        """Plug the line in or pull it out."""
        if on is (self._ends is not None):
            return
        if not on:
            assert self._ends is not None
            assert self._thread is not None
            (far, near), self._ends = self._ends, None
            self.port.unlink()
            os.write(self._knock, b"!")
            self._thread.join()
            for end in (far, near, self._knock, self._woken):
                os.close(end)
            return
        far, near = os.openpty()
        # Held open by us as well: without anybody at the near end the far one cannot be read.
        tty.setraw(near)
        self._ends = (far, near)
        self._woken, self._knock = os.pipe()
        self.port.symlink_to(os.ttyname(near))
        self._thread = threading.Thread(target=self._serve, args=(far,), daemon=True)
        self._thread.start()

    def say(self, data: bytes) -> None:
        """The device speaks unasked."""
        assert self._ends is not None
        os.write(self._ends[0], data)

    def settle(self) -> None:
        """Return when the far end has read all that was sent so far."""
        assert self._ends is not None
        while select.select([self._ends[0]], [], [], 0)[0]:
            self._reading.acquire()
            self._reading.release()
        with self._reading:
            return

    def _serve(self, far: int) -> None:
        while True:
            ready, _, _ = select.select([far, self._woken], [], [])
            if self._woken in ready:
                return
            with contextlib.suppress(OSError), self._reading:
                answer = self._hear(os.read(far, 4096))
                if answer:
                    os.write(far, answer)


class SerialMachine(SerialFarEnd):
    """A simulated printer on a serial line."""

    def __init__(self, folder: Path) -> None:
        self.machine = Machine(width=384)
        super().__init__(folder, self._print)

    def __enter__(self) -> "SerialMachine":
        super().__enter__()
        return self

    def power(self, on: bool) -> None:
        """The printer goes with its line."""
        self.machine.switch(on)
        super().power(on)

    def _print(self, data: bytes) -> bytes:
        self.machine.receive(data)
        return self.machine.answers()
