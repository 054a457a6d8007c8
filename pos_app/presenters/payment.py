"""Taking money: what part, by which tender, how much was given, what goes back.

Nothing is decided here: rounding, change and balance are the domain's. A payment that closes the
check leaves the screen on the change until somebody goes on. The view-model is in `payment_view`.
"""

from itertools import pairwise

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters.approval import Approval
from pos_app.presenters.asking import Answers, Asking, Step
from pos_app.presenters.order_rows import seat_name
from pos_app.presenters.payment_view import PaymentView
from pos_app.presenters.presenter import Place, Presenter, digits, intent
from pos_app.presenters.shown import Act, Card, Chip, Head, Pair
from sync_server.domain import commands as c
from sync_server.domain.checks import HOLDING, Check, balance, line_discounts, totals_of
from sync_server.domain.events import Payment
from sync_server.domain.ids import PaymentId
from sync_server.domain.limits import AMOUNT_MINOR
from sync_server.domain.menu import Currency
from sync_server.domain.money import allocate, percent_of, worth
from sync_server.domain.payments import cash_due, share
from sync_server.domain.rejections import Refused
from sync_server.domain.shifts import Shift
from sync_server.domain.vouchers import TENDER_OF

TIPS_BP = (500, 1000, 1500)
_TENDERS = (
    ("cash", "payments", "take_cash"),
    ("card", "credit_card", "take_card"),
    ("room", "hotel", "room_charge"),
    ("account", "account_balance_wallet", ""),
    ("voucher", "receipt_long", "take_cash"),
    ("foreign", "swap_horiz", "take_cash"),
)
_QUICK = 3
_KIND_OF = {tender: kind for kind, tender in TENDER_OF.items()}
AGAIN_MS = 700
"""A second tap on the same button within this time is the same tap."""


