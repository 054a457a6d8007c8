"""A card terminal that is not there: it charges no card, and can be told to misbehave.

    python -m hardware.simulated_card_terminal --port 0 --record ./card.jsonl

Rule: like a real one it writes each payment into its own record before it answers, so that it
still knows after it was switched off; and it acts on an id once. The wire is `card_terminal`. Hands
on the machine come as lines on the control port (`help` lists them), each answered with a line.
What it is told to do next it does once, in the order it was told.
"""

import argparse
import asyncio
import contextlib
import json
import sys
from collections import deque
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from hardware.card_terminal import LINE_BYTES

HOST = "127.0.0.1"
HELP = (
    "next approve|decline|silent|twice|drop|mute|part <amount>|other <amount>|tip <amount> · "
    "next hold (waits until card or cancel) · card · code (what its screen shows) · close_day · "
    "record · help"
)
DOINGS = frozenset(
    {"approve", "decline", "silent", "twice", "drop", "mute", "part", "other", "tip", "hold"}
)
TOLD_MOST = 100
SALES = ("sale", "code")

Line = dict[str, Any]


class Record:
    """What the terminal knows by id; a line of a file each, written before it answers."""

    def __init__(self, path: Path) -> None:
        """Reads what an earlier run left."""
        self._path = path
        self.known: dict[str, Line] = {}
        self.day_first = 0
        if path.is_file():
            for text in path.read_text(encoding="utf-8").splitlines():
                line = json.loads(text)
                self.known[line["id"]] = line

    def keep(self, line: Line) -> None:
        """One more."""
        self.known[line["id"]] = line
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def reference(self) -> str:
        """The next one, which only rises."""
        return f"A{len(self.known) + 1:06d}"

    def left(self, reference: str) -> int:
        """What may still go back of an approved payment."""
        paid: int = sum(
            line["amount"]
            for line in self.known.values()
            if line["state"] == "approved" and line["ref"] == reference and line["op"] in SALES
        )
        back: int = sum(
            line["amount"]
            for line in self.known.values()
            if line["state"] == "approved" and line["of"] == reference
        )
        return paid - back


