"""The terminal's store: a confirmed tap survives whatever happens to process, disk and file."""

import errno
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from sync_server.client.opening import StoreInUse
from sync_server.client.outbox import Outbox
from sync_server.client.records import CannotSave, Draft, StoredCommand, StoreFailed
from sync_server.domain import limits
from sync_server.protocol import frames
from sync_server.protocol.envelope import (
    GENESIS,
    EventRecord,
    chain,
    command_hash,
    raw,
    write_event,
)
from sync_server.protocol.terminal_conversation import NewEvent

DEV = "device-1"


class Clock:
    now = 1_700_000_000_000

    def __call__(self) -> int:
        return self.now


def open_store(folder: Path, **options: object) -> Outbox:
    return Outbox.open(folder, DEV, Clock(), **{"ballast_bytes": 0, **options})  # type: ignore[arg-type]


def draft(cmd_id: str, text: str = "borscht") -> Draft:
    body = json.dumps({"text": text}, separators=(",", ":")).encode()
    return Draft(
        cmd_id, "note", 1, body, "olena", "", None, 1_700_000_000_000, 5, "b", 0, "2026-11-21"
    )


def tap(store: Outbox, cmd_id: str, text: str = "borscht") -> StoredCommand:
    stored = store.append(draft(cmd_id, text))
    assert isinstance(stored, StoredCommand), stored
    return stored


def result(seq: int, outcome: frames.Outcome = "accepted", n: int = 0) -> frames.Result:
    return frames.Result(seq, outcome, "" if outcome == "accepted" else "why", raw(b"{}"), n, n, "")


def events(count: int, after: int = 0, link: str = GENESIS) -> list[NewEvent]:
    made: list[NewEvent] = []
    for n in range(after + 1, after + count + 1):
        record = EventRecord(n, 1, "note", 1, "c", DEV, "olena", "d", raw(b"{}"))
        data = write_event(record)
        link = chain(link, n, data)
        made.append(NewEvent(record, data, link))
    return made


