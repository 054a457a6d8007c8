"""Puts the back office together and runs it: books, intake, pages, on one port.

`run` is for a process of its own, `Office.serve` for someone who has a loop already. The intake
follows the journal in the background; when it fails (a gap, a full disk) the pages go on and the
reason is logged once, then it tries again, more and more slowly.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

import uvicorn

from sync_server.store.database import Database
from sync_server.store.errors import StoreDead, StoreError

from .accounts import Accounts, Passwords
from .books import open_books
from .catalogue import CatalogueReader, learn_polish_names
from .device_offers import DeviceReader
from .following import Follower, Round
from .guest_offers import GuestReader
from .intake import Intake, JournalGap, JournalReader
from .pace import Pace, learn_stations
from .recosting import recost
from .reports.naming import learn, learn_devices
from .reports.report import HotelSums
from .room_days import RoomDays
from .till import Till
from .web.settled import SiteSettings
from .web.site import Site

log = logging.getLogger(__name__)

IDLE_S = 0.5
RETRY_FIRST_S = 1.0
RETRY_MAX_S = 5.0
BACKLOG = 128
DOCUMENT_ID = 24


@dataclass(frozen=True, slots=True)
class OfficeSettings:
    """`url` of the books, where to listen (port 0: any free one), the venue's zone and target.

    `pepper` is the secret that passwords are mixed with; it lies outside the database.
    `certificate` and `key` are files for TLS; without them only loopback should be listened on.
    """

    url: str
    pepper: bytes
    host: str = "127.0.0.1"
    port: int = 8_600
    time_zone: str = "Europe/Kyiv"
    target_bp: int = 3_000
    certificate: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class Machine:
    """What only the machine knows: the time in milliseconds, unguessable texts, and how the front
    keeps a PIN (of whom, the PIN); without that no PIN can be changed here."""

    clock: Callable[[], int]
    new_token: Callable[[], str]
    hash_pin: Callable[[str, str], str] | None = None


class Office:
    """The running back office; one in a process, because NiceGUI has one application in it."""

    def __init__(
        self,
        settings: OfficeSettings,
        database: Database,
        reader: JournalReader | None,
        machine: Machine,
        menu: CatalogueReader | None = None,
        hotel: HotelSums | None = None,
        devices: DeviceReader | None = None,
        guests: GuestReader | None = None,
    ) -> None:
        """`reader` gives the front's journal, `menu` its catalogue, `devices` its devices, `guests`
        whom it names, `hotel` its own sums; without them the pages show the books as they are."""
        self._settings = settings
        self._database, self._clock = database, machine.clock
        passwords = Passwords(settings.pepper)
        accounts = Accounts(database, passwords, machine.clock, machine.new_token)
        house = SiteSettings(
            ZoneInfo(settings.time_zone),
            machine.clock,
            settings.target_bp,
            secure=bool(settings.certificate),
            hash_password=passwords.hash,
            hash_pin=machine.hash_pin,
        )
        self._site = Site(
            database,
            accounts,
            house,
            lambda: machine.new_token()[:DOCUMENT_ID],
            menu,
            reader,
            hotel,
            devices,
            guests,
        )
        self._round = Round(reader) if reader is not None else None
        self._intake: Intake | None = None
        self._followers: Sequence[Follower] = ()
        if self._round is not None:
            self._intake = Intake(database, self._round)
            self._followers = [kind(database, self._round) for kind in (Till, Pace, RoomDays)]
        self._menu, self._devices = menu, devices
        self._names_known = False
        self._heard: set[str] = set()

    async def serve(self, announce: Callable[[int], None] = lambda _port: None) -> None:
        """Listen until cancelled; `announce` hears the port once it is bound."""
        settings = self._settings
        where = (settings.host, settings.port)
        try:
            listener = socket.create_server(where, backlog=BACKLOG, reuse_port=False)
        except OSError as fault:
            raise OSError(f"the pages cannot be shown at {where[0]}:{where[1]}: {fault}") from fault
        config = uvicorn.Config(
            self._site.app,
            log_level="warning",
            access_log=False,
            server_header=False,
            ssl_certfile=settings.certificate or None,
            ssl_keyfile=settings.key or None,
            ws_max_size=1 << 20,
            timeout_graceful_shutdown=2,
        )
        server = uvicorn.Server(config)
        following = asyncio.create_task(self._follow())
        # It ends by itself only when the books are dead: then no page may go on either.
        following.add_done_callback(lambda _task: setattr(server, "should_exit", True))
        announce(listener.getsockname()[1])
        try:
            await server.serve(sockets=[listener])
        finally:
            following.cancel()
            listener.close()
            with contextlib.suppress(asyncio.CancelledError):
                await following

    async def _learn_names(self) -> None:
        """Whom and what the menu in force names, and the devices, for the reports: at a start, at
        an edition, and when a device is heard for the first time."""
        menu = await asyncio.to_thread(self._menu.catalogue) if self._menu else None
        if menu is not None:
            await self._database.write(
                lambda connection: learn(
                    connection,
                    menu.staff.values(),
                    menu.halls.values(),
                    menu.tables.values(),
                    menu.reasons.values(),
                )
            )
            await self._database.write(
                lambda connection: learn_stations(connection, menu.stations.values())
            )
            await self._database.write(lambda connection: learn_polish_names(connection, menu))
        if self._devices is not None:
            found = await asyncio.to_thread(self._devices.devices)
            await self._database.write(lambda connection: learn_devices(connection, found))
        self._names_known = True

    async def _tell(self, follower: Follower) -> bool:
        """One batch for a follower; whether there was any."""
        events = await asyncio.to_thread(follower.fetch)
        speakers = {event.device for event in events}
        published = any(event.type == "CataloguePublished" for event in events)
        if published or not speakers <= self._heard:
            self._names_known = False
        self._heard |= speakers
        if events:
            await follower.take(events)
        return bool(events)

    async def _follow(self) -> None:
        """Take the journal into the books for ever; work late documents out in between."""
        pause, complaint = RETRY_FIRST_S, ""
        while True:
            try:
                if self._round:
                    self._round.begin()
                events = await asyncio.to_thread(self._intake.fetch) if self._intake else ()
                told = [await self._tell(follower) for follower in self._followers]
                if not self._names_known:
                    await self._learn_names()
                if self._intake and events:
                    await self._intake.take(events)
                elif any(told):
                    continue
                elif await recost(self._database, self._clock()) is None:
                    await asyncio.sleep(IDLE_S)
                pause, complaint = RETRY_FIRST_S, ""
            except StoreDead:
                log.critical("the books are dead", exc_info=True)
                raise
            except (StoreError, JournalGap, OSError) as problem:
                if str(problem) != complaint:
                    complaint = str(problem)
                    log.error("the intake stands still: %s", complaint)
                await asyncio.sleep(pause)
                pause = min(2 * pause, RETRY_MAX_S)


def run(
    settings: OfficeSettings,
    reader: JournalReader | None,
    machine: Machine,
    announce: Callable[[int], None] = lambda _port: None,
) -> None:
    """Open the books and serve until the process is told to stop. Raises the store's errors."""
    with open_books(settings.url) as database:
        asyncio.run(Office(settings, database, reader, machine).serve(announce))
