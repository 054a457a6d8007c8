"""The lines of a check: course headings and lines, in a list that a finger scrolls.

Rule: heights are measured from the text, by the same sums that paint it. How a list is touched
stands in `glass.scroll`, how a line is dragged here.
"""

from dataclasses import replace
from typing import Any

from kivy.metrics import Metrics, dp, sp
from kivy.properties import StringProperty

from glass import lettering
from glass.colours import palette
from glass.painted import Painted
from glass.scroll import SLOP, ScrollList
from pos_app.presenters.shown import Row

_MARK_ROOM = 34
_NAME_LEFT = 68
_NAME_LEFT_NARROW = 46
_NARROW = 260
_REST_S = 0.4


class RowView(Painted):
    """One row: a course heading or a line with its details and mark."""

    @staticmethod
    def natural_height(row: Row, width: float) -> float:
        """Height for the wrapped details."""
        if row.kind == "head":
            return float(dp(32))
        details = sum(RowView._wrapped(row, width))
        content = sp(20) * RowView._names(row, width) + sp(18) * details
        return float(max(dp(48), dp(12) + content))

    @staticmethod
    def _left(width: float) -> float:
        """Where names begin: a narrow column, one of several bills, keeps less for the quantity."""
        return float(dp(_NAME_LEFT if width >= dp(_NARROW) else _NAME_LEFT_NARROW))

    @staticmethod
    def _room(row: Row, width: float) -> float:
        price = RowView.measure(row.price, 16)
        return width - RowView._left(width) - price - dp(16 + _MARK_ROOM)

    @staticmethod
    def _names(row: Row, width: float) -> int:
        """How many lines the name takes."""
        room = int(RowView._room(row, width))
        return len(lettering.fit(row.name, room, round(sp(16)), False, 2))

    @staticmethod
    def _wrapped(row: Row, width: float) -> list[int]:
        """How many lines each detail takes."""
        room = int(width - RowView._left(width) - dp(60))
        return [len(lettering.fit(text, room, round(sp(14)), False, 3)) for text, _ in row.details]

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
        left, room = self._left(self.width), self._room(row, self.width)
        names, wrapped = self._names(row, self.width), self._wrapped(row, self.width)
        content = sp(20) * names + sp(18) * sum(wrapped)
        top = max(dp(5), (self.height - content) / 2) if not row.details else dp(6)
        ink = "dim" if row.struck else "text"
        self.text(
            row.quantity,
            dp(16),
            top,
            left - dp(18),
            sp(20),
            bold=True,
            token=ink,
            smallest=13,
        )
        wide, _ = self.text(
            row.name,
            left,
            top,
            room,
            sp(20) * names,
            lines=2,
            token=ink,
            valign="top",
            smallest=13,
        )
        right = self.width - dp(16 + _MARK_ROOM)
        self.text(
            row.price, right - dp(120), top, dp(120) + dp(4), sp(20), align="right", token=ink
        )
        if row.struck:
            self.box(left, top + dp(11), wide, 1, "dim")
        self._mark(row, self.width - dp(16 + 24), top - dp(2))
        at = top + sp(20) * names
        for (text, token), rows in zip(row.details, wrapped, strict=True):
            self.text(
                text,
                left,
                at,
                self.width - left - dp(60),
                sp(18) * rows,
                size=14,
                token=palette.text_of(token),
                lines=3,
                valign="top",
            )
            at += sp(18) * rows

    def _mark(self, row: Row, x: float, y: float) -> None:
        side = dp(24)
        if row.mark == "ring":
            self.ring(x + dp(5), y + dp(5), dp(14), dp(14), row.mark_token, dp(7), dp(2))
        elif row.mark == "dot":
            self.box(x + dp(9), y + dp(9), dp(6), dp(6), row.mark_token, dp(3))
        elif row.mark:
            token = palette.text_of(row.mark_token)
            size = 20 / max(1, Metrics.fontscale)  # its room does not grow with the letters
            self.icon(row.mark, x, y, side, side, size=size, token=token)


class LineList(ScrollList):
    """The rows of a check. A finger that moves across takes a line along and drops it elsewhere:
    `on_drop` tells the id of its row and the place in the window."""

    view = StringProperty("RowView")
    __events__ = ("on_drop",)

    def __init__(self, **kwargs: Any) -> None:
        self._carried: Row | None = None
        self._ghost = RowView(size_hint=(None, None))
        super().__init__(**kwargs)

    def on_drop(self, row_id: str, place: tuple[float, float]) -> None:
        """Bound in kv: the screen knows what stands there."""

    def row_at(self, x: float, y: float) -> Row | None:
        """The row under a point of the window."""
        for view in self._live.values():
            if view.collide_point(*view.to_widget(x, y)) and self.collide_point(
                *self.to_widget(x, y)
            ):
                return view.model if isinstance(view.model, Row) else None
        return None

    def on_touch_move(self, touch: Any) -> bool:
        """Across takes a line along, up and down scrolls."""
        if touch.grab_current is not self:
            return False
        if self._carried is None and self._drag is None and self._carries(touch):
            row = self.row_at(*self.to_window(*touch.opos))
            self._carried = row if row is not None and row.id else None
        if self._carried is None:
            small = max(abs(touch.x - touch.ox), abs(touch.y - touch.oy)) <= dp(SLOP)
            return True if small else bool(super().on_touch_move(touch))
        window = self.get_root_window()
        if self._ghost.parent is None and window is not None:
            self._ghost.model = replace(self._carried, selected=True, details=())
            self._ghost.size = (self.width * 0.8, dp(48))
            window.add_widget(self._ghost)
        x, y = self.to_window(*touch.pos)
        self._ghost.pos = (x - self._ghost.width / 3, y + dp(8))
        return True

    def _carries(self, touch: Any) -> bool:
        """Whether the finger takes a line along: it moves across, or rested on the line first, or
        there is nothing to scroll."""
        across, down = abs(touch.x - touch.ox), abs(touch.y - touch.oy)
        if max(across, down) <= dp(SLOP):
            return False
        rested = touch.time_update - touch.time_start > _REST_S and down <= dp(4 * SLOP)
        return bool(across > 2 * down or rested or self._total <= self.height)

    def on_touch_up(self, touch: Any) -> bool:
        """Let a line that was taken along go."""
        if touch.grab_current is not self or self._carried is None:
            return super().on_touch_up(touch)
        touch.ungrab(self)
        carried, self._carried = self._carried, None
        if self._ghost.parent is not None:
            self._ghost.parent.remove_widget(self._ghost)
        self.dispatch("on_drop", carried.id, self.to_window(*touch.pos))
        return True
