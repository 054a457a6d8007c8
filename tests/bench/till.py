"""A terminal without a screen or disk: the real protocol, at a price that lets one process be 50.

It proves itself, pushes chained commands, takes answers and events and gives credit for them as a
terminal does that has stored them. It hears as the server does, in the turn in which a frame comes:
a meter that is itself a burden slows what it measures, on machines whose two processors are one
core. What a real terminal makes of events (replica, SQLite) is
left out, because in a house every terminal has a processor of its own.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from websockets.asyncio.client import ClientConnection, connect
from websockets.typing import Subprotocol

from sync_server.clocks import wall_ms
from sync_server.domain import limits
from sync_server.protocol import frames, proof
from sync_server.protocol.envelope import GENESIS, raw
from sync_server.protocol.link import LinkClosed
from sync_server.protocol.replica import CODEC
from sync_server.protocol.websocket_link import SETTINGS, SUBPROTOCOL
from sync_server.transport.direct_link import Direct, DirectWebSocketLink

from .pen import Pen

BEAT_S = 4.0
_events = msgspec.json.Decoder(list[msgspec.Raw])
_LAST = re.compile(rb'\{"n":(\d+),"at_ms":')
_server: msgspec.json.Decoder[frames.FromServer] = msgspec.json.Decoder(frames.FromServer)

_F = TypeVar("_F")


class Ear(Direct, ClientConnection):
    """A terminal's end of a websocket that hands over what it hears at once."""


async def open_link(url: str) -> DirectWebSocketLink:
    """Connect to the server of a benchmark, on this machine."""
    socket = await connect(
        url,
        proxy=None,
        subprotocols=[Subprotocol(SUBPROTOCOL)],
        create_connection=Ear,
        **SETTINGS,
    )
    assert isinstance(socket, Ear), "made so"
    return DirectWebSocketLink(socket, "", "")


