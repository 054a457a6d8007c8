"""The restaurant that is simulated: a small menu, five people, and furnished disks to clone.

Disks are migrated and filled once; each run starts on a copy. PINs are hashed as cheaply as argon2
allows, because no real one is at stake here.
"""

from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any, TypeVar

from argon2 import PasswordHasher

from sync_server.domain.menu import CardTerminal, Catalogue, PointRules, Printer, Role, StaffMember
from sync_server.domain.staff import RIGHTS
from sync_server.front_office.access import Access
from sync_server.front_office.catalogues import Catalogues
from sync_server.hotel.loading import load_rooms
from sync_server.store.database import Database, MemoryDisk
from sync_server.store.migrations import upgrade
from tests.builders import DAY, EVENING_MS, WAITER_RIGHTS, a_menu, names
from tests.guests import Rooms, a_guest, a_room

T = TypeVar("T")

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
PEPPER = b"p" * 32
JOURNAL_KEY = b"j" * 32
PINS_BEGIN = "407"
"""All alike, so that one look finds whether any of them may lie somewhere."""
PINS = {"olena": "4071", "ihor": "4075", "nadia": "407284", "petro": "4079"}
PRINTERS = ("printer-hot", "printer-grill", "printer-bar")
ROOMS = ("301", "302", "303", "304")
SHIFT_RIGHTS = (
    "stop_list",
    "open_shift",
    "cash_in_out",
    "close_shift",
    "other_tables",
    "refund",
    "transfer",
)


TERMS = ("comp", "service", "house_account", "vouchers")
DESK = ("no_sale", "reopen", "approve", "club_cards")
POINTS = PointRules(earn_bp=2_000, cap_bp=5_000, good_days=1)


FOUR_GUESTS = Rooms(
    tuple(map(a_room, ROOMS)),
    tuple(
        a_guest(f"stay-{no}", no, f"Guest {no}", credit_limit_minor=60_000 if no == "304" else 0)
        for no in ROOMS
    ),
)
"""One in each room, the last with a limit."""


@lru_cache(maxsize=1)
def menu() -> Catalogue:
    """The menu of `tests.builders` with printers, a cashier, and a bar that prints everything."""
    plain = a_menu(receipt_printer_id="printer-bar", service_bp=0)
    stands_in = {"printer-hot": "printer-grill", "printer-grill": "printer-hot"}
    printers = {x: Printer(x, names(x), fallback_printer_id=stands_in.get(x, "")) for x in PRINTERS}
    stations = dict(plain.stations)
    stations["bar"] = replace(stations["bar"], paper="always")
    roles = dict(plain.roles)
    at_the_till = (*WAITER_RIGHTS, *SHIFT_RIGHTS, "void_sent", "settle_charge")
    roles["cashier"] = Role("cashier", names("cashier"), at_the_till, 1000)
    everywhere = ("other_tables", "void_sent", "stop_list", "transfer", "settle_charge")
    roles["waiter"] = replace(roles["waiter"], rights=(*WAITER_RIGHTS, *everywhere))
    roles["manager"] = Role("manager", names("manager"), tuple(RIGHTS), 10_000)
    staff = dict(plain.staff)
    staff["petro"] = StaffMember("petro", "Petro", "cashier")
    return replace(
        plain,
        printers=printers,
        stations=stations,
        roles=roles,
        staff=staff,
        card_terminals={"1": CardTerminal("ct1", "1")},
    )


@lru_cache(maxsize=1)
def busy_menu() -> Catalogue:
    """The same with wider roles, for evenings in which people do everything there is."""
    plain = menu()
    roles = dict(plain.roles)
    waiter, cashier = roles["waiter"], roles["cashier"]
    roles["waiter"] = replace(waiter, rights=(*waiter.rights, *TERMS))
    roles["cashier"] = replace(cashier, rights=(*cashier.rights, *TERMS, *DESK))
    roles["cashier"] = replace(roles["cashier"], discount_limit_bp=10_000)
    terminals = {"1": CardTerminal("card", "1", "card.house", 1, shows_codes=True)}
    settings = replace(plain.settings, points=POINTS)
    return replace(plain, roles=roles, card_terminals=terminals, settings=settings)


def at_once(work: Coroutine[Any, Any, object]) -> None:
    """Run what never waits: a disk in memory answers in the caller's thread."""
    try:
        work.send(None)
    except StopIteration:
        return
    raise AssertionError("it waited")


@lru_cache(maxsize=1)
def front_image() -> bytes:
    """A front database with the menu stored (not published) and everybody's PIN."""
    disk = MemoryDisk()
    with Database.on_disk(disk) as database:
        upgrade(database, "sync_server.front_office.migrations")
        at_once(_furnish(database))
    return disk.image()


async def _furnish(database: Database) -> None:
    async def at_once(check: Callable[[], T]) -> T:
        raise AssertionError("nobody signs in while the disks are made")

    access = Access(database, PEPPER, at_once, CHEAP)
    for staff_id, pin in PINS.items():
        await access.set_pin(staff_id, pin, EVENING_MS)
    await Catalogues(database).store(busy_menu())


@lru_cache(maxsize=1)
def hotel_image() -> bytes:
    """The hotel's database with its guests in house."""
    disk = MemoryDisk()
    with Database.on_disk(disk) as database:
        upgrade(database, "sync_server.hotel.migrations")
        day = date.fromisoformat(DAY)
        at_once(load_rooms(database, FOUR_GUESTS, day, at_ms=EVENING_MS, currency="UAH"))
    return disk.image()
