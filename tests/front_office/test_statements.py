"""The statement of a house account, read from the ledger by the server."""

import msgspec

from sync_server.domain import commands as c
from sync_server.domain.ids import PaymentId
from sync_server.front_office.statements import LINES
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
