"""A house's backups: taken beside the running server, proven by restoring them, put back.

A backup is a folder: one file for each context and `manifest.json`, which appears last. The books
are copied first and the hotel last, so that the books never know of events that the front has not,
and the front of no posting that the hotel has not. The pepper, the journal's key and the site's
key are not in it: a stolen backup must neither verify a PIN (reliability S-9) nor sign anything;
they are copied on demand to a place apart.

After a restore the server begins a new epoch: terminals bring what the backup lacks, and what was
to be told to the world is doubtful (reliability 2.20). Neighbours: `store.backup` copies,
`backup_rounds` does it every hour, `front_office.reoffers` orders what comes again.
"""

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

import msgspec
from sqlalchemy import Connection, delete, func, insert, select, update
from sqlmodel import col

from sync_server.config import ServerSettings
from sync_server.domain.outward import CARD, FOLIO, PAPER
from sync_server.domain.venue import Venue
from sync_server.effects.door import CLAIMED, DOUBTFUL, QUEUED, SENDING
from sync_server.effects.paper import Mark
from sync_server.front_office.journal import PAGE, BrokenJournal, Head, records
from sync_server.front_office.saved_states import unpack_state
from sync_server.front_office.tables import (
    OPEN,
    CheckpointRow,
    EffectRow,
    Fact,
    FactRow,
    JournalRow,
    LedgerRow,
    StateRow,
)
from sync_server.hotel.sent_log import begin_era
from sync_server.private_files import write_private
from sync_server.protocol.checkpoint import is_genuine, read_checkpoint
from sync_server.protocol.envelope import chain, read_event
from sync_server.protocol.faults import FrameFault
from sync_server.protocol.replica import apply_record, digest
from sync_server.store import backup as copies
from sync_server.store.database import Database
from sync_server.store.errors import BackupRefused
from sync_server.store.file_lock import FileLock
from sync_server.store.migrations import upgrade

FRONT, HOTEL, BACK = "front", "hotel", "back"
COPIED_IN_ORDER = (BACK, FRONT, HOTEL)
MANIFEST = "manifest.json"
FRONT_MIGRATIONS = "sync_server.front_office.migrations"
HOTEL_MIGRATIONS = "sync_server.hotel.migrations"
JOURNAL_KEY = "journal.key"
KEYS = ("pepper.key", JOURNAL_KEY, "site.key", "site.crt")
UNFINISHED = "restoring"
"""A file of the data folder from the first change of a restore to its end; a server does not start
beside it, because the epoch might not be raised yet."""

_UNTOLD = (QUEUED, CLAIMED, SENDING)


class Kept(msgspec.Struct, frozen=True):
    """One file of a backup."""

    file: str
    size_bytes: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds and what was found when it was tried: the journal up to `n` with its
    chain, the state's digest there, the number of entries in the ledger."""

    taken_ms: int
    server_epoch: int
    n: int
    hash: str
    digest: str
    entries: int
    files: dict[str, Kept]


# -- taking --------------------------------------------------------------------------------------
def take(settings: ServerSettings, target: Path, now_ms: int, keys: Path | None = None) -> Manifest:
    """Back up every context of the house into the new folder `target`, and try the result.

    May run in another process beside the server. Raises `BackupRefused`, also for a front database
    that does not verify; then there is no such folder.
    """
    if target.exists():
        raise BackupRefused(f"{target} exists already")
    part = target.with_name(f"{target.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir(parents=True, mode=0o700)
    files: dict[str, Kept] = {}
    found = _Front()
    try:
        for context in COPIED_IN_ORDER:
            url = settings.database_url(context)
            if context != FRONT and _missing(url):
                continue
            file = part / f"{context}.backup"
            with Database.open_read_only(url, context, readers=1) as database:
                copies.backup(database, file)
            verifiers = [found.look] if context == FRONT else []
            server = None if url.startswith("sqlite") else url
            report = copies.verify_backup(file, verifiers, postgresql_url=server)
            files[context] = Kept(file.name, report.size_bytes, report.sha256)
        manifest = Manifest(
            now_ms,
            found.epoch,
            found.head.n,
            found.head.hash,
            digest(found.venue),
            found.entries,
            files,
        )
        write_private(part / MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))
        part.rename(target)
    except BrokenJournal as broken:
        raise BackupRefused(f"the front database does not verify: {broken}") from broken
    finally:
        shutil.rmtree(part, ignore_errors=True)
    if keys is not None:
        _copy_keys(settings.data, keys)
    return manifest


