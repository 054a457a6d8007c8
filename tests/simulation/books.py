"""The stock books behind the house: the real intake over an evening's journal, and a stupid model.

Each dish of the menu is a good of its own, so what was sold can be counted on the fingers: what
stands fired on the checks, and what was made and thrown away. Every event comes to the intake
twice, in odd pieces, and once its transaction fails.
"""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from random import Random

import msgspec
from sqlalchemy import Connection
from sqlmodel import select

from sync_server.back_office.books import MIGRATIONS
from sync_server.back_office.intake import Intake, JournalEvent, count
from sync_server.back_office.tables import Balance
from sync_server.demo.venue_types import Ingredient, OpeningStock, RecipeLine
from sync_server.domain import events as e
from sync_server.domain.menu import Category, Item, Station
from sync_server.protocol.envelope import EventRecord
from sync_server.store.database import Database, MemoryDisk, session_on
from sync_server.store.migrations import upgrade
from tests.back_office.house import SmallHouse, furnish

from .restaurant import at_once, menu

OPENING_MILLI = 100_000_000


class _Dies(Exception):
    """The back office died before its commit."""


def _house() -> SmallHouse:
    dishes = list(menu().items)
    names = {"en": "Goods", "uk": "Goods"}
    goods = [
        Ingredient(
            f"g-{dish}", names, "all", "pcs", 0, Decimal(0), {}, "kitchen", "rynok", Decimal(1),
            5, "", (),
        )
        for dish in dishes
    ]  # fmt: skip
    small = SmallHouse()
    small.stations = [Station(name, names) for name in menu().stations]
    small.ingredient_groups = [type(small.ingredient_groups[0])("all", names)]
    small.categories = [Category("food", names)]
    small.items = [Item(x, names, "food", 1, "vat", ("hot",)) for x in dishes]
    small.ingredients, small.semi_finished = goods, ()
    small.recipes = [
        RecipeLine("item", x, "ingredient", f"g-{x}", Decimal(1), Decimal(0)) for x in dishes
    ]
    small.opening_stock = [
        OpeningStock(store, f"g-{x}", Decimal(OPENING_MILLI // 1000), OPENING_MILLI)
        for x in dishes
        for store in ("kitchen", "bar")
    ]
    return small


@lru_cache(maxsize=1)
def image() -> bytes:
    """Books with the house's goods and recipes, and nothing sold."""
    disk = MemoryDisk()
    with Database.on_disk(disk) as database:
        upgrade(database, MIGRATIONS)
        at_once(furnish(database, _house()))
    return disk.image()


def used_milli(venue_lines: Sequence[e.Line], events: Sequence[object]) -> Counter[str]:
    """What the kitchen used, by dish: what stands fired on all checks, and what was wasted."""
    used: Counter[str] = Counter()
    for line in venue_lines:
        if line.fire_no and line.state not in ("void", "held"):
            used[line.item_id] += line.qty_milli
    for event in events:
        if isinstance(event, e.LineVoided) and event.fired and event.made:
            used[event.item_id] += event.qty_milli
    return used


class _Journal:
    def __init__(self, events: Sequence[JournalEvent]) -> None:
        self._events = events

    def read_after(self, n: int, limit: int) -> Sequence[JournalEvent]:
        """See `JournalReader`."""
        return self._events[n : n + limit]

    def sound(self, n: int) -> bool:
        """See `JournalReader`."""
        return True


def left_milli(records: Sequence[EventRecord], rng: Random) -> Counter[str]:
    """What the books say is left of each dish's good, in all stores, after taking the journal."""
    taken = [
        JournalEvent(
            one.n,
            one.at_ms,
            one.type,
            msgspec.json.decode(one.body),
            one.biz_day,
            one.actor,
            one.dev,
        )
        for one in records
    ]
    disk = MemoryDisk(image())
    with Database.on_disk(disk) as books:
        intake = Intake(books, _Journal(taken))
        fails = rng.random() < 0.5
        while (n := intake.cursor()) < len(taken):
            piece = taken[max(0, n - rng.randint(0, 9)) : n + rng.randint(1, 60)]
            if fails:
                fails = False
                _die_half_way(books, piece)
            at_once(intake.take(piece))
        left = books.read(_balances)
    disk.close()
    return left


def _die_half_way(books: Database, piece: Sequence[JournalEvent]) -> None:
    def half(connection: Connection) -> None:
        count(connection, piece)
        raise _Dies

    try:
        books.writer.run(half).result()
    except _Dies:
        return


def _balances(connection: Connection) -> Counter[str]:
    left: Counter[str] = Counter()
    with session_on(connection) as session:
        for row in session.exec(select(Balance)).all():
            left[row.ingredient_id.removeprefix("g-")] += row.qty_milli
    return left
