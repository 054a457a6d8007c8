"""Taking money: what part, by which tender, how much was given, what goes back.

Nothing is decided here. A payment that closes the check leaves the screen on the change until
somebody goes on. Built in layers: `payment_sums` (how much), `payment_shown` (the pieces of the
view), here what a tap means; with `card_asking`, `payment_codes`, `payment_items` and
`company_invoice` at its sides. The view-model is in `payment_view`.
"""

from pos_app.presenters.asking import Answers, Step
from pos_app.presenters.company_invoice import buyer_steps, print_invoice
from pos_app.presenters.payment_shown import PaymentShown
from pos_app.presenters.payment_view import PaymentView
from pos_app.presenters.presenter import AGAIN_MS, digits, intent
from pos_app.presenters.shown import NO_SHEET, Act, Head, Pair, Sheet
from sync_server.domain import commands as c
from sync_server.domain.accounts import account_of_card
from sync_server.domain.checks import Check, balance, totals_of
from sync_server.domain.club import card_read
from sync_server.domain.ids import PaymentId
from sync_server.domain.limits import AMOUNT_MINOR
from sync_server.domain.vouchers import TENDER_OF, voucher_read


class PaymentPresenter(PaymentShown):
    """See the module; the state is that of `PaymentSums`."""

    def enter(self) -> None:
        """A fresh payment, or the card that this check still waits for."""
        self.fresh()
        self.card.take_up(self.place.check_id)

    def act(self, action: str) -> None:
        """Any other tap ends the time in which a second tap on "take" means nothing."""
        if action != "take":
            self.taken_ms = 0
        super().act(action)

    @intent
    def back(self) -> None:
        """To the check, or to the floor when it is closed; from a part of a bill to all of it."""
        if self.items.put_back():
            return
        check = self.check
        open_still = check is not None and check.state == "open"
        self.place.screen = "order" if open_still else "floor"

    @intent
    def done(self) -> None:
        """The change is given; the rest of the bill is next, at the bar the next guest."""
        if self.buyer:
            self.toast(self.say("invoice_later"))
        rest = self.items.rest
        if rest is not None:
            self.items.go_on(rest)
        else:
            self.place.screen = "order" if self.place.quick else "floor"

    @intent
    def to_shift(self) -> None:
        """Open the drawer first, and come back."""
        self.place.pays_at, self.place.screen = "payment", "shift"

    @intent
    def split_by(self, way: str) -> None:
        """The whole, one seat, chosen dishes, or an equal share."""
        if way == "item":
            self.items.begin()
            return
        if way == "whole" and self.split == "whole" and self.items.put_back():
            return
        self.split, self.part, self.typed = way, 0, ""
        if way == "seat" and self.check is not None:
            self.part = next(iter(self._seat_sums(self.check)), 0)

    @intent
    def take_part(self, part: str) -> None:
        """Which seat, or which share."""
        self.part, self.typed = int(part), ""

    @intent
    def pay_by(self, tender: str) -> None:
        """Another tender; a room is charged on a screen of its own."""
        if tender == "room":
            check = self.check
            part = self._due(check) if check is not None and self.split != "whole" else 0
            self.place.part_minor = part
            self.place.screen = "room_charge"
            return
        asked = {
            "account": self._which_account,
            "foreign": self._which_currency,
            "points": self._which_card,
        }
        if tender == "voucher":
            code = (self.say("voucher_code"), (), self.say("voucher_hint"))
            step = Step("text", "code", *code, held=True)
            self.asking.begin((step,), lambda answers: self.scan(answers["code"]))
        elif tender in asked:
            asked[tender]()
        else:
            self._by(tender)

    def _which_account(self) -> None:
        owed = self.desk.venue.owed
        acts = tuple(
            Act(
                f"pick:{key}",
                account.name,
                note=self.say(
                    "account_free", sum=self.short(account.limit_minor - owed.get(key, 0))
                ),
            )
            for key, account in self.desk.catalogue.accounts.items()
            if account.active
        )
        step = Step("pick", "account", self.say("which_account"), acts)
        self.asking.begin((step,), lambda answers: self._by("account", answers["account"]))

    def _which_card(self) -> None:
        """Points of the card that the check is on; without one its number is asked for."""
        check = self.check
        if check is not None and check.club_card:
            self._by("points", check.club_card)
            return
        number = (self.say("club_number"), (), self.say("club_number_hint"))
        step = Step("address", "card", *number, held=True)
        self.asking.begin((step,), lambda answers: self._on_card(answers["card"]))

    def _on_card(self, code: str) -> None:
        """The check is on this card now, and is paid with its points if there are any."""
        check = self.check
        if check is None or not self.attach(check.check_id, code):
            return
        check = self.check
        if check is not None and self._by_points(check):
            self._by("points", check.club_card)

    def _which_currency(self) -> None:
        acts = tuple(
            Act(f"pick:{each.code}", each.code, note=self.money(each.rate_minor))
            for each in self.desk.catalogue.settings.currencies
        )
        step = Step("pick", "code", self.say("which_currency"), acts)
        self.asking.begin((step,), lambda answers: self._by("foreign", "", answers["code"]))

    @intent
    def scan(self, code: str) -> None:
        """A voucher or deposit was typed or scanned."""
        voucher = voucher_read(self.desk.venue.vouchers, code)
        if voucher is None:
            self.toast(self.sentence("no_voucher", {"voucher": code}), "late", "error")
            return
        self.asking.shut()
        self._by(TENDER_OF[voucher.kind], voucher.code)

    def held(self, code: str) -> bool:
        """A card or a code before a reader: the answer to what is asked, a voucher, a guest's club
        card, or the card of a house account. False: it means nothing here."""
        if self.approval.open or self.check is None or self.check.state != "open":
            return False
        if self.asking.held(code):
            return True
        if voucher_read(self.desk.venue.vouchers, code) is not None:
            self.scan(code)
            return True
        if card_read(self.desk.venue.club, code) is not None:
            self.asking.shut()
            self._on_card(code)
            return True
        account_id = account_of_card(self.desk.catalogue, code)
        if account_id:
            self.asking.shut()
            self._by("account", account_id)
        return bool(account_id)

    @intent
    def tip(self, rate_bp: str) -> None:
        """A tip in percent of the part, or a sum that is asked for."""
        if rate_bp == "other":
            step = Step("sum", "tip", self.say("tip_how_much"))
            self.asking.begin((step,), self._tip_said)
            return
        self.tip_bp, self.tip_minor, self.typed = int(rate_bp), 0, ""

    def _tip_said(self, answers: Answers) -> None:
        self.tip_bp, self.tip_minor, self.typed = 0, int(answers["tip"]), ""

    @intent
    def with_receipt(self, key: str) -> None:
        """With paper ("print"), as a code ("qr") or without ("none"); "invoice" besides."""
        check = self.check
        if key != "invoice":
            self.receipt_by = key
            if key == "qr" and check is not None and check.state != "open":
                self.codes.bill = check
        elif self.buyer:
            self.buyer = {}
        else:
            self.asking.begin(buyer_steps(self), self._buys)

    def _buys(self, buyer: Answers) -> None:
        """This company wants an invoice; it can be had once all is paid."""
        self.buyer = buyer
        check = self.check
        if check is not None and check.state == "open":
            self.toast(self.say("invoice_then", name=buyer["buyer"]), "ready", "receipt_long")

    def _invoiced(self, check: Check) -> None:
        """Have the invoice printed as soon as the server knows of the last payment."""
        link = self.desk.link
        if self.buyer and link.online and not link.saving:
            buyer, self.buyer = self.buyer, {}
            self.desk.later(print_invoice(self, check.check_id, buyer))

    @intent
    def items_do(self, what: str) -> None:
        """One of the buttons of the choice of dishes."""
        self.items.do(what)

    @intent
    def code_do(self, what: str) -> None:
        """The money for the code on the screen arrived, or the code is put away."""
        command = self.codes.paid()
        if what == "paid" and command is not None:
            self.submit_or_ask(command)

    @intent
    def key(self, key: str) -> None:
        """A figure; the last two are the small coins."""
        if self.approval.open or self.asking.open:
            super().key(key)
        elif key == "back":
            self.typed = self.typed[:-1]
        elif int((self.typed + key) or "0") <= AMOUNT_MINOR:
            self.typed = (self.typed + key).lstrip("0")

    @intent
    def given(self, amount_minor: str) -> None:
        """A round sum that the guest gave."""
        self.typed = amount_minor

    @intent
    def take(self) -> None:
        """Record the money; the second of two quick taps means nothing."""
        check, shift = self.check, self.till_shift
        again = self.desk.now_ms() - self.taken_ms < AGAIN_MS
        if check is None or shift is None or check.state != "open" or again:
            return
        amount, tendered, tip = self._parts_of(check)
        beside = self.card.shift
        if self.card.takes(self.tender) and beside is not None:
            payment_id = PaymentId(self.desk.new_id())
            asked = (check.check_id, payment_id, beside.shift_id, amount, tip, self.receipt)
            self.card.ask(c.AskCard(*asked, self.tender))
            return
        if self.tender == "qr":
            self.codes.ask(check, shift.shift_id, amount, tip, self.receipt)
            return
        command = c.TakePayment(
            check.check_id,
            PaymentId(self.desk.new_id()),
            shift.shift_id,
            "cash" if self.tender == "foreign" else self.tender,
            amount,
            0 if self._abroad else tendered,
            tip,
            self.reference,
            self.receipt,
            self.currency_code,
            self._foreign(check),
        )
        self.submit_or_ask(command)

    @intent
    def card_do(self, what: str) -> None:
        """One of the buttons about the card terminal."""
        self.card.do(what)

    def sheet(self) -> Sheet:
        """A question, else how the card terminal stands, a choice of dishes, or a code."""
        asked = super().sheet()
        sheets = (self.card.sheet, self.items.sheet, self.codes.sheet)
        return asked if asked.kind else next((x for one in sheets if (x := one()).kind), NO_SHEET)

    def went_through(self) -> None:
        """The money is recorded; what is left is asked for in cash."""
        self.taken_ms = self.desk.now_ms()
        self.tip_bp = self.tip_minor = 0
        self._by("card" if self.tender == "card" else "cash")
        check = self.check
        if self.receipt_by == "qr" and check is not None and check.state != "open":
            self.codes.bill = check
        if self.split == "seat" and self.check is not None:
            self.part = next(iter(self._seat_sums(self.check)), 0)

    def view(self) -> PaymentView:
        """The screen as it stands."""
        sheet, check = self.sheet(), self.check
        if check is None:
            return PaymentView(head=Head("", self.back_act("check")))
        if check.state != "open":
            self._invoiced(check)
            return self._finished(check, sheet)
        due = self._due(check)
        change, rounding = self._change(check)
        return PaymentView(
            head=self._head(check),
            sums=self._sums(check),
            total=Pair(self.say("total"), self.money(totals_of(check).total_minor), "strong"),
            paid_title=self.say("paid").upper() if check.payments else "",
            paid=tuple(self._paid(payment) for payment in check.payments),
            left_label=self.say("left_to_pay" if self.split == "whole" else "this_part"),
            left_amount=self.money(due),
            change=change,
            rounding=rounding,
            splits=self._splits(check),
            parts=self._parts(check),
            tender_title=self.say("tender").upper(),
            tenders=self._tenders(check),
            tip_title=self.say("tip").upper(),
            tips=self._tips(),
            receipt_title=self.say("receipt").upper(),
            receipts=self._receipts(check),
            entry=self._entry(check),
            quick=self._quick(check),
            keys=digits(),
            take=self._take_act(check),
            sheet=sheet,
        )

    def _finished(self, check: Check, sheet: Sheet) -> PaymentView:
        """After the last payment: the change, large, and the way on."""
        last = check.payments[-1] if check.payments else None
        change = last.change_minor if last else 0
        return PaymentView(
            head=self._head(check),
            sums=self._sums(check),
            total=Pair(self.say("total"), self.money(totals_of(check).total_minor), "strong"),
            paid_title=self.say("paid").upper(),
            paid=tuple(self._paid(payment) for payment in check.payments),
            left_label=self.say("give_change" if change else "all_paid"),
            left_amount=self.money(change),
            left_token="ready",
            rounding=self._points_now(check),
            receipt_title=self.say("receipt").upper(),
            receipts=self._receipts(check),
            take=Act("done", self._next(), "go", size=20),
            sheet=sheet,
        )

    def _next(self) -> str:
        """What comes after the change."""
        rest = self.items.rest
        if rest is None:
            return self.say("done_to_floor")
        return self.say("pay_the_rest", sum=self.money(balance(rest)))
