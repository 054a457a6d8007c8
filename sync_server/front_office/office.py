"""The authority: takes commands of all devices, decides them in groups, commits, tells.

One task takes what is waiting, decides it on a fork (`group`), writes everything in one
transaction and only then touches memory, answers and wakes the sockets: commit first, tell after.
Effects, kitchen clock and sign-in stand beside it (`effects_door`, `watch`, `asks`). It implements
`transport.authority.Authority`; all methods run on the server's event loop.
"""

import asyncio
import contextlib
import logging
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec
from sqlalchemy import Connection, insert, select

from sync_server.domain import limits
from sync_server.domain.menu import Catalogue
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import GENESIS, Command, Received, read_command, write_command
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
from .journal import Head, Tail
from .tables import DeviceRow, EffectRow, FactRow, InboxRow

log = logging.getLogger(__name__)

RECENT_ANSWERS = 4_096
BUSY_MS = 500
FULL_MS = 2_000
PREFIX = {"pos": "T", "kds": "K", "office": "B"}

Key = tuple[str, int, int]


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
        self.desk = desk
        self.venue = Venue()
        self.devices: dict[str, Device] = {}
        self.asks: Asks | None = None
        self._site = site
        self._room_link = room_link
        self._epoch = 1
        self._durable_n = 0
        self._copied_n = 0
        self._head = Head()
        self._tail = Tail()
        self._queue: deque[Job] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._told: OrderedDict[Key, tuple[str, CommandResult]] = OrderedDict()
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
        rows = self.database.read(lambda connection: connection.execute(select(DeviceRow)).all())
        facts: dict[str, str] = {
            row.key: row.value
            for row in self.database.read(
                lambda connection: connection.execute(select(FactRow)).all()
            )
        }
        self.devices = {row.dev: _device(row) for row in rows}
        self._epoch = int(facts.get("server_epoch", "1"))
        self._durable_n = int(facts.get("durable_n", "0"))
        self._site = facts.get("site", self._site)
        if "site" not in facts:
            await self.database.write(
                lambda connection: connection.execute(
                    insert(FactRow), [{"key": "site", "value": self._site}]
                )
            )
        if SERVER not in self.devices:
            await self._add_device(Device(SERVER, "S", SERVER, SERVER, b"", False, 1, 0, "", 0))
        await self.load_queues()
        self._task = asyncio.create_task(self._work(), name="front-office")

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
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
            self._task = None
        if not self.database.dead and self._head.n > self._saved_n:
            await self._save_state()

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
        return await self.asks.answer(dev, session, what, params)

    async def enrol(self, request: EnrolRequest) -> Enrolment:
        """Redeem a one-time code; the device gets the next short code of its kind."""
        opened = self.desk.redeem(request.code)
        if opened is None:
            return Enrolment("bad_code")
        if request.dev in self.devices:
            return Enrolment("bad_code")
        prefix = PREFIX.get(opened.kind, "D")
        taken = {device.code for device in self.devices.values()}
        code = next(
            f"{prefix}{i}" for i in range(1, limits.CONNECTIONS * 4) if f"{prefix}{i}" not in taken
        )
        await self._add_device(
            Device(
                request.dev,
                code,
                opened.kind,
                opened.name,
                request.public_key,
                False,
                1,
                0,
                "",
                0,
            )
        )
        return Enrolment("", code)

    def seen(self, sighting: Sighting) -> None:
        """A device is alive: learn its clock and how far it is."""
        device = self.devices.get(sighting.dev)
        if device is None:
            return
        device.beat(self.clock(), sighting.mono_ms)
        device.made_seq = max(device.made_seq, sighting.made_seq)
        device.ui_ok = sighting.ui_ok
        device.cursor_n = sighting.cursor_n

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

    async def _work(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                jobs: list[Job] = []
                size = 0
                while self._queue and (not jobs or size < limits.GROUP_COMMANDS):
                    jobs.append(self._queue.popleft())
                    size += jobs[-1].size
                self._queued -= size
                await self._decide(jobs)

    async def _decide(self, jobs: list[Job]) -> None:
        group = Group(
            self.venue,
            self._head,
            self.catalogues,
            self.access,
            self._room_link(),
            self.clock(),
        )
        answers = [await self._take(group, job) for job in jobs]
        if group.batch.devices:
            try:
                await self.database.write(group.batch.write)
            except (DiskFull, StoreBusy) as fault:
                log.error("nothing was stored: %s", fault)
                for job in jobs:
                    upto = self.devices[job.dev].last_seq
                    _settle(job.answer, Submitted(upto, [], "busy", FULL_MS))
                return
            self._committed(group)
        for job, answer in zip(jobs, answers, strict=True):
            _settle(job.answer, answer)
        if group.told.records:
            self._tell(group)
            if self._head.n - self._saved_n >= limits.STATE_EVERY_EVENTS:
                await self._save_state()

    async def _take(self, group: Group, job: Job) -> Submitted:
        device = self.devices[job.dev]
        results: list[CommandResult] = []
        for name, body, actor in job.own:
            received = self._own_command(group, device, name, body, actor)
            results.append(group.take(device, received))
        for received in job.commands:
            command = received.command
            epoch, last_seq, last_hash = _progress(group, device)
            if command.dep > epoch:
                epoch, last_seq, last_hash = command.dep, 0, ""
            if command.dep < epoch:
                return Submitted(last_seq, results, "fork")
            if command.seq <= last_seq:
                first = await self._first_answer(group, received)
                if first is None:
                    return Submitted(last_seq, results, "fork")
                results.append(first)
                continue
            if command.seq > last_seq + 1:
                return Submitted(last_seq, results, "gap")
            if command.prev != last_hash:
                return Submitted(last_seq, results, "fork")
            again = await self._salvaged(command) if command.dep > 1 else None
            if again is not None:
                result = replace(again, seq=command.seq)
                group.repeat(device, received, result)
                results.append(result)
                continue
            results.append(group.take(device, received, job.told.get(command.seq)))
        upto = _progress(group, device)[1]
        return Submitted(upto, results)

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

    async def _first_answer(self, group: Group, received: Received) -> CommandResult | None:
        """The answer a repeated command got; None if another command has its number (a fork)."""
        command = received.command
        key = (command.dev, command.dep, command.seq)
        known = group.answers.get(key) or self._told.get(key)
        if known is None:
            known = await self.database.read_async(lambda connection: _answer(connection, key))
        if known is None or known[0] != received.hash:
            return None
        return known[1]

    async def _salvaged(self, command: Command) -> CommandResult | None:
        """The answer under the same id from an earlier epoch of the device's store (2.4)."""
        found = await self.database.read_async(
            lambda connection: connection.execute(
                select(InboxRow).where(InboxRow.cmd_id == command.cmd_id)  # type: ignore[arg-type]
            ).first()
        )
        return _result(found) if found is not None else None

    def _committed(self, group: Group) -> None:
        self.venue, self._head = group.venue, group.head
        self._tail.extend(group.told.records)
        for dev, (epoch, seq, last_hash, at_ms) in group.batch.devices.items():
            device = self.devices[dev]
            device.epoch, device.last_seq = epoch, seq
            device.last_hash, device.last_at_ms = last_hash, at_ms
        for row in group.batch.effects:
            self.queues.setdefault(str(row[2]), set()).add(str(row[3]))
        self._told.update(group.answers)
        while len(self._told) > RECENT_ANSWERS:
            self._told.popitem(last=False)

    def _tell(self, group: Group) -> None:
        for listener in self._listeners:
            listener(self._head.n)
        for watcher in self._watchers:
            watcher(group.told.events)

    async def _save_state(self) -> None:
        n, head_hash, data = self._head.n, self._head.hash, write_venue(self.venue)
        at_ms = self.clock()
        await self.database.write(
            lambda connection: journal.save_state(connection, n, at_ms, head_hash, data)
        )
        self._saved_n = n

    async def _add_device(self, device: Device) -> None:
        row = {
            "dev": device.dev,
            "code": device.code,
            "kind": device.kind,
            "name": device.name,
            "public_key": device.public_key,
            "revoked": device.revoked,
            "epoch": device.epoch,
            "last_seq": device.last_seq,
            "last_hash": device.last_hash,
            "last_at_ms": device.last_at_ms,
            "enrolled_ms": self.clock(),
        }
        await self.database.write(lambda connection: connection.execute(insert(DeviceRow), [row]))
        self.devices[device.dev] = device


def _settle(future: "asyncio.Future[Submitted]", answer: Submitted) -> None:
    if not future.done():
        future.set_result(answer)


def _progress(group: Group, device: Device) -> tuple[int, int, str]:
    moved = group.batch.devices.get(device.dev)
    if moved is not None:
        return moved[0], moved[1], moved[2]
    return device.epoch, device.last_seq, device.last_hash


def _answer(connection: Connection, key: Key) -> tuple[str, CommandResult] | None:
    row = connection.execute(
        select(InboxRow).where(
            InboxRow.dev == key[0],  # type: ignore[arg-type]
            InboxRow.dep == key[1],  # type: ignore[arg-type]
            InboxRow.seq == key[2],  # type: ignore[arg-type]
        )
    ).first()
    return (row.hash, _result(row)) if row is not None else None


def _result(row: Any) -> CommandResult:
    return CommandResult(
        row.seq,
        row.outcome,
        row.code,
        bytes(row.params),
        row.n_from,
        row.n_to,
        row.doc_no,
    )


def _device(row: Any) -> Device:
    return Device(
        row.dev,
        row.code,
        row.kind,
        row.name,
        bytes(row.public_key),
        row.revoked,
        row.epoch,
        row.last_seq,
        row.last_hash,
        row.last_at_ms,
    )
