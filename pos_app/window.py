"""Kivy's settings for a terminal, made before Kivy is first imported.

Measured reasons (`shared/reference/kivy.md`): without multisampling a frame in software GL takes a
third; its own folder keeps settings of other programs out; one pointer provider, or a touch screen
sends every touch twice; Escape must not close a till.
"""

import os
import tempfile
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WindowSettings:
    """Size in pixels; `fullscreen` for a till, a window of this size otherwise."""

    width: int = 1366
    height: int = 768
    fullscreen: bool = False
    borderless: bool = False
    left: int = -1
    top: int = -1
    title: str = "Vitrylo"


def prepare(settings: WindowSettings, home: str = "") -> None:
    """Set the environment and Kivy's configuration. Call once, before any other import of Kivy."""
    os.environ.setdefault("KIVY_NO_ARGS", "1")
    os.environ.setdefault("KIVY_NO_FILELOG", "1")
    os.environ.setdefault("KIVY_LOG_MODE", "PYTHON")
    os.environ.setdefault("KIVY_HOME", home or tempfile.mkdtemp(prefix="vitrylo-pos-"))
    from kivy.config import Config

    values: dict[str, object] = {
        "width": settings.width,
        "height": settings.height,
        "multisamples": 0,
        "maxfps": 60,
        "fullscreen": "auto" if settings.fullscreen else 0,
        "borderless": int(settings.borderless),
        "resizable": 1,
    }
    if settings.left >= 0:
        values |= {"position": "custom", "left": settings.left, "top": max(0, settings.top)}
    for key, value in values.items():
        Config.set("graphics", key, str(value))
    for name, _ in Config.items("input"):
        Config.remove_option("input", name)
    Config.set("input", "mouse", "mouse,disable_multitouch")
    Config.set("kivy", "exit_on_escape", "0")
    Config.set("kivy", "log_level", "warning")
