"""The pieces of the pay screen: what is due and paid, tenders, tips, change, the button that takes.

The sums are worked out in `payment_sums`; what a tap means is in `payment`.
"""

from itertools import pairwise

from pos_app import formats
from pos_app.presenters.club_cards import card_of, ending, has_club
from pos_app.presenters.order_rows import seat_name
from pos_app.presenters.payment_sums import PaymentSums
from pos_app.presenters.shown import Act, Card, Chip, Head, Pair
from sync_server.domain.cards import ASKED_OF_TERMINALS
from sync_server.domain.checks import HOLDING, Check, totals_of
from sync_server.domain.club import accrued, activated
from sync_server.domain.earning import earned_on
from sync_server.domain.events import Payment
from sync_server.domain.vouchers import TENDER_OF

TENDERS = (
    ("cash", "payments", "take_cash"),
    ("card", "credit_card", "take_card"),
    ("room", "hotel", "room_charge"),
    ("account", "account_balance_wallet", ""),
    ("voucher", "receipt_long", "take_cash"),
    ("qr", "qr_code_2", "take_card"),
    ("points", "star", "take_cash"),
    ("foreign", "swap_horiz", "take_cash"),
)
_QUICK = 3
_KIND_OF = {tender: kind for kind, tender in TENDER_OF.items()}


