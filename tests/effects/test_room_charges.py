"""Claims about the worker that takes room charges to the hotel, in virtual time.

The hotel is the embedded one behind a gateway with faults, the server's side is the domain's own
`settle_charge` and `resolve_charge`. Crashes lose everything but the rows and what is on the wire.
"""

import asyncio
import random
from collections import Counter
from dataclasses import replace

import pytest

from sync_server.domain.outward import FOLIO
from sync_server.effects.charge_text import (
    ChargeRecord,
    posting_of,
    read_record,
    write_record,
)
from sync_server.effects.door import (
    DONE,
    FAILED,
    QUEUED,
    REFUSED,
    EffectRecord,
)
from sync_server.effects.posting_states import PostingState, Stage
from sync_server.hotel.embedded import EmbeddedGateway
from sync_server.hotel.faulty import Faults, FaultyGateway
from sync_server.hotel.gateway import (
    Posted,
    Posting,
    PostOutcome,
    parts_total,
)
from sync_server.hotel.loading import load_rooms
from sync_server.hotel.property import Property
from sync_server.hotel.reception import FolioView, Reception
from sync_server.store.database import Database, MemoryDisk
from tests.effects.hotel_world import DAY, SETTINGS, TIMING, NoDedupe, World, job_of
from tests.hotel.conftest import SMALL_HOUSE
from tests.store.ready_made import HOTEL, image_of

SEEDS = 60


@pytest.fixture(scope="module")
def image() -> bytes:
    """A disk with a loaded house."""
    disk = MemoryDisk(image_of(HOTEL))
    with Database.on_disk(disk) as database:
        asyncio.run(load_rooms(database, SMALL_HOUSE, DAY, at_ms=0, currency="UAH"))
    return disk.image()


def test_a_charge_becomes_a_posting_whose_parts_add_up() -> None:
    posting = posting_of(job_of("c1", 10_000), SETTINGS)
    assert parts_total(posting) == posting.total_minor == 10_050
    (bar,) = posting.lines
    assert (bar.gross_minor, posting.service_minor, posting.tip_minor) == (9_000, 1_000, 50)
    assert [(tax.rate_bp, tax.tax_minor) for tax in bar.taxes] == [(2_000, 1_490), (700, 4)]
    assert (posting.terminal, posting.meal, posting.attempt) == ("T3", "dinner", 1)


async def test_a_charge_is_posted_and_the_server_knows_the_hotels_number(image: bytes) -> None:
    world = World(image)
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "posted"))
    assert world.service.charges[charge].reference == "F000001"
    assert await world.on_folio() == {"c1": 1}
    await world.time.settle()
    assert world.state(charge).finished
    assert world.row_states() == {DONE}
    await world.crash()


async def test_after_a_time_out_the_charge_is_unknown_and_the_late_answer_settles_it(
    image: bytes,
) -> None:
    world = World(image, 5, Faults(slow_answer=10_000, slow_ms_max=170_000))
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "unknown"))
    assert await world.on_folio() == {"c1": 1}
    await world.time.until(lambda: world.stands(charge, "posted"))
    assert world.state(charge).attempt == 1
    await world.crash()


async def test_a_lost_answer_is_found_by_looking_and_nothing_is_sent_again(image: bytes) -> None:
    world = World(image, 5, Faults(lost_after=10_000))
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "unknown"))
    sent_ms = world.time.now_ms
    await world.time.until(lambda: world.stands(charge, "posted"))
    assert world.time.now_ms - sent_ms >= TIMING.quarantine_ms
    assert world.state(charge).attempt == 1
    await world.crash()


async def test_a_lost_request_is_sent_again_after_two_empty_looks(image: bytes) -> None:
    world = World(image, 5, Faults(lost_before=10_000))
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "unknown"))
    world.link.faults = Faults()
    await world.time.until(lambda: world.stands(charge, "posted"))
    assert [outcome for _, outcome in world.service.history] == ["unknown", "deferred", "posted"]
    assert world.state(charge).attempt == 2
    assert await world.on_folio() == {"c1": 1}
    await world.crash()


async def test_a_restart_in_the_middle_of_a_posting_does_not_send_it_again(image: bytes) -> None:
    world = World(image, 5, Faults(slow=10_000, slow_ms_max=50_000))
    charge = world.service.charge("c1")
    await world.time.settle()
    assert world.state(charge).stage is Stage.SENDING
    await world.crash()
    world.start()
    await world.time.until(lambda: world.stands(charge, "unknown"))
    assert world.state(charge).attempt == 1
    await world.time.until(lambda: world.stands(charge, "posted"))
    assert await world.on_folio() == {"c1": 1}
    await world.crash()


