"""One contract for card terminals: the real office, outbox and worker, a terminal on a socket that
misbehaves, or a terminal that stands alone with a person in front of it."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy import update
from sqlmodel import col

from hardware.simulated_card_terminal import SALES, SimulatedTerminal
from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.ids import CheckId, PaymentId
from sync_server.domain.limits import CARD_ANSWER_MS, CARD_FORGOTTEN_MS, CARD_LATEST_MS
from sync_server.domain.menu import CardTerminal
from sync_server.domain.outward import CARD
from sync_server.effects.card_payments import CardPayments
from sync_server.effects.door import DOUBTFUL
from sync_server.front_office import effects_door
from sync_server.front_office.effects_door import OfficeDoor
from sync_server.front_office.facts import note
from sync_server.front_office.tables import EffectRow, Fact
from sync_server.store.database import Database, MemoryDisk
from tests.front_office.house import SH, House, Till

K, P1, P2 = CheckId("k"), PaymentId("p1"), PaymentId("p2")
TURNS = 20_000
"""Only a failure takes so many: what is waited for comes from a disk and a socket."""


@dataclass
class Bar:
    """A drawer with a card terminal. `by_hand`: nobody is on the wire."""

    house: House
    till: Till
    record: Path
    by_hand: bool = False
    terminal: SimulatedTerminal = field(init=False)
    port: int = 0
    worker: "asyncio.Task[None] | None" = None

    async def open(self) -> None:
        """The terminal is on, the shift open, a check sent."""
        await self.switch_on()
        number = self.house.office.catalogue.number + 1
        port = 0 if self.by_hand else self.port
        place = CardTerminal("ct1", "1", "127.0.0.1", port, shows_codes=True)
        changed = replace(self.house.office.catalogue, number=number, card_terminals={"1": place})
        digest = await self.house.office.catalogues.store(changed)
        await self.house.office.report(c.PublishCatalogue(number, digest))
        await self.till.must(c.OpenShift(SH, "1", 100_000), by="petro")
        await self.till.order()
        self.start()

    async def switch_on(self) -> None:
        """The terminal begins, or goes on with the record it had."""
        self.terminal = SimulatedTerminal(self.record, lambda: asyncio.sleep(0))
        self.port, _ = await self.terminal.start(self.port)

    def start(self) -> None:
        """The server's worker begins."""
        door = OfficeDoor(self.house.office)
        self.worker = asyncio.ensure_future(CardPayments(door, sleep=self._sleep).run())

    async def kill(self) -> None:
        """The server's worker is gone, whatever it was doing."""
        assert self.worker is not None
        self.worker.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.worker

    async def _sleep(self, ms: int) -> None:
        """Time of the house passes when somebody sleeps; long waits give way to the wire."""
        for _ in range(20 if ms >= CARD_ANSWER_MS else 2):
            await asyncio.sleep(0.0005)
        self.house.now_ms += ms

    async def close(self) -> None:
        """Everything off."""
        await self.kill()
        await self.terminal.stop()

    async def ask(self, payment_id: PaymentId = P1, amount: int = 0, tender: str = "card") -> None:
        """The card, or a payment by code, is asked for."""
        due = balance(self.house.office.venue.checks[K])
        asked = c.AskCard(K, payment_id, SH, amount or due, 100, tender=tender)
        await self.till.must(asked, by="petro")

    def state(self, payment_id: PaymentId = P1) -> str:
        """How the request stands."""
        return self.house.office.venue.cards[payment_id].state

    async def until(self, reached: Callable[[], bool]) -> None:
        """Let everything run until it is so."""
        for _ in range(TURNS):
            if reached():
                return
            self.house.now_ms += 100
            await asyncio.sleep(0.002)
        raise AssertionError(f"it stayed {self.state()}; {self.rows}")

    async def settled(self, state: str, payment_id: PaymentId = P1) -> None:
        """Until the request stands so."""
        await self.until(lambda: self.state(payment_id) == state)

    async def as_if_claimed(self) -> None:
        """The rows say what they said just before the first byte left."""
        said = update(EffectRow).values(state="claimed").where(col(EffectRow.kind) == CARD)
        await self.house.database.write(lambda connection: connection.execute(said))

    @property
    def rows(self) -> list[tuple[str, str]]:
        """State and outcome of the rows."""
        sql = "SELECT state, outcome FROM effect WHERE kind = 'card' ORDER BY n"
        return [(row[0], row[1]) for row in self.house.rows(sql)]

    @property
    def charged(self) -> list[int]:
        """What the bank says came from the guest's card."""
        known = self.terminal.record.known.values()
        return [x["amount"] for x in known if x["state"] == "approved" and x["op"] in SALES]

    @property
    def card_minor(self) -> int:
        """What the shift says came from cards."""
        return self.house.office.venue.shifts[SH].figures.card_minor

    @property
    def codes(self) -> list[str]:
        """What people were told."""
        return [notice.code for notice in self.house.notices if notice.code.startswith("card_")]


