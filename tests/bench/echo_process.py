"""The machine's limit for talking: a websocket server that says back what it hears.

Same library, settings and event loop as the real server, and nothing else.
"""

import asyncio
import json
import sys

import uvloop
from websockets.asyncio.server import ServerConnection, serve

from sync_server.protocol.websocket_link import SETTINGS


async def echo(socket: ServerConnection) -> None:
    """Until the other side hangs up."""
    async for message in socket:
        await socket.send(message)


async def main() -> None:
    """Until the input ends."""
    async with serve(echo, "127.0.0.1", 0, **SETTINGS) as server:
        port = next(iter(server.sockets)).getsockname()[1]
        print(json.dumps({"port": port}), flush=True)
        lines = asyncio.StreamReader()
        await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(lines), sys.stdin
        )
        await lines.read()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
