"""The guest's copy by e-mail: handed to a relay that speaks SMTP, or said why not."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from email import message_from_bytes, policy

import pytest

from sync_server.domain import commands as c
from sync_server.domain.ids import LineId, PaymentId
from sync_server.front_office.asks import Asks
from sync_server.mail import BillMail, address_of
from tests.builders import a_line
from tests.front_office.house import SH, House, K, Till


class Relay:
    """A mail relay of a few lines: keeps what it is given, refuses `nobody@…`."""

    def __init__(self) -> None:
        self.mails: list[bytes] = []
        self.port = 0

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 relay\r\n")
        while line := await reader.readline():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                body = await reader.readuntil(b"\r\n.\r\n")
                self.mails.append(body)
            if word == b"RCPT" and b"nobody@" in line:
                writer.write(b"550 no such guest\r\n")
            elif word == b"EHLO":
                writer.write(b"250-relay\r\n250 SMTPUTF8\r\n")
            elif word == b"QUIT":
                writer.write(b"221 bye\r\n")
                break
            else:
                writer.write(b"250 well\r\n")
        await writer.drain()
        writer.close()


@asynccontextmanager
async def relay() -> AsyncIterator[Relay]:
    made = Relay()
    async with await asyncio.start_server(made.talk, "127.0.0.1", 0) as server:
        made.port = server.sockets[0].getsockname()[1]
        yield made


async def closed_bill(house: House, till: Till, port: int) -> Asks:
    """Nadia has taken 185.00 for a borscht; copies go by the relay at `port`."""
    await till.sign_in("nadia")
    await till.must(c.OpenShift(SH, "1", 200_000), by="nadia")
    await till.must(c.OpenCheck(K, f"{till.code}-001", "table", "t3"), by="nadia")
    await till.must(c.AddLines(K, (a_line("l1"),)), by="nadia")
    await till.must(c.SendLines(K, (LineId("l1"),)), by="nadia")
    await till.must(c.TakePayment(K, PaymentId("p"), SH, "card", 18_500, 18_500), by="nadia")
    asks = house.office.asks
    assert isinstance(asks, Asks)
    asks.mail = BillMail(house.office, f"127.0.0.1:{port}", "bills@vitrylo.test")
    return asks


async def test_the_copy_has_the_receipts_lines_and_goes_to_one_address(
    house: House, till: Till
) -> None:
    now = house.office.catalogue
    settings = replace(now.settings, name="<b>Wok & Co</b>", bill_link="https://bill.test/{number}")
    online = replace(now, number=now.number + 1, settings=settings)
    digest = await house.office.catalogues.store(online)
    await house.office.report(c.PublishCatalogue(online.number, digest))
    async with relay() as smtp:
        await closed_bill(house, till, smtp.port)
        answer = await till.ask("mail_bill", check_id=K, address="anna.kowalska@example.test")
        assert not answer.code, answer.params
        (mail,) = smtp.mails
    message = message_from_bytes(mail, policy=policy.default)
    assert message["To"] == "anna.kowalska@example.test"
    assert message["Date"] is not None
    assert message["Message-ID"].endswith("@vitrylo.test>")
    said = {}
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        assert body is not None
        said[kind] = body.get_content().replace("\u00a0", " ")
        assert "borscht" in said[kind]
        assert "185,00" in said[kind]
        assert "https://bill.test/" in said[kind], "what is photographed on paper is tapped here"
        assert "[QR" not in said[kind]
    assert "<pre " in said["html"], "columns stand by letters of one width"
    assert "&lt;b&gt;Wok &amp; Co&lt;/b&gt;" in said["html"]


async def test_a_refusal_a_dead_relay_and_no_relay_are_said(house: House, till: Till) -> None:
    async with relay() as smtp:
        asks = await closed_bill(house, till, smtp.port)
        refused = await till.ask("mail_bill", check_id=K, address="nobody@example.test")
        assert refused.code == "mail_refused"
        assert not smtp.mails
    gone = await till.ask("mail_bill", check_id=K, address="anna@example.test")
    assert gone.code == "mail_away"
    unknown = await till.ask("mail_bill", check_id="none", address="anna@example.test")
    assert unknown.code == "no_check"
    asks.mail = BillMail(house.office, "", "")
    assert (await till.ask("mail_bill", check_id=K, address="a@b.test")).code == "mail_off"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "anna",
        "anna@",
        "@b.test",
        "a b@c.test",
        "a@b.test\nBcc: x@y.test",
        "a@b",
        "a@b.test,c@d.test",
    ],
)
def test_text_that_is_no_address_is_none(text: str) -> None:
    assert address_of(text) is None
