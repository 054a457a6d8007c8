"""How each person likes this terminal: language, size of letters, light or dark.

Rule: what a person chose stands on this terminal's disk and comes back with the next sign-in; a
file that cannot be read means that nobody chose anything. Reading is from memory; writing goes to
the worker and never stops a tap.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import msgspec

from sync_server.client.worker import Runner

FILE = "preferences.json"
SCALES: Final = (100, 115, 130, 145, 160)
MODES: Final = ("dark", "light")
PEOPLE = 500
"""So many people are remembered; whoever chose longest ago is forgotten first."""


@dataclass(frozen=True, slots=True)
class Preference:
    """Of one person. An empty language or mode is the house's; `scale` is in per cent."""

    language: str = ""
    scale: int = 100
    mode: str = ""


NONE = Preference()
_decode = msgspec.json.Decoder(dict[str, Preference]).decode
_encode = msgspec.json.Encoder().encode


class Preferences:
    """Kept in `folder`; `run` is where the disk is used, `start` how work is begun that waits."""

    def __init__(self, folder: Path, run: Runner, start: Callable[..., None]) -> None:
        self._path = folder / FILE
        self._run, self._start = run, start
        self._kept = self._read()

    def _read(self) -> dict[str, Preference]:
        try:
            return {who: _sound(one) for who, one in _decode(self._path.read_bytes()).items()}
        except (OSError, msgspec.MsgspecError):
            return {}

    def of(self, staff_id: str) -> Preference:
        """What somebody chose."""
        return self._kept.get(staff_id, NONE)

    def choose(self, staff_id: str, **changes: str | int) -> None:
        """Somebody wants it otherwise from now on."""
        chosen = _sound(replace(self._kept.pop(staff_id, NONE), **changes))  # type: ignore[arg-type]
        self._kept[staff_id] = chosen
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
    scale = one.scale if one.scale in SCALES else SCALES[0]
    return replace(one, scale=scale, mode=one.mode if one.mode in MODES else "")
