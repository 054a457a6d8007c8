"""A check, or part of it, to a guest's room.

Layout in `room_charge.kv`, meaning in `presenters/room_charge.py`.
"""

from kivy.properties import ObjectProperty

from pos_app.presenters.room_charge_view import RoomChargeView
from pos_app.screens.screen import Screen, load_kv


class RoomChargeScreen(Screen):
    """Draws a `RoomChargeView`."""

    vm = ObjectProperty(RoomChargeView(), rebind=True)


load_kv(__file__)
