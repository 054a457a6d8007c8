"""A drawer opens for cash, once, whatever happens; and who opens it otherwise is told of."""

import asyncio
from dataclasses import dataclass, field, replace

import pytest

from hardware.memory import MemoryPrinter
from hardware.printer import Evidence
from hardware.spooler import Route, Spooler
from hardware.worker import InlineWorker
from sync_server.domain import events as e
from sync_server.domain.ids import CheckId, PaymentId, ShiftId, StaffId
from sync_server.domain.limits import (
    DRAWER_EXCUSED_MS,
    DRAWER_LATEST_MS,
    DRAWER_LOOK_MS,
    DRAWER_OPEN_MS,
)
from sync_server.domain.menu import Drawer, Role, StaffMember
from sync_server.domain.outward import DRAWER, DrawerJob, effects_of
from sync_server.domain.rejections import CODES
from sync_server.domain.shifts import Shift
from sync_server.domain.venue import Venue
from sync_server.effects.cash_drawers import CashDrawers
from sync_server.effects.door import CLAIMED, DONE, DROPPED, FAILED, SENDING, UNKNOWN
from tests.effects.memory_outbox import Crash, MemoryOutbox
from tests.effects.virtual_time import VirtualTime
from tests.paper.paper_jobs import CATALOGUE

MANAGER = StaffMember("nadia", "Nadia", "boss")
HOUSE = replace(
    CATALOGUE,
    drawers={"1": Drawer("1", "cashier")},
    roles={**CATALOGUE.roles, "boss": Role("boss", {}, ("close_day",))},
    staff={**CATALOGUE.staff, "nadia": MANAGER},
)


@dataclass
class Desk:
    """A cashier's printer with a drawer, and the worker that opens it."""

    evidence: Evidence = Evidence.A
    time: VirtualTime = field(default_factory=VirtualTime)

    def __post_init__(self) -> None:
        self.outbox = MemoryOutbox(HOUSE, self.time)
        self.printer = MemoryPrinter("cashier", self.evidence)
        routes = {"cashier": Route("cashier")}
        self.spooler = Spooler({"cashier": self.printer}, routes, worker=InlineWorker)

    def sale(self) -> str:
        """Cash was taken just now."""
        return self.outbox.put(DrawerJob("1", "cashier", 2, self.time.now_ms, "olena"))

    @property
    def kicks(self) -> int:
        return len(self.printer.machine.kicks)

    def shut(self) -> None:
        """The cashier pushes it in."""
        machine = self.printer.machine
        machine.set(replace(machine.condition, drawer_open=False))

    def pull(self) -> None:
        """Somebody opens it by the key."""
        machine = self.printer.machine
        machine.set(replace(machine.condition, drawer_open=True))

    async def live(self, ms: int) -> None:
        """Let the worker run for that long; a crash of it comes out of here."""
        worker = CashDrawers(self.outbox, self.spooler, sleep=self.time.sleep)
        task = asyncio.ensure_future(worker.run())
        gone = asyncio.ensure_future(self.time.sleep(ms))
        await self.time.until(lambda: gone.done() or task.done())
        if task.done():
            task.result()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_a_cash_payment_opens_the_drawer_once() -> None:
    desk = Desk()
    effect = desk.sale()
    await desk.live(5_000)
    assert (desk.kicks, desk.outbox.state(effect)) == (1, DONE)
    assert not desk.outbox.notices


@pytest.mark.parametrize("after", [False, True])
async def test_a_crash_at_any_commit_never_opens_it_twice(after: bool) -> None:
    for call in range(1, 5):
        desk = Desk()
        effect = desk.sale()
        desk.outbox.crashes, desk.outbox.crash_after = {call}, after
        try:
            await desk.live(5_000)
        except* Crash:
            await desk.live(60_000)
        assert desk.kicks <= 1, call
        state = desk.outbox.state(effect)
        assert state in (DONE, UNKNOWN, DROPPED), call
        assert (state == DONE) <= (desk.kicks == 1)


@pytest.mark.parametrize("state", [CLAIMED, SENDING])
async def test_what_a_stopped_process_had_in_hand_is_never_opened_by_the_next(state: str) -> None:
    desk = Desk()
    effect = desk.sale()
    desk.outbox.rows[effect] = replace(desk.outbox.rows[effect], state=state)
    await desk.live(5_000)
    assert desk.kicks == 0
    assert desk.outbox.state(effect) == (DROPPED if state == CLAIMED else UNKNOWN)


async def test_what_a_terminal_sold_before_its_link_began_it_has_opened_itself() -> None:
    desk = Desk()
    desk.outbox.linked_ms["d1"] = desk.time.now_ms + 1
    before = desk.sale()
    await desk.live(100)
    assert (desk.kicks, desk.outbox.state(before)) == (0, DROPPED)
    after = desk.sale()
    await desk.live(2_000)
    assert (desk.kicks, desk.outbox.state(after)) == (1, DONE)


async def test_a_sale_that_comes_late_opens_nothing() -> None:
    desk = Desk()
    desk.time.now_ms += DRAWER_LATEST_MS * 2
    late = desk.outbox.put(
        DrawerJob("1", "cashier", 2, desk.time.now_ms - DRAWER_LATEST_MS - 1, "")
    )
    await desk.live(5_000)
    assert (desk.kicks, desk.outbox.state(late)) == (0, DROPPED)


async def test_a_drawer_that_cannot_open_is_told_to_whoever_took_the_cash() -> None:
    desk = Desk()
    desk.printer.run_out_of_paper()
    effect = desk.sale()
    await desk.live(5_000)
    desk.printer.mend()
    await desk.live(60_000)
    assert (desk.kicks, desk.outbox.state(effect)) == (0, FAILED)
    (notice,) = desk.outbox.notices
    assert (notice.staff_id, notice.code) == ("olena", "drawer_shut")
    assert notice.code in CODES


