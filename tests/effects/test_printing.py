"""Committed paper comes out once, or marked, or somebody is told; in every kitchen that fails."""

import asyncio
import string
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from hardware.documents import Document
from hardware.escpos_jobs import raster_encoder
from hardware.escpos_printer import EscposPrinter
from hardware.links import TcpLink
from hardware.memory import MemoryPrinter
from hardware.printer import Evidence, PrintOutcome
from hardware.simulated import SimulatedPrinter
from hardware.worker import InlineWorker
from sync_server.domain.outward import PaperJob
from sync_server.domain.rejections import CODES
from sync_server.effects.door import CLAIMED, DONE, FAILED, QUEUED, SENDING, UNKNOWN
from sync_server.effects.printing import Printing
from sync_server.store.errors import DiskFull, StoreBusy
from tests.effects.memory_outbox import Crash, MemoryOutbox
from tests.effects.virtual_time import VirtualTime
from tests.paper.paper_jobs import CATALOGUE, JOBS, KITCHEN, RECEIPT, TICKET_NOW

DUPLICATE, TORN, FOR = "МОЖЛИВИЙ ПОВТОР", "ЗАМІСТЬ НЕПОВНОГО", "ЗА ПРИНТЕР"
END = "кінець марки"


def ticket(number: int) -> PaperJob:
    """A kitchen ticket that can be told from others on paper."""
    return replace(KITCHEN, ticket=replace(TICKET_NOW, check_number=f"T1-{number:03d}"))


VOID = replace(ticket(1), document="void", lines=("l1",), ticket_version=2)


@dataclass
class House:
    """A venue's printers and outbox, and a worker that can be started anew."""

    evidence: Evidence = Evidence.A
    time: VirtualTime = field(default_factory=VirtualTime)

    def __post_init__(self) -> None:
        self.outbox = MemoryOutbox(CATALOGUE, self.time)
        names = ("kitchen-hot", "kitchen-cold", "cashier", "bar")
        self.printers = {name: MemoryPrinter(name, self.evidence) for name in names}
        self.hot, self.cold = self.printers["kitchen-hot"], self.printers["kitchen-cold"]
        self.cashier, self.bar = self.printers["cashier"], self.printers["bar"]

    def worker(self) -> Printing:
        """A fresh process over the same rows and printers."""
        return Printing(self.outbox, self.printers, sleep=self.time.sleep, worker=InlineWorker)

    async def settle(self) -> None:
        """Run until nothing is left to do, then stop in order."""
        worker = self.worker()
        task = asyncio.ensure_future(worker.run())
        await self.time.until(lambda: self.outbox.settled or task.done(), within_ms=600_000)
        worker.stop()
        await self.time.until(task.done)
        worker.close()
        task.result()

    async def settle_with_restarts(self) -> None:
        """Run; when the process ends in the middle, once more."""
        crashed = False
        try:
            await self.settle()
        except* Crash:
            crashed = True
        if crashed:
            await self.settle_with_restarts()

    async def mend_hot_after(self, ms: int) -> None:
        """Somebody sees to the printer meanwhile."""
        await self.time.sleep(ms)
        self.hot.mend()

    def papers(self) -> list[str]:
        """All paper of all printers, headings on one line."""
        logs = [paper for printer in self.printers.values() for paper in printer.paper_log]
        return [paper.replace(" ***\n*** ", " ") for paper in logs]

    def whole(self, text: str = END) -> list[str]:
        """The papers that came out to their end."""
        return [paper for paper in self.papers() if text in paper]

    def unmarked(self, text: str = END) -> list[str]:
        """The whole papers that could be taken for originals."""
        return [paper for paper in self.whole(text) if DUPLICATE not in paper]


async def test_a_ticket_comes_out_and_the_kitchen_is_known_to_have_it() -> None:
    house = House()
    effect = house.outbox.put(KITCHEN)
    await house.settle()
    assert house.outbox.state(effect) == DONE
    (paper,) = house.papers()
    assert "Борщ" in paper
    assert END in paper
    (told,) = house.outbox.papers
    assert (told.outcome, told.version, told.printer_id) == ("printed", 1, "kitchen-hot")
    assert not house.outbox.notices


