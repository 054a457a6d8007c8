"""Frames, envelopes and bodies: what is allowed reads back, anything else is one kind of fault."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given, settings, strategies as st

from sync_server.domain import commands as c, limits
from sync_server.domain.events import ClubCardIssued
from sync_server.domain.ids import CheckId, LineId, StaffId
from sync_server.protocol import frames, shape
from sync_server.protocol.codec import Codec
from sync_server.protocol.envelope import (
    GENESIS,
    Command,
    EventRecord,
    FreshEvent,
    chain,
    raw,
    read_command,
    read_event,
    write_command,
    write_event,
)
from sync_server.protocol.erasable import chained_form, erased_fields, salt_of
from sync_server.protocol.faults import FrameFault

README = Path(frames.__file__).with_name("README.md")
READERS: list[Callable[[bytes], Any]] = [
    frames.decode_from_terminal,
    frames.decode_from_server,
    read_command,
    read_event,
    shape.parse,
    shape.canonical,
]

BEAT = b'{"f":"beat","mono_ms":1,"made_seq":2,"ui_ok":true,"battery":-1,"disk_free_mb":-1}'
HOSTILE = [
    b"",
    b"\x00",
    b"\xff\xfe",
    b"null",
    b"[]",
    b"5",
    b"{",
    b'{"f":"beat"}',
    b'{"f":5}',
    b'{"f":"nothing"}',
    BEAT + b" ",
    BEAT + BEAT,
    BEAT.replace(b'"f":"beat",', b'"f":"beat","f":"beat",'),
    BEAT.replace(b'"made_seq":2', b'"made_seq":2,"made_seq":2'),
    BEAT.replace(b'"made_seq":2', b'"made_seq":2.0'),
    BEAT.replace(b'"made_seq":2', b'"made_seq":NaN'),
    BEAT.replace(b'"made_seq":2', b'"made_seq":Infinity'),
    BEAT.replace(b'"made_seq":2', b'"made_seq":1e3'),
    BEAT.replace(b'"made_seq":2', b'"made_seq":-2'),
    BEAT.replace(b'"made_seq":2', b'"made_seq":9223372036854775808'),
    BEAT.replace(b'"made_seq":2', b'"made_seq":"2"'),
    BEAT.replace(b'"battery":-1', b'"battery":-1,"admin":true'),
    BEAT.replace(b'"made_seq"', b'"made\\u005fseq"'),
    b'{"f":"bye","code":"' + b"x" * 65 + b'","detail":""}',
    b'{"f":"bye","code":"","detail":"' + b"x" * 501 + b'"}',
    b'{"f":"bye","code":"\xff","detail":""}',
    b'{"f":"bye","code":"\\ud800","detail":""}',
    b'{"f":"push","cmds":[],"told":[]}',
    b'{"f":"push","cmds":[' + b"1," * 500 + b'1],"told":[]}',
    b'{"f":"push","cmds":[' + b"[" * 5000 + b"]" * 5000 + b'],"told":[]}',
    b"[" * 60_000,
    b'{"a":' * 10_000,
    b'"' + b"a" * 70_000 + b'"',
    b"9" * 60_000,
]


def a_command(**changes: Any) -> Command:
    """A command that is right unless changed."""
    fields: dict[str, Any] = {
        "v": 1,
        "cmd_id": "0193-a",
        "dev": "device-1",
        "dep": 1,
        "sep": 1,
        "seq": 1,
        "prev": "",
        "type": "note",
        "tv": 1,
        "actor": "olena",
        "session": "",
        "approval": None,
        "made_wall_ms": 1,
        "made_mono_ms": 1,
        "boot_id": "b",
        "basis_n": 0,
        "biz_day": "2026-11-21",
        "body": raw(b"{}"),
    }
    return Command(**{**fields, **changes})


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("data", HOSTILE)
def test_hostile_bytes_are_a_fault_with_a_code(data: bytes, reader: Callable[[bytes], Any]) -> None:
    try:
        value = reader(data)
    except FrameFault as fault:
        assert fault.code  # noqa: PT017
    else:
        assert reader in (shape.parse, shape.canonical), value


def test_the_hostile_list_is_refused_by_the_server_to_the_last() -> None:
    for data in HOSTILE:
        with pytest.raises(FrameFault):
            frames.decode_from_terminal(data)
    assert isinstance(frames.decode_from_terminal(BEAT), frames.Beat)


@settings(max_examples=400, deadline=None)
@given(st.binary(max_size=400))
def test_random_bytes_never_raise_anything_else(data: bytes) -> None:
    for reader in READERS:
        try:
            reader(data)
        except FrameFault:
            continue


@settings(max_examples=400, deadline=None)
@given(st.data())
def test_damaged_frames_never_raise_anything_else(data: st.DataObject) -> None:
    examples = [BEAT, write_command(a_command()), *(HOSTILE[-12:-8])]
    text = bytearray(data.draw(st.sampled_from(examples)))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        cut = data.draw(st.integers(0, 3))
        text[at : at + cut] = data.draw(st.binary(max_size=4))
    for reader in READERS:
        try:
            reader(bytes(text))
        except FrameFault:
            continue


def test_bounds_of_plain_json_are_kept() -> None:
    assert shape.parse(b"[" * 16 + b"]" * 16)
    for data, code in {
        b"[" * 17 + b"]" * 17: "too_deep",
        b'"' + b"a" * 501 + b'"': "too_long",
        b"[" + b"1," * 500 + b"1]": "too_long",
        b"1.5": "number",
        b"1e2": "number",
        b"9223372036854775808": "number",
        b'"\xc3"': "not_utf8",
        b"[1": "not_json",
    }.items():
        with pytest.raises(FrameFault) as caught:
            shape.parse(data)
        assert caught.value.code == code
    for data in (b'{"a":1,"a":1}', b'{"a": 1}', b'"\\u0061"', b"-0"):
        with pytest.raises(FrameFault):
            shape.canonical(data)


def test_a_command_keeps_its_bytes_and_every_other_spelling_is_refused() -> None:
    data = write_command(a_command(body=raw(b'{"text":"\xd0\xb1"}')))
    received = read_command(data)
    assert received.data == data
    assert write_command(received.command) == data
    for other in (
        data.replace(b'"v":1,', b'"v":1, '),
        data.replace(b'"v":1,', b'"v":1,"v":1,'),
        data.replace(b'"seq":1', b'"seq":1.0'),
        data.replace(b'"seq":1', b'"seq":0'),
        data.replace(b'"prev":""', b'"prev":"zz"'),
        data[:-1] + b',"extra":1}',
        data.replace(b'{"text"', b'{"pad":"' + b"x" * limits.COMMAND_BYTES + b'","text"'),
    ):
        with pytest.raises(FrameFault):
            read_command(other)


def test_a_fresh_event_is_written_to_the_bytes_of_its_record() -> None:
    event = c.AddLines(CheckId("k"), (c.NewLine(LineId("l"), "soup", 2, note='ї "so"'),))
    fresh = FreshEvent(7, 5, "LinesAdded", 2, "c", "d", "olena", "2026-11-21", event)
    body = raw(CODEC.encode(event))
    record = EventRecord(7, 5, "LinesAdded", 2, "c", "d", "olena", "2026-11-21", body)
    assert write_event(fresh) == write_event(record) == write_event(read_event(write_event(fresh)))


def test_the_chain_depends_on_every_part() -> None:
    record = EventRecord(1, 5, "note", 1, "c", "d", "olena", "2026-11-21", raw(b"{}"))
    data = write_event(record)
    assert write_event(read_event(data)) == data
    one = chain(GENESIS, 1, data)
    others = {chain(one, 1, data), chain(GENESIS, 2, data), chain(GENESIS, 1, data + b" ")}
    assert len({one, *others}) == 4


def _issued(name: str, salt: str) -> bytes:
    event = ClubCardIssued("CLUB-1", name, StaffId("olena"), 5)
    return write_event(FreshEvent(3, 5, "ClubCardIssued", 1, "c", "d", "olena", "d", event, salt))


@pytest.mark.parametrize("name", ["Anna", 'О"Ніл \\ ї', "sha256:" + "0" * 64, "  ", "a" * 500])
def test_a_name_can_leave_a_record_and_the_chain_follows_as_before(name: str) -> None:
    whole = _issued(name, salt_of("chance"))
    erased = chained_form(whole)
    assert chain(GENESIS, 3, erased) == chain(GENESIS, 3, whole)
    assert chained_form(erased) == erased
    assert write_event(read_event(erased)) == erased
    assert name not in erased.decode()
    record = read_event(erased)
    assert erased_fields(record.type, msgspec.json.decode(record.body)) == ("name",)
    assert chain(GENESIS, 3, _issued(name + "x", salt_of("chance"))) != chain(GENESIS, 3, whole)
    assert chain(GENESIS, 3, _issued(name, salt_of("other"))) != chain(GENESIS, 3, whole)
    assert chain(GENESIS, 4, erased) != chain(GENESIS, 3, whole)
    nobody = _issued("", "")
    assert chained_form(nobody) == nobody, "most records are covered as they are"


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    lines: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Noted:
    text: str
    loud: bool
    place: str = "here"


CODEC = Codec(
    {"note": Note},
    {"noted": Noted},
    versions={"noted": 3},
    upcasts={("noted", 1): lambda plain: {**plain, "loud": False}},
)


def test_a_body_reads_back_and_an_old_one_is_raised_to_the_present() -> None:
    note = Note("без цибулі", (1, 2))
    assert CODEC.decode_command("note", 1, CODEC.encode(note)) == note
    assert CODEC.type_of(note) == "note"
    assert CODEC.decode_event("noted", 1, b'{"text":"x"}') == Noted("x", False)
    assert CODEC.decode_event("noted", 2, b'{"text":"x","loud":true}') == Noted("x", True)
    with pytest.raises(FrameFault, match="unknown field"):
        CODEC.decode_event("noted", 2, b'{"text":"x","loud":true,"more":1}')


@pytest.mark.parametrize(
    ("name", "version", "body", "code"),
    [
        ("pay", 1, b"{}", "unknown_type"),
        ("note", 2, b'{"text":"x","lines":[]}', "unknown_version"),
        ("note", 0, b'{"text":"x","lines":[]}', "unknown_version"),
        ("note", 1, b'{"text":"x"}', "not_canonical"),
        ("note", 1, b'{"lines":[],"text":"x"}', "not_canonical"),
        ("note", 1, b'{"text":"x","lines":[],"more":1}', "not_canonical"),
        ("note", 1, b'{"text":"x","lines":[],"lines":[]}', "not_canonical"),
        ("note", 1, b'{"text":"x","lines":[1.0]}', "bad_field"),
        ("note", 1, b'{"text":"x","lines":[9223372036854775808]}', "number"),
        ("note", 1, b'{"text":"' + b"x" * 501 + b'","lines":[]}', "too_long"),
        ("note", 1, b'{"text":"\xff","lines":[]}', "not_json"),
        ("note", 1, b'{"text":"x","lines":' + b"[" * 40 + b"]" * 40 + b"}", "too_deep"),
        ("note", 1, b"[]", "bad_field"),
    ],
)
def test_a_bad_body_is_a_fault(name: str, version: int, body: bytes, code: str) -> None:
    with pytest.raises(FrameFault) as caught:
        CODEC.decode_command(name, version, body)
    assert caught.value.code == code


def test_every_frame_is_shown_in_the_readme_as_it_is_written() -> None:
    shown = set(re.findall(r'^(\{"f":.*\})$', README.read_text("utf-8"), re.MULTILINE))
    tags: set[str] = set()
    for line in shown:
        data = line.encode()
        name = line.split('"')[3]
        try:
            frame: frames.Frame = frames.decode_from_terminal(data)
        except FrameFault:
            frame = frames.decode_from_server(data)
        assert frames.encode(frame) == data, name
        tags.add(name)
    kinds = [*get_args(frames.FromTerminal), *get_args(frames.FromServer)]
    assert tags == {kind.__struct_config__.tag for kind in kinds}
