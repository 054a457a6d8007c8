"""What a terminal keeps on disk: commands until they are safe elsewhere, and the confirmed base.

A tap counts as taken only after `append` has returned a `StoredCommand`: sequence number, chain and
bytes are then on disk (reliability 2.4). Commands are kept after their answer until the server's
copy is durable. All methods run in one worker thread, one at a time. `schema` has the tables,
`opening` deals with files in any state.
"""

import os
import sqlite3
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TypeVar

import msgspec

from sync_server.domain import limits
from sync_server.protocol import frames, shape
from sync_server.protocol.checkpoint import Checkpoint
from sync_server.protocol.envelope import (
    GENESIS,
    Command,
    raw,
    read_command,
    read_lent,
    write_command,
)
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.terminal_conversation import NewEvent, Outgoing

from . import kept_tail, schema
from .opening import carry_over, insert_command, insert_notice, open_store, raise_epoch
from .records import (
    CannotSave,
    Confirmed,
    Draft,
    Notice,
    Route,
    SaveCode,
    StoredCommand,
    StoreFailed,
    StoreStanding,
)

_T = TypeVar("_T")
_encoder = msgspec.json.Encoder()
_results = msgspec.json.Decoder(frames.Result)
_COLUMNS = "bytes, hash, route, result"


class Outbox:
    """The store of one terminal. Open with `Outbox.open`, then one call at a time.

    `before_commit` is called with the name of each transaction just before it commits; a simulation
    raises sqlite3.OperationalError or OSError there.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        folder: Path,
        clock: Callable[[], int],
        before_commit: Callable[[str], None] | None = None,
    ) -> None:
        self._connection = connection
        self._folder = folder
        self._clock = clock
        self._before_commit = before_commit
        self._broken = ""
        values = schema.read_dev(connection)
        self.dev = values["dev"]
        self.dep = int(values["dep"])
        self.sep = int(values["sep"])
        self.next_seq = int(values["next_seq"])
        self.last_hash = values["last_hash"]
        self.cursor_n = int(values["cursor_n"])
        self.cursor_hash = values["cursor_hash"]
        self.durable_n = int(values["durable_n"])
        self.pending = self._count_pending()
        self.tail = self._count_tail()

    # Opening and closing

    @classmethod
    def open(
        cls,
        folder: Path,
        dev: str,
        clock: Callable[[], int],
        *,
        ballast_bytes: int = limits.BALLAST_BYTES,
        before_commit: Callable[[str], None] | None = None,
    ) -> "Outbox":
        """The store in `folder`, made, checked or salvaged as needed.

        Raises StoreInUse if another program holds it, OSError or sqlite3.OperationalError if the
        disk itself fails.
        """
        connection = open_store(folder, dev, clock)
        kept_tail.add_tables(connection)
        store = cls(connection, folder, clock, before_commit)
        if not schema.base_is_whole(connection, schema.read_dev(connection)):
            store.drop_base()
        store._make_ballast(ballast_bytes)
        return store

    def close(self) -> None:
        """Close the file; everything is on disk already."""
        self._connection.close()

    # Taps

    def append(self, draft: Draft) -> StoredCommand | CannotSave:
        """Store a command as the next of the device's chain, on disk before this returns."""
        if self._broken:
            return CannotSave("disk_error", self._broken)
        if self.pending >= limits.OUTBOX_COMMANDS:
            return CannotSave("outbox_full")
        try:
            if not isinstance(shape.canonical(draft.body), dict):
                return CannotSave("bad_body", "no object")
            data = write_command(self._command(draft))
            read_command(data)
        except FrameFault as fault:
            return CannotSave("too_large" if fault.code == "too_large" else "bad_body", str(fault))
        try:
            stored = self._append_once(data, draft.route)
        except StoreFailed as failed:
            if failed.code != "disk_full" or not self._drop_ballast():
                return CannotSave(_save_code(failed.code), failed.code)
            try:
                stored = self._append_once(data, draft.route)
            except StoreFailed as again:
                return CannotSave(_save_code(again.code), again.code)
        return stored

    def _command(self, draft: Draft) -> Command:
        return Command(
            v=1,
            cmd_id=draft.cmd_id,
            dev=self.dev,
            dep=self.dep,
            sep=self.sep,
            seq=self.next_seq,
            prev=self.last_hash,
            type=draft.type,
            tv=draft.tv,
            actor=draft.actor,
            session=draft.session,
            approval=read_lent(draft.approval) if draft.approval is not None else None,
            made_wall_ms=draft.made_wall_ms,
            made_mono_ms=draft.made_mono_ms,
            boot_id=draft.boot_id,
            basis_n=draft.basis_n,
            biz_day=draft.biz_day,
            body=raw(draft.body),
        )

    def _append_once(self, data: bytes, route: Route) -> StoredCommand:
        received = read_command(data)
        command, digest = received.command, received.hash

        def work(connection: sqlite3.Connection) -> None:
            insert_command(connection, command, data, digest, route)
            schema.put(connection, next_seq=command.seq + 1, last_hash=digest)

        self._transaction("append", work)
        self.next_seq, self.last_hash = command.seq + 1, digest
        self.pending += 1
        return StoredCommand(command, data, digest, route)

    # Answers

    def record_answers(self, results: Sequence[frames.Result]) -> list[StoredCommand]:
        """Keep outcomes of commands that were waiting; those that were not keep theirs.

        Anything but plain acceptance raises a notice that stays until someone taps it away. A
        server that was restored may have put an effect at other events than it had told.
        """
        if not results:
            return []
        numbers = [one.seq for one in results]
        rows = self._select("dep = ? AND seq BETWEEN ? AND ?", self.dep, min(numbers), max(numbers))
        known = {one.seq: one for one in rows}
        fresh = [
            (known[one.seq], one)
            for one in results
            if one.seq in known and known[one.seq].result is None
        ]
        moved = [
            msgspec.structs.replace(told, n_from=one.n_from, n_to=one.n_to)
            for one in results
            if one.seq in known
            and known[one.seq].command.sep < self.sep
            and (told := known[one.seq].result) is not None
            and (told.n_from, told.n_to) != (one.n_from, one.n_to)
        ]
        if not fresh and not moved:
            return []
        now = self._clock()

        def work(connection: sqlite3.Connection) -> None:
            for result in moved:
                connection.execute(
                    "UPDATE outbox SET result = ?, n_to = ? WHERE dep = ? AND seq = ?",
                    (_encoder.encode(result), result.n_to, self.dep, result.seq),
                )
            for stored, result in fresh:
                connection.execute(
                    "UPDATE outbox SET state = 'answered', result = ?, n_to = ?, answered_ms = ?"
                    " WHERE dep = ? AND seq = ?",
                    (_encoder.encode(result), result.n_to, now, self.dep, result.seq),
                )
                if result.outcome != "accepted":
                    cmd_id = stored.command.cmd_id
                    text = bytes(result.params).decode("utf-8", "replace")
                    insert_notice(connection, cmd_id, cmd_id, result.code, text, now)

        self._transaction("answers", work)
        self.pending -= len(fresh)
        return [
            StoredCommand(one.command, one.data, one.hash, one.route, result)
            for one, result in fresh
        ]

    def to_send(self, from_seq: int, limit: int) -> list[Outgoing]:
        """Stored commands of this epoch from `from_seq` on, with outcomes already told."""
        rows = self._select("dep = ? AND seq >= ? ORDER BY seq LIMIT ?", self.dep, from_seq, limit)
        return [Outgoing(one.seq, one.data, one.result) for one in rows]

    def unanswered(
        self, after: int = 0, limit: int = limits.OUTBOX_COMMANDS
    ) -> list[StoredCommand]:
        """Commands without an answer, oldest first."""
        return self._select(
            "dep = ? AND seq > ? AND state = 'pending' ORDER BY seq LIMIT ?", self.dep, after, limit
        )

    def unsettled(self) -> list[StoredCommand]:
        """Commands whose effect is not in the base yet: the overlay that a screen replays."""
        return self._select(
            "dep = ? AND (state = 'pending' OR n_to > ?) ORDER BY seq", self.dep, self.cursor_n
        )

    def hash_of(self, seq: int) -> str | None:
        """The hash of a command of this epoch, None if it is not kept."""
        row = self._connection.execute(
            "SELECT hash FROM outbox WHERE dep = ? AND seq = ?", (self.dep, seq)
        ).fetchone()
        return bytes(row[0]).hex() if row else None

    # Base

    def store_events(self, events: Sequence[NewEvent], durable_n: int) -> None:
        """Keep the continuation of the cursor. Raises StoreFailed."""
        if not events or events[0].record.n != self.cursor_n + 1:
            raise StoreFailed("events_gap")
        last = events[-1]
        durable_n = max(self.durable_n, durable_n)

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(
                "INSERT INTO base_event(n, bytes, hash) VALUES(?, ?, ?)",
                [(one.record.n, one.data, bytes.fromhex(one.hash)) for one in events],
            )
            schema.put(connection, cursor_n=last.record.n, cursor_hash=last.hash)
            if durable_n != self.durable_n:
                schema.put(connection, durable_n=durable_n)

        self._transaction("events", work)
        self.cursor_n, self.cursor_hash = last.record.n, last.hash
        self.tail += len(events)
        self.durable_n = durable_n

    def swap_snapshot(self, n: int, chain_hash: str, data: bytes) -> None:
        """Replace the base by a state at `n`, and the cursor with it, at once."""

        def work(connection: sqlite3.Connection) -> None:
            gone = kept_tail.forget_until(n, self.durable_n)
            connection.execute("DELETE FROM base_event WHERE n <= ? OR n > ?", (gone, n))
            _put_snapshot(connection, n, chain_hash, data)
            schema.put(connection, cursor_n=n, cursor_hash=chain_hash)

        self._transaction("snapshot", work)
        self.cursor_n, self.cursor_hash = n, chain_hash
        self.tail = 0

    def compact(self, n: int, data: bytes) -> bool:
        """The replica gives its state at `n`, which the tail has reached; older events go, as far
        as the server has them in a backup (`kept_tail`).

        False if the tail does not hold `n` any more.
        """
        row = self._connection.execute("SELECT hash FROM base_event WHERE n = ?", (n,)).fetchone()
        if row is None:
            return False
        chain_hash = bytes(row[0]).hex()

        def work(connection: sqlite3.Connection) -> None:
            _put_snapshot(connection, n, chain_hash, data)
            gone = kept_tail.forget_until(n, self.durable_n)
            connection.execute("DELETE FROM base_event WHERE n <= ?", (gone,))

        self._transaction("compact", work)
        self.tail = self._count_tail()
        return True

    def drop_base(self) -> None:
        """Forget the confirmed state; the next connection brings a snapshot."""

        def work(connection: sqlite3.Connection) -> None:
            connection.execute("DELETE FROM base_event")
            connection.execute("DELETE FROM snapshot")
            schema.put(connection, cursor_n=0, cursor_hash=GENESIS)

        self._transaction("drop_base", work)
        self.cursor_n, self.cursor_hash = 0, GENESIS
        self.tail = 0

    def base(self) -> Confirmed:
        """What a replica starts from."""
        row = self._connection.execute("SELECT n, bytes FROM snapshot").fetchone()
        n, data = (row[0], row[1]) if row else (0, None)
        return Confirmed(n, data, self.events(n))

    def events(self, after: int) -> list[tuple[int, bytes]]:
        """Stored events after `after`."""
        rows = self._connection.execute(
            "SELECT n, bytes FROM base_event WHERE n > ? ORDER BY n", (after,)
        )
        return [(n, data) for n, data in rows]

    # Epochs

    def adopt_server_epoch(self, sep: int) -> None:
        """The server was restored: its history may differ, so the base goes; commands stay, and the
        events until the server has said that it does not need them."""

        def work(connection: sqlite3.Connection) -> None:
            kept_tail.set_aside(connection)
            connection.execute("DELETE FROM base_event")
            connection.execute("DELETE FROM snapshot")
            schema.put(connection, sep=sep, cursor_n=0, cursor_hash=GENESIS, durable_n=0)

        self._transaction("server_epoch", work)
        self.sep, self.durable_n = sep, 0
        self.cursor_n, self.cursor_hash = 0, GENESIS
        self.tail = 0

    def keep_witness(self, checkpoint: Checkpoint) -> bool:
        """Keep a signed checkpoint if it is of the events held here."""
        return self._transaction(
            "witness", lambda connection: kept_tail.keep(connection, checkpoint)
        )

    def kept_events(self, from_n: int) -> list[bytes]:
        """Events that a restored server may lack, up to the checkpoint."""
        return kept_tail.read(self._connection, from_n, self.sep)

    def offer_again(self, last_seq: int) -> int:
        """The first command to send after a welcome that names `last_seq`: the oldest without an
        answer, or earlier where the server lost some that it had answered."""
        row = self._connection.execute(
            "SELECT min(seq) FROM outbox WHERE dep = ? AND state = 'pending'", (self.dep,)
        ).fetchone()
        first_pending = int(row[0]) if row[0] is not None else self.next_seq
        return min(first_pending, last_seq + 1)

    def restart_epoch(self) -> int:
        """A person decided to go on after a fork: unanswered commands move to a new epoch of the
        device, with their ids, so that none can count twice. Gives their number."""
        moving = self.unanswered()
        dep = raise_epoch(self._folder, self.dep)

        def work(connection: sqlite3.Connection) -> tuple[int, str]:
            connection.execute(
                "DELETE FROM outbox WHERE dep = ? AND state = 'pending'", (self.dep,)
            )
            commands = [one.command for one in moving]
            seq, last = carry_over(
                connection, commands, dep, {one.seq: one.route for one in moving}
            )
            schema.put(connection, dep=dep, next_seq=seq, last_hash=last)
            return seq, last

        self.next_seq, self.last_hash = self._transaction("epoch", work)
        self.dep = dep
        self.pending = self._count_pending()
        return len(moving)

    def standing(self) -> StoreStanding:
        """What a hello says."""
        row = self._connection.execute(
            "SELECT seq, bytes FROM outbox WHERE dep = ? AND state = 'pending'"
            " ORDER BY seq LIMIT 1",
            (self.dep,),
        ).fetchone()
        first_pending = int(row[0]) if row else self.next_seq
        oldest = read_command(row[1]).command.made_wall_ms if row else 0
        witness = kept_tail.newest(self._connection)
        return StoreStanding(
            dev=self.dev,
            dep=self.dep,
            sep=self.sep,
            made_seq=self.next_seq - 1,
            answered_seq=first_pending - 1,
            pending=self.pending,
            oldest_pending_ms=oldest,
            cursor_n=self.cursor_n,
            cursor_hash=self.cursor_hash,
            durable_n=self.durable_n,
            witness=witness,
            tail_from_n=kept_tail.begins_at(self._connection, witness) if witness else 0,
            kept_n=kept_tail.reaches(self._connection),
        )

    # Housekeeping

    def note_durable(self, durable_n: int) -> None:
        """The server has a verified copy up to `durable_n`: older answered commands may go.

        The newest command always stays, since the chain continues from it.
        """
        if durable_n < self.durable_n:
            return
        before = self._clock() - limits.OUTBOX_KEPT_MS

        def work(connection: sqlite3.Connection) -> None:
            schema.put(connection, durable_n=durable_n)
            kept_tail.drop_durable(connection, durable_n)
            connection.execute(
                "DELETE FROM outbox WHERE state = 'answered' AND n_to <= ? AND answered_ms < ?"
                " AND (dep < ? OR seq < ?)",
                (durable_n, before, self.dep, self._first_kept(durable_n)),
            )

        self._transaction("durable", work)
        self.durable_n = durable_n

    def _first_kept(self, durable_n: int) -> int:
        """Commands go from the old end only, so that the rest stays one chain."""
        row = self._connection.execute(
            "SELECT min(seq) FROM outbox WHERE dep = ? AND (state = 'pending' OR n_to > ?"
            " OR answered_ms >= ?)",
            (self.dep, durable_n, self._clock() - limits.OUTBOX_KEPT_MS),
        ).fetchone()
        first = int(row[0]) if row[0] is not None else self.next_seq - 1
        return min(first, self.next_seq - 1)

    def notices(self) -> list[Notice]:
        """What nobody has tapped away yet, oldest first."""
        rows = self._connection.execute(
            "SELECT id, cmd_id, code, params, raised_ms FROM notice WHERE acked_ms IS NULL"
            " ORDER BY raised_ms, id LIMIT ?",
            (limits.NOTICES_OPEN,),
        )
        return [Notice(*row) for row in rows]

    def acknowledge(self, notice_id: str) -> None:
        """Someone has seen it."""
        now = self._clock()
        self._transaction(
            "notice",
            lambda connection: connection.execute(
                "UPDATE notice SET acked_ms = ? WHERE id = ? AND acked_ms IS NULL", (now, notice_id)
            ),
        )

    @property
    def broken(self) -> str:
        """Why nothing can be stored until a restart, "" if all is well (reliability 0.4)."""
        return self._broken

    # Inside

    def _transaction(self, name: str, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """All or nothing, on disk. Raises StoreFailed with a code."""
        if self._broken:
            raise StoreFailed("disk_error")
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            result = work(self._connection)
            if self._before_commit is not None:
                self._before_commit(name)
            self._connection.execute("COMMIT")
        except (sqlite3.Error, OSError) as error:
            raise StoreFailed(self._failed(error)) from error
        return result

    def _failed(self, error: Exception) -> str:
        """Roll back and name the trouble. After an I/O error nothing is believed any more."""
        repeated = isinstance(error, sqlite3.IntegrityError)
        full = (
            isinstance(error, sqlite3.Error)
            and getattr(error, "sqlite_errorcode", 0) & 0xFF == sqlite3.SQLITE_FULL
        ) or (isinstance(error, OSError) and error.errno == 28)
        try:
            if self._connection.in_transaction:
                self._connection.rollback()
        except sqlite3.Error as second:
            self._broken = str(second)
            return "disk_error"
        if full:
            return "disk_full"
        if repeated:
            return "repeated_id"
        self._broken = str(error)
        return "disk_error"

    def _select(self, where: str, *arguments: object) -> list[StoredCommand]:
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM outbox WHERE {where}",  # noqa: S608 - `where` is ours
            arguments,
        )
        return [_stored(*row) for row in rows]

    def _count_pending(self) -> int:
        row = self._connection.execute(
            "SELECT count(*) FROM outbox WHERE dep = ? AND state = 'pending'", (self.dep,)
        ).fetchone()
        return int(row[0])

    def _count_tail(self) -> int:
        row = self._connection.execute(
            "SELECT count(*) FROM base_event WHERE n > coalesce((SELECT n FROM snapshot), 0)"
        ).fetchone()
        return int(row[0])

    def _make_ballast(self, size: int) -> None:
        """Space held back so that a full disk can still take the last commands."""
        path = self._folder / "ballast"
        if size <= 0 or path.exists():
            return
        try:
            with path.open("wb") as file:
                os.posix_fallocate(file.fileno(), 0, size)
        except OSError:
            path.unlink(missing_ok=True)

    def _drop_ballast(self) -> bool:
        path = self._folder / "ballast"
        if not path.exists():
            return False
        path.unlink()
        return True


def _stored(data: bytes, digest: bytes, route: Route, result: bytes | None) -> StoredCommand:
    return StoredCommand(
        read_command(data).command,
        data,
        digest.hex(),
        route,
        _results.decode(result) if result is not None else None,
    )


def _put_snapshot(connection: sqlite3.Connection, n: int, chain_hash: str, data: bytes) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO snapshot(one, n, hash, bytes, sha) VALUES(1, ?, ?, ?, ?)",
        (n, chain_hash, data, sha256(data).digest()),
    )


def _save_code(code: str) -> SaveCode:
    if code == "repeated_id":
        return "bad_body"
    return "disk_full" if code == "disk_full" else "disk_error"
