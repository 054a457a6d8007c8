"""Between the kitchen's logic and its window: taps down, view-models up, acknowledgements out.

Rule: a ticket's version is acknowledged after a frame that really showed it reached the screen, and
by nothing else (reliability 2.13). `on_flip` comes just before the swap, so what was painted then
is acknowledged on the next turn of the loop. What this screen answers for is drawn when it comes;
what others do (`Board.concerned` knows) is gathered for `NEWS_S`. `drawing` is the beat of this
loop: when no frame was swapped for 3 s the server treats the display as down and paper takes over.
"""

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Keyboard, Window

from glass import loop
from kds_app.presenters.board import Board
from kds_app.presenters.intents import Intents
from kds_app.screens.board import BoardScreen
from kds_app.sounds import Sounds
from sync_server.domain import commands as c
from sync_server.domain.ids import TicketId

TICK_S = 1.0
NEWS_S = 1 / 10
"""So long the news of other stations may wait for more."""
_NAMED = {" ": "space", "spacebar": "space", "return": "enter"}
"""Names that a window or a bump bar has for the same key."""
FROZEN_MS = 3_000
SEEN_AT_ONCE = 100
"""Tickets acknowledged with one command; the next turn of the loop takes the others."""


class Bridge:
    """Keeps a screen showing what the board says. `stop` ends the ticking."""

    def __init__(
        self, board: Board, screen: BoardScreen, sounds: Sounds, mono: Callable[[], int]
    ) -> None:
        """`mono` gives milliseconds of a clock that nobody sets."""
        self.board = board
        self.intents = Intents(board)
        self._screen = screen
        self._sounds = sounds
        self._mono = mono
        self._flipped_ms = mono()
        self._shown: dict[str, int] = {}
        self._refresh = Clock.create_trigger(self._run_refresh, -1)
        self._news = Clock.create_trigger(self._run_refresh, NEWS_S)
        self._after_frame = Clock.create_trigger(self._acknowledge, 0)
        self._tick = Clock.schedule_interval(self._run_tick, TICK_S)
        screen.bind(on_act=self._act, on_reshape=self.changed)
        board.desk.watch(self.changed, self.news)
        Window.bind(on_flip=self._flip, on_key_down=self._key)
        self._run_refresh()

    def changed(self, *_: object) -> None:
        """Something is different: draw it before the next frame."""
        self._refresh()

    def news(self) -> None:
        """Something was confirmed or told: what it is to this screen says how soon it is drawn."""
        (self._refresh if self.board.concerned() else self._news)()

    def stop(self) -> None:
        """No more refreshing."""
        for event in (self._tick, self._refresh, self._news, self._after_frame):
            event.cancel()
        Window.unbind(on_flip=self._flip, on_key_down=self._key)
        self._screen.unbind(on_act=self._act, on_reshape=self.changed)

    def drawing(self) -> bool:
        """Whether frames reach the screen."""
        return self._mono() - self._flipped_ms < FROZEN_MS

    def press(self, name: str) -> bool:
        """A key of the keyboard or the bump bar by its name; True when it means something here."""
        command = self.board.settings.keys.get(_NAMED.get(name, name.lower()))
        if command is None:
            return False
        self.intents.act(f"key:{command}")
        self._run_refresh()
        return True

    def bump_bar(self, there: bool) -> None:
        """The bump bar was plugged in or out."""
        self.board.bump_bar = there
        self.changed()

    def _act(self, _screen: object, action: str) -> None:
        self.board.state.keyed = False
        self.intents.act(action)
        self._run_refresh()

    def _key(self, _window: object, number: int, _scan: int, codepoint: str, *_: Any) -> bool:
        plain = str(Keyboard.keycode_to_string(Keyboard, number))
        name = plain.removeprefix("numpad")
        return self.press(name if name or not codepoint else codepoint)

    def _run_tick(self, *_: Any) -> None:
        self._run_refresh()
        # A frame each second, also when nothing moved: the beat must come from the screen itself.
        loop.show_again()

    def _run_refresh(self, *_: Any) -> None:
        for awaited in (self._refresh, self._news):
            awaited.cancel()
        self.board.heard = self._sounds.heard
        self._screen.view = self.board.view(self._screen.glass())
        if self.board.sound:
            self._sounds.play(self.board.sound)

    def _flip(self, *_: Any) -> None:
        self._flipped_ms = self._mono()
        self._shown = self._screen.drawn()
        if self._shown:
            self._after_frame()

    def _acknowledge(self, *_: Any) -> None:
        """The frame with these versions is on the glass now."""
        fresh = self.board.unseen(self._shown)
        if fresh:
            some = fresh[:SEEN_AT_ONCE]
            seen = tuple(c.TicketSeen(TicketId(name), version) for name, version in some)
            self.board.desk.submit(c.AcknowledgeTickets(seen))
        if len(fresh) > SEEN_AT_ONCE:
            # The same frame showed them; a still window may draw no other for a while.
            self._after_frame()