async def test_paper_that_took_over_from_a_display_is_told_as_a_copy() -> None:
    house = House()
    house.outbox.put(JOBS["kitchen_instead_of_display"])
    await house.settle()
    assert [told.outcome for told in house.outbox.papers] == ["copy"]
    assert "ЕКРАН НЕ ПРАЦЮЄ" in house.papers()[0]


@pytest.mark.parametrize("name", JOBS)
async def test_every_kind_of_paper_survives_the_outbox_and_comes_out(name: str) -> None:
    house = House()
    effect = house.outbox.put(JOBS[name])
    await house.settle()
    assert house.outbox.state(effect) == DONE
    assert len(house.papers()) == 1


async def test_the_row_says_sending_on_the_disk_when_the_first_byte_leaves() -> None:
    house = House()
    effect = house.outbox.put(KITCHEN)
    states: list[str] = []

    class Watched(MemoryPrinter):
        def print(self, document: Document) -> PrintOutcome:
            states.append(house.outbox.state(effect))
            return super().print(document)

    house.printers["kitchen-hot"] = Watched("kitchen-hot")
    house.outbox.refuse = [StoreBusy("full"), DiskFull("full"), StoreBusy("full")]
    await house.settle()
    assert states == [SENDING]


async def test_a_full_disk_prints_nothing_until_the_step_is_stored() -> None:
    house = House()
    house.outbox.put(KITCHEN)
    worker = house.worker()
    task = asyncio.ensure_future(worker.run())
    house.outbox.refuse = [DiskFull("full")] * 60
    await house.time.pass_by(30_000)
    assert house.papers() == []
    await house.time.until(lambda: house.outbox.settled)
    assert len(house.unmarked()) == 1
    worker.stop()
    await house.time.until(task.done)


async def test_a_roll_that_is_changed_at_once_needs_no_other_printer() -> None:
    house = House()
    house.outbox.put(KITCHEN)
    house.hot.run_out_of_paper()
    mending = asyncio.ensure_future(house.mend_hot_after(500))
    await house.settle()
    assert mending.done()
    (paper,) = house.papers()
    assert FOR not in paper
    assert [told.printer_id for told in house.outbox.papers] == ["kitchen-hot"]


async def test_a_dead_printer_is_replaced_and_the_paper_says_for_whom() -> None:
    house = House()
    house.outbox.put(KITCHEN)
    house.hot.cut_power()
    await house.settle()
    (paper,) = house.cold.paper_log
    assert f"{FOR}: Кухня: гарячий цех" in house.papers()[0]
    assert DUPLICATE not in paper
    assert [told.printer_id for told in house.outbox.papers] == ["kitchen-cold"]


async def test_tickets_behind_a_dead_printer_do_not_wait_for_it_again() -> None:
    house = House()
    for number in range(10):
        house.outbox.put(ticket(number))
    house.hot.cut_power()
    await house.settle()
    assert len(house.unmarked()) == 10
    assert house.time.now_ms < 10_000


async def test_when_no_printer_works_the_waiter_is_told_by_name() -> None:
    house = House()
    effects = [house.outbox.put(ticket(number)) for number in range(3)]
    house.hot.cut_power()
    house.cold.run_out_of_paper()
    await house.settle()
    assert [house.outbox.state(effect) for effect in effects] == [FAILED] * 3
    assert [told.outcome for told in house.outbox.papers] == ["failed"] * 3
    first = house.outbox.notices[0]
    assert (first.staff_id, first.code, first.check_id) == ("olena", "printer_failed", "c1")
    assert first.params["document"] == "Гарячий цех · T1-000"
    assert len(house.outbox.notices) == 3
    assert house.time.now_ms < 30_000, "those behind the first are told without its pauses"
    house.hot.mend()
    house.outbox.put(ticket(9))
    await house.settle()
    assert [FOR in paper for paper in house.whole()] == [False]


async def test_a_ticket_torn_off_by_the_end_of_the_roll_is_replaced_by_a_whole_one() -> None:
    house = House()
    house.outbox.put(KITCHEN)
    house.hot.run_out_of_paper(after_dots=200)
    await house.settle()
    (paper,) = house.whole()
    assert TORN in paper
    assert FOR in paper


