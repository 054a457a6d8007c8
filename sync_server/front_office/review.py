"""A person's review of what a revoked device had kept (reliability S-4), and what it leads to.

Rule: the file is taken whole or not at all. Every command of it is decided by the rules of today,
under its own id and in its own name; the reviewer stands behind it as who approved it. What was
left out is refused for good, so that the device's numbers have no hole; what had an answer keeps
it. `bus` decides it, `preview` shows beforehand what it would come to; `protocol.unsent` reads the
file.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

from sqlalchemy import Connection, select
from sqlmodel import col

from sync_server.domain.checks import totals_of
from sync_server.domain.commands import RecordReview
from sync_server.domain.ids import CheckId, StaffId
from sync_server.domain.limits import REVIEWED_PER_EVENT
from sync_server.domain.menu import Catalogue
from sync_server.domain.venue import Venue
from sync_server.protocol.envelope import Command, Received
from sync_server.store.database import Database
from sync_server.transport.authority import CommandResult

from . import journal, peeks
from .access import Access
from .catalogues import Catalogues
from .devices import Device
from .facts import read_facts
from .group import Group
from .inbox import answer_to
from .register import device_of
from .tables import DeviceRow, Fact

T = TypeVar("T")

LEFT_OUT = "left_out"
_DONE = ("accepted", "adjusted")


@dataclass(frozen=True, slots=True)
class Review:
    """`by` stands behind it, signed in to the back office as `login`; `wanted` are ids."""

    review_id: str
    device_id: str
    code: str
    by: StaffId
    login: str
    wanted: frozenset[str]
    commands: Sequence[Received]

    def left_out(self, command: Command) -> Mapping[int, CommandResult]:
        """The answer of a command that the reviewer does not want."""
        if command.cmd_id in self.wanted:
            return {}
        return {command.seq: CommandResult(command.seq, "refused", LEFT_OUT)}

    def records(self, fresh: Sequence[tuple[str, CommandResult]]) -> Iterator[RecordReview]:
        """What the journal says of those that got their answer by this review, piece by piece."""
        for start in range(0, len(fresh), REVIEWED_PER_EVENT):
            piece = fresh[start : start + REVIEWED_PER_EVENT]
            left = tuple(cmd_id for cmd_id, one in piece if one.code == LEFT_OUT)
            taken = tuple(cmd_id for cmd_id, one in piece if one.outcome in _DONE)
            refused = tuple(cmd_id for cmd_id, _ in piece if cmd_id not in {*left, *taken})
            whose = (self.review_id, self.device_id, self.code, self.login)
            yield RecordReview(*whose, taken, refused, left)


@dataclass(frozen=True, slots=True)
class Looked:
    """What taking a command over would come to. `known`: it has this answer already. `number` of
    the check it is about; `change_minor` what it adds to that check's total."""

    command: Command
    result: CommandResult
    known: bool
    number: str = ""
    change_minor: int = 0


@dataclass(frozen=True, slots=True)
class Preview:
    """A whole file looked through; `fault` says why none of it can be taken over."""

    fault: str = ""
    looked: list[Looked] = field(default_factory=list)
    catalogue: Catalogue | None = None


def _no_salt() -> str:
    """For events that are never kept."""
    return ""


def preview(
    database: Database, dev: str, commands: Sequence[Received], by: StaffId, now_ms: int
) -> Preview:
    """Decide the commands as the server would, on the state in `database`, and keep nothing.

    Raises BrokenJournal and the store's errors.
    """
    device = database.read(lambda connection: _device(connection, dev))
    if device is None or not device.revoked:
        return Preview("not_revoked" if device is not None else "unknown_device")
    if fault := _continues(device, commands):
        return Preview(fault)
    venue, head, _ = journal.load(database)
    catalogues = Catalogues(database)
    catalogues.load()
    epoch = int(read_facts(database).get(Fact.SERVER_EPOCH, "1"))
    unused = Access(database, b"", _at_once)
    group = Group(venue, head, catalogues, unused, True, now_ms, _no_salt, epoch)
    looked: list[Looked] = []
    for received in commands:
        cmd_id = received.command.cmd_id
        answer = database.read(partial(answer_to, cmd_id=cmd_id))
        if answer is not None and answer[0] != dev:
            return Preview("fork")
        if answer is not None:
            looked.append(Looked(received.command, answer[1], True, _number(venue, received)))
        else:
            looked.append(_tried(group, device, received, by))
    return Preview("", looked, catalogues[venue.catalogue_no])


def _tried(group: Group, device: Device, received: Received, by: StaffId) -> Looked:
    total = _total(group.venue, received)
    result = group.take(device, received, vouched=by)
    number = _number(group.venue, received)
    return Looked(received.command, result, False, number, _total(group.venue, received) - total)


def _continues(device: Device, commands: Sequence[Received]) -> str:
    """Whether the first command that is new here follows what the server has of the device."""
    for received in commands:
        command = received.command
        if command.dep == device.epoch and command.seq <= device.last_seq:
            if command.seq == device.last_seq and received.hash != device.last_hash:
                return "fork"
            continue
        if command.dep < device.epoch:
            return "fork"
        begins = command.dep > device.epoch
        last_seq, last_hash = (0, "") if begins else (device.last_seq, device.last_hash)
        if command.seq != last_seq + 1:
            return "gap"
        return "" if command.prev == last_hash else "fork"
    return ""


def _device(connection: Connection, dev: str) -> Device | None:
    row = connection.execute(select(DeviceRow).where(col(DeviceRow.dev) == dev)).first()
    return device_of(row) if row is not None else None


def _total(venue: Venue, received: Received) -> int:
    check = venue.check(CheckId(peeks.check_of(received.command).check_id))
    return totals_of(check).total_minor if check is not None else 0


def _number(venue: Venue, received: Received) -> str:
    check = venue.check(CheckId(peeks.check_of(received.command).check_id))
    return check.number if check is not None else ""


async def _at_once(work: Callable[[], T]) -> T:
    return work()
