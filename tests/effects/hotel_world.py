"""A venue with its hotel in virtual time: what crashes loses everything but rows and the wire.

`Service` is the live service behind the worker's door, with the domain's own rules; `World` is both
with the embedded hotel behind a gateway with faults.
"""

import asyncio
import random
from collections import Counter
from dataclasses import replace
from datetime import date

import msgspec

from sync_server.domain import folio, room_reversals
from sync_server.domain.commands import ResolveCharge, ReverseCharge, SettleCharge, TellStaff
from sync_server.domain.events import (
    FolioPart,
    RoomChargeAsked,
    RoomChargeRetried,
    RoomReversalAsked,
)
from sync_server.domain.ids import ChargeId, CheckId, ShiftId, StaffId
from sync_server.domain.menu import Catalogue, Settings
from sync_server.domain.outward import FOLIO, FolioJob
from sync_server.domain.rejections import Refused as DomainRefused
from sync_server.domain.staff import Facts
from sync_server.effects.charge_text import (
    ChargeSettings,
    read_record,
)
from sync_server.effects.door import (
    CLAIMED,
    QUEUED,
    SENDING,
    EffectRecord,
)
from sync_server.effects.folio_outbox import run_room_charges
from sync_server.effects.posting_states import PostingState
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
)
from sync_server.hotel.property import Property
from sync_server.hotel.reception import FolioView, Reception
from sync_server.store.database import Database, MemoryDisk
from sync_server.store.errors import StoreBusy
from tests.effects.virtual_time import VirtualTime

DAY = date(2026, 11, 21)
TIMING = Timing(answer_ms=60_000, quarantine_ms=180_001, look_gap_ms=60_000)
SETTINGS = ChargeSettings("main", "UAH", lambda _at_ms: "dinner")


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
        more = asyncio.ensure_future(self._more.wait())
        over = asyncio.ensure_future(self.time.sleep(int(timeout_s * 1_000)))
        try:
            await asyncio.wait({more, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            more.cancel()
            over.cancel()

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

    def was_away(self, dev: str, at_ms: int) -> bool:
        """Of no matter here."""
        return False

    def cut_off(self, code: str) -> str:
        """Of no matter here."""
        return ""

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

    def reverse(self, charge_id: ChargeId) -> ChargeId:
        """A manager takes a posted charge back."""
        back = ChargeId(f"{charge_id}-back")
        charges = self.charges.values()
        command = ReverseCharge(charge_id, back, ShiftId("shift"), "wrong guest")
        asked = room_reversals.reverse(self.charges[charge_id], charges, command, FACTS, "")
        assert isinstance(asked, RoomReversalAsked), asked
        self.charges[back] = room_reversals.taken_back(self.charges[charge_id], asked)
        self._queue(FolioJob(self.charges[back].request, "3", True, reverses=charge_id))
        return back

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
