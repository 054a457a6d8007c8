"""A scanner that types: figures and letters that come faster than fingers, ended by Enter.

Rule: what comes slower than `GAP_MS` a sign, or without Enter, is no scan and is left alone. Time
comes in as milliseconds of a clock that nobody sets. Neighbour: the bridge of the terminal feeds it
with keys of the window.
"""

GAP_MS = 60
SHORTEST, LONGEST = 4, 64


class Wedge:
    """Gathers signs; gives the code when one is complete."""

    def __init__(self) -> None:
        self._signs = ""
        self._last_ms = 0

    def key(self, sign: str, at_ms: int) -> str:
        """A key: a sign, or "enter". Gives the code that ended with it, else ""."""
        swift = at_ms - self._last_ms <= GAP_MS
        self._last_ms = at_ms
        if sign == "enter":
            code, self._signs = (self._signs if swift else ""), ""
            return code if len(code) >= SHORTEST else ""
        if len(sign) != 1 or not sign.isprintable():
            return ""
        self._signs = (self._signs if swift else "") + sign
        if len(self._signs) > LONGEST:
            self._signs = ""
        return ""
