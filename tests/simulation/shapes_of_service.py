"""Evenings of a shape in which the trouble comes with the work itself: editions and rights that
change in mid-service, dishes made otherwise, points spent, paper at a terminal. `shapes` has the
others."""

import asyncio
from dataclasses import replace

from sync_server.domain import commands as c, events as e
from sync_server.domain.menu import Catalogue

from . import invariants, judges
from .attached import attached
from .machines import Machine
from .people import Waiter
from .points import POINTS_TENDER
from .restaurant import busy_menu
from .shapes import (
    FAR,
    AnswersLost,
    Calm,
    CardsFail,
    CardsGiveBack,
    ClockIsSet,
    DiesPrinting,
    DiskDies,
    DiskDiesOwed,
    DiskFills,
    FullFarAway,
    HotelFirst,
    HotelSlow,
    LinkBurns,
    LinkSuffers,
    PrintersDoubt,
    ServerFalters,
    StockCounted,
    TabletInADrawer,
    TabletsRestart,
)
from .wire import AWAY, CALM, Weather
from .world import TERMINALS, World


class LoansAndInvoices(Calm):
    """Rights are lent for seconds and used when they have ended; closed checks get invoices while
    the server falters and tablets are out of the Wi-Fi."""

    lengths_s = (25.0, 35.0)
    pace_s = 0.5

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        for person in self.people:
            if isinstance(person, Waiter) and person.name != "ihor":
                person.office = 0.35

    async def own_trouble(self) -> None:
        """The server dies now and then; the waiter walks out of the Wi-Fi and back."""
        world, luck = self.world, self.luck
        while world.loop.now < self.lasts_s:
            await self.some_time(0.3)
            world.air.change("t1", luck.choice((AWAY, CALM)))
            if luck.random() < 0.3 and world.server.on:
                world.server.crash()


class MenuChanges(Calm):
    """The office publishes editions in mid-service: other prices, a dish that is gone, another
    route; while tablets are away and go on with the menu that they have."""

    lengths_s = (20.0, 30.0)
    pace_s = 0.6
    charges = 0.05

    async def own_trouble(self) -> None:
        """Two editions, each while somebody is out of the Wi-Fi."""
        world, luck = self.world, self.luck
        for number in (2, 3):
            away = luck.sample(list(world.devices), luck.randint(1, 3))
            for name in away:
                world.air.change(name, AWAY)
            await self.some_time(0.3)
            if luck.random() < 0.3 and world.devices[away[0]].on:
                world.devices[away[0]].crash()
            server = world.server
            await world.until(lambda s=server: s.on and s.ready, 60, "an edition")  # type: ignore[misc]
            await server.spawn(published(world, edition(number, world)))
            await self.some_time(0.2)
            for name in away:
                world.air.change(name, CALM)

    def findings(self) -> list[str]:
        """Everybody has the last menu; who ordered by an older one is charged its price."""
        world = self.world
        office = world.server.office
        found = super().findings() + [
            f"menu: {name} still has {machine.desk.catalogue.number}"
            for name, machine in world.devices.items()
            if machine.desk.catalogue.number != 3
        ]
        lines = [
            line
            for _, event in judges.entries(world)
            if isinstance(event, e.LinesAdded)
            for line in event.lines
        ]
        for line in lines:
            shown = office.catalogues[line.menu_no].items[line.item_id].price_minor
            if line.unit_minor != shown and not line.chosen:
                found.append(f"menu: {line.item_id} of menu {line.menu_no} at {line.unit_minor}")
        if not {1, 3} <= {line.menu_no for line in lines} and len(lines) > 60:
            found.append("menu: nobody ordered by an old one and by the new one")
        return found


class DishesRemade(Calm):
    """Fired dishes are to be made otherwise, by several at once and over slow air, while the cook
    is at them; the server falters now and then."""

    pace_s = 0.5
    charges = 0.0
    remakes = 0.3

    async def own_trouble(self) -> None:
        """Slow air comes and goes; the server dies."""
        world, luck = self.world, self.luck
        while world.loop.now < self.lasts_s:
            await self.some_time(0.3)
            world.air.usual = luck.choice((FAR, CALM))
            if luck.random() < 0.3 and world.server.on:
                world.server.crash()


class PointsSpent(Calm):
    """Guests' club cards earn and pay on three terminals at once over slow air; a terminal hears no
    answer just when points are on their way, terminals stand alone, and the server dies."""

    lengths_s = (30.0, 40.0)
    pace_s = 0.4
    charges = 0.0
    club = 0.5

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        world.air.usual = Weather(latency_s=0.2)

    async def own_trouble(self) -> None:
        """See the head of the class."""
        await asyncio.gather(self.unheard(), self.alone())

    async def unheard(self) -> None:
        """The answer to a payment with points is lost."""
        world = self.world
        while await self.come(lambda: bool(self.paying()), self.lasts_s):
            name = self.paying()
            for wire in world.air.wires:
                if wire.machine == name:
                    wire.grow_deaf()
            await asyncio.sleep(4)

    def paying(self) -> str:
        """The terminal from which points are on their way."""
        waiters = (one.machine for one in self.people if isinstance(one, Waiter))
        for machine in waiters:
            on_the_way = machine.desk._pending if machine.on and machine.ready else []
            if any(getattr(one.command, "tender", "") == POINTS_TENDER for one in on_the_way):
                return machine.name
        return ""

    async def alone(self) -> None:
        """Somebody is out of the Wi-Fi; the server dies."""
        world, luck = self.world, self.luck
        while world.loop.now < self.lasts_s:
            await self.some_time(0.3)
            name = luck.choice(("t1", "t2", "t3"))
            world.air.change(name, AWAY)
            await asyncio.sleep(luck.random() * 4)
            world.air.change(name, world.air.usual)
            if luck.random() < 0.5 and world.server.on:
                world.server.crash()


