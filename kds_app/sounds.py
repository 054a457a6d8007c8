"""The four sounds of the kitchen, played if this machine can.

Silence is never an error, but the screen says it: a cook who waits for a sound that cannot come
misses a ticket. Each screen may be silent on purpose (`settings`). The files are made by
`scripts/build_sounds.py`; a sound is asked for by its name in `presenters.attention.SOUNDS`.
"""

import logging
from pathlib import Path
from typing import Any, Protocol

from kds_app.presenters.attention import SOUNDS

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).with_name("assets")


class Sounds(Protocol):
    """Something that can be told to make a sound."""

    @property
    def heard(self) -> bool:
        """False when sounds are wanted and this machine cannot make them."""

    def play(self, name: str) -> None:
        """Play a sound once; returns at once."""


class Silence:
    """For tests, and kitchens that want none."""

    heard = True

    def play(self, name: str) -> None:
        """Nothing."""


class Speaker:
    """Plays through Kivy. All sounds are loaded at the start, so that a machine without them says
    so before the first ticket; one that cannot be played is not tried again."""

    def __init__(self) -> None:
        self._loaded = {name: self._load(name) for name in SOUNDS}

    @property
    def heard(self) -> bool:
        """See `Sounds`."""
        return all(sound is not None for sound in self._loaded.values())

    def play(self, name: str) -> None:
        """Play a sound once, from its beginning."""
        sound = self._loaded[name]
        if sound is None:
            return
        try:
            sound.stop()
            sound.play()
        except Exception:
            # Audio drivers fail with whatever they like, some only when a headset is pulled out;
            # none of it may end the screen.
            self._loaded[name] = None
            logger.warning("the sound %s cannot be played", name, exc_info=True)

    def _load(self, name: str) -> Any:
        try:
            sound = self._open(FOLDER / f"{name}.wav")
        except Exception:  # as in `play`
            sound = None
            logger.warning("the sound %s cannot be loaded", name, exc_info=True)
        return sound

    @staticmethod
    def _open(path: Path) -> Any:
        from kivy.core.audio import SoundLoader

        return SoundLoader.load(str(path))
