"""A widget that paints itself from a model, re-using what it drew before.

Rule: a subclass says in `paint` what it looks like for its model and size, from the top left
corner, in pixels; the base keeps the drawing of the last time and changes only what differs. One
widget with several texts costs a fifth of a layout with several labels (measured in software GL),
so tiles, rows, cards and whole tickets are single painted widgets. Text is made in `lettering`,
boxes in `shapes`; touch comes from `tap`.
"""

from dataclasses import dataclass
from math import ceil
from typing import Any

from kivy.clock import Clock
from kivy.graphics import (
    BorderImage,
    Color,
    InstructionGroup,
    PopMatrix,
    PushMatrix,
    Rectangle,
    Translate,
)
from kivy.metrics import dp, sp
from kivy.properties import ObjectProperty
from kivy.uix.widget import Widget

from glass import icons, lettering, shapes
from glass.colours import Rgba, palette
from glass.lettering import ICON_FONT, TEXT_FONT

LEADING = 1.26
"""Distance of lines of text, of their size."""

Place = tuple[int, int, int, int]
"""Left, bottom, right, top in pixels."""


def joined(one: Place | None, other: Place | None) -> Place | None:
    """The smallest place that holds both."""
    if one is None or other is None:
        return one or other
    return (
        min(one[0], other[0]),
        min(one[1], other[1]),
        max(one[2], other[2]),
        max(one[3], other[3]),
    )


@dataclass
class Mark:
    """One thing drawn: what it is, where (from the top left) and in which colours."""

    kind: str
    x: float
    y: float
    width: float
    height: float
    text: str = ""
    room: float = 0
    token: str = ""
    cut: bool = False


