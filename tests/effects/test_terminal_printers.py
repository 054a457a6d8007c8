"""A job for a printer on a terminal: handed out once, settled by its terminal or by nobody."""

import asyncio
import threading
from concurrent.futures import Future
from typing import Any

import pytest

from hardware.device import DeviceError, Status
from hardware.document_wire import from_data, to_data
from hardware.documents import (
    QR,
    Align,
    Cell,
    Columns,
    Document,
    DocumentError,
    Logo,
    Rule,
    Size,
    Text,
)
from hardware.printer import CONFIRMED, PrintOutcome, PrintState, not_printed, unknown
from sync_server.domain.menu import Printer
from sync_server.terminal_printers import WAITING, HandOut, TerminalPrinter

PAPER = Document("Бар · 12", (Text("2 × Негроні", Size.LARGE, bold=True), Rule()), footer="—")
BAR = Printer("bar", {"en": "Bar"}, connection="at:T2:usb:04b8:0e15")


def hand_out(claim_s: float = 20.0, done_s: float = 20.0) -> HandOut:
    """A clock that stands still: a question without work is answered when a job comes."""
    return HandOut(lambda: 0.0, 1, claim_s, done_s)


def printing(out: HandOut) -> "Future[PrintOutcome]":
    """A driver at work in the printer's thread."""
    outcome: Future[PrintOutcome] = Future()
    driver = TerminalPrinter(BAR, out)
    thread = threading.Thread(target=lambda: outcome.set_result(driver.print(PAPER)), daemon=True)
    thread.start()
    return outcome


async def fetched(out: HandOut, params: bytes = b"{}", code: str = "T2") -> dict[str, Any]:
    """What a terminal is given."""
    refused, body = await out.work(code, params)
    assert not refused
    return dict(body)


def report(job: dict[str, Any], state: str, reason: str = "") -> bytes:
    done = f'{{"job":"{job["job"]}","state":"{state}","reason":"{reason}"}}'
    return f'{{"done":{done}}}'.encode()


async def test_a_job_is_given_once_and_ends_as_its_terminal_says() -> None:
    out = hand_out()
    outcome = printing(out)
    job = await fetched(out)
    assert job["printer"]["connection"] == BAR.connection
    assert from_data(job["document"]) == PAPER
    again = asyncio.create_task(fetched(out, report(job, "confirmed")))
    assert await asyncio.wrap_future(outcome) == CONFIRMED
    out.close()
    again.cancel()


async def test_a_terminal_that_never_comes_leaves_the_job_certainly_unprinted() -> None:
    out = hand_out(claim_s=0.01)
    assert await asyncio.wrap_future(printing(out)) == not_printed("unreachable")
    out.claim_s = 60
    waiting = asyncio.create_task(fetched(out))
    later = printing(out)
    assert (await waiting)["job"] == "1-2", "what was withdrawn is handed to nobody"
    out.close()
    assert (await asyncio.wrap_future(later)).state is PrintState.UNKNOWN


async def test_a_terminal_that_asks_anew_without_a_word_leaves_it_unknown() -> None:
    out = hand_out()
    outcome = printing(out)
    await fetched(out)
    again = asyncio.create_task(fetched(out))
    assert await asyncio.wrap_future(outcome) == unknown("no_confirmation")
    again.cancel()


async def test_a_terminal_that_falls_silent_leaves_it_unknown_and_a_late_word_is_nothing() -> None:
    out = hand_out(done_s=0.01)
    outcome = printing(out)
    job = await fetched(out)
    assert await asyncio.wrap_future(outcome) == unknown("no_confirmation")
    late = asyncio.create_task(fetched(out, report(job, "confirmed")))
    second = printing(out)
    assert (await late)["job"] != job["job"]
    out.close()
    assert (await asyncio.wrap_future(second)).state is PrintState.UNKNOWN


@pytest.mark.parametrize("state", ["printed", "", "CONFIRMED"])
async def test_a_word_that_is_none_is_no_proof(state: str) -> None:
    out = hand_out()
    outcome = printing(out)
    job = await fetched(out)
    again = asyncio.create_task(fetched(out, report(job, state)))
    assert (await asyncio.wrap_future(outcome)).state is PrintState.UNKNOWN
    again.cancel()
    assert (await out.work("T2", b'{"done": 5}'))[0] == "bad_text"


async def test_how_a_terminal_finds_its_printer_is_how_the_house_sees_it() -> None:
    out = HandOut(lambda: 0.0, 1)
    driver = TerminalPrinter(BAR, out)
    with pytest.raises(DeviceError, match="unreachable"):
        driver.status()

    async def told(seen: str) -> None:
        asked = asyncio.create_task(out.work("T2", f'{{"seen":[{{{seen}}}]}}'.encode()))
        await asyncio.sleep(0)
        asked.cancel()
        await asyncio.gather(asked, return_exceptions=True)

    await told('"printer_id":"bar","paper":"out"')
    assert driver.status().obstacle == "paper_out"
    await told('"printer_id":"bar","drawer_pin_high":true,"paper":"none such"')
    assert driver.status() == Status(drawer_pin_high=True)
    await told('"printer_id":"bar","fault":"unreachable"')
    with pytest.raises(DeviceError, match="unreachable"):
        driver.status()
    assert driver.seen is None
    assert (await out.work("T2", b'{"seen":[{"printer":5}]}'))[0] == "bad_text"


async def test_one_terminal_is_never_given_what_is_for_another_and_a_line_has_a_bound() -> None:
    out = hand_out()
    outcomes = [printing(out) for _ in range(WAITING + 1)]
    done, _ = await asyncio.wait(
        [asyncio.wrap_future(one) for one in outcomes], return_when=asyncio.FIRST_COMPLETED
    )
    assert [task.result() for task in done] == [not_printed("busy")]
    stranger = asyncio.create_task(fetched(out, code="T3"))
    await fetched(out)
    assert not stranger.done()
    out.close()
    stranger.cancel()
    ends = [(await asyncio.wrap_future(one)).state for one in outcomes]
    assert ends.count(PrintState.UNKNOWN) == 1


def test_a_document_comes_back_as_it_was_and_nonsense_is_refused() -> None:
    whole = Document(
        "Рахунок",
        (
            Columns((Cell("2", width=5, keep=True, size=Size.HUGE), Cell("Рібай")), Size.LARGE),
            Text("АЛЕРГІЯ", align=Align.CENTER, inverse=True),
            Logo(b"\xff\x00" * 3, 2),
            QR("https://example.test/b/1"),
        ),
        "КОПІЯ",
        "кінець",
    )
    assert from_data(to_data(whole)) == whole
    for wrong in (
        {},
        {**to_data(whole), "blocks": [{"kind": "driver"}]},
        {**to_data(whole), "blocks": [{"kind": "text", "text": "x", "size": "vast"}]},
        {**to_data(whole), "blocks": [{"kind": "logo", "rows": "?", "stride": 2}]},
    ):
        with pytest.raises(DocumentError):
            from_data(wrong)
    hostile = {**to_data(PAPER), "blocks": [{"kind": "text", "text": "a\x1bp\x00b"}]}
    assert from_data(hostile).blocks == (Text("apb"),)
