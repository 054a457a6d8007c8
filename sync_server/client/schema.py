"""The tables of a terminal's file, its settings, and how one tells that it is whole.

One file, one connection, one process: the lock is exclusive, which also keeps clear of the WAL
defect of SQLite 3.7.0 to 3.51.2 that needs two connections. Every setting is read back (reliability
0.3). Rows of `dev` carry a checksum because a wrong counter there would cost commands.
"""

import sqlite3
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any

from sync_server.protocol.envelope import GENESIS, chain, read_command
from sync_server.protocol.faults import FrameFault

VERSION = 1
_TABLES = """
CREATE TABLE dev(k TEXT PRIMARY KEY, v TEXT NOT NULL, crc INTEGER NOT NULL);
CREATE TABLE outbox(
  id INTEGER PRIMARY KEY, dep INTEGER NOT NULL, seq INTEGER NOT NULL, cmd_id TEXT NOT NULL UNIQUE,
  bytes BLOB NOT NULL, hash BLOB NOT NULL, route TEXT NOT NULL,
  state TEXT NOT NULL CHECK(state IN ('pending', 'answered')),
  result BLOB, n_to INTEGER NOT NULL DEFAULT 0, answered_ms INTEGER NOT NULL DEFAULT 0,
  UNIQUE(dep, seq));
CREATE INDEX outbox_pending ON outbox(dep, seq) WHERE state = 'pending';
CREATE TABLE base_event(n INTEGER PRIMARY KEY, bytes BLOB NOT NULL, hash BLOB NOT NULL);
CREATE TABLE snapshot(
  one INTEGER PRIMARY KEY CHECK(one = 1), n INTEGER NOT NULL, hash TEXT NOT NULL,
  bytes BLOB NOT NULL, sha BLOB NOT NULL);
CREATE TABLE notice(
  id TEXT PRIMARY KEY, cmd_id TEXT NOT NULL, code TEXT NOT NULL, params TEXT NOT NULL,
  raised_ms INTEGER NOT NULL, acked_ms INTEGER);
"""
_SETTINGS: tuple[tuple[str, object], ...] = (
    ("locking_mode=EXCLUSIVE", "exclusive"),
    ("journal_mode=WAL", "wal"),
    ("synchronous=FULL", 2),
    ("trusted_schema=0", 0),
    ("cell_size_check=1", 1),
    ("mmap_size=0", 0),
    ("foreign_keys=1", 1),
)
DEV_KEYS = (
    "schema",
    "dev",
    "dep",
    "sep",
    "next_seq",
    "last_hash",
    "cursor_n",
    "cursor_hash",
    "durable_n",
)


class Damaged(Exception):
    """The file contradicts itself; the word says where."""


def connect(path: Path) -> sqlite3.Connection:
    """The one connection, with its settings read back. Raises sqlite3.Error, Damaged."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=0.2)
    try:
        connection.execute("PRAGMA page_size=8192")
        for setting, expected in _SETTINGS:
            name = setting.partition("=")[0]
            connection.execute(f"PRAGMA {setting}").fetchall()
            row = connection.execute(f"PRAGMA {name}").fetchone()
            if row is not None and row[0] != expected:
                raise Damaged(f"setting {name} is {row[0]!r}")
    except BaseException:
        connection.close()
        raise
    return connection


def create(connection: sqlite3.Connection, dev: str, dep: int, sep: int) -> None:
    """Empty tables of a new epoch, in one transaction."""
    first: dict[str, object] = {
        "schema": VERSION,
        "dev": dev,
        "dep": dep,
        "sep": sep,
        "next_seq": 1,
        "last_hash": "",
        "cursor_n": 0,
        "cursor_hash": GENESIS,
        "durable_n": 0,
    }
    connection.execute("BEGIN IMMEDIATE")
    for statement in _TABLES.split(";"):
        if statement.strip():
            connection.execute(statement)
    put(connection, **first)
    connection.execute("COMMIT")


def put(connection: sqlite3.Connection, **values: object) -> None:
    """Write rows of `dev`, within the caller's transaction."""
    for key, value in values.items():
        text = str(value)
        connection.execute(
            "INSERT INTO dev(k, v, crc) VALUES(?, ?, ?)"
            " ON CONFLICT(k) DO UPDATE SET v = excluded.v, crc = excluded.crc",
            (key, text, _crc(key, text)),
        )


def read_dev(connection: sqlite3.Connection) -> dict[str, str]:
    """All of `dev`. Raises Damaged if a row is missing or does not match its checksum."""
    rows = connection.execute("SELECT k, v, crc FROM dev").fetchall()
    values: dict[str, str] = {}
    for key, value, crc in rows:
        if not isinstance(key, str) or not isinstance(value, str) or _crc(key, value) != crc:
            raise Damaged("dev")
        values[key] = value
    if set(values) != set(DEV_KEYS):
        raise Damaged("dev keys")
    return values


def verify_outbox(connection: sqlite3.Connection, values: dict[str, str]) -> None:
    """Raises Damaged unless every command is whole and the last one is the one counted."""
    answer = connection.execute("PRAGMA quick_check(1)").fetchone()
    if answer is None or answer[0] != "ok":
        raise Damaged("quick_check")
    dep, expected, last_hash = int(values["dep"]), None, ""
    rows = connection.execute(
        "SELECT dep, seq, cmd_id, bytes, hash, state FROM outbox ORDER BY dep, seq"
    )
    for row_dep, seq, cmd_id, data, digest, state in rows:
        command = _command(data, digest)
        if (command.dep, command.seq, command.cmd_id) != (row_dep, seq, cmd_id):
            raise Damaged("outbox row")
        if state not in ("pending", "answered"):
            raise Damaged("outbox state")
        if row_dep != dep:
            continue
        if expected is not None and (seq != expected or command.prev != last_hash):
            raise Damaged("outbox chain")
        expected, last_hash = seq + 1, digest.hex()
    if int(values["next_seq"]) != (expected or 1) or values["last_hash"] != last_hash:
        raise Damaged("outbox end")


def base_is_whole(connection: sqlite3.Connection, values: dict[str, str]) -> bool:
    """True if the snapshot and the events after it lead to the cursor, hash by hash."""
    n, link = 0, GENESIS
    snapshot = connection.execute("SELECT n, hash, bytes, sha FROM snapshot").fetchone()
    if snapshot is not None:
        n, link, data, sha = snapshot
        if not isinstance(data, bytes) or sha256(data).digest() != sha:
            return False
    rows = connection.execute("SELECT n, bytes, hash FROM base_event WHERE n > ? ORDER BY n", (n,))
    for row_n, data, digest in rows:
        if row_n != n + 1 or not isinstance(data, bytes):
            return False
        n, link = row_n, chain(link, row_n, data)
        if bytes.fromhex(link) != digest:
            return False
    return n == int(values["cursor_n"]) and link == values["cursor_hash"]


def _command(data: Any, digest: Any) -> Any:
    if not isinstance(data, bytes) or not isinstance(digest, bytes):
        raise Damaged("outbox row")
    try:
        received = read_command(data)
    except FrameFault as fault:
        raise Damaged(f"outbox row: {fault.code}") from None
    if bytes.fromhex(received.hash) != digest:
        raise Damaged("outbox hash")
    return received.command


def _crc(key: str, value: str) -> int:
    return zlib.crc32(f"{key}={value}".encode())
