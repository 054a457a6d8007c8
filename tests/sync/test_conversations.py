"""Both ends of the protocol without sockets: order, windows, credit, gaps, chains, snapshots."""

from hashlib import sha256

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from sync_server.domain import limits
from sync_server.protocol import (
    frames,
    server_conversation as upper,
    terminal_conversation as lower,
)
from sync_server.protocol.envelope import (
    GENESIS,
    EventRecord,
    chain,
    command_hash,
    raw,
    write_command,
    write_event,
)
from sync_server.protocol.frames import CloseCode
from sync_server.protocol.server_conversation import RateLimit, ServerConversation, Standing
from sync_server.protocol.terminal_conversation import Outgoing, TerminalConversation
from tests.sync.test_frames import a_command

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
DEV = "device-1"


def hello(**changes: object) -> frames.Hello:
    fields: dict[str, object] = {
        "proto": (1, 1),
        "app": "test",
        "schema_hash": "",
        "dev": DEV,
        "dep": 1,
        "sep": 1,
        "made_seq": 0,
        "answered_seq": 0,
        "cursor_n": 0,
        "cursor_hash": GENESIS,
        "outbox_len": 0,
        "oldest_pending_age_ms": 0,
        "wall_ms": 0,
        "mono_ms": 0,
        "battery": -1,
        "disk_free_mb": -1,
    }
    return frames.Hello(**{**fields, **changes})  # type: ignore[arg-type]


def standing(**changes: object) -> Standing:
    fields: dict[str, object] = {
        "epoch": 1,
        "last_seq": 0,
        "last_hash": "",
        "sep": 1,
        "head_n": 0,
        "durable_n": 0,
        "hash_at_cursor": GENESIS,
    }
    return Standing(**{**fields, **changes})  # type: ignore[arg-type]


def commands(count: int, first: int = 1, **changes: object) -> list[bytes]:
    """A chain of commands; the first one's `prev` fits only at number 1."""
    made: list[bytes] = []
    for seq in range(first, first + count):
        prev = command_hash(made[-1]) if made else ("" if first == 1 else "a" * 64)
        place = {"cmd_id": f"c{seq}", "seq": seq, "prev": prev}
        made.append(write_command(a_command(**{**place, **changes})))
    return made


def journal(count: int) -> tuple[list[bytes], list[str]]:
    records = [
        write_event(EventRecord(n, 1, "note", 1, "c", DEV, "olena", "d", raw(b"{}")))
        for n in range(1, count + 1)
    ]
    hashes = [GENESIS]
    for n, data in enumerate(records, 1):
        hashes.append(chain(hashes[-1], n, data))
    return records, hashes


def accepted(seq: int) -> frames.Result:
    return frames.Result(seq, "accepted", "", raw(b"{}"), seq, seq, "")


class Pair:
    """Both ends, joined by hand so that a test can lose what it likes."""

    def __init__(self, **changes: object) -> None:
        self.up = ServerConversation("site-1", "n" * 32, 0)
        self.down = TerminalConversation(
            hello(**changes), KEY.sign, KEY.public_key().public_bytes_raw(), "site-1", 0
        )
        self.up.open(1, 0)

    def to_terminal(self, now_ms: int = 0) -> list[lower.TerminalAction]:
        return [
            action for data in self.up.take_output() for action in self.down.receive(data, now_ms)
        ]

    def to_server(self, now_ms: int = 0) -> list[upper.ServerAction]:
        return [
            action for data in self.down.take_output() for action in self.up.receive(data, now_ms)
        ]

    def go_live(self, known: Standing | None = None) -> lower.Welcomed:
        self.to_terminal()
        sent = self.down.take_output()
        assert self.up.receive(sent[0], 0) == [upper.Identify(DEV)]
        assert self.up.identified(KEY.public_key().public_bytes_raw(), False, 0) == []
        (admit,) = self.up.receive(sent[1], 0)
        assert isinstance(admit, upper.Admit)
        self.up.admitted(known or standing(), 0, 0)
        (welcomed,) = self.to_terminal()
        assert isinstance(welcomed, lower.Welcomed)
        self.down.ready(1, self.down.cursor_n, self.down.cursor_hash, 0)
        return welcomed


