"""Editions of the back office come into force by themselves, each once, in the order they hold."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.catalogue import publish, withdraw
from sync_server.back_office.papers import Actor
from sync_server.config import ServerSettings
from sync_server.device_desk import DeviceDesk
from sync_server.domain.menu_changes import Change
from sync_server.editions import BackEditions, take_due
from sync_server.store.database import Database, session_on
from tests.front_office.house import House, Till


def price(item: str, minor: int) -> list[Change]:
    return [Change("item", item, "price_minor", str(minor))]


async def put(books: Database, house: House, changes: Sequence[Change], at_ms: int = 0) -> int:
    """An edition on the house's own clock."""
    actor = Actor("halyna", house.office.clock(), "2026-11-21")

    def act(connection: Connection) -> int:
        with session_on(connection) as session:
            made = publish(session, house.office.catalogue, changes, (at_ms, ""), actor)
            assert isinstance(made, int), made
            return made

    return await books.write(act)


@pytest.fixture
def settings(tmp_path: Path) -> ServerSettings:
    return ServerSettings(data=tmp_path)


async def test_a_due_edition_is_published_once_and_a_later_one_waits(
    house: House, till: Till, settings: ServerSettings, tmp_path: Path
) -> None:
    office = house.office
    desk, editions = DeviceDesk(office, lambda: 0), BackEditions(settings)
    assert await take_due(editions, office, desk) == 0
    before = office.catalogue.number
    with open_books(file_url(tmp_path / "back.db")) as books:
        tomorrow = office.clock() + 86_400_000
        later = await put(books, house, price("borscht", 21_000), tomorrow)
        await put(books, house, price("borscht", 20_000))
        await put(books, house, price("ribeye", 91_000))
        assert await take_due(editions, office, desk) == 2
        assert office.catalogue.number == before + 2
        assert office.catalogue.items["borscht"].price_minor == 20_000
        assert office.catalogue.items["ribeye"].price_minor == 91_000
        assert await take_due(editions, office, desk) == 0
        found = editions.due(office.catalogue.edition_ms, office.catalogue.edition, tomorrow)
        assert [one.number for one in found] == [later]
        now = office.clock()
        assert await books.write(lambda c: withdraw(session_on(c), later, tomorrow)) is False

        def back(connection: Connection) -> bool:
            with session_on(connection) as session:
                done = withdraw(session, later, now)
                session.flush()
                return done

        assert await books.write(back)
        assert editions.due(office.catalogue.edition_ms, office.catalogue.edition, tomorrow) == []
    editions.close()
