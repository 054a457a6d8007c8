"""The demo venue's back office after three weeks of sales, for pictures of its pages.

Run as `python -m tests.web.demo_serving FOLDER`; prints its port, serves until it is told to stop.
"""

import asyncio
import itertools
import random
import sys
from datetime import date
from pathlib import Path

from sqlalchemy import Connection

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.house_tables import Account
from sync_server.back_office.office import Machine, Office, OfficeSettings
from sync_server.clocks import system_random
from sync_server.demo.catalogue import catalogue_of
from sync_server.demo.furnish_books import furnish_books
from sync_server.demo.venue import load_venue
from sync_server.demo.venue_types import Venue
from sync_server.domain import events as e
from sync_server.domain.ids import CheckId, LineId, ShiftId
from sync_server.domain.menu import Catalogue
from sync_server.store.database import session_on
from tests.back_office.house import NOON_MS, PASSWORD, PASSWORDS, PEPPER, WAITER, Journal, take_all

DAYS, CHECKS, SEED = range(2, 22), 8, 3


def sales(venue: Venue) -> Journal:
    """Three weeks of checks, the same each time; one line in twenty is voided."""
    journal, chance = Journal(), random.Random(SEED)
    numbers = itertools.count(1)
    for day, at in itertools.product(DAYS, range(CHECKS)):
        iso, check = f"2026-11-{day:02}", CheckId(f"c{day}-{at}")
        sums = []
        for item in chance.choices(venue.items, k=chance.randint(2, 6)):
            line, qty = LineId(f"l{next(numbers)}"), chance.choice((1, 1, 1, 2)) * 1000
            station = item.station_ids[0] if item.station_ids else "hot"
            sold = e.Sold(line, 1, item.item_id, qty, station, ())
            journal.add(e.LinesFired(check, (sold,), NOON_MS, WAITER, iso), iso)
            if chance.random() < 0.05:
                voided = e.LineVoided(
                    check, line, item.item_id, qty, 0, "wrong-order", True, True, 1, station, (),
                    WAITER, NOON_MS, iso, kind="void",
                )  # fmt: skip
                journal.add(voided, iso)
                continue
            gross = item.price_minor * qty // 1000
            sums.append(e.SoldSum(line, item.item_id, qty, gross, 0, gross * 5 // 6))
        journal.add(
            e.CheckClosed(
                check, f"A-{day}{at}", ShiftId("s1"), WAITER, e.Totals(), tuple(sums), 0, 2,
                NOON_MS, iso,
            ),
            iso,
        )  # fmt: skip
    return journal


def owner(connection: Connection) -> None:
    """Somebody with every right, whose password the pictures know."""
    with session_on(connection) as session:
        account = Account(
            login="owner",
            name="Олександр Богданович",
            role="owner",
            rights="reports costing approve_stock settings house_account",
            language="uk",
            password_hash=PASSWORDS.hash(PASSWORD),
        )
        session.add(account)
        session.flush()


class Menu:
    """The demo's menu."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Always the same."""
        self._catalogue = catalogue

    def catalogue(self) -> Catalogue:
        """The menu in force."""
        return self._catalogue


async def serve(folder: Path) -> None:
    """Fill the books and open the office on a free port."""
    venue = load_venue()
    catalogue = catalogue_of(venue, 7, NOON_MS)
    with open_books(file_url(folder / "back.db")) as books:
        first = NOON_MS - 20 * 86_400_000
        await furnish_books(books, venue, catalogue, PASSWORDS, date(2026, 11, 1), first)
        await books.write(owner)
        journal = sales(venue)
        await take_all(books, journal)
        ticks = itertools.count(NOON_MS)
        machine = Machine(lambda: next(ticks), lambda: system_random().randbytes(32).hex())
        settings = OfficeSettings(url="", pepper=PEPPER, port=0)
        office = Office(settings, books, journal, machine, Menu(catalogue))
        await office.serve(lambda port: print(port, flush=True))


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
