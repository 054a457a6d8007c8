"""A card terminal on the network: what one may ask of it, and the wire of our simulated one.

Rule: a request has an id of the till's own, and the terminal acts on each id once; asking again
under the same id is answered by what became of it. So silence is never a reason to charge again:
`look` asks, and only the terminal's own record, or its slip, says what happened.

The wire is lines of JSON in UTF-8, at most 4 KiB each, over TCP. The till asks

    {"op": "sale", "id": "…", "amount": 12300, "currency": "UAH", "text": "T1-004"}
    {"op": "code", "id": "…", "amount": 12300, "currency": "UAH", "text": "T1-004"}
    {"op": "refund" | "reverse", "id": "…", "of": "A000123", "amount": …, "currency": …}
    {"op": "status", "id": "…"}          {"op": "cancel", "id": "…"}

and the terminal answers, at once or when the guest is done,

    {"id": "…", "state": "approved", "amount": 12300, "tip": 0, "ref": "A000123", "text": ""}

The op `code` is a sale by a code on the terminal's screen, which the guest pays with the telephone;
it is answered like a card. `state` is approved, declined (`code` says why), busy (another guest is
at it), pending or absent (for `status`: it waits for the guest; it never heard of that id). A
reversal takes back a whole payment before the terminal's own day is closed, a refund any part of it
at any time. A request that was not begun within `FORGETS_S` is never begun. Neighbour:
`simulated_card_terminal`.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol

LINE_BYTES = 4_096
FORGETS_S = 60
CONNECT_S = 5.0
STATUS_S = 10.0


@dataclass(frozen=True, slots=True)
class Approved:
    """Money moved: `amount` in all in the smallest unit, `tip` of it added on the terminal."""

    amount: int
    reference: str
    tip: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class Declined:
    """Certainly nothing moved."""

    code: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class Silent:
    """Nobody knows. `reason` is for the log."""

    reason: str


@dataclass(frozen=True, slots=True)
class Absent:
    """The terminal has no record of that id."""


Answer = Approved | Declined | Silent
Found = Approved | Declined | Silent | Absent
Heard = Callable[[str, Answer], Awaitable[None]]
"""An answer that nobody waited for any more: it came late, or a second time."""


class CardTerminal(Protocol):
    """What every card terminal can be asked; none of it raises."""

    async def sale(self, request_id: str, amount: int, currency: str, text: str) -> Answer:
        """Charge a card; returns when the terminal says so or cannot be heard any more."""
        ...

    async def code(self, request_id: str, amount: int, currency: str, text: str) -> Answer:
        """Show a code that the guest pays; returns as `sale` does."""
        ...

    async def give_back(
        self, request_id: str, of: str, amount: int, currency: str, *, whole: bool
    ) -> Answer:
        """Give back a payment, or a part of it."""
        ...

    async def look(self, request_id: str) -> Found:
        """What became of a request; charges nothing."""
        ...

    async def cancel(self, request_id: str) -> None:
        """Wish that it be let alone; the answer to the request says whether it was."""
        ...

    async def close(self) -> None:
        """Hang up."""
        ...


class ByHand:
    """A terminal that stands alone: the sum is typed on it, a person says here what it said."""

    async def sale(self, request_id: str, amount: int, currency: str, text: str) -> Answer:
        """Nobody but a person can know."""
        return Silent("by_hand")

    async def code(self, request_id: str, amount: int, currency: str, text: str) -> Answer:
        """Nobody but a person can know."""
        return Silent("by_hand")

    async def give_back(
        self, request_id: str, of: str, amount: int, currency: str, *, whole: bool
    ) -> Answer:
        """Nobody but a person can know."""
        return Silent("by_hand")

    async def look(self, request_id: str) -> Found:
        """It cannot be asked."""
        return Silent("by_hand")

    async def cancel(self, request_id: str) -> None:
        """A person cancels on the terminal itself."""

    async def close(self) -> None:
        """There is no line."""


class NetworkTerminal:
    """The till's end of the wire. One connection, opened when there is something to ask."""

    def __init__(self, host: str, port: int, heard: Heard) -> None:
        """Nothing is connected yet."""
        self._address = (host, port)
        self._heard = heard
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None
        self._waiting: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._asking: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._door = asyncio.Lock()

    async def sale(self, request_id: str, amount: int, currency: str, text: str) -> Answer:
        """Charge a card."""
        asked = {"op": "sale", "id": request_id, "amount": amount, "currency": currency}
        return await self._move({**asked, "text": text})

    async def code(self, request_id: str, amount: int, currency: str, text: str) -> Answer:
        """Show a code that the guest pays."""
        asked = {"op": "code", "id": request_id, "amount": amount, "currency": currency}
        return await self._move({**asked, "text": text})

    async def give_back(
        self, request_id: str, of: str, amount: int, currency: str, *, whole: bool
    ) -> Answer:
        """Reverse the whole payment; what cannot be reversed any more is refunded."""
        asked = {"id": request_id, "of": of, "amount": amount, "currency": currency}
        if whole:
            answer = await self._move({"op": "reverse", **asked})
            if answer != Declined("day_closed"):
                return answer
        return await self._move({"op": "refund", **asked})

    async def look(self, request_id: str) -> Found:
        """Ask for what became of it."""
        if request_id in self._asking:
            return Silent("it is being asked already")
        future = self._asking[request_id] = asyncio.get_running_loop().create_future()
        try:
            async with asyncio.timeout(CONNECT_S + STATUS_S):
                await self._say({"op": "status", "id": request_id})
                told = await future
        except (OSError, TimeoutError) as fault:
            return Silent(str(fault) or "no answer")
        finally:
            self._asking.pop(request_id, None)
        return Absent() if told.get("state") == "absent" else _answer_of(told)

    async def cancel(self, request_id: str) -> None:
        """Wish that it be let alone; a terminal that does not hear it goes on."""
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._say({"op": "cancel", "id": request_id})
        except (OSError, TimeoutError):
            return

    async def close(self) -> None:
        """Hang up; who waits hears that nobody knows."""
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    async def _move(self, asked: dict[str, Any]) -> Answer:
        """Ask for money to move. Only before the first byte left is it certain that none did."""
        request_id = str(asked["id"])
        try:
            async with asyncio.timeout(CONNECT_S):
                await self._connected()
        except (OSError, TimeoutError) as fault:
            return Declined("not_reached", str(fault))
        future = self._waiting[request_id] = asyncio.get_running_loop().create_future()
        try:
            await self._say(asked)
            return _answer_of(await future)
        except OSError as fault:
            return Silent(str(fault) or "the line was cut")
        finally:
            self._waiting.pop(request_id, None)

    async def _connected(self) -> asyncio.StreamWriter:
        async with self._door:
            if self._writer is None:
                reader, writer = await asyncio.open_connection(*self._address, limit=LINE_BYTES)
                self._writer = writer
                self._reading = asyncio.create_task(self._read(reader, writer))
            return self._writer

    async def _say(self, asked: dict[str, Any]) -> None:
        writer = await self._connected()
        writer.write(json.dumps(asked, ensure_ascii=False).encode() + b"\n")
        await writer.drain()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Give each line to whoever waits for it, until the line is cut."""
        reason = "the line was cut"
        try:
            while line := await reader.readline():
                if not line.endswith(b"\n"):
                    break
                await self._told(line)
        except ValueError as fault:
            reason = f"not our dialect: {fault}"
        except OSError as fault:
            reason = str(fault)
        finally:
            writer.close()
            self._writer = self._reading = None
            for future in (*self._waiting.values(), *self._asking.values()):
                if not future.done():
                    future.set_exception(OSError(reason))

    async def _told(self, line: bytes) -> None:
        told = json.loads(line)
        if not isinstance(told, dict):
            raise ValueError("a line is no object")
        request_id = str(told.get("id", ""))
        asked = self._asking.get(request_id)
        if told.get("of_status") is True and asked is not None:
            if not asked.done():
                asked.set_result(told)
            return
        waiting = self._waiting.get(request_id)
        if waiting is not None and not waiting.done():
            waiting.set_result(told)
        elif told.get("state") in ("approved", "declined"):
            await self._heard(request_id, _answer_of(told))


def _answer_of(told: dict[str, Any]) -> Answer:
    """A line as an answer; one that makes no sense proves nothing."""
    state, text = told.get("state"), str(told.get("text", ""))[:200]
    if state == "approved":
        amount, tip, reference = told.get("amount"), told.get("tip", 0), told.get("ref")
        good = isinstance(amount, int) and isinstance(tip, int) and isinstance(reference, str)
        if not good or not reference or not 0 <= tip <= amount or not amount:
            return Silent(f"an approval that makes no sense: {told}"[:200])
        return Approved(amount, reference[:40], tip, text)
    if state == "declined":
        return Declined(str(told.get("code", "declined"))[:40], text)
    if state == "busy":
        return Declined("busy", text)
    return Silent(f"it says {state}"[:60])
