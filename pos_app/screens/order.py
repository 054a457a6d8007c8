"""The check and the menu. Layout in `order.kv`, meaning in `presenters/order.py`.

The menu half holds one of three sides, built when it is first asked for: the menu, the modifiers
of a dish, a sheet.
"""

from typing import Any

from kivy.metrics import dp
from kivy.properties import NumericProperty, ObjectProperty
from kivy.uix.floatlayout import FloatLayout

from pos_app.presenters.order_view import OrderView
from pos_app.screens.screen import Screen, load_kv


class Side(FloatLayout):
    """A side of the menu half."""

    vm = ObjectProperty(OrderView(), rebind=True)
    owner = ObjectProperty(None, rebind=False)

    def act(self, action: str) -> None:
        """Hand a tap to the screen."""
        self.owner.act(action)


class MenuSide(Side):
    """Categories, tiles, actions on the line."""


class ModifiersSide(Side):
    """The choices of a dish."""


class SheetSide(Side):
    """A question: seat, course, quantity, reason, note."""


_SIDES = {"menu": MenuSide, "modifiers": ModifiersSide, "sheet": SheetSide}


class OrderScreen(Screen):
    """Draws an `OrderView`."""

    vm = ObjectProperty(OrderView(), rebind=True)
    check_width = NumericProperty("420dp")
    menu_height = NumericProperty("420dp")

    def __init__(self, **kwargs: Any) -> None:
        self._sides: dict[str, Side] = {}
        super().__init__(**kwargs)
        self.fbind("vm", self._show_side)
        self.fbind("height", self._share)
        self._share()
        self._show_side()

    def _share(self, *_: object) -> None:
        self.menu_height = max(dp(360), min(dp(560), self.height * 0.44))

    def _show_side(self, *_: object) -> None:
        wanted = self.vm.side
        side = self._sides.get(wanted)
        if side is None:
            side = self._sides[wanted] = _SIDES[wanted](owner=self)
            self.ids.side.bind(pos=side.setter("pos"), size=side.setter("size"))
            side.pos, side.size = self.ids.side.pos, self.ids.side.size
        side.vm = self.vm
        if side.parent is None:
            self.ids.side.clear_widgets()
            self.ids.side.add_widget(side)


load_kv(__file__)
