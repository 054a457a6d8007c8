"""Room charges between the live service's outbox and the worker that drives them.

Rule: one charge has one row that carries its record (posting and state) in `outcome`. While the
charge is under way its row says "sending", because the service gives back at start what is
claimed or sending; it says "done" or "refused" once settled and told. A later row of the same
charge is a person's word that it is not on the folio, and is done when the worker has heard it. The
opposite word leaves no row: it is read from the journal's head within half a minute.

The worker is `room_charges`, the service is seen through `door`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

import msgspec

from sync_server.domain.commands import SettleCharge, TellStaff
from sync_server.domain.ids import ChargeId, NoticeId, StaffId
from sync_server.domain.outward import FOLIO, FolioJob
from sync_server.hotel.gateway import FolioGateway, Posting
from sync_server.store.errors import DiskFull, StoreBusy

from .charge_text import ChargeSettings, posting_of, read_record, write_record
from .door import DONE, DOUBTFUL, FAILED, REFUSED, SENDING, EffectRecord, EffectsDoor
from .posting_states import Alarm, PostingState, Stage, Standing
from .room_charges import RoomCharges, StoredCharge

CLAIM_MAX = 32
WAIT_S = 30.0
NOT_YET_MS = 250

_log = logging.getLogger(__name__)


async def run_room_charges(
    door: EffectsDoor,
    gateway: FolioGateway,
    settings: ChargeSettings,
    *,
    sleep: Callable[[int], Awaitable[None]],
    restored_n: int = 0,
) -> None:
    """Take room charges to the hotel until cancelled; `sleep` takes milliseconds of the door's
    clock. At the first start after a restore from a backup `restored_n` is the journal's head:
    rows up to it may have gone out before, whatever they say (reliability 0.8)."""
    outbox = FolioOutbox(door, settings, sleep, restored_n)
    worker = RoomCharges(
        outbox, gateway, outbox.report, outbox.alarm, clock=door.now_ms, sleep=sleep
    )
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run())
        tasks.create_task(outbox.feed(worker))


class FolioOutbox:
    """The rows of kind folio, and the service as the worker's judge and bell."""

    def __init__(
        self,
        door: EffectsDoor,
        settings: ChargeSettings,
        sleep: Callable[[int], Awaitable[None]],
        restored_n: int = 0,
    ) -> None:
        """Nothing is read yet."""
        self._sleep = sleep
        self._restored_n = restored_n
        self._door = door
        self._settings = settings
        self._rows: dict[ChargeId, tuple[str, Posting]] = {}
        self._words: list[EffectRecord] = []
        self._loaded = asyncio.Event()

    async def unfinished(self) -> Iterable[StoredCharge]:
        """What a stopped process left. Without a record nothing was ever sent."""
        found: list[StoredCharge] = []
        for record in await self._door.unfinished(FOLIO):
            job = await self._job(record)
            if job is None:
                continue
            if job.asked.charge_id in self._rows:
                self._words.append(record)
                continue
            found.append(self._stored(record, job))
        self._loaded.set()
        return found

    async def feed(self, worker: RoomCharges) -> None:
        """Hand new rows to the worker for ever."""
        await self._loaded.wait()
        for record in self._words:
            await self._take(worker, record)
        while True:
            taken = 0
            targets = self._door.targets(FOLIO)
            for target in targets:
                for record in await self._claimed(target, min(CLAIM_MAX, worker.room_left)):
                    await self._take(worker, record)
                    taken += 1
            self._settle(worker)
            if taken:
                continue
            if targets:
                # There is work that cannot be taken yet, so the wait below may end at once.
                await self._sleep(NOT_YET_MS)
            await self._door.wait(FOLIO, WAIT_S)

    def _settle(self, worker: RoomCharges) -> None:
        """Free the places of charges that a person has called posted since."""
        for charge_id in self._rows:
            match self._door.charge_state(charge_id):
                case "posted":
                    worker.settled_there(charge_id, "posted")
                case "refused":
                    worker.settled_there(charge_id, "refused")

    async def _claimed(self, target: str, limit: int) -> list[EffectRecord]:
        if limit <= 0:
            return []
        try:
            return await self._door.claim(FOLIO, target, limit)
        except (StoreBusy, DiskFull):
            return []

    async def save(self, charge_id: ChargeId, state: PostingState) -> None:
        """Store a state in the charge's row."""
        effect_id, posting = self._rows[charge_id]
        row_state = SENDING
        if state.finished:
            row_state = DONE if state.stage is Stage.POSTED else REFUSED
        await self._door.mark(effect_id, row_state, write_record(posting, state))

    def forget(self, charge_id: ChargeId) -> None:
        """The charge is finished."""
        self._rows.pop(charge_id, None)

    async def report(self, command: SettleCharge) -> Standing | None:
        """Tell the service, and read from the journal's head what became of it."""
        try:
            await self._door.report(command)
        except (StoreBusy, DiskFull):
            return None
        state = self._door.charge_state(command.charge_id)
        if state == command.outcome:
            return "taken"
        if state == "posted":
            return "posted"
        if state == "refused" or not state:
            return "refused"
        return None

    async def alarm(self, charge_id: ChargeId, alarm: Alarm) -> None:
        """Raise a notice that somebody has to tap away."""
        _, posting = self._rows[charge_id]
        words = " ".join(part for part in (alarm.first, alarm.second) if part)
        _log.error("room charge %s: %s %s", charge_id, alarm.code, words)
        await self._door.report(
            TellStaff(
                notice_id=NoticeId(f"{charge_id}.{alarm.code}"),
                staff_id=StaffId(posting.waiter),
                code="folio_disagrees",
                params={
                    "room": posting.room,
                    "number": posting.check_no,
                    "what": alarm.code,
                    "words": words,
                },
            )
        )

    async def _take(self, worker: RoomCharges, record: EffectRecord) -> None:
        job = await self._job(record)
        if job is None:
            return
        charge_id = job.asked.charge_id
        if charge_id in self._rows:
            worker.not_on_folio(charge_id)
            await self._closed(record, DONE, "the charge's first row goes on")
            return
        worker.add(self._stored(record, job))

    async def _job(self, record: EffectRecord) -> FolioJob | None:
        try:
            return msgspec.json.decode(record.payload, type=FolioJob)
        except msgspec.MsgspecError as error:
            # The charge stays pending for the day close to find; the others go on.
            _log.exception("effect %s cannot be read", record.effect_id)
            await self._closed(record, FAILED, str(error))
            return None

    async def _closed(self, record: EffectRecord, state: str, words: str) -> None:
        """Close a row that carries no charge. If it cannot be now, the next start sees it again
        and hears the same word, which changes nothing twice."""
        try:
            await self._door.mark(record.effect_id, state, words)
        except (StoreBusy, DiskFull):
            _log.warning("effect %s could not be closed now", record.effect_id)

    def _stored(self, record: EffectRecord, job: FolioJob) -> StoredCharge:
        posting = replace(posting_of(job, self._settings), attempt=1)
        state = PostingState(attempt=job.attempt)
        doubtful = record.n <= self._restored_n or record.outcome == DOUBTFUL
        if record.outcome not in ("", DOUBTFUL):
            kept = read_record(record.outcome)
            posting, state = kept.posting, kept.state
        charge_id = job.asked.charge_id
        self._rows[charge_id] = (record.effect_id, posting)
        return StoredCharge(charge_id, posting, state, doubtful)
