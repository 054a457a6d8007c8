"""A FIAS link against a property system that misbehaves, over a real socket.

The property system knows no idempotency: whatever is sent twice is charged twice. What stands on
its folios afterwards is compared with what the gateway said.
"""

import asyncio
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings, strategies as st

from sync_server.hotel.fias.gateway import FiasGateway
from sync_server.hotel.fias.messages import alive
from sync_server.hotel.fias.records import record
from sync_server.hotel.gateway import (
    ByRoom,
    CannotTell,
    Deferred,
    GuestsFound,
    NotThere,
    Posted,
    Posting,
    PostOutcome,
    Refused,
    Unavailable,
    Unknown,
)
from sync_server.hotel.property import Property
from sync_server.hotel.reception import FolioView, Reception
from sync_server.hotel.sent_log import ERA, begin_era
from sync_server.hotel.simulated.mishaps import NO_MISHAPS, Mishaps
from sync_server.store.database import Database, MemoryDisk
from sync_server.store.errors import DiskFull
from tests.hotel.conftest import fias_link
from tests.hotel.postings import DAY, posting_of

HASTY: dict[str, Any] = {
    "answer_ms": 150,
    "inquiry_ms": 150,
    "quarantine_ms": 200,
    "alive_answer_ms": 500,
}
"""Where the hotel keeps its answer to itself. Where it is to answer, nobody is in such a hurry: a
busy machine may stand still for longer."""
ALWAYS = 10_000


def charge(n: int, food: int = 1_000) -> Posting:
    """The n-th charge, to a guest without a limit."""
    who = {"stay_id": "1011", "room": "101", "guest_name": "Łódź, Żaneta"}
    return posting_of(food, 100 + n, posting_id=f"c{n}", check_no=str(n), at_ms=n * 60_000, **who)


async def on_folio(house: Property, database: Database) -> Counter[str]:
    """How often each check stands on the folio."""
    view = await Reception(database, lambda: 1_000).folio("1011")
    assert isinstance(view, FolioView)
    return Counter(line.note.split()[1] for line in view.lines if line.part == "food")


async def offered(gateway: FiasGateway, posting: Posting, tries: int = 6) -> PostOutcome:
    """What the worker does: offer it again only while it is certainly not posted."""
    for attempt in range(1, tries):
        outcome = await gateway.post(replace(posting, attempt=attempt))
        if not isinstance(outcome, Deferred):
            break
        async with asyncio.timeout(90):
            await gateway.link.stands.wait()
    return outcome


_rate = st.sampled_from([0, 0, 1_500, 4_000])
_mishaps = st.builds(
    Mishaps, torn=st.sampled_from([0, ALWAYS]), slow=_rate, slow_ms=st.sampled_from([20, 400]),
    deaf=_rate, mute=_rate, silent=_rate, twice=_rate, foreign=_rate, nameless=_rate, audit=_rate,
    again=_rate, dialect=_rate, restart=_rate, noise=_rate, broken=_rate,
)  # fmt: skip


@given(mishaps=_mishaps, seed=st.integers(0, 10_000))
@settings(max_examples=8, deadline=None)
def test_nobody_is_charged_twice_and_nothing_is_lost_from_the_list(
    image: bytes, mishaps: Mishaps, seed: int
) -> None:
    async def evening() -> None:
        with Database.on_disk(MemoryDisk(image)) as database:
            house = Property(database, lambda: 1_000)
            async with fias_link(house, database, mishaps, seed, **HASTY) as (gateway, hotel):
                said = {n: await offered(gateway, charge(n)) for n in range(1, 5)}
                hotel.mishaps = NO_MISHAPS
                await _agree(gateway, house, database, said)

    asyncio.run(evening())


async def _agree(
    gateway: FiasGateway, house: Property, database: Database, said: dict[int, PostOutcome]
) -> None:
    """Folio and gateway tell the same story; people settle what only a folio can tell."""
    stands = await on_folio(house, database)
    assert max(stands.values(), default=0) <= 1
    posted = 0
    for n, outcome in said.items():
        there = stands[str(n)]
        if isinstance(outcome, Posted):
            assert there == 1
        elif not isinstance(outcome, Unknown):
            assert there == 0, outcome
        posted += there * charge(n).total_minor
        look = await gateway.look(f"c{n}")
        if isinstance(outcome, Unknown):
            assert isinstance(look, Posted | CannotTell) or not there
    totals = await house.totals(DAY)
    assert totals.total_minor == posted
    unclear = [n for n, outcome in said.items() if isinstance(outcome, Unknown)]
    async with asyncio.timeout(90):
        await gateway.link.stands.wait()
    for n in unclear:
        again = await gateway.post(charge(n))
        assert not isinstance(again, Posted) or stands[str(n)] == 1, "it was sent by itself"
        if not stands[str(n)]:
            await offered_after_a_person(gateway, charge(n))
    after = await on_folio(house, database)
    assert all(after[str(n)] == 1 for n in unclear)