async def test_a_drawer_opened_without_a_sale_is_told_to_the_managers_once() -> None:
    desk = Desk()
    await desk.live(DRAWER_LOOK_MS * 2)
    worker = CashDrawers(desk.outbox, desk.spooler, sleep=desk.time.sleep)
    task = asyncio.ensure_future(worker.run())
    await desk.time.pass_by(DRAWER_LOOK_MS * 2)
    desk.pull()
    await desk.time.pass_by(DRAWER_LOOK_MS * 5)
    codes = [(notice.staff_id, notice.code) for notice in desk.outbox.notices]
    assert {code for _, code in codes} == {"drawer_open"}
    assert [who for who, _ in codes] == ["nadia"]
    # Shut, and then opened by a sale: nothing is told.
    desk.shut()
    await desk.time.pass_by(DRAWER_EXCUSED_MS * 2)
    told = len(desk.outbox.notices)
    desk.sale()
    await desk.time.pass_by(DRAWER_LOOK_MS * 2)
    assert desk.kicks == 1
    assert len(desk.outbox.notices) == told
    # Left open it is told once, to whoever opened it.
    await desk.time.pass_by(DRAWER_OPEN_MS * 3)
    *_, last = desk.outbox.notices
    assert len(desk.outbox.notices) == told + 1
    assert (last.staff_id, last.code) == ("olena", "drawer_left")
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_while_a_terminal_is_cut_off_its_sales_explain_the_drawer_and_the_rest_is_told() -> (
    None
):
    desk = Desk()
    worker = CashDrawers(desk.outbox, desk.spooler, sleep=desk.time.sleep)
    task = asyncio.ensure_future(worker.run())
    await desk.time.pass_by(DRAWER_LOOK_MS * 2)
    desk.outbox.alone = "T2"
    sold_ms = desk.time.now_ms
    for _ in range(2):
        desk.pull()
        await desk.time.pass_by(DRAWER_LOOK_MS * 2)
        desk.shut()
        await desk.time.pass_by(DRAWER_EXCUSED_MS * 2)
    codes = [notice.code for notice in desk.outbox.notices]
    assert codes == ["drawer_unsure"], "once for as long as it lasts"
    # The terminal is back and tells one sale.
    desk.outbox.linked_ms["d1"] = desk.time.now_ms
    desk.outbox.put(DrawerJob("1", "cashier", 2, sold_ms, "olena"))
    await desk.time.pass_by(DRAWER_LOOK_MS)
    desk.outbox.alone = ""
    await desk.time.pass_by(DRAWER_LOOK_MS * 5)
    *_, last = desk.outbox.notices
    assert [notice.code for notice in desk.outbox.notices] == [*codes, "drawer_unexplained"]
    assert (last.staff_id, last.params["terminal"]) == ("nadia", "T2")
    assert int(last.params["at_ms"]) > sold_ms + DRAWER_EXCUSED_MS
    assert {"drawer_unsure", "drawer_unexplained"} <= CODES.keys()
    # Everybody is here: the next one is told at once.
    desk.pull()
    await desk.time.pass_by(DRAWER_LOOK_MS * 2)
    assert desk.outbox.notices[-1].code == "drawer_open"
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_printer_that_never_answers_has_a_drawer_that_nobody_can_watch() -> None:
    desk = Desk(Evidence.C)
    effect = desk.sale()
    await desk.live(DRAWER_OPEN_MS * 3)
    assert (desk.kicks, desk.outbox.state(effect)) == (1, DONE)
    assert not desk.outbox.notices


def shift_at(drawer: str) -> Venue:
    venue = Venue()
    shift = Shift(ShiftId("s1"), 1, drawer, StaffId("olena"), 0, "2026-11-21", 0, 0)
    return replace(venue, shifts={ShiftId("s1"): shift})


@pytest.mark.parametrize(
    ("tender", "drawer", "opens"),
    [("cash", "1", True), ("card", "1", False), ("room", "1", False), ("cash", "purse", False)],
)
def test_cash_opens_the_drawer_of_its_shift_and_nothing_else_does(
    tender: str, drawer: str, opens: bool
) -> None:
    payment = e.Payment(PaymentId("p"), tender, ShiftId("s1"), 1_000, 5, StaffId("olena"))
    for event in (
        e.PaymentTaken(CheckId("c"), payment),
        e.PaymentUnallocated(CheckId("c"), payment),
        e.VoucherSold("V1", "gift", "", 0, payment),
        e.AccountPaid("firm", payment),
    ):
        kinds = [effect.kind for effect in effects_of(event, shift_at(drawer), HOUSE)]
        assert (DRAWER in kinds) is opens


def test_a_no_sale_opens_the_drawer_and_a_correction_on_paper_does_not() -> None:
    payment = e.Payment(PaymentId("p"), "cash", ShiftId("s1"), 1_000, 5, StaffId("olena"))
    by = StaffId("olena")
    opening: list[tuple[object, bool]] = [
        (e.DrawerOpened(ShiftId("s1"), "change", by, 5), True),
        (e.VoucherReturned("V1", "gift", ShiftId("s1"), 1, 0, "", by, 5), True),
        (e.SuspenseSettled(payment, ShiftId("s1"), "returned", CheckId(""), "", by, 5), True),
        (e.SuspenseSettled(payment, ShiftId("s1"), "kept", CheckId(""), "", by, 5), False),
        (e.TenderCorrected(CheckId("c"), ShiftId("s1"), payment, payment, "", by, 5), False),
    ]
    for event, opens in opening:
        kinds = [effect.kind for effect in effects_of(event, shift_at("1"), HOUSE)]
        assert (DRAWER in kinds) is opens, event