async def test_the_night_audit_puts_a_charge_off_and_the_server_is_told_once(image: bytes) -> None:
    world = World(image)
    desk = Reception(world.database, world.time.clock)
    await desk.begin_night_audit()
    charge = world.service.charge("c1")
    await world.time.pass_by(3_600_000)
    assert world.stands(charge, "deferred")
    await desk.end_night_audit("2026-11-22")
    await world.time.until(lambda: world.stands(charge, "posted"))
    assert [outcome for _, outcome in world.service.history] == ["deferred", "posted"]
    await world.crash()


async def test_where_nobody_can_look_a_person_decides_and_yes_sends_nothing(image: bytes) -> None:
    world = World(image, 5, Faults(lost_before=10_000, blind=10_000))
    yes, no = world.service.charge("c1"), world.service.charge("c2")
    await world.time.until(lambda: world.stands(no, "unknown"))
    await world.time.pass_by(3_600_000)
    assert world.stands(yes, "unknown")
    world.link.faults = Faults()
    world.service.resolve(yes, True)
    world.service.resolve(no, False)
    await world.time.until(lambda: world.stands(no, "posted"))
    await world.time.until(lambda: world.row_states() == {DONE})
    assert await world.on_folio() == {"c2": 1}
    assert world.state(no).attempt == 2
    await world.crash()


async def test_a_persons_yes_frees_the_place_of_the_charge_soon(image: bytes) -> None:
    world = World(image, 5, Faults(lost_before=10_000, blind=10_000))
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "unknown"))
    world.service.resolve(charge, True)
    await world.time.until(lambda: world.row_states() == {DONE}, within_ms=31_000)
    assert await world.on_folio() == {}
    await world.crash()


async def test_a_persons_yes_that_was_lost_in_a_crash_still_sends_nothing(image: bytes) -> None:
    world = World(image, 5, Faults(lost_before=10_000))
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "unknown"))
    await world.crash()
    world.service.resolve(charge, True)
    world.link.faults = Faults()
    world.start()
    await world.time.until(lambda: world.state(charge).finished)
    assert await world.on_folio() == {}
    await world.crash()


async def test_a_busy_store_and_a_busy_server_only_delay(image: bytes) -> None:
    world = World(image)
    world.service.away = True
    world.service.refusals = 5
    charge = world.service.charge("c1")
    await world.time.pass_by(20_000)
    assert world.stands(charge, "pending")
    assert world.state(charge).stage is Stage.POSTED
    world.service.refusals = 3
    world.service.away = False
    await world.time.until(lambda: world.state(charge).finished)
    assert await world.on_folio() == {"c1": 1}
    await world.crash()


async def test_an_answer_of_another_posting_proves_nothing(image: bytes) -> None:
    world = World(image, 5, Faults(foreign=10_000))
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "unknown"))
    await world.time.until(lambda: world.stands(charge, "posted"))
    assert world.service.charges[charge].reference == "F000001"
    await world.crash()


async def test_a_link_that_breaks_in_our_own_code_is_unknown(image: bytes) -> None:
    class Broken(EmbeddedGateway):
        async def post(self, posting: Posting) -> Posted:
            raise ConnectionResetError("peer")

    world = World(image)
    world.link._inner = Broken(Property(world.database, world.time.clock), TIMING)
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "unknown"))
    await world.crash()


async def test_after_a_restore_a_charge_that_seemed_unsent_is_looked_up_first(
    image: bytes,
) -> None:
    world = World(image)
    charge = world.service.charge("c1")
    backup = dict(world.service.rows)
    asked_only = world.service.charges[charge]
    await world.time.until(lambda: world.stands(charge, "posted"))
    await world.crash()
    world.service.rows, world.service.charges[charge] = backup, asked_only
    world.start(restored_n=1)
    fresh = world.service.charge("c2")
    await world.time.until(lambda: world.stands(charge, "posted"))
    told = [outcome for each, outcome in world.service.history if each == charge]
    assert told == ["posted", "unknown", "posted"]
    assert world.stands(fresh, "posted"), "what came after the restore waits for nothing"
    assert await world.on_folio() == {"c1": 1, "c2": 1}
    await world.crash()


async def test_a_reversal_leaves_the_folio_as_if_nothing_had_been_charged(image: bytes) -> None:
    world = World(image)
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "posted"))
    back = world.service.reverse(charge)
    await world.time.until(lambda: world.stands(back, "posted"))
    view = await Reception(world.database, world.time.clock).folio("1011")
    assert isinstance(view, FolioView)
    assert view.balance_minor == 0
    assert [line.kind for line in view.lines].count("reversal") == 3
    compared = await world.compared()
    assert (compared.posted_minor, compared.difference_minor) == (0, 0)
    assert [odd.why for odd in compared.exceptions] == ["reversal"]
    await world.crash()


