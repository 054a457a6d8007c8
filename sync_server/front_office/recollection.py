"""After a restore: what terminals remember of the lost journal beyond the last signature.

Rule: what nobody signed is decided again while everybody is here (`reoffers`); the memories say in
which order things stood, also of commands whose answer was still in the air, and what a device's
own commands had led to. A told outcome rests on more than its own command: on a colleague's dish
whose answer was on its way, on a charge that the hotel had refused. So the order is taken from
everybody, the events of a command from its own device alone, which is believed about what it was
told as well. If a tablet is missing, what the others were told may rest on commands that nobody
here can bring: a dish that it had ordered, money that it had taken. Then what those who are here
remember is adopted as it stood (`agreed`). The same goes for a tablet that has more to bring than
one push holds: it may be gone before the rest, when half is decided and cannot be adopted any more.

Two that say different things of one event lived in different histories: a tablet that lay in a
drawer while the house was put back once before, or a file with a fault in it. Then the history is
followed in which the house lived longest; of equally long ones, that of the most tablets. Who
remembers it otherwise brings their own commands, and those are honoured as they were told. Here the
memories are fetched and kept; `bus` uses them, `group` repeats what can't be decided again.
"""

from collections import Counter, deque
from collections.abc import Container, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter

from sync_server.domain import limits
from sync_server.protocol.envelope import EventRecord, chain, read_event
from sync_server.protocol.erasable import chained_form
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import CODEC
from sync_server.transport.authority import CommandResult

from .adoption import Proved, before_unknown_menus, brought
from .journal import Head
from .kitchen_evidence import was_given, was_numbered


@dataclass(frozen=True, slots=True)
class Past:
    """What became of a command before the restore: its outcome, as its events show it, and the
    events themselves if its own device kept them."""

    outcome: CommandResult
    events: tuple[object, ...] = ()

    def had(self, told: CommandResult) -> tuple[object, ...]:
        """The events of a command with this outcome; none unless all of them are here."""
        return self.events if len(self.events) == told.n_to - told.n_from + 1 else ()


