"""Check numbers of one terminal: `T3-018`, final from the first second, unique without a server.

Rule: the counter starts again with each business day, and a number is on disk before it is used.
Numbers are therefore taken ahead: a few of them are on disk as used before anybody asks, and more
are written in the background, so that asking never waits. Whoever leaves in order gives back what
was never used; after a crash those numbers are a gap, which harms nobody, whereas to guess where
the last used one ended could give a number twice.
"""

import json
import logging
import threading
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from sync_server.private_files import write_private

from .worker import Runner

log = logging.getLogger(__name__)

FILE = "numbers.json"
AHEAD = 8
_REFILL = 4


class Numbered(Protocol):
    """A check: its number and its business day."""

    @property
    def number(self) -> str: ...
    @property
    def day(self) -> str: ...


class CheckNumbers:
    """The counter of a terminal, in `folder`. `run` is where the disk is used."""

    def __init__(self, folder: Path, run: Runner) -> None:
        self._path = folder / FILE
        self._run = run
        self._day, self._last = self._read()
        self._on_disk = self._last
        self._writing = False
        self._lock = threading.Lock()

    def _read(self) -> tuple[str, int]:
        try:
            saved = json.loads(self._path.read_text())
            return str(saved["day"]), int(saved["last"])
        except (OSError, ValueError, KeyError, TypeError):
            return "", 0

    def take(self, code: str, day: str, known: Iterable[Numbered]) -> str:
        """The next number of `day`, above all that are known to be used."""
        self._turn(day)
        prefix = f"{code}-"
        used = [
            int(tail)
            for check in known
            if check.day == day
            and check.number.startswith(prefix)
            and (tail := check.number[len(prefix) :].split("/", 1)[0]).isdigit()
        ]
        self._last = max([self._last, *used]) + 1
        if self._last > self._on_disk:
            # Only when more checks begin in one moment than were taken ahead.
            self._write(self._day, self._last)
        return f"{prefix}{self._last:03d}"

    def few(self, day: str) -> bool:
        """Whether numbers of `day` should be taken ahead."""
        return day > self._day or self._on_disk - self._last < _REFILL

    async def take_ahead(self, day: str) -> None:
        """Put the next few numbers of `day` on disk, if few are left there."""
        self._turn(day)
        while not self._writing and self.few(day):
            self._writing = True
            day, upto = self._day, self._last + AHEAD
            try:
                await self._run(lambda: self._write(day, upto))  # noqa: B023
            finally:
                self._writing = False
            if self._on_disk < upto:
                return

    async def give_back(self) -> None:
        """The terminal leaves: numbers that were taken ahead and never used are free again."""
        if self._last < self._on_disk:
            day, last = self._day, self._last
            await self._run(lambda: self._put(day, last))

    def _turn(self, day: str) -> None:
        """The counter begins anew with a later day only: there is none while what the server had
        said is lost, and an earlier one in a house that was put back from its backup."""
        if day > self._day:
            self._day, self._last, self._on_disk = day, 0, 0

    def _write(self, day: str, last: int) -> None:
        """Blocks. A disk that takes nothing shows in the next tap, which cannot be stored."""
        with self._lock:
            # The loop and the worker may both be here: what stands on disk never goes back.
            if day != self._day or last <= self._on_disk:
                return
            self._put(day, last)

    def _put(self, day: str, last: int) -> None:
        try:
            write_private(self._path, json.dumps({"day": day, "last": last}).encode())
        except OSError as fault:
            log.error("check numbers are not on disk: %s", fault)
            return
        self._on_disk = last
