"""The halls with their tables, and what wants a hand.

Layout in `floor.kv`, meaning in `presenters/floor.py`.
"""

from kivy.properties import ObjectProperty

from pos_app.presenters.floor_view import FloorView
from pos_app.screens.screen import Screen, load_kv


class FloorScreen(Screen):
    """Draws a `FloorView`."""

    vm = ObjectProperty(FloorView(), rebind=True)


load_kv(__file__)
