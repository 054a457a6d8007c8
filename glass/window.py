"""Kivy's settings for a window of this system, made before Kivy is first imported.

Measured reasons: without multisampling a frame in software GL takes a third; its own folder keeps
settings of other programs out; one pointer provider, or a touch screen sends every touch twice;
Escape must close neither a till nor a kitchen.
"""

import atexit
import os
import shutil
import tempfile
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """Size in pixels, and how the window stands.

    `left` and `top` give it a place of its own, where it has no border. `one_density` measures a
    dp as a pixel whatever the driver thinks of the screen, for an application whose sizes follow
    the window.
    """

    width: int = 1366
    height: int = 768
    fullscreen: bool = False
    left: int = -1
    top: int = -1
    one_density: bool = False

    @property
    def placed(self) -> bool:
        """Whether the window stands at a place of its own."""
        return self.left >= 0 and self.top >= 0


def prepare(settings: WindowSettings) -> None:
    """Set the environment and Kivy's configuration. Call once, before any other import of Kivy."""
    os.environ.setdefault("KIVY_NO_ARGS", "1")
    os.environ.setdefault("KIVY_NO_FILELOG", "1")
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")
    if "KIVY_HOME" not in os.environ:
        os.environ["KIVY_HOME"] = home = tempfile.mkdtemp(prefix="vitrylo-kivy-")
        atexit.register(shutil.rmtree, home, ignore_errors=True)
    if settings.one_density:
        os.environ.setdefault("KIVY_METRICS_DENSITY", "1")
        os.environ.setdefault("KIVY_DPI", "96")
    from kivy.config import Config

    values: dict[str, object] = {
        "width": settings.width,
        "height": settings.height,
        "multisamples": 0,
        "maxfps": 0,  # `loop` gives the time
        "fullscreen": "auto" if settings.fullscreen else 0,
        "borderless": int(settings.placed),
        "resizable": 1,
    }
    if settings.placed:
        values |= {"position": "custom", "left": settings.left, "top": settings.top}
    for key, value in values.items():
        Config.set("graphics", key, str(value))
    for name, _ in Config.items("input"):
        Config.remove_option("input", name)
    Config.set("input", "mouse", "mouse,disable_multitouch")
    Config.set("kivy", "exit_on_escape", "0")
    Config.set("kivy", "log_level", "warning")
