"""Claims about the worker that takes room charges to the hotel, in virtual time.

The hotel is the embedded one behind a gateway with faults, the server's side is the domain's own
`settle_charge` and `resolve_charge`. Crashes lose everything but the rows and what is on the wire.
"""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import date

import msgspec
import pytest

from sync_server.domain import folio
from sync_server.domain.commands import ResolveCharge, SettleCharge, TellStaff
from sync_server.domain.events import FolioPart, RoomChargeAsked, RoomChargeRetried
from sync_server.domain.ids import ChargeId, CheckId, ShiftId, StaffId
from sync_server.domain.menu import Catalogue, Settings
from sync_server.domain.outward import FOLIO, FolioJob
from sync_server.domain.rejections import Refused as DomainRefused
from sync_server.domain.staff import Facts
from sync_server.effects.charge_text import (
    ChargeRecord,
    ChargeSettings,
    posting_of,
    read_record,
    write_record,
)
from sync_server.effects.door import (
    CLAIMED,
    DONE,
    FAILED,
    QUEUED,
    REFUSED,
    SENDING,
    EffectRecord,
)
from sync_server.effects.folio_outbox import run_room_charges
from sync_server.effects.posting_states import PostingState, Stage
from sync_server.effects.reconciliation import HotelDay, reconcile
from sync_server.hotel.embedded import EmbeddedGateway
from sync_server.hotel.faulty import Faults, FaultyGateway
from sync_server.hotel.gateway import (
    LookOutcome,
    NotThere,
    Posted,
    Posting,
    PostOutcome,
    Timing,
    parts_total,
)
from sync_server.hotel.loading import load_rooms
from sync_server.hotel.property import Property
from sync_server.hotel.reception import FolioView, Reception
from sync_server.store.database import Database, MemoryDisk
from sync_server.store.errors import StoreBusy
from sync_server.store.migrations import upgrade
from tests.effects.virtual_time import VirtualTime
from tests.hotel.conftest import SmallHouse

DAY = date(2026, 11, 21)
TIMING = Timing(answer_ms=60_000, quarantine_ms=180_001, look_gap_ms=60_000)
SETTINGS = ChargeSettings("main", "UAH", lambda _at_ms: "dinner")
SEEDS = 60


def job_of(charge_id: str, amount: int = 1_000) -> FolioJob:
    """A charge of bar and service to the guest in 101, who has no limit."""
    service = amount // 10
    asked = RoomChargeAsked(
        check_id=CheckId("check"),
        charge_id=ChargeId(charge_id),
        number="T3-018",
        shift_id=ShiftId("shift"),
        stay_id="1011",
        room="101",
        guest="Łódź, Żaneta",
        amount_minor=amount,
        tip_minor=50,
        parts=(
            FolioPart("bar", 2_000, amount - service - 60),
            FolioPart("bar", 700, 60),
            FolioPart("service", 2_000, service),
        ),
        covers=2,
        by=StaffId("olena"),
        at_ms=1_000,
        day=DAY.isoformat(),
    )
    return FolioJob(asked, "3", tax_inclusive=True)


class Service:
    """The live service behind the door: rows that survive a crash, and the domain's own rules.

    `refusals` of the next marks find a full queue; while `away` nothing is decided.
    """

    def __init__(self, time: VirtualTime) -> None:
        """No charge yet."""
        self.time = time
        self.rows: dict[str, EffectRecord] = {}
        self.charges: dict[ChargeId, folio.Charge] = {}
        self.history: list[tuple[ChargeId, str]] = []
        self.notices: list[TellStaff] = []
        self.refusals = 0
        self.away = False
        self._more = asyncio.Event()

    @property
    def catalogue(self) -> Catalogue:
        """Of no matter here."""
        return NOTHING_ON_SALE

    def now_ms(self) -> int:
        """Virtual."""
        return self.time.now_ms

    def targets(self, kind: str) -> list[str]:
        """The hotel, if there is work."""
        assert kind == FOLIO
        return ["hotel"] if any(row.state == QUEUED for row in self.rows.values()) else []

    async def claim(self, kind: str, target: str, limit: int) -> list[EffectRecord]:
        """As the office does."""
        assert (kind, target) == (FOLIO, "hotel")
        queued = [row for row in self.rows.values() if row.state == QUEUED][:limit]
        for row in queued:
            self.rows[row.effect_id] = replace(row, state=CLAIMED, attempt=row.attempt + 1)
        return [self.rows[row.effect_id] for row in queued]

    async def mark(self, effect_id: str, state: str, outcome: str = "", due_ms: int = 0) -> None:
        """Store."""
        if self.refusals:
            self.refusals -= 1
            raise StoreBusy("2000 writes are waiting already")
        self.rows[effect_id] = replace(self.rows[effect_id], state=state, outcome=outcome)

    async def unfinished(self, kind: str) -> list[EffectRecord]:
        """What a stopped process left."""
        assert kind == FOLIO
        return [row for row in self.rows.values() if row.state in (CLAIMED, SENDING)]

    async def wait(self, kind: str, timeout_s: float) -> None:
        """Until there is more."""
        assert kind == FOLIO
        assert timeout_s > 0
        self._more.clear()
        await self._more.wait()

    async def report(self, command: object) -> None:
        """Decide as the server's own."""
        if self.away:
            return
        if isinstance(command, TellStaff):
            self.notices.append(command)
            return
        assert isinstance(command, SettleCharge)
        charge = self.charges[command.charge_id]
        answer = folio.settle_charge(charge, command, FACTS)
        if not isinstance(answer, DomainRefused):
            self.charges[command.charge_id] = folio.evolve(charge, answer)
            self.history.append((command.charge_id, command.outcome))

    def charge_state(self, charge_id: str) -> str:
        """At the head."""
        return self.charges[ChargeId(charge_id)].state

    def charge(self, charge_id: str, amount: int = 1_000) -> ChargeId:
        """A waiter charges to a room; the row is committed with the event."""
        job = job_of(charge_id, amount)
        self.charges[job.asked.charge_id] = folio.asked(job.asked)
        self._queue(job)
        return job.asked.charge_id

    def resolve(self, charge_id: ChargeId, on_folio: bool) -> None:
        """A person looked at the folio; a no becomes a row of its own."""
        charge = self.charges[charge_id]
        answer = folio.resolve_charge(charge, ResolveCharge(charge_id, on_folio), FACTS)
        assert not isinstance(answer, DomainRefused), answer
        self.charges[charge_id] = folio.evolve(charge, answer)
        if isinstance(answer, RoomChargeRetried):
            self._queue(replace(job_of(charge_id, charge.amount_minor), attempt=answer.attempt))

    def _queue(self, job: FolioJob) -> None:
        effect_id = f"{len(self.rows) + 1}.0"
        payload = msgspec.json.encode(job)
        self.rows[effect_id] = EffectRecord(
            effect_id, len(self.rows) + 1, FOLIO, "hotel", QUEUED, 0, "T3", payload
        )
        self._more.set()


