"""Pills and badges of people: what the head of a screen is made of."""

from kivy.metrics import dp

from glass.colours import palette
from glass.tap import Tap
from pos_app.presenters.shown import Avatar, Chip

_TALL = 36


class ChipView(Tap):
    """A pill: a dot or icon and a word, drawn 36 high in a target as high as its row."""

    @staticmethod
    def natural_width(chip: Chip) -> float:
        """Width that the pill wants."""
        mark = 18 if chip.dot or chip.icon else 0
        mark = 24 if chip.icon else mark
        if not chip.label:
            return float(dp(48))
        wide = ChipView.measure(chip.label, 15, chip.tone in ("accent", "bare"))
        return max(dp(48) if chip.id else 0, wide + dp(mark + (4 if chip.tone == "bare" else 28)))

    def paint(self) -> None:
        """Pill, mark, word."""
        chip: Chip | None = self.model
        if chip is None:
            return
        tall = min(dp(_TALL), self.height)
        top = (self.height - tall) / 2
        fill = "pressed" if self.pressed else chip.tone
        if chip.tone != "bare":
            self.box(0, top, self.width, tall, fill, tall / 2)
        ink = palette.on(chip.tone) if chip.tone != "bare" else "text"
        if chip.tone == "panel":
            ink = "dim"
        left = dp(0 if chip.tone == "bare" else 14)
        if chip.icon:
            token = palette.text_of(chip.dot) if chip.dot else ink
            wide = dp(20) if chip.label else self.width - 2 * left
            self.icon(chip.icon, left, top, wide, tall, size=20, token=token)
            left += dp(24)
        elif chip.dot:
            self.box(left, (self.height - dp(10)) / 2, dp(10), dp(10), chip.dot, dp(5))
            left += dp(18)
        alone = not (chip.icon or chip.dot) and chip.tone != "bare"
        self.text(
            chip.label,
            dp(6) if alone else left,
            top,
            self.width - (dp(6) if alone else left) - dp(6),
            tall,
            size=15,
            token=ink,
            bold=chip.tone in ("accent", "bare"),
            align="center" if alone else "left",
            smallest=12,
        )


class AvatarView(Tap):
    """Initials on a round ground, the name beside it when there is one."""

    @staticmethod
    def natural_width(avatar: Avatar) -> float:
        """Width with the name."""
        name = AvatarView.measure(avatar.name, 16) + dp(18) if avatar.name else 0
        return float(dp(48) + name)

    def paint(self) -> None:
        """Badge and name."""
        avatar: Avatar | None = self.model
        if avatar is None or not avatar.initials:
            return
        side = dp(36)
        top, left = (self.height - side) / 2, dp(6)
        self.box(left, top, side, side, avatar.token, side / 2)
        self.text(
            avatar.initials,
            left,
            top,
            side,
            side,
            size=14,
            bold=True,
            token="on_bright",
            align="center",
        )
        self.text(avatar.name, left + side + dp(12), top, self.width - side - dp(18), side)


class LegendView(Tap):
    """A state of tables explained: its outline and its word."""

    @staticmethod
    def natural_width(chip: Chip) -> float:
        """Width of box, icon and word."""
        return float(LegendView.measure(chip.label, 14) + dp(24))

    def paint(self) -> None:
        """Outline and word."""
        chip: Chip | None = self.model
        if chip is None:
            return
        top = (self.height - dp(14)) / 2
        self.ring(0, top, dp(14), dp(14), chip.dot, dp(4), dp(2))
        self.text(chip.label, dp(22), 0, self.width - dp(22), self.height, size=14, token="dim")
