"""A copy of the bill by e-mail, through a relay of the house.

Rule: only while the house has a link and a relay (`vitrylo.toml`, `mail_relay = "127.0.0.1:25"`);
one message for each question, never repeated by itself: whether it went is said at once, and the
guest can be asked again. The text is that of the receipt, once plain and once in letters of one
width, since its columns stand by them; an address can carry no second header.
Neighbours: `front_office.asks` lets the question in, `paper` words the receipt.
"""

import asyncio
import smtplib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from html import escape
from typing import Any, Protocol

from hardware.documents import QR, Block, DocumentError, Text
from hardware.plain_text import body_lines, footer_lines
from sync_server.domain.checks import Check
from sync_server.domain.menu import Catalogue
from sync_server.domain.outward import PaperJob
from sync_server.domain.venue import Venue
from sync_server.paper.composing import NotComposable, compose
from sync_server.paper.figures import zone_of

SEND_S = 10.0
ADDRESS_LENGTH = 254
CODES_FOR_GOOD = range(500, 600)
_LINKS = ("https://", "http://")
_PAGE = (
    '<html><body><pre style="font-family: Menlo, Consolas, monospace; font-size: 14px">'
    "{}</pre></body></html>"
)


class Office(Protocol):
    """What is read of the live service."""

    @property
    def clock(self) -> Callable[[], int]:
        """Milliseconds, UTC."""

    @property
    def catalogue(self) -> Catalogue:
        """The version in force."""

    @property
    def venue(self) -> Venue:
        """The committed state."""


class BillMail:
    """Sends copies of bills. `relay` is host:port, empty for none; `sender` the house's address."""

    def __init__(self, office: Office, relay: str, sender: str) -> None:
        self._office = office
        self._relay, self._sender = relay, sender

    async def send(self, check_id: str, address: str, by: str) -> tuple[str, dict[str, Any]]:
        """A code, or "" when the relay took it: `mail_off`, `mail_address`, `no_check`,
        `mail_away` (no relay answers), `mail_refused` with its reason."""
        if not self._relay or not self._sender:
            return "mail_off", {}
        to = address_of(address)
        if to is None:
            return "mail_address", {}
        check = self._office.venue.check(check_id)
        if check is None or check.state != "closed":
            return "no_check", {}
        try:
            message = self._message(check, to, by)
        except (NotComposable, DocumentError, MessageError, ValueError):
            return "mail_address", {}
        return await asyncio.to_thread(self._hand_over, message)

    def _message(self, check: Check, to: Address, by: str) -> EmailMessage:
        catalogue = self._office.catalogue
        table = catalogue.tables.get(check.table_id)
        job = PaperJob(
            "receipt",
            "",
            catalogue.settings.language,
            self._office.clock(),
            by,
            table=table.label if table else check.name,
            check=check,
        )
        paper = compose(job, catalogue, zone_of(catalogue))
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = to
        message["Subject"] = f"{catalogue.settings.name} · {check.number}"
        message["Date"] = datetime.fromtimestamp(job.at_ms / 1000, zone_of(catalogue))
        message["Message-ID"] = f"<{check.check_id}.{job.at_ms}@{self._sender.partition('@')[2]}>"
        blocks = tuple(_readable(block) for block in paper.blocks)
        paper = replace(paper, blocks=blocks)
        text = "\n".join((*body_lines(paper), *footer_lines(paper)))
        message.set_content(text)
        message.add_alternative(_PAGE.format(escape(text)), subtype="html")
        return message

    def _hand_over(self, message: EmailMessage) -> tuple[str, dict[str, Any]]:
        host, _, port = self._relay.rpartition(":")
        try:
            with smtplib.SMTP(host, int(port), timeout=SEND_S) as relay:
                relay.send_message(message)
        except smtplib.SMTPRecipientsRefused as refused:
            code, _ = next(iter(refused.recipients.values()))
            return ("mail_refused" if code in CODES_FOR_GOOD else "mail_away"), {"reason": code}
        except smtplib.SMTPResponseException as refused:
            return "mail_refused", {"reason": refused.smtp_code}
        except (OSError, ValueError, smtplib.SMTPException):
            return "mail_away", {}
        return "", {}


def _readable(block: Block) -> Block:
    """A code to be photographed is its link here, to be tapped."""
    if not isinstance(block, QR):
        return block
    link = block.data if block.data.startswith(_LINKS) else ""
    return Text(f"{block.caption}: {link}" if link else "")


def address_of(text: str) -> Address | None:
    """The address somebody typed; None for text that is none."""
    text = text.strip()
    if len(text) > ADDRESS_LENGTH or not text.isprintable() or " " in text:
        return None
    try:
        found = Address(addr_spec=text)
    except (MessageError, ValueError, IndexError):
        return None
    return found if found.username and "." in found.domain.strip(".") else None
