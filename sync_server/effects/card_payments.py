"""The worker between committed requests and card terminals: a card is charged once, or not at all.

Rules (reliability 2.15, 2.16): the row says "sending" on the disk before the first byte leaves, so
whatever is found there after a restart may have been charged. It is then unknown, and is asked
after (`look`), never asked for again; its row stays "sending" for as long, so that the next start
asks on. A terminal that has no record of a request which it would
have forgotten by now (`CARD_FORGOTTEN_MS`) has charged nothing. What nobody waits for any more is
not sent (`CARD_LATEST_MS`): the guest has gone. A terminal serves one card at a time; looks and
cancellations have a queue of their own beside it. An answer that comes late, or twice, is told as
it came: what it means is the domain's (`domain.cards`). The wire is `hardware.card_terminal`.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import msgspec

from hardware.card_terminal import (
    Absent,
    Answer,
    Approved,
    ByHand,
    CardTerminal,
    Declined,
    Found,
    NetworkTerminal,
    Silent,
)
from sync_server.domain import menu
from sync_server.domain.commands import SettleCard, TellStaff
from sync_server.domain.ids import NoticeId, PaymentId, StaffId, derived
from sync_server.domain.limits import CARD_ANSWER_MS, CARD_FORGOTTEN_MS, CARD_LATEST_MS
from sync_server.domain.outward import CARD, CARD_ASIDE, CardJob

from .door import (
    CLAIMED,
    DONE,
    DOUBTFUL,
    DROPPED,
    FAILED,
    REFUSED,
    SENDING,
    UNKNOWN,
    EffectRecord,
    EffectsDoor,
    kept,
)

WAIT_S = 5
LOOKS_MS = (1_000, 3_000, 10_000, 30_000, 90_000, 300_000)
"""Pauses before the looks at an unknown; after the last one a person has to ask."""
NOT_SENT = "not_sent"

_T = TypeVar("_T")
_log = logging.getLogger(__name__)
_read = msgspec.json.Decoder(CardJob)

Opened = Callable[[menu.CardTerminal, Callable[[str, Answer], Awaitable[None]]], CardTerminal]
"""Makes the line to a terminal of the catalogue; answers nobody waits for go to the second."""


def open_terminal(
    place: menu.CardTerminal, heard: Callable[[str, Answer], Awaitable[None]]
) -> CardTerminal:
    """The driver of a terminal: by hand where it has no address."""
    return NetworkTerminal(place.host, place.port, heard) if place.port else ByHand()


class CardPayments:
    """Drives all card terminals of the catalogue. `run` until cancelled."""

    def __init__(
        self,
        door: EffectsDoor,
        *,
        sleep: Callable[[int], Awaitable[None]],
        opened: Opened = open_terminal,
    ) -> None:
        """`sleep` takes milliseconds of the door's clock."""
        self._door = door
        self._sleep = sleep
        self._open = opened
        self._terminals: dict[str, tuple[menu.CardTerminal, CardTerminal]] = {}
        self._working: set[str] = set()
        self._tasks: asyncio.TaskGroup

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as self._tasks:
                for row in await self._kept(lambda: self._door.unfinished(CARD)):
                    await self._taken_up(row)
                while True:
                    for target in self._door.targets(CARD):
                        if target not in self._working:
                            self._working.add(target)
                            self._tasks.create_task(self._drain(target))
                    await self._door.wait(CARD, WAIT_S)
        finally:
            for _, terminal in self._terminals.values():
                await terminal.close()

    async def _taken_up(self, row: EffectRecord) -> None:
        """A row that a stopped process had in hand."""
        job = await self._job(row)
        if job is None:
            return
        if row.target.endswith(CARD_ASIDE):
            await self._mark(row, DROPPED, "restarted")
        elif row.state == CLAIMED and row.outcome != DOUBTFUL:
            # Its "sending" is committed before the first byte: none had left.
            await self._settle(row, job, Declined(NOT_SENT))
        else:
            await self._settle(row, job, Silent("restarted"))

    async def _drain(self, target: str) -> None:
        try:
            while rows := await self._kept(lambda: self._door.claim(CARD, target, 1)):
                await self._do(rows[0])
        finally:
            self._working.discard(target)

    async def _do(self, row: EffectRecord) -> None:
        job = await self._job(row)
        if job is None:
            return
        match job.task:
            case "look":
                await self._look_now(job)
                await self._mark(row, DONE, "looked")
            case "cancel":
                await self._terminal(job.terminal_id).cancel(job.payment_id)
                await self._mark(row, DONE, "asked")
            case _ if row.outcome == DOUBTFUL:
                await self._settle(row, job, Silent("restored from a backup"))
            case _ if self._door.now_ms() - job.at_ms > CARD_LATEST_MS:
                await self._settle(row, job, Declined(NOT_SENT))
            case _:
                await self._mark(row, SENDING, job.payment_id)
                await self._settle(row, job, await self._asked(job))

    async def _asked(self, job: CardJob) -> Answer:
        """The terminal's answer, waited for no longer than a guest would."""
        terminal = self._terminal(job.terminal_id)
        if job.task == "back":
            asked = terminal.give_back(
                job.payment_id, job.original, job.amount_minor, job.currency, whole=job.whole
            )
        else:
            ask = terminal.code if job.task == "code" else terminal.sale
            asked = ask(job.payment_id, job.amount_minor, job.currency, job.number)
        answer = asyncio.ensure_future(asked)
        over = asyncio.ensure_future(self._sleep(CARD_ANSWER_MS))
        try:
            await asyncio.wait({answer, over}, return_when=asyncio.FIRST_COMPLETED)
            return answer.result() if answer.done() else Silent("no answer in time")
        finally:
            answer.cancel()
            over.cancel()

    # -- what became of it ---------------------------------------------------------------------
    async def _settle(self, row: EffectRecord, job: CardJob, answer: Answer) -> None:
        """Tell it first: a row that is done was told. Told twice it changes nothing."""
        await self._tell(job.payment_id, answer)
        if isinstance(answer, Silent):
            _log.warning("card %s on %s: %s", job.payment_id, job.terminal_id, answer.reason)
        by_hand = isinstance(self._terminal(job.terminal_id), ByHand)
        if isinstance(answer, Silent) and not by_hand:
            await self._mark(row, SENDING, answer.reason)
            self._tasks.create_task(self._look_after(row, job, answer))
        else:
            await self._mark(row, *_end(answer))

    async def _look_after(self, row: EffectRecord, job: CardJob, answer: Answer) -> None:
        """Ask by itself for a while: a look charges nothing."""
        for pause in LOOKS_MS:
            await self._sleep(pause)
            found = await self._looked(job)
            if found is not None:
                answer = found
                break
        await self._mark(row, *_end(answer))

    async def _look_now(self, job: CardJob) -> None:
        """A person asks; when the terminal cannot say, that is an answer too."""
        if await self._looked(job) is None:
            params: dict[str, str | int] = {"number": job.number}
            notice_id = NoticeId(derived(job.payment_id, f"no_word.{job.at_ms}"))
            told = TellStaff(notice_id, StaffId(job.by), "card_no_word", params)
            await self._kept(lambda: self._door.report(told))

    async def _looked(self, job: CardJob) -> Answer | None:
        """What became of it, told, if the terminal could say."""
        asked_ms = self._door.now_ms()
        found: Found = await self._terminal(job.terminal_id).look(job.payment_id)
        if isinstance(found, Absent) and asked_ms - job.asked_ms > CARD_FORGOTTEN_MS:
            found = Declined("not_there")
        if isinstance(found, Silent | Absent):
            return None
        await self._tell(job.payment_id, found)
        return found

    async def _tell(self, payment_id: str, answer: Answer) -> None:
        told = SettleCard(PaymentId(payment_id), "unknown", code=_why(answer))
        if isinstance(answer, Approved):
            told = SettleCard(
                PaymentId(payment_id),
                "approved",
                answer.amount,
                answer.tip,
                answer.reference,
                words=answer.text,
            )
        elif isinstance(answer, Declined):
            told = SettleCard(
                PaymentId(payment_id), "declined", code=answer.code, words=answer.text
            )
        await self._kept(lambda: self._door.report(told))

    def _terminal(self, terminal_id: str) -> CardTerminal:
        """The line to it, anew when its address was changed."""
        places = self._door.catalogue.card_terminals.values()
        place = next((each for each in places if each.terminal_id == terminal_id), None)
        if place is None:
            return ByHand()
        known = self._terminals.get(terminal_id)
        if known is None or known[0] != place:
            if known is not None:
                self._tasks.create_task(known[1].close())
            known = self._terminals[terminal_id] = (place, self._open(place, self._tell))
        return known[1]

    # -- the store -----------------------------------------------------------------------------
    async def _job(self, row: EffectRecord) -> CardJob | None:
        try:
            return _read.decode(row.payload)
        except msgspec.MsgspecError:
            _log.exception("the card job of effect %s cannot be read", row.effect_id)
            await self._mark(row, FAILED, "unreadable")
            return None

    async def _mark(self, row: EffectRecord, state: str, outcome: str) -> None:
        await self._kept(lambda: self._door.mark(row.effect_id, state, outcome))

    async def _kept(self, call: Callable[[], Awaitable[_T]]) -> _T:
        return await kept(call, self._sleep)


def _end(answer: Answer) -> tuple[str, str]:
    """The last state of a row, and its outcome."""
    state = {Approved: DONE, Declined: REFUSED}.get(type(answer), UNKNOWN)
    return state, _why(answer)


def _why(answer: Answer) -> str:
    """A word for the row and the journal."""
    if isinstance(answer, Declined):
        return answer.code
    return answer.reason[:100] if isinstance(answer, Silent) else ""
