"""The front office as the sockets and the other parts of the server see it.

It puts together what each thing is for and decides nothing itself: commands are decided and
committed by `bus`, what is committed stands in `live`. Beside them are the devices (`register`),
effects, kitchen clock and sign-in (`effects_door`, `watch`, `asks`). It implements
`transport.authority.Authority`; all methods run on the server's event loop.
"""

import logging
from collections.abc import Callable, Mapping

from sqlalchemy import select
from sqlmodel import col

from sync_server.domain.menu import Catalogue
from sync_server.domain.venue import Venue
from sync_server.protocol.checkpoint import Checkpoint
from sync_server.protocol.envelope import Received
from sync_server.protocol.replica import CODEC
from sync_server.store.database import Database
from sync_server.store.errors import DiskFull, StoreBusy
from sync_server.transport.authority import (
    AskResult,
    CommandResult,
    DeviceRecord,
    Enrolment,
    EnrolRequest,
    Sighting,
    SnapshotImage,
    Submitted,
)
from sync_server.transport.enrolment import EnrolmentDesk

from .access import Access
from .asks import Asks
from .bus import CommandBus
from .catalogues import Catalogues
from .checkpoints import Checkpoints
from .devices import Device
from .facts import note, read_facts
from .group import SERVER
from .live import Live
from .register import DeviceRegister
from .tables import OPEN, EffectRow, Fact

log = logging.getLogger(__name__)


