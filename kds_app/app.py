"""The Kivy application of a kitchen display: one window, one screen, one asyncio loop.

The window is driven beside the desk's connection on the same loop, so nothing needs a lock; the
disk works in a thread behind the desk. Import after `window.prepare`.
"""

from collections.abc import Callable

from kivy.app import App
from kivy.clock import Clock
from kivy.core.window import Window

from glass.colours import palette
from glass.lettering import register_fonts
from kds_app.bridge import Bridge
from kds_app.presenters.board import Board
from kds_app.screens.board import BoardScreen
from kds_app.sounds import Sounds
from kds_app.theme import COLOURS
from sync_server.client.screen_text import LOOK_S, ScreenText


class Display(App):
    """The display in its window. `bridge` is there once it is built."""

    def __init__(self, board: Board, sounds: Sounds, mono: Callable[[], int], title: str) -> None:
        super().__init__()
        self.title = title
        self._board = board
        self._sounds = sounds
        self._mono = mono
        self.bridge: Bridge | None = None
        self.drawn: Callable[[], None] = lambda: None

    def build(self) -> BoardScreen:
        """Fonts, colours, and the screen."""
        register_fonts()
        palette.use("dark", COLOURS)
        Window.clearcolor = palette["background"]
        Window.bind(on_flip=self._first_frame)
        screen = BoardScreen()
        self.bridge = Bridge(self._board, screen, self._sounds, self._mono)
        # Kept, because the clock holds bound methods weakly.
        self._reader = ScreenText(screen, lambda: float(Window.height))
        if self._reader.wanted:
            Clock.schedule_interval(self._reader.look, LOOK_S)
        return screen

    def drawing(self) -> bool:
        """Whether frames reach the screen (the beat that the server hears)."""
        return self.bridge is not None and self.bridge.drawing()

    def _first_frame(self, *_: object) -> None:
        Window.unbind(on_flip=self._first_frame)
        Clock.schedule_once(lambda _: self.drawn(), 0)

    def on_stop(self) -> None:
        """The window closes: nothing ticks any more."""
        if self.bridge is not None:
            self.bridge.stop()


async def run(display: Display) -> None:
    """Show the display until its window is closed."""
    Clock.init_async_lib("asyncio")
    await display.async_run(async_lib="asyncio")
