"""What a person sets for oneself.

Layout in `settings.kv`, meaning in `presenters/settings.py`.
"""

from kivy.properties import ObjectProperty

from pos_app.presenters.settings_view import SettingsView
from pos_app.screens.screen import Screen, load_kv


class SettingsScreen(Screen):
    """Draws a `SettingsView`."""

    vm = ObjectProperty(SettingsView(), rebind=True)


load_kv(__file__)