class PaperAtATerminal(PrintersDoubt):
    """The bar's printer hangs on a waiter's terminal, which goes away, restarts and is slow just
    when a paper is in its hands; the server dies now and then."""

    lengths_s = (25.0, 35.0)
    pace_s = 0.6
    charges = 0.0
    home = "t2"

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        luck = self.luck
        world.loop.thread_s = lambda: luck.choice((0.02, 0.5, 2.0, 7.0))
        world.devices[self.home].attached = attached(world.presses, luck.randrange(1_000_000))

    async def own_trouble(self) -> None:
        """After the edition that hangs it there."""
        world, luck = self.world, self.luck
        server, home = world.server, world.devices[self.home]
        await world.until(lambda: server.on and server.ready, 60, "an edition")
        await server.spawn(published(world, hung(home.link.identity.code, world)))
        server.printing.fit({AT_THE_BAR: server.printer(AT_THE_BAR, luck)})
        await asyncio.gather(self.doubt(world.presses[AT_THE_BAR]), self.comes_and_goes(home))

    async def comes_and_goes(self, home: Machine) -> None:
        """Mostly while the server waits for its word."""
        world, luck = self.world, self.luck
        while world.loop.now < self.lasts_s:
            await self.come(lambda: bool(invariants.papers_open(world)), self.lasts_s)
            await asyncio.sleep(luck.random() * 4)
            what = luck.random()
            if what < 0.4:
                world.air.change(self.home, AWAY)
                await asyncio.sleep(luck.random() * 8)
                world.air.change(self.home, CALM)
            elif what < 0.7 and home.on:
                home.crash()
            elif what < 0.8 and world.server.on:
                world.server.crash()


class TerminalsAlone(PrintersDoubt):
    """The server is away again and again, and terminals print for the kitchen themselves, on
    printers that die in the middle of a ticket; terminals die there, too."""

    lengths_s = (30.0, 40.0)
    pace_s = 0.5
    charges = 0.0

    def __init__(self, world: World, seed: int, lengths_s: tuple[float, ...]) -> None:
        super().__init__(world, seed, lengths_s)
        luck = self.luck
        world.loop.thread_s = lambda: luck.choice((0.02, 0.1, 1.0))
        for name in TERMINALS:
            world.devices[name].reaches = world.presses

    async def own_trouble(self) -> None:
        """After the edition that says where printers are."""
        world = self.world
        server = world.server
        await world.until(lambda: server.on and server.ready, 60, "an edition")
        await server.spawn(published(world, networked(world)))
        await asyncio.gather(super().own_trouble(), self.left_alone())

    async def left_alone(self) -> None:
        """The server dies, or nobody reaches it; while they print a terminal dies."""
        world, luck = self.world, self.luck
        while world.loop.now < self.lasts_s:
            await self.some_time(0.15)
            if luck.random() < 0.5 and world.server.on:
                world.server.crash()
            for name in TERMINALS:
                world.air.change(name, AWAY)
            if luck.random() < 0.5:
                world.devices[luck.choice(TERMINALS)].crash_in_paper = luck.randint(1, 30)
            await asyncio.sleep(3 + luck.random() * 8)
            for name in TERMINALS:
                world.air.change(name, CALM)

    async def heal(self) -> None:
        """See `Evening.heal`."""
        for name in TERMINALS:
            self.world.devices[name].crash_in_paper = 0
        await super().heal()


def networked(world: World) -> Catalogue:
    """The menu with every printer on the network."""
    plain = busy_menu()
    printers = {
        name: replace(one, connection=f"tcp:{name}:9100") for name, one in plain.printers.items()
    }
    return replace(plain, number=2, published_ms=world.server.wall_ms(), printers=printers)


AT_THE_BAR = "printer-bar"


def hung(code: str, world: World) -> Catalogue:
    """The menu with the bar's printer on the terminal of this code, and the grill's behind it."""
    plain = busy_menu()
    here = f"at:{code}:usb:04b8:0e15"
    bar = replace(plain.printers[AT_THE_BAR], connection=here, fallback_printer_id="printer-grill")
    printers = {**plain.printers, AT_THE_BAR: bar}
    return replace(plain, number=2, published_ms=world.server.wall_ms(), printers=printers)


def edition(number: int, world: World) -> Catalogue:
    """Everything dearer by a hryvnia an edition; in the last one fries go to the grill and the
    plate is gone."""
    plain = busy_menu()
    items = {
        key: replace(item, price_minor=item.price_minor + 100 * (number - 1))
        for key, item in plain.items.items()
    }
    if number == 3:
        items["fries"] = replace(items["fries"], station_ids=("grill",))
        del items["plate"]
    return replace(plain, number=number, published_ms=world.server.wall_ms(), items=items)


async def published(world: World, catalogue: Catalogue) -> None:
    """As the back office's editions come into force: stored, then named in the journal."""
    office = world.server.office
    digest = await office.catalogues.store(catalogue)
    await office.report(c.PublishCatalogue(catalogue.number, digest))


SHAPES = (
    DiskDies,
    DiskDiesOwed,
    TabletInADrawer,
    AnswersLost,
    ServerFalters,
    FullFarAway,
    StockCounted,
    CardsFail,
    CardsGiveBack,
    HotelFirst,
    HotelSlow,
    LinkSuffers,
    LinkBurns,
    TabletsRestart,
    DiesPrinting,
    PrintersDoubt,
    DiskFills,
    ClockIsSet,
    LoansAndInvoices,
    MenuChanges,
    DishesRemade,
    PointsSpent,
    PaperAtATerminal,
    TerminalsAlone,
)
