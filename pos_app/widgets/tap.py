"""Touch for painted widgets.

Rule: what adds or chooses acts on press, what pays, sends or voids acts on release inside the
widget. A widget that acts is at least 48 dp in both directions (its drawing may be smaller).
"""

from typing import Any

from kivy.properties import BooleanProperty, OptionProperty

from pos_app.widgets.painted import Painted


class Tap(Painted):
    """A painted widget that can be pressed; `on_act` carries the id of the action."""

    pressed = BooleanProperty(False)
    acts_on = OptionProperty("release", options=["press", "release"])
    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("pressed", self.repaint)

    def action(self) -> str:
        """What a press means now; empty when nothing (then the touch passes through)."""
        model = self.model
        return model.id if model is not None and getattr(model, "enabled", True) else ""

    def on_act(self, action: str) -> None:
        """Bound in kv: the owner takes the action."""

    def on_touch_down(self, touch: Any) -> bool:
        """Take a touch inside."""
        if not self.collide_point(*touch.pos) or touch.is_mouse_scrolling:
            return False
        action = self.action()
        if not action:
            return bool(self.model is not None and getattr(self.model, "id", ""))
        touch.grab(self)
        self.pressed = True
        if self.acts_on == "press":
            self.dispatch("on_act", action)
        return True

    def on_touch_up(self, touch: Any) -> bool:
        """Act when the finger leaves where it came."""
        if touch.grab_current is not self:
            return False
        touch.ungrab(self)
        self.pressed = False
        action = self.action()
        if self.acts_on == "release" and action and self.collide_point(*touch.pos):
            self.dispatch("on_act", action)
        return True
