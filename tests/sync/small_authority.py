"""A server's brain of a hundred lines: keeps the protocol's promises in memory, decides nothing.

Stands behind the real socket side in these tests; the real brain has tests of its own.
"""

from collections.abc import Callable, Coroutine, Mapping
from random import Random
from typing import TypeVar

from sync_server.protocol.checkpoint import Checkpoint
from sync_server.protocol.envelope import (
    GENESIS,
    EventRecord,
    Received,
    chain,
    raw,
    write_event,
)
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

T = TypeVar("T")


class SmallAuthority:
    """Every command becomes one event, except those of type `refuse`, which are refused."""

    site = "site-1"
    schema_hash = ""

    def __init__(self, clock: Callable[[], int] = lambda: 1_000_000) -> None:
        self.server_epoch = 1
        self.durable_n = 0
        self.floor_n = 0
        self.journal: list[bytes] = []
        self.hashes = [GENESIS]
        self.devices: dict[str, DeviceRecord] = {}
        self.by_seq: dict[tuple[str, int, int], tuple[str, CommandResult]] = {}
        self.by_id: dict[str, CommandResult] = {}
        self.told: dict[int, CommandResult] = {}
        self.sightings: list[Sighting] = []
        self.second_copies: dict[str, int] = {}
        self.desk = EnrolmentDesk(clock, Random(1))
        self.replica_hash = ""
        self.submit_calls = 0
        self.signed: Checkpoint | None = None
        self.want_from = 0
        self.given: list[bytes] = []
        self._callbacks: list[Callable[[int], None]] = []

    @property
    def head_n(self) -> int:
        return len(self.journal)

    def device(self, dev: str) -> DeviceRecord | None:
        return self.devices.get(dev)

    async def hash_at(self, n: int) -> str | None:
        return self.hashes[n] if self.floor_n <= n <= self.head_n else None

    async def events_after(self, n: int, max_events: int, max_bytes: int) -> list[bytes]:
        if n < self.floor_n:
            return []
        taken: list[bytes] = []
        for data in self.journal[n : n + max_events]:
            max_bytes -= len(data) + 1
            if taken and max_bytes < 0:
                break
            taken.append(data)
        return taken

    def events_at_hand(self, n: int, max_events: int, max_bytes: int) -> list[bytes]:
        return _ended(self.events_after(n, max_events, max_bytes))

    def push(
        self,
        dev: str,
        commands: list[Received],
        told: Mapping[int, CommandResult],
        answer: Callable[[Submitted], None],
    ) -> None:
        answer(_ended(self.submit(dev, commands, told)))

    async def submit(
        self, dev: str, commands: list[Received], told: Mapping[int, CommandResult]
    ) -> Submitted:
        self.submit_calls += 1
        self.told.update(told)
        results: list[CommandResult] = []
        for received in commands:
            record, command = self.devices[dev], received.command
            if command.dep > record.epoch:
                record = self._advance(record, command.dep, 0, "")
            key = (dev, command.dep, command.seq)
            if key in self.by_seq:
                digest, first = self.by_seq[key]
                if digest != received.hash:
                    return Submitted(record.last_seq, results, "fork")
                results.append(first)
                continue
            if command.seq != record.last_seq + 1:
                return Submitted(record.last_seq, results, "gap")
            if command.prev != record.last_hash:
                return Submitted(record.last_seq, results, "fork")
            results.append(self._decide(received))
            self._advance(record, command.dep, command.seq, received.hash)
        for callback in self._callbacks:
            callback(self.head_n)
        return Submitted(self.devices[dev].last_seq, results)

    def _decide(self, received: Received) -> CommandResult:
        command = received.command
        first = self.by_id.get(command.cmd_id)
        if first is not None:
            result = CommandResult(
                command.seq, first.outcome, first.code, b"{}", first.n_from, first.n_to
            )
        elif command.type == "refuse":
            result = CommandResult(command.seq, "refused", "not_today", b'{"why":"rain"}')
        else:
            n = self.add_event(command.type, bytes(command.body), command.cmd_id, command.dev)
            result = CommandResult(command.seq, "accepted", n_from=n, n_to=n)
        self.by_id.setdefault(command.cmd_id, result)
        self.by_seq[command.dev, command.dep, command.seq] = (received.hash, result)
        return result

    def _advance(self, record: DeviceRecord, dep: int, seq: int, last: str) -> DeviceRecord:
        fresh = DeviceRecord(
            record.dev, record.code, record.public_key, record.revoked, dep, seq, last
        )
        self.devices[record.dev] = fresh
        return fresh

    def add_event(self, type: str, body: bytes, cmd_id: str = "", dev: str = "") -> int:
        n = self.head_n + 1
        data = write_event(
            EventRecord(n, 5, type, 1, cmd_id, dev, "olena", "2026-11-21", raw(body))
        )
        self.journal.append(data)
        self.hashes.append(chain(self.hashes[-1], n, data))
        return n

    def announce(self) -> None:
        for callback in self._callbacks:
            callback(self.head_n)

    async def snapshot(self) -> SnapshotImage:
        return SnapshotImage(self.head_n, self.hashes[-1], b"state at %d|" % self.head_n * 9000)

    async def digest(self) -> tuple[int, str, str] | None:
        return (self.head_n, "checks", self.replica_hash) if self.replica_hash else None

    async def ask(self, dev: str, session: str, what: str, params: bytes) -> AskResult:
        if what == "echo":
            return AskResult(body=params)
        if what == "crash":
            raise RuntimeError("the brain has a bug")
        return AskResult("unknown_question")

    async def enrol(self, request: EnrolRequest) -> Enrolment:
        opened = self.desk.redeem(request.code)
        if opened is None:
            return Enrolment("bad_code")
        code = f"T{len(self.devices) + 1}"
        self.devices[request.dev] = DeviceRecord(
            request.dev, code, request.public_key, False, 1, 0, ""
        )
        return Enrolment(dev_code=code)

    def seen(self, sighting: Sighting) -> None:
        self.sightings.append(sighting)

    def stored(self, dev: str, n: int) -> None:
        self.second_copies[dev] = n

    def checkpoint(self) -> Checkpoint | None:
        return self.signed

    def tail_wanted(self, dev: str) -> int:
        return self.want_from

    async def tail_given(self, dev: str, from_n: int, events: list[bytes]) -> None:
        self.given += events
        self.want_from = from_n + len(events) if events else 0

    def subscribe(self, callback: Callable[[int], None]) -> None:
        self._callbacks.append(callback)


def _ended(work: Coroutine[None, None, T]) -> T:
    """What a coroutine returns that waits for nothing."""
    try:
        work.send(None)
    except StopIteration as done:
        ended: T = done.value
        return ended
    raise AssertionError("nothing here waits")
