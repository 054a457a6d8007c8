"""One event of the till being told: what is known of its check, and how a fact is written of it.

Rule: who, when, where and whose table stand on every fact, so no report has to look them up. The
day is the business day in which it happened. Neighbours: `till` (who asks), `till_checks` and
`till_money` (what each event means), `till_tables` (the rows).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from sqlalchemy import Connection

from sync_server.domain import events as e
from sync_server.domain.figures import cash_of

from .intake import JournalEvent


@dataclass(slots=True)
class OpenCheck:
    """A check as far as reports care."""

    number: str = ""
    kind: str = ""
    table_id: str = ""
    owner: str = ""
    bills: int = 0
    grants: list[dict[str, Any]] = field(default_factory=list)


class TillBatch(Protocol):
    """Where facts are gathered."""

    connection: Connection
    forgotten: list[str]
    """Marks of guests whose names are to be erased with this batch."""

    def check(self, check_id: str) -> OpenCheck:
        """An open check; an unknown one is empty."""

    def add(self, event: JournalEvent, values: Mapping[str, Any]) -> None:
        """A row of facts; what is not named is empty."""

    def found(self, kind: str, line_id: str) -> Any:
        """The last fact of a kind about a line (or a charge)."""


@dataclass(frozen=True, slots=True)
class Told:
    """One event being folded."""

    batch: TillBatch
    event: JournalEvent

    def fact(self, kind: str, check_id: str = "", **values: Any) -> None:
        """A fact with who, when, where; the check's number, table and owner with it."""
        known = self.batch.check(check_id) if check_id else OpenCheck()
        given = {
            "kind": kind,
            "day": day_of(self.event),
            "device": self.event.device,
            "by": who_of(self.event),
            "owner": known.owner,
            "check_id": check_id,
            "number": known.number,
            "table_id": known.table_id or known.kind,
        }
        self.batch.add(self.event, given | values)

    def payment(self, payment: e.Payment, why: str, sign: int = 1, check_id: str = "") -> None:
        """Money of a tender, with what it does to the drawer."""
        self.fact(
            "tender",
            check_id,
            key=payment.tender,
            reason=why,
            shift_id=payment.shift_id,
            line_id=payment.payment_id,
            qty_milli=sign * 1000,
            gross_minor=sign * (payment.amount_minor + payment.tip_minor),
            tip_minor=sign * payment.tip_minor,
            cash_minor=sign * cash_of(payment),
        )

    def points(self, way: str, card: str, change_minor: int, check_id: str) -> None:
        """Points that came onto a club card or went off it."""
        self.fact("points", check_id, key=way, line_id=card, gross_minor=change_minor)

    def taxes(self, check_id: str, taxes: Sequence[e.TaxSum], sign: int) -> None:
        """Tax by rate, counted or taken back."""
        for tax in taxes:
            self.fact(
                "tax",
                check_id,
                key=f"{tax.rate_bp:05}",
                reason=tax.tax_id,
                gross_minor=sign * tax.base_minor,
                tax_minor=sign * tax.tax_minor,
            )


def day_of(event: JournalEvent) -> str:
    """The business day in which it happened, as the journal has it: the one rule for money, here
    and on the terminal. A check that was opened yesterday is sold on the day it closes."""
    return event.day or str(event.body.get("day", ""))


def who_of(event: JournalEvent) -> str:
    """Whom the event itself names, else whoever made the tap."""
    body = event.body
    payment, grant = body.get("payment"), body.get("grant")
    within = (
        payment if isinstance(payment, Mapping) else grant if isinstance(grant, Mapping) else {}
    )
    return str(body.get("by") or within.get("by") or event.by or body.get("staff_id", ""))
