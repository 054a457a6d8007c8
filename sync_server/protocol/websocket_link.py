"""A websocket as a `Link`: one binary message per frame, for both ends.

The only file of this folder that knows the websockets library; the settings that both ends must
share stand here (reliability 2.12). Who connects where is `sync_server.client.link`, who listens
is `sync_server.transport.server`.
"""

import ipaddress
from typing import Any

from websockets.asyncio.connection import Connection
from websockets.exceptions import ConnectionClosed
from websockets.protocol import State

from sync_server.domain import limits

from .frames import CloseCode
from .link import LinkClosed

SETTINGS: dict[str, Any] = {
    "compression": None,
    "max_size": limits.FRAME_BYTES,
    "max_queue": limits.SOCKET_QUEUE_FRAMES,
    "ping_interval": limits.PING_MS / 1000,
    "ping_timeout": limits.PING_MS / 1000,
    "open_timeout": limits.HANDSHAKE_TIMEOUT_MS / 1000,
    "close_timeout": limits.HELLO_TIMEOUT_MS / 1000,
}
SUBPROTOCOL = "vitrylo.pos.v1"


class WebSocketLink:
    """See `link.Link`. `fingerprint` is of the certificate under the connection, "" without TLS."""

    def __init__(self, socket: Connection, peer: str, fingerprint: str) -> None:
        self.peer = peer
        self.fingerprint = fingerprint
        self._socket = socket
        self._corked = 0

    async def send(self, data: bytes) -> None:
        """See `Link.send`."""
        socket = self._socket
        try:
            if (
                socket.state is State.OPEN
                and socket.send_in_progress is None
                and socket.transport.get_write_buffer_size() == 0
            ):
                # The peer keeps up, so there is nothing to wait for: what `send` does, without its
                # contexts. Frames said in one turn of the loop, such as an answer and the events
                # that came with it, go out in one write: writes are what a busy server does most.
                socket.protocol.send_binary(data)
                self._cork(len(data))
                return
            await socket.send(data)
        except ConnectionClosed as closed:
            raise _ended(closed) from None

    def _cork(self, size: int) -> None:
        """Something of `size` bytes was said; it goes out at the end of this turn."""
        if not self._corked:
            self._socket.loop.call_soon(self._uncork)
        self._corked += size
        if self._corked >= limits.FRAME_BYTES:
            self._uncork()

    def _uncork(self) -> None:
        """Write what was said in this turn, in one piece."""
        self._corked = 0
        socket = self._socket
        if socket.state is not State.OPEN:
            socket.send_data()  # the close went the library's own way, and so does what is left
        elif pieces := socket.protocol.data_to_send():
            socket.transport.write(pieces[0] if len(pieces) == 1 else b"".join(pieces))

    async def recv(self) -> bytes:
        """See `Link.recv`. A text message ends the connection."""
        try:
            data = await self._socket.recv()
        except ConnectionClosed as closed:
            raise _ended(closed) from None
        if isinstance(data, str):
            await self.close(CloseCode.BAD_FRAME, "text")
            raise LinkClosed(CloseCode.BAD_FRAME, "text")
        return data

    async def close(self, code: int, reason: str) -> None:
        """See `Link.close`. A peer that does not take part is cut off."""
        await self._socket.close(code, reason[:100])


def is_loopback(host: str) -> bool:
    """True for names and addresses that only this machine can reach."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _ended(closed: ConnectionClosed) -> LinkClosed:
    frame = closed.rcvd or closed.sent
    return LinkClosed(frame.code, frame.reason) if frame else LinkClosed(1006)
