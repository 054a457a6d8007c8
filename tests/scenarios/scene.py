"""A scene in a restaurant: the real server, two waiters, a cashier and a cook, in virtual time.

`Scene` is a good evening: everybody is signed in, a shift is open, Olena has check `k` at table 3.
A scene then does to it what the story says. At the end everything heals, drains and is verified.
"""

import asyncio
from collections.abc import Awaitable, Callable

from sync_server.client.desk import ClientDesk
from sync_server.client.records import Route
from sync_server.domain import commands as c
from sync_server.domain.checks import Check, balance
from sync_server.domain.ids import CheckId, LineId, PaymentId, ShiftId
from sync_server.domain.rejections import Accepted, Refused
from sync_server.domain.venue import Notice, Venue
from tests.simulation import invariants
from tests.simulation.machines import TerminalMachine
from tests.simulation.people import Cook
from tests.simulation.restaurant import PINS
from tests.simulation.wire import AWAY, CALM
from tests.simulation.world import World, prepared

OLENA, IHOR, PETRO, COOK = "t1", "t2", "t3", "k1"
HANDS = {OLENA: "olena", IHOR: "ihor", PETRO: "petro"}
K, SHIFT = CheckId("k"), ShiftId("sh")
L1, L2 = LineId("l1"), LineId("l2")


class Scene:
    """See the head of the file. The machines go by the names of who holds them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.cook = Cook(world.devices[COOK], "", world.rng, 1.0)
        self.cooking = True

    def machine(self, who: str) -> TerminalMachine:
        """Somebody's machine."""
        return self.world.devices[who]

    def desk(self, who: str) -> ClientDesk:
        """What somebody sees."""
        return self.machine(who).desk

    @property
    def server(self) -> Venue:
        """The truth."""
        return self.world.server.office.venue

    def check(self, check_id: str = "k") -> Check:
        """A check as the server has it."""
        found = self.server.check(check_id)
        assert found is not None, check_id
        return found

    async def begin(self) -> None:
        """Everybody comes in; Olena takes an order of two borscht and a plate of fries."""
        for machine in self.world.machines:
            machine.switch_on()
        await self.until(lambda: all(machine.ready for machine in self.world.machines))
        await self.until(
            lambda: all(m.desk.state.phase == "online" for m in self.world.devices.values())
        )
        for who, name in HANDS.items():
            signed = await self.machine(who).spawn(self.desk(who).sign_in(name, PINS[name]))
            assert signed.code == "", signed
        self._working = asyncio.ensure_future(self._cook())
        self.tap(PETRO, c.OpenShift(SHIFT, "1", 100_000))
        self.tap(OLENA, c.OpenCheck(K, self.desk(OLENA).next_number(), "table", "t3", guests=2))
        self.tap(OLENA, c.AddLines(K, (self.dish("l1", "borscht", 2_000), self.dish("l2"))))
        await self.drained()

    async def _cook(self) -> None:
        while self.cooking:
            await asyncio.sleep(0.5)
            if self.machine(COOK).on and self.machine(COOK).ready:
                self.cook.draw()

    def dish(self, line_id: str, item_id: str = "fries", qty_milli: int = 1_000) -> c.NewLine:
        """A dish as ordered."""
        return c.NewLine(LineId(line_id), item_id, 1, qty_milli)

    def tap(self, who: str, command: object, route: Route = "server") -> None:
        """A tap that the machine takes."""
        decision = self.desk(who).submit(command, route=route)
        assert isinstance(decision, Accepted), decision

    def no(self, who: str, command: object) -> Refused:
        """A tap that the machine refuses at once."""
        decision = self.desk(who).submit(command)
        assert isinstance(decision, Refused), decision
        return decision

    def pay(self, who: str, name: str, amount: int = 0) -> None:
        """Cash for what the machine says is due."""
        due = amount or balance(self.desk(who).venue.checks[K])
        self.tap(who, c.TakePayment(K, PaymentId(name), SHIFT, "cash", due, due + 1_000))

    async def is_found(self, who: str) -> None:
        """A machine that lay in a drawer is switched on and tells what it has."""
        self.machine(who).switch_on()
        await self.until(lambda: self.machine(who).ready)
        await self.drained()

    async def goes_away(self, who: str) -> None:
        """Out of the Wi-Fi; the machine notices."""
        self.world.air.change(who, AWAY)
        await self.until(lambda: self.desk(who).state.phase in ("offline", "connecting"), 40)

    async def comes_back(self, *all_of: str) -> None:
        """Into the Wi-Fi again, one after the other, each until it is drained."""
        for who in all_of:
            self.world.air.change(who, CALM)
            self.machine(who).link.nudge()
            await self.until(lambda w=who: not self._behind(w), 40)  # type: ignore[misc]

    def _behind(self, who: str) -> list[str]:
        head = self.world.server.office.head_n
        return invariants.behind(who, self.machine(who), head)

    async def until(self, reached: Callable[[], bool], within_s: float = 60) -> None:
        """Time passes until it is so."""
        await self.world.until(reached, within_s, "in this scene")

    async def drained(self) -> None:
        """Everybody knows everything."""
        await self.until(
            lambda: not invariants.not_drained(self.world) and not invariants.unseen(self.world)
        )

    def outcome(self, who: str, type: str) -> tuple[str, str]:
        """What somebody was told of their last command of a type."""
        dev = self.machine(who).link.identity.dev
        seqs = [
            tap.seq
            for tap in self.world.history.taps.values()
            if tap.dev == dev and tap.type == type
        ]
        told = self.world.history.told[(dev, 1, max(seqs))]
        return told.outcome, told.code

    def notices(self, name: str) -> list[Notice]:
        """What somebody has to tap away."""
        return [notice for notice in self.server.notices.values() if notice.staff_id == name]


def played(story: Callable[[Scene], Awaitable[None]]) -> None:
    """Play a scene from the opening of doors to the last answer, and verify everything."""
    with World("scene", prepared()) as world:
        scene = Scene(world)

        async def whole() -> None:
            await scene.begin()
            await story(scene)
            await scene.drained()
            scene.cooking = False
            await asyncio.sleep(1)
            await scene.drained()

        world.run(whole())
        found = invariants.broken(world)
        assert not found, found
