"""What the server reads back: a house account, and what somebody read in a hotel's report."""

from typing import Any

import msgspec

from sync_server.domain import commands as c
from sync_server.domain.ids import CheckId, PaymentId
from sync_server.front_office.room_day import stated_on
from sync_server.front_office.statements import LINES
from tests.builders import DAY
from tests.front_office.house import SH, House, Till


async def test_a_statement_has_every_payment_once_in_pages_the_newest_first(
    house: House, till: Till
) -> None:
    await till.sign_in("nadia")
    await till.must(c.OpenShift(SH, "1", 200_000), by="nadia")
    for number in range(LINES + 2):
        paid = c.PayAccount("acme", PaymentId(f"p{number}"), SH, "card", 1_000 + number)
        await till.must(paid, by="nadia")
    answer = await till.ask("statement", account_id="acme")
    lines = msgspec.json.decode(answer.body)["lines"]
    assert [line["amount_minor"] for line in lines] == [-(1_041 - n) for n in range(LINES)]
    assert {line["kind"] for line in lines} == {"AccountPaid"}
    answer = await till.ask("statement", account_id="acme", before_n=lines[-1]["n"])
    older = msgspec.json.decode(answer.body)["lines"]
    assert [line["amount_minor"] for line in older] == [-1_001, -1_000]


async def test_a_statement_is_for_who_may_and_of_an_account_that_is_there(
    house: House, till: Till
) -> None:
    assert (await till.ask("statement", account_id="acme")).code == "session_ended"
    await till.sign_in("olena")
    assert (await till.ask("statement", account_id="acme")).code == "not_allowed"
    await till.sign_in("nadia")
    assert (await till.ask("statement", account_id="nobody")).code == "no_account"


def printed(house: House) -> list[dict[str, Any]]:
    """The papers of sums that are on record."""
    rows = house.rows("SELECT data FROM journal WHERE type = 'FiguresPrinted' ORDER BY n")
    return [msgspec.json.decode(bytes(row[0]))["body"] for row in rows]


async def test_an_invoice_has_the_tax_of_what_is_owed_by_rate_and_a_number_that_rises(
    house: House, till: Till
) -> None:
    await till.sign_in("nadia")
    await till.must(c.OpenShift(SH, "1", 200_000), by="nadia")
    for number, part in enumerate((10_000, 18_500), 1):
        name = f"k{number}"
        await till.order(name, number, by="nadia")
        charge = c.TakePayment(
            CheckId(name), PaymentId(f"a{number}"), SH, "account", part, reference="acme"
        )
        rest = c.TakePayment(CheckId(name), PaymentId(f"b{number}"), SH, "cash", 8_500, 8_500)
        await till.must(*([charge, rest] if number == 1 else [charge]), by="nadia")
    await till.must(c.PayAccount("acme", PaymentId("p"), SH, "card", 4_000), by="nadia")
    assert not (await till.ask("account_paper", account_id="acme", document="invoice")).code
    (said,) = printed(house)
    # 245.00 is owed: all of the newer check (185.00) and 60.00 of the older one; 20 % is inside.
    assert [row["amount_minor"] for row in said["rows"]] == [6_000, 18_500]
    (tax,) = said["taxes"]
    assert (tax["rate_bp"], tax["base_minor"], tax["tax_minor"]) == (2_000, 20_417, 4_083)
    assert said["total_minor"] == tax["base_minor"] + tax["tax_minor"] == 24_500
    assert said["number"] == 1
    assert not (await till.ask("check_invoice", check_id="k2", buyer="TOV", buyer_code="4000")).code
    _, said = printed(house)
    assert (said["number"], said["buyer"], said["total_minor"]) == (2, "TOV", 18_500)
    assert (await till.ask("check_invoice", check_id="k2", buyer=" ")).code == "bad_text"
    assert (await till.ask("check_invoice", check_id="none", buyer="TOV")).code == "no_check"


async def test_what_an_account_owes_is_paid_by_any_tender_that_money_comes_in(
    house: House, till: Till
) -> None:
    await till.must(c.OpenShift(SH, "1", 200_000), by="nadia")
    gift = c.SellVoucher("G-1", "gift", PaymentId("g"), SH, "card", 3_000)
    await till.must(gift, by="nadia")
    for tender, reference in (("cash", ""), ("card", "A1"), ("bank", "17"), ("voucher", "G-1")):
        paid = c.PayAccount(
            "acme",
            PaymentId(tender),
            SH,
            tender,
            1_000,
            1_000 if tender == "cash" else 0,
            reference,
        )
        await till.must(paid, by="nadia")
    venue = house.office.venue
    assert venue.owed["acme"] == -4_000
    assert venue.vouchers["G-1"].left_minor == 2_000
    assert venue.shifts[SH].drawer_minor == 201_000
    more = c.PayAccount("acme", PaymentId("x"), SH, "voucher", 2_001, 0, "G-1")
    assert (await till.do(more, by="nadia")).code == "voucher_short"
    odd = c.PayAccount("acme", PaymentId("y"), SH, "account", 1, 0, "acme")
    assert (await till.do(odd, by="nadia")).code == "bad_amount"
    ledger = house.rows("SELECT account, sum(amount_minor) FROM ledger GROUP BY account")
    booked = {row[0]: int(row[1]) for row in ledger}
    assert (booked["bank"], booked["vouchers"], booked["account:acme"]) == (1_000, -2_000, -4_000)
    assert sum(booked.values()) == 0


async def test_what_was_read_in_the_hotels_report_outlives_a_restart_and_the_last_one_counts(
    house: House, till: Till
) -> None:
    assert await stated_on(house.database, DAY) is None
    await till.must(c.StateHotelTotal(DAY, 69_500), c.StateHotelTotal("2026-11-20", 1), by="nadia")
    await till.must(c.StateHotelTotal(DAY, 70_000), by="nadia")
    for no_day in ("yesterday", "9999-99-99", "2026-02-29", "20261121"):
        wrong = await till.do(c.StateHotelTotal(no_day, 1), by="nadia")
        assert (wrong.outcome, wrong.code) == ("refused", "bad_text")
    assert (await till.do(c.StateHotelTotal(DAY, 10**15), by="nadia")).code == "bad_amount"
    assert (await till.do(c.StateHotelTotal(DAY, 1), by="olena")).code == "not_allowed"
    await house.restart()
    kept = await stated_on(house.database, DAY)
    assert kept is not None
    assert (kept.total_minor, kept.by) == (70_000, "nadia")
