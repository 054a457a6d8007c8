"""The board's screen: head, columns, side, foot, and a sheet over them; a view-model in, taps out.

Rule: it knows geometry only. Setting a view draws what differs; `drawn` says what the last painting
really showed, which is what may be acknowledged after the frame.
"""

from typing import Any

from kivy.properties import ObjectProperty
from kivy.uix.widget import Widget

from glass.painted import Painted
from kds_app.presenters.board import Glass
from kds_app.presenters.shown import BoardView
from kds_app.theme import scale
from kds_app.widgets import frame
from kds_app.widgets.columns import Columns


class Words(Painted):
    """A sentence in the middle of an empty board."""

    def paint(self) -> None:
        """Draw the model, a string."""
        if self.model:
            size = scale.of(28)
            top = (self.height - size) / 2
            self.line(self.model, 0, top, self.width, size, "dim", align="center")


class BoardScreen(Widget):
    """Draws a `BoardView`; dispatches `on_act`, and `on_reshape` when cards must be placed anew."""

    view = ObjectProperty(BoardView(), rebind=False)
    __events__ = ("on_act", "on_reshape")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.columns = Columns(size_hint=(None, None))
        self.words = Words(size_hint=(None, None))
        self.head = frame.HeadView(size_hint=(None, None))
        self.side = frame.SideView(size_hint=(None, None))
        self.foot = frame.FootView(size_hint=(None, None))
        self.sheet = frame.SheetView(size_hint=(None, None))
        for part in (self.columns, self.head, self.side, self.foot, self.sheet):
            part.bind(on_act=self._pass_on)
        for part in (self.words, self.columns, self.side, self.head, self.foot):
            self.add_widget(part)
        self.fbind("size", self._reshape)
        self.fbind("pos", self._reshape)
        self.fbind("view", self._show)
        self._reshape()

    def on_act(self, action: str) -> None:
        """Bound by the bridge."""

    def on_reshape(self) -> None:
        """Bound by the bridge: the glass is another."""

    def _pass_on(self, _part: object, action: str) -> None:
        self.dispatch("on_act", action)

    def glass(self) -> Glass:
        """What the presenter must know to place cards."""
        columns = self.columns
        return Glass(columns.count, columns.room, columns.gap, columns.tall)

    def drawn(self) -> dict[str, int]:
        """Ticket versions that stand painted on the screen, or are counted there as waiting on
        other pages, and not under the sheet."""
        found: dict[str, int] = {}
        if self.sheet.parent is not None:
            return self.columns.drawn(self.sheet.x)
        side = self.side.painted
        if side is not None and side is self.side.model:
            found.update((n.ticket_id, n.version) for n in side.newcomers)
            if side.waiting is not None:
                found.update(side.waiting.versions)
        found.update(self.columns.drawn(self.side.x))
        return found

    def _reshape(self, *_: object) -> None:
        if scale.fit(self.width, self.height):
            self.columns.rescaled()
            for part in (self.head, self.side, self.foot, self.sheet, self.words):
                part.repaint()
        u = scale.of
        x, y = self.pos
        wide, high = self.size
        head, foot, side = u(frame.HEAD), u(frame.FOOT), u(frame.SIDE)
        self._set(self.head, x, y + high - head, wide, head)
        self._set(self.foot, x, y, wide, foot)
        body = max(1, high - head - foot)
        self._set(self.side, x + wide - side, y + foot, side, body)
        self._set(self.columns, x, y + foot, max(1, wide - side), body)
        sheet = min(u(frame.SHEET), round(wide))
        self._set(self.sheet, x + wide - sheet, y + foot, sheet, body)
        self._set_words()
        self.dispatch("on_reshape")

    @staticmethod
    def _set(part: Any, x: float, y: float, wide: float, high: float) -> None:
        part.size = (wide, high)
        part.pos = (x, y)

    def _show(self, *_: object) -> None:
        view: BoardView = self.view
        self._give(self.head, frame.head_of(view))
        self._give(self.side, frame.side_of(view))
        self._give(self.foot, frame.foot_of(view))
        self._give(self.words, view.empty)
        self.columns.placed = view.placed
        if view.sheet is not None:
            self._give(self.sheet, view.sheet)
            if self.sheet.parent is None:
                self.add_widget(self.sheet)
                self._set_words()
        elif self.sheet.parent is not None:
            self.remove_widget(self.sheet)
            self._set_words()

    def _set_words(self) -> None:
        """In the middle of what is free beside the side column, or beside an open sheet."""
        beside = self.side if self.sheet.parent is None else self.sheet
        wide = max(1, beside.x - self.x)
        self._set(self.words, self.x, self.side.y, wide, self.side.height)

    @staticmethod
    def _give(part: Any, model: object) -> None:
        if part.model != model:
            part.model = model