class Till:
    """One connection. `join` first, `leave` at the end."""

    def __init__(self, kind: str, name: str) -> None:
        self.kind = kind
        self.name = name
        self._pen = Pen()
        self.code = ""
        self.cursor_n = 0
        self._credited_n = 0
        self.refused: list[str] = []
        self.pushed: list[bytes] = []
        self.keep_pushes = 0
        self.on_record: Callable[[bytes], None] | None = None
        self._key = Ed25519PrivateKey.generate()
        self._link: DirectWebSocketLink | None = None
        self._waiting: dict[int, asyncio.Future[frames.Result]] = {}
        self._asked: asyncio.Future[frames.Reply] | None = None
        self._tasks: list[asyncio.Task[None]] = []

    # Life

    async def join(self, url: str, code: str, site: str) -> None:
        """Enrol, prove, say hello, and listen from then on."""
        link = self._link = await open_link(url)
        challenge = await self._expect(frames.Challenge)
        key = self._key.public_key().public_bytes_raw().hex()
        signature = self._sign("enrol", site, challenge.nonce)
        await self._say(frames.Enrol(code, self._pen.dev, key, signature, self.name, self.kind))
        self.code = (await self._expect(frames.Enrolled)).code
        challenge = await self._expect(frames.Challenge)
        await self._say(frames.Proof(self._pen.dev, self._sign("proof", site, challenge.nonce)))
        await self._say(self._hello(challenge.sep))
        welcome = await self._expect(frames.Welcome)
        assert not welcome.drain
        link.taker = self._heard
        self._tasks = [
            asyncio.create_task(self._listen(link)),
            asyncio.create_task(self._beat()),
            asyncio.create_task(self._credit()),
        ]

    async def leave(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._link is not None:
            await self._link.close(frames.CloseCode.NORMAL, "")

    async def sign_in(self, staff_id: str, pin: str) -> None:
        """As a person does."""
        asked = self._asked = asyncio.get_running_loop().create_future()
        params = json.dumps({"staff_id": staff_id, "pin": pin}, separators=(",", ":"))
        await self._say(frames.Ask(1, "sign_in", "", raw(params.encode())))
        reply = await asked
        assert not reply.code, reply.code
        self._pen.actor, self._pen.session = staff_id, json.loads(bytes(reply.body))["session"]

    # Commands

    async def do(self, body: object) -> frames.Result:
        """One command in a frame of its own; its answer."""
        return await (await self.push([body]))

    async def push(self, bodies: Sequence[object]) -> "asyncio.Future[frames.Result]":
        """Commands in one frame; the future is the answer to the last."""
        frame = frames.encode(frames.Push([raw(self._command(body)) for body in bodies], []))
        if len(self.pushed) < self.keep_pushes:
            self.pushed.append(frame)
        answer: asyncio.Future[frames.Result] = asyncio.get_running_loop().create_future()
        self._waiting[self._pen.seq] = answer
        await self._send(frame)
        return answer

    def _command(self, body: object) -> bytes:
        return self._pen.write(body, self.cursor_n, time.monotonic_ns() // 1_000_000)

    # The wire

    async def _listen(self, link: DirectWebSocketLink) -> None:
        """What came in pieces or before there was a taker, and the end."""
        while True:
            try:
                self._heard(await link.recv())
            except LinkClosed as closed:
                for waiting in [*self._waiting.values(), self._asked]:
                    if waiting is not None and not waiting.done():
                        waiting.set_exception(closed)
                return

    def _heard(self, data: bytes) -> bool:
        if data.startswith(b'{"f":"events"'):
            self._take_events(data)
            return True
        frame = _server.decode(data)
        if isinstance(frame, frames.Answer):
            self._answered(frame)
        elif isinstance(frame, frames.Reply) and self._asked is not None:
            self._asked.set_result(frame)
            self._asked = None
        elif isinstance(frame, frames.Snapshot) and frame.i + 1 == frame.of:
            self.cursor_n = frame.at_n
            self._give_credit()
        return True

    def _take_events(self, data: bytes) -> None:
        self.cursor_n = int(_LAST.findall(data, data.rindex(b'{"n":'))[-1])
        if self.cursor_n - self._credited_n >= limits.CREDIT_AT_ONCE_EVENTS:
            self._give_credit()
        if self.on_record is not None:
            for part in _events.decode(data[data.index(b"[") : -1]):
                self.on_record(bytes(part))

    def _give_credit(self) -> None:
        """At once, or at the next turn of `_credit` while the link is busy."""
        assert self._link is not None
        if self._link.free:
            self._credited_n = self.cursor_n
            self._link.say(frames.encode(frames.Credit(self.cursor_n)))

    async def _credit(self) -> None:
        """As a terminal does: credit for few events goes a little later, together."""
        while True:
            await asyncio.sleep(limits.CREDIT_PAUSE_MS / 1000)
            if self.cursor_n > self._credited_n:
                self._give_credit()

    def _answered(self, answer: frames.Answer) -> None:
        assert not answer.problem, f"{self.name}: {answer.problem}"
        for result in answer.results:
            if result.outcome != "accepted":
                self.refused.append(f"{result.outcome}:{result.code}")
            waiting = self._waiting.pop(result.seq, None)
            if waiting is not None and not waiting.done():
                waiting.set_result(result)

    async def _beat(self) -> None:
        while True:
            mono_ms = time.monotonic_ns() // 1_000_000
            await self._say(frames.Beat(mono_ms, self._pen.seq, True, -1, -1))
            await asyncio.sleep(BEAT_S)

    def _sign(self, purpose: str, site: str, nonce: str) -> str:
        return self._key.sign(proof.challenge_text(purpose, site, self._pen.dev, nonce, "")).hex()

    def _hello(self, sep: int) -> frames.Hello:
        return frames.Hello(
            proto=frames.PROTOCOL,
            app="bench",
            schema_hash=CODEC.schema_hash,
            dev=self._pen.dev,
            dep=1,
            sep=sep,
            made_seq=0,
            answered_seq=0,
            cursor_n=0,
            cursor_hash=GENESIS,
            outbox_len=0,
            oldest_pending_age_ms=0,
            wall_ms=wall_ms(),
            mono_ms=time.monotonic_ns() // 1_000_000,
            boot_id="bench",
            battery=-1,
            disk_free_mb=-1,
        )

    async def _expect(self, kind: type[_F]) -> _F:
        assert self._link is not None
        frame = _server.decode(await self._link.recv())
        assert isinstance(frame, kind), frame
        return frame

    async def _say(self, frame: frames.Frame) -> None:
        await self._send(frames.encode(frame))

    async def _send(self, data: bytes) -> None:
        assert self._link is not None
        await self._link.send(data)
