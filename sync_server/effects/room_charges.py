"""The worker that takes committed room charges to the hotel and brings the answers back.

Rule: this is the driver of `posting_states` and decides nothing itself. For every input it takes
the step, stores the state, and only then acts. An input whose state could not be stored is kept
and tried again. Answers, also late ones, looks and the server's word come back as inputs.

Everything from outside is given: rows (durable), gateway, `report` and `alarm` of the server,
clock and sleep. `charge_text` makes the postings.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol, TypeVar

from sync_server.domain.commands import SettleCharge
from sync_server.domain.ids import ChargeId
from sync_server.hotel.gateway import (
    CannotTell,
    FolioGateway,
    LookOutcome,
    Posted,
    Posting,
    PostOutcome,
    Unknown,
)
from sync_server.store.errors import DiskFull, StoreBusy

from .posting_states import (
    Action,
    Alarm,
    Answered,
    Due,
    Input,
    Look,
    Looked,
    NotOnFolio,
    PostingState,
    Restarted,
    Send,
    SettledThere,
    Stage,
    Standing,
    Told,
    step,
)

T = TypeVar("T")

CHARGES_MAX = 10_000
SENDING_MAX = 8
FLYING_MAX = 64
TRY_AGAIN_MS = 1_000
IDLE_MS = 60_000


@dataclass(frozen=True, slots=True)
class StoredCharge:
    """A row: what to post and how far it got. `doubtful` when the row comes from a backup, so
    that more may have happened than it says."""

    charge_id: ChargeId
    posting: Posting
    state: PostingState
    doubtful: bool = False


class ChargeRows(Protocol):
    """The rows of kind folio in the server's outbox."""

    async def unfinished(self) -> Iterable[StoredCharge]:
        """All rows whose state is not finished, oldest first."""
        ...

    async def save(self, charge_id: ChargeId, state: PostingState) -> None:
        """Store a state; durable when it returns. `StoreBusy` and `DiskFull` stored nothing."""
        ...

    def forget(self, charge_id: ChargeId) -> None:
        """The charge is finished and nothing is on its way for it."""
        ...


Report = Callable[[SettleCharge], Awaitable[Standing | None]]
"""Submits the command to the server's own writer. "taken" also when there was nothing to do;
"posted" or "refused" when the charge is settled there as such; None when it cannot be now."""

RaiseAlarm = Callable[[ChargeId, Alarm], Awaitable[None]]
"""Tells staff, durably; `StoreBusy` and `DiskFull` told nobody."""

_OUTCOMES = {
    Stage.POSTED: "posted",
    Stage.REFUSED: "refused",
    Stage.UNKNOWN: "unknown",
    Stage.DEFERRED: "deferred",
    Stage.ABSENT: "deferred",
}


@dataclass(slots=True)
class _Live:
    """A charge in hand: its posting, its stored state, and what is under way for it."""

    posting: Posting
    state: PostingState
    flying: int = 0
    telling: bool = False
    looking: bool = False
    ringing: bool = False
    rest_until_ms: int = 0
    inputs: deque[Input] = field(default_factory=deque)


