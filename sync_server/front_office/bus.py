"""Takes what devices push, decides it in groups, commits, answers: commit first, tell after.

One task takes what is waiting, decides it on a fork (`group`) and writes everything in one
transaction; only then memory (`live`) changes and the device is answered. After a restore it first
adopts what the terminals can prove (`adoption`), hears what else they remember
(`recollection`), and puts in order what they offer again (`reoffers`). What a repeated command was
told before is in `inbox`. All methods run on the server's event loop.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Container, Mapping, Sequence
from dataclasses import replace
from functools import partial

from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from sync_server.domain import limits
from sync_server.domain.ids import NOBODY, StaffId
from sync_server.protocol.envelope import EventRecord, Received
from sync_server.protocol.erasable import salt_of
from sync_server.protocol.frames import Problem
from sync_server.protocol.replica import CODEC
from sync_server.store.database import Database
from sync_server.store.errors import DiskFull, StoreBusy
from sync_server.transport.authority import CommandResult, Submitted

from .access import Access
from .adoption import REMEMBERED, Adoption, Brought, Proved, adopted_upto, brought, waiting
from .catalogues import Catalogues
from .devices import Device
from .facts import note
from .group import SERVER, Group
from .inbox import Inbox
from .jobs import Job, own_job, settle
from .live import Live
from .missing import told_of_missing
from .own_commands import own_command, progress
from .recollection import Recollection
from .register import DeviceRegister
from .reoffers import Offer, Reoffers
from .review import Review
from .tables import DONE, Fact

log = logging.getLogger(__name__)

BUSY_MS = 500
FULL_MS = 2_000
NEVER_N = 2**63
"""After every event."""


class CommandBus:
    """See the head of the file. `start` before use, `stop` at the end."""

    def __init__(
        self,
        database: Database,
        live: Live,
        devices: DeviceRegister,
        access: Access,
        catalogues: Catalogues,
        clock: Callable[[], int],
        new_id: Callable[[], str],
        room_link: Callable[[], bool],
    ) -> None:
        self.queues: dict[str, set[str]] = {}
        """Effect queues with work: targets by kind."""
        self.reoffers: Reoffers | None = None
        self.adoption: Adoption | None = None
        self.inbox = Inbox(database)
        self.epoch = 1
        self.disk_full = False
        self._database = database
        self._live = live
        self._devices = devices
        self._access = access
        self._catalogues = catalogues
        self._clock = clock
        self._new_id = new_id
        self._room_link = room_link
        self._queue: deque[Job] = deque()
        self._reviews: deque[tuple[Review, asyncio.Future[str]]] = deque()
        self._queued = 0
        self._wake = asyncio.Event()
        self._brought: dict[str, Brought] = {}
        self._memory = Recollection(0)
        self._timers: list[asyncio.TimerHandle] = []
        self.task: asyncio.Task[None] | None = None

    def start(
        self, epoch: int, restored: bool, site: str = "", key: bytes = b"", restored_n: int = 0
    ) -> None:
        """Begin to decide; what was `restored`, from a backup that ends at `restored_n`, waits for
        the terminals first. `key` is the one that signed this house's journal: without it nothing
        can be proved, and nothing is adopted."""
        self.epoch = epoch
        self._brought = waiting(self._database)
        if restored:
            kept_n = max(restored_n, adopted_upto(self._database, epoch))
            self._memory = Recollection(kept_n + 1)
            if key:
                self.adoption = Adoption(site, self._live.head, key)
            self._await_reoffers()
        self.task = asyncio.create_task(self._work(), name="front-office")

    async def stop(self) -> None:
        """Finish the group at hand; nobody waits for the rest."""
        for timer in self._timers:
            timer.cancel()
        if self.task is not None:
            self.task.cancel()
            await asyncio.wait([self.task])
            self.task = None
        for job in self._queue:
            job.answer(self._not_now(job.dev, job.commands, BUSY_MS))
        for _, reviewed in self._reviews:
            if not reviewed.done():
                reviewed.set_result("busy")
        self._queue.clear()
        self._reviews.clear()

    def _await_reoffers(self) -> None:
        """A backup was put back: the terminals' own commands come first (reliability 2.20)."""
        log.warning(
            "restored: waiting for what the terminals have beyond event %d", self._live.head.n
        )
        known = (d.dev for d in self._devices.values() if d.dev != SERVER and not d.revoked)
        self.reoffers = Reoffers(known, self._memory)
        self._later(self.stop_awaiting)
        self._wake.set()

    def _later(self, give_up: Callable[[], None]) -> None:
        loop = asyncio.get_running_loop()
        self._timers.append(loop.call_later(limits.REOFFERS_WAIT_MS / 1000, give_up))

    def stop_awaiting(self) -> None:
        """Whoever has not come by now is not waited for any longer; those who have may finish."""
        if self.reoffers is not None:
            self.reoffers.overdue = True
            self._later(self._abandon_tail)
            self._wake.set()

    def _abandon_tail(self) -> None:
        if self.adoption is not None:
            self.adoption.abandoned = True
            self._wake.set()

    def heard(self, device: Device) -> None:
        """A device is here and has said how far it had been answered, and what it kept."""
        if self.adoption is not None:
            self.adoption.heard(device.dev, device.tail_from_n, device.witness)
        if self.reoffers is not None:
            self.reoffers.heard(device.dev)
            self._memory.heard(device.dev, device.kept_n)
            self._wake.set()

    def tail_wanted(self, dev: str) -> int:
        """From which event on a device shall send what it kept; 0 for nothing."""
        if self.adoption is not None:
            return self.adoption.wanted(dev)
        heard_all = self.reoffers is not None and self.reoffers.heard_all
        return self._memory.wanted(dev) if heard_all else 0

    def tail_given(self, dev: str, from_n: int, events: list[bytes]) -> None:
        """A piece of what a device kept."""
        if self.adoption is not None:
            self.adoption.given(dev, from_n, events)
        else:
            self._memory.given(dev, from_n, events)
        self._wake.set()

    async def submit(
        self, dev: str, commands: list[Received], told: Mapping[int, CommandResult]
    ) -> Submitted:
        """Decide commands of a device, in order."""
        if self.reoffers is not None:
            return await self._offer(self.reoffers, dev, commands, told)
        answer = self._future()
        self._enqueue(Job(dev, commands, told, partial(settle, answer)))
        return await answer

    def push(
        self,
        dev: str,
        commands: list[Received],
        told: Mapping[int, CommandResult],
        answer: Callable[[Submitted], None],
    ) -> None:
        """As `submit`, but nobody waits: `answer` is called when it is known. It must not raise."""
        if self.reoffers is None:
            self._enqueue(Job(dev, commands, told, answer))
            return
        offered = asyncio.ensure_future(self._offer(self.reoffers, dev, commands, told))
        offered.add_done_callback(lambda done: None if done.cancelled() else answer(done.result()))

    async def take_over(self, review: Review) -> str:
        """Decide what a revoked device had kept, all of it in one transaction; "" or why nothing
        was. Whoever asks waits for the answer before asking again."""
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._reviews.append((review, answer))
        self._wake.set()
        return await answer

    async def report(self, command: object, actor: str = "") -> CommandResult | None:
        """Decide a command of the server's own, after a recovery if there is one; None if it could
        not be stored now."""
        answer = self._future()
        self._enqueue(own_job(command, actor, partial(settle, answer)))
        done = await answer
        return done.results[0] if done.results else None

    def report_later(self, command: object, actor: str = "") -> None:
        """As `report`, but nobody waits."""
        self._enqueue(own_job(command, actor, lambda answer: None))

    def _future(self) -> "asyncio.Future[Submitted]":
        return asyncio.get_running_loop().create_future()

    def _enqueue(self, job: Job) -> None:
        if self._queued + job.size > limits.WRITER_QUEUE_COMMANDS:
            job.answer(self._not_now(job.dev, job.commands, BUSY_MS))
            return
        self._queue.append(job)
        self._queued += job.size
        self._wake.set()

    def _not_now(self, dev: str, commands: Sequence[Received], pause_ms: int) -> Submitted:
        """Nothing of a push is answered, so all of it comes again: also what was stored before,
        whose answer was lost, or its terminal would wait for that until it connects anew."""
        upto = self._devices[dev].last_seq
        if commands:
            upto = min(upto, commands[0].command.seq - 1)
        return Submitted(upto, [], "busy", pause_ms)

    async def _offer(
        self,
        reoffers: Reoffers,
        dev: str,
        commands: list[Received],
        told: Mapping[int, CommandResult],
    ) -> Submitted:
        """Take what an earlier life of this server had answered; anything new must wait."""
        last_seq = self._devices[dev].last_seq
        memory = self._memory
        if self.adoption is not None or memory.wanted(dev):
            # Its connection must stay free to bring what it kept.
            return self._not_now(dev, commands, BUSY_MS)
        stood = (
            at
            for at, one in enumerate(commands, 1)
            if one.command.seq in told
            or one.command.seq <= last_seq
            or memory.place(one.command.cmd_id)
        )
        # What came before one that stood had been decided as well, to no effect.
        old = commands[: max(stood, default=0)]
        if not old:
            return self._not_now(dev, commands, BUSY_MS)
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
            if self.reoffers is not None and not await self._recover(self.reoffers):
                continue
            while self._queue or self._reviews:
                if self._reviews:
                    await self._decide_review(*self._reviews.popleft())
                    continue
                jobs: list[Job] = []
                size = 0
                while self._queue and (not jobs or size < limits.GROUP_COMMANDS):
                    jobs.append(self._queue.popleft())
                    size += jobs[-1].size
                self._queued -= size
                await self._decide(jobs)

    def _group(self) -> Group:
        return Group(
            self._live.venue,
            self._live.head,
            self._catalogues,
            self._access,
            self._room_link(),
            self._clock(),
            lambda: salt_of(self._new_id() + self._new_id()),
            self.epoch,
        )

    async def _decide(self, jobs: list[Job], look_up: bool = False) -> None:
        """Decide jobs as one group. With `look_up` each command's id is looked for first: a device
        whose store had to begin anew sends some again (2.4). That is rare, so it is done when the
        transaction found an id twice and nothing was stored."""
        group = self._group()
        answers = [await self._take(group, job, look_up) for job in jobs]
        try:
            stored = await self._store(group)
            if not stored:
                answers = [self._not_now(j.dev, j.commands, FULL_MS) for j in jobs]
        except IntegrityError:
            if look_up:
                return await self._apart(jobs)
            return await self._decide(jobs, look_up=True)
        except SQLAlchemyError:
            return await self._apart(jobs)
        for job, answer in zip(jobs, answers, strict=True):
            job.answer(answer)
        if stored:
            # After the answers, so that a device's answer and its events go out in one write.
            self._tell(group)

    async def _apart(self, jobs: list[Job]) -> None:
        """One of these jobs cannot be stored whatever we do; the others shall not suffer."""
        if len(jobs) > 1:
            for job in jobs:
                await self._decide([job])
            return
        log.exception("a push of %s cannot be stored", jobs[0].dev)
        jobs[0].answer(self._not_now(jobs[0].dev, jobs[0].commands, FULL_MS))

    async def _store(self, group: Group) -> bool:
        """Commit a group, then know it; False if the disk took nothing."""
        if not group.batch.devices and not group.batch.adopted:
            return True
        try:
            await self._database.write(group.batch.write)
        except (DiskFull, StoreBusy) as fault:
            log.error("nothing was stored: %s", fault)
            self.disk_full = isinstance(fault, DiskFull)
            return False
        self.disk_full = False
        self._committed(group)
        return True

    def _tell(self, group: Group) -> None:
        """Let everybody know of a group that is stored."""
        if group.told.records:
            self._live.tell(group)
            self._live.save_soon()

    async def _recover(self, reoffers: Reoffers) -> bool:
        """Bring back what a restore lost; False while it goes on. The server's own commands wait
        for its end: a course whose time has come would stand before what a waiter was told, which
        may be that it was taken off."""
        if self.adoption is not None and not await self._adopt(self.adoption):
            return False
        if not self._memory.closed and not await self._remember(reoffers):
            return False
        await self._decide_reoffers(reoffers)
        return self.reoffers is None

    async def _adopt(self, adoption: Adoption) -> bool:
        """Take what terminals can prove of the lost journal, before anything else is decided.
        False while it is still to come."""
        assert self.reoffers is not None, "only after a restore"
        if not self.reoffers.heard_all:
            return False
        if adoption.choose() and not (adoption.complete or adoption.abandoned):
            return False
        run = adoption.run(self._catalogues)
        if not await self._take_run(adoption.source, run):
            return False
        if self._live.head.n > adoption.head.n:
            self._memory.begin_at(self._live.head.n + 1)
        self.adoption = None
        if self.reoffers.overdue:
            self._go_on_without(self.reoffers.only_those_here())
        return True

    async def _take_run(self, source: str, run: list[Proved]) -> bool:
        """Adopt events with their numbers; False if the disk takes nothing now."""
        if not run:
            return True
        group = self._group()
        try:
            group.adopt(source, run)
        except Exception:
            log.exception("restored: the kept events cannot be applied; commands decide again")
            return True
        if not await self._store(group):
            self._timers.append(
                asyncio.get_running_loop().call_later(FULL_MS / 1000, self._wake.set)
            )
            return False
        self._tell(group)
        log.warning("restored: adopted events up to %d", self._live.head.n)
        self._brought.update(brought([record for record, _, _ in run]))
        return True

    def _go_on_without(self, left: set[str]) -> None:
        """Whoever is here gets the time again to tell what they have."""
        if left:
            codes = sorted(self._devices[dev].code for dev in left if dev in self._devices)
            log.warning("restored: going on without %s", ", ".join(codes))
        self._memory.without(left)
        self._later(self.stop_awaiting)

    async def _remember(self, reoffers: Reoffers) -> bool:
        """Hear what terminals remember beyond that, and see that everybody brings their commands;
        False while more is to come."""
        memory = self._memory
        if not memory.compared:
            memory.compared = True
            memory.came(await self.inbox.known(memory.commands))
        if reoffers.overdue and reoffers.missing(self._devices):
            # First who never came: nobody could bring anything as long as they were waited for.
            left = reoffers.only_those_here() or reoffers.leave_out(self._devices)
            self._go_on_without(left)
        if reoffers.missing(self._devices) or not (memory.complete or reoffers.overdue):
            return False
        if reoffers.left_out or reoffers.brings_more:
            agreed = memory.agreed(self._live.head, self._catalogues)
            if not await self._take_run(REMEMBERED, agreed):
                return False
            memory.came({record.cmd_id for record, _, _ in agreed} & self._brought.keys())
        memory.close()
        return True

    async def _decide_reoffers(self, reoffers: Reoffers) -> None:
        """Decide what was offered again, in the order that the lost journal had."""
        while (offer := reoffers.first(self._devices)) is not None:
            group = self._group()
            problem: Problem = ""
            came: list[str] = []
            given: list[EventRecord] = []
            while len(group.batch.inbox) < limits.GROUP_COMMANDS:
                offer = reoffers.first(self._devices) or offer
                given += self._given_before(group, reoffers.place(offer), came)
                device = self._devices[offer.dev]
                taken = await self._take_one(group, device, offer.next, offer.told, True)
                if isinstance(taken, str):
                    problem = taken
                    break
                came.append(offer.next.command.cmd_id)
                offer.results.append(taken)
                if offer.decided:
                    break
            if not await self._store_given(group, given):
                for waiting in reoffers.waiting:
                    settle(waiting.answer, self._not_now(waiting.dev, waiting.commands, FULL_MS))
                    reoffers.take_out(waiting)
                return
            self._memory.came(came)
            self._tell(group)
            if problem or offer.decided:
                last_seq = self._devices[offer.dev].last_seq
                settle(offer.answer, Submitted(last_seq, offer.results, problem))
                reoffers.take_out(offer)
        if reoffers.complete(self._devices):
            group = self._group()
            if not await self._store_given(group, self._given_before(group, NEVER_N, ())):
                asyncio.get_running_loop().call_later(FULL_MS / 1000, self._wake.set)
                return
            self._tell(group)
            log.warning(
                "restored: the terminals have brought the journal to event %d", self._live.head.n
            )
            self.reoffers = None
            for notice in told_of_missing(reoffers, self._memory, self._devices, self.epoch):
                self.report_later(notice)
            try:
                await note(self._database, Fact.RECOVERY, DONE)
            except (DiskFull, StoreBusy) as fault:
                log.error("the next start will wait for the terminals again: %s", fault)

    def _given_before(self, group: Group, n: int, came: Container[str]) -> list[EventRecord]:
        """Repeat what the kitchen had been given before event `n` of the lost journal by devices
        that have not come: nobody shall send it again (`kitchen_evidence`)."""
        given: list[EventRecord] = []
        for records in self._memory.given_before(n, came):
            if records[0].cmd_id not in self._brought:
                given += group.give(records)
        return given

    async def _store_given(self, group: Group, given: list[EventRecord]) -> bool:
        """As `_store`; when the commands of `given` come, they are there already."""
        if not await self._store(group):
            self._memory.close()
            return False
        repeated = brought(given)
        self._brought.update(repeated)
        self._memory.came(repeated)
        return True

    async def _take(self, group: Group, job: Job, look_up: bool) -> Submitted:
        device = self._devices[job.dev]
        if device.revoked:
            # What was under way as it was shut out: nothing more is taken on its word alone.
            return self._not_now(job.dev, job.commands, BUSY_MS)
        results: list[CommandResult] = []
        problem: Problem = ""
        results += [self._take_own(group, said) for said in job.own]
        for received in job.commands:
            taken = await self._take_one(group, device, received, job.told, look_up)
            if isinstance(taken, str):
                problem = taken
                break
            results.append(taken)
        return Submitted(progress(group, device)[1], results, problem)

    def _take_own(self, group: Group, said: tuple[str, bytes, str]) -> CommandResult:
        device = self._devices[SERVER]
        own = own_command(group, device, said, self._new_id(), self._clock(), self.epoch)
        return group.take(device, own)

    async def _decide_review(self, review: Review, answer: "asyncio.Future[str]") -> None:
        group = self._group()
        try:
            fault = await self._take_reviewed(group, review)
            if not fault and not await self._store(group):
                fault = "busy"
        except SQLAlchemyError:
            log.exception("the review of %s cannot be stored", review.code)
            fault = "busy"
        if not fault:
            self._tell(group)
        if not answer.done():
            answer.set_result(fault)

    async def _take_reviewed(self, group: Group, review: Review) -> str:
        """Each by the rules of today; what has an answer keeps it. A fault drops all of it."""
        device = self._devices.get(review.device_id)
        if device is None or not device.revoked:
            return "not_revoked"
        fresh: list[tuple[str, CommandResult]] = []
        for received in review.commands:
            known = len(group.batch.inbox)
            left = review.left_out(received.command)
            taken = await self._take_one(group, device, received, left, True, review.by)
            if isinstance(taken, str):
                return taken
            if len(group.batch.inbox) > known:
                fresh.append((received.command.cmd_id, taken))
        for said in review.records(fresh):
            self._take_own(group, (CODEC.type_of(said), CODEC.encode(said), review.by))
        return ""

    async def _take_one(
        self,
        group: Group,
        device: Device,
        received: Received,
        told: Mapping[int, CommandResult],
        look_up: bool,
        vouched: StaffId = NOBODY,
    ) -> CommandResult | Problem:
        command = received.command
        epoch, last_seq, last_hash = progress(group, device)
        if command.dep > epoch:
            epoch, last_seq, last_hash = command.dep, 0, ""
        if command.dep < epoch:
            return "fork"
        if command.seq <= last_seq:
            return await self.inbox.first_answer(received, group.answers) or "fork"
        if command.seq > last_seq + 1:
            return "gap"
        if command.prev != last_hash:
            return "fork"
        known = group.ids.get(command.cmd_id)
        if known is None and look_up:
            known = await self.inbox.by_id(command.cmd_id)
        if known is not None:
            if known[0] != device.dev:
                log.error("%s sent a command with an id of %s", device.dev, known[0])
                return "fork"
            result = replace(known[1], seq=command.seq)
            group.repeat(device, received, result)
            return result
        old = command.sep < self.epoch
        first = told.get(command.seq) if old or vouched else None
        adopted = self._brought.get(command.cmd_id)
        if adopted is not None and adopted.dev == device.dev:
            result = adopted.answer(command.seq, first)
            group.honour(device, received, result)
            return result
        past = self._memory.past(device.dev, command.cmd_id) if old else None
        return group.take(device, received, first, past, vouched)

    def _committed(self, group: Group) -> None:
        self._live.take(group)
        for dev, (epoch, seq, last_hash, at_ms) in group.batch.devices.items():
            device = self._devices[dev]
            device.epoch, device.last_seq = epoch, seq
            device.last_hash, device.last_at_ms = last_hash, at_ms
        for dev in group.batch.revoked:
            if dev in self._devices:
                self._devices[dev].revoked = True
        for row in group.batch.effects:
            self.queues.setdefault(str(row[2]), set()).add(str(row[3]))
        self.inbox.keep(group.answers)
        self._access.use_up(group.approvals)
