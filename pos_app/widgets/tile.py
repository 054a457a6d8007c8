"""A dish on the menu."""

from kivy.metrics import dp, sp
from kivy.properties import OptionProperty

from glass import lettering
from glass.tap import Tap
from pos_app.presenters.shown import Tile


class TileView(Tap):
    """Name, price, colour stripe; a badge for what is stopped or nearly out. Acts on press."""

    acts_on = OptionProperty("press", options=["press", "release"])

    def paint(self) -> None:
        """Card, name, price, badge."""
        tile: Tile | None = self.model
        if tile is None:
            return
        fill = ("pressed" if self.pressed else "raised") if tile.enabled else "panel"
        stripe = tile.stripe if tile.enabled else "line"
        ink = "text" if tile.enabled else "dim"
        self.card(0, 0, self.width, self.height, fill, dp(12), stripe, dp(6))
        left, room = dp(18), self.width - dp(26)
        foot = self.height - dp(32)
        lines = min(3, max(1, int((foot - dp(6)) // dp(20))))
        least = lettering.fit(tile.name, int(room), round(sp(14)), True, lines)
        tight = lines == 2 and lettering.is_cut(tile.name, least)
        top = dp(4 if tight else 9)
        self.text(
            tile.name,
            left,
            top,
            room,
            foot - top + dp(2 if tight else 0),
            size=13 if tight else 16,
            token=ink,
            valign="top",
            lines=3 if tight else lines,
            smallest=12 if tight else 14,
            bold=True,
        )
        badge = self.measure(tile.badge, 13, True) + dp(16) if tile.badge else 0
        badge = min(badge, room - self.measure(tile.price, 15) - dp(6))
        self.text(tile.price, left, foot, room - badge, dp(24), size=15, token="dim")
        if tile.badge:
            x = self.width - badge - dp(8)
            self.box(x, foot + dp(2), badge, dp(20), tile.badge_token, dp(7))
            self.text(
                tile.badge,
                x,
                foot + dp(2),
                badge,
                dp(20),
                size=13,
                bold=True,
                token="on_bright",
                align="center",
                smallest=11,
            )
