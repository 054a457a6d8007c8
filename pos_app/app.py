"""A terminal in its window: one stage, one asyncio loop.

`run` drives the window beside whatever the desk does on the same loop, so nothing needs a lock;
disk and devices work in threads behind the desk. Import after `glass.window.prepare`.
"""

from collections.abc import Callable

from kivy.clock import Clock
from kivy.core.window import Window

from glass import loop
from glass.lettering import register_fonts
from pos_app.bridge import Bridge
from pos_app.desk import Desk
from pos_app.screens.stage import Stage
from sync_server.client.screen_text import LOOK_S, ScreenText


async def run(desk: Desk, title: str, lock_after_ms: int, mono: Callable[[], int]) -> None:
    """Show the terminal until its window is closed; `mono` is a clock that nobody sets, in ms."""
    register_fonts()
    stage = Stage()
    bridge = Bridge(desk, stage, lock_after_ms, mono)
    reader = ScreenText(stage, lambda: float(Window.height))
    if reader.wanted:
        Clock.schedule_interval(reader.look, LOOK_S)
    try:
        await loop.show(stage, title, lambda: desk.saving)
    finally:
        bridge.stop()
