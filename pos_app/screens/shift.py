"""Opening, counting and closing the drawer.

Layout in `shift.kv`, meaning in `presenters/shift.py`.
"""

from kivy.properties import NumericProperty, ObjectProperty

from pos_app.presenters.shift_view import ShiftView
from pos_app.screens.screen import Screen, load_kv


class ShiftScreen(Screen):
    """Draws a `ShiftView`."""

    upper = NumericProperty("600dp")
    vm = ObjectProperty(ShiftView(), rebind=True)


load_kv(__file__)
