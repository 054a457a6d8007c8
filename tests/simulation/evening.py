"""One evening from a seed: the house works while things go wrong, then everything heals.

`run(seed)` gives what was counted, or raises `Violation` with what was found. The trouble of an
evening is drawn first, so that some evenings have little and some have all of it.
"""

import asyncio
import gc
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import lru_cache
from random import Random
from typing import Any, ClassVar

from sync_server.client import desk
from sync_server.domain import limits
from sync_server.domain.commands import EraseGuests
from sync_server.domain.ids import TicketId
from sync_server.domain.limits import KITCHEN_PAPER_MS
from sync_server.front_office import journal
from sync_server.hotel.faulty import NO_FAULTS, Faults

from . import invariants
from .loop import WORLD, Stuck
from .machines import Machine, ServerMachine
from .paper import Press
from .people import Cashier, Cook, Person, Waiter
from .property_link import PropertyLink
from .wire import AWAY, BAD, CALM
from .world import SLOWEST_MS, World, prepared

LENGTHS_S = (6.0, 8.0, 10.0, 12.0, 15.0, 15.0, 20.0, 20.0, 30.0, 45.0, 60.0, 120.0)
"""Many short evenings find more in the same time than few long ones, but some things take long."""
PAPER_OUT_S = 240.0
RECOVERED_S = 120
"""How long a server that was restored may wait for what terminals were told."""
HEALED_S = 30.0
HOUR_MS, YEARS_MS = 3_600_000, 315_000_000_000
JUMPS_MS = (HOUR_MS, -HOUR_MS, 9 * HOUR_MS, YEARS_MS, -YEARS_MS)
SERVER_JUMPS_MS = (HOUR_MS, -HOUR_MS, 40_000, -40_000)
PAPER_S = KITCHEN_PAPER_MS / 1000
SELDOM = (50_000, 20, 20)
LINKED = 0.2
CLUB_IN = 0.2
"""In how many evenings guests have club cards."""
CARDS_IN = 0.2
"""In how many evenings many pay at the card terminal, by card or by a code that it shows."""
FORGETS_IN = 0.2
"""In how many evenings guests ask for their names to be erased."""
LOOKS_S = 300.0
"""When a card worker has looked for the last time."""


class Violation(Exception):
    """Something that must hold did not; `findings` say what."""

    def __init__(self, seed: int, findings: list[str]) -> None:
        super().__init__(f"seed {seed}: " + "\n  ".join(["", *findings[:12]]))
        self.seed = seed
        self.findings = findings


@dataclass(frozen=True)
class Report:
    """What an evening reached."""

    seed: int
    commands: int
    events: int
    crashes: int
    steps: int
    told: int
    refused: int
    papers: int
    restored: int
    head: str
    trace: str
    points: tuple[str, ...] = field(repr=False)


def died_at(points: Iterable[str]) -> str:
    """In words: at how many places of the code, awaits and edges of commits, a machine died."""
    points = set(points)
    commits = sum(" commit " in point for point in points)
    awaits = sum(" await " in point for point in points)
    return f"died at {awaits} awaits and {commits} edges of commits"


@contextmanager
def narrow(rng: Random) -> Iterator[None]:
    """In some evenings the bounds are so small that each is met: snapshots, saved states, cuts."""
    bounds: tuple[tuple[Any, str, int], ...] = (
        (limits, "SNAPSHOT_LAG_EVENTS", 25),
        (limits, "STATE_EVERY_EVENTS", 40),
        (desk, "COMPACT_AFTER", 60),
        (journal, "JOURNAL_TAIL_EVENTS", 32),
    )
    before = [getattr(home, name) for home, name, _ in bounds]
    for home, name, small in bounds:
        if rng.random() < 0.3:
            setattr(home, name, small)
    try:
        yield
    finally:
        for (home, name, _), old in zip(bounds, before, strict=True):
            setattr(home, name, old)


@lru_cache(maxsize=1)
def _house_is_kept() -> None:
    gc.collect()
    gc.freeze()


