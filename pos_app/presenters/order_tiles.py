"""The tiles of the menu: what a dish is called, costs here and now, and how much of it is left.

Rule: a category may have two hundred dishes and a view is made many times a minute, so tiles are
kept until something that they say may be different: the menu, the stop list, the person, the place
of the check, or the minute, since prices follow the clock. `order` shows them.
"""

from pos_app import formats
from pos_app.presenters.order_lines import FAVOURITES
from pos_app.presenters.order_selling import SellingWork
from pos_app.presenters.shown import Tile
from sync_server.domain.menu import Item

_MINUTE_MS = 60_000


class Tiles:
    """The tiles of one order screen."""

    def __init__(self, on: SellingWork) -> None:
        self._on = on
        self._made_of: tuple[object, ...] = ()
        self._made: tuple[Tile, ...] = ()

    def of(self, category: str) -> tuple[Tile, ...]:
        """Those of a category, or the favourites of the person and the house."""
        on, desk = self._on, self._on.desk
        check = on.check
        made_of = (
            category,
            on.language,
            desk.now_ms() // _MINUTE_MS,
            (check.kind, check.table_id) if check else (),
            tuple(desk.venue.stops.values()),
            desk.preference,
            desk.catalogue,
        )
        if made_of != self._made_of:
            self._made_of = made_of
            self._made = tuple(self._tile(item) for item in self._items(category))
        return self._made

    def _items(self, category: str) -> list[Item]:
        items = self._on.desk.catalogue.items
        if category != FAVOURITES:
            return [item for item in items.values() if item.category_id == category]
        mine = self._on.desk.preference.favourites
        own = [items[item_id] for item_id in mine if item_id in items]
        return own + [x for x in items.values() if x.favourite and x.item_id not in mine]

    def _tile(self, item: Item) -> Tile:
        on, desk = self._on, self._on.desk
        category = desk.catalogue.categories.get(item.category_id)
        stripe = item.colour or (category.colour if category else "") or "dish8"
        stop = desk.venue.stops.get(item.item_id)
        badge, token, enabled = "", "hold", True
        if stop is not None:
            enabled = stop.left_milli > 0
            token = "hold" if enabled else "late"
            left = formats.quantity(stop.left_milli, on.language)
            badge = on.say("left", n=left) if enabled else on.say("stop")
        name, price = on.name(item.names), self._price_text(item)
        return Tile(f"tap_item:{item.item_id}", name, price, stripe, badge, token, enabled)

    def _price_text(self, item: Item) -> str:
        """What a tile says of the price."""
        on = self._on
        if item.sold_by == "open":
            return on.say("open_price")
        price = on.short(on.base_price(item))
        if item.sold_by == "weight":
            return on.say("per_kilogram", price=price)
        return on.say("price_from", price=price) if item.parts else price
