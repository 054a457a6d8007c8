"""Touch for painted widgets: one that means one thing, and one with several areas.

Rule: what adds or chooses acts on press; what pays, sends, voids or bumps acts when the finger
leaves where it came, and only if that place still means what it meant when the finger came: a
button that changed under a finger does nothing. What is pressed is lit at once. A target is at
least 48 dp in both directions (its drawing may be smaller).
"""

from dataclasses import dataclass
from typing import Any

from kivy.properties import OptionProperty, StringProperty

from glass.painted import Painted


class Pressed(Painted):
    """A painted widget that can be pressed; `on_act` carries the id of what was meant.

    `pressed` is what the finger on it meant when it came, empty without one.
    """

    pressed = StringProperty("")
    acts_on = OptionProperty("release", options=["press", "release"])
    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("pressed", self.repaint)

    def meant_at(self, x: float, y: float) -> str:
        """What a press at a point of the window means now; empty when nothing. Override."""
        raise NotImplementedError

    def on_act(self, action: str) -> None:
        """Bound by the owner, who takes the action."""

    def on_touch_down(self, touch: Any) -> bool:
        """Take a touch that means something."""
        if touch.is_mouse_scrolling or not self.collide_point(*touch.pos):
            return False
        meant = self.meant_at(*touch.pos)
        if not meant:
            return False
        touch.grab(self)
        self.pressed = meant
        if self.acts_on == "press":
            self.dispatch("on_act", meant)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Act when the finger leaves where it came."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        began, self.pressed = self.pressed, ""
        here = self.meant_at(*touch.pos) if self.collide_point(*touch.pos) else ""
        if self.acts_on == "release" and began and here == began:
            self.dispatch("on_act", began)
        return True


class Tap(Pressed):
    """A widget that means one thing: the `id` of its model while that is `enabled`."""

    def action(self) -> str:
        """What a press means now; empty when nothing (then the touch passes through)."""
        model = self.model
        return str(getattr(model, "id", "")) if getattr(model, "enabled", True) else ""

    def meant_at(self, x: float, y: float) -> str:
        """The same everywhere on it."""
        return self.action()

    def on_touch_down(self, touch: Any) -> bool:
        """A button that may not be pressed now takes the touch all the same, and does nothing."""
        if super().on_touch_down(touch):
            return True
        named = bool(getattr(self.model, "id", ""))
        dead = named and not self.action() and not touch.is_mouse_scrolling
        return dead and bool(self.collide_point(*touch.pos))


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


class Touchable(Pressed):
    """A painted widget with areas; a subclass fills `areas` while it paints."""

    def __init__(self, **kwargs: Any) -> None:
        self.areas: list[Area] = []
        super().__init__(**kwargs)

    def meant_at(self, x: float, y: float) -> str:
        """What the area under the point means."""
        across, down = x - self.x, self.top - y
        return next((area.id for area in self.areas if area.holds(across, down)), "")
