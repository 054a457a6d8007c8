"""One-time codes with which a device becomes known (reliability S-2, S-3).

A code lives ten minutes, works once, and three wrong guesses void every open code, because a guess
does not say which code it was after. Codes live in memory only: a restart voids them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sync_server.domain import limits

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 8
"""8 of 30 signs are 39 bits; three guesses find one of 16 codes once in 10¹⁰."""


class Chooser(Protocol):
    """A source of secrets, such as `random.SystemRandom` (never a seeded one in a house)."""

    def choice(self, seq: str, /) -> str:
        """One sign of `seq`."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What the manager said when opening the code."""

    name: str
    kind: str
    until_ms: int


class EnrolmentDesk:
    """Hands out codes and redeems them."""

    def __init__(self, clock: Callable[[], int], rng: Chooser) -> None:
        self._clock = clock
        self._rng = rng
        self._open: dict[str, Opened] = {}
        self._failures = 0

    def open(self, name: str, kind: str) -> str:
        """A new code for a device called `name`. The oldest goes when too many are open."""
        self._expire()
        while len(self._open) >= limits.ENROLMENT_CODES_OPEN:
            del self._open[next(iter(self._open))]
        if not self._open:
            self._failures = 0
        code = "".join(self._rng.choice(ALPHABET) for _ in range(LENGTH))
        self._open[code] = Opened(name, kind, self._clock() + limits.ENROLMENT_CODE_MS)
        return code

    def redeem(self, code: str) -> Opened | None:
        """What the code was opened for, once; None for a wrong, used, old or voided one."""
        self._expire()
        opened = self._open.pop(code.strip().upper(), None)
        if opened is None:
            self._failures += 1
            if self._failures >= limits.ENROLMENT_FAILURES:
                self._open.clear()
        return opened

    def _expire(self) -> None:
        now = self._clock()
        self._open = {code: one for code, one in self._open.items() if one.until_ms > now}
