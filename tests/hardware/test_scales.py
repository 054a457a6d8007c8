"""Scales: a weight at rest in whole grams, or the reason why there is none."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from hardware.device import DeviceError, Fault
from hardware.links import TcpLink
from hardware.scales import (
    LineScale,
    Lying,
    MemoryScale,
    Scale,
    Weight,
    _sma,
    _toledo,
    sma_scale,
    toledo_scale,
)
from hardware.serial_link import SerialAddress, SerialLink
from tests.hardware.far_ends import SerialFarEnd
from tests.hardware.independent import Emupos, emupos

__all__ = ["emupos"]

REST = Lying.AT_REST
TOLEDO = {
    Weight(REST, 1250): b"\x0201.250\r",
    Weight(REST, 1250, True): b"\x0201.250N\r",
    Weight(Lying.MOVING): b"\x02?\x01\r",
    Weight(Lying.OVER): b"\x02?\x02\r",
    Weight(Lying.UNDER): b"\x02?\x04\r",
}
SMA = {
    Weight(REST, 1250): b"\n 1G       1.250kg_\r",
    Weight(REST, 1250, True): b"\n 1N       1.250kg_\r",
    Weight(Lying.MOVING): b"\n 1GM      1.249kg_\r",
    Weight(Lying.OVER): b"\nO1G      15.005kg_\r",
    Weight(Lying.UNDER): b"\nU1G      -0.010kg_\r",
}


@dataclass
class Bench:
    """A scale, the hand that lays something on it, and the hand at its plug."""

    scale: Scale
    lay: Callable[[Weight], None]
    plug: Callable[[bool], None]


@dataclass
class Wire:
    """The far end of a scale's line: the answer to its question."""

    answers: dict[Weight, bytes]
    now: bytes = b""
    asked: list[bytes] = field(default_factory=list)

    def hear(self, data: bytes) -> bytes:
        self.asked.append(data)
        return self.now


def by_serial(folder: Path, kind: str) -> Iterator[Bench]:
    make, answers = (toledo_scale, TOLEDO) if kind == "toledo" else (sma_scale, SMA)
    wire = Wire(answers)
    with SerialFarEnd(folder, wire.hear) as end:

        def lay(weight: Weight) -> None:
            wire.now = answers[weight]

        scale = make("scale", SerialLink(SerialAddress(str(end.port))), 10)
        yield Bench(scale, lay, end.power)


def by_memory() -> Iterator[Bench]:
    scale = MemoryScale()

    def lay(weight: Weight) -> None:
        scale.weight = weight

    def plug(on: bool) -> None:
        scale.plugged = on

    yield Bench(scale, lay, plug)


@pytest.fixture(params=["toledo", "sma", "memory"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Every scale that there is."""
    kind: str = request.param
    yield from by_memory() if kind == "memory" else by_serial(tmp_path, kind)


@pytest.mark.parametrize("weight", list(TOLEDO), ids=lambda one: f"{one.lying.value}-{one.net}")
def test_contract_the_weight_or_the_reason(bench: Bench, weight: Weight) -> None:
    bench.lay(weight)
    assert bench.scale.weigh() == weight


def test_contract_pulled_out_and_plugged_in_again(bench: Bench) -> None:
    bench.lay(Weight(REST, 1250))
    bench.plug(False)
    with pytest.raises(DeviceError) as caught:
        bench.scale.weigh()
    assert caught.value.fault is Fault.UNREACHABLE
    bench.plug(True)
    assert bench.scale.weigh().grams == 1250
    bench.scale.close()
    bench.scale.close()


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"", Fault.SILENT),
        (b"\x0201.2", Fault.GARBLED),
        (b"\x02?\x00\r", Fault.GARBLED),
        (b"garbage that never ends " * 9, Fault.GARBLED),
        (b"\x02-1.250\r", Fault.GARBLED),
    ],
)
def test_silence_and_nonsense_are_never_a_weight(
    tmp_path: Path, answer: bytes, fault: Fault
) -> None:
    with SerialFarEnd(tmp_path, lambda data: answer) as end:
        scale = toledo_scale("scale", SerialLink(SerialAddress(str(end.port))), 1)
        with pytest.raises(DeviceError) as caught:
            scale.weigh()
        assert caught.value.fault is fault


def test_an_answer_to_an_older_question_is_not_taken_for_todays(tmp_path: Path) -> None:
    with SerialFarEnd(tmp_path, lambda data: b"\x0200.300\r") as end:
        link = SerialLink(SerialAddress(str(end.port)))
        link.open(1)
        end.say(b"\x0209.999\r")
        assert toledo_scale("scale", link, 10).weigh().grams == 300


@given(st.binary(max_size=30))
def test_no_bytes_at_all_make_a_reader_of_answers_fail(answer: bytes) -> None:
    for understand in (_toledo, _sma):
        weight = understand(answer)
        assert weight is None or weight.grams >= 0


@pytest.mark.parametrize(
    ("answer", "grams"),
    [
        (b"\n 1G         450g__\r", 450),
        (b"\n 1G      0.4505kg_\r", 451),
        (b"\nZ1G       0.000kg_\r", 0),
        (b"\n 1G       1.000lb_\r", 454),
    ],
)
def test_units_become_whole_grams_half_up(answer: bytes, grams: int) -> None:
    weight = _sma(answer)
    assert weight is not None
    assert weight.grams == grams


@pytest.mark.parametrize("kind", ["toledo", "sma"])
def test_scales_that_are_not_ours_are_understood(emupos: Emupos, kind: str) -> None:
    link = TcpLink("127.0.0.1", emupos.scales[kind])
    scale: LineScale = (toledo_scale if kind == "toledo" else sma_scale)("scale", link)
    for grams, stable, expected in (
        (0, True, Weight(REST, 0)),
        (1250, True, Weight(REST, 1250)),
        (1250, False, Weight(Lying.MOVING)),
        (15_500, True, Weight(Lying.OVER)),
        (-10, True, Weight(Lying.UNDER)),
    ):
        emupos.ask("PUT", "weight", kind, {"grams": grams, "stable": stable})
        assert scale.weigh() == expected
    emupos.ask("PUT", "weight", kind, {"grams": 200, "stable": True})
    emupos.ask("POST", "tare", kind)
    emupos.ask("PUT", "weight", kind, {"grams": 1450, "stable": True})
    assert scale.weigh() == Weight(REST, 1250, True)
    emupos.ask("PUT", "weight", kind, {"grams": 0, "stable": True})
    emupos.ask("POST", "zero", kind)
