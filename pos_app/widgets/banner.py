"""The banner under the head: what is wrong, what still works, and the next step as a button.

It covers nothing that is needed: while a state lasts it has a strip of its own, and passing words
(toast) stand where nothing can be pressed, in one of their `shapes`.
"""

from typing import Any

from kivy.metrics import dp, sp
from kivy.properties import ObjectProperty

from glass.painted import LEADING
from glass.tap import Area, Tap
from pos_app.presenters.shown import NO_BANNER, Banner

_LINES = 4
"""The most lines of passing words."""
_LOOSE = 1.15
"""Lines that break between words need so much more room than one."""
_GROUND = {"late": "late_ground", "hold": "hold_ground", "ready": "ready_ground"}


def _line() -> float:
    """Height of a line of words."""
    return round(sp(15)) * LEADING


class BannerView(Tap):
    """One line: icon, words, a button. Its height is 0 when there is nothing to say."""

    model = ObjectProperty(NO_BANNER, rebind=False)

    def action(self) -> str:
        """The one button's intent; of a question, its `areas` say what each means."""
        banner: Banner = self.model
        return banner.act.id if banner.act is not None and banner.other is None else ""

    @property
    def areas(self) -> tuple[Area, ...]:
        """The two buttons of a question."""
        banner: Banner = self.model
        if banner.act is None or banner.other is None:
            return ()
        wide, left = self._buttons(banner)
        return tuple(
            Area(act.id, round(at), 0, round(wide), round(self.height))
            for act, at in zip((banner.other, banner.act), left, strict=True)
        )

    def meant_at(self, x: float, y: float) -> str:
        """The button's intent; the whole banner is the target, of a question only its buttons."""
        banner: Banner = self.model
        if banner.act is None:
            return ""
        if banner.other is None:
            return banner.act.id
        wide, left = self._buttons(banner)
        for act, at in zip((banner.other, banner.act), left, strict=True):
            if at <= x - self.x <= at + wide:
                return act.id
        return ""

    @staticmethod
    def shapes(banner: Banner, most: float) -> tuple[tuple[float, float], ...]:
        """Widths and heights in which the words can be read, the widest first; `most` is the
        greatest width."""
        act = BannerView.measure(banner.act.label, 15, True) + dp(28) if banner.act else 0
        beside = dp(64) + max(act, dp(88) if act else 0) + dp(8)
        words = BannerView.measure(banner.text, 15) * _LOOSE
        found = []
        for lines in range(1, _LINES + 1):
            wide = max(words / lines, dp(120)) + beside
            if wide <= min(most, dp(720)) or lines == _LINES:
                found.append((min(wide, most), max(dp(56), dp(16) + lines * _line())))
        return tuple(found)

    def _buttons(self, banner: Banner) -> tuple[float, tuple[float, ...]]:
        """How wide each button is, and where each begins, the one that refuses first."""
        acts = [act for act in (banner.other, banner.act) if act is not None]
        wide = max((self.measure(act.label, 15, True) for act in acts), default=0) + dp(28)
        wide = max(wide, dp(88)) if acts else 0
        right = self.width - dp(8)
        return wide, tuple(
            right - (len(acts) - number) * wide - (len(acts) - 1 - number) * dp(8)
            for number in range(len(acts))
        )

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
        wide, left = self._buttons(banner)
        room = (left[0] if left else self.width) - dp(64)
        self.text(
            banner.text,
            dp(52),
            0,
            room,
            self.height,
            size=15,
            lines=max(2, int((self.height - dp(14)) / _line())),
            smallest=12,
        )
        acts = [act for act in (banner.other, banner.act) if act is not None]
        for act, x in zip(acts, left, strict=True):
            fill = "pressed" if self.pressed == act.id else "raised"
            self.box(x, dp(6), wide, self.height - dp(12), fill, dp(8))
            self.text(act.label, x, 0, wide, self.height, size=15, bold=True, align="center")
