"""Reports, the journal and the papers of the cash desk, asked of the real server."""

from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from sync_server.back_office.intake import JournalEvent
from sync_server.back_office.reports.catalogue import BY_KEY, answer
from sync_server.back_office.reports.report import Asked, sums
from sync_server.back_office.till import fold
from sync_server.domain import commands as c
from sync_server.domain.decisions import open_matters
from sync_server.domain.ids import CheckId, LineId, PaymentId
from sync_server.protocol.envelope import read_event
from sync_server.store.database import Database, MemoryDisk
from tests.builders import DAY, a_line
from tests.front_office.house import SH, House, K, Till
from tests.store.ready_made import BACK, image_of

NEXT_DAY = "2026-11-22"


async def asked(till: Till, what: str, **params: Any) -> Any:
    answer = await till.ask(what, **params)
    assert answer.code == "", answer
    return msgspec.json.decode(answer.body)


async def an_evening(till: Till) -> None:
    """Two plates, one of them given, paid with a card; money towards a company's account."""
    await till.must(c.OpenShift(SH, "1", 200_000), by="nadia")
    await till.order()
    await till.must(c.AddLines(K, (a_line("l2"),)))
    await till.must(c.SendLines(K, (LineId("l2"),)))
    await till.must(c.CompLine(K, "given", LineId("l2"), 1_000, "birthday"), by="nadia")
    await till.must(c.TakePayment(K, PaymentId("p"), SH, "card", 18_500, tip_minor=1_000))
    await till.must(c.PayAccount("acme", PaymentId("a"), SH, "card", 5_000), by="nadia")
    await till.sign_in("nadia")


async def test_each_report_adds_up_to_what_was_sold_and_is_the_same_for_its_one_shift(
    house: House, till: Till
) -> None:
    await an_evening(till)
    expected = {
        "hour": 18_500,
        "category": 18_500,
        "item": 18_500,
        "waiter": 18_500,
        "hall": 18_500,
        "terminal": 18_500,
        "tender": 24_500,
        "comp": 18_500,
        "discount": 0,
        "void": 0,
    }
    for kind, total in expected.items():
        day = await asked(till, "till_report", kind=kind, language="en")
        assert (kind, day["total_minor"]) == (kind, total)
        assert await asked(till, "till_report", kind=kind, language="en", shift_id=SH) == day
    assert (await asked(till, "till_report", kind="item"))["rows"][0]["count"] == 2_000
    figures = house.office.venue.shifts[SH].figures
    tax = await asked(till, "till_report", kind="tax")
    assert tax["total_minor"] == sum(each.tax_minor for each in figures.taxes)


async def test_a_report_on_paper_is_on_record_with_what_stood_on_it(
    house: House, till: Till
) -> None:
    await an_evening(till)
    await asked(till, "till_report", kind="tender", paper=True)
    (data,) = house.rows("SELECT data FROM journal WHERE type = 'FiguresPrinted'")
    body = msgspec.json.decode(bytes(data[0]))["body"]
    assert (body["document"], body["kind"], body["by"]) == ("report", "tender", "nadia")
    assert body["rows"] == [{"name": "card", "amount_minor": 24_500}]


async def test_the_journal_is_found_by_check_person_and_sum_down_to_the_tap(
    house: House, till: Till
) -> None:
    await an_evening(till)
    number = house.office.venue.closed[K].number
    lines = (await asked(till, "journal", number=number, amount_minor=18_500))["lines"]
    paid = next(line for line in lines if line["type"] == "PaymentTaken")
    assert (paid["by"], paid["dev"], paid["command"]) == ("olena", till.code, "TakePayment")
    assert min(paid["seq"], paid["made_ms"]) > 0
    mine = (await asked(till, "journal", staff_id="nadia"))["lines"]
    assert {"ShiftOpened", "AccountPaid"} <= {line["type"] for line in mine}
    assert "PaymentTaken" not in {line["type"] for line in mine}
    older = await asked(till, "journal", before_n=paid["n"])
    assert all(line["n"] < paid["n"] for line in older["lines"])
    assert older["before_n"] == 0
    at = house.now_ms + 1
    assert not (await asked(till, "journal", from_ms=at))["lines"]


