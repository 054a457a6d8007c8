"""What the house owes and is owed: vouchers and deposits, house accounts, money on suspense."""

from collections.abc import Mapping
from typing import Any

from pos_app import formats
from pos_app.presenters.asking import Answers, Step
from pos_app.presenters.cash_section import SHOWN, DeskPresenter, Section
from pos_app.presenters.shown import Act, Card, Pair
from sync_server.domain import commands as c
from sync_server.domain.accounts import PAYS
from sync_server.domain.checks import balance
from sync_server.domain.ids import NO_CHECK, CheckId, PaymentId
from sync_server.domain.venue import Suspended
from sync_server.domain.vouchers import TENDER_OF, Voucher, voucher_read

GIFT_DAYS = 365
_DAY_MS = 86_400_000
_CODE_SIGNS = 6


class VouchersSection(Section):
    """Gift vouchers and deposits: sold here, spent on the pay screen, their rest given back."""

    def cards(self) -> tuple[Card, ...]:
        """Those with something left first, the newest first."""
        on, known = self.on, list(self.on.desk.venue.vouchers.values())
        known.reverse()
        cards = []
        for voucher in sorted(known, key=lambda voucher: not voucher.left_minor)[:SHOWN]:
            said = [on.say("issued_for", sum=on.amount(voucher.issued_minor)), voucher.name]
            if voucher.expires_ms:
                said.append(self._until(voucher))
            title = f"{on.say(f'voucher_kind_{voucher.kind}')} · {voucher.code}"
            stripe = "late" if self._expired(voucher) and voucher.left_minor else "line"
            stripe = "accent" if voucher.code == on.picked else stripe
            text = " · ".join(part for part in said if part)
            left = on.amount(voucher.left_minor)
            cards.append(Card(title, (text,), left, stripe, f"open:{voucher.code}"))
        return tuple(cards)

    def _expired(self, voucher: Voucher) -> bool:
        return bool(voucher.expires_ms) and self.on.desk.now_ms() >= voucher.expires_ms

    def _until(self, voucher: Voucher) -> str:
        """Its last day, or that this is over."""
        on, zone = self.on, self.on.desk.catalogue.settings.zone
        day = formats.full_day(formats.iso_day(voucher.expires_ms, zone), on.language)
        return on.say("expired_on" if self._expired(voucher) else "valid_until", day=day)

    def empty(self) -> str:
        """None were sold."""
        return self.on.say("no_vouchers")

    @property
    def voucher(self) -> Voucher | None:
        """The one that is picked."""
        return self.on.desk.venue.vouchers.get(self.on.picked)

    def title(self) -> str:
        """The one that is picked."""
        return self.on.picked

    def rows(self) -> tuple[Pair, ...]:
        """What was paid for it, what is left."""
        on, voucher = self.on, self.voucher
        if voucher is None:
            return ()
        return (
            Pair(on.say("issued_sum"), on.amount(voucher.issued_minor), rule=True),
            Pair(on.say("left_sum"), on.money(voucher.left_minor), "strong", rule=True),
        )

    def notes(self) -> tuple[Card, ...]:
        """Whose it is and how long it is good."""
        voucher = self.voucher
        if voucher is None:
            return ()
        until = self._until(voucher) if voucher.expires_ms else self.on.say("no_expiry")
        stripe = "late" if self._expired(voucher) else ""
        return (Card(voucher.name or until, (until,) if voucher.name else (), "", stripe),)

    def actions(self) -> tuple[Act, ...]:
        """Sell, take, return."""
        on, may = self.on, self.on.till_shift is not None
        voucher = self.voucher
        left = voucher is not None and voucher.left_minor > 0
        return (
            Act("do:gift", on.say("sell_voucher"), "plain", may),
            Act("do:deposit", on.say("take_deposit_act"), "plain", may),
            Act("do:returned", on.say("return_voucher"), "plain", may and left),
        )

    def do_gift(self) -> None:
        """A voucher for a year."""
        self._ask("gift", self.on.desk.now_ms() + GIFT_DAYS * _DAY_MS)

    def do_deposit(self) -> None:
        """Money for a table or a banquet; it does not run out."""
        self._ask("deposit", 0)

    def _ask(self, kind: str, expires_ms: int) -> None:
        on = self.on
        code = on.desk.new_id()[-_CODE_SIGNS:].upper()
        steps = (
            Step(
                *("text", "code", on.say("voucher_code"), (), on.say("voucher_hint")),
                start=code,
                held=True,
            ),
            Step("sum", "sum", on.say("how_much")),
            Step(
                "text",
                "name",
                on.say("whose_name"),
                hint=on.say("name_hint"),
                optional=True,
                words=True,
            ),
            on.by_tender(),
        )

        def done(answers: Answers) -> None:
            amount, tender = int(answers["sum"] or "0"), answers["tender"]
            given = on.in_coins(amount) if tender == "cash" else 0
            command = c.SellVoucher(
                answers["code"],
                kind,
                PaymentId(on.desk.new_id()),
                on.shift_id,
                tender,
                amount,
                given,
                answers["name"],
                expires_ms,
            )
            on.send(command, on.say("done_sold"))

        on.asking.begin(steps, done)

    def do_returned(self) -> None:
        """What is left goes back in cash."""
        on, code = self.on, self.on.picked

        def done(answers: Answers) -> None:
            command = c.ReturnVoucher(code, on.shift_id, answers["reason"])
            on.send(command, on.say("done_returned"))

        on.reasoned((), (), done)


