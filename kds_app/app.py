"""A kitchen display in its window: one screen, one asyncio loop.

The window is driven beside the desk's connection on the same loop, so nothing needs a lock; the
disk works in a thread behind the desk. Import after `glass.window.prepare`.
"""

from collections.abc import Callable

from kivy.clock import Clock
from kivy.core.window import Window

from glass import loop
from glass.colours import palette
from glass.lettering import register_fonts
from kds_app.bridge import Bridge
from kds_app.presenters.board import Board
from kds_app.screens.board import BoardScreen
from kds_app.sounds import Sounds
from kds_app.theme import COLOURS
from sync_server.client.screen_text import LOOK_S, ScreenText


class Display:
    """The display in its window. `drawn` is called once, after its first frame."""

    def __init__(self, board: Board, sounds: Sounds, mono: Callable[[], int], title: str) -> None:
        self._board = board
        self._sounds = sounds
        self._mono = mono
        self._title = title
        self._bridge: Bridge | None = None
        self.drawn: Callable[[], None] = lambda: None

    async def run(self) -> None:
        """Show it until its window is closed or `stop` is called."""
        register_fonts()
        palette.use("dark", COLOURS)
        Window.clearcolor = palette["background"]
        Window.bind(on_flip=self._first_frame)
        screen = BoardScreen()
        bridge = self._bridge = Bridge(self._board, screen, self._sounds, self._mono)
        reader = ScreenText(screen, lambda: float(Window.height))
        if reader.wanted:
            Clock.schedule_interval(reader.look, LOOK_S)
        try:
            await loop.show(screen, self._title, lambda: self._board.desk.saving)
        finally:
            bridge.stop()

    @staticmethod
    def stop() -> None:
        """End `run`."""
        loop.leave()

    def press(self, name: str) -> None:
        """A key of the bump bar; call on the loop of the window."""
        if self._bridge is not None:
            self._bridge.press(name)

    def bump_bar(self, there: bool) -> None:
        """The bump bar was plugged in or out; call on the loop of the window."""
        if self._bridge is not None:
            self._bridge.bump_bar(there)

    def drawing(self) -> bool:
        """Whether frames reach the screen (the beat that the server hears)."""
        return self._bridge is not None and self._bridge.drawing()

    def _first_frame(self, *_: object) -> None:
        Window.unbind(on_flip=self._first_frame)
        Clock.schedule_once(lambda _: self.drawn(), 0)
