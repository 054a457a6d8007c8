"""A printer without the plastic: receive buffer, sensors, cutter, drawer, and faults on request.

Rule: it behaves as the manuals say also where that is unpleasant. Out of paper or open it goes on
taking data and prints it after the roll is changed; switched off it forgets what it held; real-time
commands (DLE) are obeyed on arrival, even while everything else waits.
Neighbours: `interpreter` reads the stream for it; `memory` and `simulated` put it on a link.
"""

import re
from collections import deque
from dataclasses import dataclass, replace
from typing import TypedDict, Unpack

from hardware.device import PaperLevel
from hardware.interpreter import Interpreter
from hardware.paper import Blank, Dots, PaperDocument, Piece
from hardware.printer import Evidence

RECEIVE_BYTES = 256 * 1024
DOCUMENTS_KEPT = 500
KICKS_KEPT = 1_000
# A host that never cuts: the paper is torn off by hand before it fills the kitchen.
PIECES_KEPT = 20_000
ANSWER_BYTES = 4_096

# DLE EOT n; DLE ENQ n; DLE DC4 1 (pulse); DLE DC4 8 (clear, with its fixed seven bytes).
_REAL_TIME = re.compile(
    rb"\x10(?:\x04[\x01-\x04]|\x05[\x00-\x02]|\x14\x01[\x00\x01][\x01-\x08]"
    rb"|\x14\x08\x01\x03\x14\x01\x06\x02\x08)"
)
_LONGEST_REAL_TIME = 10
_CLEARED = b"\x37\x25\x00"


class Changes(TypedDict, total=False):
    """What may be changed of a `Condition`."""

    powered: bool
    online: bool
    paper: PaperLevel
    cover_open: bool
    cutter_jammed: bool
    drawer_open: bool
    silent: bool
    garbled: bool


@dataclass(frozen=True, slots=True)
class Condition:
    """What is wrong, or not, with the machine at the moment. All of it may be set from outside."""

    powered: bool = True
    online: bool = True
    paper: PaperLevel = PaperLevel.OK
    cover_open: bool = False
    cutter_jammed: bool = False
    drawer_open: bool = False
    silent: bool = False
    garbled: bool = False

    @property
    def held(self) -> bool:
        """Data waits in the buffer instead of being printed."""
        return (
            not self.online or self.paper is PaperLevel.OUT or self.cover_open or self.cutter_jammed
        )


