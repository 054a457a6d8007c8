"""A whole evening of the demo venue at full speed against a real house, over links in memory.

What people do is drawn from a fixed seed; the house, its databases, its hotel and the desks are the
real ones. The evening itself asserts nothing: here it is looked at when it is over.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from datetime import date
from pathlib import Path
from random import Random, SystemRandom

import pytest
from sqlalchemy import func, select

from sync_server.bootstrap import House
from sync_server.client.identity import Invitation
from sync_server.client.worker import Worker
from sync_server.clocks import wall_ms
from sync_server.config import ServerSettings
from sync_server.demo.evening.plan import plan_evening
from sync_server.demo.evening.playing import Choices, Evening, cast
from sync_server.demo.evening.posts import Surroundings
from sync_server.demo.furnish import furnish
from sync_server.front_office.tables import LedgerRow
from sync_server.protocol.link import Link, memory_pair
from sync_server.protocol.replica import digest
from tests.demo.loaded import demo_venue

SEED = 20261121
EXPECTED = {"item_stopped", "bad_pin", "nothing_to_do"}
"""What a normal evening refuses: a dish that has run out, a finger that slipped, a waiter who takes
a dish in the minute in which the cook calls it back."""


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """In memory where the machine has such a place: ten databases, thousands of fsyncs."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory, prefix="vitrylo-") as made:
        yield Path(made)


@pytest.fixture
async def house(folder: Path) -> AsyncIterator[House]:
    made = House(ServerSettings(data=folder / "server", port=0))
    await made.start()
    await furnish(made, demo_venue(), date(2026, 11, 21), wall_ms())
    await made.listen()
    yield made
    await made.stop()


class Wires:
    """Links in memory to a house."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._serving: set[asyncio.Task[None]] = set()

    async def connect(self, url: str, fingerprint: str) -> Link:
        """As `open_link`, without a socket."""
        assert self._house.sockets is not None
        ours, theirs = memory_pair()
        task = asyncio.create_task(self._house.sockets.serve_link(theirs))
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        return ours


async def played(house: House, folder: Path) -> Evening:
    """The evening when it is over; its posts are still there."""
    wires = Wires(house)
    around = Surroundings(wall_ms, wall_ms, SystemRandom(), "boot", lambda: Worker(), wires.connect)
    pins = {secret.staff_id: secret.pin for secret in demo_venue().credentials}
    evening = Evening(around, Random(SEED), pins, Choices(close_day=False))
    invitations = {
        name: Invitation(house.url, house.desk.open(name, kind), house.fingerprint).text()
        for kind, name in cast()
    }
    await evening.open(folder, invitations)
    await evening.play()
    return evening


async def all_told(house: House, evening: Evening) -> None:
    """Papers and drawers of the last minute still report; every screen hears of them."""
    async with asyncio.timeout(60):
        while any(post.desk.base.n != house.office.head_n for post in evening.posts.values()):
            await asyncio.sleep(0.05)


async def test_an_evening_ends_with_every_screen_right_and_every_coin_accounted_for(
    house: House, folder: Path
) -> None:
    evening = await played(house, folder / "devices")
    try:
        await all_told(house, evening)
        venue = house.office.venue
        assert not evening.clock.faults
        assert set(evening.tally.refused) <= EXPECTED, evening.tally.examples
        assert {digest(post.desk.base) for post in evening.posts.values()} == {digest(venue)}
        assert not venue.checks
        assert not [t for t in venue.tickets.values() if t.state == "open"]
        assert evening.tally.done["OpenCheck"] >= 85
        shifts = list(venue.shifts.values())
        assert [(s.state, s.over_minor) for s in shifts] == [("closed", 0), ("closed", 0)]
        assert venue.day is not None
        assert sum(s.figures.sales_minor for s in shifts) == venue.day.sales_minor > 0
        charges = Counter(charge.state for charge in venue.charges.values())
        assert charges["refused"] == 1
        assert charges["posted"] >= 6
        balance = house.front.read(
            lambda connection: connection.execute(select(func.sum(LedgerRow.amount_minor))).scalar()
        )
        assert balance == 0
    finally:
        await evening.close()


def test_a_seed_gives_the_same_evening_again(house: House) -> None:
    catalogue = house.office.catalogue
    first = plan_evening(catalogue, Random(SEED))
    assert first == plan_evening(catalogue, Random(SEED))
    assert first != plan_evening(catalogue, Random(SEED + 1))
    assert 85 <= len(first) <= 95
