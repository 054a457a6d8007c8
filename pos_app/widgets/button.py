"""Buttons: actions, keys, tabs, choices. The tone of the model says how one looks.

One accent button a screen; green takes money; red only outlines. A disabled button stays readable
and lies flat. Neighbours: `tap` for touch, `pool` for rows and grids of buttons.
"""

from typing import Any

from kivy.metrics import dp, sp
from kivy.properties import NumericProperty, OptionProperty

from glass.colours import palette
from glass.tap import Tap
from pos_app.presenters.shown import Act

_FILL = {
    "plain": "raised",
    "accent": "accent",
    "go": "ready",
    "chosen": "accent",
    "seat": "seated",
    "ringed": "raised",
    "flat": "panel",
    "tab": "raised",
    "deep": "background",
    "hold": "hold",
}
_TEXT = {"flat": "dim", "danger": "late_text", "bill": "bill_text"}


def icon_room(act: Act) -> float:
    """What the icon before a label takes; it grows with the letters."""
    return float(sp(act.size + 6) + dp(8)) if act.icon else 0


class PushButton(Tap):
    """A button of an `Act`; `inset_y` draws it lower than it can be touched."""

    align = OptionProperty("center", options=["left", "center"])
    inset_y = NumericProperty(0)
    radius = NumericProperty(10)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("align", self.repaint)

    @staticmethod
    def natural_width(act: Act) -> float:
        """Room for the longest word of the label beside the icon."""
        bold = act.tone not in ("flat", "bill")
        words = act.label.split()
        longest = max((PushButton.measure(word, act.size, bold) for word in words), default=0)
        return float(longest + icon_room(act) + dp(12))

    def paint(self) -> None:
        """Ground by tone, then icon, label and note."""
        act: Act | None = self.model
        if act is None or not (act.label or act.icon):
            return
        top, tall = dp(self.inset_y), self.height - 2 * dp(self.inset_y)
        ink = self._ground(act, top, tall)
        pad = dp(18 if self.align == "left" else 4)
        room = self.width - 2 * pad
        if act.icon and not act.label:
            self.icon(act.icon, 0, top, self.width, tall, size=act.size + 8, token=ink)
            return
        self._words(act, ink, pad, room, top, tall)

    def _ground(self, act: Act, top: float, tall: float) -> str:
        radius = dp(self.radius)
        fill = "raised" if act.tone == "bill" else _FILL.get(act.tone, "")
        if not act.enabled:
            if act.tone in ("outline", "danger"):
                self.ring(0, top, self.width, tall, "line", radius)
            else:
                self.box(0, top, self.width, tall, "panel", radius)
                self.ring(0, top, self.width, tall, "line", radius)
            return "dim"
        if self.pressed and fill not in ("accent", "ready", "seated"):
            fill = "pressed"
        if act.tone == "tab":
            self.box(0, top + tall - dp(24), self.width, dp(24), "accent", radius)
            self.box(0, top, self.width, tall - dp(4), fill, radius)
        elif fill:
            self.face(0, top, self.width, tall, fill, radius)
        if self.pressed and fill in ("accent", "ready", "seated"):
            self.ring(0, top, self.width, tall, "text", radius, dp(3))
        elif act.tone == "ringed":
            self.ring(0, top, self.width, tall, "accent", radius, dp(3))
        elif act.tone == "outline":
            self.ring(0, top, self.width, tall, "line", radius)
        elif act.tone == "danger":
            self.ring(0, top, self.width, tall, "late", radius)
        return _TEXT.get(act.tone) or palette.on(fill or "panel")

    def _words(self, act: Act, ink: str, pad: float, room: float, top: float, tall: float) -> None:
        bold = act.tone not in ("flat", "bill")
        note_room = self.measure(act.note, act.size - 1) + dp(8) if act.note else 0
        icon = icon_room(act)
        lines = 2 if tall >= dp(44) and not act.note else 1
        longest = max((self.measure(word, 15, bold) for word in act.label.split()), default=0)
        if act.icon and longest > room - note_room - icon:
            icon = 0  # the word says more than the icon beside it
        label_room = room - note_room - icon
        if act.note and tall >= dp(44) and self.measure(act.label, 11, bold) > label_room:
            self._stacked(act, ink, pad, room, top, tall)
            return
        if self.align == "left":
            wide, _ = self.text(
                act.label,
                pad + icon,
                top,
                label_room,
                tall,
                size=act.size,
                bold=bold,
                token=ink,
                lines=lines,
                smallest=13,
            )
            start = pad
        else:
            wide = min(label_room, self.measure(act.label, act.size, bold))
            if lines == 2 and wide == label_room:
                start = pad
                self.text(
                    act.label,
                    pad + icon,
                    top,
                    label_room,
                    tall,
                    size=act.size,
                    bold=bold,
                    token=ink,
                    lines=2,
                    smallest=11,
                    align="center",
                )
            else:
                start = pad + (room - wide - note_room - icon) / 2
                self.text(
                    act.label,
                    start + icon,
                    top,
                    wide + 2,
                    tall,
                    size=act.size,
                    bold=bold,
                    token=ink,
                    smallest=11,
                )
        if icon:
            self.icon(act.icon, start, top, icon - dp(6), tall, size=act.size + 6, token=ink)
        if act.note:
            token = act.note_token if act.enabled and act.tone != "chosen" else ink
            self.text(
                act.note,
                start + icon + wide + dp(8),
                top,
                note_room,
                tall,
                size=act.size - 1,
                token=token,
            )

    def _stacked(
        self, act: Act, ink: str, pad: float, room: float, top: float, tall: float
    ) -> None:
        """Label and note under each other, where they have no room side by side."""
        half = tall / 2
        token = act.note_token if act.enabled and act.tone != "chosen" else ink
        self.text(act.label, pad, top + dp(2), room, half, size=act.size, bold=True, token=ink,
                  smallest=10, align="center")  # fmt: skip
        self.text(act.note, pad, top + half - dp(2), room, half, size=act.size - 2, token=token,
                  smallest=10, align="center")  # fmt: skip


class Key(PushButton):
    """A key of a keypad: acts when the finger comes."""

    acts_on = OptionProperty("press", options=["press", "release"])


class Tab(PushButton):
    """A hall or category: as wide as its word where a row flows."""

    acts_on = OptionProperty("press", options=["press", "release"])

    @classmethod
    def natural_width(cls, act: Act) -> float:
        """Width that the label wants."""
        words = cls.measure(act.label, act.size, act.tone not in ("flat", "bill"))
        note = cls.measure(act.note, act.size - 1) + dp(8) if act.note else 0
        icon = icon_room(act)
        return max(dp(48), words + note + icon + dp(36 if not (act.icon and not words) else 16))


class SeatTab(Tab):
    """A seat in the row over the check: narrower, drawn 40 high in a 48 high target."""

    @classmethod
    def natural_width(cls, act: Act) -> float:
        """Width that the label wants."""
        return max(dp(48), cls.measure(act.label, act.size, True) + dp(24))
