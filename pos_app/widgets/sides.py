"""Columns side by side that change places for whoever taps with the left hand.

Rule: kv writes them as for the right hand. Screens that place their columns by hand ask
`screen.Screen.left_handed` themselves.
"""

from typing import Any

from kivy.properties import BooleanProperty
from kivy.uix.boxlayout import BoxLayout


class Sides(BoxLayout):
    """`mirrored` turns the order round; a column stays as wide as it is."""

    mirrored = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("mirrored", self._trigger_layout)

    def do_layout(self, *args: Any) -> None:
        """As a box does, then mirrored."""
        super().do_layout(*args)
        if self.mirrored and self.orientation == "horizontal":
            for child in self.children:
                child.x = self.x + self.right - child.right
