"""Cards, fobs, barcodes and bump bars: a scan is whole or is none, and a plug may be pulled."""

import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from hardware.bump_bar import UsbBumpBar
from hardware.device import DeviceError, Health
from hardware.hid import KeyReports
from hardware.listening import Listening
from hardware.readers import SCAN_LENGTH, LineReader, MemoryReader, Reader, Scanned, UsbReader
from hardware.serial_link import SerialAddress, SerialLink
from hardware.usb_bus import UsbAddress
from hardware.wedge import GAP_MS, Wedge
from tests.hardware.fake_usb import FakeDevice, FakeUsb
from tests.hardware.far_ends import SerialFarEnd

# What a barcode scanner (US layout) sent for "A-7b" and Enter: press and release, one by one.
RECORDED = [
    *map(bytes.fromhex, ("0200040000000000", "0000000000000000", "00002d0000000000")),
    *map(bytes.fromhex, ("0000000000000000", "0000240000000000", "0000000000000000")),
    *map(bytes.fromhex, ("0000050000000000", "0000000000000000", "0000280000000000")),
]
# A card reader that overlaps: the next key goes down before the last one is up, "117" and Enter.
OVERLAPPING = [
    *map(bytes.fromhex, ("00001e0000000000", "0000000000000000", "00001e0000000000")),
    *map(bytes.fromhex, ("00001e2400000000", "0000240000000000", "0000242800000000")),
]


def reports(text: str) -> list[bytes]:
    """Reports of a reader that types figures and small letters, then Enter."""
    codes = {**{str(n): 0x1E + (n - 1) % 10 for n in range(10)}}
    codes |= {chr(ord("a") + n): 4 + n for n in range(26)}
    out: list[bytes] = []
    for code in (*(codes[char] for char in text), 0x28):
        out += [bytes((0, 0, code, 0, 0, 0, 0, 0)), bytes(8)]
    return out


def scans(reported: list[bytes]) -> str:
    """The letters of reports."""
    keys = KeyReports()
    return "".join(key.text or f"<{key.name}>" for one in reported for key in keys.feed(one))


def test_recorded_reports_are_read_as_they_were_typed() -> None:
    assert scans(RECORDED) == "A-7b<enter>"
    assert scans(OVERLAPPING) == "117<enter>"


def test_reports_of_another_shape_and_too_many_keys_say_nothing() -> None:
    assert scans([b"", b"\x01", bytes(64), bytes.fromhex("0000010101010101")]) == ""
    # With the number of the report in front it is the same report; caps lock turns letters only.
    numbered = [b"\x01" + one for one in RECORDED]
    assert scans(numbered) == "A-7b<enter>"
    caps = [bytes.fromhex("0000390000000000"), bytes(8), *RECORDED]
    assert scans(caps) == "a-7B<enter>"


@dataclass
class Bench:
    """A reader, the hand that scans with it, and the hand at its plug."""

    reader: Reader
    scan: Callable[[str], None]
    plug: Callable[[bool], None]


def by_usb() -> Iterator[Bench]:
    bus, device = FakeUsb(), FakeDevice(0x05E0, 0x1200, kind=3)
    bus.plug(device)
    yield Bench(
        UsbReader("reader", UsbAddress(0x05E0, 0x1200), bus),
        lambda text: device.report(*reports(text)),
        lambda on: (bus.plug if on else bus.unplug)(device),
    )


def by_serial(folder: Path) -> Iterator[Bench]:
    with SerialFarEnd(folder, lambda data: b"") as end:
        yield Bench(
            LineReader("reader", SerialLink(SerialAddress(str(end.port)))),
            lambda text: end.say(text.encode() + b"\r\n"),
            end.power,
        )


def by_memory() -> Iterator[Bench]:
    reader = MemoryReader("reader")

    def plug(on: bool) -> None:
        reader.plugged = on

    yield Bench(reader, lambda text: reader.say(text.encode() + b"\r"), plug)