class PaymentPresenter(Presenter):
    """State: the part, the tender, the tip, what was typed, whether a receipt is wanted.

    `reference` is the house account or the voucher that pays, `currency` that of foreign cash.
    """

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.split = "whole"
        self.part = 0
        self.tender = "cash"
        self.tip_bp = 0
        self.typed = ""
        self.receipt = True
        self.tip_minor = 0
        self.reference = self.currency_code = ""
        self.taken_ms = 0
        self.asking = Asking(self)
        self.approval = Approval(self, self._taken)

    def enter(self) -> None:
        """A fresh payment: all of it, in cash, no tip."""
        self.split, self.part, self.tender = "whole", 0, "cash"
        self.tip_bp, self.typed, self.receipt = 0, "", True
        self.tip_minor, self.taken_ms = 0, 0
        self.reference = self.currency_code = ""
        self.asking.shut()
        self.approval.shut()

    def act(self, action: str) -> None:
        """Any other tap ends the time in which a second tap on "take" means nothing."""
        if action != "take":
            self.taken_ms = 0
        super().act(action)

    @property
    def check(self) -> Check | None:
        """The check, also when this payment has just closed it."""
        return self.desk.venue.check(self.place.check_id)

    @property
    def shift(self) -> Shift | None:
        """The open shift at this terminal's drawer."""
        return self.desk.venue.shift_at(self.desk.device.drawer)

    # -- intents -------------------------------------------------------------------------------
    @intent
    def back(self) -> None:
        """To the check, or to the floor when it is closed."""
        check = self.check
        open_still = check is not None and check.state == "open"
        self.place.screen = "order" if open_still else "floor"

    @intent
    def done(self) -> None:
        """The change is given; at the bar the next guest is served."""
        self.place.screen = "order" if self.place.quick else "floor"

    @intent
    def to_shift(self) -> None:
        """Open the drawer first."""
        self.place.screen = "shift"

    @intent
    def split_by(self, way: str) -> None:
        """The whole, one seat, or an equal share."""
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
        asked = {"account": self._which_account, "foreign": self._which_currency}
        if tender == "voucher":
            step = Step("text", "code", self.say("voucher_code"), hint=self.say("voucher_hint"))
            self.asking.begin((step,), lambda answers: self.scan(answers["code"]))
        elif tender in asked:
            asked[tender]()
        else:
            self._by(tender)

    def _by(self, tender: str, reference: str = "", currency: str = "") -> None:
        self.tender, self.typed = tender, ""
        self.reference, self.currency_code = reference, currency

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
        voucher = self.desk.venue.vouchers.get(code)
        if voucher is None:
            self.toast(self.sentence("no_voucher", {"voucher": code}), "late", "error")
            return
        self.asking.shut()
        self._by(TENDER_OF[voucher.kind], code)

    @intent
    def pick(self, choice: str) -> None:
        """One of what was asked."""
        self.asking.pick(choice)

    @intent
    def confirm(self) -> None:
        """What was asked is typed."""
        self.asking.confirm()

    @intent
    def figures_keys(self) -> None:
        """Letters or figures."""
        self.asking.other_keys()

    @intent
    def approver(self, staff_id: str) -> None:
        """This colleague approves."""
        self.approval.pick(staff_id)

    @intent
    def cancel(self) -> None:
        """Leave the question; nothing has changed."""
        self.asking.shut()
        self.approval.cancel()

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
        """With paper ("print") or without ("none")."""
        self.receipt = key == "print"

    @intent
    def key(self, key: str) -> None:
        """A figure; the last two are the small coins."""
        if self.approval.open:
            self.approval.key(key)
        elif self.asking.open:
            self.asking.key(key)
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
        check, shift = self.check, self.shift
        again = self.desk.now_ms() - self.taken_ms < AGAIN_MS
        if check is None or shift is None or check.state != "open" or again:
            return
        amount, tendered, tip = self._parts_of(check)
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
        decision = self.desk.submit(command)
        if isinstance(decision, Refused) and self.approval.wanted(
            command, check.check_id, decision
        ):
            return
        if self.told(decision):
            self._taken()

    def _parts_of(self, check: Check) -> tuple[int, int, int]:
        """Amount of the check, what the guest gave in house money, and the tip."""
        due, tip = self._due(check), self._tip(check)
        typed = int(self.typed or "0")
        if self.tender in ("cash", "foreign"):
            full = self._cash(check)
            given = self._worth(check) if self._abroad else typed or full
            return (min(given, due), given, 0) if given < full else (due, given, tip)
        if typed:
            return min(typed, due), 0, max(0, typed - due) or tip
        voucher = self.desk.venue.vouchers.get(self.reference)
        if voucher is not None and voucher.left_minor < due + tip:
            return min(due, voucher.left_minor), 0, 0
        return due, 0, tip

    def _taken(self) -> None:
        """The money is recorded; what is left is asked for in cash."""
        self.taken_ms = self.desk.now_ms()
        self.tip_bp = self.tip_minor = 0
        self._by("card" if self.tender == "card" else "cash")
        if self.split == "seat" and self.check is not None:
            self.part = next(iter(self._seat_sums(self.check)), 0)

    # -- foreign cash --------------------------------------------------------------------------
    @property
    def _abroad(self) -> Currency | None:
        """The foreign currency that is being taken."""
        code = self.currency_code
        return self.desk.catalogue.currency(code) if code else None

    def _foreign(self, check: Check) -> int:
        """How much of it: what was typed, else whole units that are enough."""
        abroad = self._abroad
        if abroad is None:
            return 0
        whole = int(10**abroad.digits)
        least = -(-self._cash(check) // max(1, abroad.rate_minor)) * whole
        return int(self.typed or least)

    def _worth(self, check: Check) -> int:
        abroad = self._abroad
        if abroad is None:
            return 0
        return worth(self._foreign(check), abroad.rate_minor, abroad.digits)

    # -- figures -------------------------------------------------------------------------------
    def _due(self, check: Check) -> int:
        """What is asked for now: the part chosen, never more than is left."""
        left = balance(check) if check.state == "open" else 0
        if self.split == "seat":
            return min(left, self._seat_sums(check).get(self.part, left))
        if self.split == "equal":
            shares = share(totals_of(check).total_minor, max(1, check.guests))
            paid = sum(1 for payment in check.payments if payment.state in HOLDING)
            return min(left, shares[min(paid, len(shares) - 1)])
        return left

    def _seat_sums(self, check: Check) -> dict[int, int]:
        """What each seat owes by its lines, shared ones spread evenly; sums to the total."""
        given = line_discounts(check)
        seats = sorted({line.seat for line in check.live if line.seat}) or [0]
        weights = dict.fromkeys(seats, 0)
        shared = 0
        for line, off in zip(check.lines, given, strict=True):
            if line.seat in weights and line.seat:
                weights[line.seat] += line.gross_minor - off
            else:
                shared += line.gross_minor - off
        for seat, part in zip(seats, share(shared, len(seats)), strict=True):
            weights[seat] += part
        sums = allocate(totals_of(check).total_minor, [weights[seat] for seat in seats])
        return dict(zip(seats, sums, strict=True))

    def _tip(self, check: Check) -> int:
        return self.tip_minor or percent_of(self._due(check), self.tip_bp)

    def _cash(self, check: Check) -> int:
        """Cash to be taken with tip; coins that do not exist are rounded away at the last part."""
        due = self._due(check)
        step = self.desk.catalogue.settings.cash_step_minor
        whole = due >= balance(check)
        return (cash_due(due, step) if whole else due) + self._tip(check)

    # -- view ----------------------------------------------------------------------------------
    def view(self) -> PaymentView:
        """The screen as it stands."""
        check = self.check
        if check is None:
            return PaymentView(head=Head("", self.back_act("check")))
        if check.state != "open":
            return self._finished(check)
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
            tenders=tuple(
                Act(
                    f"pay_by:{key}",
                    self.say(f"tender_{key}"),
                    "ringed" if key == self._tile else "plain",
                    (not right or self.may(right)) and (key != "room" or self.desk.link.hotel),
                    icon,
                    size=17,
                )
                for key, icon, right in _TENDERS
                if key not in self._not_here()
            ),
            tip_title=self.say("tip").upper(),
            tips=self._tips(),
            receipt_title=self.say("receipt").upper(),
            receipts=tuple(
                Act(
                    f"with_receipt:{key}",
                    self.say(f"receipt_{key}"),
                    "ringed" if self.receipt == (key == "print") else "plain",
                    icon=icon,
                )
                for key, icon in (("print", "print"), ("none", "block"))
            ),
            entry=self._entry(check),
            quick=self._quick(check),
            keys=digits(),
            take=self._take_act(check),
            sheet=self.approval.sheet() if self.approval.open else self.asking.sheet(),
        )

    @property
    def _tile(self) -> str:
        return "voucher" if self.tender == "deposit" else self.tender

    def _not_here(self) -> set[str]:
        """Tenders that this house does not have."""
        catalogue = self.desk.catalogue
        gone = set() if catalogue.accounts else {"account"}
        return gone if catalogue.settings.currencies else gone | {"foreign"}

    def _tips(self) -> tuple[Act, ...]:
        named = tuple(
            Act(
                f"tip:{rate}",
                formats.percent(rate, self.language) if rate else self.say("no_tip"),
                "ringed" if rate == self.tip_bp and not self.tip_minor else "plain",
            )
            for rate in (0, *TIPS_BP)
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
        table = self.desk.catalogue.tables.get(check.table_id)
        name = self.say("table_title", label=table.label) if table else check.name or check.number
        shift = self.shift
        drawer = (
            f"{self.say('drawer_of', drawer=shift.drawer)} · {self.person(shift.cashier)}"
            if shift
            else self.say("drawer_shut")
        )
        return Head(
            f"{self.say('pay')} · {name}",
            self.back_act("check" if check.state == "open" else "floor"),
            (Chip(f"№{formats.NO_BREAK}{check.number}"),),
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
            lines = (*lines, self.say(f"payment_{payment.state}"))
        return Card(
            text,
            lines,
            self.amount(payment.amount_minor - payment.refunded_minor),
            stripe,
            icon=icon.get(payment.state, "warning"),
        )

    def _change(self, check: Check) -> tuple[Pair, str]:
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

    def _splits(self, check: Check) -> tuple[Act, ...]:
        ways = (
            ("whole", self.say("split_whole")),
            ("seat", self.say("split_by_seat")),
            ("equal", self.say("split_equal", n=max(1, check.guests))),
        )
        return tuple(
            Act(f"split_by:{way}", label, "chosen" if way == self.split else "plain")
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
        if self.shift is None:
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
        text = self.say(f"take_{self.tender}", sum=self.money(taken))
        return Act("take", text, "go", taken > 0, size=20)

    def _finished(self, check: Check) -> PaymentView:
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
            take=Act("done", self.say("done_to_floor"), "go", size=20),
        )