class RoomCharges:
    """Drives all open charges of one venue against one gateway."""

    def __init__(
        self,
        rows: ChargeRows,
        gateway: FolioGateway,
        report: Report,
        alarm: RaiseAlarm,
        *,
        clock: Callable[[], int],
        sleep: Callable[[int], Awaitable[None]],
    ) -> None:
        """`clock` and `sleep` count milliseconds of the same time."""
        self._rows = rows
        self._gateway = gateway
        self._report = report
        self._alarm = alarm
        self._clock = clock
        self._sleep = sleep
        self._live: dict[ChargeId, _Live] = {}
        self._ready: deque[ChargeId] = deque()
        self._wake = asyncio.Event()
        self._tasks: asyncio.TaskGroup

    @property
    def room_left(self) -> int:
        """How many more charges can be taken over."""
        return CHARGES_MAX - len(self._live)

    def add(self, stored: StoredCharge) -> None:
        """Take over a charge whose row was committed.

        The caller minds `room_left`. A charge that is in hand already stays as it is.
        """
        self._live.setdefault(stored.charge_id, _Live(stored.posting, stored.state))
        if stored.doubtful:
            self._give(stored.charge_id, Restarted(self._clock(), restored=True))
        self._wake.set()

    def not_on_folio(self, charge_id: ChargeId) -> None:
        """A person's word about an unknown charge, committed by the server: post it again."""
        self._give(charge_id, NotOnFolio(self._clock()))

    def settled_there(self, charge_id: ChargeId, standing: Literal["posted", "refused"]) -> None:
        """The server has it settled, on a person's word. What is on its way there still counts."""
        live = self._live.get(charge_id)
        if live is not None and live.state.stage is Stage.UNKNOWN:
            self._give(charge_id, SettledThere(standing))

    async def run(self) -> None:
        """Work until cancelled.

        Ends with an exception group when the store is dead or a part of it has a fault of ours.
        """
        async with asyncio.TaskGroup() as self._tasks:
            now_ms = self._clock()
            for row in await self._rows.unfinished():
                self._live.setdefault(row.charge_id, _Live(row.posting, row.state))
                self._give(row.charge_id, Restarted(now_ms, row.doubtful))
            while True:
                self._wake.clear()
                await self._work()
                await self._rest()

    # -- the loop ------------------------------------------------------------------------------
    def _give(self, charge_id: ChargeId, given: Input) -> None:
        live = self._live.get(charge_id)
        if live is None:
            return
        live.inputs.append(given)
        self._ready.append(charge_id)
        self._wake.set()

    async def _work(self) -> None:
        """Take the inputs in the order they came, then whatever the clock says is due."""
        while self._ready:
            charge_id = self._ready.popleft()
            live = self._live.get(charge_id)
            if live is not None and live.inputs:
                await self._take(charge_id, live, live.inputs.popleft())
        now_ms = self._clock()
        for charge_id, live in list(self._live.items()):
            if self._next_ms(live) <= now_ms and self._may(live):
                await self._take(charge_id, live, Due(now_ms))

    def _next_ms(self, live: _Live) -> int:
        return max(live.state.due_ms, live.rest_until_ms)

    def _may(self, live: _Live) -> bool:
        """Whether a due charge can be acted on now; a hotel is not to be flooded."""
        if live.state.stage in (Stage.QUEUED, Stage.DEFERRED):
            sending = sum(other.state.stage is Stage.SENDING for other in self._live.values())
            flying = sum(other.flying for other in self._live.values())
            return sending < SENDING_MAX and flying < FLYING_MAX
        return not live.looking

    async def _rest(self) -> None:
        """Wait for an input, or until something falls due."""
        now_ms = self._clock()
        nexts = [
            self._next_ms(live)
            for live in self._live.values()
            if self._next_ms(live) > now_ms or self._may(live)
        ]
        pause_ms = min([*(max(next_ms - now_ms, 0) for next_ms in nexts), IDLE_MS])
        woken = asyncio.ensure_future(self._wake.wait())
        slept = asyncio.ensure_future(self._sleep(pause_ms))
        try:
            await asyncio.wait({woken, slept}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
            slept.cancel()

    async def _take(self, charge_id: ChargeId, live: _Live, given: Input) -> None:
        state, actions = step(live.state, given, self._gateway.timing)
        if state != live.state:
            try:
                await self._rows.save(charge_id, state)
            except (StoreBusy, DiskFull):
                # Nothing was stored, so nothing has happened: the same input once more, later.
                live.rest_until_ms = self._clock() + TRY_AGAIN_MS
                if not isinstance(given, Due):
                    self._tasks.create_task(self._again(charge_id, given))
                return
            live.state = state
        for action in actions:
            self._act(charge_id, live, action)
        if live.state.untold and not live.telling:
            live.telling = True
            self._tasks.create_task(self._tell(charge_id, live))
        under_way = live.flying or live.looking or live.ringing or live.inputs
        if live.state.finished and not under_way:
            del self._live[charge_id]
            self._rows.forget(charge_id)

    async def _again(self, charge_id: ChargeId, given: Input) -> None:
        await self._sleep(TRY_AGAIN_MS)
        self._give(charge_id, given)

    # -- actions -------------------------------------------------------------------------------
    def _act(self, charge_id: ChargeId, live: _Live, action: Action) -> None:
        if isinstance(action, Send):
            live.flying += 1
            posting = replace(live.posting, attempt=action.attempt)
            self._tasks.create_task(self._send(charge_id, live, posting))
        elif isinstance(action, Look):
            live.looking = True
            self._tasks.create_task(self._look(charge_id, live))
        else:
            live.ringing = True
            self._tasks.create_task(self._ring(charge_id, live, action))

    async def _send(self, charge_id: ChargeId, live: _Live, posting: Posting) -> None:
        """Hear the answer even if it is late; the state machine stops waiting much earlier."""
        timing = self._gateway.timing
        outcome: PostOutcome | None
        try:
            outcome = await self._within(
                self._gateway.post(posting), timing.answer_ms + 2 * timing.quarantine_ms
            )
        except Exception as error:  # noqa: BLE001 - whatever broke, the bytes may have left
            outcome = Unknown(f"the link failed: {error}")
        if isinstance(outcome, Posted) and outcome.posting_id != posting.posting_id:
            outcome = Unknown("the answer belongs to another posting")
        live.flying -= 1
        answer = outcome or Unknown("no answer at all")
        self._give(charge_id, Answered(posting.attempt, answer, self._clock()))

    async def _look(self, charge_id: ChargeId, live: _Live) -> None:
        asked_ms = self._clock()
        outcome: LookOutcome | None
        try:
            outcome = await self._within(
                self._gateway.look(live.posting.posting_id), self._gateway.timing.find_ms
            )
        except Exception as error:  # noqa: BLE001 - a look that fails has seen nothing
            outcome = CannotTell(f"the link failed: {error}")
        live.looking = False
        answer = outcome or CannotTell("no answer in time")
        self._give(charge_id, Looked(answer, asked_ms, self._clock()))

    async def _ring(self, charge_id: ChargeId, live: _Live, alarm: Alarm) -> None:
        while True:
            try:
                await self._alarm(charge_id, alarm)
                break
            except (StoreBusy, DiskFull):
                await self._sleep(TRY_AGAIN_MS)
        live.ringing = False
        self._give(charge_id, Due(self._clock()))

    async def _within(self, asked: Coroutine[Any, Any, T], wait_ms: int) -> T | None:
        """The result, or None after `wait_ms`; a result that has come is never thrown away."""
        task = asyncio.ensure_future(asked)
        slept = asyncio.ensure_future(self._sleep(wait_ms))
        try:
            await asyncio.wait({task, slept}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            slept.cancel()
            task.cancel()

    async def _tell(self, charge_id: ChargeId, live: _Live) -> None:
        """Tell the latest news until the server answers."""
        standing: Standing | None = None
        while live.state.untold:
            state = live.state
            standing = await self._report(
                SettleCharge(
                    charge_id=charge_id,
                    outcome=_OUTCOMES[state.stage],
                    reference=state.reference,
                    code=state.code,
                    words=state.text,
                )
            )
            if standing is not None:
                break
            await self._sleep(TRY_AGAIN_MS)
        live.telling = False
        if live.state.untold and standing is not None:
            self._give(charge_id, Told(state.news, standing, self._clock()))