def test_the_terminal_proves_itself_and_is_welcomed() -> None:
    pair = Pair()
    welcome = pair.go_live(standing(last_seq=7, last_hash="b" * 64)).frame
    assert (welcome.last_seq, welcome.resume, welcome.drain) == (7, "tail", False)
    assert pair.up.state == pair.down.state == "live"


def test_nothing_is_heard_before_the_proof() -> None:
    for frame in (hello(), frames.Credit(0), frames.Push([raw(commands(1)[0])], [])):
        up = ServerConversation("site-1", "n" * 32, 0)
        up.open(1, 0)
        assert up.receive(frames.encode(frame), 0)[0] == upper.Close(
            CloseCode.OUT_OF_ORDER, type(frame).__name__.lower()
        )
        assert up.receive(frames.encode(frame), 0) == []


@pytest.mark.parametrize("known", [True, False])
def test_a_wrong_key_and_an_unknown_device_get_the_same_answer(known: bool) -> None:
    pair = Pair()
    pair.to_terminal()
    pair.up.receive(pair.down.take_output()[0], 0)
    other = Ed25519PrivateKey.from_private_bytes(b"x" * 32).public_key().public_bytes_raw()
    (close,) = pair.up.identified(other if known else None, False, 0)
    assert close == upper.Close(CloseCode.NOT_TRUSTED, "bad_proof")
    assert pair.to_terminal() == [lower.Refused("bad_proof")]


def test_a_proof_for_another_certificate_is_worth_nothing() -> None:
    pair = Pair()
    pair.up.fingerprint = "f" * 64
    pair.to_terminal()
    pair.up.receive(pair.down.take_output()[0], 0)
    (close,) = pair.up.identified(KEY.public_key().public_bytes_raw(), False, 0)
    assert isinstance(close, upper.Close)


def test_a_second_hello_or_a_foreign_device_closes() -> None:
    pair = Pair()
    pair.go_live()
    assert isinstance(pair.up.receive(frames.encode(hello()), 0)[0], upper.Close)
    pair = Pair()
    pair.to_terminal()
    pair.up.receive(pair.down.take_output()[0], 0)
    pair.up.identified(KEY.public_key().public_bytes_raw(), False, 0)
    (close,) = pair.up.receive(frames.encode(hello(dev="device-2")), 0)
    assert close == upper.Close(CloseCode.NOT_TRUSTED, "forged_dev")


@pytest.mark.parametrize(
    ("bad", "reason"),
    [
        (commands(1, dev="device-2"), "forged_dev"),
        (commands(1, dep=2), "dep"),
        ([commands(2)[0], commands(3)[2]], "seq"),
        ([commands(1)[0], commands(2, actor="x")[1]], "seq"),
    ],
)
def test_commands_of_others_or_out_of_order_close(bad: list[bytes], reason: str) -> None:
    pair = Pair()
    pair.go_live()
    push = frames.encode(frames.Push([raw(one) for one in bad], []))
    (close,) = pair.up.receive(push, 0)
    assert isinstance(close, upper.Close)
    assert close.reason == reason


def test_pushes_stay_in_the_window_and_answers_make_room() -> None:
    pair = Pair()
    pair.go_live()
    made = [Outgoing(seq, data) for seq, data in enumerate(commands(70), 1)]
    pair.down.push(made[: pair.down.room(0)])
    assert pair.down.room(0) == 0
    (submit,) = pair.to_server()
    assert isinstance(submit, upper.Submit)
    assert [one.data for one in submit.commands] == [one.data for one in made[:64]]
    pair.up.submitted(64, [accepted(seq) for seq in range(1, 65)], "", 0)
    (answers,) = pair.to_terminal()
    assert isinstance(answers, lower.Answers)
    assert pair.down.room(0) == 64


def test_a_gap_is_sent_again_from_where_the_server_is() -> None:
    pair = Pair()
    pair.go_live()
    made = [Outgoing(seq, data) for seq, data in enumerate(commands(3), 1)]
    pair.down.push(made)
    pair.down.take_output()
    pair.up.submitted(1, [], "gap", 0)
    pair.to_terminal()
    assert pair.down.next_seq == 2


def test_busy_pauses_and_resends_the_same_commands() -> None:
    pair = Pair()
    pair.go_live()
    pair.up.rate = RateLimit(per_second=10, burst=2)
    made = [Outgoing(seq, data) for seq, data in enumerate(commands(4), 1)]
    pair.down.push(made[:2])
    assert len(pair.to_server()) == 1
    pair.down.push(made[2:])
    assert pair.to_server() == []
    pair.to_terminal()
    assert (pair.down.next_seq, pair.down.room(0), pair.down.paused_for(0)) == (3, 0, 200)
    assert pair.down.room(200) > 0