NOTHING_ON_SALE = Catalogue(
    1, 0, Settings("Test", "UAH", "Europe/Kyiv"), {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}
)
FACTS = Facts(
    catalogue=NOTHING_ON_SALE,
    now_ms=0,
    command_id="x",
    actor=StaffId("taras"),
    device_id="server",
    device_code="S",
    basis_n=0,
    rights=frozenset(),
)


class NoDedupe(EmbeddedGateway):
    """A hotel that knows nothing of idempotency: each attempt is another posting to it."""

    async def post(self, posting: Posting) -> PostOutcome:
        """Post under an id of the attempt."""
        wire = replace(posting, posting_id=f"{posting.posting_id}#{posting.attempt}")
        outcome = await super().post(wire)
        if isinstance(outcome, Posted):
            return replace(outcome, posting_id=posting.posting_id)
        return outcome

    async def look(self, posting_id: str) -> LookOutcome:
        """Whether any attempt stands."""
        for attempt in range(1, 20):
            seen = await super().look(f"{posting_id}#{attempt}")
            if not isinstance(seen, NotThere):
                return seen
        return NotThere()


class World:
    """One venue with its hotel; `start` and `crash` are the server process."""

    def __init__(
        self,
        image: bytes,
        seed: int = 0,
        faults: Faults | None = None,
        kind: type[EmbeddedGateway] = EmbeddedGateway,
    ) -> None:
        """Nothing runs yet."""
        self.time = VirtualTime()
        self.service = Service(self.time)
        self.database = Database.on_disk(MemoryDisk(image))
        self.hotel = kind(Property(self.database, self.time.clock), TIMING)
        self.link = FaultyGateway(
            self.hotel, random.Random(seed), self.time.sleep, faults or Faults()
        )
        self.process: asyncio.Task[None]
        self.start()

    def start(self, restored_n: int = 0) -> None:
        """Start the server's process."""
        self.process = asyncio.ensure_future(
            run_room_charges(
                self.service, self.link, SETTINGS, sleep=self.time.sleep, restored_n=restored_n
            )
        )

    async def crash(self) -> None:
        """End it without a word; a fault of ours comes out here."""
        self.process.cancel()
        await asyncio.wait({self.process})
        if not self.process.cancelled():
            self.process.result()

    def stands(self, charge_id: ChargeId, state: str) -> bool:
        """Whether the server has the charge in this state."""
        return not self.process.done() and self.service.charges[charge_id].state == state

    def state(self, charge_id: ChargeId) -> PostingState:
        """How far the charge got, as stored."""
        for row in self.service.rows.values():
            if row.outcome.startswith("{"):
                record = read_record(row.outcome)
                if record.posting.posting_id == charge_id:
                    return record.state
        return PostingState()

    def row_states(self) -> set[str]:
        """The states of all rows."""
        return {row.state for row in self.service.rows.values()}

    async def compared(self) -> HotelDay:
        """The day beside the hotel's own sums."""
        told = await Property(self.database, self.time.clock).totals(DAY.isoformat())
        charges = self.service.charges.values()
        return reconcile(DAY.isoformat(), charges, told, SETTINGS.outlet)

    async def on_folio(self) -> Counter[str]:
        """How often each charge stands on the folio."""
        view = await Reception(self.database, self.time.clock).folio("1011")
        assert isinstance(view, FolioView)
        tips = (line for line in view.lines if line.part == "tip")
        return Counter(line.source.partition("#")[0] for line in tips)


@pytest.fixture(scope="module")
def image() -> bytes:
    """A disk with a loaded house."""
    disk = MemoryDisk()
    with Database.on_disk(disk) as database:
        upgrade(database, "sync_server.hotel.migrations")
        asyncio.run(load_rooms(database, SmallHouse(), DAY, at_ms=0, currency="UAH"))
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
