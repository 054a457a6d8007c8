"""Gets commands out of a terminal's file that SQLite no longer trusts.

Works on a copy. Two ways, joined: row by row as far as SQLite still reads, and a search of the raw
bytes of the file and its log for commands that are followed by their own SHA-256, as rows are laid
out (reliability 2.4). What does not verify is not taken. `outbox` puts the result into a new epoch.
"""

import re
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from pathlib import Path

from sync_server.domain import limits
from sync_server.protocol.envelope import Received, read_command
from sync_server.protocol.faults import FrameFault

PIECES = ("", "-wal", "-shm")
_START = b'{"v":1,"cmd_id":"'
_MARK = re.compile(rb'"(?:[^"\\]|\\.)*"|[{}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """Whole commands in their order, and how many numbers between them are missing."""

    commands: list[Received]
    missing: int
    sep: int


def salvage(paths: Sequence[Path], dev: str) -> Salvaged:
    """Every command of `dev` that verifies in any of the files. Never raises for their content."""
    found: dict[str, Received] = {}
    rows = [row for path in paths for row in (*_by_rows(path), *_by_bytes(path))]
    for data, digest in rows:
        try:
            received = read_command(data)
        except FrameFault:
            continue
        if bytes.fromhex(received.hash) == digest and received.command.dev == dev:
            found.setdefault(received.command.cmd_id, received)
    commands = sorted(found.values(), key=lambda one: (one.command.dep, one.command.seq))
    sep = max((one.command.sep for one in commands), default=0)
    return Salvaged(commands, _missing(commands), sep)


def _missing(commands: list[Received]) -> int:
    missing = 0
    for before, after in pairwise(commands):
        if before.command.dep == after.command.dep:
            missing += max(0, after.command.seq - before.command.seq - 1)
    return missing


def _by_rows(path: Path) -> list[tuple[bytes, bytes]]:
    rows: list[tuple[bytes, bytes]] = []
    with tempfile.TemporaryDirectory(dir=path.parent, prefix="salvage-") as folder:
        copy = Path(folder) / "copy.db"
        for piece in ("", "-wal"):
            source = path.with_name(path.name + piece)
            if source.exists():
                shutil.copyfile(source, copy.with_name(copy.name + piece))
        try:
            with closing(sqlite3.connect(copy, timeout=0)) as connection:
                for order in ("ASC", "DESC"):
                    rows += _read_until_damage(connection, order)
        except sqlite3.Error:
            return rows
    return rows


def _read_until_damage(connection: sqlite3.Connection, order: str) -> Iterator[tuple[bytes, bytes]]:
    query = {
        "ASC": "SELECT bytes, hash FROM outbox ORDER BY id ASC",
        "DESC": "SELECT bytes, hash FROM outbox ORDER BY id DESC",
    }[order]
    try:
        for data, digest in connection.execute(query):
            if isinstance(data, bytes) and isinstance(digest, bytes):
                yield data, digest
    except (sqlite3.Error, UnicodeError, MemoryError, OverflowError):
        return


def _by_bytes(path: Path) -> list[tuple[bytes, bytes]]:
    rows: list[tuple[bytes, bytes]] = []
    for piece in ("", "-wal"):
        source = path.with_name(path.name + piece)
        if not source.exists():
            continue
        data = source.read_bytes()
        at = data.find(_START)
        while at >= 0:
            end = _end_of_object(data, at)
            if end:
                text, digest = data[at:end], data[end : end + 32]
                if sha256(text).digest() == digest:
                    rows.append((text, digest))
            at = data.find(_START, at + 1)
    return rows


def _end_of_object(data: bytes, start: int) -> int:
    """The index behind the object that begins at `start`, 0 if it does not end in time."""
    depth = 0
    for match in _MARK.finditer(data, start, start + limits.COMMAND_BYTES):
        mark = data[match.start()]
        if mark == ord("{"):
            depth += 1
        elif mark == ord("}"):
            depth -= 1
            if depth == 0:
                return match.end()
    return 0