class _Slot:
    """The instructions of one drawn thing, changed in place when it is drawn again."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.group = InstructionGroup()
        self.colour = Color(1, 1, 1, 1)
        self.body = BorderImage() if kind == "shape" else Rectangle()
        self.group.add(self.colour)
        self.group.add(self.body)
        self.place: Place | None = None
        self._state: tuple[Any, ...] = ()

    def set(
        self,
        rgba: Rgba,
        texture: Any,
        pos: tuple[float, float],
        size: tuple[float, float],
        border: int = 0,
    ) -> bool:
        """True when it looks different now."""
        state = (rgba, id(texture), pos, size, border)
        if state == self._state:
            return False
        self._state = state
        left, bottom = int(pos[0]), int(pos[1])
        self.place = (left, bottom, left + ceil(size[0]), bottom + ceil(size[1]))
        if self.colour.rgba != list(rgba):
            self.colour.rgba = rgba
        self.body.texture = texture
        if self.kind == "shape":
            self.body.border = (border, border, border, border)
        self.body.pos = pos
        self.body.size = size
        return True


class Painted(Widget):
    """Base of everything that is drawn. Set `model`; it is painted before the next frame.

    `painted` is the model that the drawing shows now: what a finished frame really had on it.
    `soiled` is what looks different since the last frame, from the widget's own lower left corner.
    """

    model = ObjectProperty(None, allownone=True, rebind=False)

    def __init__(self, **kwargs: Any) -> None:
        self._slots: list[_Slot] = []
        self.marks: list[Mark] = []
        self.painted: Any = None
        self.soiled: Place | None = None
        self._extent: Place | None = None
        self._left_out = False
        self._repaint = Clock.create_trigger(self._run_paint, -1)
        super().__init__(**kwargs)
        self._origin = Translate(0, 0, 0)
        self._ink = InstructionGroup()
        self._layer = InstructionGroup()
        for instruction in (PushMatrix(), self._origin, self._ink, PopMatrix()):
            self._layer.add(instruction)
        self.canvas.before.add(self._layer)
        self.fbind("size", self.repaint)
        self.fbind("model", self.repaint)
        self.fbind("pos", self._move)
        self._move()
        self._repaint()

    def repaint(self, *_: object) -> None:
        """Paint again before the next frame."""
        self._repaint()

    def paint(self) -> None:
        """Draw the model with `box`, `ring`, `text`, `icon` and their kin. Override."""

    def _move(self, *_: object) -> None:
        self._origin.xy = (round(self.x), round(self.y))
        self._call_frame()

    def _run_paint(self, *_: object) -> None:
        self.marks = []
        if self.width >= 1 and self.height >= 1:
            self.paint()
        self._shorten(len(self.marks))
        self.painted = self.model

    def ink(self) -> Place | None:
        """Where something is drawn, from the widget's own lower left corner."""
        if self._extent is None:
            for slot in self._slots:
                self._extent = joined(self._extent, slot.place)
        return self._extent

    def leave_out(self, left_out: bool) -> None:
        """Leave the drawing out of the next frames, which draw nothing where it stands, or let it
        take part again. Going through its instructions for nothing is half the price of a frame."""
        if left_out != self._left_out:
            self._left_out = left_out
            (self.canvas.before.remove if left_out else self.canvas.before.add)(self._layer)

    def _call_frame(self) -> None:
        """A drawing that is left out cannot call for a frame by itself."""
        if self._left_out:
            self.canvas.ask_update()

    def _soil(self, place: Place | None) -> None:
        self.soiled = joined(self.soiled, place)
        self._extent = None
        self._call_frame()

    def _shorten(self, count: int) -> None:
        while len(self._slots) > count:
            slot = self._slots.pop()
            self._ink.remove(slot.group)
            self._soil(slot.place)

    def _fill(self, slot: _Slot, *look: Any) -> None:
        before = slot.place
        if slot.set(*look):
            self._soil(joined(before, slot.place))

    def _slot(self, mark: Mark, kind: str) -> _Slot:
        index = len(self.marks)
        self.marks.append(mark)
        if index < len(self._slots) and self._slots[index].kind != kind:
            self._shorten(index)
        if index == len(self._slots):
            slot = _Slot(kind)
            self._slots.append(slot)
            self._ink.add(slot.group)
        return self._slots[index]

    def _shape(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        token: str,
        radius: float,
        thickness: float,
    ) -> None:
        x, y, width, height = round(x), round(y), round(width), round(height)
        if width < 1 or height < 1:
            return
        corner = int(min(radius, width / 2, height / 2))
        kind = "ring" if thickness else "box"
        round_shape = bool(corner or thickness)
        mark = Mark(kind, x, y, width, height, token=token)
        slot = self._slot(mark, "shape" if round_shape else "plain")
        corner = max(1, corner)
        texture = shapes.rounded(corner, thickness) if round_shape else None
        pos = (x, round(self.height) - y - height)
        self._fill(slot, palette[token], texture, pos, (width, height), corner)

    def box(
        self, x: float, y: float, width: float, height: float, token: str, radius: float = 0
    ) -> None:
        """A filled box, corners of `radius`."""
        self._shape(x, y, width, height, token, radius, 0)

    def ring(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        token: str,
        radius: float = 0,
        thickness: float = 0,
    ) -> None:
        """The outline of a box; a thickness of 0 is a hairline of 1 dp."""
        self._shape(x, y, width, height, token, radius, max(1.0, thickness or dp(1)))

    def face(
        self, x: float, y: float, width: float, height: float, token: str, radius: float
    ) -> None:
        """The ground of a button or tile; where raised grounds hardly show, with an edge."""
        self.box(x, y, width, height, token, radius)
        if token in ("raised", "panel") and palette.edged:
            self.ring(x, y, width, height, "edge", radius)

    def card(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        token: str,
        radius: float,
        stripe: str = "",
        stripe_width: float = 0,
    ) -> None:
        """A box with a coloured stripe along its left edge, as tiles and notices have it."""
        if stripe:
            self.box(x, y, min(width, radius * 4), height, stripe, radius)
            self.face(x + stripe_width, y, width - stripe_width, height, token, radius)
        else:
            self.face(x, y, width, height, token, radius)

    def text(
        self,
        string: str,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        size: float = 16,
        bold: bool = False,
        token: str = "text",
        align: str = "left",
        valign: str = "middle",
        lines: int = 1,
        smallest: float = 0,
    ) -> tuple[float, float]:
        """Text in a box; returns the width and height that it took.

        `lines` is how many lines it may take, `smallest` the size in dp down to which it may
        shrink before it is cut with an ellipsis. `align` is left, center or right; `valign` is
        top, middle or bottom.
        """
        if not string or width < 1:
            return 0, 0
        px, rows = self._fitted(string, width, height, size, bold, lines, smallest)
        tall = round(px * LEADING) * len(rows)
        top = {"top": y, "middle": y + (height - tall) / 2, "bottom": y + height - tall}[valign]
        cut = lettering.is_cut(string, rows)
        widest = self.rows(rows, x, top, width, px, token, bold=bold, align=align, cut=cut)
        return widest, tall

    def rows(
        self,
        rows: tuple[str, ...],
        x: float,
        y: float,
        room: float,
        px: int,
        token: str = "text",
        *,
        bold: bool = False,
        align: str = "left",
        cut: bool = False,
    ) -> float:
        """Lines that were wrapped before, in pixels, from `y` down; gives the widest's width.

        `align` is left, center or right within `room`.
        """
        leading = round(px * LEADING)
        widest = 0.0
        for number, row in enumerate(rows):
            if not row:
                continue
            texture = lettering.texture(row, px, bold)
            wide, high = texture.size
            left = {"left": x, "center": x + (room - wide) / 2, "right": x + room - wide}[align]
            top = y + number * leading + (leading - high) / 2
            self._glyphs(row, texture, left, top, room, token)
            self.marks[-1].cut = cut
            widest = max(widest, wide)
        return widest

    def line(
        self,
        string: str,
        x: float,
        y: float,
        room: float,
        px: int,
        token: str = "text",
        *,
        bold: bool = False,
        align: str = "left",
    ) -> float:
        """One line of text in pixels, cut to its room; `y` is the top of a line of this size."""
        fitted = lettering.fit(string, int(room), px, bold) if string else ()
        return self.rows(fitted, x, y, room, px, token, bold=bold, align=align)

    @staticmethod
    def _fitted(
        string: str,
        width: float,
        height: float,
        size: float,
        bold: bool,
        lines: int,
        smallest: float,
    ) -> tuple[int, tuple[str, ...]]:
        """Size and lines. Letters that a person made larger give way again where they have no room,
        down to the size that the design gave them; only `smallest` goes below that."""
        px = max(1, round(sp(size)))
        designed, least = dp(size), dp(smallest or size)
        rows = lettering.fit(string, int(width), px, bold, lines)
        while px > least and (
            lettering.is_cut(string, rows)
            or (px > designed and round(px * LEADING) * len(rows) > height)
        ):
            px -= 1
            rows = lettering.fit(string, int(width), px, bold, lines)
        return px, rows

    def icon(
        self,
        name: str,
        x: float,
        y: float,
        width: float,
        height: float,
        *,
        size: float = 24,
        token: str = "text",
    ) -> None:
        """An icon of a size in sp, centred in a box."""
        self._icon(name, x, y, width, height, round(sp(size)), token)

    def symbol(self, name: str, x: float, y: float, side: int, token: str = "text") -> None:
        """An icon that fills a square; in pixels."""
        self._icon(name, x, y, side, side, side, token)

    def _icon(
        self, name: str, x: float, y: float, width: float, height: float, px: int, token: str
    ) -> None:
        texture = lettering.texture(icons.ICONS[name], px, False, ICON_FONT)
        wide, high = texture.size
        self._glyphs(
            name, texture, x + (width - wide) / 2, y + (height - high) / 2, width, token, "icon"
        )

    def _glyphs(
        self,
        string: str,
        texture: Any,
        x: float,
        y: float,
        room: float,
        token: str,
        kind: str = "text",
    ) -> None:
        wide, high = texture.size
        x, y = round(x), round(y)
        mark = Mark(kind, x, y, wide, high, string, room, token)
        pos = (x, round(self.height) - y - high)
        self._fill(self._slot(mark, "text"), palette[token], texture, pos, (wide, high))

    @staticmethod
    def measure(string: str, size: float = 16, bold: bool = False) -> int:
        """Width of a string in pixels at a size in sp."""
        return lettering.width(string, round(sp(size)), bold, TEXT_FONT)
