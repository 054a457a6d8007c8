"""A ticket on the board: one painted widget for what stays, one for the timer that moves.

Rule: the whole row of a dish is its target; the timer repaints alone every second. The card's place
and height come from `packing` through `columns`, its inside from `layout`.
"""

from typing import Any

from kivy.properties import ObjectProperty

from glass.lettering import width
from glass.painted import Painted
from glass.tap import Area, Touchable
from kds_app.presenters.shown import Card, Row, Timer
from kds_app.theme import scale
from kds_app.widgets import layout as laying
from kds_app.widgets.buttons import face
from kds_app.widgets.layout import Layout, RowLayout, clock_room, lay_out, note_room, tall


class TimerView(Painted):
    """The figure of a card, its icon and its note, from the right edge."""

    tone = ObjectProperty("new", rebind=False)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("tone", self.repaint)

    def paint(self) -> None:
        """Draw the model, a `Timer`."""
        timer = self.model
        if timer is None:
            return
        u = scale.of
        token = "quiet" if self.tone == "upcoming" else "white"
        wide = round(self.width)
        px = u(laying.CLOCK)
        if self.tone == "upcoming":
            px = u(laying.DISH)
        took = self.line(timer.text, 0, u(7), wide, px, token, bold=True, align="right")
        if timer.icon and took + u(26) <= wide:
            self.symbol(
                timer.icon, wide - took - u(26), u(7) + (tall(px) - u(20)) // 2, u(20), token
            )
        note = "quiet" if self.tone == "upcoming" else "head_note"
        top = u(9) + tall(u(laying.TITLE))
        self.line(timer.note, 0, top, wide, u(laying.INFO), note, align="right")


