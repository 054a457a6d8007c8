"""The door through which effects are carried out: rows are claimed, marked and reported on.

A row is released once a second machine holds its event, or after a short wait, so that nothing
outward happens for an event that one dead disk could take back (reliability 0.8). Claiming and
marking are transactions of their own; what came of it enters the journal through `report`.
"""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, bindparam, or_, select, update
from sqlmodel import col

from sync_server.domain import outward
from sync_server.domain.ids import ChargeId
from sync_server.domain.limits import SECOND_COPY_WAIT_MS
from sync_server.domain.menu import Catalogue
from sync_server.effects.door import EffectRecord
from sync_server.store.errors import StoreBusy
from sync_server.store.hot_query import HotQuery

from .office import FrontOffice
from .tables import EffectRow

HELD_BACK = frozenset({outward.FOLIO, outward.CARD})
"""Kinds that wait for a second copy; paper that is printed twice is marked and harms nobody."""

LOOK_AGAIN_S = 0.5

FRESH_GROUPS = 4_096

LONGEST_PAUSE_MS = 15_000
"""No worker asks for a longer one: a row that is due later was dated by a clock set since."""

OUTCOME_LENGTH = 16 * 1024
"""A row carries the whole record of a room charge, which cut short could not be read again."""

# Thought out once: a paper needs six of them, and building a statement costs more than running it.
_QUEUED = HotQuery(
    select(col(EffectRow.effect_id))
    .where(
        col(EffectRow.kind) == bindparam("of_kind"),
        col(EffectRow.target) == bindparam("of_target"),
        col(EffectRow.state) == "queued",
    )
    .limit(1)
)
_DUE = HotQuery(
    select(EffectRow)
    .where(
        col(EffectRow.kind) == bindparam("of_kind"),
        col(EffectRow.target) == bindparam("of_target"),
        col(EffectRow.state) == "queued",
        or_(
            col(EffectRow.due_ms) <= bindparam("now"),
            col(EffectRow.due_ms) > bindparam("too_late"),
        ),
    )
    .order_by(col(EffectRow.n), col(EffectRow.effect_id))
    .limit(bindparam("most"))
)
_CHANGED = update(EffectRow).where(col(EffectRow.effect_id) == bindparam("the_effect"))
_CLAIMED = HotQuery(
    _CHANGED.values(state="claimed", attempt=bindparam("new_attempt"), updated_ms=bindparam("now"))
)
_MARKED = HotQuery(
    _CHANGED.values(
        state=bindparam("new_state"),
        outcome=bindparam("new_outcome"),
        due_ms=bindparam("new_due_ms"),
        updated_ms=bindparam("now"),
    )
)
_UNFINISHED = HotQuery(
    select(EffectRow)
    .where(
        col(EffectRow.kind) == bindparam("of_kind"),
        or_(col(EffectRow.state) == "claimed", col(EffectRow.state) == "sending"),
    )
    .order_by(col(EffectRow.n))
)
"""Rows that a stopped server had in hand."""


