"""A screen for machines without one: Xvfb, and a picture of it that is kept up to date.

`find_screen` gives the display that is there, or starts one if Xvfb is installed. `Photographer`
saves what a display shows every few seconds; a picture is replaced whole, so it can be watched.
"""

import logging
import os
import shutil
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from Xlib.display import Display

log = logging.getLogger(__name__)

EVERY_S = 3
END_S = 10


@dataclass(slots=True)
class Screen:
    """A display that windows may open on; `xvfb` is the process if it is our own."""

    name: str
    xvfb: subprocess.Popen[bytes] | None = None

    @property
    def env(self) -> dict[str, str]:
        """What a window process needs to open here."""
        if self.xvfb is None:
            return {}
        drawn = {"SDL_VIDEODRIVER": "x11", "LIBGL_ALWAYS_SOFTWARE": "1"}
        return {"DISPLAY": self.name, **drawn}

    def close(self) -> None:
        """End our own display; another's stays."""
        if self.xvfb is not None:
            self.xvfb.terminate()
            try:
                self.xvfb.wait(END_S)
            except subprocess.TimeoutExpired:
                self.xvfb.kill()
                self.xvfb.wait(END_S)


def find_screen(env: Mapping[str, str], size: tuple[int, int]) -> Screen | None:
    """The display of `env`, else our own of `size` pixels, else None: Xvfb is not installed."""
    if env.get("DISPLAY"):
        return Screen(env["DISPLAY"])
    program = shutil.which("Xvfb")
    return _own_screen(program, size) if program else None


def _own_screen(program: str, size: tuple[int, int]) -> Screen | None:
    reading, writing = os.pipe()
    depth = f"{size[0]}x{size[1]}x24"
    xvfb = subprocess.Popen(  # noqa: S603 - a program that was looked up, and our own figures
        [
            *(program, "-displayfd", str(writing), "-screen", "0", depth),
            *("-nolisten", "tcp", "-noreset"),
        ],
        pass_fds=[writing],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    os.close(writing)
    with os.fdopen(reading) as ready:
        number = ready.readline().strip()
    if not number:
        xvfb.wait(END_S)
        return None
    return Screen(f":{number}", xvfb)


class Photographer:
    """Saves the display into `path` until closed; what it cannot see it tells the log once."""

    def __init__(self, display: str, path: Path) -> None:
        self._display = display
        self._path = path
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work, name="photographer", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Take no more pictures."""
        self._end.set()
        self._thread.join(END_S)

    def _work(self) -> None:
        from Xlib import display, error

        try:
            seen = display.Display(self._display)
        except (error.DisplayError, OSError) as fault:
            log.warning("no pictures of %s: %s", self._display, fault)
            return
        try:
            while not self._end.wait(EVERY_S):
                take_picture(seen, self._path)
        except (error.ConnectionClosedError, OSError) as fault:
            log.warning("the pictures of %s end: %s", self._display, fault)
        finally:
            seen.close()


def take_picture(seen: "Display", path: Path) -> None:
    """What an Xlib display shows now, as a PNG file."""
    from PIL import Image
    from Xlib import X

    root = seen.screen().root
    shape = root.get_geometry()
    size = (shape.width, shape.height)
    raw = root.get_image(0, 0, *size, X.ZPixmap, 0xFFFFFFFF)
    picture = Image.frombytes("RGB", size, raw.data, "raw", "BGRX")
    fresh = path.with_suffix(".new")
    picture.save(fresh, format="PNG")
    fresh.replace(path)
