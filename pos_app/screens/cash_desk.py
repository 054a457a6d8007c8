"""The cash desk: tabs, a list, what can be done. Layout in `cash_desk.kv`, meaning in
`presenters/cash_desk.py`."""

from kivy.properties import ObjectProperty

from pos_app.presenters.cash_desk_view import CashDeskView
from pos_app.screens.screen import Screen, load_kv


class CashDeskScreen(Screen):
    """Draws a `CashDeskView`."""

    vm = ObjectProperty(CashDeskView(), rebind=True)


load_kv(__file__)
