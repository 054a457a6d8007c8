"""Closed checks: found by number, sum, table or card; refunded, taken up again, corrected.

Rule: nothing is edited. A refund goes back in the tender it came in; a tender is corrected only
while its drawer is not counted; the domain (`corrections`) says no, this tab says why.
"""

from pos_app import formats
from pos_app.presenters.asking import Answers, Step
from pos_app.presenters.cash_section import SHOWN, Section
from pos_app.presenters.company_invoice import buyer_steps, print_invoice
from pos_app.presenters.shown import Act, Card, Pair
from sync_server.domain import commands as c
from sync_server.domain.checks import HOLDING, Check, balance, totals_of
from sync_server.domain.corrections import CORRECTABLE
from sync_server.domain.events import Payment
from sync_server.domain.ids import CheckId, PaymentId

_REFUND_REASONS = ("return", "refund")


class ChecksSection(Section):
    """The list of the latest closed checks, and one of them with its payments."""

    def _found(self) -> list[Check]:
        venue, sought = self.on.desk.venue, self.on.sought.casefold().strip()
        open_again = [x for x in venue.checks.values() if x.payments and not balance(x)]
        checks = [*venue.closed.values(), *open_again]
        closed = [x for x in reversed(checks) if x.live or x.payments]
        return [check for check in closed if not sought or self._fits(check, sought)][:SHOWN]

    def _fits(self, check: Check, sought: str) -> bool:
        table = self.on.desk.catalogue.tables.get(check.table_id)
        total = totals_of(check).total_minor
        return (
            sought in check.number.casefold()
            or (table is not None and sought == table.label.casefold())
            or any(
                paid.reference and sought in paid.reference.casefold() for paid in check.payments
            )
            or sought.replace(",", ".") == f"{total // 100}.{total % 100:02d}"
            or sought == str(total // 100)
        )

    def cards(self) -> tuple[Card, ...]:
        """Number, place, when and who, total."""
        return tuple(self._card(check) for check in self._found())

    def _card(self, check: Check) -> Card:
        on = self.on
        place = on.where(check)
        when = on.say("closed_at", at=on.clock(check.closed_ms), name=on.person(check.owner))
        picked = check.check_id == on.picked
        stripe = "accent" if picked else "hold" if check.state == "open" else "line"
        return Card(
            " · ".join(part for part in (check.number, place) if part),
            (on.say("state_seated") if check.state == "open" else when,),
            on.amount(totals_of(check).total_minor),
            stripe,
            f"open:{check.check_id}",
        )

    def empty(self) -> str:
        """Nothing was closed, or nothing fits."""
        return self.on.say("no_closed")

    @property
    def check(self) -> Check | None:
        """The one that is picked."""
        return self.on.desk.venue.check(self.on.picked)

    def title(self) -> str:
        """Its number, or what is sought."""
        if self.check is not None:
            return f"№ {self.check.number}"
        return self.on.say("found_by", what=self.on.sought) if self.on.sought else ""

    def rows(self) -> tuple[Pair, ...]:
        """Total and taxes of the one that is picked."""
        if self.check is None:
            return ()
        on, totals = self.on, totals_of(self.check)
        return (
            Pair(on.say("total"), on.money(totals.total_minor), "strong", rule=True),
            *(Pair(self._tax(t.rate_bp), on.amount(t.tax_minor)) for t in totals.taxes),
        )

    def _tax(self, rate_bp: int) -> str:
        rate = formats.percent(rate_bp, self.on.language)
        return self.on.say("tax_inside", rate=rate)

    def notes(self) -> tuple[Card, ...]:
        """Its payments with what was given back of them."""
        paid = self.check.payments if self.check else ()
        return tuple(self._paid(payment) for payment in paid if payment.state in HOLDING)

    def _paid(self, payment: Payment) -> Card:
        on, lines = self.on, []
        if payment.reference:
            lines.append(payment.reference)
        if payment.tip_minor:
            lines.append(on.say("with_tip", sum=on.amount(payment.tip_minor)))
        back = payment.refunded_minor + payment.refunded_tip_minor
        if back:
            lines.append(on.say("refunded_of", sum=on.amount(back)))
        name = on.say(f"tender_{payment.tender}")
        said = (" · ".join(lines),) if lines else ()
        return Card(name, said, on.amount(payment.amount_minor), "late" if back else "")

    def actions(self) -> tuple[Act, ...]:
        """Search, and what may become of the one that is picked."""
        on, check = self.on, self.check
        find = Act("do:find", on.say("find_check"), "outline", icon="search")
        if check is None:
            return (find,)
        if check.state == "open":
            return (Act("do:close", on.say("close_again"), "accent"), find)
        return (
            Act("do:refund", on.say("refund"), "plain", any(map(_left, check.payments))),
            Act("do:refund_tip", on.say("refund_tip"), "plain", any(map(_tip, check.payments))),
            Act("do:reopen", on.say("reopen_check")),
            Act("do:copy", on.say("copy_receipt"), "plain", on.may("pre_bill")),
            Act(
                "do:mail", on.say("mail_copy"), "plain", on.may("pre_bill") and on.desk.link.online
            ),
            Act("do:correct", on.say("correct_tender"), "plain", bool(self._wrong(check))),
            Act("do:invoice", on.say("company_invoice"), "plain", on.may("take_cash")),
            find,
        )

    def do_find(self) -> None:
        """Ask what is sought; nothing shows all again."""
        step = Step(
            "text", "sought", self.on.say("find_check"), (), self.on.say("find_hint"), optional=True
        )
        self.on.asking.begin((step,), self._sought)

    def _sought(self, answers: Answers) -> None:
        self.on.sought, self.on.picked = answers["sought"], ""

    def _which(self, payments: list[Payment]) -> tuple[Step, ...]:
        """Ask which payment, if there are several."""
        on = self.on
        acts = tuple(
            Act(
                f"pick:{paid.payment_id}",
                on.say(f"tender_{paid.tender}"),
                note=on.amount(paid.amount_minor),
            )
            for paid in payments
        )
        return (Step("pick", "payment", on.say("which_payment"), acts),) if len(acts) > 1 else ()

    def do_refund(self) -> None:
        """A part of a payment goes back."""
        self._ask_refund(tip=False)

    def do_refund_tip(self) -> None:
        """A tip goes back, apart from the sale."""
        self._ask_refund(tip=True)

    def _ask_refund(self, *, tip: bool) -> None:
        check, on = self.check, self.on
        payments = [p for p in check.payments if (_tip(p) if tip else _left(p))] if check else []
        if check is None or not payments:
            return
        left = max((_tip(p) if tip else _left(p)) for p in payments)
        title = on.say("refund_how_much", sum=on.money(left))
        steps = (*self._which(payments), Step("sum", "sum", title, start=str(left)))

        def done(answers: Answers) -> None:
            payment_id = PaymentId(answers.get("payment", payments[0].payment_id))
            amount = int(answers["sum"] or "0")
            known = next(p for p in check.payments if p.payment_id == payment_id)
            asks = self._terminal_knows(known)
            beside = on.desk.venue.shift_at(on.desk.device.drawer)
            command = (c.BackToCard if asks else c.RefundPayment)(
                check.check_id,
                PaymentId(on.desk.new_id()),
                payment_id,
                beside.shift_id if asks and beside is not None else on.shift_id,
                0 if tip else amount,
                answers["reason"],
                amount if tip else 0,
            )
            on.send(command, on.say("card_back_asked" if asks else "done_refund"))

        on.reasoned(_REFUND_REASONS, steps, done)

    def _terminal_knows(self, payment: Payment) -> bool:
        """Whether the card terminal here charged it and can give it back."""
        desk = self.on.desk
        terminal = desk.catalogue.card_terminals.get(desk.device.drawer)
        asked = desk.venue.cards.get(payment.payment_id)
        by_machine = asked is not None and not asked.by_hand and bool(asked.references)
        return terminal is not None and desk.link.online and by_machine

    def do_reopen(self) -> None:
        """Take the check up again, with a reason."""
        on, picked = self.on, CheckId(self.on.picked)

        def done(answers: Answers) -> None:
            command = c.ReopenCheck(picked, on.shift_id, answers["reason"])
            on.send(command, on.say("done_reopen"))

        on.reasoned((), (), done)

    def do_close(self) -> None:
        """A check that was taken up again owes nothing."""
        on = self.on
        command = c.CloseCheck(CheckId(on.picked), on.shift_id)
        on.send(command, on.say("shift_is_closed"))

    def do_copy(self) -> None:
        """The receipt once more, marked and counted."""
        check = self.check
        if check is not None:
            said = self.on.say("copy_goes", n=check.receipt_copies + 1)
            self.on.send(c.CopyReceipt(check.check_id), said)

    def do_invoice(self) -> None:
        """A numbered invoice with the tax by rate, for a company that has no account here."""
        check, on = self.check, self.on
        if check is not None:
            check_id = check.check_id
            on.asking.begin(
                buyer_steps(on), lambda buyer: on.desk.later(print_invoice(on, check_id, buyer))
            )

    def do_mail(self) -> None:
        """A copy to the guest's address, if the house has a link."""
        check, on = self.check, self.on
        if check is None:
            return
        check_id = check.check_id
        step = Step("address", "address", on.say("mail_to", number=check.number))
        on.asking.begin(
            (step,), lambda answers: on.desk.later(self._mail(check_id, answers["address"]))
        )

    async def _mail(self, check_id: CheckId, address: str) -> None:
        reply = await self.on.desk.ask("mail_bill", {"check_id": check_id, "address": address})
        if reply.code:
            self.on.toast(self.on.sentence(reply.code, reply.params), "late", "error")
        else:
            self.on.toast(self.on.say("mail_gone", address=address), "ready", "check")

    def _wrong(self, check: Check) -> list[Payment]:
        return [
            paid
            for paid in check.payments
            if paid.state == "done" and paid.tender in CORRECTABLE and not paid.currency
        ]

    def do_correct(self) -> None:
        """It was card and not cash, or another way round."""
        check = self.check
        payments = self._wrong(check) if check else []
        if check is None or not payments:
            return
        steps = self._which(payments)
        if not steps:
            self._correct(check, payments[0])
            return
        known = {paid.payment_id: paid for paid in payments}
        self.on.asking.begin(
            steps, lambda answers: self._correct(check, known[PaymentId(answers["payment"])])
        )

    def _correct(self, check: Check, was: Payment) -> None:
        """What it really was, if that is not plain, and why."""
        on, coded = self.on, self.on.desk.catalogue.settings.pay_link
        others = [x for x in CORRECTABLE if x != was.tender and (x != "qr" or coded)]
        acts = tuple(Act(f"pick:{each}", on.say(f"tender_{each}")) for each in others)
        steps = (Step("pick", "tender", on.say("really_by"), acts),) if len(acts) > 1 else ()

        def done(answers: Answers) -> None:
            command = c.CorrectTender(
                check.check_id,
                was.payment_id,
                PaymentId(on.desk.new_id()),
                answers.get("tender", others[0]),
                answers["reason"],
            )
            on.send(command, on.say("done_corrected"))

        on.reasoned((), steps, done)


def _left(payment: Payment) -> int:
    """What may still go back of a payment; a room is corrected by the hotel."""
    settled = payment.state == "done" and payment.tender != "room"
    return payment.amount_minor - payment.refunded_minor if settled else 0


def _tip(payment: Payment) -> int:
    """What may still go back of its tip."""
    settled = payment.state == "done" and payment.tender != "room"
    return payment.tip_minor - payment.refunded_tip_minor if settled else 0
