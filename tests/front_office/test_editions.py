"""Editions of the back office come into force by themselves, each once, in the order they hold."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.catalogue import publish, withdraw
from sync_server.back_office.offers import STALE_MS, Loan, offer_loan, offer_pin, offer_stops
from sync_server.back_office.papers import Actor
from sync_server.config import ServerSettings
from sync_server.device_desk import DeviceDesk
from sync_server.domain import commands as c
from sync_server.domain.ids import LineId
from sync_server.domain.lending import rights_lent
from sync_server.domain.menu_changes import Change
from sync_server.editions import BackEditions, take_due, take_offers
from sync_server.front_office.access import pin_hash
from sync_server.store.database import Database, session_on
from tests.builders import a_line
from tests.front_office.house import House, K, Till
from tests.simulation.restaurant import CHEAP, PEPPER, PINS
from tests.store.ready_made import BACK, lay


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
    with open_books(file_url(lay(BACK, tmp_path / "back.db"))) as books:
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


HAPPY = [
    Change("terms", "happy", "new", ""),
    Change("terms", "happy", "places", "main"),
    Change("rule", "happy", "borscht", "9900"),
    Change("table", "t3", "removed", "yes"),
    Change("role", "waiter", "rights", "order stop_list"),
]


async def test_a_live_desk_takes_a_scheduled_rule_and_new_rights_between_two_orders(
    house: House, till: Till, settings: ServerSettings, tmp_path: Path
) -> None:
    """No command fails, no check moves, the table with guests stays, the old line keeps its
    price and the next one has the rule's."""
    office = house.office
    desk, editions = DeviceDesk(office, lambda: 0), BackEditions(settings)
    await till.order()
    with open_books(file_url(lay(BACK, tmp_path / "back.db"))) as books:
        await put(books, house, HAPPY, office.clock() + 60_000)
        assert await take_due(editions, office, desk) == 0
        assert (await till.do(c.StopItem("fries"))).code == "not_allowed"
        house.now_ms += 61_000
        assert await take_due(editions, office, desk) == 1
    number = office.catalogue.number
    second = replace(a_line("k-l2"), menu_no=number)
    await till.must(c.AddLines(K, (second,)), c.SendLines(K, (LineId("k-l2"),)))
    await till.must(c.StopItem("fries"))
    prices = [line.unit_minor for line in office.venue.checks[K].lines]
    assert prices == [18_500, 9_900]
    assert "t3" in office.catalogue.tables
    editions.close()


async def test_stops_and_pins_asked_for_in_the_back_office_are_done_once(
    house: House, till: Till, settings: ServerSettings, tmp_path: Path
) -> None:
    office, editions = house.office, BackEditions(settings)
    actor = Actor("halyna", office.clock(), "2026-11-21")
    with open_books(file_url(lay(BACK, tmp_path / "back.db"))) as books:

        def ask(connection: Connection) -> None:
            with session_on(connection) as session:
                stale = replace(actor, at_ms=actor.at_ms - STALE_MS - 1)
                offer_stops(session, [("ribeye", 0)], stale)
                session.flush()
                offer_stops(session, [("fries", 0), ("borscht", 3)], actor)
                hashed = pin_hash(PEPPER, "olena", "8264", CHEAP)
                offer_pin(session, "olena", hashed, actor)
                session.flush()

        await books.write(ask)
        assert await take_offers(editions, office) == 3
        assert await take_offers(editions, office) == 0
        assert {key: one.left_milli for key, one in office.venue.stops.items()} == {
            "fries": 0,
            "borscht": 3_000,
        }
        await till.must(c.FreeItem("fries"), by="nadia")
        await house.restart()
        assert await take_offers(editions, house.office) == 0
        assert "fries" not in house.office.venue.stops
        assert (await till.sign_in("olena", "8264")).code == ""
        assert (await till.sign_in("olena", PINS["olena"])).code != ""

        def an_hour_back(connection: Connection) -> None:
            with session_on(connection) as session:
                early = replace(actor, at_ms=actor.at_ms - 3_600_000)
                offer_pin(session, "olena", pin_hash(PEPPER, "olena", "9157", CHEAP), early)
                offer_stops(session, [("plate", 0)], early)
                session.flush()

        await books.write(an_hour_back)
        assert await take_offers(editions, house.office) == 2, "the office's clock was set back"
        assert (await till.sign_in("olena", "9157")).code == ""
        assert "plate" in house.office.venue.stops
    editions.close()


async def test_rights_asked_to_be_lent_are_the_lenders_own_and_end_by_hand_or_by_themselves(
    house: House, till: Till, settings: ServerSettings, tmp_path: Path
) -> None:
    office, editions = house.office, BackEditions(settings)
    until = office.clock() + 3_600_000
    loan = Loan("l1", "nadia", "olena", ("refund",), until, "holiday")
    with open_books(file_url(lay(BACK, tmp_path / "back.db"))) as books:

        async def ask(asked: Loan) -> int:
            house.now_ms += 1

            def put(connection: Connection) -> None:
                with session_on(connection) as session:
                    offer_loan(session, asked, Actor("halyna", house.now_ms, "2026-11-21"))
                    session.flush()

            await books.write(put)
            return await take_offers(editions, office)

        def held() -> frozenset[str]:
            return rights_lent(office.venue.lent.values(), "olena", office.clock())

        assert await ask(loan) == 1
        assert held() == {"refund"}
        assert await take_offers(editions, office) == 0
        await ask(replace(loan, lent_id="l2", by="ihor", rights=("void_sent",)))
        assert held() == {"refund"}, "a waiter lends nobody what only managers have"
        await ask(replace(loan, ends=True))
        assert not held()
        await ask(replace(loan, lent_id="l3"))
        house.now_ms = until
        assert not held(), "its end comes by itself"
        told = house.rows("SELECT type FROM journal ORDER BY n")
        kinds = [kind for (kind,) in told if kind.startswith("Rights")]
        assert kinds == ["RightsLent", "RightsTakenBack", "RightsLent"]