@pytest.fixture
def open_database() -> Callable[[], Database]:
    """One engine is enough: what is stored is the outbox, which has a contract of its own."""
    disk = MemoryDisk()
    return lambda: Database.on_disk(disk)


@pytest.fixture(autouse=True)
def hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that wait for their second copy are looked at again at once."""
    monkeypatch.setattr(effects_door, "LOOK_AGAIN_S", 0.002)


@pytest_asyncio.fixture
async def bar(house: House, till: Till, tmp_path: Path) -> AsyncIterator[Bar]:
    bar = Bar(house, till, tmp_path / "card.jsonl")
    await bar.open()
    yield bar
    await bar.close()


@pytest_asyncio.fixture(params=["by hand", "simulated"])
async def either(
    request: pytest.FixtureRequest, house: House, till: Till, tmp_path: Path
) -> AsyncIterator[Bar]:
    bar = Bar(house, till, tmp_path / "card.jsonl", request.param == "by hand")
    await bar.open()
    yield bar
    await bar.close()


async def said(bar: Bar, *, charged: bool) -> None:
    """The terminal answers, or, where it stands alone, the person in front of it."""
    if bar.by_hand:
        await bar.settled("unknown")
        await bar.till.must(c.ResolveCard(P1, charged, "SLIP 1"), by="petro")
    await bar.settled("approved" if charged else "declined")


# -- the contract --------------------------------------------------------------------------------
async def test_a_card_that_goes_through_pays_the_check_once(either: Bar) -> None:
    await either.ask()
    await said(either, charged=True)
    check = either.house.office.venue.closed[K]
    (paid,) = check.payments
    assert (paid.state, paid.tip_minor, bool(paid.reference)) == ("done", 100, True)
    assert either.card_minor == paid.amount_minor + 100
    assert len(either.charged) == (0 if either.by_hand else 1)


async def test_a_card_that_does_not_go_through_leaves_the_check_as_it_was(either: Bar) -> None:
    due = balance(either.house.office.venue.checks[K])
    either.terminal.next("decline")
    await either.ask()
    await said(either, charged=False)
    assert balance(either.house.office.venue.checks[K]) == due
    assert (either.card_minor, either.charged) == (0, [])


async def test_a_restart_of_the_server_changes_nothing_that_is_known(either: Bar) -> None:
    await either.ask()
    await said(either, charged=True)
    await either.kill()
    before = either.house.digest
    await either.house.restart()
    either.start()
    await asyncio.sleep(0.05)
    assert either.house.digest == before
    assert all(state in ("done", "unknown") for state, _ in either.rows)


# -- what a terminal can do wrong ----------------------------------------------------------------
async def test_silence_after_approval_is_found_by_a_look_and_charged_once(bar: Bar) -> None:
    bar.terminal.next("silent")
    await bar.ask()
    await bar.settled("unknown")
    await bar.settled("approved")
    assert len(bar.charged) == 1
    assert bar.card_minor == bar.charged[0]
    assert bar.codes == ["card_unknown"]


async def test_a_line_that_is_cut_after_approval_is_found_by_a_look(bar: Bar) -> None:
    bar.terminal.next("drop")
    await bar.ask()
    await bar.settled("approved")
    assert [bar.card_minor] == bar.charged


async def test_the_same_answer_twice_is_money_once(bar: Bar) -> None:
    bar.terminal.next("twice")
    await bar.ask()
    await bar.settled("approved")
    await asyncio.sleep(0.02)
    assert [bar.card_minor] == bar.charged
    assert not bar.house.office.venue.suspense


async def test_a_part_and_another_sum_are_taken_as_they_were_charged(bar: Bar) -> None:
    due = balance(bar.house.office.venue.checks[K])
    bar.terminal.next("part", 1_000)
    await bar.ask()
    await bar.settled("approved")
    assert balance(bar.house.office.venue.checks[K]) == due - 1_000
    bar.terminal.next("other", due)
    await bar.ask(P2)
    await bar.settled("approved", P2)
    (held,) = bar.house.office.venue.suspense
    assert held.payment.amount_minor == 900
    assert bar.card_minor == sum(bar.charged)
    assert bar.codes == ["card_part", "card_twice"]


async def test_a_tip_that_the_guest_adds_on_the_terminal_is_a_tip(bar: Bar) -> None:
    bar.terminal.next("tip", 500)
    await bar.ask()
    await bar.settled("approved")
    (paid,) = bar.house.office.venue.closed[K].payments
    assert paid.tip_minor == 600


async def test_a_request_that_never_arrived_is_declined_once_the_terminal_has_forgotten_it(
    bar: Bar,
) -> None:
    bar.terminal.next("mute")
    await bar.ask()
    began_ms = bar.house.now_ms
    await bar.settled("unknown")
    await bar.settled("declined")
    assert bar.house.now_ms - began_ms > CARD_FORGOTTEN_MS
    assert (bar.charged, bar.card_minor) == ([], 0)


async def test_a_cancelled_card_is_declined_by_the_terminal_itself(bar: Bar) -> None:
    bar.terminal.next("hold")
    await bar.ask()
    await bar.until(lambda: ("sending", "p1") in bar.rows)
    await bar.till.must(c.CancelCard(P1), by="petro")
    await bar.settled("declined")
    assert bar.house.office.venue.cards[P1].code == "cancelled"


async def test_a_refund_goes_to_the_card_whole_and_in_part_and_never_above(bar: Bar) -> None:
    await bar.ask()
    await bar.settled("approved")
    back = c.BackToCard(K, P2, P1, SH, 1_000, "cold soup")
    await bar.till.must(back, by="petro")
    await bar.settled("approved", P2)
    (paid,) = bar.house.office.venue.closed[K].payments
    assert paid.refunded_minor == 1_000
    assert bar.terminal.record.left(paid.reference) == paid.amount_minor + 100 - 1_000


# -- a code on the terminal for the guest's telephone --------------------------------------------
async def test_a_code_that_the_guest_pays_is_a_payment_by_code_and_goes_back_there(
    bar: Bar,
) -> None:
    bar.terminal.next("hold")
    await bar.ask(tender="qr")
    await bar.until(lambda: bool(bar.terminal.shown))
    assert "am=" in bar.terminal.shown
    bar.terminal.card()
    await bar.settled("approved")
    assert not bar.terminal.shown
    (paid,) = bar.house.office.venue.closed[K].payments
    assert (paid.tender, paid.state, bar.card_minor) == ("qr", "done", 0)
    await bar.till.must(c.BackToCard(K, P2, P1, SH, 1_000, "cold soup"), by="petro")
    await bar.settled("approved", P2)
    (by_code,) = bar.house.office.venue.shifts[SH].figures.tenders
    assert (by_code.tender, by_code.amount_minor) == ("qr", sum(bar.charged))
    assert bar.house.office.venue.closed[K].payments[0].refunded_minor == 1_000


async def test_a_code_that_is_not_paid_leaves_the_check_as_it_was(bar: Bar) -> None:
    due = balance(bar.house.office.venue.checks[K])
    bar.terminal.next("decline")
    await bar.ask(tender="qr")
    await bar.settled("declined")
    assert (balance(bar.house.office.venue.checks[K]), bar.charged) == (due, [])


async def test_a_code_of_which_nobody_heard_more_is_looked_after_also_by_the_next_server(
    bar: Bar,
) -> None:
    bar.terminal.next("silent")
    await bar.ask(tender="qr")
    await bar.settled("unknown")
    again = c.AskCard(K, P2, SH, 1_000, tender="qr")
    refused = await bar.till.do(again, by="petro")
    assert (refused.outcome, refused.code) == ("refused", "amount_over_due")
    await bar.kill()
    await bar.house.restart()
    bar.start()
    await bar.settled("approved")
    assert len(bar.charged) == 1
    assert [p.tender for p in bar.house.office.venue.closed[K].payments] == ["qr"]


# -- restarts at each point ----------------------------------------------------------------------
async def test_a_server_that_dies_while_the_guest_pays_never_charges_again(bar: Bar) -> None:
    bar.terminal.next("hold")
    await bar.ask()
    await bar.until(lambda: bar.terminal.busy)
    await bar.kill()
    bar.terminal.card()
    await bar.until(lambda: bool(bar.charged))
    await bar.house.restart()
    bar.start()
    await bar.settled("approved")
    assert len(bar.charged) == 1


async def test_a_receipt_for_a_card_of_before_a_restore_may_be_a_second_one(bar: Bar) -> None:
    """The lost server may have heard the yes, and the guest gone with the paper."""
    due = balance(bar.house.office.venue.checks[K])
    await bar.ask()
    await bar.kill()
    await note(bar.house.database, Fact.SERVER_EPOCH, str(bar.house.now_ms // 1000 + 1))
    await bar.house.restart()
    await bar.house.office.report(c.SettleCard(P1, "approved", due + 100, 100, "ref"))
    bar.start()
    assert K in bar.house.office.venue.closed
    papers = bar.house.rows("SELECT outcome FROM effect WHERE kind = 'paper' ORDER BY n")
    assert papers[-1] == (DOUBTFUL,)


async def test_a_server_that_dies_while_it_asks_after_a_card_goes_on_asking(bar: Bar) -> None:
    """The second start knew that it was unknown, and left it to a person although the terminal
    could say."""
    bar.terminal.next("silent")
    await bar.ask()
    await bar.until(lambda: bool(bar.charged))
    await bar.terminal.stop()
    await bar.settled("unknown")
    for _ in range(2):
        await bar.kill()
        await bar.house.restart()
        bar.start()
    await bar.switch_on()
    await bar.settled("approved")
    await bar.until(lambda: bar.rows == [("done", "")])
    assert len(bar.charged) == 1


async def test_a_server_that_dies_before_the_first_byte_leaves_charges_nothing(bar: Bar) -> None:
    await bar.kill()
    await bar.ask()
    await bar.as_if_claimed()
    await bar.house.restart()
    bar.start()
    await bar.settled("declined")
    assert (bar.charged, bar.rows) == ([], [("refused", "not_sent")])


async def test_a_terminal_that_was_switched_off_still_knows(bar: Bar) -> None:
    bar.terminal.next("silent")
    await bar.ask()
    await bar.until(lambda: bool(bar.charged))
    await bar.terminal.stop()
    await bar.settled("unknown")
    await bar.switch_on()
    await bar.settled("approved")
    assert len(bar.charged) == 1


async def test_a_terminal_that_is_off_charged_nothing_and_says_so_at_once(bar: Bar) -> None:
    await bar.terminal.stop()
    await bar.ask()
    await bar.settled("declined")
    assert bar.house.office.venue.cards[P1].code == "not_reached"
    assert bar.codes == []


async def test_a_card_that_was_asked_for_before_a_long_stop_is_not_charged_any_more(
    bar: Bar,
) -> None:
    await bar.kill()
    await bar.ask()
    bar.house.now_ms += CARD_LATEST_MS + 1
    bar.start()
    await bar.settled("declined")
    assert (bar.charged, bar.rows[0][0]) == ([], "refused")
