"""For every command: act at the server, replay its events on a stale replica, compare.

Three states must be the same to the byte: the server's own after the command, a replica that held
the state from before and folded the journal's new records, and a snapshot taken fresh. A fourth is
the journal replayed from zero. A command without a case fails this file.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from random import Random
from typing import TypeVar

import pytest

from sync_server.client.identity import Uuid7
from sync_server.domain import commands as c
from sync_server.domain.checks import balance
from sync_server.domain.ids import (
    ChargeId,
    CheckId,
    ItemId,
    LineId,
    NoticeId,
    PaymentId,
    ShiftId,
    StaffId,
)
from sync_server.domain.menu import Catalogue
from sync_server.domain.venue import Venue
from sync_server.front_office.access import Access
from sync_server.front_office.catalogues import Catalogues
from sync_server.front_office.office import FrontOffice
from sync_server.front_office.saved_states import pack_state, unpack_state
from sync_server.protocol.envelope import read_event
from sync_server.protocol.replica import apply_record, read_venue, venue_pieces, write_venue
from sync_server.store.database import Database, MemoryDisk
from sync_server.transport.enrolment import EnrolmentDesk
from tests.builders import DAY, EVENING_MS, a_line, a_steak
from tests.simulation.restaurant import CHEAP, PEPPER, front_image, menu

T = TypeVar("T")

K, J, SH = CheckId("k"), CheckId("j"), ShiftId("sh")
L1, L2, L3 = LineId("l1"), LineId("l2"), LineId("l3")
PAID, CHARGE = PaymentId("p1"), ChargeId("c1")


class Office:
    """The real front office on a disk in memory; a second passes with each command."""

    def __init__(self, disk: MemoryDisk) -> None:
        self.now_ms = EVENING_MS
        self.database = Database.on_disk(disk)
        self.front = FrontOffice(
            self.database,
            Access(self.database, PEPPER, _inline, CHEAP),
            Catalogues(self.database),
            self._clock,
            Uuid7(self._clock, Random(1)),
            EnrolmentDesk(self._clock, Random(1)),
            "site",
            lambda: True,
        )

    def _clock(self) -> int:
        self.now_ms += 1_000
        return self.now_ms

    async def act(self, *commands: object, by: str = "nadia") -> None:
        """Commands that must be accepted."""
        for command in commands:
            result = await self.front.report(command, by)
            assert result is not None, command
            assert result.outcome in ("accepted", "adjusted"), (command, result)

    async def published(self) -> None:
        """The menu is in force, day and shift are open."""
        digest = await self.front.catalogues.store(_numbered(2))
        await self.act(c.PublishCatalogue(2, digest), c.OpenDay(DAY), c.OpenShift(SH, "1", 100_000))

    async def ordered(self) -> None:
        """Check k at table 3: borscht, a steak on hold and a plate of two stations, not sent."""
        await self.published()
        lines = (a_line("l1", qty_milli=2_000), a_steak("l2", held=True), a_line("l3", "plate"))
        await self.act(c.OpenCheck(K, "S-001", "table", "t3", guests=2), c.AddLines(K, lines))

    async def sent(self) -> None:
        """All of it is with the kitchen."""
        await self.ordered()
        await self.act(c.SendLines(K, (L1, L2, L3)))

    async def two(self) -> None:
        """A second check j at table 5, sent too."""
        await self.sent()
        await self.act(
            c.OpenCheck(J, "S-002", "table", "t5"),
            c.AddLines(J, (a_line("m1", "fries"),)),
            c.SendLines(J, (LineId("m1"),)),
        )

    async def ready(self) -> None:
        """The plate is done at both stations."""
        await self.sent()
        for ticket in list(self.front.venue.tickets.values()):
            if ticket.line(L3) is not None:
                await self.act(c.MarkReady(ticket.ticket_id, (L3,)))

    async def charged(self) -> None:
        """A part of the check waits for the hotel."""
        await self.sent()
        await self.act(c.ChargeRoom(K, CHARGE, SH, "stay-304", "304", "Guest", 10_000))

    def hot(self) -> c.TicketSeen:
        """The ticket of the hot station's first course."""
        ticket = next(t for t in self.front.venue.tickets.values() if t.line(L1) is not None)
        return c.TicketSeen(ticket.ticket_id, ticket.version)

    def due(self) -> int:
        """What is left to pay of check k."""
        return balance(self.front.venue.checks[K])


