"""Base of the screens: a view-model in, action ids out.

Rule: a screen draws `vm` and dispatches `on_act`; what a tap means is the presenter's. Setting an
equal view-model changes nothing, and of another one only what differs is painted again, because
every widget compares its own model. `tall` is a portrait window, `low` one under 700 dp high;
`left_handed` is whoever is here: columns change places (`left_edge` and `right_edge` are where the
outer columns have their line).
"""

from pathlib import Path
from typing import Any

from kivy.lang import Builder
from kivy.metrics import dp
from kivy.properties import BooleanProperty, ObjectProperty, StringProperty
from kivy.uix.floatlayout import FloatLayout

from glass.tap import Tap
from pos_app.widgets import register
from pos_app.widgets.lines import LineList

__all__ = ["Screen", "load_kv", "register"]

_loaded: set[str] = set()


def load_kv(module_file: str) -> None:
    """Load the .kv beside a module, once; the theme's rules come first."""
    for path in (Path(__file__).parent.parent / "theme.kv", Path(module_file).with_suffix(".kv")):
        if str(path) not in _loaded:
            Builder.load_file(str(path))
            _loaded.add(str(path))


class Screen(FloatLayout):
    """One screen of the terminal."""

    vm = ObjectProperty(None, rebind=True)
    tall = BooleanProperty(False)
    low = BooleanProperty(False)
    left_handed = BooleanProperty(False)
    left_edge = StringProperty("r")
    right_edge = StringProperty("l")
    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("size", self._measure)
        self._measure()

    def _measure(self, *_: object) -> None:
        self.tall = self.height > self.width
        self.low = self.height < dp(700)

    def on_left_handed(self, *_: object) -> None:
        """The lines between columns are on the other side of them."""
        self.left_edge, self.right_edge = "lr" if self.left_handed else "rl"

    def act(self, action: str) -> None:
        """Called by kv for every tap."""
        self.dispatch("on_act", action)

    def dropped(self, row_id: str, place: tuple[float, float]) -> None:
        """Called by kv when a line was dragged: tell the presenter what it was dropped on."""
        for widget in self.walk(restrict=True):
            if isinstance(widget, LineList):
                row = widget.row_at(*place)
                target = row.drop if row is not None else ""
            elif isinstance(widget, Tap) and widget.collide_point(*widget.to_widget(*place)):
                target = widget.action()
            else:
                continue
            if target:
                self.act(f"drop:{row_id}|{target}")
                return

    def on_act(self, action: str) -> None:
        """Bound by the bridge: the presenter takes the action."""
