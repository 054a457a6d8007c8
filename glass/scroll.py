"""A list that a finger scrolls, drawn only where it is visible.

Rule: a tap acts when the finger leaves where it came, a drag scrolls and presses nothing, a list
let go in motion glides to a stop, and a finger on a gliding list stops it and taps nothing. Rows
out of sight are measured, not drawn. Menus and floors are pages (`pool`), which answer a touch at
once; this is for what is read like a paper.
"""

from typing import Any

from kivy.clock import Clock
from kivy.factory import Factory
from kivy.graphics import ScissorPop, ScissorPush
from kivy.metrics import dp
from kivy.properties import NumericProperty, ObjectProperty, StringProperty
from kivy.uix.widget import Widget

from glass.painted import Painted, Place

SLOP = 12
"""How far in dp a finger may slip and still tap."""
_FRICTION_S = 0.325
_SLOWEST, _FASTEST = 24, 4_000  # dp a second


class ScrollBar(Painted):
    """How far a list is scrolled: the model is (start, part shown), both of the whole."""

    def paint(self) -> None:
        """A narrow bar."""
        if self.model is not None:
            start, part = self.model
            self.box(0, start * self.height, self.width, part * self.height, "line", dp(2))


class Glide:
    """Where a finger drags a list to, and how it moves on when let go. Pixels and seconds."""

    def __init__(self) -> None:
        self.speed = 0.0
        self._last: tuple[float, float] | None = None

    def begin(self) -> None:
        """A finger came: whatever moved stands still."""
        self.speed, self._last = 0.0, None

    def drag(self, place: float, at_s: float) -> None:
        """The finger was seen at a place."""
        if self._last is not None and at_s > self._last[1]:
            fresh = (place - self._last[0]) / (at_s - self._last[1])
            self.speed = 0.6 * fresh + 0.4 * self.speed
        self._last = (place, at_s)

    def release(self, at_s: float) -> bool:
        """The finger left; True when the list moves on. A finger that rested first stops it."""
        rested = self._last is None or at_s - self._last[1] > 0.1
        self.speed = 0.0 if rested else max(-dp(_FASTEST), min(dp(_FASTEST), self.speed))
        return abs(self.speed) >= dp(_SLOWEST)

    def step(self, span_s: float) -> float:
        """How far it moves in a span; it has come to rest when `speed` is 0 afterwards."""
        moved = self.speed * span_s
        self.speed *= max(0.0, 1 - span_s / _FRICTION_S)
        if abs(self.speed) < dp(_SLOWEST):
            self.speed = 0.0
        return moved