class PaymentShown(PaymentSums):
    """See the module."""

    @property
    def _tile(self) -> str:
        return "voucher" if self.tender == "deposit" else self.tender

    def _not_here(self) -> set[str]:
        """Tenders that this house does not have."""
        catalogue = self.desk.catalogue
        here = {
            "account": catalogue.accounts,
            "points": has_club(self.desk),
            "qr": catalogue.settings.pay_link or self.card.takes("qr"),
            "foreign": catalogue.settings.currencies,
        }
        return {tender for tender, known in here.items() if not known}

    def _tenders(self, check: Check) -> tuple[Act, ...]:
        gone = self._not_here()
        return tuple(
            Act(
                f"pay_by:{key}",
                self.say(f"tender_{key}"),
                "ringed" if key == self._tile else "plain",
                (not right or self.may(right)) and (key != "room" or self.desk.link.hotel),
                icon,
                self._on_card_now(check) if key == "points" else "",
                size=17,
            )
            for key, icon, right in TENDERS
            if key not in gone
        )

    def _on_card_now(self, check: Check) -> str:
        """What may be spent of the points on the guest's card."""
        card = card_of(self.desk, check)
        return self.short(activated(card, self.desk.now_ms())) if card is not None else ""

    def _receipts(self, check: Check) -> tuple[Act, ...]:
        """Paper, a code on the screen or nothing, and an invoice besides; once all is paid, what
        can still be had."""
        chosen = {self.receipt_by, "invoice" if self.buyer else ""}
        keys = ("print", "qr", "invoice", "none") if check.state == "open" else ("qr", "invoice")
        return tuple(
            Act(
                f"with_receipt:{key}",
                self.say(f"receipt_{key}"),
                "ringed" if key in chosen else "plain",
                key != "invoice" or self.may("take_cash"),
            )
            for key in keys
            if key != "qr" or self.desk.catalogue.settings.bill_link
        )

    def _tips(self) -> tuple[Act, ...]:
        named = tuple(
            Act(
                f"tip:{rate}",
                formats.percent(rate, self.language) if rate else self.say("no_tip"),
                "ringed" if rate == self.tip_bp and not self.tip_minor else "plain",
            )
            for rate in (0, *self.desk.catalogue.settings.tips_bp)
        )
        own = self.short(self.tip_minor) if self.tip_minor else self.say("tip_other")
        return (*named, Act("tip:other", own, "ringed" if self.tip_minor else "plain"))

    def _entry(self, check: Check) -> str:
        if self._abroad is not None:
            return formats.money(self._foreign(check), self.currency_code, self.language)
        return self.amount(int(self.typed or self._asked(check)))

    def _asked(self, check: Check) -> int:
        if self.tender == "cash":
            return self._cash(check)
        amount, _, tip = self._parts_of(check)
        return amount + tip

    def _head(self, check: Check) -> Head:
        name = self.where(check) or check.number
        shift = self.till_shift
        drawer = self.whose_till(shift) if shift else self.say("drawer_shut")
        return Head(
            f"{self.say('pay')} · {name}",
            self.back_act("check" if check.state == "open" else "floor"),
            (Chip(f"№{formats.NO_BREAK}{check.number}"), *self.club_chip(check)),
            (self.link_chip(), Chip(drawer, "to_shift"), self.clock_chip()),
            self.avatar(),
        )

    def _sums(self, check: Check) -> tuple[Pair, ...]:
        totals = totals_of(check)
        dishes = sum(max(1, line.qty_milli // 1000) for line in check.live)
        label = f"{self.say('dishes', n=dishes)}, {self.say('guests', n=check.guests)}"
        pairs = [Pair(label, self.amount(totals.gross_minor))]
        if totals.discount_minor:
            names = ", ".join(grant.name for grant in check.grants)
            pairs.append(Pair(names, self.amount(-totals.discount_minor)))
        if totals.service_minor:
            rate = formats.percent(check.service_bp, self.language)
            pairs.append(Pair(self.say("service", rate=rate), self.amount(totals.service_minor)))
        for tax in totals.taxes:
            if tax.tax_minor:
                rate = formats.percent(tax.rate_bp, self.language)
                key = "tax_inside" if check.tax_inclusive else "tax_added"
                pairs.append(Pair(self.say(key, rate=rate), self.amount(tax.tax_minor)))
        earned = earned_on(check, self.desk.catalogue)
        if check.club_card and check.state == "open" and earned:
            pairs.append(Pair(self.say("points_to_earn"), f"+{self.amount(earned)}"))
        return tuple(pairs)

    def _paid(self, payment: Payment) -> Card:
        text = self.say(f"tender_{payment.tender}")
        if payment.room:
            text = self.say("room_of", room=payment.room, guest=payment.guest)
        if payment.tender == "account":
            account = self.desk.catalogue.accounts.get(payment.reference)
            text = account.name if account else payment.reference
        elif payment.tender in ("voucher", "deposit"):
            text = f"{self.say(f'voucher_kind_{_KIND_OF[payment.tender]}')} {payment.reference}"
        elif payment.tender == "points":
            text = f"{text} {ending(payment.reference)}"
        elif payment.currency:
            given = formats.money(payment.foreign_minor, payment.currency, self.language)
            text = f"{text} · {given}"
        icon = {"done": "check", "pending": "schedule", "deferred": "schedule"}
        stripe = "" if payment.state in HOLDING else "late"
        lines: tuple[str, ...] = ()
        if payment.tip_minor:
            lines = (self.say("with_tip", sum=self.amount(payment.tip_minor)),)
        if payment.state != "done":
            stripe = stripe or "hold"
            of = "card" if payment.tender in ASKED_OF_TERMINALS else "payment"
            of = "qr" if payment.tender == "qr" and payment.state == "pending" else of
            lines = (*lines, self.say(f"{of}_{payment.state}"))
        return Card(
            text,
            lines,
            self.amount(payment.amount_minor - payment.refunded_minor),
            stripe,
            icon=icon.get(payment.state, "warning"),
        )

    def _change(self, check: Check) -> tuple[Pair, str]:
        if self.tender == "points":
            return self._points_left(check)
        if self.tender not in ("cash", "foreign"):
            return self._credit_left(), ""
        full = self._cash(check)
        given = self._worth(check) if self._abroad else int(self.typed or "0") or full
        rounding = full - self._due(check) - self._tip(check)
        said = ""
        if rounding:
            step = self.amount(self.desk.catalogue.settings.cash_step_minor)
            sign = "+" if rounding > 0 else ""
            said = self.say("rounded", step=step, by=f"{sign}{self.amount(rounding)}")
        if self._abroad is not None:
            rate, code = self.money(self._abroad.rate_minor), self._abroad.code
            said = self.say("rate_is", currency=code, rate=rate, worth=self.money(given))
        if given < full:
            rest = self._due(check) - given
            return Pair(self.say("still_open_after"), self.amount(rest), token="hold"), said
        label = self.say("change_from", sum=self.short(given))
        return Pair(label, self.amount(given - full), token="ready"), said

    def _credit_left(self) -> Pair:
        """What is free on the account, or left on the voucher, before this payment."""
        account = self.desk.catalogue.accounts.get(self.reference)
        voucher = self.desk.venue.vouchers.get(self.reference)
        if self.tender == "account" and account is not None:
            free = account.limit_minor - self.desk.venue.owed.get(self.reference, 0)
            return Pair(self.say("free_of", name=account.name), self.amount(free))
        if self.tender in ("voucher", "deposit") and voucher is not None:
            label = self.say("left_on", name=voucher.code)
            return Pair(label, self.amount(voucher.left_minor), token="ready")
        return Pair("")

    def _points_left(self, check: Check) -> tuple[Pair, str]:
        """What points may pay of it, and why no more."""
        card, rules = card_of(self.desk, check), self.desk.catalogue.settings.points
        if card is None:
            return Pair(""), ""
        said = [self.say("points_on_card", sum=self.amount(card.balance_minor))]
        later = accrued(card, self.desk.now_ms())
        if later:
            said.append(self.say("club_later", sum=self.amount(later)))
        if rules.cap_bp < 10_000:
            said.append(self.say("points_share", rate=formats.percent(rules.cap_bp, self.language)))
        may_pay = Pair(
            self.say("points_may_pay"), self.amount(self._by_points(check)), token="ready"
        )
        return may_pay, " · ".join(said)

    def _points_now(self, check: Check) -> str:
        """After the last payment: what the check earned, and what the card holds."""
        card = card_of(self.desk, check)
        if card is None:
            return ""
        earned, there = self.amount(check.points_minor), self.amount(card.balance_minor)
        return self.say("points_now", earned=earned, sum=there)

    def _splits(self, check: Check) -> tuple[Act, ...]:
        ways = (
            ("whole", self.say("split_whole")),
            ("seat", self.say("split_by_seat")),
            ("item", self.say("split_by_item")),
            ("equal", self.say("split_equal", n=max(1, check.guests))),
        )
        part = self.split == "whole" and self.items.rest is not None
        chosen = "item" if part else self.split
        return tuple(
            Act(f"split_by:{way}", label, "chosen" if way == chosen else "plain")
            for way, label in ways
        )

    def _parts(self, check: Check) -> tuple[Act, ...]:
        if self.split != "seat":
            return ()
        return tuple(
            Act(
                f"take_part:{seat}",
                seat_name(self, seat),
                "ringed" if seat == self.part else "plain",
                note=self.short(amount),
                size=15,
            )
            for seat, amount in self._seat_sums(check).items()
        )

    def _quick(self, check: Check) -> tuple[Act, ...]:
        """Round sums that a guest is likely to give, and the exact one."""
        exact = Act("given:0", self.say("exact"))
        if self.tender != "cash":
            return (exact,)
        full = self._cash(check)
        notes = sorted(self.desk.catalogue.settings.denominations_minor)
        rounds = sorted({-(-full // note) * note for note in notes if note >= 1000} - {full})
        steps = [sum_ for sum_, after in pairwise([*rounds, 0]) if sum_ != after][:_QUICK]
        return (*(Act(f"given:{sum_}", self.short(sum_)) for sum_ in steps), exact)

    def _take_act(self, check: Check) -> Act:
        if self.till_shift is None:
            return Act("to_shift", self.say("open_drawer_first"), "accent", size=18)
        typed = int(self.typed or "0")
        if self._abroad is not None:
            given = self._foreign(check)
            sum_ = formats.money(given, self.currency_code, self.language)
            return Act("take", self.say("take_foreign", sum=sum_), "go", given > 0, size=20)
        if self.tender == "cash":
            full = self._cash(check)
            taken = typed if 0 < typed < full else full
        else:
            taken = typed or self._asked(check)
        asks = "ask" if self.card.takes(self.tender) else "take"
        text = self.say(f"{asks}_{self.tender}", sum=self.money(taken))
        return Act("take", text, "go", taken > 0, size=20)
