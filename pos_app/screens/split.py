"""Bills side by side. Layout in `split.kv`, meaning in `presenters/split.py`."""

from typing import Any

from kivy.properties import ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from pos_app.presenters.shown import Act, Pair
from pos_app.presenters.split_view import Bill, SplitView
from pos_app.screens.screen import Screen, load_kv

NO_BILL = Bill(Act(), total=Pair(""))


class BillColumn(FloatLayout):
    """One bill: its head, its lines, its total, pay."""

    model = ObjectProperty(NO_BILL, rebind=True)
    __events__ = ("on_act", "on_drop")

    def on_act(self, action: str) -> None:
        """Bound by the screen."""

    def on_drop(self, row_id: str, place: tuple[float, float]) -> None:
        """Bound by the screen."""

    def act(self, action: str) -> None:
        """Hand a tap on."""
        self.dispatch("on_act", action)


class SplitScreen(Screen):
    """Draws a `SplitView`; columns are made when there are so many bills for the first time."""

    vm = ObjectProperty(SplitView(), rebind=True)

    def __init__(self, **kwargs: Any) -> None:
        self._columns: list[BillColumn] = []
        super().__init__(**kwargs)
        for name in ("vm", "size"):
            self.fbind(name, self._place)
        self.ids.body.bind(size=self._place, pos=self._place)
        self._place()

    def _place(self, *_: object) -> None:
        """Columns of equal width; in portrait two rows of two."""
        bills, body, gap = self.vm.bills, self.ids.body, 12.0
        while len(self._columns) < len(bills):
            column = BillColumn(size_hint=(None, None))
            column.bind(on_act=lambda _column, action: self.act(action))
            column.bind(on_drop=lambda _column, row_id, place: self.dropped(row_id, place))
            self._columns.append(column)
        room = len(bills) + (1 if self.vm.new.label else 0)
        across = max(2, min(2 if self.tall else 4, room))
        down = -(-room // across) if self.tall else 1
        wide = (body.width - gap * (across - 1)) / across
        high = (body.height - gap * (down - 1)) / max(1, down)
        spots = [
            (
                body.x + n % across * (wide + gap),
                body.top - (n // across + 1) * high - n // across * gap,
            )
            for n in range(room)
        ]
        for number, column in enumerate(self._columns):
            if number >= len(bills):
                if column.parent is not None:
                    body.remove_widget(column)
                continue
            column.model = bills[number]
            column.size, column.pos = (wide, high), spots[number]
            if column.parent is None:
                body.add_widget(column)
        new = self.ids.new
        new.size = (wide, high) if room > len(bills) else (0, 0)
        new.pos = spots[-1] if room > len(bills) else (body.x, body.y)


load_kv(__file__)