def test_duplicated_and_unknown_answers_do_no_harm() -> None:
    pair = Pair()
    pair.go_live()
    pair.down.push([Outgoing(1, commands(1)[0])])
    pair.to_server()
    for _ in range(2):
        pair.up.submitted(1, [accepted(9), accepted(1)], "", 0)
    assert len(pair.to_terminal()) == 2
    assert pair.down.room(0) == limits.WINDOW_COMMANDS


def test_a_fork_is_told_and_ends_the_connection() -> None:
    pair = Pair()
    pair.go_live()
    (close,) = pair.up.submitted(3, [], "fork", 0)
    assert close == upper.Close(CloseCode.FORK, "fork")
    assert pair.to_terminal()[0] == lower.Forked("server")


def test_events_are_taken_only_as_the_continuation_of_the_cursor() -> None:
    records, hashes = journal(5)
    pair = Pair()
    pair.go_live()
    (apply,) = pair.down.receive(frames.encode_events(1, 5, 2, records[:3]), 0)
    assert isinstance(apply, lower.ApplyEvents)
    assert [one.hash for one in apply.events] == hashes[1:4]
    assert pair.down.receive(frames.encode_events(1, 5, 2, records[:3]), 0) == []
    (apply,) = pair.down.receive(frames.encode_events(2, 5, 2, records[1:4]), 0)
    assert isinstance(apply, lower.ApplyEvents)
    assert [one.record.n for one in apply.events] == [4]
    (close,) = pair.down.receive(frames.encode_events(6, 6, 2, records[:1]), 0)
    assert close == lower.Close(CloseCode.BAD_CHAIN, "gap")


def test_a_record_with_a_wrong_number_is_not_believed() -> None:
    records, _ = journal(2)
    pair = Pair()
    pair.go_live()
    (close,) = pair.down.receive(frames.encode_events(1, 2, 0, [records[1]]), 0)
    assert close == lower.Close(CloseCode.BAD_CHAIN, "number")


def test_without_credit_events_stop_and_then_the_connection() -> None:
    pair = Pair()
    pair.go_live()
    assert pair.up.events_wanted(0) is None
    assert pair.up.events_wanted(1_000) == 0
    pair.up.events_sent(limits.CREDIT_EVENTS, 1_000, 100)
    assert pair.up.events_wanted(1_000) is None
    for now in range(1_000, 10_000, 1_000):
        pair.up.receive(frames.encode(frames.Beat(now, 0, True, -1, -1)), now)
        assert pair.up.tick(now) == []
    pair.up.receive(frames.encode(frames.Credit(100)), 9_500)
    assert pair.up.events_wanted(1_000) == limits.CREDIT_EVENTS
    assert pair.up.tick(19_000) == []
    assert pair.up.tick(19_500)[0] == upper.Close(CloseCode.TOO_SLOW, "no_credit")


def test_bytes_without_credit_stop_events_too() -> None:
    pair = Pair()
    pair.go_live()
    pair.up.events_sent(10, limits.CREDIT_BYTES, 0)
    assert pair.up.events_wanted(1_000) is None
    pair.up.receive(frames.encode(frames.Credit(10)), 0)
    assert pair.up.events_wanted(1_000) == 10


def test_credit_for_what_was_never_sent_closes() -> None:
    pair = Pair()
    pair.go_live()
    (close,) = pair.up.receive(frames.encode(frames.Credit(1)), 0)
    assert close == upper.Close(CloseCode.OUT_OF_ORDER, "credit")


