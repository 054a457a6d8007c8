"""Codes that the guest photographs from the screen: one that pays, and the bill itself.

Part of the pay screen. Rule: a code proves nothing. Showing one books nothing; the payment is a
fact only when somebody saw the money arrive and says so here, and then it is what the code said,
whatever became of the check meanwhile. Nothing needs the server: the code is made here. What it
says: `sync_server.paper.codes`.
"""

from dataclasses import dataclass

from pos_app import formats
from pos_app.presenters.presenter import Presenter
from pos_app.presenters.shown import NO_SHEET, Act, Sheet
from sync_server.domain import commands as c
from sync_server.domain.checks import Check, totals_of
from sync_server.domain.ids import PaymentId, ShiftId
from sync_server.domain.qr_codes import payment_reference
from sync_server.paper.codes import bill_code, payment_code
from sync_server.paper.figures import Figures, zone_of


@dataclass(frozen=True, slots=True)
class Asked:
    """What a code on the screen asks for."""

    check: Check
    shift_id: ShiftId
    amount_minor: int
    tip_minor: int
    reference: str
    receipt: bool


class CodeShowing:
    """State: what is asked for by the code on the screen, or the check whose bill is shown."""

    def __init__(self, presenter: Presenter) -> None:
        self._on = presenter
        self.shut()

    def shut(self) -> None:
        """No code stands on the screen."""
        self.asked: Asked | None = None
        self.bill: Check | None = None

    def ask(self, check: Check, shift_id: ShiftId, amount: int, tip: int, receipt: bool) -> None:
        """Show the code that pays this."""
        reference = payment_reference(check.number, check.day, len(check.payments))
        self.asked = Asked(check, shift_id, amount, tip, reference, receipt)

    def paid(self) -> c.TakePayment | None:
        """The payment that the code asked for, which somebody saw arrive; only once."""
        asked = self.asked
        self.shut()
        if asked is None:
            return None
        return c.TakePayment(
            asked.check.check_id,
            PaymentId(self._on.desk.new_id()),
            asked.shift_id,
            "qr",
            asked.amount_minor,
            tip_minor=asked.tip_minor,
            reference=asked.reference,
            receipt=asked.receipt,
        )

    def sheet(self) -> Sheet:
        """The code, large, with what it is for."""
        if self.asked is not None:
            return self._payment(self.asked)
        return self._bill(self.bill) if self.bill is not None else NO_SHEET

    def _payment(self, asked: Asked) -> Sheet:
        on, full = self._on, asked.amount_minor + asked.tip_minor
        settings = on.desk.catalogue.settings
        said = payment_code(settings, formats.exact(full, on.currency), full, asked.reference)
        return Sheet(
            "code" if said else "choices",  # the money may have come by a code of another's making
            on.say("qr_pays", sum=on.money(full)),
            text=on.say("qr_pays_text", reference=asked.reference),
            entry=said,
            cancel=Act("code_do:leave", on.say("cancel")),
            confirm=Act("code_do:paid", on.say("qr_arrived"), "go"),
            alone=True,
        )

    def _bill(self, check: Check) -> Sheet:
        on, catalogue = self._on, self._on.desk.catalogue
        settings = catalogue.settings
        figures = Figures(settings.language, settings.currency, zone_of(catalogue))
        at_ms = check.closed_ms or on.desk.now_ms()
        total = totals_of(check).total_minor
        return Sheet(
            "code",
            on.say("qr_bill", number=check.number),
            text=on.say("qr_bill_text"),
            entry=bill_code(settings, check.number, total, at_ms, figures),
            confirm=Act("code_do:leave", on.say("done"), "accent"),
        )
