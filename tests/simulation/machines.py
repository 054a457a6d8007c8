"""The machines of the house: a server, terminals and displays, each with a disk that outlives it.

A machine has one life at a time. `crash` ends it between two steps or inside a commit; its disk
keeps what was committed and nothing else. Starting again is the real code's own start.
"""

import asyncio
import os
import sqlite3
from collections.abc import Callable, Coroutine
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from typing import Any, TypeVar

from sqlalchemy import Connection

from hardware.printer import Printer
from pos_app.machines import Machines
from pos_app.own_printers import OwnPrinters
from sync_server.client.connection import Callbacks
from sync_server.client.desk import ClientDesk
from sync_server.client.identity import Uuid7
from sync_server.client.records import CannotSave, LinkState, StoredCommand
from sync_server.client.terminal import TerminalLink
from sync_server.clocks import steady
from sync_server.effects.card_payments import CardPayments
from sync_server.effects.charge_text import ChargeSettings
from sync_server.effects.folio_outbox import run_room_charges
from sync_server.effects.guest_search import GuestSearch, NobodyFound
from sync_server.front_office.access import Access
from sync_server.front_office.asks import Asks
from sync_server.front_office.catalogues import Catalogues
from sync_server.front_office.effects_door import OfficeDoor
from sync_server.front_office.journal import every_record
from sync_server.front_office.office import FrontOffice
from sync_server.front_office.watch import KitchenWatch
from sync_server.hotel.gateway import FolioGateway
from sync_server.hotel.sent_log import begin_era
from sync_server.protocol.envelope import read_event
from sync_server.protocol.replica import CODEC
from sync_server.recovery import begin_epoch
from sync_server.store.database import Database, MemoryDisk
from sync_server.store.errors import DiskFull
from sync_server.terminal_printers import HandOut, TerminalPrinter
from sync_server.transport.enrolment import EnrolmentDesk
from sync_server.transport.server import SyncServer
from tests.builders import EVENING_MS

from .alone import PaperAlone
from .apart import promises
from .cards import CardBox, Line
from .history import History
from .loop import Life, PowerCut, VirtualLoop
from .paper import Hand, MarkedPrinting, Press, driver
from .restaurant import CHEAP, JOURNAL_KEY, PEPPER, hotel_image
from .wire import End

T = TypeVar("T")

DISK_S = 0.02
"""The longest that a store's worker takes for one piece of work on a good day."""


class Machine:
    """A computer: `seed` names its luck, `skew_ms` is how wrong its wall clock is."""

    def __init__(self, loop: VirtualLoop, name: str, seed: str, history: History) -> None:
        self.loop = loop
        self.name = name
        self.kind = "server"
        self.rng = Random(f"{seed} {name}")
        self.history = history
        self.skew_ms = 0
        self.boots = 0
        self.life = Life(name)
        self.life.alive = False
        self.ready = False
        self.full = False
        self.crash_after_steps = 0
        self.crash_in_commit = 0
        self.crash_in_paper = 0
        self.on_death: Callable[[Machine], None] = lambda machine: None
        self._commits = 0
        self._dead_between = False

    @property
    def on(self) -> bool:
        """Whether it runs at all."""
        return self.life.alive

    def wall_ms(self) -> int:
        """What this machine takes for the time."""
        return EVENING_MS + int(self.loop.now * 1000) + self.skew_ms

    def switch_on(self) -> None:
        """Start; `ready` is true when the start is done."""
        assert not self.on
        self.boots += 1
        self._commits = 0
        self.ready = False
        self.life = Life(self.name, self._died)
        self.life.dies_at = self.crash_after_steps
        self.spawn(self._start(), f"{self.name}-start")

    def spawn(self, work: Coroutine[Any, Any, T], name: str = "") -> "asyncio.Task[T]":
        """A task of this machine's life."""
        return self.loop.create_task(work, name=name or None, context=self.life.context())

    def crash(self) -> None:
        """The power goes now."""
        self.life.end()

    def crash_at_next_commit(self) -> None:
        """The power goes before anything more is stored."""
        self.crash_in_commit = self._commits + 1

    def _died(self, life: Life) -> None:
        self.ready = False
        self.history.crashes += 1
        if life.place:
            self.history.points.add(f"{self.kind} {life.place}")
        self.crash_after_steps = self.crash_in_commit = 0
        self.on_death(self)

    async def _start(self) -> None:
        try:
            await self.boot()
        except Exception as fault:
            self.history.outlived.append(f"{self.name} cannot start: {fault!r}")
            raise
        self.ready = True

    async def boot(self) -> None:
        """What the machine does when it starts."""
        raise NotImplementedError

    def at_commit(self, after: bool, what: str = "") -> None:
        """The commit of `what` is about to be, or has just been: the moment for trouble."""
        if not after:
            self._commits += 1
        planned = self._commits and self._commits == abs(self.crash_in_commit)
        if planned and after == (self.crash_in_commit < 0):
            self.life.place = f"commit {what} {'after' if after else 'before'}"
            self.life.end()
            raise PowerCut

    def _dies_now(self) -> bool:
        """Whether the power goes while this piece of data is on its way to a printer."""
        self.crash_in_paper -= 1
        if self.crash_in_paper == 0:
            self.life.place = "paper half written"
            self.life.end()
            return True
        return False


