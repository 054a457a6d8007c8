"""How each person likes the terminal: language, letters, light or dark, hand, favourite dishes.

Rule: what a person chose stands on this terminal's disk and comes back with the next sign-in, also
without the server; the server keeps it too, so it follows the person to the other terminals, and
of two choices the later one stands. A file that cannot be read means that nobody chose anything.
Reading is from memory; writing goes to the worker and never stops a tap.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

import msgspec

from sync_server.client.worker import Runner

FILE = "preferences.json"
SCALES: Final = (100, 115, 130, 145, 160)
MODES: Final = ("dark", "light")
HANDS: Final = ("right", "left")
PEOPLE = 500
"""So many people are remembered; whoever chose longest ago is forgotten first."""
FAVOURITES = 40
"""So many dishes somebody may keep at hand; a page of the menu or two."""
NAME_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Preference:
    """Of one person. An empty language, mode or hand is the house's; `scale` is in per cent,
    `favourites` are ids of dishes, `changed_ms` says when it was chosen (wall clock, UTC)."""

    language: str = ""
    scale: int = 100
    mode: str = ""
    hand: str = ""
    favourites: tuple[str, ...] = ()
    changed_ms: int = 0


NONE = Preference()
_decode_all = msgspec.json.Decoder(dict[str, Preference]).decode
_decode_one = msgspec.json.Decoder(Preference).decode
_encode = msgspec.json.Encoder().encode


class Preferences:
    """Kept in `folder`; `run` is where the disk is used, `start` how work is begun that waits."""

    def __init__(self, folder: Path, run: Runner, start: Callable[..., None]) -> None:
        self._path = folder / FILE
        self._run, self._start = run, start
        self._kept = self._read()

    def _read(self) -> dict[str, Preference]:
        try:
            read = _decode_all(self._path.read_bytes())
        except (OSError, msgspec.MsgspecError):
            return {}
        return {who: _sound(one) for who, one in read.items()}

    def of(self, staff_id: str) -> Preference:
        """What somebody chose."""
        return self._kept.get(staff_id, NONE)

    def choose(self, staff_id: str, now_ms: int, changes: dict[str, Any]) -> None:
        """Somebody wants it otherwise from now on."""
        before = self.of(staff_id)
        at_ms = max(now_ms, before.changed_ms + 1)
        self._keep(staff_id, replace(before, **changes, changed_ms=at_ms))

    def told(self, staff_id: str) -> tuple[str, int]:
        """What the server is to keep: a text, and when it was chosen; "" and 0 for nothing."""
        one = self.of(staff_id)
        return (_encode(one).decode(), one.changed_ms) if one.changed_ms else ("", 0)

    def follow(self, staff_id: str, text: str, changed_ms: int, asked_ms: int) -> bool:
        """What stands at the server, unless something was chosen here since it was asked."""
        if not text or self.of(staff_id).changed_ms != asked_ms:
            return False
        try:
            one = _decode_one(text)
        except msgspec.MsgspecError:
            return False
        found = replace(_sound(one), changed_ms=changed_ms)
        if found == self.of(staff_id):
            return False
        self._keep(staff_id, found)
        return True

    def _keep(self, staff_id: str, chosen: Preference) -> None:
        self._kept.pop(staff_id, None)
        self._kept[staff_id] = _sound(chosen)
        while len(self._kept) > PEOPLE:
            del self._kept[next(iter(self._kept))]
        self._start(self._write(_encode(self._kept)))

    async def _write(self, data: bytes) -> None:
        def work() -> None:
            fresh = self._path.with_suffix(".new")
            fresh.write_bytes(data)
            fresh.replace(self._path)

        await self._run(work)


def _sound(one: Preference) -> Preference:
    return replace(
        one,
        scale=one.scale if one.scale in SCALES else SCALES[0],
        mode=one.mode if one.mode in MODES else "",
        hand=one.hand if one.hand in HANDS else "",
        favourites=tuple(x for x in one.favourites if len(x) <= NAME_LENGTH)[:FAVOURITES],
    )
