"""The lines of a check: course headings and lines, scrolled by a finger, drawn only where visible.

Rule: a tap acts when the finger leaves where it came, a drag scrolls and presses nothing. Heights
are measured from the text, so rows that are out of sight cost nothing.
"""

from typing import Any

from kivy.clock import Clock
from kivy.graphics import ScissorPop, ScissorPush
from kivy.metrics import dp
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from pos_app.presenters.shown import Row
from pos_app.theme import palette
from pos_app.widgets import lettering
from pos_app.widgets.painted import Painted

_SLOP = 12
_MARK_ROOM = 34
_NAME_LEFT = 68


class RowView(Painted):
    """One row: a course heading or a line with its details and mark."""

    pressed = False

    @staticmethod
    def natural_height(row: Row, width: float) -> float:
        """Height for the wrapped details."""
        if row.kind == "head":
            return float(dp(32))
        room = RowView._room(row, width)
        names = len(lettering.fit(row.name, int(room), round(dp(16)), False, 2))
        details = sum(
            len(lettering.fit(text, int(width - dp(_NAME_LEFT + 60)), round(dp(14)), False, 3))
            for text, _ in row.details
        )
        return float(max(dp(48), dp(12) + dp(20) * names + dp(18) * details))

    @staticmethod
    def _room(row: Row, width: float) -> float:
        price = RowView.measure(row.price, 16)
        return width - dp(_NAME_LEFT) - price - dp(16 + _MARK_ROOM)

    def paint(self) -> None:
        """Heading or line."""
        row: Row | None = self.model
        if row is None:
            return
        if row.kind == "head":
            self._head(row)
        else:
            self._line(row)

    def _head(self, row: Row) -> None:
        aside = self.measure(row.aside, 14)
        self.text(
            row.name.upper(),
            dp(16),
            0,
            self.width - aside - dp(40),
            self.height,
            size=14,
            token="dim",
            smallest=12,
        )
        self.text(
            row.aside,
            dp(16),
            0,
            self.width - dp(32),
            self.height,
            size=14,
            align="right",
            token=palette.text_of(row.aside_token),
        )

    def _line(self, row: Row) -> None:
        if row.selected:
            self.box(0, 0, self.width, self.height, "selected")
            self.box(0, 0, dp(3), self.height, "accent")
        room = self._room(row, self.width)
        names = len(lettering.fit(row.name, int(room), round(dp(16)), False, 2))
        tall = sum(
            len(lettering.fit(text, int(self.width - dp(_NAME_LEFT + 60)), round(dp(14)), False, 3))
            for text, _ in row.details
        )
        content = dp(20) * names + dp(18) * tall
        top = max(dp(5), (self.height - content) / 2) if not row.details else dp(6)
        ink = "dim" if row.struck else "text"
        self.text(
            row.quantity,
            dp(16),
            top,
            dp(_NAME_LEFT - 18),
            dp(20),
            bold=True,
            token=ink,
            smallest=13,
        )
        wide, _ = self.text(
            row.name, dp(_NAME_LEFT), top, room, dp(20) * names, lines=2, token=ink, valign="top"
        )
        right = self.width - dp(16 + _MARK_ROOM)
        self.text(
            row.price, right - dp(120), top, dp(120) + dp(4), dp(20), align="right", token=ink
        )
        if row.struck:
            self.box(dp(_NAME_LEFT), top + dp(11), wide, 1, "dim")
        self._mark(row, self.width - dp(16 + 24), top - dp(2))
        at = top + dp(20) * names
        for text, token in row.details:
            room = self.width - dp(_NAME_LEFT + 60)
            rows = len(lettering.fit(text, int(room), round(dp(14)), False, 3))
            self.text(
                text,
                dp(_NAME_LEFT),
                at,
                room,
                dp(18) * rows,
                size=14,
                token=palette.text_of(token),
                lines=3,
                valign="top",
            )
            at += dp(18) * rows

    def _mark(self, row: Row, x: float, y: float) -> None:
        side = dp(24)
        if row.mark == "ring":
            self.ring(x + dp(5), y + dp(5), dp(14), dp(14), row.mark_token, dp(7), 2)
        elif row.mark == "dot":
            self.box(x + dp(9), y + dp(9), dp(6), dp(6), row.mark_token, dp(3))
        elif row.mark:
            token = palette.text_of(row.mark_token)
            self.icon(row.mark, x, y, side, side, size=20, token=token)


class ScrollBar(Painted):
    """How far a list is scrolled: the model is (start, part shown), both of the whole."""

    def paint(self) -> None:
        """A narrow bar."""
        if self.model is not None:
            start, part = self.model
            self.box(0, start * self.height, self.width, part * self.height, "line", dp(2))


class LineList(Widget):
    """The rows in a window that a finger scrolls."""

    models = ObjectProperty((), rebind=False)
    offset = NumericProperty(0)
    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        self._spare: list[RowView] = []
        self._live: dict[int, RowView] = {}
        self._tops: list[float] = []
        self._total = 0.0
        self._drag: tuple[float, float] | None = None
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

    def on_act(self, action: str) -> None:
        """Bound in kv: the owner takes the action."""

    def _changed(self, *_: object) -> None:
        before = self._total
        self._measure()
        picked = next((n for n, row in enumerate(self.models) if row.selected), None)
        if picked is not None:
            self._reveal(picked)
        elif self._total > before:
            self.offset = max(0.0, self._total - self.height)
        self._arrange()

    def _measure(self) -> None:
        top = 0.0
        self._tops = []
        for row in self.models:
            self._tops.append(top)
            top += RowView.natural_height(row, self.width)
        self._total = top

    def _reveal(self, number: int) -> None:
        top = self._tops[number]
        bottom = self._tops[number + 1] if number + 1 < len(self._tops) else self._total
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
                spare = self._spare.pop() if self._spare else RowView(size_hint=(None, None))
                self._live[n] = spare
                self.add_widget(spare)
            view = self._live[n]
            tall = self._bottom(n) - self._tops[n]
            view.size = (self.width, tall)
            view.pos = (self.x, self.top - self._tops[n] - tall + self.offset)
            view.model = self.models[n]
        self._show_bar()

    def _bottom(self, number: int) -> float:
        return self._tops[number + 1] if number + 1 < len(self._tops) else self._total

    def _show_bar(self) -> None:
        self.remove_widget(self._bar)
        if self._total > self.height + 1:
            self._bar.size = (dp(4), self.height)
            self._bar.pos = (self.right - dp(5), self.y)
            self._bar.model = (self.offset / self._total, self.height / self._total)
            self.add_widget(self._bar)

    def on_touch_down(self, touch: Any) -> bool:
        """Begin a tap or a drag."""
        if not self.collide_point(*touch.pos):
            return False
        if touch.is_mouse_scrolling:
            self.offset += dp(48) * (1 if touch.button == "scrollup" else -1)
            return True
        touch.grab(self)
        self._drag = None
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Scroll once the finger has moved far enough."""
        if touch.grab_current is not self:
            return False
        if self._drag is None and abs(touch.y - touch.oy) > dp(_SLOP):
            self._drag = (touch.y, self.offset)
        if self._drag is not None:
            self.offset = self._drag[1] + touch.y - self._drag[0]
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """A finger that did not move taps the row under it."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        if self._drag is None and self.collide_point(*touch.pos):
            depth = self.top - touch.y + self.offset
            for n, top in enumerate(self._tops):
                if top <= depth < self._bottom(n) and self.models[n].id:
                    self.dispatch("on_act", self.models[n].id)
                    break
        self._drag = None
        return True