class ScrollList(Widget):
    """Rows of one kind of `view`, each as high as its model wants; a tap carries its model's id.

    A view's class offers `natural_height(model, width)`. A model with `selected` is brought into
    sight; a list that grew shows its end.
    """

    models = ObjectProperty((), rebind=False)
    view = StringProperty("")
    offset = NumericProperty(0)
    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        self._spare: list[Any] = []
        self._live: dict[int, Any] = {}
        self._tops: list[float] = []
        self._total = 0.0
        self._measured: tuple[Any, float] = ((), -1.0)
        self._drag: tuple[float, float] | None = None
        self._stopped_a_glide = False
        self._glide = Glide()
        self._gliding: Any = None
        self._arrange = Clock.create_trigger(self._run_arrange, -1)
        super().__init__(**kwargs)
        self._scissor = ScissorPush(x=0, y=0, width=1, height=1)
        self.canvas.before.add(self._scissor)
        self.canvas.after.add(ScissorPop())
        self._bar = ScrollBar(size_hint=(None, None))
        for name in ("size", "pos", "offset"):
            self.fbind(name, self._arrange)
        self.fbind("models", self._changed)
        self._arrange()

    @property
    def sight(self) -> Place:
        """What of it can be seen, in the window."""
        part = self._scissor
        return (part.x, part.y, part.x + part.width, part.y + part.height)

    def on_act(self, action: str) -> None:
        """Bound in kv: the owner takes the action."""

    def _changed(self, *_: object) -> None:
        before = self._total
        self._measure()
        picked = next((n for n, row in enumerate(self.models) if _selected(row)), None)
        if picked is not None:
            self._reveal(picked)
        elif self._total > before:
            self.offset = max(0.0, self._total - self.height)
        self._arrange()

    def _measure(self) -> None:
        """Where each row begins; a list that is merely scrolled was measured before."""
        if self._measured[0] is self.models and self._measured[1] == self.width:
            return
        self._measured = (self.models, self.width)
        kind = Factory.get(self.view)
        top = 0.0
        self._tops = []
        for row in self.models:
            self._tops.append(top)
            top += kind.natural_height(row, self.width)
        self._total = top

    def _reveal(self, number: int) -> None:
        top, bottom = self._tops[number], self._bottom(number)
        if top < self.offset:
            self.offset = top
        elif bottom > self.offset + self.height:
            self.offset = bottom - self.height

    def _run_arrange(self, *_: object) -> None:
        x, y = self.to_window(self.x, self.y)
        self._scissor.x, self._scissor.y = int(x), int(y)
        self._scissor.width, self._scissor.height = int(self.width), int(self.height)
        self._measure()
        self.offset = min(max(0.0, self.offset), max(0.0, self._total - self.height))
        wanted = {
            n
            for n, top in enumerate(self._tops)
            if top < self.offset + self.height and self._bottom(n) > self.offset
        }
        for n in [n for n in self._live if n not in wanted]:
            view = self._live.pop(n)
            self.remove_widget(view)
            self._spare.append(view)
        for n in sorted(wanted):
            if n not in self._live:
                spare = self._spare.pop() if self._spare else self._make()
                self._live[n] = spare
                self.add_widget(spare, len(self.children))  # below the bar
            view = self._live[n]
            tall = self._bottom(n) - self._tops[n]
            view.size = (self.width, tall)
            view.pos = (self.x, self.top - self._tops[n] - tall + self.offset)
            view.model = self.models[n]
        self._show_bar()

    def _make(self) -> Any:
        return Factory.get(self.view)(size_hint=(None, None))

    def _bottom(self, number: int) -> float:
        return self._tops[number + 1] if number + 1 < len(self._tops) else self._total

    def _show_bar(self) -> None:
        if self._total <= self.height + 1:
            self.remove_widget(self._bar)
        else:
            self._bar.size = (dp(4), self.height)
            self._bar.pos = (self.right - dp(5), self.y)
            self._bar.model = (self.offset / self._total, self.height / self._total)
            if self._bar.parent is None:
                self.add_widget(self._bar)

    # -- the finger ----------------------------------------------------------------------------
    def on_touch_down(self, touch: Any) -> bool:
        """Begin a tap or a drag."""
        if not self.collide_point(*touch.pos):
            return False
        if touch.is_mouse_scrolling:
            self.offset += dp(48) * (1 if touch.button == "scrollup" else -1)
            return True
        touch.grab(self)
        self._drag = None
        self._stopped_a_glide = self._gliding is not None
        self._stop_glide()
        self._glide.begin()
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Scroll once the finger has moved far enough."""
        if touch.grab_current is not self:
            return False
        if self._drag is None and abs(touch.y - touch.oy) > dp(SLOP):
            self._drag = (touch.y, self.offset)
        if self._drag is not None:
            self.offset = self._drag[1] + touch.y - self._drag[0]
            self._glide.drag(touch.y, touch.time_update)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """A finger that did not move taps the row under it; one that did lets the list glide."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        if self._drag is not None:
            if self._glide.release(touch.time_update):
                self._gliding = Clock.schedule_interval(self._run_glide, 0)
        elif not self._stopped_a_glide and self.collide_point(*touch.pos):
            self._tap(self.top - touch.y + self.offset)
        self._drag = None
        return True

    def _tap(self, depth: float) -> None:
        for n, top in enumerate(self._tops):
            if top <= depth < self._bottom(n) and self.models[n].id:
                self.dispatch("on_act", self.models[n].id)
                return

    def _run_glide(self, span_s: float) -> None:
        wanted = self.offset + self._glide.step(span_s)
        self.offset = min(max(0.0, wanted), max(0.0, self._total - self.height))
        if self._glide.speed == 0 or self.offset != wanted:
            self._stop_glide()

    def _stop_glide(self) -> None:
        if self._gliding is not None:
            self._gliding.cancel()
            self._gliding = None


def _selected(model: Any) -> bool:
    return bool(getattr(model, "selected", False))