@pytest.fixture(params=["usb", "serial", "memory"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Every reader that there is."""
    if request.param == "serial":
        yield from by_serial(tmp_path)
    else:
        yield from by_usb() if request.param == "usb" else by_memory()


def heard(reader: Reader, most: int = 40) -> list[str]:
    """What it says until it says something."""
    for _ in range(most):
        if found := reader.read(0.2):
            return found
    return []


def test_contract_a_scan_is_one_line_of_text(bench: Bench) -> None:
    bench.reader.open()
    bench.scan("4006381333931")
    assert heard(bench.reader) == ["4006381333931"]
    bench.scan("a1")
    assert heard(bench.reader) == ["a1"]
    assert bench.reader.read(0.01) == []
    bench.reader.close()
    bench.reader.close()


def test_contract_unplugged_in_use_it_is_said_once_each_way_and_works_again(
    bench: Bench, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    got: list[str] = []
    news: list[Health] = []
    listening = Listening(bench.reader, got.append, news.append, read_s=0.05)
    assert listening.turn()
    bench.plug(False)
    for _ in range(5):
        assert not listening.turn()
    bench.plug(True)
    assert listening.turn()
    bench.scan("77")
    for _ in range(400):
        listening.turn()
        if got:
            break
    for _ in range(3):
        listening.turn()
    listening.stop()
    assert got == ["77"]
    assert [one.up for one in news] == [True, False, True]
    said = [record.message for record in caplog.records]
    assert len([one for one in said if "is gone" in one]) == 1
    assert len([one for one in said if "is back" in one]) == 1


def test_a_card_pulled_through_in_the_moment_of_unplugging_is_no_half_number() -> None:
    bus, device = FakeUsb(), FakeDevice(0x05E0, 0x1200, kind=3)
    bus.plug(device)
    reader = UsbReader("reader", UsbAddress(0x05E0, 0x1200), bus)
    reader.open()
    device.report(*reports("1234")[:4])
    for _ in range(4):
        assert reader.read(0.05) == []
    bus.unplug(device)
    with pytest.raises(DeviceError):
        reader.read(0.05)
    device.reports.clear()
    bus.plug(device)
    reader.open()
    device.report(*reports("99"))
    assert heard(reader) == ["99"]


def test_a_thread_listens_and_a_faulty_screen_does_not_silence_it() -> None:
    bus, device = FakeUsb(), FakeDevice(0x1357, 0x2468, kind=3)
    bus.plug(device)
    pressed: list[str] = []
    done = threading.Event()

    def use(key: str) -> None:
        pressed.append(key)
        if key == "enter":
            done.set()
        raise ValueError("a faulty screen")

    bar = UsbBumpBar("bar", UsbAddress(0x1357, 0x2468), bus)
    listening = Listening(bar, use, read_s=0.05, look_s=0.01)
    listening.start()
    arrow = bytes.fromhex("0000520000000000")
    device.report(arrow, arrow, bytes(8), arrow, bytes(8), *reports("1"))
    assert done.wait(60)
    listening.stop()
    # Held down it is one press; let go and pressed again it is another.
    assert pressed == ["up", "up", "1", "enter"]
    assert not device.claimed


@given(st.binary(max_size=400))
def test_whatever_a_reader_sends_a_scan_is_short_visible_text(data: bytes) -> None:
    for scan in Scanned().feed(data):
        assert 0 < len(scan) <= SCAN_LENGTH
        assert all(" " <= char <= "~" for char in scan)


def typed(wedge: Wedge, keys: str, at_ms: int, gap_ms: int) -> tuple[list[str], str, int]:
    """Keys in one rhythm, `\\n` for Enter: scans, what was a person's, the time after."""
    found: list[str] = []
    own = ""
    for char in keys:
        at_ms += gap_ms
        heard_now = wedge.key(
            "enter" if char == "\n" else char, "" if char == "\n" else char, at_ms
        )
        found += [heard_now.scan] if heard_now.scan else []
        own += "".join("\n" if key == "enter" else key for key in heard_now.typed)
    return found, own, at_ms


def test_a_burst_is_a_scan_and_a_persons_typing_comes_back_whole() -> None:
    wedge = Wedge()
    found, own, at_ms = typed(wedge, "12345678\n", 1_000, 8)
    assert (found, own) == (["12345678"], "")
    found, own, at_ms = typed(wedge, "borsch\n", at_ms + 500, 120)
    assert (found, own) == ([], "borsch\n")
    # A person in the midst of whose word a card is read loses nothing.
    _, own, at_ms = typed(wedge, "bo", at_ms + 500, 120)
    found, more, at_ms = typed(wedge, "998877\n", at_ms + GAP_MS, 5)
    assert (found, own + more) == (["998877"], "bo")
    # Quick fingers that stop: given back when it is quiet.
    _, own, at_ms = typed(wedge, "ab", at_ms + 500, 10)
    assert own + "".join(wedge.idle(at_ms + GAP_MS + 1).typed) == "ab"
    # Three letters and Enter are a person, whatever the speed.
    assert typed(wedge, "abc\n", at_ms + 900, 4)[:2] == ([], "abc\n")


@given(st.lists(st.sampled_from("~ab1\n"), max_size=60), st.integers(1, 500))
def test_with_a_prefix_time_plays_no_part_and_outside_of_it_nothing_is_lost(
    keys: list[str], gap_ms: int
) -> None:
    found, own, _ = typed(Wedge("~"), "".join(keys), 0, gap_ms)
    again = typed(Wedge("~"), "".join(keys), 0, 1)
    assert (found, own) == again[:2]
    outside, *marked = "".join(keys).split("~")
    rest = [part.partition("\n") for part in marked]
    assert own == outside + "".join(after for _, _, after in rest)
    assert found == [scan for scan, end, _ in rest if end and scan]


@given(st.lists(st.tuples(st.sampled_from("abc1\n"), st.integers(1, 80)), max_size=60))
def test_without_a_prefix_every_key_is_in_a_scan_or_comes_back_in_order(
    keys: list[tuple[str, int]],
) -> None:
    wedge, at_ms, out = Wedge(), 0, ""
    for char, gap in keys:
        at_ms += gap
        now = wedge.key("enter" if char == "\n" else char, "" if char == "\n" else char, at_ms)
        out += "".join("\n" if key == "enter" else key for key in now.typed)
        out += f"{now.scan}\n" if now.scan else ""
    out += "".join(wedge.idle(at_ms + 1_000).typed)
    assert out == "".join(char for char, _ in keys)
