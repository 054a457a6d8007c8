"""Puts the evening together: posts, people, guests, kitchen, stop list, a lost network, the close.

`Evening` is played against any server that its posts can reach: in `vitrylo demo` over sockets, in
the tests in one process. It asserts nothing; what happened is in `tally`.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from sync_server.domain import commands as c, events as e
from sync_server.domain.decisions import open_matters

from .bills import Till
from .clock import ScriptClock, spoken
from .cooks import Cook
from .drawers import DRAWER_OF, Cashiers
from .plan import (
    CLOSING,
    MANAGER,
    OFFLINE_FOR,
    OFFLINE_FROM,
    OFFLINE_WAITER,
    OPENING,
    Visit,
    plan_evening as plan,
)
from .posts import Post, Surroundings, Tally
from .visits import Floor, hall_tables

log = logging.getLogger(__name__)

POST_OF = {
    "olena": "evening-hall-1",
    "ihor": "evening-hall-2",
    "yulia": "evening-terrace",
    "marta": "evening-bar",
    "taras": "evening-cash-desk",
    "nadia": "evening-cash-desk",
}
STATIONS = ("hot", "grill", "cold", "bar")
QUIET_S = 30
OVERTIME = 60
TOLD_EVERY = 30
NOTICE_READ = 6


def cast() -> list[tuple[str, str]]:
    """The devices of the evening (kind, name), to be let into the house."""
    terminals = [("pos", name) for name in dict.fromkeys(POST_OF.values())]
    return terminals + [("kds", f"evening-cook-{station}") for station in STATIONS]


@dataclass(frozen=True, slots=True)
class Choices:
    """How the evening is to be: `speed` in scripted minutes a real one (0: at once), stations at
    which a real display stands, whether the business day is closed at the end."""

    speed: float = 0
    shared: frozenset[str] = frozenset()
    close_day: bool = False


@dataclass(slots=True)
class Evening:
    """See the head of the file. `open`, `play`, `close`, in this order."""

    around: Surroundings
    rng: Random
    pins: Mapping[str, str]
    choices: Choices = field(default_factory=Choices)
    say: Callable[[str], None] = lambda line: None
    tally: Tally = field(default_factory=Tally)
    notices: Counter[str] = field(default_factory=Counter)
    posts: dict[str, Post] = field(default_factory=dict)
    clock: ScriptClock = field(init=False)
    floor: Floor = field(init=False)
    _news: asyncio.Event = field(default_factory=asyncio.Event)
    _visits_left: int = 0

    def __post_init__(self) -> None:
        self.clock = ScriptClock(OPENING, self.choices.speed, self.quiet)

    async def open(self, devices: Path, invitations: Mapping[str, str]) -> None:
        """Bring all posts up in their folders below `devices`. Raises ValueError in words."""
        for kind, name in cast():
            post = Post(name, kind, devices / name, self.around, self.tally)
            self.posts[name] = post
            await post.open(invitations.get(name, ""))
            post.desk.watch(self._news.set)
        self.posts[POST_OF[MANAGER]].desk.hear(self._note)
        await self._until(lambda: all(self._ready(post) for post in self.posts.values()))

    async def close(self) -> None:
        """All posts leave."""
        for post in self.posts.values():
            await post.close()

    @staticmethod
    def _ready(post: Post) -> bool:
        return post.online and post.catalogue.number == post.desk.base.catalogue_no > 0

    async def quiet(self) -> None:
        """Until every post that has a network knows all that happened, and the hotel answered."""
        try:
            await self._until(self._is_quiet)
        except TimeoutError:
            log.warning("at %s the house was not quiet in time", spoken(self.clock.minute))

    def _is_quiet(self) -> bool:
        posts = [post for post in self.posts.values() if post.cable.plugged]
        if not all(post.settled for post in posts):
            return False
        if len({post.desk.base.n for post in posts}) > 1:
            return False
        charges = posts[0].desk.base.charges.values()
        return all(charge.state != "pending" for charge in charges)

    async def _until(self, reached: Callable[[], bool]) -> None:
        async with asyncio.timeout(QUIET_S):
            while not reached():
                self._news.clear()
                await self._news.wait()

    def _note(self, events: list[object]) -> None:
        self.notices.update(told.code for told in events if isinstance(told, e.NoticeRaised))

    # -- the evening ---------------------------------------------------------------------------
    async def play(self) -> None:
        """The whole evening, from the opening of the drawers to the Z."""
        catalogue = self.posts[POST_OF[MANAGER]].catalogue
        staff = {person: self.posts[name] for person, name in POST_OF.items()}
        till = Till(self.clock, self._own_rng("till"), DRAWER_OF)
        self.floor = Floor(
            *(staff, dict(self.pins), self.clock, self._own_rng("floor"), till),
            hall_tables(catalogue),
        )
        visits = plan(catalogue, self.rng)
        cashiers = Cashiers(self.floor.at, self.clock)
        await cashiers.open()
        await cashiers.sell_ahead()
        for station in STATIONS:
            post = self.posts[f"evening-cook-{station}"]
            shared = station in self.choices.shared
            cook = Cook(post, station, self._own_rng(station), self.clock, shared)
            self.clock.spawn(cook.work(CLOSING), post.name)
        self._expect(visits)
        self.clock.spawn(self.floor.serve_all(CLOSING + OVERTIME // 2), "serving")
        self.clock.spawn(cashiers.move_cash(), "cash moves")
        self.clock.spawn(self._stop_list(), "stop list")
        self.clock.spawn(self._bad_network(), "a lost network")
        self.clock.spawn(self._read_notices(), "notices")
        self.clock.spawn(self._tell(), "telling")
        self.clock.spawn(self._finish(cashiers), "closing")
        await self.clock.run()
        if not self.choices.speed:
            await self.quiet()

    def _own_rng(self, name: str) -> Random:
        """Chance of one's own: what one person does then changes nothing for the others."""
        return Random(f"{name} {self.rng.getrandbits(64)}")  # noqa: S311 - a play, no secret

    def _expect(self, visits: tuple[Visit, ...]) -> None:
        """Tonight's parties, and those that an evening which broke off has left at their tables."""
        left = self.floor.left_behind({post.desk.code for post in self.posts.values()})
        self._visits_left = len(visits) + len(left)
        for visit in visits:
            self.clock.spawn(self._counted(self.floor.receive(visit)), f"party {visit.number}")
        for visit in left:
            self.clock.spawn(self._counted(self.floor.see_off(visit)), f"left {visit.number}")
        if left:
            self.say(f"{len(left)} checks of an evening that broke off are brought to their end.")

    async def _counted(self, party: Coroutine[Any, Any, None]) -> None:
        try:
            await party
        finally:
            self._visits_left -= 1

    async def _stop_list(self) -> None:
        """Two dishes run low, one is out for an hour; a finger slips on a PIN."""
        await self.clock.until(18 * 60 + 20)
        post = await self.floor.at(MANAGER)
        for item_id, left_milli in (("ribeye", 6_000), ("tiramisu", 4_000)):
            post.do(c.StopItem(item_id, left_milli))
        await self.clock.until(18 * 60 + 40)
        post = self.posts[POST_OF["olena"]]
        slip = await post.desk.sign_in("olena", "1704")
        self.tally.refuse(slip.code, f"{post.name}: sign-in with two figures swapped")
        await self.clock.until(19 * 60 + 45)
        post = await self.floor.at(MANAGER)
        post.do(c.StopItem("duck"))
        await self.clock.until(20 * 60 + 50)
        post = await self.floor.at(MANAGER)
        _free(post, "duck", "ribeye")
        await self.clock.until(22 * 60 + 40)
        _free(await self.floor.at(MANAGER), "tiramisu")

    async def _bad_network(self) -> None:
        """One terminal works on without the server for a while, and catches up."""
        await self.clock.until(OFFLINE_FROM)
        post = await self.floor.at(OFFLINE_WAITER)
        self.say(f"{spoken(self.clock.minute)}  {post.name} has lost its network and works on")
        await post.lose_network()
        await post.renew(OFFLINE_WAITER, self.pins[OFFLINE_WAITER])
        await self.clock.rest(OFFLINE_FOR)
        waiting = post.desk.state.saving
        post.find_network()
        self.say(
            f"{spoken(self.clock.minute)}  {post.name} is back with {waiting} commands to catch up"
        )
        await self.clock.rest(1)
        while not post.online:
            await self.clock.rest(1)
        await post.renew(OFFLINE_WAITER, self.pins[OFFLINE_WAITER])

    async def _read_notices(self) -> None:
        """People tap away what they were told about the evening's own checks."""
        while self.clock.minute < CLOSING:
            await self.clock.rest(NOTICE_READ)
            own = set(self.floor.checks.values())
            for post in self.posts.values():
                me = post.desk.me
                if not me:
                    continue
                for notice in list(post.venue.notices.values()):
                    if notice.staff_id == me and notice.check_id in own:
                        post.do(c.AcknowledgeNotice(notice.notice_id))

    async def _tell(self) -> None:
        while self.clock.minute < CLOSING:
            self.say(f"{spoken(self.clock.minute)}  {self.standing()}")
            await self.clock.rest(TOLD_EVERY)

    def standing(self) -> str:
        """The house in a line."""
        venue = self.posts[POST_OF[MANAGER]].desk.base
        cooking = sum(ticket.state == "open" for ticket in venue.tickets.values())
        sales = venue.day.sales_minor if venue.day else 0
        return (
            f"{len(venue.checks)} checks open, {cooking} tickets in the kitchen, "
            f"sales {sales // 100} {self.posts[POST_OF[MANAGER]].catalogue.settings.currency}"
        )

    async def _finish(self, cashiers: Cashiers) -> None:
        """When the last guests have gone: count the drawers, and the day if that is wanted."""
        await self.clock.until(CLOSING)
        while self._visits_left and self.clock.minute < CLOSING + OVERTIME:
            await self.clock.rest(1)
        await self.clock.rest(2)
        await cashiers.close()
        await self.clock.rest(1)
        if self.choices.close_day:
            post = await self.floor.at(MANAGER)
            post.do(c.CloseDay(tuple(open_matters(post.venue))))

    def report(self) -> list[str]:
        """What the evening came to, in lines for a person."""
        done = self.tally.done
        lines = [
            f"{done['OpenCheck']} checks opened, {done['TakePayment']} payments, "
            f"{done['ChargeRoom']} room charges, {done['BumpTicket']} tickets cooked; "
            f"{done.total()} commands in all"
        ]
        for code, count in sorted(self.tally.refused.items()):
            lines.append(f"refused {count} x {code}: {self.tally.examples[code][0]}")
        for code, count in sorted(self.notices.items()):
            lines.append(f"told    {count} x {code}")
        lines += [f"gave up: {fault}" for fault in self.clock.faults]
        return lines


def _free(post: Post, *item_ids: str) -> None:
    for item_id in item_ids:
        if item_id in post.venue.stops:
            post.do(c.FreeItem(item_id))