async def test_a_hundred_charges_wait_their_turn_and_all_arrive(image: bytes) -> None:
    world = World(image, 5, Faults(slow=10_000, slow_ms_max=2_000))
    charges = [world.service.charge(f"c{n}") for n in range(100)]
    await world.time.until(lambda: all(world.stands(charge, "posted") for charge in charges))
    assert await world.on_folio() == {f"c{n}": 1 for n in range(100)}
    await world.crash()


ALL_FAULTS = Faults(
    slow=3_000,
    slow_answer=2_000,
    slow_ms_max=180_000,
    lost_before=1_500,
    lost_after=1_500,
    twice=1_000,
    foreign=500,
    blind=1_000,
    audit=1_000,
)


@pytest.mark.parametrize("kind", [EmbeddedGateway, NoDedupe])
@pytest.mark.parametrize("seed", range(SEEDS))
async def test_no_evening_with_a_bad_hotel_link_doubles_or_loses_a_charge(
    image: bytes, seed: int, kind: type[EmbeddedGateway]
) -> None:
    """F13 and invariant I-10: each charge at most once, and server and folio agree at the end."""
    # A link without idempotency is a wire between two points: it does not deliver twice.
    faults = replace(ALL_FAULTS, twice=0) if kind is NoDedupe else ALL_FAULTS
    world = World(image, seed, faults, kind)
    rng = random.Random(f"evening {seed}")
    charges = []
    for n in range(rng.randint(1, 6)):
        charges.append(world.service.charge(f"c{n}", rng.randint(100, 9_000)))
        world.service.refusals = rng.choice((0, 0, 2))
        await world.time.pass_by(rng.randint(0, 200_000))
        if rng.random() < 0.4:
            await world.crash()
            await world.time.pass_by(rng.randint(0, 30_000))
            world.start()
    # Whatever stands on the folios now is posted here, or stands in the list of what is unclear.
    compared = await world.compared()
    assert 0 <= compared.difference_minor <= compared.unclear_minor
    # The link heals; what is on its way arrives; people answer what nobody can look up.
    world.link.faults = Faults()
    for _ in range(20):
        await world.time.pass_by(600_000)
    assert max((await world.on_folio()).values(), default=0) <= 1
    standing = await world.on_folio()
    assert (await world.compared()).difference_minor == 0
    for charge in charges:
        state = world.service.charges[charge].state
        assert state in ("posted", "refused"), f"seed {seed}: {charge} is {state}"
        assert standing[charge] == (1 if state == "posted" else 0), f"seed {seed}: {charge}"
    assert world.service.notices == []
    assert world.row_states() <= {DONE, REFUSED}
    told = Counter(outcome for _, outcome in world.service.history)
    assert told["posted"] + told["refused"] == len(charges), "each is settled once"
    await world.crash()


async def test_a_hotel_that_lies_is_found_by_the_days_totals(image: bytes) -> None:
    world = World(image, 5, Faults(lies=10_000))
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "refused"))
    compared = await world.compared()
    assert (compared.posted_minor, compared.difference_minor) == (0, 1_050)
    assert [(odd.charge_id, odd.why) for odd in compared.exceptions] == [("c1", "refused")]
    await world.crash()


async def test_a_first_attempt_that_arrives_after_all_waiting_rings(image: bytes) -> None:
    """The hotel knows no idempotency and took longer than its quarantine says: two charges stand,
    nothing could have prevented it, and somebody is told."""
    world = World(image, kind=NoDedupe)

    class LateFirst(FaultyGateway):
        async def post(self, posting: Posting) -> PostOutcome:
            if posting.attempt == 1:
                await world.time.sleep(300_000)
            return await super().post(posting)

    world.link = LateFirst(world.hotel, random.Random(1), world.time.sleep)
    await world.crash()
    world.start()
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "unknown"))
    world.service.resolve(charge, False)
    await world.time.until(lambda: world.stands(charge, "posted"))
    await world.time.until(lambda: bool(world.service.notices))
    (notice,) = world.service.notices
    assert (notice.code, notice.params["what"]) == ("folio_disagrees", "posted_twice")
    assert await world.on_folio() == {"c1": 2}
    await world.crash()


def test_a_stored_record_reads_back_as_it_was() -> None:
    state = replace(PostingState(), stage=Stage.UNKNOWN, attempt=3, due_ms=2**50, text="ні\x01")
    posting = posting_of(job_of("c1"), SETTINGS)
    assert read_record(write_record(posting, state)) == ChargeRecord(posting, state)


async def test_a_row_that_cannot_be_read_stops_no_other(image: bytes) -> None:
    world = World(image)
    world.service.rows["x"] = EffectRecord("x", 1, FOLIO, "hotel", QUEUED, 0, "T3", b"{}")
    charge = world.service.charge("c1")
    await world.time.until(lambda: world.stands(charge, "posted"))
    assert world.service.rows["x"].state == FAILED
    await world.crash()