async def _inline(work: Callable[[], T]) -> T:
    return work()


def _numbered(number: int) -> Catalogue:
    return replace(menu(), number=number)


Prepare = Callable[[Office], Awaitable[None]]
Act = Callable[[Office], Awaitable[object]]
CASES: dict[str, Act] = {}


def case(name: str) -> Callable[[Act], Act]:
    """Registers what leads up to a command; the function gives the command itself."""

    def keep(act: Act) -> Act:
        assert name not in CASES, name
        CASES[name] = act
        return act

    return keep


def simple(name: str, prepare: Prepare, command: object) -> None:
    """A case whose command needs nothing looked up."""

    async def act(office: Office) -> object:
        await prepare(office)
        return command

    CASES[name] = act


async def _nothing(office: Office) -> None:
    return None


async def _counted(office: Office) -> None:
    await office.sent()
    await office.act(
        c.TakePayment(K, PAID, SH, "cash", 10_000, 10_000),
        c.CountDrawer(SH, (c.DenominationCount(10_000, 11),)),
    )


async def _void(office: Office) -> None:
    await office.sent()
    await office.act(c.VoidLine(K, L1, 1_000, "guest-left", False))


async def _discounted(office: Office) -> None:
    await office.ordered()
    await office.act(c.GiveDiscount(K, "g1", "sum"))


async def _on_folio(office: Office) -> None:
    await office.charged()
    await office.act(c.SettleCharge(CHARGE, "posted", "F17"))


async def _unknown(office: Office) -> None:
    await office.charged()
    await office.act(c.SettleCharge(CHARGE, "unknown"))


async def _told(office: Office) -> None:
    await office.published()
    await office.act(c.TellStaff(NoticeId("n1"), StaffId("nadia"), "paid_twice", {"number": "x"}))


async def _stopped(office: Office) -> None:
    await office.ordered()
    await office.act(c.StopItem("plate", 5_000))


async def _emptied(office: Office) -> None:
    await office.published()
    await office.act(c.OpenCheck(K, "S-001", "tab", name="Ann"))


async def _gone(office: Office) -> None:
    """Anna's tab moved to a table, was paid by her room and is over; card and voucher are hers."""
    await office.sent()
    await office.act(
        c.SellVoucher("G-1", "gift", PAID, SH, "cash", 10_000, 10_000, "Anna"),
        c.IssueClubCard("CLUB-1", "Anna"),
        c.OpenCheck(J, "S-002", "tab", name="Anna"),
        c.AddLines(J, (a_line("m1", "fries"),)),
        c.SendLines(J, (LineId("m1"),)),
        c.MoveCheck(J, "t5"),
    )
    left = balance(office.front.venue.checks[J])
    await office.act(
        c.ChargeRoom(J, CHARGE, SH, "stay-304", "304", "Anna", left),
        c.SettleCharge(CHARGE, "posted", "F17"),
    )
    assert J in office.front.venue.closed


async def _no_shift(office: Office) -> None:
    await office.published()
    await office.act(
        c.CountDrawer(SH, (c.DenominationCount(100_000, 1),)), c.CloseShift(SH, "all is well")
    )


async def _published_only(office: Office) -> None:
    digest = await office.front.catalogues.store(_numbered(2))
    await office.act(c.PublishCatalogue(2, digest))


async def _day_only(office: Office) -> None:
    await _published_only(office)
    await office.act(c.OpenDay(DAY))


async def _voucher(office: Office) -> None:
    await office.sent()
    await office.act(c.SellVoucher("G-1", "gift", PAID, SH, "cash", 10_000, 10_000, "Ann"))


async def _with_card(office: Office) -> None:
    await office.sent()
    await office.act(c.IssueClubCard("CLUB-1"))


async def _sold(office: Office) -> None:
    await office.ordered()
    await office.act(c.IssueClubCard("CLUB-1"), c.AttachClubCard(K, "CLUB-1"))
    await office.act(c.RemoveLines(K, (L2,)), c.SendLines(K, (L1, L3)))
    await office.act(
        c.TakePayment(K, PAID, SH, "card", office.due(), tip_minor=500, reference="A1")
    )
    assert not office.front.venue.checks


