"""The floor plan: tables where they stand in the hall."""

from typing import Any

from kivy.clock import Clock
from kivy.metrics import dp
from kivy.properties import OptionProperty, StringProperty

from glass.colours import palette
from glass.pool import Place, Pool
from glass.scroll import SLOP
from glass.tap import Tap
from pos_app.presenters.floor_view import Table

HOLD_S = 0.6
"""A finger that stays for so long holds the table."""
_TABLE = "table:"
_GROUND = {"ready": "ready_ground", "late": "late_ground"}


class TableView(Tap):
    """A table: number, sum or guests, time; its outline, ground, badge and words tell its state."""

    acts_on = OptionProperty("release", options=["press", "release"])

    def paint(self) -> None:
        """Shape by kind, then texts."""
        table: Table | None = self.model
        if table is None:
            return
        pad = dp(8)
        wide, tall = self.width - pad, self.height - pad
        if table.kind == "zone":
            self.ring(0, pad, wide, tall, "line", dp(14), dp(2))
            self.text(table.title, 0, pad, wide, tall, token="dim", align="center")
            return
        ground = "pressed" if self.pressed else _GROUND.get(table.state, "raised")
        if table.kind == "round":
            side = min(wide, tall)
            left, top = (wide - side) / 2, pad + (tall - side) / 2
            self.box(left, top, side, side, ground, side / 2)
            self.ring(left, top, side, side, table.state, side / 2, dp(2))
            self._round(table, left, top, side)
        else:
            self.box(0, pad, wide, tall, ground, dp(12))
            self.ring(0, pad, wide, tall, table.state, dp(12), dp(2))
            self._square(table, pad, wide, tall)
        self._badge(table)

    def _square(self, table: Table, top: float, wide: float, tall: float) -> None:
        left, room = dp(11), wide - dp(20)
        icon = dp(24) if table.icon else 0
        covered = table.badge and self._badge_at(table) < left + self.measure(table.title, 21, True)
        over = top + dp(14 if covered else 8)
        self.text(table.title, left, over, room - icon, dp(27), size=21, bold=True, smallest=15)
        if table.icon and not table.badge:
            token = palette.text_of(table.state)
            self.icon(table.icon, wide - dp(32), top + dp(9), dp(24), dp(24), size=20, token=token)
        free = table.state == "free"
        if tall >= dp(84):
            self.text(
                table.line,
                left,
                top + dp(8) + (tall - dp(16)) * 0.33,
                room,
                dp(22),
                size=15,
                bold=True,
                token="dim" if free else "text",
                smallest=12,
            )
        under = max(tall - dp(40), dp(36))  # below the title also where the table is low
        self.text(
            table.note if tall >= dp(84) else table.line or table.note,
            left,
            top + under,
            room,
            tall - dp(5) - under,
            size=13.5,
            token="dim",
            smallest=11.5,
            lines=2 if tall >= dp(96) else 1,
            valign="bottom",
        )

    def _round(self, table: Table, left: float, top: float, side: float) -> None:
        room = side * 0.84
        x = left + (side - room) / 2
        note = table.note if side >= dp(84) or not table.line else ""  # three rows would touch
        rows = 1 + bool(table.line) + bool(note)
        y = top + (side - dp(27) - dp(20) * (rows - 1)) / 2
        self.text(
            table.title,
            x + room * 0.15,
            y,
            room * 0.7,
            dp(27),
            size=21,
            bold=True,
            align="center",
            smallest=15,
        )
        y += dp(27)
        if table.line:
            self.text(
                table.line,
                x,
                y,
                room,
                dp(20),
                size=15,
                bold=True,
                align="center",
                smallest=12,
                token="dim" if table.state == "free" else "text",
            )
            y += dp(20)
        self.text(
            note,
            x + room * 0.06,
            y,
            room * 0.88,
            dp(20),
            size=13.5,
            token="dim",
            align="center",
            smallest=12,
        )

    def _badge_at(self, table: Table) -> float:
        """Where the badge begins: it ends at the right edge."""
        return self.width - min(self.width, self.measure(table.badge, 13, True) + dp(18))

    def _badge(self, table: Table) -> None:
        if not table.badge:
            return
        x = self._badge_at(table)
        wide = self.width - x
        self.box(x, 0, wide, dp(22), table.badge_token, dp(11))
        self.text(
            table.badge,
            x,
            0,
            wide,
            dp(22),
            size=13,
            bold=True,
            token="on_bright",
            align="center",
            smallest=11,
        )


class FloorPlan(Pool):
    """The tables of a hall in their places.

    A table that is dragged onto another is dropped there (`drop:…|…`); one under a finger that
    stays is held (`hold_table:…`). Either way the tap that it began means nothing any more.
    """

    view = StringProperty("TableView")

    def __init__(self, **kwargs: Any) -> None:
        self._carried: TableView | None = None
        self._dragged = False
        self._hold = Clock.create_trigger(self._held, HOLD_S)
        super().__init__(**kwargs)

    def _table_at(self, touch: Any) -> TableView | None:
        there = (x for x in self._views if x.parent and x.collide_point(*touch.pos))
        return next((x for x in there if str(getattr(x.model, "id", "")).startswith(_TABLE)), None)

    def on_touch_down(self, touch: Any) -> bool:
        """Besides the tap: a finger on a table may be about to carry it."""
        took = bool(super().on_touch_down(touch))
        carried = self._table_at(touch) if took else None
        if carried is not None:
            touch.grab(self)
            self._carried, self._dragged = carried, False
            self._hold()
        return took

    def on_touch_move(self, touch: Any) -> bool:
        """Carry it; the table that it would be pushed to is lit."""
        if touch.grab_current is not self or self._carried is None:
            return bool(super().on_touch_move(touch))
        if max(abs(touch.x - touch.ox), abs(touch.y - touch.oy)) > dp(SLOP):
            self._hold.cancel()
            self._dragged = True
            self._carried.pressed = str(self._carried.model.id)
        if self._dragged:
            below = self._table_at(touch)
            for view in self._views:
                if view.parent and view is not self._carried:
                    view.pressed = str(view.model.id) if view is below else ""
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Say on which table it was let go."""
        if touch.grab_current is not self:
            return bool(super().on_touch_up(touch))
        touch.ungrab(self)
        self._hold.cancel()
        carried, self._carried = self._carried, None
        below = self._table_at(touch)
        for view in self._views:
            view.pressed = "" if view is not carried or self._dragged else view.pressed
        if self._dragged and carried is not None and below not in (None, carried):
            self.dispatch("on_act", f"drop:{carried.model.id}|{below.model.id}")
        return True

    def _held(self, *_: object) -> None:
        carried, self._carried = self._carried, None
        if carried is not None and carried.model is not None:
            carried.pressed = ""
            self.dispatch("on_act", f"hold_{carried.model.id}")

    def places(self, models: tuple[Any, ...]) -> list[Place]:
        """Thousandths of the plan to pixels; a target never under 48 dp."""
        return [
            (
                table.x * self.width / 1000,
                table.y * self.height / 1000,
                max(dp(56), table.width * self.width / 1000),
                max(dp(56), table.height * self.height / 1000),
            )
            for table in models
        ]
