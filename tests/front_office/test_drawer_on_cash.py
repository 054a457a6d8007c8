"""Cash that the journal knows of opens the drawer of its shift: through the real outbox, once."""

import asyncio
import contextlib
from dataclasses import replace

from hardware.memory import MemoryPrinter
from hardware.spooler import Route, Spooler
from hardware.worker import InlineWorker
from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.ids import CheckId, PaymentId
from sync_server.domain.menu import Drawer
from sync_server.effects.cash_drawers import CashDrawers
from sync_server.front_office.effects_door import OfficeDoor
from tests.front_office.house import SH, House, Till

LOOKS = 6_000


async def _sleep(milliseconds: int) -> None:
    await asyncio.sleep(0.001)


async def until_settled(house: House, worker: CashDrawers) -> None:
    """Let the worker run until no drawer waits any more."""
    task = asyncio.ensure_future(worker.run())
    for _ in range(LOOKS):
        await asyncio.sleep(0.01)
        rows = house.rows("SELECT state FROM effect WHERE kind = 'drawer'")
        if rows and all(row[0] not in ("queued", "claimed", "sending") for row in rows):
            break
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_cash_payment_opens_the_drawer_and_a_second_worker_does_not(
    house: House, till: Till
) -> None:
    number = house.office.catalogue.number + 1
    drawers = {"1": Drawer("1", "printer-bar")}
    changed = replace(house.office.catalogue, number=number, drawers=drawers)
    digest = await house.office.catalogues.store(changed)
    await house.office.report(c.PublishCatalogue(number, digest))
    await till.must(c.OpenShift(SH, "1", 100_000), by="petro")
    await till.order()
    check = house.office.venue.checks[CheckId("k")]
    due = balance(check)
    await till.must(c.TakePayment(CheckId("k"), PaymentId("p"), SH, "cash", due, due))
    printer = MemoryPrinter("printer-bar")
    spooler = Spooler(
        {"printer-bar": printer}, {"printer-bar": Route("printer-bar")}, worker=InlineWorker
    )
    door = OfficeDoor(house.office)
    await until_settled(house, CashDrawers(door, spooler, sleep=_sleep))
    await until_settled(house, CashDrawers(door, spooler, sleep=_sleep))
    assert printer.machine.kicks == [2]
    states = house.rows("SELECT state FROM effect WHERE kind = 'drawer'")
    assert [row[0] for row in states] == ["done"]
