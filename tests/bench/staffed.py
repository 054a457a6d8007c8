"""A house at work: the server process, tills signed in, a shift open, and a kitchen that cooks."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from sync_server.domain import commands as c
from sync_server.domain.menu import Catalogue

from .child import Child
from .orders import (
    CASHIER,
    CASHIER_PIN,
    SHIFT,
    Cook,
    Recipe,
    Waiter,
    demo_catalogue,
    recipes,
    table_of,
)
from .till import Till

STATIONS = ("hot", "cold", "bar")
FAST = 1_000
"""Commands a second that the server lets each till make in a benchmark."""


@dataclass(slots=True)
class Staffed:
    """`tills[i]` belongs to `waiters[i]`; the cooks work by themselves."""

    server: Child
    catalogue: Catalogue
    kinds: list[Recipe]
    tills: list[Till] = field(default_factory=list)
    waiters: list[Waiter] = field(default_factory=list)
    cooks: list[Cook] = field(default_factory=list)
    kitchen: list[Till] = field(default_factory=list)
    tasks: list["asyncio.Task[None]"] = field(default_factory=list)

    async def hire(self, tills: int) -> None:
        """Bring the number of signed-in tills to `tills`."""
        while len(self.tills) < tills:
            till = await self._enrol("pos", f"till-{len(self.tills)}")
            await till.sign_in(CASHIER, CASHIER_PIN)
            number = len(self.tills)
            table_id = table_of(self.catalogue, number)
            self.waiters.append(Waiter(till.code, self.kinds, table_id, number))
            self.tills.append(till)

    async def look_on(self, displays: int) -> None:
        """So many more displays, which are told everything and answer for no station."""
        for number in range(displays):
            self.kitchen.append(await self._enrol("kds", f"kds-{number}"))

    def kitchen_looks_only(self) -> None:
        """The displays are told of tickets and nobody touches them."""
        for cook in self.cooks:
            cook.look_only()

    async def kitchen_catches_up(self) -> None:
        """Everything that came meanwhile is acknowledged and bumped."""
        for cook in self.cooks:
            cook.go_on()
        head_n = (await self.server.ask("figures"))["head_n"]
        for cook in self.cooks:
            await cook.heard_of(head_n)
            await cook.idle.wait()

    async def open_up(self) -> None:
        """A cook for each station, and a cashier's drawer."""
        for station in STATIONS:
            till = await self._enrol("kds", f"kds-{station}")
            cook = Cook(till, station)
            self.kitchen.append(till)
            self.cooks.append(cook)
            self.tasks.append(asyncio.create_task(cook.work()))
        await self.hire(1)
        result = await self.tills[0].do(c.OpenShift(SHIFT, "main", 0))
        assert result.outcome == "accepted", result

    async def close(self) -> None:
        """Everybody leaves; a cook that failed is told of."""
        for task in self.tasks:
            task.cancel()
        ended = await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.gather(*(till.leave() for till in self.tills + self.kitchen))
        for one in ended:
            if isinstance(one, Exception):
                raise one

    @property
    def refused(self) -> list[str]:
        """What the server did not plainly accept; empty in a sound run."""
        return [word for till in self.tills + self.kitchen for word in till.refused]

    async def _enrol(self, kind: str, name: str) -> Till:
        asked = await self.server.ask(f"invite {kind} {name}")
        till = Till(kind, name)
        await till.join(asked["url"], asked["code"], asked["site"])
        return till


@contextlib.asynccontextmanager
async def staffed(data: str, *more: str, rate: int = FAST) -> AsyncIterator[Staffed]:
    """A server with an empty journal in the folder `data`, its kitchen, and one till; `more` are
    arguments of `server_process`."""
    arguments = ("--data", data, "--rate", str(rate), *more)
    async with Child("tests.bench.server_process", *arguments) as server:
        catalogue = demo_catalogue()
        house = Staffed(server, catalogue, recipes(catalogue))
        await house.open_up()
        try:
            yield house
        finally:
            await house.close()
