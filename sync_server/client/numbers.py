"""Check numbers of one terminal: `T3-018`, final from the first second, unique without a server.

The counter starts again with each business day and is on disk before a number is used; a number
that was taken and never used leaves a gap, which harms nobody.
"""

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

FILE = "numbers.json"


class Numbered(Protocol):
    """A check: its number and its business day."""

    @property
    def number(self) -> str: ...
    @property
    def day(self) -> str: ...


class CheckNumbers:
    """The counter of a terminal, in `folder`."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / FILE
        self._day, self._last = "", 0
        if self._path.exists():
            try:
                saved = json.loads(self._path.read_text())
                self._day, self._last = str(saved["day"]), int(saved["last"])
            except (ValueError, KeyError, TypeError):
                self._day, self._last = "", 0

    def take(self, code: str, day: str, known: Iterable[Numbered]) -> str:
        """The next number of `day`, above all that are known to be used."""
        if day != self._day:
            self._day, self._last = day, 0
        prefix = f"{code}-"
        used = [
            int(tail)
            for check in known
            if check.day == day
            and check.number.startswith(prefix)
            and (tail := check.number[len(prefix) :].split("/", 1)[0]).isdigit()
        ]
        self._last = max([self._last, *used]) + 1
        self._store()
        return f"{prefix}{self._last:03d}"

    def _store(self) -> None:
        fresh = self._path.with_suffix(".new")
        with fresh.open("w") as file:
            json.dump({"day": self._day, "last": self._last}, file)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
