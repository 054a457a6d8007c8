"""One house in one process: server, hotel, terminals, displays, the air between them, and trouble.

A `World` is made from a seed and a prepared house (devices enrolled, day open), which is made once
by the same real code. Everything that happens follows from the seed. `people` says what is done,
`invariants` what must hold; a run is `evening.run`.
"""

import asyncio
import logging
import shutil
import warnings
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from hardware.printer import Evidence
from sync_server.client.identity import Invitation
from sync_server.domain import commands as c
from sync_server.domain.limits import SECOND_COPY_WAIT_MS
from sync_server.hotel.embedded import EmbeddedGateway
from sync_server.hotel.faulty import FaultyGateway
from sync_server.hotel.gateway import (
    Abilities,
    DayTotals,
    FindOutcome,
    GuestQuery,
    Health,
    LookOutcome,
    NotThere,
    Posted,
    Posting,
    PostOutcome,
    Timing,
    Unavailable,
)
from sync_server.hotel.property import Property
from sync_server.hotel.tables import EntryRow
from sync_server.protocol.envelope import EventRecord
from sync_server.store.database import Database, MemoryDisk
from tests.builders import DAY, EVENING_MS

from .cards import CardBox
from .history import History
from .loop import WORLD, VirtualLoop
from .machines import Machine, ServerMachine, TerminalMachine
from .paper import Press
from .restaurant import PRINTERS, front_image, hotel_image, menu
from .wire import Air

if TYPE_CHECKING:
    from .property_link import PropertyLink

SHM = Path("/dev/shm")
TERMINALS = ("t1", "t2", "t3")
DISPLAYS = ("k1",)
EVIDENCE = (Evidence.A, Evidence.A, Evidence.B, Evidence.C)
SLOWEST_MS = 20_000
FAR_TIMING = Timing(
    find_ms=5_000, answer_ms=10_000, quarantine_ms=3 * SLOWEST_MS, look_gap_ms=5_000
)
"""The hotel is slower than its answer time allows, and never slower than the quarantine."""


class RepeatingHotel(EmbeddedGateway):
    """A hotel that knows nothing of idempotency: each attempt is another posting to it.

    One that `remembers` knows a posting that it took; only such a one may hear it twice.
    """

    remembers = False

    async def post(self, posting: Posting) -> PostOutcome:
        """Post under an id of the attempt and of the call."""
        self.calls = getattr(self, "calls", 0) + 1
        call = 1 if self.remembers else self.calls
        wire = replace(posting, posting_id=f"{posting.posting_id}#{call}")
        outcome = await super().post(wire)
        if isinstance(outcome, Posted):
            return replace(outcome, posting_id=posting.posting_id)
        return outcome

    async def look(self, posting_id: str) -> LookOutcome:
        """Whether any call stands."""
        for call in range(1, getattr(self, "calls", 0) + 1):
            seen = await super().look(f"{posting_id}#{call}")
            if not isinstance(seen, NotThere):
                return seen
        return NotThere()


class HotelLine:
    """The hotel is another machine: what was said to it happens whatever becomes of the server."""

    def __init__(
        self, inner: FaultyGateway, loop: VirtualLoop, hears: Callable[[Posting], None]
    ) -> None:
        self._inner = inner
        self._loop = loop
        self._hears = hears

    async def _there(self, work: Coroutine[Any, Any, Any]) -> Any:
        return await asyncio.shield(self._loop.create_task(work, context=WORLD.context()))

    @property
    def timing(self) -> Timing:
        """See `FolioGateway.timing`."""
        return self._inner.timing

    @property
    def abilities(self) -> Abilities:
        """See `FolioGateway.abilities`."""
        return self._inner.abilities

    async def find_guests(
        self, query: GuestQuery, *, business_day: str, count_max: int
    ) -> FindOutcome:
        """See `FolioGateway.find_guests`."""
        found: FindOutcome = await self._there(
            self._inner.find_guests(query, business_day=business_day, count_max=count_max)
        )
        return found

    async def post(self, posting: Posting) -> PostOutcome:
        """See `FolioGateway.post`."""
        self._hears(posting)
        outcome: PostOutcome = await self._there(self._inner.post(posting))
        return outcome

    async def look(self, posting_id: str) -> LookOutcome:
        """See `FolioGateway.look`."""
        outcome: LookOutcome = await self._there(self._inner.look(posting_id))
        return outcome

    async def totals(self, business_day: str) -> DayTotals | Unavailable:
        """See `FolioGateway.totals`."""
        totals: DayTotals | Unavailable = await self._there(self._inner.totals(business_day))
        return totals

    async def health(self) -> Health:
        """See `FolioGateway.health`."""
        health: Health = await self._there(self._inner.health())
        return health