class Threads:
    """What stands for a worker thread: one piece of work at a time, in order, taking its time."""

    def __init__(self, rng: Random) -> None:
        self._rng = rng
        self._one = asyncio.Lock()

    async def __call__(self, work: Callable[[], T]) -> T:
        """Run `work`; whoever waits may be cancelled before it begins, not while it runs."""
        async with self._one:
            await self.pause()
            result = work()
            if self._rng.random() < 0.3:
                await self.pause()
            return result

    async def pause(self) -> None:
        """Mostly no time at all, but always a turn of the loop."""
        luck = self._rng.random()
        await asyncio.sleep(DISK_S * luck if luck < 0.25 else 0)


class WorkedDatabase(Database):
    """A simulated disk behind a thread of its own, as the real writer has one."""

    threads: Threads
    begins: Callable[[str], None]

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """See `Database.write`."""

        def work() -> T:
            self.begins(fn.__qualname__)
            return self.writer.run(fn).result()

        return await self.threads(work)

    async def read_async(self, fn: Callable[[Connection], T]) -> T:
        """See `Database.read_async`."""
        await self.threads.pause()
        return self.read(fn)


@dataclass(frozen=True, slots=True)
class Backup:
    """The server's disk as it was at event `n`, and what its link to the hotel had noted."""

    image: bytes
    n: int
    link_image: bytes = b""


