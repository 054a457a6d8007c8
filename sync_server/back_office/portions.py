"""How many portions of each dish the stock is enough for, offered to whoever keeps the stop list.

By the recipe in force and the store that the dish is usually taken from; prepared goods count by
what they are made of. Nothing is stopped by itself: a person decides on the terminal.
"""

from sqlalchemy import Connection
from sqlmodel import Session, func, select

from sync_server.domain.stock import MoveKind, store_of
from sync_server.store.database import session_on

from .recipes_book import Cookbook
from .tables import Item, SalesFact, StockMove


def portions_of_house(connection: Connection, day: str) -> dict[str, int]:
    """By dish how many portions are left; a dish without a card is not in it."""
    with session_on(connection) as session:
        return Cookbook(session, day).portions_left(stores_of_items(session))


def stores_of_items(session: Session) -> dict[str, str]:
    """The store that each dish was taken from last; none ("") for one never sold."""
    stores = dict.fromkeys(session.exec(select(Item.item_id)), "")
    latest = (
        select(SalesFact.item_id, func.max(StockMove.n))
        .join(StockMove, StockMove.line_id == SalesFact.line_id)  # type: ignore[arg-type]
        .where(StockMove.kind == MoveKind.SALE.value, SalesFact.kind == "fired")
        .group_by(SalesFact.item_id)
    )
    for item_id, n in session.exec(latest):
        move = session.get(StockMove, n)
        if move is not None:
            stores[item_id] = store_of(move.source) or ""
    return stores