class AccountsSection(Section):
    """House accounts: what each owes, its limit, payments towards it, its statement."""

    def __init__(self, on: DeskPresenter) -> None:
        super().__init__(on)
        self._of = ""
        self._lines: list[Mapping[str, Any]] = []
        self._before = 0

    def cards(self) -> tuple[Card, ...]:
        """Every account with what it owes, or the statement of the one that is picked."""
        if self._lines and self._of == self.on.picked:
            return tuple(self._line(line) for line in self._lines)
        on, owed = self.on, self.on.desk.venue.owed
        return tuple(
            Card(
                account.name,
                (on.say("limit_of", sum=on.amount(account.limit_minor)),),
                self._owes(owed.get(key, 0)),
                "accent" if key == on.picked else "line",
                f"open:{key}",
            )
            for key, account in on.desk.catalogue.accounts.items()
        )

    def _owes(self, owed_minor: int) -> str:
        on = self.on
        if owed_minor < 0:
            return on.say("has_credit", sum=on.amount(-owed_minor))
        return on.say("owes", sum=on.amount(owed_minor))

    def empty(self) -> str:
        """The house has none."""
        return self.on.say("no_accounts")

    def title(self) -> str:
        """The one that is picked."""
        account = self.on.desk.catalogue.accounts.get(self.on.picked)
        return account.name if account else ""

    def rows(self) -> tuple[Pair, ...]:
        """What it owes, what it may still owe."""
        on, account = self.on, self.on.desk.catalogue.accounts.get(self.on.picked)
        if account is None:
            return ()
        owed = on.desk.venue.owed.get(on.picked, 0)
        free = on.say("free_of", name="")
        return (
            Pair(self._owes(owed), "", "strong", rule=True),
            Pair(free.rstrip(": "), on.amount(account.limit_minor - owed), rule=True),
        )

    def open(self, key: str) -> None:
        """Pick an account and ask the server for its latest lines."""
        super().open(key)
        self._of, self._lines, self._before = self.on.picked, [], 0
        if self.on.picked:
            self.on.desk.later(self._ask(self.on.picked, 0))

    async def _ask(self, account_id: str, before_n: int) -> None:
        asked: dict[str, object] = {"account_id": account_id, "before_n": before_n}
        answer = await self.on.desk.ask("statement", asked)
        if account_id != self._of:
            return
        if answer.code:
            text = self.on.sentence(answer.code, answer.params)
            self.on.toast(text, "hold", "info")
            return
        # A page takes the place of the one before it, so the list stays as short as a page.
        found = list(answer.body["lines"])
        if not found and before_n:
            self.on.toast(self.on.say("statement_end"), "hold", "info")
            return
        self._lines = found
        self._before = int(found[-1]["n"]) if found else 0

    def _line(self, line: Mapping[str, Any]) -> Card:
        on, amount = self.on, int(line["amount_minor"])
        check = on.desk.venue.check(str(line["document"]))
        what = on.say("statement_eaten" if amount > 0 else "statement_paid")
        title = f"{what} · {check.number}" if check is not None else what
        day = formats.short_day(str(line["day"]), on.language)
        said = (f"{day}, {on.clock(int(line['at_ms']))}",)
        return Card(title, said, on.amount(amount), "hold" if amount > 0 else "ready")

    def actions(self) -> tuple[Act, ...]:
        """Take money towards it; its papers."""
        on, picked = self.on, bool(self.on.picked)
        owes = on.desk.venue.owed.get(on.picked, 0) > 0
        return (
            Act("do:pay", on.say("pay_account"), "accent", picked and on.till_shift is not None),
            Act("do:statement", on.say("print_statement"), "plain", picked),
            Act("do:invoice", on.say("print_invoice"), "plain", picked and owes),
            Act("do:older", on.say("older"), "plain", picked and bool(self._before)),
            Act("do:newest", on.say("newest"), "outline", picked and bool(self._lines)),
            Act("do:all", on.say("all_accounts"), "outline", picked),
        )

    def do_older(self) -> None:
        """The page of the statement before this one."""
        self.on.desk.later(self._ask(self.on.picked, self._before))

    def do_newest(self) -> None:
        """The newest page again."""
        self.on.desk.later(self._ask(self.on.picked, 0))

    def do_all(self) -> None:
        """Every account again."""
        self.on.picked, self._of, self._lines, self._before = "", "", [], 0

    def do_statement(self) -> None:
        """The latest lines on paper."""
        self.on.desk.later(self._print("statement"))

    def do_invoice(self) -> None:
        """What the company owes, on paper."""
        self.on.desk.later(self._print("invoice"))

    async def _print(self, document: str) -> None:
        on = self.on
        asked: dict[str, object] = {"account_id": on.picked, "document": document}
        answer = await on.desk.ask("account_paper", asked)
        if answer.code:
            on.toast(on.sentence(answer.code, answer.params), "hold", "info")
            return
        on.toast(on.say("goes_to_printer"), "ready", "check")

    def do_pay(self) -> None:
        """Cash or card towards what is owed; more becomes credit."""
        on, account_id = self.on, self.on.picked
        owed = max(0, on.desk.venue.owed.get(account_id, 0))
        start = str(owed or "")
        acts = tuple(
            Act(f"pick:{key}", on.say(f"tender_{key}")) for key in PAYS if key != "deposit"
        )
        tender_step = Step("pick", "tender", on.say("tender"), acts)
        steps = (Step("sum", "sum", on.say("how_much"), start=start), tender_step)

        def pay(answers: Answers) -> None:
            amount, tender = int(answers["sum"] or "0"), answers["tender"]
            reference = answers.get("reference", "")
            voucher = voucher_read(on.desk.venue.vouchers, reference)
            if tender == "voucher" and voucher is not None:
                tender, reference = TENDER_OF[voucher.kind], voucher.code
            given = on.in_coins(amount) if tender == "cash" else 0
            new = PaymentId(on.desk.new_id())
            paid = c.PayAccount(account_id, new, on.shift_id, tender, amount, given, reference)
            on.send(paid, on.say("done_paid"))

        def done(answers: Answers) -> None:
            ask = {"bank": "transfer_no", "voucher": "voucher_code"}.get(answers["tender"])
            if ask is None:
                pay(answers)
                return
            by_bank = answers["tender"] == "bank"
            step = Step("text", "reference", on.say(ask), optional=by_bank, held=not by_bank)
            on.asking.begin((step,), lambda more: pay({**answers, **more}))

        on.asking.begin(steps, done)


