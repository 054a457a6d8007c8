"""The one place where a server is built from real parts; nothing is created at import.

`House` opens the databases, wires authority, sockets, kitchen clock and effects, and closes them in
the reverse order. Tests and the simulation build the same parts with their own clocks and links.
"""

import asyncio
import contextlib
import logging
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from sync_server.backup_rounds import BackupRounds
from sync_server.clocks import (
    mono_ms,
    new_ids,
    now,
    secret_bytes,
    secret_hex,
    steady,
    system_random,
    wall_ms,
)
from sync_server.config import ServerSettings
from sync_server.device_desk import DeviceDesk
from sync_server.devices import open_printers
from sync_server.domain.events import CataloguePublished, DeviceRevoked
from sync_server.domain.menu import Catalogue
from sync_server.editions import follow_editions
from sync_server.effects.card_payments import CardPayments
from sync_server.effects.cash_drawers import CashDrawers
from sync_server.effects.charge_text import ChargeSettings
from sync_server.effects.folio_outbox import run_room_charges
from sync_server.effects.guest_search import GuestSearch, NobodyFound
from sync_server.effects.meals import meals_of
from sync_server.effects.printing import Printing
from sync_server.effects.reconciliation import reconcile
from sync_server.front_office.access import Access
from sync_server.front_office.asks import Asks
from sync_server.front_office.catalogues import Catalogues
from sync_server.front_office.effects_door import OfficeDoor
from sync_server.front_office.office import FrontOffice
from sync_server.front_office.room_day import charges_of, stated_on
from sync_server.front_office.unusual import UnusualCounts
from sync_server.front_office.watch import KitchenWatch
from sync_server.guest_book import forget_in_time
from sync_server.hotel.embedded import EmbeddedGateway
from sync_server.hotel.gateway import DayTotals, FolioGateway
from sync_server.hotel.logged import LoggedGateway
from sync_server.hotel.opening import HotelLink, open_link
from sync_server.hotel.property import Property
from sync_server.mail import BillMail
from sync_server.parts import Parts
from sync_server.private_files import write_private
from sync_server.recovery import JOURNAL_KEY, refuse_unfinished
from sync_server.store.database import Database
from sync_server.store.errors import StoreDead, StoreSettings
from sync_server.store.migrations import upgrade
from sync_server.terminal_printers import HandOut
from sync_server.transport.certificate import site_certificate
from sync_server.transport.enrolment import EnrolmentDesk
from sync_server.transport.server import SyncServer

log = logging.getLogger(__name__)

T = TypeVar("T")

PEPPER = "pepper.key"
KEY_BYTES = 32
_PUT_BACK = "put it back from where the keys of the house are kept (vitrylo backup --keys)"
PROCESS_IDS = 1_000_000
PRINTING_ENDS_S = 5
DISK = "disk"
"""In the place of a part that died: the disk takes nothing, and commands wait at the terminals."""
CHECKED_AT_START_BYTES = 128 * 1024 * 1024
"""A larger file is looked over while the house works; damage found then ends the process."""


async def in_thread(work: Callable[[], T]) -> T:
    """Slow or blocking work, off the event loop."""
    return await asyncio.to_thread(work)


def pepper(folder: Path) -> bytes:
    """The secret that makes a stolen database useless for guessing PINs; made at first start,
    before there is a database. Later another one would let nobody in: raises StoreSettings."""
    if (folder / "front.db").exists() and not (folder / PEPPER).exists():
        raise StoreSettings(
            f"{folder / PEPPER} is gone, without which no PIN or password of this house counts: "
            f"{_PUT_BACK}"
        )
    return _secret(folder, PEPPER)


def _secret(folder: Path, name: str) -> bytes:
    """Secret bytes in a file of their own, made at first use. Raises StoreSettings for less."""
    path = folder / name
    if not path.exists():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        mine = folder / f"{name}.{secret_hex(8)}"
        write_private(mine, secret_bytes(KEY_BYTES))
        # Server and back office may start at the same instant: the first link stands.
        with contextlib.suppress(FileExistsError):
            os.link(mine, path)
        mine.unlink()
    secret = path.read_bytes()
    if len(secret) != KEY_BYTES:
        raise StoreSettings(f"{path} is damaged, it has {len(secret)} bytes: {_PUT_BACK}")
    return secret


def open_database(settings: ServerSettings, context: str, package: str) -> Database:
    """A context's database, migrated. A fatal fault of it ends the process (fail-stop)."""
    settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = settings.database_url(context)
    database = Database.open(url, context, on_fatal=_die, check=not is_large(settings, context))
    upgrade(database, package)
    return database


