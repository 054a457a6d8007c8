"""The authority: takes commands of all devices, decides them in groups, commits, tells.

One task takes what is waiting, decides it on a fork (`group`), writes everything in one
transaction and only then touches memory, answers and wakes the sockets: commit first, tell after.
Beside it stand the devices (`register`), what they were answered (`inbox`), what they offer again
after a restore (`reoffers`), effects, kitchen clock and sign-in (`effects_door`, `watch`, `asks`).
It implements `transport.authority.Authority`; all methods run on the server's event loop.
"""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import msgspec
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from sync_server.domain import limits
from sync_server.domain.menu import Catalogue
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import GENESIS, Command, Received, read_command, write_command
from sync_server.protocol.frames import Problem
from sync_server.protocol.replica import CODEC, SCOPE, digest, write_venue
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

from . import journal
from .access import Access
from .asks import Asks
from .catalogues import Catalogues
from .devices import Device
from .group import SERVER, Group
from .inbox import Inbox
from .journal import Head, Tail
from .register import DeviceRegister
from .reoffers import Offer, Reoffers
from .tables import DONE, OPEN, EffectRow, Fact, FactRow

log = logging.getLogger(__name__)

BUSY_MS = 500
FULL_MS = 2_000


@dataclass(slots=True)
class Job:
    """A push of one device, or (with `own`) a command of the server itself."""

    dev: str
    commands: list[Received]
    told: Mapping[int, CommandResult]
    answer: "asyncio.Future[Submitted]"
    own: list[tuple[str, bytes, str]] = field(default_factory=list)

    @property
    def size(self) -> int:
        return len(self.commands) + len(self.own)


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
    ) -> None:
        self.database = database
        self.access = access
        self.catalogues = catalogues
        self.clock = clock
        self.new_id = new_id
        self.venue = Venue()
        self._devices = DeviceRegister(database, clock, desk)
        self.reoffers: Reoffers | None = None
        self.asks: Asks | None = None
        self._site = site
        self._room_link = room_link
        self._epoch = 1
        self._durable_n = 0
        self._restored_n = 0
        self._copied_n = 0
        self._head = Head()
        self._tail = Tail()
        self._queue: deque[Job] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._overdue: asyncio.TimerHandle | None = None
        self._inbox = Inbox(database)
        self._listeners: list[Callable[[int], None]] = []
        self._watchers: list[Callable[[list[object]], None]] = []
        self._digest: tuple[int, str, str] | None = None
        self._saved_n = 0
        self.queues: dict[str, set[str]] = {}

    # -- life ----------------------------------------------------------------------------------
    async def start(self) -> None:
        """Load the state, verify the journal's tail, begin to take commands."""
        self.venue, self._head, self._tail = journal.load(self.database)
        self._saved_n = self._head.n
        self.catalogues.load()
        self.access.load(self.clock())
        self.devices.load()
        facts: dict[str, str] = {
            row.key: row.value
            for row in self.database.read(
                lambda connection: connection.execute(select(FactRow)).all()
            )
        }
        self._epoch = int(facts.get(Fact.SERVER_EPOCH, "1"))
        self._durable_n = int(facts.get(Fact.DURABLE_N, "0"))
        self._restored_n = int(facts.get(Fact.RESTORED_N, "0"))
        self._site = facts.get(Fact.SITE, self._site)
        if Fact.SITE not in facts:
            await self._note(Fact.SITE, self._site)
        if SERVER not in self.devices:
            await self.devices.add(Device(SERVER, "S", SERVER, SERVER, b"", False, 1, 0, "", 0))
        await self.load_queues()
        if facts.get(Fact.RECOVERY) == OPEN:
            self._await_reoffers()
        self._task = asyncio.create_task(self._work(), name="front-office")

    def _await_reoffers(self) -> None:
        """A backup was put back: the terminals' own commands come first (reliability 2.20)."""
        log.warning("restored: waiting for what the terminals have beyond event %d", self._head.n)
        known = (d.dev for d in self.devices.values() if d.dev != SERVER and not d.revoked)
        self.reoffers = Reoffers(known)
        loop = asyncio.get_running_loop()
        self._overdue = loop.call_later(limits.REOFFERS_WAIT_MS / 1000, self._stop_awaiting)
        self._wake.set()

    def _stop_awaiting(self) -> None:
        if self.reoffers is not None:
            self.reoffers.overdue = True
            self._wake.set()

    async def _note(self, key: str, value: str) -> None:
        """Keep a fact of this database."""

        def write(connection: Connection) -> None:
            connection.execute(delete(FactRow).where(FactRow.key == key))  # type: ignore[arg-type]
            connection.execute(insert(FactRow).values(key=key, value=value))

        await self.database.write(write)

    async def set_durable(self, n: int) -> None:
        """A verified backup holds everything up to `n`: terminals may forget older commands."""
        await self._note(Fact.DURABLE_N, str(n))
        self._durable_n = n

    async def load_queues(self) -> None:
        """Learn which effect queues have work, from the database."""
        rows = await self.database.read_async(
            lambda connection: connection.execute(
                select(EffectRow.kind, EffectRow.target)  # type: ignore[call-overload]
                .where(EffectRow.state == "queued")
                .distinct()
            ).all()
        )
        for kind, target in rows:
            self.queues.setdefault(kind, set()).add(target)

    async def stop(self) -> None:
        """Finish the group at hand, save the state, stop."""
        if self._overdue is not None:
            self._overdue.cancel()
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if not self.database.dead:
            await self._save_state(after=1)

    # -- what the sockets ask (transport.authority.Authority) ----------------------------------
    @property
    def site(self) -> str:
        return self._site

    @property
    def schema_hash(self) -> str:
        return CODEC.schema_hash

    @property
    def server_epoch(self) -> int:
        return self._epoch

    @property
    def head_n(self) -> int:
        return self._head.n

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
        )

    async def hash_at(self, n: int) -> str | None:
        """The chain at `n`."""
        if n == 0:
            return GENESIS
        if n == self._head.n:
            return self._head.hash
        near = self._tail.hash_at(n)
        if near is not None:
            return near
        found = await self.database.read_async(
            lambda connection: journal.records(connection, n - 1, 1)
        )
        return found[0][2] if found and found[0][0] == n else None

    async def events_after(self, n: int, max_events: int, max_bytes: int) -> list[bytes]:
        """Records after `n`, from memory if they are recent."""
        recent = self._tail.after(n, max_events, max_bytes)
        if recent is not None:
            return recent
        rows = await self.database.read_async(
            lambda connection: journal.records(connection, n, max_events)
        )
        found: list[bytes] = []
        size = 0
        for _, data, _ in rows:
            size += len(data)
            if found and size > max_bytes:
                break
            found.append(data)
        return found

    async def snapshot(self) -> SnapshotImage:
        """The live state now."""
        return SnapshotImage(self._head.n, self._head.hash, write_venue(self.venue))

    async def digest(self) -> tuple[int, str, str] | None:
        """What every replica at the head must hash to."""
        if self._digest is None or self._digest[0] != self._head.n:
            self._digest = (self._head.n, SCOPE, digest(self.venue))
        return self._digest

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
        if self.reoffers is not None:
            self.reoffers.heard(sighting.dev)
            self._wake.set()

    def stored(self, dev: str, n: int) -> None:
        """A second copy exists up to `n`: what waits for that may go out."""
        self._copied_n = max(self._copied_n, min(n, self._head.n))

    def subscribe(self, callback: Callable[[int], None]) -> None:
        """Tell of each new head."""
        self._listeners.append(callback)

    def watch(self, callback: Callable[[list[object]], None]) -> None:
        """Tell of the events of each committed group (effects, kitchen clock)."""
        self._watchers.append(callback)

    # -- commands ------------------------------------------------------------------------------
    async def submit(
        self, dev: str, commands: list[Received], told: Mapping[int, CommandResult]
    ) -> Submitted:
        """Decide commands of a device, in order."""
        if self.reoffers is not None:
            return await self._offer(self.reoffers, dev, commands, told)
        return await self._enqueue(Job(dev, commands, told, self._future()))

    async def report(self, command: object, actor: str = "") -> CommandResult | None:
        """Decide a command of the server's own; None if it could not be stored now."""
        name = CODEC.type_of(command)
        job = Job(SERVER, [], {}, self._future(), [(name, CODEC.encode(command), actor)])
        done = await self._enqueue(job)
        return done.results[0] if done.results else None

    def _future(self) -> "asyncio.Future[Submitted]":
        return asyncio.get_running_loop().create_future()

    async def _enqueue(self, job: Job) -> Submitted:
        if self._queued + job.size > limits.WRITER_QUEUE_COMMANDS:
            return Submitted(self.devices[job.dev].last_seq, [], "busy", BUSY_MS)
        self._queue.append(job)
        self._queued += job.size
        self._wake.set()
        return await job.answer

    async def _offer(
        self,
        reoffers: Reoffers,
        dev: str,
        commands: list[Received],
        told: Mapping[int, CommandResult],
    ) -> Submitted:
        """Take what an earlier life of this server had answered; anything new must wait."""
        last_seq = self.devices[dev].last_seq
        old = [one for one in commands if one.command.seq in told or one.command.seq <= last_seq]
        if not old or old != commands[: len(old)]:
            return Submitted(last_seq, [], "busy", BUSY_MS)
        offer = Offer(dev, old, told, self._future())
        reoffers.put(offer)
        self._wake.set()
        done = await offer.answer
        if done.problem or len(old) == len(commands):
            return done
        return Submitted(done.upto, done.results, "busy", BUSY_MS)

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            if self.reoffers is not None:
                await self._decide_reoffers(self.reoffers)
            while self._queue:
                jobs: list[Job] = []
                size = 0
                while self._queue and (not jobs or size < limits.GROUP_COMMANDS):
                    jobs.append(self._queue.popleft())
                    size += jobs[-1].size
                self._queued -= size
                await self._decide(jobs)

    def _group(self) -> Group:
        return Group(
            self.venue,
            self._head,
            self.catalogues,
            self.access,
            self._room_link(),
            self.clock(),
            self._epoch,
        )

    async def _decide(self, jobs: list[Job], look_up: bool = False) -> None:
        """Decide jobs as one group. With `look_up` each command's id is looked for first: a device
        whose store had to begin anew sends some again (2.4). That is rare, so it is done when the
        transaction found an id twice and nothing was stored."""
        group = self._group()
        answers = [await self._take(group, job, look_up) for job in jobs]
        try:
            if not await self._store(group):
                answers = [
                    Submitted(self.devices[j.dev].last_seq, [], "busy", FULL_MS) for j in jobs
                ]
        except IntegrityError:
            if look_up:
                return await self._apart(jobs)
            return await self._decide(jobs, look_up=True)
        except SQLAlchemyError:
            return await self._apart(jobs)
        for job, answer in zip(jobs, answers, strict=True):
            _settle(job.answer, answer)

    async def _apart(self, jobs: list[Job]) -> None:
        """One of these jobs cannot be stored whatever we do; the others shall not suffer."""
        if len(jobs) > 1:
            for job in jobs:
                await self._decide([job])
            return
        log.exception("a push of %s cannot be stored", jobs[0].dev)
        last_seq = self.devices[jobs[0].dev].last_seq
        _settle(jobs[0].answer, Submitted(last_seq, [], "busy", FULL_MS))

    async def _store(self, group: Group) -> bool:
        """Commit a group, then know it and tell of it; False if the disk took nothing."""
        if not group.batch.devices:
            return True
        try:
            await self.database.write(group.batch.write)
        except (DiskFull, StoreBusy) as fault:
            log.error("nothing was stored: %s", fault)
            return False
        self._committed(group)
        if group.told.records:
            self._tell(group)
            await self._save_state(after=limits.STATE_EVERY_EVENTS)
        return True

    async def _decide_reoffers(self, reoffers: Reoffers) -> None:
        """Decide what was offered again, in the order that the lost journal had."""
        while (offer := reoffers.first(self.devices)) is not None:
            group = self._group()
            problem: Problem = ""
            while len(group.batch.inbox) < limits.GROUP_COMMANDS:
                offer = reoffers.first(self.devices) or offer
                device = self.devices[offer.dev]
                taken = await self._take_one(group, device, offer.next, offer.told, True)
                if isinstance(taken, str):
                    problem = taken
                    break
                offer.results.append(taken)
                if offer.decided:
                    break
            if not await self._store(group):
                for waiting in reoffers.waiting:
                    last_seq = self.devices[waiting.dev].last_seq
                    _settle(waiting.answer, Submitted(last_seq, [], "busy", FULL_MS))
                    reoffers.take_out(waiting)
                return
            if problem or offer.decided:
                last_seq = self.devices[offer.dev].last_seq
                _settle(offer.answer, Submitted(last_seq, offer.results, problem))
                reoffers.take_out(offer)
        if reoffers.complete(self.devices):
            log.warning(
                "restored: the terminals have brought the journal to event %d", self._head.n
            )
            self.reoffers = None
            try:
                await self._note(Fact.RECOVERY, DONE)
            except (DiskFull, StoreBusy) as fault:
                log.error("the next start will wait for the terminals again: %s", fault)

    async def _take(self, group: Group, job: Job, look_up: bool) -> Submitted:
        device = self.devices[job.dev]
        results: list[CommandResult] = []
        problem: Problem = ""
        for name, body, actor in job.own:
            received = self._own_command(group, device, name, body, actor)
            results.append(group.take(device, received))
        for received in job.commands:
            taken = await self._take_one(group, device, received, job.told, look_up)
            if isinstance(taken, str):
                problem = taken
                break
            results.append(taken)
        return Submitted(_progress(group, device)[1], results, problem)

    async def _take_one(
        self,
        group: Group,
        device: Device,
        received: Received,
        told: Mapping[int, CommandResult],
        look_up: bool,
    ) -> CommandResult | Problem:
        command = received.command
        epoch, last_seq, last_hash = _progress(group, device)
        if command.dep > epoch:
            epoch, last_seq, last_hash = command.dep, 0, ""
        if command.dep < epoch:
            return "fork"
        if command.seq <= last_seq:
            return await self._inbox.first_answer(received, group.answers) or "fork"
        if command.seq > last_seq + 1:
            return "gap"
        if command.prev != last_hash:
            return "fork"
        known = group.ids.get(command.cmd_id)
        if known is None and look_up:
            known = await self._inbox.by_id(command.cmd_id)
        if known is not None:
            if known[0] != device.dev:
                log.error("%s sent a command with an id of %s", device.dev, known[0])
                return "fork"
            result = replace(known[1], seq=command.seq)
            group.repeat(device, received, result)
            return result
        first = told.get(command.seq) if command.sep < self._epoch else None
        return group.take(device, received, first)

    def _own_command(
        self, group: Group, device: Device, name: str, body: bytes, actor: str
    ) -> Received:
        epoch, last_seq, last_hash = _progress(group, device)
        now = self.clock()
        command = Command(
            v=1,
            cmd_id=self.new_id(),
            dev=SERVER,
            dep=epoch,
            sep=self._epoch,
            seq=last_seq + 1,
            prev=last_hash,
            type=name,
            tv=CODEC.version(name),
            actor=actor,
            session="",
            approval=None,
            made_wall_ms=now,
            made_mono_ms=0,
            boot_id="",
            basis_n=group.head.n,
            biz_day=self.venue.day.day if self.venue.day else "",
            body=msgspec.Raw(body),
        )
        return read_command(write_command(command))

    def _committed(self, group: Group) -> None:
        self.venue, self._head = group.venue, group.head
        self._tail.extend(group.told.records)
        for dev, (epoch, seq, last_hash, at_ms) in group.batch.devices.items():
            device = self.devices[dev]
            device.epoch, device.last_seq = epoch, seq
            device.last_hash, device.last_at_ms = last_hash, at_ms
        for row in group.batch.effects:
            self.queues.setdefault(str(row[2]), set()).add(str(row[3]))
        self._inbox.keep(group.answers)
        self.access.use_up(group.approvals)

    def _tell(self, group: Group) -> None:
        for listener in self._listeners:
            listener(self._head.n)
        for watcher in self._watchers:
            watcher(group.told.events)

    async def _save_state(self, after: int) -> None:
        """Keep the state if `after` events have come since; a disk that is full can wait."""
        n, head_hash = self._head.n, self._head.hash
        if n - self._saved_n < after:
            return
        data, at_ms = write_venue(self.venue), self.clock()
        try:
            await self.database.write(
                lambda connection: journal.save_state(connection, n, at_ms, head_hash, data)
            )
        except (DiskFull, StoreBusy) as fault:
            log.error("the state was not saved: %s", fault)
            return
        self._saved_n = n


def _settle(future: "asyncio.Future[Submitted]", answer: Submitted) -> None:
    if not future.done():
        future.set_result(answer)


def _progress(group: Group, device: Device) -> tuple[int, int, str]:
    moved = group.batch.devices.get(device.dev)
    if moved is not None:
        return moved[0], moved[1], moved[2]
    return device.epoch, device.last_seq, device.last_hash
