"""The banner under the head: what is wrong, what still works, and the next step as a button.

It pushes nothing aside and covers nothing that is needed: it lies over the head's middle for
passing words (toast) and under the head while a state lasts.
"""

from typing import Any

from kivy.metrics import dp
from kivy.properties import ObjectProperty

from glass.tap import Tap
from pos_app.presenters.shown import NO_BANNER, Banner

_GROUND = {"late": "late_ground", "hold": "hold_ground", "ready": "ready_ground"}


class BannerView(Tap):
    """One line: icon, words, a button. Its height is 0 when there is nothing to say."""

    model = ObjectProperty(NO_BANNER, rebind=False)

    def action(self) -> str:
        """The button's intent; the whole banner is the target."""
        banner: Banner = self.model
        return banner.act.id if banner.act is not None else ""

    def on_touch_down(self, touch: Any) -> bool:
        """Only while something is said."""
        return bool(self.model.text) and bool(super().on_touch_down(touch))

    def paint(self) -> None:
        """Ground, icon, words, button."""
        banner: Banner = self.model
        if not banner.text:
            return
        ground = _GROUND.get(banner.token, "raised")
        self.card(0, 0, self.width, self.height, ground, dp(10), banner.token, dp(4))
        self.ring(0, 0, self.width, self.height, banner.token, dp(10))
        token = f"{banner.token}_text"
        self.icon(banner.icon, dp(14), 0, dp(28), self.height, size=22, token=token)
        label = banner.act.label if banner.act is not None else ""
        wide = self.measure(label, 15, True) + dp(28) if label else 0
        self.text(
            banner.text,
            dp(52),
            0,
            self.width - dp(72) - wide,
            self.height,
            size=15,
            lines=2,
            smallest=12,
        )
        if label:
            x = self.width - wide - dp(8)
            fill = "pressed" if self.pressed else "raised"
            self.box(x, dp(6), wide, self.height - dp(12), fill, dp(8))
            self.text(label, x, 0, wide, self.height, size=15, bold=True, align="center")
