"""Check numbers of this terminal: final from the first second, without a server.

Rule: "code-counter", the counter from 1 in each business day. The file is written ahead in blocks,
so a number is never given twice, not even after the power went; a crash may leave a gap.
"""

import json
from pathlib import Path

from sync_server.client.identity import write_private

BLOCK = 20
_FIRST_DAY = ""


class CheckNumbers:
    """Gives numbers; one terminal, one file."""

    def __init__(self, path: Path, code: str) -> None:
        self._path = path
        self._code = code
        self._day, self._last = self._read()
        self._written = self._last

    def _read(self) -> tuple[str, int]:
        try:
            kept = json.loads(self._path.read_text())
            return str(kept["day"]), int(kept["upto"])
        except (OSError, ValueError, KeyError, TypeError):
            return _FIRST_DAY, 0

    def next(self, day: str, taken: frozenset[str] = frozenset()) -> str:
        """The next number of a business day; `taken` are numbers known to be in use.

        Raises OSError when the disk takes nothing.
        """
        if day != self._day:
            self._day, self._last, self._written = day, 0, 0
        number = ""
        while not number or number in taken:
            self._last += 1
            number = f"{self._code}-{self._last:04d}"
        if self._last > self._written:
            self._written = self._last + BLOCK - 1
            kept = {"day": self._day, "upto": self._written}
            write_private(self._path, json.dumps(kept).encode())
        return number
