"""The door through which effects are carried out: rows are claimed, marked and reported on.

A row is released once a second machine holds its event, or after a short wait, so that nothing
outward happens for an event that one dead disk could take back (reliability 0.8). Claiming and
marking are transactions of their own; what came of it enters the journal through `report`.
"""

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, select, update

from sync_server.domain import outward
from sync_server.domain.ids import ChargeId
from sync_server.domain.limits import SECOND_COPY_WAIT_MS
from sync_server.domain.menu import Catalogue
from sync_server.effects.door import EffectRecord

from .office import FrontOffice
from .tables import EffectRow

HELD_BACK = frozenset({outward.FOLIO})
"""Kinds that wait for a second copy; paper that is printed twice is marked and harms nobody."""

LOOK_AGAIN_S = 0.5

OUTCOME_LENGTH = 16 * 1024
"""A row carries the whole record of a room charge, which cut short could not be read again."""

UNFINISHED = ("claimed", "sending")


class OfficeDoor:
    """`sync_server.effects.door.EffectsDoor` over the front database."""

    def __init__(self, office: FrontOffice) -> None:
        self._office = office
        self._wakes: dict[str, asyncio.Event] = {}
        office.watch(self._told)

    def _told(self, events: list[object]) -> None:
        for kind, wake in self._wakes.items():
            if self._office.queues.get(kind):
                wake.set()

    @property
    def catalogue(self) -> Catalogue:
        return self._office.catalogue

    def now_ms(self) -> int:
        return self._office.clock()

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
            rows = connection.execute(
                select(EffectRow)
                .where(
                    EffectRow.kind == kind,  # type: ignore[arg-type]
                    EffectRow.target == target,  # type: ignore[arg-type]
                    EffectRow.state == "queued",  # type: ignore[arg-type]
                    EffectRow.due_ms <= now,  # type: ignore[arg-type]
                )
                .order_by(EffectRow.n, EffectRow.effect_id)  # type: ignore[arg-type]
                .limit(limit)
            ).all()
            taken = [row for row in rows if released(row.n, row.updated_ms, now)]
            for row in taken:
                connection.execute(
                    update(EffectRow)
                    .where(EffectRow.effect_id == row.effect_id)
                    .values(state="claimed", attempt=row.attempt + 1, updated_ms=now)
                )
            return [_record(row, "claimed", row.attempt + 1) for row in taken]

        records = await self._office.database.write(take)
        if not records:
            await self._forget_if_empty(kind, target)
        return records

    async def _forget_if_empty(self, kind: str, target: str) -> None:
        before = self._office.head_n
        left = await self._office.database.read_async(
            lambda connection: connection.execute(
                select(EffectRow.effect_id)  # type: ignore[call-overload]
                .where(
                    EffectRow.kind == kind,
                    EffectRow.target == target,
                    EffectRow.state == "queued",
                )
                .limit(1)
            ).first()
        )
        if left is None and self._office.head_n == before:
            self._office.queues.get(kind, set()).discard(target)

    def _released(self, kind: str) -> Callable[[int, int, int], bool]:
        copied = self._office.copied_n
        if kind not in HELD_BACK:
            return lambda n, queued_ms, now: True
        return lambda n, queued_ms, now: n <= copied or now - queued_ms >= SECOND_COPY_WAIT_MS

    async def mark(self, effect_id: str, state: str, outcome: str = "", due_ms: int = 0) -> None:
        """Commit the state of a row."""
        now = self.now_ms()
        await self._office.database.write(
            lambda connection: connection.execute(
                update(EffectRow)
                .where(EffectRow.effect_id == effect_id)  # type: ignore[arg-type]
                .values(
                    state=state, outcome=outcome[:OUTCOME_LENGTH], due_ms=due_ms, updated_ms=now
                )
            )
        )
        if state == "queued":
            await self._office.load_queues()
            self._told([])

    def charge_state(self, charge_id: str) -> str:
        """The state of a room charge now; empty if there is none."""
        charge = self._office.venue.charges.get(ChargeId(charge_id))
        return charge.state if charge is not None else ""

    async def unfinished(self, kind: str) -> list[EffectRecord]:
        """Rows that a stopped server had in hand: what became of them is not known."""
        rows = await self._office.database.read_async(
            lambda connection: connection.execute(
                select(EffectRow)
                .where(EffectRow.kind == kind, EffectRow.state.in_(UNFINISHED))  # type: ignore[arg-type,attr-defined]
                .order_by(EffectRow.n)  # type: ignore[arg-type]
            ).all()
        )
        return [_record(row, row.state, row.attempt) for row in rows]

    async def report(self, command: object) -> None:
        """Journal what became of an effect."""
        await self._office.report(command)


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