class _Front:
    """Looks at a restored front database and notes what it found."""

    def __init__(self) -> None:
        self.venue = Venue()
        self.head = Head()
        self.epoch = 1
        self.entries = 0

    def look(self, connection: Connection) -> None:
        """Follow the chain, replay from zero, compare saved states, add up the ledger.

        Raises `BrokenJournal` with the first event that is wrong.
        """
        saved = {row.n: bytes(row.data) for row in connection.execute(select(StateRow))}
        while page := records(connection, self.head.n, PAGE):
            for n, data, stored in page:
                self._follow(n, data, stored, saved.pop(n, None))
        if saved:
            raise BrokenJournal(min(saved), "a state was saved there and the journal ends before")
        sums = (
            select(col(LedgerRow.n), func.sum(col(LedgerRow.amount_minor)))
            .group_by(col(LedgerRow.n))
            .having(func.sum(LedgerRow.amount_minor) != 0)
            .limit(1)
        )
        for n, total in connection.execute(sums):
            raise BrokenJournal(n, f"its entries in the ledger sum to {total}")
        _check_signed(connection, b"")
        counted = connection.execute(select(func.count()).select_from(LedgerRow)).scalar()
        self.entries = int(counted or 0)
        self.epoch = epoch_of(connection)

    def _follow(self, n: int, data: bytes, stored: str, saved: bytes | None) -> None:
        if n != self.head.n + 1:
            raise BrokenJournal(self.head.n + 1, "missing")
        if chain(self.head.hash, n, data) != stored:
            raise BrokenJournal(n, "its hash does not follow")
        try:
            apply_record(self.venue, read_event(data))
            if saved is not None and digest(unpack_state(saved)) != digest(self.venue):
                raise BrokenJournal(n, "the state saved there is another than the journal gives")
        except FrameFault as fault:
            raise BrokenJournal(n, f"cannot be read: {fault}") from fault
        self.head = Head(n, stored)


def _check_signed(connection: Connection, key: bytes) -> None:
    """Raises `BrokenJournal` where a signed checkpoint and the journal differ, or, given the
    server's key, where a signature is not its own."""
    rows = connection.execute(
        select(col(CheckpointRow.data), col(JournalRow.hash))
        .outerjoin(JournalRow, col(JournalRow.n) == col(CheckpointRow.n))
        .order_by(col(CheckpointRow.n))
    )
    for data, stored in rows:
        try:
            signed = read_checkpoint(bytes(data))
        except FrameFault as fault:
            raise BrokenJournal(0, f"a checkpoint cannot be read: {fault}") from fault
        if signed.hash != stored:
            raise BrokenJournal(signed.n, "the server had signed something else there")
        if key and not is_genuine(signed, key):
            raise BrokenJournal(signed.n, "its checkpoint was signed with another key")


def journal_key(data: Path) -> bytes:
    """The key that signs this house's journal; empty where there is none."""
    path = data / JOURNAL_KEY
    return path.read_bytes() if path.exists() else b""


def epoch_of(connection: Connection) -> int:
    """The server's epoch as the database says it."""
    row = connection.execute(
        select(col(FactRow.value)).where(col(FactRow.key) == Fact.SERVER_EPOCH)
    ).first()
    return int(row[0]) if row is not None else 1


def _missing(url: str) -> bool:
    return url.startswith("sqlite") and not Path(url.partition("///")[2]).exists()


def _copy_keys(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True, mode=0o700)
    for name in KEYS:
        if (source / name).exists():
            write_private(target / name, (source / name).read_bytes())


# -- putting back --------------------------------------------------------------------------------
def read_manifest(folder: Path) -> Manifest:
    """What a backup says of itself; its files are as they were written. Raises `BackupRefused`."""
    try:
        manifest = msgspec.json.decode((folder / MANIFEST).read_bytes(), type=Manifest)
    except OSError as error:
        said = f"{folder} is no whole backup: {MANIFEST} in it: {error.strerror}"
        raise BackupRefused(said) from error
    except msgspec.DecodeError as error:
        raise BackupRefused(f"{folder} is no whole backup: {MANIFEST}: {error}") from error
    for kept in manifest.files.values():
        try:
            with (folder / kept.file).open("rb") as opened:
                found = hashlib.file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise BackupRefused(f"{folder / kept.file}: {error.strerror}") from error
        if found != kept.sha256:
            raise BackupRefused(f"{folder / kept.file} was changed since it was written")
    return manifest


