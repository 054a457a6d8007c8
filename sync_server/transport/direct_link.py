"""A websocket as the server serves it: frames are read and said in the turn in which they come.

The library hands each message over by a queue, a future and a task that wakes for it, which costs a
busy server more than reading what it says. Here a whole message goes to the session at once if the
session is free for it (`link.Taker`), and an answer goes out without a task. Whatever would have to
wait goes the library's own way, with its back-pressure. `websocket_link` is what both ends share.
"""

from websockets.asyncio.connection import Connection
from websockets.asyncio.server import ServerConnection
from websockets.frames import Frame, Opcode
from websockets.http11 import Request, Response
from websockets.protocol import Event, State

from sync_server.protocol.link import SharedFrame, Taker
from sync_server.protocol.websocket_link import WebSocketLink


class Direct(Connection):
    """The library's connection, of either end, which offers each message to a `taker` first."""

    taker: Taker | None = None

    def process_event(self, event: Event) -> None:
        """A message in one piece with none waiting before it may be taken at once."""
        if (
            self.taker is not None
            and not isinstance(event, (Request, Response))
            and event.opcode is Opcode.BINARY
            and event.fin
            and not len(self.recv_messages.frames)
            and self.taker(bytes(event.data))
        ):
            return
        super().process_event(event)


class DirectConnection(Direct, ServerConnection):
    """The server's."""


class _ReadyFrame(Frame):
    """A frame whose bytes for the wire are the same for all who get it."""

    wire = b""

    def serialize(self, **_: object) -> bytes:
        """The bytes, made once."""
        return self.wire


class DirectWebSocketLink(WebSocketLink):
    """See `link.DirectLink`."""

    def __init__(self, socket: Direct, peer: str, fingerprint: str) -> None:
        super().__init__(socket, peer, fingerprint)
        self._served = socket

    @property
    def taker(self) -> Taker | None:
        """Who is offered each message."""
        return self._served.taker

    @taker.setter
    def taker(self, taker: Taker | None) -> None:
        self._served.taker = taker

    @property
    def free(self) -> bool:
        """See `DirectLink.free`."""
        socket = self._served
        return (
            socket.protocol.state is State.OPEN
            and socket.send_in_progress is None
            and socket.transport.get_write_buffer_size() == 0
        )

    def say(self, data: bytes) -> None:
        """See `DirectLink.say`."""
        self._served.protocol.send_binary(data)
        self._cork(len(data))

    def say_to_many(self, frame: SharedFrame) -> None:
        """See `DirectLink.say_to_many`. No link of a server changes what it sends: no masks, no
        compression."""
        ready = frame.wrapped
        if not isinstance(ready, _ReadyFrame):
            ready = _ReadyFrame(Opcode.BINARY, frame.data)
            ready.wire = Frame(Opcode.BINARY, frame.data).serialize(mask=False)
            frame.wrapped = ready
        self._served.protocol.send_frame(ready)
        self._cork(len(frame.data))