@dataclass(frozen=True)
class Prepared:
    """A house with enrolled devices: the server's disk and each device's files."""

    front: bytes
    files: dict[str, dict[str, bytes]]


class World:
    """See the head of the file. A context manager: leaving it buries everything."""

    def __init__(self, seed: str, prepared: Prepared | None = None) -> None:
        self.seed = seed
        self.rng = Random(f"{seed} world")
        self.loop = VirtualLoop()
        self.history = History()
        self.folder = Path(mkdtemp(prefix="vitrylo-", dir=SHM if SHM.is_dir() else None))
        self.always_stock = False
        self.journal_read: tuple[str, list[tuple[EventRecord, object]]] = ("", [])
        self.sent: set[tuple[str, int, int]] = set()
        self.hotel_disk = MemoryDisk(hotel_image())
        self.hotel = Database.on_disk(self.hotel_disk)
        self.air = Air(self.loop, Random(f"{seed} air"), lambda end: self.server.accept(end))
        self.hotel_gateway = RepeatingHotel(Property(self.hotel, self._hotel_ms), FAR_TIMING)
        self.line = FaultyGateway(
            self.hotel_gateway,
            Random(f"{seed} hotel"),
            _sleep_ms,
        )
        luck = Random(f"{seed} presses")
        self.presses = {
            name: Press(name, luck.choice(EVIDENCE), Random(f"{seed} {name}")) for name in PRINTERS
        }
        self.cards = CardBox(self.loop, Random(f"{seed} cards"))
        self.link: PropertyLink | None = None
        """The hotel's own interface, in evenings with one."""
        self.server = ServerMachine(
            self.loop,
            seed,
            self.history,
            MemoryDisk(prepared.front if prepared else front_image()),
            HotelLine(self.line, self.loop, self.hotel_hears),
            self.presses,
            self.cards,
        )
        self.devices = {
            name: TerminalMachine(
                self.loop,
                name,
                "kds" if name.startswith("k") else "pos",
                seed,
                self.history,
                self.folder / name,
                self.air.connect,
            )
            for name in (*TERMINALS, *DISPLAYS)
        }
        for name, files in (prepared.files if prepared else {}).items():
            for path, data in files.items():
                target = self.folder / name / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(data)

    @property
    def hotel_busy(self) -> bool:
        """Whether something is on its way to a folio."""
        return bool(self.line._flying or (self.link is not None and self.link.under_way))

    def hotel_hears(self, posting: Posting) -> None:
        """I-10: nothing goes out that one dead disk could take back, and nothing goes out twice
        as the same attempt (reliability 0.8, 2.15)."""
        n = self.history.asked_n.get(posting.posting_id, 0)
        copied = any(device.holds(n) for device in self.devices.values())
        waited_s = self.loop.now - self.history.committed_s.get(n, 0.0)
        if n and not copied and waited_s * 1000 < SECOND_COPY_WAIT_MS - 1:
            self.history.outlived.append(
                f"I-10 charge {posting.posting_id}: at the hotel before a second machine had it"
            )
        sent = (posting.posting_id, posting.attempt, self.server.epoch)
        if sent in self.sent:
            self.history.outlived.append(f"I-10 charge {sent[0]}: attempt {sent[1]} went out twice")
        self.sent.add(sent)

    def _hotel_ms(self) -> int:
        return EVENING_MS + int(self.loop.now * 1000)

    def on_folio(self, charge_id: str) -> bool | None:
        """What reception sees when it is asked; None while a posting may still arrive."""
        rows = self.hotel.read(lambda connection: connection.execute(select(EntryRow)).all())
        if any(row.source.startswith(f"{charge_id}#") for row in rows):
            return True
        return None if self.hotel_busy else False

    def on_slip(self, payment_id: str) -> bool | None:
        """What the card terminal's own slip says; None while a guest still stands there."""
        if payment_id in self.cards.waiting:
            return None
        return payment_id in self.cards.charged

    @property
    def machines(self) -> list[Machine]:
        """All of them, the server first."""
        return [self.server, *self.devices.values()]

    def __enter__(self) -> "World":
        self._disabled = logging.root.manager.disable
        logging.disable(logging.CRITICAL)
        # What a machine had begun when it died is never awaited; that is what dying means.
        warnings.filterwarnings("ignore", "coroutine .* was never awaited", RuntimeWarning)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self.loop.burying = True
            for machine in self.machines:
                machine.on_death = lambda machine: None
                machine.life.end()
            self.loop.bury()
        finally:
            self.loop.close()
            for database in (*self.server.databases, self.hotel):
                database.close()
            self.hotel_disk.close()
            for disk in (*self.server.disks, *self.server.link_disks):
                disk.close()
            shutil.rmtree(self.folder, ignore_errors=True)
            logging.disable(self._disabled)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run a story in this world to its end."""
        asyncio.set_event_loop(self.loop)
        try:
            self.loop.run_until_complete(work)
        finally:
            asyncio.set_event_loop(None)

    async def until(self, reached: Callable[[], bool], within_s: float, what: str) -> None:
        """Let time pass until it is so; AssertionError after `within_s` of virtual time."""
        end = self.loop.now + within_s
        while not reached():
            assert self.loop.now < end, f"not within {within_s:g} s: {what}"
            await asyncio.sleep(0.1)


async def _sleep_ms(milliseconds: int) -> None:
    await asyncio.sleep(milliseconds / 1000)


_prepared: Prepared | None = None


def prepared() -> Prepared:
    """The house at the opening of doors, made once in a world without trouble."""
    global _prepared
    if _prepared is None:
        with World("prepared") as world:
            world.run(_open_doors(world))
            files = {
                name: {
                    str(path.relative_to(machine.folder)): path.read_bytes()
                    for path in machine.folder.rglob("*")
                    if path.is_file()
                }
                for name, machine in world.devices.items()
            }
            _prepared = Prepared(world.server.disk.image(), files)
    return _prepared


async def _open_doors(world: World) -> None:
    """Menu in force, day open, every device enrolled and up to date, everybody known offline."""
    server = world.server
    server.switch_on()
    await world.until(lambda: server.ready, 60, "the server starts")
    office = server.office
    content = office.catalogues.content(1)
    assert content is not None
    await server.spawn(office.report(c.PublishCatalogue(1, "0" * 64)))
    await server.spawn(office.report(c.OpenDay(DAY)))
    for name, machine in world.devices.items():
        machine.switch_on()
        await world.until(lambda m=machine: m.ready, 60, f"{name} starts")  # type: ignore[misc]
        code = server.desk.open(name, machine.kind)
        told = await machine.spawn(
            machine.link.enrol(Invitation("ws://127.0.0.1:1", code), name, machine.kind)
        )
        assert told == "", told
        await world.until(
            lambda m=machine: m.desk.catalogue.number == menu().number,  # type: ignore[misc]
            60,
            f"{name} has the menu",
        )
    await world.until(
        lambda: all(m.desk.base.n == office.head_n for m in world.devices.values()), 60, "all know"
    )
    for machine in world.devices.values():
        await machine.spawn(machine.desk.stop())
    await server.spawn(office.stop())
