"""Claims about the embedded property system itself: restart, desk, triggers, faults."""

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from sync_server.hotel.embedded import EmbeddedGateway
from sync_server.hotel.faulty import Faults, FaultyGateway
from sync_server.hotel.gateway import (
    ByRoom,
    CannotTell,
    Deferred,
    NotThere,
    Posted,
    Refused,
    Unavailable,
    Unknown,
)
from sync_server.hotel.loading import load_rooms
from sync_server.hotel.property import Property
from sync_server.hotel.reception import FolioView, NotDone, Reception
from sync_server.hotel.tables import APPEND_ONLY, METADATA
from sync_server.store.database import Database, MemoryDisk
from sync_server.store.errors import DiskFull
from sync_server.store.migrations import drift
from tests.hotel.conftest import DAY, SMALL_HOUSE, at_once, loaded_image
from tests.hotel.postings import posting_of
from tests.store.ready_made import HOTEL, image_of


def gateway_on(database: Database) -> EmbeddedGateway:
    """The embedded gateway over a database."""
    return EmbeddedGateway(Property(database, lambda: 1_000))


async def test_the_tables_are_what_the_migrations_make(database: Database) -> None:
    assert drift(database, METADATA) == []


@pytest.mark.parametrize("table", APPEND_ONLY)
async def test_what_stands_on_a_folio_can_be_neither_changed_nor_removed(
    database: Database, table: str
) -> None:
    await gateway_on(database).post(posting_of(100_000))
    for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET stay_id = 'x'"):
        with pytest.raises(IntegrityError, match="append-only"):
            await database.write(partial(Connection.execute, statement=text(statement)))


async def test_loading_a_house_again_changes_nothing(database: Database) -> None:
    assert not await load_rooms(database, SMALL_HOUSE, DAY, at_ms=0, currency="UAH")


async def test_after_a_restart_the_first_answer_is_given_again(
    database: Database, reopen: Callable[[], Database]
) -> None:
    first = await gateway_on(database).post(posting_of(10_000))
    again = gateway_on(reopen())
    assert await again.look("p1") == first
    assert await again.post(posting_of(10_000, attempt=2)) == first


async def test_money_is_taken_once_and_a_guest_leaves_only_settled(desk: Reception) -> None:
    assert await desk.check_out("3041") == NotDone("not_settled")
    for _ in range(2):
        view = await desk.pay("pay-1", "3041", 85_000, "payment")
        assert isinstance(view, FolioView)
        assert view.balance_minor == 0
    assert await desk.pay("pay-1", "3041", 85_001, "payment") == NotDone("id_reused")
    assert await desk.pay("pay-2", "3041", 0, "payment") == NotDone("bad_amount")
    assert await desk.pay("pay-2", "99999", 1, "payment") == NotDone("stay_not_found")
    left = await desk.check_out("3041")
    assert not isinstance(left, NotDone)
    assert "3041" not in {stay.stay_id for stay in await desk.in_house()}
    assert await desk.pay("pay-3", "3041", 1, "payment") == NotDone("not_in_house")


async def test_a_guest_who_left_is_charged_no_more_and_not_even_corrected(
    database: Database, desk: Reception
) -> None:
    gateway = gateway_on(database)
    await gateway.post(posting_of(0, 15_000))
    await desk.pay("pay-1", "3041", 100_000, "payment")
    assert not isinstance(await desk.check_out("3041"), NotDone)
    for posting in (
        posting_of(100, posting_id="p2"),
        posting_of(0, -100, posting_id="r1", reverses="p1"),
    ):
        answer = await gateway.post(posting)
        assert isinstance(answer, Refused)
        assert answer.code == "checked_out"


async def test_a_booked_guest_can_charge_after_checking_in(
    database: Database, desk: Reception
) -> None:
    assert not isinstance(await desk.check_in("9201"), NotDone)
    assert await desk.check_in("9201") == NotDone("not_booked")
    posting = posting_of(0, 100, stay_id="9201", guest_name="Later, Guest")
    assert isinstance(await gateway_on(database).post(posting), Posted)


async def test_the_night_audit_ends_only_into_a_later_day(desk: Reception) -> None:
    assert await desk.end_night_audit("2026-11-22") == NotDone("audit_not_running")
    await desk.begin_night_audit()
    assert await desk.begin_night_audit() == NotDone("audit_running")
    assert await desk.end_night_audit("2026-11-21") == NotDone("day_not_later")


class Crash(BaseException):
    """The machine loses its power."""


def house_disk() -> MemoryDisk:
    """A loaded house on a simulated disk."""
    return MemoryDisk(loaded_image())


