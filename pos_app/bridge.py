"""Between the terminal's logic and its window: taps down, view-models up.

Whatever changes (a tap, an answer, the clock) asks for one refresh before the next frame; a refresh
makes the view-models anew and the widgets draw what differs. A tap is handled at once, so its
answer stands on the very next frame. What the disk confirms and other devices do is gathered for
`NEWS_S`: in a full house that comes more often than frames. How the person signed in likes letters
and colours is put on here, and signs that a scanner types are gathered here.
"""

from collections.abc import Callable
from typing import Any

from kivy.clock import Clock
from kivy.core.window import Window
from kivy.metrics import Metrics

from glass.colours import palette
from pos_app.desk import Desk
from pos_app.presenters.flow import Flow
from pos_app.screens.stage import Stage
from pos_app.wedge import Wedge

TICK_S = 1.0
NEWS_S = 1 / 15
"""So long news may wait for more; nobody sees the difference."""
_ENTER = (13, 271)


class Bridge:
    """Keeps a stage showing what a flow says. `stop` ends the ticking."""

    def __init__(
        self,
        desk: Desk,
        stage: Stage,
        lock_after_ms: int = 0,
        mono: Callable[[], int] = lambda: 0,
    ) -> None:
        """`mono` gives milliseconds of a clock that nobody sets."""
        self.flow = Flow(desk, lock_after_ms)
        self._desk = desk
        self._stage = stage
        self._mono = mono
        self._wedge = Wedge()
        self._looked: tuple[int, int] = (-1, 0)
        self._look: tuple[str, int] = ("", 0)
        self._refresh = Clock.create_trigger(self._run_refresh, -1)
        self._news = Clock.create_trigger(self._run_refresh, NEWS_S)
        self._tick = Clock.schedule_interval(self._refresh, TICK_S)
        stage.bind(on_act=self._act)
        Window.bind(on_key_down=self._key)
        desk.watch(self.changed, self.news)
        desk.attached.hear(self._heard)
        self._run_refresh()

    def changed(self) -> None:
        """Something is different: draw it before the next frame."""
        self._refresh()

    def news(self) -> None:
        """Something was confirmed or told: draw it soon, with what else comes until then."""
        self._news()

    def stop(self) -> None:
        """No more refreshing."""
        for event in (self._tick, self._refresh, self._news):
            event.cancel()
        self._stage.unbind(on_act=self._act)
        Window.unbind(on_key_down=self._key)

    def _act(self, _stage: object, action: str) -> None:
        before = self.flow.place.screen
        self.flow.act(action)
        self._run_refresh()
        if self.flow.place.screen != before:
            # Touches that came with this one are dispatched before the next frame: the keys of the
            # new screen must have their places by then, or a figure typed fast falls between them.
            Clock.tick_draw()

    def _heard(self, action: str) -> None:
        self._act(None, action)

    def _key(self, _window: object, number: int, _scan: int, sign: str | None, *_: Any) -> None:
        if self._looked[0] != Clock.frames:
            # Keys that the window had together are of one moment, however long each one took.
            self._looked = (Clock.frames, self._mono())
        code = self._wedge.key("enter" if number in _ENTER else sign or "", self._looked[1])
        if code:
            self._heard(self._desk.attached.typed(code))

    def _run_refresh(self, *_: Any) -> None:
        for awaited in (self._refresh, self._news):
            awaited.cancel()
        shown = self.flow.view()
        self._dress()
        self._stage.left_handed = self._desk.preference.hand == "left"
        self._stage.banner = shown.banner
        self._stage.toast = shown.toast
        self._stage.show(shown.screen, shown.view)

    def _dress(self) -> None:
        """Colours and size of letters of whoever is here now; all is painted anew when they are
        others."""
        look = (self._desk.mode, self._desk.preference.scale)
        if look == self._look:
            return
        self._look = look
        palette.use(look[0])
        Window.clearcolor = palette["background"]
        Metrics.fontscale = look[1] / 100
        self._stage.forget()