def is_large(settings: ServerSettings, context: str) -> bool:
    """Whether looking over all pages would keep the house waiting at start."""
    file = settings.data / f"{context}.db"
    return file.exists() and file.stat().st_size > CHECKED_AT_START_BYTES


def _die(fault: StoreDead) -> None:
    log.critical(
        "the store failed, the process ends: %s. If the next start says so too, the disk is full or"
        " worn out, or the file is damaged: ask vitrylo doctor, then vitrylo restore",
        fault,
    )
    _end()


def _end() -> None:
    os._exit(70)


class House:
    """A venue's running server."""

    def __init__(self, settings: ServerSettings) -> None:
        refuse_unfinished(settings.data)
        self.settings = settings
        secret = pepper(settings.data)
        self.front = open_database(settings, "front", "sync_server.front_office.migrations")
        self.hotel = open_database(settings, "hotel", "sync_server.hotel.migrations")
        self.desk = EnrolmentDesk(wall_ms, system_random())
        self.gateway: FolioGateway = EmbeddedGateway(Property(self.hotel, wall_ms))
        self._link: HotelLink | None = None
        self.office = FrontOffice(
            self.front,
            Access(self.front, secret, in_thread),
            Catalogues(self.front),
            wall_ms,
            new_ids(),
            self.desk,
            settings.site,
            self._hotel_up,
            _secret(settings.data, JOURNAL_KEY),
        )
        waiting = steady(wall_ms, mono_ms)
        self.door = OfficeDoor(self.office, waiting)
        self.watch = KitchenWatch(self.office, waiting)
        self.unusual = UnusualCounts(self.office)
        self.search = GuestSearch(self.gateway, self._meal_of)
        self.office.asks = Asks(self.office, self._guests, self.health, self._hotel_day)
        self.hand_out = HandOut(lambda: mono_ms() / 1000, _first_id())
        self.office.asks.hand_out = self.hand_out
        self.office.asks.mail = BillMail(self.office, settings.mail_relay, settings.mail_from)
        self.devices = DeviceDesk(self.office, _first_id, self.hand_out)
        self.office.asks.set_up = self.devices
        self.printing: Printing | None = None
        self.devices.spooler = lambda: self.printing.spooler if self.printing else None
        self.sockets: SyncServer | None = None
        self.port = 0
        self.fingerprint = ""
        self.parts = Parts(settings.data, wall_ms, _end, settings.supervised)

    def health(self) -> dict[str, Any]:
        """Devices around the server and what of it does not work, for every terminal to see."""
        return {
            "parts": [*self.parts.down, *[DISK] * self.office.bus.disk_full],
            "printers": self.printing.health() if self.printing is not None else [],
            "hotel": self._hotel_up(),
        }

    def _hotel_up(self) -> bool:
        """Whether guests can be found and charged now."""
        return self._link is None or self._link.up

    def _open_hotel(self) -> None:
        """Connect to the property system that the settings name; without one it is our own."""
        place = self.office.catalogue.settings
        link = open_link(
            self.settings.hotel,
            self.hotel,
            wall_ms,
            zone=place.zone,
            currency=place.currency,
            secrets=self.settings.data,
            chance=secret_bytes,
        )
        if link is not None:
            self._link = self.gateway = link
            self.search = GuestSearch(link, self._meal_of)
            self.parts.run("hotel_link", link.run())

    async def _guests(self, query: str, most: int) -> tuple[str, list[dict[str, Any]]]:
        """Guests of the hotel for the question `guests`, bounded."""
        day = self.office.venue.day
        business_day = day.day if day else now().date().isoformat()
        found = await self.search.guests(query, business_day, wall_ms())
        if isinstance(found, NobodyFound):
            return found.code, []
        return "", [asdict(guest) for guest in found[:most]]

    async def _hotel_day(self, day: str, stated_minor: int | None) -> dict[str, Any]:
        """A business day's room charges beside the hotel's own sums; what a person reads in its
        report counts where it tells none, now or when it was read."""
        kept = await stated_on(self.front, day)
        if stated_minor is None and kept is not None:
            stated_minor = kept.total_minor
        charges = await charges_of(self.front, day)
        said = await self.gateway.totals(day)
        totals = said if isinstance(said, DayTotals) else None
        answers = None
        if totals is None and isinstance(self.gateway, LoggedGateway):
            each = await self.gateway.answered_on(day)
            answers = each if isinstance(each, tuple) else None
        compared = reconcile(day, charges, totals, self.settings.outlet, answers, stated_minor)
        told = {**asdict(compared), "difference_minor": compared.difference_minor}
        if compared.stated and kept is not None and kept.total_minor == stated_minor:
            told |= {"stated_by": kept.by, "stated_ms": kept.at_ms}
        return told

    async def start(self) -> None:
        """Load the state and begin to work; the doors are still shut."""
        await self.office.start()
        self.parts.watch("front_office", self.office.bus.task)

    def _meal_of(self, at_ms: int) -> str:
        return meals_of(self.office.catalogue.settings.zone)(at_ms)

    async def _carry_out(self) -> None:
        """Start what acts on the world: it needs the venue's zone and printers."""
        settings = ChargeSettings(
            self.settings.outlet, self.office.catalogue.settings.currency, self._meal_of
        )
        run = self.parts.run
        run("kitchen_watch", self.watch.run())
        self.unusual.remember()
        run("unusual", self.unusual.run())
        if self.office.checkpoints is not None:
            run("checkpoints", self.office.checkpoints.run(self.office))
        run(
            "room_charges",
            run_room_charges(
                self.door,
                self.gateway,
                settings,
                sleep=_sleep_ms,
                restored_n=self.office.restored_n,
            ),
        )
        run("card_terminals", CardPayments(self.door, sleep=_sleep_ms).run())
        run("backups", BackupRounds(self.office, self.settings).run())
        run("guest_names", forget_in_time(self.office, self.hotel, self.settings.guest_days))
        opened = self.office.catalogue
        printers = await open_printers(opened, _first_id(), hand_out=self.hand_out)
        self.printing = Printing(self.door, printers, sleep=_sleep_ms)
        run("printing", self.printing.run())
        drawers = CashDrawers(self.door, self.printing.spooler, sleep=_sleep_ms)
        run("drawers", drawers.run())
        run("printer_set", self._follow_catalogue(self.printing, opened))

    async def _follow_catalogue(self, printing: Printing, opened: Catalogue) -> None:
        """Printers that are added or changed in the catalogue work without a restart."""
        published = asyncio.Event()

        def told(events: list[object]) -> None:
            if any(isinstance(event, CataloguePublished) for event in events):
                published.set()

        self.office.watch(told)
        while True:
            now = self.office.catalogue
            if now.number != opened.number:
                printing.fit(await open_printers(now, _first_id(), opened, self.hand_out))
                opened = now
            await published.wait()
            published.clear()

    async def listen(self) -> None:
        """Let terminals in, and begin to tell the world: a dead printer keeps nobody waiting."""
        settings = self.settings
        self._open_hotel()
        context = None
        if settings.tls == "on" or (settings.tls == "auto" and not _loopback(settings.host)):
            certificate = site_certificate(settings.data, [settings.host], now())
            context, self.fingerprint = certificate.context, certificate.fingerprint
        self.sockets = SyncServer(
            self.office, wall_ms, lambda: secret_hex(32), fingerprint=self.fingerprint
        )
        self.sockets.began = lambda task: self.parts.watch("links", task)
        self.watch.compare = self.sockets.compare_displays
        self.office.watch(self._cut_off)
        self.port = await self.sockets.listen(settings.host, settings.port, context)
        self.parts.run("effects", self._carry_out())
        self.parts.run("editions", follow_editions(settings, self.office, self.devices))
        for context_name, database in (("front", self.front), ("hotel", self.hotel)):
            if is_large(settings, context_name):
                self.parts.run("damage_check", in_thread(database.check_damage))

    def _cut_off(self, events: list[object]) -> None:
        """A device that was shut out is not spoken with for another moment."""
        for event in events:
            if isinstance(event, DeviceRevoked) and self.sockets is not None:
                self.sockets.drop(event.device_id)

    @property
    def url(self) -> str:
        """Where terminals connect."""
        scheme = "wss" if self.fingerprint else "ws"
        return f"{scheme}://{self.settings.host}:{self.port}"

    async def stop(self) -> None:
        """Close the doors, finish what is at hand, save the state."""
        if self.sockets is not None:
            await self.sockets.stop()
        self.hand_out.close()
        if self.printing is not None:
            self.printing.stop()
            await self.parts.finished("printing", PRINTING_ENDS_S)
        await self.parts.stop()
        if self.printing is not None:
            await in_thread(self.printing.close)
        await self.office.stop()
        self.front.close()
        self.hotel.close()


def _first_id() -> int:
    return system_random().randrange(PROCESS_IDS)


async def _sleep_ms(milliseconds: int) -> None:
    await asyncio.sleep(milliseconds / 1000)


def _loopback(host: str) -> bool:
    return host in ("localhost", "::1") or host.startswith("127.")
