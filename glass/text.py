"""Plain text with no touch: titles, labels, amounts. Size and place come from kv."""

from typing import Any

from kivy.metrics import sp
from kivy.properties import (
    BooleanProperty,
    NumericProperty,
    OptionProperty,
    StringProperty,
)

from glass.painted import LEADING, Painted


class Text(Painted):
    """A text in one colour. Set `wide` to let its width follow the text."""

    string = StringProperty("")
    scale = NumericProperty(16)
    smallest = NumericProperty(0)
    bold = BooleanProperty(False)
    token = StringProperty("text")
    align = OptionProperty("left", options=["left", "center", "right"])
    valign = OptionProperty("middle", options=["top", "middle", "bottom"])
    lines = NumericProperty(1)
    wide = BooleanProperty(False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("string", "scale", "bold", "token", "align", "valign", "lines", "smallest"):
            self.fbind(name, self.repaint)
        for name in ("string", "scale", "bold", "wide"):
            self.fbind(name, self._widen)
        self._widen()

    def _widen(self, *_: object) -> None:
        if self.wide:
            self.size_hint_x = None
            self.width = self.measure(self.string, self.scale, self.bold) + 1

    def paint(self) -> None:
        """Draw the text in its box."""
        self.text(
            self.string,
            0,
            0,
            self.width,
            self.height,
            size=self.scale,
            bold=self.bold,
            token=self.token,
            align=self.align,
            valign=self.valign,
            lines=int(self.lines),
            smallest=self.smallest,
        )

    @staticmethod
    def tall(scale: float, lines: int = 1) -> float:
        """Height in pixels that a number of lines takes."""
        return round(sp(scale) * LEADING) * lines


class Ground(Painted):
    """A coloured ground, with a line along the `edges` named: b, r, l, t, or o for all."""

    token = StringProperty("panel")
    edges = StringProperty("")
    radius = NumericProperty(0)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        for name in ("token", "edges", "radius"):
            self.fbind(name, self.repaint)

    def paint(self) -> None:
        """Draw the ground."""
        if self.token:
            self.box(0, 0, self.width, self.height, self.token, self.radius)
        if "o" in self.edges:
            self.ring(0, 0, self.width, self.height, "line", self.radius)
        if "b" in self.edges:
            self.box(0, self.height - 1, self.width, 1, "line")
        if "t" in self.edges:
            self.box(0, 0, self.width, 1, "line")
        if "r" in self.edges:
            self.box(self.width - 1, 0, 1, self.height, "line")
        if "l" in self.edges:
            self.box(0, 0, 1, self.height, "line")
