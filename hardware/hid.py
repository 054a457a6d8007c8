"""Reports of a USB keyboard as keys: card readers, barcode scanners and bump bars are keyboards.

A report of the boot protocol has 8 bytes: modifiers, a spare, and the codes of up to six keys that
are down at this moment (USB HID 1.11, appendix B; codes from the HID usage tables, page 7).
Rule: a key counts when it goes down, once, however often it is reported; what it is called follows
the American layout, which is what such devices type, whatever layout the house has set.
Neighbours: `readers` joins the letters to a scan, `bump_bar` names the keys.
"""

from dataclasses import dataclass

REPORT_BYTES = 8
_SHIFTS = 0x22
_CAPS_LOCK = 0x39
# Codes 1 to 3 mean trouble: more keys than the report can hold, or a self-test that failed.
_FIRST_KEY = 4

_PLAIN = dict(zip(range(4, 40), "abcdefghijklmnopqrstuvwxyz1234567890", strict=True))
_SHIFTED = dict(zip(range(4, 40), "ABCDEFGHIJKLMNOPQRSTUVWXYZ!@#$%^&*()", strict=True))
_PLAIN |= dict(zip(range(0x2C, 0x39), " -=[]\\#;'`,./", strict=True))
_SHIFTED |= dict(zip(range(0x2C, 0x39), ' _+{}|~:"~<>?', strict=True))
_PLAIN |= dict(zip(range(0x54, 0x58), "/*-+", strict=True))
_PLAIN |= dict(zip(range(0x59, 0x64), "1234567890.", strict=True))

_NAMES = {
    0x28: "enter",
    0x29: "escape",
    0x2A: "backspace",
    0x2B: "tab",
    0x49: "insert",
    0x4A: "home",
    0x4B: "pageup",
    0x4C: "delete",
    0x4D: "end",
    0x4E: "pagedown",
    0x4F: "right",
    0x50: "left",
    0x51: "down",
    0x52: "up",
    0x58: "enter",
    **{0x3A + number: f"f{number + 1}" for number in range(12)},
    **{0x68 + number: f"f{number + 13}" for number in range(12)},
}


@dataclass(frozen=True, slots=True)
class Key:
    """A key that went down. `text` is the letter that it types, "" for one that types none; `name`
    is `enter`, `up`, `f1`, or the letter without shift."""

    code: int
    name: str
    text: str = ""


class KeyReports:
    """Follows the reports of one device."""

    def __init__(self) -> None:
        self._down: frozenset[int] = frozenset()
        self._capitals = False

    def feed(self, report: bytes) -> list[Key]:
        """The keys that went down with this report; a report of another size is none of ours."""
        if len(report) == REPORT_BYTES + 1:
            # Composite devices put the number of the report in front.
            report = report[1:]
        if len(report) != REPORT_BYTES:
            return []
        codes = [code for code in report[2:] if code >= _FIRST_KEY]
        if any(0 < code < _FIRST_KEY for code in report[2:]):
            return []
        fresh = [code for code in codes if code not in self._down]
        self._down = frozenset(codes)
        return [key for code in fresh if (key := self._key(code, report[0])) is not None]

    def _key(self, code: int, modifiers: int) -> Key | None:
        if code == _CAPS_LOCK:
            self._capitals = not self._capitals
            return None
        plain = _PLAIN.get(code, "")
        name = _NAMES.get(code, plain)
        if not name:
            return None
        shifted = bool(modifiers & _SHIFTS) is not (self._capitals and plain.isalpha())
        return Key(code, name, _SHIFTED.get(code, plain) if shifted else plain)
