"""Accepts terminals: limits before trust, one connection per device, one ticker for all.

`serve_link` serves any `Link` (the simulation's too); `listen` puts websockets in front of it.
Plain websockets are offered on loopback only, browsers are turned away by their Origin header
(reliability S-1, S-20, 2.12). What a connection may say is `protocol.server_conversation`'s.
"""

import asyncio
import logging
import ssl
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http import HTTPStatus

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.http11 import Request, Response
from websockets.typing import Subprotocol

from sync_server.domain import limits
from sync_server.protocol.frames import CloseCode
from sync_server.protocol.link import Link
from sync_server.protocol.server_conversation import RateLimit
from sync_server.protocol.websocket_link import (
    SETTINGS,
    SUBPROTOCOL,
    is_loopback,
)

from .authority import Authority, SnapshotImage
from .direct_link import DirectConnection, DirectWebSocketLink
from .hub import Hub, Pace
from .session import Session

logger = logging.getLogger(__name__)

_TICK_S = 1.0
_RATES_KEPT = 4 * limits.CONNECTIONS


class NotLoopback(ValueError):
    """Plain websockets were asked for on an address that others can reach."""


@dataclass(frozen=True, slots=True)
class ServerLimits:
    """Bounds that a benchmark or a test may move; the defaults hold in a house."""

    connections: int = limits.CONNECTIONS
    unauthenticated_per_address: int = limits.UNAUTHENTICATED_PER_ADDRESS
    commands_per_second: int = limits.COMMANDS_PER_SECOND
    commands_burst: int = limits.COMMANDS_BURST


@dataclass(slots=True)
class Metrics:
    """Counters since start. `closed` counts by reason."""

    opened: int = 0
    turned_away: int = 0
    frames_in: int = 0
    frames_out: int = 0
    commands: int = 0
    errors: int = 0
    closed: Counter[str] = field(default_factory=Counter)


