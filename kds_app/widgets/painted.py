"""A widget that paints itself from a model, re-using the drawing of the last time.

Rule: a subclass draws in `paint`, in pixels from its top left corner; only what differs from the
drawing before reaches the graphics card. One painted widget with many texts costs a fraction of a
layout with as many labels (kivy.md 4), so a whole ticket is one. Text comes from `lettering`,
corners from `shapes`.
"""

from dataclasses import dataclass
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
from kivy.properties import ObjectProperty
from kivy.uix.widget import Widget

from kds_app import icons
from kds_app.theme import ICON_FONT, palette
from kds_app.widgets import lettering, shapes

LEADING = 1.25


@dataclass(frozen=True, slots=True)
class Mark:
    """One thing that was drawn: kind (box, ring, text, icon), place from the top left, colour."""

    kind: str
    x: int
    y: int
    width: int
    height: int
    token: str
    text: str = ""
    room: int = 0


class _Slot:
    """The graphics instructions of one mark, kept from one painting to the next."""

    def __init__(self, stretched: bool) -> None:
        self.stretched = stretched
        self.group = InstructionGroup()
        self._colour = Color(1, 1, 1, 1)
        self._body = BorderImage() if stretched else Rectangle()
        self.group.add(self._colour)
        self.group.add(self._body)
        self._last: tuple[Any, ...] = ()

    def draw(self, mark: Mark, texture: Any, bottom: int, border: int) -> None:
        now = (mark.token, mark.x, bottom, mark.width, mark.height, id(texture), border)
        if now == self._last:
            return
        if not self._last or self._last[0] != mark.token:
            self._colour.rgba = palette[mark.token]
        self._last = now
        self._body.texture = texture
        if self.stretched:
            self._body.border = (border,) * 4
        self._body.pos = (mark.x, bottom)
        self._body.size = (mark.width, mark.height)


class Painted(Widget):
    """Base of everything drawn here. Set `model`; it is painted before the next frame.

    `painted` is the model that the drawing shows now: what a finished frame really had on it.
    """

    model = ObjectProperty(None, allownone=True, rebind=False)

    def __init__(self, **kwargs: Any) -> None:
        self.marks: list[Mark] = []
        self.painted: Any = None
        self._slots: list[_Slot] = []
        self._soon = Clock.create_trigger(self._run, -1)
        super().__init__(**kwargs)
        self._origin = Translate(0, 0, 0)
        self._ink = InstructionGroup()
        for instruction in (PushMatrix(), self._origin, self._ink, PopMatrix()):
            self.canvas.before.add(instruction)
        self.fbind("model", self.repaint)
        self.fbind("size", self.repaint)
        self.fbind("pos", self._move)
        self._move()
        self._soon()

    def repaint(self, *_: object) -> None:
        """Paint again before the next frame."""
        self._soon()

    def paint(self) -> None:
        """Draw the model. Override."""

    def _move(self, *_: object) -> None:
        self._origin.xy = (round(self.x), round(self.y))

    def _run(self, *_: object) -> None:
        self.marks = []
        if self.width >= 1 and self.height >= 1:
            self.paint()
        while len(self._slots) > len(self.marks):
            self._ink.remove(self._slots.pop().group)
        self.painted = self.model

    def _draw(self, mark: Mark, texture: Any = None, border: int = 0) -> None:
        index = len(self.marks)
        self.marks.append(mark)
        stretched = border > 0
        if index < len(self._slots) and self._slots[index].stretched != stretched:
            while len(self._slots) > index:
                self._ink.remove(self._slots.pop().group)
        if index == len(self._slots):
            self._slots.append(_Slot(stretched))
            self._ink.add(self._slots[index].group)
        self._slots[index].draw(mark, texture, round(self.height) - mark.y - mark.height, border)

    def box(
        self, x: float, y: float, width: float, height: float, token: str, radius: int = 0
    ) -> None:
        """A filled box."""
        mark = Mark("box", round(x), round(y), round(width), round(height), token)
        if mark.width > 0 and mark.height > 0:
            corner = min(radius, mark.width // 2, mark.height // 2)
            self._draw(mark, shapes.rounded(corner) if corner else None, corner)

    def ring(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        token: str,
        radius: int,
        thickness: int,
    ) -> None:
        """The outline of a box with round corners."""
        mark = Mark("ring", round(x), round(y), round(width), round(height), token)
        self._draw(mark, shapes.rounded(max(1, radius), thickness), max(1, radius))

    def text(
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
    ) -> int:
        """Lines that were wrapped before, from `y` down; gives the width of the widest.

        `align` is left, center or right within `room`.
        """
        leading = round(px * LEADING)
        widest = 0
        for number, row in enumerate(rows):
            if not row:
                continue
            texture = lettering.texture(row, px, bold)
            wide, high = texture.size
            left = {"left": x, "center": x + (room - wide) / 2, "right": x + room - wide}[align]
            top = y + number * leading + (leading - high) / 2
            mark = Mark("text", round(left), round(top), wide, high, token, row, round(room))
            self._draw(mark, texture)
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
    ) -> int:
        """One line of text, cut to its room; `y` is the top of a line of this size."""
        rows = lettering.wrapped(string, int(room), px, bold, 1)
        return self.text(rows, x, y, room, px, token, bold=bold, align=align)

    def icon(self, name: str, x: float, y: float, side: int, token: str = "text") -> None:
        """An icon in a square from `x`, `y`."""
        texture = lettering.texture(icons.ICONS[name], side, False, ICON_FONT)
        wide, high = texture.size
        left, top = round(x + (side - wide) / 2), round(y + (side - high) / 2)
        self._draw(Mark("icon", left, top, wide, high, token, name, side), texture)