async def offered_after_a_person(gateway: FiasGateway, posting: Posting) -> None:
    """Reception looked and did not find it: only then does it go out again."""
    outcome: PostOutcome = Unknown("")
    for attempt in range(20, 40):
        outcome = await gateway.post(replace(posting, attempt=attempt))
        if isinstance(outcome, Posted):
            return
        async with asyncio.timeout(90):
            await gateway.link.stands.wait()
    raise AssertionError(outcome)


async def test_a_posting_without_an_answer_is_unknown_and_never_sent_again_by_itself(
    in_memory: Database,
) -> None:
    house = Property(in_memory, lambda: 1_000)
    lost = Mishaps(mute=ALWAYS)
    async with fias_link(house, in_memory, lost, **HASTY) as (gateway, hotel):
        assert isinstance(await gateway.post(charge(1)), Unknown)
        hotel.mishaps = NO_MISHAPS
        await gateway.link.stands.wait()
        assert isinstance(await gateway.post(charge(1)), Unknown)
        assert isinstance(await gateway.look("c1"), CannotTell)
        assert sum(bool(each.get("TA")) for each in hotel.received) == 1
        assert await on_folio(house, in_memory) == {"1": 1}


async def test_a_late_answer_settles_the_posting_with_its_number(in_memory: Database) -> None:
    house = Property(in_memory, lambda: 1_000)
    late = Mishaps(slow=ALWAYS, slow_ms=400)
    async with fias_link(house, in_memory, late, **HASTY) as (gateway, _):
        assert isinstance(await gateway.post(charge(1)), Unknown)
        async with asyncio.timeout(90):
            while isinstance(await gateway.look("c1"), CannotTell):
                await asyncio.sleep(0)
        seen = await gateway.look("c1")
        assert isinstance(seen, Posted)
        assert await gateway.post(replace(charge(1), attempt=2)) == seen


async def test_what_was_sent_before_a_restart_is_still_known_to_be_sent(
    in_memory: Database,
) -> None:
    house = Property(in_memory, lambda: 1_000)
    async with fias_link(house, in_memory, Mishaps(silent=ALWAYS), **HASTY) as (gateway, _):
        assert isinstance(await gateway.post(charge(1)), Unknown)
    async with fias_link(house, in_memory) as (gateway, hotel):
        assert isinstance(await gateway.post(charge(1)), Unknown)
        assert hotel.received == []


async def test_a_charge_that_waited_too_long_for_its_turn_does_not_go_out_any_more(
    in_memory: Database,
) -> None:
    house = Property(in_memory, lambda: 1_000)
    silent = {**HASTY, "inquiry_ms": 60, "answer_ms": 1_500, "quarantine_ms": 2_000}
    async with fias_link(house, in_memory, Mishaps(silent=ALWAYS), **silent) as (gateway, hotel):
        first, second = await asyncio.gather(gateway.post(charge(1)), gateway.post(charge(2)))
        assert isinstance(first, Unknown)
        assert isinstance(second, Deferred)
        assert second.code == "busy"
        assert isinstance(await gateway.look("c2"), NotThere)
        assert [each.get("C#") for each in hotel.received if each.get("TA")] == ["1"]


async def test_a_log_from_a_backup_proves_nothing_of_what_may_have_left_since(
    in_memory: Database,
) -> None:
    house = Property(in_memory, lambda: 1_000)
    async with fias_link(house, in_memory) as (gateway, _):
        assert isinstance(await gateway.look("c1"), NotThere)
    await in_memory.write(begin_era)
    async with fias_link(house, in_memory) as (gateway, hotel):
        assert isinstance(await gateway.look("c1"), CannotTell)
        assert isinstance(await gateway.post(charge(2)), Posted)
        assert int(hotel.received[-1].get("P#")) > ERA
        hotel.hang_up()
        await gateway.post(charge(3))
        assert not isinstance(await gateway.look("c3"), CannotTell)


async def test_an_answer_that_the_full_disk_does_not_take_is_the_answer_all_the_same(
    image: bytes, in_memory: Database
) -> None:
    """It was put off, and the guest was charged once more when there was room again."""
    full = False

    class Fills(Property):
        async def post(self, posting: Posting) -> Any:
            nonlocal full
            taken = await super().post(posting)
            full = True
            return taken

    def no_room() -> None:
        if full:
            raise DiskFull("no space")

    house = Fills(in_memory, lambda: 1_000)
    with Database.on_disk(MemoryDisk(image), before_commit=no_room) as ours:
        async with fias_link(house, ours) as (gateway, _):
            assert isinstance(await gateway.post(charge(1)), Posted)
            assert isinstance(await gateway.post(charge(2)), Deferred), "nothing can be noted"
            full = False
            assert isinstance(await gateway.post(replace(charge(1), attempt=2)), Posted)
            assert isinstance(await gateway.look("c1"), Posted)
    assert await on_folio(house, in_memory) == {"1": 1}


