"""Jobs reach paper by the primary printer or its fallback, marked, once, with an honest end."""

import logging
import threading
from collections.abc import Callable

import pytest

from hardware.device import Health, PaperLevel
from hardware.documents import Document, KickDrawer, Text
from hardware.memory import MemoryPrinter
from hardware.printer import Evidence, PrintOutcome, PrintState
from hardware.spooler import PrintJob, Route, Spooler
from hardware.worker import InlineWorker, ThreadWorker

END = "— end of ticket 118 —"
TICKET = Document("ticket 118", (Text("2 Борщ"),), footer=END)
Setting = tuple[Spooler, MemoryPrinter, MemoryPrinter]


def setting(
    evidence: Evidence = Evidence.A, on_health: Callable[[Health], None] | None = None
) -> Setting:
    """A spooler without threads over two printers; `alone` is a route without a fallback."""
    grill, bar = MemoryPrinter("grill", evidence), MemoryPrinter("bar", evidence)
    routes = {"kitchen": Route("grill", "bar"), "alone": Route("grill")}
    spooler = Spooler({"grill": grill, "bar": bar}, routes, None, InlineWorker, on_health)
    return spooler, grill, bar


def paper(printer: MemoryPrinter) -> str:
    """All text on it."""
    return "\n".join(printer.paper_log)


def test_the_primary_printer_prints_the_original_without_a_heading() -> None:
    spooler, grill, bar = setting()
    outcome = spooler.submit(PrintJob("1", "kitchen", TICKET)).result(0)
    assert outcome == PrintOutcome(PrintState.CONFIRMED, printer="grill")
    assert "***" not in paper(grill)
    assert bar.paper_log == ()


def test_the_fallback_says_for_whom_it_prints_and_leaves_the_drawer_shut() -> None:
    spooler, grill, bar = setting()
    grill.run_out_of_paper()
    document = Document("bill", (KickDrawer(), Text("tea")), footer=END)
    outcome = spooler.submit(PrintJob("1", "kitchen", document)).result(0)
    assert outcome == PrintOutcome(PrintState.CONFIRMED, printer="bar", attempts=2)
    assert "*** FOR: grill ***" in paper(bar)
    assert "DUPLICATE" not in paper(bar)
    assert bar.machine.kicks == []


def test_an_unknown_kitchen_ticket_is_printed_again_and_marked() -> None:
    spooler, grill, bar = setting(Evidence.B)
    grill.run_out_of_paper(after_dots=40)
    job = PrintJob("1", "kitchen", TICKET, reprint_unknown=True)
    assert spooler.submit(job).result(0).state is PrintState.CONSUMED
    assert "FOR: grill · POSSIBLE DUPLICATE" in paper(bar).replace(" ***\n*** ", " ")
    grill.mend()
    # The first printer went on after the roll was changed: that is why the mark had to be there.
    assert paper(grill).count(END) == 1


def test_an_unknown_receipt_is_never_printed_a_second_time() -> None:
    spooler, grill, bar = setting(Evidence.B)
    grill.run_out_of_paper(after_dots=40)
    outcome = spooler.submit(PrintJob("1", "kitchen", TICKET)).result(0)
    assert (outcome.state, outcome.reason) == (PrintState.UNKNOWN, "paper_out")
    assert bar.paper_log == ()


def test_a_torn_ticket_that_was_called_back_is_replaced_under_its_heading() -> None:
    spooler, grill, bar = setting(Evidence.A)
    grill.run_out_of_paper(after_dots=40)
    outcome = spooler.submit(PrintJob("1", "kitchen", TICKET)).result(0)
    assert outcome.state is PrintState.CONFIRMED
    assert "REPLACES AN INCOMPLETE" in paper(bar)
    grill.mend()
    assert END not in paper(grill)


def test_when_both_fail_the_worse_knowledge_remains() -> None:
    spooler, grill, bar = setting(Evidence.B)
    grill.run_out_of_paper(after_dots=40)
    bar.open_cover()
    job = PrintJob("1", "kitchen", TICKET, reprint_unknown=True)
    outcome = spooler.submit(job).result(0)
    assert (outcome.state, outcome.attempts) == (PrintState.UNKNOWN, 2)
    bar_only, grill2, bar2 = setting()
    grill2.open_cover()
    bar2.open_cover()
    outcome = bar_only.submit(PrintJob("2", "kitchen", TICKET)).result(0)
    assert (outcome.state, outcome.reason) == (PrintState.NOT_PRINTED, "cover_open")


