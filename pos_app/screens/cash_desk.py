"""The cash desk: tabs, a list, what can be done. Layout in `cash_desk.kv`, meaning in
`presenters/cash_desk.py`."""

from kivy.properties import ObjectProperty

from pos_app.presenters.cash_desk_view import CashDeskView
from pos_app.presenters.shown import Card
from pos_app.screens.screen import Screen, load_kv
from pos_app.widgets.card import NoticeCard

_LINES = 4
"""Lines that a row of the list may have; a longer text is cut."""


class CashDeskScreen(Screen):
    """Draws a `CashDeskView`."""

    vm = ObjectProperty(CashDeskView(), rebind=True)

    @staticmethod
    def card_height(cards: tuple[Card, ...], width: float) -> float:
        """Rows of the list are alike: as high as the longest text of this tab needs."""
        return NoticeCard.row_height(cards, width, _LINES)


load_kv(__file__)
