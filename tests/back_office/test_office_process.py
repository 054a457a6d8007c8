"""The doors between the processes: the front's journal, and the demo venue in the books."""

from datetime import date
from fractions import Fraction
from functools import partial
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import Connection, insert
from sqlmodel import select

from sync_server.back_office.books import file_url
from sync_server.back_office.cards import read_book
from sync_server.back_office.food_cost import food_cost, problem_count
from sync_server.back_office.house_tables import Account
from sync_server.back_office.intake import Intake
from sync_server.back_office.seeding import UNITS
from sync_server.demo.catalogue import catalogue_of
from sync_server.demo.furnish_books import furnish_books
from sync_server.demo.venue_types import Venue
from sync_server.domain.card_sheet import Sheet, sheet_of
from sync_server.domain.recipes import Owner
from sync_server.domain.stock import IngredientId
from sync_server.front_office.tables import JournalRow
from sync_server.office_process import FrontJournal
from sync_server.protocol.envelope import EventRecord, write_event
from sync_server.store.database import Database, session_on
from sync_server.store.errors import StoreError
from sync_server.store.migrations import upgrade
from tests.back_office.house import DAY, NOON_MS, PASSWORDS, Journal, furnish, take_all
from tests.demo.loaded import demo_venue


async def test_the_fronts_own_journal_is_read_in_order_as_soon_as_there_is_one(
    books: Database, tmp_path: Path
) -> None:
    await furnish(books)
    url = file_url(tmp_path / "front.db")
    reader = FrontJournal(url)
    intake = Intake(books, reader)
    with pytest.raises(StoreError):
        intake.fetch()
    journal = Journal()
    journal.fire("l1", "saperavi", 2)
    journal.close(("l1", "saperavi", 80_000))
    with Database.open(url, "front") as front:
        upgrade(front, "sync_server.front_office.migrations")
        rows = [
            {
                "n": event.n,
                "at_ms": event.at_ms,
                "type": event.type,
                "biz_day": DAY,
                "cmd_id": f"c{event.n}",
                "data": write_event(
                    EventRecord(
                        n=event.n, at_ms=event.at_ms, type=event.type, tv=1, cmd_id=f"c{event.n}",
                        dev="d1", actor="olena", biz_day=DAY,
                        body=msgspec.Raw(msgspec.json.encode(event.body)),
                    )
                ),
                "hash": "",
            }
            for event in journal.events
        ]  # fmt: skip
        await front.write(lambda connection: connection.execute(insert(JournalRow), rows))
        assert await intake.take(intake.fetch()) == 2
        assert list(intake.fetch()) == []
    reader.close()
    report = books.read(lambda connection: food_cost(connection, DAY, DAY))
    assert (report.sales.net_minor, report.sales.cost_minor) == (80_000, 36_000)


async def test_every_dish_of_the_demo_venue_can_be_sold_and_has_its_cost(books: Database) -> None:
    venue = demo_venue()
    catalogue = catalogue_of(venue, number=1, published_ms=0)
    day = date.fromisoformat(DAY)
    await furnish_books(books, venue, catalogue, PASSWORDS, day, NOON_MS)
    assert books.read(partial(_cost_of_borscht, venue=venue)) == 1664
    journal = Journal()
    for number, item in enumerate(venue.items):
        journal.fire(f"l{number}", item.item_id, station=item.station_ids[0])
        journal.close((f"l{number}", item.item_id, item.price_minor * 5 // 6))
    await take_all(books, journal)
    assert books.read(problem_count) == 0
    report = books.read(lambda connection: food_cost(connection, DAY, DAY))
    rows = [row for category in report.categories for row in category.rows]
    assert len(rows) == len(venue.items)
    strange = {r.item_id: r.sales.cost_bp for r in rows if not 0 < (r.sales.cost_bp or 0) < 6_000}
    assert strange == {}
    assert 2_000 < (report.sales.cost_bp or 0) < 4_000
    logins = books.read(_logins)
    assert {"halyna", "roman", "andrii", "nadia"} <= logins
    assert not {"olena", "taras"} & logins


def _cost_of_borscht(connection: Connection, venue: Venue) -> int:
    """The worked example of features-region, rule 3, at the venue's list prices."""
    prices = {
        good.ingredient_id: (good.price_minor, UNITS[good.unit][1]) for good in venue.ingredients
    }

    def unit_cost(name: IngredientId) -> Fraction:
        return Fraction(*prices[name])

    with session_on(connection) as session:
        sheet = sheet_of(read_book(session), Owner.ITEM, "borscht-plain", DAY, unit_cost)
    assert isinstance(sheet, Sheet)
    return round(sheet.unit_cost)


def _logins(connection: Connection) -> set[str]:
    with session_on(connection) as session:
        return set(session.exec(select(Account.login)).all())