async def _card_asked(office: Office) -> None:
    await office.sent()
    await office.act(c.AskCard(K, PAID, SH, 10_000, 500))


async def _card_unknown(office: Office) -> None:
    await _card_asked(office)
    await office.act(c.SettleCard(PAID, "unknown"))


LENDS = c.LendRights(
    "l", StaffId("olena"), ("refund", "discount"), EVENING_MS + 9 * 3_600_000, "holiday"
)


async def _lent(office: Office) -> None:
    await office.published()
    await office.act(LENDS)


async def _reopened(office: Office) -> None:
    await _sold(office)
    await office.act(c.ReopenCheck(K, SH, "wrong tip"))


async def _suspended(office: Office) -> None:
    await _sold(office)
    await office.act(c.TakePayment(K, PaymentId("p2"), SH, "cash", 1_000, 1_000))


simple("AdjustFloat", Office.published, c.AdjustFloat(SH, 90_000, "counted again"))
simple("OpenDrawer", Office.published, c.OpenDrawer(SH, "change for a guest"))
simple(
    "SellVoucher",
    Office.published,
    c.SellVoucher("D-1", "deposit", PAID, SH, "card", 50_000, name="Wedding"),
)
simple("ReturnVoucher", _voucher, c.ReturnVoucher("G-1", SH, "guest changed his mind"))
simple("PayAccount", Office.published, c.PayAccount("acme", PAID, SH, "cash", 5_000, 6_000))
simple(
    "PrintFigures",
    _sold,
    c.PrintFigures("report", DAY, (), 0, "hour"),
)
simple("BlockClubCard", _with_card, c.BlockClubCard("CLUB-1", "lost"))
simple("IssueClubCard", Office.published, c.IssueClubCard("CLUB-1", "Ann"))
simple("AttachClubCard", _with_card, c.AttachClubCard(K, "CLUB-1"))
simple("CopyReceipt", _sold, c.CopyReceipt(K))
simple("ReopenCheck", _sold, c.ReopenCheck(K, SH, "wrong tip"))
simple("CloseCheck", _reopened, c.CloseCheck(K, SH))
simple("CorrectTender", _sold, c.CorrectTender(K, PAID, PaymentId("p2"), "cash", "paid in cash"))
simple(
    "SettleSuspense", _suspended, c.SettleSuspense(PaymentId("p2"), SH, "returned", "paid twice")
)
simple("AskCard", Office.sent, c.AskCard(K, PAID, SH, 10_000, 500))
simple("LookAtCard", _card_asked, c.LookAtCard(PAID))
simple("CancelCard", _card_asked, c.CancelCard(PAID))
simple("SettleCard", _card_asked, c.SettleCard(PAID, "approved", 10_500, 0, "A1"))
simple("ResolveCard", _card_unknown, c.ResolveCard(PAID, True, "SLIP 7"))
simple("BackToCard", _sold, c.BackToCard(K, PaymentId("p2"), PAID, SH, 1_000, "cold soup"))
simple("LendRights", Office.published, LENDS)
simple("TakeBackRights", _lent, c.TakeBackRights("l"))
simple("PunchClock", Office.published, c.PunchClock("in"))
ASKED = c.AskApproval("r1", K, "GiveDiscount", "0" * 64, "over_limit", {"limit_bp": 1_000})


async def _asked(office: Office) -> None:
    await office.sent()
    await office.act(ASKED, by="olena")


simple("AskApproval", Office.sent, ASKED)
simple("AnswerApproval", _asked, c.AnswerApproval("r1", True))
simple("CancelApproval", _asked, c.CancelApproval("r1"))

