"""The same evening in the three places where it can be read: cash desk, paper, back office.

Everything that moves a figure is in it: tips, comp, discount, void, refund, a check taken up again,
a corrected tender, a voucher, an account, a room, money that fitted nothing. Neighbours:
`front_office.till_reports` adds up for the terminal, `back_office.till` for the pages and files.
"""

from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from openpyxl import load_workbook

from sync_server.back_office.accounts import BACK_OFFICE_RIGHTS, Visitor
from sync_server.back_office.intake import JournalEvent
from sync_server.back_office.reports.catalogue import BY_KEY, answer
from sync_server.back_office.reports.report import Asked, sums
from sync_server.back_office.till import fold
from sync_server.back_office.web.formats import Formats
from sync_server.back_office.web.report_files import csv_of
from sync_server.back_office.web.report_grid import GridMaker, Shown
from sync_server.back_office.web.spreadsheet import workbook
from sync_server.back_office.web.words import Words
from sync_server.domain import commands as c, events as e
from sync_server.domain.checks import balance
from sync_server.domain.ids import ChargeId, CheckId, LineId, PaymentId
from sync_server.domain.outward import PaperJob, effects_of
from sync_server.front_office.till_reports import REPORTS
from sync_server.paper.composing import compose
from sync_server.paper.figures import zone_of
from sync_server.protocol.envelope import read_event
from sync_server.protocol.replica import CODEC
from sync_server.store.database import Database, MemoryDisk
from tests.builders import DAY, a_line
from tests.front_office.house import SH, House, Till
from tests.front_office.test_till_reports import asked
from tests.store.ready_made import BACK, image_of

KYIV = ZoneInfo("Europe/Kyiv")
HALYNA = Visitor("halyna", "Halyna", "owner", BACK_OFFICE_RIGHTS, "en")


async def an_evening(house: House, till: Till) -> None:
    """Six checks of a day, each with something that could be counted twice or not at all."""
    await till.must(c.OpenShift(SH, "1", 200_000), by="nadia")
    for place, check in enumerate(("plain", "given", "refunded", "again", "room", "corrected"), 1):
        await till.order(check, place)

    def pay(check: str, tender: str, amount: int, tip: int = 0, **more: Any) -> c.TakePayment:
        given = amount + tip if tender == "cash" else 0
        return c.TakePayment(
            *(CheckId(check), PaymentId(f"p-{check}"), SH, tender, amount, given, tip), **more
        )

    await till.must(c.SellVoucher("G", "gift", PaymentId("v"), SH, "card", 30_000), by="nadia")
    await till.must(pay("plain", "voucher", 18_500, reference="G"), by="nadia")
    await till.must(c.ReturnVoucher("G", SH, "no more wanted"), by="nadia")
    await till.must(c.PayAccount("acme", PaymentId("a"), SH, "card", 5_000), by="nadia")
    given = CheckId("given")
    lines = tuple(LineId(f"g{n}") for n in (1, 2, 3))
    await till.must(c.AddLines(given, tuple(a_line(line) for line in lines)))
    await till.must(c.SendLines(given, lines))
    await till.must(c.CompLine(given, "comp", lines[0], 1_000, "birthday"), by="nadia")
    await till.must(c.GiveDiscount(given, "gold-1", "gold"), by="nadia")
    await till.must(c.VoidLine(given, lines[1], 1_000, "guest-left", made=True), by="nadia")
    owed = house.office.venue.checks[given]
    await till.must(pay("given", "cash", balance(owed), 1_000))
    await till.must(pay("refunded", "card", 18_500, 500))
    refund = c.RefundPayment(
        *(CheckId("refunded"), PaymentId("r"), PaymentId("p-refunded"), SH, 8_500, "cold")
    )
    await till.must(refund, by="nadia")
    await till.must(pay("again", "cash", 18_500))
    await till.must(c.ReopenCheck(CheckId("again"), SH, "wrong table"), by="nadia")
    await till.must(c.CloseCheck(CheckId("again"), SH), by="nadia")
    room = ChargeId("ch")
    charge = c.ChargeRoom(CheckId("room"), room, SH, "s1", "304", "Guest", 18_500, 1_500)
    await till.must(charge)
    await house.office.report(c.SettleCharge(room, "posted", "F-1"))
    await till.must(pay("corrected", "cash", 18_500))
    correct = c.CorrectTender(
        *(CheckId("corrected"), PaymentId("p-corrected"), PaymentId("pc"), "card", "it was a card")
    )
    await till.must(correct, by="nadia")
    stray = c.TakePayment(CheckId("plain"), PaymentId("stray"), SH, "cash", 700, 700)
    await till.must(stray)
    await till.must(c.SettleSuspense(PaymentId("stray"), SH, "returned", "theirs"), by="nadia")
    await till.sign_in("nadia")


