"""The Kivy application of a terminal: one window, one stage, one asyncio loop.

`run` drives the window beside whatever the desk does on the same loop, so nothing needs a lock;
disk and devices work in threads behind the desk. Import after `window.prepare`.
"""

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window

from glass.colours import palette
from glass.lettering import register_fonts
from pos_app.bridge import Bridge
from pos_app.desk import Desk
from pos_app.screens.stage import Stage
from sync_server.client.screen_text import LOOK_S, ScreenText


class Terminal(App):
    """The terminal in its window. `bridge` is there once it is built."""

    def __init__(
        self, desk: Desk, mode: str = "dark", title: str = "Vitrylo", lock_after_ms: int = 0
    ) -> None:
        super().__init__()
        self.title = title
        self._desk = desk
        self._mode = mode
        self._lock_after_ms = lock_after_ms
        self.bridge: Bridge | None = None

    def build(self) -> Stage:
        """Fonts, colours, and the first screen."""
        register_fonts()
        palette.use(self._mode)
        Window.clearcolor = palette["background"]
        stage = Stage()
        self.bridge = Bridge(self._desk, stage, self._lock_after_ms)
        # Kept, because the clock holds bound methods weakly.
        self._reader = ScreenText(stage, lambda: float(Window.height))
        if self._reader.wanted:
            Clock.schedule_interval(self._reader.look, LOOK_S)
        return stage

    def on_stop(self) -> None:
        """The window closes: nothing ticks any more."""
        if self.bridge is not None:
            self.bridge.stop()


async def run(
    desk: Desk, mode: str = "dark", title: str = "Vitrylo", lock_after_ms: int = 0
) -> None:
    """Show the terminal until its window is closed."""
    Clock.init_async_lib("asyncio")
    await Terminal(desk, mode, title, lock_after_ms).async_run(async_lib="asyncio")