async def test_two_charges_of_one_check_in_one_second_are_taken_back_apart(
    in_memory: Database,
) -> None:
    house = Property(in_memory, lambda: 1_000)
    async with fias_link(house, in_memory) as (gateway, hotel):
        first = charge(1, 700)
        other = replace(charge(2, 900), check_no="1", at_ms=first.at_ms)
        for posting in (first, other):
            assert isinstance(await gateway.post(posting), Posted)
        pairs = {(each.get("C#"), each.get("TI")) for each in hotel.received if each.get("TA")}
        assert len(pairs) == 2
        lines = tuple(replace(line, gross_minor=-line.gross_minor) for line in first.lines)
        back = replace(
            first, posting_id="r1", reverses="c1", lines=lines, total_minor=-first.total_minor
        )
        assert isinstance(await gateway.post(back), Posted)
        view = await Reception(in_memory, lambda: 1_000).folio("1011")
        assert isinstance(view, FolioView)
        assert view.balance_minor == other.total_minor


async def test_while_the_night_audit_runs_nothing_is_sent(in_memory: Database) -> None:
    house = Property(in_memory, lambda: 1_000)
    async with fias_link(house, in_memory) as (gateway, hotel):
        await hotel.tell_time("NS")
        while not (await gateway.health()).night_audit:
            await asyncio.sleep(0)
        waiting = await gateway.post(charge(1))
        assert isinstance(waiting, Deferred)
        assert waiting.code == "night_audit"
        assert hotel.received == []
        await hotel.tell_time("NE")
        while (await gateway.health()).night_audit:
            await asyncio.sleep(0)
        assert isinstance(await gateway.post(replace(charge(1), attempt=2)), Posted)


async def test_a_hotel_that_starts_anew_is_told_everything_again(in_memory: Database) -> None:
    house = Property(in_memory, lambda: 1_000)
    async with fias_link(house, in_memory, reconnect_ms=1_500) as (gateway, hotel):
        hotel.hang_up()
        while gateway.link.up:
            await asyncio.sleep(0)
        away = await gateway.find_guests(ByRoom("304"), business_day=DAY, count_max=5)
        assert isinstance(away, Unavailable)
        refused = await gateway.post(charge(1))
        assert isinstance(refused, Deferred)
        assert refused.code == "link_down"
        assert await gateway.look("c1") == NotThere()
        await gateway.link.stands.wait()
        found = await gateway.find_guests(ByRoom("304"), business_day=DAY, count_max=5)
        assert isinstance(found, GuestsFound)
        assert len(found.guests) == 2


@pytest.mark.parametrize("kind", ["GO", "GC"])
async def test_a_fed_list_follows_who_leaves_and_who_moves(in_memory: Database, kind: str) -> None:
    house = Property(in_memory, lambda: 1_000)
    fed: dict[str, Any] = {"lookup": "feed", "posting": "PS"}
    async with fias_link(house, in_memory, **fed) as (gateway, hotel):
        await gateway.book.complete.wait()
        room = "305" if kind == "GC" else "1"
        moved = [("RO", "1"), ("GS", "N")] if kind == "GC" else [("GS", "N")]
        await hotel.say(record(kind, ("RN", room), ("G#", "11"), *moved))
        while gateway.book.find(ByRoom("1")):
            await asyncio.sleep(0)
        gone = posting_of(0, 100, stay_id="11", room="1", guest_name="Шевченко, Олена")
        outcome = await gateway.post(gone)
        if kind == "GO":
            assert isinstance(outcome, Refused)
            assert outcome.code == "guest_not_found"
        else:
            assert isinstance(outcome, Posted)
            (told,) = [each for each in hotel.received if each.kind == "PS"]
            assert told.get("RN") == "305", "the room where the guest lives now"
    async with fias_link(house, in_memory, **fed) as (again, hotel):
        assert not again.book.empty, "the list outlives the process"
        assert all(each.kind != "DR" for each in hotel.received)


async def test_a_swap_that_breaks_off_forgets_nobody(in_memory: Database) -> None:
    house = Property(in_memory, lambda: 1_000)
    fed: dict[str, Any] = {"lookup": "feed", "posting": "PS"}
    async with fias_link(house, in_memory, **fed) as (gateway, hotel):
        await gateway.book.complete.wait()
        await hotel.say(alive("DS", lambda _ms: ("261121", "193000"), 0))
        while gateway.link.up:
            await asyncio.sleep(0)
        assert isinstance(await gateway.post(charge(1)), Deferred), "nothing is said in a swap"
        hotel.hang_up()
        await gateway.link.stands.wait()
        assert len(gateway.book.find(ByRoom("304"))) == 2
