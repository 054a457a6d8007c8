"""The cash desk: tabs, a list, what can be done. Layout in `cash_desk.kv`, meaning in
`presenters/cash_desk.py`."""

from kivy.metrics import dp
from kivy.properties import ObjectProperty

from pos_app.presenters.cash_desk_view import CashDeskView
from pos_app.presenters.shown import Act, Card
from pos_app.screens.screen import Screen, load_kv
from pos_app.widgets.button import Tab
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

    def tab_columns(self, tabs: tuple[Act, ...], width: float) -> int:
        """As many tabs in a row as their longest word has room for, in rows of one length; of
        these a low window has two at most."""
        words = [word for tab in tabs for word in tab.label.split()]
        widest = max((Tab.measure(word, 15, True) for word in words), default=0) + dp(18)
        rows = -(-len(tabs) // max(1, int((width + dp(8)) // widest)))
        return -(-len(tabs) // max(1, min(rows, 2 if self.low else rows))) or 1


load_kv(__file__)
