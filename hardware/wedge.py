"""A reader that types into the keyboard: which keys were a scan, and which a person.

Rule: with a prefix (most readers can be set to send one, F9 or `~` say) time plays no part: what
stands between prefix and end is a scan. Without one a scan is a burst: at least `LEAST` characters
with no gap above `GAP_MS`, closed by Enter; a person is slower. Nothing that a person typed is
lost: it comes back as soon as it cannot be a scan any more. Times are arguments; keys are named as
in `hid`, from scan codes, so a Ukrainian layout does not spoil a card's number.
Neighbour: `readers`, for readers that can be held instead. Terminals feed this from their windows.
"""

from dataclasses import dataclass

from hardware.readers import SCAN_LENGTH

GAP_MS = 35
LEAST = 4
_ENDS = ("enter", "tab")


@dataclass(frozen=True, slots=True)
class Heard:
    """What a key made clear: a complete `scan`, and keys that were a person's after all."""

    scan: str = ""
    typed: tuple[str, ...] = ()


class Wedge:
    """Tells scans from typing for one keyboard. `prefix` is the name of a key, "" for none."""

    def __init__(self, prefix: str = "") -> None:
        self._prefix = prefix
        self._held: list[tuple[str, str]] = []
        self._within = False
        self._last_ms = 0

    def key(self, name: str, text: str, at_ms: int) -> Heard:
        """A key went down: its name, the letter it types ("" for none)."""
        late = at_ms - self._last_ms > GAP_MS
        self._last_ms = at_ms
        if self._prefix:
            return self._marked(name, text)
        typed = self._given_back() if late else ()
        if name in _ENDS:
            if len(self._held) >= LEAST:
                return Heard(self._scan(), typed)
            return Heard("", (*typed, *self._given_back(), name))
        if not text or len(self._held) >= SCAN_LENGTH:
            return Heard("", (*typed, *self._given_back(), name))
        self._held.append((name, text))
        return Heard("", typed)

    def idle(self, at_ms: int) -> Heard:
        """No key for a while: a burst that did not end was a person with quick fingers.

        Within a prefix nothing is given back: half a card's number is no text of anybody's.
        """
        if self._prefix or at_ms - self._last_ms <= GAP_MS:
            return Heard()
        return Heard("", self._given_back())

    def _marked(self, name: str, text: str) -> Heard:
        if name == self._prefix:
            # A second prefix begins anew: the scan before it broke off.
            self._held, self._within = [], True
            return Heard()
        if not self._within:
            return Heard("", (name,))
        if name in _ENDS:
            self._within = False
            return Heard(self._scan())
        if not text or len(self._held) >= SCAN_LENGTH:
            self._held, self._within = [], False
            return Heard("", () if text else (name,))
        self._held.append((name, text))
        return Heard()

    def _scan(self) -> str:
        text = "".join(letter for _, letter in self._held).strip()
        self._held = []
        return text

    def _given_back(self) -> tuple[str, ...]:
        held, self._held = self._held, []
        return tuple(text or name for name, text in held)
