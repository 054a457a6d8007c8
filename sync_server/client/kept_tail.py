"""What a terminal keeps for a server that loses its disk: past events and a signed checkpoint.

Events stay here until the server has them in a verified backup (`durable_n`), even those that the
terminal's own state holds already. When the server comes back from a backup with a new epoch they
move to `old_tail`, because the new history may differ, and wait there to be asked for (reliability
2.20). All functions work on the store's connection, within the caller's transaction (`outbox`).
"""

import sqlite3
from collections.abc import Iterator

from sync_server.domain import limits
from sync_server.protocol.checkpoint import Checkpoint, read_checkpoint, write_checkpoint
from sync_server.protocol.envelope import chain
from sync_server.protocol.faults import FrameFault

_TABLES = (
    "CREATE TABLE IF NOT EXISTS old_tail(n INTEGER PRIMARY KEY, bytes BLOB NOT NULL, hash BLOB)",
    "CREATE TABLE IF NOT EXISTS witness(one INTEGER PRIMARY KEY CHECK(one = 1), "
    "bytes BLOB NOT NULL)",
)


def add_tables(connection: sqlite3.Connection) -> None:
    """The tables of this module, also in a file that an older version made."""
    for statement in _TABLES:
        connection.execute(statement)
    if all(name != "hash" for _, name, *_ in connection.execute("PRAGMA table_info(old_tail)")):
        connection.execute("ALTER TABLE old_tail ADD COLUMN hash BLOB")


def forget_until(cursor_n: int, durable_n: int) -> int:
    """The newest event that need not be kept behind a state at `cursor_n`."""
    return min(cursor_n, max(durable_n, cursor_n - limits.TAIL_KEPT_EVENTS))


def set_aside(connection: sqlite3.Connection) -> None:
    """The server's epoch changed: what is held of the old history waits to be asked for.

    What waits since an older change goes on waiting before it only where the chain leads from one
    to the other: two histories are never told as one."""
    first = connection.execute(
        "SELECT n, bytes, hash FROM base_event ORDER BY n LIMIT 1"
    ).fetchone()
    if first is None:
        return
    n, data, digest = first
    connection.execute("DELETE FROM old_tail WHERE n >= ?", (n,))
    (last,) = connection.execute("SELECT max(n) FROM old_tail").fetchone()
    if last == n - 1 and not _leads_to(connection, n, data, digest):
        connection.execute("DELETE FROM old_tail")
    connection.execute("INSERT INTO old_tail(n, bytes, hash) SELECT n, bytes, hash FROM base_event")


def _leads_to(connection: sqlite3.Connection, n: int, data: bytes, digest: bytes) -> bool:
    """Whether the chain goes on from what waits before event `n` to this one."""
    (before,) = connection.execute("SELECT hash FROM old_tail WHERE n = ?", (n - 1,)).fetchone()
    return before is not None and bytes.fromhex(chain(before.hex(), n, data)) == digest


def drop_durable(connection: sqlite3.Connection, durable_n: int) -> None:
    """A verified backup holds everything up to `durable_n`."""
    connection.execute("DELETE FROM old_tail WHERE n <= ?", (durable_n,))
    connection.execute(
        "DELETE FROM base_event WHERE n <= ? AND n <= (SELECT n FROM snapshot)", (durable_n,)
    )


def keep(connection: sqlite3.Connection, checkpoint: Checkpoint) -> bool:
    """Keep a checkpoint that names an event on this disk with the same chain; else nothing."""
    row = connection.execute("SELECT hash FROM base_event WHERE n = ?", (checkpoint.n,)).fetchone()
    if row is None or bytes(row[0]).hex() != checkpoint.hash:
        return False
    connection.execute(
        "INSERT OR REPLACE INTO witness(one, bytes) VALUES(1, ?)", (write_checkpoint(checkpoint),)
    )
    return True


def newest(connection: sqlite3.Connection) -> Checkpoint | None:
    """The checkpoint that is kept; None without one, or if it cannot be read."""
    row = connection.execute("SELECT bytes FROM witness").fetchone()
    try:
        return read_checkpoint(row[0]) if row is not None else None
    except (FrameFault, TypeError):
        return None


def begins_at(connection: sqlite3.Connection, checkpoint: Checkpoint) -> int:
    """The first event of the unbroken run that ends at the checkpoint; 0 if that one is gone."""
    held = sorted(
        {
            n
            for table in ("old_tail", "base_event")
            for (n,) in connection.execute(
                f"SELECT n FROM {table} WHERE n <= ?",  # noqa: S608 - the names are ours
                (checkpoint.n,),
            )
        },
        reverse=True,
    )
    first = 0
    for expected, n in zip(range(checkpoint.n, 0, -1), held, strict=False):
        if n != expected:
            break
        first = n
    return first


def reaches(connection: sqlite3.Connection) -> int:
    """The newest event held, of whatever history; 0 for none."""
    (n,) = connection.execute(
        "SELECT max(coalesce((SELECT max(n) FROM old_tail), 0),"
        " coalesce((SELECT max(n) FROM base_event), 0))"
    ).fetchone()
    return int(n)


def read(connection: sqlite3.Connection, from_n: int, sep: int) -> list[bytes]:
    """Held events from `from_n` on, as many as one frame may list.

    `sep` is the server's epoch now: a checkpoint of an older one speaks of the events set aside.
    What was set aside goes on behind the checkpoint, to where this terminal had come.
    """
    checkpoint = newest(connection)
    proved = checkpoint.n if checkpoint is not None else 0
    aside, base = (_held(connection, table, from_n) for table in ("old_tail", "base_event"))
    first, second = (base, aside) if checkpoint and checkpoint.sep == sep else (aside, base)
    return list(_run(first, second, aside, from_n, proved))


def _held(connection: sqlite3.Connection, table: str, from_n: int) -> dict[int, bytes]:
    return dict(
        connection.execute(
            f"SELECT n, bytes FROM {table} WHERE n BETWEEN ? AND ?",  # noqa: S608 - as above
            (from_n, from_n + limits.LIST_LENGTH - 1),
        )
    )


def _run(
    first: dict[int, bytes],
    second: dict[int, bytes],
    aside: dict[int, bytes],
    from_n: int,
    proved: int,
) -> Iterator[bytes]:
    for n in range(from_n, from_n + limits.LIST_LENGTH):
        data = first.get(n, second.get(n)) if n <= proved else aside.get(n)
        if data is None:
            return
        yield data
