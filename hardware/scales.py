"""Scales: the weight that lies on one now, or the reason why there is none.

Rule: only a weight at rest is a weight. Moving, below zero, above the range, or an answer that is
not whole: no number is told, so that none can be sold. Grams are whole; a finer scale is rounded
half up. Neighbours: `links`, `serial_link` carry the bytes.

Two protocols cover most counters. Mettler Toledo 8217: `W` is answered by STX, kilograms with
leading zeros, perhaps N for net, CR; or by STX, `?`, a byte of status, CR. SMA SCP-0499: LF W CR is
answered by LF, status, range, gross or net, motion, a spare, ten characters of weight, unit, CR.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum
from typing import Protocol

from hardware.device import DeviceError, Fault
from hardware.links import Link

_OPEN_S = 1.0
ANSWER_S = 1.0
_ANSWER_BYTES = 64
_CR = b"\r"

_TOLEDO = re.compile(rb"\x02(\d{1,3}\.\d{1,4})N?\r")
_TOLEDO_STATUS = re.compile(rb"\x02\?([\x00-\x7f])\r")
_SMA = re.compile(rb"\n([ ZOUEITC])(\d)([GNTgnt])([ M])(.)([ \d.\-]{10})([a-z_]{1,3})\r")
# Grams in one unit of SMA's list; others (ounces, pieces) are not sold by here.
_UNITS = {b"kg": Decimal(1000), b"g": Decimal(1), b"lb": Decimal("453.59237")}


class Lying(Enum):
    """How the load lies. Only AT_REST comes with grams."""

    AT_REST = "at_rest"
    MOVING = "moving"
    OVER = "over"
    UNDER = "under"


@dataclass(frozen=True, slots=True)
class Weight:
    """`grams` of the load (net, when the scale has a tare), 0 unless it lies at rest."""

    lying: Lying
    grams: int = 0
    net: bool = False


class Scale(Protocol):
    """A scale that is asked."""

    @property
    def name(self) -> str:
        """The name that people gave it."""

    def weigh(self) -> Weight:
        """What lies on it now. Raises `DeviceError`: not there, silent, or talking nonsense."""

    def close(self) -> None:
        """Let go. Never raises; may be called twice."""


class LineScale:
    """A scale on a link: `ask` is sent, `understand` reads the answer, None when it is nonsense."""

    def __init__(
        self,
        name: str,
        link: Link,
        ask: bytes,
        understand: Callable[[bytes], Weight | None],
        answer_s: float = ANSWER_S,
    ) -> None:
        self._name = name
        self._link = link
        self._ask = ask
        self._understand = understand
        self._answer_s = answer_s

    @property
    def name(self) -> str:
        """The name that people gave it."""
        return self._name

    def weigh(self) -> Weight:
        """Ask and wait for one answer. The line is taken for this question only."""
        try:
            self._link.open(_OPEN_S)
            # What arrived before the question, an answer to an older one perhaps, is not today's.
            while self._link.read(0):
                pass
            if self._link.write(self._ask, self._answer_s) < len(self._ask):
                raise DeviceError(Fault.STALLED, "the scale takes no question")
            weight = self._understand(self._answer())
        finally:
            self._link.close()
        if weight is None:
            raise DeviceError(Fault.GARBLED, "that is no weight")
        return weight

    def close(self) -> None:
        """Let go of the line."""
        self._link.close()

    def _answer(self) -> bytes:
        heard = b""
        end = self._link.now() + self._answer_s
        while _CR not in heard and len(heard) < _ANSWER_BYTES:
            left = end - self._link.now()
            if left <= 0:
                raise DeviceError(Fault.GARBLED if heard else Fault.SILENT, "no whole answer")
            heard += self._link.read(left)
        return heard[: heard.find(_CR) + 1]


def toledo_scale(name: str, link: Link, answer_s: float = ANSWER_S) -> LineScale:
    """A scale that speaks Mettler Toledo 8217 (9600 baud, 7E1 as a rule)."""
    return LineScale(name, link, b"W", _toledo, answer_s)


def sma_scale(name: str, link: Link, answer_s: float = ANSWER_S) -> LineScale:
    """A scale that speaks SMA SCP-0499 (9600 baud, 8N1 as a rule)."""
    return LineScale(name, link, b"\nW\r", _sma, answer_s)


def _toledo(answer: bytes) -> Weight | None:
    weight = _TOLEDO.fullmatch(answer)
    if weight is not None:
        return Weight(Lying.AT_REST, _grams(weight[1], Decimal(1000)), b"N" in answer)
    status = _TOLEDO_STATUS.fullmatch(answer)
    if status is None:
        return None
    bits = status[1][0]
    for bit, lying in ((2, Lying.OVER), (4, Lying.UNDER), (1, Lying.MOVING)):
        if bits & bit:
            return Weight(lying)
    return None


def _sma(answer: bytes) -> Weight | None:
    whole = _SMA.fullmatch(answer)
    if whole is None:
        return None
    status, _, gross, motion, _, number, unit = whole.groups()
    if status in b"OU":
        return Weight(Lying.OVER if status == b"O" else Lying.UNDER)
    if motion == b"M":
        return Weight(Lying.MOVING)
    figure, unit = number.strip(), unit.rstrip(b"_")
    if status not in b" Z" or unit not in _UNITS or not re.fullmatch(rb"-?\d+\.?\d*", figure):
        return None
    if figure.startswith(b"-"):
        return Weight(Lying.UNDER)
    return Weight(Lying.AT_REST, _grams(figure, _UNITS[unit]), gross in b"Nn")


def _grams(figure: bytes, unit: Decimal) -> int:
    return int((Decimal(figure.decode()) * unit).quantize(Decimal(1), ROUND_HALF_UP))


class MemoryScale:
    """The twin in memory: set `weight` and `plugged` by hand."""

    def __init__(self, name: str = "scale") -> None:
        self.weight = Weight(Lying.AT_REST, 0)
        self.plugged = True
        self._name = name

    @property
    def name(self) -> str:
        """The name that people gave it."""
        return self._name

    def weigh(self) -> Weight:
        """What was put on it."""
        if not self.plugged:
            raise DeviceError(Fault.UNREACHABLE, "not plugged in")
        return self.weight

    def close(self) -> None:
        """Nothing is held."""