@contextmanager
def few_collections() -> Iterator[None]:
    """The house is made once and lives for ever; the collector need not look at it all the time."""
    before = gc.get_threshold()
    _house_is_kept()
    gc.set_threshold(*SELDOM)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def run(
    seed: int, lengths_s: tuple[float, ...] = (), shape: "type[Evening] | None" = None
) -> Report:
    """Live through the evening of `seed`, as long as one of these, or as its shape says.

    Raises Violation.
    """
    shape = shape or Evening
    house = prepared()
    with few_collections(), narrow(Random(f"{seed} bounds")), World(str(seed), house) as world:
        story = shape(world, seed, lengths_s or shape.lengths_s)
        try:
            world.run(story.live())
        except Stuck:
            raise Violation(seed, ["stuck: nothing can go on, or nothing stops"]) from None
        except AssertionError as late:
            raise Violation(seed, [str(late)]) from late
        except Exception as fault:
            raise Violation(seed, [f"a machine fell over in somebody's hand: {fault!r}"]) from fault
        findings = invariants.broken(world) + story.findings()
        if findings:
            raise Violation(seed, findings)
        outcomes = [told.outcome for told in world.history.told.values()]
        return Report(
            seed,
            len(world.history.taps),
            world.server.office.head_n,
            world.history.crashes,
            world.loop.steps,
            len(outcomes),
            outcomes.count("refused"),
            len(world.history.papers),
            len(world.server.disks) - 1,
            world.server.office.live.head.hash[:16],
            world.loop.trace[:16],
            tuple(sorted(world.history.points)),
        )