class ServerMachine(Machine):
    """The venue's server on `disk`, with the hotel behind `gateway`."""

    def __init__(
        self,
        loop: VirtualLoop,
        seed: str,
        history: History,
        disk: MemoryDisk,
        gateway: FolioGateway,
        presses: dict[str, Press],
        cards: CardBox,
    ) -> None:
        super().__init__(loop, "server", seed, history)
        self.disk = disk
        self.gateway = gateway
        self.presses = presses
        self.cards = cards
        self.key = JOURNAL_KEY
        self.doing = ""
        self.disks = [disk]
        self.opens: Callable[..., WorkedDatabase] = self._on_this_disk
        """How a start opens its database: `postgres` puts another one in its place."""
        self.opens_gateway: Callable[[ServerMachine], FolioGateway] | None = None
        """The link to another's property system, made at each start (`property_link`)."""
        self.link_disks: list[MemoryDisk] = []
        self.epoch = 1
        self.errors = 0
        self.databases: list[Database] = []
        self.desk: EnrolmentDesk
        self.office: FrontOffice
        self.sockets: SyncServer

    async def boot(self) -> None:
        """As `sync_server.bootstrap.House`, with this machine's clock, chance and disk."""
        database = self.opens(
            before_commit=lambda: self._before(self.doing),
            after_commit=lambda: self.at_commit(True, self.doing),
        )
        luck = Random(f"{self.rng.random()} {self.boots}")
        self._given_hands(database, luck.random())
        slow = Threads(Random(luck.random()))
        self.desk = EnrolmentDesk(self.wall_ms, luck)
        self.office = FrontOffice(
            database,
            Access(database, PEPPER, slow, CHEAP),
            Catalogues(database),
            self.wall_ms,
            Uuid7(self.wall_ms, luck),
            self.desk,
            "site",
            lambda: True,
            self.key,
        )
        waiting = steady(self.wall_ms, lambda: int(self.loop.now * 1000))
        door = OfficeDoor(self.office, waiting)
        if self.opens_gateway is not None:
            self.gateway = self.opens_gateway(self)
        search = GuestSearch(self.gateway, lambda at_ms: "")

        async def guests(query: str, most: int) -> tuple[str, list[dict[str, Any]]]:
            day = self.office.venue.day
            found = await search.guests(query, day.day if day else "", self.wall_ms())
            if isinstance(found, NobodyFound):
                return found.code, []
            return "", [asdict(guest) for guest in found[:most]]

        self.office.asks = Asks(self.office, guests, lambda: {"printers": self.printing.health()})
        self.hand_out = HandOut(lambda: self.loop.now, self.boots, promise=promises(self.loop))
        self.office.asks.hand_out = self.hand_out
        await self.office.start()
        if self.office.bus.reoffers is not None:
            self.history.recoveries.append(self.office.bus.reoffers)
        self.history.stood(self.office.head_n, (), self.loop.now)
        self.office.watch(
            lambda events: self.history.stood(self.office.head_n, events, self.loop.now)
        )
        self._watched(self.office.bus.task, "office")
        settings = ChargeSettings("restaurant", "UAH", lambda at_ms: "")
        kitchen = KitchenWatch(self.office, waiting)
        self._watched(asyncio.create_task(kitchen.run()), "kitchen-watch")
        if (checkpoints := self.office.checkpoints) is not None:
            self._watched(asyncio.create_task(checkpoints.run(self.office)), "checkpoints")
        charges = run_room_charges(
            door, self.gateway, settings, sleep=_sleep_ms, restored_n=self.office.restored_n
        )
        self._watched(asyncio.create_task(charges), "room-charges")
        cards = CardPayments(door, sleep=_sleep_ms, opened=lambda *_: Line(self.cards))
        self._watched(asyncio.create_task(cards.run()), "card-terminals")
        self.printing = MarkedPrinting(
            door,
            {name: self.printer(name, luck) for name in self.presses},
            sleep=_sleep_ms,
            worker=lambda name: Hand(self.loop, self.presses[name]),
        )
        self.printing.history, self.printing.epoch = self.history, self.office.server_epoch
        self._watched(asyncio.create_task(self.printing.run()), "printing")
        self.sockets = SyncServer(
            self.office, self.wall_ms, lambda: f"{luck.getrandbits(256):064x}"
        )
        kitchen.compare = self.sockets.compare_displays

    def link_database(self) -> WorkedDatabase:
        """What a gateway keeps on this machine: attempts, guests that the hotel told of."""
        if not self.link_disks:
            self.link_disks.append(MemoryDisk(hotel_image()))
        database = WorkedDatabase.on_disk(
            self.link_disks[-1],
            before_commit=lambda: self._before(self.doing),
            after_commit=lambda: self.at_commit(True, self.doing),
        )
        assert isinstance(database, WorkedDatabase)
        self._given_hands(database, f"{self.name} link {self.boots}")
        return database

    def runs(self, link: Coroutine[Any, Any, None]) -> None:
        """The worker that keeps a link connected."""
        self._watched(asyncio.create_task(link), "hotel-link")

    def _given_hands(self, database: WorkedDatabase, luck: float | str) -> None:
        database.begins = self._begins
        database.threads = Threads(Random(luck))
        self.databases.append(database)

    def printer(self, name: str, luck: Random) -> Printer:
        """The driver of a printer: on the server's own cable, or on that of a terminal."""
        catalogue = self.office.catalogue if self.office.venue.catalogue_no else None
        known = catalogue.printers.get(name) if catalogue is not None else None
        if known is not None and known.terminal:
            return TerminalPrinter(known, self.hand_out)
        return driver(self.presses[name], luck.randrange(1_000_000), self._dies_now)

    def _on_this_disk(self, **hooks: Callable[[], None]) -> WorkedDatabase:
        database = WorkedDatabase.on_disk(self.disk, **hooks)
        assert isinstance(database, WorkedDatabase)
        return database

    def _watched(self, task: "asyncio.Task[None] | None", name: str) -> None:
        """A worker that ends is a finding."""
        assert task is not None

        def ended(task: "asyncio.Task[None]") -> None:
            if not task.cancelled() and not self.loop.burying and self.on:
                self.history.outlived.append(f"the server's {name} ended: {task.exception()!r}")

        task.add_done_callback(ended)

    def _begins(self, what: str) -> None:
        self.doing = what

    def _before(self, what: str) -> None:
        if self.full:
            self.history.full_disks += 1
            raise DiskFull("no space left on device")
        self.at_commit(False, what)

    def backup(self) -> "Backup":
        """What an hourly copy would hold now."""
        link = self.link_disks[-1].image() if self.link_disks else b""
        return Backup(self.disk.image(), self.office.head_n, link)

    def restore(self, backup: "Backup") -> None:
        """The disk is dead; somebody puts a backup on a new one (`sync_server.recovery`)."""
        self.crash()
        with Database.on_disk(MemoryDisk(self.disk.image())) as burnt:
            for n, data, _ in every_record(burnt):
                if n > backup.n:
                    record = read_event(data)
                    self.history.lost.setdefault(record.cmd_id, []).append(record.type)
                    self.history.lost_n.setdefault(record.cmd_id, n)
                    self.history.last_lost = record.cmd_id
        self.disk = MemoryDisk(backup.image)
        self.disks.append(self.disk)
        self.history.burnt(backup.n)
        self.epoch = max(self.epoch + 1, self.wall_ms() // 1000)
        with Database.on_disk(self.disk) as database:
            database.writer.run(begin_epoch(self.epoch, backup.n)).result()
        if backup.link_image:
            self.link_disks.append(MemoryDisk(backup.link_image))
            with Database.on_disk(self.link_disks[-1]) as database:
                database.writer.run(begin_era).result()

    def accept(self, end: End) -> bool:
        """A connection from the air; False while nobody listens."""
        if not self.on or not self.ready:
            return False
        self.spawn(self.sockets.serve_link(end))
        return True

    def _died(self, life: Life) -> None:
        if self.ready:
            self.errors += self.sockets.metrics.errors
        self.crash_in_paper = 0
        super()._died(life)


async def _sleep_ms(milliseconds: int) -> None:
    await asyncio.sleep(milliseconds / 1000)


class RecordingLink(TerminalLink):
    """The real link; what it confirms is kept as evidence."""

    history: History
    alone: PaperAlone | None = None

    async def submit(self, *args: Any, **more: Any) -> StoredCommand | CannotSave:
        """See `TerminalLink.submit`."""
        stored = await super().submit(*args, **more)
        if self.alone is not None:
            self.history.claimed += self.alone.after_store(isinstance(stored, StoredCommand))
        if isinstance(stored, StoredCommand):
            self.history.confirmed(stored)
        else:
            self.history.refused_taps += 1
        return stored


Connect = Callable[[str], Coroutine[Any, Any, End]]


class TerminalMachine(Machine):
    """A terminal (`pos`) or a display (`kds`) with its files in `folder`."""

    def __init__(
        self,
        loop: VirtualLoop,
        name: str,
        kind: str,
        seed: str,
        history: History,
        folder: Path,
        connect: Connect,
    ) -> None:
        super().__init__(loop, name, seed, history)
        self.kind = kind
        self.folder = folder
        self.frozen = False
        self.attached: Machines | None = None
        self.reaches: dict[str, Press] = {}
        """The presses on which it prints for the kitchen while the server is away."""
        self.desk: ClientDesk
        self.link: RecordingLink
        self._connect = connect

    async def boot(self) -> None:
        """As the applications start, with this machine's clock, chance and disk."""
        luck = Random(f"{self.rng.random()} {self.boots}")
        slow = Threads(Random(luck.random()))
        alone = self._alone(luck) if self.reaches else None
        paper = alone.print if alone is not None else None
        self.desk = ClientDesk(
            self.folder, self.kind, self._draws, run=slow, hasher=CHEAP, paper=paper
        )
        self.link = RecordingLink(
            self.folder,
            self._callbacks(),
            run=Threads(Random(luck.random())),
            clock=self.wall_ms,
            mono=lambda: int(self.loop.now * 1000),
            rng=luck,
            boot_id=f"{self.name}-{self.boots}",
            app="simulation",
            schema_hash=CODEC.schema_hash,
            connect=lambda url, fingerprint: self._connect(self.name),
            make_key=lambda: luck.randbytes(32),
            ballast_bytes=0,
            before_commit=self._before,
        )
        self.link.history, self.link.alone = self.history, alone
        await self.desk.open(self.link)
        await self.desk.start()
        if (attached := self.attached) is not None:
            own = OwnPrinters(
                lambda: attached, self._asked, lambda: self.desk.catalogue, lambda: self.desk.code
            )
            self.spawn(own.run(lambda: self.desk.state.phase != "online"), f"{self.name}-printers")

    def _draws(self) -> bool:
        return not self.frozen

    def _alone(self, luck: Random) -> PaperAlone:
        start = f"{self.name}-{self.boots}"
        first_id = luck.randrange(1_000_000)
        return PaperAlone(
            start, first_id, lambda: int(self.loop.now * 1000), self.reaches, self._dies_now
        )

    async def _asked(self, what: str, params: dict[str, object]) -> tuple[str, bytes]:
        reply = await self.desk.ask(what, params)
        return reply.code, bytes(reply.body)

    def holds(self, n: int) -> bool:
        """Whether event `n` is on this machine's disk, on or off."""
        store = getattr(getattr(self, "link", None), "_store", None)
        return store is not None and bool(store.cursor_n >= n)

    def _callbacks(self) -> Callbacks:
        real = self.desk.callbacks()

        def on_answer(stored: StoredCommand) -> None:
            self.history.answered(stored)
            real.on_answer(stored)

        def on_state(state: LinkState) -> None:
            if state.drifts > self.desk.state.drifts:
                self.history.drifts.append(f"I-8 {self.name}: its screen had drifted")
            real.on_state(state)

        return Callbacks(
            real.on_events,
            on_answer,
            real.on_snapshot,
            on_state,
            real.on_new_history,
            real.digest_of,
            real.ui_ok,
        )

    def _before(self, what: str) -> None:
        if self.full:
            self.history.full_disks += 1
            raise OSError(28, "No space left on device")
        self.at_commit(False, what)

    def _died(self, life: Life) -> None:
        store = getattr(getattr(self, "link", None), "_store", None)
        connection: sqlite3.Connection | None = store._connection if store is not None else None
        if not self.loop.burying:
            self._keep_files(connection)
        elif connection is not None:
            connection.close()
        super()._died(life)

    def _keep_files(self, connection: sqlite3.Connection | None) -> None:
        """Closing tidies up, as a power cut does not: the file and its log are put back as they
        were. The file becomes another one, whose locks died too; the long log only changes names.
        """
        kept = {path: path.read_bytes() for path in self.folder.glob("*.db")}
        logs = list(self.folder.glob("*.db-wal"))
        for log in logs:
            os.link(log, f"{log}.kept")
        if connection is not None:
            connection.close()
        for path, data in kept.items():
            path.unlink()
            path.write_bytes(data)
        for log in logs:
            log.unlink(missing_ok=True)
            os.rename(f"{log}.kept", log)