async def test_a_number_that_came_again_finds_the_checks_of_every_day(
    house: House, till: Till
) -> None:
    await till.must(c.OpenShift(SH, "1", 0), by="nadia")
    for check, day in (("old", "2026-11-22"), ("new", "2026-11-23"), ("newest", "2026-11-24")):
        await till.order(check, 1)
        await till.must(c.TakePayment(CheckId(check), PaymentId(check), SH, "card", 18_500))
        matters = tuple(open_matters(house.office.venue))
        await till.must(c.CloseDay(matters, tuple("stays" for _ in matters)), by="nadia")
        await till.must(c.OpenDay(day), by="nadia")
    await till.sign_in("nadia")
    number = f"{till.code}-001"
    found = (await asked(till, "journal", number=number))["lines"]
    kinds = [line["type"] for line in found]
    assert kinds.count("CheckOpened") == kinds.count("PaymentTaken") == 3
    assert {line["number"] for line in found} == {number}
    assert not (await asked(till, "journal", number=number[:-1]))["lines"]


async def test_a_company_gets_an_invoice_of_what_it_owes_with_a_number_that_rises(
    house: House, till: Till
) -> None:
    await an_evening(till)
    paper = {"account_id": "acme", "document": "invoice"}
    assert (await till.ask("account_paper", **paper)).code == "nothing_due"
    await asked(till, "account_paper", account_id="acme", document="statement")
    assert house.office.venue.invoice_no == 0
    await till.must(
        c.OpenCheck(CheckId("m"), f"{till.code}-002", "table", "t2", guests=1),
        c.AddLines(CheckId("m"), (a_line("m1"),)),
        c.SendLines(CheckId("m"), (LineId("m1"),)),
        c.TakePayment(CheckId("m"), PaymentId("m"), SH, "account", 18_500, reference="acme"),
        by="nadia",
    )
    for number in (1, 2):
        await asked(till, "account_paper", **paper)
        assert house.office.venue.invoice_no == number
    data = house.rows("SELECT data FROM journal WHERE type = 'FiguresPrinted'")[-1]
    body = msgspec.json.decode(bytes(data[0]))["body"]
    assert [row["amount_minor"] for row in body["rows"]] == [13_500]
    assert body["total_minor"] == 13_500 == house.office.venue.owed["acme"]


async def test_reports_and_the_journal_are_for_who_may(house: House, till: Till) -> None:
    assert (await till.ask("till_report", kind="hour")).code == "session_ended"
    await till.sign_in("olena")
    assert (await till.ask("till_report", kind="hour")).code == "not_allowed"
    assert (await till.ask("journal")).code == "not_allowed"


async def in_books(house: House, day: str) -> tuple[int, int]:
    """What the back office says of a day, from the same journal: sales, and money by tender."""
    rows = house.rows("SELECT n, at_ms, type, biz_day, data FROM journal ORDER BY n")
    events = []
    for n, at_ms, kind, biz_day, data in rows:
        record = read_event(bytes(data))
        body = msgspec.json.decode(record.body)
        events.append(JournalEvent(n, at_ms, kind, body, biz_day, record.actor, record.dev))
    asked_of = Asked(day, day, "en", ZoneInfo("Europe/Kyiv"), {})
    with Database.on_disk(MemoryDisk(image_of(BACK))) as books:
        await books.write(lambda connection: fold(connection, events))
        sales = books.read(lambda connection: answer(connection, BY_KEY["sales"], asked_of))
        money = books.read(lambda connection: answer(connection, BY_KEY["tenders"], asked_of))
    sold = sums(BY_KEY["sales"], sales.lines).get("total", 0)
    taken = sums(BY_KEY["tenders"], money.lines).get("amount", 0)
    return int(str(sold)), int(str(taken))


async def test_terminal_and_back_office_count_money_on_the_day_it_came(
    house: House, till: Till
) -> None:
    await till.must(c.OpenShift(SH, "1", 200_000), by="nadia")
    await till.order()
    await till.order("k2", 2)
    await till.must(c.TakePayment(CheckId("k2"), PaymentId("p2"), SH, "card", 18_500))
    matters = tuple(open_matters(house.office.venue))
    await till.must(c.CloseDay(matters, tuple("stays" for _ in matters)), by="nadia")
    await till.must(c.OpenDay(NEXT_DAY), by="nadia")
    await till.must(c.TakePayment(K, PaymentId("p"), SH, "card", 18_500, tip_minor=500))
    await till.sign_in("nadia")
    now = {
        kind: (await asked(till, "till_report", kind=kind))["total_minor"]
        for kind in ("hour", "tender")
    }
    assert now == {"hour": 18_500, "tender": 19_000}
    assert await in_books(house, NEXT_DAY) == (18_500, 19_000)
    assert await in_books(house, DAY) == (18_500, 18_500)
