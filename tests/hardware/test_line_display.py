"""The customer's display: the sum is whole, the name beside it is cut, a dead one stops nobody."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from hardware.code_pages import CODE_PAGES, code_page
from hardware.line_display import (
    COLUMNS,
    CustomerDisplay,
    DisplayMachine,
    LineDisplay,
    MemoryDisplay,
    Row,
)
from hardware.serial_link import SerialAddress, SerialLink
from tests.hardware.far_ends import SerialFarEnd


@dataclass
class Bench:
    """A display, what a guest sees on it, and the hand at its plug."""

    display: CustomerDisplay
    lines: Callable[[], tuple[str, str]]
    plug: Callable[[bool], None]


def by_memory() -> Iterator[Bench]:
    display = MemoryDisplay()

    def plug(on: bool) -> None:
        display.plugged = on
        if not on:
            display.machine = DisplayMachine()

    yield Bench(display, lambda: display.lines, plug)


def by_serial(folder: Path) -> Iterator[Bench]:
    machine = DisplayMachine()

    def hear(data: bytes) -> bytes:
        machine.receive(data)
        return b""

    with SerialFarEnd(folder, hear) as end:
        link = SerialLink(SerialAddress(str(end.port)))
        display = LineDisplay("display", link, code_page("cp1251"))

        def lines() -> tuple[str, str]:
            end.settle()
            return machine.lines

        yield Bench(display, lines, end.power)
        display.close()


@pytest.fixture(params=["serial", "memory"])
def bench(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bench]:
    """Every display that there is."""
    yield from by_serial(tmp_path) if request.param == "serial" else by_memory()


def test_contract_the_sum_is_whole_and_the_name_beside_it_is_cut(bench: Bench) -> None:
    assert bench.display.show(Row("Борщ із пампушками", "185,00"), Row("ДО СПЛАТИ", "1 791,45"))
    assert bench.lines() == ("Борщ із памп. 185,00", "ДО СПЛАТИ   1 791,45")


def test_contract_a_display_that_is_gone_stops_nobody_and_is_set_anew(bench: Bench) -> None:
    assert bench.display.show(Row("Чай", "40,00"), Row("Разом", "40,00"))
    bench.plug(False)
    shown = [bench.display.show(Row("Кава", "60,00"), Row("Разом", f"{n}")) for n in range(3)]
    assert not shown[-1]
    bench.plug(True)
    assert bench.display.show(Row("Кава", "60,00"), Row("Разом", "100,00"))
    assert bench.lines()[1].endswith("100,00")
    bench.display.close()
    bench.display.close()


@given(st.sampled_from(sorted(CODE_PAGES.values())), st.text(max_size=40), st.text(max_size=12))
def test_whatever_is_to_be_shown_fills_its_places_and_steers_nothing(
    page: str, left: str, right: str
) -> None:
    display = MemoryDisplay()
    driver = LineDisplay("d", display._driver._link, code_page(page))
    driver.show(Row(left, right), Row(right, left[:10]))
    for line in display.lines:
        assert len(line) == COLUMNS
        assert "\x1b" not in line
    # Nothing was left over: no byte of the text was taken for a command.
    assert display.machine._rest == b""


def test_letters_that_a_page_lacks_are_written_with_their_nearest() -> None:
    display = MemoryDisplay()
    for page, expected in (("cp866", "1,00 грн"), ("cp437", "1,00 UAH"), ("cp1251", "1,00 грн")):
        driver = LineDisplay("d", display._driver._link, code_page(page))
        driver.show(Row("Łódź" if page == "cp437" else "Їжа", "1,00 ₴"), Row(""))
        assert display.lines[0].endswith(expected)
        driver.close()
    assert display.lines[0].startswith("Їжа")
