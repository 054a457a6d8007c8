"""Between the terminal's logic and its window: taps down, view-models up.

Whatever changes (a tap, an answer, the clock) asks for one refresh before the next frame; a refresh
makes the view-models anew and the widgets draw what differs. A tap is handled at once, so its
answer stands on the very next frame.
"""

from typing import Any

from kivy.clock import Clock

from pos_app.desk import Desk
from pos_app.presenters.flow import Flow
from pos_app.screens.stage import Stage

TICK_S = 1.0


class Bridge:
    """Keeps a stage showing what a flow says. `stop` ends the ticking."""

    def __init__(self, desk: Desk, stage: Stage, lock_after_ms: int = 0) -> None:
        self.flow = Flow(desk, lock_after_ms)
        self._stage = stage
        self._refresh = Clock.create_trigger(self._run_refresh, -1)
        self._tick = Clock.schedule_interval(self._refresh, TICK_S)
        stage.bind(on_act=self._act)
        desk.watch(self.changed)
        self._run_refresh()

    def changed(self) -> None:
        """Something is different: draw it before the next frame."""
        self._refresh()

    def stop(self) -> None:
        """No more refreshing."""
        self._tick.cancel()
        self._refresh.cancel()
        self._stage.unbind(on_act=self._act)

    def _act(self, _stage: object, action: str) -> None:
        before = self.flow.place.screen
        self.flow.act(action)
        self._run_refresh()
        if self.flow.place.screen != before:
            # Touches that came with this one are dispatched before the next frame: the keys of the
            # new screen must have their places by then, or a figure typed fast falls between them.
            Clock.tick_draw()

    def _run_refresh(self, *_: Any) -> None:
        shown = self.flow.view()
        self._stage.banner = shown.banner
        self._stage.toast = shown.toast
        self._stage.show(shown.screen, shown.view)
