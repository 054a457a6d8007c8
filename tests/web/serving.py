"""A back office in a process of its own, for a browser: the small house after two weeks.

Its clock stands at a noon of the house and moves a little with every look.
Run as `python -m tests.web.serving FOLDER`; prints its port, serves until it is told to stop.
"""

import asyncio
import itertools
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from sync_server.back_office.books import file_url, open_books
from sync_server.back_office.device_offers import DeviceSeen, FileHead, KeptCommand
from sync_server.back_office.guest_offers import GuestSeen
from sync_server.back_office.ledger import Entry, Ledger, Shelf
from sync_server.back_office.office import Machine, Office, OfficeSettings
from sync_server.clocks import system_random
from sync_server.domain import events as e
from sync_server.domain.ids import PaymentId, ShiftId, StaffId
from sync_server.domain.menu import Catalogue
from sync_server.domain.stock import COUNT, SUPPLIER, IngredientId, MoveKind, from_milli
from sync_server.store.database import session_on
from tests.back_office.house import CHECK, NOON_MS, PEPPER, WAITER, Journal, furnish, take_all
from tests.builders import a_menu

SHIFT, LAST = ShiftId("s1"), "2026-11-15"


def evening() -> Journal:
    """Two weeks of soup and wine, with voids, and two sales that cannot be consumed."""
    journal = Journal()
    for day in range(2, 16):
        iso, soup, wine = f"2026-11-{day:02}", f"s{day}", f"w{day}"
        journal.fire(soup, "borscht", 3 + day % 4, day=iso)
        journal.fire(wine, "saperavi", 1 + day % 2, day=iso)
        if day % 5 == 0:
            journal.void(soup, "borscht", 1, made=day == 5, day=iso)
        journal.close((soup, "borscht", 8_000 + 900 * day), (wine, "saperavi", 60_000), day=iso)
    journal.add(e.ShiftOpened(SHIFT, 1, "bar", WAITER, NOON_MS, 50_000, LAST), LAST)
    journal.add(e.ClockPunched(WAITER, "in", WAITER, NOON_MS), LAST, NOON_MS)
    journal.add(e.DrawerOpened(SHIFT, "=change", WAITER, NOON_MS), LAST)
    journal.add(e.ClockPunched(WAITER, "out", WAITER, NOON_MS), LAST, NOON_MS + 27_000_000)
    z = e.ShiftClosed(SHIFT, 1, WAITER, NOON_MS, 50_000, 49_000, -1_000, "short", 0, 0)
    journal.add(z, LAST)
    lent = ("loan", StaffId("olena"), StaffId("nadia"), ("refund",))
    for card, name in (("2900000000420", "=Ann"), ("2900000000437", "")):
        journal.add(e.ClubCardIssued(card, name, WAITER, NOON_MS), "2026-11-02")
    earned = (ShiftId("s1"), 1_900, 0, 38_000, NOON_MS, 0, NOON_MS)
    journal.add(e.PointsEarned(CHECK, "2900000000420", *earned), "2026-11-12")
    points = e.Payment(PaymentId("p"), "points", SHIFT, 1_200, NOON_MS, WAITER)
    points = replace(points, reference="2900000000420")
    journal.add(e.PaymentTaken(CHECK, points), "2026-11-14")
    journal.add(e.RightsLent(*lent, NOON_MS, NOON_MS + 86_400_000, "holiday"), LAST, NOON_MS)
    journal.fire("x1", "saltless", day="2026-11-15")
    journal.fire("x2", "borscht", station="garden", day="2026-11-15")
    journal.close(("x1", "saltless", 9_000), day="2026-11-15")
    return journal


def documents(connection: Connection) -> None:
    """A receipt of beef on the 8th, and a count of wine on the 14th that missed a bottle."""
    with session_on(connection) as session:
        ledger = Ledger(session)
        beef = Shelf("kitchen", IngredientId("beef"), from_milli(5_000_000))
        receipt = Entry("2026-11-08", NOON_MS, "receipt/1")
        ledger.receive(MoveKind.RECEIPT, SUPPLIER, beef, 95_000, receipt)
        wine = Shelf("bar", IngredientId("saperavi"), from_milli(1_000))
        ledger.issue(MoveKind.COUNT, COUNT, wine, Entry("2026-11-14", NOON_MS, "count/1"))
        ledger.write()


class Menu:
    """The front's catalogue, as it would be read there: always the same. While a file called
    `unreadable` lies beside the books it cannot be read; while one called `held` lies there
    whoever reads it waits, up to two minutes."""

    def __init__(self, folder: Path) -> None:
        self._unreadable, self._held = folder / "unreadable", folder / "held"

    def catalogue(self) -> Catalogue:
        """The menu in force."""
        if self._unreadable.exists():
            raise OSError("the front's database cannot be read")
        for _ in range(1_200):
            if not self._held.exists():
                break
            time.sleep(0.1)
        return a_menu()


class Guests:
    """A guest with a tab and a club card, one whose name wants to be a tag."""

    kept_days = 30

    def found(self, text: str) -> list[GuestSeen]:
        """By a part of the name."""
        seen = (
            GuestSeen(1, NOON_MS, "CheckOpened", "check:k", "T1-001", ("Mia",)),
            GuestSeen(2, NOON_MS, "ClubCardIssued", "card:2900000000420", "", ("Mia",)),
            GuestSeen(3, NOON_MS, "RoomChargeAsked", "check:j", "T1-002", ("<b>Max", "304")),
        )
        return [one for one in seen if any(text in name for name in one.texts)]


class Devices:
    """Two devices, as they would be read in the front, and a file of the one that is shut out."""

    def devices(self) -> list[DeviceSeen]:
        """A terminal that is let in, a display that is not."""
        return [
            DeviceSeen("d1", "T1", "pos", "Bar <1>", False, NOON_MS, NOON_MS),
            DeviceSeen("d2", "T2", "pos", "Terrace", True, NOON_MS, 0),
        ]

    def head(self, body: bytes) -> FileHead:
        """Only one text is genuine."""
        return FileHead("" if body == b"genuine" else "changed_file", "d2", "T2", NOON_MS, 3)

    def sentence(self, menu: Catalogue, code: str, params: Mapping[str, Any], language: str) -> str:
        """Its own name, in brackets."""
        return f"<{code}>"

    def review(self, body: bytes, by: str, now_ms: int, language: str) -> list[KeptCommand]:
        """One that fits, one that is refused, one that is here."""
        told = ("Olena", "T2-001", "2 × =borscht", 37_000)
        return [
            KeptCommand("c1", "OpenCheck", NOON_MS, *told, "accepted", "", True),
            KeptCommand("c2", "AddLines", NOON_MS, *told, "accepted", "", False),
            KeptCommand("c3", "TakePayment", NOON_MS, *told, "refused", "The shift is over", False),
        ]


async def serve(folder: Path) -> None:
    """Fill the books and open the office on a free port."""
    with open_books(file_url(folder / "back.db")) as books:
        await furnish(books)
        journal = evening()
        await take_all(books, journal)
        await books.write(documents)
        settings = OfficeSettings(url="", pepper=PEPPER, port=0)
        ticks = itertools.count(NOON_MS)
        machine = Machine(
            lambda: next(ticks),
            lambda: system_random().randbytes(32).hex(),
            lambda staff_id, _pin: f"what is kept of {staff_id}'s PIN",
        )
        office = Office(
            settings, books, journal, machine, Menu(folder), devices=Devices(), guests=Guests()
        )
        await office.serve(lambda port: print(port, flush=True))


if __name__ == "__main__":
    asyncio.run(serve(Path(sys.argv[1])))
