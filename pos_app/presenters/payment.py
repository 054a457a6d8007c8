"""Taking money: what part, by which tender, how much was given, what goes back.

Nothing is decided here: rounding, change and balance are the domain's. A payment that closes the
check leaves the screen on the change until somebody goes on. The view-model is in `payment_view`.
"""

from itertools import pairwise

from pos_app import formats
from pos_app.desk import Desk
from pos_app.presenters.order_rows import seat_name
from pos_app.presenters.payment_view import PaymentView
from pos_app.presenters.presenter import Place, Presenter, digits, intent
from pos_app.presenters.shown import Act, Card, Chip, Head, Pair
from sync_server.domain import commands as c
from sync_server.domain.checks import HOLDING, Check, balance, line_discounts, totals_of
from sync_server.domain.events import Payment
from sync_server.domain.ids import PaymentId
from sync_server.domain.limits import AMOUNT_MINOR
from sync_server.domain.money import allocate, percent_of
from sync_server.domain.payments import cash_due, share
from sync_server.domain.shifts import Shift

TIPS_BP = (500, 1000, 1500)
_TENDERS = (
    ("cash", "payments", "take_cash"),
    ("card", "credit_card", "take_card"),
    ("room", "hotel", "room_charge"),
)
_QUICK = 3


class PaymentPresenter(Presenter):
    """State: the part, the tender, the tip, what was typed, whether a receipt is wanted."""

    def __init__(self, desk: Desk, place: Place) -> None:
        super().__init__(desk, place)
        self.split = "whole"
        self.part = 0
        self.tender = "cash"
        self.tip_bp = 0
        self.typed = ""
        self.receipt = True

    def enter(self) -> None:
        """A fresh payment: all of it, in cash, no tip."""
        self.split, self.part, self.tender = "whole", 0, "cash"
        self.tip_bp, self.typed, self.receipt = 0, "", True

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
        self.tender, self.typed = tender, ""

    @intent
    def tip(self, rate_bp: str) -> None:
        """A tip in percent of the part."""
        self.tip_bp, self.typed = int(rate_bp), ""

    @intent
    def with_receipt(self, key: str) -> None:
        """With paper ("print") or without ("none")."""
        self.receipt = key == "print"

    @intent
    def key(self, key: str) -> None:
        """A figure; the last two are the small coins."""
        if key == "back":
            self.typed = self.typed[:-1]
        elif int((self.typed + key) or "0") <= AMOUNT_MINOR:
            self.typed = (self.typed + key).lstrip("0")

    @intent
    def given(self, amount_minor: str) -> None:
        """A round sum that the guest gave."""
        self.typed = amount_minor

    @intent
    def take(self) -> None:
        """Record the money."""
        check, shift = self.check, self.shift
        if check is None or shift is None:
            return
        due, tip = self._due(check), self._tip(check)
        typed = int(self.typed or "0")
        amount, tendered = due, 0
        if self.tender == "cash":
            full = self._cash(check)
            tendered = typed or full
            if tendered < full:
                amount, tip = min(tendered, due), 0
        elif typed:
            amount, tip = min(typed, due), max(0, typed - due) or tip
        command = c.TakePayment(
            check.check_id,
            PaymentId(self.desk.new_id()),
            shift.shift_id,
            self.tender,
            amount,
            tendered,
            tip,
            receipt=self.receipt,
        )
        if self.submit(command):
            self.typed, self.tip_bp = "", 0
            if self.split == "seat" and self.check is not None:
                self.part = next(iter(self._seat_sums(self.check)), 0)

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
        return percent_of(self._due(check), self.tip_bp)

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
                    "ringed" if key == self.tender else "plain",
                    self.may(right) and (key != "room" or self.desk.link.hotel),
                    icon,
                    size=17,
                )
                for key, icon, right in _TENDERS
            ),
            tip_title=self.say("tip").upper(),
            tips=tuple(
                Act(
                    f"tip:{rate}",
                    formats.percent(rate, self.language) if rate else self.say("no_tip"),
                    "ringed" if rate == self.tip_bp else "plain",
                )
                for rate in (0, *TIPS_BP)
            ),
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
            entry=self.amount(int(self.typed or self._asked(check))),
            quick=self._quick(check),
            keys=digits(),
            take=self._take_act(check),
        )

    def _asked(self, check: Check) -> int:
        if self.tender == "cash":
            return self._cash(check)
        return self._due(check) + self._tip(check)

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
        icon = {"done": "check", "pending": "schedule", "deferred": "schedule"}
        stripe = "" if payment.state in HOLDING else "late"
        lines: tuple[str, ...] = ()
        if payment.state != "done":
            stripe = stripe or "hold"
            lines = (self.say(f"payment_{payment.state}"),)
        return Card(
            text,
            lines,
            self.amount(payment.amount_minor - payment.refunded_minor),
            stripe,
            icon=icon.get(payment.state, "warning"),
        )

    def _change(self, check: Check) -> tuple[Pair, str]:
        if self.tender != "cash":
            return Pair(""), ""
        full = self._cash(check)
        given = int(self.typed or "0") or full
        rounding = full - self._due(check) - self._tip(check)
        said = ""
        if rounding:
            step = self.amount(self.desk.catalogue.settings.cash_step_minor)
            sign = "+" if rounding > 0 else ""
            said = self.say("rounded", step=step, by=f"{sign}{self.amount(rounding)}")
        if given < full:
            rest = self._due(check) - given
            return Pair(self.say("still_open_after"), self.amount(rest), token="hold"), said
        label = self.say("change_from", sum=self.short(given))
        return Pair(label, self.amount(given - full), token="ready"), said

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
        if self.tender == "cash":
            full = self._cash(check)
            taken = typed if 0 < typed < full else full
        else:
            taken = typed or self._due(check) + self._tip(check)
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