def put_back(
    settings: ServerSettings,
    folder: Path,
    now_ms: int,
    contexts: Iterable[str] = COPIED_IN_ORDER,
    keys: Path | None = None,
) -> int:
    """Put a backup in the place of the house's databases; the server's new epoch.

    What stood there is kept beside (`store.backup.restore`). Raises `StoreLocked` while a server or
    back office runs on them, `BackupRefused`. If it is interrupted, no server starts until it has
    been done again.
    """
    manifest = read_manifest(folder)
    wanted = [context for context in contexts if context in manifest.files]
    if not wanted:
        raise BackupRefused(f"{folder} holds nothing of what is wanted")
    settings.data.mkdir(parents=True, exist_ok=True)
    _refuse_running(settings, wanted)
    if keys is not None:
        _copy_keys(keys, settings.data)
    marker = settings.data / UNFINISHED
    write_private(marker, str(folder).encode())
    for context in wanted:
        file = folder / manifest.files[context].file
        copies.restore(file, settings.database_url(context), context)
    epoch = manifest.server_epoch
    if FRONT in wanted:
        # Never an epoch twice, even if the same backup is put back again: seconds only grow.
        epoch = max(epoch + 1, now_ms // 1000)
        with Database.open(settings.database_url(FRONT), FRONT) as database:
            upgrade(database, FRONT_MIGRATIONS)
            try:
                database.read(lambda one: _check_signed(one, journal_key(settings.data)))
            except BrokenJournal as broken:
                raise BackupRefused(f"this backup is not this house's: {broken}") from broken
            database.writer.run(begin_epoch(epoch, manifest.n)).result()
    if HOTEL in wanted:
        with Database.open(settings.database_url(HOTEL), HOTEL) as database:
            upgrade(database, HOTEL_MIGRATIONS)
            database.writer.run(begin_era).result()
    marker.unlink()
    return epoch


def refuse_unfinished(data: Path) -> None:
    """Raises `BackupRefused` if a restore of this house was interrupted."""
    marker = data / UNFINISHED
    if marker.exists():
        source = marker.read_text(errors="replace")
        raise BackupRefused(
            f"a restore was interrupted; do it again: vitrylo restore {source} {data}"
        )


def _refuse_running(settings: ServerSettings, contexts: Iterable[str]) -> None:
    """All databases must be free before the first is replaced."""
    for context in contexts:
        url = settings.database_url(context)
        if url.startswith("sqlite"):
            FileLock(Path(f"{url.partition('///')[2]}.lock")).release()


def begin_epoch(epoch: int, n: int) -> Callable[[Connection], None]:
    """What a restored front database must know before anybody connects: a write for the store."""

    def write(connection: Connection) -> None:
        facts = {
            Fact.SERVER_EPOCH: str(epoch),
            Fact.RESTORED_N: str(n),
            Fact.DURABLE_N: str(n),
            Fact.RECOVERY: OPEN,
        }
        connection.execute(delete(FactRow).where(col(FactRow.key).in_(list(facts))))
        connection.execute(insert(FactRow), [{"key": k, "value": v} for k, v in facts.items()])
        untold = col(EffectRow.state).in_(_UNTOLD)
        # Paper that was out and only not reported yet is known; all other may be out as well, and
        # comes marked or not at all, by the rules of `effects.paper`.
        known = col(EffectRow.outcome).like(f"%{Mark.PRINTED.value} %")
        connection.execute(
            update(EffectRow)
            .where(col(EffectRow.kind) == PAPER, untold, ~known)
            .values(state=QUEUED, outcome=DOUBTFUL, due_ms=0)
        )
        # A card is asked after at its terminal, a room charge is looked for at the hotel before
        # anything is sent: its worker makes it unknown. Its record stays, if it has one;
        # `restored_n` says that it is doubtful.
        connection.execute(
            update(EffectRow)
            .where(
                col(EffectRow.kind).in_((FOLIO, CARD)),
                untold,
                col(EffectRow.outcome) == "",
            )
            .values(outcome=DOUBTFUL)
        )

    return write


# -- keeping -------------------------------------------------------------------------------------
def surplus(names: Iterable[str], newest: int, days: int) -> list[str]:
    """Backups that may go, by their names (`20261121T224500Z`): all but the `newest`, and the last
    one of each of the latest `days` that have any."""
    ordered = sorted(names, reverse=True)
    last_of_day: dict[str, str] = {}
    for name in ordered:
        last_of_day.setdefault(name[:8], name)
    kept = {*ordered[:newest], *sorted(last_of_day.values(), reverse=True)[:days]}
    return sorted(set(ordered) - kept)


__all__ = [
    "BACK",
    "COPIED_IN_ORDER",
    "FRONT",
    "HOTEL",
    "Manifest",
    "begin_epoch",
    "epoch_of",
    "journal_key",
    "put_back",
    "read_manifest",
    "refuse_unfinished",
    "surplus",
    "take",
]
