"""Evenings of a shape: one thing is likely to go wrong, at the moment at which it hurts.

An evening of `evening` has some of everything, so a fault that needs two things at one moment is
seldom met there. A shape is calm but for its own trouble, which waits for that moment. The real
code passes every one of them; `broken` names the shape that notices a broken promise.
"""

import asyncio
from collections.abc import Callable
from random import Random
from typing import ClassVar

from sync_server.domain.limits import KITCHEN_PAPER_MS
from sync_server.hotel.faulty import Faults

from . import invariants
from .evening import RECOVERED_S, Evening
from .machines import Machine, ServerMachine
from .paper import FEW_BYTES, Press
from .people import Cashier, Waiter
from .wire import AWAY, CALM, Weather
from .world import SLOWEST_MS, World

FAR = Weather(latency_s=0.8)
"""So slow that the hotel could hear of a charge long before a second machine has it."""
LOOK_S = 0.02
SLOW = Faults(slow=3_000, slow_answer=8_000, lost_after=1_000, slow_ms_max=SLOWEST_MS // 4)


class Calm(Evening):
    """Nothing goes wrong by chance. `luck` is the shape's own."""

    lengths_s: ClassVar[tuple[float, ...]] = (12.0, 16.0, 20.0)
    linked = 0.0
    charges = 0.1
    pace_s = 1.0
    remakes = 0.0
    club = 0.0
    cards = 0.0

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        self.luck = Random(f"{seed} {type(self).__name__}")
        self.crashing = dict.fromkeys(self.crashing, False)
        self.stormy = self.full = self.clocks = False
        self.bad_hotel = self.bad_paper = self.burns = self.bad_cards = False
        for person in self.people:
            person.pace_s = self.pace_s
            if isinstance(person, Waiter):
                person.remakes, person.club, person.cards = self.remakes, self.club, self.cards
            if isinstance(person, Waiter) and not isinstance(person, Cashier):
                person.charges = max(self.charges, self.linked / 2)

    async def trouble(self, machine: Machine) -> None:
        """None by chance."""

    def findings(self) -> list[str]:
        """In a calm evening no screen drifts from the server for a moment."""
        return self.world.history.drifts

    async def come(self, moment: Callable[[], bool], until_s: float) -> bool:
        """Wait for a moment; False if it did not come in time."""
        while not moment():
            if self.world.loop.now >= until_s:
                return False
            await asyncio.sleep(LOOK_S)
        return True

    async def some_time(self, share: float) -> None:
        """A part of the evening."""
        await asyncio.sleep(self.luck.random() * share * self.lasts_s)


class DiskDies(Calm):
    """A backup is taken while paper waits, or before anybody has signed in; a few commands are
    told, and the disk dies at once.

    In half of the evenings the key of the journal burnt as well, so that nothing can be proved and
    the terminals tell all of it again; in some a terminal comes back late.
    """

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        if self.luck.random() < 0.5:
            world.server.key = b""

    async def own_trouble(self) -> None:
        """See the head of the class."""
        world, luck = self.world, self.luck
        server, told = world.server, world.history.told
        early = luck.random() < 0.4
        if not early:
            await self.some_time(0.5)
        await world.until(lambda: server.on and server.ready, 60, "a backup")
        if not early:
            await self.come(lambda: bool(invariants.papers_open(world)), self.lasts_s * 0.7)
        backup = server.backup()
        enough = len(told) + luck.randint(1, 12)
        await self.come(lambda: len(told) >= enough, self.lasts_s)
        late = luck.choice(("", *world.devices))
        if late:
            world.air.change(late, AWAY)
        server.restore(backup)
        if late:
            await world.until(lambda: server.on and server.ready, 60, "the new disk")
            await asyncio.sleep(luck.random() * 6)
            world.air.change(late, CALM)


class DiskDiesOwed(DiskDies):
    """The same while much is paid on accounts and by voucher: sums that come again do not overwrite
    what stood there. And the air is far, and cuts each device off between the welcome that tells of
    the new history and the first of it."""

    lengths_s = (25.0, 35.0)
    pace_s = 0.5

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        for person in self.people:
            if isinstance(person, Waiter):
                person.seldom = 0.7

    async def own_trouble(self) -> None:
        """See the head of the class."""
        await super().own_trouble()
        self.world.air.usual = FAR
        await asyncio.gather(*(self.cut(name) for name in self.world.devices))

    async def cut(self, name: str) -> None:
        """Once, when it has forgotten the old history and heard nothing of the new one."""
        world, machine = self.world, self.world.devices[name]

        def forgotten() -> bool:
            if not (machine.on and machine.ready):
                return False
            store = machine.link.store
            return store.sep == world.server.epoch and store.cursor_n == 0

        if await self.come(forgotten, world.loop.now + RECOVERED_S):
            world.air.drop(name)


class TabletInADrawer(Calm):
    """The disk dies with the journal's key, and the house opens without a tablet: what the others
    were told rests on what it had ordered, changed and been paid. Later it is found."""

    lengths_s = (15.0, 20.0)
    pace_s = 0.7
    charges = 0.0

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        world.server.key = b""

    async def own_trouble(self) -> None:
        """See the head of the class."""
        world, luck = self.world, self.luck
        server = world.server
        await world.until(lambda: server.on and server.ready, 60, "a backup")
        await self.some_time(0.3)
        backup = server.backup()
        await self.some_time(0.4)
        away = luck.choice(("t1", "t2", "t3"))
        world.air.change(away, AWAY)
        server.restore(backup)
        await world.until(
            lambda: server.on and server.ready and server.office.bus.reoffers is None,
            3 * RECOVERED_S,
            "the house opens without it",
        )
        await asyncio.sleep(luck.random() * 6)
        world.air.change(away, CALM)


class AnswersLost(Calm):
    """Rooms are charged that the hotel refuses; a terminal hears no answers any more while the
    others work on with what it said; then the server's disk dies, and the journal's key with it."""

    charges = 0.45
    pace_s = 0.7

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        world.server.key = b""
        for person in self.people:
            if isinstance(person, Waiter):
                person.rooms = ("304", "301")

    async def own_trouble(self) -> None:
        """See the head of the class."""
        world, luck = self.world, self.luck
        server = world.server
        await world.until(lambda: server.on and server.ready, 60, "a backup")
        await self.some_time(0.2)
        backup = server.backup()
        await self.some_time(0.5)
        deaf = luck.choice(("t1", "t2", "t3"))
        for wire in world.air.wires:
            if wire.machine == deaf:
                wire.grow_deaf()
        await asyncio.sleep(1 + 8 * luck.random())
        server.restore(backup)


class ServerFalters(Calm):
    """The server's disk is full or its power goes, mostly at a commit, while everybody taps."""

    pace_s = 0.4

    def plan(self, machine: Machine) -> None:
        """So many commits until then."""
        if isinstance(machine, ServerMachine) and not self.over:
            machine.crash_in_commit = self.luck.choice((1, -1)) * self.luck.randint(4, 40)

    async def own_trouble(self) -> None:
        """Full for a moment, again and again."""
        server = self.world.server
        while self.world.loop.now < self.lasts_s:
            await self.some_time(0.1)
            server.full = True
            await asyncio.sleep(self.luck.random())
            server.full = False


class FullFarAway(ServerFalters):
    """The same over slow air: what was pushed after a push that a full disk turned away is on its
    way already, so a command comes whose predecessor was not stored."""

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        world.air.usual = FAR


class StockCounted(Calm):
    """Much is voided, thrown away and divided, and the stock books are made in the end."""

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        world.always_stock = True


class CardsFail(Calm):
    """Guests pay at the card terminal and get back there; it answers late or not at all, and the
    server dies while a guest stands there."""

    lengths_s = (20.0, 30.0)
    pace_s = 0.7
    cards = 0.5

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        self.bad_cards = True
        for person in self.people:
            if isinstance(person, Waiter):
                person.seldom, person.charges = 0.2, 0.0

    async def own_trouble(self) -> None:
        """Once or twice in an evening."""
        world = self.world
        while await self.come(lambda: bool(world.cards.waiting), self.lasts_s):
            await asyncio.sleep(self.luck.random())
            if self.luck.random() < 0.3 and world.server.on:
                world.server.crash()
            await asyncio.sleep(3)


class CardsGiveBack(CardsFail):
    """Few pay by card, and to whom it is given back a cashier is in a hurry."""

    lengths_s = (40.0, 60.0)
    cards = 0.2

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        for person in self.people:
            if isinstance(person, Cashier):
                person.backs = 0.6


class HotelFirst(Calm):
    """Many charges over slow air; the server dies while the hotel hears one, before or after a
    second machine has it."""

    charges = 0.7

    async def own_trouble(self) -> None:
        """See the head of the class."""
        world = self.world
        world.air.usual = FAR
        world.line.faults = SLOW
        while await self.come(lambda: bool(world.line._flying), self.lasts_s):
            if self.luck.random() < 0.5 and world.server.on:
                world.server.crash()
            await asyncio.sleep(1)


class HotelSlow(HotelFirst):
    """The same over good air, with a hotel that answers when nobody waits any more."""

    async def own_trouble(self) -> None:
        """See the head of the class."""
        world = self.world
        world.line.faults = Faults(
            slow=6_000, slow_answer=2_000, lost_after=1_000, slow_ms_max=SLOWEST_MS
        )
        while await self.come(lambda: bool(world.line._flying), self.lasts_s):
            await asyncio.sleep(8 * self.luck.random())
            if self.luck.random() < 0.3 and world.server.on:
                world.server.crash()


class LinkSuffers(Calm):
    """The hotel is another's and its link a bad one: it loses, delays, repeats and mistakes what it
    is told, begins anew, closes its day; the server dies while something is on its way."""

    linked = 1.0
    lengths_s = (15.0, 20.0)
    pace_s = 0.5

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        for person in self.people:
            if isinstance(person, Waiter):
                person.seldom = 0.1

    async def own_trouble(self) -> None:
        """See the head of the class."""
        world, luck, link = self.world, self.luck, self.world.link
        assert link is not None
        link.misbehave()
        while await self.come(lambda: world.hotel_busy, self.lasts_s):
            await asyncio.sleep(luck.random() * luck.choice((0.1, 1, 4)))
            what = luck.random()
            if what < 0.08 and world.server.on:
                world.server.crash()
            elif what < 0.2:
                link.lan.drop()
            elif what < 0.3:
                await link.interface.begin_anew()
            elif what < 0.4:
                await link.interface.tell_time("NS")
                await asyncio.sleep(luck.random() * 5)
                await link.interface.tell_time("NE")
            await asyncio.sleep(luck.random() * 4)


class LinkBurns(LinkSuffers):
    """The same, and the server's disk dies with the log of the link: what left since the backup is
    on no record of ours."""

    async def own_trouble(self) -> None:
        """See the head of the class."""
        await asyncio.gather(super().own_trouble(), self.burns_with_it())

    async def burns_with_it(self) -> None:
        """A few charges leave between the backup and the end of the disk."""
        world, link = self.world, self.world.link
        assert link is not None
        await self.some_time(0.3)
        await world.until(lambda: world.server.on and world.server.ready, 60, "a backup")
        backup = world.server.backup()
        enough = len(link.sendings) + self.luck.randint(1, 3)
        await self.come(lambda: len(link.sendings) >= enough, self.lasts_s)
        await asyncio.sleep(self.luck.random() * 2)
        world.server.restore(backup)


class TabletsRestart(Calm):
    """Terminals go off in the middle of everything, and new guests come all the time."""

    pace_s = 0.5

    def plan(self, machine: Machine) -> None:
        """So many steps until then."""
        if not isinstance(machine, ServerMachine) and not self.over:
            machine.crash_after_steps = self.luck.randint(200, 2_000)


class DiesPrinting(Calm):
    """Every start of the server ends in the middle of a paper."""

    def plan(self, machine: Machine) -> None:
        """So many pieces of data until then."""
        if isinstance(machine, ServerMachine) and not self.over:
            machine.crash_in_paper = self.luck.randint(1, 30)


class PrintersDoubt(Calm):
    """Printers that fall silent in the middle of a paper and speak again before the next, or hold
    a paper back until somebody switches them off."""

    async def own_trouble(self) -> None:
        """All of them, again and again, and never for long."""
        presses = self.world.presses.values()
        await asyncio.gather(*(self.doubt(press) for press in presses))

    async def doubt(self, press: Press) -> None:
        """The evening of one printer."""
        luck = self.luck
        while self.world.loop.now < self.lasts_s:
            silent = luck.random() < 0.6
            if silent:
                press.fall_silent(luck.randint(1, 2 * FEW_BYTES))
                await self.come(lambda: press.machine.condition.silent, self.lasts_s)
            else:
                what = luck.choice((press.go_offline, press.open_cover))
                press.strikes = (luck.randint(1, 8), what)
                await self.come(lambda: press.strikes is None, self.lasts_s)
            await asyncio.sleep(luck.random() * luck.choice((0.1, 0.5, 4)))
            if not silent and luck.random() < 0.5:
                press.cut_power()
            press.recover()


class DiskFills(PrintersDoubt):
    """The server's disk is full just when the hotel or a printer has something to report."""

    charges = 0.5

    async def own_trouble(self) -> None:
        """Full for a moment, again and again."""
        await asyncio.gather(super().own_trouble(), self.fill())

    async def fill(self) -> None:
        """When something is on its way."""
        world, luck = self.world, self.luck
        world.line.faults = SLOW

        def reporting() -> bool:
            return bool(world.line._flying) or any(
                state.endswith("sending") for state in invariants.papers_open(world)
            )

        while await self.come(reporting, self.lasts_s):
            await asyncio.sleep(luck.random() * 0.1)
            world.server.full = True
            await asyncio.sleep(luck.random() * 2)
            world.server.full = False
            await asyncio.sleep(luck.random())


class ClockIsSet(Calm):
    """Somebody sets the server's clock while a dead display has tickets, and while the hotel
    owes an answer."""

    charges = 0.3
    lengths_s = (35.0, 45.0)
    pace_s = 3.0

    async def own_trouble(self) -> None:
        """By about as long as the kitchen and the hotel are waited for."""
        world, luck = self.world, self.luck
        display = world.devices["k1"]
        await self.some_time(0.1)
        display.frozen = True
        await self.come(lambda: bool(invariants.waiting(world)), self.lasts_s)
        await asyncio.sleep(luck.random() * KITCHEN_PAPER_MS / 1000)
        world.server.skew_ms = luck.choice((1, -1)) * luck.choice(
            (KITCHEN_PAPER_MS, 3 * KITCHEN_PAPER_MS, 3 * SLOWEST_MS)
        )
        await asyncio.sleep(luck.random() * 2 * KITCHEN_PAPER_MS / 1000)
        display.frozen = False