class SyncServer:
    """The socket side of the venue's server.

    `clock` gives wall milliseconds for terminals to read, `nonce` fresh secrets of 32 or more hex
    digits (`secrets.token_hex` in a house). Durations come from the loop's own time.
    """

    def __init__(
        self,
        authority: Authority,
        clock: Callable[[], int],
        nonce: Callable[[], str],
        server_limits: ServerLimits | None = None,
        fingerprint: str = "",
    ) -> None:
        self.authority = authority
        self.clock = clock
        self.nonce = nonce
        self.limits = server_limits or ServerLimits()
        self.metrics = Metrics()
        self.hub = Hub(authority, self._wake_all)
        self._fingerprint = fingerprint
        self._sessions: dict[Session, None] = {}
        self._by_device: dict[str, Session] = {}
        self._rates: dict[str, RateLimit] = {}
        self._numbers = 0
        self._time: Callable[[], float] | None = None
        self._ticker: asyncio.Task[None] | None = None
        self.began: Callable[[asyncio.Task[None]], None] = lambda task: None
        """Hears of the task that tends the connections, so that its end is noticed."""
        self._image: SnapshotImage | None = None
        self._imaging: asyncio.Future[SnapshotImage] | None = None
        self._servers: list[Server] = []
        self._idle = asyncio.Event()
        authority.subscribe(self.hub.committed)

    def now_ms(self) -> int:
        """The loop's time in milliseconds: virtual in a simulation.

        Asked several times a frame, so the loop is looked up once: that is a system call.
        """
        if self._time is None:
            self._time = asyncio.get_running_loop().time
        return int(self._time() * 1000)

    async def serve_link(self, link: Link) -> None:
        """Serve one connection until it ends. Never raises for what the peer does."""
        if not self._has_room(link.peer):
            self.metrics.turned_away += 1
            await link.close(CloseCode.TOO_MANY, "too_many")
            return
        if self._ticker is None:
            self._ticker = asyncio.create_task(self._tick_forever())
            self.began(self._ticker)
        self._numbers += 1
        self.metrics.opened += 1
        session = Session(self, link, self._numbers)
        self._sessions[session] = None
        try:
            await session.run()
        finally:
            self._sessions.pop(session, None)
            self._idle.set()
            if self._by_device.get(session.dev) is session:
                del self._by_device[session.dev]

    async def listen(self, host: str, port: int, ssl_context: ssl.SSLContext | None = None) -> int:
        """Accept websockets on `host`; the port that was bound. Raises NotLoopback, OSError."""
        if ssl_context is None and not is_loopback(host):
            raise NotLoopback(f"{host}: without TLS only loopback addresses are served")
        fingerprint = self._fingerprint if ssl_context is not None else ""

        async def handle(socket: ServerConnection) -> None:
            assert isinstance(socket, DirectConnection), "made so below"
            await self.serve_link(DirectWebSocketLink(socket, _address(socket), fingerprint))

        handshake_s = limits.HANDSHAKE_TIMEOUT_MS / 1000
        server = await serve(
            handle,
            host,
            port,
            ssl=ssl_context,
            ssl_handshake_timeout=handshake_s if ssl_context is not None else None,
            origins=[None],
            subprotocols=[Subprotocol(SUBPROTOCOL)],
            process_request=self._at_the_door,
            server_header=None,
            create_connection=DirectConnection,
            **SETTINGS,
        )
        self._servers.append(server)
        bound: int = next(iter(server.sockets)).getsockname()[1]
        return bound

    async def stop(self) -> None:
        """Tell everybody, close, and stop listening."""
        for session in list(self._sessions):
            session.end(CloseCode.GOING_AWAY, "stopping")
        if self._ticker is not None:
            self._ticker.cancel()
            await asyncio.gather(self._ticker, return_exceptions=True)
            self._ticker = None
        self.hub.stop()
        for server in self._servers:
            server.close(close_connections=False)
        while self._sessions:
            self._idle.clear()
            await self._idle.wait()
        for server in self._servers:
            await server.wait_closed()
        self._servers.clear()

    def drop(self, dev: str) -> None:
        """End the connection of a device at once, for one that was revoked."""
        session = self._by_device.get(dev)
        if session is not None:
            session.end(CloseCode.REVOKED, "revoked")

    def online(self) -> dict[str, int]:
        """Devices that are connected, with the newest event each has on its disk."""
        return {dev: one.conversation.acked_n for dev, one in self._by_device.items()}

    # For sessions

    def replace(self, session: Session) -> None:
        """A device has one connection: the newest."""
        older = self._by_device.get(session.dev)
        if older is not None and older is not session:
            older.end(CloseCode.REPLACED, "replaced")
        self._by_device[session.dev] = session

    def epoch_here(self, dev: str) -> int:
        """The epoch in which a device is connected now, 0 for none. A copy of it that was told to
        go on counts anew before it has said anything: whoever stayed behind must not throw it out,
        to be thrown out again, for ever."""
        session = self._by_device.get(dev)
        hello = session.conversation.hello if session is not None else None
        return hello.dep if hello is not None else 0

    def rate_of(self, dev: str) -> RateLimit:
        """The device's bucket, which outlives its connections."""
        rate = self._rates.pop(dev, None)
        if rate is None:
            while len(self._rates) >= _RATES_KEPT:
                del self._rates[next(iter(self._rates))]
            per_second, burst = self.limits.commands_per_second, self.limits.commands_burst
            rate = RateLimit(per_second, burst, self.now_ms())
        self._rates[dev] = rate
        return rate

    async def snapshot_at_least(self, n: int) -> SnapshotImage:
        """A snapshot at `n` or later; all who ask at the same time share one."""
        while True:
            image = self._image
            if image is not None and image.n >= n and image.n == self.authority.head_n:
                return image
            if self._imaging is None:
                self._imaging = asyncio.ensure_future(self.authority.snapshot())
                self._imaging.add_done_callback(self._imaged)
            image = await asyncio.shield(self._imaging)
            if image.n >= n or image.n >= self.authority.head_n:
                return image

    def _imaged(self, done: "asyncio.Future[SnapshotImage]") -> None:
        self._imaging = None
        if not done.cancelled() and done.exception() is None:
            self._image = done.result()

    # Inside

    def _wake_all(self, pace: Pace) -> int:
        concerned = [one for one in self._by_device.values() if one.pace is pace]
        for session in concerned:
            session.tell_news()
        return len(concerned)

    def _has_room(self, peer: str) -> bool:
        strangers = sum(1 for one in self._sessions if not one.live and one.link.peer == peer)
        return (
            len(self._sessions) < self.limits.connections
            and strangers < self.limits.unauthenticated_per_address
        )

    def _at_the_door(self, socket: ServerConnection, _request: Request) -> Response | None:
        """Before the upgrade: no room, no websocket."""
        if self._has_room(_address(socket)):
            return None
        self.metrics.turned_away += 1
        return socket.respond(HTTPStatus.SERVICE_UNAVAILABLE, "too_many\n")

    async def _tick_forever(self) -> None:
        next_digest_ms = self.now_ms() + limits.DIGEST_MS
        while True:
            await asyncio.sleep(_TICK_S)
            now_ms = self.now_ms()
            for session in list(self._sessions):
                session.tick(now_ms)
            if now_ms >= next_digest_ms:
                next_digest_ms = now_ms + limits.DIGEST_MS
                await self._send_digest(list(self._by_device.values()))

    async def compare_displays(self) -> None:
        """Let the kitchen's displays compare what they have with the state here, now."""
        await self._send_digest(
            [one for one in self._by_device.values() if one.pace is self.hub.kitchen]
        )

    async def _send_digest(self, sessions: list[Session]) -> None:
        try:
            digest = await self.authority.digest()
        except Exception:
            self.metrics.errors += 1
            logger.exception("no digest")
            return
        if digest is None:
            return
        at_n, scope, sha256 = digest
        for session in sessions:
            session.digest(at_n, scope, sha256)


def _address(socket: ServerConnection) -> str:
    peer = socket.remote_address
    return str(peer[0]) if peer else "?"