def test_a_printer_that_goes_and_comes_is_logged_and_told_once_each_way(
    caplog: pytest.LogCaptureFixture,
) -> None:
    told: list[Health] = []
    spooler, grill, _ = setting(on_health=told.append)
    with caplog.at_level(logging.INFO, logger="hardware.spooler"):
        spooler.poll()
        grill.open_cover()
        for number in range(3):
            spooler.submit(PrintJob(str(number), "alone", TICKET))
            spooler.poll()
        grill.mend()
        spooler.poll()
        spooler.poll()
    said = [record.getMessage() for record in caplog.records]
    assert said == ["printer grill is down: cover_open", "printer grill is back"]
    assert [(one.up, one.reason) for one in told if one.name == "grill"] == [
        (True, ""),
        (False, "cover_open"),
        (True, ""),
    ]


def test_health_tells_paper_that_runs_low_before_it_is_out() -> None:
    spooler, grill, _ = setting()
    assert [one.up for one in spooler.health()] == [None, None]
    grill._set(paper=PaperLevel.LOW)
    spooler.poll()
    first, second = spooler.health()
    assert (first.name, first.up, first.paper) == ("grill", True, PaperLevel.LOW)
    assert second.up is True


def test_wrong_routes_are_refused_and_an_unknown_one_prints_nothing() -> None:
    spooler, grill, _ = setting()
    assert spooler.submit(PrintJob("1", "nowhere", TICKET)).result(0).reason == "no_route"
    assert grill.paper_log == ()
    with pytest.raises(ValueError, match="pass"):
        Spooler({"grill": grill}, {"kitchen": Route("grill", "pass")})


def test_the_drawer_is_kicked_in_turn_and_never_again() -> None:
    spooler, grill, bar = setting()
    assert spooler.kick("grill").result(0).state is PrintState.SENT
    grill.cut_power()
    assert spooler.kick("grill").result(0).state is PrintState.NOT_PRINTED
    grill.mend()
    assert grill.machine.kicks == [2]
    assert bar.machine.kicks == []


class Gate(MemoryPrinter):
    """A printer that waits to be let through, and remembers on which thread it printed."""

    def __init__(self) -> None:
        super().__init__("grill")
        self.begun = threading.Semaphore(0)
        self.gate = threading.Semaphore(0)
        self.threads: set[str] = set()

    def print(self, document: Document) -> PrintOutcome:
        self.threads.add(threading.current_thread().name)
        self.begun.release()
        self.gate.acquire()
        return super().print(document)


def test_one_job_in_flight_on_one_thread_and_the_queue_has_a_bound() -> None:
    printer = Gate()
    spooler = Spooler(
        {"grill": printer}, {"kitchen": Route("grill")}, None, lambda name: ThreadWorker(name, 2)
    )
    first = spooler.submit(PrintJob("1", "kitchen", TICKET))
    printer.begun.acquire()
    queued = [spooler.submit(PrintJob(name, "kitchen", TICKET)) for name in ("2", "3")]
    assert spooler.submit(PrintJob("4", "kitchen", TICKET)).result(60).reason == "queue_full"
    assert spooler.submit(PrintJob("2", "kitchen", TICKET)) is queued[0]
    assert spooler.health()[0].waiting == 2
    for _ in range(3):
        printer.gate.release()
    assert first.result(60).done
    assert all(future.result(60).done for future in queued)
    assert printer.threads == {"device grill"}
    assert len(printer.paper_log) == 3
    spooler.close()


def test_closing_ends_every_future_and_prints_nothing_more() -> None:
    printer = Gate()
    spooler = Spooler({"grill": printer}, {"kitchen": Route("grill")})
    first = spooler.submit(PrintJob("1", "kitchen", TICKET))
    printer.begun.acquire()
    second = spooler.submit(PrintJob("2", "kitchen", TICKET))
    printer.gate.release()
    printer.gate.release()
    spooler.close()
    assert first.result(0).done
    assert second.result(0).state in (PrintState.CONFIRMED, PrintState.NOT_PRINTED)
    assert spooler.submit(PrintJob("3", "kitchen", TICKET)).result(0).reason == "stopped"
    assert len(printer.paper_log) == 1 + second.result(0).done