def test_commands_form_one_chain_that_goes_on_after_a_restart(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    first, second = tap(store, "a"), tap(store, "b")
    store.close()
    store = open_store(tmp_path)
    third = tap(store, "c")
    assert [one.seq for one in (first, second, third)] == [1, 2, 3]
    assert first.command.prev == ""
    assert second.command.prev == first.hash == command_hash(first.data)
    assert third.command.prev == second.hash == store.hash_of(2)
    assert [one.data for one in store.unanswered()] == [first.data, second.data, third.data]
    store.close()


def test_answers_are_kept_once_and_only_plain_acceptance_is_silent(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for name in "abc":
        tap(store, name)
    assert len(store.record_answers([result(1, n=1), result(2, "refused"), result(9)])) == 2
    assert store.record_answers([result(1, "refused")]) == []
    assert [one.seq for one in store.unanswered()] == [3]
    assert [notice.cmd_id for notice in store.notices()] == ["b"]
    assert [one.seq for one in store.unsettled()] == [1, 3]
    store.store_events(events(1), 0)
    assert [one.seq for one in store.unsettled()] == [3]
    assert [one.told is not None for one in store.to_send(1, 9)] == [True, True, False]
    assert store.offer_again(3) == 3
    assert store.offer_again(1) == 2
    store.close()


def test_answered_commands_stay_until_the_copy_is_durable_and_two_days_old(
    tmp_path: Path,
) -> None:
    clock = Clock()
    store = Outbox.open(tmp_path, DEV, clock, ballast_bytes=0)
    for name in "abcd":
        tap(store, name)
    store.record_answers([result(seq, n=seq) for seq in (1, 2, 3, 4)])
    store.note_durable(2)
    assert len(store.to_send(1, 9)) == 4
    clock.now += limits.OUTBOX_KEPT_MS + 1
    store.note_durable(2)
    assert [one.seq for one in store.to_send(1, 9)] == [3, 4]
    store.note_durable(9)
    assert [one.seq for one in store.to_send(1, 9)] == [4]
    store.close()
    store = open_store(tmp_path)
    assert tap(store, "e").seq == 5
    assert store.dep == 1
    store.close()


def test_events_and_cursor_move_together_and_never_over_a_gap(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    made = events(5)
    store.store_events(made[:3], 1)
    with pytest.raises(StoreFailed, match="events_gap"):
        store.store_events(made[4:], 1)
    store.close()
    store = open_store(tmp_path)
    assert (store.cursor_n, store.cursor_hash) == (3, made[2].hash)
    assert store.compact(2, b"state at 2")
    base = store.base()
    assert (base.n, base.snapshot, [n for n, _ in base.events]) == (2, b"state at 2", [3])
    store.swap_snapshot(40, "a" * 64, b"state at 40")
    store.close()
    store = open_store(tmp_path)
    assert (store.cursor_n, store.base().snapshot) == (40, b"state at 40")
    store.adopt_server_epoch(2)
    assert (store.sep, store.cursor_n, store.base().snapshot) == (2, 0, None)
    store.close()


@pytest.mark.parametrize("went_on_from", [3, 5])
def test_after_two_restores_a_terminal_tells_one_history_and_never_two_as_one(
    tmp_path: Path, went_on_from: int
) -> None:
    """The second began from a state at 5: that of its own five events, or of others."""
    store = open_store(tmp_path)
    first = events(8)
    store.store_events(first, 0)
    store.adopt_server_epoch(2)
    store.close()
    store = open_store(tmp_path)
    other = first[:went_on_from]
    other += events(5 - went_on_from, went_on_from, GENESIS) if went_on_from < 5 else []
    store.swap_snapshot(5, other[-1].hash, b"state at 5")
    later = events(2, 5, other[-1].hash)
    store.store_events(later, 0)
    store.adopt_server_epoch(3)
    told = [one.data for one in (*first[:5], *later)]
    assert store.kept_events(1) == (told if went_on_from == 5 else [])
    assert store.kept_events(6) == told[5:]
    store.close()


def test_a_second_program_cannot_open_the_store(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    tap(store, "a")
    with pytest.raises(StoreInUse):
        open_store(tmp_path)
    store.close()


def test_what_cannot_be_a_command_is_refused_and_costs_no_number(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    for body in (b"[]", b'{"a": 1}', b'{"a":1.5}', b"{", b'{"a":"\xff"}'):
        bad = draft("x")
        refused = store.append(
            Draft(**{**{name: getattr(bad, name) for name in bad.__slots__}, "body": body})
        )
        assert isinstance(refused, CannotSave)
        assert refused.code == "bad_body"
    tap(store, "a")
    repeated = store.append(draft("a"))
    assert isinstance(repeated, CannotSave)
    assert tap(store, "b").seq == 2
    store.close()


def test_a_full_disk_refuses_the_tap_and_the_ballast_lets_the_last_ones_in(
    tmp_path: Path,
) -> None:
    full = True

    def fill(name: str) -> None:
        if full and (name != "append" or (tmp_path / "ballast").exists() or not ballast):
            raise OSError(errno.ENOSPC, "No space left on device")

    ballast = True
    store = open_store(tmp_path, ballast_bytes=4096, before_commit=fill)
    assert (tmp_path / "ballast").exists()
    assert tap(store, "a").seq == 1
    assert not (tmp_path / "ballast").exists()
    ballast = False
    refused = store.append(draft("b"))
    assert isinstance(refused, CannotSave)
    assert refused.code == "disk_full"
    full = False
    assert tap(store, "c").seq == 2
    store.close()


def test_sqlite_running_out_of_pages_is_a_visible_refusal(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    tap(store, "a")
    store._connection.execute("PRAGMA max_page_count=18")
    outcomes = [store.append(draft(f"x{number}", "y" * 450)) for number in range(200)]
    refused = [one for one in outcomes if isinstance(one, CannotSave)]
    assert refused
    assert {one.code for one in refused} == {"disk_full"}
    store._connection.execute("PRAGMA max_page_count=100000")
    kept = [one for one in outcomes if isinstance(one, StoredCommand)]
    assert tap(store, "z").seq == len(kept) + 2
    store.close()


def test_after_an_input_output_error_nothing_is_believed_until_a_restart(tmp_path: Path) -> None:
    failing = False

    def fail(name: str) -> None:
        if failing:
            raise sqlite3.OperationalError("disk I/O error")

    store = open_store(tmp_path, before_commit=fail)
    tap(store, "a")
    failing = True
    assert isinstance(store.append(draft("b")), CannotSave)
    failing = False
    assert isinstance(store.append(draft("c")), CannotSave)
    assert store.broken
    store.close()
    store = open_store(tmp_path)
    assert [one.command.cmd_id for one in store.unanswered()] == ["a"]
    store.close()


CHILD = """
import sys
from pathlib import Path
from tests.sync.test_outbox import open_store, tap
store = open_store(Path(sys.argv[1]))
number = store.next_seq
while True:
    stored = tap(store, f"c{number}")
    print(stored.seq, stored.hash, flush=True)
    number += 1
"""


def test_every_confirmed_tap_survives_the_killing_of_its_process(tmp_path: Path) -> None:
    confirmed: dict[int, str] = {}
    for taps in (1, 7, 40):
        child = subprocess.Popen(
            [sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True
        )
        assert child.stdout is not None
        for _ in range(taps):
            seq, digest = child.stdout.readline().split()
            confirmed[int(seq)] = digest
        child.send_signal(signal.SIGKILL)
        for line in child.stdout.read().splitlines():
            if len(line.split()) == 2 and len(line.split()[1]) == 64:
                confirmed[int(line.split()[0])] = line.split()[1]
        child.wait()
        child.stdout.close()
    store = open_store(tmp_path)
    kept = {one.seq: one.hash for one in store.unanswered()}
    assert confirmed.items() <= kept.items()
    assert sorted(kept) == list(range(1, len(kept) + 1))
    assert store.dep == 1
    store.close()


def a_used_store(folder: Path) -> dict[str, bytes]:
    """A store with a past, closed as after a power cut; gives the bytes of each command's body."""
    store = open_store(folder / "live")
    bodies: dict[str, bytes] = {}
    for number in range(30):
        stored = tap(store, f"c{number}", f"dish {number} " + "x" * (number * 13))
        bodies[stored.command.cmd_id] = bytes(stored.command.body)
    store.record_answers([result(seq, n=seq) for seq in range(1, 11)])
    store.store_events(events(20), 0)
    shutil.copytree(folder / "live", folder / "cut")
    store.close()
    return bodies


def test_a_damaged_file_always_opens_and_gives_up_only_what_was_hit(tmp_path: Path) -> None:
    bodies = a_used_store(tmp_path)
    rng = Random(20_261_121)
    salvaged = 0
    for attempt in range(300):
        folder = tmp_path / f"hit{attempt}"
        shutil.copytree(tmp_path / "cut", folder)
        name = rng.choice(["terminal.db", "terminal.db-wal", "terminal.db-wal"])
        path = folder / name
        data = bytearray(path.read_bytes())
        kind = rng.choice(["flip", "flip", "zero", "cut", "gone"] if attempt % 10 else ["flip"])
        at = rng.randrange(max(1, len(data)))
        if kind == "flip" and data:
            data[at] ^= 1 << rng.randrange(8)
        elif kind == "zero":
            data[at : at + 512] = bytes(len(data[at : at + 512]))
        elif kind == "cut":
            del data[at:]
        path.write_bytes(data)
        if kind == "gone":
            path.unlink()
        store = open_store(folder)
        kept = {one.command.cmd_id: bytes(one.command.body) for one in store._select("1 = 1")}
        assert kept.items() <= bodies.items()
        if kind == "flip":
            salvaged += store.dep > 1
            if name == "terminal.db":
                assert len(kept) >= 29, (attempt, at)
        assert tap(store, "after").seq == store.next_seq - 1
        dep = store.dep
        store.close()
        store = open_store(folder)
        assert store.dep == dep, "a second start finds a whole file"
        store.close()
        shutil.rmtree(folder)
    assert salvaged > 0


def test_a_salvage_begins_a_new_epoch_and_tells_a_person(tmp_path: Path) -> None:
    a_used_store(tmp_path)
    folder = tmp_path / "cut"
    store = open_store(folder)
    store._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    store.close()
    path = folder / "terminal.db"
    data = path.read_bytes()
    at = data.index(b"dish 17")
    path.write_bytes(data[:at] + b"D" + data[at + 1 :])
    store = open_store(folder)
    assert store.dep == 2
    assert [one.seq for one in store.unanswered()] == list(range(1, 30))
    assert "c17" not in {one.command.cmd_id for one in store.unanswered()}
    (notice,) = store.notices()
    assert notice.code == "store_salvaged"
    assert json.loads(notice.params) == {"kept": 29, "missing": 1, "aside": "damaged-2"}
    assert (folder / "damaged-2" / "terminal.db").exists()
    store.close()


def test_a_salvage_that_was_interrupted_is_finished_at_the_next_start(tmp_path: Path) -> None:
    a_used_store(tmp_path)
    folder = tmp_path / "cut"
    other = open_store(tmp_path / "other")
    tap(other, "saved")
    other.close()
    (tmp_path / "other" / "terminal.db").rename(folder / "terminal.new.db")
    (folder / "terminal.db-wal").unlink()
    (folder / "salvaging").write_text("damaged-1")
    store = open_store(folder)
    assert [one.command.cmd_id for one in store.unanswered()] == ["saved"]
    assert not (folder / "salvaging").exists()
    store.close()


def test_files_of_a_terminal_are_its_owners_alone(tmp_path: Path) -> None:
    store = open_store(tmp_path / "store")
    for name in ("terminal.db", "epoch"):
        assert os.stat(tmp_path / "store" / name).st_mode & 0o077 == 0
    assert os.stat(tmp_path / "store").st_mode & 0o077 == 0
    store.close()


def test_after_a_fork_unanswered_commands_move_to_a_new_epoch_with_their_ids(
    tmp_path: Path,
) -> None:
    store = open_store(tmp_path)
    for name in "abc":
        tap(store, name)
    store.record_answers([result(1, n=1)])
    assert store.restart_epoch() == 2
    moved = store.unanswered()
    assert [(one.command.cmd_id, one.seq, one.command.dep) for one in moved] == [
        ("b", 1, 2),
        ("c", 2, 2),
    ]
    assert moved[1].command.prev == moved[0].hash
    store.close()
    store = open_store(tmp_path)
    assert (store.dep, tap(store, "d").seq) == (2, 3)
    store.close()
