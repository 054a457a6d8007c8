"""The plan that is drawn: a grid, and tables that a finger drags over it.

Rule: a tap picks; a drag carries the table under the finger and says where it was let go, in grid
units (`put:id/x/y`); the presenter decides where it comes to stand. Tables are drawn by `plan`.
"""

from typing import Any

from kivy.metrics import dp
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.widget import Widget

from glass.painted import Painted
from glass.scroll import SLOP
from pos_app.presenters.floor_view import Table
from pos_app.widgets.plan import TableView

_LINES = 5


class GridLines(Painted):
    """The model is (columns, rows, step): a line at every fifth step."""

    def paint(self) -> None:
        """Hairlines."""
        if self.model is None:
            return
        columns, rows, step = self.model
        for at in range(0, columns + 1, step * _LINES):
            self.box(min(at * self.width / columns, self.width - 1), 0, 1, self.height, "line")
        for at in range(0, rows + 1, step * _LINES):
            self.box(0, min(at * self.height / rows, self.height - 1), self.width, 1, "line")


class PlanBoard(Widget):
    """Shows `models`, whose places are grid units of `columns` x `rows`."""

    models = ObjectProperty((), rebind=False)
    columns = NumericProperty(1)
    rows = NumericProperty(1)
    step = NumericProperty(5)
    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        self._views: list[TableView] = []
        self._held: tuple[TableView, float, float] | None = None
        self._dragging = False
        super().__init__(**kwargs)
        self._grid = GridLines(size_hint=(None, None))
        self.add_widget(self._grid)
        for name in ("models", "size", "pos", "columns", "rows"):
            self.fbind(name, self._arrange)
        self._arrange()

    def on_act(self, action: str) -> None:
        """Bound in kv: the owner takes the action."""

    def _arrange(self, *_: object) -> None:
        self._grid.pos, self._grid.size = self.pos, self.size
        self._grid.model = (int(self.columns), int(self.rows), int(self.step))
        while len(self._views) < len(self.models):
            self._views.append(TableView(size_hint=(None, None)))
        for number, view in enumerate(self._views):
            if number >= len(self.models):
                self.remove_widget(view)
                continue
            self._place(view, self.models[number])
            if view.parent is None:
                self.add_widget(view)

    def _place(self, view: TableView, table: Table) -> None:
        across, down = self.width / self.columns, self.height / self.rows
        view.size = (table.width * across, table.height * down)
        view.pos = (self.x + table.x * across, self.top - table.y * down - view.height)
        view.model = table

    def _under(self, touch: Any) -> TableView | None:
        there = [view for view in self._views if view.parent and view.collide_point(*touch.pos)]
        near = dp(24)
        there = there or [
            view
            for view in self._views
            if view.parent
            and view.x - near <= touch.x <= view.right + near
            and view.y - near <= touch.y <= view.top + near
        ]
        return there[-1] if there else None

    def on_touch_down(self, touch: Any) -> bool:
        """Take the table under the finger."""
        if touch.is_mouse_scrolling or not self.collide_point(*touch.pos):
            return False
        view = self._under(touch)
        if view is None:
            return False
        touch.grab(self)
        self._held = (view, view.x - touch.x, view.y - touch.y)
        self._dragging = False
        return True

    def on_touch_move(self, touch: Any) -> bool:
        """Carry it."""
        if touch.grab_current is not self or self._held is None:
            return False
        if max(abs(touch.x - touch.ox), abs(touch.y - touch.oy)) > dp(SLOP):
            self._dragging = True
        if self._dragging:
            view, left, low = self._held
            view.pos = (touch.x + left, touch.y + low)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Say where it was let go; a finger that did not move picks it."""
        if touch.grab_current is not self or self._held is None:
            return False
        touch.ungrab(self)
        (view, _, _), self._held = self._held, None
        action = str(view.model.id)
        if self._dragging:
            x = round((view.x - self.x) * self.columns / self.width)
            y = round((self.top - view.top) * self.rows / self.height)
            action = f"put:{action.partition(':')[2]}/{x}/{y}"
        self.dispatch("on_act", action)
        self._arrange()
        return True