@pytest.mark.parametrize("moment", ["before_commit", "after_commit"])
def test_a_crash_in_the_middle_of_a_posting_leaves_all_of_it_or_nothing(moment: str) -> None:
    disk = house_disk()

    def crash() -> None:
        raise Crash

    broken = Database.on_disk(disk, **{moment: crash})
    with pytest.raises(Crash):
        asyncio.run(gateway_on(broken).post(posting_of(100_000)))

    async def after_restart() -> None:
        database = Database.on_disk(disk)
        gateway = gateway_on(database)
        seen = await gateway.look("p1")
        assert isinstance(seen, NotThere if moment == "before_commit" else Posted)
        answer = await gateway.post(posting_of(100_000, attempt=2))
        assert isinstance(answer, Posted)
        assert seen in (NotThere(), answer)
        view = await Reception(database, lambda: 0).folio("3041")
        assert isinstance(view, FolioView)
        assert view.balance_minor == 85_000 + 40_000

    asyncio.run(after_restart())


def test_a_full_disk_puts_a_posting_off_and_a_closed_house_does_not_answer() -> None:
    disk = house_disk()

    def full() -> None:
        raise DiskFull("no space")

    async def told() -> None:
        database = Database.on_disk(disk, before_commit=full)
        gateway = gateway_on(database)
        assert await gateway.post(posting_of(100)) == Deferred("busy", "no space")
        database.close()
        assert isinstance(await gateway.post(posting_of(100)), Deferred)
        assert isinstance(await gateway.look("p1"), CannotTell)

    asyncio.run(told())


def test_a_house_without_rooms_says_so() -> None:
    disk = MemoryDisk(image_of(HOTEL))

    async def told() -> None:
        with Database.on_disk(disk) as database:
            gateway = gateway_on(database)
            assert isinstance(await gateway.post(posting_of(100)), Deferred)
            assert not (await gateway.health()).up

    asyncio.run(told())


async def faulty_outcome(database: Database, faults: Faults, waits: list[int]) -> object:
    """What a gateway with these faults answers to one posting."""

    async def sleep(ms: int) -> None:
        waits.append(ms)
        await asyncio.sleep(0)

    gateway = FaultyGateway(gateway_on(database), random.Random(7), sleep, faults)
    return await gateway.post(posting_of(0, 100))


@pytest.mark.parametrize(
    ("faults", "kind", "stands"),
    [
        (Faults(lost_before=10_000), Unknown, False),
        (Faults(lost_after=10_000), Unknown, True),
        (Faults(lies=10_000), Refused, True),
        (Faults(twice=10_000), Posted, True),
        (Faults(audit=10_000), Deferred, False),
        (Faults(slow=10_000, slow_answer=10_000), Posted, True),
    ],
)
async def test_every_fault_is_what_its_name_says_and_charges_at_most_once(
    database: Database, faults: Faults, kind: type, stands: bool
) -> None:
    waits: list[int] = []
    assert isinstance(await faulty_outcome(database, faults, waits), kind)
    assert isinstance(await gateway_on(database).look("p1"), Posted if stands else NotThere)
    assert len(waits) == (2 if faults.slow else 0)
    view = await Reception(database, lambda: 0).folio("3041")
    assert isinstance(view, FolioView)
    assert view.balance_minor == 85_000 + (100 if stands else 0)


async def test_an_answer_of_another_posting_can_be_told_by_its_id(database: Database) -> None:
    answer = await faulty_outcome(database, Faults(foreign=10_000), [])
    assert isinstance(answer, Posted)
    assert answer.posting_id != "p1"


async def test_a_request_on_its_way_lands_though_its_sender_stopped_waiting(
    database: Database,
) -> None:
    gate = asyncio.Event()

    async def sleep(_ms: int) -> None:
        await gate.wait()

    slow = FaultyGateway(gateway_on(database), random.Random(7), sleep, Faults(slow=10_000))
    asked = asyncio.ensure_future(slow.post(posting_of(0, 100)))
    await asyncio.sleep(0)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    assert await slow.look("p1") == NotThere()
    gate.set()
    await slow.landed()
    assert isinstance(await slow.look("p1"), Posted)


async def test_a_deaf_link_answers_no_question_and_a_forgetful_one_finds_nothing(
    database: Database,
) -> None:
    await gateway_on(database).post(posting_of(0, 100))
    link = FaultyGateway(
        gateway_on(database), random.Random(1), at_once, Faults(deaf=10_000, forgetful=10_000)
    )
    found = await link.find_guests(ByRoom("1"), business_day="2026-11-21", count_max=1)
    assert isinstance(found, Unavailable)
    assert isinstance(await link.totals("2026-11-21"), Unavailable)
    assert not (await link.health()).up
    assert await link.look("p1") == NotThere()
    link.faults = replace(link.faults, blind=10_000)
    assert isinstance(await link.look("p1"), CannotTell)