class Evening:
    """The story of one seed. `shapes` are evenings in which one thing is likely to go wrong."""

    lengths_s: ClassVar[tuple[float, ...]] = LENGTHS_S
    linked: ClassVar[float] = LINKED
    """How often the hotel is another's, behind a FIAS link."""

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        self.world = world
        self.rng = rng = Random(f"{seed} evening")
        self.over = False
        devices = world.devices
        self.lasts_s = rng.choice(lengths_s)
        pace = rng.choice((1.0, 2.0, 4.0))
        self.people: list[Person] = [
            Waiter(devices["t1"], "olena", Random(f"{seed} olena"), pace),
            Waiter(devices["t2"], "ihor", Random(f"{seed} ihor"), pace),
            Cashier(devices["t3"], "petro", Random(f"{seed} petro"), pace),
            Cook(devices["k1"], "", Random(f"{seed} cook"), 1.5),
        ]
        cashier = self.people[2]
        assert isinstance(cashier, Cashier)
        cashier.reception, cashier.slip = world.on_folio, world.on_slip
        self.crashing = {machine.name: rng.random() < 0.6 for machine in world.machines}
        self.stormy = rng.random() < 0.7
        self.full = rng.random() < 0.3
        self.clocks = rng.random() < 0.3
        self.bad_hotel = rng.random() < 0.5
        self.bad_paper = rng.random() < 0.6
        self.burns = rng.random() < 0.25
        self.bad_cards = Random(f"{seed} bad cards").random() < 0.4
        self.forgets = Random(f"{seed} forgets").random() < FORGETS_IN
        self.odd_hotel = Random(f"{seed} odd hotel").random() < 0.5
        link = Random(f"{seed} linked")
        if link.random() < self.linked:
            hotel = PropertyLink(world, str(seed), fed=link.random() < 0.3)
            cashier.reception = hotel.reception
            for person in self.people:
                if isinstance(person, Waiter):
                    person.charges, person.eager = 0.4, True
        remakes = Random(f"{seed} remakes").choice((0.0, 0.0, 0.1))
        club = 0.15 if Random(f"{seed} members").random() < CLUB_IN else 0.0
        cards = 0.2 if Random(f"{seed} by card").random() < CARDS_IN else 0.0
        for person in self.people:
            if isinstance(person, Waiter):
                person.remakes, person.club, person.cards = remakes, club, cards

    async def live(self) -> None:
        """From the first tap to the last answer."""
        world = self.world
        if world.link is not None:
            await world.link.start()
        for machine in world.machines:
            machine.on_death = self.died
            self.plan(machine)
            machine.switch_on()
        if self.bad_hotel:
            odd = self.odd_hotel
            world.hotel_gateway.remembers = odd
            world.line.faults = Faults(
                slow=2_000,
                slow_answer=2_000,
                lost_before=1_500,
                lost_after=2_500,
                blind=1_000,
                slow_ms_max=SLOWEST_MS,
                twice=1_500 if odd else 0,
                foreign=700 if odd else 0,
                audit=1_000 if odd else 0,
            )
            if world.link is not None:
                world.link.misbehave()
        world.cards.bad = self.bad_cards
        tasks = [asyncio.ensure_future(person.work(self.lasts_s)) for person in self.people]
        watching = asyncio.ensure_future(self.watch_the_pass())
        tasks += [asyncio.ensure_future(self.trouble(m)) for m in world.machines]
        tasks.append(asyncio.ensure_future(self.own_trouble()))
        if self.bad_paper:
            tasks += [asyncio.ensure_future(self.bad_day(p)) for p in world.presses.values()]
        if self.forgets:
            tasks.append(asyncio.ensure_future(self.forget()))
        if self.burns:
            tasks.append(asyncio.ensure_future(self.burn()))
        await asyncio.wait(tasks)
        for task in tasks:
            task.result()
        try:
            await self.heal()
        finally:
            watching.cancel()

    def plan(self, machine: Machine) -> None:
        """When this life of the machine will end, if it will."""
        if self.over or not self.crashing[machine.name]:
            return
        kind = self.rng.random()
        if kind < 0.25:
            machine.crash_after_steps = self.rng.randint(1, 60)
        elif kind < 0.6:
            machine.crash_after_steps = self.rng.randint(60, 6_000)
        elif kind < 0.85:
            machine.crash_in_commit = self.rng.choice((1, -1)) * self.rng.randint(1, 40)
        elif isinstance(machine, ServerMachine):
            machine.crash_in_paper = self.rng.randint(1, 60)

    def died(self, machine: Machine) -> None:
        """Its links die with it; after a while somebody switches it on."""
        world = self.world
        world.air.drop("" if machine is world.server else machine.name)
        if machine is world.server and world.link is not None:
            world.link.lan.drop()
        self.plan(machine)
        delay = self.rng.choice((0.5, 3.0, 20.0)) * (0.5 + self.rng.random())

        def on() -> None:
            if not machine.on:
                machine.switch_on()

        world.loop.call_later(delay, on, context=WORLD.context())

    async def trouble(self, machine: Machine) -> None:
        """Weather, full disks and jumping clocks of one machine."""
        world, rng = self.world, Random(f"{self.rng.random()}")
        while world.loop.now < self.lasts_s:
            await asyncio.sleep(rng.expovariate(8 / self.lasts_s))
            what = rng.random()
            if machine is world.server and world.hotel_busy and self.crashing[machine.name]:
                # The moment that hurts most: something is on its way to the hotel.
                machine.crash()
            elif what < 0.5 and self.stormy:
                world.air.change(machine.name, rng.choice((AWAY, BAD, BAD, CALM)))
            elif what < 0.6 and self.full:
                machine.full = True
                await asyncio.sleep(rng.random() * 30)
                machine.full = False
            elif what < 0.75 and self.clocks:
                is_server = machine is world.server
                jump = rng.choice(SERVER_JUMPS_MS if is_server else JUMPS_MS)
                machine.skew_ms = 0 if machine.skew_ms else jump
            elif what < 0.8 and machine.name == "k1":
                world.devices["k1"].frozen = True
                await asyncio.sleep(rng.random() * 40)
                world.devices["k1"].frozen = False

    async def own_trouble(self) -> None:
        """What belongs to the shape of the evening; nothing in one without."""

    def findings(self) -> list[str]:
        """What must hold after an evening of this shape, beside `invariants`."""
        return []

    async def bad_day(self, press: Press) -> None:
        """A printer is slow, dies, runs out, is opened, is silent or answers nonsense; people mend
        it after a while."""
        rng = Random(f"{self.rng.random()}")
        press.slow = rng.random() < 0.3
        while self.world.loop.now < self.lasts_s:
            await asyncio.sleep(rng.expovariate(6 / self.lasts_s))
            press.suffer()
            await asyncio.sleep(rng.choice((0.5, 4.0, 15.0)) * rng.random())
            press.recover()

    async def forget(self) -> None:
        """Names are erased: of guests who have gone, and in vain of those who are still here."""
        world, rng = self.world, Random(f"{self.world.seed} whom")
        while True:
            await asyncio.sleep(rng.expovariate(6 / self.lasts_s))
            server = world.server
            if world.loop.now > self.lasts_s:
                return
            if not server.on or not server.ready:
                continue
            venue = server.office.venue
            known = [f"check:{one}" for one in (*venue.closed, *venue.checks)]
            if known:
                wanted = tuple(rng.sample(known, min(3, len(known))))
                server.office.bus.report_later(EraseGuests(wanted, "halyna", "asked"))

    async def burn(self) -> None:
        """A backup is taken, the house goes on, the server's disk dies, the backup is put back."""
        world, rng = self.world, Random(f"{self.rng.random()}")
        await asyncio.sleep(rng.random() * self.lasts_s * 0.6)
        await world.until(lambda: world.server.on and world.server.ready, 300, "a backup")
        backup = world.server.backup()
        await asyncio.sleep(rng.random() * self.lasts_s * 0.6)
        world.server.restore(backup)

    async def heal(self) -> None:
        """No more trouble; within `HEALED_S` all is drained, the hotel within its own time."""
        world = self.world
        self.over = True
        world.air.heal()
        world.line.faults = NO_FAULTS
        if world.link is not None:
            world.link.heal()
        world.cards.bad = False
        for press in world.presses.values():
            press.recover()
        world.server.crash_in_paper = 0
        for machine in world.machines:
            machine.full = False
            machine.crash_after_steps = machine.crash_in_commit = 0
            machine.life.dies_at = 0
            machine.skew_ms = 0
        await world.until(
            lambda: all(machine.on and machine.ready for machine in world.machines), 60, "all on"
        )
        await world.until(
            lambda: world.server.ready and world.server.office.bus.reoffers is None,
            RECOVERED_S,
            "recovered",
        )
        healed = world.loop.now
        await self.drained(healed)
        await self.hotel_answers()
        await self.cards_answer()
        await self.papers_out()
        await self.drained(world.loop.now)

    async def watch_the_pass(self) -> None:
        """Paper takes over when no display has drawn a ticket in time, and not before (2.13).

        Counted only while one start of the server lasts, since its clock starts with it.
        """
        world = self.world
        since: dict[TicketId, tuple[int, float]] = {}
        boot = 0
        while True:
            await asyncio.sleep(0.5)
            server = world.server
            recovering = server.on and server.ready and server.office.bus.reoffers is not None
            stands = server.on and server.ready and not recovering and not server.full
            if not stands or server.boots != boot:
                since, boot = {}, server.boots
                continue
            tickets = server.office.venue.tickets
            waiting = invariants.waiting(world)
            for ticket_id in waiting:
                version, begun = since.setdefault(
                    ticket_id, (tickets[ticket_id].version, world.loop.now)
                )
                if version != tickets[ticket_id].version:
                    since[ticket_id] = (tickets[ticket_id].version, world.loop.now)
                elif world.loop.now - begun > PAPER_S + 3:
                    world.history.outlived.append(f"I-6 ticket {ticket_id}: no paper took over")
            since = {ticket_id: seen for ticket_id, seen in since.items() if ticket_id in waiting}

    async def drained(self, since: float) -> None:
        """Liveness: all outboxes are empty and all cursors at the head (I-9)."""
        world = self.world
        cook = self.people[-1]
        assert isinstance(cook, Cook)
        while left := invariants.not_drained(world) + invariants.unseen(world):
            assert world.loop.now < since + HEALED_S, "not drained: " + "; ".join(left)
            await asyncio.sleep(0.5)
            cook.draw()

    async def papers_out(self) -> None:
        """Every paper is out or given up; a printer that was mended prints what waits."""
        world = self.world
        end = world.loop.now + PAPER_OUT_S
        while left := invariants.papers_open(world):
            assert world.loop.now < end, f"paper: {left}"
            await asyncio.sleep(2)

    async def hotel_answers(self) -> None:
        """What was on its way to the hotel is settled; people answer what nobody can look up."""
        world = self.world
        healed, end = world.loop.now, world.loop.now + 1_200
        cashier = self.people[2]
        assert isinstance(cashier, Cashier)
        while left := invariants.charges_open(world):
            assert world.loop.now < end, f"the hotel: {left}"
            await asyncio.sleep(5)
            if world.link is not None and world.loop.now > healed + world.link.calls_after_s:
                await cashier.calls_reception()
        if world.link is not None:
            await world.link.read_report()

    async def cards_answer(self) -> None:
        """The worker looks by itself at what the card terminal was asked; what it gave up is asked
        of whoever has the slips."""
        world, cashier = self.world, self.people[2]
        assert isinstance(cashier, Cashier)
        healed, end = world.loop.now, world.loop.now + 600
        while left := invariants.cards_open(world):
            assert world.loop.now < end, f"the card terminal: {left}"
            await asyncio.sleep(5)
            if world.loop.now > healed + LOOKS_S:
                await cashier.looks_at_slips()