@pytest.mark.parametrize(
    ("mine", "known"),
    [
        ({"sep": 2}, {}),
        ({"cursor_hash": "a" * 64}, {}),
        ({"cursor_n": 9}, {"head_n": 5}),
        ({}, {"hash_at_cursor": None}),
        ({}, {"head_n": limits.SNAPSHOT_LAG_EVENTS + 1}),
    ],
)
def test_a_terminal_that_cannot_go_on_gets_a_snapshot(
    mine: dict[str, object], known: dict[str, object]
) -> None:
    pair = Pair(**mine)
    assert pair.go_live(standing(**known)).frame.resume == "snapshot"
    data = bytes(range(256)) * 500
    pair.up.snapshot_ready(40, "c" * 64, data)
    actions: list[lower.TerminalAction] = []
    chunks = 0
    while (chunk := pair.up.next_chunk(0)) is not None:
        assert len(chunk) <= limits.FRAME_BYTES
        actions += pair.down.receive(chunk, 0)
        chunks += 1
    assert chunks == 3
    assert actions == [lower.ApplySnapshot(40, "c" * 64, data)]
    assert pair.up.events_wanted(41) == 40
    pair.down.stored(40)
    assert pair.to_server() == [upper.Stored(40)]


def test_a_damaged_or_shuffled_snapshot_is_not_taken() -> None:
    chunk = frames.Snapshot(4, "c" * 64, 0, 1, sha256(b"other").hexdigest(), "e30=")
    for bad in (
        chunk,
        frames.Snapshot(4, "c" * 64, 1, 2, "d" * 64, "e30="),
        frames.Snapshot(4, "c" * 64, 0, 1, "d" * 64, "not base 64"),
    ):
        pair = Pair()
        pair.go_live()
        (close,) = pair.down.receive(frames.encode(bad), 0)
        assert isinstance(close, lower.Close)


def test_a_terminal_of_another_release_may_still_hand_over_its_commands() -> None:
    pair = Pair(schema_hash="old", cursor_hash="a" * 64)
    welcome = pair.go_live(standing(schema_hash="new", head_n=9)).frame
    assert (welcome.drain, welcome.resume) == (True, "tail")
    assert pair.up.events_wanted(9) is None
    pair.down.push([Outgoing(1, commands(1)[0])])
    assert isinstance(pair.to_server()[0], upper.Submit)


def test_an_older_epoch_of_a_device_is_refused_and_a_newer_starts_at_nothing() -> None:
    pair = Pair(dep=1)
    pair.to_terminal()
    proof, greeting = pair.down.take_output()
    pair.up.receive(proof, 0)
    pair.up.identified(KEY.public_key().public_bytes_raw(), False, 0)
    pair.up.receive(greeting, 0)
    pair.up.admitted(standing(epoch=2), 0, 0)
    assert pair.to_terminal() == [lower.Refused("old_epoch")]
    welcome = Pair(dep=3).go_live(standing(epoch=2, last_seq=9, last_hash="a" * 64)).frame
    assert (welcome.last_seq, welcome.last_hash) == (0, "")


def test_silence_ends_both_sides_and_beats_keep_them() -> None:
    pair = Pair()
    assert pair.up.tick(limits.HELLO_TIMEOUT_MS)[0] == upper.Close(
        CloseCode.TOO_LATE, "hello_timeout"
    )
    pair = Pair()
    pair.go_live()
    assert pair.down.tick(0) == [lower.BeatDue()]
    pair.down.beat(0, 0, True, -1, -1)
    (beaten,) = pair.to_server()
    assert isinstance(beaten, upper.Beaten)
    pair.up.pulse(beaten.frame, 5, 3, 2)
    assert pair.to_terminal(40) == [lower.Pulsed(40, 5, 2)]
    assert pair.up.tick(limits.SILENCE_MS)[0] == upper.Close(CloseCode.SILENT, "silent")
    assert pair.down.tick(limits.SILENCE_MS + 40)[0] == lower.Close(CloseCode.SILENT, "silent")


def test_an_old_frame_played_again_has_no_effect_on_another_connection() -> None:
    pair = Pair()
    pair.to_terminal()
    recorded = pair.down.take_output()
    later = ServerConversation("site-1", "m" * 32, 0)
    later.open(1, 0)
    later.receive(recorded[0], 0)
    (close,) = later.identified(KEY.public_key().public_bytes_raw(), False, 0)
    assert close == upper.Close(CloseCode.NOT_TRUSTED, "bad_proof")


def test_questions_beyond_the_bound_are_told_to_wait() -> None:
    pair = Pair()
    pair.go_live()
    for number in range(1, limits.ASKS_WAITING + 2):
        pair.down.ask(number, "guest", "", b"{}")
    assert len(pair.to_server()) == limits.ASKS_WAITING
    (reply,) = pair.to_terminal()
    assert isinstance(reply, lower.Replied)
    assert reply.frame.code == "busy"