class FrontOffice:
    """See the head of the file. `start` before use, `stop` at the end."""

    def __init__(
        self,
        database: Database,
        access: Access,
        catalogues: Catalogues,
        clock: Callable[[], int],
        new_id: Callable[[], str],
        desk: EnrolmentDesk,
        site: str,
        room_link: Callable[[], bool],
        journal_key: bytes = b"",
    ) -> None:
        """`journal_key` signs the journal's checkpoints; without it there are none."""
        self.database = database
        self.access = access
        self.catalogues = catalogues
        self.clock = clock
        self.new_id = new_id
        self.live = Live(database, clock, access.aside)
        self._devices = DeviceRegister(database, clock, desk)
        self.bus = CommandBus(
            database, self.live, self._devices, access, catalogues, clock, new_id, room_link
        )
        self.asks: Asks | None = None
        self.checkpoints = Checkpoints(database, journal_key) if journal_key else None
        self._site = site
        self._durable_n = 0
        self._restored_n = 0
        self._copied_n = 0

    # -- life ----------------------------------------------------------------------------------
    async def start(self) -> None:
        """Load the state, verify the journal's tail, begin to take commands."""
        self.live.load()
        self.catalogues.load()
        self.access.load(self.clock())
        self.devices.load()
        facts = read_facts(self.database)
        self._durable_n = int(facts.get(Fact.DURABLE_N, "0"))
        self._restored_n = int(facts.get(Fact.RESTORED_N, "0"))
        self._site = facts.get(Fact.SITE, self._site)
        if Fact.SITE not in facts:
            await note(self.database, Fact.SITE, self._site)
        if SERVER not in self.devices:
            await self.devices.add(Device(SERVER, "S", SERVER, SERVER, b"", False, 1, 0, "", 0))
        await self.load_queues()
        epoch = int(facts.get(Fact.SERVER_EPOCH, "1"))
        key = b""
        if self.checkpoints is not None:
            self.checkpoints.load()
            key = self.checkpoints.key
        self.bus.start(epoch, facts.get(Fact.RECOVERY) == OPEN, self._site, key, self._restored_n)

    async def set_durable(self, n: int) -> None:
        """A verified backup holds everything up to `n`: terminals may forget older commands."""
        await note(self.database, Fact.DURABLE_N, str(n))
        self._durable_n = n

    async def load_queues(self) -> None:
        """Learn which effect queues have work, from the database."""
        rows = await self.database.read_async(
            lambda connection: connection.execute(
                select(col(EffectRow.kind), col(EffectRow.target))
                .where(col(EffectRow.state) == "queued")
                .distinct()
            ).all()
        )
        for kind, target in rows:
            self.queues.setdefault(kind, set()).add(target)

    async def stop(self) -> None:
        """Finish the group at hand, save the state, stop."""
        await self.bus.stop()
        if not self.database.dead:
            await self.live.save()

    @property
    def venue(self) -> Venue:
        """The committed state."""
        return self.live.venue

    @property
    def queues(self) -> dict[str, set[str]]:
        """Effect queues with work: targets by kind."""
        return self.bus.queues

    # -- what the sockets ask (transport.authority.Authority) ----------------------------------
    @property
    def site(self) -> str:
        return self._site

    @property
    def schema_hash(self) -> str:
        return CODEC.schema_hash

    @property
    def server_epoch(self) -> int:
        return self.bus.epoch

    @property
    def head_n(self) -> int:
        return self.live.head.n

    @property
    def durable_n(self) -> int:
        return self._durable_n

    @property
    def restored_n(self) -> int:
        """The newest event that came out of a backup: what was to be told to the world up to there
        may have been told already. 0 in a house that never lost its disk."""
        return self._restored_n

    @property
    def devices(self) -> DeviceRegister:
        """All that were ever enrolled."""
        return self._devices

    @property
    def copied_n(self) -> int:
        """The newest event that a second machine has on its disk."""
        return self._copied_n

    @property
    def catalogue(self) -> Catalogue:
        """The version in force."""
        return self.catalogues[self.venue.catalogue_no]

    def device(self, dev: str) -> DeviceRecord | None:
        """An enrolled device; the server's own name is not one."""
        known = self.devices.get(dev)
        if known is None or dev == SERVER:
            return None
        return DeviceRecord(
            known.dev,
            known.code,
            known.public_key,
            known.revoked,
            known.epoch,
            known.last_seq,
            known.last_hash,
            known.kind,
        )

    async def hash_at(self, n: int) -> str | None:
        """The chain at `n`."""
        return await self.live.hash_at(n)

    async def events_after(self, n: int, max_events: int, max_bytes: int) -> list[bytes]:
        """Records after `n`, from memory if they are recent."""
        return await self.live.events_after(n, max_events, max_bytes)

    def events_at_hand(self, n: int, max_events: int, max_bytes: int) -> list[bytes]:
        """Records after `n` if they are in memory, else []."""
        return self.live.events_at_hand(n, max_events, max_bytes)

    async def snapshot(self) -> SnapshotImage:
        """The live state now."""
        return await self.live.snapshot()

    async def digest(self) -> tuple[int, str, str] | None:
        """What every replica at the head must hash to."""
        return await self.live.digest()

    async def ask(self, dev: str, session: str, what: str, params: bytes) -> AskResult:
        """Answer a question of a terminal."""
        assert self.asks is not None, "asks are wired before the sockets open"
        try:
            return await self.asks.answer(dev, session, what, params)
        except (DiskFull, StoreBusy) as fault:
            log.error("a question was not answered: %s", fault)
            return AskResult("busy")

    async def enrol(self, request: EnrolRequest) -> Enrolment:
        """Redeem a one-time code."""
        return await self.devices.enrol(request)

    def seen(self, sighting: Sighting) -> None:
        """A device is alive: learn its clock and how far it is."""
        device = self.devices.get(sighting.dev)
        if device is None:
            return
        device.seen(sighting, self.clock())
        self.bus.heard(device)
        if self.checkpoints is not None and sighting.witness is not None:
            self.checkpoints.show(sighting.dev, sighting.witness)

    def stored(self, dev: str, n: int) -> None:
        """A second copy exists up to `n`: what waits for that may go out."""
        self._copied_n = max(self._copied_n, min(n, self.live.head.n))

    @property
    def recovering(self) -> bool:
        """Whether terminals are still bringing what a restore lost."""
        return self.bus.reoffers is not None

    def checkpoint(self) -> Checkpoint | None:
        """The newest signed checkpoint, for terminals to keep."""
        return self.checkpoints.newest if self.checkpoints is not None else None

    def tail_wanted(self, dev: str) -> int:
        """From which event on a device shall send what it kept; 0 for nothing."""
        return self.bus.tail_wanted(dev)

    async def tail_given(self, dev: str, from_n: int, events: list[bytes]) -> None:
        """Events that a device had kept."""
        self.bus.tail_given(dev, from_n, events)

    def subscribe(self, callback: Callable[[int], None]) -> None:
        """Tell of each new head."""
        self.live.subscribe(callback)

    def watch(self, callback: Callable[[list[object]], None]) -> None:
        """Tell of the events of each committed group (effects, kitchen clock)."""
        self.live.watch(callback)

    # -- commands ------------------------------------------------------------------------------
    async def submit(
        self, dev: str, commands: list[Received], told: Mapping[int, CommandResult]
    ) -> Submitted:
        """Decide commands of a device, in order."""
        return await self.bus.submit(dev, commands, told)

    def push(
        self,
        dev: str,
        commands: list[Received],
        told: Mapping[int, CommandResult],
        answer: Callable[[Submitted], None],
    ) -> None:
        """As `submit`; `answer` is called when it is known."""
        self.bus.push(dev, commands, told, answer)

    async def report(self, command: object, actor: str = "") -> CommandResult | None:
        """Decide a command of the server's own, after a recovery if there is one; None if it could
        not be stored now."""
        return await self.bus.report(command, actor)

    def report_later(self, command: object, actor: str = "") -> None:
        """As `report`, but nobody waits."""
        self.bus.report_later(command, actor)
