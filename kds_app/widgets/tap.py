"""Touch: areas of a painted widget that mean something, and plain buttons.

Rule: an area acts when the finger leaves inside the area where it came down, so that a slip does
nothing; what is pressed is lit at once. `on_act` carries the action id.
"""

from dataclasses import dataclass
from typing import Any

from kivy.properties import StringProperty

from kds_app.presenters.shown import Act, Chip
from kds_app.theme import scale
from kds_app.widgets.lettering import width
from kds_app.widgets.painted import LEADING, Painted


@dataclass(frozen=True, slots=True)
class Area:
    """A touchable place from the top left of its widget, and what it means."""

    id: str
    x: int
    y: int
    width: int
    height: int

    def holds(self, x: float, y: float) -> bool:
        """Whether a point lies inside."""
        return self.x <= x < self.x + self.width and self.y <= y < self.y + self.height


class Touchable(Painted):
    """A painted widget with areas; a subclass fills `areas` while it paints."""

    pressed = StringProperty("")
    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        self.areas: list[Area] = []
        super().__init__(**kwargs)
        self.fbind("pressed", self.repaint)

    def on_act(self, action: str) -> None:
        """Bound by the owner."""

    def area_at(self, x: float, y: float) -> Area | None:
        """The area under a point of the window."""
        across, down = x - self.x, self.top - y
        return next((area for area in self.areas if area.holds(across, down)), None)

    def on_touch_down(self, touch: Any) -> bool:
        """Take a touch that falls on an area."""
        if touch.is_mouse_scrolling or not self.collide_point(*touch.pos):
            return False
        area = self.area_at(*touch.pos)
        if area is None:
            return False
        touch.grab(self)
        self.pressed = area.id
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Act where the touch began."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        began, self.pressed = self.pressed, ""
        area = self.area_at(*touch.pos)
        if area is not None and area.id == began:
            self.dispatch("on_act", began)
        return True


_FACES = {
    "plain": ("raised", "text"),
    "quiet": ("raised", "text"),
    "go": ("ready", "on_bright"),
    "accent": ("accent", "on_bright"),
    "chosen": ("selected", "text"),
    "danger": ("allergy", "white"),
}


def face(
    into: Touchable, act: Act, x: int, y: int, wide: int, high: int, px: int, centred: bool = True
) -> None:
    """Paint a button into a widget, and make it an area if it can be tapped."""
    u = scale.of
    ground, token = _FACES[act.tone]
    if not act.enabled:
        token = "box_dim"
    if act.id and into.pressed == act.id:
        ground = "pressed" if ground in ("raised", "selected") else ground
        into.ring(x - 2, y - 2, wide + 4, high + 4, "white", u(12), max(2, u(2)))
    into.box(x, y, wide, high, ground, u(10))
    icon = u(22) if act.icon else 0
    gap = u(6) if act.icon and act.label else 0
    room = wide - 2 * u(10) - icon - gap
    taken = min(room, width(act.label, px, True)) + icon + gap
    left = x + (wide - taken) // 2 if centred else x + u(14)
    lines = 2 if act.note else 1
    top = y + (high - round(px * LEADING) - (round(u(15) * LEADING) if lines == 2 else 0)) // 2
    if act.icon:
        into.icon(act.icon, left, y + (high - icon) // 2, icon, token)
    into.line(act.label, left + icon + gap, top, room, px, token, bold=act.tone != "quiet")
    if act.note:
        note = "dim" if ground == "raised" else token
        into.line(act.note, left, top + round(px * LEADING), room, u(15), note)
    if act.id and act.enabled:
        into.areas.append(Area(act.id, x, y, wide, high))


def pill(into: Touchable, chip: Chip, x: int, y: int, high: int, px: int) -> int:
    """Paint a chip into a widget; gives its width."""
    u = scale.of
    dot = u(10) + u(6) if chip.dot else 0
    wide = pill_width(chip, px)
    ground = "selected" if chip.chosen or (chip.id and into.pressed == chip.id) else "raised"
    into.box(x, y, wide, high, ground, high // 2)
    if chip.chosen:
        into.ring(x, y, wide, high, "accent", high // 2, max(1, u(2)))
    if chip.dot:
        into.box(x + u(14), y + (high - u(10)) // 2, u(10), u(10), chip.dot, u(5))
    top = y + (high - round(px * LEADING)) // 2
    into.line(chip.label, x + u(14) + dot, top, wide, px, chip.token, bold=chip.chosen)
    return wide


def pill_width(chip: Chip, px: int) -> int:
    """Pixels that a chip takes."""
    dot = scale.of(10) + scale.of(6) if chip.dot else 0
    return 2 * scale.of(14) + dot + width(chip.label, px, chip.chosen)
