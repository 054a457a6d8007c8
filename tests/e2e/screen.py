"""A real screen without a monitor: Xvfb, a finger through the X server, and eyes on the pixels.

Windows are other processes here. Where a word stands comes from the file that each window keeps
(`screen_text`); what is touched is a point of the screen, by XTEST, as a finger would.
"""

import json
import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from PIL import Image
from Xlib import X, display
from Xlib.ext import xtest

WAIT_S = 120.0
"""Only a failure takes that long: a machine that others use may stand still for a while."""
T = TypeVar("T")
Word = dict[str, Any]
"""A text or a target of a window, as `screen_text` writes it."""
QUIET = ("-nolisten", "tcp", "-noreset")


class Screen:
    """One Xvfb; use as a context manager."""

    def __init__(self, width: int, height: int) -> None:
        self.size = (width, height)

    def __enter__(self) -> "Screen":
        reading, writing = os.pipe()
        geometry = f"{self.size[0]}x{self.size[1]}x24"
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writing), "-screen", "0", geometry, *QUIET],
            pass_fds=[writing],
            stderr=subprocess.DEVNULL,
        )
        os.close(writing)
        with os.fdopen(reading) as number:
            self.display = f":{number.readline().strip()}"
        self.x = display.Display(self.display)
        return self

    def __exit__(self, *_: object) -> None:
        self.x.close()
        self._server.terminate()
        self._server.wait(10)

    def touch(self, x: int, y: int) -> None:
        """A finger down and up at a point."""
        for kind, detail in ((X.MotionNotify, 0), (X.ButtonPress, 1)):
            xtest.fake_input(self.x, kind, detail, x=x, y=y)
        self.x.sync()
        time.sleep(0.06)  # a finger rests that long; Kivy polls the pointer once a frame
        xtest.fake_input(self.x, X.ButtonRelease, 1, x=x, y=y)
        self.x.sync()

    def picture(self, left: int = 0, top: int = 0, width: int = 0, height: int = 0) -> Image.Image:
        """What the screen shows now."""
        wide, high = width or self.size[0], height or self.size[1]
        root = self.x.screen().root
        raw = root.get_image(left, top, wide, high, X.ZPixmap, 0xFFFFFFFF)
        return Image.frombytes("RGB", (wide, high), raw.data, "raw", "BGRX")


class Glass:
    """One window on the screen: its words, and a finger that finds them."""

    def __init__(self, screen: Screen, words: Path, left: int, top: int, size: tuple[int, int]):
        self.screen, self._words = screen, words
        self.left, self.top, self.size = left, top, size

    def words(self) -> list[Word]:
        """Everything written in the window now."""
        try:
            found: list[Word] = json.loads(self._words.read_text())
        except (OSError, ValueError):
            return []
        return found

    def sees(self, text: str) -> bool:
        """Whether a text, or part of one, is in the window."""
        return any(text in word["text"] for word in self.words())

    def until(self, text: str, seconds: float = WAIT_S) -> None:
        """Wait until a text is there."""
        self.wait_for(lambda: self.sees(text), f"{text!r} did not appear", seconds)

    def until_gone(self, text: str, seconds: float = WAIT_S) -> None:
        """Wait until a text is no longer there."""
        self.wait_for(lambda: not self.sees(text), f"{text!r} did not go", seconds)

    def wait_for(
        self, condition: Callable[[], T | None], problem: str, seconds: float = WAIT_S
    ) -> T:
        """What a condition gives once it holds; what the window says is told when it never does."""
        end = time.monotonic() + seconds
        while not (found := condition()):
            seen = " | ".join(word["text"] for word in self.words() if word["text"])
            assert time.monotonic() < end, f"{problem}; the window says: {seen[:3000]}"
            time.sleep(0.03)
        return found

    def touch(self, text: str, nth: int = 0, exact: bool = False) -> None:
        """Touch a text; the first exact one, else one that contains it."""
        self.until(text)
        self._at(lambda: self._find(text, nth, exact), f"no {nth + 1} of {text!r}")

    def act(self, action: str, nth: int = 0) -> None:
        """Touch the target that means `action`, or else begins with it."""

        def target() -> Word | None:
            bare = [word for word in self.words() if not word["text"]]
            same = [word for word in bare if word["action"] == action]
            found = same or [word for word in bare if word["action"].startswith(action)]
            return found[nth] if len(found) > nth else None

        self._at(target, f"no target {action!r}")

    def _find(self, text: str, nth: int, exact: bool) -> Word | None:
        words = self.words()
        same = [word for word in words if word["text"] == text]
        part = [] if exact else [word for word in words if text in word["text"]]
        found = same if len(same) > nth else part
        return found[nth] if len(found) > nth else None

    def _at(self, find: Callable[[], Word | None], problem: str) -> None:
        """Touch what is found, once it has stood at its place for a look of the window: what is
        still on its way would not be under the finger."""
        before: Word = {}

        def stands() -> Word | None:
            nonlocal before
            last, looked = before, self._time()
            found = find()
            before = found or {}
            if found and (found["x"], found["y"]) == (last.get("x"), last.get("y")):
                return found
            self._until_later_than(looked)
            return None

        word = self.wait_for(stands, problem)
        x = self.left + word["x"] + word["width"] // 2
        y = self.top + word["y"] + word["height"] // 2
        self.screen.touch(x, y)
        self._looked_twice()

    def _looked_twice(self) -> None:
        """What stands in the file now may be from before the touch, and so may the next look that
        was on its way: after two, the window has drawn what the touch did."""
        for _ in range(2):
            self._until_later_than(self._time())

    def _until_later_than(self, last: int) -> None:
        self.wait_for(lambda: self._time() != last, "the window stands still", WAIT_S)

    def _time(self) -> int:
        try:
            return self._words.stat().st_mtime_ns
        except OSError:
            return 0

    def keep(self, path: Path) -> None:
        """A picture of this window."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.screen.picture(self.left, self.top, *self.size).save(path)