class CardView(Touchable):
    """Draws a `Card` and carries its `TimerView`."""

    timer = ObjectProperty(Timer(), rebind=False)

    def __init__(self, **kwargs: Any) -> None:
        self.layout: Layout | None = None
        super().__init__(**kwargs)
        self._timer = TimerView(size_hint=(None, None))
        self.add_widget(self._timer)
        for name in ("pos", "size", "model"):
            self.fbind(name, self._put_timer)
        self.fbind("timer", self._set_timer)

    def _set_timer(self, *_: object) -> None:
        self._timer.model = self.timer

    def _put_timer(self, *_: object) -> None:
        card = self.model
        if card is None:
            return
        room = max(clock_room(card), note_room(card))
        self._timer.tone = card.tone
        self._timer.size = (room, scale.of(72))
        self._timer.pos = (self.right - scale.of(laying.PAD) - room, self.top - scale.of(72))

    def paint(self) -> None:
        """Draw the card."""
        card: Card | None = self.model
        self.areas = []
        if card is None:
            return
        laid = self.layout = lay_out(card, round(self.width))
        self._grounds(card, laid)
        self._head(card, laid)
        for row in laid.rows:
            if row.row.kind == "caption":
                self._caption(row)
            else:
                self._line(card, row, laid)
        self._acts(card, laid)
        self._cursor(card, laid)

    def _cursor(self, card: Card, laid: Layout) -> None:
        """Where the keys stand: around the card, and around the line on it."""
        if not card.cursor:
            return
        u = scale.of
        wide, high, thick = round(self.width), round(self.height), max(3, u(5))
        self.ring(0, 0, wide, high, "cursor", u(laying.RADIUS), thick)
        for row in laid.rows:
            if row.row.id == card.cursor:
                self.ring(0, row.top, wide, row.height, "cursor", u(8), thick)

    def _grounds(self, card: Card, laid: Layout) -> None:
        u = scale.of
        wide, high, radius = round(self.width), round(self.height), u(laying.RADIUS)
        edge = max(1, u(2))
        self.box(0, 0, wide, high, card.ring or "edge", radius)
        inside = wide - 2 * edge
        self.box(edge, edge, inside, high - 2 * edge, f"head_{card.tone}", radius - edge)
        body = high - laid.head - edge
        self.box(edge, laid.head, inside, body, "panel", radius - edge)
        self.box(edge, laid.head, inside, min(radius, body // 2), "panel")
        if card.torn in ("bottom", "both"):
            self._tear(edge, high - u(10), inside)

    def _tear(self, x: int, y: int, wide: int) -> None:
        """The mark of a ticket that goes on in the next column: a broken lower edge."""
        step = scale.of(12)
        for left in range(x + step // 2, x + wide - step, step * 2):
            self.box(left, y, step, scale.of(4), "dim")

    def _head(self, card: Card, laid: Layout) -> None:
        u = scale.of
        if card.more:
            self.areas.append(Area(card.more, 0, 0, round(self.width), laid.head))
        token = "quiet" if card.faded else "white"
        top = u(9) if card.torn in ("", "bottom") else u(6)
        room = round(self.width) - 2 * u(laying.PAD) - clock_room(card)
        left = u(laying.PAD)
        if card.key:
            side = u(laying.KEY)
            self.box(left, top + u(3), side, side, "white", u(6))
            self.line(
                card.key, left, top + u(4), side, u(20), "on_bright", bold=True, align="center"
            )
            left += side + u(8)
            room -= side + u(8)
        self.rows(laid.title, left, top, room, u(laying.TITLE), token, bold=True)
        top += tall(u(laying.TITLE), len(laid.title))
        token = "quiet" if card.faded else "head_note"
        room = round(self.width) - 2 * u(laying.PAD) - note_room(card)
        self.rows(laid.info, u(laying.PAD), top, room, u(laying.INFO), token)

    def _caption(self, laid: RowLayout) -> None:
        u = scale.of
        left = u(laying.PAD)
        if laid.row.icon:
            self.symbol(laid.row.icon, left, laid.top + u(4), u(18), laid.row.token)
            left += u(22)
        room = self.width - left - u(laying.PAD)
        self.rows(laid.name, left, laid.top + u(4), room, u(laying.CAPTION), laid.row.token)

    def _line(self, card: Card, laid: RowLayout, whole: Layout) -> None:
        u = scale.of
        row, wide = laid.row, round(self.width)
        edge = max(1, u(2))
        if row.id and self.pressed == row.id:
            self.box(edge, laid.top, wide - 2 * edge, laid.height, "pressed")
        elif row.ground:
            self.box(edge, laid.top, wide - 2 * edge, laid.height, row.ground)
        if row.id:
            self.areas.append(Area(row.id, 0, laid.top, wide, laid.height))
        dish = u(laying.DISH)
        top = laid.top + (u(6) if laid.height > u(laying.ROW_LEAST) else u(10))
        took = self.line(row.quantity, u(laying.PAD), top, wide, dish, row.token, bold=True)
        self.rows(laid.name, whole.name_x, top, whole.name_room, dish, row.token)
        if row.struck:
            self._strike(laid, whole, top, took)
        if row.tag:
            line, across = laid.tag_at
            tag_top = top + tall(dish) * line + u(5)
            token = "quiet" if row.mark == "held" else "new_text"
            room = whole.name_room - across
            self.line(row.tag, whole.name_x + across, tag_top, room, u(laying.CAPTION), token)
        self._details(laid, whole, top + tall(dish, len(laid.name)))
        self._mark(row, wide - u(laying.PAD) - u(24), top + u(2))

    def _strike(self, laid: RowLayout, whole: Layout, top: int, took: float) -> None:
        """Through the middle of the letters of the quantity and of every line of the name."""
        u = scale.of
        dish, thick = u(laying.DISH), max(2, u(2))
        middle = tall(dish) // 2 + u(1)
        self.box(u(laying.PAD), top + middle, took, thick, laid.row.token)
        drawn = [mark for mark in self.marks if mark.kind == "text" and mark.text in laid.name]
        for number, mark in enumerate(drawn[-len(laid.name) :]):
            y = top + number * tall(dish) + middle
            self.box(mark.x, y, mark.width, thick, laid.row.token)

    def _details(self, laid: RowLayout, whole: Layout, top: int) -> None:
        u = scale.of
        px = u(laying.DETAIL)
        for detail, lines in zip(laid.row.details, laid.details, strict=True):
            high = tall(px, len(lines))
            if not detail.block:
                self.rows(lines, whole.name_x, top, whole.name_room, px, detail.token)
                top += high
                continue
            wide = max(width(line, px, True) for line in lines) + u(16)
            self.box(whole.name_x, top + u(2), wide, high + u(4), "allergy", u(6))
            self.rows(lines, whole.name_x + u(8), top + u(4), wide, px, detail.token, bold=True)
            top += high + u(8)

    def _mark(self, row: Row, x: int, y: int) -> None:
        u = scale.of
        side = u(24)
        if row.mark == "done":
            self.box(x, y, side, side, "ready", u(6))
            self.symbol("check", x + u(2), y + u(2), u(20), "on_bright")
        elif row.mark == "void":
            self.symbol("visibility", x - u(1), y, u(26), "late_text")
        elif row.mark == "held":
            self.symbol("pause_circle", x, y, side, "box_dim")
        elif row.mark == "open":
            self.ring(x, y, side, side, "box", u(6), max(2, u(2)))

    def _acts(self, card: Card, laid: Layout) -> None:
        u = scale.of
        pad, gap = u(laying.PAD), u(10)
        count = len(card.acts)
        if not count:
            return
        wide = (round(self.width) - 2 * pad - gap * (count - 1)) // count
        high = u(laying.ACT_HEIGHT)
        for number, act in enumerate(card.acts):
            left = pad + number * (wide + gap)
            face(self, act, left, laid.acts_top, wide, high, u(laying.BUTTON))
