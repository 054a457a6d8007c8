"""Opens a terminal's file whatever state it is in: new, whole, damaged, or half salvaged.

Rule: it never refuses to start for what is in the file, and never loses a command that verifies. A
damaged file is set aside whole, and a new epoch of the device begins with what could be saved.
After an unclean stop the file and its log are copied first, because SQLite drops a damaged log
from the first bad frame on without a word, and deletes it when the connection closes.
`schema` says what whole means, `salvage` finds commands, `outbox` uses the result.
"""

import shutil
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

import msgspec

from sync_server.private_files import write_private
from sync_server.protocol.envelope import Command, command_hash, write_command

from . import schema
from .records import Route
from .salvage import PIECES, salvage

_encoder = msgspec.json.Encoder()


class StoreInUse(Exception):
    """Another program has this terminal's store open."""


def open_store(folder: Path, dev: str, clock: Callable[[], int]) -> sqlite3.Connection:
    """The one connection to a file that verifies.

    Raises StoreInUse if another program holds it, OSError or sqlite3.OperationalError if the disk
    itself fails.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / "terminal.db"
    _finish_salvage(path)
    if not path.exists():
        _make(path, dev, raise_epoch(folder, 0), 0)
    evidence = _keep_evidence(path)
    connection = _open_whole(path, dev, evidence)
    if connection is None:
        _replace_by_salvage(path, dev, clock, evidence)
        connection = schema.connect(path)
    if evidence is not None:
        shutil.rmtree(evidence.parent, ignore_errors=True)
    return connection


def insert_command(
    connection: sqlite3.Connection, command: Command, data: bytes, digest: str, route: Route
) -> None:
    """Add a command that nobody has answered, within the caller's transaction."""
    connection.execute(
        "INSERT INTO outbox(dep, seq, cmd_id, bytes, hash, route, state)"
        " VALUES(?, ?, ?, ?, ?, ?, 'pending')",
        (command.dep, command.seq, command.cmd_id, data, bytes.fromhex(digest), route),
    )


def insert_notice(
    connection: sqlite3.Connection,
    notice_id: str,
    cmd_id: str,
    code: str,
    params: str,
    now: int,
) -> None:
    """Raise a notice once, within the caller's transaction."""
    connection.execute(
        "INSERT OR IGNORE INTO notice(id, cmd_id, code, params, raised_ms) VALUES(?, ?, ?, ?, ?)",
        (notice_id, cmd_id, code, params, now),
    )


def carry_over(
    connection: sqlite3.Connection,
    commands: Iterable[Command],
    dep: int,
    routes: Mapping[int, Route],
) -> tuple[int, str]:
    """Store commands again as the beginning of epoch `dep`; gives the next number and last hash."""
    seq, last = 1, ""
    for command in commands:
        moved = msgspec.structs.replace(command, dep=dep, seq=seq, prev=last)
        data = write_command(moved)
        last = command_hash(data)
        insert_command(connection, moved, data, last, routes.get(command.seq, "server"))
        seq += 1
    return seq, last


def raise_epoch(folder: Path, at_least: int) -> int:
    """A device epoch that was never used before, on disk before it is used."""
    path = folder / "epoch"
    epoch = max(_read_epoch(path), at_least) + 1
    write_private(path, str(epoch).encode())
    return epoch


def _read_epoch(path: Path) -> int:
    try:
        return int(path.read_text("ascii"))
    except (OSError, ValueError):
        return 0


def _make(path: Path, dev: str, dep: int, sep: int) -> None:
    connection = schema.connect(path)
    try:
        schema.create(connection, dev, dep, sep)
    finally:
        connection.close()
    path.chmod(0o600)


def _keep_evidence(path: Path) -> Path | None:
    """A copy of file and log as an unclean stop left them, None after a clean one.

    A copy that is still here from an interrupted start is the older truth and is put back.
    """
    log = path.with_name(path.name + "-wal")
    kept = path.parent / "unclean" / path.name
    if kept.parent.exists():
        for piece in PIECES:
            path.with_name(path.name + piece).unlink(missing_ok=True)
        for piece in ("", "-wal"):
            shutil.copyfile(kept.with_name(kept.name + piece), path.with_name(path.name + piece))
        return kept
    if not log.exists() or not log.stat().st_size:
        return None
    unfinished = path.parent / "unclean.new"
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    for source in (path, log):
        shutil.copyfile(source, unfinished / source.name)
    unfinished.rename(kept.parent)
    return kept