@pytest.mark.parametrize("evidence", list(Evidence))
async def test_a_power_cut_at_any_byte_gives_no_unmarked_second_ticket(evidence: Evidence) -> None:
    reprinted = 0
    size = await _size(evidence)
    for after_bytes in range(1, size, 7):
        house = House(evidence)
        effect = house.outbox.put(KITCHEN)
        house.hot.cut_power(after_bytes=after_bytes)
        await house.settle()
        assert len(house.unmarked()) <= 1, after_bytes
        assert house.outbox.state(effect) == DONE
        assert house.whole(), f"the cook has nothing: {after_bytes}"
        reprinted += any(DUPLICATE in paper for paper in house.papers())
    assert reprinted, "the power never failed within the ticket"


async def _size(evidence: Evidence) -> int:
    house = House(evidence)
    house.outbox.put(KITCHEN)
    await house.settle()
    return house.hot.machine.received


async def test_a_receipt_of_which_nobody_knows_is_never_printed_again_by_itself() -> None:
    unknown = 0
    for after_bytes in range(200, 1_500, 61):
        house = House(Evidence.B)
        effect = house.outbox.put(RECEIPT)
        house.cashier.cut_power(after_bytes=after_bytes)
        await house.settle()
        if house.outbox.state(effect) == UNKNOWN:
            unknown += 1
            (notice,) = house.outbox.notices
            assert notice.code == "print_unknown"
            assert house.bar.paper_log == ()
        house.cashier.mend()
        await house.settle()
        assert len(house.whole("не є фіскальним чеком")) <= 1, after_bytes
        assert not [paper for paper in house.papers() if DUPLICATE in paper]
    assert unknown, "the power never failed within the receipt"


async def test_a_doubt_outlives_the_pause_and_the_restart() -> None:
    house = House(Evidence.B)
    effect = house.outbox.put(KITCHEN)
    house.hot.cut_power(after_bytes=500)
    house.cold.cut_power()
    worker = house.worker()
    task = asyncio.ensure_future(worker.run())
    await house.time.until(lambda: (effect, QUEUED) in house.outbox.history)
    task.cancel()
    await house.time.until(task.done)
    house.hot.mend()
    await house.settle()
    assert house.outbox.state(effect) == DONE
    assert house.whole()
    assert not house.unmarked()


@pytest.mark.parametrize("crash", [(3, True), (4, False), (4, True), (5, False)])
async def test_a_ticket_that_is_known_to_be_out_is_told_after_the_restart_not_printed_again(
    crash: tuple[int, bool],
) -> None:
    house = House()
    house.outbox.put(KITCHEN)
    house.outbox.crashes, house.outbox.crash_after = {crash[0]}, crash[1]
    await house.settle_with_restarts()
    assert len(house.papers()) == 1
    assert {told.outcome for told in house.outbox.papers} == {"printed"}


async def test_a_receipt_that_certainly_did_not_come_out_takes_the_other_printer() -> None:
    house = House()
    house.outbox.put(RECEIPT)
    house.cashier.open_cover()
    await house.settle()
    assert len(house.bar.paper_log) == 1
    assert not house.outbox.notices


@pytest.mark.parametrize("crash_after", [False, True])
@pytest.mark.parametrize("job", [KITCHEN, VOID, RECEIPT], ids=["kitchen", "void", "receipt"])
async def test_a_process_that_ends_at_any_commit_prints_no_unmarked_second_paper(
    job: PaperJob, crash_after: bool
) -> None:
    end = END if job.ticket else "не є фіскальним чеком"
    calls = 1
    while True:
        house = House()
        effect = house.outbox.put(job)
        house.outbox.crashes, house.outbox.crash_after = {calls}, crash_after
        await house.settle_with_restarts()
        assert len(house.unmarked(end)) <= 1, f"at commit {calls}"
        if job.ticket:
            assert house.whole(end), f"the cook has nothing: commit {calls}"
            assert house.outbox.papers[-1].outcome == "printed"
        else:
            assert house.whole(end) or house.outbox.notices, f"nobody was told: commit {calls}"
        assert house.outbox.state(effect) in (DONE, UNKNOWN)
        if house.outbox.calls < calls:
            return
        calls += 1


@pytest.mark.parametrize("crash_after", [False, True])
async def test_two_processes_that_end_within_a_ticket_still_mark_every_second_paper(
    crash_after: bool,
) -> None:
    for first in range(2, 6):
        for second in range(1, 7):
            house = House()
            effect = house.outbox.put(KITCHEN)
            house.outbox.crashes = {first, first + second}
            house.outbox.crash_after = crash_after
            await house.settle_with_restarts()
            assert house.outbox.state(effect) == DONE
            assert house.whole()
            assert len(house.unmarked()) <= 1, (first, second)