class Machine:
    """The printer itself. One caller at a time; no clock, no thread, no socket."""

    def __init__(self, evidence: Evidence = Evidence.A, width: int = 576) -> None:
        self.evidence = evidence
        self.width = width
        self.condition = Condition()
        self.documents: deque[PaperDocument] = deque(maxlen=DOCUMENTS_KEPT)
        self.pieces: list[Piece] = []
        self.kicks: list[int] = []
        self.cuts = 0
        self.received = 0
        # Faults that strike later: dots of paper left on the roll, bytes until the power
        # fails, bytes until it says no more.
        self.paper_left: int | None = None
        self.power_left: int | None = None
        self.words_left: int | None = None
        self._tells = False
        # How much it holds, and how much of that it reads at a time (None: all at once): a cheap
        # printer has little memory, and a slow one takes its data by the spoonful.
        self.buffer_bytes = RECEIVE_BYTES
        self.spoon_bytes: int | None = None
        self.interpreter = Interpreter(self, width)
        self._buffer = bytearray()
        self._tail = b""
        # Pieces and cuts (None) that one command asked for when the paper ended within it.
        self._pending: deque[Piece | None] = deque()
        self._answers = bytearray()

    # The outside: wire and hands

    def receive(self, data: bytes) -> int:
        """Take bytes from the wire; how many were accepted (fewer when full or without power)."""
        accepted = data[: self.room]
        if self.power_left is not None:
            accepted = accepted[: self.power_left]
            self.power_left -= len(accepted)
        if not self.condition.powered:
            return 0
        self.received += len(accepted)
        if self.words_left is not None:
            self.words_left -= len(accepted)
            if self.words_left <= 0:
                self.condition, self.words_left = replace(self.condition, silent=True), None
        self._arrive(accepted)
        if self.power_left == 0:
            self.switch(False)
        return len(accepted)

    def answers(self) -> bytes:
        """What the printer has sent back since the last call."""
        if self.spoon_bytes is not None:
            self._work()
        out = bytes(self._answers)
        self._answers.clear()
        return out

    def change(self, **changes: Unpack[Changes]) -> None:
        """Change the condition by hand in what is named."""
        self.set(replace(self.condition, **changes))

    def set(self, condition: Condition) -> None:
        """Change the condition by hand: close the cover, put in a roll, push the drawer shut."""
        if condition.paper is not PaperLevel.OUT and self.condition.paper is PaperLevel.OUT:
            self.paper_left = None
        self.condition = condition
        self._tell()
        self._work()

    def switch(self, on: bool) -> None:
        """The power switch. What was held in memory is gone, what is on paper stays."""
        self._buffer.clear()
        self._tail = b""
        self._pending.clear()
        self._answers.clear()
        self._tells = False
        self.power_left = None
        self.interpreter.reset()
        self.condition = replace(self.condition, powered=on)

    @property
    def hanging(self) -> PaperDocument:
        """The paper that was printed and not cut yet."""
        return PaperDocument(self.cuts + 1, tuple(self.pieces), self.width)

    @property
    def room(self) -> int:
        """Bytes that can be taken now."""
        return max(self.buffer_bytes - len(self._buffer), 0)

    @property
    def buffered(self) -> int:
        """Bytes that wait."""
        return len(self._buffer)

    # Arrival: real-time commands first, then the queue

    def _arrive(self, data: bytes) -> None:
        start = 0
        before = len(self._tail)
        joined = self._tail + data
        for match in _REAL_TIME.finditer(joined):
            end = max(match.end() - before, 0)
            self._buffer += data[start:end]
            start = end
            self._work()
            self._obey(match.group())
        self._buffer += data[start:]
        last = joined.rfind(b"\x10", max(0, len(joined) - _LONGEST_REAL_TIME + 1))
        matched_to = start + before if start else 0
        self._tail = joined[last:] if last >= matched_to else b""
        self._work()

    def _obey(self, command: bytes) -> None:
        kind, function = command[1], command[2]
        if kind == 0x04:
            self._answer(bytes((self._register(function),)))
        elif kind == 0x14 and function == 1:
            self.kick(5 if command[3] else 2)
        elif kind == 0x14 and function == 8:
            # Ids that belong to cleared data are forgotten with it, only the clearing is told.
            self._buffer.clear()
            self._pending.clear()
            self.interpreter.reset()
            self._answer(_CLEARED)

    def _register(self, function: int) -> int:
        """The byte that DLE EOT `function` answers; bits 1 and 4 are always set."""
        now = self.condition
        byte = 0x12
        if function == 1:
            byte |= 0x04 * now.drawer_open | 0x08 * now.held
        elif function == 2:
            byte |= 0x04 * now.cover_open | 0x20 * (now.paper is PaperLevel.OUT)
            byte |= 0x40 * now.cutter_jammed
        elif function == 3:
            byte |= 0x08 * now.cutter_jammed
        elif now.paper is not PaperLevel.OK:
            byte |= 0x6C if now.paper is PaperLevel.OUT else 0x0C
        return byte

    def tell_changes(self, on: bool) -> None:
        """GS a: the state now, and again at every change."""
        self._tells = on
        self._tell()

    def _tell(self) -> None:
        if not self._tells:
            return
        now = self.condition
        first = 0x10 | 0x04 * now.drawer_open | 0x08 * now.held | 0x20 * now.cover_open
        roll = {PaperLevel.OK: 0, PaperLevel.LOW: 0x03, PaperLevel.OUT: 0x0F}[now.paper]
        self._answer(bytes((first, 0x08 * now.cutter_jammed, roll, 0)))

    def _answer(self, data: bytes) -> None:
        if self.evidence is Evidence.C or self.condition.silent:
            return
        if self.condition.garbled:
            data = bytes(byte ^ 0xFF for byte in data)
        if len(self._answers) + len(data) <= ANSWER_BYTES:
            self._answers += data

    def _work(self) -> None:
        """Print and read on until held, or until a command is not complete."""
        at = 0
        data = bytes(self._buffer)
        most = len(data) if self.spoon_bytes is None else self.spoon_bytes
        while self.condition.powered and not self.condition.held:
            if self._pending:
                piece = self._pending.popleft()
                if piece is None:
                    self.cut()
                else:
                    self._lay(piece)
                continue
            if at >= min(len(data), most):
                break
            after = self.interpreter.step(data, at)
            if after == at:
                break
            at = after
        del self._buffer[:at]

    # What the interpreter moves

    def put(self, piece: Piece) -> None:
        """Print a piece, or keep it for the next roll."""
        if self._pending or self.condition.held:
            self._pending.append(piece)
        else:
            self._lay(piece)

    def _lay(self, piece: Piece) -> None:
        if self.paper_left is None or piece.height <= self.paper_left:
            if self.paper_left is not None:
                self.paper_left -= piece.height
            self.pieces.append(piece)
            if len(self.pieces) >= PIECES_KEPT:
                self.cut()
            return
        if isinstance(piece, Dots) and self.paper_left:
            done, piece = piece.split(self.paper_left)
            self.pieces.append(done)
        self._pending.appendleft(piece)
        self.paper_left = 0
        self.condition = replace(self.condition, paper=PaperLevel.OUT)
        self._tell()

    def cut(self) -> None:
        """Cut: what hangs out becomes a document. Waits its turn behind pieces without paper."""
        if self._pending:
            self._pending.append(None)
            return
        self.cuts += 1
        if any(not isinstance(piece, Blank) for piece in self.pieces):
            self.documents.append(PaperDocument(self.cuts, tuple(self.pieces), self.width))
        self.pieces = []

    def kick(self, pin: int) -> None:
        """The drawer springs open."""
        self.kicks.append(pin)
        del self.kicks[:-KICKS_KEPT]
        self.condition = replace(self.condition, drawer_open=True)
        self._tell()

    def processed(self, process_id: bytes) -> None:
        """GS ( H function 48: header, identifier, the id, NUL."""
        if self.evidence is Evidence.A:
            self._answer(b"\x37\x22" + process_id + b"\x00")

    def asked(self, what: int) -> None:
        """GS r: 1 is the paper sensor (bits 0-1 near the end), 2 the drawer's pin."""
        low = self.condition.paper is PaperLevel.LOW
        self._answer(bytes((3 * low if what == 1 else int(self.condition.drawer_open),)))
