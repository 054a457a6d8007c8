"""Kivy's settings for a kitchen screen, made before Kivy is first imported.

Measured reasons (`shared/reference/kivy.md`): without multisampling a frame in software GL takes a
third; its own folder keeps settings of other programs out; one pointer provider, or a touch screen
sends every touch twice; Escape must not close the display.
"""

import os
import tempfile
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """Size and place in pixels; without a place the screen is filled."""

    width: int = 1920
    height: int = 1080
    left: int = -1
    top: int = -1

    @property
    def placed(self) -> bool:
        """Whether the window stands at a place of its own, without a border."""
        return self.left >= 0 and self.top >= 0


def prepare(settings: WindowSettings) -> None:
    """Set the environment and Kivy's configuration. Call once, before any other import of Kivy."""
    os.environ.setdefault("KIVY_NO_ARGS", "1")
    os.environ.setdefault("KIVY_NO_FILELOG", "1")
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")
    os.environ.setdefault("KIVY_HOME", tempfile.mkdtemp(prefix="vitrylo-kds-"))
    # Sizes follow the window (`theme.Scale`), not what the driver thinks of the screen's density.
    os.environ.setdefault("KIVY_METRICS_DENSITY", "1")
    os.environ.setdefault("KIVY_DPI", "96")
    from kivy.config import Config

    values: dict[str, object] = {
        "width": settings.width,
        "height": settings.height,
        "multisamples": 0,
        "maxfps": 60,
        "fullscreen": 0 if settings.placed else "auto",
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
