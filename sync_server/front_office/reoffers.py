"""After a restore: brings what terminals offer again back into the order that it had.

The journal after the backup is lost; the terminals still have their own commands with the outcomes
they were told, and those say at which event each stood (`n_from`). A waiter's lines must come
before the cook's bump of them, so nothing is decided before every device has come, or until the
wait is over (reliability 2.20). No new command is decided meanwhile. `bus` decides and commits;
this only keeps pushes and picks the next.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from sync_server.protocol.envelope import Received
from sync_server.transport.authority import CommandResult, Submitted

from .devices import Device
from .recollection import Recollection


@dataclass(slots=True)
class Offer:
    """A push of told commands. `results` grows as they are decided, on groups that may yet fail."""

    dev: str
    commands: list[Received]
    told: Mapping[int, CommandResult]
    answer: "asyncio.Future[Submitted]"
    results: list[CommandResult] = field(default_factory=list)

    @property
    def next(self) -> Received:
        """The first that is not decided."""
        return self.commands[len(self.results)]

    @property
    def decided(self) -> bool:
        """All of it."""
        return len(self.results) == len(self.commands)


class Reoffers:
    """The pushes that wait, at most one of each device."""

    def __init__(self, devices: Iterable[str], memory: Recollection) -> None:
        """`devices` are those that may come; `memory` is what they know of the lost journal."""
        self._memory = memory
        self._unheard = set(devices)
        self._here: set[str] = set()
        self._offers: dict[str, Offer] = {}
        self.overdue = False
        self.left_out: set[str] = set()
        """Devices without which the house goes on; they may bring their commands tomorrow."""

    @property
    def waiting(self) -> list[Offer]:
        """All pushes at hand."""
        return list(self._offers.values())

    @property
    def heard_all(self) -> bool:
        """Whether every device has come, or is waited for no longer."""
        return self.overdue or not self._unheard

    def only_those_here(self) -> set[str]:
        """Who never came is not waited for any longer; gives their names. The others get the time
        again."""
        return self._without(set(self._unheard))

    def leave_out(self, devices: Mapping[str, Device]) -> set[str]:
        """As `only_those_here`, of those who came and went without what they had to bring."""
        return self._without(self.missing(devices))

    def _without(self, left: set[str]) -> set[str]:
        self._unheard -= left
        self.left_out |= left
        self.overdue = False
        return left

    def heard(self, dev: str) -> None:
        """The device has said how far it had been answered."""
        self._unheard.discard(dev)
        self._here.add(dev)

    def put(self, offer: Offer) -> None:
        """A push has come; one that its device has given up is answered by nobody."""
        given_up = self._offers.pop(offer.dev, None)
        if given_up is not None and not given_up.answer.done():
            given_up.answer.cancel()
        self._offers[offer.dev] = offer

    def take_out(self, offer: Offer) -> None:
        """The push is dealt with."""
        if self._offers.get(offer.dev) is offer:
            del self._offers[offer.dev]

    def complete(self, devices: Mapping[str, Device]) -> bool:
        """Whether every device has come and has nothing more to offer, or the wait is over."""
        return not self._offers and (self.overdue or not self.missing(devices))

    def first(self, devices: Mapping[str, Device]) -> Offer | None:
        """The push whose next command stood first; None as long as an earlier one may come."""
        if not self._offers or (not self.overdue and self.missing(devices)):
            return None
        return min(self._offers.values(), key=lambda offer: (self.place(offer), offer.dev))

    def place(self, offer: Offer) -> int:
        """The event at which its next command stood; 0 without events, which can go at once. One
        that nobody remembers had led to nothing, before the next that somebody does."""
        told = offer.told.get(offer.next.command.seq)
        if told is not None:
            return told.n_from
        left = offer.commands[len(offer.results) :]
        return next(filter(None, (self._memory.place(one.command.cmd_id) for one in left)), 0)

    @property
    def brings_more(self) -> bool:
        """Whether somebody here has more to bring than lies here, and could leave before that."""
        return any(
            self._memory.owes_beyond(dev, (one.command.cmd_id for one in offer.commands))
            for dev, offer in self._offers.items()
        )

    def missing(self, devices: Mapping[str, Device]) -> set[str]:
        """The devices that are waited for: still to come, or with more to offer than lies here."""
        bringing = {
            device.dev
            for device in devices.values()
            if device.answered_seq > device.last_seq
            or (device.dev in self._here and self._memory.owes(device.dev))
        }
        return self._unheard | (bringing - self._offers.keys() - self.left_out)