class OfficeDoor:
    """`sync_server.effects.door.EffectsDoor` over the front database."""

    def __init__(self, office: FrontOffice, clock: Callable[[], int] | None = None) -> None:
        """`clock` is for waiting, so nobody should be able to set it (`clocks.steady`)."""
        self._office = office
        self._clock = clock or office.clock
        self._wakes: dict[str, asyncio.Event] = {}
        self._fresh: deque[tuple[int, int]] = deque(maxlen=FRESH_GROUPS)
        self._waited_n = 0
        office.watch(self._told)

    def _told(self, events: list[object]) -> None:
        self._fresh.append((self._office.head_n, self.now_ms()))
        self._waited()
        for kind, wake in self._wakes.items():
            if self._office.queues.get(kind):
                wake.set()

    @property
    def catalogue(self) -> Catalogue:
        return self._office.catalogue

    def now_ms(self) -> int:
        return self._clock()

    async def wait(self, kind: str, timeout_s: float) -> None:
        """Until something may have come for this kind, or the time is over.

        Queued rows may become free by time alone, so they are looked at again soon.
        """
        wake = self._wakes.setdefault(kind, asyncio.Event())
        if self.targets(kind):
            timeout_s = min(timeout_s, LOOK_AGAIN_S)
        # Not wait_for: that one may swallow a cancellation (Python 3.11).
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(timeout_s):
                await wake.wait()
        wake.clear()

    def targets(self, kind: str) -> list[str]:
        """Queues of this kind that have rows queued, due or not."""
        return sorted(self._office.queues.get(kind, ()))

    async def claim(self, kind: str, target: str, limit: int) -> list[EffectRecord]:
        """Take released rows of a queue in their order; each claim counts as an attempt."""
        now = self.now_ms()
        released = self._released(kind)

        def take(connection: Connection) -> list[EffectRecord]:
            rows = _DUE.all(
                connection,
                of_kind=kind,
                of_target=target,
                now=now,
                too_late=now + LONGEST_PAUSE_MS,
                most=limit,
            )
            taken = [row for row in rows if released(row.n)]
            for row in taken:
                _CLAIMED.run(
                    connection, the_effect=row.effect_id, new_attempt=row.attempt + 1, now=now
                )
            return [_record(row, "claimed", row.attempt + 1) for row in taken]

        records = await self._office.database.write(take)
        if not records:
            await self._forget_if_empty(kind, target)
        return records

    async def _forget_if_empty(self, kind: str, target: str) -> None:
        before = self._office.head_n
        left = await self._office.database.read_async(
            lambda connection: _QUEUED.first(connection, of_kind=kind, of_target=target)
        )
        if left is None and self._office.head_n == before:
            self._office.queues.get(kind, set()).discard(target)

    def _waited(self) -> int:
        """The newest event that this process has known for as long as a second copy may take. Rows
        say when they were written by a clock that somebody may have set since."""
        if not self._fresh and self._waited_n < self._office.head_n:
            self._fresh.append((self._office.head_n, self.now_ms()))
        while self._fresh and self.now_ms() - self._fresh[0][1] >= SECOND_COPY_WAIT_MS:
            self._waited_n = self._fresh.popleft()[0]
        return self._waited_n

    def _released(self, kind: str) -> Callable[[int], bool]:
        """Whether an event may be acted on."""
        if kind not in HELD_BACK:
            return lambda n: True
        newest = max(self._office.copied_n, self._waited())
        return lambda n: n <= newest

    async def mark(self, effect_id: str, state: str, outcome: str = "", due_ms: int = 0) -> None:
        """Commit the state of a row."""
        now = self.now_ms()
        await self._office.database.write(
            lambda connection: _MARKED.run(
                connection,
                the_effect=effect_id,
                new_state=state,
                new_outcome=outcome[:OUTCOME_LENGTH],
                new_due_ms=due_ms,
                now=now,
            )
        )
        if state == "queued":
            await self._office.load_queues()
            self._told([])

    def charge_state(self, charge_id: str) -> str:
        """The state of a room charge now; empty if there is none."""
        charge = self._office.venue.charges.get(ChargeId(charge_id))
        return charge.state if charge is not None else ""

    def was_away(self, dev: str, at_ms: int) -> bool:
        """Whether a device made something before its present link to the server began."""
        device = self._office.devices.get(dev)
        return device is not None and at_ms < device.linked_ms

    def cut_off(self, code: str) -> str:
        """A terminal that works alone, or is just telling what it did alone."""
        now = self._office.clock()
        for device in self._office.devices.values():
            if device.kind != "pos" or code not in ("", device.code):
                continue
            if device.is_cut_off(now):
                return device.code
        return ""

    async def unfinished(self, kind: str) -> list[EffectRecord]:
        """Rows that a stopped server had in hand: what became of them is not known."""
        rows = await self._office.database.read_async(
            lambda connection: _UNFINISHED.all(connection, of_kind=kind)
        )
        return [_record(row, row.state, row.attempt) for row in rows]

    async def report(self, command: object) -> None:
        """Journal what became of an effect. Raises StoreBusy when it could not be stored now."""
        if await self._office.report(command) is None:
            raise StoreBusy("what became of an effect could not be journaled now")


def _record(row: Any, state: str, attempt: int) -> EffectRecord:
    return EffectRecord(
        effect_id=row.effect_id,
        n=row.n,
        kind=row.kind,
        target=row.target,
        state=state,
        attempt=attempt,
        dev=row.dev,
        payload=bytes(row.payload),
        outcome=row.outcome,
    )
