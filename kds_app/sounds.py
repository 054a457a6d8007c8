"""The four sounds of the kitchen, played if this machine can; silence is never an error.

The files are made by `scripts/build_sounds.py`. A sound is asked for by its name in
`presenters.attention.SOUNDS`.
"""

import logging
from pathlib import Path
from typing import Any, Protocol

logger = logging.getLogger(__name__)

FOLDER = Path(__file__).with_name("assets")


class Sounds(Protocol):
    """Something that can be told to make a sound."""

    def play(self, name: str) -> None:
        """Play a sound once; returns at once."""


class Silence:
    """For tests, and kitchens that want none."""

    def play(self, name: str) -> None:
        """Nothing."""


class Speaker:
    """Plays through Kivy; a sound that cannot be loaded is not tried again."""

    def __init__(self) -> None:
        self._loaded: dict[str, Any] = {}

    def play(self, name: str) -> None:
        """Play a sound once, from its beginning."""
        try:
            if name not in self._loaded:
                self._loaded[name] = self._load(name)
            sound = self._loaded[name]
            if sound is not None:
                sound.stop()
                sound.play()
        except Exception:
            self._loaded[name] = None
            logger.warning("the sound %s cannot be played", name, exc_info=True)

    @staticmethod
    def _load(name: str) -> Any:
        from kivy.core.audio import SoundLoader

        return SoundLoader.load(str(FOLDER / f"{name}.wav"))