def on_paper(house: House) -> dict[str, tuple[int, str]]:
    """What was printed of each kind: its total on record, and the text of the paper."""
    found = {}
    for (data,) in house.rows("SELECT data FROM journal WHERE type = 'FiguresPrinted' ORDER BY n"):
        record = read_event(bytes(data))
        event = CODEC.decode_event(record.type, record.tv, record.body)
        assert isinstance(event, e.FiguresPrinted)
        catalogue = house.office.catalogue
        (effect,) = effects_of(event, house.office.venue, catalogue)
        assert isinstance(effect.payload, PaperJob)
        paper = compose(effect.payload, catalogue, zone_of(catalogue))
        found[event.kind] = (event.total_minor, repr(paper))
    return found


class Books:
    """The back office's side, from the same journal."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def fold(self, house: House) -> None:
        """Take the journal in."""
        events = []
        for n, at_ms, kind, day, data in house.rows(
            "SELECT n, at_ms, type, biz_day, data FROM journal ORDER BY n"
        ):
            record = read_event(bytes(data))
            body = msgspec.json.decode(record.body)
            events.append(JournalEvent(n, at_ms, kind, body, day, record.actor, record.dev))
        await self._database.write(lambda connection: fold(connection, events))

    def total(self, kind: str) -> int:
        """The figure that a kind of the terminal's has here."""
        if kind in ("void", "discount", "comp"):
            lines = self._answer("given", {}).lines
            wanted = [line for line in lines if self._given(line.key) == kind]
            return sum(int(str(line.values["amount"])) for line in wanted)
        report, asks, column = {
            "tender": ("tenders", {}, "amount"),
            "tax": ("taxes", {}, "tax"),
        }.get(kind, ("sales", {"by": kind}, "total"))
        found = sums(BY_KEY[report], self._answer(report, asks).lines)
        self._in_files(report, asks, found)
        return int(str(found[column]))

    @staticmethod
    def _given(key: str) -> str:
        kind, what = key.split("/")[:2]
        return kind if kind == "void" or what != "comp" else "comp"

    def _answer(self, report: str, asks: dict[str, str]) -> Any:
        asked_of = Asked(DAY, DAY, "en", KYIV, dict(asks))
        return self._database.read(lambda one: answer(one, BY_KEY[report], asked_of))

    def _in_files(self, report: str, asks: dict[str, str], found: Any) -> None:
        """The sums stand in XLSX and CSV as on the page."""
        maker = GridMaker(HALYNA, Words("en"), Formats("en", KYIV))
        grid = maker.grid(self._answer(report, asks), Shown(), DAY)
        sheet = load_workbook(BytesIO(workbook(grid))).active
        assert sheet is not None
        (last,) = [row for row in sheet.iter_rows(values_only=True) if row[0] == "Total"]
        money = {round(cell * 100) for cell in last if isinstance(cell, int | float)}
        assert {int(str(value)) for name, value in found.items() if name in MONEY} <= money
        assert "Total" in csv_of(grid).decode("utf-8-sig")


MONEY = {"amount", "tax", "total", "gross", "discount"}


async def test_terminal_paper_and_back_office_say_the_same_of_every_kind(
    house: House, till: Till
) -> None:
    await an_evening(house, till)
    shown = {
        kind: await asked(till, "till_report", kind=kind, language="en", paper=True)
        for kind in REPORTS
    }
    printed = on_paper(house)
    with Database.on_disk(MemoryDisk(image_of(BACK))) as database:
        books = Books(database)
        await books.fold(house)
        for kind, report in shown.items():
            total = report["total_minor"]
            assert (kind, printed[kind][0], books.total(kind)) == (kind, total, total)
            assert f"{total // 100 % 1000},{total % 100:02}" in printed[kind][1], kind
    shift = house.office.venue.shifts[SH].figures
    assert shown["tax"]["total_minor"] == sum(x.tax_minor for x in shift.taxes) - sum(
        x.tax_minor for x in shift.refund_taxes
    )
    assert shown["hour"]["total_minor"] == shift.sales_minor - shift.refunds_minor
    assert shown["hour"]["total_minor"] > shown["comp"]["total_minor"] > 0
    assert min(shown[kind]["total_minor"] for kind in ("void", "discount")) > 0
