"""A kitchen screen without a window: a board with its intents, and cards of a stated height."""

from kds_app.presenters.board import Board, Glass
from kds_app.presenters.intents import Intents
from kds_app.presenters.shown import BoardView, Card, Row
from tests.apps.kds.kitchen import Kitchen


def tall(card: Card) -> int:
    """A card as high as its rows and its buttons."""
    details = sum(len(row.details) for row in card.rows)
    return 80 + 48 * len(card.rows) + 24 * details + (74 if card.acts else 0)


GLASS = Glass(5, 930, 15, tall)
SMALL = Glass(2, 420, 15, tall)


class Screen:
    """A board with its intents on a kitchen."""

    def __init__(self, kitchen: Kitchen, *home: str, language: str = "en") -> None:
        self.kitchen = kitchen
        self.board = Board(kitchen, home or ("hot",), language=language)
        self.intents = Intents(self.board)

    def view(self, glass: Glass = GLASS) -> BoardView:
        return self.board.view(glass)

    def card(self, title: str) -> Card:
        return next(p.card for p in self.view().placed if p.card.title == title)

    def line(self, title: str, name: str) -> Row:
        return next(row for row in self.card(title).rows if row.name.startswith(name))

    def act(self, action: str) -> BoardView:
        self.intents.act(action)
        return self.view()


def timers(view: BoardView) -> dict[str, tuple[str, str]]:
    """Tone and figure of each card by title."""
    return {p.card.title: (p.card.tone, p.timer.text) for p in view.placed}
