"""What the machine itself can do with the bytes of a benchmark: echo them, and commit them."""

import asyncio
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path

from websockets.asyncio.client import connect

from sync_server.protocol.websocket_link import SETTINGS
from sync_server.transport.direct_link import DirectWebSocketLink

from .child import Child
from .till import Ear


class _Talk:
    """One connection that says the next message when it has heard the last one back: as light as
    the tills of the benchmark beside it, so that both are slowed alike by who measures."""

    def __init__(self, socket: Ear, messages: Sequence[bytes], turn: int, ends: float) -> None:
        self._link = DirectWebSocketLink(socket, "", "")
        self._link.taker = self._heard
        self._messages = messages
        self._turn = turn
        self._ends = ends
        self.heard = 0
        self.over = asyncio.Event()

    def say(self) -> None:
        """The next message."""
        self._turn += 1
        self._link.say(self._messages[self._turn % len(self._messages)])

    def _heard(self, _data: bytes) -> bool:
        self.heard += 1
        if time.perf_counter() < self._ends:
            self.say()
        else:
            self.over.set()
        return True


async def echoes_a_second(messages: Sequence[bytes], connections: int, seconds: float) -> float:
    """Messages said and heard back, one at a time on each connection."""
    async with Child("tests.bench.echo_process") as child:
        url = f"ws://127.0.0.1:{child.ready['port']}"
        sockets = [
            await connect(url, proxy=None, create_connection=Ear, **SETTINGS)
            for _ in range(connections)
        ]
        begun = time.perf_counter()
        talks = []
        for number, socket in enumerate(sockets):
            assert isinstance(socket, Ear), "made so"
            talks.append(_Talk(socket, messages, number, begun + seconds))
        for talk in talks:
            talk.say()
        await asyncio.gather(*(talk.over.wait() for talk in talks))
        took = time.perf_counter() - begun
        await asyncio.gather(*(socket.close() for socket in sockets))
    return sum(talk.heard for talk in talks) / took


def stored_bytes(front: Path) -> list[list[bytes]]:
    """For each command of a server's database, its bytes and those of its events."""
    with sqlite3.connect(f"file:{front}?mode=ro", uri=True) as connection:
        journal = dict(connection.execute("SELECT n, data FROM journal").fetchall())
        inbox = connection.execute("SELECT data, n_from, n_to FROM inbox ORDER BY n_to").fetchall()
    connection.close()
    return [
        [data, *(journal[n] for n in range(n_from, n_to + 1) if n_from)]
        for data, n_from, n_to in inbox
    ]


def commits_a_second(rows: Sequence[list[bytes]], group: int, folder: Path) -> float:
    """Commands a second when `group` of them go into one transaction that reaches the disk."""
    path = folder / "bare.db"
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, data BLOB)")
    begun = time.perf_counter()
    for start in range(0, len(rows), group):
        connection.execute("BEGIN IMMEDIATE")
        connection.executemany(
            "INSERT INTO kept (data) VALUES (?)",
            [(data,) for row in rows[start : start + group] for data in row],
        )
        connection.execute("COMMIT")
    took = time.perf_counter() - begun
    connection.close()
    for left in folder.glob("bare.db*"):
        left.unlink()
    return len(rows) / took
