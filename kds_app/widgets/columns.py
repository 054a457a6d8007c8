"""The columns of tickets: views that are kept and get other cards.

Rule: a ticket keeps its view while it is on the page, so a change repaints that card alone; views
are never thrown away. Where a card stands was decided by the presenter.
"""

from typing import Any

from kivy.properties import ObjectProperty
from kivy.uix.widget import Widget

from kds_app.presenters.shown import Card, Placed
from kds_app.theme import columns_for, scale
from kds_app.widgets.card import CardView
from kds_app.widgets.layout import lay_out

MARGIN, GAP = 15, 15
MEASURED = 4_000
"""Heights of cards that are kept; more tickets than that no kitchen has open."""


class Columns(Widget):
    """Shows `placed`; carries their actions on."""

    placed = ObjectProperty((), rebind=False)
    __events__ = ("on_act",)

    def __init__(self, **kwargs: Any) -> None:
        self._views: dict[str, CardView] = {}
        self._free: list[CardView] = []
        self._talls: dict[str, tuple[Card, int, int]] = {}
        super().__init__(**kwargs)
        for name in ("placed", "pos", "size"):
            self.fbind(name, self._arrange)

    def on_act(self, action: str) -> None:
        """Bound by the screen."""

    @property
    def count(self) -> int:
        """Columns at this width."""
        return columns_for(self.width, scale.factor)

    @property
    def room(self) -> int:
        """Height of a column in pixels."""
        return max(1, round(self.height) - 2 * scale.of(MARGIN))

    @property
    def gap(self) -> int:
        """Pixels between cards."""
        return scale.of(GAP)

    def wide(self) -> int:
        """Width of a column in pixels."""
        count = self.count
        return (round(self.width) - 2 * scale.of(MARGIN) - self.gap * (count - 1)) // count

    def tall(self, card: Card) -> int:
        """Height of a card in pixels at the width of a column."""
        wide = self.wide()
        kept = self._talls.get(card.id)
        if kept is not None and kept[1] == wide and (kept[0] is card or kept[0] == card):
            return kept[2]
        height = lay_out(card, wide).height
        if len(self._talls) > MEASURED:
            self._talls.clear()
        self._talls[card.id] = (card, wide, height)
        return height

    def rescaled(self) -> None:
        """The scale changed: nothing that was measured holds."""
        self._talls.clear()
        for view in self._views.values():
            view.repaint()

    def drawn(self, edge: float) -> dict[str, int]:
        """Ticket versions that the views on the page show, as painted, left of `edge`."""
        found: dict[str, int] = {}
        for view in self._views.values():
            card: Card | None = view.painted
            if card is not None and card is view.model and view.right <= edge:
                found.update(card.versions)
        return found

    def _arrange(self, *_: object) -> None:
        placed: tuple[Placed, ...] = self.placed
        wanted = {place.card.id for place in placed}
        for card_id in [card_id for card_id in self._views if card_id not in wanted]:
            view = self._views.pop(card_id)
            self.remove_widget(view)
            self._free.append(view)
        for place in placed:
            self._put(place)

    def _put(self, place: Placed) -> None:
        view = self._views.get(place.card.id)
        if view is None:
            view = self._free.pop() if self._free else self._make()
            self._views[place.card.id] = view
            self.add_widget(view)
        wide = self.wide()
        margin = scale.of(MARGIN)
        view.size = (wide, place.height)
        view.pos = (
            self.x + margin + place.column * (wide + self.gap),
            self.top - margin - place.top - place.height,
        )
        if view.model != place.card:
            view.model = place.card
        view.timer = place.timer

    def _make(self) -> CardView:
        view = CardView(size_hint=(None, None))
        view.bind(on_act=lambda _, action: self.dispatch("on_act", action))
        return view
