"""The parts of a running server that work for as long as it does, and what is done when one dies.

Rule: no part ends by an error without a word. The heart of the house (who decides, who tends the
connections) takes the process with it: whoever started it starts it again from what is written,
and meanwhile the terminals know that they are alone. Any other part takes it along as well where
somebody starts it again (`supervised`), since a start is what heals, but not twice within a while:
a fault that comes back at once must not cost the house its server. Then, and always where a part
can wait for the morning, the rest goes on and every terminal shows what does not work. Each end is
kept in a small file of the data folder, which `doctor` reads. `bootstrap` names the parts.
"""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from sync_server.private_files import write_private

log = logging.getLogger(__name__)

FILE = "ended_parts.json"
ENDS_KEPT = 20
WORDS_LENGTH = 300
AGAIN_MS = 10 * 60_000


class Weight(StrEnum):
    """What the end of a part means for the process."""

    HEART = "heart"
    WORK = "work"
    ASIDE = "aside"


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its weight, and what nobody does without it, in words for the log."""

    weight: Weight
    without: str


PARTS = {
    "front_office": Part(Weight.HEART, "no command is decided"),
    "links": Part(Weight.HEART, "dead connections are not noticed, replicas are not compared"),
    "kitchen_watch": Part(
        Weight.WORK, "timed courses are not fired, no paper comes for a display that is dead"
    ),
    "printing": Part(Weight.WORK, "the server prints nothing"),
    "effects": Part(Weight.WORK, "printing, rooms, cards and drawers were not begun"),
    "drawers": Part(Weight.WORK, "nobody watches the cash drawers"),
    "room_charges": Part(Weight.WORK, "no room is charged"),
    "hotel_link": Part(Weight.WORK, "the hotel is not spoken with"),
    "card_terminals": Part(Weight.WORK, "card terminals are not asked"),
    "unusual": Part(Weight.ASIDE, "managers are not told of what is unusual"),
    "checkpoints": Part(Weight.ASIDE, "the journal is not signed any further"),
    "guest_names": Part(Weight.ASIDE, "names of guests are not erased when their time is over"),
    "backups": Part(Weight.ASIDE, "no backup is made"),
    "printer_set": Part(Weight.ASIDE, "changed printers work only after a restart"),
    "editions": Part(Weight.ASIDE, "changes of the menu and of PINs do not arrive"),
    "damage_check": Part(Weight.ASIDE, "a large database was not looked over"),
}


class Ended(msgspec.Struct, frozen=True):
    """A part ended by an error at `at_ms`; `words` say which."""

    part: str
    at_ms: int
    words: str


_read = msgspec.json.Decoder(list[Ended])


def ended_in(data: Path) -> list[Ended]:
    """The last ends that a server noted in its data folder, the newest last."""
    try:
        return _read.decode((data / FILE).read_bytes())
    except (OSError, msgspec.DecodeError):
        return []


class Parts:
    """See the head of the file. `end` ends the process; `down` are the parts without which the rest
    goes on."""

    def __init__(
        self, data: Path, clock: Callable[[], int], end: Callable[[], None], supervised: bool
    ) -> None:
        """`supervised`: whether somebody starts this process again when it ends."""
        self.down: list[str] = []
        self.end = end
        self._data = data
        self._clock = clock
        self._supervised = supervised
        self._tasks: list[asyncio.Task[None]] = []
        self._stopping = False

    def run(self, name: str, work: Coroutine[Any, Any, None]) -> None:
        """Begin a part; `stop` ends it."""
        task = asyncio.create_task(work, name=name)
        self._tasks.append(task)
        self.watch(name, task)

    def watch(self, name: str, task: "asyncio.Task[None] | None") -> None:
        """Notice the end of a part that somebody else began and ends."""
        assert name in PARTS, "every part has a weight"
        assert task is not None, "it has begun"
        task.add_done_callback(lambda done: self._ended(name, done))

    async def finished(self, name: str, within_s: float) -> None:
        """Give a part that was asked to end the time to do so."""
        named = [task for task in self._tasks if task.get_name() == name]
        if named:
            await asyncio.wait(named, timeout=within_s)

    async def stop(self) -> None:
        """End what `run` began; what still fails now is said and no more."""
        self._stopping = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _ended(self, name: str, task: "asyncio.Task[None]") -> None:
        if task.cancelled() or (fault := task.exception()) is None:
            return
        if self._stopping:
            log.error("%s ended badly at the stop", name, exc_info=fault)
            return
        part = PARTS[name]
        before, now_ms = ended_in(self._data), self._clock()
        again = any(one.part == name and 0 <= now_ms - one.at_ms < AGAIN_MS for one in before)
        self._note([*before, Ended(name, now_ms, repr(fault)[:WORDS_LENGTH])])
        healed = part.weight is Weight.WORK and self._supervised and not again
        if part.weight is Weight.HEART or healed:
            log.critical("%s ended, %s: the process ends", name, part.without, exc_info=fault)
            self.end()
            return
        log.error("%s ended, %s; the rest goes on", name, part.without, exc_info=fault)
        self.down.append(name)

    def _note(self, ends: list[Ended]) -> None:
        try:
            write_private(self._data / FILE, msgspec.json.encode(ends[-ENDS_KEPT:]))
        except OSError as fault:
            log.error("that a part ended could not be noted: %s", fault)


__all__ = ["FILE", "PARTS", "Ended", "Parts", "Weight", "ended_in"]
