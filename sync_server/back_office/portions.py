"""How many portions of each dish the stock is enough for, offered to whoever keeps the stop list.

By the recipe in force and what all stores of the house hold together, since a good in the main
store can still be carried to the kitchen; prepared goods count by what they are made of. Nothing is
stopped by itself: a person decides, on a terminal or on the page of portions.
"""

from sqlalchemy import Connection
from sqlmodel import select

from sync_server.store.database import session_on

from .goods_tables import Item
from .recipes_book import Cookbook


def portions_of_house(connection: Connection, day: str) -> dict[str, int]:
    """By dish how many portions are left; a dish without a card is not in it."""
    with session_on(connection) as session:
        return Cookbook(session, day).portions_left(session.exec(select(Item.item_id)).all())