simple("OpenDay", _published_only, c.OpenDay(DAY))
simple("CloseDay", _no_shift, c.CloseDay())
simple("OpenShift", _day_only, c.OpenShift(SH, "1", 5_000))
simple("MoveCash", Office.published, c.MoveCash(SH, "out", 1_500, "courier"))
simple("CountDrawer", Office.published, c.CountDrawer(SH, (c.DenominationCount(50_000, 2),)))
simple("CloseShift", _counted, c.CloseShift(SH, "counted twice", StaffId("olena")))
simple("PrintX", Office.published, c.PrintX(SH))
simple("OpenCheck", Office.published, c.OpenCheck(K, "S-001", "table", "t3", guests=4))
simple("SetGuests", Office.ordered, c.SetGuests(K, 6))
simple("AddLines", Office.ordered, c.AddLines(K, tuple(a_line(f"x{i}") for i in range(25))))
simple("ChangeLine", Office.sent, c.ChangeLine(K, L3, 1_000, (), 2, 1, "", ""))
simple("RemakeLine", Office.sent, c.RemakeLine(K, L3, LineId("n3"), 1_000, (), "no salt"))
simple("RemoveLines", Office.ordered, c.RemoveLines(K, (L1, L2)))
simple("HoldLines", Office.ordered, c.HoldLines(K, (L1,), True))
simple("SendLines", _stopped, c.SendLines(K, (L1, L2, L3)))
simple("FireLines", Office.sent, c.FireLines(K, (L2,)))
simple("VoidLine", Office.sent, c.VoidLine(K, L3, 1_000, "guest-left", False))
simple(
    "MoveLines",
    Office.two,
    c.MoveLines(K, J, (c.Move(L1, 1_000, LineId("l1b")), c.Move(L3, 1_000, LineId("l3b")))),
)
simple("MoveCheck", Office.sent, c.MoveCheck(K, "t7"))
simple("TransferCheck", Office.sent, c.TransferCheck(K, StaffId("ihor")))
simple("MergeChecks", Office.two, c.MergeChecks(K, J))
simple("GiveDiscount", Office.ordered, c.GiveDiscount(K, "g1", "sum", (L1,), "birthday"))
simple("TakeBackDiscount", _discounted, c.TakeBackDiscount(K, "g1"))
simple("PrintPreBill", Office.sent, c.PrintPreBill(K))
simple("AbandonCheck", _emptied, c.AbandonCheck(K))
simple(
    "ChargeRoom",
    Office.sent,
    c.ChargeRoom(K, CHARGE, SH, "stay-304", "304", "Guest", 10_000, 1_000),
)
simple("ResolveCharge", _unknown, c.ResolveCharge(CHARGE, False))
simple("ReverseCharge", _on_folio, c.ReverseCharge(CHARGE, ChargeId("c2"), SH, "wrong guest"))
simple("SettleCharge", Office.charged, c.SettleCharge(CHARGE, "posted", "F17"))
simple("StateHotelTotal", Office.published, c.StateHotelTotal("2026-11-21", 69_500))
simple("ServeLines", Office.ready, c.ServeLines(K, (L3,)))
simple("StopItem", Office.published, c.StopItem("borscht", 3_000))
simple("FreeItem", _stopped, c.FreeItem("plate"))
simple("AcknowledgeNotice", _told, c.AcknowledgeNotice(NoticeId("n1")))
simple(
    "TellStaff",
    Office.published,
    c.TellStaff(NoticeId("n2"), StaffId("ihor"), "printer_failed", {"printer": "hot"}),
)
simple("TimeFire", Office.sent, c.TimeFire(K, (L2,), EVENING_MS + 3_600_000))
simple(
    "ShareLines",
    _discounted,
    c.ShareLines(K, (), (c.ShareTo(J, "S-002"), c.ShareTo(CheckId("m"), "S-003"))),
)
simple("JoinTables", Office.sent, c.JoinTables(K, ("t4",)))
simple("ShareAmount", _discounted, c.ShareAmount(K, J, "S-002", 10_000))
simple("TransferChecks", Office.two, c.TransferChecks((K, J), StaffId("ihor")))
simple("RenameCheck", _emptied, c.RenameCheck(K, "Anna"))
simple("CompLine", Office.sent, c.CompLine(K, "g1", L1, 1_000, "birthday"))
simple("SetService", Office.sent, c.SetService(K, 1_000))
simple("ExemptTax", Office.sent, c.ExemptTax(K, True, "embassy"))
simple("RevokeDevice", Office.published, c.RevokeDevice("t9", "T9", "lost", "halyna"))
simple(
    "RecordReview",
    Office.published,
    c.RecordReview("r1", "t9", "T9", "halyna", ("c1",), ("c2",), ("c3",)),
)
simple(
    "EraseGuests",
    _gone,
    c.EraseGuests(("check:j", "check:k", "card:CLUB-1", "voucher:G-1"), "halyna", "asked"),
)
simple("RecordSignIn", Office.published, c.RecordSignIn(StaffId("olena"), "in"))


