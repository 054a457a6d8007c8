"""The room charges of this day, and the day beside the hotel's sums.

Layout in `room_list.kv`, meaning in `presenters/room_list.py`.
"""

from kivy.properties import ObjectProperty

from pos_app.presenters.room_list_view import RoomListView
from pos_app.screens.screen import Screen, load_kv


class RoomListScreen(Screen):
    """Draws a `RoomListView`."""

    vm = ObjectProperty(RoomListView(), rebind=True)


load_kv(__file__)
