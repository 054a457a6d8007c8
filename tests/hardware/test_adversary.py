"""Printers that do their worst, with their own paper as the judge of what was claimed about it.

Whatever a printer does (ends its roll, loses power at any byte, falls silent, talks nonsense, takes
data by the spoonful), a whole paper is never doubled unmarked, what counts as done is on paper, and
what is not is told to a person.
"""

import threading
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from hardware.documents import Document, Text
from hardware.escpos_jobs import text_encoder
from hardware.escpos_printer import EscposPrinter, Limits
from hardware.links import TcpLink
from hardware.memory import MemoryPrinter
from hardware.printer import Evidence, PrintState
from hardware.simulated import SimulatedPrinter
from sync_server.effects.door import DONE, FAILED, UNKNOWN
from tests.effects.test_printing import DUPLICATE, House, ticket

Fault = tuple[str, int]
FAULTS = st.one_of(
    st.tuples(st.just("none"), st.just(0)),
    st.tuples(st.just("paper"), st.integers(1, 700)),
    st.tuples(st.just("power"), st.integers(1, 1_600)),
    st.tuples(st.just("mute"), st.integers(1, 1_600)),
    st.tuples(st.just("buffer"), st.integers(40, 500)),
    st.tuples(st.just("slow"), st.integers(1, 200)),
    st.tuples(st.sampled_from(["cover", "offline", "jam", "silent", "garbled"]), st.just(0)),
)


def strike(printer: MemoryPrinter, fault: Fault) -> None:
    """Let it go wrong, now or in the middle of what comes."""
    kind, at = fault
    match kind:
        case "paper":
            printer.run_out_of_paper(after_dots=at)
        case "power":
            printer.cut_power(after_bytes=at)
        case "mute":
            printer.fall_silent(after_bytes=at)
        case "buffer":
            printer.machine.buffer_bytes = at
        case "slow":
            printer.machine.spoon_bytes = at
        case "cover":
            printer.open_cover()
        case "offline":
            printer.go_offline()
        case "jam":
            printer.jam_cutter()
        case "silent":
            printer.fall_silent()
        case "garbled":
            printer.garble()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.sampled_from(list(Evidence)),
    st.lists(st.tuples(FAULTS, FAULTS, st.booleans()), min_size=1, max_size=4),
)
async def test_the_paper_itself_is_the_judge(
    evidence: Evidence, evening: list[tuple[Fault, Fault, bool]]
) -> None:
    house = House(evidence)
    rows: dict[str, str] = {}
    for number, (hot, cold, mended) in enumerate(evening, 1):
        strike(house.hot, hot)
        strike(house.cold, cold)
        rows[house.outbox.put(ticket(number))] = f"T1-{number:03d} "
        await house.settle()
        if mended:
            house.hot.mend()
            house.cold.mend()
    house.hot.mend()
    house.cold.mend()
    told = {notice.params["document"] for notice in house.outbox.notices}
    for effect, mark in rows.items():
        state = house.outbox.state(effect)
        end = f"кінець марки {mark}"
        whole = [paper for paper in house.papers() if end in paper]
        assert len([paper for paper in whole if DUPLICATE not in paper]) <= 1, (state, whole)
        if state == DONE and evidence is not Evidence.C:
            assert whole, evening
        if state in (FAILED, UNKNOWN):
            assert any(mark.strip() in str(document) for document in told)
        else:
            assert state == DONE
    assert not house.hot.machine.kicks + house.cold.machine.kicks


async def test_the_judge_notices_a_double_that_is_not_marked() -> None:
    house = House()
    house.hot.fall_silent(after_bytes=120)
    effect = house.outbox.put(ticket(1))
    await house.settle()
    house.hot.mend()
    marks = [DUPLICATE in paper for paper in house.papers() if "кінець марки" in paper]
    # The original came out and nobody could know: the second says so, and only the second.
    assert sorted(marks) == [False, True]
    assert house.outbox.state(effect) == DONE


async def test_a_thousand_tickets_at_once_all_come_out_in_their_order() -> None:
    house = House()
    rows = [house.outbox.put(ticket(number)) for number in range(1, 1_001)]
    await house.settle()
    assert {house.outbox.state(row) for row in rows} == {DONE}
    assert house.hot.machine.cuts == 1_000
    numbers = [paper.split("T1-")[1].split()[0] for paper in house.hot.paper_log]
    assert numbers == sorted(numbers, key=int)


@pytest.mark.parametrize("evidence", [Evidence.A, Evidence.B])
def test_two_hosts_at_one_printer_never_mix_their_papers(evidence: Evidence) -> None:
    limits = Limits(connect=5, answer=5, write=5, proof=10, job=30)
    states: list[PrintState] = []
    with SimulatedPrinter(evidence=evidence) as printer:

        def host(name: str, first_id: int) -> None:
            link = TcpLink("127.0.0.1", printer.port)
            driver = EscposPrinter(name, link, text_encoder(), evidence, limits, first_id)
            for number in range(8):
                lines = tuple(Text(f"{name} {number} line {n}") for n in range(40))
                states.append(driver.print(Document(f"{name} {number}", lines, footer="end")).state)

        hosts = [
            threading.Thread(target=host, args=(name, first))
            for name, first in (("kitchen", 0), ("bar", 5_000))
        ]
        for one in hosts:
            one.start()
        for one in hosts:
            one.join()
        papers = [document.text for document in printer.documents()]
    assert all(state in (PrintState.CONFIRMED, PrintState.CONSUMED) for state in states)
    assert len(papers) == 16
    for paper in papers:
        name, number = paper.split()[:2]
        expected = [f"{name} {number} line {n}" for n in range(40)]
        assert [line for line in paper.splitlines() if "line" in line] == expected


def test_a_spoon_and_a_small_buffer_only_take_longer() -> None:
    ticket_of_forty = Document("GRILL", tuple(Text(f"{n} Борщ") for n in range(40)), footer="end")
    for evidence in Evidence:
        printer = MemoryPrinter(evidence=evidence, limits=replace(Limits(), proof=200, job=400))
        printer.machine.spoon_bytes = 7
        assert printer.print(ticket_of_forty).done
        while printer.machine.buffered:
            printer.machine.answers()
        (paper,) = printer.paper_log
        assert paper.count("Борщ") == 40
