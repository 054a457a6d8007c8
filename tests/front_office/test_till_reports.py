"""Reports, the journal and the papers of the cash desk, asked of the real server."""

from typing import Any

import msgspec

from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, LineId, PaymentId
from tests.builders import a_line
from tests.front_office.house import SH, House, K, Till


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