class Recollection:
    """One restore's memories of the journal from `from_n` on."""

    def __init__(self, from_n: int) -> None:
        self.from_n = from_n
        self.closed = False
        """Whether no more is asked for."""
        self.compared = True
        """Whether its commands were looked up among those that are known here."""
        self._next: dict[str, int] = {}
        self._heard_out: set[str] = set()
        self._records: dict[str, list[EventRecord]] = {}
        self._own: dict[str, list[EventRecord]] = {}
        self._open: Counter[str] = Counter()
        self._given: deque[str] = deque()
        self._upto = 0
        self._said: dict[int, list[tuple[EventRecord, bytes]]] = {}
        self._tellers: dict[str, list[int]] = {}
        """By device, which of the versions it tells of each event from `from_n` on."""
        self._by_half: Set[str] = frozenset()

    def begin_at(self, n: int) -> None:
        """What was before is proved: nothing is asked for yet."""
        self.from_n = n
        self._next = dict.fromkeys(self._next, n)

    def heard(self, dev: str, kept_n: int) -> None:
        """A device keeps events of the lost journal up to `kept_n`."""
        if kept_n >= self.from_n and dev not in self._heard_out and not self.closed:
            self._next.setdefault(dev, self.from_n)

    def wanted(self, dev: str) -> int:
        """From which event on this device shall tell; 0 for nothing."""
        return 0 if self.closed else self._next.get(dev, 0)

    def given(self, dev: str, from_n: int, events: list[bytes]) -> None:
        """A piece of a memory. Nothing more, or nonsense, is its end."""
        if from_n != self.wanted(dev):
            return
        told = 0
        try:
            for n, data in enumerate(events, from_n):
                record = read_event(data)
                if record.n != n or n >= self.from_n + limits.TAIL_KEPT_EVENTS:
                    break
                CODEC.decode_event(record.type, record.tv, record.body)
                self._keep(dev, record, data)
                self.compared = False
                told += 1
        except FrameFault:
            pass
        if told and told == len(events):
            self._next[dev] = from_n + told
        else:
            del self._next[dev]
            self._heard_out.add(dev)

    def _keep(self, dev: str, record: EventRecord, data: bytes) -> None:
        self._upto = max(self._upto, record.n)
        versions = self._said.setdefault(record.n, [])
        self._tellers.setdefault(dev, []).append(_version(versions, record, data))
        if record.cmd_id not in self._records:
            self._open[record.dev] += 1
        known = self._records.setdefault(record.cmd_id, [])
        if not known or known[-1].n < record.n:
            known.append(record)
        if dev == record.dev:
            self._own.setdefault(record.cmd_id, []).append(record)

    def without(self, devs: Iterable[str]) -> None:
        """These are not waited for."""
        for dev in devs:
            self._next.pop(dev, None)
            self._heard_out.add(dev)

    @property
    def complete(self) -> bool:
        """Whether everybody who has something has told it."""
        return not self._next

    def agreed(self, head: Head, catalogues: Mapping[int, object]) -> list[Proved]:
        """What continues the journal after `head` as those here remember it. The last command
        is not among it, since it may be remembered by half; nothing is, once other events stand at
        those numbers since a recovery broke off."""
        run: list[Proved] = []
        if head.n != self.from_n - 1:
            return run
        link = head.hash
        for record, data in self._history():
            link = chain(link, record.n, data)
            run.append((record, data, link))
        last = run[-1][0].cmd_id if run else ""
        while run and run[-1][0].cmd_id == last:
            run.pop()
        return before_unknown_menus(run, catalogues)

    def _history(self) -> Iterator[tuple[EventRecord, bytes]]:
        """The history that is followed, event by event: who says something else of one of them is
        heard no further."""
        heard, n = set(self._tellers), self.from_n
        while by_version := self._versions(heard, n):
            version = next(iter(by_version))
            if len(by_version) > 1:
                version = max(by_version, key=lambda one: self._weight(by_version[one], n))
                heard = by_version[version]
            yield self._said[n][version]
            n += 1

    def _versions(self, heard: Iterable[str], n: int) -> dict[int, set[str]]:
        """Who of these says what of event `n`."""
        found: dict[int, set[str]] = {}
        for dev in heard:
            told = self._tellers[dev]
            if n - self.from_n < len(told):
                found.setdefault(told[n - self.from_n], set()).add(dev)
        return found

    def _weight(self, devs: set[str], n: int) -> tuple[int, int, str]:
        """What speaks for a history that these tell from event `n` on: how long the house lived in
        it, how many say so; and if nothing does, a choice that is the same every time."""
        last_ms = max(
            self._said[at][version][0].at_ms
            for dev in devs
            for at, version in enumerate(self._tellers[dev][n - self.from_n :], n)
        )
        return last_ms, len(devs), min(devs)

    def _tell_apart(self) -> None:
        """A command that stands in two histories is remembered once: as in that which is followed,
        else as the first who tells of it does. The last of each may be remembered by half."""
        histories = [[record for record, _ in self._history()]]
        for dev in sorted(self._tellers):
            versions = enumerate(self._tellers[dev], self.from_n)
            histories.append([self._said[n][version][0] for n, version in versions])
        apart: dict[str, list[EventRecord]] = {}
        by_half: dict[str, list[EventRecord]] = {}
        for history in histories:
            commands = [list(one) for _, one in groupby(history, attrgetter("cmd_id"))]
            for records in commands[:-1]:
                apart.setdefault(records[0].cmd_id, records)
            by_half.setdefault(history[-1].cmd_id, commands[-1])
        for cmd_id in self._records:
            self._records[cmd_id] = apart.get(cmd_id) or by_half[cmd_id]
        self._by_half = by_half.keys() - apart.keys()

    def close(self) -> None:
        """No more is asked for. The last command may be remembered by half: it is no evidence of
        what the kitchen had, and had the kitchen seen it, more would have followed."""
        if not self.closed and any(len(versions) > 1 for versions in self._said.values()):
            self._tell_apart()
        self.closed = True
        self._said.clear()
        self._tellers.clear()
        whole = (
            (known[0].n, cmd_id)
            for cmd_id, known in self._records.items()
            if was_numbered(known) or (self._is_whole(cmd_id) and was_given(known))
        )
        self._given = deque(cmd_id for _, cmd_id in sorted(whole))

    def _is_whole(self, cmd_id: str) -> bool:
        return self._records[cmd_id][-1].n < self._upto and cmd_id not in self._by_half

    def given_before(self, n: int, passed: Container[str]) -> list[list[EventRecord]]:
        """What the kitchen had been given before event `n` by commands that have not come, but for
        those of `passed`; each is told once, or again after another `close`."""
        found: list[list[EventRecord]] = []
        while self._given:
            records = self._records.get(self._given[0])
            if records is not None and records[0].n >= n:
                break
            cmd_id = self._given.popleft()
            if records is not None and cmd_id not in passed:
                found.append(records)
        return found

    def place(self, cmd_id: str) -> int:
        """The event at which a command stood; 0 if nobody remembers it."""
        known = self._records.get(cmd_id)
        return known[0].n if known else 0

    def past(self, dev: str, cmd_id: str) -> Past | None:
        """What became of a command of a device, as far as anybody remembers."""
        known = self._records.get(cmd_id)
        if known is None or known[0].dev != dev:
            return None
        events = tuple(
            CODEC.decode_event(record.type, record.tv, record.body)
            for record in self._own.get(cmd_id, ())
        )
        return Past(brought(known)[cmd_id].result, events)

    def owes(self, dev: str) -> bool:
        """Whether a command of this device stood in the lost journal and has not come yet."""
        return self._open[dev] > 0

    def owes_beyond(self, dev: str, at_hand: Iterable[str]) -> bool:
        """Whether more commands of this device stood in the lost journal than these, which lie
        here."""
        return self._open[dev] > sum(cmd_id in self._records for cmd_id in at_hand)

    def came(self, cmd_ids: Iterable[str]) -> None:
        """These are decided, or were before."""
        for cmd_id in cmd_ids:
            known = self._records.pop(cmd_id, None)
            if known is not None:
                self._open[known[0].dev] -= 1

    def not_come(self, devs: Container[str]) -> dict[str, list[list[EventRecord]]]:
        """By device, of these, the commands that are remembered and have not come."""
        found: dict[str, list[list[EventRecord]]] = {}
        for records in self._records.values():
            if records[0].dev in devs:
                found.setdefault(records[0].dev, []).append(records)
        return found

    @property
    def commands(self) -> list[str]:
        """Ids of the commands that are remembered."""
        return list(self._records)


def _version(versions: list[tuple[EventRecord, bytes]], record: EventRecord, data: bytes) -> int:
    """Which of the versions of an event this is; a new one is added. One whose names were erased
    is the same for the chain, and takes the place of the one that has them."""
    for at, (_, known) in enumerate(versions):
        if data == known:
            return at
        form = chained_form(data)
        if form == chained_form(known):
            if data == form:
                versions[at] = record, data
            return at
    versions.append((record, data))
    return len(versions) - 1