class SuspenseSection(Section):
    """Money that fitted no balance, each with the next step."""

    @property
    def held(self) -> Suspended | None:
        """The one that is picked."""
        waiting = self.on.desk.venue.suspense
        return next((s for s in waiting if s.payment.payment_id == self.on.picked), None)

    def cards(self) -> tuple[Card, ...]:
        """Each with its check, tender and time."""
        on, cards = self.on, []
        for held in on.desk.venue.suspense[-SHOWN:]:
            paid, check = held.payment, on.desk.venue.check(held.check_id)
            said = [on.say(f"tender_{paid.tender}"), on.clock(paid.at_ms), on.person(paid.by)]
            title = on.say("check") + f" {check.number if check else '?'}"
            stripe = "accent" if paid.payment_id == on.picked else "late"
            key = f"open:{paid.payment_id}"
            amount = on.amount(paid.amount_minor)
            cards.append(Card(title, (" · ".join(said),), amount, stripe, key))
        return tuple(cards)

    def empty(self) -> str:
        """Nothing waits."""
        return self.on.say("no_suspense")

    def notes(self) -> tuple[Card, ...]:
        """The one next step."""
        if self.held is None:
            return ()
        return (Card(self.on.say("suspense_next"), (), "", "hold"),)

    def actions(self) -> tuple[Act, ...]:
        """Back to the guest, to a check, or kept."""
        on, there = self.on, self.held is not None
        return (
            Act("do:returned", on.say("suspense_return"), "accent", there),
            Act("do:allocated", on.say("suspense_allocate"), "plain", there),
            Act("do:kept", on.say("suspense_keep"), "plain", there),
        )

    def do(self, what: str) -> None:
        """Ask for the check, if it goes to one, and for the reason."""
        on, held = self.on, self.held
        if held is None:
            return
        steps: tuple[Step, ...] = ()
        if what == "allocated":
            acts = tuple(
                Act(f"pick:{check.check_id}", check.number, note=on.amount(balance(check)))
                for check in on.desk.venue.checks.values()
                if balance(check) >= held.payment.amount_minor
            )
            steps = (Step("pick", "check", on.say("which_check"), acts),)

        def done(answers: Answers) -> None:
            check_id = CheckId(answers.get("check", NO_CHECK))
            command = c.SettleSuspense(
                held.payment.payment_id, on.shift_id, what, answers["reason"], check_id
            )
            on.send(command, on.say("done_settled"))

        on.reasoned((), steps, done)