async def test_a_row_that_was_only_claimed_is_an_original_after_the_restart() -> None:
    house = House()
    effect = house.outbox.put(RECEIPT)
    house.outbox.rows[effect] = replace(house.outbox.rows[effect], state=CLAIMED, attempt=1)
    await house.settle()
    assert house.outbox.state(effect) == DONE
    assert len(house.cashier.paper_log) == 1


async def test_a_cancellation_never_overtakes_its_ticket() -> None:
    house = House()
    house.outbox.put(ticket(1))
    house.outbox.put(VOID)
    house.hot.run_out_of_paper()
    mending = asyncio.ensure_future(house.mend_hot_after(500))
    await house.settle()
    assert mending.done()
    first, second = house.papers()
    assert "СКАСОВАНО" not in first
    assert "СКАСОВАНО" in second


async def test_a_row_that_cannot_be_read_or_composed_does_not_stop_the_next() -> None:
    house = House()
    broken = house.outbox.put(b'{"document": 7', "kitchen-hot")
    odd = house.outbox.put(replace(KITCHEN, document="poem"))
    good = house.outbox.put(ticket(3))
    await house.settle()
    assert [house.outbox.state(effect) for effect in (broken, odd, good)] == [FAILED, FAILED, DONE]
    assert [notice.code for notice in house.outbox.notices] == ["printer_failed"]


async def test_paper_for_a_printer_nobody_set_up_takes_the_fallback_or_tells() -> None:
    house = House()
    del house.printers["kitchen-hot"]
    effect = house.outbox.put(KITCHEN)
    lost = house.outbox.put(replace(RECEIPT, printer_id="terrace"))
    await house.settle()
    assert house.outbox.state(effect) == DONE
    assert FOR in house.papers()[0]
    assert house.outbox.state(lost) == FAILED


async def test_health_says_in_words_what_is_wrong() -> None:
    house = House()
    house.hot.run_out_of_paper()
    house.cold.cut_power()
    worker = house.worker()
    assert {one["state"] for one in worker.health()} == {"unknown"}
    task = asyncio.ensure_future(worker.run())
    await house.time.settle()
    health = {one["printer_id"]: one for one in worker.health()}
    assert health["cashier"]["state"] == "ok"
    assert (health["kitchen-hot"]["state"], health["kitchen-hot"]["words"]) == (
        "down",
        "немає паперу",
    )
    assert health["kitchen-cold"]["words"] == "не відповідає в мережі"
    worker.stop()
    await house.time.until(task.done)


async def test_notices_carry_what_their_sentences_name() -> None:
    house = House()
    house.outbox.put(KITCHEN)
    house.hot.cut_power()
    house.cold.cut_power()
    await house.settle()
    (notice,) = house.outbox.notices
    for code in ("printer_failed", "print_unknown"):
        named = {place[1] for place in string.Formatter().parse(CODES[code]) if place[1]}
        assert named <= set(notice.params)


async def test_real_sockets_threads_and_dots_give_the_same_papers(tmp_path: Path) -> None:
    time = VirtualTime()
    outbox = MemoryOutbox(CATALOGUE, time)
    effects = [outbox.put(replace(job, printer_id="kitchen-hot")) for job in JOBS.values()]

    async def sleep(ms: int) -> None:
        time.now_ms += ms
        await asyncio.sleep(ms / 1000)

    with SimulatedPrinter("kitchen-hot", paper=tmp_path) as simulated:
        link = TcpLink("127.0.0.1", simulated.port)
        printer = EscposPrinter("kitchen-hot", link, raster_encoder(), Evidence.A)
        worker = Printing(outbox, {"kitchen-hot": printer}, sleep=sleep)
        task = asyncio.ensure_future(worker.run())
        while not outbox.settled:
            await asyncio.sleep(0.01)
        worker.stop()
        await task
        worker.close()
        assert not simulated.machine.interpreter.unknown
    assert [outbox.state(effect) for effect in effects] == [DONE] * len(effects)
    assert all("confirmed" in outbox.rows[effect].outcome for effect in effects)
    assert len(list(tmp_path.glob("*.png"))) == len(effects)
    assert QUEUED not in {state for _, state in outbox.history}
