"""Who is it: people, PIN, health of the house. Layout in `sign_in.kv`, meaning in
`presenters/sign_in.py`."""

from typing import Any

from kivy.metrics import dp
from kivy.properties import ObjectProperty

from glass.painted import Painted
from pos_app.presenters.sign_in_view import SignInView
from pos_app.screens.screen import Screen, load_kv


class PinDots(Painted):
    """A dot for each figure of the PIN: filled when typed."""

    vm = ObjectProperty(SignInView(), rebind=True)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fbind("vm", self.repaint)

    def paint(self) -> None:
        """The dots in the middle."""
        side, step = dp(18), dp(34)
        left = (self.width - step * (self.vm.places - 1) - side) / 2
        top = (self.height - side) / 2
        for number in range(self.vm.places):
            if number < self.vm.dots:
                self.box(left + number * step, top, side, side, "accent", side / 2)
            else:
                self.ring(left + number * step, top, side, side, "dim", side / 2, dp(2))


class SignInScreen(Screen):
    """Draws a `SignInView`."""

    vm = ObjectProperty(SignInView(), rebind=True)

    def on_parent(self, *_: object) -> None:
        """It comes forward with its first page of people."""
        self.ids.people.page = 0


load_kv(__file__)