def _log_was_cut(connection: sqlite3.Connection, log: bytes) -> bool:
    """True if the log holds commits that SQLite did not take in.

    Layout: the SQLite file format, section 4, 32 bytes of header, then per frame 24
    bytes (page, size at commit or 0, two salts, checksum) and the page. Either salt will do, so
    that one flipped bit in one of them does not hide the rest.
    """
    frame = 24 + int(connection.execute("PRAGMA page_size").fetchone()[0])
    taken = max(0, int(connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]))
    for at in range(32 + taken * frame, len(log) - frame + 1, frame):
        commits = log[at + 4 : at + 8] != bytes(4)
        current = log[at + 8 : at + 12] == log[16:20] or log[at + 12 : at + 16] == log[20:24]
        if commits and current:
            return True
    return False


def _open_whole(path: Path, dev: str, evidence: Path | None) -> sqlite3.Connection | None:
    """The connection if the file verifies, None if it is damaged."""
    connection: sqlite3.Connection | None = None
    try:
        connection = schema.connect(path)
        if evidence is not None:
            log = evidence.with_name(evidence.name + "-wal").read_bytes()
            if _log_was_cut(connection, log):
                raise schema.Damaged("log")
        values = schema.read_dev(connection)
        schema.verify_outbox(connection, values)
        epoch = _read_epoch(path.with_name("epoch"))
        if values["dev"] != dev or int(values["schema"]) != schema.VERSION:
            raise schema.Damaged("other device or version")
        if epoch > int(values["dep"]):
            raise schema.Damaged("restored from an older copy")
        if epoch < int(values["dep"]):
            write_private(path.with_name("epoch"), values["dep"].encode())
    except (schema.Damaged, sqlite3.Error, ValueError, TypeError, OverflowError) as error:
        if connection is not None:
            connection.close()
        _raise_if_not_damage(error)
        return None
    return connection


def _raise_if_not_damage(error: Exception) -> None:
    """A lock or a failing disk is no reason to set a file aside."""
    code = getattr(error, "sqlite_errorcode", 0)
    if code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise StoreInUse("another program has this terminal's store open") from error
    if code & 0xFF == sqlite3.SQLITE_FULL:
        raise error
    if code & 0xFF == sqlite3.SQLITE_IOERR and code != sqlite3.SQLITE_IOERR_SHORT_READ:
        raise error


def _replace_by_salvage(
    path: Path, dev: str, clock: Callable[[], int], evidence: Path | None
) -> None:
    """Set a damaged file aside and begin a new epoch with the commands that verify.

    The new file is complete before the old one moves, and a marker lets `_finish_salvage` end what
    a crash interrupted.
    """
    saved = salvage([path] if evidence is None else [path, evidence], dev)
    highest = max((one.command.dep for one in saved.commands), default=0)
    dep = raise_epoch(path.parent, highest)
    fresh = path.with_name("terminal.new.db")
    for piece in PIECES:
        fresh.with_name(fresh.name + piece).unlink(missing_ok=True)
    aside = f"damaged-{dep}"
    connection = schema.connect(fresh)
    try:
        schema.create(connection, dev, dep, saved.sep)
        connection.execute("BEGIN IMMEDIATE")
        commands = [one.command for one in saved.commands]
        seq, last = carry_over(connection, commands, dep, {})
        schema.put(connection, next_seq=seq, last_hash=last)
        params = {"kept": len(commands), "missing": saved.missing, "aside": aside}
        text = _encoder.encode(params).decode()
        insert_notice(connection, aside, "", "store_salvaged", text, clock())
        connection.execute("COMMIT")
    finally:
        connection.close()
    fresh.chmod(0o600)
    write_private(path.with_name("salvaging"), aside.encode())
    _finish_salvage(path)


def _finish_salvage(path: Path) -> None:
    """Swap the salvaged file in; may be repeated after a crash at any point."""
    marker, fresh = path.with_name("salvaging"), path.with_name("terminal.new.db")
    if not marker.exists():
        return
    if fresh.exists():
        aside = path.parent / (marker.read_text("ascii", "replace") or "damaged")
        aside.mkdir(exist_ok=True, mode=0o700)
        for piece in PIECES:
            old = path.with_name(path.name + piece)
            if old.exists():
                old.replace(aside / old.name)
        unclean = path.parent / "unclean"
        if unclean.exists():
            unclean.replace(aside / unclean.name)
        fresh.replace(path)
    marker.unlink()