@case("PublishCatalogue")
async def _publish(office: Office) -> object:
    return c.PublishCatalogue(2, await office.front.catalogues.store(_numbered(2)))


@case("MoveClubPoints")
async def _move_points(office: Office) -> object:
    """With an open check on the lost card, to one that nobody has yet."""
    await _with_card(office)
    await office.act(c.AttachClubCard(K, "CLUB-1"))
    return c.MoveClubPoints("CLUB-1", "CLUB-2", "lost in the park")


@case("TakePayment")
async def _pay(office: Office) -> object:
    """The payment that closes the check, with change, a tip, and the rounding of cash."""
    await office.ordered()
    await office.act(c.RemoveLines(K, (L2,)), c.SendLines(K, (L1, L3)))
    due = office.due()
    return c.TakePayment(K, PAID, SH, "cash", due, due + 5_000, 300)


@case("RefundPayment")
async def _refund(office: Office) -> object:
    await office.act(await _pay(office))
    return c.RefundPayment(K, PaymentId("r1"), PAID, SH, 4_000, "cold soup")


@case("AcknowledgeTickets")
async def _acknowledge(office: Office) -> object:
    await office.sent()
    return c.AcknowledgeTickets((office.hot(),))


@case("StartLines")
async def _start(office: Office) -> object:
    await office.sent()
    return c.StartLines(office.hot().ticket_id, (L1,))


@case("MarkReady")
async def _mark(office: Office) -> object:
    await office.sent()
    return c.MarkReady(office.hot().ticket_id, (L1,))


@case("BumpTicket")
async def _bump(office: Office) -> object:
    await office.sent()
    hot = office.hot()
    return c.BumpTicket(hot.ticket_id, hot.version)


@case("RecallTicket")
async def _recall(office: Office) -> object:
    await office.act(await _bump(office))
    return c.RecallTicket(office.hot().ticket_id, False)


@case("AcknowledgeVoid")
async def _void_seen(office: Office) -> object:
    await _void(office)
    return c.AcknowledgeVoid(office.hot().ticket_id, (L1,))


@case("RushTickets")
async def _rush(office: Office) -> object:
    await office.sent()
    return c.RushTickets((office.hot().ticket_id,))


@case("MoveTicket")
async def _to_the_bar(office: Office) -> object:
    await office.sent()
    return c.MoveTicket(office.hot().ticket_id, "bar")


simple("PassLines", Office.ready, c.PassLines(K, (L3,)))


@case("RecordPaper")
async def _paper(office: Office) -> object:
    await office.sent()
    seen = office.hot()
    return c.RecordPaper(seen.ticket_id, seen.version, "asked", "printer-hot")


def test_every_command_has_a_case() -> None:
    assert CASES.keys() == c.COMMANDS.keys()


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    disk = MemoryDisk(front_image())
    house = Office(disk)
    await house.front.start()
    yield house
    await house.front.stop()
    house.database.close()
    disk.close()


@pytest.mark.parametrize("name", sorted(CASES))
async def test_a_stale_replica_that_replays_holds_what_a_fresh_snapshot_holds(
    name: str, office: Office
) -> None:
    command = await CASES[name](office)
    assert type(command).__name__ == name
    before = await office.front.snapshot()
    stale = read_venue(before.data)
    await office.act(command)
    assert office.front.head_n > before.n, "the case must change something"
    for data in await office.front.events_after(before.n, 1_000, 10_000_000):
        apply_record(stale, read_event(data))
    fresh = await office.front.snapshot()
    assert write_venue(stale) == fresh.data
    assert write_venue(read_venue(fresh.data)) == fresh.data
    from_zero = Venue()
    for data in await office.front.events_after(0, 10_000, 100_000_000):
        apply_record(from_zero, read_event(data))
    assert write_venue(from_zero) == fresh.data
    assert b"".join(venue_pieces(from_zero)) == fresh.data
    assert unpack_state(pack_state(from_zero)) == from_zero
    assert ItemId("borscht") in office.front.catalogue.items
