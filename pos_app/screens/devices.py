"""Set-up of printers and papers: one layout for both.

Layout in `devices.kv`, meaning in `presenters/devices.py` and `presenters/papers.py`.
"""

from kivy.properties import ObjectProperty

from pos_app.presenters.devices_view import DevicesView
from pos_app.screens.screen import Screen, load_kv


class DevicesScreen(Screen):
    """Draws a `DevicesView`."""

    vm = ObjectProperty(DevicesView(), rebind=True)


load_kv(__file__)
