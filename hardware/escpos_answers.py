"""What ESC/POS printers send back, taken apart by the bits that the manuals fix.

Rule: an answer that does not have the fixed bits of its kind is noise, never a status.
Neighbour: `escpos_printer` asks the questions. Source: Epson's ESC/POS reference, DLE EOT, GS r,
GS ( H function 48, DLE DC4 function 8, GS a.
"""

from dataclasses import dataclass, field

from hardware.device import PaperLevel, Status

NOISE_KEPT = 256
_FRAME_BYTES = 64


@dataclass(slots=True)
class Answers:
    """Answers that have arrived and were not used yet."""

    statuses: list[int] = field(default_factory=list)
    ids: list[bytes] = field(default_factory=list)
    turns: list[int] = field(default_factory=list)
    cleared: bool = False
    automatic: Status | None = None
    noise: int = 0
    _rest: bytes = b""

    def feed(self, data: bytes) -> None:
        """Sort `data`, keeping an unfinished answer for the next call."""
        data = self._rest + data
        at = 0
        while at < len(data):
            length = self._take(data, at)
            if not length:
                break
            at += length
        self._rest = data[at:]

    def _take(self, data: bytes, at: int) -> int:
        """Length of the answer at `at`, 0 when its end is missing."""
        first = data[at]
        if first == 0x37:
            # Header, identifier, content, NUL.
            end = data.find(b"\0", at, at + _FRAME_BYTES)
            if end < 0:
                return 0 if len(data) - at < _FRAME_BYTES else self._noise(1)
            frame = data[at : end + 1]
            if frame == b"\x37\x25\x00":
                self.cleared = True
            elif len(frame) == 7 and frame[1] == 0x22:
                self.ids.append(frame[2:6])
            else:
                self.noise += 1
            return len(frame)
        if first & 0x93 == 0x12:
            self.statuses.append(first)
            return 1
        if first & 0x93 == 0x10:
            return self._automatic(data[at : at + 4])
        if first & 0x90 == 0:
            self.turns.append(first)
            return 1
        return self._noise(1)

    def _automatic(self, frame: bytes) -> int:
        """Automatic status, sent unasked at every change: 4 bytes, of which the others have neither
        bit 4 nor bit 7."""
        if len(frame) < 4:
            return 0
        if any(byte & 0x90 for byte in frame[1:]):
            return self._noise(1)
        self.automatic = automatic_status(frame)
        return 4

    def _noise(self, length: int) -> int:
        self.noise = min(self.noise + length, NOISE_KEPT)
        return length


def status_of(printer: int, offline: int, error: int, roll: int) -> Status:
    """The four bytes of DLE EOT 1 to 4 as one state."""
    paper = PaperLevel.OK
    if roll & 0x60 or offline & 0x20:
        paper = PaperLevel.OUT
    elif roll & 0x0C:
        paper = PaperLevel.LOW
    return Status(
        online=not printer & 0x08,
        paper=paper,
        cover_shut=not offline & 0x04,
        cutter_ok=not error & 0x08,
        error=bool(error & 0x60) or bool(offline & 0x40 and not error & 0x08),
        drawer_pin_high=bool(printer & 0x04),
    )


def automatic_status(frame: bytes) -> Status:
    """The four bytes of GS a as one state."""
    printer, error, roll, _ = frame
    paper = PaperLevel.OK
    if roll & 0x0C:
        paper = PaperLevel.OUT
    elif roll & 0x03:
        paper = PaperLevel.LOW
    return Status(
        online=not printer & 0x08,
        paper=paper,
        cover_shut=not printer & 0x20,
        cutter_ok=not error & 0x08,
        error=bool(error & 0x60),
        drawer_pin_high=bool(printer & 0x04),
    )
