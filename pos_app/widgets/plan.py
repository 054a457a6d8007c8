"""The floor plan: tables where they stand in the hall."""

from typing import Any

from kivy.metrics import dp
from kivy.properties import OptionProperty, StringProperty

from glass.colours import palette
from glass.pool import Place, Pool
from glass.tap import Tap
from pos_app.presenters.floor_view import Table

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
        self.text(
            table.title, left, top + dp(8), room - icon, dp(27), size=21, bold=True, smallest=15
        )
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
        self.text(
            table.note if tall >= dp(84) else table.line or table.note,
            left,
            top + tall - dp(40),
            room,
            dp(35),
            size=13.5,
            token="dim",
            smallest=11.5,
            lines=2 if tall >= dp(96) else 1,
            valign="bottom",
        )

    def _round(self, table: Table, left: float, top: float, side: float) -> None:
        room = side * 0.84
        x = left + (side - room) / 2
        rows = 1 + bool(table.line) + bool(table.note)
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
            table.note,
            x + room * 0.06,
            y,
            room * 0.88,
            dp(20),
            size=13.5,
            token="dim",
            align="center",
            smallest=12,
        )

    def _badge(self, table: Table) -> None:
        if not table.badge:
            return
        wide = min(self.width, self.measure(table.badge, 13, True) + dp(18))
        x = self.width - wide
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
    """The tables of a hall in their places."""

    view = StringProperty("TableView")

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