class SimulatedTerminal:
    """See the module. `pause` is how long a guest takes."""

    def __init__(self, record: Path, pause: Callable[[], Awaitable[None]]) -> None:
        """Not listening yet."""
        self.record = Record(record)
        self.told: deque[tuple[str, int]] = deque(maxlen=TOLD_MOST)
        self._pause = pause
        self._card = asyncio.Event()
        self._cancelled: set[str] = set()
        self._begun: dict[str, Line] = {}
        self._server: asyncio.Server | None = None
        self._control: asyncio.Server | None = None
        self._lines: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.shown = ""
        """The code on its screen, while a guest may pay it."""
        self.charged: list[Line] = []
        """Each time money moved, in the order of it: what a bank would say."""

    async def start(self, port: int = 0, control: int = 0) -> tuple[int, int]:
        """Listen; the port of the wire and that of the hands."""
        self._server = await asyncio.start_server(self._serve, HOST, port, limit=LINE_BYTES)
        self._control = await asyncio.start_server(self._hands, HOST, control, limit=LINE_BYTES)
        return _port(self._server), _port(self._control)

    async def stop(self) -> None:
        """Off, in the middle of whatever it did."""
        for server in (self._server, self._control):
            if server is not None:
                server.close()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for writer in list(self._lines):
            writer.close()

    def next(self, doing: str, amount: int = 0) -> None:
        """What it does with the next card."""
        self.told.append((doing, amount))

    @property
    def busy(self) -> bool:
        """A guest is at it."""
        return bool(self._begun)

    def card(self) -> None:
        """A guest who was waited for (`hold`) shows the card."""
        self._card.set()

    # -- the wire ------------------------------------------------------------------------------
    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        with contextlib.suppress(OSError, ValueError):
            while line := await reader.readline():
                asked = json.loads(line)
                task = asyncio.create_task(self._asked(asked, writer))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)
        self._lines.discard(writer)
        writer.close()

    async def _asked(self, asked: Line, writer: asyncio.StreamWriter) -> None:
        request_id = str(asked["id"])
        match asked["op"]:
            case "status":
                known = self.record.known.get(request_id) or self._begun.get(request_id)
                found = known or {"id": request_id, "state": "absent"}
                await _say(writer, {**found, "of_status": True})
            case "cancel":
                if request_id in self._begun:
                    self._cancelled.add(request_id)
                    self._card.set()
            case _ if request_id in self.record.known:
                await _say(writer, self.record.known[request_id])
            case _ if self._begun:
                if request_id not in self._begun:
                    await _say(writer, {"id": request_id, "state": "busy"})
            case _:
                await self._money(asked, writer)

    async def _money(self, asked: Line, writer: asyncio.StreamWriter) -> None:
        """One card, from its showing to the answer."""
        request_id = str(asked["id"])
        doing, amount = self.told.popleft() if self.told else ("approve", 0)
        if doing == "mute":
            return
        self._begun[request_id] = {"id": request_id, "state": "pending"}
        self._card.clear()
        if asked["op"] == "code":
            self.shown = f"pay:{request_id}?am={asked['amount']}&cu={asked['currency']}"
        try:
            if doing == "hold":
                await self._card.wait()
            else:
                await self._pause()
            line = self._made(asked, doing, amount)
            self.record.keep(line)
            if line["state"] == "approved":
                self.charged.append(line)
        finally:
            self.shown = ""
            del self._begun[request_id]
        if doing == "drop":
            writer.close()
        elif doing != "silent":
            await _say(writer, line)
            if doing == "twice":
                await _say(writer, line)

    def _made(self, asked: Line, doing: str, amount: int) -> Line:
        """What the record says of it."""
        request_id, of = str(asked["id"]), str(asked.get("of", ""))
        line = {"id": request_id, "op": asked["op"], "of": of, "state": "declined", "amount": 0}
        if doing == "decline" or request_id in self._cancelled:
            code = "cancelled" if request_id in self._cancelled else "declined"
            return {**line, "code": code, "text": "" if code == "cancelled" else "NOT SUFFICIENT"}
        if of and asked["amount"] > self.record.left(of):
            return {**line, "code": "too_much", "text": "MORE THAN WAS PAID"}
        if asked["op"] == "reverse" and int(of[1:] or "0") <= self.record.day_first:
            return {**line, "code": "day_closed", "text": ""}
        tip = amount if doing == "tip" else 0
        sums = {"part": amount, "other": amount, "tip": asked["amount"] + amount}
        taken = sums.get(doing, asked["amount"])
        approved = {"state": "approved", "amount": taken, "tip": tip, "text": "APPROVED"}
        return {**line, **approved, "ref": self.record.reference()}

    # -- hands ---------------------------------------------------------------------------------
    async def _hands(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, ValueError):
            while text := (await reader.readline()).decode().split():
                writer.write(self._hand(text).encode() + b"\n")
                await writer.drain()
        writer.close()

    def _hand(self, words: list[str]) -> str:
        match words:
            case ["next", doing] if doing in DOINGS:
                self.next(doing)
            case ["next", doing, amount] if doing in DOINGS and amount.isdecimal():
                self.next(doing, int(amount))
            case ["card"]:
                self.card()
            case ["code"]:
                return self.shown or "nothing"
            case ["close_day"]:
                self.record.day_first = len(self.record.known)
            case ["record"]:
                return json.dumps(list(self.record.known.values()), ensure_ascii=False)
            case ["help"]:
                return HELP
            case _:
                return f"error: {HELP}"
        return "ok"


async def _say(writer: asyncio.StreamWriter, line: Line) -> None:
    with contextlib.suppress(OSError):
        writer.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        await writer.drain()


def _port(server: asyncio.Server) -> int:
    port: int = server.sockets[0].getsockname()[1]
    return port


async def _run(port: int, control: int, record: Path, name: str, pause_ms: int) -> None:
    terminal = SimulatedTerminal(record, lambda: asyncio.sleep(pause_ms / 1000))
    wire, hands = await terminal.start(port, control)
    sys.stdout.write(f"{name} port={wire} control={hands}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


def main() -> None:
    """`python -m hardware.simulated_card_terminal`."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--control", type=int, default=0)
    parser.add_argument("--name", default="card")
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--pause-ms", type=int, default=1_500, help="how long a guest takes")
    given = parser.parse_args()
    given.record.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_run(given.port, given.control, given.record, given.name, given.pause_ms))


if __name__ == "__main__":
    main()
